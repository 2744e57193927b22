// SPDX-License-Identifier: GPL-3.0-or-later
// How long after the node has answered does our store announce it? Against a real, quiet bitcoind on regtest, in this process.
#include "tests/support/regtest_node.h"
#include "tests/support/source_under_test.h"
#include "tests/support/test_wallet.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <unordered_map>
#include <vector>

using namespace tipwatch;

namespace {

using Moment = std::chrono::steady_clock::time_point;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int payments = 300, blocks = 100;

/// Turns the event loop without ever sleeping in it, as QTest::qWait does.
void rest(int ms)
{
    QEventLoop loop;
    QTimer::singleShot(ms, Qt::PreciseTimer, &loop, &QEventLoop::quit);
    loop.exec();
}

/// When things were announced, by their hash.
class Witness : public QObject {
public:
    explicit Witness(EventBus &bus)
    {
        connect(&bus, &EventBus::published, this, [this](const ChainEventPtr &event) {
            if (const auto *seen = std::get_if<TransactionsSeen>(&event->body)) {
                for (const MempoolEntry &entry : seen->entries)
                    note(entry.txid.toHex());
            } else if (const auto *tip = std::get_if<TipChanged>(&event->body)) {
                note(tip->tip.hash.toHex());
            }
        });
    }
    /// Milliseconds after @p returned; 0 if it was announced before.
    double latency(const std::string &hash, Moment returned)
    {
        m_awaited = hash;
        if (!m_at.contains(hash)) {
            QTimer::singleShot(10'000, &m_loop, &QEventLoop::quit);
            m_loop.exec();
        }
        if (!m_at.contains(hash)) {
            std::fprintf(stderr, "never announced: %s\n", hash.c_str());
            std::exit(1);
        }
        return std::max(0.0, Milliseconds(m_at.at(hash) - returned).count());
    }

private:
    void note(const std::string &hash)
    {
        m_at.emplace(hash, std::chrono::steady_clock::now());
        if (hash == m_awaited)
            m_loop.quit();
    }

    std::unordered_map<std::string, Moment> m_at;
    std::string m_awaited;
    QEventLoop m_loop;
};

void print(const char *what, std::vector<double> latencies)
{
    std::sort(latencies.begin(), latencies.end());
    const auto at = [&](double part) { return latencies[static_cast<std::size_t>(part * double(latencies.size() - 1))]; };
    std::printf("%-60s n=%zu  p50 %.2f ms  p99 %.2f ms  max %.2f ms\n", what, latencies.size(), at(0.5), at(0.99),
                latencies.back());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    if (RegtestNode::program().isEmpty()) {
        std::puts("skipped: no bitcoind; set TIPWATCH_BITCOIND or put it on the PATH");
        return 0;
    }
    RegtestNode node;
    TestWallet wallet(node);
    if (!node.start() || wallet.mine(130).isEmpty()) {
        std::puts("the node does not start");
        return 1;
    }
    wallet.refresh();
    wallet.send(TestWallet::makePayment({*wallet.takeCoin()}, payments, Satoshi(100'000)));
    wallet.mine(1);
    wallet.refresh();

    SourceUnderTest under(node.config());
    Witness witness(under.bus);
    if (!QTest::qWaitFor([&] { return under.isExact(); }, 10'000)) {
        std::puts("the source does not become exact");
        return 1;
    }
    std::vector<double> seen, tips;
    for (int i = 0; i < payments; ++i) {
        rest(5); // quiet: one at a time
        const auto payment = TestWallet::makePayment({*wallet.takeCoin()}, 1, Satoshi(1'000));
        if (!wallet.send(payment))
            return 1;
        seen.push_back(witness.latency(payment.txid.toHex(), std::chrono::steady_clock::now()));
    }
    for (int i = 0; i < blocks; ++i) {
        rest(5);
        const QString hash = wallet.mine(1).value(0);
        tips.push_back(witness.latency(hash.toStdString(), std::chrono::steady_clock::now()));
    }
    print("sendrawtransaction returned -> TransactionsSeen, described", seen);
    print("generatetodescriptor returned -> TipChanged", tips);
    return 0;
}
