// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tipwatch {

/// A message of the program as it goes into the log: a short event, then key=value pairs (values with blanks in quotes).
struct LogLine {
    std::int64_t unixMs = 0;
    QtMsgType type = QtInfoMsg;
    std::string category; ///< "tipwatch.gateway"
    std::string message;  ///< UTF-8
};

/// The two parts of a message.
struct LogMessage {
    std::string event; ///< what stands before the first pair, trimmed
    std::vector<std::pair<std::string, std::string>> fields;
};

LogMessage splitLogMessage(std::string_view message);

/// For people: time (local), level, area, message; one line, no control characters.
std::string textLogLine(const LogLine &line);

/// For machines: one JSON object {ts, level, category, event, fields}; ts is UTC (RFC 3339).
std::string jsonLogLine(const LogLine &line);

/// @p message without passwords: user information in addresses and the values of fields named like a secret become "***".
std::string withoutSecrets(std::string_view message);

} // namespace tipwatch
