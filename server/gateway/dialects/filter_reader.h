// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/message_value.h"
#include "server/gateway/dialects/stream_filter.h"

#include <span>

namespace tipwatch {

/// Values that one key of a filter may list: every event is compared with each.
inline constexpr std::size_t maxFilterValues = 1000;

/// What is wrong with a filter, in one sentence.
template <class T> using FilterResult = tl::expected<T, std::string>;

/// @return the name of a member that is none of @p known; null if there is none. @p filter is an object.
const std::string *strangerIn(const MessageValue &filter, std::span<const std::string_view> known);

/// {minFeerate, minValue, flags, address, txid}; the last three are a text or a list of texts. Nothing else may be in it: sending everything
/// to someone who asked for a part would be the worse answer. @p network: what an address is depends on it.
FilterResult<TxFilter> readTxFilter(const MessageValue &filter, std::string_view network);

/// {ids, bounds}
FilterResult<PeerFilter> readPeerFilter(const MessageValue &filter);

/// {north, south, east, west}, in degrees
FilterResult<GeoBounds> readBounds(const MessageValue &bounds);

/// One id or a list, as numbers or texts; sorted.
FilterResult<std::vector<std::int64_t>> readIds(const MessageValue &ids);

} // namespace tipwatch
