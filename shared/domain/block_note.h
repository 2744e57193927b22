// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"

#include <optional>
#include <string>

namespace tipwatch {

/// Seconds from @p previous to @p block: as we heard of them if we heard of both, else by their headers, which may go backwards.
std::int64_t secondsBetween(const BlockSummary &previous, const BlockSummary &block);

/// What a person wonders about who sees a block that is empty, or nearly: a sentence. Nothing for other blocks.
/// @p previous may be null: not known.
std::optional<std::string> emptyBlockNote(const BlockSummary &block, const BlockSummary *previous);

} // namespace tipwatch
