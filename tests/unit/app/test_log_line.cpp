// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/log_line.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace tipwatch;

class TestLogLine : public QObject {
    Q_OBJECT

    static QJsonObject json(const char *message, QtMsgType type = QtInfoMsg)
    {
        QJsonParseError error;
        const auto document = QJsonDocument::fromJson(
            QByteArray::fromStdString(jsonLogLine({1'763'625'600'123, type, "tipwatch.gateway", message})), &error);
        return error.error == QJsonParseError::NoError ? document.object() : QJsonObject();
    }

private Q_SLOTS:
    void messagesAreSplitIntoEventAndFields_data()
    {
        QTest::addColumn<QByteArray>("message");
        QTest::addColumn<QByteArray>("event");
        QTest::addColumn<QList<QByteArray>>("fields"); // key, value, key, value
        const auto row = [](const char *name, const char *message, const char *event, QList<QByteArray> fields) {
            QTest::newRow(name) << QByteArray(message) << QByteArray(event) << fields;
        };
        row("plain", "websocket.enabled url=http://h:1/ path=/ws", "websocket.enabled", {"url", "http://h:1/", "path", "/ws"});
        row("quotes", "source.state reason=\"wrong password\" exact=false", "source.state",
            {"reason", "wrong password", "exact", "false"});
        row("escaped quote", "a b=\"say \\\"hi\\\" now\" c=1", "a", {"b", "say \"hi\" now", "c", "1"});
        row("words only", "could not connect", "could not connect", {});
        row("words, then pairs", "block did not decode: hash=00ff", "block did not decode", {"hash", "00ff"});
        row("equals in a value", "x url=/a?b=c", "x", {"url", "/a?b=c"});
        row("equals alone", "a = b", "a = b", {});
        row("open quote", "a b=\"never ends", "a", {"b", "never ends"});
        row("ends in a backslash", "a b=\"x\\", "a", {"b", "x\\"});
        row("empty value", "a b= c=1", "a", {"b", "", "c", "1"});
        row("empty", "", "", {});
        row("pair first", "a=1 b=2", "", {"a", "1", "b", "2"});
    }
    void messagesAreSplitIntoEventAndFields()
    {
        QFETCH(QByteArray, message);
        QFETCH(QByteArray, event);
        QFETCH(QList<QByteArray>, fields);
        const auto split = splitLogMessage(message.toStdString());
        QCOMPARE(QByteArray::fromStdString(split.event), event);
        QList<QByteArray> found;
        for (const auto &[key, value] : split.fields)
            found << QByteArray::fromStdString(key) << QByteArray::fromStdString(value);
        QCOMPARE(found, fields);
    }

    void jsonHasTypedFields()
    {
        const QJsonObject line =
            json("tip.changed height=901234 rate=1.5 exact=true hash=0012 id=12345678901234567890 name=\"a b\"");
        QCOMPARE(line.value(u"ts").toString(), QStringLiteral("2025-11-20T08:00:00.123Z"));
        QCOMPARE(line.value(u"level").toString(), QStringLiteral("info"));
        QCOMPARE(line.value(u"category").toString(), QStringLiteral("tipwatch.gateway"));
        QCOMPARE(line.value(u"event").toString(), QStringLiteral("tip.changed"));
        const QJsonObject fields = line.value(u"fields").toObject();
        QCOMPARE(fields.value(u"height"), QJsonValue(901234));
        QCOMPARE(fields.value(u"rate"), QJsonValue(1.5));
        QCOMPARE(fields.value(u"exact"), QJsonValue(true));
        QCOMPARE(fields.value(u"hash"), QJsonValue(QStringLiteral("0012")));
        QCOMPARE(fields.value(u"id"), QJsonValue(QStringLiteral("12345678901234567890")));
        QCOMPARE(fields.value(u"name"), QJsonValue(QStringLiteral("a b")));
        QCOMPARE(json("x", QtWarningMsg).value(u"level").toString(), QStringLiteral("warning"));
    }

    void jsonIsOneLineWhateverIsLogged()
    {
        const std::string line = jsonLogLine({0, QtInfoMsg, "tipwatch.app", "bad \n\t\"quote\" \xff agent=\"a\nb\""});
        QCOMPARE(line.find('\n'), std::string::npos);
        QVERIFY(QJsonDocument::fromJson(QByteArray::fromStdString(line)).isObject());
    }

    void textIsOneLineForPeople()
    {
        const std::string line = textLogLine({0, QtWarningMsg, "tipwatch.gateway", "websocket.error agent=\"a\nb\x1b[31m\""});
        QVERIFY2(line.ends_with(" warning gateway   websocket.error agent=\"a b [31m\""), line.c_str());
    }

    void secretsAreNotLogged()
    {
        QCOMPARE(withoutSecrets("rpc.failed url=http://bob:hunter2@h:1/ password=hunter2 rpc_token=\"a b\" user=bob"),
                 std::string("rpc.failed url=http://***@h:1/ password=*** rpc_token=*** user=bob"));
        QCOMPARE(json("x password=hunter2").value(u"fields").toObject().value(u"password").toString(), QStringLiteral("***"));
        QVERIFY(textLogLine({0, QtInfoMsg, "c", "x password=hunter2"}).find("hunter2") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestLogLine)
#include "test_log_line.moc"
