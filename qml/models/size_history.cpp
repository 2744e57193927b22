// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/models/size_history.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"

#include <algorithm>
#include <cmath>

namespace tipwatch {

namespace {

// Lower edges in sat/vB; each is an edge of feerateBands.
constexpr std::array<double, SizeHistory::bands> bandEdges{0, 2, 6, 15, 50};
// A feerate that stands for the band in the colour scale.
constexpr std::array<double, SizeHistory::bands> bandTints{1.2, 4, 10, 30, 110};

constexpr std::array<std::int64_t, 13> timeSteps{30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 21600, 43200, 86400}; // s
constexpr std::int64_t mostTimeMarks = 5;
constexpr int sizeIntervals = 4;
constexpr double axisEnd = 0.04;

int bandOf(double feerate)
{
    const auto above = std::upper_bound(bandEdges.begin(), bandEdges.end(), feerate);
    return static_cast<int>(above - bandEdges.begin()) - 1;
}

/// The next of 1, 2, 5 times a power of ten.
double roundStep(double value)
{
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= value)
            return factor * power;
    }
    return 10 * power;
}

} // namespace

bool SizeHistory::sample(const MempoolSummary &mempool, std::int64_t now)
{
    if (!m_samples.empty() && now - m_samples.back().at < m_period)
        return false;
    Sample sample{now, {}, mempool.count};
    for (const FeerateBand &band : mempool.histogram)
        sample.edges[static_cast<std::size_t>(bandOf(band.from.value))] += static_cast<double>(band.vsize.value) / 1e6;
    for (std::size_t i = 1; i < sample.edges.size(); ++i)
        sample.edges[i] += sample.edges[i - 1];
    m_samples.push_back(sample);
    if (m_samples.size() >= capacity)
        thinOut();
    redraw();
    return true;
}

void SizeHistory::addBlock(const BlockSummary &block, std::int64_t now)
{
    m_blocks.push_back({now, block.height.value});
    if (m_blocks.size() > capacity)
        m_blocks.erase(m_blocks.begin());
}

void SizeHistory::thinOut()
{
    std::size_t kept = 0;
    for (std::size_t i = 0; i < m_samples.size(); ++i) {
        if (i % 2 == 0 || i + 1 == m_samples.size())
            m_samples[kept++] = m_samples[i];
    }
    m_samples.resize(kept);
    m_period *= 2;
}

void SizeHistory::redraw()
{
    // It grows from the left until it fills the shortest axis.
    m_start = m_samples.front().at;
    m_end = std::max(m_samples.back().at, m_start + shortestSpanMs);
    double peak = 0;
    for (const Sample &sample : m_samples)
        peak = std::max(peak, sample.edges.back());
    m_step = roundStep(std::max(peak * 1.05, 0.01) / sizeIntervals);
    m_maximum = m_step * std::ceil(std::max(peak * 1.05, 0.01) / m_step);
    for (int band = 0; band < bands; ++band)
        fill(band);
    Q_EMIT drawn();
}

void SizeHistory::draw(int band, QXYSeries *series)
{
    if (band < 0 || band >= bands)
        return;
    m_series[static_cast<std::size_t>(band)] = series;
    fill(band);
}

void SizeHistory::fill(int band)
{
    QXYSeries *series = m_series[static_cast<std::size_t>(band)];
    if (!series)
        return;
    QList<QPointF> points;
    points.reserve(static_cast<qsizetype>(m_samples.size()));
    for (const Sample &sample : m_samples)
        points.emplace_back(positionOf(sample.at), sample.edges[static_cast<std::size_t>(band)]);
    series->replace(points);
}

QString SizeHistory::bandName(int band)
{
    const auto number = [](double value) { return Format().locale().toString(value, 'f', 0); };
    const auto row = static_cast<std::size_t>(std::clamp(band, 0, bands - 1));
    if (row == 0)
        return tr("< %1").arg(number(bandEdges[1]));
    if (row + 1 == bandEdges.size())
        return tr("> %1").arg(number(bandEdges[row]));
    return tr("%1–%2").arg(number(bandEdges[row]), number(bandEdges[row + 1]));
}

