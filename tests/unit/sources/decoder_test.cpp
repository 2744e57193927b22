// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_decoder.h"
#include "server/sources/bitcoin/mining_pools.h"
#include "server/sources/bitcoin/rpc_parser.h"
#include "server/sources/bitcoin/transaction_decoder.h"
#include "shared/domain/transaction.h"
#include "tests/support/fixture.h"

#include <QElapsedTimer>
#include <QTest>

#include <map>
#include <random>

using namespace Qt::Literals::StringLiterals;

namespace tipwatch {

using simdjson::dom::element;
using Bytes = std::vector<std::uint8_t>;

/// What was recorded, decoded nowhere but here: JSON and raw bytes.
class DecoderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();

    void everyRecordedBlockDecodesToWhatTheNodeSaid();
    void everyRecordedTransactionDecodesToWhatTheNodeSaid();
    void everyPrefixOfABlockIsAnErrorThatSaysWhere();
    void everyPrefixOfATransactionIsAnError();
    void flippedBitsNeverPassUnnoticed();
    void damagedTransactionsAreRefusedOrWhole();
    void malformedTransactionSaysWhat_data();
    void malformedTransactionSaysWhat();
    void wrongMerkleRootNamesTheBlock();
    void bytesBehindABlockAreAnError();
    void firstTransactionHasToBeACoinbase();
    void coinbaseHeight_data();
    void coinbaseHeight();
    void coinbaseTag_data();
    void coinbaseTag();
    void miningPool_data();
    void miningPool();
    void scriptKinds_data();
    void scriptKinds();
    void fullBlockDecodesInMilliseconds();

private:
    Bytes blockAt(std::size_t index) const { return m_raw.at(m_hashes.at(index)); }

    std::map<std::string, Bytes> m_raw; ///< block hash to bytes
    std::vector<std::string> m_hashes;
    std::vector<QByteArray> m_blocks;
    std::vector<Bytes> m_transactions;
};

namespace {

Bytes unhex(std::string_view hex)
{
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
    return bytes;
}

std::string hexOf(std::span<const std::uint8_t> bytes)
{
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size())).toHex().toStdString();
}

std::string text(const element &value)
{
    return std::string(std::string_view(value));
}

element parse(simdjson::dom::parser &parser, const QByteArray &line)
{
    return parser.parse(line.constData(), static_cast<std::size_t>(line.size())).value();
}

std::string_view kindName(ScriptKind kind)
{
    switch (kind) {
    case ScriptKind::PubKey:
        return "pubkey";
    case ScriptKind::PubKeyHash:
        return "pubkeyhash";
    case ScriptKind::ScriptHash:
        return "scripthash";
    case ScriptKind::Multisig:
        return "multisig";
    case ScriptKind::WitnessPubKeyHash:
        return "witness_v0_keyhash";
    case ScriptKind::WitnessScriptHash:
        return "witness_v0_scripthash";
    case ScriptKind::Taproot:
        return "witness_v1_taproot";
    case ScriptKind::Anchor:
        return "anchor";
    case ScriptKind::NullData:
        return "nulldata";
    case ScriptKind::Other:
        break;
    }
    return "nonstandard";
}

/// One input (no witness), one output of 1 satoshi, empty scripts.
const std::string smallest = "02000000"
                             "01" +
                             std::string(64, 'a') +
                             "00000000"
                             "00"
                             "fdffffff"
                             "01"
                             "0100000000000000"
                             "00"
                             "00000000";

} // namespace

void DecoderTest::initTestCase()
{
    simdjson::dom::parser parser;
    for (const QByteArray &line : fixtureLines("events.jsonl")) {
        if (!line.contains("\"rawblock\""))
            continue;
        const Bytes raw = unhex(std::string_view(parse(parser, line)["body"]));
        const auto block = decodeBlock(raw);
        QVERIFY2(block, block ? "" : block.error().message.c_str());
        m_raw[block->hash.toHex()] = raw;
    }
    m_blocks = fixtureLines("blocks.jsonl");
    for (const QByteArray &line : m_blocks) {
        const element block = parse(parser, line);
        m_hashes.push_back(text(block["hash"]));
        if (element hex; block["getblock_0"].get(hex) == simdjson::SUCCESS)
            m_raw[m_hashes.back()] = unhex(std::string_view(hex));
    }
    QCOMPARE(m_blocks.size(), std::size_t(224));
}

