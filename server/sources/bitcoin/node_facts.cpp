// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/node_facts.h"

#include "server/sources/bitcoin/log.h"

#include <array>

namespace tipwatch {
namespace {

using Answers = tl::expected<std::span<const RpcResult>, RpcError>;

constexpr std::array<const char *, 4> feeTargets{"[2]", "[3]", "[6]", "[144]"}; // blocks: next, half an hour, an hour, a day

constexpr Feerate blockMinFeerateBefore30{1}; // the default of -blockmintxfee; from 30 on the node tells what it is

constexpr int soonMs = 300;       // the block itself goes first
constexpr int newPeersMs = 1'000; // after which a new peer has told its version

std::optional<Feerate> estimateOf(const RpcResult &answer)
{
    if (!answer)
        return std::nullopt;
    return parseSmartFee(*answer).value_or(std::nullopt);
}

} // namespace

NodeFacts::NodeFacts(const NodeLink &link, QObject *parent) : QObject(parent), m_link(link)
{
    const auto prepare = [this](QTimer &timer, int interval, auto slot) {
        timer.setParent(this);
        timer.setInterval(interval);
        timer.setTimerType(Qt::CoarseTimer);
        connect(&timer, &QTimer::timeout, this, slot);
    };
    prepare(m_figuresTimer, figuresInterval, [this] {
        askFigures();
        askDeltas();
    });
    prepare(m_networkTimer, networkInterval, &NodeFacts::askNetwork);
    prepare(m_newPeersTimer, newPeersMs, &NodeFacts::askNetwork);
    m_newPeersTimer.setSingleShot(true);
    prepare(m_feesTimer, feesInterval, &NodeFacts::askFees);
    prepare(m_soonTimer, soonMs, [this] {
        askFigures();
        askFees();
    });
    m_soonTimer.setSingleShot(true);
}

void NodeFacts::start()
{
    askFigures();
    askDeltas();
    askNetwork();
    askFees();
    m_figuresTimer.start();
    m_networkTimer.start();
    m_feesTimer.start();
}

void NodeFacts::askSoon()
{
    if (!m_soonTimer.isActive())
        m_soonTimer.start();
}

void NodeFacts::setCatchingUp(bool catchingUp)
{
    const int interval = catchingUp ? catchUpInterval : figuresInterval;
    if (m_figuresTimer.interval() != interval)
        m_figuresTimer.setInterval(interval);
}

/// False if there is nothing to read; what is not a passing refusal ends the connection.
bool NodeFacts::passed(const Answers &answers) const
{
    if (!answers && !isPassing(answers.error()))
        m_link.fail(answers.error());
    return answers.has_value();
}

void NodeFacts::askFigures()
{
    const std::size_t count = m_link.store.mempoolCount();
    const BlockPtr tip = m_link.store.tipBlock();
    m_link.rpc.batch({{"getblockchaininfo"}, {"getmempoolinfo"}}, [this, count, tip](const Answers &answers) {
        if (!passed(answers) || !(*answers)[0] || !(*answers)[1])
            return;
        const auto chain = parseBlockchainInfo(*(*answers)[0]);
        const auto mempool = parseMempoolInfo(*(*answers)[1]);
        if (!chain || !mempool) {
            qCWarning(lcBitcoin, "facts.unusable why=\"%s\"", (chain ? mempool.error() : chain.error()).message.c_str());
            return;
        }
        m_link.store.setChainFacts(chain->headers, chain->initialBlockDownload, chain->verificationProgress,
                                   m_link.clock.unixMs());
        m_link.store.setMempoolLimits({mempool->usage, mempool->maxUsage, mempool->minFeerate});
        Q_EMIT figures(*chain, *mempool, count == m_link.store.mempoolCount() && tip == m_link.store.tipBlock());
    });
}

void NodeFacts::askNetwork()
{
    m_link.rpc.batch({{"getnetworkinfo"}, {"getnettotals"}, {"getpeerinfo"}}, [this](const Answers &answers) {
        if (!passed(answers))
            return;
        takePeers((*answers)[2]);
        if (!(*answers)[0] || !(*answers)[1])
            return;
        const auto network = parseNetworkInfo(*(*answers)[0], *(*answers)[1]);
        if (!network) {
            qCWarning(lcBitcoin, "facts.unusable why=\"%s\"", network.error().message.c_str());
            return;
        }
        m_link.store.setNetwork(*network, m_link.clock.unixMs());
        if (std::exchange(m_peers, network->peers) != network->peers)
            m_newPeersTimer.start();
    });
}

/// A node that does not tell its peers (rpcwhitelist) is of use all the same.
void NodeFacts::takePeers(const RpcResult &answer)
{
    auto peers = answer ? parsePeers(*answer) : failure(answer.error().message);
    if (!peers) {
        if (!std::exchange(m_peersUnknown, true))
            qCWarning(lcBitcoin, "peers.unknown why=\"%s\"", peers.error().message.c_str());
        return;
    }
    m_peersUnknown = false;
    m_link.locator.locate(*peers);
    m_link.store.setPeers(std::move(*peers), m_link.clock.unixMs());
}

void NodeFacts::askFees()
{
    if (std::exchange(m_askingFees, true))
        return;
    std::vector<RpcCall> calls;
    for (const char *target : feeTargets)
        calls.push_back({"estimatesmartfee", target});
    calls.push_back({"getmininginfo"});
    m_link.rpc.batch(std::move(calls), [this](const Answers &answers) {
        m_askingFees = false;
        if (!passed(answers))
            return;
        NodeFeeEstimates fees;
        fees.nextBlock = estimateOf((*answers)[0]);
        fees.halfHour = estimateOf((*answers)[1]);
        fees.hour = estimateOf((*answers)[2]);
        fees.economy = estimateOf((*answers)[3]);
        m_link.store.setNodeFees(fees, m_link.clock.unixMs());
        takeBlockMinFeerate((*answers)[feeTargets.size()]);
    });
}

void NodeFacts::takeBlockMinFeerate(const RpcResult &answer)
{
    const auto feerate = answer ? parseBlockMinFeerate(*answer) : failure(answer.error().message);
    if (!feerate)
        return;
    BlockFilling filling = m_link.store.blockFilling();
    filling.minFeerate = feerate->value_or(blockMinFeerateBefore30).value;
    m_link.store.setBlockFilling(filling);
}

/// Nothing is announced when an operator calls prioritisetransaction. Usually there are none, and the answer is two bytes.
void NodeFacts::askDeltas()
{
    if (m_deltasUnknown)
        return;
    m_link.rpc.batch({{"getprioritisedtransactions"}}, [this](const Answers &answers) {
        if (!passed(answers))
            return;
        const RpcResult &answer = answers->front();
        auto deltas = answer ? parseFeeDeltas(*answer) : failure(answer.error().message);
        if (deltas) {
            m_link.store.setFeeDeltas(*deltas);
            return;
        }
        m_deltasUnknown = true; // before Core 26, or not allowed: what entries say when they arrive is all there is
        qCInfo(lcBitcoin, "deltas.unknown why=\"%s\"", deltas.error().message.c_str());
    });
}

} // namespace tipwatch
