// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/block.h"
#include "shared/domain/compact_target.h"
#include "shared/domain/difficulty.h"
#include "shared/state/chain_store.h"
#include "tests/support/domain_samples.h"
#include "tests/support/event_log.h"
#include "tests/support/fake_clock.h"

#include <QFile>
#include <QTest>

using namespace tipwatch;
using samples::block;

namespace {

DifficultyHeader header(std::int32_t height, std::int64_t time, std::uint32_t bits)
{
    return {Height(height), time, bits};
}

/// A period as it was.
struct Period {
    std::int32_t height = 0;
    qint64 first = 0, last = 0;
    quint32 bits = 0, next = 0;
};

std::vector<Period> recordedPeriods()
{
    std::vector<Period> periods;
    QFile file(QStringLiteral(TIPWATCH_FIXTURES "/difficulty/main_retargets.csv"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s: %s", qPrintable(file.fileName()), qPrintable(file.errorString()));
    while (!file.atEnd()) {
        const QByteArray line = file.readLine().trimmed();
        const QByteArrayList fields = line.split(',');
        if (fields.size() == 5 && !line.startsWith('#'))
            periods.push_back({fields[0].toInt(), fields[1].toLongLong(), fields[2].toLongLong(), fields[3].toUInt(nullptr, 16),
                               fields[4].toUInt(nullptr, 16)});
    }
    return periods;
}

DifficultyProgress onMain(std::int32_t height, std::int64_t time, std::uint32_t bits, std::int64_t firstTime,
                          std::optional<std::uint32_t> bitsBefore = std::nullopt)
{
    const std::int32_t first = height / 2016 * 2016;
    DifficultyFacts facts{header(height, time, bits), bits, header(first, firstTime, bits), std::nullopt};
    if (bitsBefore)
        facts.firstBefore = header(first - 2016, firstTime - 1'209'600, *bitsBefore);
    return difficultyProgress(consensusRules("main"), facts);
}

/// A store on @p network whose tip is block @p height, with the two blocks before.
struct Rig {
    FakeClock clock;
    EventBus bus;
    EventLog log{bus};
    ChainStore store{bus, clock};

    Rig(const std::string &network, std::int32_t height, std::uint32_t bits)
    {
        SourceStatus status;
        status.network = network;
        store.setStatus(status);
        std::vector<BlockSummary> blocks;
        for (std::int32_t h = height - 2; h <= height; ++h) {
            blocks.push_back(block(h));
            blocks.back().bits = bits;
        }
        store.resetChain(blocks, 1);
    }
    void connect(std::int32_t height, std::uint32_t bits)
    {
        BlockSummary next = block(height);
        next.bits = bits;
        QVERIFY(store.connectBlock({next, {}}, 2));
    }
    const DifficultyProgress &told() const { return log.of<DifficultyChanged>().back()->difficulty; }
};

} // namespace

class TestDifficulty : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void compactTargetsReadAndWriteAsInCore_data()
    {
        QTest::addColumn<quint32>("bits");
        QTest::addColumn<quint32>("again"); // 0: no target
        // Bitcoin Core, arith_uint256_tests.cpp, bignum_SetCompact
        QTest::newRow("zero") << 0x00000000u << 0u;
        QTest::newRow("less than a byte") << 0x00123456u << 0u;
        QTest::newRow("one byte") << 0x01123456u << 0x01120000u;
        QTest::newRow("two bytes") << 0x02123456u << 0x02123400u;
        QTest::newRow("three bytes") << 0x03123456u << 0x03123456u;
        QTest::newRow("four bytes") << 0x04123456u << 0x04123456u;
        QTest::newRow("room for the sign") << 0x02008000u << 0x02008000u;
        QTest::newRow("more room than needed") << 0x05009234u << 0x05009234u;
        QTest::newRow("large") << 0x20123456u << 0x20123456u;
        QTest::newRow("negative") << 0x04923456u << 0u;
        QTest::newRow("overflow") << 0xff123456u << 0u;
        QTest::newRow("easiest of main") << 0x1d00ffffu << 0x1d00ffffu;
    }
    void compactTargetsReadAndWriteAsInCore()
    {
        QFETCH(const quint32, bits);
        QFETCH(const quint32, again);
        const auto target = targetOf(bits);
        QCOMPARE(target ? bitsOf(*target) : 0u, again);
    }

    void retargetsAreThoseOfTheChain_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<qint64>("firstTime");
        QTest::addColumn<quint32>("firstBits");
        QTest::addColumn<qint64>("lastTime");
        QTest::addColumn<quint32>("lastBits");
        QTest::addColumn<quint32>("next");
        // Blocks of the main network, as in Bitcoin Core, pow_tests.cpp
        QTest::newRow("block 2,016: cannot get easier")
            << "main" << qint64(1231006505) << 0x1d00ffffu << qint64(1233061996) << 0x1d00ffffu << 0x1d00ffffu;
        QTest::newRow("block 46,368 if it had taken far too long")
            << "main" << qint64(1263163443) << 0x1c387f6fu << qint64(1269211443) << 0x1c387f6fu << 0x1d00e1fdu;
        for (const Period &period : recordedPeriods()) // one of them four times as hard, which is the most
            QTest::addRow("period from %d", period.height)
                << "main" << period.first << period.bits << period.last << period.bits << period.next;
        QTest::newRow("times that go backwards")
            << "main" << qint64(1279297671) << 0x1c05a3f4u << qint64(1279008237) << 0x1c05a3f4u << 0x1c0168fdu;
        // 2,016 intervals' time for 2,015 intervals: nothing changes
        QTest::newRow("just as long as it should")
            << "main" << qint64(1'000'000'000) << 0x1b0404cbu << qint64(1'001'209'600) << 0x1b0404cbu << 0x1b0404cbu;
        // The last block of a period came late: on testnet3 its easy target is what goes on, by BIP 94 it is not.
        QTest::newRow("testnet3 forgets its difficulty")
            << "test" << qint64(1'000'000'000) << 0x1b0404cbu << qint64(1'001'209'600) << 0x1d00ffffu << 0x1d00ffffu;
        QTest::newRow("testnet4 keeps it") << "testnet4" << qint64(1'000'000'000) << 0x1b0404cbu << qint64(1'001'209'600)
                                           << 0x1d00ffffu << 0x1b0404cbu;
        QTest::newRow("testnet4, twice as fast")
            << "testnet4" << qint64(1'000'000'000) << 0x1b0404cbu << qint64(1'000'604'800) << 0x1d00ffffu << 0x1b020265u;
        QTest::newRow("signet cannot get easier")
            << "signet" << qint64(1598918400) << 0x1e0377aeu << qint64(1'698'918'400) << 0x1e0377aeu << 0x1e0377aeu;
        QTest::newRow("regtest never changes")
            << "regtest" << qint64(1) << 0x207fffffu << qint64(2) << 0x207fffffu << 0x207fffffu;
    }
    void retargetsAreThoseOfTheChain()
    {
        QFETCH(const QString, network);
        QFETCH(const qint64, firstTime);
        QFETCH(const quint32, firstBits);
        QFETCH(const qint64, lastTime);
        QFETCH(const quint32, lastBits);
        QFETCH(const quint32, next);
        const auto rules = consensusRules(network.toStdString());
        QCOMPARE(nextPeriodBits(rules, header(2016, firstTime, firstBits), header(4031, lastTime, lastBits)), next);
    }

    void boundariesOfAPeriod_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("start");
        QTest::addColumn<int>("left");
        QTest::newRow("genesis") << 0 << 0 << 2016;
        QTest::newRow("last of the first") << 2015 << 0 << 1;
        QTest::newRow("first of the second") << 2016 << 2016 << 2016;
        QTest::newRow("second of the second") << 2017 << 2016 << 2015;
        QTest::newRow("before a change") << 40'319 << 38'304 << 1;
        QTest::newRow("after a change") << 40'320 << 40'320 << 2016;
    }
    void boundariesOfAPeriod()
    {
        QFETCH(const int, height);
        QFETCH(const int, start);
        QFETCH(const int, left);
        const DifficultyProgress progress = onMain(height, 2'000'000'000, 0x1b0404cb, 2'000'000'000 - (height - start) * 600);
        QCOMPARE(progress.periodStart.value, start);
        QCOMPARE(progress.retargetHeight.value, start + 2016);
        QCOMPARE(progress.blocksLeft, left);
        QCOMPARE(progress.progress, (2016.0 - left) / 2016);
        QCOMPARE(*progress.retargetTime, 2'000'000'000 + left * 600);
        // In time by the block means faster than in time by Core's count: 2,015 intervals for 2,016.
        QVERIFY(std::abs(*progress.estimatedChange - 100.0 / 2015) < 0.01);
        QCOMPARE(progress.averageBlockTime.has_value(), height > start);
    }

    void lastBlockOfAPeriodMakesTheEstimateCertain()
    {
        const DifficultyProgress progress = onMain(32'255, 1262152739, 0x1d00ffff, 1261130161, 0x1d00ffff);
        QCOMPARE(progress.blocksLeft, 1);
        QCOMPARE(*progress.estimatedChange, (difficultyOf(0x1d00d86a) - 1) * 100);
        QCOMPARE(*progress.previousChange, 0.0);
        QCOMPARE(*progress.averageBlockTime, (1262152739 - 1261130161) / 2015.0);
        const DifficultyProgress next = onMain(32'256, 1262153464, 0x1d00d86a, 1262153464, 0x1d00ffff);
        QCOMPARE(*next.previousChange, *progress.estimatedChange);
    }

    void estimateGrowsFromTheTargetsPaceToTheMeasuredOne()
    {
        // Twice as fast as it should be, all the time
        const auto after = [](int blocks) {
            return *onMain(2016 * 100 + blocks, 1'700'000'000 + blocks * 300, 0x1b0404cb, 1'700'000'000).estimatedChange;
        };
        QVERIFY(std::abs(after(0)) < 0.1);
        QVERIFY(after(10) > 1 && after(10) < 20);
        QVERIFY(after(144) > 30 && after(144) < 60);
        QVERIFY(after(1008) > 80 && after(1008) < 100);
        QVERIFY(std::abs(after(2015) - 100.1) < 0.1);
    }

    void changeIsBoundedHoweverFastItWent()
    {
        QVERIFY(std::abs(*onMain(4031, 1'000'000'000, 0x1b0404cb, 1'000'000'000).estimatedChange - 300) < 0.01);
        QVERIFY(std::abs(*onMain(4031, 1'900'000'000, 0x1b0404cb, 1'000'000'000).estimatedChange + 75) < 0.01);
    }

    void withoutTheOldHeadersTheRestIsStillTold()
    {
        const DifficultyFacts facts{header(40'000, 1, 0x1c654657), 0x1c654657, std::nullopt, std::nullopt};
        const DifficultyProgress progress = difficultyProgress(consensusRules("main"), facts);
        QCOMPARE(progress.blocksLeft, 320);
        QVERIFY(!progress.estimatedChange && !progress.retargetTime && !progress.previousChange && !progress.averageBlockTime);
        QCOMPARE(progress.halvingBlocksLeft, 170'000);
        QVERIFY(!progress.halvingTime);
    }

    void halvings_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("halving"); // -1: none
        QTest::addColumn<int>("left");
        QTest::addColumn<qint64>("subsidy");
        QTest::addColumn<qint64>("after");
        QTest::newRow("genesis") << "main" << 0 << 210'000 << 210'000 << qint64(5'000'000'000) << qint64(2'500'000'000);
        QTest::newRow("before the fourth") << "main" << 839'999 << 840'000 << 1 << qint64(625'000'000) << qint64(312'500'000);
        QTest::newRow("the fourth") << "main" << 840'000 << 1'050'000 << 210'000 << qint64(312'500'000) << qint64(156'250'000);
        QTest::newRow("last satoshi") << "main" << 6'929'999 << 6'930'000 << 1 << qint64(1) << qint64(0);
        QTest::newRow("nothing more") << "main" << 6'930'000 << -1 << 0 << qint64(0) << qint64(0);
        QTest::newRow("testnet4") << "testnet4" << 100'000 << 210'000 << 110'000 << qint64(5'000'000'000)
                                  << qint64(2'500'000'000);
        QTest::newRow("regtest before") << "regtest" << 149 << 150 << 1 << qint64(5'000'000'000) << qint64(2'500'000'000);
        QTest::newRow("regtest after") << "regtest" << 150 << 300 << 150 << qint64(2'500'000'000) << qint64(1'250'000'000);
    }
    void halvings()
    {
        QFETCH(const QString, network);
        QFETCH(const int, height);
        QFETCH(const int, halving);
        QFETCH(const int, left);
        QFETCH(const qint64, subsidy);
        QFETCH(const qint64, after);
        const DifficultyFacts facts{header(height, 1'700'000'000, 0x1d00ffff), 0x1d00ffff, std::nullopt, std::nullopt};
        const DifficultyProgress progress = difficultyProgress(consensusRules(network.toStdString()), facts);
        QCOMPARE(progress.halvingHeight.value, halving);
        QCOMPARE(progress.halvingBlocksLeft, left);
        QCOMPARE(progress.subsidy.value, subsidy);
        QCOMPARE(progress.subsidyAfter.value, after);
    }

    void halvingIsExpectedAtThePaceOfNowUntilTheRetarget()
    {
        // 1,008 blocks of 300 s; the halving comes 96 blocks after the retarget
        const std::int32_t first = (210'000 / 2016) * 2016 - 2016;
        const DifficultyProgress progress = onMain(first + 2000, 1'600'000, 0x1b0404cb, 1'000'000);
        QCOMPARE(progress.blocksLeft, 16);
        QCOMPARE(*progress.halvingTime, *progress.retargetTime + (210'000 - progress.retargetHeight.value) * 600);
    }

    void regtestHasNoPeriods()
    {
        Rig rig("regtest", 148, 0x207fffff);
        QVERIFY(rig.store.wantedHeaders().empty());
        QVERIFY(!rig.told().retargets);
        QCOMPARE(rig.told().halvingBlocksLeft, 2);
        QVERIFY(!rig.told().estimatedChange);
    }

    void storeSaysWhichHeadersItNeeds()
    {
        Rig rig("main", 32'254, 0x1d00ffff);
        QCOMPARE(rig.store.wantedHeaders(), (std::vector{Height(30'240), Height(28'224)}));
        QVERIFY(!rig.told().estimatedChange);
        rig.store.learnHeader(header(28'224, 1'260'000'000, 0x1d00ffff), 3);
        rig.store.learnHeader(header(30'240, block(30'240).time, 0x1d00ffff), 3);
        QVERIFY(rig.store.wantedHeaders().empty());
        QCOMPARE(rig.told().blocksLeft, 2);
        QCOMPARE(*rig.told().previousChange, 0.0);
        rig.connect(32'255, 0x1d00ffff);
        QCOMPARE(rig.told().blocksLeft, 1);
        rig.connect(32'256, 0x1d00d86a);
        QCOMPARE(rig.told().blocksLeft, 2016);
        QCOMPARE(*rig.told().previousChange, (difficultyOf(0x1d00d86a) - 1) * 100);
        QVERIFY(rig.store.wantedHeaders().empty()); // it saw both go by
        QCOMPARE(rig.store.snapshot()->difficulty, rig.told());
    }

    void firstBlockOfAPeriodThatIsTakenBackIsForgotten()
    {
        Rig rig("main", 2015, 0x1d00ffff);
        rig.store.learnHeader(header(0, 1'231'006'505, 0x1d00ffff), 3);
        rig.connect(2016, 0x1c7fffff);
        QVERIFY(*rig.told().previousChange > 0);
        QVERIFY(rig.store.disconnectTip(block(2016).hash, 4));
        QCOMPARE(rig.told().blocksLeft, 1);
        rig.connect(2016, 0x1d00ffff);
        QCOMPARE(*rig.told().previousChange, 0.0);
    }

    void lateBlocksOfTheTestnetsDoNotCount_data()
    {
        QTest::addColumn<QString>("network");
        QTest::newRow("testnet3") << "test";
        QTest::newRow("testnet4") << "testnet4";
    }
    void lateBlocksOfTheTestnetsDoNotCount()
    {
        QFETCH(const QString, network);
        Rig rig(network.toStdString(), 5000, 0x1b0404cb);
        rig.connect(5001, 0x1d00ffff);
        QCOMPARE(rig.told().difficulty, difficultyOf(0x1b0404cb));
        QCOMPARE(rig.store.snapshot()->tip.difficulty, 1.0);
    }

    void anotherNetworkHasOtherHeaders()
    {
        Rig rig("main", 5000, 0x1b0404cb);
        rig.store.learnHeader(header(4032, 1'000'000, 0x1b0404cb), 3);
        QCOMPARE(rig.store.wantedHeaders().size(), 1u);
        SourceStatus status;
        status.network = "signet";
        rig.store.setStatus(status);
        QCOMPARE(rig.store.wantedHeaders().size(), 2u);
    }
};

QTEST_GUILESS_MAIN(TestDifficulty)
#include "test_difficulty.moc"
