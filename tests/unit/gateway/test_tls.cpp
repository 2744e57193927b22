// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/self_signed.h"
#include "server/gateway/front_door/tls_identity.h"
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/http_exchange.h"
#include "tests/unit/gateway/token_maker.h"

#include <QFile>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QSslCertificate>
#include <QSslSocket>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTemporaryDir>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

constexpr std::int64_t now = 1'800'000'000;
const std::string healthRequest = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

QSslConfiguration trustingAnybody()
{
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return configuration;
}

/// A TLS client that blocks; for another thread than the backend's.
struct TlsClient {
    QSslSocket socket;
    explicit TlsClient(quint16 port, const QSslConfiguration &configuration = trustingAnybody())
    {
        socket.setSslConfiguration(configuration);
        socket.connectToHostEncrypted(u"127.0.0.1"_s, port);
        socket.waitForEncrypted(20'000);
    }
    std::string ask(const std::string &request)
    {
        socket.write(request.data(), static_cast<qint64>(request.size()));
        while (socket.waitForReadyRead(20'000)) {}
        return socket.readAll().toStdString();
    }
};

} // namespace

class TlsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QLoggingCategory::setFilterRules(u"tipwatch.gateway=false\nqt.network.ssl=false"_s);
        const auto pair = makeSelfSigned({"localhost"}, {"127.0.0.1"}, QDateTime::currentSecsSinceEpoch());
        QVERIFY(pair);
        m_certificate = write("certificate.pem", pair->certificate);
        m_key = write("key.pem", pair->key);
    }

    void selfSignedIsMadeOnceAndIsOurs();
    void outdatedOrBrokenOneIsMadeAnew();
    void badFiles_data();
    void badFiles();
    void bothAreSpokenOnOnePort();
    void certificateIsTheConfiguredOneAndItsNamesHold();
    void oldVersionsAreRefused();
    void webSocketClientsGetTheStream();
    void manyFramesPassBothWaysUnchanged();
    void closeHandshakePassesThrough();
    void clientThatVanishesIsNoticed();
    void slowClientIsClosedLikeAnyOther();
    void stopSaysGoodbye();
    void eventStreamsPassToo();
    void pollsAreAnsweredAndOver();
    void clientsStayWhenThePortChanges();
    void requiredTls_data();
    void requiredTls();
    void strictTransportIsSaidOverTls();
    void unfinishedHandshakesMakeRoom();
    void unfinishedHandshakeIsEndedInTime();
    void nonsenseBehindTheFirstByteEndsTheConnection();
    void socketsOnAPortOfTheirOwn();

private:
    std::string write(const char *name, const std::string &content)
    {
        QFile file(m_directory.filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::WriteOnly) && file.write(content.data(), static_cast<qint64>(content.size())) >= 0
                   ? file.fileName().toStdString()
                   : ""s;
    }
    GatewayConfig secured() const
    {
        GatewayConfig config = ServedStore::roomForAll();
        config.tls = {true, false, m_certificate, m_key};
        return config;
    }
    void connectTo(const ServedStore &served, Listener &client)
    {
        client.socket.setSslConfiguration(trustingAnybody());
        client.socket.open(QUrl(u"wss://127.0.0.1:%1/ws"_s.arg(served.port())));
    }

    QTemporaryDir m_directory;
    std::string m_certificate, m_key;
};

