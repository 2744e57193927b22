// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/web/states.h"

#include <array>
#include <cmath>

namespace tipwatch::test {

namespace {

struct Found {
    double median;
    const char *miner;
    std::int64_t secondsAgo;
    std::int32_t txCount;
    double megabytes;
};

constexpr std::array<Found, 14> found{{{26.1, "Foundry USA", 252, 3871, 1.58},
                                       {24, "AntPool", 671, 4120, 1.71},
                                       {31.7, "ViaBTC", 1870, 3544, 1.62},
                                       {12.3, "OCEAN", 2290, 5210, 1.55},
                                       {9.8, "F2Pool", 2410, 2901, 1.40},
                                       {9.1, "MARA Pool", 3541, 4433, 1.66},
                                       {6.4, "", 4002, 3990, 1.79},
                                       {141, "SpiderPool", 4700, 2210, 1.51},
                                       {3.2, "Luxor", 5300, 5121, 1.47},
                                       {1.4, "Braiins Pool", 7300, 1204, 0.61},
                                       {0, "SECPOOL", 7391, 1, 0.0003},
                                       {412, "Binance Pool", 9100, 4012, 1.6},
                                       {62, "Foundry USA", 9901, 3321, 1.6},
                                       {48, "AntPool", 11001, 3320, 1.6}}};

template <class Hash> Hash hashOf(std::uint8_t seed, int leadingZeros)
{
    typename Hash::Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size() - static_cast<std::size_t>(leadingZeros); ++i)
        bytes[i] = static_cast<std::uint8_t>(seed * 37 + i * 101 + (i * i) % 53);
    return Hash(bytes);
}

BlockPtr blockOf(const Found &block, int index)
{
    auto summary = std::make_shared<BlockSummary>();
    summary->height = Height(918'318 - index);
    summary->hash = hashOf<BlockHash>(static_cast<std::uint8_t>(index + 1), 10);
    summary->previousHash = hashOf<BlockHash>(static_cast<std::uint8_t>(index + 2), 10);
    summary->receivedAt = index < 5 ? lookedAtMs - block.secondsAgo * 1000 : 0;
    summary->time = lookedAtMs / 1000 - block.secondsAgo;
    summary->size = std::llround(block.megabytes * 1e6);
    summary->weight =
        Weight(block.txCount == 1 ? 1168 : std::min<std::int64_t>(3'993'000, std::llround(block.megabytes * 2.4e6)));
    summary->txCount = block.txCount;
    summary->subsidy = Satoshi(312'500'000);
    summary->miner = block.miner;
    if (summary->miner.empty())
        summary->coinbaseTag = "/solo.ckpool.org/";
    if (block.median > 0) {
        const double m = block.median;
        summary->feerateRange = FeerateRange{Feerate(m * 0.4), Feerate(m * 0.6), Feerate(m * 0.8), Feerate(m),
                                             Feerate(m * 1.4), Feerate(m * 2.2), Feerate(m * 11.7)};
        summary->totalFees = Satoshi(std::llround(m * 1.1e6));
    }
    return summary;
}

} // namespace

ChainSnapshot busySnapshot()
{
    ChainSnapshot snapshot;
    snapshot.position = {0x1234, 8123};
    for (int i = 0; i < static_cast<int>(found.size()); ++i)
        snapshot.blocks.push_back(blockOf(found[static_cast<std::size_t>(i)], i));
    const BlockSummary &newest = *snapshot.blocks.front();
    Tip &tip = snapshot.tip;
    tip.height = newest.height;
    tip.hash = newest.hash;
    tip.previousHash = newest.previousHash;
    tip.time = newest.time;
    tip.receivedAt = newest.receivedAt;
    tip.difficulty = 1.4672e14;
    tip.chainwork = "0000000000000000000000000000000000000000e83b9fdf3c7f4f4a0f1f2a3c";
    tip.headers = tip.height;

    MempoolSummary &mempool = snapshot.mempool;
    mempool.count = 84'213;
    mempool.vsize = VBytes(61'402'118);
    mempool.totalFees = Satoshi(84'120'339);
    mempool.usage = 243'112'000;
    mempool.maxUsage = 300'000'000;
    mempool.minFeerate = Feerate(1);
    mempool.bytesPerSecond = 2310;
    mempool.txPerSecond = 4.8;
    mempool.exact = true;
    for (std::size_t i = 1; i < 22; ++i) {
        const double x = (static_cast<double>(i) - 7.5) / 4.2;
        mempool.histogram.push_back(
            {Feerate(feerateBands[i]), VBytes(std::llround(7.6e6 * std::exp(-x * x) * (i % 3 == 0 ? 0.7 : 1)))});
    }

    snapshot.fees = {Feerate(28.4), Feerate(21), Feerate(15.2), Feerate(6), Feerate(1)};
    snapshot.network.peers = 41;
    snapshot.network.outbound = 10;
    snapshot.network.inbound = 31;
    snapshot.network.version = 310'000;
    snapshot.network.subversion = "/Satoshi:31.0.0/";

    SourceStatus &status = snapshot.status;
    status.source = "bitcoin";
    status.network = "main";
    status.node = "http://127.0.0.1:8332";
    status.version = "Bitcoin Core 31.0.0";
    status.state = SourceState::Live;
    status.feed = Feed::Push;
    status.exact = true;
    status.since = lookedAtMs - 7'200'000;
    return snapshot;
}

std::vector<NamedSnapshot> allSnapshots()
{
    const ChainSnapshot busy = busySnapshot();
    std::vector<NamedSnapshot> all{{"busy", busy}};
    const auto add = [&all](const char *name, const ChainSnapshot &from, auto change) {
        all.push_back({name, from});
        change(all.back().snapshot);
    };

    add("unknown", {}, [](ChainSnapshot &) {});
    add("connecting", {}, [](ChainSnapshot &s) {
        s.status.state = SourceState::Connecting;
        s.status.node = "http://127.0.0.1:8332";
        s.status.reason = "Connection refused by 127.0.0.1:8332. Is the node running? Trying again in 8 s.";
    });
    add("syncing", busy, [](ChainSnapshot &s) {
        s.blocks.clear();
        s.mempool = {};
        s.fees = {};
        s.tip.height = Height(412'006);
        s.tip.headers = Height(918'318);
        s.tip.receivedAt = 0;
        s.tip.time = 1'463'500'000;
        s.status.state = SourceState::Syncing;
        s.status.progress = 0.4371;
        s.status.exact = false;
        s.status.feed = Feed::None;
        s.status.reason = "The node is downloading the chain: block 412,006 of 918,318.";
    });
    add("stale", busy, [](ChainSnapshot &s) {
        s.status.state = SourceState::Stale;
        s.status.since = lookedAtMs - 250'000;
        s.status.exact = false;
    });
    add("error", {}, [](ChainSnapshot &s) {
        s.status.state = SourceState::Error;
        s.status.node = "http://127.0.0.1:8332";
        s.status.reason = "The node refuses the password of user \"alice\" (401). Check --rpc-user and --rpc-password-file.";
    });
    add("resyncing", busy, [](ChainSnapshot &s) { s.status.exact = false; });
    add("polling", busy, [](ChainSnapshot &s) {
        s.status.feed = Feed::Poll;
        s.status.reason = "The node offers no ZMQ \"sequence\" endpoint, so it is asked every second.";
    });
    add("simulated", busy, [](ChainSnapshot &s) {
        s.status.source = "simulated";
        s.status.simulated = true;
        s.status.node.clear();
        s.status.version = "Simulated network";
        s.status.reason = "Everything shown is invented: no node is connected, and no block or transaction is real.";
    });
    add("empty", busy, [](ChainSnapshot &s) {
        s.blocks.resize(3);
        s.mempool = {};
        s.mempool.exact = true;
        s.mempool.minFeerate = Feerate(1);
        s.mempool.maxUsage = 300'000'000;
        s.fees = {};
        s.fees.minimum = Feerate(1);
        s.status.network = "regtest";
        s.tip.height = Height(102);
        s.tip.difficulty = 4.6565423739069247e-10;
        s.tip.chainwork = "00000000000000000000000000000000000000000000000000000000000000ce";
    });
    add("hostile", busy, [](ChainSnapshot &s) {
        const std::string evil = "<script>alert(1)</script>\"' onload=x & {{evil}} <!--";
        auto block = std::make_shared<BlockSummary>(*s.blocks.front());
        block->miner = evil;
        s.blocks[0] = block;
        auto tagged = std::make_shared<BlockSummary>(*s.blocks[1]);
        tagged->miner.clear();
        tagged->coinbaseTag = evil + std::string(300, 'W');
        s.blocks[1] = tagged;
        s.status.reason = evil;
        s.status.version = evil;
        s.status.network = "\"><img src=x>";
        s.status.node = evil;
    });
    return all;
}

} // namespace tipwatch::test
