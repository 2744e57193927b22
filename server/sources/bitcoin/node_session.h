// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/chain_loader.h"
#include "server/sources/bitcoin/entry_loader.h"
#include "server/sources/bitcoin/node_facts.h"
#include "server/sources/bitcoin/node_link.h"
#include "server/sources/bitcoin/node_locator.h"
#include "server/sources/bitcoin/period_loader.h"
#include "server/sources/bitcoin/poll_feed.h"
#include "server/sources/bitcoin/sequence_feed.h"
#include "shared/domain/source_status.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <string>

namespace tipwatch {

/// One connection to a node, from the first question to the first failure; then it is of no use any more. Backend thread.
class NodeSession : public QObject {
    Q_OBJECT

public:
    /// What the session knows of itself, for the source's status.
    struct Picture {
        std::string network;
        std::string version;
        SourceState state = SourceState::Connecting;
        std::string reason;
        double progress = 0;
        Feed feed = Feed::None;
        bool exact = false;
        bool pruned = false;
        friend bool operator==(const Picture &, const Picture &) = default;
    };

    /// @p zmq as in BitcoinConfig. @p store, @p clock and @p locator must outlive the session.
    NodeSession(const NodeAddress &address, std::vector<std::string> zmq, ChainStore &store, const Clock &clock,
                PeerLocator &locator, QObject *parent = nullptr);
    ~NodeSession() override;

    void start();
    const Picture &picture() const { return m_picture; }

Q_SIGNALS:
    void changed(); ///< picture()
    void resyncing(const std::string &why);
    void failed(const tipwatch::RpcError &error); ///< once; take the session down from the event loop
    void refused(const std::string &why);         ///< once; it is not the node that was asked for

private:
    void fail(const RpcError &error);
    void greeted(std::span<const RpcResult> answers);
    void learnZmq(const RpcResult &notifications);
    void chooseFeed();
    void startSequence(const SequenceFeed::Endpoints &endpoints);
    void startPolling(std::string why);
    void listenForWakeUps();
    void onFigures(const ChainInfo &chain, const MempoolInfo &mempool, bool sameMoment);
    void showProgress(const BlockHash &tip);
    void compareFigures(const ChainInfo &chain, const MempoolInfo &mempool, bool sameMoment);
    void setCatchingUp(const ChainInfo &chain);
    void refresh();
    std::string liveReason() const;

    std::string m_expectedNetwork;
    std::vector<std::string> m_zmqConfig;
    ChainStore &m_store;
    const Clock &m_clock;
    RpcClient m_rpc;
    BlockBook m_book;
    NodeLink m_link;
    ChainLoader m_chain;
    EntryLoader m_entries;
    NodeFacts m_facts;
    PeriodLoader m_periods;
    std::unique_ptr<SequenceFeed> m_sequence;
    std::unique_ptr<PollFeed> m_poll;
    std::unique_ptr<ZmqSubscriber> m_wakeUps; ///< topics that tell that something happened, beside polling
    QTimer m_zmqPatience;
    Picture m_picture;
    std::vector<ZmqNotification> m_zmq; ///< as they are reached from here
    std::string m_zmqUnknown;           ///< why the node does not tell them
    std::string m_pollReason;
    bool m_failed = false;
    bool m_catchingUp = false;
    double m_verified = 0;
    bool m_initialDownload = false;
    bool m_mempoolLoading = false;
    int m_differences = 0; ///< how many times in a row the node's figures were not ours
};

} // namespace tipwatch
