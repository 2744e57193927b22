// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/dialect_set.h"
#include "tests/unit/gateway/dialects/conversation.h"
#include "tests/unit/gateway/dialects/wire_names.h"

#include <QJsonDocument>
#include <QTest>

using namespace tipwatch;

Q_DECLARE_METATYPE(std::optional<tipwatch::Wire>)

/// What clients of S1 to S4 say, and how a client of /ws shows which dialect it speaks.
class DialectRequestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void errors_data();
    void errors();
    void channelsAreTranslated_data();
    void channelsAreTranslated();
    void oneWrongStreamRefusesTheWholeCall();
    void nodesFilterMayStandInTheMessageOrInAFilter_data();
    void nodesFilterMayStandInTheMessageOrInAFilter();
    void emptyListsOfNodesRestrictNothing();
    void nodesRequests();
    void indexerNeverAnswers();
    void badMessagesAreRefusedByAll_data();
    void badMessagesAreRefusedByAll();
    void everyPrefixIsRefused_data();
    void everyPrefixIsRefused();
    void firstMessageTellsTheDialect_data();
    void firstMessageTellsTheDialect();

private:
    tl::expected<ClientRequest, RequestError> read(Wire wire, std::string_view message)
    {
        return m_dialects.find(wire)->parse(message, false, "main");
    }

    DialectSet m_dialects;
};

namespace {

void addWires(std::initializer_list<Wire> wires)
{
    QTest::addColumn<Wire>("wire");
    for (const auto &[name, wire] : wireNames) {
        if (std::find(wires.begin(), wires.end(), wire) != wires.end())
            QTest::newRow(name) << wire;
    }
}

} // namespace

void DialectRequestTest::errors_data()
{
    QTest::addColumn<Wire>("wire");
    QTest::addColumn<std::string>("message");
    QTest::addColumn<std::string>("code");
    const auto row = [](Wire wire, const char *message, const char *code) {
        QTest::addRow("%d %s", static_cast<int>(wire), message) << wire << std::string(message) << std::string(code);
    };
    row(Wire::Indexer, R"({"channels":["newBlocks"]})", "bad_message");
    row(Wire::Indexer, R"({"action":5,"channels":["newBlocks"]})", "bad_message");
    row(Wire::Indexer, R"({"action":"ping"})", "unknown_op");
    row(Wire::Indexer, R"({"action":"subscribe"})", "bad_message");
    row(Wire::Indexer, R"({"action":"subscribe","channels":"newBlocks"})", "bad_message");
    row(Wire::Indexer, R"({"action":"subscribe","channels":[5]})", "bad_message");
    row(Wire::Indexer, R"({"action":"subscribe","channels":["newblocks"]})", "unknown_channel");
    row(Wire::Indexer, R"({"action":"subscribe","channels":["tip"]})", "unknown_channel");
    row(Wire::States, R"({"id":1})", "bad_message");
    row(Wire::States, R"({"method":"state_stream.subscribe"})", "bad_message");
    row(Wire::States, R"({"method":"state_stream.subscribe","params":[1]})", "bad_message");
    row(Wire::States, R"({"method":"subscribe","params":["metrics"]})", "unknown_op");
    row(Wire::States, R"({"method":"state_stream.subscribe","params":["trading"]})", "unknown_channel");
    row(Wire::States, R"({"method":"state_stream.subscribe","params":["tip"]})", "unknown_channel");
    row(Wire::States, R"({"method":"state_stream.subscribe","params":["metrics"],"id":{}})", "bad_message");
    row(Wire::States, R"({"type":"ping","timestamp":{}})", "bad_message");
    row(Wire::Signals, R"({"type":5})", "bad_message");
    row(Wire::Signals, R"({"channels":["price:BTC"]})", "bad_message");
    row(Wire::Signals, R"({"type":"subscribe"})", "bad_message");
    row(Wire::Signals, R"({"type":"listen","channels":[]})", "unknown_op");
    row(Wire::Signals, R"({"type":"subscribe","channels":["price:BTC"]})", "unknown_channel");
    row(Wire::Signals, R"({"type":"unsubscribe","channels":["weather"]})", "unknown_channel");
    row(Wire::Nodes, R"({"filter":{}})", "bad_message");
    row(Wire::Nodes, R"({"type":"listen"})", "unknown_op");
    row(Wire::Nodes, R"({"type":"subscribe","filter":[]})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","filter":{"nodeIds":["x"]}})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","filter":{"ids":[3]}})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","filter":{"nodeIds":["3 "]}})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","filter":{"bounds":{"north":1}}})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","bounds":"all"})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","messageTypes":"node"})", "bad_filter");
    row(Wire::Nodes, R"({"type":"subscribe","messageTypes":["node",5]})", "bad_filter");
}

