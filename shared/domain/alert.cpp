// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/alert.h"

namespace tipwatch {

std::string_view severityName(AlertSeverity severity)
{
    switch (severity) {
    case AlertSeverity::Info:
        break;
    case AlertSeverity::Warning:
        return "warning";
    case AlertSeverity::Critical:
        return "critical";
    }
    return "info";
}

std::optional<AlertSeverity> severityFromName(std::string_view name)
{
    for (const AlertSeverity severity : allSeverities) {
        if (severityName(severity) == name)
            return severity;
    }
    return std::nullopt;
}

} // namespace tipwatch
