// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/config.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// How a value stands in a TOML file.
enum class ValueKind { Text, Number, Boolean, List };

/// The group of settings that few people touch: --help only lists their names.
inline constexpr std::string_view limitsGroup = "Limits";

/// One setting: all that is known of it stands here, and file, environment, flags, --help, --print-config and the sample file follow.
struct Setting {
    std::string_view group;       ///< heading under which --help lists it
    std::string_view key;         ///< in the TOML file: "gateway.http_port"
    std::string_view environment; ///< variable
    std::string_view flag;        ///< "--http-port"
    std::string_view argument;    ///< what --help calls the value; empty: a switch, which takes none
    std::string_view meaning;
    std::string accepted{}; ///< for the line that refuses a value
    ValueKind kind = ValueKind::Text;
    bool secret = false; ///< never shown
    /// Puts @p text into the configuration. @return false if it is not accepted; nothing changes then. Lists are separated by commas.
    std::function<bool(Config &, std::string_view text)> read{};
    /// The present value, as text that read() takes.
    std::function<std::string(const Config &)> show{};
};

/// Every setting, in the order in which people read them.
const std::vector<Setting> &settings();

/// @return null if there is none of that key.
const Setting *findSetting(std::string_view key);

} // namespace tipwatch
