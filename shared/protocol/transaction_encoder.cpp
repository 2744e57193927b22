// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/transaction_encoder.h"

#include "shared/domain/address.h"
#include "shared/protocol/encoder.h"

namespace tipwatch {

namespace {

double shown(Feerate feerate)
{
    return toThousandth(feerate.value);
}

template <class T> ValueWriter &optional(ValueWriter &out, std::string_view name, const std::optional<T> &value)
{
    out.key(name);
    if (!value)
        return out.null();
    encode(out, *value);
    return out;
}

ValueWriter &number(ValueWriter &out, std::string_view name, const std::optional<std::int64_t> &value)
{
    out.key(name);
    return value ? out.value(*value) : out.null();
}

ValueWriter &height(ValueWriter &out, std::string_view name, Height value)
{
    out.key(name);
    return value == unknownHeight ? out.null() : out.value(value.value);
}

/// The script, and the address where it has one.
void encodeScript(ValueWriter &out, const Script &script, std::string_view network)
{
    out.key("address");
    const auto address = addressOf(script, network);
    address ? out.value(*address) : out.null();
    out.member("script", hexOf(script));
}

void encodeFlags(ValueWriter &out, std::uint16_t flags)
{
    out.key("flags").beginArray();
    for (const TxFlag flag : allTxFlags()) {
        if ((flags & static_cast<std::uint16_t>(flag)) != 0)
            out.value(flagName(flag));
    }
    out.endArray();
}

void encodeRelatives(ValueWriter &out, std::string_view name, const RelativesSummary &relatives)
{
    out.key(name).beginObject();
    out.member("count", relatives.count).member("vsize", relatives.vsize.value).member("fees", relatives.fees.value);
    out.key("txids").beginArray();
    for (const TxId &txid : relatives.listed)
        out.value(txid);
    out.endArray().endObject();
}

void encodeInputs(ValueWriter &out, const TransactionDetail &detail, std::string_view network)
{
    out.key("inputs").beginArray();
    for (const TransactionInput &input : detail.inputs) {
        out.beginObject();
        if (input.previous.isNull())
            out.member("coinbase", true);
        else
            out.member("txid", input.previous.txid).member("index", input.previous.index);
        out.member("sequence", input.sequence);
        if (input.prevout) {
            out.member("value", input.prevout->value.value);
            encodeScript(out, input.prevout->script, network);
        } else if (!input.previous.isNull()) {
            out.key("value").null();
            out.key("address").null();
            out.key("script").null();
        }
        out.endObject();
    }
    out.endArray();
}

void encodeOutputs(ValueWriter &out, const TransactionDetail &detail, std::string_view network)
{
    out.key("outputs").beginArray();
    for (const TransactionOutput &output : detail.outputs) {
        out.beginObject().member("value", output.value.value);
        encodeScript(out, output.script, network);
        out.endObject();
    }
    out.endArray();
}

/// What the mempool, the record and the node know alike; whoever knows it best is asked first.
struct Facts {
    std::optional<std::int64_t> fee, vsize, weight, value, inputs, outputs, firstSeen;
    std::uint16_t flags = 0;

    explicit Facts(const TransactionView &view)
    {
        const auto known = [](std::int64_t number) { return number < 0 ? std::nullopt : std::optional(number); };
        if (const auto &entry = view.life.entry) {
            fee = entry->fee.value;
            vsize = entry->vsize.value;
            weight = entry->weight.value;
            value = known(entry->value.value);
            inputs = known(entry->inputs);
            outputs = known(entry->outputs);
            firstSeen = entry->time;
            flags = entry->flags;
        } else if (const auto &departed = view.life.departed; departed && departed->isDescribed) {
            fee = departed->fee.value;
            vsize = departed->vsize.value;
            weight = departed->weight.value;
            value = known(departed->value.value);
            inputs = known(departed->inputs);
            outputs = known(departed->outputs);
            firstSeen = departed->enteredAt;
            flags = departed->flags;
        }
        if (const TransactionDetail *detail = view.detail.get()) {
            fee = !fee && detail->fee ? detail->fee->value : fee;
            vsize = vsize ? vsize : detail->vsize.value;
            weight = weight ? weight : detail->weight.value;
            value = detail->value.value;
            inputs = static_cast<std::int64_t>(detail->inputs.size());
            outputs = static_cast<std::int64_t>(detail->outputs.size());
            flags = static_cast<std::uint16_t>(flags | detail->flags);
        }
    }
};

std::optional<ConfirmingBlock> blockOf(const TransactionView &view)
{
    if (view.life.status == TransactionStatus::Mempool)
        return std::nullopt;
    return view.detail && view.detail->block ? view.detail->block : view.life.block;
}

} // namespace

std::string hexOf(std::span<const std::uint8_t> bytes)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * bytes.size());
    for (const std::uint8_t byte : bytes) {
        hex += digits[byte >> 4];
        hex += digits[byte & 15];
    }
    return hex;
}

