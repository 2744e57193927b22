// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/newcomer.h"

#include <QObject>

#include <functional>
#include <memory>

class QSslSocket;
class QTcpSocket;

namespace tipwatch {

class TlsBridges;

/// Takes descriptors out of Qt's sockets for the reactor. Lives on the front door's thread.
class Handover final : public QObject {
    Q_OBJECT

public:
    using Receiver = std::function<void(Newcomer)>;

    /// @p bridges must outlive the object.
    explicit Handover(TlsBridges &bridges) : m_bridges(bridges) {}

    /// @p receiver gets @p client with the descriptor, or what stands for it (TLS), once all that was written to @p socket is on the wire.
    /// What the client sends meanwhile waits in the kernel. If that cannot be, it is logged and the connection is gone.
    void give(std::unique_ptr<QTcpSocket> socket, Newcomer client, const Receiver &receiver);

private:
    void carryLater(std::unique_ptr<QSslSocket> socket, Newcomer client, const Receiver &receiver);

    TlsBridges &m_bridges;
};

} // namespace tipwatch
