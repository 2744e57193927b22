// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/auth/access_keys.h"

namespace tipwatch {

Result<AccessKeysPtr> AccessKeys::load(const AuthConfig &config)
{
    auto keys = std::make_shared<AccessKeys>();
    keys->tokensAreRequired = config.required;
    if (!config.jwtKeyFile.empty()) {
        auto verifier = TokenVerifier::fromFile(config.jwtKeyFile);
        if (!verifier)
            return failure("gateway.jwt_key_file: " + verifier.error().message);
        keys->tokens.emplace(std::move(*verifier));
    } else if (config.required) {
        return failure("gateway.jwt_key_file: tokens are required, so a key is needed to judge them");
    }
    if (!config.adminTokenFile.empty()) {
        auto admin = AdminAccess::fromFile(config.adminTokenFile);
        if (!admin)
            return failure("gateway.admin_token_file: " + admin.error().message);
        keys->admin = *admin;
    }
    return keys;
}

} // namespace tipwatch
