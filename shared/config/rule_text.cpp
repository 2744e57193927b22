// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/rule_text.h"

#include "shared/config/config_text.h"
#include "shared/config/value_text.h"
#include "shared/domain/address.h"
#include "shared/protocol/utf8.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace tipwatch {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::size_t longestName = 40;  ///< characters; it is a heading
constexpr std::size_t longestText = 200; ///< bytes of a watched text; OP_RETURN and coinbase rarely have more
constexpr double satoshiPerCoin = 100'000'000;

/// A field of the rules that watch for a Watch. @p parse(text) gives an optional value, @p write(value) its text.
template <class Watch, class T, class Parse, class Write>
RuleField fieldOf(RuleField field, T Watch::*member, Parse parse, Write write)
{
    field.read = [=](AlertRule &rule, std::string_view text) {
        auto value = parse(text);
        if (!value)
            return false;
        std::get<Watch>(rule.watches).*member = std::move(*value);
        return true;
    };
    field.show = [=](const AlertRule &rule) -> std::optional<std::string> {
        const auto *watched = std::get_if<Watch>(&rule.watches);
        return watched ? std::optional(write(watched->*member)) : std::nullopt;
    };
    return field;
}

/// Of one name, the field that belongs to the type of the rule: where several types have it.
RuleField anyOf(std::vector<RuleField> alternatives)
{
    RuleField field = alternatives.front();
    field.read = [alternatives](AlertRule &rule, std::string_view text) {
        for (const RuleField &one : alternatives) {
            if (one.show(rule))
                return one.read(rule, text);
        }
        return false;
    };
    field.show = [alternatives](const AlertRule &rule) -> std::optional<std::string> {
        for (const RuleField &one : alternatives) {
            if (auto shown = one.show(rule))
                return shown;
        }
        return std::nullopt;
    };
    return field;
}

auto numberFrom(double least, double most)
{
    return [=](std::string_view text) -> std::optional<double> {
        const auto number = parseNumber(text);
        return number && *number >= least && *number <= most ? number : std::nullopt;
    };
}

auto integerFrom(std::int32_t least, std::int32_t most)
{
    return [=](std::string_view text) -> std::optional<std::int32_t> {
        const auto number = parseInteger(text);
        if (!number || *number < least || *number > most)
            return std::nullopt;
        return static_cast<std::int32_t>(*number);
    };
}

std::optional<milliseconds> durationUpTo(std::string_view text, milliseconds most)
{
    const auto duration = parseDuration(text);
    return duration && *duration <= most ? duration : std::nullopt;
}

std::string integerText(std::int32_t number)
{
    return std::to_string(number);
}

/// Coins with as many digits as are needed.
std::string coinsText(Satoshi value)
{
    return numberText(static_cast<double>(value.value) / satoshiPerCoin);
}

