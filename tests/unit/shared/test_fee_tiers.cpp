// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/fee_tiers.h"

#include <QTest>

using namespace tipwatch;

namespace {

constexpr BlockFilling usual;
constexpr std::int64_t capacity = usual.maxWeight - usual.reservedWeight;

ProjectedBlock block(double median, double filled = 1)
{
    ProjectedBlock block;
    block.count = 1;
    block.weight = Weight(static_cast<std::int64_t>(filled * static_cast<double>(capacity)));
    block.feerateRange.fill(Feerate(median));
    return block;
}

ProjectedBlocks blocksOf(std::vector<ProjectedBlock> blocks)
{
    return {std::move(blocks), {}};
}

FeeTiers::Tiers tiersOf(const ProjectedBlocks &blocks, double floor, const BlockFilling &filling = usual)
{
    FeeTiers tiers;
    tiers.update(blocks, filling, Feerate(floor), 0);
    return *tiers.at(0);
}

FeeTiers::Tiers all(double feerate)
{
    FeeTiers::Tiers tiers;
    tiers.fill(Feerate(feerate));
    return tiers;
}

} // namespace

class TestFeeTiers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nothingIsSaidBeforeTheMempoolIsKnown() { QVERIFY(!FeeTiers().at(5)); }

    void emptyMempoolCostsTheLeast()
    {
        QVERIFY(tiersOf({}, 1) == all(1));
        QVERIFY(tiersOf({}, 0.1) == all(0.1));
    }

    void lessThanHalfABlockCostsTheLeast() { QVERIFY(tiersOf(blocksOf({block(50, 0.5)}), 1) == all(1)); }

    void blockThatFillsCostsMoreAndMore()
    {
        double before = 1;
        for (const double filled : {0.6, 0.7, 0.8, 0.9}) {
            const double now = tiersOf(blocksOf({block(50, filled)}), 1)[0].value;
            QVERIFY2(now > before + 5 && now < 50, qPrintable(QString::number(filled)));
            before = now;
        }
        QCOMPARE(tiersOf(blocksOf({block(50, 0.95)}), 1)[0].value, 50.0);
    }

    void eachTierHasItsBlock()
    {
        const auto tiers =
            tiersOf(blocksOf({block(80), block(70), block(60), block(50), block(40), block(30), block(20), block(10)}), 1);
        QVERIFY((tiers == FeeTiers::Tiers{Feerate(80), Feerate(70), Feerate(60), Feerate(10)}));
    }

    void waitingLongerNeverCostsMore()
    {
        // What does not fit into a block can pay more than what the next one begins with.
        const auto tiers = tiersOf(blocksOf({block(10), block(12), block(5)}), 1);
        QVERIFY((tiers == FeeTiers::Tiers{Feerate(10), Feerate(10), Feerate(5), Feerate(1)}));
    }

    void noTierIsBelowWhatIsAccepted()
    {
        QVERIFY(tiersOf(blocksOf({block(3), block(2)}), 4.5) == all(4.5));
        BlockFilling proud;
        proud.minFeerate = 2; // -blockmintxfee
        QVERIFY(tiersOf({}, 1, proud) == all(2));
    }

    void feeratesAreRoundedUpToThreeDigits_data()
    {
        QTest::addColumn<double>("feerate");
        QTest::addColumn<double>("rounded");
        for (const auto &[feerate, rounded] : {std::pair(0.1, 0.1),
                                               {0.1001, 0.101},
                                               {1.0, 1.0},
                                               {1.001, 1.01},
                                               {9.999, 10.0},
                                               {12.34, 12.4},
                                               {28.4, 28.4},
                                               {123.4, 124.0},
                                               {999.5, 1000.0},
                                               {1234.5, 1235.0}})
            QTest::addRow("%g", feerate) << feerate << rounded;
    }
    void feeratesAreRoundedUpToThreeDigits()
    {
        QFETCH(double, feerate);
        QFETCH(double, rounded);
        QCOMPARE(tiersOf({}, feerate)[0].value, rounded);
    }

    void tiersRiseAtOnceAndFallWhenTheyHaveStayedBelow()
    {
        FeeTiers tiers;
        const auto next = [&](std::int64_t at) { return (*tiers.at(at))[0].value; };
        tiers.update(blocksOf({block(10)}), usual, Feerate(1), 0);
        tiers.update(blocksOf({block(20)}), usual, Feerate(1), 1'000);
        QCOMPARE(next(1'000), 20.0);
        tiers.update(blocksOf({block(8)}), usual, Feerate(1), 2'000); // until here it took 20
        QCOMPARE(next(2'000), 20.0);
        tiers.update(blocksOf({block(12)}), usual, Feerate(1), 5'000);
        tiers.update(blocksOf({block(9)}), usual, Feerate(1), 6'000);
        QCOMPARE(*tiers.changesAt(), 12'000);
        QCOMPARE(next(11'999), 20.0);
        QCOMPARE(next(12'000), 12.0);
        QCOMPARE(*tiers.changesAt(), 16'000);
        QCOMPARE(next(15'999), 12.0);
        QCOMPARE(next(16'000), 9.0);
        QVERIFY(!tiers.changesAt()); // and so nothing has to wake up
    }

    void whatGoesUpAndDownIsShownAsOne()
    {
        FeeTiers tiers;
        for (int i = 0; i < 1'000; ++i) {
            tiers.update(blocksOf({block(i % 2 == 0 ? 10 : 11)}), usual, Feerate(1), i * 100);
            if (i > 0)
                QCOMPARE((*tiers.at(i * 100))[0].value, 11.0);
        }
    }
};

QTEST_GUILESS_MAIN(TestFeeTiers)
#include "test_fee_tiers.moc"
