// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/state/chain_store.h"

#include "shared/mempool/block_audit.h"
#include "shared/mempool/block_projection.h"
#include "shared/mempool/projected_transactions.h"
#include "shared/state/block_feerates.h"

#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

namespace tipwatch {

namespace {

constexpr std::size_t medianTimeSpan = 11; // BIP 113
constexpr int rateDecayMs = 5000;          // how often the arrival rates are told while nothing arrives
constexpr double progressStep = 0.001;     // the node's estimate moves with the clock; less is no news

/// Both in the order of their ids.
PeersChanged peersBetween(const std::vector<Peer> &before, const std::vector<Peer> &now)
{
    PeersChanged news;
    auto old = before.begin();
    for (const Peer &peer : now) {
        for (; old != before.end() && old->id < peer.id; ++old)
            news.gone.push_back(old->id);
        const bool isNew = old == before.end() || old->id != peer.id;
        if (isNew)
            news.changed.push_back({std::nullopt, peer});
        else if (const Peer &was = *old++; was != peer)
            news.changed.push_back({was, peer});
    }
    for (; old != before.end(); ++old)
        news.gone.push_back(old->id);
    return news;
}

} // namespace

ChainStore::ChainStore(EventBus &bus, const Clock &clock, QObject *parent)
    : QObject(parent), m_bus(bus), m_clock(clock), m_tracking(*this, [this] {
          QMetaObject::invokeMethod(
              this,
              [this] {
                  m_tracking.takeWishes();
                  publishTracked(m_clock.unixMs());
              },
              Qt::QueuedConnection);
      })
{
    m_position.epoch = QRandomGenerator::system()->generate64() | 1;
    m_reorgTimer.setParent(this);
    m_reorgTimer.setSingleShot(true);
    m_reorgTimer.setInterval(reorgSettleMs);
    connect(&m_reorgTimer, &QTimer::timeout, this, &ChainStore::announceReorg);
    m_mempoolTimer.setParent(this);
    m_mempoolTimer.setSingleShot(true);
    connect(&m_mempoolTimer, &QTimer::timeout, this, &ChainStore::publishMempool);
    m_peersTimer.setParent(this);
    m_peersTimer.setSingleShot(true);
    connect(&m_peersTimer, &QTimer::timeout, this, &ChainStore::publishPeers);
    m_feesTimer.setParent(this);
    m_feesTimer.setSingleShot(true);
    connect(&m_feesTimer, &QTimer::timeout, this, &ChainStore::publishFees);
    m_projectedInterest.setParent(this);
    connect(&m_projectedInterest, &ProjectedInterest::changed, this, &ChainStore::publishProjectedTransactions);
    refreshSnapshot();
}

// --- chain

void ChainStore::resetChain(std::vector<BlockSummary> blocks, std::int64_t heardAt)
{
    if (blocks.empty())
        return;
    if (!m_tip.isKnown()) {
        for (BlockSummary &block : blocks) {
            inheritFromParent(block);
            m_blocks.push_front(std::make_shared<const BlockSummary>(std::move(block)));
        }
        setTip(*m_blocks.front());
        publish(TipChanged{m_tip}, heardAt);
        publishDifficulty(heardAt);
        return;
    }

    std::unordered_set<BlockHash, HashOfHash256> incoming;
    for (const BlockSummary &block : blocks)
        incoming.insert(block.hash);
    const BlockHash base = blocks.front().previousHash;
    const auto isCommon = [&](const BlockPtr &block) { return incoming.contains(block->hash) || block->hash == base; };
    const bool beyond = blocks.front().height.value > m_tip.height.value + 1;
    if (beyond && std::none_of(m_blocks.begin(), m_blocks.end(), isCommon)) {
        m_difficulty.forgetFrom(Height(0));
        m_blocks.clear(); // away for longer than what is asked for: nothing tells of a reorg, so nothing is said of one
    } else {
        while (!m_blocks.empty() && !isCommon(m_blocks.front()))
            popBlock(heardAt);
    }
    const Height common = m_blocks.empty() ? unknownHeight : m_blocks.front()->height;
    for (BlockSummary &block : blocks) {
        if (block.height > common)
            pushBlock(std::move(block), nullptr, heardAt);
        else
            updateBlock(block, heardAt);
    }
}

void ChainStore::addOlderBlocks(const std::vector<BlockSummary> &blocks)
{
    for (const BlockSummary &block : blocks) {
        const bool joins = !m_blocks.empty() && m_blocks.back()->previousHash == block.hash;
        if (!joins || m_blocks.size() >= keptBlocks)
            break;
        m_blocks.push_back(std::make_shared<const BlockSummary>(block));
    }
    refreshSnapshot();
}

std::optional<std::size_t> ChainStore::connectBlock(ConnectedBlock block, std::int64_t heardAt)
{
    if (m_tip.isKnown() && block.summary.previousHash != m_tip.hash)
        return std::nullopt;
    keepContents(block, block.summary, heardAt);
    std::vector<TxId> mined = confirm(block.txids, block.summary, heardAt);
    m_confirmed.connect(block.summary.hash, block.txids);
    const std::size_t count = mined.size();
    pushBlock(std::move(block.summary), std::move(block.transactions), heardAt);
    m_tracking.blockConnected(*m_blocks.front(), block.txids, block.concerned, heardAt);
    if (!mined.empty()) {
        publish(TransactionsRemoved{std::move(mined), RemovalReason::Mined, std::nullopt}, heardAt);
        publishProjection();
        touchMempool();
    }
    publishTracked(heardAt);
    return count;
}

bool ChainStore::disconnectTip(const BlockHash &hash, std::int64_t heardAt)
{
    if (m_blocks.empty() || m_blocks.front()->hash != hash)
        return false;
    popBlock(heardAt);
    return true;
}

void ChainStore::updateBlock(const BlockSummary &block, std::int64_t heardAt)
{
    const auto it = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const BlockPtr &b) { return b->hash == block.hash; });
    if (it == m_blocks.end() || **it == block)
        return;
    auto updated = std::make_shared<BlockSummary>(block);
    if (!updated->match) // which no node tells
        updated->match = (*it)->match;
    *it = std::move(updated);
    publish(BlockUpdated{*it}, heardAt);
}

