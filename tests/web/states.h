// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_snapshot.h"

#include <string>
#include <vector>

namespace tipwatch::test {

/// The moment at which the pictures below are looked at.
inline constexpr std::int64_t lookedAtMs = 1'763'631'672'000;

struct NamedSnapshot {
    std::string name;
    ChainSnapshot snapshot;
};

/// A busy day of mainnet.
ChainSnapshot busySnapshot();

/// Every picture a page has to cope with, "busy" first.
std::vector<NamedSnapshot> allSnapshots();

} // namespace tipwatch::test
