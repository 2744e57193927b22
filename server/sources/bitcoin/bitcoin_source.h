// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/bitcoin_queries.h"
#include "server/sources/bitcoin/node_session.h"
#include "server/sources/node_source.h"
#include "server/sources/peer_locator.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/domain/source_status.h"
#include "shared/state/chain_store.h"

#include <QTimer>

#include <memory>

namespace tipwatch {

/// A Bitcoin Core (0.21 to 31) or Knots node over JSON-RPC and ZMQ. Connects, and connects again with growing pauses whenever that fails;
/// tells in its status what is the matter and what to do about it. What was shown last stays.
class BitcoinSource final : public NodeSource {
    Q_OBJECT

public:
    /// @p store, @p clock and @p locator must outlive the source.
    BitcoinSource(const BitcoinConfig &config, ChainStore &store, const Clock &clock, PeerLocator &locator,
                  QObject *parent = nullptr);
    ~BitcoinSource() override;

    void start() override;
    void stop() override;
    NodeQueries *queries() override { return &m_queries; }

private:
    void connectToNode();
    void onSessionChanged();
    void onFailed(const RpcError &error);
    void explain(const RpcError &error);
    void say(SourceState state, std::string reason);
    void retryLater(int pauseMs);
    void dropSession();

    BitcoinConfig m_config;
    ChainStore &m_store;
    const Clock &m_clock;
    PeerLocator &m_locator;
    BitcoinQueries m_queries;
    std::unique_ptr<NodeSession> m_session;
    std::unique_ptr<NodeSession> m_dropped; ///< failed, to be deleted from the event loop
    std::string m_credentialsFrom;
    SourceStatus m_status;
    bool m_hasPicture = false; ///< the store holds what a node said
    int m_pauseMs;
    QTimer m_retryTimer;
};

} // namespace tipwatch
