// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/rpc_parser.h"
#include "tests/support/fixture.h"

#include <QTest>

#include <cmath>
#include <map>
#include <random>

using namespace Qt::Literals::StringLiterals;

namespace tipwatch {

using simdjson::dom::element;

class RpcParserTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void amountsAreExact_data();
    void amountsAreExact();
    void everyAmountOfEightDecimalsIsExact();
    void amountsThatAreNone_data();
    void amountsThatAreNone();

    void recordedAnswersAreUnderstood();
    void recordedEntriesAreUnderstood();
    void recordedBlocksAreUnderstood();
    void recordedSnapshotsAreUnderstood();

    void olderMempoolEntry();
    void hugePriorityIsNoError();
    void olderBlockchainInfo();
    void warnings_data();
    void warnings();
    void mempoolMinimumIsTheHigherOfTwo();
    void plainMempoolList();
    void smartFee_data();
    void smartFee();
    void blockStats();
    void zmqNotifications();
    void rawBytes();
    void nodeVersionNames_data();
    void nodeVersionNames();
    void oddAnswersNameMethodAndField_data();
    void oddAnswersNameMethodAndField();

private:
    element parse(const QByteArray &json)
    {
        return m_parser.parse(json.constData(), static_cast<std::size_t>(json.size())).value();
    }

    simdjson::dom::parser m_parser;
};

namespace {

const QByteArray hashA(64, 'a');

std::string text(const element &value)
{
    return std::string(std::string_view(value));
}

/// The satoshi in a text with eight decimals, by moving the point.
std::int64_t satoshiOf(QByteArray decimal)
{
    return decimal.replace('.', "").toLongLong();
}

QByteArray decimalOf(std::int64_t satoshi)
{
    const std::int64_t absolute = std::abs(satoshi);
    return (satoshi < 0 ? "-" : "") + QByteArray::number(qlonglong(absolute / 100'000'000)) + '.' +
           QByteArray::number(qlonglong(absolute % 100'000'000)).rightJustified(8, '0');
}

template <class T> QByteArray problemOf(const Result<T> &result)
{
    return result ? QByteArray("nothing wrong") : QByteArray::fromStdString(result.error().message);
}

} // namespace

void RpcParserTest::amountsAreExact_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<qint64>("satoshi");
    QTest::newRow("none") << QByteArray("0.00000000") << qint64(0);
    QTest::newRow("one satoshi") << QByteArray("0.00000001") << qint64(1);
    QTest::newRow("in exponent form") << QByteArray("1e-8") << qint64(1);
    QTest::newRow("a whole number") << QByteArray("50") << qint64(5'000'000'000);
    QTest::newRow("negative") << QByteArray("-0.00050000") << qint64(-50'000);
    QTest::newRow("all the money") << QByteArray("21000000.00000000") << qint64(2'100'000'000'000'000);
    QTest::newRow("all but one satoshi") << QByteArray("20999999.99999999") << qint64(2'099'999'999'999'999);
    QTest::newRow("0.1 + 0.2") << QByteArray("0.30000000") << qint64(30'000'000);
    QTest::newRow("not to be had by truncation") << QByteArray("1.13000000") << qint64(113'000'000);
    QTest::newRow("nor this") << QByteArray("4.35000000") << qint64(435'000'000);
}

void RpcParserTest::amountsAreExact()
{
    QFETCH(QByteArray, json);
    QFETCH(qint64, satoshi);
    const auto amount = parseAmount(parse(json));
    QVERIFY2(amount, problemOf(amount));
    QCOMPARE(amount->value, satoshi);
}

void RpcParserTest::everyAmountOfEightDecimalsIsExact()
{
    constexpr std::int64_t most = 2'100'000'000'000'000;
    std::mt19937_64 random(31);
    for (int i = 0; i < 200'000; ++i) {
        // All magnitudes alike, and the top of the range, where a double has least to spare.
        const std::int64_t limit = i % 4 == 0 ? most : std::min(most, std::int64_t(1) << (i % 51));
        const std::int64_t satoshi = i % 8 == 0 ? most - static_cast<std::int64_t>(random() % 1'000'000)
                                                : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit + 1));
        const auto amount = parseAmount(parse(decimalOf(satoshi)));
        QVERIFY2(amount, decimalOf(satoshi));
        QCOMPARE(amount->value, satoshi);
    }
}

void RpcParserTest::amountsThatAreNone_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::newRow("nine decimals") << QByteArray("0.123456789");
    QTest::newRow("half a satoshi") << QByteArray("0.000000005");
    QTest::newRow("nine decimals of many coins") << QByteArray("1234567.000000014");
    QTest::newRow("too much") << QByteArray("21000000.00000001");
    QTest::newRow("far too much") << QByteArray("1e300");
    QTest::newRow("a text") << QByteArray("\"0.1\"");
    QTest::newRow("null") << QByteArray("null");
}

