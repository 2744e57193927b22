// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/base58.h"

#include <QCryptographicHash>

#include <algorithm>

namespace tipwatch {
namespace {

constexpr std::string_view alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t checksumSize = 4;  // bytes
constexpr std::size_t longestText = 112; // characters; an extended key, the longest thing in use, has 111

std::vector<std::uint8_t> checksumOf(std::span<const std::uint8_t> bytes)
{
    const QByteArray raw(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    const QByteArray once = QCryptographicHash::hash(raw, QCryptographicHash::Sha256);
    const QByteArray twice = QCryptographicHash::hash(once, QCryptographicHash::Sha256);
    return {twice.begin(), twice.begin() + checksumSize};
}

/// Multiplies the number whose digits of base @p to, lowest first, are @p digits by @p from and adds @p value.
void shiftIn(std::vector<std::uint8_t> &digits, unsigned from, unsigned to, unsigned value)
{
    for (std::uint8_t &digit : digits) {
        value += digit * from;
        digit = static_cast<std::uint8_t>(value % to);
        value /= to;
    }
    for (; value > 0; value /= to)
        digits.push_back(static_cast<std::uint8_t>(value % to));
}

} // namespace

std::string encodeBase58Check(std::span<const std::uint8_t> bytes)
{
    std::vector<std::uint8_t> all(bytes.begin(), bytes.end());
    const auto checksum = checksumOf(bytes);
    all.insert(all.end(), checksum.begin(), checksum.end());

    std::vector<std::uint8_t> digits;
    for (const std::uint8_t byte : all)
        shiftIn(digits, 256, 58, byte);
    // Zero bytes in front say nothing about the number, so each has a digit of its own.
    std::string text(static_cast<std::size_t>(std::ranges::find_if(all, [](auto byte) { return byte != 0; }) - all.begin()),
                     alphabet[0]);
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
        text.push_back(alphabet[*digit]);
    return text;
}

Result<std::vector<std::uint8_t>> decodeBase58Check(std::string_view text)
{
    if (text.size() > longestText)
        return failure("it is too long");
    std::vector<std::uint8_t> digits;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos)
            return failure("it has a character that no address has");
        shiftIn(digits, 58, 256, static_cast<unsigned>(value));
    }
    const std::size_t zeros = std::min(text.find_first_not_of(alphabet[0]), text.size());
    std::vector<std::uint8_t> bytes(zeros);
    bytes.insert(bytes.end(), digits.rbegin(), digits.rend());
    if (bytes.size() < checksumSize)
        return failure("it is too short for its checksum");
    const std::span all(bytes);
    if (!std::ranges::equal(checksumOf(all.first(all.size() - checksumSize)), all.last(checksumSize)))
        return failure("its checksum is wrong");
    bytes.resize(bytes.size() - checksumSize);
    return bytes;
}

} // namespace tipwatch
