// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_miners.h"

#include "server/sources/simulated/block_template.h"
#include "server/sources/simulated/simulated_wallets.h"
#include "server/sources/simulated/transaction_shape.h"
#include "shared/state/block_feerates.h"

#include <algorithm>
#include <unordered_map>

namespace tipwatch::simulated {

namespace {

constexpr std::int64_t headerSize = 83; ///< with the count of transactions
constexpr std::int64_t coinbaseWeightReserve = 4000;
constexpr double emptyShare = 0.004;
constexpr double hastyEmptyShare = 0.25;
constexpr double smallerLimitShare = 0.02; ///< of blocks come from miners who keep to an old limit
constexpr double privateMean = 1.2;        ///< transactions in a block that were never broadcast
constexpr std::uint32_t privateTime = 0;   ///< of entry: never

} // namespace

MinedBlock SimulatedMiners::fill(BlockSummary header, std::int64_t unixMs, Circumstances circumstances, Serial &nextSerial)
{
    MinedBlock block;
    block.summary = std::move(header);
    block.coinbase = nextSerial++;
    const bool empty = m_random.chance(emptyShare) || (circumstances.hasty && m_random.chance(hastyEmptyShare));
    if (!empty) {
        addPrivate(block, nextSerial);
        std::int64_t limit = maxBlockWeight - coinbaseWeightReserve - 4 * headerSize;
        if (m_random.chance(smallerLimitShare))
            limit = static_cast<std::int64_t>(m_random.uniform(2.5e6, 3.8e6));
        for (const PooledTransaction &secret : block.transactions)
            limit -= secret.weight;
        block.privateCount = block.transactions.size();
        takeFromMempool(block, limit, unixMs, circumstances.unseenShare);
    }
    summarise(block);
    return block;
}

void SimulatedMiners::takeFromMempool(MinedBlock &block, std::int64_t weightLimit, std::int64_t unixMs, double unseenShare)
{
    const auto templateTime =
        static_cast<std::uint32_t>((unixMs - static_cast<std::int64_t>(m_random.exponential(m_templateAge))) / 1000);
    const std::uint64_t salt = m_random.next();
    const auto isKnown = [=](const PooledTransaction &transaction) {
        return transaction.time <= templateTime && static_cast<double>(mix(salt, transaction.serial)) > unseenShare * 0x1p64;
    };
    const std::vector<Slot> slots = blockTemplate(m_mempool, weightLimit, isKnown);
    for (const Slot slot : slots) {
        block.transactions.push_back(m_mempool.at(slot));
        for (const Slot child : m_mempool.children(slot))
            block.links.emplace_back(m_mempool.at(slot).serial, m_mempool.at(child).serial);
    }
    for (const Slot slot : slots)
        m_mempool.remove(slot);
}

void SimulatedMiners::addPrivate(MinedBlock &block, Serial &nextSerial)
{
    for (double left = m_random.exponential(privateMean); left > 1; --left) {
        PooledTransaction transaction;
        transaction.serial = nextSerial++;
        transaction.time = privateTime;
        transaction.shape = static_cast<std::uint32_t>(m_random.next());
        transaction.weight = static_cast<std::uint32_t>(weightOf(transaction.shape).value);
        transaction.fee = feeFor(m_random.logNormal(4, 1), transaction.vsize());
        block.transactions.push_back(transaction);
    }
}

void SimulatedMiners::summarise(MinedBlock &block)
{
    BlockSummary &summary = block.summary;
    const auto coinbaseSize = static_cast<std::int64_t>(230 + summary.coinbaseTag.size() + m_random.below(120));
    summary.size = headerSize + coinbaseSize;
    summary.weight = Weight(4 * headerSize + 4 * coinbaseSize - 3 * 36); // the coinbase has a witness of 36 bytes
    summary.txCount = static_cast<std::int32_t>(block.transactions.size() + 1);
    Satoshi fees;
    BlockFeerates feerates;
    for (const PooledTransaction &transaction : block.transactions) {
        const TransactionShape shape = shapeOf(transaction.shape);
        summary.size += shape.size();
        summary.weight += shape.weight();
        fees += Satoshi(transaction.fee);
        feerates.add(Feerate(transaction.feerate()), Weight(transaction.weight));
    }
    summary.totalFees = fees;
    summary.feerateRange = feerates.range(summary.weight);
}

std::vector<Slot> SimulatedMiners::putBack(const MinedBlock &block, std::int64_t unixMs)
{
    std::unordered_map<Serial, Slot> slots;
    for (const auto &[parent, child] : block.links)
        slots.emplace(child, noSlot);
    for (Slot slot = 0; slot < m_mempool.slotCount(); ++slot) {
        if (!m_mempool.isUsed(slot))
            continue;
        if (const auto it = slots.find(m_mempool.at(slot).serial); it != slots.end())
            it->second = slot;
    }
    std::vector<Slot> returned;
    for (PooledTransaction transaction : block.transactions) {
        if (transaction.time == privateTime)
            transaction.time = static_cast<std::uint32_t>(unixMs / 1000);
        const Slot slot = m_mempool.add(transaction, {});
        slots[transaction.serial] = slot;
        returned.push_back(slot);
    }
    for (const auto &[parent, child] : block.links) {
        if (const Slot slot = slots[child]; slot != noSlot)
            m_mempool.link(slots[parent], slot);
    }
    return returned;
}

} // namespace tipwatch::simulated
