// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/logging.h"

#include "app/exit_code.h"
#include "app/log_line.h"
#include "shared/domain/clock.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>

namespace tipwatch {

Q_LOGGING_CATEGORY(appLog, "tipwatch.app")

namespace {

// Qt's message handler is a plain function: what it needs can only be global.
std::atomic<LogFormat> logFormat{LogFormat::Text};
std::mutex logMutex;

void writeLine(std::string line)
{
    line += '\n';
    const std::lock_guard lock(logMutex);
    for (std::string_view rest = line; !rest.empty();) {
        const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
        if (written < 0 && errno != EINTR)
            return;
        rest.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
}

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const LogLine line{SystemClock().unixMs(), type, context.category ? context.category : "default", message.toStdString()};
    writeLine(logFormat.load(std::memory_order_relaxed) == LogFormat::Json ? jsonLogLine(line) : textLogLine(line));
    if (type == QtFatalMsg && message.contains(QStringLiteral("platform plugin"))) {
        writeLine("tipwatch: the display cannot be used; tipwatch --server-only needs none");
        ::_exit(exit_code::unavailable); // Qt would abort and leave a core file for what is no fault of the program
    }
}

QString filterRules(const std::string &level)
{
    QString rules =
        level == "debug" ? QStringLiteral("*.debug=false\ntipwatch.*.debug=true\n") : QStringLiteral("*.debug=false\n");
    if (level == "warning" || level == "error")
        rules += QStringLiteral("*.info=false\n");
    if (level == "error")
        rules += QStringLiteral("*.warning=false\n");
    return rules;
}

} // namespace

void installLogging(const LogConfig &config)
{
    logFormat = config.format;
    qInstallMessageHandler(handleMessage);
    QLoggingCategory::setFilterRules(filterRules(config.level));
}

} // namespace tipwatch