void TlsTest::selfSignedIsMadeOnceAndIsOurs()
{
    const QString directory = m_directory.filePath(u"own/deeper"_s);
    const auto first = TlsIdentity::load({true, false, {}, {}}, directory, now);
    QVERIFY2(first, first ? "" : first.error().message.c_str());
    QVERIFY(first->isSelfSigned);
    const QSslCertificate certificate = first->configuration.localCertificate();
    QCOMPARE(certificate.expiryDate().toSecsSinceEpoch(), now + 10LL * 365 * 24 * 3600);
    QVERIFY(certificate.effectiveDate().toSecsSinceEpoch() < now);
    QVERIFY(certificate.subjectAlternativeNames().values(QSsl::DnsEntry).contains(u"localhost"_s));
    QVERIFY(certificate.subjectAlternativeNames().values(QSsl::IpAddressEntry).contains(u"127.0.0.1"_s));
    QCOMPARE(first->fingerprint.size(), std::size_t(95));
    for (const char *name : {"tls-key.pem", "tls-certificate.pem"}) {
        const auto permissions = QFileInfo(directory + u'/' + QString::fromLatin1(name)).permissions();
        QVERIFY(!(permissions &
                  (QFileDevice::ReadGroup | QFileDevice::WriteGroup | QFileDevice::ReadOther | QFileDevice::WriteOther)));
    }
    QCOMPARE(TlsIdentity::load({true, false, {}, {}}, directory, now + 1000)->fingerprint, first->fingerprint);
}

void TlsTest::outdatedOrBrokenOneIsMadeAnew()
{
    const QString directory = m_directory.filePath(u"renewed"_s);
    const TlsConfig config{true, false, {}, {}};
    const auto first = TlsIdentity::load(config, directory, now);
    const auto later = TlsIdentity::load(config, directory, now + 10LL * 365 * 24 * 3600);
    QVERIFY(first && later);
    QVERIFY(first->fingerprint != later->fingerprint);
    QFile key(directory + u"/tls-key.pem"_s);
    QVERIFY(key.open(QIODevice::WriteOnly));
    key.close();
    const auto again = TlsIdentity::load(config, directory, now);
    QVERIFY(again);
    QVERIFY(again->fingerprint != later->fingerprint);
    const auto nowhere = TlsIdentity::load(config, u"/proc/nowhere"_s, now);
    QVERIFY(!nowhere);
    QVERIFY(nowhere.error().message.starts_with("/proc/nowhere: "));
}

void TlsTest::badFiles_data()
{
    QTest::addColumn<std::string>("certificate"); // what the files hold; empty: the good one
    QTest::addColumn<std::string>("key");
    QTest::addColumn<std::string>("problem");
    const auto row = [](const char *name, const std::string &certificate, const std::string &key, const std::string &problem) {
        QTest::newRow(name) << certificate << key << problem;
    };
    row("no certificate", "hello", "", "certificate: holds no certificate in PEM");
    row("key in its place", SigningKey("EC", "P-256").privatePem(), "", "certificate: holds no certificate in PEM");
    row("no key", "", "hello", "key: holds no private key in PEM");
    row("public key", "", SigningKey("EC", "P-256").publicPem(), "key: holds no private key in PEM");
    row("key of another", "", SigningKey("EC", "P-256").privatePem(), "key: is not the key of the certificate in ");
    row("RSA key of another", "", SigningKey("RSA", std::size_t(2048)).privatePem(),
        "key: is not the key of the certificate in ");
    row("Ed25519", "", SigningKey("ED25519").privatePem(), "key: is neither an RSA nor an elliptic-curve key");
}

void TlsTest::badFiles()
{
    QFETCH(std::string, certificate);
    QFETCH(std::string, key);
    QFETCH(std::string, problem);
    GatewayConfig config = secured();
    if (!certificate.empty())
        config.tls.certificateFile = write("certificate", certificate);
    if (!key.empty())
        config.tls.keyFile = write("key", key);
    const auto checked = Gateway::check(config);
    QVERIFY(!checked);
    QVERIFY2(checked.error().message.find(problem) != std::string::npos, checked.error().message.c_str());
    ServedStore served(config);
    QVERIFY(!served.start());
    QVERIFY(Gateway::check(secured()));
}

void TlsTest::bothAreSpokenOnOnePort()
{
    ServedStore served(secured());
    served.fill();
    QVERIFY(served.start());
    QCOMPARE(get(served, "/healthz").status, 200);
    QCOMPARE(parse(besides([&] { return TlsClient(served.port()).ask(healthRequest); })).status, 200);
    Listener plain(served), tls;
    connectTo(served, tls);
    QTRY_VERIFY(plain.count(u"hello"_s) == 1 && tls.count(u"hello"_s) == 1);
}

