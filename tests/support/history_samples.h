// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/state/chain_snapshot.h"
#include "tests/support/domain_samples.h"

#include <cmath>
#include <memory>
#include <optional>
#include <random>

namespace tipwatch::samples {

/// A live node's state with figures that are different every time; some of them not known now and then.
inline ChainSnapshot anyState(std::mt19937 &random)
{
    const auto upTo = [&](std::int64_t most) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most)); };
    const auto feerate = [&]() -> std::optional<Feerate> {
        return random() % 5 == 0 ? std::nullopt : std::optional(Feerate(static_cast<double>(upTo(400'000)) / 1000));
    };
    ChainSnapshot state;
    state.status.network = "regtest";
    state.status.state = SourceState::Live;
    state.mempool.count = upTo(300'000);
    state.mempool.usage = upTo(300'000'000);
    state.mempool.totalFees = Satoshi(upTo(10'000'000'000));
    state.mempool.minFeerate = Feerate(static_cast<double>(upTo(5000)) / 1000);
    for (const double edge : feerateBands) {
        if (random() % 3 == 0)
            continue;
        state.mempool.histogram.push_back({Feerate(edge), VBytes(upTo(20'000'000))});
        state.mempool.vsize += state.mempool.histogram.back().vsize;
    }
    state.fees = {feerate(), feerate(), feerate(), feerate(), Feerate(1)};
    if (random() % 5 != 0) {
        ProjectedBlock next;
        next.count = 1;
        next.feerateRange[3] = *std::optional(Feerate(static_cast<double>(upTo(100'000)) / 1000));
        state.projection.blocks = {next};
    }
    return state;
}

} // namespace tipwatch::samples
