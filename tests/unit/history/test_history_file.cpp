// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_file.h"
#include "tests/support/history_samples.h"

#include <unistd.h>

#include <QDir>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t start = 1'767'225'600; // 2026-01-01

Result<HistoryFile::Opened> open(const QString &path, const HistoryConfig &config = {})
{
    return HistoryFile::open(path, config, start * 1000);
}

void write(HistoryFile &file, std::int64_t time, int minutes = 1)
{
    std::mt19937 random(7);
    HistoryBatch batch;
    for (int i = 0; i < minutes; ++i, time += 60)
        batch.minutes.push_back({time, HistorySums::ofMinute(samples::anyState(random), {60, 1, 1})});
    const auto done = file.store().write(batch);
    QVERIFY2(done, done ? "" : done.error().message.c_str());
}

std::size_t pointsOf(HistoryFile &file)
{
    const auto series = file.store().read(HistoryWindow::TwoHours, start + 3600);
    return series ? series->points.size() : 0;
}

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

void overwrite(const QString &path, qint64 at, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(at) && file.write(bytes) == bytes.size());
}

} // namespace

/// What the history's file goes through.
class HistoryFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void foldersAreMadeAndFilesStay();
    void isSafeAgainstTheEndOfThePower();
    void aDamagedFileIsSetAside_data();
    void aDamagedFileIsSetAside();
    void damagedFilesDoNotPileUp();
    void anotherProgramsFileIsLeftAlone();
    void aNewerVersionsFileIsLeftAlone();
    void oneProcessWrites();
    void aFolderThatCannotBeWrittenIsReported();
    void aFullDiskIsReportedAndNothingIsHalfWritten();
    void aRemovedFileIsNoticed();

private:
    QString path(const QString &name = u"regtest.sqlite"_s) const { return m_folder->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void HistoryFileTest::foldersAreMadeAndFilesStay()
{
    const QString deep = path(u"a/b/regtest.sqlite"_s);
    write(*open(deep)->file, start);
    const auto again = open(deep);
    QVERIFY(again);
    QVERIFY(again->setAside.isEmpty());
    QCOMPARE(pointsOf(*again->file), std::size_t(1));
}

void HistoryFileTest::isSafeAgainstTheEndOfThePower()
{
    const auto opened = open(path());
    write(*opened->file, start);
    QCOMPARE(sql(path(), u"PRAGMA journal_mode"_s).toString(), u"wal"_s);
    QCOMPARE(sql(path(), u"PRAGMA auto_vacuum"_s).toInt(), 2); // incremental
    QVERIFY(sql(path(), u"PRAGMA user_version"_s).toInt() >= 1);
}

void HistoryFileTest::aDamagedFileIsSetAside_data()
{
    QTest::addColumn<qint64>("at");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("header") << qint64(0) << QByteArray("This is no database");
    QTest::newRow("schema") << qint64(100) << QByteArray(3000, '\x5a');
    QTest::newRow("table") << qint64(8192) << QByteArray(4096, '\xff');
    QTest::newRow("everything") << qint64(0) << QByteArray(65536, '\x01');
}

void HistoryFileTest::aDamagedFileIsSetAside()
{
    QFETCH(qint64, at);
    QFETCH(QByteArray, bytes);
    {
        const auto opened = open(path());
        write(*opened->file, start, 300);
    }
    QVERIFY(QFileInfo(path()).size() > at + bytes.size() || at == 0);
    overwrite(path(), at, bytes);

    const auto opened = open(path());
    QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
    QVERIFY2(opened->setAside.startsWith(u"regtest.sqlite.damaged-20260101T0000"_s), qPrintable(opened->setAside));
    QVERIFY(QFile::exists(path(opened->setAside)));
    QCOMPARE(pointsOf(*opened->file), std::size_t(0));
    write(*opened->file, start);
    QCOMPARE(pointsOf(*opened->file), std::size_t(1));
}

void HistoryFileTest::damagedFilesDoNotPileUp()
{
    QStringList aside;
    for (int i = 0; i < 6; ++i) {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly) &&
                file.write("nonsense, and more than a hundred bytes of it" + QByteArray(100, 'x')) > 0);
        file.close();
        const auto opened = HistoryFile::open(path(), {}, (start + i) * 1000);
        QVERIFY(opened && !opened->setAside.isEmpty());
        aside << opened->setAside;
    }
    QStringList there = QDir(m_folder->path()).entryList({u"*.damaged-*"_s}, QDir::Files, QDir::Name);
    there.removeIf([](const QString &name) { return name.endsWith("-wal"_L1); });
    QCOMPARE(there, aside.last(3));
}

