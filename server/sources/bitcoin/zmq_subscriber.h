// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/clock.h"

#include <QObject>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tipwatch {

/// One notification of the node (Bitcoin Core, doc/zmq.md).
struct ZmqMessage {
    std::string topic;                  ///< "sequence", "rawblock", ...
    std::span<const std::uint8_t> body; ///< valid until the slot returns
    std::uint32_t counter = 0;          ///< of the topic, from 0 at the node's start; a gap is a loss
    std::int64_t heardAtMs = 0;         ///< Unix ms
};

/// Listens to the node's ZMQ publishers, one socket per endpoint, so the order within an endpoint is the node's.
/// Lives on the backend thread; signals are emitted there, directly; a slot may close or delete it. Unlimited queues: nothing is dropped on this side.
class ZmqSubscriber : public QObject {
    Q_OBJECT

public:
    explicit ZmqSubscriber(const Clock &clock, QObject *parent = nullptr);
    ~ZmqSubscriber() override;

    /// Wants @p topic from @p endpoint ("tcp://127.0.0.1:28332", "ipc:///path"). Connects by itself, again and again if need be.
    /// @return false if @p endpoint is no ZMQ address; nothing happens then.
    bool subscribe(const std::string &topic, const std::string &endpoint);

    /// Lets go of all endpoints. It may be used again afterwards.
    void close();

    /// True while the connection to @p endpoint stands.
    bool isConnected(const std::string &endpoint) const;
    /// True while all of them stand, and there is one.
    bool isConnected() const;

Q_SIGNALS:
    void message(const tipwatch::ZmqMessage &message);
    /// The connection stands and the subscriptions are on their way. The publisher takes them in when it next looks: what it
    /// sends in the same millisecond may not come.
    void connected(const std::string &endpoint);
    /// It broke, e.g. because the node stopped; noticed even while nothing is sent. The counters start again at 0 after a
    /// restart.
    void disconnected(const std::string &endpoint);
    /// Something that is no notification: @p what says why. It was skipped.
    void malformed(const std::string &endpoint, const std::string &what);

private:
    class Stream;
    const Clock &m_clock;
    void *m_context = nullptr;
    std::uint64_t m_opened = 0; ///< streams so far
    std::vector<std::shared_ptr<Stream>> m_streams;
};

} // namespace tipwatch
