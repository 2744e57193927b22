// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/format.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tipwatch::format {

namespace {

constexpr double satoshisPerCoin = 1e8;
constexpr int rateLevels = 24;
constexpr double dearest = 300; ///< sat/vB; from here on everything is the top of the scale

/// "1234567.5" to "1,234,567.5".
std::string grouped(std::string digits)
{
    const std::size_t start = digits.starts_with('-') ? 1 : 0;
    std::size_t at = std::min(digits.find('.'), digits.size());
    while (at > start + 3)
        digits.insert(at -= 3, 1, ',');
    return digits;
}

int decimalsFor(double number)
{
    return number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
}

struct Scaled {
    double value;
    const char *prefix; ///< empty for numbers below a thousand, which stay whole
};

Scaled withPrefix(double number)
{
    static constexpr std::array prefixes{"", "k", "M", "G", "T", "P", "E"};
    std::size_t power = 0;
    while (number >= 999.5 && power + 1 < prefixes.size()) {
        number /= 1000;
        ++power;
    }
    return {number, prefixes[power]};
}

} // namespace

std::string integer(std::int64_t number)
{
    return grouped(std::to_string(number));
}

std::string decimal(double number, int decimals)
{
    std::array<char, 400> text; // the longest double has 309 digits
    std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
    return grouped(text.data());
}

std::string feerate(Feerate feerate)
{
    const double value = feerate.value;
    return decimal(value, value >= 99.95 ? 0 : value >= 0.995 || value <= 0 ? 1 : 2); // bounds: where rounding gains a digit
}

std::string feerateRange(Feerate low, Feerate high)
{
    const auto brief = [](double value) { return decimal(value, value >= 9.95 ? 0 : 1); };
    const std::string from = brief(low.value), to = brief(high.value);
    return from == to ? from : from + "–" + to;
}

std::string scaled(double number, std::string_view unit)
{
    const auto [value, prefix] = withPrefix(number);
    return decimal(value, *prefix ? decimalsFor(value) : 0) + ' ' + prefix + std::string(unit);
}

std::string axisMark(double number, std::string_view unit)
{
    const auto [value, prefix] = withPrefix(number);
    return decimal(value, value == std::floor(value) ? 0 : 1) + ' ' + prefix + std::string(unit);
}

std::string bytesOf(std::int64_t part, std::int64_t whole)
{
    const auto [total, prefix] = withPrefix(static_cast<double>(whole));
    const double amount = total * static_cast<double>(part) / static_cast<double>(whole);
    return decimal(amount, part == 0 || !*prefix ? 0 : decimalsFor(amount)) + " of " +
           decimal(total, *prefix ? decimalsFor(total) : 0) + ' ' + prefix + 'B';
}

std::string bitcoins(Satoshi amount)
{
    if (std::abs(amount.value) < 1'000'000)
        return integer(amount.value) + " sat";
    const double coins = static_cast<double>(amount.value) / satoshisPerCoin;
    const double size = std::abs(coins);
    return decimal(coins, size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 3 : 4) + " BTC";
}

std::string difficulty(double difficulty)
{
    if (difficulty >= 1000) {
        const auto [value, prefix] = withPrefix(difficulty);
        return decimal(value, value >= 99.95 ? 1 : 2) + ' ' + prefix;
    }
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), "%.3g", difficulty);
    return text.data();
}

std::string percent(double fraction)
{
    if (fraction >= 1)
        return "100 %";
    const double hundredths = std::max(0.0, fraction) * 100;
    if (hundredths >= 99)
        return decimal(std::floor(hundredths * 100) / 100, 2) + " %";
    return integer(static_cast<std::int64_t>(hundredths)) + " %";
}

std::string age(std::int64_t ms)
{
    const std::int64_t seconds = std::max<std::int64_t>(0, ms) / 1000;
    if (seconds < 5)
        return "now";
    if (seconds < 60)
        return integer(seconds) + " s";
    if (seconds < 3600)
        return integer(seconds / 60) + " min";
    if (seconds < 86'400)
        return integer(seconds / 3600) + " h " + integer(seconds % 3600 / 60) + " min";
    return integer(seconds / 86'400) + " d";
}

std::string ago(std::int64_t ms)
{
    return ms < 5000 ? "just now" : age(ms) + " ago";
}

std::string clock(std::int64_t ms)
{
    const std::int64_t seconds = std::max<std::int64_t>(0, ms) / 1000;
    const auto twoDigits = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (seconds < 3600)
        return integer(seconds / 60) + ':' + twoDigits(seconds % 60);
    if (seconds < 86'400)
        return integer(seconds / 3600) + ':' + twoDigits(seconds % 3600 / 60) + ':' + twoDigits(seconds % 60);
    if (seconds < 10 * 86'400)
        return integer(seconds / 86'400) + " d " + integer(seconds % 86'400 / 3600) + " h";
    return integer(seconds / 86'400) + " d";
}

std::string log2OfHex(std::string_view hex)
{
    const std::size_t first = hex.find_first_not_of('0');
    if (first == std::string_view::npos)
        return {};
    hex.remove_prefix(first);
    double leading = 0; // twelve digits are all that a double can tell apart
    const std::string_view head = hex.substr(0, 12);
    for (const char c : head)
        leading = leading * 16 + (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    return decimal(std::log2(leading) + 4.0 * static_cast<double>(hex.size() - head.size()), 2);
}

std::string networkName(std::string_view network)
{
    if (network == "main")
        return "mainnet";
    if (network == "test")
        return "testnet3";
    return std::string(network);
}

std::string isoTime(std::int64_t unixMs)
{
    return QDateTime::fromMSecsSinceEpoch(unixMs, Qt::UTC).toString(Qt::ISODate).toStdString();
}

int rateLevel(Feerate feerate)
{
    const double position = std::log(std::max(1.0, feerate.value)) / std::log(dearest);
    return static_cast<int>(std::lround(std::clamp(position, 0.0, 1.0) * (rateLevels - 1)));
}

} // namespace tipwatch::format
