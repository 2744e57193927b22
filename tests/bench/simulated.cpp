// SPDX-License-Identifier: GPL-3.0-or-later
// What the simulated source costs, and the store under it. Prints figures; takes the number of transactions as its only argument.
#include "server/sources/simulated/simulated_network.h"
#include "server/sources/simulated/simulated_source.h"
#include "tests/support/fake_clock.h"

#include <sys/resource.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QLoggingCategory>

#include <algorithm>
#include <cstdio>
#include <ctime>

using namespace tipwatch;

namespace {

/// Resident memory in MB; "VmRSS" now, "VmHWM" at its highest.
double memory(const char *what)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = status.readAll();
    return text.mid(text.indexOf(what) + 6).trimmed().split(' ').first().toDouble() / 1024;
}

double cpuSeconds()
{
    timespec used{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

double processAge()
{
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    QFile stat(QStringLiteral("/proc/self/stat"));
    if (!stat.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = stat.readAll();
    const double startedAt =
        text.mid(text.lastIndexOf(')') + 2).split(' ').at(19).toDouble() / static_cast<double>(sysconf(_SC_CLK_TCK));
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec) - startedAt;
}

SimulatedConfig configFor(std::int64_t mempool, double txRate)
{
    SimulatedConfig config;
    config.mempool = mempool;
    config.txRate = txRate;
    config.seed = 42;
    return config;
}

/// From the start of the process to a store that is full, with the longest time that the event loop had to wait.
void measureStart(std::int64_t mempool)
{
    const SystemClock clock;
    EventBus bus;
    ChainStore store(bus, clock);
    PeerLocator locator;
    SimulatedSource source(configFor(mempool, 4), store, clock, locator);
    const double before = memory("VmRSS:");
    QElapsedTimer turn;
    turn.start();
    source.start();
    qint64 longest = turn.elapsed();
    while (store.snapshot()->status.state != SourceState::Live) {
        turn.restart();
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        longest = std::max(longest, turn.elapsed());
    }
    const double grown = memory("VmRSS:") - before;
    std::printf("start      %lld transactions: live %.2f s after the process began, for %.2f s of CPU; longest turn of the event "
                "loop %lld ms\n",
                static_cast<long long>(mempool), processAge(), cpuSeconds(), static_cast<long long>(longest));
    std::printf("memory     %.1f MB resident, %.1f MB at most, of it %.1f MB for the mempool: %.0f bytes a transaction\n",
                memory("VmRSS:"), memory("VmHWM:"), grown, grown * 1024 * 1024 / static_cast<double>(mempool));
    std::printf("           of these %.1f in the simulated network itself\n",
                static_cast<double>(source.network()->mempool().memory()) / static_cast<double>(mempool));
}

/// What one arrival, removal or block costs in network and store, with a full mempool behind it.
void measureOperations(std::int64_t mempool)
{
    FakeClock clock;
    EventBus bus;
    ChainStore store(bus, clock);
    SimulatedConfig config = configFor(mempool, 1000);
    config.blockInterval = std::chrono::seconds(10);
    PeerLocator locator;
    SimulatedSource source(config, store, clock, locator);
    source.start();
    while (store.snapshot()->status.state != SourceState::Live)
        source.catchUp();
    std::size_t arrivals = 0, removals = 0, blocks = 0;
    QObject::connect(&bus, &EventBus::published, &bus, [&](const ChainEventPtr &event) {
        if (const auto *seen = std::get_if<TransactionsSeen>(&event->body))
            arrivals += seen->entries.size();
        else if (const auto *removed = std::get_if<TransactionsRemoved>(&event->body))
            removals += removed->txids.size();
        else
            blocks += std::holds_alternative<BlockConnected>(event->body) ? 1 : 0;
    });
    double slowestTurn = 0;
    const double begun = cpuSeconds();
    for (int ms = 0; ms < 100'000; ms += 10) {
        const double before = cpuSeconds();
        clock.advance(10);
        while (source.catchUp()) {}
        slowestTurn = std::max(slowestTurn, cpuSeconds() - before);
    }
    const double used = cpuSeconds() - begun;
    std::printf("operations %zu arrivals, %zu removals, %zu blocks: %.2f us each; slowest 10 ms of it took %.1f ms\n", arrivals,
                removals, blocks, 1e6 * used / static_cast<double>(arrivals + removals), 1e3 * slowestTurn);
}

/// In real time: does it keep up, and what does it take of a core.
void measureRate(double txRate, int seconds)
{
    const SystemClock clock;
    EventBus bus;
    ChainStore store(bus, clock);
    PeerLocator locator;
    SimulatedSource source(configFor(20'000, txRate), store, clock, locator);
    source.start();
    while (store.snapshot()->status.state != SourceState::Live)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    std::size_t arrivals = 0, largest = 0;
    QObject::connect(&bus, &EventBus::published, &bus, [&](const ChainEventPtr &event) {
        if (const auto *seen = std::get_if<TransactionsSeen>(&event->body)) {
            arrivals += seen->entries.size();
            largest = std::max(largest, seen->entries.size());
        }
    });
    const double begun = cpuSeconds();
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < seconds * 1000)
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    getrusage(RUSAGE_SELF, &after);
    const double elapsed = static_cast<double>(timer.elapsed()) / 1000;
    std::printf("rate %5.0f %.0f tx/s delivered (%.2f of what was asked for; the hour of the day counts), %zu at once at most, "
                "%.2f %% of a "
                "core, %.0f wake-ups/s\n",
                txRate, static_cast<double>(arrivals) / elapsed, static_cast<double>(arrivals) / elapsed / txRate, largest,
                100 * (cpuSeconds() - begun) / elapsed, static_cast<double>(after.ru_nvcsw - before.ru_nvcsw) / elapsed);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QLoggingCategory::setFilterRules(QStringLiteral("tipwatch.*=false"));
    const std::int64_t mempool = argc > 1 ? QByteArray(argv[1]).toLongLong() : 300'000;
    measureStart(mempool);
    measureOperations(mempool);
    for (const double txRate : {4.0, 500.0, 5000.0})
        measureRate(txRate, 5);
}
