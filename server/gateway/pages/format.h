// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <cstdint>
#include <string>
#include <string_view>

/// Figures as people read them. The live page says the same in the reader's locale (resources/web/live/format.js);
/// tests/web/format_cases.json holds both to the same words.
namespace tipwatch::format {

std::string integer(std::int64_t number);                   ///< "918,318"
std::string decimal(double number, int decimals);           ///< "1,234.50"
std::string feerate(Feerate feerate);                       ///< "312", "28.4", "0.25"; the unit is sat/vB
std::string feerateRange(Feerate low, Feerate high);        ///< "3.6–106"
std::string scaled(double number, std::string_view unit);   ///< three digits and an SI prefix: "61.4 MB", "1.58 MvB", "812 B"
std::string axisMark(double number, std::string_view unit); ///< "10 MvB", "2.5 MvB"
std::string bytesOf(std::int64_t part, std::int64_t whole); ///< "243 of 300 MB"
std::string bitcoins(Satoshi amount);                       ///< "12,345 sat", "0.8412 BTC"
std::string difficulty(double difficulty);                  ///< "146.7 T", "4.66e-10"
std::string percent(double fraction);                       ///< "43 %"; never 100 before it is
std::string age(std::int64_t ms);                           ///< "now", "42 s", "4 min", "2 h 5 min", "3 d"
std::string ago(std::int64_t ms);                           ///< "just now", "42 s ago", ...
std::string clock(std::int64_t ms);                         ///< "4:12", "1:04:12", "3 d 4 h"
std::string log2OfHex(std::string_view hex);                ///< "95.61"; empty for no number
std::string networkName(std::string_view network);          ///< "mainnet" for "main"; empty stays empty
std::string isoTime(std::int64_t unixMs);                   ///< "2025-11-20T09:41:12Z"

/// Step of the colour scale, 0 (cheap) to 23 (dear): the classes rate-0 to rate-23 of scale.css.
int rateLevel(Feerate feerate);

} // namespace tipwatch::format
