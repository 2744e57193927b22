// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_decoder.h"
#include "server/sources/bitcoin/node_locator.h"
#include "server/sources/bitcoin/rpc_client.h"
#include "server/sources/bitcoin/rpc_parser.h"
#include "server/sources/bitcoin/transaction_decoder.h"
#include "server/sources/bitcoin/zmq_subscriber.h"
#include "tests/support/regtest_node.h"
#include "tests/support/test_wallet.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <map>

using namespace tipwatch;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The parts that talk to Bitcoin Core, against a real bitcoind. Skipped where there is none.
class BitcoinWireRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void callsInSequenceDoNotStall();
    void manyEntriesInOneBatch();
    void publishedBlocksAndTransactionsDecode();
    void longPollEndsWithTheNextBlock();
    void clientSurvivesARestart();
    void wrongPasswordIsToldApart();
    void forbiddenMethodIsToldApart();
    void fullWorkQueueIsToldApart();
    void nodeIsFoundByItsDataDirectory();

private:
    std::unique_ptr<RpcClient> clientFor(const RegtestNode &node) const;
    TxId pay();

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
};

namespace {

/// The error of one call, or nothing; turns the event loop meanwhile.
std::optional<RpcError> errorOf(RpcClient &client, const RpcCall &call)
{
    std::optional<RpcError> error;
    bool done = false;
    client.call(call, [&](const RpcResult &answer) {
        done = true;
        if (!answer)
            error = answer.error();
    });
    if (!QTest::qWaitFor([&] { return done; }, 40'000))
        return RpcError{RpcError::Kind::BadAnswer, 0, "the callback did not come"};
    return error;
}

} // namespace

void BitcoinWireRegtest::init()
{
    m_node = std::make_unique<RegtestNode>();
    QVERIFY(m_node->start());
    m_wallet = std::make_unique<TestWallet>(*m_node);
    QCOMPARE(m_wallet->mine(110).size(), 110);
    m_wallet->refresh();
}

void BitcoinWireRegtest::cleanup()
{
    m_wallet.reset();
    m_node.reset();
}

std::unique_ptr<RpcClient> BitcoinWireRegtest::clientFor(const RegtestNode &node) const
{
    const auto address = locateNode(node.config());
    return address ? std::make_unique<RpcClient>(address->endpoint, address->credentials) : nullptr;
}

TxId BitcoinWireRegtest::pay()
{
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 2, Satoshi(10'000));
    return m_wallet->send(payment) ? payment.txid : TxId();
}

void BitcoinWireRegtest::callsInSequenceDoNotStall()
{
    // Each call follows the answer before it at once: on one connection, half of them would take 50 ms.
    constexpr int count = 500;
    const auto client = clientFor(*m_node);
    const TxId txid = pay();
    const RpcCall call{"getmempoolentry", "[\"" + txid.toHex() + "\"]"};
    std::vector<double> milliseconds;
    QEventLoop loop;
    QTimer::singleShot(60s, &loop, &QEventLoop::quit);
    QElapsedTimer timer;
    std::function<void()> next = [&] {
        timer.start();
        client->call(call, [&](const RpcResult &answer) {
            QVERIFY(answer);
            const auto entry = parseMempoolEntry(txid, *answer);
            QVERIFY(entry);
            QCOMPARE(entry->fee, Satoshi(10'000));
            milliseconds.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
            if (milliseconds.size() < count)
                next();
            else
                loop.quit();
        });
    };
    next();
    loop.exec(); // qWaitFor() sleeps for 10 ms at a time
    QCOMPARE(milliseconds.size(), std::size_t(count));
    std::ranges::sort(milliseconds);
    qInfo("getmempoolentry, %d calls in sequence: p50 %.2f ms, p99 %.2f ms, most %.2f ms", count, milliseconds[count / 2],
          milliseconds[count * 99 / 100], milliseconds.back());
    const auto stalls = std::ranges::count_if(milliseconds, [](double each) { return each > 45; });
    QVERIFY2(stalls <= count / 100, qPrintable(u"%1 stalls"_s.arg(stalls)));
}

void BitcoinWireRegtest::manyEntriesInOneBatch()
{
    const auto client = clientFor(*m_node);
    const TxId txid = pay();
    constexpr std::size_t count = 1000;
    std::size_t parsed = 0;
    bool done = false;
    QElapsedTimer timer;
    timer.start();
    client->batch(std::vector<RpcCall>(count, {"getmempoolentry", "[\"" + txid.toHex() + "\"]"}),
                  [&](tl::expected<std::span<const RpcResult>, RpcError> answers) {
                      done = true;
                      QVERIFY(answers);
                      for (const RpcResult &answer : *answers)
                          parsed += answer && parseMempoolEntry(txid, *answer) ? 1 : 0;
                      qInfo("%zu entries in one batch: %.1f ms", count, static_cast<double>(timer.nsecsElapsed()) / 1e6);
                  });
    QTRY_VERIFY(done);
    QCOMPARE(parsed, count);
}

void BitcoinWireRegtest::publishedBlocksAndTransactionsDecode()
{
    const auto client = clientFor(*m_node);
    const SystemClock clock;
    ZmqSubscriber subscriber(clock);
    std::map<BlockHash, DecodedBlock> blocks;
    connect(&subscriber, &ZmqSubscriber::message, this, [&](const ZmqMessage &message) {
        if (message.topic != "rawblock")
            return;
        const auto block = decodeBlock(message.body);
        QVERIFY2(block, block ? "" : block.error().message.c_str());
        blocks[block->hash] = *block;
    });
    bool subscribed = false;
    client->call({"getzmqnotifications"}, [&](const RpcResult &answer) {
        QVERIFY(answer);
        const auto notifications = parseZmqNotifications(*answer);
        QVERIFY(notifications);
        for (const ZmqNotification &each : *notifications)
            QVERIFY(subscriber.subscribe(each.topic, zmqEndpointFor(each.endpoint, client->endpoint())));
        subscribed = true;
    });
    QTRY_VERIFY(subscribed && subscriber.isConnected());
    for (int i = 0; i < 3; ++i) {
        const TxId txid = pay();
        const QStringList mined = m_wallet->mine(1);
        QCOMPARE(mined.size(), 1);
        const BlockHash hash = BlockHash::fromHex(mined.front().toStdString()).value();
        QTRY_VERIFY(blocks.contains(hash));
        const DecodedBlock &block = blocks[hash];
        QVERIFY(std::ranges::count(block.txids(), txid) == 1);

        bool compared = false;
        client->batch({{"getblock", "[\"" + hash.toHex() + "\",1]"}, {"getblock", "[\"" + hash.toHex() + "\",0]"}},
                      [&](tl::expected<std::span<const RpcResult>, RpcError> answers) {
                          QVERIFY(answers && (*answers)[0] && (*answers)[1]);
                          const simdjson::dom::element outline = *(*answers)[0];
                          QCOMPARE(std::int64_t(block.height.value), std::int64_t(outline["height"]));
                          QCOMPARE(block.weight.value, std::int64_t(outline["weight"]));
                          QCOMPARE(block.size, std::int64_t(outline["size"]));
                          QCOMPARE(block.txids().size(), simdjson::dom::array(outline["tx"]).size());
                          std::size_t at = 0;
                          for (const simdjson::dom::element name : outline["tx"])
                              QCOMPARE(block.txids()[at++].toHex(), std::string(std::string_view(name)));
                          const auto raw = parseRawBytes(*(*answers)[1], "getblock");
                          QVERIFY(raw);
                          QCOMPARE(decodeBlock(*raw)->hash, hash);
                          compared = true;
                      });
        QTRY_VERIFY(compared);
    }
}

void BitcoinWireRegtest::longPollEndsWithTheNextBlock()
{
    const auto client = clientFor(*m_node);
    std::optional<std::string> heard;
    client->call(
        {"waitfornewblock", "[30000]"},
        [&](const RpcResult &answer) {
            QVERIFY(answer);
            heard = std::string(std::string_view((*answer)["hash"]));
        },
        40s);
    for (int i = 0; i < 20; ++i)
        QVERIFY(!errorOf(*client, {"getblockcount"}));
    QVERIFY(!heard);
    const QStringList mined = m_wallet->mine(1);
    QTRY_VERIFY(heard);
    QCOMPARE(*heard, mined.front().toStdString());
}

void BitcoinWireRegtest::clientSurvivesARestart()
{
    const auto client = clientFor(*m_node);
    QVERIFY(!errorOf(*client, {"getblockcount"}));
    m_node->stop();
    const auto gone = errorOf(*client, {"getblockcount"});
    QVERIFY(gone);
    QVERIFY2(gone->kind == RpcError::Kind::Unreachable, gone->message.c_str());

    QVERIFY(m_node->launch());
    std::map<RpcError::Kind, std::string> errors;
    const bool back = QTest::qWaitFor(
        [&] {
            const auto error = errorOf(*client, {"getblockcount"});
            if (error)
                errors[error->kind] = error->message;
            return !error;
        },
        60'000);
    QVERIFY(back);
    for (const auto &[kind, message] : errors) {
        qInfo("while it started: %s", message.c_str());
        QVERIFY(kind == RpcError::Kind::Unreachable || kind == RpcError::Kind::WarmingUp || kind == RpcError::Kind::Unauthorized);
    }
}

void BitcoinWireRegtest::wrongPasswordIsToldApart()
{
    RpcClient client({"127.0.0.1", m_node->rpcPort()}, [] {
        return Result<RpcCredentials>(RpcCredentials{"__cookie__", "wrong"});
    });
    const auto error = errorOf(client, {"getblockcount"});
    QVERIFY(error);
    QVERIFY2(error->kind == RpcError::Kind::Unauthorized, error->message.c_str());
}

void BitcoinWireRegtest::forbiddenMethodIsToldApart()
{
    m_node->stop();
    m_node->setExtra({u"-rpcwhitelist=__cookie__:getblockcount,stop"_s});
    QVERIFY(m_node->start());
    const auto client = clientFor(*m_node);
    QVERIFY(!errorOf(*client, {"getblockcount"}));
    const auto error = errorOf(*client, {"getbestblockhash"});
    QVERIFY(error);
    QVERIFY2(error->kind == RpcError::Kind::Forbidden, error->message.c_str());
}

void BitcoinWireRegtest::fullWorkQueueIsToldApart()
{
    m_node->stop();
    m_node->setExtra({u"-rpcthreads=1"_s, u"-rpcworkqueue=1"_s});
    QVERIFY(m_node->start());
    const auto client = clientFor(*m_node);
    int answers = 0, busy = 0, other = 0;
    client->call({"waitfornewblock", "[500]"}, [&](const RpcResult &) { ++answers; });
    for (int i = 0; i < 7; ++i) {
        client->call({"getblockcount"}, [&](const RpcResult &answer) {
            ++answers;
            if (!answer)
                ++(answer.error().kind == RpcError::Kind::Busy ? busy : other);
        });
    }
    QTRY_COMPARE(answers, 8);
    QVERIFY(busy > 0);
    QCOMPARE(other, 0);
}

void BitcoinWireRegtest::nodeIsFoundByItsDataDirectory()
{
    QFile file(m_node->dataDir() + u"/bitcoin.conf"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[regtest]\nrpcport=" + QByteArray::number(m_node->rpcPort()) + "\n");
    file.close();
    BitcoinConfig config;
    config.dataDir = m_node->dataDir().toStdString();
    const auto found = findRunningNode(config);
    QVERIFY(found.has_value());
    QCOMPARE(found->network, std::string("regtest"));
    RpcClient client(found->endpoint, found->credentials);
    QVERIFY(!errorOf(client, {"getblockcount"}));
}

TIPWATCH_REGTEST_MAIN(BitcoinWireRegtest)
#include "bitcoin_wire_regtest.moc"
