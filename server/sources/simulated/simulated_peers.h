// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"
#include "shared/domain/node_info.h"

#include <cstdint>

namespace tipwatch::simulated {

/// The simulated node's connections: ten of its own, a changing crowd that came to it, and the traffic of both.
class SimulatedPeers {
public:
    explicit SimulatedPeers(std::uint64_t seed);

    /// A transaction of @p size bytes came in, and was passed on to those who asked for it.
    void transactionRelayed(std::int64_t size);
    /// A block came in as a compact block (BIP 152), and was passed on.
    void blockRelayed(std::int64_t size);
    /// Lets @p seconds pass: some come, some go, all chatter.
    void pass(double seconds);

    const NetworkInfo &info() const { return m_info; }

private:
    Random m_random;
    NetworkInfo m_info;
};

} // namespace tipwatch::simulated
