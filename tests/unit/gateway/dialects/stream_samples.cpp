// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/dialects/stream_samples.h"

#include "tests/support/domain_samples.h"

namespace tipwatch::samples {

namespace {

Tip tip()
{
    Tip tip;
    tip.height = Height(924'512);
    tip.hash = hash<BlockHash>(924'512);
    tip.previousHash = hash<BlockHash>(924'511);
    tip.time = 1'763'625'590;
    tip.medianTime = 1'763'622'001;
    tip.receivedAt = streamTime;
    tip.difficulty = 152271405365312.3;
    tip.chainwork = "0000000000000000000000000000000000000000e1f2a3b4c5d6e7f801234567";
    tip.headers = Height(924'512);
    return tip;
}

BlockPtr wholeBlock()
{
    BlockSummary block = samples::block(924'512);
    block.hash = hash<BlockHash>(924'512);
    block.previousHash = hash<BlockHash>(924'511);
    block.time = 1'763'625'590;
    block.medianTime = 1'763'622'001;
    block.receivedAt = streamTime;
    block.bits = 0x1701f303;
    block.version = 0x20000000;
    block.size = 1'612'345;
    block.weight = Weight(3'993'012);
    block.txCount = 3;
    block.subsidy = Satoshi(312'500'000);
    block.totalFees = Satoshi(1'834'201);
    block.feerateRange =
        FeerateRange{Feerate(1), Feerate(1.2041), Feerate(2), Feerate(3.0157), Feerate(5.33333), Feerate(12.5), Feerate(404)};
    block.miner = "Foundry USA";
    block.coinbaseTag = "/Foundry USA Pool/ \"\xe2\x82\xbf\"";
    block.chainwork = tip().chainwork;
    block.match = BlockMatch{97.61234, 3'412, 2, 3, 5, 4, 1, 1, {txid(20), txid(21)}, {txid(2)}};
    return std::make_shared<const BlockSummary>(std::move(block));
}

BlockPtr bareBlock(std::int32_t height, std::uint64_t branch)
{
    BlockSummary block = samples::block(height, branch);
    block.txCount = -1;
    block.totalFees.reset();
    return std::make_shared<const BlockSummary>(std::move(block));
}

std::shared_ptr<const std::vector<ConfirmedTransaction>> transactionsOfBlock()
{
    return std::make_shared<const std::vector<ConfirmedTransaction>>(std::vector<ConfirmedTransaction>{
        {txid(1), Satoshi(314'334'201), exampleScript()},
        {txid(2), Satoshi(2'100'000'000'000'000), exampleScript()},
        {txid(3), Satoshi(0), {}},
    });
}

MempoolEntry wholeEntry()
{
    MempoolEntry e = entry(4, 2'820, 141);
    e.wtxid = hash<WtxId>(4);
    e.weight = Weight(561);
    e.value = Satoshi(12'345'678);
    e.inputs = 1;
    e.outputs = 2;
    e.set(TxFlag::SignalsRbf);
    e.set(TxFlag::Segwit);
    e.replaces = {txid(5)};
    e.paysTo = std::make_shared<const std::vector<TransactionOutput>>(
        std::vector<TransactionOutput>{{Satoshi(12'000'000), exampleScript()}, {Satoshi(345'678), {0x6a}}});
    return e;
}

MempoolSummary mempool()
{
    MempoolSummary m;
    m.count = 48'211;
    m.undescribed = 3;
    m.vsize = VBytes(31'402'117);
    m.totalFees = Satoshi(78'211'004);
    m.usage = 182'004'912;
    m.maxUsage = 300'000'000;
    m.minFeerate = Feerate(0.1);
    m.bytesPerSecond = 1811.54321;
    m.txPerSecond = 6.1;
    m.histogram = {{Feerate(0), VBytes(100)}, {Feerate(1), VBytes(30'000'000)}, {Feerate(1000), VBytes(1'402'017)}};
    m.exact = true;
    m.resyncs = 2;
    return m;
}

ProjectedBlocks projection()
{
    ProjectedBlock first;
    first.count = 3'412;
    first.vsize = VBytes(997'901);
    first.weight = Weight(3'991'604);
    first.totalFees = Satoshi(4'512'009);
    first.feerateRange = {Feerate(2.00049), Feerate(2.25), Feerate(2.5),   Feerate(3),
                          Feerate(4.00051), Feerate(8),    Feerate(1204.5)};
    ProjectedBlock rest = first;
    rest.count = 44'799;
    rest.feerateRange = {Feerate(-3.5), Feerate(0.1), Feerate(0.2), Feerate(0.5), Feerate(1), Feerate(1.5), Feerate(2)};
    return {{first}, rest};
}

DifficultyProgress difficulty()
{
    DifficultyProgress d;
    d.height = Height(924'512);
    d.difficulty = 152271405365312.3;
    d.periodStart = Height(923'328);
    d.retargetHeight = Height(925'344);
    d.blocksLeft = 832;
    d.progress = 0.587301;
    d.averageBlockTime = 588.7514;
    d.estimatedChange = 1.91249;
    d.retargetTime = 1'764'115'432;
    d.previousChange = -2.37214;
    d.halvingHeight = Height(1'050'000);
    d.halvingBlocksLeft = 125'488;
    d.halvingTime = 1'838'908'632;
    d.subsidy = Satoshi(312'500'000);
    d.subsidyAfter = Satoshi(156'250'000);
    return d;
}

DifficultyProgress regtestDifficulty()
{
    DifficultyProgress d;
    d.height = Height(150);
    d.difficulty = 4.6565423739069247e-10;
    d.retargets = false;
    d.halvingHeight = Height(300);
    d.halvingBlocksLeft = 150;
    d.subsidy = Satoshi(2'500'000'000);
    d.subsidyAfter = Satoshi(1'250'000'000);
    return d;
}

ProjectedTransaction projected(std::uint8_t n)
{
    return {txid(n), VBytes(140 + n), Satoshi(1'000 * n), Feerate(7.12345 * n)};
}

ProjectedTransactions projectedList(std::uint8_t count)
{
    std::vector<ProjectedTransaction> list;
    for (std::uint8_t n = 1; n <= count; ++n)
        list.push_back(projected(n));
    return std::make_shared<const std::vector<ProjectedTransaction>>(std::move(list));
}

ProjectedTransactionsChanged projectedDelta()
{
    return {{{0, nullptr, {projected(3)}, {txid(1), txid(2)}, {projected(4)}}, {2, nullptr, {}, {txid(5)}, {}}}};
}

FeeEstimates fees()
{
    return {Feerate(12.0004), Feerate(9.5), Feerate(3), std::nullopt, Feerate(1), {Feerate(11.25), Feerate(9), std::nullopt, {}}};
}

NetworkInfo network()
{
    NetworkInfo n;
    n.peers = 10;
    n.inbound = 2;
    n.outbound = 8;
    n.bytesIn = 9'007'199'254;
    n.bytesOut = 41'002'118;
    n.version = 310'000;
    n.subversion = "/Satoshi:31.0.0/";
    n.warnings = {"This is a pre-release test build"};
    return n;
}

SourceStatus status()
{
    SourceStatus s;
    s.source = "bitcoin";
    s.network = "main";
    s.node = "http://127.0.0.1:8332";
    s.version = "Bitcoin Core 31.0.0";
    s.state = SourceState::Live;
    s.feed = Feed::Push;
    s.exact = true;
    s.resyncs = 2;
    s.since = 1'763'620'000'000;
    return s;
}

SourceStatus brokenStatus()
{
    SourceStatus s = status();
    s.state = SourceState::Error;
    s.reason = "The node says \"no\":\n\xff</script>";
    s.network.clear();
    s.version.clear();
    s.feed = Feed::None;
    s.exact = false;
    return s;
}

Peer numbered(std::int64_t id)
{
    Peer p = peers()[1];
    p.id = id;
    return p;
}

PeersChanged someChanges()
{
    PeersChanged changed;
    Peer busier = peers()[0], located = peers()[1];
    busier.bytesIn += 1'024;
    busier.pingMs = 30.123456;
    located.position = GeoPosition{-17.7134, 178.065};
    located.subversion = "/Satoshi:30.2.0/";
    changed.changed = {{peers()[0], busier}, {peers()[1], located}, {std::nullopt, numbered(12)}};
    changed.gone = {9};
    return changed;
}

PeersChanged manyChanges()
{
    PeersChanged changed;
    for (std::int64_t id = 100; id < 120; ++id) {
        Peer now = numbered(id);
        now.bytesOut += id;
        changed.changed.push_back({numbered(id), now});
        changed.gone.push_back(id + 100);
    }
    return changed;
}

TrackedChanged tracked()
{
    const ConfirmingBlock confirming{wholeBlock()->hash, Height(924'512), 1'763'625'590, 2};
    TrackedChanged changed;
    changed.transactions = {
        {txid(4), TransactionStatus::Mempool, QueuePosition{1, VBytes(1'204'311), Feerate(12.3456)}, {}, {}, {}},
        {txid(4), TransactionStatus::Mempool, {}, {}, {}, {}},
        {txid(4), TransactionStatus::Confirmed, {}, confirming, {}, {}},
        {txid(5), TransactionStatus::Removed, {}, {}, RemovalReason::Replaced, txid(4)},
        {txid(5), TransactionStatus::Removed, {}, {}, RemovalReason::Evicted, {}},
        {txid(6), TransactionStatus::Unknown, {}, {}, {}, {}},
    };
    ScriptActivity paid;
    paid.script = exampleScript();
    paid.txid = txid(4);
    paid.received = Satoshi(150'000);
    paid.heardAt = streamTime;
    ScriptActivity spent = paid, confirmed = paid;
    spent.txid = txid(5);
    spent.received = Satoshi();
    spent.spends = true;
    spent.spent = Satoshi(150'000);
    spent.status = TransactionStatus::Removed;
    spent.reason = RemovalReason::Conflict;
    confirmed.script = {0x51}; // has no address
    confirmed.status = TransactionStatus::Confirmed;
    confirmed.block = confirming;
    changed.scripts = {paid, spent, confirmed};
    return changed;
}

AlertPtr lateBlock(std::int64_t clearedAt = 0)
{
    return std::make_shared<const Alert>(Alert{7, "block_late", "block_late", AlertSeverity::Warning, "No block for 70 min",
                                               "By chance that happens once in 1,097 blocks.", "", true, streamTime - 60'000,
                                               clearedAt});
}

AlertPtr reorgAlert()
{
    return std::make_shared<const Alert>(Alert{8, "deep_reorg", "reorg", AlertSeverity::Critical, "Reorg of 3 blocks",
                                               "Blocks from 924,510 on were replaced.", hash<BlockHash>(924'512).toHex(), false,
                                               streamTime, 0});
}

} // namespace

std::vector<NamedEvent> streamEvents()
{
    TransactionsRemoved mined{{}, RemovalReason::Mined, std::nullopt};
    for (std::uint64_t i = 10; i < 13; ++i)
        mined.txids.push_back(txid(i));
    const std::vector<std::pair<std::string, ChainEventBody>> bodies{
        {"tip", TipChanged{tip()}},
        {"block", BlockConnected{wholeBlock(), transactionsOfBlock()}},
        {"block-little-known", BlockConnected{bareBlock(7, 0)}},
        {"block-updated", BlockUpdated{wholeBlock()}},
        {"block-disconnected", BlockDisconnected{wholeBlock()}},
        {"reorg", ChainReorganised{Height(5),
                                   {bareBlock(7, 1), bareBlock(6, 1)},
                                   {bareBlock(6, 0), bareBlock(7, 0)},
                                   2,
                                   std::vector{txid(30), txid(31), txid(32)},
                                   2}},
        {"reorg-little-known", ChainReorganised{Height(6), {bareBlock(7, 1)}, {bareBlock(7, 0)}, 1}},
        {"transaction", TransactionsSeen{{wholeEntry()}}},
        {"transactions", TransactionsSeen{{wholeEntry(), entry(6)}}},
        {"replaced", TransactionsRemoved{{txid(5)}, RemovalReason::Replaced, txid(4)}},
        {"mined", mined},
        {"mempool", MempoolChanged{mempool()}},
        {"projected", ProjectionChanged{projection()}},
        {"projected-nothing", ProjectionChanged{}},
        {"projected-list", ProjectedTransactionsChanged{{{1, projectedList(2)}}}},
        {"projected-list-empty", ProjectedTransactionsChanged{{{7, projectedList(0)}}}},
        {"projected-delta", projectedDelta()},
        {"fees", FeesChanged{fees()}},
        {"fees-unknown", FeesChanged{}},
        {"difficulty", DifficultyChanged{difficulty()}},
        {"difficulty-regtest", DifficultyChanged{regtestDifficulty()}},
        {"network", NetworkChanged{network()}},
        {"peers", someChanges()},
        {"peers-many", manyChanges()},
        {"status", SourceStatusChanged{status()}},
        {"status-error", SourceStatusChanged{brokenStatus()}},
        {"tracked", tracked()},
        {"alert", AlertRaised{lateBlock()}},
        {"alert-of-a-moment", AlertRaised{reorgAlert()}},
        {"alert-cleared", AlertCleared{lateBlock(streamTime)}},
    };
    std::vector<NamedEvent> events;
    for (const auto &[name, body] : bodies)
        events.push_back({name, {streamPosition, streamTime, body, "main"}});
    return events;
}

ChainSnapshot streamSnapshot()
{
    return {streamPosition,
            tip(),
            {wholeBlock()},
            mempool(),
            fees(),
            network(),
            peers(),
            status(),
            projection(),
            difficulty(),
            std::make_shared<const TrackedByTxid>(),
            {lateBlock()},
            {reorgAlert(), lateBlock()}};
}

StreamMetrics streamMetrics()
{
    StreamMetrics m;
    m.txPerSecond = 6.12345;
    m.blockInterval = 571.5;
    m.eventLatencyMs = 0.8211;
    m.clients = 10'000;
    m.messagesPerSecond = 40'123.4;
    m.bytesPerSecond = 12'037'020;
    m.usage = 65'536;
    return m;
}

std::vector<Peer> peers()
{
    Peer reykjavik;
    reykjavik.id = 3;
    reykjavik.address = "[2001:db8::3]:8333";
    reykjavik.network = "ipv6";
    reykjavik.subversion = "/Satoshi:31.0.0/";
    reykjavik.connectionType = "outbound-full-relay";
    reykjavik.connectedAt = 1'763'600'000;
    reykjavik.bytesIn = 5'000'000'000;
    reykjavik.bytesOut = 120'000;
    reykjavik.pingMs = 23.412;
    reykjavik.syncedBlocks = Height(924'512);
    reykjavik.position = GeoPosition{64.1466, -21.9426};

    Peer hidden;
    hidden.id = 7;
    hidden.address = "127.0.0.1:51234";
    hidden.network = "onion";
    hidden.inbound = true;
    hidden.connectedAt = 1'763'625'500;
    return {reykjavik, hidden};
}

Script exampleScript()
{
    return {0x00, 0x14, 0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54,
            0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1, 0x43, 0x3b, 0xd6};
}

} // namespace tipwatch::samples
