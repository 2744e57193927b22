// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/node_link.h"
#include "server/sources/bitcoin/rpc_parser.h"

#include <QObject>
#include <QTimer>

namespace tipwatch {

/// Asks from time to time for what the node does not announce: chain facts, mempool limits, deltas of
/// prioritisetransaction, peers, fee estimates; tells the store.
/// Backend thread.
class NodeFacts : public QObject {
    Q_OBJECT

public:
    static constexpr int figuresInterval = 5'000; ///< ms
    static constexpr int networkInterval =
        10'000; ///< and a moment after the number of peers changed: then they have said who they are
    static constexpr int feesInterval = 60'000;   ///< and after each block
    static constexpr int catchUpInterval = 1'000; ///< for the figures, while the node is catching up

    explicit NodeFacts(const NodeLink &link, QObject *parent = nullptr);

    /// Asks for everything now, and then at the intervals.
    void start();
    void setCatchingUp(bool catchingUp);
    /// Figures and estimates are likely to be new in a moment: a block came, or something does not fit.
    void askSoon();

Q_SIGNALS:
    /// @p sameMoment tells that the store's mempool count and tip did not move while the question was under way.
    void figures(const tipwatch::ChainInfo &chain, const tipwatch::MempoolInfo &mempool, bool sameMoment);

private:
    void askFigures();
    void askNetwork();
    void takePeers(const RpcResult &answer);
    void askFees();
    void askDeltas();
    void takeBlockMinFeerate(const RpcResult &answer);
    bool passed(const tl::expected<std::span<const RpcResult>, RpcError> &answers) const;

    const NodeLink &m_link;
    std::int32_t m_peers = -1; ///< how many, -1: not known yet
    bool m_peersUnknown = false;
    bool m_askingFees = false;
    bool m_deltasUnknown = false; ///< the node does not tell them
    QTimer m_figuresTimer, m_networkTimer, m_newPeersTimer, m_feesTimer, m_soonTimer;
};

} // namespace tipwatch
