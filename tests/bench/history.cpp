// SPDX-License-Identifier: GPL-3.0-or-later
// What the history costs: to write a minute of it, to read each window at a year of it, and on the disk. Prints figures.
// bench_history [folder]: where the file is made for so long; else in the temporary folder.
#include "server/history/history_file.h"
#include "shared/protocol/history_encoder.h"
#include "shared/protocol/json_writer.h"
#include "tests/support/history_samples.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace tipwatch;

namespace {

constexpr std::int64_t start = 1'767'225'600; // 2026-01-01
constexpr std::int64_t minutesOfAYear = 365 * 1440;

HistoryBatch minuteAt(std::int64_t time, std::mt19937 &random)
{
    HistoryBatch batch{{{time, HistorySums::ofMinute(samples::anyState(random), {60, 240, 60'000})}}, {}, {}};
    if (time % 600 == 0) {
        BlockSummary block = samples::block(static_cast<std::int32_t>((time - start) / 600));
        block.time = time;
        block.receivedAt = time * 1000;
        block.size = 1'500'000;
        block.weight = Weight(3'993'000);
        block.txCount = 3000;
        block.totalFees = Satoshi(5'000'000);
        block.miner = "Foundry USA";
        block.feerateRange = FeerateRange{};
        batch.blocks.push_back(std::make_shared<const BlockSummary>(block));
    }
    return batch;
}

double milliseconds(const QElapsedTimer &timer)
{
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

void printSpread(const char *what, std::vector<double> times)
{
    std::ranges::sort(times);
    std::printf("%-34s median %8.3f ms   p99 %8.3f ms   most %8.3f ms\n", what, times[times.size() / 2],
                times[times.size() * 99 / 100], times.back());
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QTemporaryDir folder((argc > 1 ? QString::fromLocal8Bit(argv[1]) : QDir::tempPath()) +
                               QStringLiteral("/tipwatch-XXXXXX"));
    const QString path = folder.filePath(QStringLiteral("history.sqlite"));
    auto opened = HistoryFile::open(path, {}, start * 1000);
    if (!opened) {
        std::fprintf(stderr, "%s\n", opened.error().message.c_str());
        return 1;
    }
    HistoryStore &store = opened->file->store();
    std::mt19937 random(1);

    QElapsedTimer whole;
    whole.start();
    constexpr std::int64_t atOnce = 1440; // a day in one transaction: what is wanted is the year
    HistoryBatch day;
    std::int64_t time = start;
    for (std::int64_t i = 0; i < minutesOfAYear; ++i, time += 60) {
        HistoryBatch minute = minuteAt(time, random);
        std::ranges::move(minute.minutes, std::back_inserter(day.minutes));
        std::ranges::move(minute.blocks, std::back_inserter(day.blocks));
        if (i % atOnce != atOnce - 1)
            continue;
        if (!store.write(day) || !store.prune(time))
            return 1;
        day = {};
    }
    std::printf("a year in days: %.1f s\n", milliseconds(whole) / 1000);

    std::vector<double> writes;
    for (int i = 0; i < 500; ++i, time += 60) {
        const HistoryBatch minute = minuteAt(time, random);
        QElapsedTimer timer;
        timer.start();
        if (!store.write(minute))
            return 1;
        writes.push_back(milliseconds(timer));
    }
    printSpread("a minute, on the disk (fsync)", writes);

    for (std::size_t i = 0; i < historyWindows; ++i) {
        const auto window = static_cast<HistoryWindow>(i);
        std::vector<double> reads, encodings;
        std::size_t bytes = 0, points = 0;
        for (int round = 0; round < 20; ++round) {
            QElapsedTimer timer;
            timer.start();
            const auto series = store.read(window, time);
            reads.push_back(milliseconds(timer));
            if (!series)
                return 1;
            timer.start();
            std::string text;
            JsonWriter json(text);
            encode(json, *series);
            encodings.push_back(milliseconds(timer));
            bytes = text.size();
            points = series->points.size();
        }
        const std::string name(historyWindowName(window));
        printSpread(("read " + name + ", " + std::to_string(points) + " points").c_str(), reads);
        printSpread(("  as JSON, " + std::to_string(bytes / 1024) + " KB").c_str(), encodings);
    }
    opened->file.reset();
    std::printf("file of a year: %.1f MB\n", static_cast<double>(QFileInfo(path).size()) / 1e6);
    QElapsedTimer opening;
    opening.start();
    opened = HistoryFile::open(path, {}, start * 1000);
    std::printf("opened and checked in %.1f ms\n", milliseconds(opening));
    return opened ? 0 : 1;
}
