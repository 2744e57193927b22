// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/node_session.h"

#include "server/sources/bitcoin/log.h"

#include <algorithm>

namespace tipwatch {
namespace {

constexpr int zmqPatienceMs = 1500;   // a publisher that answers at all does so in milliseconds
constexpr int blocksBehind = 10;      // more is catching up, less is the network's ordinary unrest
constexpr double nearlySynced = 0.99; // of verificationprogress

constexpr const char *addToConfig =
    "Add zmqpubsequence=tcp://127.0.0.1:28332 and zmqpubrawblock=tcp://127.0.0.1:28332 to bitcoin.conf "
    "and restart the node to see every change at once.";

std::optional<std::string> endpointOf(const std::vector<ZmqNotification> &notifications, std::string_view topic)
{
    const auto it = std::ranges::find(notifications, topic, &ZmqNotification::topic);
    return it == notifications.end() ? std::nullopt : std::optional(it->endpoint);
}

/// "topic=endpoint" as configured.
std::vector<ZmqNotification> configured(const std::vector<std::string> &entries)
{
    std::vector<ZmqNotification> notifications;
    for (const std::string &entry : entries) {
        const std::size_t sign = entry.find('=');
        if (sign != std::string::npos)
            notifications.push_back({entry.substr(0, sign), entry.substr(sign + 1)});
    }
    return notifications;
}

} // namespace

NodeSession::NodeSession(const NodeAddress &address, std::vector<std::string> zmq, ChainStore &store, const Clock &clock,
                         PeerLocator &locator, QObject *parent)
    : QObject(parent), m_expectedNetwork(address.network), m_zmqConfig(std::move(zmq)), m_store(store), m_clock(clock),
      m_rpc(address.endpoint, address.credentials),
      m_link{m_rpc, store, clock, m_book, locator, 210'000, [this](const RpcError &error) { fail(error); }}, m_chain(m_link),
      m_entries(m_link), m_facts(m_link), m_periods(m_link)
{
    // What the store shows is where the stream's next D or C joins.
    for (const BlockPtr &block : store.blocks())
        m_book.addParent(block->hash, block->previousHash);
    connect(&m_facts, &NodeFacts::figures, this, &NodeSession::onFigures);
    m_zmqPatience.setParent(this);
    m_zmqPatience.setSingleShot(true);
}

NodeSession::~NodeSession() = default;

void NodeSession::fail(const RpcError &error)
{
    if (std::exchange(m_failed, true))
        return;
    m_rpc.close();
    Q_EMIT failed(error);
}

void NodeSession::start()
{
    m_rpc.batch({{"getblockchaininfo"}, {"getnetworkinfo"}, {"getnettotals"}, {"getzmqnotifications"}},
                [this](tl::expected<std::span<const RpcResult>, RpcError> answers) {
                    if (answers)
                        greeted(*answers);
                    else
                        fail(answers.error());
                });
}

void NodeSession::greeted(std::span<const RpcResult> answers)
{
    for (const RpcResult &answer : answers.first(3)) {
        if (!answer)
            return fail(answer.error());
    }
    const auto chain = parseBlockchainInfo(*answers[0]);
    const auto network = parseNetworkInfo(*answers[1], *answers[2]);
    if (!chain || !network)
        return fail({RpcError::Kind::BadAnswer, 0, (chain ? network.error() : chain.error()).message});
    if (!m_expectedNetwork.empty() && chain->network != m_expectedNetwork) {
        m_failed = true;
        m_rpc.close();
        Q_EMIT refused("The node is on the network \"" + chain->network + "\", not on \"" + m_expectedNetwork +
                       "\" as configured.");
        return;
    }
    m_picture.network = chain->network;
    m_picture.version = nodeVersionName(*network);
    m_picture.pruned = chain->pruned;
    if (const BitcoinNetwork *known = findBitcoinNetwork(chain->network))
        m_link.halvingInterval = known->halvingInterval;
    qCInfo(lcBitcoin, "node.greeted network=%s version=\"%s\" blocks=%d headers=%d pruned=%d", chain->network.c_str(),
           m_picture.version.c_str(), chain->blocks.value, chain->headers.value, int(chain->pruned));
    m_store.setNetwork(*network, m_clock.unixMs());
    learnZmq(answers[3]);
    setCatchingUp(*chain);
    if (!m_catchingUp)
        chooseFeed();
    m_facts.start();
    refresh();
}

// --- feeds

void NodeSession::learnZmq(const RpcResult &notifications)
{
    m_zmq = configured(m_zmqConfig);
    if (!m_zmq.empty())
        return;
    if (!notifications) {
        m_zmqUnknown = notifications.error().message;
        return;
    }
    if (auto announced = parseZmqNotifications(*notifications))
        m_zmq = std::move(*announced);
    else
        m_zmqUnknown = announced.error().message;
    for (ZmqNotification &notification : m_zmq)
        notification.endpoint = zmqEndpointFor(notification.endpoint, m_rpc.endpoint());
}

void NodeSession::chooseFeed()
{
    if (const auto sequence = endpointOf(m_zmq, "sequence"))
        return startSequence({*sequence, endpointOf(m_zmq, "rawblock").value_or(std::string())});
    listenForWakeUps();
    if (!m_zmqUnknown.empty())
        startPolling("The node does not tell its ZMQ addresses (" + m_zmqUnknown +
                     "), so it is polled. Name them with the zmq setting to see every change at once.");
    else
        startPolling("The node offers no ZMQ \"sequence\" stream, so it is polled. " + std::string(addToConfig));
}

void NodeSession::startSequence(const SequenceFeed::Endpoints &endpoints)
{
    m_sequence = std::make_unique<SequenceFeed>(m_link, m_chain, m_entries);
    connect(m_sequence.get(), &SequenceFeed::connected, this, [this] {
        m_zmqPatience.stop();
        if (m_poll)
            m_poll->stop();
        refresh();
    });
    connect(m_sequence.get(), &SequenceFeed::disconnected, this, [this] {
        fail({RpcError::Kind::Unreachable, 0, "the ZMQ stream broke off"});
    });
    connect(m_sequence.get(), &SequenceFeed::tipMoved, &m_facts, &NodeFacts::askSoon);
    connect(m_sequence.get(), &SequenceFeed::changed, this, &NodeSession::refresh);
    connect(m_sequence.get(), &SequenceFeed::resyncing, this, &NodeSession::resyncing);
    connect(&m_zmqPatience, &QTimer::timeout, this, [this, endpoints] {
        startPolling("The ZMQ address " + endpoints.sequence +
                     " does not answer, so the node is polled; it is still tried. "
                     "Is it reachable from here?");
    });
    if (m_sequence->start(endpoints))
        m_zmqPatience.start(zmqPatienceMs);
    else
        startPolling("\"" + endpoints.sequence + "\" is no ZMQ address, so the node is polled.");
}

void NodeSession::startPolling(std::string why)
{
    qCWarning(lcBitcoin, "feed.poll why=\"%s\"", why.c_str());
    m_pollReason = std::move(why);
    m_poll = std::make_unique<PollFeed>(m_link, m_chain, m_entries);
    connect(m_poll.get(), &PollFeed::changed, this, &NodeSession::refresh);
    m_poll->start();
    refresh();
}

void NodeSession::listenForWakeUps()
{
    for (const char *topic : {"hashblock", "rawblock", "hashtx", "rawtx"}) {
        const auto endpoint = endpointOf(m_zmq, topic);
        if (!endpoint)
            continue;
        if (!m_wakeUps) {
            m_wakeUps = std::make_unique<ZmqSubscriber>(m_clock);
            connect(m_wakeUps.get(), &ZmqSubscriber::message, this, [this] {
                if (m_poll)
                    m_poll->look();
            });
        }
        m_wakeUps->subscribe(topic, *endpoint);
    }
}

// --- figures

void NodeSession::onFigures(const ChainInfo &chain, const MempoolInfo &mempool, bool sameMoment)
{
    m_picture.pruned = chain.pruned;
    m_initialDownload = chain.initialBlockDownload;
    m_mempoolLoading = !mempool.loaded;
    setCatchingUp(chain);
    if (!m_sequence && !m_poll) {
        if (m_catchingUp)
            showProgress(chain.bestBlock);
        else
            chooseFeed();
    }
    if (m_sequence)
        m_sequence->setMempoolInfo(mempool);
    compareFigures(chain, mempool, sameMoment);
    refresh();
    m_periods.look();
}

/// As long as the node is catching up its tip is all there is to see.
void NodeSession::showProgress(const BlockHash &tip)
{
    m_chain.show(tip, [this](const std::optional<RpcError> &error) {
        if (error && !isPassing(*error) && error->kind != RpcError::Kind::Method)
            fail(*error);
    });
}

/// A cheap look at whether the stream still tells everything: twice different in a row, with nothing heard in between, is suspicious.
void NodeSession::compareFigures(const ChainInfo &chain, const MempoolInfo &mempool, bool sameMoment)
{
    if (!m_sequence || !m_sequence->isFollowing() || !sameMoment)
        return;
    const BlockPtr tip = m_store.tipBlock();
    const bool same = tip && tip->hash == chain.bestBlock && m_store.mempoolCount() == static_cast<std::size_t>(mempool.count);
    m_differences = same ? 0 : m_differences + 1;
    if (m_differences == 1)
        m_facts.askSoon();
    else if (m_differences > 1)
        m_sequence->suspect("the node counts " + std::to_string(mempool.count) + " transactions at " + chain.bestBlock.toHex() +
                            ", we " + std::to_string(m_store.mempoolCount()) + " at " + (tip ? tip->hash.toHex() : "none"));
}

void NodeSession::setCatchingUp(const ChainInfo &chain)
{
    const std::int32_t behind = chain.headers.value - chain.blocks.value;
    const bool unfinished = chain.network != "regtest" && chain.verificationProgress < nearlySynced;
    m_catchingUp = behind > blocksBehind || (chain.initialBlockDownload && (behind > 0 || unfinished));
    m_initialDownload = chain.initialBlockDownload;
    m_verified = chain.verificationProgress;
    m_facts.setCatchingUp(m_catchingUp);
}

void NodeSession::refresh()
{
    const Picture before = m_picture;
    const bool push = m_sequence && m_sequence->isConnected();
    const bool following = push ? m_sequence->isFollowing() : m_poll && m_poll->isFollowing();
    m_picture.feed = push ? Feed::Push : m_poll ? Feed::Poll : Feed::None;
    m_picture.exact = push && m_sequence->isExact();
    if (m_catchingUp) {
        m_picture.state = SourceState::Syncing;
        m_picture.progress = m_verified;
        m_picture.reason = "The node is catching up with the network.";
    } else if (!following) {
        m_picture.state = SourceState::Syncing;
        m_picture.progress = 0;
        m_picture.reason = "Reading the node's mempool.";
    } else {
        m_picture.state = SourceState::Live;
        m_picture.progress = 1;
        m_picture.reason = liveReason();
    }
    if (before != m_picture)
        Q_EMIT changed();
}

std::string NodeSession::liveReason() const
{
    if (m_picture.feed == Feed::Poll)
        return m_pollReason;
    if (m_mempoolLoading)
        return "The node is loading its saved mempool.";
    if (m_initialDownload)
        return "The node considers itself in initial block download until a recent block arrives.";
    if (!m_picture.exact)
        return "Comparing our mempool with the node's.";
    return {};
}

} // namespace tipwatch
