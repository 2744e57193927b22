// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/status_model.h"

#include "qml/format.h"

namespace tipwatch {

using namespace Qt::StringLiterals;

void StatusModel::apply(const Update &update)
{
    const ChainSnapshot &picture = *update.snapshot;
    m_now = update.now;
    const bool hasData = picture.tip.isKnown();
    // The count is part of the badge's sentence, which nobody reads ten times a second: only what else changes announces it.
    m_transactions = picture.mempool.count;
    if (picture.status == m_source && hasData == m_hasData && picture.network.peers == m_peers)
        return;
    m_source = picture.status;
    m_hasData = hasData;
    m_peers = picture.network.peers;
    m_stateText = stateText();
    Q_EMIT changed();
}

void StatusModel::tick(std::int64_t now)
{
    m_now = now;
    if (stateText() != m_stateText) {
        m_stateText = stateText();
        Q_EMIT changed();
    }
    const QString latency = m_latency < 0 ? QString() : Format().latency(m_latency);
    if (latency != m_latencyText) {
        m_latencyText = latency;
        Q_EMIT latencyChanged();
    }
}

QString StatusModel::stateText() const
{
    switch (status()) {
    case DataStatus::Unknown:
        return tr("Starting");
    case DataStatus::Connecting:
        return tr("Connecting");
    case DataStatus::Syncing:
        return m_source.progress > 0 ? tr("Syncing %1").arg(Format().percent(m_source.progress)) : tr("Syncing");
    case DataStatus::Live:
        return tr("Live");
    case DataStatus::Stale: {
        const std::int64_t minutes = m_source.since > 0 ? (m_now - m_source.since) / 60'000 : 0;
        return minutes > 0 ? tr("Stale %1").arg(Format().duration(minutes * 60)) : tr("Stale");
    }
    case DataStatus::Error:
        return tr("Error");
    }
    return {};
}

QString StatusModel::network() const
{
    if (m_source.network == "main")
        return u"mainnet"_s;
    if (m_source.network == "test")
        return u"testnet3"_s;
    return QString::fromStdString(m_source.network);
}

QString StatusModel::place() const
{
    QStringList words{network(), QString::fromStdString(m_source.version)};
    words.removeAll(QString());
    return words.join(u" · "_s);
}

QString StatusModel::headline() const
{
    return m_source.reason.empty() ? stateText() : stateText() + u" – "_s + reason();
}

QString StatusModel::detail() const
{
    QStringList lines{reason(), node()};
    if (m_hasData && !m_source.simulated)
        lines << tr("%Ln peer(s)", nullptr, m_peers);
    lines.removeAll(QString());
    return lines.join(u'\n');
}

QString StatusModel::exactText() const
{
    if (m_source.exact)
        return tr("Exact");
    return m_source.feed == Feed::Poll ? tr("Polled") : tr("Not proven");
}

QString StatusModel::exactDetail() const
{
    if (m_source.simulated)
        return tr("The view equals the simulated network's.");
    if (m_source.exact)
        return tr("The mempool view is proven equal to the node's: %1 transactions.").arg(Format().count(m_transactions));
    if (m_source.feed == Feed::Poll)
        return tr("The node is asked again and again; changes between two looks are not seen.");
    return tr("The mempool view is being compared with the node's.");
}

} // namespace tipwatch
