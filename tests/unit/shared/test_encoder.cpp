// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/encoder.h"
#include "tests/support/domain_samples.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <limits>

using namespace tipwatch;
using namespace Qt::Literals::StringLiterals;

namespace {

QJsonObject parsed(const std::string &json)
{
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(json), &error);
    if (error.error != QJsonParseError::NoError)
        qWarning("%s in %s", qPrintable(error.errorString()), json.c_str());
    return document.object();
}

} // namespace

class TestEncoder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void textIsEscapedAndAlwaysUtf8_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("plain") << QByteArray("abc") << QByteArray("\"abc\"");
        QTest::newRow("quote") << QByteArray("a\"b\\c") << QByteArray("\"a\\\"b\\\\c\"");
        QTest::newRow("control") << QByteArray("\n\x01") << QByteArray("\"\\u000a\\u0001\"");
        QTest::newRow("utf-8") << QByteArray("Gr\xc3\xbc\xc3\x9f"
                                             "e \xe2\x82\xbf \xf0\x9f\x9a\x80")
                               << QByteArray("\"Gr\xc3\xbc\xc3\x9f"
                                             "e \xe2\x82\xbf \xf0\x9f\x9a\x80\"");
        QTest::newRow("cut off") << QByteArray("a\xe2\x82") << QByteArray("\"a\xef\xbf\xbd\xef\xbf\xbd\"");
        QTest::newRow("overlong") << QByteArray("\xc0\xaf") << QByteArray("\"\xef\xbf\xbd\xef\xbf\xbd\"");
        QTest::newRow("surrogate") << QByteArray("\xed\xa0\x80") << QByteArray("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    }
    void textIsEscapedAndAlwaysUtf8()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, json);
        std::string out;
        JsonWriter(out).value(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        QCOMPARE(QByteArray::fromStdString(out), json);
    }

    void numbersAreJson()
    {
        std::string out;
        JsonWriter json(out);
        json.beginArray().value(0.1).value(1e300).value(std::numeric_limits<double>::quiet_NaN());
        json.value(std::numeric_limits<double>::infinity()).value(-5).value(std::uint64_t(18446744073709551615u)).endArray();
        QCOMPARE(out, std::string("[0.1,1e+300,null,null,-5,18446744073709551615]"));
    }

    void unknownIsNullNeverZero()
    {
        BlockSummary block = samples::block(7);
        block.totalFees.reset();
        const QJsonObject o = parsed(toJson(block));
        for (const auto name : {"totalFees"_L1, "medianFeerate"_L1, "feerateRange"_L1, "miner"_L1, "medianTime"_L1,
                                "receivedAt"_L1, "chainwork"_L1})
            QVERIFY2(o.contains(name) && o[name].isNull(), name.data());
        const QJsonObject fees = parsed(toJson(FeeEstimates{}));
        QVERIFY(fees["nextBlock"_L1].isNull());
    }

    void hostileCoinbaseTextStaysText()
    {
        BlockSummary block = samples::block(7);
        block.coinbaseTag = "\"},{\"x\":\"\xff<script>";
        const QJsonObject o = parsed(toJson(block));
        QVERIFY(o["coinbaseTag"_L1].toString().startsWith(u"\"},{\"x\":\""_s));
    }
};

QTEST_GUILESS_MAIN(TestEncoder)
#include "test_encoder.moc"
