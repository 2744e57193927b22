// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/canonical_dialect.h"
#include "server/gateway/dialects/filter_reader.h"
#include "server/gateway/dialects/message_value.h"
#include "shared/state/chain_store.h"
#include "tests/support/domain_samples.h"
#include "tests/unit/gateway/dialects/conversation.h"
#include "tests/unit/gateway/dialects/stream_samples.h"

#include <QCborValue>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tipwatch;

namespace {

const char exampleAddress[] = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

/// The same message in CBOR; empty if @p json is not valid.
std::string cborOf(std::string_view json)
{
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray(json.data(), static_cast<qsizetype>(json.size())));
    return document.isNull() ? std::string() : QCborValue::fromJsonValue(document.object()).toCbor().toStdString();
}

std::string list(std::size_t count, const std::string &value)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += (i == 0 ? "" : ",") + value;
    return '[' + text + ']';
}

} // namespace

class CanonicalRequestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void errors_data();
    void errors();
    void subscribeSaysAllOfIt();
    void filtersBecomeDomainValues();
    void emptyFilterIsNone();
    void laterEntryOfAChannelReplacesTheEarlier();
    void addressNeedsTheNetwork();
    void foreignEpochCannotBeRecoveredButIsNoMistake();
    void lastBlocksAreAtMostThoseThatAreKept();
    void pingAndAuth();
    void idsComeBackAsTheyWere_data();
    void idsComeBackAsTheyWere();
    void cborAndJsonAreTheSameRequests_data();
    void cborAndJsonAreTheSameRequests();
    void jsonIsUnderstoodByTheCborDialectToo();
    void everyPrefixIsRefused_data();
    void everyPrefixIsRefused();
    void anyGarbageIsAnsweredWithValidJson();
    void longMessagesAreReadAndTheNextStillIs();

private:
    tl::expected<ClientRequest, RequestError> read(std::string_view json) { return m_json.parse(json, false, "main"); }

    CanonicalDialect m_json{Encoding::Json};
    CanonicalDialect m_cbor{Encoding::Cbor};
};

