// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/zmq_subscriber.h"

#include <zmq.h>

#include <QLoggingCategory>
#include <QSocketNotifier>
#include <QTimer>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

Q_LOGGING_CATEGORY(lcZmq, "tipwatch.zmq")

namespace tipwatch {
namespace {

constexpr int messagesPerTurn = 500; ///< then the event loop runs once; a burst of a full block's transactions is a few thousand
constexpr int reconnectMs = 100, reconnectMostMs = 1000;
constexpr int keepAliveIdleS = 30, keepAliveIntervalS = 10, keepAliveProbes = 3;

/// One part of a message.
class Frame {
public:
    Frame() { zmq_msg_init(&m_message); }
    ~Frame() { zmq_msg_close(&m_message); }
    Q_DISABLE_COPY_MOVE(Frame)

    bool receive(void *socket)
    {
        int size = -1;
        do
            size = zmq_msg_recv(&m_message, socket, ZMQ_DONTWAIT);
        while (size < 0 && zmq_errno() == EINTR); // a signal; the message is still there
        return size >= 0;
    }
    bool hasMore() const { return zmq_msg_more(&m_message) != 0; }
    std::span<const std::uint8_t> bytes() const
    {
        return {static_cast<const std::uint8_t *>(zmq_msg_data(const_cast<zmq_msg_t *>(&m_message))), zmq_msg_size(&m_message)};
    }

private:
    zmq_msg_t m_message;
};

/// libzmq looks at the port only when it connects, and tells nobody.
bool hasPossiblePort(std::string_view endpoint)
{
    if (!endpoint.starts_with("tcp://"))
        return true;
    const std::string_view digits = endpoint.substr(endpoint.rfind(':') + 1);
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc() && end == digits.data() + digits.size() && port != 0;
}

/// The first parts of a message; further ones are counted only. Nothing is received if there is no message.
struct Parts {
    std::array<Frame, 3> frames;
    std::size_t count = 0;

    bool receive(void *socket)
    {
        count = 0;
        for (bool more = true; more; ++count) {
            Frame surplus;
            Frame &frame = count < frames.size() ? frames[count] : surplus;
            if (!frame.receive(socket))
                return false; // only ever before the first part: ZMQ delivers messages whole
            more = frame.hasMore();
        }
        return true;
    }
};

/// A stream may be closed by a slot that one of these has called.
struct StopAndDeleteLater {
    void operator()(QSocketNotifier *notifier) const
    {
        notifier->setEnabled(false);
        notifier->deleteLater();
    }
    void operator()(QTimer *timer) const
    {
        timer->stop();
        timer->deleteLater();
    }
};
using Notifier = std::unique_ptr<QSocketNotifier, StopAndDeleteLater>;
using Timer = std::unique_ptr<QTimer, StopAndDeleteLater>;

void setOption(void *socket, int option, int value)
{
    zmq_setsockopt(socket, option, &value, sizeof value);
}

qintptr descriptorOf(void *socket)
{
    int descriptor = -1;
    std::size_t size = sizeof descriptor;
    zmq_getsockopt(socket, ZMQ_FD, &descriptor, &size);
    return descriptor;
}

bool hasInput(void *socket)
{
    int events = 0;
    std::size_t size = sizeof events;
    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN) != 0;
}

} // namespace

/// One endpoint: a SUB socket and the monitor of its connection.
class ZmqSubscriber::Stream : public std::enable_shared_from_this<Stream> {
public:
    Stream(ZmqSubscriber &owner, std::string endpoint) : m_owner(owner), m_endpoint(std::move(endpoint)) {}

    ~Stream() { close(); }
    Q_DISABLE_COPY_MOVE(Stream)

    bool open(void *context)
    {
        m_socket = zmq_socket(context, ZMQ_SUB);
        setOption(m_socket, ZMQ_LINGER, 0);
        setOption(m_socket, ZMQ_RCVHWM, 0); // never drop on this side
        setOption(m_socket, ZMQ_IPV6, 1);
        setOption(m_socket, ZMQ_RECONNECT_IVL, reconnectMs);
        setOption(m_socket, ZMQ_RECONNECT_IVL_MAX, reconnectMostMs);
        setOption(m_socket, ZMQ_TCP_KEEPALIVE, 1);
        setOption(m_socket, ZMQ_TCP_KEEPALIVE_IDLE, keepAliveIdleS);
        setOption(m_socket, ZMQ_TCP_KEEPALIVE_INTVL, keepAliveIntervalS);
        setOption(m_socket, ZMQ_TCP_KEEPALIVE_CNT, keepAliveProbes);

        // A name of its own: that of a stream before it is taken until ZMQ's own thread has closed its monitor.
        const std::string monitorName = "inproc://monitor-" + std::to_string(m_owner.m_opened++);
        if (zmq_socket_monitor(m_socket, monitorName.c_str(), ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0)
            return false;
        m_monitor = zmq_socket(context, ZMQ_PAIR);
        setOption(m_monitor, ZMQ_LINGER, 0);
        if (zmq_connect(m_monitor, monitorName.c_str()) != 0 || zmq_connect(m_socket, m_endpoint.c_str()) != 0)
            return false;
        m_notifier.reset(new QSocketNotifier(descriptorOf(m_socket), QSocketNotifier::Read));
        m_monitorNotifier.reset(new QSocketNotifier(descriptorOf(m_monitor), QSocketNotifier::Read));
        // A timer, for events posted while events are delivered would be delivered before any socket is looked at.
        m_again.reset(new QTimer);
        m_again->setSingleShot(true);
        QObject::connect(m_again.get(), &QTimer::timeout, &m_owner, [this] { drain(); });
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, &m_owner, [this] { drain(); });
        QObject::connect(m_monitorNotifier.get(), &QSocketNotifier::activated, &m_owner, [this] { drain(); });
        return true;
    }