void TlsTest::certificateIsTheConfiguredOneAndItsNamesHold()
{
    ServedStore served(secured());
    QVERIFY(served.start());
    const bool isVerified = besides([&] {
        QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
        configuration.setCaCertificates(QSslCertificate::fromPath(QString::fromStdString(m_certificate)));
        return TlsClient(served.port(), configuration).socket.isEncrypted();
    });
    QVERIFY(isVerified);
}

void TlsTest::oldVersionsAreRefused()
{
    ServedStore served(secured());
    QVERIFY(served.start());
    const auto isTaken = [&](QSsl::SslProtocol protocol) {
        return besides([&] {
            QSslConfiguration configuration = trustingAnybody();
            configuration.setProtocol(protocol);
            return TlsClient(served.port(), configuration).socket.isEncrypted();
        });
    };
    QVERIFY(isTaken(QSsl::TlsV1_2));
    QVERIFY(isTaken(QSsl::TlsV1_3));
    QT_WARNING_PUSH
    QT_WARNING_DISABLE_DEPRECATED
    QVERIFY(!isTaken(QSsl::TlsV1_1));
    QT_WARNING_POP
}

void TlsTest::webSocketClientsGetTheStream()
{
    ServedStore served(secured());
    served.fill(12);
    QVERIFY(served.start());
    Listener client;
    connectTo(served, client);
    QTRY_COMPARE(client.count(u"mempool.update"_s), 1u);
    served.mine(13);
    QTRY_COMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 13);
    client.say(R"({"op":"ping","id":7})");
    QTRY_COMPARE(client.last(u"pong"_s)[u"id"_s], 7);
    QCOMPARE(served.gateway->status().clients, 1);
    client.socket.close();
    QTRY_COMPARE(served.gateway->status().clients, 0);
}

