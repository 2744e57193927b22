// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/backend.h"

namespace tipwatch {

Backend::Backend(const Config &config, const Clock &clock, PeerLocator locator)
{
    m_thread.setObjectName(QStringLiteral("backend"));
    m_host.moveToThread(&m_thread);
    m_thread.start();
    QMetaObject::invokeMethod(
        &m_host,
        [&] {
            m_engine = std::make_unique<Engine>(config, clock, std::move(locator));
            connect(m_engine.get(), &Engine::gatewayStatusChanged, this, &Backend::gatewayStatusChanged, Qt::QueuedConnection);
        },
        Qt::BlockingQueuedConnection);
}

Backend::~Backend()
{
    QMetaObject::invokeMethod(
        &m_host, [this] { m_engine.reset(); }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

void Backend::start()
{
    QMetaObject::invokeMethod(
        &m_host,
        [this] {
            tellAlertRules({});
            m_engine->start();
        },
        Qt::QueuedConnection);
}

void Backend::setGatewayEnabled(bool enabled)
{
    QMetaObject::invokeMethod(
        &m_host, [this, enabled] { m_engine->setGatewayEnabled(enabled); }, Qt::QueuedConnection);
}

void Backend::wantProjected(ProjectedSet blocks)
{
    QMetaObject::invokeMethod(
        &m_host, [this, blocks] { m_engine->store().projectedInterest().want(this, blocks); }, Qt::QueuedConnection);
}

void Backend::changeGateway(const GatewaySettings &settings)
{
    QMetaObject::invokeMethod(
        &m_host, [this, settings] { m_engine->changeGateway(settings); }, Qt::QueuedConnection);
}

void Backend::askHistory(HistoryWindow window, HistoryReader::Done done)
{
    const auto tell = [this, done = std::move(done)](const Result<HistorySeriesPtr> &series) {
        QMetaObject::invokeMethod(
            this, [done, series] { done(series); }, Qt::QueuedConnection);
    };
    QMetaObject::invokeMethod(
        &m_host, [this, window, tell] { m_engine->history().ask(window, tell); }, Qt::QueuedConnection);
}

void Backend::changeAlertRules(const std::vector<AlertRule> &rules)
{
    QMetaObject::invokeMethod(
        &m_host,
        [this, rules] {
            const auto changed = m_engine->setAlertRules(rules);
            tellAlertRules(changed ? QString() : QString::fromStdString(changed.error().message));
        },
        Qt::QueuedConnection);
}

/// On the backend thread.
void Backend::tellAlertRules(const QString &error)
{
    QMetaObject::invokeMethod(
        this, [this, rules = m_engine->alertRules(), error] { Q_EMIT alertRulesChanged(rules, error); }, Qt::QueuedConnection);
}

} // namespace tipwatch
