// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/spent_output.h"
#include "shared/state/script_watch.h"

#include <span>
#include <vector>

namespace tipwatch {

/// Scripts that may have locked what @p input spends, as far as it shows something that hashes to them: a public key (P2PKH, P2WPKH), a redeem
/// script (P2SH, and what is nested in it), a witness script (P2WSH). Signatures are not checked: the node has done that. Nothing for taproot,
/// bare public keys and bare multisig, whose spends show nothing of what locked the output.
std::vector<Script> locksShownBy(const TransactionInput &input);

/// What those need of @p detail who watch scripts.
ScriptTransaction scriptTransactionOf(const TransactionDetail &detail);

/// The transactions of a block, as its bytes have them, that concern scripts that somebody watches. What cannot be read has none.
std::vector<ScriptTransaction> concernedBy(std::span<const std::uint8_t> rawBlock, const ScriptWatch &watch);

} // namespace tipwatch
