// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/sequence_message.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tipwatch {

/// Answer to getrawmempool false true, bracketed by two equal getbestblockhash.
struct MempoolSnapshot {
    BlockHash tip;
    std::uint64_t sequence = 0; ///< number that the node's next change will have
    std::vector<TxId> txids;
};

/// What a tracker writes to. Every call is a change that happened in the node, in the node's order.
class TrackedView {
public:
    virtual ~TrackedView() = default;
    virtual bool contains(const TxId &txid) const = 0;
    /// @p sequence is the node's next number once this has happened, likewise below.
    virtual void add(const TxId &txid, std::uint64_t sequence) = 0;
    virtual void remove(const TxId &txid, std::uint64_t sequence) = 0;
    /// Puts the block on the tip and takes its transactions out. @return how many of them were in the view.
    virtual std::size_t connect(const BlockHash &hash) = 0;
    virtual void disconnect(const BlockHash &hash) = 0;
    /// @return the parent of a block, if it was ever heard of. A block whose C arrives is always known.
    virtual std::optional<BlockHash> parentOf(const BlockHash &hash) const = 0;
};

/// Follows the node's "sequence" stream from a snapshot on and notices when the stream does not add up. No I/O, no clock.
///
/// The arithmetic: the node numbers every removal and every announced arrival, but does not announce removals by a block. So a gap before
/// an A or R is a debt which the C messages pay with what they remove from the view, before the gap or after it. More paid than
/// numbered at an A or R is a contradiction; a debt that stays when the node is quiet is one too, which only the owner's clock can tell:
/// ask isSettled(). Losses that show in the per-topic counter are for the owner to see: call streamBroken() and start again from a snapshot.
///
/// Snapshots race with the stream in both directions. What a snapshot holds already is dropped: by number for A and R, by place in the stream
/// for C and D (all that come before a dropped A or R, and all until the stream has reached the snapshot's tip).
///
/// Findings behind this: README of the recording in tests/fixtures ("What the node does that a client has to know").
class MempoolTracker {
public:
    /// @p view must outlive the tracker.
    explicit MempoolTracker(TrackedView &view) : m_view(view) {}

    /// Starts from @p snapshot, which the view holds already. @p queued are messages that arrived and were not given to the tracker.
    /// @return how many of them, from the first, are in the snapshot already: they must not be given to the tracker any more.
    std::size_t reset(const MempoolSnapshot &snapshot, std::span<const SequenceMessage> queued);

    /// Applies the next message of the stream. Does nothing before reset() and once there is a doubt.
    void apply(const SequenceMessage &message);

    /// Messages were lost, or a new stream begins: where it stands on the chain is unknown.
    void streamBroken() { m_streamTip.reset(); }

    /// Why the view may differ from the node's; empty if nothing speaks for it.
    const std::string &doubt() const { return m_doubt; }
    void raiseDoubt(std::string why);

    /// Everything heard is explained. If not, more messages must be on their way.
    bool isSettled() const { return m_numbered <= m_accounted && !isBehind(); }

    /// The node's next mempool sequence number at which the view is true. Only meaningful while isSettled().
    std::uint64_t sequence() const { return m_accounted; }
    /// Of the chain as the view has it.
    const BlockHash &tip() const { return m_tip; }
    /// Of the chain as the stream told it; lags behind tip() after a snapshot, unknown after a loss.
    const std::optional<BlockHash> &streamTip() const { return m_streamTip; }
    void setStreamTip(std::optional<BlockHash> tip) { m_streamTip = tip; }

private:
    bool isBehind() const { return m_streamTip && *m_streamTip != m_tip; }
    bool numberFits(std::uint64_t sequence);
    void applyMempool(const SequenceMessage &message);
    void applyConnected(const BlockHash &hash);
    void applyDisconnected(const BlockHash &hash);
    void followStream(const SequenceMessage &message);
    std::size_t blocksUntil(const BlockHash &tip, std::span<const SequenceMessage> queued);

    TrackedView &m_view;
    std::string m_doubt = "no snapshot yet";
    BlockHash m_tip;
    std::optional<BlockHash> m_streamTip;
    std::uint64_t m_snapshot = 0;  ///< sequence of the snapshot
    std::uint64_t m_numbered = 0;  ///< next number according to the last A or R
    std::uint64_t m_accounted = 0; ///< next number according to the changes the view has seen
    bool m_chainMoved = false;     ///< a C or D was applied since the snapshot
};

} // namespace tipwatch
