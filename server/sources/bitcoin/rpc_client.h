// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/rpc_answer.h"
#include "server/sources/bitcoin/rpc_endpoint.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tipwatch {

class RpcConnection;

struct RpcCall {
    std::string method;
    std::string params = "[]"; ///< JSON array
    bool repeatable =
        true; ///< asking twice does no harm; such calls survive a keep-alive connection that the node has just closed
};

/// JSON-RPC over keep-alive HTTP connections, several at a time.
/// Lives on the backend thread. Callbacks run there, from the event loop, never from within batch() or call(); each exactly once,
/// unless close() or the destructor drops the request. A callback may do anything, close and delete the client included.
///
/// A request takes the connection that has rested longest, and at least `minimumRest`: the HTTP server of Bitcoin Core 31 holds a
/// request that follows the answer before it within about 0.2 ms until the next turn of its I/O loop, 50 ms later. If none is
/// free another one is opened, up to `maxConnections`; beyond that requests wait in order. A long poll (waitfornewblock) occupies
/// one connection.
class RpcClient : public QObject {
    Q_OBJECT

public:
    using Done = std::function<void(tl::expected<std::span<const RpcResult>, RpcError>)>;
    using DoneOne = std::function<void(RpcResult)>;

    static constexpr std::size_t maxConnections = 8; ///< below the 16 places of the smallest default work queue (Core 0.21)
    static constexpr std::chrono::milliseconds minimumRest{1};
    static constexpr std::chrono::milliseconds defaultTimeout{30'000};

    RpcClient(RpcEndpoint endpoint, CredentialsProvider credentials, QObject *parent = nullptr);
    ~RpcClient() override;

    /// All calls in one HTTP request. The results come in the order of @p calls; a call that fails does not spoil the others,
    /// with one exception: if any was refused because the node warms up the whole batch fails so.
    /// @p timeout counts from now and covers waiting, connecting and the whole answer.
    void batch(std::vector<RpcCall> calls, Done done, std::chrono::milliseconds timeout = defaultTimeout);

    void call(RpcCall call, DoneOne done, std::chrono::milliseconds timeout = defaultTimeout);

    /// Drops all requests, without calling back, and all connections. The client may be used again afterwards.
    void close();

    const RpcEndpoint &endpoint() const { return m_endpoint; }

    /// Bytes an answer may have; more is a BadAnswer. getrawmempool true of a full node is hundreds of MB.
    void setMaxAnswerSize(std::uint64_t bytes) { m_maxAnswerSize = bytes; }

private:
    struct Request;
    using RequestPtr = std::unique_ptr<Request>;
    /// A connection and what it is busy with, if anything.
    struct Lane {
        std::unique_ptr<RpcConnection> connection;
        RequestPtr request;
    };

    void dispatch();
    Lane *freeLane();
    Lane *openLane();
    void send(Lane &lane, RequestPtr request);
    void answered(RpcConnection *connection, const HttpAnswer &answer, bool canGoOn);
    void failed(RpcConnection *connection, RpcError error, bool byteCame);
    RequestPtr release(RpcConnection *connection);
    RequestPtr retire(RpcConnection *connection);
    void retireIdle();
    bool retryWithNewCredentials(RequestPtr &request);
    void expire();
    void armTimer();
    const std::string &authorization();

    RpcEndpoint m_endpoint;
    CredentialsProvider m_credentials;
    std::optional<std::string> m_authorization; ///< header value, empty if there are no credentials; nothing until it is needed
    std::string m_credentialsError;
    std::uint64_t m_maxAnswerSize = 1024ull * 1024 * 1024;
    std::deque<RequestPtr> m_waiting;
    std::vector<Lane> m_lanes;
    std::uint64_t m_closings = 0;                    ///< how often close() was called
    QTimer m_timer;                                  ///< next deadline, or the end of a rest that a request waits for
    std::unique_ptr<simdjson::dom::parser> m_parser; ///< kept for its memory
};

} // namespace tipwatch
