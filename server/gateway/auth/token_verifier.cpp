// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/auth/token_verifier.h"

#include "shared/config/secret_file.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <simdjson.h>

#include <array>
#include <cmath>
#include <optional>
#include <vector>

namespace tipwatch {

namespace {

constexpr std::size_t maxDepth = 8; ///< of a token's JSON

/// RFC 4648, 5, without padding; bits that are left over have to be 0, so that there is one text for each value.
std::optional<std::string> base64UrlDecoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        std::uint32_t value;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<std::uint32_t>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = static_cast<std::uint32_t>(c - 'a' + 26);
        else if (c >= '0' && c <= '9')
            value = static_cast<std::uint32_t>(c - '0' + 52);
        else if (c == '-' || c == '_')
            value = c == '-' ? 62 : 63;
        else
            return std::nullopt;
        bits = (bits << 6 | value) & 0xffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out.push_back(static_cast<char>(bits >> count & 0xff));
        }
    }
    if (count >= 6 || (bits & ((1u << count) - 1)) != 0)
        return std::nullopt;
    return out;
}

const unsigned char *bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

/// An object of at most maxTokenSize bytes.
class JsonObject {
public:
    static std::optional<JsonObject> parse(std::string_view text)
    {
        JsonObject object;
        object.m_parser = std::make_unique<simdjson::dom::parser>(TokenVerifier::maxTokenSize);
        if (object.m_parser->allocate(TokenVerifier::maxTokenSize, maxDepth) != simdjson::SUCCESS)
            return std::nullopt;
        simdjson::dom::element root;
        if (object.m_parser->parse(text.data(), text.size()).get(root) != simdjson::SUCCESS ||
            root.get(object.m_object) != simdjson::SUCCESS)
            return std::nullopt;
        return object;
    }
    std::optional<simdjson::dom::element> operator[](std::string_view key) const
    {
        simdjson::dom::element value;
        return m_object.at_key(key).get(value) == simdjson::SUCCESS ? std::optional(value) : std::nullopt;
    }

private:
    std::unique_ptr<simdjson::dom::parser> m_parser;
    simdjson::dom::object m_object;
};

/// RFC 7519, 2, NumericDate: seconds, perhaps with a fraction. @return false if it is there and is none.
bool readDate(const JsonObject &object, std::string_view key, std::optional<std::int64_t> &date)
{
    const auto value = object[key];
    if (!value)
        return true;
    double seconds = 0;
    if (value->get(seconds) != simdjson::SUCCESS || !(seconds >= 0 && seconds < 1e15))
        return false;
    date = static_cast<std::int64_t>(std::floor(seconds));
    return true;
}

Result<Claims> claimsOf(const JsonObject &payload, std::int64_t now)
{
    std::optional<std::int64_t> expires, notBefore;
    if (!readDate(payload, "exp", expires) || !readDate(payload, "nbf", notBefore))
        return failure("exp and nbf of the token are times in seconds");
    if (expires && now >= *expires + TokenVerifier::leewaySeconds)
        return failure("the token has expired");
    if (notBefore && now < *notBefore - TokenVerifier::leewaySeconds)
        return failure("the token is not valid yet");
    Claims claims;
    claims.expires = expires.value_or(0);
    if (const auto channels = payload["channels"]) {
        simdjson::dom::array names;
        if (channels->get(names) != simdjson::SUCCESS)
            return failure("channels of the token is a list of names");
        claims.channels.emplace();
        for (const simdjson::dom::element element : names) {
            std::string_view name;
            if (element.get(name) != simdjson::SUCCESS)
                return failure("channels of the token is a list of names");
            if (const auto channel = channelFromName(name)) // what we do not have nobody can subscribe to
                claims.channels->insert(*channel);
        }
    }
    return claims;
}

} // namespace

struct TokenVerifier::Key {
    std::string secret; ///< empty: the public key
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> publicKey{nullptr, &EVP_PKEY_free};

