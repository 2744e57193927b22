// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

class FormatTest : public QObject {
    Q_OBJECT

private:
    const Format m_english{QLocale(QLocale::English, QLocale::UnitedStates)};
    const Format m_german{QLocale(QLocale::German, QLocale::Germany)};

    static QString plain(QString text) { return text.replace(QChar::Nbsp, u' '); }

private Q_SLOTS:
    void countsAreGrouped();
    void feeratesKeepWhatMatters_data();
    void feeratesKeepWhatMatters();
    void sizesUseDecimalMultiples_data();
    void sizesUseDecimalMultiples();
    void partsShareTheUnitOfTheWhole();
    void coinsKeepWhatMatters_data();
    void coinsKeepWhatMatters();
    void percentIsNeverFullTooEarly();
    void changesHaveASign();
    void stopwatchAndDuration_data();
    void stopwatchAndDuration();
    void hashesAreShortened();
    void difficultiesOfAnySizeAreShort();
    void rangesAreBrief();
    void coloursRiseInLightness();
    void whiteReadsOnEveryCar();
};

void FormatTest::countsAreGrouped()
{
    QCOMPARE(m_english.count(918318), u"918,318"_s);
    QCOMPARE(m_german.count(918318), u"918.318"_s);
    QCOMPARE(m_english.count(0), u"0"_s);
}

void FormatTest::feeratesKeepWhatMatters_data()
{
    QTest::addColumn<double>("rate");
    QTest::addColumn<QString>("english");
    QTest::addColumn<QString>("german");
    QTest::newRow("nothing") << 0.0 << u"0.0"_s << u"0,0"_s;
    QTest::newRow("below one") << 0.254 << u"0.25"_s << u"0,25"_s;
    QTest::newRow("rounds up to one") << 0.9951 << u"1.0"_s << u"1,0"_s;
    QTest::newRow("usual") << 28.44 << u"28.4"_s << u"28,4"_s;
    QTest::newRow("rounds up to a hundred") << 99.96 << u"100"_s << u"100"_s;
    QTest::newRow("dear") << 312.4 << u"312"_s << u"312"_s;
    QTest::newRow("absurd") << 12345.6 << u"12,346"_s << u"12.346"_s;
}

void FormatTest::feeratesKeepWhatMatters()
{
    QFETCH(double, rate);
    QTEST(m_english.feerate(Feerate(rate)), "english");
    QTEST(m_german.feerate(Feerate(rate)), "german");
}