TransactionStatus statusOf(const TransactionView &view)
{
    if (view.life.status == TransactionStatus::Mempool)
        return view.life.status;
    if (const auto block = blockOf(view); block && block->confirmations > 0)
        return TransactionStatus::Confirmed;
    if (view.detail && !view.detail->block)
        return TransactionStatus::Mempool; // the node has it, and we have not heard of it yet
    return view.life.departed ? TransactionStatus::Removed : TransactionStatus::Unknown;
}

void encode(ValueWriter &out, const QueuePosition &position)
{
    out.beginObject();
    out.member("block", position.block);
    out.member("vsizeAhead", position.ahead.value);
    out.member("effectiveFeerate", shown(position.effectiveFeerate));
    out.endObject();
}

void encode(ValueWriter &out, const ConfirmingBlock &block)
{
    out.beginObject();
    out.member("hash", block.hash);
    height(out, "height", block.height);
    out.member("time", block.time);
    out.member("confirmations", block.confirmations);
    out.endObject();
}

void encode(ValueWriter &out, const Replacements &replacements)
{
    out.beginObject().member("txid", replacements.txid);
    if (const auto &departed = replacements.departed; departed && departed->isDescribed) {
        out.member("fee", departed->fee.value).member("vsize", departed->vsize.value);
        out.member("feerate", shown(feerateOf(departed->fee, departed->vsize)));
        out.member("firstSeen", departed->enteredAt).member("leftAt", departed->leftAt);
    }
    out.key("replaces").beginArray();
    for (const Replacements &replaced : replacements.replaced)
        encode(out, replaced);
    out.endArray().endObject();
}

void encode(ValueWriter &out, const TransactionView &view)
{
    const TransactionLife &life = view.life;
    const TransactionDetail *detail = view.detail.get();
    const TransactionStatus status = statusOf(view);
    const Facts facts(view);
    out.beginObject();
    out.member("txid", life.txid);
    out.key("wtxid");
    detail ? out.value(detail->wtxid) : out.null();
    out.member("status", statusName(status));
    number(out, "firstSeen", facts.firstSeen);
    number(out, "fee", facts.fee);
    number(out, "vsize", facts.vsize);
    number(out, "weight", facts.weight);
    out.key("feerate");
    facts.fee &&facts.vsize ? out.value(shown(feerateOf(Satoshi(*facts.fee), VBytes(*facts.vsize)))) : out.null();
    number(out, "value", facts.value);
    number(out, "inputCount", facts.inputs);
    number(out, "outputCount", facts.outputs);
    encodeFlags(out, facts.flags);
    optional(out, "position", life.queue);
    if (life.entry) {
        encodeRelatives(out, "ancestors", life.ancestors);
        encodeRelatives(out, "descendants", life.descendants);
    }
    optional(out, "block", blockOf(view));
    out.key("removed");
    if (const auto &departed = life.departed; departed && status == TransactionStatus::Removed) {
        out.beginObject().member("reason", reasonName(departed->reason)).member("at", departed->leftAt).key("by");
        departed->by ? out.value(*departed->by) : out.null();
        out.endObject();
    } else {
        out.null();
    }
    out.key("replacements");
    if (life.replacements.replaced.empty())
        out.null();
    else
        encode(out, life.replacements);
    out.key("detailError");
    view.detailError.empty() ? out.null() : out.value(view.detailError);
    if (detail) {
        out.member("version", detail->version).member("lockTime", detail->lockTime).member("size", detail->size);
        encodeInputs(out, *detail, view.network);
        encodeOutputs(out, *detail, view.network);
    }
    out.endObject();
}

void encode(ValueWriter &out, const ScanResult &result)
{
    constexpr std::size_t mostListed = 500;
    out.beginObject();
    height(out, "height", result.height);
    out.member("block", result.block);
    out.member("searched", result.searched);
    out.member("total", result.total.value);
    out.member("count", result.unspent.size());
    out.key("unspent").beginArray();
    for (std::size_t i = 0; i < std::min(result.unspent.size(), mostListed); ++i) {
        const UnspentOutput &unspent = result.unspent[i];
        out.beginObject().member("txid", unspent.point.txid).member("index", unspent.point.index);
        out.member("value", unspent.value.value);
        height(out, "height", unspent.height);
        out.member("coinbase", unspent.coinbase).endObject();
    }
    out.endArray().endObject();
}

} // namespace tipwatch
