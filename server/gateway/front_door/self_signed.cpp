// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/self_signed.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

namespace tipwatch {

namespace {

constexpr std::int64_t lifetimeSeconds = 10LL * 365 * 24 * 3600;
constexpr std::int64_t clockSlackSeconds = 24 * 3600; ///< a phone's clock may be behind ours

template <auto Free> struct Freed {
    template <class T> void operator()(T *object) const { Free(object); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<&X509_free>>;
using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free>>;

tl::unexpected<Error> opensslFailure(const std::string &what)
{
    std::string reason(256, '\0');
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    ERR_clear_error();
    return failure(what + ": " + reason.c_str());
}

bool addExtension(X509 *certificate, int nid, const std::string &value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Freed<&X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool setRandomSerial(X509 *certificate)
{
    const std::unique_ptr<BIGNUM, Freed<&BN_free>> serial(BN_new());
    return serial && BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
           BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

template <class Write> std::string pemOf(Write write)
{
    const BioPtr out(BIO_new(BIO_s_mem()));
    char *data = nullptr;
    if (!out || write(out.get()) != 1)
        return {};
    const long size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

BioPtr bioOf(const std::string &text)
{
    return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

/// Nobody is there to type a passphrase.
int noPassphrase(char *, int, int, void *)
{
    return -1;
}

} // namespace

Result<PemPair> makeSelfSigned(const std::vector<std::string> &names, const std::vector<std::string> &addresses,
                               std::int64_t unixSeconds)
{
    const KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    const CertificatePtr certificate(X509_new());
    if (!key || !certificate)
        return opensslFailure("no key could be made");
    std::string subjects;
    for (const std::string &name : names)
        subjects += (subjects.empty() ? "DNS:" : ",DNS:") + name;
    for (const std::string &address : addresses)
        subjects += (subjects.empty() ? "IP:" : ",IP:") + address;

    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_TIME_set(X509_getm_notBefore(certificate.get()), static_cast<time_t>(unixSeconds - clockSlackSeconds));
    ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<time_t>(unixSeconds + lifetimeSeconds));
    X509_NAME *subject = X509_get_subject_name(certificate.get());
    const std::string common = "Tipwatch on " + (names.empty() ? "this machine" : names.front()).substr(0, 48);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char *>(common.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    const bool isMade = setRandomSerial(certificate.get()) && X509_set_pubkey(certificate.get(), key.get()) == 1 &&
                        addExtension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                        addExtension(certificate.get(), NID_key_usage, "critical,digitalSignature") &&
                        addExtension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
                        addExtension(certificate.get(), NID_subject_alt_name, subjects) &&
                        X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0;
    if (!isMade)
        return opensslFailure("no certificate could be made");
    return PemPair{pemOf([&](BIO *out) { return PEM_write_bio_X509(out, certificate.get()); }), pemOf([&](BIO *out) {
                       return PEM_write_bio_PKCS8PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
                   })};
}

Result<void> checkPair(const PemPair &pair, const std::string &certificateName, const std::string &keyName)
{
    ERR_clear_error();
    const CertificatePtr certificate(PEM_read_bio_X509(bioOf(pair.certificate).get(), nullptr, nullptr, nullptr));
    const KeyPtr key(PEM_read_bio_PrivateKey(bioOf(pair.key).get(), nullptr, &noPassphrase, nullptr));
    ERR_clear_error();
    if (!certificate)
        return failure(certificateName + ": holds no certificate in PEM");
    if (!key)
        return failure(keyName + ": holds no private key in PEM" +
                       (pair.key.find("ENCRYPTED") != std::string::npos ? " without a passphrase" : ""));
    if (EVP_PKEY_id(key.get()) != EVP_PKEY_RSA && EVP_PKEY_id(key.get()) != EVP_PKEY_EC)
        return failure(keyName + ": is neither an RSA nor an elliptic-curve key");
    if (X509_check_private_key(certificate.get(), key.get()) != 1) {
        ERR_clear_error();
        return failure(keyName + ": is not the key of the certificate in " + certificateName);
    }
    return {};
}

} // namespace tipwatch
