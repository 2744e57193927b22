// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/alerts/delivery/alert_delivery.h"
#include "server/alerts/rule_engine.h"
#include "shared/config/config.h"
#include "shared/domain/clock.h"
#include "shared/domain/error.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <string>
#include <vector>

namespace tipwatch {

class ChainStore;
class EventBus;

/// Has the rules look at every event and at the time, raises and clears in the store what they say, and delivers it. A reader of the bus like
/// others; lives on the backend thread. One timer runs, and only while a rule waits for something.
class AlertDesk final : public QObject {
    Q_OBJECT

public:
    /// References must outlive the desk; @p config is copied. It watches from now on, unless alerts are switched off.
    AlertDesk(const AlertsConfig &config, const Surroundings &surroundings, EventBus &bus, ChainStore &store, const Clock &clock,
              QObject *parent = nullptr);

    const std::vector<AlertRule> &rules() const { return m_config.rules; }

    /// Watches for @p rules from now on and keeps them in AlertsConfig::rulesPath. If they cannot be kept, or do not go together, nothing
    /// changes.
    Result<void> setRules(std::vector<AlertRule> rules);

private:
    void take(const ChainEvent &event);
    void tick();
    void applyRules();
    void follow();
    void apply();
    Moment now() const { return {m_clock.steadyMs(), m_clock.unixMs()}; }

    AlertsConfig m_config;
    ChainStore &m_store;
    const Clock &m_clock;
    RuleEngine m_engine;
    AlertDelivery m_delivery;
    Firings m_firings;                             ///< to be applied when the event is published
    std::map<std::string, std::uint64_t> m_raised; ///< by rule: the alert that holds
    QTimer m_timer;
};

} // namespace tipwatch
