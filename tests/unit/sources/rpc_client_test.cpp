// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_client.h"
#include "tests/support/fixture.h"

#include <QElapsedTimer>
#include <QHash>
#include <QPointer>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QTimer>

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace tipwatch {

using Kind = RpcError::Kind;

namespace {

QByteArray http(const QByteArray &body, int status = 200, const QByteArray &headers = {})
{
    return "HTTP/1.1 " + QByteArray::number(status) + " Reason\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray result(const QByteArray &value)
{
    return http(R"({"result":)" + value +
                R"(,"error":null,"id":0})"
                "\n");
}

/// A server of one request at a time per connection, which the test answers as it likes.
class Server : public QTcpServer {
public:
    struct Request {
        QTcpSocket *socket;
        int connection; ///< number, from 0
        int number;     ///< on this connection, from 0
        QByteArray head;
        QByteArray body;
        qint64 sinceAnswerNs; ///< from the last answer on this connection; -1 for the first request
    };

    Server()
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this] {
            while (QTcpSocket *socket = nextPendingConnection()) {
                m_state[socket] = State{connections++, 0, {}, {}}; // the address may be that of an earlier one
                connect(socket, &QTcpSocket::readyRead, this, [this, socket] { read(socket); });
                connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            }
        });
    }

    void answer(const Request &request, const QByteArray &bytes)
    {
        request.socket->write(bytes);
        request.socket->flush();
        m_state[request.socket].answered.start();
    }

    RpcEndpoint endpoint() const { return {"127.0.0.1", serverPort()}; }

    std::function<void(const Request &)> handler;
    std::vector<Request> requests;
    int connections = 0;

private:
    struct State {
        int connection = 0;
        int requests = 0;
        QByteArray input;
        QElapsedTimer answered;
    };

    void read(QTcpSocket *socket)
    {
        State &state = m_state[socket];
        state.input += socket->readAll();
        const qsizetype headEnd = state.input.indexOf("\r\n\r\n");
        if (headEnd < 0)
            return;
        const QByteArray head = state.input.left(headEnd);
        const qsizetype at = head.indexOf("Content-Length: ") + 16;
        const qsizetype length = head.mid(at, head.indexOf('\r', at) - at).toInt();
        if (state.input.size() < headEnd + 4 + length)
            return;
        Request request{socket,
                        state.connection,
                        state.requests++,
                        head,
                        state.input.mid(headEnd + 4, length),
                        state.answered.isValid() ? state.answered.nsecsElapsed() : -1};
        state.input.clear();
        requests.push_back(request);
        handler(request);
    }

    QHash<QTcpSocket *, State> m_state;
};

const CredentialsProvider anyone = [] { return Result<RpcCredentials>(RpcCredentials{"user", "secret"}); };

/// What came of a call, kept beyond the callback.
struct Outcome {
    int calls = 0;
    bool ok = false;
    std::string json;
    RpcError error;

    RpcClient::DoneOne into()
    {
        return [this](const RpcResult &answer) {
            ++calls;
            ok = answer.has_value();
            if (answer)
                json = simdjson::minify(*answer);
            else
                error = answer.error();
        };
    }
};

/// Runs the event loop until @p outcome has come @p calls times. QTRY_COMPARE looks only every 50 ms, too rarely for hundreds of calls.
bool comes(const Outcome &outcome, int calls)
{
    QTimer deadline;
    deadline.setSingleShot(true);
    deadline.start(5s);
    while (outcome.calls < calls && deadline.isActive())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    return outcome.calls == calls;
}

} // namespace

class RpcClientTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sendsWhatBitcoinCoreExpects();
    void batchKeepsOrderAndInnerErrors();
    void recordedErrorsAreToldApart_data();
    void recordedErrorsAreToldApart();
    void oddAnswersAreBadAnswers_data();
    void oddAnswersAreBadAnswers();
    void olderNodesSayQueueFullWith500();
    void warmUpFailsTheWholeBatch();

    void answerMaySplitAtEveryByte();
    void answerMayEndAtEveryByte();
    void chunkedAnswer();
    void answerUntilTheConnectionEnds();
    void largeAnswer();
    void tooLargeAnswer();

    void nobodyListens();
    void hangUp();
    void silenceTimesOut();
    void timeoutCountsFromTheRequestAlsoWhileWaiting();

    void newCookieIsReadAfter401();
    void same401TwiceIsNotAskedTwice();
    void unreadableCookieIsTheReason();
    void cookieIsReadAgainAfterLostConnection();

    void restedConnectionIsUsedAgain();
    void connectionsRestBeforeTheyAreUsedAgain();
    void longestRestedConnectionGoesFirst();
    void connectionsAreLimitedAndRequestsWaitInOrder();
    void longPollStarvesNobody();
    void connectionClosedWhileRestingIsNoticed();
    void connectionClosedAtTheRequestIsTriedOnceMore();
    void unrepeatableCallIsNotTriedAgain();

    void callbackNeverComesFromWithinTheCall();
    void closeDropsEverything();
    void clientWorksAfterClose();
    void callbackMayDeleteTheClient();
    void callbackMayClose();
};

void RpcClientTest::sendsWhatBitcoinCoreExpects()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result("206")); };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"getblockhash", "[206]"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.ok);
    QCOMPARE(outcome.json, std::string("206"));
    const Server::Request &request = server.requests.front();
    QVERIFY(request.head.startsWith("POST / HTTP/1.1\r\n"));
    QVERIFY(request.head.contains("\r\nHost: 127.0.0.1:" + QByteArray::number(server.serverPort())));
    QVERIFY(request.head.contains("\r\nAuthorization: Basic " + QByteArray("user:secret").toBase64()));
    QCOMPARE(request.body, QByteArray(R"({"method":"getblockhash","params":[206],"id":0})"));
}

void RpcClientTest::batchKeepsOrderAndInnerErrors()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        QCOMPARE(
            request.body,
            QByteArray(
                R"([{"method":"a","params":[],"id":0},{"method":"b","params":[1],"id":1},{"method":"c","params":[],"id":2},{"method":"d","params":[],"id":3}])"));
        // out of order, and one missing
        server.answer(
            request,
            http(
                R"([{"result":"C","error":null,"id":2},{"result":null,"error":{"code":-5,"message":"no b"},"id":1},{"result":"A","error":null,"id":0}])"));
    };
    RpcClient client(server.endpoint(), anyone);
    int answers = 0;
    client.batch({{"a"}, {"b", "[1]"}, {"c"}, {"d"}}, [&](tl::expected<std::span<const RpcResult>, RpcError> results) {
        ++answers;
        QVERIFY(results);
        QCOMPARE(results->size(), std::size_t(4));
        QCOMPARE(std::string_view((*results)[0].value()), std::string_view("A"));
        QCOMPARE((*results)[1].error().code, -5);
        QVERIFY((*results)[1].error().kind == Kind::Method);
        QCOMPARE(std::string_view((*results)[2].value()), std::string_view("C"));
        QVERIFY((*results)[3].error().kind == Kind::BadAnswer);
    });
    QTRY_COMPARE(answers, 1);
}

