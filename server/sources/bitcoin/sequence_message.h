// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/hash256.h"

#include <cstdint>
#include <span>

namespace tipwatch {

/// One message of the ZMQ topic "sequence" (Bitcoin Core, doc/zmq.md).
struct SequenceMessage {
    enum class Kind : char { Added = 'A', Removed = 'R', Connected = 'C', Disconnected = 'D' };

    Kind kind = Kind::Added;
    Hash256<void>::Bytes hash{};       ///< of the transaction (A, R) or the block (C, D), in the order of Hash256
    std::uint64_t mempoolSequence = 0; ///< A and R only

    TxId txid() const { return TxId(hash); }
    BlockHash block() const { return BlockHash(hash); }
    bool isMempool() const { return kind == Kind::Added || kind == Kind::Removed; }
};

/// @p body is the second part of the ZMQ message: hash, label and, for A and R, the sequence number.
Result<SequenceMessage> parseSequenceMessage(std::span<const std::uint8_t> body);

} // namespace tipwatch