void DecoderTest::everyRecordedBlockDecodesToWhatTheNodeSaid()
{
    simdjson::dom::parser parser;
    for (const QByteArray &line : m_blocks) {
        const element recorded = parse(parser, line);
        const element expected = recorded["getblock_3"];
        const auto block = decodeBlock(m_raw.at(text(recorded["hash"])));
        QVERIFY2(block, block ? "" : block.error().message.c_str());
        QCOMPARE(block->hash.toHex(), text(expected["hash"]));
        const auto height = std::int64_t(expected["height"]);
        QCOMPARE(block->height.value, height == 0 ? -1 : static_cast<std::int32_t>(height)); // the genesis block is of version 1
        if (height > 0)
            QCOMPARE(block->previousHash.toHex(), text(expected["previousblockhash"]));
        QCOMPARE(std::int64_t(block->version), std::int64_t(expected["version"]));
        QCOMPARE(block->time, std::int64_t(expected["time"]));
        QCOMPARE(QByteArray::number(block->bits, 16).toStdString(), text(expected["bits"]));
        QCOMPARE(block->size, std::int64_t(expected["size"]));
        QCOMPARE(block->strippedSize, std::int64_t(expected["strippedsize"]));
        QCOMPARE(block->weight.value, std::int64_t(expected["weight"]));
        QCOMPARE(block->txCount(), static_cast<std::int32_t>(std::int64_t(expected["nTx"])));

        const std::vector<ConfirmedTransaction> confirmed = block->confirmedTransactions();
        QCOMPARE(confirmed.size(), block->transactions.size());
        std::size_t index = 0;
        for (const element tx : simdjson::dom::array(expected["tx"])) {
            const BlockTransaction &decoded = block->transactions.at(index++);
            QCOMPARE(decoded.txid.toHex(), text(tx["txid"]));
            QCOMPARE(vsizeOf(decoded.weight).value, std::int64_t(tx["vsize"]));
            QCOMPARE(decoded.weight.value, std::int64_t(tx["weight"]));
            // The whole decoder, on the bytes of every transaction of the block, must say the same.
            const Bytes raw = unhex(std::string_view(tx["hex"]));
            const auto whole = decodeTransaction(raw);
            QVERIFY2(whole, whole ? "" : whole.error().message.c_str());
            QCOMPARE(whole->txid, decoded.txid);
            QCOMPARE(whole->wtxid.toHex(), text(tx["hash"]));
            QCOMPARE(whole->weight, decoded.weight);
            QCOMPARE(whole->isCoinbase, index == 1);
            QCOMPARE(whole->value, decoded.value);
            std::string payee;
            for (const TxOutput &output : whole->outputs) {
                if (payee.empty() && output.kind != ScriptKind::NullData)
                    payee = hexOf(output.script);
            }
            const ConfirmedTransaction &told = confirmed.at(index - 1);
            QCOMPARE(told.txid, decoded.txid);
            QCOMPARE(told.value, decoded.value);
            QCOMPARE(hexOf(told.payee), payee);
        }
        QCOMPARE(index, block->transactions.size());
        QCOMPARE(block->txids().size(), index);

        const element coinbase = expected["tx"].at(0);
        QCOMPARE(hexOf(block->coinbaseScript), text(coinbase["vin"].at(0)["coinbase"]));
        Satoshi sum;
        for (const element output : simdjson::dom::array(coinbase["vout"]))
            sum += parseAmount(output["value"]).value();
        QCOMPARE(block->coinbaseValue, sum);
    }
}