QColor SizeHistory::bandColour(int band)
{
    return feerateColour(Feerate(bandTints[static_cast<std::size_t>(std::clamp(band, 0, bands - 1))]));
}

double SizeHistory::positionOf(std::int64_t at) const
{
    return static_cast<double>(at - m_start) / static_cast<double>(std::max<std::int64_t>(m_end - m_start, 1));
}

const SizeHistory::Sample *SizeHistory::sampleAt(double position) const
{
    if (m_samples.empty())
        return nullptr;
    const auto at = m_start + static_cast<std::int64_t>(position * static_cast<double>(m_end - m_start));
    const auto next = std::lower_bound(m_samples.begin(), m_samples.end(), at,
                                       [](const Sample &sample, std::int64_t t) { return sample.at < t; });
    if (next == m_samples.begin())
        return &*next;
    if (next == m_samples.end())
        return &m_samples.back();
    return at - std::prev(next)->at < next->at - at ? &*std::prev(next) : &*next;
}

double SizeHistory::nearest(double position) const
{
    const Sample *sample = sampleAt(position);
    return sample ? positionOf(sample->at) : -1;
}

QString SizeHistory::describe(double position) const
{
    const Sample *sample = sampleAt(position);
    if (!sample)
        return {};
    const Format format;
    QString text =
        format.timeOfDay(sample->at) + u'\n' +
        tr("%1 in %2 tx").arg(format.vbytes(VBytes(std::llround(sample->edges.back() * 1e6))), format.count(sample->count));
    for (int band = bands - 1; band >= 0; --band) {
        const auto row = static_cast<std::size_t>(band);
        const double size = sample->edges[row] - (row > 0 ? sample->edges[row - 1] : 0);
        text += u'\n' + tr("%1 sat/vB: %2").arg(bandName(band), format.vbytes(VBytes(std::llround(size * 1e6))));
    }
    return text;
}

QList<AxisMark> SizeHistory::sizeMarks() const
{
    QList<AxisMark> marks;
    const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(m_step) + 1e-9)));
    for (double value = 0; value <= m_maximum + m_step / 2; value += m_step)
        marks.append({value / m_maximum, Format().locale().toString(value, 'f', decimals)});
    return marks;
}

QList<AxisMark> SizeHistory::timeMarks() const
{
    QList<AxisMark> marks;
    if (m_samples.empty())
        return marks;
    const std::int64_t span = (m_end - m_start) / 1000;
    const auto fits =
        std::find_if(timeSteps.begin(), timeSteps.end(), [span](std::int64_t step) { return span / step <= mostTimeMarks; });
    const std::int64_t step = fits == timeSteps.end() ? timeSteps.back() : *fits;
    // Round times where we are, which need not be round ones in Greenwich.
    const std::int64_t offset = QDateTime::fromMSecsSinceEpoch(m_start).offsetFromUtc();
    std::int64_t at = (m_start / 1000 + offset + step - 1) / step * step - offset;
    for (; at * 1000 <= m_end; at += step) {
        const QString text = step < 60 ? Format().timeOfDay(at * 1000) : Format().hourAndMinute(at * 1000);
        // At the very ends there is no room for text.
        if (const double position = positionOf(at * 1000); position > axisEnd && position < 1 - axisEnd)
            marks.append({position, text});
    }
    return marks;
}

QList<AxisMark> SizeHistory::blockMarks() const
{
    QList<AxisMark> marks;
    for (const Mark &block : m_blocks) {
        if (block.at >= m_start && block.at <= m_end)
            marks.append({positionOf(block.at), Format().count(block.height)});
    }
    return marks;
}

} // namespace tipwatch
