// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/value_writer.h"
#include "shared/state/transaction_life.h"

#include <string>

namespace tipwatch {

/// What is known of a transaction, from wherever, in one shape: /api/v1/tx/<txid>.
struct TransactionView {
    TransactionLife life;
    TransactionDetailPtr detail; ///< null: the node was not asked, or does not tell
    std::string detailError{};   ///< why not, as queryErrorName() has it; empty: it does
    std::string network{};       ///< as SourceStatus names it: addresses look different on each
};

/// What @p view says of all: where it stands now, wherever that is known from.
TransactionStatus statusOf(const TransactionView &view);

void encode(ValueWriter &out, const TransactionView &view);
/// {"block","vsizeAhead","effectiveFeerate"}
void encode(ValueWriter &out, const QueuePosition &position);
/// The tree: {"txid",…,"replaces":[…]}
void encode(ValueWriter &out, const Replacements &replacements);
/// {"hash","height","time","confirmations"}
void encode(ValueWriter &out, const ConfirmingBlock &block);
void encode(ValueWriter &out, const ScanResult &result);

/// Lower-case hex.
std::string hexOf(std::span<const std::uint8_t> bytes);

} // namespace tipwatch