void RpcClientTest::recordedErrorsAreToldApart_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<int>("calls");
    QTest::addColumn<int>("kind"); ///< -1: no error
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("message");

    simdjson::dom::parser parser;
    const QByteArray text = fixtureText("errors.json");
    int number = 0;
    for (const simdjson::dom::element each : parser.parse(text.constData(), static_cast<std::size_t>(text.size())).get_array()) {
        const std::string name{std::string_view(each["name"])};
        const QByteArray label = QByteArray::number(number++) + ' ' + QByteArray::fromStdString(name);
        simdjson::dom::element response, rpcError;
        std::int64_t status = 0;
        std::string_view reason, body;
        if (each["response"].get(response) != simdjson::SUCCESS || response["status"].get(status) != simdjson::SUCCESS)
            continue; // refused connections: nobodyListens()
        QVERIFY(response["reason"].get(reason) == simdjson::SUCCESS);
        QByteArray payload;
        if (response["body"].get(body) == simdjson::SUCCESS)
            payload = QByteArray(body.data(), static_cast<qsizetype>(body.size()));
        for (int id = 1; id <= 3; ++id) // recorded with ids from 1; we count from 0
            payload.replace("\"id\":" + QByteArray::number(id), "\"id\":" + QByteArray::number(id - 1));

        QByteArray answer = "HTTP/1.1 " + QByteArray::number(qlonglong(status)) + ' ' +
                            QByteArray(reason.data(), static_cast<qsizetype>(reason.size())) + "\r\n";
        bool hasLength = false;
        for (const auto header : simdjson::dom::object(response["headers"])) {
            const std::string_view value = header.value;
            const QByteArray key(header.key.data(), static_cast<qsizetype>(header.key.size()));
            hasLength |= key == "Content-Length";
            answer += key + ": " +
                      (key == "Content-Length" ? QByteArray::number(payload.size())
                                               : QByteArray(value.data(), static_cast<qsizetype>(value.size()))) +
                      "\r\n";
        }
        QVERIFY(hasLength || status == 204);
        answer += "\r\n" + payload;

        int kind = -1, code = 0;
        QByteArray message;
        simdjson::dom::parser inner;
        simdjson::dom::element json;
        const bool isJson =
            inner.parse(payload.constData(), static_cast<std::size_t>(payload.size())).get(json) == simdjson::SUCCESS;
        const bool isBatch = isJson && json.is_array();
        const int calls = name.starts_with("batch, one of three") ? 3 : isBatch && payload.startsWith("[]") ? 0 : isBatch ? 2 : 1;
        if (isJson && json.is_object() && json["error"].get(rpcError) == simdjson::SUCCESS && !rpcError.is_null()) {
            code = static_cast<int>(std::int64_t(rpcError["code"]));
            const std::string_view words = rpcError["message"];
            message = QByteArray(words.data(), static_cast<qsizetype>(words.size()));
            kind = int(code == -28 ? Kind::WarmingUp : Kind::Method);
        } else if (name.starts_with("request with id null")) {
            kind = int(Kind::BadAnswer), code = 200, message = "another request";
        } else if (!isJson) {
            code = static_cast<int>(status);
            kind = int(status == 401                        ? Kind::Unauthorized
                       : status == 403                      ? Kind::Forbidden
                       : status == 503 && payload.isEmpty() ? Kind::ShuttingDown
                       : status == 503                      ? Kind::Busy
                                                            : Kind::BadAnswer);
        }
        QTest::newRow(label.constData()) << answer << calls << kind << code << message;
    }
    QVERIFY(number >= 60);
}

void RpcClientTest::recordedErrorsAreToldApart()
{
    QFETCH(QByteArray, answer);
    QFETCH(int, calls);
    QFETCH(int, kind);
    QFETCH(int, code);
    QFETCH(QByteArray, message);
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, answer); };
    RpcClient client(server.endpoint(), anyone);
    int answers = 0;
    client.batch(std::vector<RpcCall>(static_cast<std::size_t>(calls), RpcCall{"getblockcount"}),
                 [&](tl::expected<std::span<const RpcResult>, RpcError> results) {
                     ++answers;
                     std::optional<RpcError> error;
                     if (!results)
                         error = results.error();
                     else if (calls == 1 && !results->front())
                         error = results->front().error();
                     QCOMPARE(error ? int(error->kind) : -1, kind);
                     if (error) {
                         QCOMPARE(error->code, code);
                         QVERIFY2(error->message.find(message.toStdString()) != std::string::npos, error->message.c_str());
                         QVERIFY(!error->message.empty());
                     }
                     if (results)
                         QCOMPARE(results->size(), static_cast<std::size_t>(calls));
                     if (calls == 3) {
                         QVERIFY((*results)[0] && (*results)[2]);
                         QCOMPARE((*results)[1].error().code, -5);
                     }
                 });
    QTRY_COMPARE(answers, 1);
    QCOMPARE(server.requests.size(), std::size_t(1));
}

