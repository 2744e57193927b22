// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/source_choice.h"

#include "server/sources/bitcoin/bitcoin_source.h"
#include "server/sources/bitcoin/node_locator.h"
#include "server/sources/simulated/simulated_source.h"

namespace tipwatch {

namespace {

ChosenSource bitcoin(const Config &config, ChainStore &store, const Clock &clock, std::string reason)
{
    return {std::make_unique<BitcoinSource>(config.bitcoin, store, clock), "bitcoin", std::move(reason)};
}

ChosenSource simulated(const Config &config, ChainStore &store, const Clock &clock, std::string reason)
{
    return {std::make_unique<SimulatedSource>(config.simulated, store, clock), "simulated", std::move(reason)};
}

} // namespace

ChosenSource chooseSource(const Config &config, ChainStore &store, const Clock &clock)
{
    switch (config.source) {
    case SourceKind::Bitcoin:
        return bitcoin(config, store, clock, "asked for");
    case SourceKind::Simulated:
        return simulated(config, store, clock, "asked for");
    case SourceKind::Auto:
        break;
    }
    // A node that is named is meant, whether it runs yet or not.
    if (!config.bitcoin.node.empty())
        return bitcoin(config, store, clock, "a node is named");
    if (const auto found = findRunningNode(config.bitcoin))
        return bitcoin(config, store, clock, "found on this machine, network " + found->network);
    return simulated(config, store, clock, "no node found on this machine");
}

} // namespace tipwatch
