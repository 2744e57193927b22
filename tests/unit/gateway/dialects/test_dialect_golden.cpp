// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/dialect_set.h"
#include "tests/unit/gateway/dialects/conversation.h"
#include "tests/unit/gateway/dialects/golden_file.h"
#include "tests/unit/gateway/dialects/stream_samples.h"
#include "tests/unit/gateway/dialects/wire_names.h"

#include <QCborMap>
#include <QCborValue>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

using namespace tipwatch;

/// Every message of every dialect, byte for byte.
class DialectGoldenTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyKindOfEventHasASample();
    void events_data();
    void events();
    void state_data() { wires(); }
    void state();
    void answers_data() { wires(); }
    void answers();
    void noFileIsLeftOver_data() { wires(); }
    void noFileIsLeftOver();
    void cborSaysWhatJsonSays();
    void whatIsDocumentedIsSaid();

private:
    static void wires();

    DialectSet m_dialects;
};

namespace {

constexpr ChannelSet everyChannel{Channel::Tip,     Channel::Difficulty, Channel::Blocks, Channel::Txs,
                                  Channel::Mempool, Channel::Projected,  Channel::Fees,   Channel::Network,
                                  Channel::Nodes,   Channel::Metrics,    Channel::Status, Channel::Alerts};

QByteArray bytes(std::string_view text)
{
    return QByteArray(text.data(), static_cast<qsizetype>(text.size()));
}

QByteArray shown(const Dialect &dialect, std::string_view payload)
{
    return dialect.isBinary() ? bytes(payload).toHex() : bytes(payload);
}

QByteArray lines(const Dialect &dialect, const std::vector<WireMessage> &messages)
{
    QByteArray all;
    for (const WireMessage &message : messages)
        all += shown(dialect, message.payload) + '\n';
    return all;
}

QString fileName(const QString &folder, std::string_view name)
{
    return folder + u'/' + QString::fromUtf8(bytes(name)) + QStringLiteral(".txt");
}

QCborValue decoded(std::string_view cbor)
{
    QCborParserError error;
    const QCborValue value = QCborValue::fromCbor(bytes(cbor), &error);
    if (error.error != QCborError::NoError || error.offset != static_cast<qint64>(cbor.size()))
        qWarning("%s at %lld in %s", qPrintable(error.errorString()), error.offset, bytes(cbor).toHex().constData());
    return value;
}

/// What a client can see of a value: JSON knows no difference between 1 and 1.0.
QJsonValue visible(const QCborValue &value)
{
    return value.toJsonValue();
}

} // namespace

void DialectGoldenTest::wires()
{
    QTest::addColumn<Wire>("wire");
    QTest::addColumn<QString>("folder");
    for (const auto &[name, wire] : wireNames)
        QTest::newRow(name) << wire << QString::fromLatin1(name);
}

void DialectGoldenTest::everyKindOfEventHasASample()
{
    QSet<std::size_t> kinds;
    for (const samples::NamedEvent &sample : samples::streamEvents())
        kinds.insert(sample.event.body.index());
    QCOMPARE(kinds.size(), static_cast<qsizetype>(std::variant_size_v<ChainEventBody>));
}

void DialectGoldenTest::events_data()
{
    QTest::addColumn<Wire>("wire");
    QTest::addColumn<QString>("folder");
    QTest::addColumn<std::string>("event");
    for (const auto &[name, wire] : wireNames) {
        for (const samples::NamedEvent &sample : samples::streamEvents())
            QTest::addRow("%s %s", name, sample.name.c_str()) << wire << QString::fromLatin1(name) << sample.name;
    }
}

void DialectGoldenTest::events()
{
    QFETCH(Wire, wire);
    QFETCH(QString, folder);
    QFETCH(std::string, event);
    const Dialect &dialect = *m_dialects.find(wire);
    for (const samples::NamedEvent &sample : samples::streamEvents()) {
        if (sample.name != event)
            continue;
        const std::vector<WireMessage> messages = dialect.encode(sample.event, nullptr);
        if (messages.empty()) // the dialect has no words for it, and a file would say nothing
            QVERIFY(!goldenFiles(folder).contains(QString::fromStdString(event) + QStringLiteral(".txt")));
        else
            QCOMPARE(differenceFromGolden(fileName(folder, event), lines(dialect, messages)), QString());
    }
}

void DialectGoldenTest::state()
{
    QFETCH(Wire, wire);
    QFETCH(QString, folder);
    const Dialect &dialect = *m_dialects.find(wire);
    const ChainSnapshot snapshot = samples::streamSnapshot();
    const auto check = [&](std::string_view name, const std::vector<WireMessage> &messages) {
        return messages.empty() ? QString() : differenceFromGolden(fileName(folder, name), lines(dialect, messages));
    };
    QCOMPARE(check("metrics", dialect.encode(samples::streamMetrics(), snapshot, samples::streamTime)), QString());
    QCOMPARE(check("snapshot", dialect.encode(snapshot, everyChannel, nullptr, samples::streamTime)), QString());
    QCOMPARE(
        check("snapshot-before-the-node-is-heard", dialect.encode(ChainSnapshot(), everyChannel, nullptr, samples::streamTime)),
        QString());
}

