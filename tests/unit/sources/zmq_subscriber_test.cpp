// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/zmq_subscriber.h"

#include <zmq.h>

#include <QElapsedTimer>
#include <QTest>
#include <QTimer>

#include <map>

using namespace std::literals;

namespace tipwatch {
namespace {

/// A publisher like the node's: a PUB socket that numbers the messages of each topic.
class Publisher {
public:
    explicit Publisher(const std::string &endpoint = "tcp://127.0.0.1:*")
    {
        m_context = zmq_ctx_new();
        m_socket = zmq_socket(m_context, ZMQ_XPUB); // tells of subscriptions, else as PUB
        const int none = 0, verbose = 1;
        zmq_setsockopt(m_socket, ZMQ_LINGER, &none, sizeof none);
        zmq_setsockopt(m_socket, ZMQ_SNDHWM, &none, sizeof none);
        zmq_setsockopt(m_socket, ZMQ_XPUB_VERBOSE, &verbose, sizeof verbose);
        m_bound = zmq_bind(m_socket, endpoint.c_str()) == 0;
    }
    ~Publisher()
    {
        zmq_close(m_socket);
        zmq_ctx_term(m_context);
    }
    Q_DISABLE_COPY_MOVE(Publisher)

    bool isBound() const { return m_bound; }

    std::string endpoint() const
    {
        char name[256] = {};
        std::size_t size = sizeof name;
        zmq_getsockopt(m_socket, ZMQ_LAST_ENDPOINT, name, &size);
        return name;
    }

    /// True once a subscription to @p topic has come (again).
    bool hasSubscription(const std::string &topic)
    {
        char frame[64];
        for (int size; (size = zmq_recv(m_socket, frame, sizeof frame, ZMQ_DONTWAIT)) >= 0;) {
            if (size > 0 && frame[0] == 1)
                ++m_subscriptions[std::string(frame + 1, static_cast<std::size_t>(size - 1))];
        }
        return m_subscriptions[topic] > 0;
    }

    void parts(const std::vector<std::string> &parts)
    {
        for (std::size_t i = 0; i < parts.size(); ++i)
            zmq_send(m_socket, parts[i].data(), parts[i].size(), i + 1 < parts.size() ? ZMQ_SNDMORE : 0);
    }

    void send(const std::string &topic, const std::string &body)
    {
        const std::uint32_t n = counter[topic]++;
        parts({topic, body, {char(n), char(n >> 8), char(n >> 16), char(n >> 24)}});
    }

    std::map<std::string, std::uint32_t> counter;

private:
    void *m_context;
    void *m_socket;
    bool m_bound = false;
    std::map<std::string, int> m_subscriptions;
};

struct Heard {
    std::string topic;
    std::string body;
    std::uint32_t counter;
    std::int64_t heardAtMs;
};

class FixedClock final : public Clock {
public:
    std::int64_t unixMs() const override { return 1'767'225'600'123; }
    std::int64_t steadyMs() const override { return 5; }
};

/// Everything a subscriber says.
struct Listener {
    explicit Listener(ZmqSubscriber &subscriber)
    {
        QObject::connect(&subscriber, &ZmqSubscriber::message, &subscriber, [this](const ZmqMessage &message) {
            heard.push_back(
                {message.topic, std::string(message.body.begin(), message.body.end()), message.counter, message.heardAtMs});
            order += 'm';
        });
        QObject::connect(&subscriber, &ZmqSubscriber::connected, &subscriber, [this] {
            ++connected;
            order += 'c';
        });
        QObject::connect(&subscriber, &ZmqSubscriber::disconnected, &subscriber, [this] {
            ++disconnected;
            order += 'd';
        });
        QObject::connect(&subscriber, &ZmqSubscriber::malformed, &subscriber,
                         [this](const std::string &, const std::string &what) { malformed.push_back(what); });
    }

