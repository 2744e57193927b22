// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/rpc_parser.h"
#include "shared/domain/transaction_detail.h"

#include <optional>

/// The node's JSON in answer to what readers ask; pure functions, as in rpc_parser.h.
namespace tipwatch {

/// getrawtransaction 1 or 2. The transaction is read from its bytes; beside them stand its block (without height), and, of 2 since Core 25,
/// its fee and what it spends, where the node still has that.
Result<TransactionDetail> parseRawTransaction(const JsonElement &answer);

/// gettxout; nothing if it is spent or never was.
Result<std::optional<TransactionOutput>> parseTxOut(const JsonElement &answer);

/// scantxoutset start
Result<ScanResult> parseScan(const JsonElement &answer);

/// scantxoutset status: 0 to 1; nothing if no scan is under way.
Result<std::optional<double>> parseScanProgress(const JsonElement &answer);

} // namespace tipwatch
