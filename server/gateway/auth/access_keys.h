// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/auth/admin_access.h"
#include "server/gateway/auth/token_verifier.h"
#include "shared/config/config.h"

#include <memory>
#include <optional>

namespace tipwatch {

/// The keys that the configuration names, read. Immutable; shared by the front door and the shards.
struct AccessKeys {
    std::optional<TokenVerifier> tokens; ///< nothing: there are none
    std::optional<AdminAccess> admin;    ///< nothing: nobody is
    bool tokensAreRequired = false;

    /// @return which file is wrong, and why.
    static Result<std::shared_ptr<const AccessKeys>> load(const AuthConfig &config);
};
using AccessKeysPtr = std::shared_ptr<const AccessKeys>;

} // namespace tipwatch
