// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/data_text.h"
#include "tests/unit/alerts/rule_bench.h"

#include <QTest>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::chrono_literals;
using samples::block;
using samples::entry;
using samples::txid;

namespace {

BlockPtr blockAt(std::int32_t height, std::uint64_t branch = 0)
{
    return std::make_shared<const BlockSummary>(block(height, branch));
}

BlockPtr blockSaying(const char *tag)
{
    BlockSummary summary = block(101);
    summary.coinbaseTag = tag;
    return std::make_shared<const BlockSummary>(std::move(summary));
}

Script opReturn(std::string_view text)
{
    Script script{0x6a, static_cast<std::uint8_t>(text.size())};
    for (const char c : text)
        script.push_back(static_cast<std::uint8_t>(c));
    return script;
}

MempoolEntry paying(std::uint64_t number, std::vector<TransactionOutput> outputs)
{
    MempoolEntry e = entry(number);
    e.value = Satoshi(0);
    for (const TransactionOutput &output : outputs) {
        e.value += output.value;
        if (!output.script.empty() && output.script.front() == 0x6a)
            e.set(TxFlag::DataCarrier);
    }
    e.paysTo = std::make_shared<const std::vector<TransactionOutput>>(std::move(outputs));
    return e;
}

/// BIP 173's example, on the main network.
constexpr const char *address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const Script addressScript{0x00, 0x14, 0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54,
                           0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1, 0x43, 0x3b, 0xd6};

MempoolSummary mempoolOf(std::int64_t vsize, std::int64_t usage, std::int64_t maxUsage = 300'000'000)
{
    MempoolSummary m;
    m.count = 10;
    m.vsize = VBytes(vsize);
    m.usage = usage;
    m.maxUsage = maxUsage;
    return m;
}

} // namespace

class TestRules : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyTypeHasARuleThatIsQuietInAQuietWorld();
    void standardRulesSayNothingWhenAllIsWell();

    void aNewBlockIsToldOnce();
    void blocksOfANodeThatCatchesUpAreNotTold();
    void aBlockIsLateWhenSoLongAWaitIsImprobable();
    void aLateBlockIsToldOnceAndIsOverWithTheNext();
    void nobodyKnowsWhetherABlockIsLateWhileTheNodeIsAway();
    void theIntervalIsThatOfTheNetwork_data();
    void theIntervalIsThatOfTheNetwork();
    void aReorgIsToldFromItsDepthOn();

    void feeratesDoNotFlapAroundTheThreshold();
    void feeratesBelowAreToldToo();
    void aFeerateHasToHoldAndHasToBeOver();
    void nothingIsRaisedWithinTheCooldown();
    void unknownFeeratesChangeNothing();
    void theMempoolIsLargeByUsageOrBySize();
    void largeTransactionsAreTold();
    void whatNobodyCouldReadIsCounted();
    void momentsWithinTheCooldownAreCounted();

    void aTransactionIsFollowed();
    void aConfirmationIsToldOnce();
    void paymentsToAnAddressAreToldAndTheirConfirmation();
    void anAddressOfAnotherNetworkIsQuiet();
    void textsAreFoundInOpReturnAndCoinbase();
    void dataIsWhatIsPushed();

    void aNodeThatDoesNotAnswerIsDownAfterAWhile();
    void aRestartThatIsQuickIsNotTold();
    void aNodeBehindItsHeadersIsTold();
    void fewPeersAreToldButNotOnRegtest();
    void aResyncIsTold();
    void exactnessIsLostOnlyWhereItWas();

    void rulesThatStayGoOnAndOthersAreCleared();
    void disabledRulesDoNotWatch();
};

void TestRules::everyTypeHasARuleThatIsQuietInAQuietWorld()
{
    for (const std::string_view type : alertTypes()) {
        RuleBench bench(usualRule(type));
        QCOMPARE(bench.begin(), QByteArray());
        QCOMPARE(std::string(usualRule(type).type()), std::string(type));
    }
}

void TestRules::standardRulesSayNothingWhenAllIsWell()
{
    RuleBench bench(standardRules());
    bench.begin();
    bench.seeState(SourceState::Live, true);
    bench.seePeers(10);
    bench.seeFees(5);
    bench.see(MempoolChanged{mempoolOf(30'000'000, 100'000'000)});
    QCOMPARE(bench.seeBlock(), QByteArray());
    QCOMPARE(bench.wait(30min), QByteArray());
}

