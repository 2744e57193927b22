// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Values as people write them in a file, an environment variable or a flag. Nothing is returned for text that is not wholly a value.
namespace tipwatch {

std::optional<std::int64_t> parseInteger(std::string_view text);
std::optional<std::uint64_t> parseNatural(std::string_view text);
/// Finite, with a point for the fraction.
std::optional<double> parseNumber(std::string_view text);
/// true, false, on, off, yes, no, 1, 0.
std::optional<bool> parseBoolean(std::string_view text);
/// A number and its unit: ms, s, min (m), h. A number alone is in seconds.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);
/// A number and its unit: B, KB, MB, GB, in steps of 1024. A number alone is in bytes.
std::optional<std::int64_t> parseBytes(std::string_view text);
/// Parts between commas, blanks around them taken away, empty ones left out.
std::vector<std::string> splitList(std::string_view text);

// The shortest text that the functions above read back as the same value.
std::string numberText(double number);
std::string durationText(std::chrono::milliseconds duration);
std::string bytesText(std::int64_t bytes);
std::string joinList(const std::vector<std::string> &items);

/// @p text without what stands between "://" and "@" of an address, so that it may be shown.
std::string withoutCredentials(std::string_view text);

/// Edits (insert, delete, replace) from one word to the other.
std::size_t editDistance(std::string_view a, std::string_view b);
/// The most alike of @p names; nothing if none is alike enough to be meant.
std::optional<std::string> nearestName(std::string_view name, const std::vector<std::string> &names);

} // namespace tipwatch
