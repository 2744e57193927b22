// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/http_exchange.h"

#include <malloc.h>

#include <QElapsedTimer>
#include <QLoggingCategory>

#include <filesystem>
#include <optional>
#include <random>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TIPWATCH_OTHER_MALLOC
#endif

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

struct Held {
    std::size_t descriptors = 0;
    std::size_t bytes = 0; ///< of the heap, in use; 0 under a sanitizer, which keeps its own and finds leaks by itself

    static Held now()
    {
        Held held;
        for ([[maybe_unused]] const auto &entry : std::filesystem::directory_iterator("/proc/self/fd"))
            ++held.descriptors;
#ifndef TIPWATCH_OTHER_MALLOC
        const struct mallinfo2 heap = mallinfo2();
        held.bytes = heap.uordblks + heap.hblkhd;
#endif
        return held;
    }
};

/// Comes in one of the ways that clients have, and stays for a while or not.
RawClient arrive(const ServedStore &served, unsigned way)
{
    RawClient client = RawClient::connectTo(served.port());
    switch (way % 6) {
    case 0:
        client.send("GET /ws HTT"); // it will leave in the middle of the head,
        break;
    case 1:
        client.send("GET /ws HTTP/1.1\r\nHost: localhost\r\n" + upgradeFields + "\r\n"); // before the 101,
        break;
    case 2:
        client.send("GET /api/v1/events?channels=tip,fees HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.readUntil("tip.update");
        break;
    case 3:
        client.send("GET /api/v1/poll?channels=blocks&timeout=20 HTTP/1.1\r\nHost: localhost\r\n\r\n"); // or of a poll
        break;
    case 4:
        client.upgrade();
        client.send(closeFrame(1000));
        break;
    default:
        client.upgrade();
        client.send(ClientFrame{1, R"({"op":"subscribe","id":1,"channels":["tip","fees","blocks"]})"}.bytes());
        client.readMessage();
    }
    return client;
}

} // namespace

/// A hundred clients that come and go for half a minute while the stream flows.
class ChurnTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void leavesNothingBehind();

private:
    static constexpr int clients = 100;
    static constexpr int totalMs = 30'000;
    static constexpr int warmUpMs = 5'000; ///< caches, arenas and rings are full then
};

void ChurnTest::leavesNothingBehind()
{
    GatewayConfig config = ServedStore::roomForAll();
    config.replay.events = 200; // full within the warm-up
    ServedStore served(config);
    served.fill();
    QVERIFY(served.start());

    int told = 0;
    QTimer traffic;
    QObject::connect(&traffic, &QTimer::timeout, &traffic, [&] { // of which the store itself remembers nothing
        served.store.setNodeFees({Feerate(++told), {}, {}, {}}, 1);
        served.store.setChainFacts(Height(12 + told % 2), false, 1, 1);
    });
    traffic.start(10);

    std::mt19937 random(1);
    std::size_t visits = 0;
    const auto churn = [&](int ms) {
        return besides([&, ms] {
            QElapsedTimer timer;
            timer.start();
            std::vector<std::optional<RawClient>> here(clients);
            while (!timer.hasExpired(ms)) {
                std::optional<RawClient> &place = here[random() % clients];
                place.reset();
                place.emplace(arrive(served, static_cast<unsigned>(random())));
                ++visits;
            }
            return 0;
        });
    };
    churn(warmUpMs);
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 30'000);
    const Held before = Held::now();
    const std::size_t visitsBefore = visits;
    churn(totalMs - warmUpMs);
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 0, 30'000);
    QTRY_VERIFY2(Held::now().descriptors <= before.descriptors, qPrintable(QString::number(Held::now().descriptors)));

    const std::size_t more = visits - visitsBefore;
    const std::size_t bytes = Held::now().bytes;
    qInfo("%zu visits, then %zu more: %zu -> %zu bytes of heap, %zu descriptors", visitsBefore, more, before.bytes, bytes,
          before.descriptors);
    QVERIFY(more > clients);
    // What one visit leaves, were it a pointer, would show.
    QVERIFY2(bytes < before.bytes + more + 64 * 1024, qPrintable(u"%1 -> %2"_s.arg(before.bytes).arg(bytes)));
}

QTEST_GUILESS_MAIN(ChurnTest)
#include "test_churn.moc"
