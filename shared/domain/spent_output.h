// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/transaction_detail.h"

#include <memory>
#include <vector>

namespace tipwatch {

/// What an input spends, as far as the input itself tells.
struct SpentOutput {
    OutPoint point;
    /// Scripts one of which it may be that locked the output: what the input shows hashes to them. Empty where an input shows nothing of it:
    /// taproot, bare public keys, bare multisig.
    std::vector<Script> locks;
};

/// A transaction as those see it who watch scripts.
struct ScriptTransaction {
    TxId txid;
    std::shared_ptr<const std::vector<TransactionOutput>> paysTo{};
    std::shared_ptr<const std::vector<SpentOutput>> spends{};
};

} // namespace tipwatch
