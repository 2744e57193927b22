// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/request_head.h"
#include "server/gateway/reactor/newcomer.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"

#include <QObject>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

class QSslSocket;
class QTcpSocket;

namespace tipwatch {

/// One TCP connection in the front door: reads heads without consuming what lies behind, answers one request after the other, and
/// lets go of its socket when it becomes a WebSocket. Lives on the front door's thread.
class HttpConnection final : public QObject {
    Q_OBJECT

public:
    /// What is to be done with a good head: call reply once, now or later, or take the socket away (releaseSocket) and never reply.
    using Handler = std::function<void(HttpConnection &, const RequestHead &, const HttpReply &)>;

    /// Called when the answer to a client's request (see holdPlace) that begins a stream is on the wire, to take the socket away.
    using HandOver = std::function<void(HttpConnection &)>;

    /// @p clock must outlive the connection. If @p socket is a QSslSocket, a client that begins with a TLS handshake gets one.
    HttpConnection(std::unique_ptr<QTcpSocket> socket, const HttpLimits &limits, const Clock &clock, Handler handler,
                   HandOver handOver);
    ~HttpConnection() override;

    /// Acts on what arrived before the object was there.
    void start() { onReadyRead(); }

    /// To be called every now and then: ends what takes too long.
    void checkDeadline();

    /// Since when there is nothing but waiting for the client, as steady ms; nothing while an answer is under way.
    std::optional<std::int64_t> waitingSince() const;

    /// Gives the socket away, its bytes unread. The connection is finished.
    std::unique_ptr<QTcpSocket> releaseSocket();

    /// Whoever has sent the request that is being handled counts as a client until it is answered or the connection ends.
    void holdPlace(Newcomer client) { m_client = std::move(client); }
    /// The client, to be handed over with its socket. Its descriptor is not filled in.
    Newcomer takePlace() { return std::exchange(m_client, {}); }
    /// What was answered. Meant for the hand-over.
    const HttpResponse &response() const { return m_response; }

    /// Which of the front door's ports it came to.
    void setForSockets(bool forSockets) { m_isForSockets = forSockets; }
    bool isForSockets() const { return m_isForSockets; }

    /// Since when TLS is being agreed on, as steady ms.
    std::optional<std::int64_t> securingSince() const;
    /// Whether the client speaks TLS.
    bool isSecure() const;

    /// Whether this is not the first request.
    bool hasServed() const { return m_hasServed; }
    QTcpSocket &socket() const { return *m_socket; }

    /// The head that is being handled, as it came.
    QByteArray head() const;

    /// Whether something lies behind the head that is being handled.
    bool hasBytesBehindHead() const;

    /// Reads and handles what has arrived but was not told yet. @return false if nothing has.
    bool readNow();

    /// Ends the connection at once.
    void abort();

Q_SIGNALS:
    /// The client wants TLS: others may have to make room.
    void securing();
    /// The last signal; the connection may be deleted (later).
    void finished();

private:
    enum class Phase { Head, Securing, Answering, Writing, Lingering, Done };

    void onReadyRead();
    bool beginTls();
    void readHead();
    bool isDribbling(std::int64_t waitedMs) const;
    void refuse(const HttpRefusal &refusal);
    void answer(HttpResponse response, HttpMethod method, bool keepAlive);
    void pump();
    void answered();
    void finish();
    void enter(Phase phase);

    qint64 unsent() const;

    std::unique_ptr<QTcpSocket> m_socket;
    QSslSocket *const m_tls; ///< the same; null if TLS is not spoken here
    const HttpLimits m_limits;
    const Clock &m_clock;
    const Handler m_handler;
    const HandOver m_handOver;
    Newcomer m_client;
    Phase m_phase = Phase::Head;
    std::int64_t m_since;     ///< steady ms of the phase's begin, or of the last progress in it
    bool m_hasServed = false; ///< a request was answered: now it is keep-alive that waits
    bool m_hasBegun = false;  ///< the first bytes of a head are there
    bool m_keepAlive = false;
    std::size_t m_headSize = 0;
    bool m_becomesStream = false;
    bool m_isForSockets = false;
    std::uint64_t m_requestNumber = 0; ///< so that a reply that comes twice or too late finds nobody
    HttpResponse m_response;
    std::size_t m_written = 0;  ///< bytes of the body handed to the socket
    std::size_t m_bodySize = 0; ///< bytes of the body that are to be sent
};

} // namespace tipwatch
