// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/feed_client.h"
#include "tests/integration/program.h"

#include <QFile>
#include <QRegularExpression>
#include <QTcpServer>
#include <QtTest>

#include <csignal>

using namespace tipwatch;
using namespace Qt::StringLiterals;

/// The program as somebody meets it who starts it: what it says, and with what it ends.
class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void helpAndVersion()
    {
        Program program;
        QCOMPARE(program.run({u"--help"_s}), 0);
        QVERIFY(program.output().contains("--server-only") && program.output().contains("--check-config"));
        QCOMPARE(program.run({u"--version"_s}), 0);
        QVERIFY(QRegularExpression(u"^tipwatch \\d+\\.\\d+\\.\\d+\n$"_s).match(QString::fromUtf8(program.output())).hasMatch());
    }

    void badInputEndsWith78AndOneLine_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("variable"); // name=value
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("value")
            << QStringList{u"--http-port"_s, u"x"_s} << QByteArray()
            << QByteArray("tipwatch: --http-port: \"x\" is not valid; accepted: a whole number from 0 to 65535 (0: any "
                          "free one) (on the command line)\n");
        QTest::newRow("variable")
            << QStringList() << QByteArray("WEBSOCKET_MAX_CONNECTIONS=0")
            << QByteArray("tipwatch: WEBSOCKET_MAX_CONNECTIONS: \"0\" is not valid; accepted: a whole number from 1 to "
                          "1000000 (in the environment)\n");
        QTest::newRow("flag") << QStringList{u"--sever-only"_s} << QByteArray()
                              << QByteArray("tipwatch: --sever-only is not an option; did you mean --server-only?\n");
        QTest::newRow("file") << QStringList{u"--config"_s, u"/no/such.toml"_s} << QByteArray()
                              << QByteArray("tipwatch: /no/such.toml: cannot be read: No such file or directory\n");
        QTest::newRow("key that is none")
            << QStringList{u"--server-only"_s, u"--require-auth"_s, u"--jwt-key"_s, u"/dev/null"_s} << QByteArray()
            << QByteArray("tipwatch: gateway.jwt_key_file: /dev/null: a secret for HS256 has at least 32 bytes\n");
        const QString countries = QStringLiteral(TIPWATCH_FIXTURES "/geoip/countries.mmdb");
        QTest::newRow("geoip database") << QStringList{u"--check-config"_s, u"--geoip-db"_s, countries} << QByteArray()
                                        << "tipwatch: gateway.geoip_db: \"" + countries.toUtf8() +
                                               "\" cannot be used: it has no positions, being of the type Tipwatch-Test-Country; "
                                               "accepted: a database of cities in MaxMind's format\n";
        QTest::newRow("check")
            << QStringList{u"--check-config"_s, u"--theme"_s, u"pink"_s} << QByteArray()
            << QByteArray(
                   "tipwatch: --theme: \"pink\" is not valid; accepted: remembered, system, dark, light (on the command line)\n");
    }
    void badInputEndsWith78AndOneLine()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, variable);
        QFETCH(QByteArray, line);
        Program program;
        if (!variable.isEmpty())
            program.setVariable(variable.split('=').front().constData(), QString::fromUtf8(variable.split('=').back()));
        QCOMPARE(program.run(arguments), 78);
        QCOMPARE(program.errors(), line);
        QCOMPARE(program.output(), QByteArray());
    }

    void checkConfigReadsTheUsersFile()
    {
        Program program;
        QCOMPARE(program.run({u"--check-config"_s}), 0);
        QCOMPARE(program.output(), QByteArray("ok\n"));

        const QString path = writeUserFile(program, "gateway.http_port = 1\n");
        QCOMPARE(program.run({u"--check-config"_s}), 0);
        QCOMPARE(program.output(), "ok (" + path.toUtf8() + ")\n");

        writeUserFile(program, "gateway.http_port = \n");
        QCOMPARE(program.run({u"--check-config"_s}), 78);
        QVERIFY2(program.errors().startsWith("tipwatch: " + path.toUtf8() + ":1:"), program.errors().constData());
    }

    void printConfigTellsWhereValuesComeFrom()
    {
        Program program;
        const QString path = writeUserFile(program, "gateway.http_port = 1\n[log]\nlevel = \"error\"\n");
        program.setVariable("WEBSOCKET_PATH", u"/live"_s);
        QCOMPARE(program.run({u"--print-config"_s, u"--http-port"_s, u"2"_s, u"--rpc-user"_s, u"hunter2"_s,
                              u"--rpc-password-file"_s, u"/dev/null"_s}),
                 0);
        const QString printed = QString::fromUtf8(program.output()).replace(QRegularExpression(u" +"_s), u" "_s);
        for (const QString &line :
             {u"http_port = 2 # --http-port"_s, u"path = \"/live\" # WEBSOCKET_PATH"_s, u"level = \"error\" # %1:3"_s.arg(path),
              u"listen = \"127.0.0.1\" # default"_s, u"rpc_user = \"***\" # --rpc-user"_s})
            QVERIFY2(printed.contains(u'\n' + line + u'\n'), qPrintable(line));
        QVERIFY(!printed.contains(u"hunter2"_s));
    }

    void withoutADisplayItSaysWhatToDo()
    {
        Program program;
        for (const char *name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            program.unsetVariable(name);
        QCOMPARE(program.run({u"--source"_s, u"simulated"_s}), 69);
        QVERIFY2(program.errors().contains("--server-only"), program.errors().constData());
        QCOMPARE(program.errors().count('\n'), 1);
    }

    void logsAreJsonWhenAskedFor()
    {
        Program program;
        QVERIFY(program.serve({u"--log-format"_s, u"json"_s}));
        program.sendSignal(SIGTERM);
        QCOMPARE(program.waitForEnd(), 0);
        QStringList events;
        QString url;
        for (const QByteArray &line : program.errors().split('\n')) {
            if (line.isEmpty())
                continue;
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            QVERIFY2(object.contains("ts"_L1) && object.contains("level"_L1) && object.contains("category"_L1) &&
                         object.contains("event"_L1) && object.value("fields"_L1).isObject(),
                     line.constData());
            events << object.value("event"_L1).toString();
            if (events.back() == "websocket.enabled"_L1 && url.isEmpty())
                url = object.value("fields"_L1).toObject().value("url"_L1).toString();
        }
        QVERIFY2(events.contains(u"app.started"_s) && events.contains(u"app.stopping"_s), qPrintable(events.join(u' ')));
        QCOMPARE(url, program.url().toString());
    }

    void theLogLevelIsApplied()
    {
        Program program;
        QVERIFY(program.serve({u"--log-level"_s, u"error"_s}));
        program.sendSignal(SIGTERM);
        QCOMPARE(program.waitForEnd(), 0);
        QCOMPARE(program.errors(), QByteArray());
    }

    void disabledMeansNobodyListens()
    {
        Program program;
        const QString port = QString::number(freePort());
        program.setVariable("WEBSOCKET_ENABLED", u"false"_s);
        program.start({u"--server-only"_s, u"--source"_s, u"simulated"_s, u"--http-port"_s, port});
        QTRY_VERIFY_WITH_TIMEOUT(program.errors().contains("websocket.enabled on=false"), 20'000);
        QTRY_VERIFY_WITH_TIMEOUT(program.errors().contains("source.chosen"), 20'000);
        QCOMPARE(httpGet(QUrl(u"http://127.0.0.1:%1/healthz"_s.arg(port))).status, 0);
        QVERIFY(program.isRunning());
        program.sendSignal(SIGTERM);
        QCOMPARE(program.waitForEnd(), 0);
        QCOMPARE(program.output(), QByteArray());
    }

    void aTakenPortEndsTheServer()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        Program program;
        const QString port = QString::number(other.serverPort());
        QCOMPARE(program.run({u"--server-only"_s, u"--source"_s, u"simulated"_s, u"--http-port"_s, port}), 69);
        QVERIFY2(program.errors().contains("tipwatch: cannot serve: ") && program.errors().contains(port.toUtf8()),
                 program.errors().constData());
        QCOMPARE(program.output(), QByteArray());
    }

    void aSignalEndsItInGoodOrder_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGHUP") << SIGHUP;
    }
    void aSignalEndsItInGoodOrder()
    {
        QFETCH(int, signal);
        Program program;
        QVERIFY(program.serve());
        FeedClient client;
        QVERIFY(client.connectTo(program.webSocketUrl()));
        program.sendSignal(signal);
        QCOMPARE(program.waitForEnd(), 0);
        QTRY_COMPARE(client.socket().state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(static_cast<int>(client.socket().closeCode()), 1001);
    }

    // Two signals that wait while the process stands still arrive as one after the other, before it can end by itself.
    void aSecondSignalEndsItAtOnce()
    {
        Program program;
        QVERIFY(program.serve());
        for (const int signal : {SIGSTOP, SIGTERM, SIGINT, SIGCONT})
            program.sendSignal(signal);
        const int code = program.waitForEnd();
        QVERIFY2(code == 128 + SIGTERM || code == 128 + SIGINT, qPrintable(QString::number(code)));
    }

private:
    static QString writeUserFile(const Program &program, const QByteArray &content)
    {
        const QString folder = program.home() + u"/.config/tipwatch"_s;
        QFile file(folder + u"/tipwatch.toml"_s);
        return QDir().mkpath(folder) && file.open(QIODevice::WriteOnly) && file.write(content) == content.size() ? file.fileName()
                                                                                                                 : QString();
    }

    /// A port that nobody used a moment ago.
    static quint16 freePort()
    {
        QTcpServer server;
        return server.listen(QHostAddress::LocalHost) ? server.serverPort() : quint16(0);
    }
};

QTEST_GUILESS_MAIN(TestCommandLine)
#include "test_command_line.moc"