void DialectRequestTest::errors()
{
    QFETCH(Wire, wire);
    QFETCH(std::string, message);
    QFETCH(std::string, code);
    const auto request = read(wire, message);
    if (request)
        QVERIFY(!request->refused.empty() && (request->channels.isEmpty() || wire == Wire::Signals));
    const RequestError &error = request ? request->refused.front() : request.error();
    QCOMPARE(std::string(error.code), code);
    QVERIFY(!error.message.empty());
    const std::string words = m_dialects.find(wire)->put(error);
    QCOMPARE(words.empty(), wire == Wire::Indexer);
    QVERIFY(words.empty() || !QJsonDocument::fromJson(QByteArray::fromStdString(words)).isNull());
}

void DialectRequestTest::channelsAreTranslated_data()
{
    QTest::addColumn<Wire>("wire");
    QTest::addColumn<std::string>("message");
    QTest::addColumn<bool>("subscribes");
    QTest::addColumn<QList<int>>("channels");
    const auto row = [](Wire wire, const char *message, bool subscribes, std::initializer_list<Channel> channels) {
        QList<int> numbers;
        for (const Channel channel : channels)
            numbers.append(static_cast<int>(channel));
        QTest::newRow(message) << wire << std::string(message) << subscribes << numbers;
    };
    row(Wire::Indexer, R"({"action":"subscribe","channels":["newBlocks"]})", true, {Channel::Blocks});
    row(Wire::Indexer, R"({"action":"subscribe","channels":["newTxs","newBlocks"]})", true, {Channel::Blocks, Channel::Txs});
    row(Wire::Indexer, R"({"action":"unsubscribe","channels":["newTxs"]})", false, {Channel::Txs});
    row(Wire::Indexer, R"({"action":"subscribe","channels":["newTxs","newUncles"]})", true, {Channel::Txs});
    row(Wire::States, R"({"method":"state_stream.subscribe","params":["block_updates"]})", true, {Channel::Tip});
    row(Wire::Signals, R"({"type":"subscribe","channels":["price:BTC"]})", true, {Channel::Status});
    row(Wire::Signals, R"({"type":"subscribe","channels":[]})", true, {Channel::Status});
    row(Wire::Signals, R"({"type":"unsubscribe","channels":["price:BTC"]})", false, {});
    row(Wire::States, R"({"method":"state_stream.subscribe","params":["metrics","network"]})", true,
        {Channel::Metrics, Channel::Network});
    row(Wire::States, R"({"method":"state_stream.unsubscribe","params":["network"],"jsonrpc":"2.0"})", false, {Channel::Network});
}

void DialectRequestTest::channelsAreTranslated()
{
    QFETCH(Wire, wire);
    QFETCH(std::string, message);
    QFETCH(bool, subscribes);
    QFETCH(QList<int>, channels);
    const auto request = read(wire, message);
    QVERIFY(request);
    QCOMPARE(request->op, subscribes ? ClientRequest::Op::Subscribe : ClientRequest::Op::Unsubscribe);
    ChannelSet expected;
    for (const int channel : channels)
        expected.insert(static_cast<Channel>(channel));
    QCOMPARE(request->channels, expected);
}

void DialectRequestTest::oneWrongStreamRefusesTheWholeCall()
{
    const auto request = read(Wire::States, R"({"method":"state_stream.subscribe","params":["metrics","trading"],"id":4})");
    QVERIFY(!request);
    QCOMPARE(request.error().id, std::string("4"));
    QCOMPARE(request.error().channel, std::string("trading"));
}

void DialectRequestTest::nodesFilterMayStandInTheMessageOrInAFilter_data()
{
    QTest::addColumn<std::string>("before");
    QTest::addColumn<std::string>("after");
    QTest::newRow("in the message") << std::string(R"({"type":"subscribe",)") << std::string("}");
    QTest::newRow("in a filter") << std::string(R"({"type":"subscribe","filter":{)") << std::string("}}");
}

void DialectRequestTest::nodesFilterMayStandInTheMessageOrInAFilter()
{
    QFETCH(std::string, before);
    QFETCH(std::string, after);
    const auto request =
        read(Wire::Nodes, before + R"("nodeIds":["7",3],"bounds":{"north":1,"south":0,"east":-170,"west":170},)" +
                              R"("messageTypes":["node","telemetry"])" + after);
    QVERIFY(request);
    QCOMPARE(request->op, ClientRequest::Op::SetFilter);
    QCOMPARE(*request->filter.nodes, (PeerFilter{{3, 7}, GeoBounds{1, 0, -170, 170}}));
    QCOMPARE(request->filter.nodeMessages,
             static_cast<std::uint8_t>(NodeMessage::Node) | static_cast<std::uint8_t>(NodeMessage::Telemetry));
}

