// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tipwatch {

/// One handler for each alternative of a variant, for std::visit.
template <class... Handlers> struct Overloaded : Handlers... {
    using Handlers::operator()...;
};

} // namespace tipwatch
