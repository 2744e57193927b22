// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/tls_identity.h"

#include "server/gateway/front_door/access_policy.h"
#include "server/gateway/front_door/client_address.h"
#include "server/gateway/front_door/self_signed.h"
#include "shared/config/secret_file.h"

#include <QDateTime>
#include <QDir>
#include <QNetworkInterface>
#include <QSaveFile>
#include <QSslCertificate>
#include <QSslKey>
#include <QStandardPaths>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

Result<PemPair> readPair(const std::string &certificateFile, const std::string &keyFile)
{
    auto certificate = readSecretFile(certificateFile);
    if (!certificate)
        return tl::unexpected(certificate.error());
    auto key = readSecretFile(keyFile);
    if (!key)
        return tl::unexpected(key.error());
    PemPair pair{std::move(*certificate), std::move(*key)};
    if (const auto good = checkPair(pair, certificateFile, keyFile); !good)
        return tl::unexpected(good.error());
    return pair;
}

/// Nobody but the user may read it from the moment it is there.
Result<void> writePrivately(const QString &path, const std::string &content)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) ||
        file.write(content.data(), static_cast<qint64>(content.size())) < 0 || !file.commit())
        return failure(path.toStdString() + ": cannot be written: " + file.errorString().toStdString());
    return {};
}

std::vector<std::string> ownNames()
{
    std::vector<std::string> names = AccessPolicy::namesOfThisMachine();
    names.emplace_back("localhost");
    return names;
}

std::vector<std::string> ownAddresses()
{
    std::vector<std::string> addresses;
    for (const QHostAddress &address : QNetworkInterface::allAddresses()) {
        if (!address.isLinkLocal()) // those are meant with an interface, which a certificate cannot name
            addresses.push_back(ClientAddress(address).toText());
    }
    return addresses;
}

bool isOutdated(const PemPair &pair, std::int64_t unixSeconds)
{
    const QSslCertificate certificate(QByteArray::fromStdString(pair.certificate), QSsl::Pem);
    return certificate.expiryDate().toSecsSinceEpoch() <= unixSeconds;
}

Result<PemPair> ownPair(const QString &directory, std::int64_t unixSeconds)
{
    const QString certificateFile = directory + "/tls-certificate.pem"_L1, keyFile = directory + "/tls-key.pem"_L1;
    if (auto kept = readPair(certificateFile.toStdString(), keyFile.toStdString()); kept && !isOutdated(*kept, unixSeconds))
        return kept;
    if (!QDir().mkpath(directory))
        return failure(directory.toStdString() + ": cannot be made, to keep the certificate there");
    auto made = makeSelfSigned(ownNames(), ownAddresses(), unixSeconds);
    if (!made)
        return made;
    for (const auto &[path, content] : {std::pair(keyFile, made->key), std::pair(certificateFile, made->certificate)}) {
        if (const auto written = writePrivately(path, content); !written)
            return tl::unexpected(written.error());
    }
    return made;
}

QSslKey keyOf(const PemPair &pair)
{
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Ec, QSsl::Rsa}) {
        if (const QSslKey key(QByteArray::fromStdString(pair.key), algorithm); !key.isNull())
            return key;
    }
    return {};
}

} // namespace

Result<TlsIdentity> TlsIdentity::load(const TlsConfig &config, const QString &directory, std::int64_t unixSeconds)
{
    if (!QSslSocket::supportsSsl())
        return failure("TLS cannot be served: Qt finds no OpenSSL");
    TlsIdentity identity;
    identity.isSelfSigned = config.certificateFile.empty();
    const auto pair = identity.isSelfSigned ? ownPair(directory, unixSeconds) : readPair(config.certificateFile, config.keyFile);
    if (!pair)
        return tl::unexpected(pair.error());
    const QList<QSslCertificate> chain = QSslCertificate::fromData(QByteArray::fromStdString(pair->certificate), QSsl::Pem);
    const QSslKey key = keyOf(*pair);
    if (chain.isEmpty() || key.isNull())
        return failure((config.keyFile.empty() ? directory.toStdString() : config.keyFile) + ": Qt cannot use this key");
    identity.fingerprint = chain.front().digest(QCryptographicHash::Sha256).toHex(':').toUpper().toStdString();
    identity.configuration.setLocalCertificateChain(chain);
    identity.configuration.setPrivateKey(key);
    identity.configuration.setProtocol(QSsl::TlsV1_2OrLater);
    identity.configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    identity.configuration.setAllowedNextProtocols({QByteArrayLiteral("http/1.1")});
    return identity;
}

QString TlsIdentity::ownDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
}

} // namespace tipwatch
