// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/config_loader.h"
#include "shared/config/setting.h"

#include <string>

// The table of settings as people read it.
namespace tipwatch {

/// @p text, a value of a setting of @p kind, as it stands in a TOML file.
std::string tomlValue(ValueKind kind, const std::string &text);

/// For --help: every flag in groups, on one screen.
std::string helpText();

/// For --print-config: a TOML file of all values, each with where it came from. Secrets are masked.
std::string printedConfig(const LoadedConfig &loaded);

/// The sample file: every setting with its default (commented out), meaning, accepted values, variable and flag.
std::string sampleFile();

} // namespace tipwatch