void DialectGoldenTest::answers()
{
    QFETCH(Wire, wire);
    QFETCH(QString, folder);
    Dialect &dialect = *m_dialects.find(wire);
    QByteArray all;
    const auto add = [&](char direction, const QByteArray &line) { all += direction + QByteArray(" ") + line + '\n'; };
    if (const std::string hello = dialect.put(sampleHello()); !hello.empty())
        add('<', shown(dialect, hello));
    for (const std::string &message : clientMessages(wire)) {
        add('>', bytes(message));
        for (const std::string &answer : answersTo(dialect, message, false))
            add('<', shown(dialect, answer));
    }
    QCOMPARE(differenceFromGolden(fileName(folder, "answers"), all), QString());
}

void DialectGoldenTest::noFileIsLeftOver()
{
    QFETCH(Wire, wire);
    QFETCH(QString, folder);
    QStringList known{QStringLiteral("answers.txt"), QStringLiteral("metrics.txt"), QStringLiteral("snapshot.txt"),
                      QStringLiteral("snapshot-before-the-node-is-heard.txt")};
    for (const samples::NamedEvent &sample : samples::streamEvents())
        known.append(QString::fromStdString(sample.name) + QStringLiteral(".txt"));
    for (const QString &file : goldenFiles(folder))
        QVERIFY2(known.contains(file), qPrintable(file));
    Q_UNUSED(wire)
}

void DialectGoldenTest::cborSaysWhatJsonSays()
{
    Dialect &json = *m_dialects.find(Wire::Json), &cbor = *m_dialects.find(Wire::Cbor);
    std::vector<std::pair<std::string, std::string>> pairs;
    const auto add = [&](const std::vector<WireMessage> &texts, const std::vector<WireMessage> &binaries) {
        QCOMPARE(texts.size(), binaries.size());
        for (std::size_t i = 0; i < texts.size(); ++i) {
            QCOMPARE(texts[i].channel, binaries[i].channel);
            QCOMPARE(texts[i].conflates, binaries[i].conflates);
            pairs.emplace_back(texts[i].payload, binaries[i].payload);
        }
    };
    for (const samples::NamedEvent &sample : samples::streamEvents())
        add(json.encode(sample.event, nullptr), cbor.encode(sample.event, nullptr));
    const ChainSnapshot snapshot = samples::streamSnapshot();
    add(json.encode(snapshot, everyChannel, nullptr, 5), cbor.encode(snapshot, everyChannel, nullptr, 5));
    add(json.encode(samples::streamMetrics(), snapshot, 5), cbor.encode(samples::streamMetrics(), snapshot, 5));
    for (std::size_t i = pairs.size(); i-- > 0;)
        pairs.emplace_back(*json.marked(pairs[i].first), *cbor.marked(pairs[i].second));
    pairs.emplace_back(json.put(sampleHello()), cbor.put(sampleHello()));
    for (const std::string &message : clientMessages(Wire::Json)) {
        const auto texts = answersTo(json, message, false), binaries = answersTo(cbor, message, false);
        QCOMPARE(texts.size(), binaries.size());
        for (std::size_t i = 0; i < texts.size(); ++i)
            pairs.emplace_back(texts[i], binaries[i]);
    }
    QVERIFY(pairs.size() > 100);
    for (const auto &[text, binary] : pairs) {
        QJsonParseError error;
        const QJsonDocument document = QJsonDocument::fromJson(bytes(text), &error);
        QVERIFY2(error.error == QJsonParseError::NoError, text.c_str());
        const QJsonObject same = visible(decoded(binary)).toObject();
        QVERIFY(!same.isEmpty());
        QCOMPARE(same, document.object());
    }
}

/// The examples of the documentation are lines of the golden files.
void DialectGoldenTest::whatIsDocumentedIsSaid()
{
    QSet<QByteArray> said;
    for (const auto &[folder, wire] : wireNames) {
        for (const QString &name : goldenFiles(QLatin1String(folder))) {
            for (const QByteArray &line : goldenLines(QLatin1String(folder) + u'/' + name)) {
                said.insert(line);
                said.insert("< " + line);
            }
        }
    }
    int examples = 0;
    for (const QByteArray &line : goldenLines(QStringLiteral("../../../resources/docs/PROTOCOL.md"))) {
        if (!line.startsWith("    < ") && !line.startsWith("    > "))
            continue;
        ++examples;
        QVERIFY2(said.contains(line.trimmed()), line.constData());
    }
    QVERIFY(examples > 20);
}

QTEST_GUILESS_MAIN(DialectGoldenTest)
#include "test_dialect_golden.moc"
