// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/deflate_offer.h"
#include "server/gateway/reactor/newcomer.h"
#include "shared/domain/clock.h"

#include <QByteArray>
#include <QObject>
#include <QTcpSocket>
#include <QWebSocketServer>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace tipwatch {

class HandshakeSocket;

/// WebSockets whose opening handshake (RFC 6455, 4.2) Qt has in its hands. Lives on the front door's thread.
class OpeningHandshakes final : public QObject {
    Q_OBJECT

public:
    /// What is left of one that is done: the answer is written to the socket, but perhaps not on the wire yet.
    using Done = std::function<void(std::unique_ptr<QTcpSocket>, Newcomer)>;

    /// @p clock must outlive the object.
    OpeningHandshakes(std::chrono::milliseconds timeout, const Clock &clock, Done done);
    ~OpeningHandshakes() override;

    /// @p head: the whole request, still unread in @p socket. @p deflate: agreed on.
    void begin(std::unique_ptr<QTcpSocket> socket, const QByteArray &head, Newcomer client, std::optional<DeflateTerms> deflate);

    std::size_t size() const { return m_pending.size(); }
    /// Lets go of those that take too long.
    void checkDeadlines();

private:
    struct Pending {
        std::int64_t since = 0; ///< steady ms
        Newcomer client;
        std::optional<DeflateTerms> deflate;
        std::unique_ptr<QTcpSocket> socket;    ///< the client's
        HandshakeSocket *inQtsHands = nullptr; ///< child
    };

    void finish();
    void forget(quint16 number);

    const std::chrono::milliseconds m_timeout;
    const Clock &m_clock;
    const Done m_done;
    QWebSocketServer m_server;            ///< it does not listen
    std::map<quint16, Pending> m_pending; ///< by their numbers
    quint16 m_lastNumber = 0;
};

} // namespace tipwatch
