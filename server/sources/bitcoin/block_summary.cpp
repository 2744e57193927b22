// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_summary.h"

#include "server/sources/bitcoin/mining_pools.h"

namespace tipwatch {

BlockSummary summaryOf(const DecodedBlock &block, Height height, std::int32_t halvingInterval)
{
    BlockSummary summary;
    summary.height = height;
    summary.hash = block.hash;
    summary.previousHash = block.previousHash;
    summary.time = block.time;
    summary.bits = block.bits;
    summary.version = block.version;
    summary.size = block.size;
    summary.weight = block.weight;
    summary.txCount = block.txCount();
    summary.subsidy = subsidyAt(height, halvingInterval);
    if (block.coinbaseValue >= summary.subsidy) // a miner may claim less than it could
        summary.totalFees = block.coinbaseValue - summary.subsidy;
    summary.coinbaseTag = block.coinbaseTag;
    summary.miner = miningPoolOf(block.coinbaseTag);
    return summary;
}

ConnectedBlock connectedBlock(const DecodedBlock &block, Height height, std::int32_t halvingInterval, std::int64_t heardAt)
{
    ConnectedBlock connected{summaryOf(block, height, halvingInterval), block.txids(),
                             std::make_shared<const std::vector<ConfirmedTransaction>>(block.confirmedTransactions())};
    connected.concerned = block.concerned;
    connected.summary.receivedAt = heardAt;
    return connected;
}

BlockSummary summaryOf(const BlockHeader &header, std::int32_t halvingInterval)
{
    BlockSummary summary;
    summary.hash = header.hash;
    summary.previousHash = header.previousHash;
    summary.time = header.time;
    summary.bits = header.bits;
    summary.version = header.version;
    summary.txCount = header.txCount;
    addHeader(summary, header);
    summary.subsidy = subsidyAt(header.height, halvingInterval);
    return summary;
}

void addHeader(BlockSummary &summary, const BlockHeader &header)
{
    summary.height = header.height;
    summary.medianTime = header.medianTime;
    summary.chainwork = header.chainwork;
}

void addStats(BlockSummary &summary, const BlockStats &stats)
{
    if (!summary.feerateRange)
        summary.feerateRange = stats.feerateRange;
    if (!summary.totalFees)
        summary.totalFees = stats.totalFees;
}

} // namespace tipwatch
