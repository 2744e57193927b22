// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history.h"
#include "tests/support/fake_clock.h"
#include "tests/support/history_samples.h"

#include <QDir>
#include <QFile>
#include <QLoggingCategory>
#include <QTemporaryDir>
#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t start = 1'767'225'600; // 2026-01-01, where FakeClock begins

/// A recorder, its clock, and the state that it sees.
struct Recording {
    QTemporaryDir folder;
    HistoryConfig config;
    FakeClock clock;
    HistoryIntake intake{clock};
    std::mt19937 random{1};
    ChainSnapshot state = samples::anyState(random);
    std::unique_ptr<HistoryRecorder> recorder;

    Recording()
    {
        config.directory = folder.path().toStdString();
        begin();
    }
    void begin()
    {
        recorder.reset();
        recorder = std::make_unique<HistoryRecorder>(
            config, [this] { return std::make_shared<const ChainSnapshot>(state); }, intake, clock);
        recorder->tick();
        setState(state.status.state);
    }
    QString path() const { return folder.filePath(u"regtest.sqlite"_s); }

    void tell(ChainEventBody body) { intake.put({{}, clock.unixMs(), std::move(body)}); }
    void setState(SourceState source)
    {
        state.status.state = source;
        tell(SourceStatusChanged{state.status});
        recorder->prepare();
    }
    void passMinutes(int count)
    {
        for (int i = 0; i < count; ++i) {
            clock.advance(60'000);
            recorder->tick();
        }
    }
    void see(int count)
    {
        TransactionsSeen seen;
        for (int i = 0; i < count; ++i)
            seen.entries.push_back(samples::entry(static_cast<std::uint64_t>(i), 1000, 100));
        tell(std::move(seen));
    }
    HistorySeriesPtr read(HistoryWindow window = HistoryWindow::TwoHours)
    {
        const auto series = recorder->read(window);
        if (!series)
            qWarning("%s", series.error().message.c_str());
        return series.value_or(std::make_shared<const HistorySeries>());
    }
    void setChain(std::vector<BlockSummary> newestFirst)
    {
        state.blocks.clear();
        for (BlockSummary &block : newestFirst) {
            block.time = start + block.height.value;
            state.blocks.push_back(std::make_shared<const BlockSummary>(block));
        }
        state.tip.height = state.blocks.front()->height;
    }
};

} // namespace

class HistoryRecorderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.history=false"_s); }

    void aSampleIsWrittenEachMinute();
    void arrivalsAreRatesOfTheTimeWatched();
    void nothingIsWrittenWhileTheNodeIsAway();
    void theTimeWithoutTheProgramIsAGap();
    void aClockThatJumpsLeavesAGap();
    void blocksOfTheTimeBeforeAreThereAtOnce();
    void aBlockThatCameAndWentWithinAMinuteIsStale();
    void aReorgWhileAwayIsMarked();
    void aSimulatedNetworkLeavesNoFile();
    void everyNetworkHasItsFile();
    void whatCannotBeWrittenWaits();
    void damageWhileRunningIsSetAside();
    void aFileThatIsRemovedIsBegunAnew();
    void theThreadAnswers();
    void switchedOffItSaysSo();
};

void HistoryRecorderTest::aSampleIsWrittenEachMinute()
{
    Recording run;
    run.recorder->tick(); // early: no harm
    QVERIFY(run.read()->points.empty());
    run.passMinutes(3);
    run.recorder->tick();
    const auto series = run.read();
    QCOMPARE(series->points.size(), std::size_t(3));
    QCOMPARE(series->points[0].time, start);
    QCOMPARE(series->points[2].time, start + 120);
    QCOMPARE(series->to, start + 180);
    QCOMPARE(*series->points[1][HistoryField::Count], static_cast<double>(run.state.mempool.count));
    QCOMPARE(run.read(), series); // the same within the minute
    QVERIFY(run.recorder->status().recording);
    QVERIFY(run.recorder->status().size > 0);
}

