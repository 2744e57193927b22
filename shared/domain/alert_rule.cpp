// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/alert_rule.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tipwatch {

namespace {

using namespace std::chrono_literals;
using enum AlertSeverity;

/// How a rule of each kind is unless something else is said.
struct Usual {
    std::string_view type;
    AlertSeverity severity;
    bool lasts;
    std::chrono::milliseconds hold;
    bool isDelivered; ///< what happens all the time should not ring
};

constexpr std::array<Usual, std::variant_size_v<watch::Anything>> usual{{
    {"new_block", Info, false, 0s, false},
    {"block_late", Warning, true, 0s, true},
    {"reorg", Warning, false, 0s, true},
    {"feerate_above", Info, true, 1min, true},
    {"feerate_below", Info, true, 1min, true},
    {"mempool_size", Warning, true, 1min, true},
    {"large_transaction", Info, false, 0s, false},
    {"transaction", Info, false, 0s, true},
    {"address", Warning, false, 0s, true},
    {"entity_mention", Warning, false, 0s, true},
    {"node_down", Critical, true, 15s, true},
    {"node_behind", Warning, true, 2min, true},
    {"few_peers", Warning, true, 2min, true},
    {"resync", Info, false, 0s, false},
    {"exactness_lost", Warning, true, 30s, true},
}};

constexpr auto types = [] {
    std::array<std::string_view, usual.size()> names;
    for (std::size_t i = 0; i < names.size(); ++i)
        names[i] = usual[i].type;
    return names;
}();

template <std::size_t... Is> watch::Anything nth(std::size_t index, std::index_sequence<Is...>)
{
    watch::Anything found;
    static_cast<void>(((Is == index && (found.emplace<Is>(), true)) || ...));
    return found;
}

} // namespace

std::string_view AlertRule::type() const
{
    return types[watches.index()];
}

bool AlertRule::lasts() const
{
    return usual[watches.index()].lasts;
}

std::span<const std::string_view> alertTypes()
{
    return types;
}

AlertRule usualRule(std::string_view type)
{
    const auto index = static_cast<std::size_t>(std::ranges::find(types, type) - types.begin());
    const Usual &standard = usual.at(index);
    AlertRule rule;
    rule.name = type;
    rule.watches = nth(index, std::make_index_sequence<usual.size()>());
    rule.severity = standard.severity;
    rule.hold = standard.hold;
    rule.webhook = rule.ntfy = standard.isDelivered;
    return rule;
}

std::vector<AlertRule> standardRules()
{
    std::vector<AlertRule> rules;
    for (const std::string_view type : {"new_block", "block_late", "reorg", "feerate_above", "mempool_size", "large_transaction",
                                        "node_down", "node_behind", "few_peers", "resync", "exactness_lost"})
        rules.push_back(usualRule(type));
    AlertRule deep = usualRule("reorg");
    deep.name = "deep_reorg";
    deep.severity = Critical;
    std::get<watch::Reorg>(deep.watches).depth = 3;
    rules.insert(rules.begin() + 3, std::move(deep));
    return rules;
}

} // namespace tipwatch
