// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/sequence_feed.h"

#include "server/sources/bitcoin/log.h"
#include "server/sources/bitcoin/mempool_query.h"
#include "server/sources/bitcoin/script_locks.h"

#include <algorithm>

namespace tipwatch {
namespace {

// All in ms.
constexpr int settleTime = 30;      // a publisher on the LAN has taken a subscription in by then; the audit would notice if not
constexpr int blockPatience = 20;   // rawblock comes within a millisecond of its C, if at all
constexpr int removalPatience = 50; // the A or C that explains an R follows within microseconds, if the machine is not busy
constexpr int shortestRest = 100;   // from one snapshot to the next, and
constexpr int restFactor = 2;       // as many times as long as the last one took, but
constexpr int longestRest = 10'000;
constexpr int quietTime = 2000;        // without a message; what has not been explained by then will not be
constexpr int longestUnsettled = 5000; // on a node that is never quiet
constexpr int reorgTime = 1000;        // removals by a reorg follow its D at once
constexpr int firstAudit = 100;        // after a snapshot
constexpr int auditInterval = 300'000;
constexpr int auditRetry = 50;                   // while messages come
constexpr int longestPutOff = 1000;              // then the audit is made all the same
constexpr int blockLag = 250;                    // a block that is as late, with
constexpr std::size_t longestQueueOfBlocks = 64; // as many behind it: a snapshot is faster

constexpr std::int64_t representativeVsize = 1'000'000; // a mempool as large tells how much memory a virtual byte takes
constexpr double mostUsagePerVbyte = 6;                 // of small transactions; large ones take less
constexpr double fullMempool = 0.9;                     // of -maxmempool: evictions are possible

} // namespace

SequenceFeed::SequenceFeed(const NodeLink &link, ChainLoader &chain, EntryLoader &entries, QObject *parent)
    : QObject(parent), m_link(link), m_chain(chain), m_entries(entries), m_zmq(link.clock), m_view(link), m_tracker(m_view)
{
    connect(&m_zmq, &ZmqSubscriber::message, this, &SequenceFeed::onMessage);
    connect(&m_zmq, &ZmqSubscriber::connected, this, &SequenceFeed::onConnected);
    connect(&m_zmq, &ZmqSubscriber::disconnected, this, [this](const std::string &endpoint) {
        qCInfo(lcBitcoin, "zmq.disconnected endpoint=%s", endpoint.c_str());
        setState(State::Connecting, false);
        Q_EMIT disconnected();
    });
    connect(&m_zmq, &ZmqSubscriber::malformed, this, [this](const std::string &endpoint, const std::string &what) {
        qCWarning(lcBitcoin, "zmq.malformed endpoint=%s what=\"%s\"", endpoint.c_str(), what.c_str());
        if (m_state != State::Connecting)
            resync("a malformed ZMQ message: " + what);
    });
    const auto prepare = [this](QTimer &timer, int interval, auto slot) {
        timer.setParent(this);
        timer.setSingleShot(true);
        timer.setInterval(interval);
        connect(&timer, &QTimer::timeout, this, slot);
    };
    prepare(m_settleTimer, settleTime, &SequenceFeed::requestSnapshot);
    prepare(m_blockTimer, blockPatience, [this] {
        if (!m_queue.empty() && isBlockMissing())
            requestBlock(m_queue.front().message.block());
    });
    prepare(m_removalTimer, removalPatience, &SequenceFeed::drain);
    prepare(m_quietTimer, quietTime, &SequenceFeed::settle);
    prepare(m_auditTimer, firstAudit, &SequenceFeed::startAudit);
    m_removalTimer.setTimerType(Qt::PreciseTimer);
    m_blockTimer.setTimerType(Qt::PreciseTimer);
}

bool SequenceFeed::start(const Endpoints &endpoints)
{
    return m_zmq.subscribe("sequence", endpoints.sequence) &&
           (endpoints.rawblock.empty() || m_zmq.subscribe("rawblock", endpoints.rawblock));
}

void SequenceFeed::suspect(const std::string &why)
{
    if (m_state != State::Following || m_audit)
        return;
    qCInfo(lcBitcoin, "mempool.suspect why=\"%s\"", why.c_str());
    scheduleAudit(0);
}

void SequenceFeed::setState(State state, bool exact)
{
    const bool announce = exact != m_exact || (state == State::Following) != (m_state == State::Following);
    m_state = state;
    m_exact = exact;
    if (announce)
        Q_EMIT changed();
}

// --- what arrives

void SequenceFeed::onConnected()
{
    if (m_state != State::Connecting || !m_zmq.isConnected())
        return;
    qCInfo(lcBitcoin, "zmq.connected");
    m_queue.clear();
    m_counter.reset();
    m_tracker.streamBroken();
    setState(State::Settling, false);
    m_settleTimer.start(settleTime);
    Q_EMIT connected();
}

void SequenceFeed::onMessage(const ZmqMessage &message)
{
    m_lastHeard = m_link.clock.steadyMs();
    if (message.topic == "sequence")
        onSequence(message);
    else if (message.topic == "rawblock")
        onRawBlock(message);
}

void SequenceFeed::onSequence(const ZmqMessage &message)
{
    const std::optional<std::uint32_t> before = std::exchange(m_counter, message.counter);
    const bool lost = before && message.counter != *before + 1;
    const auto parsed = parseSequenceMessage(message.body);
    if (lost || !parsed) {
        m_queue.clear(); // what was heard before the loss is of no use any more
        m_tracker.streamBroken();
    }
    if (parsed)
        m_queue.push_back({*parsed, message.heardAtMs});
    if (m_state == State::Connecting || m_state == State::Settling)
        return;
    m_quietTimer.start();
    if (!parsed)
        resync(parsed.error().message);
    else if (lost)
        resync("ZMQ messages were lost: number " + std::to_string(message.counter) + " came after " + std::to_string(*before));
    else
        drain();
}

void SequenceFeed::onRawBlock(const ZmqMessage &message)
{
    auto block = decodeBlock(message.body);
    if (!block) {
        qCWarning(lcBitcoin, "block.malformed why=\"%s\"", block.error().message.c_str());
        return; // the node is asked for the block when its C is due
    }
    block->concerned = concernedBy(message.body, m_link.store.scripts());
    m_link.book.add(std::make_shared<const DecodedBlock>(std::move(*block)));
    drain();
}

// --- snapshot

void SequenceFeed::resync(const std::string &why)
{
    qCWarning(lcBitcoin, "mempool.resync why=\"%s\"", why.c_str());
    if (m_hadSnapshot)
        Q_EMIT resyncing(why);
    m_tracker.streamBroken(); // a C may be what was lost, so where the stream stands is not known either
    stopFollowing();
    // A stream that keeps losing messages must not keep the node busy with snapshots.
    const std::int64_t rest = std::max<std::int64_t>(shortestRest, restFactor * m_snapshotTook);
    const std::int64_t elapsed = m_link.clock.steadyMs() - m_snapshotAskedAt;
    m_settleTimer.start(static_cast<int>(std::clamp<std::int64_t>(rest - elapsed, 0, longestRest)));
}

/// Messages queue up from now on; answers that are on their way are stale.
void SequenceFeed::stopFollowing()
{
    ++m_snapshotRound;
    m_audit.reset();
    m_auditTimer.stop();
    m_blockTimer.stop();
    m_removalTimer.stop();
    m_requestedBlocks.clear();
    setState(State::Snapshot, false);
}

void SequenceFeed::requestSnapshot()
{
    stopFollowing();
    const std::uint64_t round = m_snapshotRound;
    m_snapshotAskedAt = m_link.clock.steadyMs();
    queryMempool(m_link.rpc, [this, round](tl::expected<MempoolSnapshot, RpcError> answer) {
        if (round != m_snapshotRound)
            return;
        if (!answer)
            return isPassing(answer.error()) ? askAgain(answer.error()) : m_link.fail(answer.error());
        const auto snapshot = std::make_shared<const MempoolSnapshot>(std::move(*answer));
        m_chain.follow(snapshot->tip, [this, round, snapshot](const std::optional<RpcError> &error) {
            if (round != m_snapshotRound)
                return;
            if (!error)
                install(*snapshot);
            else if (isPassing(*error) || error->kind == RpcError::Kind::Method)
                askAgain(*error); // a block that is not there any more was taken back: the next snapshot has another tip
            else
                m_link.fail(*error);
        });
    });
}

void SequenceFeed::askAgain(const RpcError &error)
{
    qCInfo(lcBitcoin, "mempool.snapshot_failed why=\"%s\"", error.message.c_str());
    m_settleTimer.start(busyRetryMs);
}

void SequenceFeed::install(const MempoolSnapshot &snapshot)
{
    const std::int64_t now = m_link.clock.unixMs();
    m_link.store.resetMempool(snapshot.txids, snapshot.sequence, now);
    const std::size_t held = m_tracker.reset(snapshot, queuedMessages());
    m_queue.erase(m_queue.begin(), m_queue.begin() + static_cast<std::ptrdiff_t>(held));
    qCInfo(lcBitcoin, "mempool.snapshot count=%zu sequence=%llu tip=%s queued=%zu", snapshot.txids.size(),
           static_cast<unsigned long long>(snapshot.sequence), snapshot.tip.toHex().c_str(), m_queue.size());
    m_hadSnapshot = true;
    m_settledAt = m_link.clock.steadyMs();
    m_snapshotTook = m_settledAt - m_snapshotAskedAt;
    setState(State::Following, false);
    m_entries.describeAll();
    m_chain.fillHistory();
    m_chain.completeTip();
    m_quietTimer.start();
    m_auditPutOff = 0;
    scheduleAudit(firstAudit);
    drain();
}

// --- following

void SequenceFeed::drain()
{
    while (m_state == State::Following && !m_queue.empty() && apply(m_queue.front())) {}
    if (m_state != State::Following)
        return;
    const bool settled = m_tracker.isSettled();
    if (settled)
        m_link.store.setMempoolSequence(m_tracker.sequence());
    if (m_audit)
        checkAudit();
    const std::int64_t now = m_link.clock.steadyMs();
    if (settled && !(m_audit && m_audit->hasSnapshot()))
        m_settledAt = now;
    else if (now - m_settledAt > longestUnsettled)
        resync("the numbers do not add up while the node is busy");
}

/// Applies the first message of the queue and takes it out. @return false if it has to wait, or a resync began.
bool SequenceFeed::apply(const Queued &front)
{
    RemovalGuess removal;
    if (front.message.kind == SequenceMessage::Kind::Connected && isBlockMissing()) {
        const auto isBlock = [](const Queued &queued) { return queued.message.kind == SequenceMessage::Kind::Connected; };
        const auto waiting = std::count_if(m_queue.begin(), m_queue.end(), isBlock);
        const bool late = m_link.clock.unixMs() - front.heardAt > blockLag;
        if (late && static_cast<std::size_t>(waiting) > longestQueueOfBlocks) {
            resync("blocks come faster than they can be followed");
        } else if (waiting > 1) { // rawblock is for the last block of a reorg only
            requestBlock(front.message.block());
        } else if (!m_blockTimer.isActive() && !m_requestedBlocks.contains(front.message.block())) {
            m_blockTimer.start();
        }
        return false;
    }
    if (front.message.kind == SequenceMessage::Kind::Removed) {
        const auto guess = removalOfFront();
        if (!guess)
            return false;
        removal = *guess;
    }
    m_view.setOccasion(front.heardAt, removal);
    m_tracker.apply(front.message);
    if (!m_tracker.doubt().empty()) {
        resync(m_tracker.doubt());
        return false;
    }
    noteApplied(front);
    m_queue.pop_front();
    return true;
}

void SequenceFeed::noteApplied(const Queued &front)
{
    if (m_audit)
        m_audit->applied(front.message);
    switch (front.message.kind) {
    case SequenceMessage::Kind::Added:
        if (m_view.contains(front.message.txid()))
            m_entries.add(front.message.txid());
        break;
    case SequenceMessage::Kind::Removed:
        break;
    case SequenceMessage::Kind::Connected:
        m_reorgUntil = 0;
        m_requestedBlocks.erase(front.message.block());
        if (m_queue.size() == 1)
            m_chain.completeTip();
        Q_EMIT tipMoved();
        break;
    case SequenceMessage::Kind::Disconnected:
        m_reorgUntil = front.heardAt + reorgTime;
        m_chain.fillHistory();
        break;
    }
}

bool SequenceFeed::isBlockMissing()
{
    const SequenceMessage &front = m_queue.front().message;
    return front.kind == SequenceMessage::Kind::Connected && !m_link.book.contains(front.block());
}

void SequenceFeed::requestBlock(const BlockHash &hash)
{
    if (!m_requestedBlocks.insert(hash).second)
        return;
    m_chain.fetch(hash, [this, hash, round = m_snapshotRound](const std::optional<RpcError> &error) {
        if (round != m_snapshotRound)
            return;
        m_requestedBlocks.erase(hash);
        if (!error)
            return drain();
        if (isPassing(*error))
            return m_blockTimer.start();
        if (error->kind == RpcError::Kind::Method || error->kind == RpcError::Kind::BadAnswer)
            return resync("block " + hash.toHex() + " is not to be had: " + error->message);
        m_link.fail(*error);
    });
}

/// Why the first message, an R, came; nothing if it is worth waiting for the next message.
std::optional<RemovalGuess> SequenceFeed::removalOfFront()
{
    const Queued &front = m_queue.front();
    const auto next = std::find_if(m_queue.begin(), m_queue.end(),
                                   [](const Queued &queued) { return queued.message.kind != SequenceMessage::Kind::Removed; });
    RemovalScene scene;
    scene.now = m_link.clock.unixMs() / 1000;
    if (next != m_queue.end()) {
        scene.next = &next->message;
    } else if (m_link.clock.steadyMs() - m_lastHeard < removalPatience) {
        if (!m_removalTimer.isActive())
            m_removalTimer.start();
        return std::nullopt;
    }
    scene.duringReorg = front.heardAt < m_reorgUntil;
    scene.mempoolFull = mempoolFill() > fullMempool;
    if (const auto entry = m_link.store.graph().find(front.message.txid()))
        scene.entered = entry->time;
    return guessRemoval(scene);
}

/// Of -maxmempool, at most: the node's figure may be seconds old.
double SequenceFeed::mempoolFill() const
{
    if (!m_mempool || m_mempool->maxUsage <= 0)
        return 1;
    const bool representative = m_mempool->vsize.value > representativeVsize;
    const double usagePerVbyte = representative ? double(m_mempool->usage) / double(m_mempool->vsize.value) : mostUsagePerVbyte;
    const double now = usagePerVbyte * double(m_link.store.graph().totalVsize().value);
    return std::max(double(m_mempool->usage), now) / double(m_mempool->maxUsage);
}

/// Nothing has been heard for a while: what is not explained now will not be.
void SequenceFeed::settle()
{
    if (m_state != State::Following)
        return;
    if (!m_queue.empty())
        return m_quietTimer.start(); // a block is on its way
    if (!m_tracker.isSettled())
        resync("the node is quiet and its numbers do not add up");
    else if (m_audit && m_audit->hasSnapshot())
        resync("the node is quiet and has another mempool sequence than we");
}

// --- proof

void SequenceFeed::scheduleAudit(int delayMs)
{
    m_auditTimer.start(delayMs);
}

void SequenceFeed::startAudit()
{
    if (m_state != State::Following)
        return;
    const bool quiet = m_queue.empty() && m_link.clock.steadyMs() - m_lastHeard >= auditRetry;
    if (!quiet && m_auditPutOff < longestPutOff) {
        m_auditPutOff += auditRetry;
        return scheduleAudit(auditRetry);
    }
    m_auditPutOff = 0;
    m_audit = std::make_unique<MempoolAudit>(m_tracker, m_link.book);
    queryMempool(m_link.rpc,
                 [this, audit = m_audit.get(), round = m_snapshotRound](tl::expected<MempoolSnapshot, RpcError> answer) {
                     if (round != m_snapshotRound || audit != m_audit.get())
                         return;
                     if (!answer) {
                         m_audit.reset();
                         if (isPassing(answer.error()))
                             return scheduleAudit(busyRetryMs);
                         return m_link.fail(answer.error());
                     }
                     m_audit->snapshotArrived(*answer, queuedMessages());
                     m_settledAt = m_link.clock.steadyMs();
                     m_quietTimer.start();
                     checkAudit();
                 });
}

void SequenceFeed::checkAudit()
{
    switch (m_audit->verdict(m_link.store.mempoolCount(), [this](const TxId &txid) { return m_view.contains(txid); })) {
    case MempoolAudit::Verdict::Open:
        return;
    case MempoolAudit::Verdict::Void:
        m_audit.reset();
        return scheduleAudit(auditRetry);
    case MempoolAudit::Verdict::Different:
        return resync("the node's mempool has other transactions than our view");
    case MempoolAudit::Verdict::Equal:
        qCDebug(lcBitcoin, "mempool.proven count=%zu sequence=%llu", m_link.store.mempoolCount(),
                static_cast<unsigned long long>(m_tracker.sequence()));
        m_audit.reset();
        scheduleAudit(auditInterval);
        setState(State::Following, true);
        if (m_entries.isIdle())
            m_entries.describeAll();
    }
}

std::vector<SequenceMessage> SequenceFeed::queuedMessages() const
{
    std::vector<SequenceMessage> messages;
    messages.reserve(m_queue.size());
    for (const Queued &queued : m_queue)
        messages.push_back(queued.message);
    return messages;
}

} // namespace tipwatch