void TlsTest::manyFramesPassBothWaysUnchanged()
{
    GatewayConfig config = secured();
    config.clients.messagesPerSecond = 0;
    config.clients.queueMessages = 100'000;
    config.clients.queueBytes = 256 * 1024 * 1024;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    Listener client;
    connectTo(served, client);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    constexpr int count = 3000;
    const QString filler(100, u'x'); // an id is echoed, so both ways carry some 400 KB
    for (int i = 0; i < count; ++i)
        client.socket.sendTextMessage(u"{\"op\":\"ping\",\"id\":\"%1 %2\"}"_s.arg(i).arg(filler));
    QTRY_COMPARE_WITH_TIMEOUT(client.count(u"pong"_s), std::size_t(count), 30'000);
    int next = 0;
    for (const QJsonObject &message : client.messages) {
        if (message[u"type"_s] == u"pong"_s)
            QCOMPARE(message[u"id"_s].toString(), u"%1 %2"_s.arg(next++).arg(filler));
    }
}

void TlsTest::closeHandshakePassesThrough()
{
    ServedStore served(secured());
    served.fill();
    QVERIFY(served.start());
    Listener client;
    connectTo(served, client);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    client.socket.close(QWebSocketProtocol::CloseCodeNormal, u"bye"_s);
    QTRY_COMPARE(client.socket.state(), QAbstractSocket::UnconnectedState);
    QTRY_COMPARE(served.gateway->status().clients, 0);
}

void TlsTest::clientThatVanishesIsNoticed()
{
    ServedStore served(secured());
    served.fill();
    QVERIFY(served.start());
    for (int i = 0; i < 20; ++i) {
        auto client = std::make_unique<Listener>();
        connectTo(served, *client);
        QTRY_COMPARE(client->count(u"hello"_s), 1u);
        client->socket.abort();
    }
    QTRY_COMPARE(served.gateway->status().clients, 0);
}

void TlsTest::slowClientIsClosedLikeAnyOther()
{
    GatewayConfig config = secured();
    config.clients.queueMessages = 16;
    config.clients.deliveryTimeout = 100ms;
    config.clients.writeTimeout = 500ms;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    std::atomic<bool> isConnected = false;
    std::jthread slow([&](const std::stop_token &stop) {
        TlsClient client(served.port());
        client.socket.setSocketOption(QAbstractSocket::ReceiveBufferSizeSocketOption, 4096);
        client.socket.setReadBufferSize(1024);
        const std::string request = "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n";
        client.socket.write(request.data(), static_cast<qint64>(request.size()));
        client.socket.waitForBytesWritten();
        isConnected = true;
        while (!stop.stop_requested())
            std::this_thread::sleep_for(1ms);
    });
    QTRY_VERIFY(isConnected && served.gateway->status().clients == 1);
    for (int height = 13; height < 6000 && served.gateway->status().clients == 1; ++height) {
        served.mine(height);
        if (height % 20 == 0)
            QTest::qWait(1);
    }
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 30'000);
}

void TlsTest::stopSaysGoodbye()
{
    ServedStore served(secured());
    served.fill();
    QVERIFY(served.start());
    Listener client;
    connectTo(served, client);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    served.gateway->stop();
    QTRY_COMPARE(client.socket.state(), QAbstractSocket::UnconnectedState);
    QCOMPARE(client.socket.closeCode(), QWebSocketProtocol::CloseCodeGoingAway);
}

void TlsTest::eventStreamsPassToo()
{
    ServedStore served(secured());
    served.fill(12);
    QVERIFY(served.start());
    const QByteArray got = besides([&] {
        TlsClient client(served.port());
        const std::string request = "GET /api/v1/events?channels=tip HTTP/1.1\r\nHost: localhost\r\n\r\n";
        client.socket.write(request.data(), static_cast<qint64>(request.size()));
        QByteArray all;
        while (!all.contains("tip.update") && client.socket.waitForReadyRead(20'000))
            all += client.socket.readAll();
        return all;
    });
    QVERIFY(got.startsWith("HTTP/1.1 200"));
    QVERIFY(got.contains("Content-Type: text/event-stream"));
    QVERIFY(got.contains("tip.update"));
    QTRY_COMPARE(served.gateway->status().clients, 0); // it has left
}

/// They leave again as soon as they have been handed over.
void TlsTest::pollsAreAnsweredAndOver()
{
    ServedStore served(secured());
    served.fill(12);
    QVERIFY(served.start());
    for (int i = 0; i < 100; ++i) {
        const std::string answer = besides(
            [&] { return TlsClient(served.port()).ask("GET /api/v1/poll?channels=tip HTTP/1.1\r\nHost: localhost\r\n\r\n"); });
        QVERIFY2(answer.ends_with("}}]}"), answer.c_str());
    }
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 20'000);
}

void TlsTest::clientsStayWhenThePortChanges()
{
    ServedStore served(secured());
    served.fill(12);
    QVERIFY(served.start());
    Listener client;
    connectTo(served, client);
    QTRY_COMPARE(client.count(u"hello"_s), 1u);
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    GatewaySettings settings = served.gateway->status().settings;
    settings.port = free.serverPort();
    free.close();
    QVERIFY(served.gateway->change(settings));
    served.mine(13);
    QTRY_COMPARE(client.lastData(u"tip.update"_s)[u"height"_s], 13);
    Listener newcomer;
    connectTo(served, newcomer);
    QTRY_COMPARE(newcomer.count(u"hello"_s), 1u);
}

void TlsTest::requiredTls_data()
{
    QTest::addColumn<std::string>("request");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("location");
    const std::string end = " HTTP/1.1\r\nHost: localhost:8787\r\nConnection: close\r\n\r\n";
    QTest::newRow("page") << "GET /" + end << 301 << QByteArray("https://localhost:8787/");
    QTest::newRow("page with query") << "GET /a%20b?c=%64" + end << 301 << QByteArray("https://localhost:8787/a%20b?c=%64");
    QTest::newRow("slashes") << "GET //evil.example/" + end << 403 << QByteArray();
    QTest::newRow("post to a page") << "POST /" + end << 403 << QByteArray();
    QTest::newRow("API") << "GET /api/v1/tip" + end << 403 << QByteArray();
    QTest::newRow("socket path") << "GET /ws" + end << 403 << QByteArray();
    QTest::newRow("socket") << "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n" << 403 << QByteArray();
    QTest::newRow("health") << "GET /healthz" + end << 200 << QByteArray();
}

void TlsTest::requiredTls()
{
    QFETCH(std::string, request);
    QFETCH(int, status);
    QFETCH(QByteArray, location);
    GatewayConfig config = secured();
    config.tls.required = true;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    QVERIFY(served.gateway->status().url.starts_with("https://"));
    const Answer answer = ask(served, request);
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.field("Location"), location);
    if (status == 403)
        QCOMPARE(answer.errorCode(), u"tls_required"_s);
    QCOMPARE(answer.field("Strict-Transport-Security"), QByteArray()); // says nothing in the clear
}

void TlsTest::strictTransportIsSaidOverTls()
{
    for (const bool isRequired : {true, false}) {
        GatewayConfig config = secured();
        config.tls.required = isRequired;
        ServedStore served(config);
        served.fill();
        QVERIFY(served.start());
        const Answer answer = parse(besides([&] { return TlsClient(served.port()).ask(healthRequest); }));
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.field("Strict-Transport-Security").isEmpty(), !isRequired);
    }
}

void TlsTest::unfinishedHandshakesMakeRoom()
{
    GatewayConfig config = secured();
    config.http.maxHandshakes = 4;
    config.http.handshakeTimeout = 60s;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const auto [status, firstIsGone] = besides([&] {
        std::vector<RawClient> begun;
        for (int i = 0; i < 20; ++i) {
            begun.push_back(RawClient::connectTo(served.port()));
            begun.back().send("\x16\x03\x01");
        }
        const int answered = parse(TlsClient(served.port()).ask(healthRequest)).status;
        const RawClient::Frame end = begun.front().readFrame();
        return std::pair(answered, end.opcode == RawClient::closed || end.opcode == RawClient::reset);
    });
    QCOMPARE(status, 200);
    QVERIFY(firstIsGone);
}

void TlsTest::unfinishedHandshakeIsEndedInTime()
{
    GatewayConfig config = secured();
    config.http.handshakeTimeout = 300ms;
    config.http.headTimeout = 60s;
    ServedStore served(config);
    QVERIFY(served.start());
    const unsigned end = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        client.setPatience(20'000);
        client.send("\x16\x03\x01\x02");
        return client.readFrame().opcode;
    });
    QVERIFY(end == RawClient::closed || end == RawClient::reset);
}

