// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/qml/scripted_chain.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tipwatch::test {

namespace {

constexpr std::int64_t coin = 100'000'000;

} // namespace

ScriptedChain::ScriptedChain(const Clock &clock, std::uint32_t seed) : store(bus, clock), m_clock(clock), m_random(seed)
{
    m_status.source = "bitcoin";
    m_status.network = "main";
    m_status.node = "http://127.0.0.1:8332";
    m_status.version = "Bitcoin Core 31.0.0";
}

template <class Hash> Hash ScriptedChain::drawHash()
{
    typename Hash::Bytes bytes;
    for (auto &byte : bytes)
        byte = static_cast<std::uint8_t>(m_random());
    if constexpr (std::is_same_v<Hash, BlockHash>)
        std::fill(bytes.end() - 9, bytes.end(), 0);
    return Hash(bytes);
}

BlockSummary ScriptedChain::nextBlock(std::int32_t height, const BlockHash &previous, std::int64_t time)
{
    static const std::array<const char *, 6> miners{"Foundry USA", "AntPool", "ViaBTC", "OCEAN", "F2Pool", ""};
    BlockSummary block;
    block.height = Height(height);
    block.hash = drawHash<BlockHash>();
    block.previousHash = previous;
    block.time = time;
    block.bits = 0x17021a91;
    block.size = static_cast<std::int64_t>(uniform(1.2e6, 1.9e6));
    block.weight = Weight(static_cast<std::int64_t>(uniform(3.2e6, 3.996e6)));
    block.txCount = static_cast<std::int32_t>(uniform(1800, 5200));
    block.subsidy = subsidyAt(block.height, 210'000);
    block.totalFees = Satoshi(static_cast<std::int64_t>(uniform(2e6, 3e7)));
    const double median = std::exp(uniform(0.2, 4.5));
    block.feerateRange = FeerateRange{Feerate(median * .3),  Feerate(median * .5), Feerate(median * .7), Feerate(median),
                                      Feerate(median * 1.4), Feerate(median * 2),  Feerate(median * 12)};
    block.miner = miners[m_random() % miners.size()];
    return block;
}

void ScriptedChain::begin(int blocks, int height, int transactions)
{
    setState(SourceState::Syncing);
    std::vector<BlockSummary> chain;
    BlockHash previous = drawHash<BlockHash>();
    std::vector<std::int64_t> gaps;
    for (int i = 1; i < blocks; ++i)
        gaps.push_back(static_cast<std::int64_t>(-std::log(uniform(0.001, 1)) * 600));
    gaps.push_back(252); // the tip's age
    std::int64_t time = now() / 1000 - std::accumulate(gaps.begin(), gaps.end(), std::int64_t(0));
    for (int i = 0; i < blocks; ++i) {
        chain.push_back(nextBlock(height - blocks + 1 + i, previous, time));
        previous = chain.back().hash;
        time += gaps[static_cast<std::size_t>(i)];
    }
    store.resetChain(std::move(chain), now());
    store.resetMempool({}, 0, now());
    send(transactions);
    store.setMempoolLimits({243'000'000, 300'000'000, Feerate(1.0)});
    store.setNodeFees({Feerate(28.4), Feerate(21.0), Feerate(15.2), Feerate(6.0)}, now());
    NetworkInfo network;
    network.peers = 42;
    store.setNetwork(network, now());
    setState(SourceState::Live);
}

void ScriptedChain::setState(SourceState state, const std::string &reason, double progress)
{
    m_status.state = state;
    m_status.reason = reason;
    m_status.progress = progress;
    m_status.exact = state == SourceState::Live;
    m_status.feed = tipwatch::Feed::Push;
    m_status.since = now();
    store.setStatus(m_status);
}

void ScriptedChain::setSimulated(bool simulated)
{
    m_status.simulated = simulated;
    m_status.source = simulated ? "simulated" : "bitcoin";
    m_status.node = simulated ? "" : "http://127.0.0.1:8332";
    m_status.version = simulated ? "Simulated network" : "Bitcoin Core 31.0.0";
    store.setStatus(m_status);
}

void ScriptedChain::mine(int transactions)
{
    const BlockPtr tip = store.tipBlock();
    ConnectedBlock block{nextBlock(tip->height.value + 1, tip->hash, now() / 1000), {}};
    const std::vector<TxId> waiting = store.mempoolTxids().txids;
    block.txids.assign(waiting.begin(), waiting.begin() + std::min<std::ptrdiff_t>(transactions, std::ssize(waiting)));
    store.connectBlock(std::move(block), now());
}

void ScriptedChain::disconnectTip()
{
    store.disconnectTip(store.tipBlock()->hash, now());
}

MempoolEntry ScriptedChain::draw()
{
    MempoolEntry entry;
    entry.txid = drawHash<TxId>();
    entry.vsize = VBytes(m_vsize > 0 ? m_vsize : static_cast<std::int64_t>(std::exp(uniform(4.7, 7.5))));
    entry.weight = Weight(entry.vsize.value * 4);
    entry.fee = Satoshi(static_cast<std::int64_t>(static_cast<double>(entry.vsize.value) * std::exp(uniform(0.05, 4.6))));
    entry.modifiedFee = entry.fee;
    entry.time = now() / 1000;
    entry.value = Satoshi(static_cast<std::int64_t>(std::exp(uniform(10, 24))));
    entry.inputs = 1;
    entry.outputs = 2;
    if (m_random() % 9 == 0)
        entry.set(TxFlag::SpendsMempool);
    return entry;
}

void ScriptedChain::send(int count, std::int64_t value)
{
    std::vector<MempoolEntry> entries;
    for (int i = 0; i < count; ++i) {
        MempoolEntry entry = draw();
        if (value >= 0)
            entry.value = Satoshi(value);
        store.addTransaction(entry.txid, 0, now());
        entries.push_back(std::move(entry));
    }
    if (!entries.empty())
        store.describeTransactions(std::move(entries));
}

void ScriptedChain::replaceOne()
{
    const std::vector<TxId> waiting = store.mempoolTxids().txids;
    if (waiting.empty())
        return;
    MempoolEntry entry = draw();
    entry.set(TxFlag::Replacement);
    store.removeTransaction(waiting.front(), RemovalReason::Replaced, entry.txid, 0, now());
    store.addTransaction(entry.txid, 0, now());
    store.describeTransactions({entry});
}

} // namespace tipwatch::test