void RpcParserTest::amountsThatAreNone()
{
    QFETCH(QByteArray, json);
    QVERIFY(!parseAmount(parse(json)));
}

void RpcParserTest::recordedAnswersAreUnderstood()
{
    std::map<std::string, int> seen;
    for (const QByteArray &line : fixtureLines("truth.jsonl")) {
        const element rpc = parse(line)["rpc"];
        if (element answer; rpc["getblockchaininfo"].get(answer) == simdjson::SUCCESS) {
            const auto info = parseBlockchainInfo(answer);
            QVERIFY2(info, problemOf(info));
            QCOMPARE(info->network, std::string("regtest"));
            QCOMPARE(std::int64_t(info->blocks.value), std::int64_t(answer["blocks"]));
            QCOMPARE(info->bestBlock.toHex(), text(answer["bestblockhash"]));
            QCOMPARE(info->chainwork, text(answer["chainwork"]));
            QCOMPARE(info->initialBlockDownload, bool(answer["initialblockdownload"]));
            QCOMPARE(info->medianTime, std::int64_t(answer["mediantime"]));
            QCOMPARE(info->warnings.size(), std::size_t(1));
            ++seen["chain"];
        }
        if (element answer; rpc["getmempoolinfo"].get(answer) == simdjson::SUCCESS) {
            const auto info = parseMempoolInfo(answer);
            QVERIFY2(info, problemOf(info));
            QCOMPARE(info->count, std::int64_t(answer["size"]));
            QCOMPARE(info->vsize.value, std::int64_t(answer["bytes"]));
            QCOMPARE(info->usage, std::int64_t(answer["usage"]));
            QCOMPARE(info->maxUsage, std::int64_t(5'000'000));
            QVERIFY(info->totalFees.has_value());
            QVERIFY(info->minFeerate >= Feerate(0.1));
            ++seen["mempool"];
        }
        element network, totals;
        if (rpc["getnetworkinfo"].get(network) == simdjson::SUCCESS && rpc["getnettotals"].get(totals) == simdjson::SUCCESS) {
            const auto info = parseNetworkInfo(network, totals);
            QVERIFY2(info, problemOf(info));
            QCOMPARE(info->version, 319900);
            QCOMPARE(info->subversion, std::string("/Satoshi:31.99.0/"));
            QCOMPARE(info->inbound + info->outbound, info->peers);
            QCOMPARE(info->bytesIn, std::int64_t(totals["totalbytesrecv"]));
            ++seen["network"];
        }
    }
    QVERIFY(seen["chain"] > 90);
    QVERIFY(seen["mempool"] > 150);
    QVERIFY(seen["network"] > 1);
}