void CanonicalRequestTest::errors_data()
{
    QTest::addColumn<std::string>("message");
    QTest::addColumn<std::string>("code");
    QTest::addColumn<std::string>("id");
    const auto row = [](const char *name, const std::string &message, const char *code, const char *id = "") {
        QTest::newRow(name) << message << std::string(code) << std::string(id);
    };
    const auto channel = [&](const char *name, const std::string &entry, const char *code) {
        QTest::newRow(name) << R"({"op":"subscribe","id":1,"channels":[)" + entry + "]}" << std::string(code) << std::string("1");
    };
    const auto txs = [&](const char *name, const std::string &filter) {
        channel(name, R"({"name":"txs","filter":)" + filter + "}", "bad_filter");
    };
    const auto nodes = [&](const char *name, const std::string &filter) {
        channel(name, R"({"name":"nodes","filter":)" + filter + "}", "bad_filter");
    };

    row("nothing", "", "bad_json");
    row("white space", "  \n", "bad_json");
    row("no json", "hello", "bad_json");
    row("half json", R"({"op":"ping")", "bad_json");
    row("two values", R"({"op":"ping"}{"op":"ping"})", "bad_json");
    row("trailing comma", R"({"op":"ping",})", "bad_json");
    row("single quotes", "{'op':'ping'}", "bad_json");
    row("not UTF-8", "{\"op\":\"ping\",\"id\":\"\xff\"}", "bad_json");
    row("surrogate", "{\"op\":\"ping\",\"id\":\"\xed\xa0\x80\"}", "bad_json");
    row("lone escape of a surrogate", R"({"op":"ping","id":"\ud800"})", "bad_json");
    row("control character", "{\"op\":\"ping\",\"id\":\"\n\"}", "bad_json");
    row("number beyond all bounds", R"({"op":"ping","id":1e400})", "bad_json");
    row("integer beyond all bounds", R"({"op":"ping","id":99999999999999999999999})", "bad_json");
    row("17 deep", std::string(17, '[') + std::string(17, ']'), "bad_json");
    row("30000 deep", std::string(30'000, '[') + std::string(30'000, ']'), "bad_json");
    row("30000 deep and open", std::string(30'000, '['), "bad_json");
    row("17 deep in a message", R"({"op":"ping","x":)" + std::string(17, '[') + std::string(17, ']') + "}", "bad_json");
    row("a list", "[1,2]", "bad_message");
    row("a number", "5", "bad_message");
    row("null", "null", "bad_message");
    row("too many values", R"({"op":"ping","x":)" + list(10'001, "0") + "}", "bad_message");
    std::string members = R"({"op":"ping")";
    for (int i = 0; i < 64; ++i)
        members += ",\"" + std::to_string(i) + "\":0";
    row("too many members", members + "}", "bad_message");
    row("a key twice", R"({"op":"ping","id":1,"id":2})", "bad_message");
    row("a key twice, deep", R"({"op":"ping","x":[{"a":1,"a":1}]})", "bad_message");
    row("no op", R"({"id":9})", "bad_message", "9");
    row("null op", R"({"op":null,"id":9})", "bad_message", "9");
    row("op is a number", R"({"op":5,"id":9})", "bad_message", "9");
    row("id is an object", R"({"op":"ping","id":{}})", "bad_message");
    row("id is a truth", R"({"op":"ping","id":true})", "bad_message");
    row("id is too long", R"({"op":"ping","id":")" + std::string(129, 'x') + "\"}", "bad_message");
    row("unknown op", R"({"op":"dance","id":"q"})", "unknown_op", "\"q\"");
    row("op in capitals", R"({"op":"PING"})", "unknown_op");
    row("timestamp is a list", R"({"op":"ping","id":1,"timestamp":[1]})", "bad_message", "1");
    for (const char *op : {"subscribe", "unsubscribe", "snapshot"})
        QTest::addRow("%s without channels", op)
            << R"({"id":1,"op":")" + std::string(op) + "\"}" << std::string("bad_message") << std::string("1");
    row("channels is a text", R"({"op":"subscribe","id":1,"channels":"tip"})", "bad_message", "1");
    row("channels is an object", R"({"op":"subscribe","id":1,"channels":{"tip":1}})", "bad_message", "1");
    row("too many channels", R"({"op":"subscribe","id":1,"channels":)" + list(101, "\"tip\"") + "}", "too_many_channels", "1");
    for (const char *since :
         {"8000", R"("0123456789abcdef:8000")", "[]", "{}", R"({"epoch":"0123456789abcdef"})", R"({"seq":1})",
          R"({"epoch":5,"seq":1})", R"({"epoch":"0123456789abcdef","seq":-1})", R"({"epoch":"0123456789abcdef","seq":1.5})",
          R"({"epoch":"0123456789abcdef","seq":"1"})", R"({"epoch":"0123456789abcdef","seq":18446744073709551615})"})
        QTest::addRow("since is %s", since) << R"({"op":"subscribe","id":1,"channels":["tip"],"since":)" + std::string(since) +
                                                   "}"
                                            << std::string("bad_message") << std::string("1");
    row("auth without token", R"({"op":"auth","id":1})", "bad_message", "1");
    row("auth with a number", R"({"op":"auth","id":1,"token":5})", "bad_message", "1");
    row("auth with nothing", R"({"op":"auth","id":1,"token":""})", "bad_message", "1");
    row("auth with a novel", R"({"op":"auth","id":1,"token":")" + std::string(8193, 'x') + "\"}", "bad_message", "1");

    channel("channel is a number", "5", "bad_message");
    channel("channel is null", "null", "bad_message");
    channel("channel has no name", R"({"filter":{}})", "bad_message");
    channel("name is a number", R"({"name":5})", "bad_message");
    for (const char *name :
         {"gossip", "", "TIP", "tip ", "projected:8", "track:tx:00", "track:address:x", "prices:BTCUSD", "market:summary"})
        QTest::addRow("channel \"%s\"", name) << R"({"op":"subscribe","id":1,"channels":[")" + std::string(name) + "\"]}"
                                              << std::string("unknown_channel") << std::string("1");
    for (const char *name : {"tip", "blocks", "mempool", "projected:0", "fees", "metrics", "status", "alerts"})
        QTest::addRow("filter on %s", name) << R"({"op":"subscribe","id":1,"channels":[{"name":")" + std::string(name) +
                                                   R"(","filter":{"minFeerate":1}}]})"
                                            << std::string("bad_filter") << std::string("1");
    txs("filter is a list", "[]");
    txs("filter is a text", "\"all\"");
    txs("unknown filter", R"({"maxFeerate":1})");
    txs("feerate is a text", R"({"minFeerate":"20"})");
    txs("feerate is negative", R"({"minFeerate":-0.1})");
    txs("value is broken", R"({"minValue":1.5})");
    txs("value is negative", R"({"minValue":-1})");
    txs("value is beyond 64 bits", R"({"minValue":18446744073709551615})");
    txs("unknown flag", R"({"flags":["rbf","shiny"]})");
    txs("flag is a number", R"({"flags":1})");
    txs("flag within a list", R"({"flags":[["rbf"]]})");
    txs("address is a number", R"({"address":5})");
    txs("address is mistyped", R"({"address":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"})");
    txs("address of another network", R"({"address":"tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"})");
    txs("one address of two is wrong", R"({"address":["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4","x"]})");
    txs("no address", R"({"address":[]})");
    txs("no txid", R"({"txid":[]})");
    txs("txid is short", R"({"txid":"00"})");
    txs("txid is no hex", R"({"txid":")" + std::string(64, 'g') + "\"}");
    txs("too many txids", R"({"txid":)" + list(maxFilterValues + 1, '"' + std::string(64, '0') + '"') + "}");
    nodes("unknown filter of peers", R"({"minFeerate":1})");
    nodes("ids is a text", R"({"ids":"three"})");
    nodes("ids is broken", R"({"ids":[1.5]})");
    nodes("no ids", R"({"ids":[]})");
    nodes("bounds is a list", R"({"bounds":[1,2,3,4]})");
    nodes("bounds without west", R"({"bounds":{"north":1,"south":0,"east":1}})");
    nodes("north of the pole", R"({"bounds":{"north":90.1,"south":0,"east":1,"west":0}})");
    nodes("beyond the date line", R"({"bounds":{"north":1,"south":0,"east":180.1,"west":0}})");
    nodes("south is north", R"({"bounds":{"north":0,"south":1,"east":1,"west":0}})");
    nodes("north is a text", R"({"bounds":{"north":"1","south":0,"east":1,"west":0}})");
    channel("last of txs", R"({"name":"txs","last":10})", "bad_filter");
    channel("last is negative", R"({"name":"blocks","last":-1})", "bad_filter");
    channel("last is a text", R"({"name":"blocks","last":"10"})", "bad_filter");
}

