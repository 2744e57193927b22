// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/setting.h"
#include "shared/domain/alert_rule.h"
#include "shared/domain/error.h"

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Alert rules as people write them: the tables [[alerts.rules]] of the configuration, and the file that keeps what was changed in the app.
namespace tipwatch {

/// A field of a rule: all that is known of it stands here, and files, errors, --print-config and the API follow.
struct RuleField {
    std::string_view name;
    std::string_view meaning;
    std::string accepted; ///< for the line that refuses a value
    ValueKind kind = ValueKind::Text;
    /// Puts @p text into the rule. @return false if it is not accepted; nothing changes then.
    std::function<bool(AlertRule &, std::string_view text)> read{};
    /// The present value, as text that read() takes; nothing if rules of this type have no such field.
    std::function<std::optional<std::string>(const AlertRule &)> show{};
};

/// Every field besides "type", in the order in which people read them.
const std::vector<RuleField> &ruleFields();

/// A field as it was given.
struct GivenField {
    std::string name;
    std::string value;
    std::string where{}; ///< for the error: "in /etc/tipwatch.toml:3:1"; empty: nothing is said
};

/// The usual rule of the type that is given, changed as the other fields say. The error names field, value and what is accepted.
Result<AlertRule> readRule(std::span<const GivenField> fields);

/// @p fields of a rule that has its type: the value of each that it has.
std::vector<std::pair<const RuleField *, std::string>> shownFields(const AlertRule &rule);

/// One table [[alerts.rules]] with every field.
std::string ruleTable(const AlertRule &rule);

/// @p rules together: names that come once only, and not too many. The error is one sentence.
Result<void> checkRules(std::span<const AlertRule> rules);

/// standardRules() with @p given: those of the same name are replaced, others added behind.
std::vector<AlertRule> withStandardRules(std::vector<AlertRule> given);

} // namespace tipwatch
