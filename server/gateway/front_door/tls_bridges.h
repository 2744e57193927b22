// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThread>

#include <cstdint>
#include <memory>

class QSslSocket;

namespace tipwatch {

/// All TLS clients of the reactor, carried on one thread of their own that is started when the first comes: encrypting the stream does not
/// keep the front door from opening, and clients stay when the front door moves to another port. Has to outlive the reactor, whose last
/// words to its clients pass through here.
class TlsBridges {
public:
    /// @p writeTimeoutMs: for a client that takes nothing while its last words wait.
    explicit TlsBridges(std::int64_t writeTimeoutMs);
    /// Ends every connection.
    ~TlsBridges();

    /// @p socket: encrypted, its handshake done; called on its thread. What was written to it goes out first.
    /// @return the descriptor that stands for it; -1 if the system has none left, the connection is gone then.
    int carry(std::unique_ptr<QSslSocket> socket);

private:
    const std::int64_t m_writeTimeoutMs;
    QThread m_thread;
    QObject *m_parent = nullptr; ///< of the bridges, on their thread; null before the first
};

} // namespace tipwatch