void RpcClientTest::oddAnswersAreBadAnswers_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("not HTTP") << QByteArray("SSH-2.0-OpenSSH_9.2p1\r\n");
    QTest::newRow("not JSON") << http("<html>hello</html>");
    QTest::newRow("half JSON") << http(R"({"result":)");
    QTest::newRow("JSON of another kind") << http("7");
    QTest::newRow("a batch") << http("[]");
    QTest::newRow("neither result nor error") << http(R"({"id":0})");
    QTest::newRow("an error without a code") << http(R"({"result":null,"error":{"message":"x"},"id":0})", 500);
    QTest::newRow("an error that is a text") << http(R"({"result":null,"error":"x","id":0})", 500);
    QTest::newRow("of another request") << http(R"({"result":1,"error":null,"id":7})");
    QTest::newRow("broken UTF-8") << http("{\"result\":\"\xff\xfe\",\"error\":null,\"id\":0}");
    QTest::newRow("nothing") << http("");
    QTest::newRow("a proxy") << http("Bad Gateway", 502);
    QTest::newRow("a header without an end") << QByteArray("HTTP/1.1 200 OK\r\nX: ") + QByteArray(20'000, 'x');
    QTest::newRow("two lengths") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx");
    QTest::newRow("absurd length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nxx");
}

void RpcClientTest::oddAnswersAreBadAnswers()
{
    QFETCH(QByteArray, answer);
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, answer); };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"getblockcount"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(!outcome.ok);
    QVERIFY2(outcome.error.kind == Kind::BadAnswer, outcome.error.message.c_str());
    QVERIFY(!outcome.error.message.empty());
    // It goes on with the next.
    server.handler = [&](const Server::Request &request) { server.answer(request, result("1")); };
    client.call({"getblockcount"}, outcome.into());
    QVERIFY(comes(outcome, 2));
    QVERIFY(outcome.ok);
}

void RpcClientTest::olderNodesSayQueueFullWith500()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, http("Work queue depth exceeded", 500)); };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"getblockcount"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.error.kind == Kind::Busy);
}

void RpcClientTest::warmUpFailsTheWholeBatch()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        server.answer(
            request,
            http(
                R"([{"result":null,"error":{"code":-28,"message":"Loading block index…"},"id":0},{"result":1,"error":null,"id":1}])"));
    };
    RpcClient client(server.endpoint(), anyone);
    std::optional<RpcError> error;
    client.batch({{"a"}, {"b"}}, [&](tl::expected<std::span<const RpcResult>, RpcError> results) {
        error = results ? RpcError() : results.error();
    });
    QTRY_VERIFY(error);
    QVERIFY(error->kind == Kind::WarmingUp);
    QCOMPARE(error->message, std::string("Loading block index…"));
}

void RpcClientTest::answerMaySplitAtEveryByte()
{
    const QByteArray answer = http(R"({"result":{"a":[1,2,3],"text":"Loading block index…"},"error":null,"id":0})");
    Server server;
    qsizetype split = 0;
    server.handler = [&](const Server::Request &request) {
        server.answer(request, answer.left(split));
        QMetaObject::invokeMethod(
            &server, [&, request] { server.answer(request, answer.mid(split)); }, Qt::QueuedConnection);
    };
    RpcClient client(server.endpoint(), anyone);
    for (split = 1; split < answer.size(); ++split) {
        Outcome outcome;
        client.call({"x"}, outcome.into());
        QVERIFY(comes(outcome, 1));
        QVERIFY2(outcome.ok, outcome.error.message.c_str());
        QCOMPARE(outcome.json, std::string(R"({"a":[1,2,3],"text":"Loading block index…"})"));
    }
    // and one byte at a time
    server.handler = [&](const Server::Request &request) {
        for (qsizetype i = 0; i < answer.size(); ++i)
            QMetaObject::invokeMethod(
                &server, [&, request, i] { server.answer(request, answer.mid(i, 1)); }, Qt::QueuedConnection);
    };
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.ok);
}

