// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/rules_file.h"

#include "shared/config/rule_text.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

namespace tipwatch {

Result<void> writeRulesFile(const std::string &path, const std::vector<AlertRule> &rules)
{
    std::string content =
        "# SPDX-License-Identifier: GPL-3.0-or-later\n"
        "# What Tipwatch watches for, as it was changed in the app: all of it, whatever the settings say of rules.\n"
        "# Without this file the settings count again.\n";
    if (rules.empty())
        content += "alerts.rules = []\n";
    for (const AlertRule &rule : rules)
        content += "\n" + ruleTable(rule);

    QSaveFile file(QString::fromStdString(path));
    QDir().mkpath(QFileInfo(file.fileName()).absolutePath());
    const bool isWritten =
        file.open(QIODevice::WriteOnly) &&
        file.write(content.data(), static_cast<qint64>(content.size())) == static_cast<qint64>(content.size()) && file.commit();
    if (!isWritten)
        return failure(path + ": cannot be written: " + file.errorString().toStdString());
    return {};
}

} // namespace tipwatch