void HistoryRecorderTest::arrivalsAreRatesOfTheTimeWatched()
{
    Recording run;
    run.see(30);
    run.passMinutes(1);
    run.setState(SourceState::Stale);
    run.see(500); // not of the node's present
    run.clock.advance(40'000);
    run.setState(SourceState::Live);
    run.see(30);
    run.clock.advance(20'000);
    run.recorder->tick();
    const auto series = run.read();
    QCOMPARE(series->points.size(), std::size_t(2));
    QCOMPARE(*series->points[0][HistoryField::TxPerSecond], 0.5);
    QCOMPARE(*series->points[0][HistoryField::BytesPerSecond], 50.0);
    QCOMPARE(*series->points[1][HistoryField::TxPerSecond], 1.5); // 30 in 20 s
    QCOMPARE(*run.read(HistoryWindow::Month)->points[0][HistoryField::TxPerSecond], 60.0 / 80);
}

void HistoryRecorderTest::nothingIsWrittenWhileTheNodeIsAway()
{
    Recording run;
    run.passMinutes(2);
    run.setState(SourceState::Stale);
    run.passMinutes(5);
    run.setState(SourceState::Live);
    run.passMinutes(1);
    const auto series = run.read();
    QCOMPARE(series->points.size(), std::size_t(3));
    QCOMPARE(series->points[2].time, start + 7 * 60);
}

void HistoryRecorderTest::theTimeWithoutTheProgramIsAGap()
{
    Recording run;
    run.passMinutes(2);
    run.recorder.reset();
    run.clock.advance(10 * 60'000);
    run.begin();
    run.passMinutes(1);
    const auto series = run.read();
    QCOMPARE(series->points.size(), std::size_t(3));
    QCOMPARE(series->points[2].time, start + 12 * 60);
}

void HistoryRecorderTest::aClockThatJumpsLeavesAGap()
{
    Recording run;
    run.passMinutes(2);
    run.clock.advance(3'600'000); // asleep
    run.recorder->tick();
    QCOMPARE(run.read()->points.size(), std::size_t(2));
    run.passMinutes(1);
    QCOMPARE(run.read()->points.back().time, start + 62 * 60);
    run.clock.advance(-1'800'000); // set back: what was is not counted twice
    run.recorder->tick();
    run.passMinutes(40);
    const auto series = run.read();
    QCOMPARE(series->points.back().time, run.clock.unixMs() / 1000 - 60);
    for (const HistoryPoint &point : series->points)
        QCOMPARE(point.samples, 1);
}

void HistoryRecorderTest::blocksOfTheTimeBeforeAreThereAtOnce()
{
    Recording run;
    run.setChain({samples::block(3), samples::block(2), samples::block(1)});
    run.setState(SourceState::Syncing);
    QVERIFY(run.read()->blocks.empty());
    run.setState(SourceState::Live);
    run.clock.advance(10'000);
    QCOMPARE(run.read()->blocks.size(), std::size_t(3));
}

void HistoryRecorderTest::aBlockThatCameAndWentWithinAMinuteIsStale()
{
    Recording run;
    run.setChain({samples::block(3), samples::block(2), samples::block(1)});
    run.setState(SourceState::Syncing);
    run.setState(SourceState::Live);
    BlockSummary lost = samples::block(4, 7, run.state.blocks.front()->hash);
    lost.time = start + 4;
    run.tell(BlockConnected{std::make_shared<const BlockSummary>(lost)});
    run.passMinutes(1);
    const auto series = run.read();
    QCOMPARE(series->blocks.size(), std::size_t(4));
    QCOMPARE(series->blocks[3].hash, lost.hash);
    QVERIFY(series->blocks[3].stale);
    QVERIFY(!series->blocks[2].stale);
}

void HistoryRecorderTest::aReorgWhileAwayIsMarked()
{
    Recording run;
    run.setChain({samples::block(3), samples::block(2), samples::block(1)});
    run.setState(SourceState::Syncing);
    run.setState(SourceState::Live);
    run.setChain({samples::block(4, 5), samples::block(3, 5), samples::block(2), samples::block(1)});
    run.begin();
    run.passMinutes(1);
    const auto series = run.read();
    QCOMPARE(series->blocks.size(), std::size_t(5));
    for (const HistoryBlock &block : series->blocks)
        QCOMPARE(block.stale, block.hash == samples::block(3).hash);
}

void HistoryRecorderTest::aSimulatedNetworkLeavesNoFile()
{
    Recording run;
    run.state.status.simulated = true;
    run.state.status.network = "main";
    run.begin();
    run.passMinutes(2);
    QCOMPARE(run.read()->points.size(), std::size_t(2));
    QVERIFY(run.recorder->status().inMemory);
    QVERIFY(!QFile::exists(run.folder.filePath(u"main.sqlite"_s)));
}

void HistoryRecorderTest::everyNetworkHasItsFile()
{
    Recording run;
    run.passMinutes(2);
    run.state.status.network = "signet";
    run.setState(SourceState::Live);
    run.passMinutes(1);
    QCOMPARE(run.read()->points.size(), std::size_t(1));
    QVERIFY(QFile::exists(run.folder.filePath(u"signet.sqlite"_s)));
    run.state.status.network = "regtest";
    run.setState(SourceState::Live);
    QCOMPARE(run.read()->points.size(), std::size_t(2));
    run.state.status.network = "../../evil";
    run.setState(SourceState::Live);
    run.passMinutes(1);
    QCOMPARE(QDir(run.folder.path()).entryList({u"*.sqlite"_s}), (QStringList{u"regtest.sqlite"_s, u"signet.sqlite"_s}));
}

void HistoryRecorderTest::whatCannotBeWrittenWaits()
{
    Recording run;
    auto other = HistoryFile::open(run.path() + u".other"_s, {}, 0); // something else does not disturb
    run.recorder.reset();
    auto holder = HistoryFile::open(run.path(), {}, 0);
    QVERIFY(holder);
    run.begin();
    QCOMPARE(run.recorder->status().error, std::string("another Tipwatch is writing this network's history"));
    QVERIFY(!run.recorder->status().recording);
    const auto refused = run.recorder->read(HistoryWindow::Day);
    QVERIFY(!refused);
    QCOMPARE(refused.error().message, run.recorder->status().error);
    run.passMinutes(5);
    holder->file.reset();
    run.passMinutes(1);
    QVERIFY(run.recorder->status().recording);
    QCOMPARE(run.recorder->status().error, std::string());
    QCOMPARE(run.read()->points.size(), std::size_t(6));
}

void HistoryRecorderTest::damageWhileRunningIsSetAside()
{
    Recording run;
    run.passMinutes(1);
    QFile file(run.path());
    // What is only in the log would mend the file.
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.write(QByteArray(static_cast<qsizetype>(file.size()), '\x5a')) > 0);
    file.close();
    QVERIFY(QFile::remove(run.path() + u"-wal"_s));
    run.recorder.reset();
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.write(QByteArray(8192, '\x5a')) > 0);
    file.close();
    run.begin();
    QVERIFY(run.recorder->status().recording);
    QVERIFY(run.recorder->status().setAside.starts_with("regtest.sqlite.damaged-"));
    run.passMinutes(2);
    QCOMPARE(run.read()->points.size(), std::size_t(2));
}

void HistoryRecorderTest::aFileThatIsRemovedIsBegunAnew()
{
    Recording run;
    run.passMinutes(2);
    QVERIFY(QFile::remove(run.path()));
    run.passMinutes(1);
    QVERIFY(QFile::exists(run.path()));
    QCOMPARE(run.read()->points.size(), std::size_t(1));
    QVERIFY(run.recorder->status().recording);
}

void HistoryRecorderTest::theThreadAnswers()
{
    QTemporaryDir folder;
    HistoryConfig config;
    config.directory = folder.path().toStdString();
    std::mt19937 random(1);
    const auto state = std::make_shared<const ChainSnapshot>(samples::anyState(random));
    SystemClock clock;
    EventBus bus;
    History history(
        config, bus, [state] { return state; }, clock);
    bus.publish(std::make_shared<const ChainEvent>(ChainEvent{{}, 0, SourceStatusChanged{state->status}}));
    QTRY_VERIFY(history.status().recording);
    Result<HistorySeriesPtr> answer = failure("none");
    history.ask(HistoryWindow::Week, [&](const Result<HistorySeriesPtr> &series) { answer = series; });
    QVERIFY(!answer); // never from within the call
    QTRY_VERIFY(answer);
    QCOMPARE((*answer)->window, HistoryWindow::Week);
}

void HistoryRecorderTest::switchedOffItSaysSo()
{
    QTemporaryDir folder;
    HistoryConfig config;
    config.enabled = false;
    config.directory = folder.path().toStdString();
    std::mt19937 random(1);
    const auto state = std::make_shared<const ChainSnapshot>(samples::anyState(random));
    SystemClock clock;
    EventBus bus;
    History history(
        config, bus, [state] { return state; }, clock);
    bus.publish(std::make_shared<const ChainEvent>(ChainEvent{{}, 0, SourceStatusChanged{state->status}}));
    std::string answer;
    history.ask(HistoryWindow::Week, [&](const Result<HistorySeriesPtr> &series) { answer = series.error().message; });
    QTRY_COMPARE(answer, std::string("the history is switched off"));
    QVERIFY(!history.status().enabled);
    QVERIFY(QDir(folder.path()).isEmpty());
}

QTEST_GUILESS_MAIN(HistoryRecorderTest)
#include "test_history_recorder.moc"
