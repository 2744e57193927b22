// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to compare a full block with what was expected, within all that connecting it costs. Prints figures for mempools of 10,000 and
// 300,000 transactions, or of as many as its arguments say.
#include "shared/mempool/block_audit.h"

#include "shared/domain/clock.h"
#include "shared/state/chain_store.h"

#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

using namespace tipwatch;

namespace {

/// Processor time of this thread, milliseconds.
double now()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return 1e3 * static_cast<double>(used.tv_sec) + 1e-6 * static_cast<double>(used.tv_nsec);
}

template <class Hash> Hash name(std::uint64_t number)
{
    typename Hash::Bytes bytes{};
    for (std::uint8_t &byte : bytes) {
        number = number * 6364136223846793005u + 1442695040888963407u;
        byte = static_cast<std::uint8_t>(number >> 56);
    }
    return Hash(bytes);
}

BlockSummary block(std::int32_t height)
{
    BlockSummary summary;
    summary.height = Height(height);
    summary.hash = name<BlockHash>(static_cast<std::uint64_t>(height));
    summary.previousHash = name<BlockHash>(static_cast<std::uint64_t>(height) - 1);
    summary.time = 1'700'000'000 + height * 600;
    summary.bits = 0x1701f303;
    summary.weight = Weight(3'990'000);
    return summary;
}

/// One in four spends another one.
std::vector<MempoolEntry> someEntries(std::size_t count, std::mt19937_64 &random)
{
    std::vector<MempoolEntry> entries;
    for (std::size_t i = 0; i < count; ++i) {
        MempoolEntry entry;
        entry.txid = name<TxId>(1'000'000 + i);
        entry.vsize = VBytes(110 + static_cast<std::int64_t>(random() % 300));
        entry.weight = Weight(4 * entry.vsize.value);
        entry.fee = entry.modifiedFee = Satoshi(entry.vsize.value * static_cast<std::int64_t>(1 + random() % 50));
        entry.time = 1'600'000'000;
        if (i > 0 && random() % 4 == 0)
            entry.parents = {entries.back().txid};
        entries.push_back(std::move(entry));
    }
    return entries;
}

void measure(std::size_t count)
{
    std::mt19937_64 random(7);
    SystemClock clock;
    EventBus bus;
    ChainStore store(bus, clock);
    SourceStatus status;
    status.network = "main";
    status.state = SourceState::Live;
    store.setStatus(status);
    store.resetChain({block(924'511), block(924'512)}, 1);
    const std::vector<MempoolEntry> entries = someEntries(count, random);
    std::vector<TxId> txids;
    for (const MempoolEntry &entry : entries)
        txids.push_back(entry.txid);
    store.resetMempool(txids, 1, 1);
    store.describeTransactions(entries);

    // What was expected but for one in twenty, and as many of the miner's own
    std::vector<TxId> mined{name<TxId>(1)};
    forEachChunkOfBlock(store.graph().chunks(), 0, {}, [&](const Chunk &chunk) {
        store.graph().forEachMember(
            chunk, [&](const MempoolNode &node) { mined.push_back(random() % 20 == 0 ? name<TxId>(random()) : node.txid); });
    });
    auto confirmed = std::make_shared<std::vector<ConfirmedTransaction>>();
    for (const TxId &txid : mined)
        confirmed->push_back({txid, Satoshi(1), {}, Weight(1000)});

    double start = now();
    BlockContents contents = describeMined(store.graph(), mined, confirmed);
    const double described = now() - start;
    start = now();
    const BlockMatch match = matchWithProjection(contents, store.graph(), {}, 1'700'000'000);
    const double matched = now() - start;
    start = now();
    store.connectBlock({block(924'513), mined, confirmed}, clock.unixMs());
    const double connected = now() - start;
    std::printf("%zu transactions, %zu in the block, match %.1f %%: described %.2f ms, compared %.2f ms, of connecting it in all "
                "%.2f ms; kept %zu bytes\n",
                count, mined.size(), match.rate, described, matched, connected, store.archive().memory());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv); // the store's timers want one
    if (argc == 1) {
        measure(10'000);
        measure(300'000);
    }
    for (int i = 1; i < argc; ++i)
        measure(static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)));
}
