// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <cstdint>
#include <string>
#include <vector>

namespace tipwatch {

/// A certificate and its private key, each as PEM.
struct PemPair {
    std::string certificate; ///< with its chain, if it has one
    std::string key;
};

/// A new P-256 key and a certificate that it signs itself: for ten years, for these DNS @p names and IP @p addresses (literals). The first
/// name is the subject's. @p unixSeconds: now.
Result<PemPair> makeSelfSigned(const std::vector<std::string> &names, const std::vector<std::string> &addresses,
                               std::int64_t unixSeconds);

/// Whether @p pair is a certificate and the key that belongs to it, RSA or elliptic. @return what is wrong, in words; the message begins
/// with @p certificateName or @p keyName.
Result<void> checkPair(const PemPair &pair, const std::string &certificateName, const std::string &keyName);

} // namespace tipwatch
