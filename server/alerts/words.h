// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Figures as alerts say them, in English.
namespace tipwatch {

/// "924,512"
std::string grouped(std::int64_t number);
/// "1 block", "3 blocks"
std::string counted(std::int64_t number, std::string_view one, std::string_view many);
/// "0.5 BTC"
std::string coins(Satoshi value);
/// "12.5 sat/vB"
std::string feerateWords(Feerate feerate);
/// "45 s", "12 min", "1 h 9 min"
std::string spelt(std::chrono::milliseconds duration);
/// "95 %"
std::string percent(double share);
/// What can be shown of @p bytes in one line, as UTF-8, cut at some 120 characters.
std::string shownText(std::string_view bytes);

} // namespace tipwatch
