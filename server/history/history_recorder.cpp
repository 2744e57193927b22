// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_recorder.h"

#include "server/history/history_log.h"

#include <QDir>
#include <QStandardPaths>

#include <algorithm>
#include <utility>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t minuteMs = 60'000;

QString folderOf(const HistoryConfig &config)
{
    if (!config.directory.empty())
        return QString::fromStdString(config.directory);
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + u"/history"_s;
}

bool isLive(const ChainSnapshot &snapshot)
{
    return snapshot.status.state == SourceState::Live;
}

} // namespace

HistoryRecorder::HistoryRecorder(const HistoryConfig &config, std::function<ChainSnapshotPtr()> snapshot, HistoryIntake &intake,
                                 const Clock &clock)
    : m_config(config), m_snapshot(std::move(snapshot)), m_intake(intake), m_clock(clock)
{
    m_status.enabled = config.enabled;
}

/// Each network has its file; a simulated one's is none, so that it never mixes with what was. Empty: not known yet.
QString HistoryRecorder::pathFor(const ChainSnapshot &snapshot) const
{
    if (snapshot.status.simulated)
        return HistoryFile::inMemory;
    const std::string &network = snapshot.status.network;
    const auto isPlain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (network.empty() || !std::ranges::all_of(network, isPlain)) // it becomes a file's name, and the node is who says it
        return {};
    return QDir::cleanPath(folderOf(m_config) + u'/' + QString::fromStdString(network) + u".sqlite"_s);
}

void HistoryRecorder::prepare()
{
    const ChainSnapshotPtr snapshot = m_snapshot();
    const QString path = pathFor(*snapshot);
    if (path.isEmpty())
        return;
    if (path != m_path) {
        if (!m_path.isEmpty()) { // another network, so nothing that waits belongs there
            close();
            m_minutes.clear();
            m_blocks.clear();
        }
        m_path = path;
        open(*snapshot);
    }
    if (isOpen() && isLive(*snapshot))
        flush(*snapshot); // the blocks of the time before
}

void HistoryRecorder::open(const ChainSnapshot &snapshot, bool isDamaged)
{
    auto opened = HistoryFile::open(m_path, m_config, m_clock.unixMs(), isDamaged);
    if (!opened) {
        tell(opened.error().message);
        return;
    }
    m_file = std::move(opened->file);
    if (!opened->setAside.isEmpty()) {
        qCWarning(lcHistory, "history.damaged file=\"%s\" set_aside=\"%s\"", qPrintable(m_path), qPrintable(opened->setAside));
        const std::lock_guard lock(m_statusMutex);
        m_status.setAside = opened->setAside.toStdString();
    }
    qCInfo(lcHistory, "history.opened file=\"%s\" network=%s", qPrintable(m_path), snapshot.status.network.c_str());
    {
        const std::lock_guard lock(m_statusMutex);
        m_status.inMemory = m_path == HistoryFile::inMemory;
    }
    m_pruned = -1;
    tell({});
}

void HistoryRecorder::close()
{
    m_file.reset();
    m_writtenBlocks.clear();
    ++m_writes;
}

void HistoryRecorder::tick()
{
    const std::int64_t now = m_clock.unixMs();
    const std::int64_t minute = now / minuteMs;
    if (minute == m_minute)
        return;
    const HistoryIntake::Contents news = m_intake.take();
    m_blocks.insert(m_blocks.end(), news.blocks.begin(), news.blocks.end());
    const ChainSnapshotPtr snapshot = m_snapshot();
    // Not after the clock was set or the machine slept: who knows what was in between.
    const bool isNext = m_minute >= 0 && minute == m_minute + 1;
    if (isNext && news.since && isLive(*snapshot)) {
        const std::int64_t end = minute * minuteMs;
        const std::int64_t watched = std::clamp<std::int64_t>(end - *news.since, 1000, minuteMs) / 1000;
        const Arrivals arrivals{watched, news.count, news.vbytes};
        m_minutes.push_back({(end - minuteMs) / 1000, HistorySums::ofMinute(*snapshot, arrivals)});
        if (m_minutes.size() > mostWaiting)
            m_minutes.pop_front();
    }
    m_minute = minute;
    if (m_blocks.size() > HistoryIntake::mostBlocks)
        m_blocks.erase(m_blocks.begin(), m_blocks.end() - static_cast<std::ptrdiff_t>(HistoryIntake::mostBlocks));
    flush(*snapshot);
}