    std::vector<Heard> heard;
    std::vector<std::string> malformed;
    std::string order;
    int connected = 0;
    int disconnected = 0;
};

} // namespace

class ZmqSubscriberTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void messagesComeWhole();
    void topicsOfOneEndpointKeepTheirOrder();
    void severalEndpoints();
    void onlyWantedTopicsCome();
    void tenThousandMessagesComeInOrderAndTheLoopBreathes();
    void messagesComeThoughTheDescriptorIsSilent();
    void gapShowsInTheCounter();
    void restartedPublisherIsNoticedWhileNothingIsSent();
    void publisherMayStartLater();
    void malformedMessagesAreReportedAndSkipped();
    void wrongEndpointIsRefused_data();
    void wrongEndpointIsRefused();
    void closeFromASlot();
    void slotMayDeleteTheSubscriber();
    void subscriberMayBeUsedAfterClose();
    void blockOfFourMegabytes();

private:
    FixedClock m_clock;
};

void ZmqSubscriberTest::messagesComeWhole()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", publisher.endpoint()));
    QVERIFY(!subscriber.isConnected());
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    QTRY_COMPARE(listener.connected, 1);
    QVERIFY(subscriber.isConnected());
    QVERIFY(subscriber.isConnected(publisher.endpoint()));
    publisher.counter["sequence"] = 0x01020304;
    publisher.send("sequence", std::string("a\0b", 3));
    publisher.send("sequence", "");
    QTRY_COMPARE(listener.heard.size(), std::size_t(2));
    QCOMPARE(listener.heard[0].topic, std::string("sequence"));
    QCOMPARE(listener.heard[0].body, std::string("a\0b", 3));
    QCOMPARE(listener.heard[0].counter, 0x01020304u);
    QCOMPARE(listener.heard[0].heardAtMs, m_clock.unixMs());
    QCOMPARE(listener.heard[1].body, std::string());
    QVERIFY(listener.malformed.empty());
}

void ZmqSubscriberTest::topicsOfOneEndpointKeepTheirOrder()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    for (const char *topic : {"sequence", "rawblock", "rawtx", "rawtx"})
        QVERIFY(subscriber.subscribe(topic, publisher.endpoint()));
    for (const char *topic : {"sequence", "rawblock", "rawtx"})
        QTRY_VERIFY(publisher.hasSubscription(topic));
    std::string expected, got;
    for (int i = 0; i < 300; ++i) {
        const std::string topic = i % 3 == 0 ? "sequence" : i % 3 == 1 ? "rawtx" : "rawblock";
        publisher.send(topic, std::to_string(i));
        expected += topic + std::to_string(i);
    }
    QTRY_COMPARE(listener.heard.size(), std::size_t(300));
    for (const Heard &heard : listener.heard)
        got += heard.topic + heard.body;
    QCOMPARE(got, expected);
    QCOMPARE(listener.connected, 1);
}

void ZmqSubscriberTest::severalEndpoints()
{
    Publisher first, second;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", first.endpoint()));
    QVERIFY(subscriber.subscribe("rawblock", second.endpoint()));
    QTRY_VERIFY(first.hasSubscription("sequence"));
    QTRY_VERIFY(second.hasSubscription("rawblock"));
    QTRY_VERIFY(subscriber.isConnected());
    first.send("sequence", "1");
    second.send("rawblock", "2");
    second.send("sequence", "not asked from here");
    first.send("sequence", "3");
    QTRY_COMPARE(listener.heard.size(), std::size_t(3));
    QCOMPARE(listener.connected, 2);
}

void ZmqSubscriberTest::onlyWantedTopicsCome()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("rawtx", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("rawtx"));
    publisher.send("hashtx", "no");
    publisher.send("rawtx", "yes");
    publisher.send("rawtx2", "a subscription is for a prefix"); // which the node has none of
    publisher.send("rawtx", "end");
    QTRY_COMPARE(listener.heard.size(), std::size_t(2));
    QCOMPARE(listener.malformed.size(), std::size_t(1));
}

