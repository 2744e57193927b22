// SPDX-License-Identifier: GPL-3.0-or-later
// What a node sends as bytes: sequence messages, transactions, blocks.
#include "server/sources/bitcoin/block_decoder.h"
#include "server/sources/bitcoin/detail_decoder.h"
#include "server/sources/bitcoin/script_locks.h"
#include "server/sources/bitcoin/sequence_message.h"
#include "server/sources/bitcoin/transaction_decoder.h"

#include <cstdlib>

using namespace tipwatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span<const std::uint8_t> bytes(data, size);
    static_cast<void>(parseSequenceMessage(bytes));
    if (const auto transaction = decodeTransaction(bytes)) {
        static_cast<void>(transaction->flags());
        if (transaction->size != static_cast<std::int64_t>(size) || transaction->inputs.empty())
            std::abort();
    }
    if (const auto block = decodeBlock(bytes)) {
        if (block->size != static_cast<std::int64_t>(size) || block->transactions.empty())
            std::abort();
    }
    if (const auto detail = decodeDetail(bytes)) {
        if (scriptTransactionOf(*detail).spends->size() != detail->inputs.size() || !decodeTransaction(bytes))
            std::abort();
    }
    forEachTransaction(bytes, [](const TransactionDetail &detail) { static_cast<void>(scriptTransactionOf(detail)); });
    TransactionInput shows;
    shows.previous.index = 1;
    shows.script.assign(bytes.begin(), bytes.end());
    static_cast<void>(locksShownBy(shows));
    static_cast<void>(coinbaseTagOf(bytes));
    static_cast<void>(coinbaseHeightOf(bytes));
    return 0;
}