void DecoderTest::everyRecordedTransactionDecodesToWhatTheNodeSaid()
{
    simdjson::dom::parser parser;
    std::size_t checked = 0;
    for (const QByteArray &line : fixtureLines("txs.jsonl")) {
        const element recorded = parse(parser, line);
        element expected;
        if (recorded["getrawtransaction_2"].get(expected) != simdjson::SUCCESS)
            continue;
        const Bytes raw = unhex(std::string_view(expected["hex"]));
        const auto tx = decodeTransaction(raw);
        QVERIFY2(tx, tx ? "" : tx.error().message.c_str());
        QCOMPARE(tx->txid.toHex(), text(expected["txid"]));
        QCOMPARE(tx->wtxid.toHex(), text(expected["hash"]));
        QCOMPARE(tx->size, std::int64_t(expected["size"]));
        QCOMPARE(tx->weight.value, std::int64_t(expected["weight"]));
        QCOMPARE(tx->vsize.value, std::int64_t(expected["vsize"]));
        QCOMPARE(std::int64_t(tx->version), std::int64_t(expected["version"]));
        QCOMPARE(std::int64_t(tx->lockTime), std::int64_t(expected["locktime"]));

        std::size_t index = 0;
        bool anyWitness = false, signalsRbf = false, anyTaproot = false, anyData = false;
        for (const element input : simdjson::dom::array(expected["vin"])) {
            const TxInput &decoded = tx->inputs.at(index++);
            QCOMPARE(decoded.previousTxid.toHex(), text(input["txid"]));
            QCOMPARE(std::int64_t(decoded.previousIndex), std::int64_t(input["vout"]));
            QCOMPARE(std::int64_t(decoded.sequence), std::int64_t(input["sequence"]));
            QCOMPARE(decoded.hasWitness, input["txinwitness"].error() == simdjson::SUCCESS);
            anyWitness |= decoded.hasWitness;
            signalsRbf |= decoded.sequence < 0xfffffffe;
        }
        QCOMPARE(index, tx->inputs.size());

        index = 0;
        Satoshi sum;
        for (const element output : simdjson::dom::array(expected["vout"])) {
            const TxOutput &decoded = tx->outputs.at(index++);
            QCOMPARE(decoded.value, parseAmount(output["value"]).value());
            QCOMPARE(hexOf(decoded.script), text(output["scriptPubKey"]["hex"]));
            const std::string type = text(output["scriptPubKey"]["type"]);
            QCOMPARE(std::string(kindName(decoded.kind)), type);
            anyTaproot |= type == "witness_v1_taproot";
            anyData |= type == "nulldata";
            sum += decoded.value;
        }
        QCOMPARE(index, tx->outputs.size());
        QCOMPARE(tx->value, sum);

        MempoolEntry flags;
        flags.flags = tx->flags();
        QCOMPARE(flags.has(TxFlag::Segwit), anyWitness);
        QCOMPARE(flags.has(TxFlag::SignalsRbf), signalsRbf);
        QCOMPARE(flags.has(TxFlag::Taproot), anyTaproot);
        QCOMPARE(flags.has(TxFlag::DataCarrier), anyData);
        ++checked;
    }
    QVERIFY(checked > 600);
}

