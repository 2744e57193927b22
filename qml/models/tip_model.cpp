// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/tip_model.h"

#include "qml/format.h"

#include <algorithm>

namespace tipwatch {

namespace {

constexpr std::int32_t difficultyPeriod = 2016; // blocks, Bitcoin Core: nPowTargetTimespan / nPowTargetSpacing
constexpr std::int32_t halvingInterval = 210'000;
constexpr std::int32_t regtestHalvingInterval = 150;

std::int64_t cameAt(const Tip &tip)
{
    return tip.receivedAt > 0 ? tip.receivedAt : tip.time * 1000;
}

} // namespace

void TipModel::apply(const Update &update)
{
    const ChainSnapshot &picture = *update.snapshot;
    const auto status = DataStatus::of(picture.status.state, picture.tip.isKnown());
    const QString miner = picture.blocks.empty() ? QString() : QString::fromStdString(picture.blocks.front()->miner);
    const bool moved = picture.tip.hash != m_tip.hash || picture.tip.headers != m_tip.headers;
    if (moved || picture.difficulty != m_difficulty || status != m_status || miner != m_miner ||
        picture.status.network != m_network) {
        m_status = status;
        m_tip = picture.tip;
        m_difficulty = picture.difficulty;
        m_miner = miner;
        m_network = picture.status.network;
        Q_EMIT changed();
    }
    if (moved || picture.blocks.size() > m_gaps.size() + 1)
        learnGaps(picture.blocks);
    tick(update.now);
}

void TipModel::learnGaps(const std::vector<BlockPtr> &blocks)
{
    m_gaps.clear();
    for (std::size_t i = 1; i < blocks.size(); ++i)
        m_gaps.push_back(std::max<std::int64_t>(blocks[i - 1]->time - blocks[i]->time, 0));
    std::sort(m_gaps.begin(), m_gaps.end());
}

void TipModel::tick(std::int64_t now)
{
    if (!m_tip.isKnown())
        return;
    const std::int64_t seconds = (now - cameAt(m_tip)) / 1000;
    const QString age = Format().stopwatch(seconds);
    double rank = -1;
    if (m_gaps.size() >= enoughGaps && m_gaps.back() > 0) {
        const auto shorter = std::lower_bound(m_gaps.begin(), m_gaps.end(), seconds) - m_gaps.begin();
        rank = static_cast<double>(shorter) / static_cast<double>(m_gaps.size());
    }
    if (age == m_age && rank == m_ageRank)
        return;
    m_age = age;
    m_ageRank = rank;
    Q_EMIT ageChanged();
}

QString TipModel::height() const
{
    return m_tip.isKnown() ? Format().count(m_tip.height.value) : QString();
}

QString TipModel::hash() const
{
    return m_tip.isKnown() ? hexOf(m_tip.hash) : QString();
}

QString TipModel::minedAt() const
{
    return m_tip.isKnown() ? Format().dateAndTime(m_tip.time) : QString();
}

QString TipModel::difficulty() const
{
    return m_tip.isKnown() ? Format().large(m_tip.difficulty) : QString();
}

QString TipModel::headersAhead() const
{
    const std::int32_t ahead = m_tip.headers.value - m_tip.height.value;
    return m_tip.isKnown() && ahead > 0 ? Format().count(ahead) : QString();
}

QString TipModel::periodText() const
{
    if (!m_tip.isKnown() || m_network == "regtest")
        return {};
    return tr("%1 of %2").arg(Format().count(m_tip.height.value % difficultyPeriod), Format().count(difficultyPeriod));
}

double TipModel::periodFraction() const
{
    return m_tip.isKnown() ? static_cast<double>(m_tip.height.value % difficultyPeriod) / difficultyPeriod : 0;
}

QString TipModel::changeText() const
{
    if (!m_difficulty.estimatedChange)
        return {};
    return tr("%1 in %2")
        .arg(Format().change(*m_difficulty.estimatedChange), tr("%Ln block(s)", nullptr, m_difficulty.blocksLeft));
}

QString TipModel::halvingText() const
{
    if (!m_tip.isKnown())
        return {};
    const std::int32_t interval = m_network == "regtest" ? regtestHalvingInterval : halvingInterval;
    return tr("%Ln block(s)", nullptr, interval - m_tip.height.value % interval);
}

QString TipModel::ageRankText() const
{
    if (m_ageRank < 0)
        return {};
    if (m_ageRank <= 0)
        return tr("shorter than all recent gaps");
    if (m_ageRank >= 1)
        return tr("longer than all recent gaps");
    return tr("longer than %1 of recent gaps").arg(Format().percent(m_ageRank));
}

} // namespace tipwatch