void RpcClientTest::answerMayEndAtEveryByte()
{
    const QByteArray answer = result(R"("0123456789")");
    Server server;
    qsizetype end = 0;
    server.handler = [&](const Server::Request &request) {
        server.answer(request, answer.left(end));
        request.socket->disconnectFromHost();
    };
    for (end = 0; end < answer.size(); ++end) {
        RpcClient client(server.endpoint(), anyone);
        Outcome outcome;
        client.call({"x"}, outcome.into());
        QVERIFY(comes(outcome, 1));
        QVERIFY(!outcome.ok);
        QVERIFY2(outcome.error.kind == (end == 0 ? Kind::Unreachable : Kind::BadAnswer), outcome.error.message.c_str());
    }
}

void RpcClientTest::chunkedAnswer()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        server.answer(request, "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                               "chunked\r\n\r\n5\r\n{\"res\r\n1b\r\nult\":1,\"error\":null,\"id\":0}\r\n0\r\n\r\n");
    };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY2(outcome.ok, outcome.error.message.c_str());
}

void RpcClientTest::answerUntilTheConnectionEnds()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        server.answer(request, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"result\":1,\"error\":null,\"id\":0}");
        request.socket->disconnectFromHost();
    };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY2(outcome.ok, outcome.error.message.c_str());
}

void RpcClientTest::largeAnswer()
{
    // The size of getrawmempool false true for 300,000 transactions
    QByteArray list = "[";
    for (int i = 0; i < 300'000; ++i)
        list += (i > 0 ? ",\"" : "\"") + QByteArray::number(i).rightJustified(64, '0') + '"';
    list += ']';
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result(list)); };
    RpcClient client(server.endpoint(), anyone);
    std::size_t size = 0;
    QElapsedTimer timer;
    timer.start();
    client.call({"getrawmempool"}, [&](const RpcResult &answer) {
        QVERIFY(answer);
        size = simdjson::dom::array(*answer).size();
    });
    QTRY_COMPARE(size, std::size_t(300'000));
    qInfo("%lld bytes in %lld ms", qlonglong(list.size()), qlonglong(timer.elapsed()));
}

void RpcClientTest::tooLargeAnswer()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result('"' + QByteArray(2000, 'x') + '"')); };
    RpcClient client(server.endpoint(), anyone);
    client.setMaxAnswerSize(1000);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(!outcome.ok);
    QVERIFY(outcome.error.kind == Kind::BadAnswer);
    QVERIFY2(outcome.error.message.find("larger than 1000 bytes") != std::string::npos, outcome.error.message.c_str());
}

void RpcClientTest::nobodyListens()
{
    RpcEndpoint endpoint;
    {
        Server server;
        endpoint = server.endpoint();
    }
    RpcClient client(endpoint, anyone);
    std::vector<Outcome> outcomes(20);
    for (Outcome &outcome : outcomes)
        client.call({"x"}, outcome.into());
    for (Outcome &outcome : outcomes) {
        QVERIFY(comes(outcome, 1));
        QVERIFY(outcome.error.kind == Kind::Unreachable);
        QVERIFY2(outcome.error.message.find(endpoint.url()) != std::string::npos, outcome.error.message.c_str());
    }
}

void RpcClientTest::hangUp()
{
    Server server;
    server.handler = [&](const Server::Request &request) { request.socket->abort(); };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.error.kind == Kind::Unreachable);
    QCOMPARE(server.requests.size(), std::size_t(1)); // a fresh connection is not tried twice
}

void RpcClientTest::silenceTimesOut()
{
    Server server;
    server.handler = [](const Server::Request &) {};
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    QElapsedTimer timer;
    timer.start();
    client.call({"x"}, outcome.into(), 50ms);
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.error.kind == Kind::Timeout);
    QVERIFY(timer.elapsed() >= 50);
    // A late answer to it must not be taken for the next one's.
    server.handler = [&](const Server::Request &request) { server.answer(request, result("2")); };
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 2));
    QCOMPARE(outcome.json, std::string("2"));
    QCOMPARE(server.connections, 2);
}