void DecoderTest::everyPrefixOfABlockIsAnErrorThatSaysWhere()
{
    std::size_t decoded = 0;
    for (const std::size_t index : {std::size_t(0), std::size_t(50), std::size_t(111), std::size_t(120), std::size_t(180)}) {
        const Bytes raw = blockAt(index);
        QVERIFY(decodeBlock(raw));
        for (std::size_t size = 0; size < std::min<std::size_t>(raw.size(), 12'000); ++size, ++decoded) {
            // Its own allocation, so that the sanitizer sees a byte read behind the end.
            const Bytes prefix(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(size));
            const auto block = decodeBlock(prefix);
            QVERIFY2(!block, qPrintable(u"a prefix of %1 bytes passes"_s.arg(size)));
            QVERIFY2(block.error().message.find("at byte ") != std::string::npos, block.error().message.c_str());
            QCOMPARE(block.error().message.find(m_hashes[index]) != std::string::npos, size >= 80);
        }
    }
    QVERIFY(decoded > 10'000);
}

void DecoderTest::everyPrefixOfATransactionIsAnError()
{
    simdjson::dom::parser parser;
    for (int number = 0; const QByteArray &line : fixtureLines("txs.jsonl")) {
        element expected;
        if (number++ % 8 != 0 || parse(parser, line)["getrawtransaction_2"].get(expected) != simdjson::SUCCESS)
            continue;
        const Bytes raw = unhex(std::string_view(expected["hex"]));
        for (std::size_t size = 0; size < std::min<std::size_t>(raw.size(), 3000); ++size) {
            const Bytes prefix(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(size));
            QVERIFY(!decodeTransaction(prefix));
        }
        Bytes longer = raw;
        longer.push_back(0);
        const auto tx = decodeTransaction(longer);
        QVERIFY(!tx);
        QVERIFY2(tx.error().message.find("something follows") != std::string::npos, tx.error().message.c_str());
    }
}

void DecoderTest::flippedBitsNeverPassUnnoticed()
{
    std::mt19937 random(31);
    const Bytes raw = blockAt(120);
    const std::string hash = m_hashes[120];
    for (int i = 0; i < 5000; ++i) {
        Bytes damaged = raw;
        const std::size_t at = random() % raw.size();
        damaged[at] ^= static_cast<std::uint8_t>(1u << random() % 8);
        const auto block = decodeBlock(damaged);
        // Witnesses are not part of what the header commits to; everything else is.
        if (block)
            QVERIFY2(block->hash.toHex() != hash || block->txids() == decodeBlock(raw)->txids(), qPrintable(QString::number(at)));
    }
}

void DecoderTest::damagedTransactionsAreRefusedOrWhole()
{
    std::mt19937 random(31);
    std::size_t refused = 0, accepted = 0;
    simdjson::dom::parser parser;
    for (const QByteArray &line : fixtureLines("txs.jsonl")) {
        element expected;
        if (parse(parser, line)["getrawtransaction_2"].get(expected) != simdjson::SUCCESS)
            continue;
        const Bytes raw = unhex(std::string_view(expected["hex"]));
        for (int i = 0; i < 50; ++i) {
            Bytes damaged = raw;
            for (auto hits = 1 + random() % 3; hits > 0; --hits)
                damaged[random() % std::min<std::size_t>(damaged.size(), 200)] = static_cast<std::uint8_t>(random());
            const auto tx = decodeTransaction(damaged);
            if (!tx) {
                QVERIFY(tx.error().message.find("at byte ") != std::string::npos);
                ++refused;
                continue;
            }
            QCOMPARE(tx->size, static_cast<std::int64_t>(damaged.size()));
            QVERIFY(tx->weight.value <= 4 * tx->size && tx->weight.value >= tx->size);
            for (const TxOutput &output : tx->outputs)
                QVERIFY(output.script.data() >= damaged.data() &&
                        output.script.data() + output.script.size() <= damaged.data() + damaged.size());
            ++accepted;
        }
    }
    QVERIFY(refused > 1000);
    QVERIFY(accepted > 1000);
}

void DecoderTest::malformedTransactionSaysWhat_data()
{
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<QByteArray>("message");

    const std::string in = std::string(64, 'a') + "00000000"
                                                  "00"
                                                  "fdffffff";
    const auto row = [](const char *name, const std::string &hex, const char *message) {
        QTest::newRow(name) << QByteArray::fromStdString(hex) << QByteArray(message);
    };
    row("nothing", "", "the bytes end within the version, at byte 0");
    row("no inputs",
        "02000000"
        "00"
        "00"
        "00000000",
        "no inputs, or an unknown witness flag, at byte 5");
    row("unknown flag",
        "02000000"
        "0002"
        "01" +
            in,
        "unknown witness flag, at byte 5");
    row("no inputs behind the flag",
        "02000000"
        "0001"
        "00"
        "00",
        "no inputs, at byte 6");
    row("no outputs",
        "02000000"
        "01" +
            in +
            "00"
            "00000000",
        "no outputs, at byte 46");
    row("huge number of inputs",
        "02000000"
        "ffffffffffffffffff" +
            in,
        "more than the bytes can hold: the number of inputs, at byte 4");
    row("more inputs than fit",
        "02000000"
        "02" +
            in,
        "more than the bytes can hold: the number of inputs, at byte 4");
    row("long form of a short count",
        "02000000"
        "fd0100" +
            in,
        "not in its shortest form: the number of inputs, at byte 4");
    row("script beyond the end",
        "02000000"
        "01" +
            std::string(72, 'a') +
            "fe00000001"
            "fdffffff",
        "more than the bytes can hold: an input's script, at byte 41");
    row("negative value",
        "02000000"
        "01" +
            in +
            "01"
            "ffffffffffffffff"
            "00"
            "00000000",
        "more money than there can be");
    row("more than all the money",
        "02000000"
        "01" +
            in +
            "01"
            "0140075af0750700"
            "00"
            "00000000",
        "more money than there can be");
    row("in sum more than all the money",
        "02000000"
        "01" +
            in +
            "02"
            "0040075af0750700"
            "00"
            "0100000000000000"
            "00"
            "00000000",
        "more money than there can be");
    row("empty witness",
        "02000000"
        "0001"
        "01" +
            in +
            "01"
            "0100000000000000"
            "00"
            "00"
            "00000000",
        "announced, but empty: the witness");
    row("huge number of witness items",
        "02000000"
        "0001"
        "01" +
            in +
            "01"
            "0100000000000000"
            "00"
            "feffffff7f"
            "00000000",
        "more than the bytes can hold: the number of witness items");
}

void DecoderTest::malformedTransactionSaysWhat()
{
    QFETCH(QByteArray, hex);
    QFETCH(QByteArray, message);
    const Bytes raw = unhex(std::string_view(hex.constData(), static_cast<std::size_t>(hex.size())));
    QVERIFY(decodeTransaction(unhex(smallest)));
    const auto tx = decodeTransaction(raw);
    QVERIFY(!tx);
    QVERIFY2(tx.error().message.find(message.toStdString()) != std::string::npos, tx.error().message.c_str());
}

void DecoderTest::wrongMerkleRootNamesTheBlock()
{
    Bytes raw = blockAt(120);
    raw[40] ^= 1;
    const auto block = decodeBlock(raw);
    QVERIFY(!block);
    QVERIFY(block.error().message.find("merkle root") != std::string::npos);
    QVERIFY(block.error().message.find("malformed block ") != std::string::npos);
    QVERIFY(block.error().message.find(m_hashes[120]) == std::string::npos); // another header, another hash
}

void DecoderTest::bytesBehindABlockAreAnError()
{
    Bytes raw = blockAt(120);
    const std::size_t size = raw.size();
    raw.push_back(0);
    const auto block = decodeBlock(raw);
    QVERIFY(!block);
    const std::string expected = m_hashes[120] + ": something follows the last transaction, at byte " + std::to_string(size);
    QVERIFY2(block.error().message.find(expected) != std::string::npos, block.error().message.c_str());
}

void DecoderTest::firstTransactionHasToBeACoinbase()
{
    Bytes raw = blockAt(0);
    raw.resize(80);
    const Bytes payment = unhex(smallest);
    raw.push_back(1);
    raw.insert(raw.end(), payment.begin(), payment.end());
    const auto block = decodeBlock(raw);
    QVERIFY(!block);
    QVERIFY2(block.error().message.find("no coinbase, at byte 81") != std::string::npos, block.error().message.c_str());

    Bytes empty = blockAt(0);
    empty.resize(80);
    empty.push_back(0);
    QVERIFY(decodeBlock(empty).error().message.find("no transactions, at byte 80") != std::string::npos);
}

void DecoderTest::coinbaseHeight_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<int>("height");
    QTest::newRow("empty") << QByteArray() << -1;
    QTest::newRow("0") << QByteArray("00") << 0;
    QTest::newRow("1") << QByteArray("51") << 1;
    QTest::newRow("16") << QByteArray("60") << 16;
    QTest::newRow("17") << QByteArray("0111") << 17;
    QTest::newRow("127") << QByteArray("017f") << 127;
    QTest::newRow("128") << QByteArray("028000") << 128;
    QTest::newRow("227931, the first that had to") << QByteArray("035b7a03") << 227931;
    QTest::newRow("925000 with more behind") << QByteArray("03481d0e2f466f756e") << 925000;
    QTest::newRow("beyond 24 bits") << QByteArray("0400000001") << 16777216;
    QTest::newRow("negative") << QByteArray("0181") << -1;
    QTest::newRow("needless zero") << QByteArray("021100") << -1;
    QTest::newRow("as a push though there is an opcode") << QByteArray("0110") << -1;
    QTest::newRow("cut off") << QByteArray("035b7a") << -1;
    QTest::newRow("too long") << QByteArray("050000000001") << -1;
}

void DecoderTest::coinbaseHeight()
{
    QFETCH(QByteArray, script);
    QFETCH(int, height);
    const Bytes raw = unhex(std::string_view(script.constData(), static_cast<std::size_t>(script.size())));
    QCOMPARE(coinbaseHeightOf(raw).value, height);
}

void DecoderTest::coinbaseTag_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<QByteArray>("tag");
    const QByteArray height("\x03\x48\x1d\x0e", 4);
    QTest::newRow("nothing") << height << QByteArray();
    QTest::newRow("a tag") << height + "/ViaBTC/" << QByteArray("/ViaBTC/");
    QTest::newRow("two, with an extra nonce between")
        << height + "/Pool/" + QByteArray("\x00\x01xy\xff\x02", 6) + " Mined by me " << QByteArray("/Pool/ Mined by me");
    QTest::newRow("printable height does not belong to it")
        << QByteArray("\x03\x41\x42\x43", 4) + "/Pool/" << QByteArray("/Pool/");
    QTest::newRow("short runs are chance") << height + "abc" << QByteArray();
    QTest::newRow("UTF-8") << height + "七彩神仙鱼" << QByteArray("七彩神仙鱼");
    QTest::newRow("broken UTF-8") << height + QByteArray("abcd\xe4\xb8"
                                                         "efgh")
                                  << QByteArray("abcd efgh");
    QTest::newRow("overlong UTF-8") << height + QByteArray("abcd\xc0\xaf"
                                                           "efgh")
                                    << QByteArray("abcd efgh");
    QTest::newRow("text direction is not for miners to choose") << height + "abcd\u202eefgh" << QByteArray("abcd efgh");
    QTest::newRow("markup is text") << height + "<b>hi</b>" << QByteArray("<b>hi</b>");
    QTest::newRow("genesis") << QByteArray::fromHex("04ffff001d010445") +
                                    "The Times 03/Jan/2009 Chancellor on brink of second bailout for banks"
                             << QByteArray("EThe Times 03/Jan/2009 Chancellor on brink of second bailout for banks");
}

