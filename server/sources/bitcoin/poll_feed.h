// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/chain_loader.h"
#include "server/sources/bitcoin/entry_loader.h"
#include "server/sources/bitcoin/mempool_tracker.h"

#include <QObject>
#include <QTimer>

#include <cstdint>

namespace tipwatch {

/// Keeps the store near the node by asking again and again, for nodes without a ZMQ "sequence" stream. What comes and goes between two
/// looks is not seen. New blocks are waited for by a long poll (waitfornewblock), where the node has that. Backend thread.
class PollFeed : public QObject {
    Q_OBJECT

public:
    PollFeed(const NodeLink &link, ChainLoader &chain, EntryLoader &entries, QObject *parent = nullptr);

    void start();
    /// Does not touch the store any more. Answers may still come, so the feed has to live as long as the client.
    void stop();
    /// Something happened in the node (a ZMQ message of another topic): look now.
    void look();
    /// The store holds a first answer.
    bool isFollowing() const { return m_following; }

Q_SIGNALS:
    void changed(); ///< isFollowing()

private:
    struct Figures { ///< if these did not change, nor did the mempool
        std::int64_t count = -1;
        std::int64_t vsize = 0;
        std::int64_t usage = 0;
        std::int64_t fees = 0;
        friend bool operator==(const Figures &, const Figures &) = default;
    };

    void ask();
    void answered(std::span<const RpcResult> answers);
    void askMempool();
    void update(const MempoolSnapshot &snapshot);
    void waitForBlock();
    void failed(const RpcError &error);
    void tryAgain();
    void askAgainIn(std::int64_t ms);

    const NodeLink &m_link;
    ChainLoader &m_chain;
    EntryLoader &m_entries;
    bool m_stopped = false;
    bool m_following = false;
    bool m_asking = false;
    bool m_lookAgain = false;
    Figures m_figures;
    std::int64_t m_askedAt = 0;    ///< steady ms
    std::int64_t m_fullLookAt = 0; ///< steady ms of the last whole list
    QTimer m_timer;
};

} // namespace tipwatch
