// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"
#include "shared/protocol/json_writer.h"
#include "shared/state/chain_snapshot.h"

#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

/// The canonical JSON of every value. REST answers and stream messages both come from here, so they cannot differ.
/// Amounts are satoshi, feerates sat/vB, sizes bytes; what is unknown is null.
void encode(JsonWriter &json, const Tip &tip);
void encode(JsonWriter &json, const BlockSummary &block);
void encode(JsonWriter &json, const MempoolEntry &entry);
void encode(JsonWriter &json, const MempoolSummary &mempool);
void encode(JsonWriter &json, const FeeEstimates &fees);
void encode(JsonWriter &json, const NetworkInfo &network);
void encode(JsonWriter &json, const SourceStatus &status);
void encode(JsonWriter &json, const MempoolTxids &txids);

template <class T> std::string toJson(const T &value)
{
    std::string out;
    JsonWriter json(out);
    encode(json, value);
    return out;
}

/// One message of the stream: the envelope with its data.
struct EncodedMessage {
    Channel channel;
    std::string json;
};

/// No message passes the 64 KB at which some clients cap: longer lists are cut into several messages of one position.
inline constexpr std::size_t maxTxidsPerMessage = 500;        ///< about 34 KB
inline constexpr std::size_t maxTransactionsPerMessage = 100; ///< about 40 KB

/// An event as the stream says it, in the order in which it is to be sent.
std::vector<EncodedMessage> encodeEvent(const ChainEvent &event);

/// The message of a state channel that says what @p snapshot holds; nothing for an event channel.
/// @p timestamp in Unix ms.
std::optional<std::string> encodeState(Channel channel, const ChainSnapshot &snapshot, std::int64_t timestamp);

} // namespace tipwatch
