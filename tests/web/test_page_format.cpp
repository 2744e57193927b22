// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/format.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <functional>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

using Function = std::function<QJsonValue(const QJsonArray &)>;

QJsonValue text(const std::string &value)
{
    return QString::fromStdString(value);
}

const std::map<QString, Function> &functions()
{
    static const std::map<QString, Function> all{
        {u"integer"_s, [](const QJsonArray &a) { return text(format::integer(a[0].toInteger())); }},
        {u"feerate"_s, [](const QJsonArray &a) { return text(format::feerate(Feerate(a[0].toDouble()))); }},
        {u"feerateRange"_s,
         [](const QJsonArray &a) { return text(format::feerateRange(Feerate(a[0].toDouble()), Feerate(a[1].toDouble()))); }},
        {u"scaled"_s, [](const QJsonArray &a) { return text(format::scaled(a[0].toDouble(), a[1].toString().toStdString())); }},
        {u"axisMark"_s,
         [](const QJsonArray &a) { return text(format::axisMark(a[0].toDouble(), a[1].toString().toStdString())); }},
        {u"bytesOf"_s, [](const QJsonArray &a) { return text(format::bytesOf(a[0].toInteger(), a[1].toInteger())); }},
        {u"bitcoins"_s, [](const QJsonArray &a) { return text(format::bitcoins(Satoshi(a[0].toInteger()))); }},
        {u"difficulty"_s, [](const QJsonArray &a) { return text(format::difficulty(a[0].toDouble())); }},
        {u"percent"_s, [](const QJsonArray &a) { return text(format::percent(a[0].toDouble())); }},
        {u"age"_s, [](const QJsonArray &a) { return text(format::age(a[0].toInteger())); }},
        {u"ago"_s, [](const QJsonArray &a) { return text(format::ago(a[0].toInteger())); }},
        {u"clock"_s, [](const QJsonArray &a) { return text(format::clock(a[0].toInteger())); }},
        {u"log2OfHex"_s, [](const QJsonArray &a) { return text(format::log2OfHex(a[0].toString().toStdString())); }},
        {u"rateLevel"_s, [](const QJsonArray &a) { return QJsonValue(format::rateLevel(Feerate(a[0].toDouble()))); }},
    };
    return all;
}

} // namespace

/// The cases are shared with the live page's format.js (format.test.js).
class TestPageFormat : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void says_data()
    {
        QTest::addColumn<QString>("function");
        QTest::addColumn<QJsonArray>("arguments");
        QTest::addColumn<QJsonValue>("expected");
        QFile file(QStringLiteral(TIPWATCH_WEB_TESTS "/format_cases.json"));
        QVERIFY(file.open(QFile::ReadOnly));
        const QJsonObject cases = QJsonDocument::fromJson(file.readAll()).object();
        QVERIFY(!cases.isEmpty());
        for (auto it = cases.begin(); it != cases.end(); ++it) {
            for (const QJsonValue &value : it.value().toArray()) {
                QJsonArray arguments = value.toArray();
                const QJsonValue expected = arguments.takeAt(arguments.size() - 1);
                const QByteArray name = it.key().toUtf8() + QJsonDocument(arguments).toJson(QJsonDocument::Compact);
                QTest::newRow(name.constData()) << it.key() << arguments << expected;
            }
        }
    }

    void says()
    {
        QFETCH(QString, function);
        QFETCH(QJsonArray, arguments);
        QFETCH(QJsonValue, expected);
        QVERIFY2(functions().contains(function), "a case for a function that is not there");
        QCOMPARE(functions().at(function)(arguments), expected);
    }
};

QTEST_GUILESS_MAIN(TestPageFormat)
#include "test_page_format.moc"