void RpcParserTest::recordedEntriesAreUnderstood()
{
    std::size_t checked = 0, withParents = 0, negative = 0;
    for (const QByteArray &line : fixtureLines("truth.jsonl")) {
        // Amounts are compared with the text itself, from which the parser has no chance to take them.
        for (const auto member : simdjson::dom::object(parse(line)["entries"]["set"])) {
            const auto entry = parseMempoolEntry(TxId::fromHex(member.key).value(), member.value);
            QVERIFY2(entry, problemOf(entry));
            const QByteArray key = QByteArray(member.key.data(), 64);
            qsizetype at = line.indexOf("\"" + key + "\":{\"vsize\"");
            QVERIFY(at > 0);
            const auto amountIn = [&](const char *name) {
                const qsizetype from = line.indexOf(QByteArray("\"") + name + "\":", at) + qsizetype(std::strlen(name)) + 3;
                return satoshiOf(line.mid(from, line.indexOf(name == std::string_view("chunk") ? '}' : ',', from) - from));
            };
            QCOMPARE(entry->fee.value, amountIn("base"));
            QCOMPARE(entry->modifiedFee.value, amountIn("modified"));
            QCOMPARE(entry->txid.toHex(), std::string(member.key));
            QCOMPARE(entry->wtxid.toHex(), text(member.value["wtxid"]));
            QCOMPARE(entry->vsize.value, std::int64_t(member.value["vsize"]));
            QCOMPARE(entry->weight.value, std::int64_t(member.value["weight"]));
            QCOMPARE(entry->time, std::int64_t(member.value["time"]));
            QCOMPARE(entry->parents.size(), simdjson::dom::array(member.value["depends"]).size());
            QCOMPARE(entry->children.size(), simdjson::dom::array(member.value["spentby"]).size());
            QCOMPARE(entry->has(TxFlag::SpendsMempool), !entry->parents.empty());
            QCOMPARE(entry->inputs, -1);
            ++checked;
            withParents += !entry->parents.empty();
            negative += entry->modifiedFee < Satoshi(0);
        }
    }
    QVERIFY(checked > 700);
    QVERIFY(withParents > 100);
    QVERIFY(negative > 0);
}

void RpcParserTest::recordedBlocksAreUnderstood()
{
    std::size_t stats = 0;
    for (const QByteArray &line : fixtureLines("blocks.jsonl")) {
        const element block = parse(line);
        const auto header = parseBlockHeader(block["getblockheader"]);
        QVERIFY2(header, problemOf(header));
        QCOMPARE(header->hash.toHex(), text(block["hash"]));
        QCOMPARE(std::int64_t(header->height.value), std::int64_t(block["height"]));
        QCOMPARE(header->previousHash.isNull(), header->height == Height(0));
        QCOMPARE(header->bits, 0x207fffffu);

        const element recorded = block["getblockstats"];
        if (element error; recorded["error"].get(error) == simdjson::SUCCESS)
            continue;
        const auto parsed = parseBlockStats(recorded);
        QVERIFY2(parsed, problemOf(parsed));
        QCOMPARE(parsed->hash, header->hash);
        QCOMPARE(parsed->totalFees.value, std::int64_t(recorded["totalfee"]));
        QCOMPARE(parsed->subsidy.value, std::int64_t(recorded["subsidy"]));
        QCOMPARE(parsed->feerateRange.has_value(), header->txCount > 1);
        ++stats;
    }
    QVERIFY(stats > 200);
}

void RpcParserTest::recordedSnapshotsAreUnderstood()
{
    std::size_t txids = 0;
    for (const QByteArray &line : fixtureLines("snapshots.jsonl")) {
        const element snapshot = parse(line);
        const auto list = parseMempoolList(snapshot["getrawmempool"]);
        QVERIFY2(list, problemOf(list));
        QVERIFY(list->sequence > 0);
        txids += list->txids.size();
        QVERIFY(parseBlockHash(snapshot["getbestblockhash"], "getbestblockhash"));
    }
    QVERIFY(txids > 1000);
}

void RpcParserTest::olderMempoolEntry()
{
    // Bitcoin Core 0.21: amounts twice, no chunk
    const QByteArray current = R"({"fees":{"base":0.00001410,"modified":0.00001410,"ancestor":0.00001410,"descendant":0.00001410},
        "vsize":141,"weight":561,"fee":0.00001410,"modifiedfee":0.00001410,"time":1610000000,"height":102,"descendantcount":1,"descendantsize":141,
        "descendantfees":1410,"ancestorcount":1,"ancestorsize":141,"ancestorfees":1410,"wtxid":")" +
                               hashA + R"(","depends":[],"spentby":[],"bip125-replaceable":false,"unbroadcast":true})";
    const auto entry = parseMempoolEntry(TxId(), parse(current));
    QVERIFY2(entry, problemOf(entry));
    QCOMPARE(entry->fee.value, 1410);

    const QByteArray flat = R"({"vsize":141,"weight":561,"fee":0.00001410,"modifiedfee":-0.5,"time":1,"wtxid":")" + hashA +
                            R"(","depends":[")" + hashA + R"("]})";
    const auto older = parseMempoolEntry(TxId(), parse(flat));
    QVERIFY2(older, problemOf(older));
    QCOMPARE(older->fee.value, 1410);
    QCOMPARE(older->modifiedFee.value, -50'000'000);
    QVERIFY(older->has(TxFlag::SpendsMempool));
}