void DecoderTest::coinbaseTag()
{
    QFETCH(QByteArray, script);
    QFETCH(QByteArray, tag);
    const auto found =
        coinbaseTagOf({reinterpret_cast<const std::uint8_t *>(script.constData()), static_cast<std::size_t>(script.size())});
    QCOMPARE(QByteArray::fromStdString(found), tag);
}

void DecoderTest::miningPool_data()
{
    QTest::addColumn<QByteArray>("tag");
    QTest::addColumn<QByteArray>("pool");
    QTest::newRow("unknown") << QByteArray("hello world") << QByteArray();
    QTest::newRow("empty") << QByteArray() << QByteArray();
    QTest::newRow("Foundry") << QByteArray("/Foundry USA Pool #dropgold/") << QByteArray("Foundry USA");
    QTest::newRow("AntPool") << QByteArray("Mined by AntPool abc") << QByteArray("AntPool");
    QTest::newRow("ViaBTC") << QByteArray("/ViaBTC/Mined by x/") << QByteArray("ViaBTC");
    QTest::newRow("F2Pool, a fish alone") << QByteArray("\x03\x48\x1d\x0e\xf0\x9f\x90\x9f") << QByteArray("F2Pool");
    QTest::newRow("OCEAN") << QByteArray("< OCEAN.XYZ > Somebody") << QByteArray("OCEAN");
    QTest::newRow("the longer text wins") << QByteArray("/solo.ckpool.org/") << QByteArray("Solo CKPool");
}