void TestRules::aNewBlockIsToldOnce()
{
    RuleBench bench(rule({{"type", "new_block"}}));
    bench.begin();
    QCOMPARE(bench.see(BlockConnected{blockAt(101)}), QByteArray("+new_block"));
    QCOMPARE(bench.alert().title, std::string("Block 101"));
    QCOMPARE(bench.alert().subject, block(101).hash.toHex());
    QVERIFY(!bench.alert().lasts);
    QCOMPARE(bench.see(BlockUpdated{blockAt(101)}), QByteArray());
    QVERIFY(bench.isIdle());
}

void TestRules::blocksOfANodeThatCatchesUpAreNotTold()
{
    RuleBench bench(rule({{"type", "new_block"}}));
    bench.world().tip.initialBlockDownload = true;
    bench.begin();
    QCOMPARE(bench.see(BlockConnected{blockAt(101)}), QByteArray());
    bench.world().tip.initialBlockDownload = false;
    bench.seeBlock();
    QCOMPARE(bench.see(BlockConnected{blockAt(102)}), QByteArray("+new_block"));
}

void TestRules::aBlockIsLateWhenSoLongAWaitIsImprobable()
{
    // exp(-t / 600 s) < 0.001 after 4144.65 s
    RuleBench bench(rule({{"type", "block_late"}, {"probability", "0.001"}}));
    bench.begin();
    QCOMPARE(bench.wait(4144s), QByteArray());
    QVERIFY(!bench.isIdle()); // it waits for one moment
    QCOMPARE(bench.wait(1s), QByteArray("+block_late"));
    QVERIFY(bench.isIdle());
    QCOMPARE(bench.alert().title, std::string("No block for 1 h 9 min"));
    QVERIFY2(bench.alert().text.find("one in 1,000") != std::string::npos, bench.alert().text.c_str());
    QVERIFY(bench.alert().lasts);
}

void TestRules::aLateBlockIsToldOnceAndIsOverWithTheNext()
{
    RuleBench bench(rule({{"type", "block_late"}, {"probability", "0.1"}})); // 1381.6 s
    bench.begin();
    QCOMPARE(bench.wait(1200s), QByteArray());
    QCOMPARE(bench.seeBlock(), QByteArray());
    QCOMPARE(bench.wait(1200s), QByteArray());
    QCOMPARE(bench.wait(200s), QByteArray("+block_late"));
    QCOMPARE(bench.wait(5h), QByteArray());
    QCOMPARE(bench.seeHeaders(200), QByteArray()); // of the same tip
    QCOMPARE(bench.seeBlock(), QByteArray("-block_late"));
    QCOMPARE(bench.wait(1400s), QByteArray("+block_late"));
}

void TestRules::nobodyKnowsWhetherABlockIsLateWhileTheNodeIsAway()
{
    RuleBench bench(rule({{"type", "block_late"}, {"probability", "0.1"}}));
    bench.begin();
    bench.seeState(SourceState::Stale);
    QCOMPARE(bench.wait(2h), QByteArray());
    QVERIFY(bench.isIdle());
    QCOMPARE(bench.seeState(SourceState::Live), QByteArray("+block_late"));
    QCOMPARE(bench.seeState(SourceState::Stale), QByteArray()); // it is not over because nobody hears
    QCOMPARE(bench.seeState(SourceState::Live), QByteArray());
    QCOMPARE(bench.seeBlock(), QByteArray("-block_late"));
}