void TlsTest::nonsenseBehindTheFirstByteEndsTheConnection()
{
    ServedStore served(secured());
    QVERIFY(served.start());
    const bool isOver = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        client.setPatience(20'000);
        client.send("\x16 hello, this is no TLS\r\n\r\n");
        client.readAll();
        return client.readFrame().opcode != RawClient::silent;
    });
    QVERIFY(isOver);
    QCOMPARE(get(served, "/healthz").status, 200);
}

void TlsTest::socketsOnAPortOfTheirOwn()
{
    GatewayConfig config = ServedStore::roomForAll();
    QTcpServer free;
    QVERIFY(free.listen(QHostAddress::LocalHost));
    config.websocketPort = free.serverPort();
    free.close();
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const auto at = [](std::uint16_t port, const std::string &request) {
        return parse(besides([&] {
            RawClient client = RawClient::connectTo(port);
            client.send(request);
            return client.readUntil("\r\n\r\n");
        }));
    };
    const std::string upgrade = "GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n";
    QCOMPARE(at(*config.websocketPort, upgrade).status, 101);
    QCOMPARE(at(served.port(), upgrade).status, 404);
    QCOMPARE(at(served.port(), healthRequest).status, 200);
    QCOMPARE(at(*config.websocketPort, healthRequest).status, 404);
    QCOMPARE(at(*config.websocketPort, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 404);
    QCOMPARE(at(*config.websocketPort, "GET /ws HTTP/1.1\r\nHost: evil.example\r\n" + upgradeFields + "\r\n").status, 403);
}

QTEST_GUILESS_MAIN(TlsTest)
#include "test_tls.moc"
