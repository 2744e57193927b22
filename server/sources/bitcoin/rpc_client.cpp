// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_client.h"

#include "server/sources/bitcoin/rpc_connection.h"

#include <QLoggingCategory>
#include <QPointer>

#include <algorithm>

Q_LOGGING_CATEGORY(lcRpc, "tipwatch.rpc")

namespace tipwatch {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t keptParserMemory = 4 * 1024 * 1024; ///< bytes of JSON; a parser grown by a larger answer is let go

std::string jsonOf(const RpcCall &call, std::size_t id)
{
    return R"({"method":")" + call.method + R"(","params":)" + call.params + R"(,"id":)" + std::to_string(id) + '}';
}

std::string bodyOf(const std::vector<RpcCall> &calls)
{
    if (calls.size() == 1)
        return jsonOf(calls.front(), 0);
    std::string body = "[";
    for (std::size_t i = 0; i < calls.size(); ++i)
        body += (i > 0 ? "," : "") + jsonOf(calls[i], i);
    return body += ']';
}

} // namespace

struct RpcClient::Request {
    std::string body;
    std::size_t calls = 0;
    bool repeatable = true;
    bool resent = false;       ///< after a kept connection turned out to be closed
    bool reauthorized = false; ///< after a 401
    std::string authorization; ///< it was sent with
    steady_clock::time_point deadline;
    Done done;
};

RpcClient::RpcClient(RpcEndpoint endpoint, CredentialsProvider credentials, QObject *parent)
    : QObject(parent), m_endpoint(std::move(endpoint)), m_credentials(std::move(credentials)), m_timer(this)
{
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &RpcClient::expire);
}

RpcClient::~RpcClient() = default;

void RpcClient::batch(std::vector<RpcCall> calls, Done done, std::chrono::milliseconds timeout)
{
    auto request = std::make_unique<Request>();
    request->body = bodyOf(calls);
    request->calls = calls.size();
    request->repeatable = std::ranges::all_of(calls, &RpcCall::repeatable);
    request->deadline = steady_clock::now() + timeout;
    request->done = std::move(done);
    m_waiting.push_back(std::move(request));
    dispatch();
}

void RpcClient::call(RpcCall call, DoneOne done, std::chrono::milliseconds timeout)
{
    std::vector<RpcCall> calls;
    calls.push_back(std::move(call));
    batch(
        std::move(calls),
        [done = std::move(done)](const tl::expected<std::span<const RpcResult>, RpcError> &results) {
            done(results ? results->front() : RpcResult(tl::unexpected(results.error())));
        },
        timeout);
}

void RpcClient::close()
{
    ++m_closings;
    m_waiting.clear();
    while (!m_lanes.empty())
        retire(m_lanes.back().connection.get());
    m_authorization.reset();
    m_timer.stop();
}

void RpcClient::dispatch()
{
    while (!m_waiting.empty()) {
        Lane *lane = freeLane();
        if (!lane && m_lanes.size() < maxConnections)
            lane = openLane();
        if (!lane)
            break;
        RequestPtr request = std::move(m_waiting.front());
        m_waiting.pop_front();
        send(*lane, std::move(request));
    }
    armTimer();
}

RpcClient::Lane *RpcClient::freeLane()
{
    const auto restedBy = steady_clock::now() - minimumRest;
    Lane *longest = nullptr;
    for (Lane &lane : m_lanes) {
        if (lane.request || lane.connection->restsSince() > restedBy)
            continue;
        if (!longest || lane.connection->restsSince() < longest->connection->restsSince())
            longest = &lane;
    }
    return longest;
}

RpcClient::Lane *RpcClient::openLane()
{
    auto connection = std::make_unique<RpcConnection>(m_endpoint, m_maxAnswerSize, nullptr);
    RpcConnection *raw = connection.get();
    connect(raw, &RpcConnection::answered, this,
            [this, raw](const HttpAnswer &answer, bool canGoOn) { answered(raw, answer, canGoOn); });
    connect(raw, &RpcConnection::failed, this,
            [this, raw](const RpcError &error, bool byteCame) { failed(raw, error, byteCame); });
    m_lanes.push_back({std::move(connection), nullptr});
    return &m_lanes.back();
}

void RpcClient::send(Lane &lane, RequestPtr request)
{
    request->authorization = authorization();
    QByteArray message;
    message.reserve(static_cast<qsizetype>(request->body.size() + 256));
    message += "POST / HTTP/1.1\r\nHost: ";
    message += m_endpoint.url().substr(7).c_str(); // without "http://"
    if (!request->authorization.empty()) {
        message += "\r\nAuthorization: ";
        message += request->authorization.c_str();
    }
    message += "\r\nUser-Agent: tipwatch\r\nContent-Type: application/json\r\nContent-Length: ";
    message += QByteArray::number(static_cast<qulonglong>(request->body.size()));
    message += "\r\n\r\n";
    message.append(request->body.data(), static_cast<qsizetype>(request->body.size()));
    lane.request = std::move(request);
    lane.connection->send(message);
}

