// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/address.h"
#include "shared/domain/base58.h"
#include "shared/domain/bech32.h"
#include "tests/support/fixture.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace tipwatch;

namespace {

Script bytesOf(const QByteArray &hex)
{
    const QByteArray raw = QByteArray::fromHex(hex);
    return {raw.begin(), raw.end()};
}

QByteArray hexOf(const Script &script)
{
    return QByteArray(reinterpret_cast<const char *>(script.data()), static_cast<qsizetype>(script.size())).toHex();
}

/// Every scriptPubKey in @p value: its hex, and the address or nothing.
void collect(const QJsonValue &value, QHash<QString, QString> &scripts)
{
    if (value.isArray()) {
        for (const QJsonValue &item : value.toArray())
            collect(item, scripts);
    }
    const QJsonObject object = value.toObject();
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (it.key() == u"scriptPubKey")
            scripts.insert(it->toObject()[u"hex"].toString(), it->toObject()[u"address"].toString());
        else
            collect(*it, scripts);
    }
}

} // namespace

/// Vectors: BIP 173, BIP 350; in base 58 those of Bitcoin Core (src/test/data/key_io_valid.json) and well-known addresses.
class TestAddress : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bech32Text_data()
    {
        QTest::addColumn<bool>("modified");
        for (const char *text : {"A12UEL5L", "a12uel5l",
                                 "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
                                 "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
                                 "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
                                 "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"})
            QTest::newRow(text) << false;
        for (const char *text : {"A1LQFN3A", "a1lqfn3a",
                                 "an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
                                 "abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
                                 "11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
                                 "split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa"})
            QTest::newRow(text) << true;
    }
    void bech32Text()
    {
        QFETCH(bool, modified);
        const auto text = decodeBech32(QTest::currentDataTag());
        QVERIFY2(text, text ? "" : text.error().message.c_str());
        QCOMPARE(text->checksum == Bech32Checksum::Bech32m, modified);
        QCOMPARE(QByteArray::fromStdString(encodeBech32(text->prefix, text->values, text->checksum)),
                 QByteArray(QTest::currentDataTag()).toLower());
    }

    void bech32TextIsRefused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("why");
        const auto row = [](const QByteArray &text, const char *why) {
            QTest::addRow("%s", text.constData()) << text << QByteArray(why);
        };
        for (const char *text : {"\x20"
                                 "1nwldj5",
                                 "\x7f"
                                 "1axkwrx",
                                 "\x80"
                                 "1eym55h",
                                 "\x20"
                                 "1xj0phk",
                                 "\x7f"
                                 "1g6xzxy",
                                 "\x80"
                                 "1vctc34",
                                 "de1lg7wt\xff"})
            row(text, "a character that no address has");
        row("an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx", "longer than 90");
        row("an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4", "longer than 90");
        for (const char *text :
             {"pzry9x0s0muk", "1pzry9x0s0muk", "10a06t8", "1qzzfhee", "qyrz8wqd2c9m", "1qyrz8wqd2c9m", "16plkw9", "1p2gdwpf", ""})
            row(text, "no prefix");
        for (const char *text : {"x1b4n0q5v", "y1b0jsk6g", "lt1igcx5c0", "mm1crxm3i", "au1s5cgom"})
            row(text, "does not occur");
        for (const char *text : {"li1dgmt3", "in1muywd"})
            row(text, "too short");
        for (const char *text : {"A1G7SGD8", "M1VUXWEZ"})
            row(text, "checksum is wrong");
        row("a12uEL5l", "mixes");
    }
    void bech32TextIsRefused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, why);
        const auto decoded = decodeBech32(text.toStdString());
        QVERIFY(!decoded);
        QVERIFY2(decoded.error().message.find(why.toStdString()) != std::string::npos, decoded.error().message.c_str());
    }

    void address_data()
    {
        QTest::addColumn<QByteArray>("network");
        QTest::addColumn<QByteArray>("script");
        const auto row = [](const char *address, const char *network, const char *script) {
            QTest::newRow(address) << QByteArray(network) << QByteArray(script);
        };
        row("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "main", "0014751e76e8199196d454941c45d1b3a323f1433bd6");
        row("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", "test",
            "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262");
        row("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", "main",
            "5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6");
        row("BC1SW50QGDZ25J", "main", "6002751e");
        row("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "main", "5210751e76e8199196d454941c45d1b3a323");
        row("tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy", "testnet4",
            "0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433");
        row("tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c", "signet",
            "5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433");
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "main",
            "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "main", "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac");
        row("1111111111111111111114oLvT2", "main", "76a914000000000000000000000000000000000000000088ac");
        row("1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo", "main", "76a914a31c06bd463e3923bc1aadbde48b16976c08071788ac");
        row("36j4NfKv6Akva9amjWrLG6MuSQym1GuEmm", "main", "a914373b819a068f32b7a6b38b6b38729647cfde01c287");
        row("mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ", "testnet4", "76a914ce28b26c57472737f5c3561a1761185bd8589a4388ac");
        row("2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK", "test", "a914ce0bba75891ff9ec60148d4bd4a09ee2dc5c933187");
        row("mww4LvqtTMKvmeQvizPz2EQv26xTneWrbg", "signet", "76a914b4110ba93ac54afc14da3bdd19614774a2d55d2988ac");
        row("2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA", "regtest", "a91436e9f191e0b75036a77f65e2eaa4752443233fbe87");
    }
    void address()
    {
        QFETCH(QByteArray, network);
        QFETCH(QByteArray, script);
        const std::string text = QTest::currentDataTag();
        const auto found = scriptOf(text, network.toStdString());
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QCOMPARE(hexOf(*found), script);
        const bool upper = text.starts_with("BC1");
        QCOMPARE(QByteArray::fromStdString(*addressOf(*found, network.toStdString())),
                 upper ? QByteArray::fromStdString(text).toLower() : QByteArray::fromStdString(text));
    }

    void addressIsRefused_data()
    {
        QTest::addColumn<QByteArray>("network");
        QTest::addColumn<QByteArray>("why");
        const auto row = [](const char *address, const char *network, const char *why) {
            QTest::addRow("%s on %s", address, network) << QByteArray(network) << QByteArray(why);
        };
        // BIP 173
        row("tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty", "main", "does not begin like");
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "main", "checksum is wrong");
        row("BC13W508D6QEJXTDG4Y5R3ZARVARY0C5XW7KN40WF2", "main", "no witness version 17");
        row("bc1rw5uspcuh", "main", "Bech32m");
        row("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "main", "does not have 16 bytes");
        row("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7", "test", "mixes upper and lower case");
        row("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv", "test", "whole byte");
        row("bc1gmk9yu", "main", "nothing between");
        // valid by BIP 173, no more by BIP 350
        row("bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7k7grplx", "main", "Bech32m");
        row("BC1SW50QA3JX3S", "main", "Bech32m");
        row("bc1zw508d6qejxtdg4y5r3zarvaryvg6kdaj", "main", "Bech32m");
        row("bc10w508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kw5rljs90", "main", "Bech32m");
        row("bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du", "main", "Bech32m");
        // BIP 350
        row("tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut", "main", "does not begin like");
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "main", "Bech32m");
        row("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf", "signet", "Bech32m");
        row("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "main", "Bech32m");
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "main", "not Bech32m");
        row("tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47", "test", "not Bech32m");
        row("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "main", "'o' does not occur");
        row("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "main", "no witness version 17");
        row("bc1pw5dgrnzv", "main", "does not have 1 bytes");
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav", "main", "does not have 41 bytes");
        row("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "test", "mixes upper and lower case");
        row("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "main", "whole byte");
        row("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j", "test", "whole byte");
        // another network
        row("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "test", "another network (main)");
        row("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "main", "another network (test, testnet4, signet)");
        row("bcrt1qp0t2cg3hyyplsne2jwv6rmjmhtrl9y6pzk4cjg", "signet", "another network (regtest)");
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "regtest", "another network (main)");
        row("2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA", "main", "another network (test, testnet4, signet, regtest)");
        // base 58
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "main", "checksum is wrong");
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN0", "main", "a character that no address has");
        row("1z", "main", "too short");
        row("5JuW2AMDYu4xVwRG9DZW18VbzQrGcd5RCgb99sS6ehJsNQXu5b9", "main", "holds 33 bytes, not 21"); // a private key
        row("LbTjMGN7gELw4KbeyQf6cTCq859hD18guE", "main", "does not begin like");                     // Litecoin
        // hex
        row("abc", "main", "even number of digits; here are 3");
        row("0014751", "main", "even number of digits");
        row("", "main", "missing");
        row("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "foonet", "\"foonet\" are not known");
    }
    void addressIsRefused()
    {
        QFETCH(QByteArray, network);
        QFETCH(QByteArray, why);
        const QByteArray row = QTest::currentDataTag();
        const std::string text = row.left(row.lastIndexOf(" on ")).toStdString();
        const auto script = scriptOf(text, network.toStdString());
        QVERIFY(!script);
        QVERIFY2(script.error().message.find(why.toStdString()) != std::string::npos, script.error().message.c_str());
    }

    void hexIsTheScriptItself_data()
    {
        QTest::addColumn<QByteArray>("hex");
        QTest::newRow("P2PKH") << QByteArray("76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac");
        QTest::newRow("upper case") << QByteArray("0014751E76E8199196D454941C45D1B3A323F1433BD6");
        QTest::newRow("one opcode") << QByteArray("51");
        QTest::newRow("digits that base 58 has too") << QByteArray("6ab1");
        QTest::newRow("longest") << QByteArray(20'000, '5');
    }
    void hexIsTheScriptItself()
    {
        QFETCH(QByteArray, hex);
        const auto script = scriptOf(hex.toStdString(), "main");
        QVERIFY2(script, script ? "" : script.error().message.c_str());
        QCOMPARE(hexOf(*script), hex.toLower());
    }

    void longTextsAreRefusedUnread()
    {
        for (const char c : {'1', 'z', 'q', 'a', '\x80'}) {
            const auto script = scriptOf(std::string(30'000'000, c), "main");
            QVERIFY(!script);
            QVERIFY2(script.error().message.size() < 300, script.error().message.c_str());
        }
    }

    void scriptsWithoutAddress_data()
    {
        QTest::addColumn<QByteArray>("script");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("OP_RETURN") << QByteArray("6a24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9");
        QTest::newRow("public key") << QByteArray("4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4c"
                                                  "ef38c4f35504e51ec112de5c384df7ba0b8d578a4c7"
                                                  "02b6bf11d5fac");
        QTest::newRow("bare multisig") << QByteArray("5121024320fd87af1260f916fe4ce792290632d3d8adfc4fd4e2fcd3e71b0d2883984721039"
                                                     "f0fc9e271810e0ed3c1ac548c2892e5edb867a227c0f9"
                                                     "b5be8951cde12d79ca52ae");
        QTest::newRow("version 0, 16 bytes") << QByteArray("0010751e76e8199196d454941c45d1b3a323");
        QTest::newRow("version 1, 1 byte") << QByteArray("510175");
        QTest::newRow("version 1, 41 bytes") << QByteArray("5129") + QByteArray(82, '1');
        QTest::newRow("version 17") << QByteArray("6102751e");
        QTest::newRow("P2PKH of 19 bytes") << QByteArray("76a913") + QByteArray(38, '1') + "88ac";
        QTest::newRow("P2SH with something behind") << QByteArray("a914373b819a068f32b7a6b38b6b38729647cfde01c28751");
    }
    void scriptsWithoutAddress()
    {
        QFETCH(QByteArray, script);
        QVERIFY(!addressOf(bytesOf(script), "main"));
        QVERIFY(!addressOf(bytesOf(script), "foonet"));
    }

    /// Every script that a real node described.
    void addressesAreTheNodes()
    {
        QHash<QString, QString> scripts;
        for (const char *file : {"txs.jsonl", "blocks.jsonl"}) {
            for (const QByteArray &line : fixtureLines(file))
                collect(QJsonDocument::fromJson(line).object(), scripts);
        }
        QVERIFY(scripts.size() > 50);
        int withAddress = 0;
        for (auto it = scripts.begin(); it != scripts.end(); ++it) {
            const Script script = bytesOf(it.key().toLatin1());
            QCOMPARE(QString::fromStdString(addressOf(script, "regtest").value_or("")), it.value());
            if (it.value().isEmpty())
                continue;
            ++withAddress;
            QCOMPARE(hexOf(scriptOf(it.value().toStdString(), "regtest").value_or(Script())), it.key().toLatin1());
        }
        QVERIFY(withAddress >= 6); // P2PKH, P2SH, P2WPKH, P2WSH, P2TR, P2A
    }
};

QTEST_APPLESS_MAIN(TestAddress)
#include "test_address.moc"
