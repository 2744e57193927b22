// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/history/history_file.h"
#include "server/history/history_intake.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/history/history_reader.h"
#include "shared/state/chain_snapshot.h"

#include <QString>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tipwatch {

/// Writes a sample of the state each minute, and answers what was. What cannot be written now waits here, up to a day, and whatever is
/// wrong with the file stays here: it is logged, told in status(), and tried again the next minute. Has no timer of its own. Used on one
/// thread; status() by any.
class HistoryRecorder {
public:
    static constexpr std::size_t mostWaiting = 1440; ///< minutes

    /// @p snapshot is called on the recorder's thread; it, @p intake and @p clock must outlive the recorder.
    HistoryRecorder(const HistoryConfig &config, std::function<ChainSnapshotPtr()> snapshot, HistoryIntake &intake,
                    const Clock &clock);

    /// Opens the file as soon as it is known of which network, and once the source is live writes the blocks that are known. To be called
    /// when the source's status changes.
    void prepare();
    /// To be called when a minute of the clock is over; early or twice does no harm.
    void tick();
    /// Writes what waits, but no sample, since its minute is not over; then closes the file. On the thread on which it was used.
    void finish();

    Result<HistorySeriesPtr> read(HistoryWindow window);

    /// Any thread.
    HistoryStatus status() const;

private:
    struct Read {
        HistorySeriesPtr series;
        std::int64_t minute = -1; ///< in which it was made
        std::uint64_t writes = 0; ///< that it knows of
    };

    bool isOpen() const { return m_file != nullptr; }
    void open(const ChainSnapshot &snapshot, bool isDamaged = false);
    void close();
    void flush(const ChainSnapshot &snapshot);
    HistoryBatch batchFor(const ChainSnapshot &snapshot) const;
    void written(const ChainSnapshot &snapshot);
    void prune();
    void failed(const char *what, const SqlError &error);
    void tell(std::string error);
    QString pathFor(const ChainSnapshot &snapshot) const;

    const HistoryConfig m_config;
    const std::function<ChainSnapshotPtr()> m_snapshot;
    HistoryIntake &m_intake;
    const Clock &m_clock;

    std::unique_ptr<HistoryFile> m_file;
    QString m_path;                                                         ///< of the file, or where it should be
    std::int64_t m_minute = -1;                                             ///< under way, in minutes since 1970
    std::int64_t m_pruned = -1;                                             ///< ten minutes since 1970
    std::deque<HistoryMinute> m_minutes;                                    ///< wait to be written
    std::vector<BlockPtr> m_blocks;                                         ///< wait to be written
    std::unordered_map<BlockHash, BlockPtr, HashOfHash256> m_writtenBlocks; ///< those of the snapshot that stand in the file
    std::array<Read, historyWindows> m_reads;
    std::uint64_t m_writes = 0;

    mutable std::mutex m_statusMutex;
    HistoryStatus m_status;
};

} // namespace tipwatch