void HistoryFileTest::anotherProgramsFileIsLeftAlone()
{
    sql(path(), u"CREATE TABLE recipes (name TEXT)"_s);
    const auto opened = open(path());
    QVERIFY(!opened);
    QCOMPARE(opened.error().message, std::string("the history cannot be opened: the file holds a database of another program"));
    QCOMPARE(sql(path(), u"SELECT name FROM sqlite_master"_s).toString(), u"recipes"_s);
}

void HistoryFileTest::aNewerVersionsFileIsLeftAlone()
{
    write(*open(path())->file, start);
    sql(path(), u"PRAGMA user_version = 99"_s);
    const auto opened = open(path());
    QVERIFY(!opened);
    QVERIFY(opened.error().message.find("newer version") != std::string::npos);
    QCOMPARE(sql(path(), u"PRAGMA user_version"_s).toInt(), 99);
}

void HistoryFileTest::oneProcessWrites()
{
    auto first = open(path());
    QVERIFY(first);
    const auto second = open(path());
    QVERIFY(!second);
    QCOMPARE(second.error().message, std::string("another Tipwatch is writing this network's history"));
    first->file.reset();
    QVERIFY(open(path()));
}

void HistoryFileTest::aFolderThatCannotBeWrittenIsReported()
{
    // Where a folder should be there is a file: so it is for root too.
    QFile(path(u"folder"_s)).open(QIODevice::WriteOnly);
    const auto in = open(path(u"folder/regtest.sqlite"_s));
    QVERIFY(!in);
    QVERIFY2(in.error().message.starts_with("the history's folder cannot be made"), in.error().message.c_str());
    if (::geteuid() == 0)
        QSKIP("root may write everywhere", );
    QVERIFY(QDir(m_folder->path()).mkdir(u"fixed"_s));
    QFile::setPermissions(path(u"fixed"_s), QFile::ReadOwner | QFile::ExeOwner);
    const auto fixed = open(path(u"fixed/regtest.sqlite"_s));
    QVERIFY(!fixed);
    QVERIFY2(fixed.error().message.find("Permission denied") != std::string::npos, fixed.error().message.c_str());
}

void HistoryFileTest::aFullDiskIsReportedAndNothingIsHalfWritten()
{
    // SQLite says the same (SQLITE_FULL) whether it is the disk or its own limit.
    HistoryConfig config;
    config.maxSize = 128 << 10;
    const auto opened = open(path(), config);
    QVERIFY(opened);
    std::mt19937 random(1);
    std::int64_t time = start;
    SqlResult<void> done;
    std::int64_t written = 0;
    for (int i = 0; i < 10'000 && done; ++i, time += 60) {
        done = opened->file->store().write({{{time, HistorySums::ofMinute(samples::anyState(random), {60, 1, 1})}}, {}, {}});
        written += done ? 1 : 0;
    }
    QVERIFY(!done);
    QVERIFY2(done.error().isFull(), done.error().message.c_str());
    QCOMPARE(sql(path(), u"SELECT count(*) FROM minutes"_s).toLongLong(), written);
    QCOMPARE(sql(path(), u"SELECT sum(samples) FROM ten_minutes"_s).toLongLong(), written);
    QCOMPARE(sql(path(), u"PRAGMA integrity_check"_s).toString(), u"ok"_s);
}

void HistoryFileTest::aRemovedFileIsNoticed()
{
    const auto opened = open(path());
    QVERIFY(!opened->file->isGone());
    QVERIFY(QFile::remove(path()));
    QVERIFY(opened->file->isGone());
}

QTEST_GUILESS_MAIN(HistoryFileTest)
#include "test_history_file.moc"
