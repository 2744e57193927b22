// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/simulated/random.h"
#include "shared/domain/hash256.h"

#include <algorithm>
#include <cstring>

namespace tipwatch::simulated {

/// 32 bytes that look random and follow from two numbers, so that no hash ever has to be stored.
template <class Hash> Hash hashOf(std::uint64_t seed, std::uint64_t number)
{
    typename Hash::Bytes bytes;
    for (std::uint64_t part = 0; part < 4; ++part) {
        const std::uint64_t word = mix(mix(seed, number), part);
        std::memcpy(bytes.data() + 8 * part, &word, sizeof word);
    }
    return Hash(bytes);
}

/// With the zeros that proof of work at today's difficulty asks for: eighty bits.
inline BlockHash blockHash(std::uint64_t seed, std::uint64_t number)
{
    BlockHash::Bytes bytes = hashOf<BlockHash>(mix(seed, 0x626c6f636b), number).bytes();
    std::fill(bytes.end() - 10, bytes.end(), std::uint8_t{0});
    return BlockHash(bytes);
}

} // namespace tipwatch::simulated
