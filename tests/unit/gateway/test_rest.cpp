// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/gzip_cache.h"
#include "server/gateway/front_door/representation.h"
#include "tests/unit/gateway/http_exchange.h"

#include <zlib.h>

#include <QLoggingCategory>
#include <QRegularExpression>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;
using namespace std::string_literals;

namespace {

/// What gzip's own decoder makes of @p bytes.
QByteArray gunzipped(const QByteArray &bytes)
{
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    QByteArray out(64 * 1024 * 1024, Qt::Uninitialized);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.constData()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_FINISH);
    out.resize(result == Z_STREAM_END ? static_cast<qsizetype>(stream.total_out) : 0);
    inflateEnd(&stream);
    return out;
}

std::string nextOf(const Answer &answer)
{
    static const QRegularExpression link(u"^<([^>]*)>; rel=\"next\"$"_s);
    return link.match(QString::fromUtf8(answer.field("Link"))).captured(1).toStdString();
}

} // namespace

/// Forms and pages of what REST answers.
class RestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void encodings_data();
    void encodings();
    void etagLists_data();
    void etagLists();
    void oneCompressionServesAll();
    void keptBodiesAreBounded();

    void unchangedAnswersAreNotRepeated_data();
    void unchangedAnswersAreNotRepeated();
    void changedAnswersAre();
    void gzipIsTheSameInFewerBytes_data();
    void gzipIsTheSameInFewerBytes();
    void errorsHaveNoEtag();
    void headTellsWhatGetWould();

    void blocksAreReadPageByPage();
    void txidsAreReadPageByPage();
    void transactionsAreReadPageByPage();
    void badParameters_data();
    void badParameters();
    void pageOfAnotherSocketPortConnectsThere();

private:
    static void fillMempool(ServedStore &served, std::uint32_t count)
    {
        std::vector<TxId> txids;
        for (std::uint32_t n = 0; n < count; ++n)
            txids.push_back(ServedStore::txidOf(n * 2654435761u));
        served.store.resetMempool(txids, 1, 1);
    }
};

void RestTest::encodings_data()
{
    QTest::addColumn<std::string>("field");
    QTest::addColumn<bool>("gzip");
    const auto row = [](const char *field, bool gzip) { QTest::newRow(field) << std::string(field) << gzip; };
    row("", false);
    row("gzip", true);
    row("GZIP", true);
    row("x-gzip", true);
    row("gzip, deflate, br", true);
    row("deflate, br", false);
    row("br;q=1.0, gzip;q=0.8, *;q=0.1", true);
    row("gzip;q=0", false);
    row("gzip; q=0.000", false);
    row("gzip;q=0.001", true);
    row("*", true);
    row("*;q=0", false);
    row("gzip;q=0, *", false);
    row("identity", false);
    row("identity;q=1, gzip;q=0.5", false);
    row("identity;q=0.5, gzip;q=1", true);
    row("gzip;q=nonsense", false);
    row("gzip;q=2", false);
    row("gzip;q=", false);
    row("gzipped", false);
    row(",,,", false);
    row(" , gzip ,", true);
}

void RestTest::encodings()
{
    QFETCH(std::string, field);
    QFETCH(bool, gzip);
    QCOMPARE(acceptsGzip(field), gzip);
}

void RestTest::etagLists_data()
{
    QTest::addColumn<std::string>("field");
    QTest::addColumn<bool>("listed");
    const auto row = [](const char *field, bool listed) { QTest::newRow(field) << std::string(field) << listed; };
    row("", false);
    row("*", true);
    row(" * ", true);
    row("\"abc\"", true);
    row("W/\"abc\"", true); // compared weakly: RFC 9110, 13.1.2
    row("\"x\", \"abc\"", true);
    row("\"x\",\"y\"", false);
    row("abc", false);
    row("\"abc", false);
    row("\"ABC\"", false);
    row("\"a,b\", \"abc\"", true);
    row("\"x\"abc\"", false);
}

void RestTest::etagLists()
{
    QFETCH(std::string, field);
    QFETCH(bool, listed);
    QCOMPARE(isListed(field, "\"abc\""), listed);
}