void ChainStore::setChainFacts(Height headers, bool initialBlockDownload, double verificationProgress, std::int64_t heardAt)
{
    const bool progressed = std::abs(m_tip.verificationProgress - verificationProgress) >= progressStep;
    if (m_tip.headers == headers && m_tip.initialBlockDownload == initialBlockDownload && !progressed)
        return;
    m_tip.headers = headers;
    m_tip.initialBlockDownload = initialBlockDownload;
    m_tip.verificationProgress = verificationProgress;
    if (m_tip.isKnown())
        publish(TipChanged{m_tip}, heardAt);
}

void ChainStore::setTip(const BlockSummary &block)
{
    m_tip.height = block.height;
    m_tip.hash = block.hash;
    m_tip.previousHash = block.previousHash;
    m_tip.time = block.time;
    m_tip.medianTime = block.medianTime;
    m_tip.receivedAt = block.receivedAt;
    m_tip.difficulty = difficultyOf(block.bits);
    m_tip.chainwork = block.chainwork;
    m_tip.headers = std::max(m_tip.headers, block.height);
}

/// Height, work and median time follow from the block before; the node is not asked for what is known already.
void ChainStore::inheritFromParent(BlockSummary &block) const
{
    if (m_blocks.empty() || m_blocks.front()->hash != block.previousHash)
        return;
    const BlockSummary &parent = *m_blocks.front();
    if (block.height == unknownHeight)
        block.height = Height(parent.height.value + 1);
    if (block.chainwork.empty())
        block.chainwork = addWork(parent.chainwork, block.bits);
    const bool enough = m_blocks.size() + 1 >= medianTimeSpan || m_blocks.back()->height == Height(0);
    if (block.medianTime != 0 || !enough)
        return;
    std::vector<std::int64_t> times{block.time};
    for (std::size_t i = 0; i < m_blocks.size() && times.size() < medianTimeSpan; ++i)
        times.push_back(m_blocks[i]->time);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    block.medianTime = *middle;
}

