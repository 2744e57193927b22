// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/encoder.h"
#include "tests/support/domain_samples.h"

#include <QJsonArray>
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

ChainEvent eventOf(ChainEventBody body)
{
    return {{0x1234, 8123}, 1763625600123, std::move(body)};
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

    void envelopeIsTheProtocols()
    {
        Tip tip;
        tip.height = Height(5);
        tip.hash = samples::hash<BlockHash>(5);
        const auto messages = encodeEvent(eventOf(TipChanged{tip}));
        QCOMPARE(messages.size(), 1u);
        QCOMPARE(messages.front().channel, Channel::Tip);
        const QJsonObject o = parsed(messages.front().json);
        QCOMPARE(o["type"_L1].toString(), u"tip.update"_s);
        QCOMPARE(o["channel"_L1].toString(), u"tip"_s);
        QCOMPARE(o["seq"_L1].toInteger(), 8123);
        QCOMPARE(o["timestamp"_L1].toInteger(), 1763625600123);
        QCOMPARE(o["data"_L1]["height"_L1].toInteger(), 5);
        QVERIFY(o["data"_L1]["previousHash"_L1].isNull());
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

    void oneTransactionIsSeenSeveralAreABatch()
    {
        const auto one = encodeEvent(eventOf(TransactionsSeen{{samples::entry(1)}}));
        QCOMPARE(parsed(one.front().json)["type"_L1].toString(), u"tx.seen"_s);
        QCOMPARE(parsed(one.front().json)["data"_L1]["feerate"_L1].toDouble(), 7.092);
        const auto two = encodeEvent(eventOf(TransactionsSeen{{samples::entry(1), samples::entry(2)}}));
        QCOMPARE(two.size(), 1u);
        QCOMPARE(parsed(two.front().json)["type"_L1].toString(), u"tx.batch"_s);
        QCOMPARE(parsed(two.front().json)["data"_L1].toArray().size(), 2);
    }

    void longListsAreCutBelow64Kilobytes()
    {
        TransactionsSeen seen;
        TransactionsRemoved removed;
        for (std::uint64_t i = 0; i < 5000; ++i) {
            MempoolEntry e = samples::entry(i);
            e.wtxid = samples::hash<WtxId>(i);
            e.value = Satoshi(2'100'000'000'000'000);
            e.flags = 0xffff;
            seen.entries.push_back(e);
            removed.txids.push_back(samples::txid(i));
        }
        const auto count = [](const std::vector<EncodedMessage> &messages, QLatin1StringView list) {
            qsizetype total = 0;
            for (const EncodedMessage &m : messages) {
                if (m.json.size() >= 64 * 1024)
                    return qsizetype(-1);
                const QJsonValue data = parsed(m.json)["data"_L1];
                total += list.isEmpty() ? data.toArray().size() : data[list].toArray().size();
            }
            return total;
        };
        QCOMPARE(count(encodeEvent(eventOf(seen)), {}), 5000);
        QCOMPARE(count(encodeEvent(eventOf(removed)), "txids"_L1), 5000);
    }

    void removalNamesItsReason()
    {
        const auto messages =
            encodeEvent(eventOf(TransactionsRemoved{{samples::txid(1)}, RemovalReason::Replaced, samples::txid(2)}));
        const QJsonValue data = parsed(messages.front().json)["data"_L1];
        QCOMPARE(data["reason"_L1].toString(), u"replaced"_s);
        QCOMPARE(data["by"_L1].toString().toStdString(), samples::txid(2).toHex());
        QCOMPARE(data["txid"_L1].toString().toStdString(), samples::txid(1).toHex());
    }

    void everyEventIsValidJsonOnAKnownChannel()
    {
        const auto block = std::make_shared<const BlockSummary>(samples::block(7));
        const std::vector<ChainEventBody> bodies{TipChanged{},
                                                 BlockConnected{block},
                                                 BlockUpdated{block},
                                                 BlockDisconnected{block},
                                                 ChainReorganised{Height(6), {block}, {block, block}},
                                                 TransactionsSeen{{samples::entry(1)}},
                                                 TransactionsRemoved{{samples::txid(1)}, RemovalReason::Mined, {}},
                                                 MempoolChanged{},
                                                 FeesChanged{},
                                                 NetworkChanged{},
                                                 SourceStatusChanged{}};
        QCOMPARE(bodies.size(), std::variant_size_v<ChainEventBody>);
        for (const ChainEventBody &body : bodies) {
            for (const EncodedMessage &message : encodeEvent(eventOf(body))) {
                const QJsonObject o = parsed(message.json);
                QVERIFY2(!o.isEmpty(), message.json.c_str());
                QCOMPARE(channelFromName(o["channel"_L1].toString().toStdString()), std::optional(message.channel));
            }
        }
    }

    void stateChannelsHaveASnapshotAndEventChannelsHaveNone()
    {
        const ChainSnapshot snapshot;
        for (const Channel channel : allChannels) {
            const auto message = encodeState(channel, snapshot, 1);
            QCOMPARE(message.has_value(), kindOf(channel) == ChannelKind::State);
            if (message)
                QVERIFY(!parsed(*message).isEmpty());
        }
    }
};

QTEST_GUILESS_MAIN(TestEncoder)
#include "test_encoder.moc"
