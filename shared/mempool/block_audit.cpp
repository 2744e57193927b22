// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/mempool/block_audit.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace tipwatch {

namespace {

/// A transaction of the projected block.
struct Expectation {
    TxId txid;
    Satoshi fee;
    std::int32_t weight = 0;
    float chunkFeerate = 0;
    bool isFresh = false; ///< it, or something that it is mined with
    bool isMined = false;
};

/// In mining order.
std::vector<Expectation> expectationsOf(const MempoolGraph &graph, const BlockFilling &filling, std::int64_t freshFrom)
{
    std::vector<Expectation> expected;
    forEachChunkOfBlock(graph.chunks(), 0, filling, [&](const Chunk &chunk) {
        const std::size_t first = expected.size();
        bool fresh = false;
        graph.forEachMember(chunk, [&](const MempoolNode &node) {
            fresh = fresh || node.time > freshFrom;
            expected.push_back({node.txid, node.fee, node.weight, static_cast<float>(chunk.feerate())});
        });
        for (std::size_t i = first; i < expected.size(); ++i)
            expected[i].isFresh = fresh;
    });
    return expected;
}

/// What those that are in the block take is not there for others.
Weight weightOf(const std::vector<MinedTransaction> &transactions, bool onlyUnexpected)
{
    Weight sum;
    for (const MinedTransaction &transaction : std::span(transactions).subspan(std::min<std::size_t>(1, transactions.size()))) {
        if (!onlyUnexpected || !transaction.has(MinedTransaction::Expected))
            sum += Weight(transaction.weight);
    }
    return sum;
}

/// Feerate below which only gaps are filled.
float lowestFeerate(const std::vector<Expectation> &expected, Weight total, double gapFillers)
{
    double left = gapFillers * static_cast<double>(total.value);
    for (auto it = expected.rbegin(); it != expected.rend(); ++it) {
        left -= it->weight;
        if (left < 0)
            return it->chunkFeerate;
    }
    return 0;
}

/// How much of the projected block there was no room for, because others were mined.
std::int64_t displacedWeight(const BlockContents &contents, const BlockFilling &filling)
{
    const std::int64_t room = filling.maxWeight - filling.reservedWeight - weightOf(contents.transactions, false).value;
    return weightOf(contents.transactions, true).value - std::max<std::int64_t>(room, 0);
}

/// The cheapest go first, and whatever pays no more than one of them.
void leaveOut(BlockContents &contents, const std::vector<Expectation> &expected, std::int64_t displaced)
{
    float dearestDisplaced = 0;
    for (auto it = expected.rbegin(); it != expected.rend(); ++it) {
        if (displaced > 0)
            dearestDisplaced = std::max(dearestDisplaced, it->chunkFeerate);
        displaced -= it->weight;
        if (it->isMined)
            continue;
        const bool hasNoRoom = it->chunkFeerate <= dearestDisplaced;
        using Why = LeftOutTransaction::Why;
        contents.leftOut.push_back({it->txid, it->fee, it->weight, it->chunkFeerate,
                                    it->isFresh ? Why::Fresh
                                    : hasNoRoom ? Why::Displaced
                                                : Why::Missing});
    }
    std::reverse(contents.leftOut.begin(), contents.leftOut.end());
}

void countMined(BlockMatch &match, BlockContents &contents, float lowest)
{
    for (MinedTransaction &transaction : std::span(contents.transactions).subspan(1)) {
        if (!transaction.isUnexpected())
            continue;
        ++match.unexpected;
        if (match.firstUnexpected.size() < BlockMatch::listed)
            match.firstUnexpected.push_back(transaction.txid);
        if (transaction.has(MinedTransaction::Unseen))
            ++match.unseen;
        if (transaction.chunkFeerate >= 0 && transaction.chunkFeerate < lowest) {
            transaction.flags |= MinedTransaction::Prioritised;
            ++match.prioritised;
        }
    }
}

void countLeftOut(BlockMatch &match, const BlockContents &contents)
{
    Weight missing;
    for (const LeftOutTransaction &transaction : contents.leftOut) {
        switch (transaction.why) {
        case LeftOutTransaction::Why::Fresh:
            ++match.fresh;
            break;
        case LeftOutTransaction::Why::Displaced:
            ++match.displaced;
            break;
        case LeftOutTransaction::Why::Missing:
            ++match.missing;
            missing += Weight(transaction.weight);
            if (match.firstMissing.size() < BlockMatch::listed)
                match.firstMissing.push_back(transaction.txid);
            break;
        }
    }
    const Weight judged = contents.matchedWeight + missing;
    if (judged.value > 0)
        match.rate = 100 * static_cast<double>(contents.matchedWeight.value) / static_cast<double>(judged.value);
}

} // namespace

BlockContents describeMined(const MempoolGraph &graph, std::span<const TxId> txids, const ConfirmedTransactions &confirmed)
{
    BlockContents contents;
    contents.transactions.reserve(txids.size());
    std::array<std::int64_t, feerateBands.size()> bands{};
    for (std::size_t i = 0; i < txids.size(); ++i) {
        MinedTransaction mined;
        mined.txid = txids[i];
        if (confirmed) {
            mined.value = (*confirmed)[i].value;
            mined.weight = static_cast<std::int32_t>((*confirmed)[i].weight.value);
        }
        if (const auto entry = graph.find(txids[i])) {
            mined.fee = entry->fee;
            mined.weight = static_cast<std::int32_t>(entry->weight.value);
            if (const auto chunk = graph.chunkOf(txids[i]))
                mined.chunkFeerate = static_cast<float>(chunk->feerate());
            bands[feerateBandOf(entry->feerate())] += entry->vsize.value;
        } else if (i > 0) {
            mined.flags |= MinedTransaction::Unseen;
            contents.unknownVsize += vsizeOf(Weight(mined.weight));
        }
        contents.transactions.push_back(mined);
    }
    for (std::size_t band = 0; band < bands.size(); ++band) {
        if (bands[band] > 0)
            contents.histogram.push_back({Feerate(feerateBands[band]), VBytes(bands[band])});
    }
    return contents;
}

BlockMatch matchWithProjection(BlockContents &contents, const MempoolGraph &graph, const BlockFilling &filling, std::int64_t now,
                               const AuditRules &rules)
{
    BlockMatch match;
    std::vector<Expectation> expected = expectationsOf(graph, filling, now - rules.propagationSeconds);
    std::unordered_map<TxId, Expectation *, HashOfHash256> byTxid;
    byTxid.reserve(expected.size());
    for (Expectation &expectation : expected) {
        byTxid.emplace(expectation.txid, &expectation);
        contents.expectedWeight += Weight(expectation.weight);
    }
    for (MinedTransaction &mined : contents.transactions) {
        const auto found = byTxid.find(mined.txid);
        if (found == byTxid.end())
            continue;
        mined.flags |= MinedTransaction::Expected;
        found->second->isMined = true;
        contents.matchedWeight += Weight(mined.weight);
    }
    match.expected = static_cast<std::int32_t>(expected.size());
    leaveOut(contents, expected, displacedWeight(contents, filling));
    countLeftOut(match, contents);
    countMined(match, contents,
               static_cast<float>(rules.farBelow) * lowestFeerate(expected, contents.expectedWeight, rules.gapFillers));
    return match;
}

} // namespace tipwatch
