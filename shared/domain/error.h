// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <tl/expected.hpp>

#include <string>

namespace tipwatch {

/// What went wrong, in words a person can act on. HTTP statuses and close codes are chosen at the gateway's edge only.
struct Error {
    std::string message;
};

template <class T, class E = Error> using Result = tl::expected<T, E>;

inline tl::unexpected<Error> failure(std::string message)
{
    return tl::unexpected<Error>(Error{std::move(message)});
}

} // namespace tipwatch