void DialectRequestTest::emptyListsOfNodesRestrictNothing()
{
    for (const char *message : {R"({"type":"subscribe"})", R"({"type":"subscribe","filter":{}})",
                                R"({"type":"subscribe","filter":{"nodeIds":[],"messageTypes":[],"bounds":null}})"}) {
        const auto request = read(Wire::Nodes, message);
        QVERIFY2(request && request->filter.isEmpty(), message);
    }
}

void DialectRequestTest::nodesRequests()
{
    QCOMPARE(read(Wire::Nodes, R"({"type":"unsubscribe"})")->op, ClientRequest::Op::ClearFilter);
    QCOMPARE(read(Wire::Nodes, R"({"type":"ping"})")->op, ClientRequest::Op::Ping);
    const auto snapshot = read(Wire::Nodes, R"({"type":"request_snapshot"})");
    QCOMPARE(snapshot->op, ClientRequest::Op::Snapshot);
    QCOMPARE(snapshot->channels, ChannelSet{Channel::Nodes});
}

void DialectRequestTest::indexerNeverAnswers()
{
    for (const std::string &message : clientMessages(Wire::Indexer))
        QVERIFY(answersTo(*m_dialects.find(Wire::Indexer), message, false).empty());
}

void DialectRequestTest::badMessagesAreRefusedByAll_data()
{
    addWires({Wire::Indexer, Wire::States, Wire::Signals, Wire::Nodes});
}

void DialectRequestTest::badMessagesAreRefusedByAll()
{
    QFETCH(Wire, wire);
    Dialect &dialect = *m_dialects.find(wire);
    const auto code = [&](const std::string &message, bool isBinary = false) {
        const auto request = dialect.parse(message, isBinary, "main");
        return request ? std::string() : std::string(request.error().code);
    };
    for (const std::string &message : {std::string(), std::string("hello"), std::string("{"), std::string("\xff"),
                                       std::string(30'000, '['), std::string("{\"type\":1e999}")})
        QCOMPARE(code(message), std::string("bad_json"));
    for (const char *message : {"[]", "5", "null", "\"ping\"", "{}", R"({"type":"ping","type":"ping"})"})
        QCOMPARE(code(message), std::string("bad_message"));
    QCOMPARE(code(R"({"type":"ping"})", true), std::string("bad_message"));
    std::string channels;
    for (int i = 0; i < 101; ++i)
        channels += std::string(i == 0 ? "" : ",") + "\"x\"";
    const std::string many = R"({"action":"subscribe","type":"subscribe","method":"state_stream.subscribe","channels":[)" +
                             channels + R"(],"params":[)" + channels + "]}";
    QCOMPARE(code(many), std::string(wire == Wire::Nodes ? "" : "too_many_channels"));
}

void DialectRequestTest::everyPrefixIsRefused_data()
{
    addWires({Wire::Indexer, Wire::States, Wire::Signals, Wire::Nodes});
}

void DialectRequestTest::everyPrefixIsRefused()
{
    QFETCH(Wire, wire);
    for (const std::string &message : clientMessages(wire)) {
        if (message.front() != '{')
            continue;
        for (std::size_t length = 0; length < message.size(); ++length)
            QVERIFY(!read(wire, std::string_view(message).substr(0, length)));
    }
}

void DialectRequestTest::firstMessageTellsTheDialect_data()
{
    QTest::addColumn<std::string>("message");
    QTest::addColumn<std::optional<Wire>>("wire");
    const auto row = [](const std::string &message, std::optional<Wire> wire) {
        QTest::newRow(message.c_str()) << message << wire;
    };
    row(R"({"op":"ping"})", Wire::Json);
    row(R"({"op":"subscribe","type":"x","channels":[],"method":"y"})", Wire::Json);
    row(R"({"method":"state_stream.subscribe","params":["metrics"],"id":1})", Wire::States);
    row(R"({"id":1,"method":5})", Wire::States);
    row(R"({"type":"subscribe","channels":["price:BTC"]})", Wire::Signals);
    row(R"({"channels":[],"type":"unsubscribe"})", Wire::Signals);
    row(R"({"type":"ping"})", std::nullopt);
    row(R"({"type":"ping","timestamp":5})", std::nullopt);
    row(R"({"channels":["price:BTC"]})", std::nullopt);
    row(R"({"x":{"op":"ping"},"y":"method"})", std::nullopt);
    row(R"({"op":null})", std::nullopt);
    row("{}", std::nullopt);
    row("[\"op\"]", std::nullopt);
    row("{\"op\":", std::nullopt);
    row("", std::nullopt);
}

void DialectRequestTest::firstMessageTellsTheDialect()
{
    QFETCH(std::string, message);
    QFETCH(std::optional<Wire>, wire);
    QCOMPARE(wireOf(message), wire);
}

QTEST_GUILESS_MAIN(DialectRequestTest)
#include "test_dialect_requests.moc"
