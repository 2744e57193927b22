// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/rpc_answer.h"
#include "server/sources/bitcoin/rpc_endpoint.h"

#include <QByteArray>
#include <QTcpSocket>

#include <chrono>
#include <memory>

namespace tipwatch {

/// One keep-alive HTTP connection to the node: one request, one answer, rest, the next request.
/// Lives on the RpcClient's thread. Signals come from the event loop, never from within send().
class RpcConnection : public QObject {
    Q_OBJECT

public:
    using SteadyTime = std::chrono::steady_clock::time_point;

    RpcConnection(const RpcEndpoint &endpoint, std::uint64_t maxAnswerSize, QObject *parent);
    ~RpcConnection() override;

    /// Sends a whole HTTP request; connects first if need be. Only one at a time.
    void send(const QByteArray &request);

    /// Closes it, at once and without a signal.
    void abandon();

    bool isConnected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    /// True once it has brought an answer: the node may close it at any time then, also just before a request.
    bool isUsed() const { return m_restsSince != SteadyTime(); }
    /// When the last answer was complete.
    SteadyTime restsSince() const { return m_restsSince; }

Q_SIGNALS:
    /// @p canGoOn: the connection may be used again.
    void answered(const tipwatch::HttpAnswer &answer, bool canGoOn);
    /// The connection is of no use any more. @p byteCame: a part of the answer had come.
    void failed(const tipwatch::RpcError &error, bool byteCame);

private:
    struct Parser;

    void read();
    void lost();
    void complete();
    void fail(RpcError::Kind kind, std::string message);

    RpcEndpoint m_endpoint;
    std::uint64_t m_maxAnswerSize;
    QTcpSocket m_socket;
    QByteArray m_request;             ///< until the connection stands
    QByteArray m_input;               ///< received, not parsed yet
    std::unique_ptr<Parser> m_parser; ///< while an answer is awaited
    SteadyTime m_restsSince;
    bool m_hasFailed = false;
};

} // namespace tipwatch