void ChainStore::pushBlock(BlockSummary summary, ConfirmedTransactions transactions, std::int64_t heardAt)
{
    inheritFromParent(summary);
    const auto block = std::make_shared<const BlockSummary>(std::move(summary));
    m_difficulty.learn({block->height, block->time, block->bits});
    m_blocks.push_front(block);
    if (m_blocks.size() > keptBlocks)
        m_blocks.pop_back();
    setTip(*block);
    m_tracking.tipMoved(); // first, for the snapshot to count what is not told any more
    publish(TipChanged{m_tip}, heardAt);
    publish(BlockConnected{block, std::move(transactions)}, heardAt);
    publishDifficulty(heardAt);
    m_archive.setActive(block->hash);
    if (m_reorg.connected(block))
        announceReorg();
    else if (m_reorg.isUnderWay())
        m_reorgTimer.start();
}

void ChainStore::popBlock(std::int64_t heardAt)
{
    const BlockPtr block = m_blocks.front();
    m_blocks.pop_front();
    m_confirmed.disconnect(block->hash);
    m_departed.blockLost(block->hash);
    m_difficulty.forgetFrom(block->height);
    if (!m_blocks.empty()) {
        setTip(*m_blocks.front());
    } else {
        // Deeper than what we keep: of the new tip only the name is known until the source fills it in.
        BlockSummary parent;
        parent.height = Height(block->height.value - 1);
        parent.hash = block->previousHash;
        setTip(parent);
    }
    m_reorg.disconnected(block, heardAt);
    m_archive.setStale(block, heardAt);
    m_reorgTimer.start();
    publish(BlockDisconnected{block}, heardAt);
    publish(TipChanged{m_tip}, heardAt);
    publishDifficulty(heardAt);
    m_tracking.blockDisconnected(*block, heardAt);
    publishTracked(heardAt);
}

void ChainStore::announceReorg()
{
    m_reorgTimer.stop();
    const std::int64_t heardAt = m_reorg.heardAt();
    auto reorg = m_reorg.finish();
    if (!reorg)
        return;
    findFallenOut(*reorg);
    m_archive.addReorg(std::make_shared<const ChainReorganised>(*reorg));
    publish(std::move(*reorg), heardAt);
}

/// Left out if the contents of one of the blocks are not known: half of the truth would be taken for all of it.
void ChainStore::findFallenOut(ChainReorganised &reorg) const
{
    if (static_cast<std::size_t>(reorg.depth) > reorg.disconnected.size())
        return;
    std::unordered_set<TxId, HashOfHash256> confirmed;
    for (const BlockPtr &block : reorg.connected) {
        const BlockContentsPtr contents = m_archive.find(block->hash);
        if (!contents || contents->transactions.empty())
            return;
        for (const MinedTransaction &transaction : contents->transactions)
            confirmed.insert(transaction.txid);
    }
    std::vector<TxId> fellOut;
    for (auto block = reorg.disconnected.rbegin(); block != reorg.disconnected.rend(); ++block) {
        const BlockContentsPtr contents = m_archive.find((*block)->hash);
        if (!contents || contents->transactions.empty())
            return;
        for (const MinedTransaction &transaction : std::span(contents->transactions).subspan(1)) {
            if (!confirmed.contains(transaction.txid))
                fellOut.push_back(transaction.txid);
        }
    }
    reorg.returned = static_cast<std::int32_t>(
        std::count_if(fellOut.begin(), fellOut.end(), [this](const TxId &txid) { return hasTransaction(txid); }));
    reorg.fellOut = std::move(fellOut);
}

/// Whether what was expected of a block can be told from the mempool as it is known. Not in a reorg, when it holds what the old branch gave back,
/// and not of a block that was missed and comes with the next ones.
bool ChainStore::canExpect(const BlockSummary &block, std::int64_t heardAt) const
{
    constexpr std::size_t one = 10;     // in so many transactions may be waiting for its description
    constexpr std::int64_t late = 1800; // seconds behind the header's time, which miners set a few minutes wrong at most
    return m_status.state == SourceState::Live && !m_reorg.isUnderWay() && m_undescribed.size() * one <= mempoolCount() &&
           heardAt / 1000 - block.time < late;
}