void TestRules::theIntervalIsThatOfTheNetwork_data()
{
    QTest::addColumn<std::string>("network");
    QTest::addColumn<bool>("simulated");
    QTest::addColumn<std::string>("given");
    QTest::addColumn<qint64>("lateAfterMs"); // at a probability of 0.5; 0: never
    QTest::newRow("main") << std::string("main") << false << std::string("0") << qint64(415'888);
    QTest::newRow("signet") << std::string("signet") << false << std::string("0") << qint64(415'888);
    QTest::newRow("regtest has none") << std::string("regtest") << false << std::string("0") << qint64(0);
    QTest::newRow("regtest with one") << std::string("regtest") << false << std::string("10s") << qint64(6'931);
    QTest::newRow("simulated") << std::string("main") << true << std::string("0") << qint64(693);
    QTest::newRow("network unknown") << std::string() << false << std::string("0") << qint64(0);
}

void TestRules::theIntervalIsThatOfTheNetwork()
{
    QFETCH(std::string, network);
    QFETCH(bool, simulated);
    QFETCH(std::string, given);
    QFETCH(qint64, lateAfterMs);
    RuleBench bench(rule({{"type", "block_late"}, {"probability", "0.5"}, {"interval", given}}));
    bench.world().status.network = network;
    bench.world().status.simulated = simulated;
    bench.begin();
    QCOMPARE(bench.isIdle(), lateAfterMs == 0);
    QCOMPARE(bench.wait(std::chrono::milliseconds(std::max<qint64>(lateAfterMs - 1, 0))), QByteArray());
    QCOMPARE(bench.wait(1ms), lateAfterMs == 0 ? QByteArray() : QByteArray("+block_late"));
}

void TestRules::aReorgIsToldFromItsDepthOn()
{
    RuleBench bench(rule({{"type", "reorg"}, {"depth", "2"}}));
    bench.begin();
    QCOMPARE(bench.see(ChainReorganised{Height(99), {blockAt(100, 1)}, {blockAt(100), blockAt(101)}, 1}), QByteArray());
    QCOMPARE(
        bench.see(ChainReorganised{Height(98), {blockAt(100, 1), blockAt(99, 1)}, {blockAt(99), blockAt(100), blockAt(101)}, 2}),
        QByteArray("+reorg"));
    QCOMPARE(bench.alert().title, std::string("Reorg of 2 blocks"));
    QCOMPARE(bench.alert().subject, block(101).hash.toHex());
    QCOMPARE(bench.see(BlockDisconnected{blockAt(101)}), QByteArray());
}

void TestRules::feeratesDoNotFlapAroundTheThreshold()
{
    RuleBench bench(rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hysteresis", "0.1"}, {"hold", "0"}}));
    bench.begin();
    QCOMPARE(bench.seeFees(49.99), QByteArray());
    QCOMPARE(bench.seeFees(50), QByteArray("+feerate_above"));
    for (const double feerate : {49.0, 51.0, 45.1, 50.0, 45.0})
        QCOMPARE(bench.seeFees(feerate), QByteArray());
    QCOMPARE(bench.seeFees(44.9), QByteArray("-feerate_above"));
    for (const double feerate : {45.1, 49.9, 44.0})
        QCOMPARE(bench.seeFees(feerate), QByteArray());
    QCOMPARE(bench.seeFees(60), QByteArray("+feerate_above"));
}

void TestRules::feeratesBelowAreToldToo()
{
    RuleBench bench(rule({{"type", "feerate_below"}, {"feerate", "2"}, {"hysteresis", "0.5"}, {"hold", "0"}}));
    bench.begin();
    QCOMPARE(bench.seeFees(2.1), QByteArray());
    QCOMPARE(bench.seeFees(2), QByteArray("+feerate_below"));
    QCOMPARE(bench.alert().title, std::string("Fees down to 2 sat/vB"));
    QCOMPARE(bench.seeFees(3), QByteArray());
    QCOMPARE(bench.seeFees(3.01), QByteArray("-feerate_below"));
}

void TestRules::aFeerateHasToHoldAndHasToBeOver()
{
    RuleBench bench(rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hold", "1min"}}));
    bench.begin();
    bench.seeFees(60);
    QCOMPARE(bench.wait(59s), QByteArray());
    bench.seeFees(10);
    QCOMPARE(bench.wait(2min), QByteArray()); // too short a peak
    bench.seeFees(60);
    bench.wait(30s);
    bench.seeFees(70); // still above: the time goes on
    QCOMPARE(bench.wait(30s), QByteArray("+feerate_above"));
    bench.seeFees(10);
    QCOMPARE(bench.wait(59s), QByteArray());
    bench.seeFees(60);
    QCOMPARE(bench.wait(10min), QByteArray());
    bench.seeFees(10);
    QCOMPARE(bench.wait(1min), QByteArray("-feerate_above"));
    QVERIFY(bench.isIdle());
}

void TestRules::nothingIsRaisedWithinTheCooldown()
{
    RuleBench bench(rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hold", "0"}, {"cooldown", "10min"}}));
    bench.begin();
    QCOMPARE(bench.seeFees(60), QByteArray("+feerate_above"));
    QCOMPARE(bench.seeFees(10), QByteArray("-feerate_above"));
    QCOMPARE(bench.wait(1min), QByteArray());
    QCOMPARE(bench.seeFees(60), QByteArray());
    QCOMPARE(bench.wait(8min), QByteArray());
    QCOMPARE(bench.wait(1min), QByteArray("+feerate_above")); // it still holds when the cool-down ends
}

void TestRules::unknownFeeratesChangeNothing()
{
    RuleBench bench(rule({{"type", "feerate_below"}, {"feerate", "2"}, {"hold", "0"}}));
    bench.begin();
    QCOMPARE(bench.see(FeesChanged{}), QByteArray());
    QCOMPARE(bench.seeFees(1), QByteArray("+feerate_below"));
    QCOMPARE(bench.see(FeesChanged{}), QByteArray());
}

void TestRules::theMempoolIsLargeByUsageOrBySize()
{
    RuleBench bench(rule({{"type", "mempool_size"}, {"usage", "0.9"}, {"vsize", "100"}, {"hysteresis", "0.1"}, {"hold", "0"}}));
    bench.begin();
    QCOMPARE(bench.see(MempoolChanged{mempoolOf(50'000'000, 260'000'000)}), QByteArray());
    QCOMPARE(bench.see(MempoolChanged{mempoolOf(50'000'000, 270'000'000)}), QByteArray("+mempool_size"));
    QVERIFY2(bench.alert().text.find("90 %") != std::string::npos, bench.alert().text.c_str());
    QCOMPARE(bench.see(MempoolChanged{mempoolOf(100'000'000, 100'000'000)}), QByteArray()); // one after the other
    QCOMPARE(bench.see(MempoolChanged{mempoolOf(91'000'000, 100'000'000)}), QByteArray());
    QCOMPARE(bench.see(MempoolChanged{mempoolOf(89'000'000, 100'000'000)}), QByteArray("-mempool_size"));
    QCOMPARE(bench.see(MempoolChanged{mempoolOf(89'000'000, 500'000'000, 0)}), QByteArray()); // of how much is not known
}

void TestRules::largeTransactionsAreTold()
{
    RuleBench bench(rule({{"type", "large_transaction"}, {"value", "0.5"}}));
    bench.begin();
    MempoolEntry small = entry(1), large = entry(2), unknown = entry(3);
    small.value = Satoshi(49'999'999);
    large.value = Satoshi(50'000'000);
    QCOMPARE(bench.see(TransactionsSeen{{small, large, unknown}}), QByteArray("+large_transaction"));
    QCOMPARE(bench.alert().title, std::string("A transaction of 0.5 BTC"));
    QCOMPARE(bench.alert().subject, txid(2).toHex());
}

void TestRules::whatNobodyCouldReadIsCounted()
{
    RuleBench bench(rule({{"type", "large_transaction"}, {"value", "0.5"}}));
    bench.begin();
    TransactionsSeen many;
    for (std::uint64_t i = 0; i < 50; ++i) {
        many.entries.push_back(entry(i));
        many.entries.back().value = Satoshi(50'000'000);
    }
    QCOMPARE(bench.see(many).count('+'), MomentWatcher::mostPerMinute);
    QCOMPARE(bench.wait(59s), QByteArray());
    QCOMPARE(bench.see(TransactionsSeen{{many.entries[0]}}), QByteArray());
    bench.wait(1s);
    QCOMPARE(bench.see(TransactionsSeen{{many.entries[0]}}), QByteArray("+large_transaction"));
    QVERIFY2(bench.alert().text.ends_with("Before that, 31 more were not told."), bench.alert().text.c_str());
}

void TestRules::momentsWithinTheCooldownAreCounted()
{
    RuleBench bench(rule({{"type", "new_block"}, {"cooldown", "1min"}}));
    bench.begin();
    QCOMPARE(bench.see(BlockConnected{blockAt(101)}), QByteArray("+new_block"));
    bench.wait(59s);
    QCOMPARE(bench.see(BlockConnected{blockAt(102)}), QByteArray());
    bench.wait(1s);
    QCOMPARE(bench.see(BlockConnected{blockAt(103)}), QByteArray("+new_block"));
    QVERIFY2(bench.alert().text.ends_with("Before that, 1 more was not told."), bench.alert().text.c_str());
}

void TestRules::aTransactionIsFollowed()
{
    RuleBench bench(rule({{"type", "transaction"}, {"txid", txid(7).toHex()}}));
    bench.begin();
    QCOMPARE(bench.see(TransactionsSeen{{entry(6)}}), QByteArray());
    QCOMPARE(bench.see(TransactionsSeen{{entry(6), entry(7)}}), QByteArray("+transaction"));
    QVERIFY2(bench.alert().title.ends_with(" seen"), bench.alert().title.c_str());
    QCOMPARE(bench.see(TransactionsRemoved{{txid(6)}, RemovalReason::Evicted, {}}), QByteArray());
    QCOMPARE(bench.see(TransactionsRemoved{{txid(7)}, RemovalReason::Replaced, txid(8)}), QByteArray("+transaction"));
    QVERIFY2(bench.alert().title.ends_with(" replaced"), bench.alert().title.c_str());
    QVERIFY2(bench.alert().text.find(txid(8).toHex()) != std::string::npos, bench.alert().text.c_str());
    QCOMPARE(bench.alert().subject, txid(7).toHex());
}

void TestRules::aConfirmationIsToldOnce()
{
    RuleBench bench(rule({{"type", "transaction"}, {"txid", txid(7).toHex()}}));
    bench.begin();
    bench.see(TransactionsSeen{{entry(7)}});
    const auto confirmed = std::make_shared<const std::vector<ConfirmedTransaction>>(
        std::vector<ConfirmedTransaction>{{txid(1), Satoshi(1), {}}, {txid(7), Satoshi(1), {}}});
    QCOMPARE(bench.see(BlockConnected{blockAt(101), confirmed}), QByteArray("+transaction"));
    QVERIFY2(bench.alert().title.ends_with(" confirmed"), bench.alert().title.c_str());
    QCOMPARE(bench.see(TransactionsRemoved{{txid(7)}, RemovalReason::Mined, {}}), QByteArray());
    // Back in a reorg, and confirmed by a block of which no more than the number of transactions is known.
    QCOMPARE(bench.see(TransactionsSeen{{entry(7)}}), QByteArray("+transaction"));
    QCOMPARE(bench.see(BlockConnected{blockAt(102)}), QByteArray());
    QCOMPARE(bench.see(TransactionsRemoved{{txid(7)}, RemovalReason::Mined, {}}), QByteArray("+transaction"));
}

void TestRules::paymentsToAnAddressAreToldAndTheirConfirmation()
{
    RuleBench bench(rule({{"type", "address"}, {"address", address}}));
    bench.begin();
    QCOMPARE(bench.see(TransactionsSeen{{entry(1), paying(2, {{Satoshi(5), {0x51}}})}}), QByteArray());
    const MempoolEntry payment =
        paying(3, {{Satoshi(150'000'000), addressScript}, {Satoshi(5), {0x51}}, {Satoshi(1'000'000), addressScript}});
    QCOMPARE(bench.see(TransactionsSeen{{payment}}), QByteArray("+address"));
    QVERIFY2(bench.alert().title.starts_with("1.51 BTC to bc1qw508d6"), bench.alert().title.c_str());
    QCOMPARE(bench.alert().subject, std::string(address));
    const auto inBlock = std::make_shared<const std::vector<ConfirmedTransaction>>(
        std::vector<ConfirmedTransaction>{{txid(3), Satoshi(1), addressScript}, {txid(9), Satoshi(1), addressScript}});
    QCOMPARE(bench.see(BlockConnected{blockAt(101), inBlock}), QByteArray("+address")); // 9 was never seen before
    QVERIFY2(bench.alert().text.find(txid(9).toHex()) != std::string::npos, bench.alert().text.c_str());
    QCOMPARE(bench.see(TransactionsRemoved{{txid(2), txid(3)}, RemovalReason::Mined, {}}), QByteArray("+address"));
    QVERIFY2(bench.alert().title.ends_with(" confirmed"), bench.alert().title.c_str());
    QCOMPARE(bench.see(TransactionsRemoved{{txid(3)}, RemovalReason::Mined, {}}), QByteArray());
}

void TestRules::anAddressOfAnotherNetworkIsQuiet()
{
    RuleBench bench(rule({{"type", "address"}, {"address", address}}));
    bench.world().status.network = "signet";
    bench.begin();
    QCOMPARE(bench.see(TransactionsSeen{{paying(3, {{Satoshi(1), addressScript}, {Satoshi(1), {}}})}}), QByteArray());
}

void TestRules::textsAreFoundInOpReturnAndCoinbase()
{
    RuleBench bench(rule({{"type", "entity_mention"}, {"text", "Satoshi"}}));
    bench.begin();
    QCOMPARE(bench.see(TransactionsSeen{{paying(1, {{Satoshi(0), opReturn("hal")}})}}), QByteArray());
    QCOMPARE(bench.see(TransactionsSeen{{paying(2, {{Satoshi(5), {0x51}}, {Satoshi(0), opReturn("Dear SATOSHI,\n\x01")}})}}),
             QByteArray("+entity_mention"));
    QCOMPARE(bench.alert().title, std::string("“Satoshi” in OP_RETURN"));
    QCOMPARE(bench.alert().text, std::string("A transaction says: Dear SATOSHI,  "));
    QCOMPARE(bench.alert().subject, txid(2).toHex());
    QCOMPARE(bench.see(BlockConnected{blockSaying("/mined by satoshi/")}), QByteArray("+entity_mention"));
    QCOMPARE(bench.see(BlockConnected{blockSaying("/nobody/")}), QByteArray());

    RuleBench coinbaseOnly(rule({{"type", "entity_mention"}, {"text", "Satoshi"}, {"op_return", "false"}}));
    coinbaseOnly.begin();
    QCOMPARE(coinbaseOnly.see(TransactionsSeen{{paying(2, {{Satoshi(0), opReturn("satoshi")}})}}), QByteArray());
    RuleBench dataOnly(rule({{"type", "entity_mention"}, {"text", "Satoshi"}, {"coinbase", "false"}}));
    dataOnly.begin();
    QCOMPARE(dataOnly.see(BlockConnected{blockSaying("/satoshi/")}), QByteArray());
}

void TestRules::dataIsWhatIsPushed()
{
    QVERIFY(!carriedData(Script{}));
    QVERIFY(!carriedData(Script{0x51, 0x6a}));
    QCOMPARE(*carriedData(Script{0x6a}), std::string());
    QCOMPARE(*carriedData(Script{0x6a, 2, 'a', 'b', 0x51, 1, 'c'}), std::string("abc"));
    QCOMPARE(*carriedData(Script{0x6a, 0x4c, 3, 'a', 'b', 'c'}), std::string("abc"));
    QCOMPARE(*carriedData(Script{0x6a, 0x4d, 1, 0, 'a'}), std::string("a"));
    QCOMPARE(*carriedData(Script{0x6a, 0x4e, 1, 0, 0, 0, 'a'}), std::string("a"));
    QCOMPARE(*carriedData(Script{0x6a, 1, 'a', 9, 'b'}), std::string("a")); // cut off
    QCOMPARE(*carriedData(Script{0x6a, 0x4e, 0xff, 0xff, 0xff, 0xff, 'a'}), std::string());
    QCOMPARE(*carriedData(Script{0x6a, 0x4d, 1}), std::string());
}

void TestRules::aNodeThatDoesNotAnswerIsDownAfterAWhile()
{
    RuleBench bench(rule({{"type", "node_down"}}));
    bench.world().status.state = SourceState::Unknown;
    bench.begin();
    QCOMPARE(bench.wait(15s), QByteArray("+node_down")); // never heard at all
    QCOMPARE(bench.alert().severity, AlertSeverity::Critical);
    QCOMPARE(bench.seeState(SourceState::Connecting), QByteArray());
    bench.seeState(SourceState::Live);
    QCOMPARE(bench.wait(15s), QByteArray("-node_down"));
    bench.world().status.reason = "Wrong password";
    bench.seeState(SourceState::Error);
    QCOMPARE(bench.wait(15s), QByteArray("+node_down"));
    QVERIFY2(bench.alert().text.find("Wrong password") != std::string::npos, bench.alert().text.c_str());
}

void TestRules::aRestartThatIsQuickIsNotTold()
{
    RuleBench bench(rule({{"type", "node_down"}}));
    bench.begin();
    bench.seeState(SourceState::Stale);
    bench.wait(10s);
    bench.seeState(SourceState::Connecting);
    bench.wait(4s);
    bench.seeState(SourceState::Syncing);
    QCOMPARE(bench.wait(1h), QByteArray());
    QVERIFY(bench.isIdle());
}

void TestRules::aNodeBehindItsHeadersIsTold()
{
    RuleBench bench(rule({{"type", "node_behind"}, {"blocks", "3"}}));
    bench.begin();
    bench.seeHeaders(102);
    QCOMPARE(bench.wait(10min), QByteArray());
    bench.seeHeaders(103);
    QCOMPARE(bench.wait(2min), QByteArray("+node_behind"));
    QCOMPARE(bench.alert().title, std::string("The node is behind by 3 blocks"));
    bench.seeBlock();
    QCOMPARE(bench.wait(2min), QByteArray("-node_behind"));
}

void TestRules::fewPeersAreToldButNotOnRegtest()
{
    RuleBench bench(rule({{"type", "few_peers"}, {"peers", "4"}}));
    bench.begin();
    QVERIFY(bench.isIdle()); // none were heard of yet
    bench.seePeers(4);
    QVERIFY(bench.isIdle());
    bench.seePeers(3);
    QCOMPARE(bench.wait(1min), QByteArray());
    bench.seePeers(0);
    QCOMPARE(bench.wait(1min), QByteArray("+few_peers"));
    QCOMPARE(bench.alert().title, std::string("The node has no peers"));
    bench.seePeers(8);
    QCOMPARE(bench.wait(2min), QByteArray("-few_peers"));

    RuleBench regtest(rule({{"type", "few_peers"}}));
    regtest.world().status.network = "regtest";
    regtest.begin();
    regtest.seePeers(0);
    QCOMPARE(regtest.wait(1h), QByteArray());
}

void TestRules::aResyncIsTold()
{
    RuleBench bench(rule({{"type", "resync"}}));
    bench.world().status.resyncs = 3;
    bench.begin();
    QCOMPARE(bench.seeState(SourceState::Live, true, 3), QByteArray());
    QCOMPARE(bench.seeState(SourceState::Syncing, false, 4), QByteArray("+resync"));
    QCOMPARE(bench.seeState(SourceState::Live, true, 4), QByteArray());
}

void TestRules::exactnessIsLostOnlyWhereItWas()
{
    RuleBench bench(rule({{"type", "exactness_lost"}}));
    bench.begin();
    QCOMPARE(bench.wait(1h), QByteArray()); // a node without ZMQ
    bench.seeState(SourceState::Live, true);
    bench.seeState(SourceState::Syncing, false);
    QCOMPARE(bench.wait(29s), QByteArray());
    bench.seeState(SourceState::Live, true); // a resync is no loss
    QCOMPARE(bench.wait(1h), QByteArray());
    bench.seeState(SourceState::Live, false);
    QCOMPARE(bench.wait(30s), QByteArray("+exactness_lost"));
    bench.seeState(SourceState::Live, true);
    QCOMPARE(bench.wait(30s), QByteArray("-exactness_lost"));
    bench.seeState(SourceState::Stale, false); // that is told by others
    bench.seeState(SourceState::Syncing, false);
    QCOMPARE(bench.wait(1h), QByteArray());
}

void TestRules::rulesThatStayGoOnAndOthersAreCleared()
{
    AlertRule high = rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hold", "0"}});
    AlertRule higher = high;
    higher.name = "higher";
    RuleBench bench(std::vector{high, higher});
    bench.begin();
    QCOMPARE(bench.seeFees(60), QByteArray("+feerate_above +higher"));
    bench.world().fees.nextBlock = Feerate(60);
    higher.severity = AlertSeverity::Critical;
    QCOMPARE(bench.change({high, higher}), QByteArray("-higher +higher"));
    QCOMPARE(bench.alert().severity, AlertSeverity::Critical);
    QCOMPARE(bench.change({high}), QByteArray("-higher"));
    QCOMPARE(bench.seeFees(10), QByteArray("-feerate_above"));
    QCOMPARE(bench.change({}), QByteArray());
}

void TestRules::disabledRulesDoNotWatch()
{
    AlertRule usual = usualRule("new_block");
    RuleBench bench(usual);
    bench.begin();
    usual.enabled = false;
    QCOMPARE(bench.change({usual}), QByteArray());
    QCOMPARE(bench.see(BlockConnected{blockAt(101)}), QByteArray());
}

QTEST_GUILESS_MAIN(TestRules)
#include "test_rules.moc"
