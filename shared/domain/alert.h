// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tipwatch {

enum class AlertSeverity : std::uint8_t { Info, Warning, Critical };

inline constexpr std::array allSeverities{AlertSeverity::Info, AlertSeverity::Warning, AlertSeverity::Critical};

/// The wire's word for @p severity, e.g. "warning".
std::string_view severityName(AlertSeverity severity);
std::optional<AlertSeverity> severityFromName(std::string_view name);

/// What is told of something that a rule watches for. Immutable once raised.
struct Alert {
    std::uint64_t id = 0; ///< 1, 2, … in the order in which they were raised in this run; ChainStore gives it
    std::string rule;     ///< the name of the rule
    std::string type;     ///< what the rule watches for: AlertRule::type()
    AlertSeverity severity = AlertSeverity::Info;
    std::string title;          ///< a few words
    std::string text;           ///< a sentence or two, with the figures
    std::string subject;        ///< a txid, a block's hash, an address; empty: the node, or the network
    bool lasts = false;         ///< it holds until it is cleared; else it is over as it is raised
    std::int64_t raisedAt = 0;  ///< Unix ms
    std::int64_t clearedAt = 0; ///< Unix ms; 0: not cleared

    bool isActive() const { return lasts && clearedAt == 0; }
    friend bool operator==(const Alert &, const Alert &) = default;
};

using AlertPtr = std::shared_ptr<const Alert>;

} // namespace tipwatch
