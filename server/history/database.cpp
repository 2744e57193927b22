// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/database.h"

#include <QSqlError>

#include <atomic>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

// https://www.sqlite.org/rescode.html
constexpr int sqliteBusy = 5, sqliteLocked = 6, sqliteCorrupt = 11, sqliteFull = 13, sqliteNotADatabase = 26;
constexpr int primaryCode = 0xff; ///< extended codes have the primary one in their lowest byte

SqlError errorOf(const QSqlError &error)
{
    return {error.nativeErrorCode().toInt() & primaryCode,
            (error.databaseText().isEmpty() ? error.driverText() : error.databaseText()).toStdString()};
}

} // namespace

SqlError SqlError::damage(std::string message)
{
    return {sqliteCorrupt, std::move(message)};
}

bool SqlError::isDamage() const
{
    return code == sqliteCorrupt || code == sqliteNotADatabase;
}

bool SqlError::isBusy() const
{
    return code == sqliteBusy || code == sqliteLocked;
}

bool SqlError::isFull() const
{
    return code == sqliteFull;
}

SqlResult<void> Statement::run(const QVariantList &values, const std::function<void(const QSqlQuery &)> &row)
{
    for (qsizetype i = 0; i < values.size(); ++i)
        m_query.bindValue(static_cast<int>(i), values[i]);
    if (!m_query.exec())
        return tl::unexpected(errorOf(m_query.lastError()));
    while (row && m_query.next())
        row(m_query);
    const QSqlError error = m_query.lastError();
    m_query.finish(); // else it keeps the past alive and the log cannot be emptied
    if (error.isValid())
        return tl::unexpected(errorOf(error));
    return {};
}

SqlResult<std::unique_ptr<Database>> Database::open(const QString &path, int busyMs)
{
    static std::atomic<int> opened = 0;
    const QString driver = u"QSQLITE"_s;
    if (!QSqlDatabase::isDriverAvailable(driver))
        return tl::unexpected(SqlError{0, "Qt's driver for SQLite is not installed (Debian: libqt6sql6-sqlite)"});
    std::unique_ptr<Database> database(new Database(u"tipwatch-%1"_s.arg(++opened)));
    QSqlDatabase connection = QSqlDatabase::addDatabase(driver, database->m_name);
    connection.setDatabaseName(path);
    connection.setConnectOptions(u"QSQLITE_BUSY_TIMEOUT=%1"_s.arg(busyMs));
    if (!connection.open())
        return tl::unexpected(errorOf(connection.lastError()));
    return database;
}

Database::~Database()
{
    connection().close();
    QSqlDatabase::removeDatabase(m_name);
}

SqlResult<void> Database::run(std::initializer_list<QString> statements)
{
    QSqlQuery query(connection());
    for (const QString &statement : statements) {
        if (!query.exec(statement))
            return tl::unexpected(errorOf(query.lastError()));
        while (query.next()) { // incremental_vacuum frees a page with each row
        }
    }
    return {};
}

SqlResult<QVariant> Database::value(const QString &statement)
{
    QSqlQuery query(connection());
    if (!query.exec(statement) || !query.next())
        return tl::unexpected(errorOf(query.lastError()));
    return query.value(0);
}

SqlResult<Statement> Database::prepare(const QString &statement)
{
    QSqlQuery query(connection());
    query.setForwardOnly(true);
    if (!query.prepare(statement))
        return tl::unexpected(errorOf(query.lastError()));
    return Statement(std::move(query));
}

SqlResult<void> Database::atOnce(const std::function<SqlResult<void>()> &work)
{
    if (auto begun = run({u"BEGIN IMMEDIATE"_s}); !begun)
        return begun;
    SqlResult<void> done = work();
    if (done)
        done = run({u"COMMIT"_s});
    if (!done)
        static_cast<void>(run({u"ROLLBACK"_s})); // SQLite may have done so itself; then this says so, which is no news
    return done;
}

} // namespace tipwatch
