// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/words.h"

#include "shared/config/value_text.h"
#include "shared/protocol/utf8.h"

#include <cmath>

namespace tipwatch {

std::string grouped(std::int64_t number)
{
    std::string digits = std::to_string(number);
    const std::size_t first = number < 0 ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;)
        digits.insert(at -= 3, 1, ',');
    return digits;
}

std::string counted(std::int64_t number, std::string_view one, std::string_view many)
{
    return grouped(number) + " " + std::string(number == 1 ? one : many);
}

std::string coins(Satoshi value)
{
    constexpr std::int64_t satoshiPerCoin = 100'000'000;
    std::string text = grouped(value.value / satoshiPerCoin);
    if (const std::int64_t rest = std::abs(value.value % satoshiPerCoin); rest > 0) {
        std::string digits = std::to_string(satoshiPerCoin + rest).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += "." + digits;
    }
    return text + " BTC";
}

std::string feerateWords(Feerate feerate)
{
    return numberText(std::round(feerate.value * 100) / 100) + " sat/vB";
}

std::string spelt(std::chrono::milliseconds duration)
{
    const std::int64_t seconds = duration.count() / 1000;
    if (seconds < 120)
        return std::to_string(seconds) + " s";
    const std::int64_t minutes = seconds / 60;
    if (minutes < 60)
        return std::to_string(minutes) + " min";
    const std::string rest = minutes % 60 > 0 ? " " + std::to_string(minutes % 60) + " min" : std::string();
    return grouped(minutes / 60) + " h" + rest;
}

std::string percent(double share)
{
    return std::to_string(std::llround(share * 100)) + " %";
}

std::string shownText(std::string_view bytes)
{
    constexpr std::size_t most = 120;
    std::string text = toUtf8(bytes.substr(0, most));
    for (char &c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    }
    return bytes.size() > most ? text + "…" : text;
}

} // namespace tipwatch
