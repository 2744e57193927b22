// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/transaction.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tipwatch {

/// What @p addressOrHexScript pays to on @p network ("main", "test", "testnet4", "signet", "regtest"): an address in base 58 (P2PKH,
/// P2SH), Bech32 or Bech32m (BIP 173, BIP 350), or the script itself in hex. An error is one sentence that says what is wrong: another
/// network (and which), a mistyped character, a wrong length.
Result<Script> scriptOf(std::string_view addressOrHexScript, std::string_view network);

/// The address of @p script as the node would give it (Bitcoin Core, ExtractDestination); nothing for scripts that have none, such as bare
/// public keys, bare multisig and OP_RETURN, and on networks that are not known.
std::optional<std::string> addressOf(std::span<const std::uint8_t> script, std::string_view network);

} // namespace tipwatch
