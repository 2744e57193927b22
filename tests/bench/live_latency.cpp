// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long after a real node has answered does a browser know? Starts bitcoind on regtest and the real program beside it, sends
// transactions and mines blocks while it is quiet, and prints the time from the node's answer to the frame on the WebSocket.
// Usage: live_latency [transactions] [blocks]
#include "tests/integration/program.h"
#include "tests/support/regtest_node.h"
#include "tests/support/test_wallet.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QTimer>
#include <QWebSocket>

#include <algorithm>
#include <cstdio>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr int patienceMs = 2000;
constexpr int quietMs = 25; // between two measurements, so that each finds everybody at rest

struct Times {
    std::vector<double> ms;
    int lost = 0;

    double at(double share) const
    {
        return ms[std::min(ms.size() - 1, static_cast<std::size_t>(share * static_cast<double>(ms.size())))];
    }
    void print(const char *what)
    {
        if (ms.empty())
            return void(std::printf("%-48s nothing arrived\n", what));
        std::sort(ms.begin(), ms.end());
        std::printf("%-48s n=%zu lost=%d p50=%.2f ms p90=%.2f ms p99=%.2f ms max=%.2f ms\n", what, ms.size(), lost, at(0.5),
                    at(0.9), at(0.99), ms.back());
    }
};

/// When which hash was first named on the socket, in ns of the one stopwatch.
class Listener {
public:
    explicit Listener(const QElapsedTimer &watch)
    {
        QObject::connect(&m_patience, &QTimer::timeout, &m_loop, &QEventLoop::quit);
        QObject::connect(&m_socket, &QWebSocket::textMessageReceived, &m_socket, [this, &watch](const QString &message) {
            const qint64 now = watch.nsecsElapsed();
            const QJsonObject object = QJsonDocument::fromJson(message.toUtf8()).object();
            const QString type = object["type"_L1].toString();
            if (type == "tx.seen"_L1)
                m_heard.insert(object["data"_L1]["txid"_L1].toString(), now);
            else if (type == "tip.update"_L1)
                m_heard.insert(object["data"_L1]["hash"_L1].toString(), now);
            if (m_heard.contains(m_awaited))
                m_loop.quit();
        });
    }
    bool open(const QUrl &url)
    {
        m_socket.open(url);
        return QTest::qWaitFor([&] { return m_socket.state() == QAbstractSocket::ConnectedState; });
    }
    /// Adds how long after @p answered the hash was heard; 0 if it was there before the node's answer.
    void measure(const QString &hash, qint64 answered, Times &times)
    {
        m_awaited = hash;
        if (!m_heard.contains(hash)) { // not qWaitFor(): it looks every 10 ms only
            m_patience.start(patienceMs);
            m_loop.exec();
            m_patience.stop();
        }
        if (!m_heard.contains(hash)) {
            ++times.lost;
            return;
        }
        times.ms.push_back(static_cast<double>(std::max<qint64>(0, m_heard.value(hash) - answered)) / 1e6);
    }

private:
    QWebSocket m_socket;
    QHash<QString, qint64> m_heard;
    QString m_awaited;
    QEventLoop m_loop;
    QTimer m_patience;
};

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const int transactions = argc > 1 ? std::atoi(argv[1]) : 300;
    const int blocks = argc > 2 ? std::atoi(argv[2]) : 100;
    RegtestNode node;
    if (RegtestNode::program().isEmpty() || !node.start()) {
        std::puts("no bitcoind: name one in TIPWATCH_BITCOIND");
        return 1;
    }
    TestWallet wallet(node);
    wallet.mine(100 + 20);
    wallet.refresh();
    const BitcoinConfig config = node.config();
    Program program;
    QElapsedTimer watch;
    watch.start();
    Listener listener(watch);
    const bool up =
        program.serve({u"--source"_s, u"bitcoin"_s, u"--network"_s, u"regtest"_s, u"--node"_s,
                       QString::fromStdString(config.node), u"--rpc-cookie"_s, QString::fromStdString(config.cookieFile)}) &&
        QTest::qWaitFor([&] { return httpGet(program.url().resolved(QUrl(u"readyz"_s))).status == 200; }, 20'000) &&
        listener.open(program.webSocketUrl());
    if (!up) {
        std::printf("the program does not serve: %s\n", program.errors().constData());
        return 1;
    }

    Times seen, tips;
    for (int i = 0; i < transactions; ++i) {
        const auto coin = wallet.takeCoin();
        if (!coin)
            break;
        const auto payment = TestWallet::makePayment({*coin}, 2, Satoshi(500));
        QTest::qWait(quietMs);
        if (!wallet.send(payment))
            continue;
        listener.measure(QString::fromStdString(payment.txid.toHex()), watch.nsecsElapsed(), seen);
        if (i % 20 == 19)
            wallet.mine(1); // chains of unconfirmed spends are short
    }
    for (int i = 0; i < blocks; ++i) {
        QTest::qWait(quietMs);
        const QString hash = wallet.mine(1).value(0);
        listener.measure(hash, watch.nsecsElapsed(), tips);
    }
    std::printf("real node, real program, quiet; from the node's answer to the frame on the WebSocket:\n");
    seen.print("sendrawtransaction -> tx.seen");
    tips.print("generatetodescriptor -> tip.update");
    return seen.lost + tips.lost == 0 ? 0 : 1;
}
