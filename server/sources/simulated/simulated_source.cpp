// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/simulated_source.h"

#include "server/sources/simulated/simulated_network.h"
#include "server/sources/simulated/simulated_queries.h"

#include <QLoggingCategory>
#include <QRandomGenerator>

#include <algorithm>
#include <limits>

namespace tipwatch {

namespace {

Q_LOGGING_CATEGORY(logSimulated, "tipwatch.simulated")

constexpr std::size_t sliceOfStart = 2'000;    ///< transactions described before the event loop gets its turn
constexpr std::size_t sliceOfOperations = 500; ///< after which it gets its turn when much is due at once
constexpr std::int64_t clockTolerance = 2'000; ///< ms that the wall clock may drift before it counts as set
constexpr int longestSleep = 60'000;           ///< ms

template <class... Handlers> struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers> Overloaded(Handlers...) -> Overloaded<Handlers...>;

/// Passes operations on to the store as a real source does. Arrivals that follow one another at once are described together.
class Delivery {
public:
    Delivery(ChainStore &store, PeerLocator &locator, std::uint64_t &sequence, std::int64_t heardAt)
        : m_store(store), m_locator(locator), m_sequence(sequence), m_heardAt(heardAt)
    {
    }

    void deliver(std::vector<simulated::Operation> operations)
    {
        for (simulated::Operation &operation : operations) {
            std::visit(Overloaded{[this](simulated::Arrival &arrival) { arrived(std::move(arrival)); },
                                  [this](auto &other) {
                                      describe();
                                      apply(other);
                                  }},
                       operation);
        }
        describe();
    }

private:
    void arrived(simulated::Arrival arrival)
    {
        m_store.addTransaction(arrival.entry.txid, ++m_sequence, m_heardAt);
        m_undescribed.push_back(std::move(arrival.entry));
    }

    void describe()
    {
        if (!m_undescribed.empty())
            m_store.describeTransactions(std::exchange(m_undescribed, {}));
    }

    void apply(const simulated::Removal &removal)
    {
        m_store.removeTransaction(removal.txid, removal.reason, removal.by, ++m_sequence, m_heardAt);
    }

    void apply(simulated::BlockFound &found)
    {
        const Height height = found.block.summary.height;
        found.block.summary.receivedAt = m_heardAt;
        // Transactions that a block removes are counted by the mempool, although nothing is said of each (Bitcoin Core, ZMQ "sequence").
        m_sequence += m_store.connectBlock(std::move(found.block), m_heardAt).value_or(0);
        m_store.setMempoolSequence(m_sequence);
        m_store.setChainFacts(height, false, 1, m_heardAt);
    }

    void apply(const simulated::BlockLost &lost) { m_store.disconnectTip(lost.hash, m_heardAt); }
    void apply(const simulated::FeesEstimated &estimated)
    {
        const FeeEstimates &fees = estimated.fees;
        m_store.setNodeFees({fees.nextBlock, fees.halfHour, fees.hour, fees.economy}, m_heardAt);
    }

    void apply(simulated::PeersChanged &changed)
    {
        m_locator.locate(changed.peers);
        m_store.setNetwork(changed.network, m_heardAt);
        m_store.setPeers(std::move(changed.peers), m_heardAt);
    }

    ChainStore &m_store;
    PeerLocator &m_locator;
    std::uint64_t &m_sequence;
    std::int64_t m_heardAt;
    std::vector<MempoolEntry> m_undescribed;
};

} // namespace

SimulatedSource::SimulatedSource(const SimulatedConfig &config, ChainStore &store, const Clock &clock, PeerLocator &locator,
                                 QObject *parent)
    : NodeSource(parent), m_config(config), m_store(store), m_clock(clock), m_locator(locator),
      m_queries(std::make_unique<simulated::SimulatedQueries>([this] { return m_network.get(); })), m_timer(this)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &SimulatedSource::catchUp);
}

SimulatedSource::~SimulatedSource() = default;

NodeQueries *SimulatedSource::queries()
{
    return m_queries.get();
}