void HistoryRecorder::finish()
{
    const HistoryIntake::Contents news = m_intake.take();
    m_blocks.insert(m_blocks.end(), news.blocks.begin(), news.blocks.end());
    flush(*m_snapshot());
    close();
}

void HistoryRecorder::flush(const ChainSnapshot &snapshot)
{
    if (m_path.isEmpty() || pathFor(snapshot) != m_path)
        return;
    if (isOpen() && m_file->isGone()) {
        qCWarning(lcHistory, "history.gone file=\"%s\"", qPrintable(m_path));
        close();
    }
    if (!isOpen())
        open(snapshot);
    if (!isOpen())
        return;
    const HistoryBatch batch = batchFor(snapshot);
    if (batch.minutes.empty() && batch.blocks.empty())
        return;
    if (const auto done = m_file->store().write(batch); !done)
        failed("written", done.error());
    else
        written(snapshot);
    if (isOpen() && m_clock.unixMs() / (10 * minuteMs) != m_pruned)
        prune();
}

/// All that waits, and what of the chain the file does not have: also blocks of the time before the start, which no event told.
HistoryBatch HistoryRecorder::batchFor(const ChainSnapshot &snapshot) const
{
    HistoryBatch batch{{m_minutes.begin(), m_minutes.end()}, m_blocks, {}};
    if (!isLive(snapshot) || snapshot.tip.initialBlockDownload)
        return batch;
    for (const BlockPtr &block : snapshot.blocks) {
        const auto known = m_writtenBlocks.find(block->hash);
        if (known == m_writtenBlocks.end() || known->second != block)
            batch.blocks.push_back(block);
    }
    if (!batch.blocks.empty())
        batch.chain = snapshot.blocks;
    return batch;
}

void HistoryRecorder::written(const ChainSnapshot &snapshot)
{
    m_minutes.clear();
    m_blocks.clear();
    m_writtenBlocks.clear();
    for (const BlockPtr &block : snapshot.blocks)
        m_writtenBlocks.emplace(block->hash, block);
    ++m_writes;
    tell({});
}

void HistoryRecorder::prune()
{
    m_pruned = m_clock.unixMs() / (10 * minuteMs);
    if (const auto done = m_file->store().prune(m_clock.unixMs() / 1000); !done)
        failed("written", done.error());
}

/// What was to be written waits on. Damage is set aside; for other trouble the next minute tries again, with the file opened anew unless
/// it is only locked or full.
void HistoryRecorder::failed(const char *what, const SqlError &error)
{
    if (error.isDamage()) {
        close();
        open(*m_snapshot(), true);
        return;
    }
    tell("the history cannot be " + std::string(what) + ": " + error.message);
    if (!error.isBusy() && !error.isFull())
        close();
}

/// Sets the status; says in the log what is new.
void HistoryRecorder::tell(std::string error)
{
    std::int64_t size = 0;
    if (isOpen())
        size = m_file->store().size().value_or(0);
    const std::lock_guard lock(m_statusMutex);
    if (error != m_status.error) {
        if (!error.empty())
            qCWarning(lcHistory, "history.failed file=\"%s\" error=\"%s\"", qPrintable(m_path), error.c_str());
        else
            qCInfo(lcHistory, "history.recovered file=\"%s\"", qPrintable(m_path));
    }
    m_status.recording = error.empty();
    m_status.error = std::move(error);
    m_status.size = size;
}

Result<HistorySeriesPtr> HistoryRecorder::read(HistoryWindow window)
{
    if (m_path.isEmpty())
        return failure("the network is not known yet");
    if (!isOpen())
        return failure(status().error);
    const std::int64_t minute = m_clock.unixMs() / minuteMs;
    Read &latest = m_reads[static_cast<std::size_t>(window)];
    if (latest.series && latest.minute == minute && latest.writes == m_writes)
        return latest.series;
    auto series = m_file->store().read(window, m_clock.unixMs() / 1000);
    if (!series) {
        const SqlError error = series.error();
        failed("read", error);
        return failure("the history cannot be read: " + error.message);
    }
    latest = {std::make_shared<const HistorySeries>(std::move(*series)), minute, m_writes};
    return latest.series;
}

HistoryStatus HistoryRecorder::status() const
{
    const std::lock_guard lock(m_statusMutex);
    return m_status;
}

} // namespace tipwatch