void RpcParserTest::hugePriorityIsNoError()
{
    const QByteArray json = R"({"vsize":141,"weight":561,"time":1,"wtxid":")" + hashA +
                            R"(","depends":[],"fees":{"base":0.00001410,"modified":92233720368.54775807}})";
    const auto entry = parseMempoolEntry(TxId(), parse(json));
    QVERIFY2(entry, problemOf(entry));
    QCOMPARE(entry->fee.value, 1410);
    QVERIFY(entry->modifiedFee.value > 8'000'000'000'000'000'000);
}

void RpcParserTest::olderBlockchainInfo()
{
    // Bitcoin Core 0.21, pruned, in initial block download, one warning as a text
    const QByteArray json =
        R"({"chain":"main","blocks":150000,"headers":668000,"bestblockhash":")" + hashA + R"(","difficulty":1468195.4272208,
        "mediantime":1319118291,"verificationprogress":0.002,"initialblockdownload":true,"chainwork":"00ff","size_on_disk":1,"pruned":true,
        "pruneheight":100000,"automatic_pruning":true,"prune_target_size":576716800,"softforks":{},"warnings":"Unknown new rules activated"})";
    const auto info = parseBlockchainInfo(parse(json));
    QVERIFY2(info, problemOf(info));
    QCOMPARE(info->network, std::string("main"));
    QVERIFY(info->pruned);
    QCOMPARE(info->pruneHeight.value, 100000);
    QVERIFY(info->initialBlockDownload);
    QCOMPARE(info->headers.value, 668000);
    QCOMPARE(info->warnings, std::vector<std::string>{"Unknown new rules activated"});
}

void RpcParserTest::warnings_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<int>("count");
    QTest::newRow("empty text") << QByteArray("\"\"") << 0;
    QTest::newRow("text") << QByteArray("\"careful\"") << 1;
    QTest::newRow("empty list") << QByteArray("[]") << 0;
    QTest::newRow("list") << QByteArray("[\"careful\",\"very\"]") << 2;
    QTest::newRow("number") << QByteArray("7") << -1;
    QTest::newRow("list of numbers") << QByteArray("[7]") << -1;
}

void RpcParserTest::warnings()
{
    QFETCH(QByteArray, json);
    QFETCH(int, count);
    const QByteArray answer =
        R"({"net":{"connections":3,"connections_in":1,"connections_out":2,"version":210000,"subversion":"/Satoshi:0.21.0/","warnings":)" +
        json + R"(},"totals":{"totalbytesrecv":1,"totalbytessent":2}})";
    const element document = parse(answer);
    const auto info = parseNetworkInfo(document["net"], document["totals"]);
    QCOMPARE(info ? int(info->warnings.size()) : -1, count);
    if (info)
        QCOMPARE(info->bytesOut, 2);
}

void RpcParserTest::mempoolMinimumIsTheHigherOfTwo()
{
    const QByteArray json =
        R"({"loaded":false,"size":1,"bytes":2,"usage":3,"maxmempool":4,"mempoolminfee":%1,"minrelaytxfee":0.00001000})";
    const auto minimum = [&](const char *fee) {
        return parseMempoolInfo(parse(QByteArray(json).replace("%1", fee)))->minFeerate.value;
    };
    QCOMPARE(minimum("0.00000100"), 1.0);
    QCOMPARE(minimum("0.00002500"), 2.5);
    QVERIFY(!parseMempoolInfo(parse(QByteArray(json).replace("%1", "0.00001")))->loaded);
    QVERIFY(!parseMempoolInfo(parse(QByteArray(json).replace("%1", "0.00001")))->totalFees);
}

void RpcParserTest::plainMempoolList()
{
    const auto list = parseMempoolList(parse("[\"" + hashA + "\"]"));
    QVERIFY2(list, problemOf(list));
    QCOMPARE(list->txids.size(), std::size_t(1));
    QCOMPARE(list->sequence, std::uint64_t(0));
    QVERIFY(!parseMempoolList(parse("[\"abc\"]")));
}

