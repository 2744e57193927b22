// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/alert.h"
#include "shared/domain/shared_list.h"
#include "shared/protocol/value_writer.h"

namespace tipwatch {

/// The canonical form of an alert: the data object of alert.raised and alert.cleared, and what GET /api/v1/alerts lists.
void encode(ValueWriter &out, const Alert &alert);
/// A list of them.
void encode(ValueWriter &out, const SharedList<AlertPtr> &alerts);

} // namespace tipwatch
