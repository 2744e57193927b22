// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/address_text.h"
#include "shared/config/value_text.h"

#include <QtTest>

using namespace tipwatch;
using namespace std::chrono_literals;

using Check = bool (*)(std::string_view);

class TestValueText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void durations_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("ms"); // -1: not a duration
        QTest::newRow("ms") << QByteArray("250ms") << qint64(250);
        QTest::newRow("s") << QByteArray("30s") << qint64(30'000);
        QTest::newRow("min") << QByteArray("5min") << qint64(300'000);
        QTest::newRow("m") << QByteArray("5m") << qint64(300'000);
        QTest::newRow("h") << QByteArray("2h") << qint64(7'200'000);
        QTest::newRow("fraction") << QByteArray("1.5s") << qint64(1500);
        QTest::newRow("blank between") << QByteArray("30 s") << qint64(30'000);
        QTest::newRow("seconds without a unit") << QByteArray("30") << qint64(30'000);
        QTest::newRow("upper case") << QByteArray("30S") << qint64(30'000);
        QTest::newRow("zero") << QByteArray("0") << qint64(0);
        QTest::newRow("part of a ms") << QByteArray("0.0001s") << qint64(-1);
        QTest::newRow("negative") << QByteArray("-1s") << qint64(-1);
        QTest::newRow("unknown unit") << QByteArray("3 parsecs") << qint64(-1);
        QTest::newRow("empty") << QByteArray("") << qint64(-1);
        QTest::newRow("unit only") << QByteArray("s") << qint64(-1);
        QTest::newRow("too long for a clock") << QByteArray("9999999999999h") << qint64(-1);
        QTest::newRow("two points") << QByteArray("1.5.2s") << qint64(-1);
        QTest::newRow("trailing") << QByteArray("30s x") << qint64(-1);
    }
    void durations()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, ms);
        const auto value = parseDuration(text.toStdString());
        QCOMPARE(value ? value->count() : -1, ms);
    }

    void bytes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<qint64>("bytes");
        QTest::newRow("KB") << QByteArray("64KB") << qint64(65'536);
        QTest::newRow("MB") << QByteArray("1MB") << qint64(1'048'576);
        QTest::newRow("lower case") << QByteArray("2gb") << qint64(2'147'483'648);
        QTest::newRow("fraction") << QByteArray("1.5 KB") << qint64(1536);
        QTest::newRow("bare") << QByteArray("1024") << qint64(1024);
        QTest::newRow("B") << QByteArray("7B") << qint64(7);
        QTest::newRow("half a byte") << QByteArray("0.5") << qint64(-1);
        QTest::newRow("bits") << QByteArray("8Mbit") << qint64(-1);
        QTest::newRow("hex") << QByteArray("0x10") << qint64(-1);
    }
    void bytes()
    {
        QFETCH(QByteArray, text);
        QFETCH(qint64, bytes);
        QCOMPARE(parseBytes(text.toStdString()).value_or(-1), bytes);
    }

    void textReadsBackAsTheSameValue()
    {
        for (const auto ms : {0ms, 1ms, 250ms, 999ms, 1000ms, 1500ms, 60'000ms, 90'000ms, 3'600'000ms, 5'400'000ms})
            QCOMPARE(parseDuration(durationText(ms)), std::optional(ms));
        for (const std::int64_t size : {0L, 1L, 1023L, 1024L, 1536L, 65'536L, 1'048'576L, 1'048'577L, 1L << 30})
            QCOMPARE(parseBytes(bytesText(size)), std::optional(size));
        for (const double number : {0.0, 4.0, 0.1, 1e-9, 12345.678})
            QCOMPARE(parseNumber(numberText(number)), std::optional(number));
        QCOMPARE(durationText(90'000ms), std::string("90s"));
        QCOMPARE(bytesText(65'536), std::string("64KB"));
    }

    void booleans()
    {
        for (const char *yes : {"true", "1", "on", "ON", "yes"})
            QCOMPARE(parseBoolean(yes), std::optional(true));
        for (const char *no : {"false", "0", "off", "False", "no"})
            QCOMPARE(parseBoolean(no), std::optional(false));
        for (const char *neither : {"", "2", "truee", "enabled"})
            QCOMPARE(parseBoolean(neither), std::optional<bool>());
    }

    void listsAreSplitAtCommas()
    {
        QCOMPARE(splitList(" a, b ,,c,"), (std::vector<std::string>{"a", "b", "c"}));
        QCOMPARE(splitList(""), std::vector<std::string>());
        QCOMPARE(joinList({"a", "b"}), std::string("a,b"));
    }

    void credentialsAreNotShown_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("user and password") << QByteArray("http://bob:secret@host:8332/x") << QByteArray("http://***@host:8332/x");
        QTest::newRow("at sign in password") << QByteArray("http://bob:se@cret@host") << QByteArray("http://***@host");
        QTest::newRow("two addresses") << QByteArray("http://a:b@c and http://d:e@f")
                                       << QByteArray("http://***@c and http://***@f");
        QTest::newRow("none") << QByteArray("http://host:8332 mail me@x") << QByteArray("http://host:8332 mail me@x");
        QTest::newRow("no address") << QByteArray("me@example.org") << QByteArray("me@example.org");
        QTest::newRow("ends with the scheme") << QByteArray("http://") << QByteArray("http://");
    }
    void credentialsAreNotShown()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, shown);
        QCOMPARE(withoutCredentials(text.toStdString()), shown.toStdString());
    }

    void aMistypedNameIsRecognised()
    {
        const std::vector<std::string> names{"--http-port", "--listen", "--log-level", "--log-format"};
        QCOMPARE(nearestName("--http-prot", names), std::optional<std::string>("--http-port"));
        QCOMPARE(nearestName("--loglevel", names), std::optional<std::string>("--log-level"));
        QCOMPARE(nearestName("--colour", names), std::optional<std::string>());
        QCOMPARE(editDistance("kitten", "sitting"), std::size_t(3));
    }

    void addresses_data()
    {
        QTest::addColumn<Check>("check");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("valid");
        const auto row = [](Check check, const char *text, bool valid) {
            QTest::newRow(text) << check << QByteArray(text) << valid;
        };
        row(isNodeAddress, "http://127.0.0.1:8332", true);
        row(isNodeAddress, "http://node.lan:8332/", true);
        row(isNodeAddress, "http://[::1]:8332", true);
        row(isNodeAddress, "http://node", true);
        row(isNodeAddress, "https://node", false);
        row(isNodeAddress, "127.0.0.1:8332", false);
        row(isNodeAddress, "http://node:0", false);
        row(isNodeAddress, "http://node:65536", false);
        row(isNodeAddress, "http://bob:pw@node:8332", false);
        row(isNodeAddress, "http://", false);
        row(isNodeAddress, "http://[::1", false);
        row(isNodeAddress, "http://node:8332/wallet", false);
        row(isZmqSubscription, "sequence=tcp://127.0.0.1:28332", true);
        row(isZmqSubscription, "rawblock=ipc:///run/bitcoin/zmq", true);
        row(isZmqSubscription, "sequence=tcp://127.0.0.1", false);
        row(isZmqSubscription, "blocks=tcp://127.0.0.1:1", false);
        row(isZmqSubscription, "tcp://127.0.0.1:28332", false);
        row(isIpAddress, "0.0.0.0", true);
        row(isIpAddress, "::", true);
        row(isIpAddress, "fe80::1", true);
        row(isIpAddress, "localhost", false);
        row(isIpAddress, "1.2.3", false);
        row(isOrigin, "*", true);
        row(isOrigin, "https://example.org", true);
        row(isOrigin, "http://localhost:3000", true);
        row(isOrigin, "example.org", false);
        row(isOrigin, "https://example.org/path", false);
        row(isHostName, "node.example.org", true);
        row(isHostName, "192.168.1.7", true);
        row(isHostName, "bad host", false);
        row(isHostName, "a..b", false);
        row(isSocketPath, "/socket", true);
        row(isSocketPath, "/live/feed", true);
        row(isSocketPath, "/", false);
        row(isSocketPath, "ws", false);
        row(isSocketPath, "/api/ws", false);
        row(isSocketPath, "/healthz", false);
        row(isSocketPath, "/w s", false);
        row(isSocketPath, "/ws/", false);
    }
    void addresses()
    {
        QFETCH(Check, check);
        QFETCH(QByteArray, text);
        QFETCH(bool, valid);
        QCOMPARE(check(text.toStdString()), valid);
    }
};

QTEST_GUILESS_MAIN(TestValueText)
#include "test_value_text.moc"
