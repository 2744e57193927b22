// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_network.h"

#include "server/sources/simulated/block_template.h"
#include "server/sources/simulated/simulated_detail.h"
#include "server/sources/simulated/simulated_hash.h"
#include "server/sources/simulated/transaction_outputs.h"
#include "server/sources/simulated/transaction_shape.h"

#include <algorithm>

namespace tipwatch::simulated {

namespace {

/// Each part draws from a stream of its own, so that a change in one does not upset the others.
enum Stream : std::uint64_t {
    TxidStream,
    WtxidStream,
    ArrivalStream,
    MarketStream,
    WalletStream,
    MinerStream,
    PeerStream,
    ChainStream
};

constexpr double replacementShare = 0.035;   ///< of arrivals
constexpr double expirySeconds = 336 * 3600; // Bitcoin Core, DEFAULT_MEMPOOL_EXPIRY_HOURS
constexpr double estimateSeconds = 60;
constexpr double peerSeconds = 10;
constexpr double reorgShare = 1.0 / 130;  ///< of blocks; more than in real life, to have one to look at now and then
constexpr double deepReorgShare = 0.12;   ///< of reorgs take two blocks back
constexpr double sameHeightShare = 0.15;  ///< of reorgs end at the height they began at
constexpr double rivalUnseenShare = 0.04; ///< branches arise where news is slow
constexpr double doubleSpendShare = 0.3;  ///< of blocks with private transactions confirm a conflict of a waiting transaction
constexpr double reorgCasualtyShare =
    0.4; ///< of reorgs make a waiting transaction invalid: its lock time is not reached any more
constexpr std::size_t deepestReorg = 2;
constexpr double meanWeight = 1550; ///< of a transaction, about; only used to guess how the mempool got where it is at the start
constexpr std::int64_t roomyUsage = 2000; ///< bytes of memory limit for each transaction at the start

/// What a transaction must have paid lately to be mined, with @p count transactions waiting.
double lowestMinedFeerate(std::uint64_t seed, std::int64_t count)
{
    const double perBlock = static_cast<double>(maxBlockWeight) / meanWeight;
    if (static_cast<double>(count) <= perBlock)
        return 1;
    Random random(seed);
    std::vector<double> sample(4096);
    std::generate(sample.begin(), sample.end(), [&] { return FeeMarket::leftover(random); });
    std::sort(sample.begin(), sample.end(), std::greater<>());
    return std::max(sample[static_cast<std::size_t>(4095 * perBlock / static_cast<double>(count))], 1.0);
}

double guessedMeanAge(const SimulatedConfig &config)
{
    const double turnover = config.txRate > 0 ? static_cast<double>(config.mempool) / config.txRate : 0;
    return std::clamp(2.5 * turnover, 3600.0, 60 * 3600.0);
}

} // namespace

SimulatedNetwork::SimulatedNetwork(const SimulatedConfig &config, std::uint64_t seed, std::int64_t startUnixMs,
                                   std::int64_t maxUsage)
    : m_config(config), m_seed(seed), m_startUnixMs(startUnixMs), m_random(mix(seed, ArrivalStream)),
      m_market(mix(seed, MarketStream)), m_evictions(m_mempool), m_wallets(mix(seed, WalletStream), m_mempool),
      m_miners(mix(seed, MinerStream), m_mempool, std::min(6000.0, static_cast<double>(config.blockInterval.count()) / 50)),
      m_initialCount(static_cast<std::size_t>(std::max<std::int64_t>(config.mempool, 0))),
      m_initialMeanAge(guessedMeanAge(config)), m_initialBlockFeerate(lowestMinedFeerate(seed, config.mempool)),
      m_maxUsage(maxUsage > 0 ? maxUsage : std::max(defaultMaxUsage, config.mempool * roomyUsage)),
      m_chain(mix(seed, ChainStream), startUnixMs, config.blockInterval, m_initialBlockFeerate),
      m_peers(mix(seed, PeerStream), startUnixMs / 1000, m_chain.tip().height), m_nextSerial(m_initialCount)
{
    m_mempool.reserve(m_initialCount + m_initialCount / 16);
    m_next.fill(never);
    if (config.txRate > 0)
        m_next[NextArrival] = 0;
    schedule(NextBlock, 0, m_random.exponential(static_cast<double>(config.blockInterval.count()) / 1000));
    schedule(NextSpell, 0, m_market.nextSpell());
    schedule(NextPeers, 0, peerSeconds);
    m_next[NextEstimate] = 0;
    m_next[NextExpiry] = 0;
    m_prices.nextBlock = m_initialBlockFeerate;
    m_prices.halfHour = m_prices.hour = std::max(0.7 * m_initialBlockFeerate, 1.0);
}

// --- what was there before the start

std::vector<TxId> SimulatedNetwork::initialTxids() const
{
    std::vector<TxId> txids;
    txids.reserve(m_initialCount);
    for (Serial serial = 0; serial < m_initialCount; ++serial)
        txids.push_back(txidOf(serial));
    return txids;
}

std::vector<MempoolEntry> SimulatedNetwork::describeInitial(std::size_t count)
{
    std::vector<MempoolEntry> entries;
    const std::size_t end = std::min(m_described + count, m_initialCount);
    entries.reserve(end - m_described);
    for (; m_described < end; ++m_described) {
        // Ages of an exponential distribution in order, the oldest first.
        const double rank = (static_cast<double>(m_described) + 0.5) / static_cast<double>(m_initialCount);
        const double age = std::min(-m_initialMeanAge * std::log(rank), 0.99 * expirySeconds);
        Draft draft = initialDraft(age);
        draft.transaction.serial = m_described;
        draft.transaction.time = static_cast<std::uint32_t>(m_startUnixMs / 1000 - static_cast<std::int64_t>(age));
        const Slot slot = m_mempool.add(draft.transaction, draft.parents);
        m_wallets.arrived(slot);
        entries.push_back(entryOf(slot));
    }
    return entries;
}

/// What pays enough for the next block has not been waiting for long.
Draft SimulatedNetwork::initialDraft(double age)
{
    const bool fresh = age < 1.5 * static_cast<double>(m_config.blockInterval.count()) / 1000;
    double feerate = FeeMarket::leftover(m_random);
    for (int tries = 0; !fresh && feerate > m_initialBlockFeerate && tries < 20; ++tries)
        feerate = FeeMarket::leftover(m_random);
    return m_wallets.spend(feerate);
}

// --- what happens

SimulatedNetwork::Time SimulatedNetwork::nextEvent() const
{
    return *std::min_element(m_next.begin(), m_next.end());
}

void SimulatedNetwork::advance(Time now, std::size_t most, std::vector<Operation> &operations)
{
    m_operations = &operations;
    while (operations.size() < most) {
        const auto first = std::min_element(m_next.begin(), m_next.end());
        if (*first > now)
            break;
        happen(static_cast<Event>(first - m_next.begin()), *first);
    }
    m_operations = nullptr;
}

void SimulatedNetwork::schedule(Event event, Time now, double seconds)
{
    constexpr double longest = 1e9; // seconds; further away than that is never
    m_next[event] = seconds < longest ? now + static_cast<Time>(seconds * 1e6) + 1 : never;
}

void SimulatedNetwork::happen(Event event, Time now)
{
    switch (event) {
    case NextArrival:
        arrive(now);
        schedule(event, now,
                 m_random.exponential(1 / (m_config.txRate * m_market.activity(static_cast<double>(unixMsAt(now)) / 1000))));
        break;
    case NextBlock:
        findBlock(now);
        schedule(event, now, m_random.exponential(static_cast<double>(m_config.blockInterval.count()) / 1000));
        break;
    case NextSpell:
        schedule(event, now, m_market.nextSpell());
        break;
    case NextEstimate:
        estimate(now);
        schedule(event, now, estimateSeconds);
        break;
    case NextPeers:
        m_peers.pass(peerSeconds, unixMsAt(now) / 1000);
        m_operations->push_back(PeersChanged{m_peers.info(), m_peers.peers()});
        schedule(event, now, peerSeconds);
        break;
    case NextExpiry:
        expire(now);
        break;
    case EventCount:
        break;
    }
}

// --- transactions

void SimulatedNetwork::arrive(Time now)
{
    m_purge.decay(static_cast<double>(now) / 1e6, m_mempool.usage(), m_maxUsage);
    m_prices.floor = m_purge.floor();
    if (const auto arriving = draft(now))
        admit(*arriving, now);
}

std::optional<Draft> SimulatedNetwork::draft(Time now)
{
    const auto offer = m_market.offer(m_random, m_prices, static_cast<double>(unixMsAt(now)) / 1000);
    if (!offer) // priced out; those who are in already outbid each other
        return m_wallets.bumpSlightly(m_prices.floor, PurgeFeerate::incremental);
    if (m_random.chance(replacementShare)) {
        if (auto bumped = m_wallets.bump(*offer))
            return bumped;
    }
    return m_wallets.spend(*offer);
}

void SimulatedNetwork::admit(const Draft &draft, Time now)
{
    PooledTransaction transaction = draft.transaction;
    transaction.serial = m_nextSerial++;
    transaction.time = static_cast<std::uint32_t>(unixMsAt(now) / 1000);
    take(draft.replaced, RemovalReason::Replaced, txidOf(transaction.serial));
    const Slot slot = m_mempool.add(transaction, draft.parents);
    for (const Slot relative : m_mempool.withAncestors(slot))
        m_evictions.touched(relative);
    trim(transaction.serial);
    if (!m_mempool.holds(slot, transaction.serial)) // a full mempool gave it up at once; a node says nothing of it
        return;
    m_wallets.arrived(slot);
    m_peers.transactionRelayed(shapeOf(transaction.shape).size());
    announce(slot, !draft.replaced.empty());
}

/// Gives up the cheapest until the rest fits into memory again.
void SimulatedNetwork::trim(Serial unannounced)
{
    while (m_mempool.usage() > m_maxUsage) {
        const Slot worst = m_evictions.worst();
        m_purge.evicted(m_mempool.descendantPackage(worst).feerate());
        take(m_mempool.withDescendants(worst), RemovalReason::Evicted, std::nullopt, unannounced);
    }
}

void SimulatedNetwork::expire(Time now)
{
    const auto oldest = static_cast<std::uint32_t>(unixMsAt(now) / 1000 - static_cast<std::int64_t>(expirySeconds));
    std::vector<std::pair<Slot, Serial>> due;
    std::uint32_t next = std::numeric_limits<std::uint32_t>::max();
    for (Slot slot = 0; slot < m_mempool.slotCount(); ++slot) {
        if (!m_mempool.isUsed(slot))
            continue;
        if (m_mempool.at(slot).time < oldest)
            due.emplace_back(slot, m_mempool.at(slot).serial);
        else
            next = std::min(next, m_mempool.at(slot).time);
    }
    for (const auto &[slot, serial] : due) {
        if (m_mempool.holds(slot, serial))
            take(m_mempool.withDescendants(slot), RemovalReason::Expired, std::nullopt);
    }
    constexpr double longest = 3600; // seconds; the clock may be set meanwhile
    const bool any = next != std::numeric_limits<std::uint32_t>::max();
    schedule(NextExpiry, now, any ? std::clamp(static_cast<double>(next) - oldest + 1, 1.0, longest) : longest);
}

/// Takes transactions out and says so, but for one that nobody has heard of.
void SimulatedNetwork::take(std::span<const Slot> slots, RemovalReason reason, std::optional<TxId> by, Serial unannounced)
{
    for (const Slot slot : slots) {
        const Serial serial = m_mempool.at(slot).serial;
        const std::vector<Slot> family = m_mempool.withAncestors(slot);
        m_mempool.remove(slot);
        for (const Slot ancestor : family) {
            if (ancestor != slot)
                m_evictions.touched(ancestor);
        }
        if (serial != unannounced)
            m_operations->push_back(Removal{txidOf(serial), reason, by});
    }
}

MempoolEntry SimulatedNetwork::entryOf(Slot slot) const
{
    const PooledTransaction &pooled = m_mempool.at(slot);
    const TransactionShape shape = shapeOf(pooled.shape);
    MempoolEntry entry;
    entry.txid = txidOf(pooled.serial);
    entry.flags = shape.flags;
    entry.wtxid = wtxidOf(pooled, entry.flags);
    entry.fee = entry.modifiedFee = Satoshi(pooled.fee);
    entry.weight = Weight(pooled.weight);
    entry.vsize = vsizeOf(entry.weight);
    entry.time = pooled.time;
    entry.value = shape.value;
    entry.inputs = shape.inputs;
    entry.outputs = shape.outputs;
    for (const Slot parent : m_mempool.parents(slot))
        entry.parents.push_back(txidOf(m_mempool.at(parent).serial));
    if (!entry.parents.empty())
        entry.set(TxFlag::SpendsMempool);
    return entry;
}

WtxId SimulatedNetwork::wtxidOf(const PooledTransaction &transaction, std::uint16_t flags) const
{
    const bool segwit = (flags & static_cast<std::uint16_t>(TxFlag::Segwit)) != 0;
    return segwit ? hashOf<WtxId>(mix(m_seed, WtxidStream), transaction.serial) : WtxId(txidOf(transaction.serial).bytes());
}

std::optional<TransactionDetail> SimulatedNetwork::detailOf(const TxId &txid) const
{
    const auto detail = [&](const PooledTransaction &pooled, std::span<const TxId> parents) {
        return simulated::detailOf(pooled, txid, wtxidOf(pooled, shapeOf(pooled.shape).flags), parents);
    };
    for (Slot slot = 0; slot < m_mempool.slotCount(); ++slot) {
        if (!m_mempool.isUsed(slot) || txidOf(m_mempool.at(slot).serial) != txid)
            continue;
        std::vector<TxId> parents;
        for (const Slot parent : m_mempool.parents(slot))
            parents.push_back(txidOf(m_mempool.at(parent).serial));
        return detail(m_mempool.at(slot), parents);
    }
    for (const MinedBlock &block : m_recentBlocks) {
        for (const PooledTransaction &mined : block.transactions) {
            if (txidOf(mined.serial) != txid)
                continue;
            TransactionDetail confirmed = detail(mined, {});
            const std::int64_t confirmations = m_chain.tip().height.value - block.summary.height.value + 1;
            confirmed.block = ConfirmingBlock{block.summary.hash, block.summary.height, block.summary.time, confirmations};
            return confirmed;
        }
    }
    return std::nullopt;
}

std::vector<BlockTransactionFacts> SimulatedNetwork::transactionsOf(const BlockHash &hash) const
{
    constexpr Weight usualCoinbase(800);
    std::vector<BlockTransactionFacts> facts;
    for (const MinedBlock &block : m_recentBlocks) {
        if (block.summary.hash != hash)
            continue;
        const ConnectedBlock contents = contentsOf(block);
        for (const ConfirmedTransaction &transaction : *contents.transactions) {
            const std::size_t at = facts.size();
            const Weight weight = at == 0 ? usualCoinbase : Weight(block.transactions[at - 1].weight);
            facts.push_back({transaction.txid, weight, transaction.value, transaction.payee});
        }
    }
    return facts;
}

void SimulatedNetwork::announce(Slot slot, bool replacement)
{
    MempoolEntry entry = entryOf(slot);
    if (replacement)
        entry.set(TxFlag::Replacement);
    entry.paysTo = std::make_shared<const std::vector<TransactionOutput>>(outputsOf(m_mempool.at(slot).shape));
    m_operations->push_back(Arrival{std::move(entry)});
}

// --- blocks

void SimulatedNetwork::findBlock(Time now)
{
    if (m_recentBlocks.size() >= deepestReorg && m_random.chance(reorgShare))
        reorganise(now);
    else
        extendChain(now);
    m_lastBlock = now;
    estimate(now);
}

void SimulatedNetwork::extendChain(Time now)
{
    const double hastySeconds = std::min(8.0, static_cast<double>(m_config.blockInterval.count()) / 60'000);
    const bool hasty = static_cast<double>(now - m_lastBlock) / 1e6 < hastySeconds;
    MinedBlock block = m_miners.fill(m_chain.mine(unixMsAt(now)), unixMsAt(now), {.hasty = hasty}, m_nextSerial);
    doubleSpend(block);
    connect(std::move(block), now);
}

void SimulatedNetwork::connect(MinedBlock block, Time now)
{
    ConnectedBlock connected = contentsOf(block);
    connected.summary.receivedAt = unixMsAt(now);
    m_chain.connect(connected.summary);
    m_purge.blockConnected(static_cast<double>(now) / 1e6);
    m_peers.blockRelayed(connected.summary.height, connected.summary.size);
    m_recentBlocks.push_back(std::move(block));
    if (m_recentBlocks.size() > deepestReorg + 1)
        m_recentBlocks.pop_front();
    m_operations->push_back(BlockFound{std::move(connected)});
}

ConnectedBlock SimulatedNetwork::contentsOf(const MinedBlock &block) const
{
    const TxId coinbase = txidOf(block.coinbase);
    const Satoshi reward = block.summary.subsidy + block.summary.totalFees.value_or(Satoshi());
    ConnectedBlock connected{block.summary, {coinbase}};
    std::vector<ConfirmedTransaction> confirmed{{coinbase, reward, rewardScript(block.summary.miner)}};
    connected.txids.reserve(block.transactions.size() + 1);
    confirmed.reserve(block.transactions.size() + 1);
    for (const PooledTransaction &transaction : block.transactions) {
        const TxId txid = txidOf(transaction.serial);
        connected.txids.push_back(txid);
        confirmed.push_back({txid, shapeOf(transaction.shape).value, payeeOf(transaction.shape), Weight(transaction.weight)});
    }
    connected.transactions = std::make_shared<const std::vector<ConfirmedTransaction>>(std::move(confirmed));
    return connected;
}

/// A transaction that its miner alone knew confirms and spends what a waiting one wanted to; that one goes, with all that depends on it.
void SimulatedNetwork::doubleSpend(const MinedBlock &block)
{
    if (m_mempool.size() == 0 || block.privateCount == 0 || !m_random.chance(doubleSpendShare))
        return;
    const TxId winner = txidOf(block.transactions.front().serial);
    take(m_mempool.withDescendants(m_mempool.any(m_random)), RemovalReason::Conflict, winner);
}

/// Another branch, of which nobody had heard, turns out to have more work (or as much). The node tells of all disconnected blocks,
/// then of what that means for the mempool, then of all connected ones.
void SimulatedNetwork::reorganise(Time now)
{
    const std::size_t depth = m_random.chance(deepReorgShare) ? deepestReorg : 1;
    std::vector<std::pair<Serial, Slot>> returned;
    for (std::size_t i = 0; i < depth; ++i) { // the newest first, so that children are there when their parents come
        m_operations->push_back(BlockLost{m_chain.disconnect().hash});
        for (const Slot slot : m_miners.putBack(m_recentBlocks.back(), unixMsAt(now)))
            returned.emplace_back(m_mempool.at(slot).serial, slot);
        m_recentBlocks.pop_back();
    }
    std::sort(returned.begin(), returned.end());

    const bool sameHeight = m_random.chance(sameHeightShare);
    std::vector<MinedBlock> branch;
    const std::size_t length = depth + (sameHeight ? 0 : 1);
    for (std::size_t i = 0; i < length; ++i) {
        const Circumstances race{.hasty = i == depth, .unseenShare = rivalUnseenShare};
        branch.push_back(m_miners.fill(m_chain.mine(unixMsAt(now)), unixMsAt(now), race, m_nextSerial));
        m_chain.connect(branch.back().summary);
    }
    for (std::size_t i = 0; i < branch.size(); ++i)
        m_chain.disconnect(); // connect() below puts them on for good

    if (m_mempool.size() > 0 && m_random.chance(reorgCasualtyShare)) {
        const Slot victim = m_mempool.any(m_random);
        const bool isNew = std::any_of(returned.begin(), returned.end(), [=](const auto &r) { return r.second == victim; });
        if (!isNew && !m_mempool.hasChildren(victim))
            take({&victim, 1}, RemovalReason::Reorg, std::nullopt);
    }
    for (const auto &[serial, slot] : returned) {
        if (m_mempool.holds(slot, serial)) {
            m_evictions.touched(slot);
            announce(slot);
        }
    }
    for (MinedBlock &block : branch)
        connect(std::move(block), now);
    trim();
}

// --- how things stand

/// What wallets read from their nodes: how deep in the mempool a block or a few will reach, with some inertia.
void SimulatedNetwork::estimate(Time now)
{
    m_purge.decay(static_cast<double>(now) / 1e6, m_mempool.usage(), m_maxUsage);
    m_prices.floor = m_purge.floor();
    const auto follow = [this](double previous, double blocks, double least) {
        constexpr double inertia = 0.5;
        const double seen = std::max(m_mempool.profile().at(static_cast<std::int64_t>(blocks * maxBlockWeight)), least);
        return std::max(inertia * previous + (1 - inertia) * seen, m_prices.floor);
    };
    m_prices.nextBlock = follow(m_prices.nextBlock, 0.9, 1);
    m_prices.halfHour = std::min(follow(m_prices.halfHour, 2.2, 1), m_prices.nextBlock);
    m_prices.hour = std::min(follow(m_prices.hour, 4.5, 1), m_prices.halfHour);
    m_prices.economy = std::min(follow(m_prices.economy, 20, PurgeFeerate::minRelay), m_prices.hour);
    if (m_operations)
        m_operations->push_back(FeesEstimated{fees()});
}

FeeEstimates SimulatedNetwork::fees() const
{
    const auto told = [](double feerate) { return Feerate(std::round(feerate * 1000) / 1000); }; // whole satoshi per 1000 vB
    return {told(m_prices.nextBlock), told(m_prices.halfHour), told(m_prices.hour), told(m_prices.economy), told(m_prices.floor)};
}

MempoolLimits SimulatedNetwork::limits() const
{
    return {m_mempool.usage(), m_maxUsage, Feerate(std::round(m_purge.floor() * 1000) / 1000)};
}

TxId SimulatedNetwork::txidOf(Serial serial) const
{
    return hashOf<TxId>(mix(m_seed, TxidStream), serial);
}

} // namespace tipwatch::simulated