void RpcClientTest::timeoutCountsFromTheRequestAlsoWhileWaiting()
{
    Server server;
    server.handler = [](const Server::Request &) {};
    RpcClient client(server.endpoint(), anyone);
    std::vector<Outcome> outcomes(RpcClient::maxConnections + 2);
    for (Outcome &outcome : outcomes)
        client.call({"x"}, outcome.into(), 50ms);
    for (Outcome &outcome : outcomes) {
        QVERIFY(comes(outcome, 1));
        QVERIFY(outcome.error.kind == Kind::Timeout);
    }
    QCOMPARE(server.requests.size(), RpcClient::maxConnections);
}

void RpcClientTest::newCookieIsReadAfter401()
{
    std::string password = "old";
    int reads = 0;
    Server server;
    QByteArray accepted = QByteArray("__cookie__:old").toBase64();
    server.handler = [&](const Server::Request &request) {
        server.answer(request, request.head.contains(accepted) ? result("1") : http("", 401));
    };
    RpcClient client(server.endpoint(), [&] {
        ++reads;
        return Result<RpcCredentials>(RpcCredentials{"__cookie__", password});
    });
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.ok);
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 2));
    QCOMPARE(reads, 1); // not for every request

    password = "new"; // the node has restarted
    accepted = QByteArray("__cookie__:new").toBase64();
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 3));
    QVERIFY2(outcome.ok, outcome.error.message.c_str());
    QCOMPARE(reads, 2);
    QCOMPARE(server.requests.size(), std::size_t(4));
}

void RpcClientTest::same401TwiceIsNotAskedTwice()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, http("", 401)); };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.error.kind == Kind::Unauthorized);
    QCOMPARE(server.requests.size(), std::size_t(1)); // each wrong password holds a thread of the node for 250 ms
}

void RpcClientTest::unreadableCookieIsTheReason()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        QVERIFY(!request.head.contains("Authorization"));
        server.answer(request, http("", 401));
    };
    RpcClient client(server.endpoint(), [] { return Result<RpcCredentials>(failure("no cookie file at /nowhere")); });
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.error.kind == Kind::Unauthorized);
    QCOMPARE(outcome.error.message, std::string("no cookie file at /nowhere"));
}

void RpcClientTest::cookieIsReadAgainAfterLostConnection()
{
    int reads = 0;
    Server server;
    server.handler = [&](const Server::Request &request) { request.socket->abort(); };
    RpcClient client(server.endpoint(), [&] {
        ++reads;
        return Result<RpcCredentials>(RpcCredentials{"a", "b"});
    });
    for (int i = 1; i <= 2; ++i) {
        Outcome outcome;
        client.call({"x"}, outcome.into());
        QVERIFY(comes(outcome, 1));
        QCOMPARE(reads, i);
    }
}

void RpcClientTest::restedConnectionIsUsedAgain()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result("1")); };
    RpcClient client(server.endpoint(), anyone);
    for (int i = 0; i < 5; ++i) {
        Outcome outcome;
        client.call({"x"}, outcome.into());
        QVERIFY(comes(outcome, 1));
        QElapsedTimer rest;
        rest.start();
        QTRY_VERIFY(rest.hasExpired(3));
    }
    QCOMPARE(server.connections, 1);
    QCOMPARE(server.requests.size(), std::size_t(5));
}

void RpcClientTest::connectionsRestBeforeTheyAreUsedAgain()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result("1")); };
    RpcClient client(server.endpoint(), anyone);
    int left = 300;
    std::function<void()> next = [&] {
        client.call({"x"}, [&](const RpcResult &answer) {
            QVERIFY(answer);
            if (--left > 0)
                next(); // at once
        });
    };
    next();
    QTRY_COMPARE(left, 0);
    QVERIFY(server.connections > 1);
    QVERIFY(std::size_t(server.connections) <= RpcClient::maxConnections);
    qint64 shortest = std::numeric_limits<qint64>::max();
    for (const Server::Request &request : server.requests) {
        if (request.sinceAnswerNs >= 0)
            shortest = std::min(shortest, request.sinceAnswerNs);
    }
    qInfo("shortest rest: %.2f ms over %d connections", double(shortest) / 1e6, server.connections);
    QVERIFY(shortest >= 1'000'000);
}