void RestTest::oneCompressionServesAll()
{
    for (const std::size_t size : {GzipCache::worthIt, GzipCache::longBody * 4}) {
        GzipCache cache;
        HttpResponse response;
        response.setBody(std::string(size, 'x'));
        std::vector<GzipCache::Body> bodies;
        for (int i = 0; i < 100; ++i)
            cache.compress("\"tag\"", response, [&](const GzipCache::Body &body) { bodies.push_back(body); });
        QTRY_COMPARE(bodies.size(), std::size_t(100));
        QCOMPARE(cache.compressions(), std::size_t(1));
        QVERIFY(bodies.front() && bodies.front() == bodies.back());
        QCOMPARE(gunzipped(QByteArray::fromStdString(*bodies.front())).size(), static_cast<qsizetype>(size));
    }
}

void RestTest::keptBodiesAreBounded()
{
    GzipCache cache;
    std::string noise(1024 * 1024, '\0');
    std::uint32_t seed = 1;
    const auto compress = [&](int n) {
        for (char &c : noise)
            c = static_cast<char>((seed = seed * 1664525u + 1013904223u) >> 24);
        HttpResponse response;
        response.setBody(noise);
        bool isReady = false;
        cache.compress(std::to_string(n), response, [&](const GzipCache::Body &) { isReady = true; });
        return QTest::qWaitFor([&] { return isReady; }, 30'000);
    };
    for (int n = 0; n < 40; ++n) // 40 MB that nothing makes smaller
        QVERIFY(compress(n));
    QCOMPARE(cache.compressions(), std::size_t(40));
    QVERIFY(compress(39));
    QCOMPARE(cache.compressions(), std::size_t(40));
    QVERIFY(compress(0));
    QCOMPARE(cache.compressions(), std::size_t(41)); // it had to go
}

void RestTest::unchangedAnswersAreNotRepeated_data()
{
    QTest::addColumn<std::string>("path");
    for (const char *path :
         {"/api/v1/tip", "/api/v1/blocks", "/api/v1/blocks?limit=3", "/api/v1/blocks/7", "/api/v1/mempool", "/api/v1/fees",
          "/api/v1/network", "/api/v1/status", "/api/v1/mempool/txids", "/api/v1/mempool/txids?limit=2", "/healthz", "/readyz"})
        QTest::newRow(path) << std::string(path);
}

void RestTest::unchangedAnswersAreNotRepeated()
{
    QFETCH(std::string, path);
    ServedStore served;
    served.fill(12);
    fillMempool(served, 1000);
    QVERIFY(served.start());
    for (const char *encoding : {"identity", "gzip"}) {
        const std::string fields = "Accept-Encoding: "s + encoding + "\r\n";
        const Answer first = get(served, path, fields);
        QCOMPARE(first.status, 200);
        const std::string etag = first.field("ETag").toStdString();
        QVERIFY(etag.size() > 2 && etag.front() == '"'); // strong
        const Answer again = get(served, path, fields + "If-None-Match: \"x\"\r\nIf-None-Match: " + etag + "\r\n");
        QCOMPARE(again.status, 304);
        QVERIFY(again.body.isEmpty());
        QCOMPARE(again.field("ETag").toStdString(), etag);
        QVERIFY(again.field("Vary").contains("Accept-Encoding"));
        QCOMPARE(get(served, path, fields + "If-None-Match: \"other\"\r\n").status, 200);
    }
}

void RestTest::changedAnswersAre()
{
    ServedStore served;
    served.fill(12);
    QVERIFY(served.start());
    for (const char *path : {"/api/v1/tip", "/api/v1/mempool/txids"}) {
        const std::string etag = get(served, path).field("ETag").toStdString();
        served.mine(served.store.snapshot()->tip.height.value + 1);
        const Answer now = get(served, path, "If-None-Match: " + etag + "\r\n");
        QCOMPARE(now.status, 200);
        QVERIFY(now.field("ETag").toStdString() != etag);
    }
}

void RestTest::gzipIsTheSameInFewerBytes_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<bool>("compressed");
    QTest::newRow("short") << "/api/v1/tip"s << false; // would gain nothing
    QTest::newRow("list") << "/api/v1/blocks?limit=12"s << true;
    QTest::newRow("long") << "/api/v1/mempool/txids"s << true;
}