void RpcParserTest::smartFee_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<double>("feerate");
    QTest::newRow("an estimate") << QByteArray(R"({"feerate":0.00012345,"blocks":2})") << 12.345;
    QTest::newRow("none yet") << QByteArray(R"({"errors":["Insufficient data or no feerate found"],"blocks":0})") << 0.0;
    QTest::newRow("odd") << QByteArray(R"({"blocks":2})") << -1.0;
    QTest::newRow("odd feerate") << QByteArray(R"({"feerate":"1","blocks":2})") << -1.0;
}

void RpcParserTest::smartFee()
{
    QFETCH(QByteArray, json);
    QFETCH(double, feerate);
    const auto fee = parseSmartFee(parse(json));
    QCOMPARE(fee ? fee->value_or(Feerate(0)).value : -1.0, feerate);
}

void RpcParserTest::blockStats()
{
    const QByteArray json =
        R"({"blockhash":")" + hashA +
        R"(","height":800000,"subsidy":625000000,"totalfee":12345678,"txs":3721,"minfeerate":1,"maxfeerate":500,"feerate_percentiles":[2,3,4,5,6]})";
    const auto stats = parseBlockStats(parse(json));
    QVERIFY2(stats, problemOf(stats));
    const FeerateRange expected{Feerate(1), Feerate(2), Feerate(3), Feerate(4), Feerate(5), Feerate(6), Feerate(500)};
    QVERIFY(stats->feerateRange == expected);
    QVERIFY(!parseBlockStats(parse(QByteArray(json).replace("[2,3,4,5,6]", "[2,3,4,5]"))));
    QVERIFY(!parseBlockStats(parse(QByteArray(json).replace("[2,3,4,5,6]", "[2,3,4,5,6,7]"))));
    QVERIFY(!parseBlockStats(parse(QByteArray(json).replace("[2,3,4,5,6]", "[2,3,\"4\",5,6]"))));
}

