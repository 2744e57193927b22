// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/block_note.h"

namespace tipwatch {

namespace {

constexpr std::int64_t nearlyEmpty = 40'000; ///< weight: one percent of a block
constexpr std::int64_t soon = 60; ///< seconds; a pool has validated a block and sent new work to its miners long before

} // namespace

std::int64_t secondsBetween(const BlockSummary &previous, const BlockSummary &block)
{
    if (previous.receivedAt > 0 && block.receivedAt > 0)
        return (block.receivedAt - previous.receivedAt) / 1000;
    return block.time - previous.time;
}

std::optional<std::string> emptyBlockNote(const BlockSummary &block, const BlockSummary *previous)
{
    const bool isEmpty = block.txCount == 1;
    if (block.txCount < 1 || (!isEmpty && (block.weight.value <= 0 || block.weight.value > nearlyEmpty)))
        return std::nullopt;
    const bool nothingWaited = block.match && block.match->expected == 0;
    std::string note = isEmpty ? "Empty" : "Nearly empty";
    if (nothingWaited || (!isEmpty && block.match && block.match->missing == 0))
        return note + ": there was no more to mine.";
    const auto passed = previous ? std::optional(secondsBetween(*previous, block)) : std::nullopt;
    if (passed && *passed <= soon)
        return note + ": mined " + std::to_string(std::max<std::int64_t>(*passed, 0)) +
               " s after the block before, when its miner had no transactions to put in yet.";
    if (block.match)
        return note + ", although " + std::to_string(block.match->expected) + " transactions were expected in it.";
    return note + ".";
}

} // namespace tipwatch