void RestTest::gzipIsTheSameInFewerBytes()
{
    QFETCH(std::string, path);
    QFETCH(bool, compressed);
    ServedStore served;
    served.fill(12);
    fillMempool(served, 20'000);
    QVERIFY(served.start());
    QTRY_COMPARE(served.store.snapshot()->mempool.count, 20'000); // the last that happens
    const Answer plain = get(served, path);
    QCOMPARE(plain.field("Content-Encoding"), QByteArray());
    const Answer answer = get(served, path, "Accept-Encoding: gzip\r\n");
    QCOMPARE(answer.status, 200);
    QCOMPARE(answer.field("Content-Encoding"), compressed ? "gzip" : QByteArray());
    QCOMPARE(answer.field("Content-Length").toLongLong(), answer.body.size());
    QCOMPARE(answer.field("Vary"), "Accept-Encoding");
    QCOMPARE(compressed ? gunzipped(answer.body) : answer.body, plain.body);
    if (compressed) {
        QVERIFY(answer.body.size() < plain.body.size());
        QVERIFY(answer.field("ETag") != plain.field("ETag"));
    }
    const Answer page = get(served, "/", "Accept-Encoding: gzip\r\n");
    QCOMPARE(page.field("Content-Encoding"), "gzip");
    QVERIFY(gunzipped(page.body).contains("</html>"));
}

void RestTest::errorsHaveNoEtag()
{
    ServedStore served;
    QVERIFY(served.start());
    for (const char *path : {"/api/v1/nope", "/api/v1/tip", "/api/v1/blocks?limit=x"}) {
        const Answer answer = get(served, path, "If-None-Match: *\r\nAccept-Encoding: gzip\r\n");
        QVERIFY(answer.status >= 400);
        QCOMPARE(answer.field("ETag"), QByteArray());
        QCOMPARE(answer.field("Cache-Control"), "no-store");
        QVERIFY(!answer.errorCode().isEmpty());
    }
}

void RestTest::headTellsWhatGetWould()
{
    ServedStore served;
    served.fill(12);
    QVERIFY(served.start());
    for (const char *encoding : {"identity", "gzip"}) {
        const std::string fields = "Host: localhost\r\nConnection: close\r\nAccept-Encoding: "s + encoding + "\r\n\r\n";
        const Answer body = ask(served, "GET /api/v1/blocks HTTP/1.1\r\n" + fields);
        const Answer head = ask(served, "HEAD /api/v1/blocks HTTP/1.1\r\n" + fields);
        QVERIFY(head.body.isEmpty() && !body.body.isEmpty());
        for (const char *field : {"Content-Length", "Content-Encoding", "ETag", "Vary", "Link", "Tipwatch-Position"})
            QCOMPARE(head.field(field), body.field(field));
    }
}

void RestTest::blocksAreReadPageByPage()
{
    ServedStore served;
    served.fill(25);
    QVERIFY(served.start());
    std::vector<int> heights;
    int pages = 0;
    for (std::string path = "/api/v1/blocks?limit=10"; !path.empty(); ++pages) {
        const Answer page = get(served, path);
        QCOMPARE(page.status, 200);
        for (const QJsonValue &block : page.array())
            heights.push_back(block[u"height"_s].toInt());
        path = nextOf(page);
        if (pages == 0)
            served.mine(26); // the next page goes on where this one ended all the same
    }
    QCOMPARE(pages, 3);
    QCOMPARE(heights.size(), std::size_t(25));
    for (std::size_t i = 0; i < heights.size(); ++i)
        QCOMPARE(heights[i], 25 - static_cast<int>(i));
    QCOMPARE(get(served, "/api/v1/blocks?before=1").array().size(), 0);
    QCOMPARE(get(served, "/api/v1/blocks?before=1000&limit=1").array()[0][u"height"_s], 26);
}

void RestTest::txidsAreReadPageByPage()
{
    ServedStore served;
    served.fill();
    fillMempool(served, 2500);
    QVERIFY(served.start());
    QSet<QString> seen;
    int pages = 0;
    qsizetype count = 0;
    for (std::string path = "/api/v1/mempool/txids?limit=1000"; !path.empty(); ++pages) {
        const Answer page = get(served, path);
        QCOMPARE(page.status, 200);
        const QJsonArray txids = page.object()[u"txids"_s].toArray();
        count += txids.size();
        for (const QJsonValue &txid : txids)
            seen.insert(txid.toString());
        path = nextOf(page);
        if (pages == 0)
            served.see(0xfffffff1); // comes in between
    }
    QCOMPARE(pages, 3);
    QCOMPARE(count, seen.size());
    QVERIFY(seen.size() >= 2500);
}

void RestTest::transactionsAreReadPageByPage()
{
    ServedStore served;
    served.fill();
    for (std::uint32_t n = 0; n < 250; ++n)
        served.see(n);
    served.store.addTransaction(ServedStore::txidOf(1000), 1001, 1); // of which nothing more is known yet
    QVERIFY(served.start());
    QStringList seen;
    int pages = 0;
    for (std::string path = "/api/v1/mempool/txs"; !path.empty(); ++pages) {
        const Answer page = get(served, path);
        QCOMPARE(page.status, 200);
        QVERIFY(!page.field("Tipwatch-Position").isEmpty());
        for (const QJsonValue &transaction : page.array()) {
            seen += transaction[u"txid"_s].toString();
            QVERIFY(transaction[u"vsize"_s].toInt() > 0);
        }
        path = nextOf(page);
    }
    QCOMPARE(pages, 3);
    QCOMPARE(seen.size(), 250);
    QCOMPARE(QSet<QString>(seen.begin(), seen.end()).size(), 250);
}

void RestTest::badParameters_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<QString>("code");
    for (const char *value : {"0", "-1", "x", "", "1e3", "99999999999999999999999", "%31x"})
        QTest::newRow(("limit of blocks "s + value).c_str()) << "/api/v1/blocks?limit="s + value << u"bad_limit"_s;
    for (const char *value : {"-1", "x", "", "99999999999", "7.5"})
        QTest::newRow(("before "s + value).c_str()) << "/api/v1/blocks?before="s + value << u"bad_before"_s;
    for (const char *value : {"0", "50001", "x", ""})
        QTest::newRow(("limit of txids "s + value).c_str()) << "/api/v1/mempool/txids?limit="s + value << u"bad_limit"_s;
    for (const char *value : {"0", "1001", "x", ""})
        QTest::newRow(("limit of transactions "s + value).c_str()) << "/api/v1/mempool/txs?limit="s + value << u"bad_limit"_s;
    QTest::newRow("after is no txid") << "/api/v1/mempool/txids?limit=5&after=xyz"s << u"bad_after"_s;
    QTest::newRow("after without limit") << "/api/v1/mempool/txids?after="s + std::string(64, '0') << u"bad_after"_s;
}

void RestTest::badParameters()
{
    QFETCH(std::string, path);
    QFETCH(QString, code);
    ServedStore served;
    served.fill(12);
    QVERIFY(served.start());
    const Answer answer = get(served, path);
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.errorCode(), code);
}

