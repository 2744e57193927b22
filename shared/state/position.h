// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tipwatch {

/// A place in the one total order of events of a run. A new epoch at every start, so positions of different runs never compare.
struct Position {
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0; ///< number of the last event that is in effect; 0 is before the first

    /// The epoch as it stands on the wire: 16 hex digits.
    std::string epochText() const;
    /// "<epoch>:<seq>", as in Tipwatch-Position and Last-Event-ID.
    std::string toText() const;
    /// @return nothing if @p text is not what toText() writes.
    static std::optional<Position> fromText(std::string_view text);
    friend bool operator==(Position, Position) = default;
};

} // namespace tipwatch