void RpcClientTest::longestRestedConnectionGoesFirst()
{
    Server server;
    std::vector<Server::Request> held;
    server.handler = [&](const Server::Request &request) { held.push_back(request); };
    RpcClient client(server.endpoint(), anyone);
    std::vector<Outcome> outcomes(3);
    for (Outcome &outcome : outcomes)
        client.call({"x"}, outcome.into());
    QTRY_COMPARE(held.size(), std::size_t(3));
    for (const std::size_t i : {std::size_t(1), std::size_t(2), std::size_t(0)}) {
        server.answer(held[i], result("1"));
        QTRY_COMPARE(std::ranges::count(outcomes, 1, &Outcome::calls), i == 1 ? 1 : i == 2 ? 2 : 3);
    }
    const int longest = held[1].connection;
    held.clear();
    QElapsedTimer rest;
    rest.start();
    QTRY_VERIFY(rest.hasExpired(3));
    client.call({"x"}, outcomes[0].into());
    QTRY_COMPARE(held.size(), std::size_t(1));
    QCOMPARE(held[0].connection, longest);
    client.close();
}

void RpcClientTest::connectionsAreLimitedAndRequestsWaitInOrder()
{
    Server server;
    std::vector<Server::Request> held;
    server.handler = [&](const Server::Request &request) { held.push_back(request); };
    RpcClient client(server.endpoint(), anyone);
    std::vector<Outcome> outcomes(20);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        client.call({"x", "[" + std::to_string(i) + "]"}, outcomes[i].into());
    QTRY_COMPARE(held.size(), RpcClient::maxConnections);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        QTRY_VERIFY(held.size() > i);
        server.answer(held[i], result("1"));
    }
    for (Outcome &outcome : outcomes)
        QVERIFY(comes(outcome, 1));
    QCOMPARE(server.connections, int(RpcClient::maxConnections));
    for (std::size_t i = RpcClient::maxConnections; i < held.size(); ++i)
        QVERIFY(held[i].body.contains('[' + QByteArray::number(qulonglong(i)) + ']'));
}

void RpcClientTest::longPollStarvesNobody()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        if (!request.body.contains("waitfornewblock"))
            server.answer(request, result("1"));
    };
    RpcClient client(server.endpoint(), anyone);
    Outcome poll;
    client.call({"waitfornewblock", "[60000]"}, poll.into(), 65s);
    for (int i = 0; i < 50; ++i) {
        Outcome outcome;
        client.call({"x"}, outcome.into());
        QVERIFY(comes(outcome, 1));
        QVERIFY(outcome.ok);
    }
    QCOMPARE(poll.calls, 0);
    server.answer(server.requests.front(), result(R"({"hash":"x","height":1})"));
    QVERIFY(comes(poll, 1));
    QVERIFY(poll.ok);
}

void RpcClientTest::connectionClosedWhileRestingIsNoticed()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result("1")); };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QSignalSpy gone(server.requests[0].socket, &QObject::destroyed);
    server.requests[0].socket->disconnectFromHost();
    QTRY_COMPARE(gone.count(), 1);
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 2));
    QVERIFY(outcome.ok);
    QCOMPARE(server.connections, 2);
}

void RpcClientTest::connectionClosedAtTheRequestIsTriedOnceMore()
{
    // The node's idle timeout runs out just as a request is on its way: it closes without having read it.
    Server server;
    server.handler = [&](const Server::Request &request) {
        if (request.number == 0)
            server.answer(request, result("1"));
        else
            request.socket->abort();
    };
    RpcClient client(server.endpoint(), anyone);
    for (int i = 0; i < 3; ++i) {
        Outcome outcome;
        client.call({"x"}, outcome.into());
        QVERIFY(comes(outcome, 1));
        QVERIFY2(outcome.ok, outcome.error.message.c_str());
        QElapsedTimer rest;
        rest.start();
        QTRY_VERIFY(rest.hasExpired(3));
    }
    QCOMPARE(server.requests.size(), std::size_t(5));
    QCOMPARE(server.connections, 3);
}

