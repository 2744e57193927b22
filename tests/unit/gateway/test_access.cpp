// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/auth/token_verifier.h"
#include "tests/unit/gateway/http_exchange.h"
#include "tests/unit/gateway/token_maker.h"

#include <QDateTime>
#include <QFile>
#include <QLoggingCategory>
#include <QMutex>
#include <QTemporaryDir>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {

const std::string secret = "0123456789abcdef0123456789abcdef";
const std::string tipOnly = hs256Token(R"({"channels":["tip"]})", secret);
const std::string everything = hs256Token(R"({"sub":"wall"})", secret);
const std::string expired = hs256Token(R"({"exp":1000000000})", secret);

std::string bearer(const std::string &token)
{
    return "Authorization: Bearer " + token + "\r\n";
}

} // namespace

/// Tokens at the front door, over real connections; and pages of other origins.
class AccessTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s);
        QFile file(m_directory.filePath(u"secret"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(secret.c_str());
    }
    void requiredTokens_data();
    void requiredTokens();
    void handshakes_data();
    void handshakes();
    void withoutRequirementATokenIsOptionalButNotWrong();
    void streamEndsWithItsToken();
    void newTokenKeepsTheStreamOpen();
    void tokensAreNotLogged();
    void badKeyFileKeepsTheGatewayFromStarting();
    void preflights_data();
    void preflights();
    void answersOfManyOriginsVary();

private:
    GatewayConfig guarded() const
    {
        GatewayConfig config = ServedStore::roomForAll();
        config.auth.required = true;
        config.auth.jwtKeyFile = m_directory.filePath(u"secret"_s).toStdString();
        return config;
    }
    QTemporaryDir m_directory;
};

void AccessTest::requiredTokens_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("fields");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const std::string &path, const std::string &fields, int status) {
        QTest::newRow(name) << path << fields << status;
    };
    row("REST without", "/api/v1/tip", "", 401);
    row("REST with", "/api/v1/tip", bearer(tipOnly), 200);
    row("scheme in small letters", "/api/v1/tip", "Authorization: bearer " + tipOnly + "\r\n", 200);
    row("other scheme", "/api/v1/tip", "Authorization: Basic " + tipOnly + "\r\n", 401);
    row("in the query", "/api/v1/tip?token=" + tipOnly, "", 200);
    row("field before query", "/api/v1/tip?token=" + tipOnly, bearer("x.y.z"), 401);
    row("expired", "/api/v1/tip", bearer(expired), 401);
    row("nonsense", "/api/v1/tip", bearer("nonsense"), 401);
    row("long answer without", "/api/v1/mempool/txids", "", 401);
    row("page without", "/", "", 401);
    row("page with", "/?token=" + everything, "", 200);
    row("page with less than it shows", "/?token=" + tipOnly, "", 403);
    row("another channel", "/api/v1/fees", bearer(tipOnly), 403);
    row("every channel", "/api/v1/fees", bearer(everything), 200);
    row("long answer of another channel", "/api/v1/mempool/txs", bearer(tipOnly), 403);
    row("of no channel", "/metrics", bearer(tipOnly), 403);
    row("ready without", "/readyz", "", 401);
    row("health", "/healthz", "", 200);
    row("unknown API path without", "/api/v1/nope", "", 401);
    row("unknown path", "/nope", "", 404);
}

void AccessTest::requiredTokens()
{
    QFETCH(std::string, path);
    QFETCH(std::string, fields);
    QFETCH(int, status);
    ServedStore served(guarded());
    served.fill();
    QVERIFY(served.start());
    const Answer answer = get(served, path, fields);
    QCOMPARE(answer.status, status);
    if (status == 401) {
        QCOMPARE(answer.errorCode(), u"unauthorized"_s);
        QVERIFY(answer.field("WWW-Authenticate").startsWith("Bearer"));
    }
    if (status == 403)
        QCOMPARE(answer.errorCode(), u"forbidden"_s);
}

