// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/chain_watchers.h"

#include "server/alerts/words.h"

#include <cmath>

namespace tipwatch {

using namespace std::chrono_literals;

void NewBlockWatcher::begin(const ChainSnapshot &now, const Moment &, Firings &)
{
    m_isCatchingUp = now.tip.initialBlockDownload;
}

void NewBlockWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *changed = std::get_if<TipChanged>(&event.body))
        m_isCatchingUp = changed->tip.initialBlockDownload;
    const auto *connected = std::get_if<BlockConnected>(&event.body);
    if (!connected || m_isCatchingUp)
        return;
    const BlockSummary &block = *connected->block;
    std::string text = block.miner.empty() ? "Mined by an unknown miner" : "Mined by " + block.miner;
    if (block.txCount >= 0)
        text += ", " + counted(block.txCount, "transaction", "transactions");
    if (block.totalFees)
        text += ", " + coins(*block.totalFees) + " of fees";
    tell({"Block " + grouped(block.height.value), text + ".", block.hash.toHex()}, at, out);
}

void BlockLateWatcher::begin(const ChainSnapshot &now, const Moment &at, Firings &out)
{
    m_status = now.status;
    hear(now.tip, at);
    look(at, out);
}

void BlockLateWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    if (const auto *changed = std::get_if<TipChanged>(&event.body))
        hear(changed->tip, at);
    else if (const auto *status = std::get_if<SourceStatusChanged>(&event.body))
        m_status = status->status;
    else
        return;
    look(at, out);
}

/// In a reorg the tip goes back to an older block, but blocks have come.
void BlockLateWatcher::hear(const Tip &tip, const Moment &at)
{
    m_isCatchingUp = tip.initialBlockDownload;
    if (!tip.isKnown())
        return;
    const std::int64_t heard = tip.receivedAt > 0 ? tip.receivedAt : std::min(tip.time * 1000, at.unixMs);
    m_lastBlockAt = std::max(m_lastBlockAt, heard);
}

void BlockLateWatcher::look(const Moment &at, Firings &out)
{
    m_lateAt.reset();
    const bool isRegular = m_status.state == SourceState::Live && !m_isCatchingUp && interval() > 0ms && m_lastBlockAt > 0;
    if (!isRegular && isRaised()) // who does not hear the node does not know that the block has come
        return;
    const std::int64_t missing = m_lastBlockAt + patience().count() - at.unixMs;
    if (isRegular && missing > 0)
        m_lateAt = at.steadyMs + missing;
    judge(isRegular && missing <= 0, at, out);
}

std::optional<std::int64_t> BlockLateWatcher::due() const
{
    const auto latched = LastingWatcher::due();
    return latched && m_lateAt ? std::min(latched, m_lateAt) : latched ? latched : m_lateAt;
}

std::chrono::milliseconds BlockLateWatcher::interval() const
{
    if (m_watched.interval > 0ms)
        return m_watched.interval;
    if (m_status.simulated)
        return m_simulatedInterval;
    return m_status.network.empty() || m_status.network == "regtest" ? 0ms : 10min;
}

/// How long none may come.
std::chrono::milliseconds BlockLateWatcher::patience() const
{
    return std::chrono::milliseconds(std::llround(-std::log(m_watched.probability) * static_cast<double>(interval().count())));
}

AlertWords BlockLateWatcher::words(const Moment &at) const
{
    const std::chrono::milliseconds passed(at.unixMs - m_lastBlockAt);
    const double expected = static_cast<double>(passed.count()) / static_cast<double>(interval().count());
    return {"No block for " + spelt(passed), "At " + spelt(interval()) + " between blocks on average, so long a wait is one in " +
                                                 grouped(std::llround(std::min(std::exp(expected), 1e15))) + "."};
}

void ReorgWatcher::see(const ChainEvent &event, const Moment &at, Firings &out)
{
    const auto *reorg = std::get_if<ChainReorganised>(&event.body);
    if (!reorg || reorg->depth < m_watched.depth)
        return;
    std::string text = "The chain forked after block " + grouped(reorg->fork.value) + ": " +
                       counted(reorg->depth, "block is", "blocks are") + " taken back.";
    if (reorg->fellOut)
        text += " The new branch lacks " +
                counted(static_cast<std::int64_t>(reorg->fellOut->size()), "transaction", "transactions") + " of the old one.";
    const BlockPtr &tip = reorg->connected.empty() ? reorg->disconnected.front() : reorg->connected.back();
    tell({"Reorg of " + counted(reorg->depth, "block", "blocks"), std::move(text), tip->hash.toHex()}, at, out);
}

} // namespace tipwatch