void RpcParserTest::zmqNotifications()
{
    const auto all = parseZmqNotifications(parse(
        R"([{"type":"pubsequence","address":"tcp://127.0.0.1:28332","hwm":1000},{"type":"pubrawblock","address":"ipc:///tmp/x","hwm":0}])"));
    QVERIFY2(all, problemOf(all));
    QCOMPARE(all->size(), std::size_t(2));
    QCOMPARE(all->front().topic, std::string("sequence"));
    QCOMPARE(all->back().endpoint, std::string("ipc:///tmp/x"));
    QVERIFY(parseZmqNotifications(parse("[]"))->empty());
}

void RpcParserTest::rawBytes()
{
    QCOMPARE(parseRawBytes(parse("\"00fFa0\""), "getblock").value(), (std::vector<std::uint8_t>{0, 255, 160}));
    QVERIFY(parseRawBytes(parse("\"\""), "getblock")->empty());
    QCOMPARE(problemOf(parseRawBytes(parse("\"00f\""), "getblock")),
             QByteArray("getblock: the answer should be pairs of hex digits"));
    QCOMPARE(problemOf(parseRawBytes(parse("\"00fx\""), "getblock")), QByteArray("getblock: no hex digit at 2"));
}

void RpcParserTest::nodeVersionNames_data()
{
    QTest::addColumn<QByteArray>("subversion");
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("Core") << QByteArray("/Satoshi:31.0.0/") << QByteArray("Bitcoin Core 31.0.0");
    QTest::newRow("Core 0.21") << QByteArray("/Satoshi:0.21.2/") << QByteArray("Bitcoin Core 0.21.2");
    QTest::newRow("Core with a comment") << QByteArray("/Satoshi:28.1.0(my node)/") << QByteArray("Bitcoin Core 28.1.0");
    QTest::newRow("Knots") << QByteArray("/Satoshi:29.1.0/Knots:20250903/") << QByteArray("Bitcoin Knots 29.1.0 (20250903)");
    QTest::newRow("something else") << QByteArray("/btcd:0.24.2/") << QByteArray("/btcd:0.24.2/");
}

void RpcParserTest::nodeVersionNames()
{
    QFETCH(QByteArray, subversion);
    QFETCH(QByteArray, name);
    NetworkInfo info;
    info.subversion = subversion.toStdString();
    QCOMPARE(QByteArray::fromStdString(nodeVersionName(info)), name);
}

void RpcParserTest::oddAnswersNameMethodAndField_data()
{
    QTest::addColumn<QByteArray>("problem");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray chain =
        R"({"chain":"main","blocks":1,"headers":2,"bestblockhash":")" + hashA +
        R"(","difficulty":1,"mediantime":1,"verificationprogress":1,"initialblockdownload":false,"chainwork":"0","pruned":false,"warnings":""})";
    const auto broken = [&](const char *before, const char *after) {
        return problemOf(parseBlockchainInfo(parse(QByteArray(chain).replace(before, after))));
    };
    QTest::newRow("whole") << problemOf(parseBlockchainInfo(parse(chain))) << QByteArray("nothing wrong");
    QTest::newRow("no object") << problemOf(parseBlockchainInfo(parse("7")))
                               << QByteArray("getblockchaininfo: the answer is not an object");
    QTest::newRow("missing") << broken("\"blocks\"", "\"block\"") << QByteArray("getblockchaininfo: \"blocks\" is missing");
    QTest::newRow("text for a number") << broken("\"blocks\":1", "\"blocks\":\"1\"")
                                       << QByteArray("getblockchaininfo: \"blocks\" should be an integer in range");
    QTest::newRow("negative height") << broken("\"blocks\":1", "\"blocks\":-1")
                                     << QByteArray("getblockchaininfo: \"blocks\" should be an integer in range");
    QTest::newRow("height beyond 32 bits") << broken("\"blocks\":1", "\"blocks\":4294967296")
                                           << QByteArray("getblockchaininfo: \"blocks\" should be an integer in range");
    QTest::newRow("short hash") << broken("aaaa\"", "aaa\"")
                                << QByteArray("getblockchaininfo: \"bestblockhash\" should be a hash of 64 hex digits");
    QTest::newRow("number for a flag") << broken("false", "0")
                                       << QByteArray("getblockchaininfo: \"initialblockdownload\" should be true or false");
    QTest::newRow("first of several") << broken("\"chain\":\"main\",\"blocks\":1", "\"chain\":1")
                                      << QByteArray("getblockchaininfo: \"chain\" should be a text");
    QTest::newRow("amount") << problemOf(parseMempoolInfo(parse(
                                   R"({"size":1,"bytes":2,"usage":3,"maxmempool":4,"mempoolminfee":"x","minrelaytxfee":1})")))
                            << QByteArray("getmempoolinfo: \"mempoolminfee\" should be an amount");
    QTest::newRow("sequence") << problemOf(parseMempoolList(parse(R"({"txids":[]})")))
                              << QByteArray("getrawmempool: \"mempool_sequence\" is missing");
    QTest::newRow("txids") << problemOf(parseMempoolList(parse(R"({"txids":[7],"mempool_sequence":1})")))
                           << QByteArray("getrawmempool: \"txids\" should be a list of hashes");
    QTest::newRow("fees") << problemOf(parseMempoolEntry(TxId(), parse(R"({"vsize":1,"weight":4,"time":1,"wtxid":")" + hashA +
                                                                       R"(","depends":[],"fees":{"base":1}})")))
                          << QByteArray("getmempoolentry: \"modified\" is missing");
    QTest::newRow("no fees") << problemOf(parseMempoolEntry(
                                    TxId(), parse(R"({"vsize":1,"weight":4,"time":1,"wtxid":")" + hashA + R"(","depends":[]})")))
                             << QByteArray("getmempoolentry: \"fees\" is missing");
    QTest::newRow("zmq") << problemOf(parseZmqNotifications(parse(R"([{"type":"pubsequence"}])")))
                         << QByteArray("getzmqnotifications: \"address\" is missing");
    QTest::newRow("hash") << problemOf(parseBlockHash(parse("7"), "getbestblockhash"))
                          << QByteArray("getbestblockhash: the answer should be a hash of 64 hex digits");
}

void RpcParserTest::oddAnswersNameMethodAndField()
{
    QFETCH(QByteArray, problem);
    QFETCH(QByteArray, expected);
    QCOMPARE(problem, expected);
}

} // namespace tipwatch

QTEST_GUILESS_MAIN(tipwatch::RpcParserTest)
#include "rpc_parser_test.moc"
