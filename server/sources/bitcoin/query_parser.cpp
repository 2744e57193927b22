// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/query_parser.h"

#include "server/sources/bitcoin/detail_decoder.h"
#include "server/sources/bitcoin/json_fields.h"

#include <algorithm>

namespace tipwatch {
namespace {

using simdjson::SUCCESS;

/// {"value":…,"scriptPubKey":{"hex":…}}
Result<TransactionOutput> parseOutput(const JsonElement &output, std::string_view method)
{
    JsonFields fields(output, method);
    TransactionOutput parsed;
    parsed.value = fields.amount("value");
    const auto script = fields.element("scriptPubKey");
    if (fields.hasFailed())
        return tl::unexpected(fields.error());
    JsonElement hex;
    if ((*script)["hex"].get(hex) != SUCCESS)
        return failure(std::string(method) + ": \"scriptPubKey\" has no \"hex\"");
    auto bytes = parseRawBytes(hex, method);
    if (!bytes)
        return tl::unexpected(bytes.error());
    parsed.script = std::move(*bytes);
    return parsed;
}

/// Fills in what the inputs spend, where the node says so.
Result<void> addPrevouts(TransactionDetail &detail, const JsonElement &answer)
{
    simdjson::dom::array inputs;
    if (answer["vin"].get(inputs) != SUCCESS || inputs.size() != detail.inputs.size())
        return {};
    std::size_t at = 0;
    for (const JsonElement input : inputs) {
        JsonElement prevout;
        if (input["prevout"].get(prevout) == SUCCESS) {
            auto output = parseOutput(prevout, "getrawtransaction");
            if (!output)
                return tl::unexpected(output.error());
            detail.inputs[at].prevout = std::move(*output);
        }
        ++at;
    }
    return {};
}

} // namespace

Result<TransactionDetail> parseRawTransaction(const JsonElement &answer)
{
    JsonFields fields(answer, "getrawtransaction");
    const auto hex = fields.element("hex");
    if (fields.hasFailed())
        return tl::unexpected(fields.error());
    const auto bytes = parseRawBytes(*hex, "getrawtransaction");
    if (!bytes)
        return tl::unexpected(bytes.error());
    auto detail = decodeDetail(*bytes);
    if (!detail)
        return detail;
    if (const auto known = addPrevouts(*detail, answer); !known)
        return tl::unexpected(known.error());
    if (fields.has("fee"))
        detail->fee = fields.amount("fee");
    if (fields.has("blockhash")) {
        ConfirmingBlock block;
        block.hash = fields.hash<BlockHash>("blockhash");
        if (fields.has("confirmations"))
            block.confirmations = fields.integer("confirmations");
        if (fields.has("blocktime"))
            block.time = fields.integer("blocktime");
        detail->block = block;
    }
    if (fields.hasFailed())
        return tl::unexpected(fields.error());
    return detail;
}

Result<std::optional<TransactionOutput>> parseTxOut(const JsonElement &answer)
{
    if (answer.is_null())
        return std::nullopt;
    auto output = parseOutput(answer, "gettxout");
    if (!output)
        return tl::unexpected(output.error());
    return std::optional(std::move(*output));
}

Result<ScanResult> parseScan(const JsonElement &answer)
{
    constexpr const char *method = "scantxoutset";
    JsonFields fields(answer, method);
    if (!fields.boolean("success") && !fields.hasFailed())
        return failure("scantxoutset: the node gave up");
    ScanResult result;
    result.height = fields.height("height");
    result.block = fields.hash<BlockHash>("bestblock");
    result.searched = fields.integer("txouts", 0);
    result.total = fields.amount("total_amount");
    const auto unspents = fields.array("unspents");
    if (fields.hasFailed())
        return tl::unexpected(fields.error());
    result.unspent.reserve(unspents->size());
    for (const JsonElement each : *unspents) {
        JsonFields unspent(each, method);
        UnspentOutput output;
        output.point.txid = unspent.hash<TxId>("txid");
        output.point.index = static_cast<std::uint32_t>(unspent.integer("vout", 0, 0xffffffff));
        output.value = unspent.amount("amount");
        output.height = unspent.height("height");
        output.coinbase = unspent.has("coinbase") && unspent.boolean("coinbase"); // since 25
        if (unspent.hasFailed())
            return tl::unexpected(unspent.error());
        result.unspent.push_back(output);
    }
    return result;
}

Result<std::optional<double>> parseScanProgress(const JsonElement &answer)
{
    if (answer.is_null())
        return std::nullopt;
    JsonFields fields(answer, "scantxoutset");
    const double percent = fields.number("progress");
    if (fields.hasFailed())
        return tl::unexpected(fields.error());
    return std::optional(std::clamp(percent / 100, 0.0, 1.0));
}

} // namespace tipwatch