void CanonicalRequestTest::errors()
{
    QFETCH(std::string, message);
    QFETCH(std::string, code);
    QFETCH(std::string, id);
    const auto check = [&](const tl::expected<ClientRequest, RequestError> &request, const std::string &expectedCode) {
        const RequestError error = !request                   ? request.error()
                                   : request->refused.empty() ? RequestError{"none", {}, {}, {}}
                                                              : request->refused.front();
        QCOMPARE(std::string(error.code), expectedCode);
        QVERIFY(!error.message.empty());
        QVERIFY(error.message.size() < 300 && error.channel.size() < 80);
        if (request) // only what could not be had is left out
            QVERIFY(request->channels.isEmpty() && request->filter.isEmpty());
    };
    const auto read = m_json.parse(message, false, "main");
    check(read, code);
    QVERIFY(!read || !read->refused.empty());
    QCOMPARE(read ? read->refused.front().id : read.error().id, id);
    // What JSON cannot say has no counterpart; QJsonDocument makes one key of two.
    const std::string binary = cborOf(message);
    if (code != "bad_json" && !binary.empty() && !std::string_view(QTest::currentDataTag()).starts_with("a key twice"))
        check(m_cbor.parse(binary, true, "main"), code);
}

void CanonicalRequestTest::subscribeSaysAllOfIt()
{
    const auto request = read(
        R"({"op":"subscribe","id":"a","channels":["tip",{"name":"blocks","last":10},{"name":"fees","filter":{}},{"name":"status","filter":null}],)"
        R"("since":{"epoch":"0123456789abcdef","seq":8000},"unknown":[1,{"x":null}]})");
    QVERIFY(request);
    QCOMPARE(request->op, ClientRequest::Op::Subscribe);
    QCOMPARE(request->id, std::string("\"a\""));
    QCOMPARE(request->channels, (ChannelSet{Channel::Tip, Channel::Blocks, Channel::Fees, Channel::Status}));
    QCOMPARE(request->lastBlocks, std::size_t(10));
    QCOMPARE(*request->since, (Position{0x0123456789abcdef, 8000}));
    QVERIFY(request->refused.empty() && request->filter.isEmpty());
}

