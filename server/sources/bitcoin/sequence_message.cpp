// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/sequence_message.h"

namespace tipwatch {

Result<SequenceMessage> parseSequenceMessage(std::span<const std::uint8_t> body)
{
    constexpr std::size_t hashSize = 32, labelled = hashSize + 1, numbered = labelled + 8;
    if (body.size() != labelled && body.size() != numbered)
        return failure("sequence message of " + std::to_string(body.size()) + " bytes, expected 33 or 41");
    SequenceMessage message;
    message.hash = TxId::fromReversed(body.first<hashSize>()).bytes();
    const auto label = static_cast<char>(body[hashSize]);
    switch (label) {
    case 'A':
    case 'R':
        if (body.size() != numbered)
            return failure(std::string("sequence message ") + label + " without a mempool sequence");
        for (std::size_t i = 0; i < 8; ++i)
            message.mempoolSequence |= std::uint64_t(body[labelled + i]) << (8 * i);
        break;
    case 'C':
    case 'D':
        break;
    default:
        return failure("sequence message with the unknown label " + std::to_string(int(body[hashSize])));
    }
    message.kind = static_cast<SequenceMessage::Kind>(label);
    return message;
}

} // namespace tipwatch
