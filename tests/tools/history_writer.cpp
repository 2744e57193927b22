// SPDX-License-Identifier: GPL-3.0-or-later
// Writes minute after minute into the history at argv[1], as fast as it goes, and says "<time>\n" after each that is written: to be killed
// in the middle of it. It begins at the Unix time argv[2].
#include "server/history/history_file.h"
#include "tests/support/history_samples.h"

#include <QCoreApplication>

#include <cstdio>
#include <cstdlib>

using namespace tipwatch;

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    if (argc != 3)
        return 64;
    std::int64_t time = std::atoll(argv[2]);
    const auto opened = HistoryFile::open(QString::fromLocal8Bit(argv[1]), {}, time * 1000);
    if (!opened || !opened->setAside.isEmpty()) {
        std::fprintf(stderr, "%s\n", opened ? "the file was damaged" : opened.error().message.c_str());
        return 1;
    }
    std::mt19937 random(static_cast<std::uint32_t>(time));
    for (std::int32_t height = 0;; time += 60, ++height) {
        BlockSummary block = samples::block(height, static_cast<std::uint64_t>(time));
        block.time = time;
        const HistoryBatch batch{{{time, HistorySums::ofMinute(samples::anyState(random), {60, 240, 60'000})}},
                                 {std::make_shared<const BlockSummary>(block)},
                                 {}};
        if (!opened->file->store().write(batch) || !opened->file->store().prune(time))
            return 1;
        std::printf("%lld\n", static_cast<long long>(time));
        std::fflush(stdout);
    }
}
