// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/value_writer.h"
#include "shared/state/script_watch.h"
#include "shared/state/tracked_transactions.h"

#include <string_view>

namespace tipwatch {

/// The wire's word for the message that tells @p tracked: "tx.position", "tx.confirmed", "tx.replaced", "tx.removed", "tx.unknown".
std::string_view typeOf(const TrackedTransaction &tracked);
void encode(ValueWriter &out, const TrackedTransaction &tracked);

/// @p network as SourceStatus names it: addresses look different on each.
void encode(ValueWriter &out, const ScriptActivity &activity, std::string_view network);

} // namespace tipwatch
