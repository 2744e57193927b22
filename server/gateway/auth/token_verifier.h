// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/auth/claims.h"
#include "shared/domain/error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tipwatch {

/// Judges JSON Web Tokens (RFC 7519) in compact form with one key, and with the one algorithm that goes with it: HS256 for a secret,
/// EdDSA (RFC 8037) for an Ed25519 public key. What a token says of its algorithm decides nothing. Thread-safe after construction.
/// OpenSSL and not libjwt: Debian's 1.10.2 has no EdDSA.
class TokenVerifier {
public:
    static constexpr std::size_t maxTokenSize = 4096; ///< bytes
    static constexpr std::size_t minSecretSize = 32;  ///< bytes; RFC 7518, 3.2: no shorter than the hash
    static constexpr std::int64_t leewaySeconds = 30; ///< that clocks may differ by

    /// @p path: PEM of an Ed25519 public key, else a secret, whose last line end does not belong to it.
    static Result<TokenVerifier> fromFile(const std::string &path);
    static Result<TokenVerifier> fromKey(std::string key);

    TokenVerifier(TokenVerifier &&) noexcept;
    TokenVerifier &operator=(TokenVerifier &&) noexcept;
    ~TokenVerifier();

    /// @p nowSeconds: Unix. @return why not, in words that may be told to whoever sent it.
    Result<Claims> verify(std::string_view token, std::int64_t nowSeconds) const;

private:
    struct Key;
    explicit TokenVerifier(std::unique_ptr<const Key> key);

    std::unique_ptr<const Key> m_key;
};

} // namespace tipwatch
