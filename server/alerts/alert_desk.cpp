// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/alert_desk.h"

#include "server/alerts/alerts_log.h"
#include "server/alerts/rules_file.h"
#include "shared/config/rule_text.h"
#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

constexpr std::int64_t longestWaitMs = 3'600'000; ///< of the timer, so that a clock that was set right is noticed

} // namespace

AlertDesk::AlertDesk(const AlertsConfig &config, const Surroundings &surroundings, EventBus &bus, ChainStore &store,
                     const Clock &clock, QObject *parent)
    : QObject(parent), m_config(config), m_store(store), m_clock(clock), m_engine(surroundings),
      m_delivery(config.delivery, store.snapshot()->position.epochText()), m_timer(this)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &AlertDesk::tick);
    if (!m_config.enabled)
        return;
    connect(&bus, &EventBus::published, this, [this](const ChainEventPtr &event) { take(*event); });
    applyRules();
}

Result<void> AlertDesk::setRules(std::vector<AlertRule> rules)
{
    if (auto checked = checkRules(rules); !checked)
        return checked;
    if (m_config.rulesPath.empty())
        return failure("alerts.rules_file: there is no place to keep the rules; name a file");
    if (auto written = writeRulesFile(m_config.rulesPath, rules); !written)
        return written;
    m_config.rules = std::move(rules);
    qCInfo(lcAlerts, "alert.rules_changed rules=%zu", m_config.rules.size());
    if (m_config.enabled)
        applyRules();
    return {};
}

void AlertDesk::applyRules()
{
    m_engine.setRules(m_config.rules, *m_store.snapshot(), now(), m_firings);
    follow();
}

void AlertDesk::take(const ChainEvent &event)
{
    if (std::holds_alternative<AlertRaised>(event.body) || std::holds_alternative<AlertCleared>(event.body))
        return;
    m_engine.see(event, now(), m_firings);
    follow();
}

void AlertDesk::tick()
{
    m_engine.tick(now(), m_firings);
    apply();
    follow();
}

void AlertDesk::apply()
{
    for (Firing &firing : std::exchange(m_firings, {})) {
        AlertPtr alert;
        if (firing.raised) {
            alert = m_store.raiseAlert(std::move(*firing.raised));
            if (alert->lasts)
                m_raised[firing.rule] = alert->id;
        } else if (const auto raised = m_raised.extract(firing.rule)) {
            alert = m_store.clearAlert(raised.mapped());
        }
        if (!alert)
            continue;
        std::string title = alert->title; // in quotes below
        std::ranges::replace(title, '"', '\'');
        qCInfo(lcAlerts, "alert.%s id=%llu rule=%s severity=%s title=\"%s\"", alert->clearedAt == 0 ? "raised" : "cleared",
               static_cast<unsigned long long>(alert->id), alert->rule.c_str(), severityName(alert->severity).data(),
               title.c_str());
        m_delivery.deliver(*alert, firing.webhook, firing.ntfy);
    }
}

/// What is to be said is said later: in the middle of an event's publication others would hear of it before that event.
void AlertDesk::follow()
{
    if (!m_firings.empty()) {
        m_timer.start(0);
        return;
    }
    const auto due = m_engine.due();
    if (!due) {
        m_timer.stop();
        return;
    }
    m_timer.start(static_cast<int>(std::clamp<std::int64_t>(*due - m_clock.steadyMs(), 0, longestWaitMs)));
}

} // namespace tipwatch