    ~Key() { OPENSSL_cleanse(secret.data(), secret.size()); }

    const char *algorithm() const { return publicKey ? "EdDSA" : "HS256"; }

    bool signs(std::string_view text, std::string_view signature) const
    {
        if (publicKey) {
            const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
            return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, publicKey.get()) == 1 &&
                   EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text), text.size()) == 1;
        }
        std::array<unsigned char, EVP_MAX_MD_SIZE> expected;
        unsigned size = 0;
        return HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes(text), text.size(), expected.data(),
                    &size) != nullptr &&
               signature.size() == size && CRYPTO_memcmp(expected.data(), signature.data(), size) == 0;
    }
};

TokenVerifier::TokenVerifier(std::unique_ptr<const Key> key) : m_key(std::move(key)) {}
TokenVerifier::TokenVerifier(TokenVerifier &&) noexcept = default;
TokenVerifier &TokenVerifier::operator=(TokenVerifier &&) noexcept = default;
TokenVerifier::~TokenVerifier() = default;

Result<TokenVerifier> TokenVerifier::fromFile(const std::string &path)
{
    auto key = readSecretFile(path);
    if (!key)
        return tl::unexpected(key.error());
    if (key->ends_with('\n'))
        key->pop_back();
    if (key->ends_with('\r'))
        key->pop_back();
    auto verifier = fromKey(std::move(*key));
    if (!verifier)
        return failure(path + ": " + verifier.error().message);
    return verifier;
}

Result<TokenVerifier> TokenVerifier::fromKey(std::string key)
{
    auto made = std::make_unique<Key>();
    if (key.find("-----BEGIN ") == std::string::npos) {
        if (key.size() < minSecretSize)
            return failure("a secret for HS256 has at least " + std::to_string(minSecretSize) + " bytes");
        made->secret = std::move(key);
        return TokenVerifier(std::move(made));
    }
    if (key.find("PRIVATE KEY-----") != std::string::npos)
        return failure("this is a private key; only its public key is needed here");
    const std::unique_ptr<BIO, decltype(&BIO_free)> input(BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), &BIO_free);
    made->publicKey.reset(PEM_read_bio_PUBKEY(input.get(), nullptr, nullptr, nullptr));
    if (!made->publicKey)
        return failure("this is no public key in PEM");
    if (EVP_PKEY_id(made->publicKey.get()) != EVP_PKEY_ED25519)
        return failure("this is no Ed25519 key");
    return TokenVerifier(std::move(made));
}

Result<Claims> TokenVerifier::verify(std::string_view token, std::int64_t nowSeconds) const
{
    const auto malformed = failure("this is no token");
    const std::size_t firstDot = token.find('.');
    const std::size_t lastDot = token.rfind('.');
    if (token.size() > maxTokenSize || firstDot == std::string_view::npos || token.find('.', firstDot + 1) != lastDot ||
        firstDot == lastDot)
        return malformed;
    const auto header = base64UrlDecoded(token.substr(0, firstDot));
    const auto payload = base64UrlDecoded(token.substr(firstDot + 1, lastDot - firstDot - 1));
    const auto signature = base64UrlDecoded(token.substr(lastDot + 1));
    const auto head = header ? JsonObject::parse(*header) : std::nullopt;
    if (!head || !payload || !signature)
        return malformed;
    std::string_view algorithm;
    const auto named = (*head)["alg"];
    if (!named || named->get(algorithm) != simdjson::SUCCESS || algorithm != m_key->algorithm())
        return failure(std::string("tokens are signed with ") + m_key->algorithm() + " here");
    if ((*head)["crit"]) // RFC 7515, 4.1.11: we understand no extension
        return failure("the token needs an extension");
    if (!m_key->signs(token.substr(0, lastDot), *signature))
        return failure("the token's signature is wrong");
    const auto body = JsonObject::parse(*payload);
    if (!body)
        return malformed;
    return claimsOf(*body, nowSeconds);
}

} // namespace tipwatch
