// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QSslSocket>
#include <QTimer>

#include <cstdint>
#include <memory>

namespace tipwatch {

/// Carries the decrypted bytes of one TLS client to a shard and back: the shard has one end of a socket pair and treats it like any
/// client's descriptor. At most some 64 KB wait in either direction; then the side that fills them is not read from, so that slowness
/// passes through to where it is measured. May be moved to another thread before start(), with its socket.
class TlsBridge final : public QObject {
    Q_OBJECT

public:
    /// @p socket: encrypted, its handshake done. What was written to it goes out first.
    /// @p writeTimeoutMs: for a client that takes nothing after the shard is done with it; before, it is the shard that has patience or not.
    TlsBridge(std::unique_ptr<QSslSocket> socket, std::int64_t writeTimeoutMs);
    ~TlsBridge() override;

    /// The shard's end, once; -1 if the system would not give one.
    int takeDescriptor();

    /// Begins to carry.
    void start();

Q_SIGNALS:
    /// Both sides are done. The last signal.
    void finished();

private:
    void toShard();
    void fromShard();
    void clientGone();
    void endIfSent();
    void finish();
    qint64 unsent() const { return m_socket->bytesToWrite() + m_socket->encryptedBytesToWrite(); }

    QSslSocket *const m_socket; ///< this and what follows are children
    int m_shardEnd = -1;
    int m_ourEnd = -1;
    QSocketNotifier *m_readable = nullptr; ///< of our end
    QSocketNotifier *m_writable = nullptr; ///< on only while something waits
    QTimer m_patience;                     ///< runs when the shard is done
    QByteArray m_waiting;                  ///< for the shard
    bool m_isClientGone = false;
    bool m_isShardGone = false; ///< nothing more comes from there
    bool m_isDone = false;
};

} // namespace tipwatch
