// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/history/history_store.h"

#include <QString>

#include <cstdint>
#include <memory>

namespace tipwatch {

/// The history of one network, open for this process alone: folder, lock, database, tables. Belongs to the thread that opens it.
/// Written ahead (WAL) with `synchronous = FULL`: a commit is on the disk when it returns, so neither the end of the process nor of
/// the power takes more than the minute under way, and nothing is ever half written.
class HistoryFile {
public:
    static const QString inMemory; ///< the path of a history that ends with the program

    struct Opened {
        std::unique_ptr<HistoryFile> file;
        QString setAside; ///< name that the damaged file has now; empty: there was none
    };

    /// Opens @p path, and makes it with its folder if it is not there. A damaged file is set aside: renamed, with its log, to
    /// "<name>.damaged-<time>", and a new one is begun. @p isDamaged: it showed while it was used, nobody needs to look for it again.
    /// @p nowMs is Unix ms. @return one sentence without paths if it cannot be had.
    static Result<Opened> open(const QString &path, const HistoryConfig &config, std::int64_t nowMs, bool isDamaged = false);

    ~HistoryFile();

    HistoryStore &store() { return *m_store; }
    /// Somebody removed or renamed the file: what is written is lost.
    bool isGone() const;

private:
    class Lock;

    explicit HistoryFile(QString path);
    tl::expected<void, SchemaError> openDatabase(const HistoryConfig &config);

    const QString m_path;
    std::unique_ptr<Lock> m_lock;
    std::unique_ptr<Database> m_database;
    std::unique_ptr<HistoryStore> m_store;
};

} // namespace tipwatch