void RestTest::pageOfAnotherSocketPortConnectsThere()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.websocketPort = 0;
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());
    const Answer page = get(served, "/");
    static const QRegularExpression socket(u"data-socket=\"//localhost:(\\d+)/ws\""_s);
    const QString port = socket.match(QString::fromUtf8(page.body)).captured(1);
    QVERIFY(!port.isEmpty());
    QVERIFY(page.field("Content-Security-Policy").contains("connect-src 'self' ws://localhost:" + port.toUtf8() + " wss://"));
    // And the page, which comes from the other port, is let in there.
    const auto status = [&](const std::string &origin) {
        return parse(besides([&] {
                   RawClient client = RawClient::connectTo(port.toUShort());
                   client.send("GET /ws HTTP/1.1\r\nHost: localhost:" + port.toStdString() + "\r\nOrigin: " + origin + "\r\n" +
                               upgradeFields + "\r\n");
                   return client.readUntil("\r\n\r\n");
               }))
            .status;
    };
    QCOMPARE(status("http://localhost:" + std::to_string(served.port())), 101);
    QCOMPARE(status("http://localhost:1"), 403);
    QCOMPARE(status("http://evil.example:" + std::to_string(served.port())), 403);
}

QTEST_GUILESS_MAIN(RestTest)
#include "test_rest.moc"