void DecoderTest::miningPool()
{
    QFETCH(QByteArray, tag);
    QFETCH(QByteArray, pool);
    const auto found = miningPoolOf({tag.constData(), static_cast<std::size_t>(tag.size())});
    QCOMPARE(QByteArray(found.data(), static_cast<qsizetype>(found.size())), pool);
}

void DecoderTest::scriptKinds_data()
{
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<QByteArray>("kind");
    const QByteArray key33 = "21" + QByteArray(66, '2'), key65 = "41" + QByteArray(130, '4'), h20 = "14" + QByteArray(40, 'a'),
                     h32 = "20" + QByteArray(64, 'a');
    QTest::newRow("empty") << QByteArray() << QByteArray("nonstandard");
    QTest::newRow("pubkey") << key33 + "ac" << QByteArray("pubkey");
    QTest::newRow("pubkey, uncompressed") << key65 + "ac" << QByteArray("pubkey");
    QTest::newRow("pubkeyhash") << "76a9" + h20 + "88ac" << QByteArray("pubkeyhash");
    QTest::newRow("scripthash") << "a9" + h20 + "87" << QByteArray("scripthash");
    QTest::newRow("1 of 2") << "51" + key33 + key65 + "52ae" << QByteArray("multisig");
    QTest::newRow("3 of 2") << "53" + key33 + key65 + "52ae" << QByteArray("nonstandard");
    QTest::newRow("2 of 3 with two keys") << "52" + key33 + key33 + "53ae" << QByteArray("nonstandard");
    QTest::newRow("multisig with a broken key") << "51" + key33.left(20) + "51ae" << QByteArray("nonstandard");
    QTest::newRow("v0 keyhash") << "00" + h20 << QByteArray("witness_v0_keyhash");
    QTest::newRow("v0 scripthash") << "00" + h32 << QByteArray("witness_v0_scripthash");
    QTest::newRow("taproot") << "51" + h32 << QByteArray("witness_v1_taproot");
    QTest::newRow("anchor") << QByteArray("51024e73") << QByteArray("anchor");
    QTest::newRow("OP_RETURN") << QByteArray("6a0548656c6c6f") << QByteArray("nulldata");
    QTest::newRow("OP_RETURN alone") << QByteArray("6a") << QByteArray("nulldata");
    QTest::newRow("one byte") << QByteArray("51") << QByteArray("nonstandard");
}

