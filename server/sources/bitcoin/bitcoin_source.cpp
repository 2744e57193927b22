// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/bitcoin_source.h"

#include "server/sources/bitcoin/log.h"

#include <QRandomGenerator>

#include <algorithm>

namespace tipwatch {
namespace {

// All in ms.
constexpr int shortestPause = 250;
constexpr int longestPause = 10'000;
constexpr int warmUpPause = 500;  // a node that starts is asked often: the wait is nearly over
constexpr int personPause = 5000; // what needs a person to repair is looked at as often

constexpr const char *methodsWeCall =
    "getblockchaininfo, getnetworkinfo, getnettotals, getpeerinfo, getzmqnotifications, getbestblockhash, getrawmempool, "
    "getmempoolinfo, "
    "getmempoolentry, getrawtransaction, getblock, getblockhash, getblockheader, getblockstats, gettxout, scantxoutset, "
    "estimatesmartfee, waitfornewblock";

const char *nameOf(RpcError::Kind kind)
{
    switch (kind) {
    case RpcError::Kind::Unreachable:
        return "unreachable";
    case RpcError::Kind::Timeout:
        return "timeout";
    case RpcError::Kind::Unauthorized:
        return "unauthorized";
    case RpcError::Kind::Forbidden:
        return "forbidden";
    case RpcError::Kind::WarmingUp:
        return "warming_up";
    case RpcError::Kind::Busy:
        return "busy";
    case RpcError::Kind::ShuttingDown:
        return "shutting_down";
    case RpcError::Kind::Method:
        return "method";
    case RpcError::Kind::BadAnswer:
        return "bad_answer";
    }
    return "";
}

} // namespace

BitcoinSource::BitcoinSource(const BitcoinConfig &config, ChainStore &store, const Clock &clock, PeerLocator &locator,
                             QObject *parent)
    : NodeSource(parent), m_config(config), m_store(store), m_clock(clock), m_locator(locator), m_pauseMs(shortestPause)
{
    m_status.source = "bitcoin";
    m_status.network = config.network;
    m_status.node = config.node;
    m_retryTimer.setParent(this);
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &BitcoinSource::connectToNode);
}

BitcoinSource::~BitcoinSource() = default;

void BitcoinSource::start()
{
    say(SourceState::Connecting, "Looking for the node.");
    connectToNode();
}

void BitcoinSource::stop()
{
    m_retryTimer.stop();
    m_queries.setNode(std::nullopt);
    m_session.reset();
    m_dropped.reset();
}

void BitcoinSource::connectToNode()
{
    const auto address = locateNode(m_config);
    if (!address) {
        say(SourceState::Error, address.error().message);
        return retryLater(personPause);
    }
    m_status.node = address->endpoint.url();
    m_credentialsFrom = address->credentialsFrom;
    m_queries.setNode(*address);
    m_session = std::make_unique<NodeSession>(*address, m_config.zmq, m_store, m_clock, m_locator);
    connect(m_session.get(), &NodeSession::changed, this, &BitcoinSource::onSessionChanged);
    connect(m_session.get(), &NodeSession::failed, this, &BitcoinSource::onFailed);
    connect(m_session.get(), &NodeSession::resyncing, this, [this] { ++m_status.resyncs; });
    connect(m_session.get(), &NodeSession::refused, this, [this](const std::string &why) {
        dropSession();
        say(SourceState::Error, why);
        retryLater(personPause);
    });
    m_session->start();
}

void BitcoinSource::onSessionChanged()
{
    const NodeSession::Picture &picture = m_session->picture();
    m_status.network = picture.network;
    if (const BitcoinNetwork *known = findBitcoinNetwork(picture.network))
        m_queries.setHalvingInterval(known->halvingInterval);
    m_status.version = picture.version;
    m_status.progress = picture.progress;
    m_status.feed = picture.feed;
    m_status.exact = picture.exact;
    m_status.pruned = picture.pruned;
    if (picture.state == SourceState::Live) {
        m_hasPicture = true;
        m_pauseMs = shortestPause;
    }
    say(picture.state, picture.reason);
}

void BitcoinSource::onFailed(const RpcError &error)
{
    qCWarning(lcBitcoin, "node.failed kind=%s code=%d why=\"%s\"", nameOf(error.kind), error.code, error.message.c_str());
    dropSession();
    explain(error);
}

/// Says what is the matter in words, and when it will be tried again.
void BitcoinSource::explain(const RpcError &error)
{
    const SourceState waiting = m_hasPicture ? SourceState::Stale : SourceState::Connecting;
    switch (error.kind) {
    case RpcError::Kind::WarmingUp:
        say(waiting, "The node is starting: " + error.message);
        return retryLater(warmUpPause);
    case RpcError::Kind::Unauthorized:
        say(SourceState::Error, "The node at " + m_status.node + " does not accept the " + m_credentialsFrom +
                                    ". Is it this node's, and up to date?");
        return retryLater(personPause);
    case RpcError::Kind::Forbidden:
        say(SourceState::Error, "The node at " + m_status.node + " forbids it (" + error.message +
                                    "). Allow this address with rpcallowip, and with rpcwhitelist: " + methodsWeCall + ".");
        return retryLater(personPause);
    case RpcError::Kind::Method:
        say(SourceState::Error, "The node at " + m_status.node + " lacks what we need: " + error.message);
        return retryLater(personPause);
    case RpcError::Kind::Unreachable:
        say(waiting, "No node answers: " + error.message + ". Is it running, with server=1?");
        break;
    case RpcError::Kind::ShuttingDown:
        say(waiting, "The node is shutting down.");
        break;
    case RpcError::Kind::Busy:
        say(waiting, "The node is too busy to answer; it is asked again in a moment. A larger rpcworkqueue helps.");
        break;
    case RpcError::Kind::Timeout:
        say(waiting, "The node does not answer in time: " + error.message);
        break;
    case RpcError::Kind::BadAnswer:
        say(waiting, "The node's answer could not be read: " + error.message);
        break;
    }
    retryLater(m_pauseMs);
    m_pauseMs = std::min(m_pauseMs * 2, longestPause);
}

void BitcoinSource::say(SourceState state, std::string reason)
{
    if (m_status.state != state || m_status.reason != reason)
        qCInfo(lcBitcoin, "source.state state=%s reason=\"%s\"", std::string(stateName(state)).c_str(), reason.c_str());
    m_status.state = state;
    m_status.reason = std::move(reason);
    if (state != SourceState::Live && state != SourceState::Syncing)
        m_status.feed = Feed::None;
    m_store.setStatus(m_status);
}

/// Up to a quarter more than @p pauseMs, so that many clients of one node do not come back all at once.
void BitcoinSource::retryLater(int pauseMs)
{
    m_retryTimer.start(pauseMs + static_cast<int>(QRandomGenerator::global()->bounded(pauseMs / 4 + 1)));
}

/// The session is on the stack, so it is deleted a moment later.
void BitcoinSource::dropSession()
{
    m_status.exact = false;
    m_session->disconnect(this);
    m_dropped = std::move(m_session);
    QTimer::singleShot(0, this, [this] { m_dropped.reset(); });
}

} // namespace tipwatch