void SimulatedSource::start()
{
    std::uint64_t seed = m_config.seed;
    while (seed == 0)
        seed = QRandomGenerator::system()->generate64();
    qCInfo(logSimulated).nospace() << "simulated.start seed=" << seed << " txRate=" << m_config.txRate
                                   << " blockIntervalMs=" << m_config.blockInterval.count() << " mempool=" << m_config.mempool;
    m_live = false;
    m_described = 0;
    m_startedAt = m_clock.steadyMs();
    m_startedUnixMs = m_clock.unixMs();
    m_network = std::make_unique<simulated::SimulatedNetwork>(m_config, seed, m_startedUnixMs);
    tellStart();
    m_timer.start(0);
}

void SimulatedSource::stop()
{
    m_timer.stop();
    m_network.reset();
}

void SimulatedSource::tellStart()
{
    tellStatus(SourceState::Syncing, 0);
    const std::vector<TxId> txids = m_network->initialTxids();
    m_sequence = txids.size() + 1;
    m_store.resetChain(m_network->blocks(), m_startedUnixMs);
    m_store.setChainFacts(m_network->blocks().back().height, false, 1, m_startedUnixMs);
    for (const DifficultyHeader &header : m_network->periods())
        m_store.learnHeader(header, m_startedUnixMs);
    m_store.resetMempool(txids, m_sequence, m_startedUnixMs);
    std::vector<Peer> peers = m_network->peers();
    m_locator.locate(peers);
    m_store.setNetwork(m_network->network(), m_startedUnixMs);
    m_store.setPeers(std::move(peers), m_startedUnixMs);
}

bool SimulatedSource::catchUp()
{
    if (!m_network)
        return false;
    if (m_live)
        follow();
    else
        describeSlice();
    arm();
    return !m_live || m_timer.interval() == 0;
}

void SimulatedSource::describeSlice()
{
    std::vector<MempoolEntry> entries = m_network->describeInitial(sliceOfStart);
    m_described += entries.size();
    m_live = entries.size() < sliceOfStart;
    m_store.describeTransactions(std::move(entries));
    m_store.setMempoolLimits(m_network->limits());
    if (m_live)
        tellStatus(SourceState::Live, 1);
    else
        tellStatus(SourceState::Syncing,
                   std::floor(10.0 * static_cast<double>(m_described) / static_cast<double>(m_config.mempool)) / 10);
}

void SimulatedSource::follow()
{
    const std::int64_t passed = m_clock.steadyMs() - m_startedAt;
    const std::int64_t now = m_clock.unixMs();
    const std::int64_t offset = now - m_startedUnixMs - passed;
    if (std::abs(offset - m_clockOffset) > clockTolerance) {
        m_clockOffset = offset;
        m_network->setClockOffset(offset);
    }
    std::vector<simulated::Operation> operations;
    m_network->advance(passed * 1000, sliceOfOperations, operations);
    Delivery(m_store, m_locator, m_sequence, now).deliver(std::move(operations));
    m_store.setMempoolLimits(m_network->limits());
}

void SimulatedSource::arm()
{
    const std::int64_t passed = m_clock.steadyMs() - m_startedAt;
    const auto next = m_network->nextEvent();
    const std::int64_t wait = !m_live                                      ? 0
                              : next == simulated::SimulatedNetwork::never ? longestSleep
                                                                           : (next + 999) / 1000 - passed;
    m_timer.setTimerType(wait < 20 ? Qt::PreciseTimer : Qt::CoarseTimer);
    m_timer.start(static_cast<int>(std::clamp<std::int64_t>(wait, 0, longestSleep)));
}

void SimulatedSource::tellStatus(SourceState state, double progress)
{
    SourceStatus status;
    status.source = "simulated";
    status.network = "main";
    status.version = "Simulated network";
    status.state = state;
    status.reason = "Everything shown is invented: no node is connected, and no block or transaction is real.";
    status.progress = progress;
    status.feed = Feed::Push;
    status.exact = state == SourceState::Live;
    status.simulated = true;
    m_store.setStatus(std::move(status));
}

} // namespace tipwatch
