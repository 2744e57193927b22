// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/mempool_tracker.h"

namespace tipwatch {

std::size_t MempoolTracker::reset(const MempoolSnapshot &snapshot, std::span<const SequenceMessage> queued)
{
    std::size_t held = 0;
    for (std::size_t i = 0; i < queued.size(); ++i) {
        if (queued[i].isMempool() && queued[i].mempoolSequence < snapshot.sequence)
            held = i + 1;
    }
    for (const SequenceMessage &message : queued.first(held))
        followStream(message);
    if (m_streamTip != snapshot.tip)
        held += blocksUntil(snapshot.tip, queued.subspan(held));
    m_tip = snapshot.tip;
    m_snapshot = m_numbered = m_accounted = snapshot.sequence;
    m_chainMoved = false;
    m_doubt.clear();
    return held;
}

/// How many of @p queued lead the stream to @p tip; none if they do not, or only after a change of the mempool.
std::size_t MempoolTracker::blocksUntil(const BlockHash &tip, std::span<const SequenceMessage> queued)
{
    for (std::size_t i = 0; i < queued.size() && !queued[i].isMempool(); ++i) {
        if (queued[i].kind == SequenceMessage::Kind::Connected && queued[i].block() == tip) {
            m_streamTip = tip;
            return i + 1;
        }
    }
    return 0;
}

void MempoolTracker::apply(const SequenceMessage &message)
{
    if (!m_doubt.empty())
        return;
    switch (message.kind) {
    case SequenceMessage::Kind::Added:
    case SequenceMessage::Kind::Removed:
        return applyMempool(message);
    case SequenceMessage::Kind::Connected:
        return applyConnected(message.block());
    case SequenceMessage::Kind::Disconnected:
        return applyDisconnected(message.block());
    }
}

void MempoolTracker::raiseDoubt(std::string why)
{
    if (m_doubt.empty())
        m_doubt = std::move(why);
}

void MempoolTracker::applyMempool(const SequenceMessage &message)
{
    if (message.mempoolSequence < m_snapshot && m_numbered == m_snapshot) {
        // Late: the snapshot holds it, and so does it hold every block before it in the stream.
        if (m_chainMoved)
            raiseDoubt("the snapshot held a block that was applied again");
        return;
    }
    if (!numberFits(message.mempoolSequence))
        return;
    const TxId txid = message.txid();
    const bool known = m_view.contains(txid);
    if (message.kind == SequenceMessage::Kind::Added) {
        if (known)
            return raiseDoubt("a transaction was added that is there already");
        m_view.add(txid, m_accounted);
    } else if (known) {
        m_view.remove(txid, m_accounted);
    } // else: accepted to a full mempool and evicted at once; that is announced by its R only
}

bool MempoolTracker::numberFits(std::uint64_t sequence)
{
    if (isBehind())
        raiseDoubt("the mempool is ahead of the chain");
    else if (sequence < m_numbered)
        raiseDoubt("the mempool sequence went back");
    else if (m_accounted > sequence)
        raiseDoubt("blocks took more transactions out than the node counted");
    if (!m_doubt.empty())
        return false;
    m_numbered = sequence + 1;
    ++m_accounted;
    return true;
}

void MempoolTracker::applyConnected(const BlockHash &hash)
{
    const std::optional<BlockHash> parent = m_view.parentOf(hash);
    if (!parent)
        return raiseDoubt("a block was connected whose parent is unknown");
    const bool next = *parent == m_tip && !isBehind();
    if (!next && m_streamTip == m_tip)
        return raiseDoubt("a block was connected that does not build on the tip");
    m_streamTip = hash;
    if (!next)
        return; // late: on the way to the snapshot's tip
    m_tip = hash;
    m_chainMoved = true;
    m_accounted += m_view.connect(hash);
}

void MempoolTracker::applyDisconnected(const BlockHash &hash)
{
    const std::optional<BlockHash> parent = m_view.parentOf(hash);
    if (hash != m_tip || isBehind()) {
        if (m_streamTip == m_tip)
            return raiseDoubt("a block was disconnected that is not the tip");
        m_streamTip = parent; // late; if the parent is unknown, so is where the stream stands
        return;
    }
    if (!parent)
        return raiseDoubt("a block was disconnected whose parent is unknown");
    m_tip = *parent;
    m_streamTip = parent;
    m_chainMoved = true;
    m_view.disconnect(hash);
}

void MempoolTracker::followStream(const SequenceMessage &message)
{
    if (message.kind == SequenceMessage::Kind::Connected)
        m_streamTip = message.block();
    else if (message.kind == SequenceMessage::Kind::Disconnected)
        m_streamTip = m_view.parentOf(message.block());
}

} // namespace tipwatch
