// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/access_policy.h"
#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/request_head.h"
#include "server/gateway/front_door/router.h"

#include <QTest>

using namespace tipwatch;
using namespace std::string_literals;

class FrontDoorPartsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void refusals_data();
    void refusals();
    void keptFields();
    void targets_data();
    void targets();
    void upgrades_data();
    void upgrades();
    void webSocketKeys_data();
    void webSocketKeys();
    void keepAlive_data();
    void keepAlive();
    void headEndsAtItsEmptyLine();
    void everyTruncationIsRefusedOrIncomplete();

    void hosts_data();
    void hosts();
    void origins_data();
    void origins();
    void routes_data();
    void routes();
    void queryValues();
    void dates();
};

namespace {

const std::string host = "Host: localhost\r\n";
constexpr std::size_t headLimit = 8192;

int statusOf(const std::string &head)
{
    const auto parsed = RequestHead::parse(head, headLimit);
    return parsed ? 200 : parsed.error().status;
}

} // namespace

void FrontDoorPartsTest::refusals_data()
{
    QTest::addColumn<std::string>("head");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const std::string &head, int status) { QTest::newRow(name) << head << status; };
    row("plain", "GET / HTTP/1.1\r\n" + host + "\r\n", 200);
    row("any header order and case", "GET / HTTP/1.1\r\nACCEPT: */*\r\nhOsT: localhost\r\n\r\n", 200);
    row("content length zero", "GET / HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", 200);

    row("no host", "GET / HTTP/1.1\r\n\r\n", 400);
    row("empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400);
    row("two hosts", "GET / HTTP/1.1\r\n" + host + "Host: evil\r\n\r\n", 400);
    row("two equal hosts", "GET / HTTP/1.1\r\n" + host + host + "\r\n", 400);
    row("HTTP/1.0 without host", "GET / HTTP/1.0\r\n\r\n", 400);
    row("body", "GET / HTTP/1.1\r\n" + host + "Content-Length: 5\r\n\r\n", 413);
    row("chunked body", "GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 413);
    row("both lengths", "GET / HTTP/1.1\r\n" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
    row("both lengths, other order", "GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
        400);
    row("two content lengths", "GET / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n", 400);
    row("two equal content lengths", "GET / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n", 400);
    row("content length list", "GET / HTTP/1.1\r\n" + host + "Content-Length: 0, 5\r\n\r\n", 400);
    row("content length with sign", "GET / HTTP/1.1\r\n" + host + "Content-Length: +5\r\n\r\n", 400);
    row("content length in hex", "GET / HTTP/1.1\r\n" + host + "Content-Length: 0x5\r\n\r\n", 400);
    row("negative content length", "GET / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400);
    row("content length beyond 64 bits", "GET / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999999\r\n\r\n", 400);
    row("space before colon", "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", 400);
    row("folded line", "GET / HTTP/1.1\r\n" + host + "X: a\r\n b\r\n\r\n", 400);
    row("folded line with tab", "GET / HTTP/1.1\r\n" + host + "X: a\r\n\tb\r\n\r\n", 400);
    row("line without colon", "GET / HTTP/1.1\r\n" + host + "nonsense\r\n\r\n", 400);
    row("NUL in a value", "GET / HTTP/1.1\r\n" + host + "X: a\0b\r\n\r\n"s, 400);
    row("bare CR in a value", "GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n", 400);
    row("bare LF in a value", "GET / HTTP/1.1\r\n" + host + "X: a\nTransfer-Encoding: chunked\r\n\r\n", 400);
    row("bare LF line ends", "GET / HTTP/1.1\nHost: localhost\r\n\r\n", 505); // the version does not end where it should
    row("folded first line", "GET / HTTP/1.1\r\n " + host + "\r\n", 400);
    row("folded host", "GET / HTTP/1.1\r\nHost:\r\n localhost\r\n\r\n", 400);
    row("host list", "GET / HTTP/1.1\r\nHost: localhost\r\nHOST: localhost\r\n\r\n", 400);
    row("space before the colon of a length", "GET / HTTP/1.1\r\n" + host + "Transfer-Encoding : chunked\r\n\r\n", 400);
    row("identity", "GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: identity\r\n\r\n", 413);
    row("length of an upgrade",
        "GET /ws HTTP/1.1\r\n" + host + "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 4\r\n\r\n", 413);
    row("two CRs", "GET / HTTP/1.1\r\r\n" + host + "\r\n", 505);
    row("NUL in the target", "GET /a\0b HTTP/1.1\r\n"s + host + "\r\n", 400);
    row("NUL in a name", "GET / HTTP/1.1\r\n" + host + "X\0Y: a\r\n\r\n"s, 400);
    row("target with a fragment of a line", "GET /\nHost: evil HTTP/1.1\r\n" + host + "\r\n", 400);
    row("colon only", "GET / HTTP/1.1\r\n" + host + ": a\r\n\r\n", 400);
    row("bad name", "GET / HTTP/1.1\r\n" + host + "X(y): a\r\n\r\n", 400);
    row("no method", " / HTTP/1.1\r\n" + host + "\r\n", 400);
    row("no target", "GET HTTP/1.1\r\n" + host + "\r\n", 400);
    row("two spaces", "GET  / HTTP/1.1\r\n" + host + "\r\n", 400);
    row("HTTP/0.9", "GET /\r\n\r\n", 400);
    row("HTTP/2", "GET / HTTP/2.0\r\n" + host + "\r\n", 505);
    row("not HTTP", "\x16\x03\x01\x02\x00\r\n\r\n"s, 400);
    row("two origins", "GET / HTTP/1.1\r\n" + host + "Origin: http://a\r\nOrigin: http://b\r\n\r\n", 400);
    row("two keys", "GET / HTTP/1.1\r\n" + host + "Sec-WebSocket-Key: a\r\nSec-WebSocket-Key: b\r\n\r\n", 400);
    row("two tokens", "GET / HTTP/1.1\r\n" + host + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n", 400);
    row("two versions", "GET / HTTP/1.1\r\n" + host + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 8\r\n\r\n", 400);
}

void FrontDoorPartsTest::refusals()
{
    QFETCH(std::string, head);
    QFETCH(int, status);
    QCOMPARE(statusOf(head), status);
}

void FrontDoorPartsTest::keptFields()
{
    const auto head =
        RequestHead::parse("HEAD /api/v1/blocks?limit=3&x HTTP/1.1\r\nHost: localhost:8787\r\nOrigin: http://localhost:8787\r\n"
                           "If-None-Match: \"abc\"\r\n\r\n",
                           headLimit);
    QVERIFY(head);
    QCOMPARE(head->method, HttpMethod::Head);
    QCOMPARE(head->path, "/api/v1/blocks"s);
    QCOMPARE(head->query, "limit=3&x"s);
    QCOMPARE(head->host, "localhost:8787"s);
    QCOMPARE(head->origin, "http://localhost:8787"s);
    QCOMPARE(head->ifNoneMatch, "\"abc\""s);
    QVERIFY(!head->wantsWebSocket);
    QCOMPARE(RequestHead::parse("POST / HTTP/1.1\r\n" + host + "\r\n", headLimit)->method, HttpMethod::Other);
    QCOMPARE(RequestHead::parse("BREW / HTTP/1.1\r\n" + host + "\r\n", headLimit)->method, HttpMethod::Other);
}

void FrontDoorPartsTest::targets_data()
{
    QTest::addColumn<std::string>("target");
    QTest::addColumn<std::string>("path"); // empty: refused
    QTest::newRow("root") << "/"s
                          << "/"s;
    QTest::newRow("escaped") << "/a%20b%2fc"s
                             << "/a b/c"s;
    QTest::newRow("query only after the mark") << "/a?b?c"s
                                               << "/a"s;
    QTest::newRow("absolute, ours") << "http://LOCALHOST/tip"s
                                    << "/tip"s;
    QTest::newRow("absolute, https") << "https://localhost/tip"s
                                     << "/tip"s;
    QTest::newRow("absolute, foreign") << "http://evil.example/tip"s
                                       << ""s;
    QTest::newRow("absolute, other port") << "http://localhost:1/tip"s
                                          << ""s;
    QTest::newRow("absolute, with user") << "http://x@localhost/tip"s
                                         << ""s;
    QTest::newRow("absolute without path") << "http://localhost"s
                                           << ""s;
    QTest::newRow("other scheme") << "ftp://localhost/"s
                                  << ""s;
    QTest::newRow("asterisk") << "*"s
                              << ""s;
    QTest::newRow("authority") << "localhost:80"s
                               << ""s;
    QTest::newRow("half an escape") << "/%2"s
                                    << ""s;
    QTest::newRow("escape that is none") << "/%zz"s
                                         << ""s;
    QTest::newRow("escaped NUL") << "/a%00b"s
                                 << ""s;
    QTest::newRow("escaped line end") << "/a%0ab"s
                                      << ""s;
}

void FrontDoorPartsTest::targets()
{
    QFETCH(std::string, target);
    QFETCH(std::string, path);
    const auto head = RequestHead::parse("GET " + target + " HTTP/1.1\r\n" + host + "\r\n", headLimit);
    QCOMPARE(head ? head->path : ""s, path);
    if (!head)
        QCOMPARE(head.error().status, 400);
}

void FrontDoorPartsTest::upgrades_data()
{
    QTest::addColumn<std::string>("fields");
    QTest::addColumn<bool>("wants");
    QTest::newRow("usual") << "Upgrade: websocket\r\nConnection: Upgrade\r\n"s << true;
    QTest::newRow("Firefox") << "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"s << true;
    QTest::newRow("case") << "upgrade: WebSocket\r\nconnection: UPGRADE\r\n"s << true;
    QTest::newRow("other protocol") << "Upgrade: h2c\r\nConnection: Upgrade\r\n"s << false;
    QTest::newRow("no connection") << "Upgrade: websocket\r\n"s << false;
    QTest::newRow("no upgrade") << "Connection: Upgrade\r\n"s << false;
    QTest::newRow("word inside a word") << "Upgrade: websocketx\r\nConnection: Upgrade\r\n"s << false;
}

void FrontDoorPartsTest::upgrades()
{
    QFETCH(std::string, fields);
    QFETCH(bool, wants);
    QCOMPARE(RequestHead::parse("GET /ws HTTP/1.1\r\n" + host + fields + "\r\n", headLimit)->wantsWebSocket, wants);
}

void FrontDoorPartsTest::webSocketKeys_data()
{
    QTest::addColumn<std::string>("key");
    QTest::addColumn<bool>("valid");
    QTest::newRow("of the RFC") << "dGhlIHNhbXBsZSBub25jZQ=="s << true;
    QTest::newRow("none") << ""s << false;
    QTest::newRow("short") << "dGhlIHNhbXBsZQ=="s << false;
    QTest::newRow("long") << "dGhlIHNhbXBsZSBub25jZSBu"s << false;
    QTest::newRow("not base64") << "dGhlIHNhbXBsZSBub2*jZQ=="s << false;
}

void FrontDoorPartsTest::webSocketKeys()
{
    QFETCH(std::string, key);
    QFETCH(bool, valid);
    RequestHead head;
    head.webSocketKey = key;
    QCOMPARE(head.hasValidWebSocketKey(), valid);
}

void FrontDoorPartsTest::keepAlive_data()
{
    QTest::addColumn<std::string>("head");
    QTest::addColumn<bool>("keeps");
    QTest::newRow("1.1") << "GET / HTTP/1.1\r\n" + host + "\r\n" << true;
    QTest::newRow("1.1 close") << "GET / HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n" << false;
    QTest::newRow("1.0") << "GET / HTTP/1.0\r\n" + host + "\r\n" << false;
    QTest::newRow("1.0 keep-alive") << "GET / HTTP/1.0\r\n" + host + "Connection: keep-alive\r\n\r\n" << true;
}

void FrontDoorPartsTest::keepAlive()
{
    QFETCH(std::string, head);
    QFETCH(bool, keeps);
    QCOMPARE(RequestHead::parse(head, headLimit)->keepAlive, keeps);
}

void FrontDoorPartsTest::headEndsAtItsEmptyLine()
{
    QCOMPARE(RequestHead::sizeIn("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET"), std::size_t(27));
    QCOMPARE(RequestHead::sizeIn("GET / HTTP/1.1\r\nHost: a\r\n\r"), std::size_t(0));
    QCOMPARE(RequestHead::sizeIn(""), std::size_t(0));
}

void FrontDoorPartsTest::everyTruncationIsRefusedOrIncomplete()
{
    const std::string whole = "GET /ws HTTP/1.1\r\n" + host + "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    for (std::size_t i = 0; i < whole.size(); ++i) {
        QCOMPARE(RequestHead::sizeIn(std::string_view(whole).substr(0, i)), std::size_t(0));
        QVERIFY(!RequestHead::parse(std::string_view(whole).substr(0, i), headLimit));
    }
    QVERIFY(RequestHead::parse(whole, headLimit));
}

void FrontDoorPartsTest::hosts_data()
{
    QTest::addColumn<std::string>("name");
    QTest::addColumn<bool>("allowed");
    for (const char *good :
         {"localhost", "LocalHost:8787", "localhost.", "127.0.0.1", "127.0.0.1:80", "192.168.1.7:8787", "[::1]", "[::1]:8787",
          "[fe80::1]", "pi", "pi:8787", "PI.local", "tip.example.org", "tip.example.org:443"})
        QTest::newRow(good) << std::string(good) << true;
    for (const char *bad : {"evil.example", "localhost.evil.example", "evil.localhost", "127.0.0.1.evil.example", "example.org",
                            "localhost:99999999", "localhost:80x", "localhost:80:80", "::1", "[::1", "[localhost]", "[::1]x", "",
                            ":80", ".", "user@localhost", "localhost/x", "127.0.0.1 ", "0x7f000001.evil"})
        QTest::newRow(bad) << std::string(bad) << false;
}

void FrontDoorPartsTest::hosts()
{
    QFETCH(std::string, name);
    QFETCH(bool, allowed);
    const AccessPolicy policy({}, {"Tip.example.org"}, {"pi", "pi.local"});
    QCOMPARE(policy.allowsHost(name), allowed);
}

void FrontDoorPartsTest::origins_data()
{
    QTest::addColumn<std::string>("origin");
    QTest::addColumn<std::string>("ourHost");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *name, const char *origin, const char *ourHost, bool allowed) {
        QTest::newRow(name) << std::string(origin) << std::string(ourHost) << allowed;
    };
    row("no browser", "", "localhost:8787", true);
    row("same", "http://localhost:8787", "localhost:8787", true);
    row("same, default port", "http://tip.example.org", "tip.example.org:80", true);
    row("same, behind a TLS proxy", "https://tip.example.org", "tip.example.org", true);
    row("same, address", "http://192.168.1.7:8787", "192.168.1.7:8787", true);
    row("same, IPv6", "http://[::1]:8787", "[::1]:8787", true);
    row("other port", "http://localhost:3000", "localhost:8787", false);
    row("other name", "http://evil.example", "localhost:8787", false);
    row("other address of ours", "http://127.0.0.1:8787", "localhost:8787", false);
    row("null", "null", "localhost:8787", false);
    row("file", "file://", "localhost:8787", false);
    row("extension", "chrome-extension://localhost:8787", "localhost:8787", false);
    row("configured", "https://Wall.example.org", "localhost:8787", true);
    row("begins like configured", "https://wall.example.org.evil", "localhost:8787", false);
    row("configured with another scheme", "http://wall.example.org", "localhost:8787", false);
}

void FrontDoorPartsTest::origins()
{
    QFETCH(std::string, origin);
    QFETCH(std::string, ourHost);
    QFETCH(bool, allowed);
    QCOMPARE(AccessPolicy({"https://wall.example.org"}, {}, {}).allowsOrigin(origin, ourHost), allowed);
    QVERIFY(AccessPolicy({"*"}, {}, {}).allowsOrigin(origin, ourHost));
}

void FrontDoorPartsTest::routes_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("answer");
    QTest::newRow("root") << "/"s
                          << "root"s;
    QTest::newRow("plain") << "/api/blocks"s
                           << "blocks"s;
    QTest::newRow("parameter") << "/api/blocks/17"s
                               << "block 17"s;
    QTest::newRow("empty parameter") << "/api/blocks/"s
                                     << "404"s;
    QTest::newRow("too long") << "/api/blocks/17/18"s
                              << "404"s;
    QTest::newRow("too short") << "/api"s
                               << "404"s;
    QTest::newRow("rest") << "/assets/a/b/c"s
                          << "assets"s;
    QTest::newRow("case matters") << "/API/blocks"s
                                  << "404"s;
    QTest::newRow("double slash") << "//api/blocks"s
                                  << "404"s;
}

void FrontDoorPartsTest::routes()
{
    Router router;
    router.add("/", [](const HttpRequest &) { return HttpResponse::text("root", 200); });
    router.add("/api/blocks", [](const HttpRequest &) { return HttpResponse::text("blocks", 200); });
    router.add("/api/blocks/{id}",
               [](const HttpRequest &request) { return HttpResponse::text("block " + request.parameters.at(0), 200); });
    router.add("/assets/{path*}", [](const HttpRequest &) { return HttpResponse::text("assets", 200); });
    QFETCH(std::string, path);
    QFETCH(std::string, answer);
    std::string got;
    HttpRequest request;
    request.path = path;
    const Router::Match match = router.find(path);
    request.parameters = match.parameters;
    match.handler(request, [&](const HttpResponse &response) {
        got = response.status == 200 ? std::string(response.body()) : std::to_string(response.status);
    });
    QCOMPARE(got, answer);
}

void FrontDoorPartsTest::queryValues()
{
    HttpRequest request;
    request.query = "limit=5&name=a%20b&flag&limit=7&=x&bad=%q";
    QCOMPARE(request.queryValue("limit"), std::optional("5"s));
    QCOMPARE(request.queryValue("name"), std::optional("a b"s));
    QCOMPARE(request.queryValue("flag"), std::optional(""s));
    QCOMPARE(request.queryValue("bad"), std::optional<std::string>());
    QCOMPARE(request.queryValue("lim"), std::optional<std::string>());
}

void FrontDoorPartsTest::dates()
{
    QCOMPARE(httpDate(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT"s); // the RFC's own example
}

QTEST_GUILESS_MAIN(FrontDoorPartsTest)
#include "test_front_door_parts.moc"
