// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tipwatch {

/// Who may look behind the scenes: whoever knows the token. Only its hash is kept. Thread-safe after construction.
class AdminAccess {
public:
    static constexpr std::size_t minTokenSize = 16; ///< bytes; less can be guessed

    /// The token is the first line of the file at @p path.
    static Result<AdminAccess> fromFile(const std::string &path);

    /// Takes the same time for every @p token of a length.
    bool allows(std::string_view token) const;

private:
    using Hash = std::array<std::uint8_t, 32>;
    static Hash hashOf(std::string_view token);

    Hash m_hash{};
};

} // namespace tipwatch
