// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/config.h"
#include "shared/domain/error.h"

#include <map>
#include <string>
#include <vector>

namespace tipwatch {

/// What the program was asked to do.
enum class Request { Run, CheckConfig, PrintConfig, Help, Version };

struct ConfigInput {
    std::vector<std::string> arguments;             ///< without the program's name
    std::map<std::string, std::string> environment; ///< an empty variable counts as not set
};

struct LoadedConfig {
    Config config;
    Request request = Request::Run;
    std::string file; ///< the TOML file that was read; empty if none
    std::map<std::string, std::string>
        origins; ///< key of each setting that was given → where: "/etc/tipwatch.toml:3", "TIPWATCH_NODE", "--node"
    std::string rulesOrigin = "the standard rules"; ///< where config.alerts.rules come from
    std::vector<std::string> notes;                 ///< what a person should know although nothing is wrong
};

/// Defaults, then the TOML file (--config, else $XDG_CONFIG_HOME/tipwatch/tipwatch.toml if it is there), then the environment, then flags.
/// --help and --version are answered whatever the rest says.
/// The error is one line that names setting, value, what is accepted and where the value stands.
Result<LoadedConfig> loadConfig(const ConfigInput &input);

/// The rules that are kept at @p path: all that are watched for, whatever the configuration says. The error is one line.
Result<std::vector<AlertRule>> readRulesFile(const std::string &path);

/// The whole of the environment this process was started with.
std::map<std::string, std::string> processEnvironment();

} // namespace tipwatch
