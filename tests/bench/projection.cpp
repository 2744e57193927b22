// SPDX-License-Identifier: GPL-3.0-or-later
// What it costs to know the next blocks: from nothing, at every change, when a block comes, and in memory; beside sorting everything anew.
// Prints figures for 10,000 to 1,000,000 transactions, or for as many as its arguments say.
#include "shared/mempool/block_projection.h"
#include "shared/mempool/mempool_graph.h"

#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

using namespace tipwatch;

namespace {

/// Processor time of this thread, microseconds: what else the machine does is not counted.
double now()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return 1e6 * static_cast<double>(used.tv_sec) + 1e-3 * static_cast<double>(used.tv_nsec);
}

double heap()
{
    const struct mallinfo2 info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

/// Transactions as a busy network has them: most alone, some pairs and bundles, chains up to 25, few clusters up to 64.
class Traffic {
public:
    explicit Traffic(std::uint32_t seed) : m_random(seed) {}

    MempoolEntry next()
    {
        MempoolEntry entry;
        entry.txid = name(++m_made);
        entry.weight = Weight(400 + static_cast<std::int64_t>(m_random() % 800));
        if (m_random() % 25 == 0)
            entry.weight = Weight(2'000 + static_cast<std::int64_t>(m_random() % 60'000));
        entry.vsize = vsizeOf(entry.weight);
        const double feerate = std::exp(std::normal_distribution<>(1.2, 1.1)(m_random));
        entry.fee = entry.modifiedFee = Satoshi(1 + static_cast<std::int64_t>(feerate * static_cast<double>(entry.vsize.value)));
        const bool startsCluster = m_random() % 4 != 0 || m_family.size() >= m_familyLimit;
        if (startsCluster) {
            m_family.clear();
            const auto kind = m_random() % 100;
            m_familyLimit = kind < 70 ? 2 : kind < 95 ? 6 : kind < 99 ? 25 : 64;
        } else if (!m_family.empty()) {
            entry.parents.push_back(m_family[m_random() % m_family.size()]);
            if (m_family.size() > 2 && m_random() % 4 == 0 && m_family.back() != entry.parents.front())
                entry.parents.push_back(m_family.back());
        }
        m_family.push_back(entry.txid);
        return entry;
    }

    std::uint32_t below(std::size_t bound) { return static_cast<std::uint32_t>(m_random() % bound); }

private:
    TxId name(std::uint64_t number)
    {
        TxId::Bytes bytes{};
        for (std::uint8_t &byte : bytes) {
            number = number * 6364136223846793005u + 1442695040888963407u;
            byte = static_cast<std::uint8_t>(number >> 56);
        }
        return TxId(bytes);
    }

    std::mt19937_64 m_random;
    std::uint64_t m_made = 0;
    std::vector<TxId> m_family;
    std::size_t m_familyLimit = 2;
};

double quantile(std::vector<double> &values, double share)
{
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// Sorts all by what they pay with their ancestors and cuts blocks: what those do who keep no order.
double plainMicroseconds(const MempoolGraph &graph)
{
    struct Scored {
        double score;
        std::int64_t weight;
    };
    const double start = now();
    std::vector<Scored> all;
    all.reserve(graph.size());
    graph.forEachTxid([&](const TxId &txid) {
        const auto entry = graph.find(txid);
        double fee = static_cast<double>(entry->modifiedFee.value), weight = static_cast<double>(entry->weight.value);
        if (!entry->parents.empty()) {
            for (const TxId &ancestor : graph.ancestors(txid)) {
                const auto above = graph.find(ancestor);
                fee += static_cast<double>(above->modifiedFee.value);
                weight += static_cast<double>(above->weight.value);
            }
        }
        all.push_back({fee / weight, entry->weight.value});
    });
    std::sort(all.begin(), all.end(), [](const Scored &a, const Scored &b) { return a.score > b.score; });
    std::int64_t weight = 0;
    int blocks = 0;
    for (const Scored &scored : all) {
        if ((weight += scored.weight) > 3'992'000) {
            weight = scored.weight;
            ++blocks;
        }
    }
    return blocks < 0 ? 0 : now() - start;
}

void measure(std::size_t count)
{
    Traffic traffic(7);
    std::vector<TxId> there;
    there.reserve(count + 20'000);
    MempoolGraph graph;
    const double before = heap();
    std::vector<MempoolEntry> entries;
    for (std::size_t i = 0; i < count; ++i) {
        entries.push_back(traffic.next());
        if (entries.size() == 10'000 || i + 1 == count) {
            for (const MempoolEntry &entry : entries) {
                graph.add(entry);
                there.push_back(entry.txid);
            }
            entries.clear();
        }
    }
    entries.shrink_to_fit();
    const double graphBytes = heap() - before;
    double start = now();
    projectBlocks(graph.chunks());
    const double built = now() - start;
    const double allBytes = heap() - before;

    std::vector<double> changes, orders, projections;
    for (int i = 0; i < 20'000; ++i) {
        const MempoolEntry entry = traffic.next();
        start = now();
        if (i % 2 == 0) {
            graph.add(entry);
            there.push_back(entry.txid);
        } else {
            TxId &gone = there[traffic.below(there.size())];
            graph.remove(gone);
            gone = there.back();
            there.pop_back();
        }
        const ChunkIndex &chunks = graph.chunks();
        const double ordered = now();
        const std::size_t blocks = projectBlocks(chunks).blocks.size();
        const double end = now();
        changes.push_back(end - start);
        orders.push_back(ordered - start);
        projections.push_back(blocks > 8 ? 0 : end - ordered);
    }

    std::vector<MempoolEntry> arrivals;
    for (int i = 0; i < 3'000; ++i)
        arrivals.push_back(traffic.next());
    start = now();
    for (int i = 0; i < 3'000; ++i) {
        graph.remove(there.back());
        there.pop_back();
    }
    for (const MempoolEntry &entry : arrivals)
        graph.add(entry);
    projectBlocks(graph.chunks());
    const double replaced = now() - start;

    std::printf(
        "%9zu transactions, %zu chunks: from nothing %.0f ms; one change p50 %.1f us, p99 %.1f us, max %.0f us (order p50 %.1f "
        "p99 %.1f, blocks p50 %.1f p99 %.1f); 3,000 replaced %.1f ms; %.0f bytes each, of these %.0f for the order; sorting all "
        "anew %.0f ms\n",
        count, graph.chunks().size(), built / 1000, quantile(changes, 0.5), quantile(changes, 0.99), quantile(changes, 1),
        quantile(orders, 0.5), quantile(orders, 0.99), quantile(projections, 0.5), quantile(projections, 0.99), replaced / 1000,
        allBytes / static_cast<double>(count), (allBytes - graphBytes) / static_cast<double>(count),
        plainMicroseconds(graph) / 1000);
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 1) {
        for (const std::size_t count : {10'000u, 100'000u, 300'000u, 1'000'000u})
            measure(count);
    }
    for (int i = 1; i < argc; ++i)
        measure(static_cast<std::size_t>(std::strtoull(argv[i], nullptr, 10)));
}
