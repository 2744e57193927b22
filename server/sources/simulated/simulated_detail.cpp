// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_detail.h"

#include "server/sources/simulated/simulated_hash.h"
#include "server/sources/simulated/transaction_outputs.h"
#include "server/sources/simulated/transaction_shape.h"

#include <algorithm>

namespace tipwatch::simulated {

TransactionDetail detailOf(const PooledTransaction &pooled, const TxId &txid, const WtxId &wtxid, std::span<const TxId> parents)
{
    const TransactionShape shape = shapeOf(pooled.shape);
    TransactionDetail detail;
    detail.txid = txid;
    detail.wtxid = wtxid;
    detail.version = 2;
    detail.size = shape.size();
    detail.weight = Weight(pooled.weight);
    detail.vsize = vsizeOf(detail.weight);
    detail.flags = shape.flags;
    detail.outputs = outputsOf(pooled.shape);
    detail.value = shape.value;
    detail.fee = Satoshi(pooled.fee);

    const bool replaceable = (shape.flags & static_cast<std::uint16_t>(TxFlag::SignalsRbf)) != 0;
    const std::int64_t spent = shape.value.value + pooled.fee;
    const auto inputs = static_cast<std::size_t>(std::max(shape.inputs, 1));
    const std::int64_t each = spent / static_cast<std::int64_t>(inputs);
    detail.inputs.reserve(inputs);
    for (std::size_t i = 0; i < inputs; ++i) {
        TransactionInput input;
        const std::uint64_t seed = mix(pooled.serial, i);
        input.previous = {i < parents.size() ? parents[i] : hashOf<TxId>(seed, pooled.shape),
                          static_cast<std::uint32_t>(seed % 3)};
        input.sequence = replaceable ? 0xfffffffd : 0xffffffff;
        const bool isLast = i + 1 == inputs;
        const auto value = isLast ? spent - each * static_cast<std::int64_t>(inputs - 1) : each;
        input.prevout = TransactionOutput{Satoshi(value), payeeOf(static_cast<std::uint32_t>(seed))};
        detail.inputs.push_back(std::move(input));
    }
    return detail;
}

} // namespace tipwatch::simulated
