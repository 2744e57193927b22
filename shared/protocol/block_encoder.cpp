// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/block_encoder.h"

#include "shared/domain/block_note.h"
#include "shared/protocol/encoder.h"

namespace tipwatch {

namespace {

template <class T> void known(ValueWriter &out, std::string_view name, const std::optional<T> &value)
{
    out.key(name);
    value ? out.value(*value) : out.null();
}

void hashOf(ValueWriter &out, std::string_view name, const BlockPtr &block)
{
    out.key(name);
    block ? out.value(block->hash) : out.null();
}

/// -1 is how feerates and amounts say that they are not known.
std::optional<double> feerate(double value)
{
    return value < 0 ? std::nullopt : std::optional(toThousandth(value));
}

std::optional<std::int64_t> amount(std::int64_t value)
{
    return value < 0 ? std::nullopt : std::optional(value);
}

std::optional<std::int64_t> size(std::int64_t value)
{
    return value <= 0 ? std::nullopt : std::optional(value);
}

/// @p chunkFeerate is what it paid together with those that it was, or would have been, mined with.
void transactionMembers(ValueWriter &out, const TxId &txid, std::int64_t weight, std::int64_t fee, double chunkFeerate)
{
    const VBytes vsize = vsizeOf(Weight(weight));
    out.member("txid", txid);
    known(out, "weight", size(weight));
    known(out, "vsize", size(vsize.value));
    known(out, "fee", amount(fee));
    known(out, "feerate", feerate(fee < 0 || weight <= 0 ? -1 : feerateOf(Satoshi(fee), vsize).value));
    known(out, "chunkFeerate", feerate(chunkFeerate));
}

void histogram(ValueWriter &out, const BlockContentsPtr &contents)
{
    out.key("histogram");
    if (!contents) {
        out.null();
    } else {
        out.beginArray();
        for (const FeerateBand &band : contents->histogram)
            out.beginArray().value(band.from.value).value(band.vsize.value).endArray();
        out.endArray();
    }
    known(out, "unknownVsize", contents ? std::optional(contents->unknownVsize.value) : std::nullopt);
}

void staleness(ValueWriter &out, const BlockView &view)
{
    out.key("stale");
    if (!view.staleSince) {
        out.null();
        return;
    }
    out.beginObject().member("since", *view.staleSince);
    hashOf(out, "replacedBy", view.replacedBy);
    out.endObject();
}

} // namespace

void encode(ValueWriter &out, const BlockView &view)
{
    const BlockSummary &block = *view.block;
    out.beginObject();
    encodeMembers(out, block);
    out.member("confirmations", view.confirmations);
    out.member("difficulty", difficultyOf(block.bits));
    hashOf(out, "nextHash", view.next);
    known(out, "sincePrevious", view.previous ? std::optional(secondsBetween(*view.previous, block)) : std::nullopt);
    known(out, "note",
          view.headerOnly ? std::optional<std::string>("The node keeps no more of this block than its header: it is pruned.")
                          : emptyBlockNote(block, view.previous.get()));
    histogram(out, view.contents);
    staleness(out, view);
    out.endObject();
}

void encode(ValueWriter &out, const StaleBlock &stale)
{
    out.beginObject();
    encodeMembers(out, *stale.block);
    out.member("staleSince", stale.staleSince);
    out.endObject();
}

void encode(ValueWriter &out, const MinedTransaction &transaction, bool audited)
{
    out.beginObject();
    transactionMembers(out, transaction.txid, transaction.weight, transaction.fee.value, transaction.chunkFeerate);
    known(out, "value", amount(transaction.value.value));
    known(out, "expected", audited ? std::optional(transaction.has(MinedTransaction::Expected)) : std::nullopt);
    known(out, "unseen", audited ? std::optional(transaction.has(MinedTransaction::Unseen)) : std::nullopt);
    known(out, "prioritised", audited ? std::optional(transaction.has(MinedTransaction::Prioritised)) : std::nullopt);
    out.endObject();
}

void encode(ValueWriter &out, const BlockTransactionFacts &transaction)
{
    MinedTransaction mined;
    mined.txid = transaction.txid;
    mined.value = transaction.value;
    mined.weight = static_cast<std::int32_t>(transaction.weight.value);
    encode(out, mined, false);
}

void encode(ValueWriter &out, const LeftOutTransaction &transaction)
{
    out.beginObject();
    transactionMembers(out, transaction.txid, transaction.weight, transaction.fee.value, transaction.chunkFeerate);
    out.endObject();
}

void encodeAudit(ValueWriter &out, const BlockMatch &match, const BlockContents *contents)
{
    out.beginObject();
    out.member("matchRate", toThousandth(match.rate));
    encodeCounts(out, match);
    known(out, "expectedWeight", contents ? std::optional(contents->expectedWeight.value) : std::nullopt);
    known(out, "matchedWeight", contents ? std::optional(contents->matchedWeight.value) : std::nullopt);
    out.endObject();
}

} // namespace tipwatch
