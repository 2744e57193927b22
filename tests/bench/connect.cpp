// SPDX-License-Identifier: GPL-3.0-or-later
// A node with a full mempool: how long it takes from the connection to a picture that is proven and described, and how long the event loop of the
// backend thread stands still meanwhile. The node is a fake on a thread of its own: its real sockets and real JSON are on the way.
// Prints figures for 300,000 transactions, or for as many as its argument says.
#include "tests/support/fake_node.h"
#include "tests/support/source_under_test.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace tipwatch;

namespace {

/// Of the calling thread.
double cpuMs()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return 1e3 * static_cast<double>(used.tv_sec) + 1e-6 * static_cast<double>(used.tv_nsec);
}

/// How long the event loop does not turn: by the clock, and by the time it really worked (a busy machine lets it wait).
class Heartbeat {
public:
    Heartbeat()
    {
        m_since.start();
        m_cpu = cpuMs();
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(1);
        QObject::connect(&m_timer, &QTimer::timeout, [this] {
            const double cpu = cpuMs();
            longest = std::max(longest, static_cast<double>(m_since.nsecsElapsed()) / 1e6);
            longestCpu = std::max(longestCpu, cpu - m_cpu);
            m_since.restart();
            m_cpu = cpu;
        });
        m_timer.start();
    }
    double longest = 0, longestCpu = 0; ///< ms

private:
    QElapsedTimer m_since;
    double m_cpu = 0;
    QTimer m_timer;
};

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const int count = argc > 1 ? std::atoi(argv[1]) : 300'000;

    QThread thread;
    QObject there;
    there.moveToThread(&thread);
    thread.start();
    std::unique_ptr<FakeNode> node;
    BitcoinConfig config;
    const auto onItsThread = [&](auto action) { QMetaObject::invokeMethod(&there, action, Qt::BlockingQueuedConnection); };
    onItsThread([&] {
        node = std::make_unique<FakeNode>();
        for (int i = 0; i < count; ++i)
            node->chain.add(Satoshi(200 + i % 50'000));
        config = node->config();
    });

    QElapsedTimer since;
    since.start();
    const double cpuBefore = cpuMs();
    SourceUnderTest under(config);
    Heartbeat heartbeat;
    double exactMs = 0;
    QTimer look;
    QObject::connect(&look, &QTimer::timeout, [&] {
        if (exactMs == 0 && under.isExact() && under.store.mempoolCount() == static_cast<std::size_t>(count))
            exactMs = static_cast<double>(since.elapsed());
        if (exactMs > 0 && under.store.undescribed().empty())
            app.quit();
    });
    look.start(100);
    QCoreApplication::exec();
    std::printf(
        "%d transactions: exact after %.1f s, described after %.1f s (%.1f s of our processor time); the event loop stood still "
        "for at most %.0f ms (%.0f ms of work)\n",
        count, exactMs / 1000, static_cast<double>(since.elapsed()) / 1000, (cpuMs() - cpuBefore) / 1000, heartbeat.longest,
        heartbeat.longestCpu);
    under.source.stop();
    onItsThread([&] { node.reset(); });
    thread.quit();
    thread.wait();
}
