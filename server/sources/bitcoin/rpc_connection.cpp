// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_connection.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/optional.hpp>

#include <QNetworkProxy>

#include <algorithm>

namespace tipwatch {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint64_t mostReserved = 16 * 1024 * 1024; ///< bytes set aside because a Content-Length says so

/// Collects a body in a string with room for simdjson's padding.
struct JsonBody {
    using value_type = std::string;

    class reader {
    public:
        template <bool isRequest, class Fields> reader(http::header<isRequest, Fields> &, value_type &body) : m_body(body) {}

        void init(const boost::optional<std::uint64_t> &length, error_code &error)
        {
            m_body.reserve(static_cast<std::size_t>(std::min(length.value_or(0), mostReserved)) + simdjson::SIMDJSON_PADDING);
            error = {};
        }
        template <class Buffers> std::size_t put(const Buffers &buffers, error_code &error)
        {
            const std::size_t before = m_body.size();
            for (auto it = boost::asio::buffer_sequence_begin(buffers); it != boost::asio::buffer_sequence_end(buffers); ++it) {
                const boost::asio::const_buffer part(*it);
                m_body.append(static_cast<const char *>(part.data()), part.size());
            }
            error = {};
            return m_body.size() - before;
        }
        void finish(error_code &error) { error = {}; }

    private:
        value_type &m_body;
    };
};

} // namespace

struct RpcConnection::Parser : http::response_parser<JsonBody> {};

RpcConnection::RpcConnection(const RpcEndpoint &endpoint, std::uint64_t maxAnswerSize, QObject *parent)
    : QObject(parent), m_endpoint(endpoint), m_maxAnswerSize(maxAnswerSize)
{
    m_socket.setProxy(QNetworkProxy::NoProxy);
    connect(&m_socket, &QTcpSocket::connected, this, [this] {
        m_socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
        m_socket.write(std::exchange(m_request, {}));
        m_socket.flush();
    });
    connect(&m_socket, &QTcpSocket::readyRead, this, &RpcConnection::read);
    // Queued, since QTcpSocket may notice an error while it is asked to connect or to write.
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &RpcConnection::lost, Qt::QueuedConnection);
}

RpcConnection::~RpcConnection()
{
    m_socket.disconnect(this);
}

void RpcConnection::send(const QByteArray &request)
{
    m_parser = std::make_unique<Parser>();
    m_parser->body_limit(m_maxAnswerSize);
    if (isConnected()) {
        m_socket.write(request);
        m_socket.flush(); // now, not when the loop comes round
        return;
    }
    m_request = request;
    m_socket.connectToHost(QString::fromStdString(m_endpoint.host), m_endpoint.port);
}

void RpcConnection::abandon()
{
    m_hasFailed = true;
    m_socket.disconnect(this);
    m_socket.abort();
}

void RpcConnection::read()
{
    if (m_hasFailed)
        return;
    m_input += m_socket.readAll();
    if (!m_parser) {
        if (!m_input.isEmpty())
            fail(RpcError::Kind::BadAnswer, "the node sent something it was not asked for");
        return;
    }
    // One step at a time: with eager(true) Beast 1.74 forgets that the announced length is over the limit.
    qsizetype used = 0;
    while (used < m_input.size() && !m_parser->is_done()) {
        error_code error;
        used += static_cast<qsizetype>(m_parser->put(
            boost::asio::const_buffer(m_input.constData() + used, static_cast<std::size_t>(m_input.size() - used)), error));
        if (error == http::error::need_more)
            break;
        if (error == http::error::body_limit)
            return fail(RpcError::Kind::BadAnswer, "the answer is larger than " + std::to_string(m_maxAnswerSize) + " bytes");
        if (error)
            return fail(RpcError::Kind::BadAnswer, "the answer is not HTTP: " + error.message());
    }
    m_input.remove(0, used);
    if (m_parser->is_done())
        complete();
}

void RpcConnection::complete()
{
    const std::unique_ptr<Parser> parser = std::move(m_parser);
    m_restsSince = std::chrono::steady_clock::now();
    HttpAnswer answer{static_cast<int>(parser->get().result_int()), std::move(parser->get().body())};
    padForJson(answer.body);
    Q_EMIT answered(answer, parser->keep_alive() && m_input.isEmpty());
}

void RpcConnection::lost()
{
    if (m_hasFailed)
        return;
    read(); // what came before the end
    if (m_hasFailed)
        return;
    if (m_parser && m_parser->got_some()) {
        error_code error;
        m_parser->put_eof(error);
        if (!error && m_parser->is_done())
            return complete();
        return fail(RpcError::Kind::BadAnswer, "the connection ended in the middle of an answer");
    }
    const bool wasConnected = m_socket.error() == QAbstractSocket::RemoteHostClosedError;
    fail(RpcError::Kind::Unreachable, wasConnected
                                          ? "the node at " + m_endpoint.url() + " closed the connection without an answer"
                                          : "no connection to " + m_endpoint.url() + ": " + m_socket.errorString().toStdString());
}

void RpcConnection::fail(RpcError::Kind kind, std::string message)
{
    m_hasFailed = true;
    Q_EMIT failed({kind, 0, std::move(message)}, m_parser && m_parser->got_some());
}

} // namespace tipwatch