void ZmqSubscriberTest::tenThousandMessagesComeInOrderAndTheLoopBreathes()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    constexpr std::size_t count = 10'000;
    for (std::size_t i = 0; i < count; ++i)
        publisher.send("sequence", std::string(41, char(i)));

    // What others would notice: how many messages come between two turns of a timer that is always due.
    std::size_t seen = 0, mostPerTurn = 0;
    QTimer other;
    connect(&other, &QTimer::timeout, this, [&] {
        mostPerTurn = std::max(mostPerTurn, listener.heard.size() - seen);
        seen = listener.heard.size();
    });
    other.start(0);
    QElapsedTimer timer;
    timer.start();
    while (listener.heard.size() < count && timer.elapsed() < 10'000)
        QCoreApplication::processEvents();
    QCOMPARE(listener.heard.size(), count);
    for (std::size_t i = 0; i < count; ++i)
        QCOMPARE(listener.heard[i].counter, std::uint32_t(i));
    qInfo("%zu messages in %lld ms, at most %zu in one turn of the loop", count, qlonglong(timer.elapsed()), mostPerTurn);
    QVERIFY(mostPerTurn > 0 && mostPerTurn <= 2000);
}

void ZmqSubscriberTest::messagesComeThoughTheDescriptorIsSilent()
{
    // The descriptor tells once that something has changed. Whoever does not read all, or takes the change in by another call, waits forever.
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    for (int round = 0; round < 200; ++round) {
        const std::size_t before = listener.heard.size();
        publisher.send("sequence", "a");
        publisher.send("sequence", "b");
        if (round % 3 == 0)
            subscriber.subscribe("topic" + std::to_string(round), publisher.endpoint());
        QElapsedTimer timer;
        timer.start();
        while (listener.heard.size() < before + 2 && timer.elapsed() < 5000)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
        QCOMPARE(listener.heard.size(), before + 2);
    }
}

void ZmqSubscriberTest::gapShowsInTheCounter()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    publisher.send("sequence", "0");
    publisher.counter["sequence"] += 3;
    publisher.send("sequence", "4");
    QTRY_COMPARE(listener.heard.size(), std::size_t(2));
    QCOMPARE(listener.heard[1].counter - listener.heard[0].counter, 4u);
}

void ZmqSubscriberTest::restartedPublisherIsNoticedWhileNothingIsSent()
{
    auto publisher = std::make_unique<Publisher>();
    const std::string endpoint = publisher->endpoint();
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", endpoint));
    QTRY_VERIFY(publisher->hasSubscription("sequence"));
    QTRY_COMPARE(listener.connected, 1);
    publisher->send("sequence", "0");
    QTRY_COMPARE(listener.heard.size(), std::size_t(1));

    publisher.reset();
    QTRY_COMPARE(listener.disconnected, 1);
    QVERIFY(!subscriber.isConnected());
    QVERIFY(!subscriber.isConnected(endpoint));

    publisher = std::make_unique<Publisher>(endpoint);
    QVERIFY(publisher->isBound());
    QTRY_COMPARE(listener.connected, 2);
    QTRY_VERIFY(publisher->hasSubscription("sequence"));
    publisher->send("sequence", "0 again");
    QTRY_COMPARE(listener.heard.size(), std::size_t(2));
    QCOMPARE(listener.heard[1].counter, 0u);
    QCOMPARE(listener.order, std::string("cmdcm"));
}

void ZmqSubscriberTest::publisherMayStartLater()
{
    std::string endpoint;
    {
        Publisher publisher;
        endpoint = publisher.endpoint();
    }
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", endpoint));
    Publisher publisher(endpoint);
    QVERIFY(publisher.isBound());
    QTRY_COMPARE(listener.connected, 1);
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    QCOMPARE(listener.disconnected, 0); // it never stood
}

void ZmqSubscriberTest::malformedMessagesAreReportedAndSkipped()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("sequence", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    const std::vector<std::vector<std::string>> broken = {
        {"sequence"},
        {"sequence", "body"},
        {"sequence", "body", "123"},
        {"sequence", "body", "12345"},
        {"sequence", "body", "1234", "more"},
        {"sequence", "body", "1234", "", ""},
    };
    for (const auto &parts : broken) {
        publisher.parts(parts);
        publisher.send("sequence", "good");
    }
    QTRY_COMPARE(listener.heard.size(), broken.size());
    QCOMPARE(listener.malformed.size(), broken.size());
    QCOMPARE(listener.malformed[0], std::string("a message of 1 parts instead of 3"));
    QCOMPARE(listener.malformed[3], std::string("a counter of 5 bytes instead of 4"));
    QCOMPARE(listener.malformed[5], std::string("a message of 5 parts instead of 3"));
}

