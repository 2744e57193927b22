// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QString>
#include <QVariant>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

namespace tipwatch {

/// What SQLite says went wrong.
struct SqlError {
    int code = 0;        ///< SQLite's primary result code; 0 if it is not SQLite that says so
    std::string message; ///< one sentence

    static SqlError damage(std::string message);

    /// The file is not (any more) what SQLite wrote.
    bool isDamage() const;
    /// It may work in a moment although nothing is mended: somebody else holds a lock.
    bool isBusy() const;
    /// There is no more room, on the disk or within the size that is allowed.
    bool isFull() const;
};
template <class T> using SqlResult = Result<T, SqlError>;

/// A prepared statement. Goes before its database.
class Statement {
public:
    /// One that fails when it is run.
    Statement() = default;

    /// Runs it; its rows, if any, are handed to @p row one by one. @p values stand for the question marks.
    SqlResult<void> run(const QVariantList &values, const std::function<void(const QSqlQuery &)> &row = nullptr);
    /// Rows that the last run inserted, changed or deleted.
    int changed() const { return m_query.numRowsAffected(); }

private:
    friend class Database;
    explicit Statement(QSqlQuery query) : m_query(std::move(query)) {}

    QSqlQuery m_query;
};

/// A connection to an SQLite file. Belongs to the thread that opens it.
class Database {
public:
    /// @p path: a file, which is made if there is none; ":memory:" lives as long as the connection. Waits up to @p busyMs for locks.
    static SqlResult<std::unique_ptr<Database>> open(const QString &path, int busyMs);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// Runs statements that are needed once.
    SqlResult<void> run(std::initializer_list<QString> statements);
    /// First column of the first row.
    SqlResult<QVariant> value(const QString &statement);
    SqlResult<Statement> prepare(const QString &statement);

    /// Runs @p work in one transaction: all of it happens or, if it fails, nothing.
    SqlResult<void> atOnce(const std::function<SqlResult<void>()> &work);

private:
    explicit Database(const QString &name) : m_name(name) {}
    QSqlDatabase connection() const { return QSqlDatabase::database(m_name, false); }

    const QString m_name; ///< by which Qt knows the connection
};

} // namespace tipwatch