void RpcClientTest::unrepeatableCallIsNotTriedAgain()
{
    Server server;
    server.handler = [&](const Server::Request &request) {
        if (request.number == 0)
            server.answer(request, result("1"));
        else
            request.socket->abort();
    };
    RpcClient client(server.endpoint(), anyone);
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QElapsedTimer rest;
    rest.start();
    QTRY_VERIFY(rest.hasExpired(3));
    client.call({"generatetoaddress", "[1]", false}, outcome.into());
    QVERIFY(comes(outcome, 2));
    QVERIFY(!outcome.ok);
    QVERIFY(outcome.error.kind == Kind::Unreachable);
    QCOMPARE(server.requests.size(), std::size_t(2));
}

void RpcClientTest::callbackNeverComesFromWithinTheCall()
{
    RpcClient nowhere({"127.0.0.1", 1}, anyone);
    RpcClient noAddress({"256.256.256.256", 1}, anyone);
    Outcome first, second;
    nowhere.call({"x"}, first.into());
    noAddress.call({"x"}, second.into());
    QCOMPARE(first.calls + second.calls, 0);
    QVERIFY(comes(first, 1));
    QVERIFY(comes(second, 1));
    QVERIFY(second.error.kind == Kind::Unreachable);
}

void RpcClientTest::closeDropsEverything()
{
    Server server;
    std::vector<Server::Request> held;
    server.handler = [&](const Server::Request &request) { held.push_back(request); };
    RpcClient client(server.endpoint(), anyone);
    std::vector<Outcome> outcomes(12);
    for (Outcome &outcome : outcomes)
        client.call({"x"}, outcome.into());
    QTRY_COMPARE(held.size(), RpcClient::maxConnections);
    std::vector<QPointer<QTcpSocket>> sockets;
    for (const Server::Request &request : held)
        sockets.emplace_back(request.socket);
    client.close();
    for (const auto &socket : sockets)
        QTRY_VERIFY(!socket); // the other side has seen the end
    for (const Outcome &outcome : outcomes)
        QCOMPARE(outcome.calls, 0);
}

void RpcClientTest::clientWorksAfterClose()
{
    Server server;
    server.handler = [&](const Server::Request &request) { server.answer(request, result("1")); };
    RpcClient client(server.endpoint(), anyone);
    Outcome dropped, outcome;
    client.call({"x"}, dropped.into());
    client.close();
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QVERIFY(outcome.ok);
    QCOMPARE(dropped.calls, 0);
}

void RpcClientTest::callbackMayDeleteTheClient()
{
    for (const QByteArray &answer : {result("1"), QByteArray("rubbish\r\n\r\n"), http("", 403)}) {
        Server server;
        server.handler = [&](const Server::Request &request) { server.answer(request, answer); };
        auto client = std::make_unique<RpcClient>(server.endpoint(), anyone);
        Outcome other;
        client->call({"x"}, [&](const RpcResult &) { client.reset(); });
        client->call({"waiting"}, other.into());
        QTRY_VERIFY(!client);
        QVERIFY(other.calls <= 1);
    }
    Server silent;
    silent.handler = [](const Server::Request &) {};
    auto client = std::make_unique<RpcClient>(silent.endpoint(), anyone);
    Outcome second;
    client->call(
        {"x"}, [&](const RpcResult &) { client.reset(); }, 20ms);
    QTRY_VERIFY(!client);
}

void RpcClientTest::callbackMayClose()
{
    Server server;
    server.handler = [](const Server::Request &) {};
    RpcClient client(server.endpoint(), anyone);
    int calls = 0;
    for (int i = 0; i < 12; ++i) {
        client.call(
            {"x"},
            [&](const RpcResult &) {
                ++calls;
                client.close();
            },
            20ms);
    }
    QTRY_COMPARE(calls, 1);
    server.handler = [&](const Server::Request &request) { server.answer(request, result("1")); };
    Outcome outcome;
    client.call({"x"}, outcome.into());
    QVERIFY(comes(outcome, 1));
    QCOMPARE(calls, 1);
}

} // namespace tipwatch

QTEST_GUILESS_MAIN(tipwatch::RpcClientTest)
#include "rpc_client_test.moc"