/// Keeps what is known of @p block, and compares it with what was expected, before its transactions leave the mempool.
void ChainStore::keepContents(const ConnectedBlock &block, BlockSummary &summary, std::int64_t heardAt)
{
    if (block.txids.empty())
        return;
    if (const auto stale = m_archive.findStale(summary.hash))
        summary.match = stale->block->match; // it is back, and was judged when it was new
    BlockContents contents = describeMined(m_graph, block.txids, block.transactions);
    for (MinedTransaction &transaction : contents.transactions) {
        if (m_undescribed.contains(transaction.txid))
            transaction.flags = MinedTransaction::Undescribed;
    }
    if (canExpect(summary, heardAt))
        summary.match = matchWithProjection(contents, m_graph, m_filling, heardAt / 1000);
    m_archive.add(summary.hash, std::move(contents));
}

/// Takes the block's transactions out of the mempool; from what was known of them come the block's feerates.
std::vector<TxId> ChainStore::confirm(const std::vector<TxId> &txids, BlockSummary &summary, std::int64_t heardAt)
{
    DepartedTransaction how;
    how.reason = RemovalReason::Mined;
    how.leftAt = heardAt;
    how.block = summary.hash;
    how.height = summary.height;
    std::vector<TxId> mined;
    BlockFeerates feerates;
    for (const TxId &txid : txids) {
        if (const auto entry = m_graph.find(txid))
            feerates.add(entry->feerate(), entry->weight);
        if (depart(txid, how))
            mined.push_back(txid);
    }
    if (!summary.feerateRange)
        summary.feerateRange = feerates.range(summary.weight);
    return mined;
}

// --- mempool

void ChainStore::resetMempool(std::span<const TxId> txids, std::uint64_t mempoolSequence, std::int64_t heardAt)
{
    std::vector<TxId> sorted(txids.begin(), txids.end());
    if (mempoolCount() > 0)
        std::sort(sorted.begin(), sorted.end());
    std::vector<TxId> gone;
    const auto keep = [&](const TxId &txid) {
        if (!std::binary_search(sorted.begin(), sorted.end(), txid))
            gone.push_back(txid);
    };
    m_graph.forEachTxid(keep);
    for (const auto &[txid, waiting] : m_undescribed)
        keep(txid);
    DepartedTransaction how;
    how.leftAt = heardAt;
    for (const TxId &txid : gone)
        depart(txid, how);
    m_undescribed.reserve(txids.size() - std::min(txids.size(), m_graph.size()));
    for (const TxId &txid : txids) {
        if (!hasTransaction(txid))
            m_undescribed.emplace(txid, Undescribed{heardAt, false});
    }
    m_replacedBy.clear();
    m_mempoolIsKnown = true;
    m_mempoolSequence = mempoolSequence;
    m_tracking.removed(gone, RemovalReason::Unknown, heardAt);
    if (!gone.empty())
        publish(TransactionsRemoved{std::move(gone), RemovalReason::Unknown, std::nullopt}, heardAt);
    publishTracked(heardAt);
    touchMempool();
}

bool ChainStore::addTransaction(const TxId &txid, std::uint64_t mempoolSequence, std::int64_t heardAt)
{
    m_mempoolSequence = mempoolSequence;
    if (hasTransaction(txid))
        return false;
    m_undescribed.emplace(txid, Undescribed{heardAt, true});
    scheduleMempool(mempoolIntervalMs); // its description comes any moment, and the figures with it
    return true;
}

void ChainStore::describeTransactions(std::vector<MempoolEntry> entries)
{
    TransactionsSeen seen;
    std::int64_t heardAt = m_clock.unixMs();
    const std::int64_t now = m_clock.steadyMs();
    bool any = false;
    for (MempoolEntry &entry : entries) {
        const auto waiting = m_undescribed.find(entry.txid);
        if (waiting == m_undescribed.end())
            continue;
        const auto [since, announce] = waiting->second;
        m_undescribed.erase(waiting);
        if (!entry.parents.empty())
            entry.set(TxFlag::SpendsMempool);
        if (auto replaced = m_replacedBy.extract(entry.txid)) {
            entry.set(TxFlag::Replacement);
            entry.replaces = std::move(replaced.mapped());
        }
        m_graph.add(entry);
        m_departed.returned(entry.txid);
        m_tracking.complete(entry);
        m_tracking.described(entry, announce, since);
        any = true;
        if (!announce)
            continue;
        m_arrivals.add(now, entry.vsize.value);
        heardAt = std::min(heardAt, since);
        seen.entries.push_back(std::move(entry));
    }
    if (!seen.entries.empty())
        publish(std::move(seen), heardAt);
    publishTracked(heardAt);
    if (any)
        touchMempool();
}