void CanonicalRequestTest::filtersBecomeDomainValues()
{
    const std::string first = samples::txid(1).toHex(), second = samples::txid(2).toHex();
    const auto request =
        read(R"({"op":"subscribe","channels":[{"name":"txs","filter":{"minFeerate":20.5,"minValue":1e8,"flags":["segwit","rbf"],)"
             R"("address":[")" +
             std::string(exampleAddress) + R"(",")" + exampleAddress + R"("],"txid":[")" + second + R"(",")" + first +
             R"("]}},{"name":"network","filter":{"ids":5}},)"
             R"({"name":"nodes","filter":{"ids":[7,3,7],"bounds":{"north":-12,"south":-22,"east":-178,"west":176}}}]})");
    QVERIFY(request && request->refused.empty());
    const TxFilter &txs = *request->filter.txs;
    QCOMPARE(txs.minFeerate->value, 20.5);
    QCOMPARE(txs.minValue->value, 100'000'000);
    QCOMPARE(txs.flags, static_cast<std::uint16_t>(TxFlag::Segwit) | static_cast<std::uint16_t>(TxFlag::SignalsRbf));
    QCOMPARE(txs.scripts, std::vector<Script>{samples::exampleScript()});
    std::vector<TxId> ids{samples::txid(1), samples::txid(2)};
    std::sort(ids.begin(), ids.end());
    QCOMPARE(txs.txids, ids);
    QCOMPARE(*request->filter.network, (PeerFilter{{5}, {}}));
    QCOMPARE(*request->filter.nodes, (PeerFilter{{3, 7}, GeoBounds{-12, -22, -178, 176}}));
}

void CanonicalRequestTest::emptyFilterIsNone()
{
    for (const char *filter : {"{}", "null"}) {
        const auto request = read(R"({"op":"subscribe","channels":[{"name":"txs","filter":)" + std::string(filter) + "}]}");
        QVERIFY(request && request->refused.empty() && request->filter.isEmpty());
    }
}

void CanonicalRequestTest::laterEntryOfAChannelReplacesTheEarlier()
{
    const auto request = read(R"({"op":"subscribe","channels":[{"name":"txs","filter":{"minFeerate":5}},"txs"]})");
    QVERIFY(request && request->refused.empty() && request->filter.isEmpty());
}

void CanonicalRequestTest::addressNeedsTheNetwork()
{
    const std::string message =
        R"({"op":"subscribe","channels":[{"name":"txs","filter":{"address":")" + std::string(exampleAddress) + "\"}}]}";
    QVERIFY(m_json.parse(message, false, "main")->refused.empty());
    for (const char *network : {"", "test", "regtest"}) {
        const auto request = m_json.parse(message, false, network);
        QCOMPARE(request->refused.size(), std::size_t(1));
        QCOMPARE(request->refused[0].code, std::string_view("bad_filter"));
    }
}

void CanonicalRequestTest::foreignEpochCannotBeRecoveredButIsNoMistake()
{
    for (const char *epoch : {"", "x", "0123456789abcdeg", "0123456789abcdef0", "+123456789abcdef"}) {
        const auto request =
            read(R"({"op":"subscribe","channels":["tip"],"since":{"epoch":")" + std::string(epoch) + R"(","seq":1}})");
        QVERIFY2(request, epoch);
        QCOMPARE(request->since->epoch, std::uint64_t(0));
    }
}

void CanonicalRequestTest::lastBlocksAreAtMostThoseThatAreKept()
{
    QCOMPARE(read(R"({"op":"subscribe","channels":[{"name":"blocks","last":9007199254740991}]})")->lastBlocks,
             ChainStore::keptBlocks);
    QCOMPARE(read(R"({"op":"subscribe","channels":[{"name":"blocks","last":0}]})")->lastBlocks, std::size_t(0));
}

void CanonicalRequestTest::pingAndAuth()
{
    QCOMPARE(read(R"({"op":"ping","timestamp":1763625600123})")->timestamp, std::string("1763625600123"));
    QCOMPARE(read(R"({"type":"ping","timestamp":"soon"})")->timestamp, std::string("\"soon\""));
    QVERIFY(read(R"({"op":"ping"})")->timestamp.empty());
    const std::string token(8192, 't');
    const auto auth = read(R"({"op":"auth","token":")" + token + "\"}");
    QCOMPARE(auth->op, ClientRequest::Op::Authenticate);
    QCOMPARE(auth->token, token);
}

