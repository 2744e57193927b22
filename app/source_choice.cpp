// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source_choice.h"

#include "server/sources/bitcoin/bitcoin_source.h"
#include "server/sources/bitcoin/node_locator.h"
#include "server/sources/simulated/simulated_source.h"

namespace tipwatch {

namespace {

/// @p config with what was found filled in, so that the source asks the same node.
BitcoinConfig at(const NodeAddress &found, BitcoinConfig config)
{
    config.network = found.network;
    return config;
}

} // namespace

ChosenSource chooseSource(const Config &config, ChainStore &store, const Clock &clock, PeerLocator &locator)
{
    const auto simulated = [&](std::string reason) {
        return ChosenSource{std::make_unique<SimulatedSource>(config.simulated, store, clock, locator), "simulated",
                            std::move(reason)};
    };
    const auto bitcoin = [&](const BitcoinConfig &node, std::string reason) {
        return ChosenSource{std::make_unique<BitcoinSource>(node, store, clock, locator), "bitcoin", std::move(reason)};
    };

    BlockFilling filling;
    filling.reservedWeight = config.bitcoin.blockReservedWeight;
    store.setBlockFilling(filling);
    if (config.source == SourceKind::Simulated)
        return simulated("asked for");
    // A node that is named is meant, whether it runs yet or not.
    if (!config.bitcoin.node.empty())
        return bitcoin(config.bitcoin, "a node is named");
    if (const auto found = findRunningNode(config.bitcoin))
        return bitcoin(at(*found, config.bitcoin), "found on this machine, network " + found->network);
    if (config.source == SourceKind::Bitcoin)
        return bitcoin(config.bitcoin, "asked for, not running yet");
    return simulated("no node found on this machine");
}

} // namespace tipwatch