void ZmqSubscriberTest::wrongEndpointIsRefused_data()
{
    QTest::addColumn<QByteArray>("endpoint");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("no scheme") << QByteArray("127.0.0.1:28332");
    QTest::newRow("unknown scheme") << QByteArray("http://127.0.0.1:28332");
    QTest::newRow("no port") << QByteArray("tcp://127.0.0.1");
    QTest::newRow("port beyond range") << QByteArray("tcp://127.0.0.1:70000");
}

void ZmqSubscriberTest::wrongEndpointIsRefused()
{
    QFETCH(QByteArray, endpoint);
    ZmqSubscriber subscriber(m_clock);
    QVERIFY(!subscriber.subscribe("sequence", endpoint.toStdString()));
    QVERIFY(!subscriber.isConnected());
}

void ZmqSubscriberTest::closeFromASlot()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    connect(&subscriber, &ZmqSubscriber::message, this, [&] { subscriber.close(); });
    QVERIFY(subscriber.subscribe("sequence", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("sequence"));
    for (int i = 0; i < 100; ++i)
        publisher.send("sequence", "x");
    QTRY_COMPARE(listener.heard.size(), std::size_t(1));
    QVERIFY(!subscriber.isConnected());

    Publisher other;
    ZmqSubscriber closesOnConnect(m_clock);
    bool closed = false;
    connect(&closesOnConnect, &ZmqSubscriber::connected, this, [&] {
        closesOnConnect.close();
        closed = true;
    });
    QVERIFY(closesOnConnect.subscribe("sequence", other.endpoint()));
    QTRY_VERIFY(closed);
    QCoreApplication::processEvents();
    QCOMPARE(listener.heard.size(), std::size_t(1));
}

void ZmqSubscriberTest::slotMayDeleteTheSubscriber()
{
    for (const char *signal : {"message", "connected", "malformed"}) {
        Publisher publisher;
        auto subscriber = std::make_unique<ZmqSubscriber>(m_clock);
        const auto drop = [&] { subscriber.reset(); };
        if (signal == "message"sv)
            connect(subscriber.get(), &ZmqSubscriber::message, this, drop);
        else if (signal == "connected"sv)
            connect(subscriber.get(), &ZmqSubscriber::connected, this, drop);
        else
            connect(subscriber.get(), &ZmqSubscriber::malformed, this, drop);
        QVERIFY(subscriber->subscribe("sequence", publisher.endpoint()));
        QTRY_VERIFY(!subscriber || publisher.hasSubscription("sequence"));
        publisher.parts(signal == "malformed"sv ? std::vector<std::string>{"sequence"}
                                                : std::vector<std::string>{"sequence", "", "1234"});
        QTRY_VERIFY(!subscriber);
    }
}

void ZmqSubscriberTest::subscriberMayBeUsedAfterClose()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    for (int i = 0; i < 200; ++i) { // the same endpoint again at once, while ZMQ still lets go of it
        QVERIFY(subscriber.subscribe("rawtx", publisher.endpoint()));
        subscriber.close();
    }
    for (int i = 1; i <= 3; ++i) {
        Publisher another;
        QVERIFY(subscriber.subscribe("sequence", another.endpoint()));
        QVERIFY(subscriber.subscribe("rawtx", publisher.endpoint()));
        QTRY_VERIFY(another.hasSubscription("sequence"));
        another.send("sequence", "x");
        QTRY_COMPARE(listener.heard.size(), std::size_t(i));
        subscriber.close();
    }
}

void ZmqSubscriberTest::blockOfFourMegabytes()
{
    Publisher publisher;
    ZmqSubscriber subscriber(m_clock);
    Listener listener(subscriber);
    QVERIFY(subscriber.subscribe("rawblock", publisher.endpoint()));
    QTRY_VERIFY(publisher.hasSubscription("rawblock"));
    publisher.send("rawblock", std::string(4'000'000, 'b'));
    QTRY_COMPARE(listener.heard.size(), std::size_t(1));
    QCOMPARE(listener.heard[0].body.size(), std::size_t(4'000'000));
}

} // namespace tipwatch

QTEST_GUILESS_MAIN(tipwatch::ZmqSubscriberTest)
#include "zmq_subscriber_test.moc"