void CanonicalRequestTest::idsComeBackAsTheyWere_data()
{
    QTest::addColumn<QByteArray>("id");
    for (const char *id : {"1", "-5", "18446744073709551615", "-9223372036854775808", "1.5", "1e+300", "\"\"", R"("a\"b\\")",
                           R"("\u0000")", "\"\xc3\xa4\xe2\x82\xbf\xf0\x9f\x9a\x80\""})
        QTest::newRow(id) << QByteArray(id);
}

void CanonicalRequestTest::idsComeBackAsTheyWere()
{
    QFETCH(QByteArray, id);
    const std::string message = R"({"op":"ping","id":)" + id.toStdString() + "}";
    QCOMPARE(answersTo(m_json, message, false), std::vector<std::string>{R"({"type":"pong","id":)" + id.toStdString() + "}"});
    const std::string pong = answersTo(m_cbor, message, false).at(0);
    const QJsonValue echoed = QCborValue::fromCbor(QByteArray::fromStdString(pong)).toJsonValue()[QLatin1String("id")];
    QCOMPARE(echoed, QJsonDocument::fromJson("[" + id + "]")[0]);
}

void CanonicalRequestTest::cborAndJsonAreTheSameRequests_data()
{
    QTest::addColumn<std::string>("message");
    for (const std::string &message : clientMessages(Wire::Json)) {
        if (!cborOf(message).empty() && message != R"({"op":"ping","op":"ping"})")
            QTest::newRow(message.c_str()) << message;
    }
}

void CanonicalRequestTest::cborAndJsonAreTheSameRequests()
{
    QFETCH(std::string, message);
    QCOMPARE(answersTo(m_cbor, cborOf(message), true), answersTo(m_cbor, message, false));
    const auto json = m_json.parse(message, false, "main"), cbor = m_cbor.parse(cborOf(message), true, "main");
    QCOMPARE(json.has_value(), cbor.has_value());
    if (!json)
        return;
    QCOMPARE(cbor->op, json->op);
    QCOMPARE(cbor->channels, json->channels);
    QCOMPARE(cbor->filter, json->filter);
    QCOMPARE(cbor->since, json->since);
    QCOMPARE(cbor->lastBlocks, json->lastBlocks);
    QCOMPARE(cbor->token, json->token);
}

void CanonicalRequestTest::jsonIsUnderstoodByTheCborDialectToo()
{
    QVERIFY(m_cbor.parse(R"({"op":"ping"})", false, "main"));
    const auto binary = m_json.parse(cborOf(R"({"op":"ping"})"), true, "main");
    QCOMPARE(binary.error().code, std::string_view("bad_message"));
}

void CanonicalRequestTest::everyPrefixIsRefused_data()
{
    QTest::addColumn<std::string>("message");
    for (const std::string &message : clientMessages(Wire::Json)) {
        if (m_json.parse(message, false, "main"))
            QTest::newRow(message.c_str()) << message;
    }
}

void CanonicalRequestTest::everyPrefixIsRefused()
{
    QFETCH(std::string, message);
    for (std::size_t length = 0; length < message.size(); ++length) {
        const auto request = read(std::string_view(message).substr(0, length));
        QVERIFY(!request);
        QCOMPARE(request.error().code, std::string_view("bad_json"));
    }
    const std::string binary = cborOf(message);
    for (std::size_t length = 0; length < binary.size(); ++length)
        QVERIFY(!m_cbor.parse(std::string_view(binary).substr(0, length), true, "main"));
    QVERIFY(m_cbor.parse(binary, true, "main"));
}

void CanonicalRequestTest::anyGarbageIsAnsweredWithValidJson()
{
    for (const std::string &message : clientMessages(Wire::Json)) {
        for (std::size_t i = 0; i < message.size(); ++i) {
            for (const char c : {'"', '{', ']', '\\', ',', '\x01', '\x80'}) {
                std::string broken = message;
                broken[i] = c;
                for (const std::string &answer : answersTo(m_json, broken, false))
                    QVERIFY2(!QJsonDocument::fromJson(QByteArray::fromStdString(answer)).isNull(), answer.c_str());
            }
        }
    }
}

void CanonicalRequestTest::longMessagesAreReadAndTheNextStillIs()
{
    const std::string padded = R"({"op":"ping","x":")" + std::string(1024 * 1024, 'x') + "\"}";
    QVERIFY(read(padded));
    QVERIFY(read(R"({"op":"ping"})"));
    QVERIFY(!read(std::string(17, '[')));
    QVERIFY(read(padded));
}

QTEST_GUILESS_MAIN(CanonicalRequestTest)
#include "test_canonical_requests.moc"
