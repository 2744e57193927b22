// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"
#include "shared/protocol/json_writer.h"
#include "shared/state/chain_snapshot.h"

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

/// An event as the stream says it. Large removals are cut into messages of at most `maxTxidsPerMessage`.
std::vector<EncodedMessage> encodeEvent(const ChainEvent &event);
inline constexpr std::size_t maxTxidsPerMessage = 500; ///< about 34 KB, below the 64 KB some clients cap at

/// The message of a state channel that says what @p snapshot holds.
std::string encodeState(Channel channel, const ChainSnapshot &snapshot);

} // namespace tipwatch
