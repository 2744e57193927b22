// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/auth/admin_access.h"

#include "shared/config/secret_file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace tipwatch {

Result<AdminAccess> AdminAccess::fromFile(const std::string &path)
{
    auto token = readSecretFile(path);
    if (!token)
        return tl::unexpected(token.error());
    token->resize(std::min(token->size(), token->find_first_of("\r\n")));
    if (token->size() < minTokenSize)
        return failure(path + ": the first line is the admin token, of at least " + std::to_string(minTokenSize) + " characters");
    AdminAccess access;
    access.m_hash = hashOf(*token);
    return access;
}

bool AdminAccess::allows(std::string_view token) const
{
    const Hash given = hashOf(token);
    return CRYPTO_memcmp(given.data(), m_hash.data(), given.size()) == 0;
}

AdminAccess::Hash AdminAccess::hashOf(std::string_view token)
{
    Hash hash{};
    EVP_Digest(token.data(), token.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
    return hash;
}

} // namespace tipwatch
