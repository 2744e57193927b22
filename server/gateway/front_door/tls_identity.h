// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/config.h"
#include "shared/domain/error.h"

#include <QSslConfiguration>
#include <QString>

#include <cstdint>
#include <string>

namespace tipwatch {

/// The certificate that we show TLS clients, and how we speak with them (TLS 1.2 and up).
struct TlsIdentity {
    QSslConfiguration configuration;
    std::string fingerprint; ///< of the certificate, SHA-256, "AB:CD:…": what a person compares
    bool isSelfSigned = false;

    /// From the files of @p config, or else the self-signed one in @p directory, which is made there if there is none that is good and not
    /// expired. Its files can be read by nobody else. @p unixSeconds: now. @return which file is wrong, and why.
    static Result<TlsIdentity> load(const TlsConfig &config, const QString &directory, std::int64_t unixSeconds);

    /// Where the program keeps its own certificate.
    static QString ownDirectory();
};

} // namespace tipwatch
