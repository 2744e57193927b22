// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <QByteArray>

#include <memory>
#include <string>

namespace tipwatch::test {

inline std::string base64Url(const std::string &bytes)
{
    return QByteArray::fromStdString(bytes)
        .toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals)
        .toStdString();
}

inline std::string bytesOfBase64Url(const std::string &text)
{
    return QByteArray::fromBase64(QByteArray::fromStdString(text), QByteArray::Base64UrlEncoding).toStdString();
}

/// Header and payload, JSON, signed with HMAC-SHA256.
inline std::string hs256Token(const std::string &payload, const std::string &secret,
                              const std::string &header = R"({"alg":"HS256","typ":"JWT"})")
{
    const std::string text = base64Url(header) + "." + base64Url(payload);
    std::string signature(32, '\0');
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char *>(text.data()),
         text.size(), reinterpret_cast<unsigned char *>(signature.data()), nullptr);
    return text + "." + base64Url(signature);
}

/// A key pair of the kind that EVP_PKEY_Q_keygen calls @p type.
class SigningKey {
public:
    template <class... Parameters>
    explicit SigningKey(const char *type, Parameters... parameters)
        : m_key(EVP_PKEY_Q_keygen(nullptr, nullptr, type, parameters...), &EVP_PKEY_free)
    {
    }

    std::string publicPem() const
    {
        return pem([this](BIO *out) { return PEM_write_bio_PUBKEY(out, m_key.get()); });
    }
    std::string privatePem() const
    {
        return pem(
            [this](BIO *out) { return PEM_write_bio_PrivateKey(out, m_key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
    }
    /// Ed25519 only.
    std::string edDsaToken(const std::string &payload, const std::string &header = R"({"alg":"EdDSA"})") const
    {
        const std::string text = base64Url(header) + "." + base64Url(payload);
        std::string signature(64, '\0');
        std::size_t size = signature.size();
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, m_key.get());
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(signature.data()), &size,
                       reinterpret_cast<const unsigned char *>(text.data()), text.size());
        return text + "." + base64Url(signature);
    }

private:
    template <class Write> static std::string pem(Write write)
    {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
        write(out.get());
        char *data = nullptr;
        const long size = BIO_get_mem_data(out.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }

    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> m_key;
};

} // namespace tipwatch::test