bool isName(std::string_view text)
{
    return !text.empty() && text.size() <= longestName && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

/// UTF-8 that can stand in a file as it is.
bool isText(std::string_view text)
{
    return !text.empty() && text.size() <= longestText && isUtf8(text) &&
           std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// Which network it is of is judged when the node's is known.
bool isAddressOfSomeNetwork(std::string_view text)
{
    return std::ranges::any_of(std::array<std::string_view, 3>{"main", "test", "regtest"},
                               [&](std::string_view network) { return scriptOf(text, network).has_value(); });
}

/// A field that all rules have.
template <class Parse, class Write> RuleField common(RuleField field, Parse parse, Write write)
{
    field.read = std::move(parse);
    field.show = [write](const AlertRule &rule) -> std::optional<std::string> { return write(rule); };
    return field;
}

RuleField commonTime(RuleField field, milliseconds AlertRule::*member)
{
    field.accepted = "a time from 0ms to 24h, such as 30s, 5min";
    return common(
        std::move(field),
        [member](AlertRule &rule, std::string_view text) {
            const auto duration = durationUpTo(text, 24h);
            if (duration)
                rule.*member = *duration;
            return duration.has_value();
        },
        [member](const AlertRule &rule) { return durationText(rule.*member); });
}

RuleField commonSwitch(RuleField field, bool AlertRule::*member)
{
    field.accepted = "true, false, on, off, 1, 0";
    field.kind = ValueKind::Boolean;
    return common(
        std::move(field),
        [member](AlertRule &rule, std::string_view text) {
            const auto value = parseBoolean(text);
            if (value)
                rule.*member = *value;
            return value.has_value();
        },
        [member](const AlertRule &rule) { return std::string(rule.*member ? "true" : "false"); });
}

void addCommon(std::vector<RuleField> &all)
{
    all.push_back(common(
        {"name", "how it is called; one of the same name replaces it", "a name of 1 to 40 letters, digits, - and _"},
        [](AlertRule &rule, std::string_view text) {
            if (isName(text))
                rule.name = text;
            return isName(text);
        },
        [](const AlertRule &rule) { return rule.name; }));
    all.push_back(common(
        {"severity", "how much it matters", "info, warning, critical"},
        [](AlertRule &rule, std::string_view text) {
            const auto severity = severityFromName(text);
            if (severity)
                rule.severity = *severity;
            return severity.has_value();
        },
        [](const AlertRule &rule) { return std::string(severityName(rule.severity)); }));
    all.push_back(commonSwitch({"enabled", "whether it is watched", {}}, &AlertRule::enabled));
    all.push_back(commonSwitch({"webhook", "whether it is delivered to alerts.webhook_url", {}}, &AlertRule::webhook));
    all.push_back(commonSwitch({"ntfy", "whether it is delivered to alerts.ntfy_url", {}}, &AlertRule::ntfy));
    RuleField hold = commonTime({"hold", "it is told once it has held so long, and cleared once it has been over so long", {}},
                                &AlertRule::hold);
    hold.show = [show = hold.show](const AlertRule &rule) { return rule.lasts() ? show(rule) : std::nullopt; };
    all.push_back(std::move(hold));
    all.push_back(
        commonTime({"cooldown", "after it was told (or cleared, if it lasts) nothing for so long", {}}, &AlertRule::cooldown));
}

template <class Watch> RuleField hysteresis()
{
    return fieldOf(
        {"hysteresis", "share of the threshold by which it has to be passed back", "a number from 0 to 0.9", ValueKind::Number},
        &Watch::hysteresis, numberFrom(0, 0.9), numberText);
}

template <class Watch> RuleField feerate()
{
    return fieldOf(
        {"feerate", "sat/vB of the next block", "a number of sat/vB from 0.001 to 1000000", ValueKind::Number}, &Watch::feerate,
        [](std::string_view text) -> std::optional<Feerate> {
            const auto number = numberFrom(0.001, 1'000'000)(text);
            return number ? std::optional(Feerate(*number)) : std::nullopt;
        },
        [](Feerate value) { return numberText(value.value); });
}

void addThresholds(std::vector<RuleField> &all)
{
    using namespace watch;
    all.push_back(fieldOf({"probability", "chance of so long a time between blocks below which it is told",
                           "a number from 0.000001 to 0.5", ValueKind::Number},
                          &BlockLate::probability, numberFrom(0.000001, 0.5), numberText));
    all.push_back(fieldOf(
        {"interval", "mean time between blocks; 0: the network's", "a time from 100ms to 24h, or 0"}, &BlockLate::interval,
        [](std::string_view text) -> std::optional<milliseconds> {
            const auto duration = durationUpTo(text, 24h);
            return duration && (*duration == 0ms || *duration >= 100ms) ? duration : std::nullopt;
        },
        [](milliseconds value) { return durationText(value); }));
    all.push_back(fieldOf({"depth", "blocks taken back, at least", "a whole number from 1 to 1000", ValueKind::Number},
                          &Reorg::depth, integerFrom(1, 1000), integerText));
    all.push_back(anyOf({feerate<FeerateAbove>(), feerate<FeerateBelow>()}));
    all.push_back(fieldOf({"usage", "share of the memory that the node gives its mempool; 0: not watched", "a number from 0 to 1",
                           ValueKind::Number},
                          &MempoolSize::usage, numberFrom(0, 1), numberText));
    all.push_back(fieldOf(
        {"vsize", "megabytes (vMB) of all transactions; 0: not watched", "a number of vMB from 0 to 100000", ValueKind::Number},
        &MempoolSize::vsize,
        [](std::string_view text) -> std::optional<VBytes> {
            const auto number = numberFrom(0, 100'000)(text);
            return number ? std::optional(VBytes(std::llround(*number * 1e6))) : std::nullopt;
        },
        [](VBytes value) { return numberText(static_cast<double>(value.value) / 1e6); }));
    all.push_back(anyOf({hysteresis<FeerateAbove>(), hysteresis<FeerateBelow>(), hysteresis<MempoolSize>()}));
    all.push_back(fieldOf(
        {"value", "coins of all outputs together, at least", "a number of BTC from 0.00000001 to 21000000", ValueKind::Number},
        &LargeTransaction::value,
        [](std::string_view text) -> std::optional<Satoshi> {
            const auto number = numberFrom(0.00000001, 21'000'000)(text);
            return number ? std::optional(Satoshi(std::llround(*number * satoshiPerCoin))) : std::nullopt;
        },
        coinsText));
    all.push_back(
        fieldOf({"blocks", "headers that it has no blocks for, at least", "a whole number from 1 to 1000000", ValueKind::Number},
                &NodeBehind::blocks, integerFrom(1, 1'000'000), integerText));
    all.push_back(fieldOf({"peers", "fewer than these", "a whole number from 1 to 1000", ValueKind::Number}, &FewPeers::peers,
                          integerFrom(1, 1000), integerText));
}

void addWatched(std::vector<RuleField> &all)
{
    using namespace watch;
    all.push_back(fieldOf(
        {"txid", "the transaction", "64 hexadecimal digits"}, &Transaction::txid,
        [](std::string_view text) { return TxId::fromHex(text); },
        [](const TxId &txid) { return txid.isNull() ? std::string() : txid.toHex(); }));
    all.push_back(fieldOf(
        {"address", "an address, or a script in hex", "an address, or a script in hex"}, &Address::address,
        [](std::string_view text) { return isAddressOfSomeNetwork(text) ? std::optional(std::string(text)) : std::nullopt; },
        [](const std::string &address) { return address; }));
    all.push_back(fieldOf(
        {"text", "what to look for; letters in either case", "a text of 1 to 200 bytes without control characters"},
        &EntityMention::text,
        [](std::string_view text) { return isText(text) ? std::optional(std::string(text)) : std::nullopt; },
        [](const std::string &text) { return text; }));
    const auto place = [](std::string_view name, std::string_view meaning, bool EntityMention::*member) {
        return fieldOf({name, meaning, "true, false, on, off, 1, 0", ValueKind::Boolean}, member, parseBoolean,
                       [](bool value) { return std::string(value ? "true" : "false"); });
    };
    all.push_back(place("op_return", "look in OP_RETURN of transactions", &EntityMention::inOpReturn));
    all.push_back(place("coinbase", "look in the coinbase of blocks", &EntityMention::inCoinbase));
}

std::string joined(std::span<const std::string_view> words)
{
    std::string all;
    for (const std::string_view word : words)
        all.append(all.empty() ? "" : ", ").append(word);
    return all;
}

std::string fieldNames(const AlertRule &rule)
{
    std::vector<std::string_view> names{"type"};
    for (const auto &[field, value] : shownFields(rule))
        names.push_back(field->name);
    return joined(names);
}

tl::unexpected<Error> refusal(const GivenField &given, std::string_view accepted)
{
    return failure(given.name + ": \"" + given.value + "\" is not valid; accepted: " + std::string(accepted) +
                   (given.where.empty() ? "" : " (" + given.where + ")"));
}

/// What its type has no use without.
Result<void> checkComplete(const AlertRule &rule)
{
    for (const auto &[field, value] : shownFields(rule)) {
        if (value.empty())
            return failure(std::string(field->name) + ": a rule of type " + std::string(rule.type()) +
                           " needs it; accepted: " + field->accepted);
    }
    const auto *size = std::get_if<watch::MempoolSize>(&rule.watches);
    if (size && size->usage == 0 && size->vsize == VBytes(0))
        return failure("usage: 0 is not valid where vsize is 0 too; accepted: one of them above 0");
    const auto *mention = std::get_if<watch::EntityMention>(&rule.watches);
    if (mention && !mention->inOpReturn && !mention->inCoinbase)
        return failure("op_return: false is not valid where coinbase is false too; accepted: one of them true");
    return {};
}

} // namespace

const std::vector<RuleField> &ruleFields()
{
    static const std::vector<RuleField> all = [] {
        std::vector<RuleField> fields;
        addCommon(fields);
        addThresholds(fields);
        addWatched(fields);
        return fields;
    }();
    return all;
}

Result<AlertRule> readRule(std::span<const GivenField> fields)
{
    const auto type = std::ranges::find(fields, "type", &GivenField::name);
    if (type == fields.end())
        return failure("type: a rule needs it; accepted: " + joined(alertTypes()));
    if (std::ranges::find(alertTypes(), type->value) == alertTypes().end())
        return refusal(*type, joined(alertTypes()));
    AlertRule rule = usualRule(type->value);
    for (const GivenField &given : fields) {
        if (given.name == "type")
            continue;
        const auto field = std::ranges::find(ruleFields(), given.name, &RuleField::name);
        if (field == ruleFields().end() || !field->show(rule))
            return failure(given.name + ": a rule of type " + std::string(rule.type()) + " has no such field; accepted: " +
                           fieldNames(rule) + (given.where.empty() ? "" : " (" + given.where + ")"));
        if (!field->read(rule, given.value))
            return refusal(given, field->accepted);
    }
    if (const auto complete = checkComplete(rule); !complete)
        return failure(complete.error().message + (type->where.empty() ? "" : " (" + type->where + ")"));
    return rule;
}

std::vector<std::pair<const RuleField *, std::string>> shownFields(const AlertRule &rule)
{
    std::vector<std::pair<const RuleField *, std::string>> shown;
    for (const RuleField &field : ruleFields()) {
        if (auto value = field.show(rule))
            shown.emplace_back(&field, std::move(*value));
    }
    return shown;
}

std::string ruleTable(const AlertRule &rule)
{
    std::string table = "[[alerts.rules]]\ntype = " + tomlValue(ValueKind::Text, std::string(rule.type())) + "\n";
    for (const auto &[field, value] : shownFields(rule))
        table += std::string(field->name) + " = " + tomlValue(field->kind, value) + "\n";
    return table;
}

Result<void> checkRules(std::span<const AlertRule> rules)
{
    if (rules.size() > AlertRule::most)
        return failure(std::to_string(rules.size()) + " rules are too many; accepted: at most " +
                       std::to_string(AlertRule::most));
    std::set<std::string_view> names;
    for (const AlertRule &rule : rules) {
        if (!names.insert(rule.name).second)
            return failure("name: \"" + rule.name + "\" is the name of two rules; accepted: one that no other rule has");
    }
    return {};
}

std::vector<AlertRule> withStandardRules(std::vector<AlertRule> given)
{
    std::vector<AlertRule> rules = standardRules();
    for (AlertRule &rule : given) {
        const auto standard = std::ranges::find(rules, rule.name, &AlertRule::name);
        if (standard != rules.end())
            *standard = std::move(rule);
        else
            rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace tipwatch