    void subscribe(const std::string &topic)
    {
        if (std::ranges::find(m_topics, topic) != m_topics.end())
            return;
        m_topics.push_back(topic);
        zmq_setsockopt(m_socket, ZMQ_SUBSCRIBE, topic.data(), topic.size());
        m_again->start(0); // the descriptor tells of changes only, and any call may have taken in the change
    }

    const std::string &endpoint() const { return m_endpoint; }
    bool isConnected() const { return m_connected; }

    /// The owner does not want to hear of it any more, and may be gone when this returns to drain().
    void close()
    {
        m_isOpen = false;
        m_notifier.reset(); // before the descriptors go
        m_monitorNotifier.reset();
        m_again.reset();
        if (m_socket) {
            zmq_socket_monitor(m_socket, nullptr, 0);
            zmq_close(std::exchange(m_socket, nullptr));
        }
        if (m_monitor)
            zmq_close(std::exchange(m_monitor, nullptr));
    }

private:
    /// The descriptor is edge-triggered: it must be read until there is nothing, or be looked at again without it.
    void drain()
    {
        const auto self = shared_from_this(); // a slot may close the subscriber
        Parts parts;
        for (int i = 0; i < messagesPerTurn; ++i) {
            // "connected" goes before the first message, "disconnected" after the last.
            if (!m_connected)
                readMonitor();
            if (!m_isOpen)
                return;
            if (!parts.receive(m_socket)) {
                readMonitor();
                if (m_isOpen && hasInput(m_socket))
                    m_again->start(0);
                return;
            }
            hand(parts);
        }
        if (m_isOpen)
            m_again->start(0);
    }

    void hand(const Parts &parts)
    {
        const auto body = parts.frames[1].bytes();
        const auto counter = parts.frames[2].bytes();
        const auto name = parts.frames[0].bytes();
        if (parts.count != 3)
            return malformed("a message of " + std::to_string(parts.count) + " parts instead of 3");
        if (counter.size() != 4)
            return malformed("a counter of " + std::to_string(counter.size()) + " bytes instead of 4");
        ZmqMessage message;
        message.topic.assign(reinterpret_cast<const char *>(name.data()), name.size());
        if (std::ranges::find(m_topics, message.topic) == m_topics.end())
            return malformed("a topic that was not asked for");
        message.body = body;
        message.counter = static_cast<std::uint32_t>(counter[0]) | static_cast<std::uint32_t>(counter[1]) << 8 |
                          static_cast<std::uint32_t>(counter[2]) << 16 | static_cast<std::uint32_t>(counter[3]) << 24;
        message.heardAtMs = m_owner.m_clock.unixMs();
        Q_EMIT m_owner.message(message);
    }

    void malformed(const std::string &what)
    {
        qCWarning(lcZmq, "zmq.malformed endpoint=%s why=\"%s\"", m_endpoint.c_str(), what.c_str());
        Q_EMIT m_owner.malformed(m_endpoint, what);
    }

    void readMonitor()
    {
        Parts parts; // event (16 bits) and value (32 bits); the endpoint
        while (m_isOpen && parts.receive(m_monitor)) {
            std::uint16_t event = 0;
            const auto bytes = parts.frames[0].bytes();
            if (bytes.size() >= sizeof event)
                std::memcpy(&event, bytes.data(), sizeof event);
            const bool connected = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED;
            if (connected == m_connected || (event != ZMQ_EVENT_HANDSHAKE_SUCCEEDED && event != ZMQ_EVENT_DISCONNECTED))
                continue;
            m_connected = connected;
            if (connected)
                Q_EMIT m_owner.connected(m_endpoint);
            else
                Q_EMIT m_owner.disconnected(m_endpoint);
        }
    }

    ZmqSubscriber &m_owner;
    std::string m_endpoint;
    std::vector<std::string> m_topics;
    void *m_socket = nullptr;
    void *m_monitor = nullptr;
    Notifier m_notifier;
    Notifier m_monitorNotifier;
    Timer m_again; ///< runs while there may be more to read
    bool m_connected = false;
    bool m_isOpen = true;
};

ZmqSubscriber::ZmqSubscriber(const Clock &clock, QObject *parent) : QObject(parent), m_clock(clock), m_context(zmq_ctx_new()) {}

ZmqSubscriber::~ZmqSubscriber()
{
    close();
    zmq_ctx_term(m_context);
}

bool ZmqSubscriber::subscribe(const std::string &topic, const std::string &endpoint)
{
    auto found = std::ranges::find(m_streams, endpoint, &Stream::endpoint);
    if (found == m_streams.end()) {
        auto stream = std::make_shared<Stream>(*this, endpoint);
        if (!hasPossiblePort(endpoint) || !stream->open(m_context))
            return false;
        found = m_streams.insert(m_streams.end(), std::move(stream));
    }
    (*found)->subscribe(topic);
    return true;
}

void ZmqSubscriber::close()
{
    for (const auto &stream : m_streams)
        stream->close();
    m_streams.clear();
}

bool ZmqSubscriber::isConnected(const std::string &endpoint) const
{
    return std::ranges::any_of(m_streams,
                               [&](const auto &stream) { return stream->endpoint() == endpoint && stream->isConnected(); });
}

bool ZmqSubscriber::isConnected() const
{
    return !m_streams.empty() && std::ranges::all_of(m_streams, &Stream::isConnected);
}

} // namespace tipwatch
