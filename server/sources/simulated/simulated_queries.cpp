// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_queries.h"

#include "server/sources/simulated/simulated_hash.h"
#include "server/sources/simulated/simulated_network.h"

#include <algorithm>
#include <utility>

namespace tipwatch::simulated {

namespace {

using Kind = QueryError::Kind;

constexpr int scanSteps = 20;

template <class T> QueryAnswer<T> no(Kind kind, const char *message)
{
    return tl::unexpected(QueryError{kind, message});
}

/// Some coins that follow from the script, of blocks below @p tip.
ScanResult inventedCoins(const Script &script, const BlockSummary &tip)
{
    std::uint64_t seed = script.size();
    for (const std::uint8_t byte : script)
        seed = mix(seed, byte);
    ScanResult result;
    result.height = tip.height;
    result.block = tip.hash;
    result.searched = 170'000'000;
    for (std::uint64_t i = 0; i < seed % 4; ++i) {
        const std::uint64_t coin = mix(seed, i);
        UnspentOutput unspent;
        unspent.point = {hashOf<TxId>(seed, i), static_cast<std::uint32_t>(coin % 3)};
        unspent.value = Satoshi(static_cast<std::int64_t>(10'000 + coin % 50'000'000));
        unspent.height = Height(tip.height.value - 1 - static_cast<std::int32_t>(coin % 50'000));
        result.total += unspent.value;
        result.unspent.push_back(unspent);
    }
    return result;
}

} // namespace

SimulatedQueries::SimulatedQueries(std::function<const SimulatedNetwork *()> network, QObject *parent)
    : QObject(parent), m_network(std::move(network)), m_scanTimer(this)
{
    m_scanTimer.setInterval(scanMs / scanSteps);
    connect(&m_scanTimer, &QTimer::timeout, this, &SimulatedQueries::scanGoesOn);
}

template <class T> void SimulatedQueries::later(Done<T> done, QueryAnswer<T> answer)
{
    QTimer::singleShot(0, this, [done = std::move(done), answer = std::move(answer)] { done(answer); });
}

void SimulatedQueries::transaction(const TxId &txid, const std::optional<BlockHash> &, Done<TransactionDetailPtr> done)
{
    const SimulatedNetwork *network = m_network();
    if (!network)
        return later(std::move(done), no<TransactionDetailPtr>(Kind::NodeGone, "The simulation is not running."));
    auto detail = network->detailOf(txid);
    if (!detail)
        return later(
            std::move(done),
            no<TransactionDetailPtr>(Kind::NotFound, "The simulated node remembers its mempool and the last few blocks only."));
    later(std::move(done), QueryAnswer<TransactionDetailPtr>(std::make_shared<const TransactionDetail>(std::move(*detail))));
}

void SimulatedQueries::block(const BlockName &name, Done<BlockDetailPtr> done)
{
    later(std::move(done), blockNow(name));
}

QueryAnswer<BlockDetailPtr> SimulatedQueries::blockNow(const BlockName &name) const
{
    const SimulatedNetwork *network = m_network();
    if (!network)
        return no<BlockDetailPtr>(Kind::NodeGone, "The simulation is not running.");
    const std::vector<BlockSummary> &blocks = network->blocks();
    const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const BlockSummary &block) {
        const auto *hash = std::get_if<BlockHash>(&name);
        return hash ? block.hash == *hash : block.height == std::get<Height>(name);
    });
    if (found == blocks.end())
        return no<BlockDetailPtr>(Kind::NotFound, "The simulated node remembers its latest blocks only.");
    auto detail = std::make_shared<BlockDetail>();
    detail->summary = *found;
    detail->confirmations = blocks.back().height.value - found->height.value + 1;
    detail->transactions = network->transactionsOf(found->hash);
    return BlockDetailPtr(std::move(detail));
}

// --- scans

void SimulatedQueries::scan(const Script &script, Progress progress, Done<ScanResultPtr> done)
{
    if (m_scanDone)
        return later(std::move(done), no<ScanResultPtr>(Kind::Busy, "The node does one scan at a time."));
    m_scanned = script;
    m_progress = std::move(progress);
    m_scanDone = std::move(done);
    m_scanSteps = 0;
    m_scanTimer.start();
}

void SimulatedQueries::scanGoesOn()
{
    const SimulatedNetwork *network = m_network();
    if (!network)
        return endScan(no<ScanResultPtr>(Kind::NodeGone, "The simulation is not running."));
    if (++m_scanSteps < scanSteps) {
        if (m_progress)
            m_progress(static_cast<double>(m_scanSteps) / scanSteps);
        return;
    }
    endScan(std::make_shared<const ScanResult>(inventedCoins(m_scanned, network->blocks().back())));
}

void SimulatedQueries::cancelScan()
{
    if (m_scanDone)
        later<ScanResultPtr>(std::exchange(m_scanDone, nullptr), no<ScanResultPtr>(Kind::Cancelled, "The scan was cancelled."));
    m_scanTimer.stop();
}

void SimulatedQueries::endScan(QueryAnswer<ScanResultPtr> answer)
{
    m_scanTimer.stop();
    m_progress = nullptr;
    if (const auto done = std::exchange(m_scanDone, nullptr))
        done(std::move(answer));
}

} // namespace tipwatch::simulated