void DecoderTest::scriptKinds()
{
    QFETCH(QByteArray, script);
    QFETCH(QByteArray, kind);
    const Bytes raw = unhex(std::string_view(script.constData(), static_cast<std::size_t>(script.size())));
    QCOMPARE(std::string(kindName(scriptKindOf(raw))), kind.toStdString());
}

void DecoderTest::fullBlockDecodesInMilliseconds()
{
    // A real block's transactions over and over, up to 2 MB; the merkle root is wrong then, which is found at the very end.
    std::size_t largest = 0;
    for (std::size_t i = 0; i < m_hashes.size(); ++i) {
        if (decodeBlock(blockAt(i))->txCount() > decodeBlock(blockAt(largest))->txCount())
            largest = i;
    }
    const Bytes raw = blockAt(largest);
    const auto small = decodeBlock(raw);
    const std::size_t countSize = small->txCount() < 253 ? 1 : 3, coinbaseEnd = raw.size();
    Bytes body(raw.begin() + static_cast<std::ptrdiff_t>(80 + countSize), raw.begin() + static_cast<std::ptrdiff_t>(coinbaseEnd));
    Bytes block(raw.begin(), raw.begin() + 80);
    const std::size_t times = 2'000'000 / body.size() + 1, count = times * static_cast<std::size_t>(small->txCount());
    block.push_back(0xfd);
    block.push_back(static_cast<std::uint8_t>(count));
    block.push_back(static_cast<std::uint8_t>(count >> 8));
    for (std::size_t i = 0; i < times; ++i)
        block.insert(block.end(), body.begin(), body.end());

    qint64 best = std::numeric_limits<qint64>::max();
    for (int i = 0; i < 5; ++i) {
        QElapsedTimer timer;
        timer.start();
        const auto decoded = decodeBlock(block);
        best = std::min(best, timer.nsecsElapsed());
        QVERIFY2(!decoded && decoded.error().message.find("merkle root") != std::string::npos,
                 decoded ? "" : decoded.error().message.c_str());
    }
    qInfo("%zu bytes, %zu transactions: %.2f ms", block.size(), count, static_cast<double>(best) / 1e6);
    QVERIFY2(best < 500'000'000, "far slower than it should be, sanitizers and a busy machine included");
}

} // namespace tipwatch

QTEST_GUILESS_MAIN(tipwatch::DecoderTest)
#include "decoder_test.moc"