void AccessTest::handshakes_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("fields");
    QTest::addColumn<int>("status");
    QTest::newRow("without: may still send one") << "/ws"s
                                                 << ""s << 101;
    QTest::newRow("field") << "/ws"s << bearer(tipOnly) << 101;
    QTest::newRow("query") << "/ws?x=1&token=" + tipOnly << ""s << 101;
    QTest::newRow("expired") << "/ws?token=" + expired << ""s << 401;
    QTest::newRow("nonsense") << "/ws"s << bearer("nonsense") << 401;
}

void AccessTest::handshakes()
{
    QFETCH(std::string, path);
    QFETCH(std::string, fields);
    QFETCH(int, status);
    ServedStore served(guarded());
    QVERIFY(served.start());
    QCOMPARE(parse(besides([&] { return RawClient::connectTo(served.port()).upgrade(path, fields); })).status, status);
}

void AccessTest::withoutRequirementATokenIsOptionalButNotWrong()
{
    GatewayConfig config = guarded();
    config.auth.required = false;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    QCOMPARE(get(served, "/api/v1/tip").status, 200);
    QCOMPARE(get(served, "/api/v1/tip", bearer(tipOnly)).status, 200);
    QCOMPARE(get(served, "/api/v1/tip", bearer(expired)).status, 401);

    ServedStore open; // no key: nobody can judge it
    open.fill();
    QVERIFY(open.start());
    QCOMPARE(get(open, "/api/v1/tip", bearer(expired)).status, 200);
}

namespace {

/// Good for about @p seconds more.
std::string tokenFor(std::int64_t seconds)
{
    const std::int64_t expires = QDateTime::currentSecsSinceEpoch() - TokenVerifier::leewaySeconds + seconds;
    return hs256Token(R"({"exp":)" + std::to_string(expires) + "}", secret);
}

} // namespace

void AccessTest::streamEndsWithItsToken()
{
    ServedStore served(guarded());
    served.fill();
    QVERIFY(served.start());
    Listener socket;
    socket.socket.open(QUrl(served.socketUrl().toString() + u"?token="_s + QString::fromStdString(tokenFor(2))));
    const std::string stream = besides([&] {
        RawClient client = RawClient::connectTo(served.port());
        client.send("GET /api/v1/events?channels=tip&token=" + tokenFor(2) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return client.readAll(); // to its end
    });
    QVERIFY2(stream.find("event: tip.update") != std::string::npos, stream.c_str());
    QVERIFY2(stream.ends_with(": closed 1008 the token has expired\n\n"), stream.c_str());
    QTRY_COMPARE(socket.socket.closeReason(), u"the token has expired"_s);
    QCOMPARE(socket.socket.closeCode(), QWebSocketProtocol::CloseCodePolicyViolated);
    QCOMPARE(socket.count(u"tip.update"_s), 1u);
}

void AccessTest::newTokenKeepsTheStreamOpen()
{
    ServedStore served(guarded());
    served.fill();
    QVERIFY(served.start());
    Listener lasting, ending;
    const QUrl url(served.socketUrl().toString() + u"?token="_s + QString::fromStdString(tokenFor(2)));
    lasting.socket.open(url);
    ending.socket.open(url);
    QTRY_COMPARE(lasting.count(u"hello"_s), 1u);
    lasting.say((R"({"op":"auth","token":")" + everything + R"("})").c_str());
    QTRY_COMPARE(lasting.count(u"authenticated"_s), 1u);
    QTRY_COMPARE(ending.socket.closeReason(), u"the token has expired"_s);
    served.mine(13);
    QTRY_COMPARE(lasting.count(u"block.mined"_s), 1u);
}

namespace {

QString logged; ///< by the handler below, on whatever thread; read when all is quiet
QMutex logMutex;

void keepLog(QtMsgType, const QMessageLogContext &, const QString &text)
{
    const QMutexLocker lock(&logMutex);
    logged += text + u'\n';
}

} // namespace

void AccessTest::tokensAreNotLogged()
{
    QLoggingCategory::setFilterRules(u"tipwatch.gateway=true"_s);
    const QtMessageHandler before = qInstallMessageHandler(keepLog);
    {
        ServedStore served(guarded());
        served.fill();
        if (served.start()) {
            for (const std::string &token : {tipOnly, expired, "nonsense-but-secret"s}) {
                get(served, "/api/v1/tip?token=" + token);
                get(served, "/api/v1/tip", bearer(token));
                get(served, "/nope?token=" + token);
                get(served, "/ws?token=" + token);
                besides([&] { return RawClient::connectTo(served.port()).upgrade("/ws?token=" + token); });
            }
        }
        served.gateway->stop();
    }
    qInstallMessageHandler(before);
    QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s);
    QVERIFY(logged.contains(u"http.refused"_s));
    QVERIFY(logged.contains(u"websocket.connection"_s));
    for (const std::string &token : {tipOnly, expired, "nonsense-but-secret"s})
        QVERIFY(!logged.contains(QString::fromStdString(token)));
}

