// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/integration/program.h"
#include "tests/support/fake_node.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QProcess>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <random>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

/// With SQLite's own eyes.
QVariant sql(const QString &path, const QString &statement)
{
    QVariant value;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QSQLITE"_s, u"test"_s);
        database.setDatabaseName(path);
        if (database.open()) {
            QSqlQuery query(database);
            if (query.exec(statement) && query.next())
                value = query.value(0);
        }
    }
    QSqlDatabase::removeDatabase(u"test"_s);
    return value;
}

} // namespace

/// The history and SIGKILL.
class HistorySurvivesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void killedAtAnyMomentNothingThatWasWrittenIsLost();
    void theProgramIsKilledAgainAndAgain();
    void aDamagedFileIsToldInTheStatus();
    void aSecondProgramSaysThatItDoesNotWrite();

private:
    static constexpr int patienceMs = 30'000;

    static QStringList watching(const FakeNode &node)
    {
        const BitcoinConfig config = node.config();
        return {u"--source"_s,     u"bitcoin"_s,
                u"--node"_s,       QString::fromStdString(config.node),
                u"--rpc-cookie"_s, QString::fromStdString(config.cookieFile)};
    }
    static HttpReply get(Program &program, const QString &path) { return httpGet(program.url().resolved(QUrl(path))); }
    static QJsonObject historyStatus(Program &program)
    {
        return get(program, u"/api/v1/status"_s).object().value("history"_L1).toObject();
    }
    static QString fileOf(const Program &program) { return program.home() + u"/.local/share/tipwatch/history/regtest.sqlite"_s; }
};

void HistorySurvivesTest::killedAtAnyMomentNothingThatWasWrittenIsLost()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(u"history.sqlite"_s);
    std::mt19937 random(20261120);
    qint64 time = 1'767'225'600;
    for (int round = 0; round < 25; ++round) {
        QProcess writer;
        writer.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        writer.start(QStringLiteral(TIPWATCH_HISTORY_WRITER), {path, QString::number(time)});
        QVERIFY(writer.waitForStarted());
        // Some in the middle of the first, some hundreds later.
        const auto wanted = static_cast<qsizetype>(random() % 40) * (round % 5 == 4 ? 8 : 1);
        QByteArray said;
        while (said.count('\n') < wanted && writer.waitForReadyRead(patienceMs))
            said += writer.readAllStandardOutput();
        QVERIFY(said.count('\n') >= wanted);
        ::kill(static_cast<pid_t>(writer.processId()), SIGKILL);
        QVERIFY(writer.waitForFinished(patienceMs));
        QCOMPARE(writer.exitStatus(), QProcess::CrashExit);
        said += writer.readAllStandardOutput();
        const QList<QByteArray> lines = said.left(said.lastIndexOf('\n')).split('\n');
        const qint64 told = said.contains('\n') ? lines.last().toLongLong() : time - 60;

        QCOMPARE(sql(path, u"PRAGMA integrity_check"_s).toString(), u"ok"_s);
        const qint64 latest = sql(path, u"SELECT coalesce(max(time), 0) FROM minutes"_s).toLongLong();
        // The one under way may be there or not.
        QVERIFY2(told < time || latest >= told, qPrintable(u"%1 after %2"_s.arg(latest).arg(told)));
        // All levels tell of the same minutes, and the blocks came with them.
        QCOMPARE(sql(path, u"SELECT sum(samples) FROM two_hours"_s), sql(path, u"SELECT sum(samples) FROM ten_minutes"_s));
        QCOMPARE(sql(path, u"SELECT sum(vsize) FROM two_hours"_s), sql(path, u"SELECT sum(vsize) FROM ten_minutes"_s));
        QCOMPARE(sql(path, u"SELECT max(time) FROM blocks"_s).toLongLong(), latest);
        time = std::max(latest, time - 60) + 60;
    }
    QVERIFY(sql(path, u"SELECT count(*) FROM minutes"_s).toInt() > 100);
}

void HistorySurvivesTest::theProgramIsKilledAgainAndAgain()
{
    FakeNode node;
    Program program;
    std::mt19937 random(1);
    for (int round = 0; round < 10; ++round) {
        node.chain.mineAll();
        QVERIFY(program.serve(watching(node)));
        QTest::qWait(static_cast<int>(random() % 200)); // any moment of the first that it writes, not one that is waited for
        program.sendSignal(SIGKILL);
        program.waitForEnd();
        QTRY_VERIFY(!program.isRunning());
        if (QFile::exists(fileOf(program)))
            QCOMPARE(sql(fileOf(program), u"PRAGMA integrity_check"_s).toString(), u"ok"_s);
    }
    QVERIFY(program.serve(watching(node)));
    QTRY_COMPARE_WITH_TIMEOUT(get(program, u"/readyz"_s).status, 200, patienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(historyStatus(program).value("recording"_L1).toBool(), patienceMs);
    QVERIFY(historyStatus(program).value("setAside"_L1).isNull());
    const int height = node.chain.tip().height.value;
    QTRY_COMPARE_WITH_TIMEOUT(sql(fileOf(program), u"SELECT max(height) FROM blocks WHERE stale = 0"_s).toInt(), height,
                              patienceMs);
}

void HistorySurvivesTest::aDamagedFileIsToldInTheStatus()
{
    FakeNode node;
    Program program;
    QVERIFY(QDir().mkpath(QFileInfo(fileOf(program)).path()));
    QFile file(fileOf(program));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QByteArray(20'000, '\x5a')) > 0);
    file.close();
    QVERIFY(program.serve(watching(node)));
    QTRY_VERIFY_WITH_TIMEOUT(historyStatus(program).value("recording"_L1).toBool(), patienceMs);
    const QString aside = historyStatus(program).value("setAside"_L1).toString();
    QVERIFY2(aside.startsWith(u"regtest.sqlite.damaged-"_s), qPrintable(aside));
    QVERIFY(QFile::exists(QFileInfo(fileOf(program)).dir().filePath(aside)));
    QTRY_VERIFY(program.errors().contains("history.damaged"));
    QCOMPARE(get(program, u"/api/v1/history?window=2h"_s).status, 200);
}

void HistorySurvivesTest::aSecondProgramSaysThatItDoesNotWrite()
{
    FakeNode node;
    Program first, second;
    const QString folder = first.home() + u"/shared history"_s;
    const QStringList arguments = watching(node) + QStringList{u"--history-dir"_s, folder};
    QVERIFY(first.serve(arguments));
    QTRY_VERIFY_WITH_TIMEOUT(historyStatus(first).value("recording"_L1).toBool(), patienceMs);
    QVERIFY(second.serve(arguments));
    QTRY_COMPARE_WITH_TIMEOUT(historyStatus(second).value("error"_L1).toString(),
                              u"another Tipwatch is writing this network's history"_s, patienceMs);
    QVERIFY(!historyStatus(second).value("recording"_L1).toBool());
    const HttpReply refused = get(second, u"/api/v1/history"_s);
    QCOMPARE(refused.status, 503);
    QCOMPARE(refused.object().value("error"_L1).toObject().value("code"_L1).toString(), u"no_history"_s);
    QTRY_COMPARE_WITH_TIMEOUT(get(second, u"/readyz"_s).status, 200, patienceMs); // the rest goes on
    QVERIFY(QFile::exists(folder + u"/regtest.sqlite"_s));
}

QTEST_GUILESS_MAIN(HistorySurvivesTest)
#include "test_history_survives.moc"
