// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/node_source.h"
#include "server/sources/peer_locator.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/state/chain_store.h"

#include <QTimer>

#include <memory>

namespace tipwatch {

namespace simulated {
class SimulatedNetwork;
class SimulatedQueries;
} // namespace simulated

/// A node of an invented network, for those who have none: seeded, believable, and always labelled as simulated. It makes the same calls
/// on the store as a real source does. One timer, armed for the next thing to happen.
class SimulatedSource final : public NodeSource {
    Q_OBJECT

public:
    /// @p store, @p clock and @p locator must outlive the source. A seed of 0 draws one, which the log tells.
    SimulatedSource(const SimulatedConfig &config, ChainStore &store, const Clock &clock, PeerLocator &locator,
                    QObject *parent = nullptr);
    ~SimulatedSource() override;

    void start() override;
    void stop() override;
    NodeQueries *queries() override;

    /// Does what is due by the clock, a slice of it if it is much, and sees to it that the rest follows. The timer calls this; a test with a
    /// clock of its own may too. @return whether something is still due.
    bool catchUp();

    /// The network behind it; null unless started.
    const simulated::SimulatedNetwork *network() const { return m_network.get(); }

private:
    void tellStart();
    void describeSlice();
    void follow();
    void arm();
    void tellStatus(SourceState state, double progress);

    SimulatedConfig m_config;
    ChainStore &m_store;
    const Clock &m_clock;
    PeerLocator &m_locator;
    std::unique_ptr<simulated::SimulatedNetwork> m_network;
    std::unique_ptr<simulated::SimulatedQueries> m_queries;
    QTimer m_timer;
    bool m_live = false;
    std::size_t m_described = 0;
    std::int64_t m_startedAt = 0; ///< steady ms
    std::int64_t m_startedUnixMs = 0;
    std::int64_t m_clockOffset = 0; ///< ms by which the wall clock was set since the start
    std::uint64_t m_sequence = 1;   ///< next number of the simulated mempool
};

} // namespace tipwatch