void AccessTest::badKeyFileKeepsTheGatewayFromStarting()
{
    GatewayConfig config = guarded();
    config.auth.jwtKeyFile = "/nowhere/key";
    QVERIFY(!Gateway::check(config));
    ServedStore served(config);
    const auto started = served.start();
    QVERIFY(!started);
    QVERIFY(started.error().message.starts_with("gateway.jwt_key_file: /nowhere/key"));
    QVERIFY(Gateway::check(guarded()));
}

void AccessTest::preflights_data()
{
    QTest::addColumn<std::string>("origin");
    QTest::addColumn<std::string>("fields");
    QTest::addColumn<int>("status");
    const std::string wanted = "Access-Control-Request-Method: GET\r\n";
    QTest::newRow("allowed") << "https://wall.example.org"s << wanted << 204;
    QTest::newRow("other origin") << "https://evil.example"s << wanted << 403;
    QTest::newRow("no preflight") << "https://wall.example.org"s
                                  << ""s << 405;
    QTest::newRow("no origin") << ""s << wanted << 405;
}

void AccessTest::preflights()
{
    QFETCH(std::string, origin);
    QFETCH(std::string, fields);
    QFETCH(int, status);
    GatewayConfig config = guarded(); // a browser sends no token with it
    config.corsOrigins = {"https://wall.example.org"};
    ServedStore served(config);
    QVERIFY(served.start());
    const Answer answer = ask(served, "OPTIONS /api/v1/tip HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                                          (origin.empty() ? ""s : "Origin: " + origin + "\r\n") + fields + "\r\n");
    QCOMPARE(answer.status, status);
    QCOMPARE(answer.field("Access-Control-Allow-Headers").isEmpty(), status != 204);
    if (status == 204) {
        QCOMPARE(answer.field("Access-Control-Allow-Origin"), "https://wall.example.org");
        QCOMPARE(answer.field("Access-Control-Allow-Methods"), "GET, HEAD");
        QVERIFY(answer.body.isEmpty());
    }
}

void AccessTest::answersOfManyOriginsVary()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.corsOrigins = {"https://wall.example.org"};
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    QVERIFY(get(served, "/api/v1/tip").field("Vary").contains("Origin"));
    const Answer refused = get(served, "/api/v1/blocks?limit=x", "Origin: https://wall.example.org\r\n");
    QCOMPARE(refused.status, 400);
    QCOMPARE(refused.field("Access-Control-Allow-Origin"), "https://wall.example.org"); // so that the page can read why
    QCOMPARE(get(served, "/api/v1/tip", "Origin: https://evil.example\r\n").field("Access-Control-Allow-Origin"), QByteArray());
}

QTEST_GUILESS_MAIN(AccessTest)
#include "test_access.moc"
