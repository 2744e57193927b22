// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/auth/access_keys.h"
#include "tests/unit/gateway/token_maker.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

constexpr std::int64_t now = 1'800'000'000;
const std::string secret = "0123456789abcdef0123456789abcdef";
const std::string good = R"({"sub":"wall","exp":1800000060})";

TokenVerifier verifierOf(const std::string &key)
{
    return std::move(*TokenVerifier::fromKey(key));
}

std::string problemOf(const Result<Claims> &claims)
{
    return claims ? ""s : claims.error().message;
}

} // namespace

class TokensTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void exampleOfTheRfc();
    void edDsa();
    void badTokens_data();
    void badTokens();
    void everyChangedByteIsNoticed();
    void times_data();
    void times();
    void channels_data();
    void channels();
    void badKeys_data();
    void badKeys();
    void lineEndOfTheFileIsNoPartOfTheSecret();
    void adminToken();
    void keysOfTheConfiguration();

private:
    std::string write(const QString &name, const std::string &content)
    {
        QFile file(m_directory.filePath(name));
        if (!file.open(QIODevice::WriteOnly))
            return {};
        file.write(content.data(), static_cast<qint64>(content.size()));
        return file.fileName().toStdString();
    }
    QTemporaryDir m_directory;
};

/// RFC 7515, A.1.
void TokensTest::exampleOfTheRfc()
{
    const auto verifier =
        verifierOf(bytesOfBase64Url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
    const std::string token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                              "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
                              "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const auto claims = verifier.verify(token, 1'300'819'000);
    QVERIFY2(claims, problemOf(claims).c_str());
    QCOMPARE(claims->expires, 1'300'819'380);
    QCOMPARE(problemOf(verifier.verify(token, now)), "the token has expired"s);
}

void TokensTest::edDsa()
{
    const SigningKey key("ED25519"), other("ED25519");
    const auto verifier = verifierOf(key.publicPem());
    const auto claims = verifier.verify(key.edDsaToken(good), now);
    QVERIFY2(claims, problemOf(claims).c_str());
    QCOMPARE(claims->expires, 1'800'000'060);
    QCOMPARE(problemOf(verifier.verify(other.edDsaToken(good), now)), "the token's signature is wrong"s);
    // The classic: the public key, which everybody knows, used as the secret of an HMAC.
    QCOMPARE(problemOf(verifier.verify(hs256Token(good, key.publicPem()), now)), "tokens are signed with EdDSA here"s);
    QCOMPARE(problemOf(verifierOf(secret).verify(key.edDsaToken(good), now)), "tokens are signed with HS256 here"s);
}

void TokensTest::badTokens_data()
{
    QTest::addColumn<std::string>("token");
    const auto row = [](const char *name, const std::string &token) { QTest::newRow(name) << token; };
    const std::string whole = hs256Token(good, secret);
    const auto headed = [](const char *header) { return hs256Token(good, secret, header); };
    row("empty", "");
    row("dots", "..");
    row("one part", "abc");
    row("two parts", whole.substr(0, whole.rfind('.')));
    row("without signature", whole.substr(0, whole.rfind('.') + 1));
    row("four parts", whole + ".x");
    row("padded", whole + "=");
    row("blank behind", whole + " ");
    row("other secret", hs256Token(good, "another secret of thirty-two byte"));
    row("no algorithm", headed("{}"));
    row("none", headed(R"({"alg":"none"})"));
    row("none without signature", base64Url(R"({"alg":"none"})") + "." + base64Url(good) + ".");
    row("other hash", headed(R"({"alg":"HS512"})"));
    row("algorithm in small letters", headed(R"({"alg":"hs256"})"));
    row("algorithm is no text", headed(R"({"alg":256})"));
    row("critical extension", headed(R"({"alg":"HS256","crit":["b64"],"b64":false})"));
    row("header is no object", headed(R"(["HS256"])"));
    row("header is no JSON", headed("HS256"));
    row("deep header", headed((R"({"alg":"HS256","x":)" + std::string(50, '[') + std::string(50, ']') + "}").c_str()));
    row("payload is no object", hs256Token("[]", secret));
    row("payload is no JSON", hs256Token("hello", secret));
    row("deep payload", hs256Token(R"({"x":)" + std::string(50, '[') + std::string(50, ']') + "}", secret));
    row("too long", hs256Token(R"({"x":")" + std::string(5000, 'x') + R"("})", secret));
    row("huge", std::string(1'000'000, 'a'));
    row("bytes", "\0\xff.\x01.\x02"s);
}

void TokensTest::badTokens()
{
    QFETCH(std::string, token);
    const auto claims = verifierOf(secret).verify(token, now);
    QVERIFY(!claims);
    QVERIFY(!claims.error().message.empty());
}

void TokensTest::everyChangedByteIsNoticed()
{
    const auto verifier = verifierOf(secret);
    const std::string token = hs256Token(good, secret);
    QVERIFY(verifier.verify(token, now));
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        QVERIFY(!verifier.verify(changed, now));
        QVERIFY(!verifier.verify(token.substr(0, i), now));
    }
}

void TokensTest::times_data()
{
    QTest::addColumn<std::string>("payload");
    QTest::addColumn<bool>("valid");
    const auto row = [](const char *name, const std::string &payload, bool valid) { QTest::newRow(name) << payload << valid; };
    const auto at = [](const char *claim, std::int64_t seconds) {
        return "{\""s + claim + "\":" + std::to_string(now + seconds) + "}";
    };
    row("none", "{}", true);
    row("expires later", at("exp", 1), true);
    row("expired within the leeway", at("exp", -29), true);
    row("expired", at("exp", -30), false);
    row("valid already", at("nbf", 0), true);
    row("valid within the leeway", at("nbf", 30), true);
    row("not valid yet", at("nbf", 31), false);
    row("fraction", R"({"exp":1800000000.5})", true);
    row("text", R"({"exp":"1900000000"})", false);
    row("null", R"({"exp":null})", false);
    row("negative", R"({"exp":-1})", false);
    row("beyond all time", R"({"exp":1e300})", false);
    row("start is text", R"({"nbf":"0"})", false);
}

void TokensTest::times()
{
    QFETCH(std::string, payload);
    QFETCH(bool, valid);
    QCOMPARE(verifierOf(secret).verify(hs256Token(payload, secret), now).has_value(), valid);
}

void TokensTest::channels_data()
{
    QTest::addColumn<std::string>("payload");
    QTest::addColumn<bool>("valid");
    QTest::addColumn<bool>("limited");
    QTest::addColumn<bool>("tip");
    QTest::newRow("no claim") << "{}"s << true << false << false;
    QTest::newRow("one") << R"({"channels":["tip"]})"s << true << true << true;
    QTest::newRow("others") << R"({"channels":["blocks","mempool"]})"s << true << true << false;
    QTest::newRow("unknown ones") << R"({"channels":["prices:BTC","tip"]})"s << true << true << true;
    QTest::newRow("nothing") << R"({"channels":[]})"s << true << true << false;
    QTest::newRow("text") << R"({"channels":"tip"})"s << false << false << false;
    QTest::newRow("numbers") << R"({"channels":[1]})"s << false << false << false;
}

void TokensTest::channels()
{
    QFETCH(std::string, payload);
    QFETCH(bool, valid);
    QFETCH(bool, limited);
    QFETCH(bool, tip);
    const auto claims = verifierOf(secret).verify(hs256Token(payload, secret), now);
    QCOMPARE(claims.has_value(), valid);
    if (!valid)
        return;
    QCOMPARE(claims->channels.has_value(), limited);
    if (limited)
        QCOMPARE(claims->channels->contains(Channel::Tip), tip);
}

void TokensTest::badKeys_data()
{
    QTest::addColumn<std::string>("key");
    QTest::addColumn<std::string>("problem");
    QTest::newRow("empty") << ""s
                           << "at least 32 bytes"s;
    QTest::newRow("short") << std::string(31, 'x') << "at least 32 bytes"s;
    QTest::newRow("private") << SigningKey("ED25519").privatePem() << "private key"s;
    QTest::newRow("RSA") << SigningKey("RSA", std::size_t(2048)).publicPem() << "no Ed25519 key"s;
    QTest::newRow("P-256") << SigningKey("EC", "P-256").publicPem() << "no Ed25519 key"s;
    QTest::newRow("broken") << "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"s
                            << "no public key in PEM"s;
}

void TokensTest::badKeys()
{
    QFETCH(std::string, key);
    QFETCH(std::string, problem);
    const auto verifier = TokenVerifier::fromFile(write(QStringLiteral("key"), key));
    QVERIFY(!verifier);
    QVERIFY2(verifier.error().message.find(problem) != std::string::npos, verifier.error().message.c_str());
    QVERIFY(verifier.error().message.find("/key: ") != std::string::npos);
}

void TokensTest::lineEndOfTheFileIsNoPartOfTheSecret()
{
    for (const char *end : {"", "\n", "\r\n"}) {
        const auto verifier = TokenVerifier::fromFile(write(QStringLiteral("secret"), secret + end));
        QVERIFY(verifier);
        QVERIFY(verifier->verify(hs256Token(good, secret), now));
    }
    const auto missing = TokenVerifier::fromFile("/nowhere/key");
    QVERIFY(!missing);
    QVERIFY(missing.error().message.starts_with("/nowhere/key: cannot be read"));
}

void TokensTest::adminToken()
{
    const auto admin = AdminAccess::fromFile(write(QStringLiteral("admin"), "correct horse battery\nmore\n"));
    QVERIFY(admin);
    QVERIFY(admin->allows("correct horse battery"));
    for (const char *wrong :
         {"", "correct horse batter", "correct horse battery\n", "correct horse battery\nmore", "Correct horse battery"})
        QVERIFY(!admin->allows(wrong));
    QVERIFY(!AdminAccess::fromFile(write(QStringLiteral("admin"), "short\nbut a long second line\n")));
    QVERIFY(!AdminAccess::fromFile(write(QStringLiteral("admin"), "")));
}

void TokensTest::keysOfTheConfiguration()
{
    AuthConfig config;
    QVERIFY(AccessKeys::load(config));
    config.required = true;
    QVERIFY(!AccessKeys::load(config));
    config.jwtKeyFile = write(QStringLiteral("secret"), secret);
    const auto keys = AccessKeys::load(config);
    QVERIFY(keys && (*keys)->tokens && (*keys)->tokensAreRequired && !(*keys)->admin);
    config.adminTokenFile = "/nowhere/token";
    const auto missing = AccessKeys::load(config);
    QVERIFY(!missing);
    QVERIFY(missing.error().message.starts_with("gateway.admin_token_file: /nowhere/token: cannot be read"));
}

QTEST_GUILESS_MAIN(TokensTest)
#include "test_tokens.moc"