void FormatTest::sizesUseDecimalMultiples_data()
{
    QTest::addColumn<qint64>("value");
    QTest::addColumn<QString>("bytes");
    QTest::addColumn<QString>("vbytes");
    QTest::newRow("zero") << qint64(0) << u"0 B"_s << u"0 vB"_s;
    QTest::newRow("small") << qint64(141) << u"141 B"_s << u"141 vB"_s;
    QTest::newRow("carry") << qint64(999'999) << u"1.00 MB"_s << u"1.00 MvB"_s;
    QTest::newRow("kilo") << qint64(12'340) << u"12.3 kB"_s << u"12.3 kvB"_s;
    QTest::newRow("mega") << qint64(1'580'000) << u"1.58 MB"_s << u"1.58 MvB"_s;
    QTest::newRow("hundreds") << qint64(243'400'000) << u"243 MB"_s << u"243 MvB"_s;
}

void FormatTest::sizesUseDecimalMultiples()
{
    QFETCH(qint64, value);
    QTEST(plain(m_english.bytes(value)), "bytes");
    QTEST(plain(m_english.vbytes(VBytes(value))), "vbytes");
}

void FormatTest::partsShareTheUnitOfTheWhole()
{
    QCOMPARE(plain(m_english.bytesOf(243'000'000, 300'000'000)), u"243 of 300 MB"_s);
    QCOMPARE(plain(m_english.bytesOf(1'440'000, 300'000'000)), u"1.4 of 300 MB"_s);
    QCOMPARE(plain(m_english.bytesOf(0, 300'000'000)), u"0.0 of 300 MB"_s);
}

void FormatTest::coinsKeepWhatMatters_data()
{
    QTest::addColumn<qint64>("satoshi");
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << qint64(0) << u"0 BTC"_s;
    QTest::newRow("one satoshi") << qint64(1) << u"0.00000001 BTC"_s;
    QTest::newRow("cents") << qint64(1'234'567) << u"0.0123 BTC"_s;
    QTest::newRow("one") << qint64(100'000'000) << u"1.00 BTC"_s;
    QTest::newRow("many") << qint64(120'400'000'000) << u"1,204 BTC"_s;
    QTest::newRow("all") << qint64(2'100'000'000'000'000) << u"21,000,000 BTC"_s;
}

void FormatTest::coinsKeepWhatMatters()
{
    QFETCH(qint64, satoshi);
    QTEST(plain(m_english.coins(Satoshi(satoshi))), "text");
}

void FormatTest::changesHaveASign()
{
    QCOMPARE(plain(m_english.change(1.9149)), u"+1.91 %"_s);
    QCOMPARE(plain(m_english.change(0)), u"+0.00 %"_s);
    QCOMPARE(plain(m_english.change(-75)), u"\u221275.00 %"_s);
}

void FormatTest::percentIsNeverFullTooEarly()
{
    QCOMPARE(plain(m_english.percent(0.342)), u"34 %"_s);
    QCOMPARE(plain(m_english.percent(0.9999)), u"99 %"_s);
    QCOMPARE(plain(m_english.percent(1)), u"100 %"_s);
    QCOMPARE(plain(m_english.percent(0)), u"0 %"_s);
}

void FormatTest::stopwatchAndDuration_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<QString>("stopwatch");
    QTest::addColumn<QString>("duration");
    QTest::addColumn<QString>("ago");
    QTest::newRow("from the future") << qint64(-7) << u"0:00"_s << u"0 s"_s << u"just now"_s;
    QTest::newRow("seconds") << qint64(59) << u"0:59"_s << u"59 s"_s << u"just now"_s;
    QTest::newRow("minutes") << qint64(252) << u"4:12"_s << u"4 min"_s << u"4 min ago"_s;
    QTest::newRow("hours") << qint64(3852) << u"1:04:12"_s << u"1 h 4 min"_s << u"1 h 4 min ago"_s;
    QTest::newRow("days") << qint64(183'600) << u"2 d 3 h"_s << u"2 d 3 h"_s << u"2 d 3 h ago"_s;
    QTest::newRow("years") << qint64(500'000'000) << u"5,787 d"_s << u"5,787 d"_s << u"5,787 d ago"_s;
}

void FormatTest::stopwatchAndDuration()
{
    QFETCH(qint64, seconds);
    QTEST(m_english.stopwatch(seconds), "stopwatch");
    QTEST(m_english.duration(seconds), "duration");
    QTEST(m_english.ago(seconds), "ago");
}

void FormatTest::hashesAreShortened()
{
    const QString hex = u"0123456789abcdef"_s.repeated(4);
    QCOMPARE(Format::shortened(hex), u"0123…cdef"_s);
    QCOMPARE(Format::shortened(u"abc"_s), u"abc"_s);
}

void FormatTest::difficultiesOfAnySizeAreShort()
{
    QCOMPARE(m_english.large(133.8e12).replace(QChar::Nbsp, u' '), u"133.8 T"_s);
    QCOMPARE(m_english.large(1), u"1.000"_s);
    QCOMPARE(m_english.large(4.656542373906925e-10), u"4.7E-10"_s); // regtest
    QCOMPARE(m_english.large(0), u"0.00"_s);
}

void FormatTest::rangesAreBrief()
{
    QCOMPARE(m_english.feerateRange(Feerate(2.04), Feerate(312.3)), u"2.0–312"_s);
    QCOMPARE(m_english.feerateRange(Feerate(3.01), Feerate(3.04)), u"3.0"_s);
    QCOMPARE(m_german.feerateRange(Feerate(9.3), Feerate(19)), u"9,3–19"_s);
}

void FormatTest::coloursRiseInLightness()
{
    double before = 0;
    for (double rate = 1; rate <= 300; rate *= 1.1) {
        const double contrast = contrastRatio(feerateColour(Feerate(rate)), Qt::black);
        QVERIFY2(contrast >= before - 0.01, qPrintable(QString::number(rate)));
        before = contrast;
    }
    QCOMPARE(feerateColour(Feerate(0)), feerateColour(Feerate(1)));
    QCOMPARE(feerateColour(Feerate(1e9)), feerateColour(Feerate(300)));
}

void FormatTest::whiteReadsOnEveryCar()
{
    for (double rate = 0.1; rate <= 2000; rate *= 1.2)
        QVERIFY2(contrastRatio(feerateSurface(Feerate(rate)), Qt::white) >= 4.5, qPrintable(QString::number(rate)));
}

QTEST_GUILESS_MAIN(FormatTest)
#include "format_test.moc"
