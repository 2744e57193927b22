// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert_rule.h"
#include "shared/domain/error.h"

#include <string>
#include <vector>

namespace tipwatch {

/// Writes the file that readRulesFile() reads (config_loader.h), and its folder if there is none: the old one, or the new one, whatever
/// happens. The error names the file and the reason.
Result<void> writeRulesFile(const std::string &path, const std::vector<AlertRule> &rules);

} // namespace tipwatch
