// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/transaction.h"
#include "shared/state/chain_store.h"

namespace tipwatch::samples {

/// A hash that is different for every number and looks random where it matters (in its first bytes).
template <class Hash> Hash hash(std::uint64_t number)
{
    typename Hash::Bytes bytes{};
    std::uint64_t x = number;
    for (std::size_t i = 0; i < 32; ++i) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = static_cast<std::uint8_t>(x >> 56);
    }
    return Hash(bytes);
}

inline TxId txid(std::uint64_t number)
{
    return hash<TxId>(number);
}

inline MempoolEntry entry(std::uint64_t number, std::int64_t fee = 1000, std::int64_t vsize = 141, std::vector<TxId> parents = {})
{
    MempoolEntry e;
    e.txid = txid(number);
    e.fee = e.modifiedFee = Satoshi(fee);
    e.vsize = VBytes(vsize);
    e.weight = Weight(vsize * 4);
    e.time = 1'767'225'600;
    e.parents = std::move(parents);
    return e;
}

/// Block @p height of branch @p branch, on top of @p previous.
inline BlockSummary block(std::int32_t height, std::uint64_t branch = 0, std::optional<BlockHash> previous = std::nullopt)
{
    const auto name = [](std::int32_t h, std::uint64_t b) {
        return hash<BlockHash>(b * 1'000'000 + static_cast<std::uint64_t>(h) + 77);
    };
    BlockSummary b;
    b.height = Height(height);
    b.hash = name(height, branch);
    b.previousHash = previous.value_or(name(height - 1, branch));
    b.time = 1'767'225'600 + std::int64_t{height} * 600;
    b.bits = 0x207fffff;
    b.weight = Weight(900);
    b.size = 250;
    b.txCount = 1;
    b.subsidy = Satoshi(5'000'000'000);
    b.totalFees = Satoshi(0);
    return b;
}

} // namespace tipwatch::samples
