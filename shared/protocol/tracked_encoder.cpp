// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/tracked_encoder.h"

#include "shared/protocol/track_name.h"
#include "shared/protocol/transaction_encoder.h"

namespace tipwatch {

std::string_view typeOf(const TrackedTransaction &tracked)
{
    switch (tracked.status) {
    case TransactionStatus::Mempool:
        return "tx.position";
    case TransactionStatus::Confirmed:
        return "tx.confirmed";
    case TransactionStatus::Removed:
        return tracked.reason == RemovalReason::Replaced ? "tx.replaced" : "tx.removed";
    case TransactionStatus::Unknown:
        break;
    }
    return "tx.unknown";
}

void encode(ValueWriter &out, const TrackedTransaction &tracked)
{
    out.beginObject().member("txid", tracked.txid).member("status", statusName(tracked.status));
    if (tracked.status == TransactionStatus::Mempool) {
        out.key("position");
        if (tracked.queue)
            encode(out, *tracked.queue);
        else
            out.null();
    }
    if (tracked.block) {
        out.key("block");
        encode(out, *tracked.block);
    }
    if (tracked.status == TransactionStatus::Removed) {
        out.member("reason", reasonName(tracked.reason)).key("by");
        tracked.by ? out.value(*tracked.by) : out.null();
    }
    out.endObject();
}

void encode(ValueWriter &out, const ScriptActivity &activity, std::string_view network)
{
    out.beginObject().member("address", shownScript(activity.script, network)).member("txid", activity.txid);
    out.member("status", statusName(activity.status)).member("received", activity.received.value);
    out.member("spends", activity.spends).key("spent");
    activity.spent ? out.value(activity.spent->value) : out.null();
    out.key("block");
    if (activity.block) {
        out.beginObject().member("hash", activity.block->hash).member("height", activity.block->height.value);
        out.member("time", activity.block->time).endObject();
    } else {
        out.null();
    }
    if (activity.status == TransactionStatus::Removed)
        out.member("reason", reasonName(activity.reason));
    out.member("heardAt", activity.heardAt).endObject();
}

} // namespace tipwatch