void RpcClient::answered(RpcConnection *connection, const HttpAnswer &answer, bool canGoOn)
{
    RequestPtr request = canGoOn ? release(connection) : retire(connection);
    if (answer.status == 401 && retryWithNewCredentials(request))
        return dispatch();

    std::unique_ptr<simdjson::dom::parser> parser = m_parser ? std::move(m_parser) : std::make_unique<simdjson::dom::parser>();
    auto results = readRpcAnswer(*parser, answer, request->calls);
    const QPointer<RpcClient> self(this); // the callback may delete us
    if (results) {
        request->done(std::span<const RpcResult>(*results));
    } else {
        if (results.error().kind == RpcError::Kind::Unauthorized && !m_credentialsError.empty())
            results.error().message = m_credentialsError;
        request->done(tl::unexpected(std::move(results).error()));
    }
    if (!self)
        return;
    if (parser->capacity() <= keptParserMemory)
        m_parser = std::move(parser);
    dispatch();
}

void RpcClient::failed(RpcConnection *connection, RpcError error, bool byteCame)
{
    const bool wasUsed = connection->isUsed();
    RequestPtr request = retire(connection);
    m_authorization.reset(); // a node that restarts writes a new cookie
    if (!request)
        return; // the node has closed a resting connection: nothing is lost
    if (wasUsed && !byteCame && request->repeatable && !request->resent) {
        qCDebug(lcRpc, "rpc.resent node=%s reason=\"kept connection was closed\"", m_endpoint.url().c_str());
        request->resent = true;
        retireIdle(); // they are most likely closed too
        m_waiting.push_front(std::move(request));
        return dispatch();
    }
    const QPointer<RpcClient> self(this);
    request->done(tl::unexpected(std::move(error)));
    if (self)
        dispatch();
}

RpcClient::RequestPtr RpcClient::release(RpcConnection *connection)
{
    const auto lane = std::ranges::find(m_lanes, connection, [](const Lane &each) { return each.connection.get(); });
    return std::move(lane->request);
}

RpcClient::RequestPtr RpcClient::retire(RpcConnection *connection)
{
    const auto lane = std::ranges::find(m_lanes, connection, [](const Lane &each) { return each.connection.get(); });
    RequestPtr request = std::move(lane->request);
    connection->disconnect(this);
    connection->abandon();
    lane->connection.release()->deleteLater(); // it may be emitting the signal that brought us here
    m_lanes.erase(lane);
    return request;
}

void RpcClient::retireIdle()
{
    for (std::size_t i = m_lanes.size(); i-- > 0;) {
        if (!m_lanes[i].request)
            retire(m_lanes[i].connection.get());
    }
}

bool RpcClient::retryWithNewCredentials(RequestPtr &request)
{
    if (request->reauthorized)
        return false;
    m_authorization.reset();
    if (authorization() == request->authorization)
        return false;
    request->reauthorized = true;
    m_waiting.push_front(std::move(request));
    return true;
}

const std::string &RpcClient::authorization()
{
    if (m_authorization)
        return *m_authorization;
    const auto credentials = m_credentials();
    m_credentialsError = credentials ? std::string() : credentials.error().message;
    if (!credentials) {
        // Asked all the same: whether a node is there at all is the better thing to know.
        m_authorization.emplace();
        return *m_authorization;
    }
    const std::string plain = credentials->user + ':' + credentials->password;
    m_authorization = "Basic " + QByteArray::fromStdString(plain).toBase64().toStdString();
    return *m_authorization;
}

void RpcClient::expire()
{
    const auto now = steady_clock::now();
    std::vector<std::pair<RequestPtr, RpcError>> late;
    for (std::size_t i = m_lanes.size(); i-- > 0;) {
        Lane &lane = m_lanes[i];
        if (!lane.request || lane.request->deadline > now)
            continue;
        const bool wasConnected = lane.connection->isConnected();
        late.emplace_back(retire(lane.connection.get()),
                          wasConnected
                              ? RpcError{RpcError::Kind::Timeout, 0, "no answer from " + m_endpoint.url() + " in time"}
                              : RpcError{RpcError::Kind::Unreachable, 0, "no connection to " + m_endpoint.url() + " in time"});
    }
    std::erase_if(m_waiting, [&](RequestPtr &request) {
        if (request->deadline > now)
            return false;
        late.emplace_back(std::move(request),
                          RpcError{RpcError::Kind::Timeout, 0, "too many requests wait for " + m_endpoint.url()});
        return true;
    });
    const QPointer<RpcClient> self(this);
    for (const std::uint64_t closings = m_closings; auto &[request, error] : late) {
        request->done(tl::unexpected(std::move(error)));
        if (!self || m_closings != closings)
            return;
    }
    dispatch();
}

void RpcClient::armTimer()
{
    auto next = steady_clock::time_point::max();
    for (const Lane &lane : m_lanes) {
        if (lane.request)
            next = std::min(next, lane.request->deadline);
        else if (!m_waiting.empty())
            next = std::min(next, lane.connection->restsSince() + minimumRest);
    }
    for (const RequestPtr &request : m_waiting)
        next = std::min(next, request->deadline);
    if (next == steady_clock::time_point::max())
        return m_timer.stop();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - steady_clock::now());
    m_timer.start(std::max(wait, std::chrono::milliseconds(0)));
}

} // namespace tipwatch
