// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/history/history_reader.h"
#include "shared/protocol/value_writer.h"

namespace tipwatch {

/// Columns, as charts want them. Where points are missing, one entry of nulls stands for all of the gap, so that a chart that draws lines
/// from one point to the next breaks there.
void encode(ValueWriter &out, const HistorySeries &series);
/// What of the status is told on the wire.
void encode(ValueWriter &out, const HistoryStatus &status);

} // namespace tipwatch
