// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/metrics/process_figures.h"
#include "server/gateway/reactor/reactor_counters.h"
#include "shared/state/chain_snapshot.h"

#include <string>

namespace tipwatch {

/// What /metrics answers: the Prometheus text format (version 0.0.4). S1's names stand as they are; the rest follows the naming rules of
/// Prometheus. Explained in resources/docs/METRICS.md.
std::string metricsText(const ReactorCounters &counters, const ChainSnapshot &snapshot, const ProcessFigures &process);

} // namespace tipwatch
