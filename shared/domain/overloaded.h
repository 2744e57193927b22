// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tipwatch {

/// One handler for each alternative of a variant, for std::visit.
template <class... Handlers> struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers> Overloaded(Handlers...) -> Overloaded<Handlers...>; // clang 14 does not find it by itself

} // namespace tipwatch
