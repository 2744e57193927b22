// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/block.h"
#include "shared/domain/hash256.h"
#include "shared/state/arrival_rate.h"
#include "shared/state/block_feerates.h"
#include "shared/state/position.h"

#include <QTest>

using namespace tipwatch;

class TestDomain : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void hashTextIsReversedAndRoundTrips()
    {
        const std::string genesis = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
        const auto hash = BlockHash::fromHex(genesis);
        QVERIFY(hash);
        QCOMPARE(hash->bytes()[0], std::uint8_t(0x6f));
        QCOMPARE(hash->toHex(), genesis);
    }

    void hashRefusesAnythingElse_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("short") << QByteArray(63, 'a');
        QTest::newRow("long") << QByteArray(65, 'a');
        QTest::newRow("not hex") << QByteArray(63, 'a') + 'g';
        QTest::newRow("space") << QByteArray(63, 'a') + ' ';
    }
    void hashRefusesAnythingElse()
    {
        QFETCH(QByteArray, text);
        QVERIFY(!TxId::fromHex(text.toStdString()));
    }

    /// Figures of real blocks: heights 1, 100,000 and 800,000 of the main chain, and regtest.
    void difficultyIsTheNodes_data()
    {
        QTest::addColumn<quint32>("bits");
        QTest::addColumn<double>("difficulty");
        QTest::newRow("genesis") << 0x1d00ffffu << 1.0;
        QTest::newRow("100000") << 0x1b04864cu << 14484.1623612254;
        QTest::newRow("800000") << 0x17053894u << 53911173001054.59;
        QTest::newRow("regtest") << 0x207fffffu << 4.656542373906925e-10;
        QTest::newRow("nothing") << 0u << 0.0;
    }
    void difficultyIsTheNodes()
    {
        QFETCH(quint32, bits);
        QFETCH(double, difficulty);
        const double ours = difficultyOf(bits);
        QVERIFY2(std::abs(ours - difficulty) <= 1e-12 * difficulty, qPrintable(QString::number(ours, 'g', 17)));
    }

    void workAddsUp()
    {
        const std::string zero(64, '0');
        QCOMPARE(addWork(zero, 0x1d00ffff), std::string(55, '0') + "100010001");
        // The fixtures' regtest chain: two hashes a block.
        QCOMPARE(addWork(std::string(62, '0') + "ca", 0x207fffff), std::string(62, '0') + "cc");
        QCOMPARE(addWork("", 0x207fffff), std::string());
        QCOMPARE(addWork(zero, 0), zero);
    }

    void subsidyHalves_data()
    {
        QTest::addColumn<int>("height");
        QTest::addColumn<int>("interval");
        QTest::addColumn<qint64>("subsidy");
        QTest::newRow("first") << 0 << 210000 << qint64(5'000'000'000);
        QTest::newRow("last of the first era") << 209999 << 210000 << qint64(5'000'000'000);
        QTest::newRow("2012") << 210000 << 210000 << qint64(2'500'000'000);
        QTest::newRow("2024") << 840000 << 210000 << qint64(312'500'000);
        QTest::newRow("regtest") << 300 << 150 << qint64(1'250'000'000);
        QTest::newRow("end") << 210000 * 64 << 210000 << qint64(0);
    }
    void subsidyHalves()
    {
        QFETCH(int, height);
        QFETCH(int, interval);
        QFETCH(qint64, subsidy);
        QCOMPARE(subsidyAt(Height(height), interval).value, subsidy);
    }

    void positionsReadAsText() { QCOMPARE((Position{0xabc, 12}.toText()), std::string("0000000000000abc:12")); }

    void arrivalRateForgetsAfterAMinute()
    {
        ArrivalRate rate;
        for (int second = 0; second < 120; ++second) {
            rate.add(second * 1000, 141);
            rate.add(second * 1000 + 500, 141);
        }
        QCOMPARE(rate.at(119'900).txPerSecond, 2.0);
        QCOMPARE(rate.at(119'900).bytesPerSecond, 282.0);
        QVERIFY(rate.at(150'000).txPerSecond < 1.1);
        QCOMPARE(rate.at(180'000).txPerSecond, 0.0);
        QVERIFY(rate.isEmpty());
        QCOMPARE(rate.at(10'000'000).txPerSecond, 0.0);
    }

    void feeratesAreWeighed()
    {
        BlockFeerates feerates;
        for (int i = 1; i <= 100; ++i)
            feerates.add(Feerate(i), Weight(1000));
        const auto range = feerates.range(Weight(104'000));
        QVERIFY(range);
        const std::array<double, 7> expected{1, 10, 25, 50, 75, 90, 100};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QCOMPARE((*range)[i].value, expected[i]);
        QVERIFY2(!feerates.range(Weight(200'000)), "half of the block is not known");
        QVERIFY2(!BlockFeerates().range(Weight(900)), "an empty block has no feerate");
    }
};

QTEST_GUILESS_MAIN(TestDomain)
#include "test_domain.moc"