bool ChainStore::removeTransaction(const TxId &txid, RemovalReason reason, std::optional<TxId> by, std::uint64_t mempoolSequence,
                                   std::int64_t heardAt)
{
    m_mempoolSequence = mempoolSequence;
    DepartedTransaction how;
    how.reason = reason;
    how.by = by;
    how.leftAt = heardAt;
    if (!depart(txid, std::move(how)))
        return false;
    if (by)
        m_replacedBy[*by].push_back(txid);
    publish(TransactionsRemoved{{txid}, reason, by}, heardAt);
    m_tracking.removed(std::array{txid}, reason, heardAt);
    publishTracked(heardAt);
    touchMempool();
    return true;
}

/// Takes it out and remembers it; @p how says how it leaves.
bool ChainStore::depart(const TxId &txid, DepartedTransaction how)
{
    const auto entry = m_graph.find(txid);
    if (!forget(txid))
        return false;
    how.txid = txid;
    how.isDescribed = entry.has_value();
    if (entry) {
        how.fee = entry->fee;
        how.vsize = entry->vsize;
        how.weight = entry->weight;
        how.value = entry->value;
        how.inputs = entry->inputs;
        how.outputs = entry->outputs;
        how.flags = entry->flags;
        how.enteredAt = entry->time;
    }
    m_departed.add(std::move(how));
    return true;
}

std::optional<ConfirmingBlock> ChainStore::confirmedIn(const TxId &txid) const
{
    const auto hash = m_confirmed.find(txid);
    if (!hash)
        return std::nullopt;
    const auto block = std::find_if(m_blocks.begin(), m_blocks.end(), [&](const BlockPtr &b) { return b->hash == *hash; });
    if (block == m_blocks.end())
        return std::nullopt;
    return ConfirmingBlock{*hash, (*block)->height, (*block)->time, m_tip.height.value - (*block)->height.value + 1};
}

std::optional<QueuePosition> ChainStore::queuePosition(const TxId &txid) const
{
    const auto chunk = m_graph.chunkOf(txid);
    if (!chunk)
        return std::nullopt;
    return QueuePositions(m_graph.chunks(), m_projection).of(*chunk);
}

bool ChainStore::forget(const TxId &txid)
{
    if (m_undescribed.erase(txid) > 0) {
        m_replacedBy.erase(txid);
        return true;
    }
    return m_graph.remove(txid);
}

void ChainStore::setMempoolLimits(const MempoolLimits &limits)
{
    if (m_limits == limits)
        return;
    m_limits = limits;
    touchMempool();
}

void ChainStore::setFeeDeltas(std::span<const FeeDelta> deltas)
{
    if (m_graph.setFeeDeltas(deltas))
        touchMempool();
}

void ChainStore::setBlockFilling(const BlockFilling &filling)
{
    if (m_filling == filling)
        return;
    m_filling = filling;
    touchMempool();
}

/// Tells the figures now if they were not told a moment ago, else when that moment is over.
void ChainStore::touchMempool()
{
    const std::int64_t since = m_clock.steadyMs() - m_mempoolPublishedAt;
    if (since >= mempoolIntervalMs)
        publishMempool();
    else
        scheduleMempool(static_cast<int>(mempoolIntervalMs - since));
}

void ChainStore::scheduleMempool(int delayMs)
{
    if (!m_mempoolTimer.isActive() || m_mempoolTimer.remainingTime() > delayMs)
        m_mempoolTimer.start(delayMs);
}

