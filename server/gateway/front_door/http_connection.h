// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/request_head.h"
#include "shared/domain/clock.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

class QTcpSocket;

namespace tipwatch {

/// How long each thing may take. Milliseconds.
struct HttpDeadlines {
    std::int64_t headMs = 10'000;     ///< from the first byte (or the connection) to the end of the head
    std::int64_t idleMs = 15'000;     ///< between two requests
    std::int64_t writeMs = 10'000;    ///< without any progress of an answer
    std::int64_t lingerMs = 2'000;    ///< for the other side to close after our last answer
    std::int64_t handshakeMs = 5'000; ///< for Qt's part of the WebSocket handshake
};

/// One TCP connection in the front door: reads heads without consuming what lies behind, answers one request after the other, and
/// lets go of its socket when it becomes a WebSocket. Lives on the front door's thread.
class HttpConnection final : public QObject {
    Q_OBJECT

public:
    /// What is to be done with a good head: call reply once, now or later, or take the socket away (releaseSocket) and never reply.
    using Handler = std::function<void(HttpConnection &, const RequestHead &, const HttpReply &)>;

    /// @p clock must outlive the connection.
    HttpConnection(std::unique_ptr<QTcpSocket> socket, const HttpDeadlines &deadlines, const Clock &clock, Handler handler);
    ~HttpConnection() override;

    /// Acts on what arrived before the object was there.
    void start() { onReadyRead(); }

    /// To be called every now and then: ends what takes too long.
    void checkDeadline();

    /// Since when there is nothing but waiting for the client, as steady ms; nothing while an answer is under way.
    std::optional<std::int64_t> waitingSince() const;

    /// Gives the socket away, its bytes unread. The connection is finished.
    std::unique_ptr<QTcpSocket> releaseSocket();

    /// Whether something lies behind the head that is being handled.
    bool hasBytesBehindHead() const;

    /// Ends the connection at once.
    void abort();

Q_SIGNALS:
    /// The last signal; the connection may be deleted (later).
    void finished();

private:
    enum class Phase { Head, Answering, Writing, Lingering, Done };

    void onReadyRead();
    void readHead();
    void refuse(const HttpRefusal &refusal);
    void answer(HttpResponse response, HttpMethod method, bool keepAlive);
    void pump();
    void answered();
    void finish();
    void enter(Phase phase);

    std::unique_ptr<QTcpSocket> m_socket;
    const HttpDeadlines m_deadlines;
    const Clock &m_clock;
    const Handler m_handler;
    Phase m_phase = Phase::Head;
    std::int64_t m_since;     ///< steady ms of the phase's begin, or of the last progress in it
    bool m_hasServed = false; ///< a request was answered: now it is keep-alive that waits
    bool m_hasBegun = false;  ///< the first bytes of a head are there
    bool m_keepAlive = false;
    std::size_t m_headSize = 0;
    std::uint64_t m_requestNumber = 0; ///< so that a reply that comes twice or too late finds nobody
    HttpResponse m_response;
    std::size_t m_written = 0;  ///< bytes of the body handed to the socket
    std::size_t m_bodySize = 0; ///< bytes of the body that are to be sent
};

} // namespace tipwatch
