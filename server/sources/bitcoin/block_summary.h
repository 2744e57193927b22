// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/block_decoder.h"
#include "server/sources/bitcoin/rpc_parser.h"
#include "shared/domain/block.h"
#include "shared/state/chain_store.h"

namespace tipwatch {

/// What is shown of a block whose bytes we have. The fees are what the coinbase claims above the subsidy.
BlockSummary summaryOf(const DecodedBlock &block, Height height, std::int32_t halvingInterval);

/// The same with its txids, ready for ChainStore::connectBlock. @p heardAt is in Unix ms.
ConnectedBlock connectedBlock(const DecodedBlock &block, Height height, std::int32_t halvingInterval, std::int64_t heardAt);

/// What is shown of a block of which there is only the header (pruned).
BlockSummary summaryOf(const BlockHeader &header, std::int32_t halvingInterval);

/// Fills in what the node's header answer knows beyond the bytes: height, chainwork, median time.
void addHeader(BlockSummary &summary, const BlockHeader &header);

/// Fills in the feerates, and the fees where they are unknown.
void addStats(BlockSummary &summary, const BlockStats &stats);

} // namespace tipwatch