void ChainStore::publishMempool()
{
    m_mempoolTimer.stop();
    m_mempoolPublishedAt = m_clock.steadyMs();
    const ArrivalRate::Rates rates = m_arrivals.at(m_mempoolPublishedAt);
    MempoolSummary summary;
    summary.count = static_cast<std::int64_t>(mempoolCount());
    summary.undescribed = static_cast<std::int64_t>(m_undescribed.size());
    summary.vsize = m_graph.totalVsize();
    summary.totalFees = m_graph.totalFees();
    summary.usage = m_limits.usage;
    summary.maxUsage = m_limits.maxUsage;
    summary.minFeerate = m_limits.minFeerate;
    summary.bytesPerSecond = rates.bytesPerSecond;
    summary.txPerSecond = rates.txPerSecond;
    summary.histogram = m_graph.histogram();
    summary.exact = m_status.exact;
    summary.resyncs = m_status.resyncs;
    if (!m_arrivals.isEmpty())
        scheduleMempool(rateDecayMs);
    if (summary != m_mempool) {
        m_mempool = std::move(summary);
        publish(MempoolChanged{m_mempool}, m_clock.unixMs());
    }
    publishProjection();
}

void ChainStore::publishProjection()
{
    ProjectedBlocks projection = projectBlocks(m_graph.chunks(), m_filling);
    m_tracking.queueMoved(m_graph.chunks(), projection);
    if (projection != m_projection) {
        m_projection = std::move(projection);
        publish(ProjectionChanged{m_projection}, m_clock.unixMs());
    }
    publishTracked(m_clock.unixMs());
    publishProjectedTransactions();
    updateFees();
}

void ChainStore::publishTracked(std::int64_t heardAt)
{
    if (auto news = m_tracking.takeNews())
        publish(std::move(*news), heardAt);
}

/// Of the blocks that somebody wants to know; the others are forgotten.
void ChainStore::publishProjectedTransactions()
{
    ProjectedTransactionsChanged news;
    for (std::size_t index = 0; index < m_projectedTransactions.size(); ++index) {
        ProjectedTransactions &known = m_projectedTransactions[index];
        if ((m_projectedInterest.wanted() >> index & 1) == 0) {
            known.reset();
            continue;
        }
        ProjectedTransactions now = tipwatch::projectedTransactions(m_graph, index, m_filling);
        if (auto change = projectedChange(index, known, now)) {
            news.blocks.push_back(std::move(*change));
            known = std::move(now);
        }
    }
    if (!news.blocks.empty())
        publish(std::move(news), m_clock.unixMs());
}

// --- the rest

void ChainStore::learnHeader(const DifficultyHeader &header, std::int64_t heardAt)
{
    m_difficulty.learn(header);
    publishDifficulty(heardAt);
}

void ChainStore::publishDifficulty(std::int64_t heardAt)
{
    const DifficultyProgress progress = m_difficulty.progress(m_blocks);
    if (!progress.isKnown() || progress == m_difficultyProgress)
        return;
    m_difficultyProgress = progress;
    publish(DifficultyChanged{progress}, heardAt);
}

void ChainStore::setNodeFees(const NodeFeeEstimates &fees, std::int64_t heardAt)
{
    m_nodeFees = fees;
    m_feesHeardAt = heardAt;
    publishFees();
}

/// While most of the mempool is not described yet, what it takes is not known; what it took stays.
void ChainStore::updateFees()
{
    constexpr std::size_t mostUndescribed = 20; // one in so many
    m_mempoolIsKnown = m_mempoolIsKnown || !m_undescribed.empty() || m_graph.size() > 0;
    const bool isDescribed = m_undescribed.size() * mostUndescribed <= mempoolCount();
    if (m_mempoolIsKnown && isDescribed && m_limits.minFeerate.value > 0)
        m_feeTiers.update(m_projection, m_filling, m_limits.minFeerate, m_clock.steadyMs());
    publishFees();
}

void ChainStore::publishFees()
{
    const std::int64_t now = m_clock.steadyMs();
    FeeEstimates fees;
    if (const auto tiers = m_feeTiers.at(now)) {
        fees.nextBlock = (*tiers)[0];
        fees.halfHour = (*tiers)[1];
        fees.hour = (*tiers)[2];
        fees.economy = (*tiers)[3];
    }
    fees.minimum = m_limits.minFeerate;
    fees.node = m_nodeFees;
    if (const auto next = m_feeTiers.changesAt())
        m_feesTimer.start(static_cast<int>(std::max<std::int64_t>(*next - now, 1)));
    else
        m_feesTimer.stop();
    if (m_fees == fees)
        return;
    const bool isNodes = m_fees.node != fees.node;
    m_fees = fees;
    publish(FeesChanged{m_fees}, isNodes ? m_feesHeardAt : m_clock.unixMs());
}

