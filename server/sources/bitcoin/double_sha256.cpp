// SPDX-License-Identifier: GPL-3.0-or-later
// The low-level functions are deprecated, but EVP costs several times as much for the short inputs of a merkle tree.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "server/sources/bitcoin/double_sha256.h"

#include <openssl/sha.h>

namespace tipwatch {

std::array<std::uint8_t, 32> doubleSha256(std::initializer_list<std::span<const std::uint8_t>> parts)
{
    std::array<std::uint8_t, 32> digest;
    SHA256_CTX context;
    SHA256_Init(&context);
    for (const auto part : parts)
        SHA256_Update(&context, part.data(), part.size());
    SHA256_Final(digest.data(), &context);
    SHA256_Init(&context);
    SHA256_Update(&context, digest.data(), digest.size());
    SHA256_Final(digest.data(), &context);
    return digest;
}

} // namespace tipwatch
