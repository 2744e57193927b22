// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/difficulty.h"
#include "shared/state/chain_event.h"

#include <deque>
#include <map>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Knows the headers that the difficulty hangs on: the first ones of the tip's period and of the one before, of which the source has to ask
/// for those that are older than the blocks we have. Not thread-safe.
class DifficultyTracker {
public:
    /// The active chain as far as known, newest first.
    using Blocks = std::deque<BlockPtr>;

    /// Forgets everything if it is another network.
    void setNetwork(std::string_view network);

    /// What is on the active chain. Of no use unless the height is the first of a period; then the latest few are kept.
    void learn(const DifficultyHeader &header);
    /// The chain is another one from @p height on.
    void forgetFrom(Height height);

    /// Heights of the blocks to learn of.
    std::vector<Height> wanted(const Blocks &blocks) const;
    DifficultyProgress progress(const Blocks &blocks) const;

private:
    std::optional<DifficultyHeader> find(const Blocks &blocks, Height height) const;
    std::uint32_t periodBits(const Blocks &blocks) const;
    std::vector<Height> needed(const Blocks &blocks) const;

    static constexpr std::size_t kept = 4; ///< periods

    std::string m_network;
    ConsensusRules m_rules;
    std::map<std::int32_t, DifficultyHeader> m_firsts; ///< by height
};

} // namespace tipwatch