void ChainStore::setNetwork(const NetworkInfo &network, std::int64_t heardAt)
{
    if (m_network == network)
        return;
    m_network = network;
    publish(NetworkChanged{m_network}, heardAt);
}

void ChainStore::setPeers(std::vector<Peer> peers, std::int64_t heardAt)
{
    std::ranges::sort(peers, {}, &Peer::id);
    m_latestPeers = std::move(peers);
    m_peersHeardAt = heardAt;
    const std::int64_t since = m_clock.steadyMs() - m_peersPublishedAt;
    if (since >= peersIntervalMs)
        publishPeers();
    else if (!m_peersTimer.isActive())
        m_peersTimer.start(static_cast<int>(peersIntervalMs - since));
}

void ChainStore::publishPeers()
{
    m_peersTimer.stop();
    PeersChanged news = peersBetween(m_peers, m_latestPeers);
    if (news.changed.empty() && news.gone.empty())
        return;
    m_peersPublishedAt = m_clock.steadyMs();
    m_peers = m_latestPeers;
    publish(std::move(news), m_peersHeardAt);
}

void ChainStore::setStatus(SourceStatus status)
{
    status.since = status.state == m_status.state && m_status.since != 0 ? m_status.since : m_clock.unixMs();
    if (status == m_status)
        return;
    const bool trustChanged = status.exact != m_status.exact || status.resyncs != m_status.resyncs;
    m_status = std::move(status);
    m_difficulty.setNetwork(m_status.network);
    publish(SourceStatusChanged{m_status}, m_clock.unixMs());
    publishDifficulty(m_clock.unixMs());
    if (trustChanged)
        publishMempool();
}

AlertPtr ChainStore::raiseAlert(Alert alert)
{
    AlertPtr raised = m_alerts.raise(std::move(alert), m_clock.unixMs());
    publish(AlertRaised{raised}, raised->raisedAt);
    return raised;
}

AlertPtr ChainStore::clearAlert(std::uint64_t id)
{
    AlertPtr cleared = m_alerts.clear(id, m_clock.unixMs());
    if (cleared)
        publish(AlertCleared{cleared}, cleared->clearedAt);
    return cleared;
}

template <class Body> void ChainStore::publish(Body body, std::int64_t heardAt)
{
    ++m_position.seq;
    refreshSnapshot();
    m_bus.publish(std::make_shared<const ChainEvent>(ChainEvent{m_position, heardAt, std::move(body), m_status.network}));
}

void ChainStore::refreshSnapshot()
{
    auto snapshot = std::make_shared<const ChainSnapshot>(ChainSnapshot{m_position,
                                                                        m_tip,
                                                                        {m_blocks.begin(), m_blocks.end()},
                                                                        m_mempool,
                                                                        m_fees,
                                                                        m_network,
                                                                        m_peers,
                                                                        m_status,
                                                                        m_projection,
                                                                        m_difficultyProgress,
                                                                        m_tracking.tracked(),
                                                                        m_alerts.active(),
                                                                        m_alerts.recent(),
                                                                        m_projectedTransactions});
    const std::lock_guard lock(m_snapshotMutex);
    m_snapshot.swap(snapshot);
}

// --- reading

ChainSnapshotPtr ChainStore::snapshot() const
{
    const std::lock_guard lock(m_snapshotMutex);
    return m_snapshot;
}

MempoolTxids ChainStore::mempoolTxids() const
{
    MempoolTxids all{m_position, m_mempoolSequence, m_status.exact, {}};
    all.txids.reserve(mempoolCount());
    m_graph.forEachTxid([&](const TxId &txid) { all.txids.push_back(txid); });
    for (const auto &[txid, waiting] : m_undescribed)
        all.txids.push_back(txid);
    return all;
}

ProjectedTransactions ChainStore::projectedTransactions(std::size_t index) const
{
    return tipwatch::projectedTransactions(m_graph, index, m_filling);
}

std::vector<TxId> ChainStore::undescribed() const
{
    std::vector<TxId> txids;
    txids.reserve(m_undescribed.size());
    for (const auto &[txid, waiting] : m_undescribed)
        txids.push_back(txid);
    return txids;
}

} // namespace tipwatch
