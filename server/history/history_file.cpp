// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <system_error>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr int busyMs = 1000;         ///< somebody reads the file with SQLite's own tool
constexpr int checkpointPages = 250; ///< of 4 KB: the log stays near 1 MB
constexpr qsizetype keptAside = 3;   ///< damaged files that are kept; more would fill a bad disk
const QString asideMark = u".damaged-"_s;

std::string reasonOf(int error)
{
    return std::system_category().message(error);
}

/// Renames the damaged file at @p path and its log. @return its new name.
Result<QString> setAside(const QString &path, std::int64_t nowMs)
{
    const QString time = QDateTime::fromMSecsSinceEpoch(nowMs, Qt::UTC).toString(u"yyyyMMdd'T'HHmmsszzz'Z'"_s);
    const QString aside = path + asideMark + time;
    if (!QFile::rename(path, aside))
        return failure("the history is damaged and cannot be set aside");
    QFile::rename(path + u"-wal"_s, aside + u"-wal"_s);
    QFile::remove(path + u"-shm"_s);
    const QFileInfo file(path);
    QDir folder = file.dir();
    QStringList older = folder.entryList({file.fileName() + asideMark + u'*'}, QDir::Files, QDir::Name);
    older.removeIf([](const QString &name) { return name.endsWith("-wal"_L1); });
    for (; older.size() > keptAside; older.removeFirst()) {
        folder.remove(older.front());
        folder.remove(older.front() + u"-wal"_s);
    }
    return QFileInfo(aside).fileName();
}

} // namespace

const QString HistoryFile::inMemory = u":memory:"_s;

/// Held by one process at a time. The kernel lets go of it however the process ends.
class HistoryFile::Lock {
public:
    static Result<std::unique_ptr<Lock>> take(const QString &path)
    {
        const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0)
            return failure("the history's folder cannot be written to: " + reasonOf(errno));
        std::unique_ptr<Lock> lock(new Lock(descriptor));
        if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            return lock;
        return failure(errno == EWOULDBLOCK ? "another Tipwatch is writing this network's history"
                                            : "the history cannot be locked: " + reasonOf(errno));
    }
    ~Lock() { ::close(m_descriptor); }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

private:
    explicit Lock(int descriptor) : m_descriptor(descriptor) {}

    const int m_descriptor;
};

HistoryFile::HistoryFile(QString path) : m_path(std::move(path)) {}

HistoryFile::~HistoryFile()
{
    m_store.reset();
    m_database.reset();
}

Result<HistoryFile::Opened> HistoryFile::open(const QString &path, const HistoryConfig &config, std::int64_t nowMs,
                                              bool isDamaged)
{
    Opened opened{std::unique_ptr<HistoryFile>(new HistoryFile(path)), {}};
    HistoryFile &file = *opened.file;
    if (path != inMemory) {
        errno = 0;
        if (!QDir().mkpath(QFileInfo(path).path()))
            return failure("the history's folder cannot be made" + (errno != 0 ? ": " + reasonOf(errno) : std::string()));
        auto lock = Lock::take(path + u".lock"_s);
        if (!lock)
            return tl::unexpected(lock.error());
        file.m_lock = std::move(*lock);
    }
    auto done = isDamaged ? tl::unexpected(SchemaError{{}, false}) : file.openDatabase(config);
    if (path != inMemory && (isDamaged || (!done && done.error().error.isDamage()))) {
        file.m_store.reset();
        file.m_database.reset();
        const auto aside = setAside(path, nowMs);
        if (!aside)
            return tl::unexpected(aside.error());
        opened.setAside = *aside;
        done = file.openDatabase(config);
    }
    if (!done)
        return failure("the history cannot be opened: " + done.error().error.message);
    return opened;
}

tl::expected<void, SchemaError> HistoryFile::openDatabase(const HistoryConfig &config)
{
    const auto refused = [](const SqlError &error) { return tl::unexpected(SchemaError{error, false}); };
    auto database = Database::open(m_path, busyMs);
    if (!database)
        return refused(database.error());
    m_database = std::move(*database);
    // auto_vacuum can only be chosen before anything is in the file.
    if (auto done = m_database->run({u"PRAGMA auto_vacuum = INCREMENTAL"_s, u"PRAGMA journal_mode = WAL"_s,
                                     u"PRAGMA synchronous = FULL"_s, u"PRAGMA wal_autocheckpoint = %1"_s.arg(checkpointPages),
                                     u"PRAGMA journal_size_limit = 1048576"_s});
        !done)
        return refused(done.error());
    const auto checked = m_database->value(u"PRAGMA quick_check(1)"_s);
    if (!checked)
        return refused(checked.error());
    if (checked->toString() != "ok"_L1)
        return refused(SqlError::damage(checked->toString().toStdString()));
    auto store = HistoryStore::open(*m_database, config);
    if (!store)
        return tl::unexpected(store.error());
    m_store = std::move(*store);
    return {};
}

bool HistoryFile::isGone() const
{
    return m_path != inMemory && !QFile::exists(m_path);
}

} // namespace tipwatch
