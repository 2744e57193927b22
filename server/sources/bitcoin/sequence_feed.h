// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/chain_loader.h"
#include "server/sources/bitcoin/entry_loader.h"
#include "server/sources/bitcoin/mempool_audit.h"
#include "server/sources/bitcoin/mempool_tracker.h"
#include "server/sources/bitcoin/rpc_parser.h"
#include "server/sources/bitcoin/store_view.h"
#include "server/sources/bitcoin/zmq_subscriber.h"

#include <QObject>
#include <QTimer>

#include <deque>
#include <optional>
#include <string>
#include <unordered_set>

namespace tipwatch {

/// Keeps the store equal to the node by its ZMQ stream: subscribes, takes a snapshot, follows, proves, and starts over at any doubt.
/// Backend thread.
///
/// Messages wait in one queue, in the node's order. The first is applied as soon as it can be: a C needs its block, which `rawblock`
/// brings a moment earlier or later, or never (all but the last block of a reorg, initial block download): then it is asked for. An R waits
/// for a moment to see what it came with. Nothing waits for descriptions of transactions.
class SequenceFeed : public QObject {
    Q_OBJECT

public:
    struct Endpoints {
        std::string sequence;
        std::string rawblock; ///< may be empty: then every block is asked for
    };

    SequenceFeed(const NodeLink &link, ChainLoader &chain, EntryLoader &entries, QObject *parent = nullptr);

    /// @return false if an endpoint is no ZMQ address.
    bool start(const Endpoints &endpoints);

    bool isConnected() const { return m_zmq.isConnected(); }
    /// The store holds a snapshot and what came after it.
    bool isFollowing() const { return m_state == State::Following; }
    /// Proven equal to the node's.
    bool isExact() const { return m_exact; }
    /// How full the node's mempool is decides what a removal can mean.
    void setMempoolInfo(const MempoolInfo &info) { m_mempool = info; }
    /// Something speaks against the view (figures that differ): look soon.
    void suspect(const std::string &why);

Q_SIGNALS:
    void connected();                       ///< the streams stand
    void disconnected();                    ///< one of them broke; make a new feed
    void tipMoved();                        ///< a block was connected
    void changed();                         ///< isFollowing() or isExact()
    void resyncing(const std::string &why); ///< not at the first snapshot

private:
    enum class State {
        Connecting,
        Settling, ///< connected; the publisher takes the subscription in
        Snapshot, ///< waiting for the snapshot and its chain; messages queue up
        Following
    };
    struct Queued {
        SequenceMessage message;
        std::int64_t heardAt = 0; ///< Unix ms
    };

    void onConnected();
    void onMessage(const ZmqMessage &message);
    void onSequence(const ZmqMessage &message);
    void onRawBlock(const ZmqMessage &message);

    void resync(const std::string &why);
    void stopFollowing();
    void requestSnapshot();
    void install(const MempoolSnapshot &snapshot);
    void askAgain(const RpcError &error);
    void setState(State state, bool exact);

    void drain();
    bool apply(const Queued &front);
    bool isBlockMissing();
    void requestBlock(const BlockHash &hash);
    std::optional<RemovalGuess> removalOfFront();
    double mempoolFill() const;
    void noteApplied(const Queued &front);
    void settle();

    void scheduleAudit(int delayMs);
    void startAudit();
    void checkAudit();
    std::vector<SequenceMessage> queuedMessages() const;

    const NodeLink &m_link;
    ChainLoader &m_chain;
    EntryLoader &m_entries;
    ZmqSubscriber m_zmq;
    StoreView m_view;
    MempoolTracker m_tracker;
    std::unique_ptr<MempoolAudit> m_audit;

    State m_state = State::Connecting;
    bool m_exact = false;
    bool m_hadSnapshot = false;
    std::optional<MempoolInfo> m_mempool;
    std::optional<std::uint32_t> m_counter; ///< of the last sequence message
    std::deque<Queued> m_queue;
    std::int64_t m_lastHeard = 0;       ///< steady ms
    std::int64_t m_snapshotAskedAt = 0; ///< steady ms
    std::int64_t m_snapshotTook = 0;    ///< ms
    std::int64_t m_settledAt = 0;       ///< steady ms at which all was explained and compared
    std::int64_t m_auditPutOff = 0;     ///< ms for which an audit has been put off because messages came
    std::int64_t m_reorgUntil = 0;      ///< Unix ms: a removal heard before belongs to a reorg
    std::uint64_t m_snapshotRound = 0;  ///< answers to older requests are stale
    std::unordered_set<BlockHash, HashOfHash256> m_requestedBlocks;

    QTimer m_settleTimer;  ///< until the next snapshot is asked for: after connecting, after a resync
    QTimer m_blockTimer;   ///< patience with rawblock
    QTimer m_removalTimer; ///< patience with what follows an R
    QTimer m_quietTimer;   ///< after the last message everything must add up
    QTimer m_auditTimer;
};

} // namespace tipwatch
