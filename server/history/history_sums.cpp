// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/history/history_sums.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tipwatch {

namespace {

// Columns: first what means are weighted by, ...
constexpr std::size_t samplesColumn = 0;
constexpr std::size_t secondsColumn = 1;
// ... then the fields in their order, then the weights of those that are not always known, then the bands.
constexpr std::size_t firstField = 2;
constexpr std::size_t firstWeight = firstField + historyFields;
constexpr std::size_t firstBand = HistorySums::columns - historyBands.size();

/// Feerates are kept in whole sat/kvB, as the node counts them.
constexpr double perKvb = 1000;

struct Measure {
    const char *column;
    std::size_t weight; ///< column by which the sum is divided for the mean
    double unit = 1;    ///< of one, in the column
};

constexpr std::array<Measure, historyFields> measures{{
    {"tx_count", samplesColumn},
    {"vsize", samplesColumn},
    {"usage", samplesColumn},
    {"total_fees", samplesColumn},
    {"min_feerate", samplesColumn, perKvb},
    {"tx_arrived", secondsColumn},
    {"vbytes_arrived", secondsColumn},
    {"projected_median", firstWeight, perKvb},
    {"estimate_next_block", firstWeight + 1, perKvb},
    {"estimate_half_hour", firstWeight + 2, perKvb},
    {"estimate_hour", firstWeight + 3, perKvb},
    {"estimate_economy", firstWeight + 4, perKvb},
}};

std::vector<std::string> makeNames()
{
    std::vector<std::string> names{"samples", "seconds"};
    for (const Measure &measure : measures)
        names.emplace_back(measure.column);
    for (const Measure &measure : measures) {
        if (measure.weight >= firstWeight)
            names.push_back(std::string(measure.column) + "_known");
    }
    for (const double edge : historyBands)
        names.push_back("vsize_from_" + std::to_string(std::lround(edge)));
    return names;
}

std::size_t bandOf(double feerate)
{
    return static_cast<std::size_t>(std::ranges::upper_bound(historyBands, feerate) - historyBands.begin()) - 1;
}

std::int64_t kept(Feerate feerate)
{
    return std::llround(feerate.value * perKvb);
}

} // namespace

std::span<const std::string> HistorySums::columnNames()
{
    static const std::vector<std::string> names = makeNames();
    return names;
}

HistorySums HistorySums::ofMinute(const ChainSnapshot &snapshot, const Arrivals &arrivals)
{
    HistorySums sums;
    auto &values = sums.m_values;
    const auto set = [&](HistoryField field, std::int64_t value) {
        values[firstField + static_cast<std::size_t>(field)] = value;
    };
    const auto setIfKnown = [&](HistoryField field, const std::optional<Feerate> &feerate) {
        if (!feerate)
            return;
        set(field, kept(*feerate));
        values[measures[static_cast<std::size_t>(field)].weight] = 1;
    };
    const MempoolSummary &mempool = snapshot.mempool;
    values[samplesColumn] = 1;
    values[secondsColumn] = arrivals.seconds;
    set(HistoryField::Count, mempool.count);
    set(HistoryField::Vsize, mempool.vsize.value);
    set(HistoryField::Usage, mempool.usage);
    set(HistoryField::TotalFees, mempool.totalFees.value);
    set(HistoryField::MinFeerate, kept(mempool.minFeerate));
    set(HistoryField::TxPerSecond, arrivals.count);
    set(HistoryField::BytesPerSecond, arrivals.vbytes);
    if (!snapshot.projection.blocks.empty())
        setIfKnown(HistoryField::ProjectedMedian, snapshot.projection.blocks[0].medianFeerate());
    setIfKnown(HistoryField::EstimateNextBlock, snapshot.fees.nextBlock);
    setIfKnown(HistoryField::EstimateHalfHour, snapshot.fees.halfHour);
    setIfKnown(HistoryField::EstimateHour, snapshot.fees.hour);
    setIfKnown(HistoryField::EstimateEconomy, snapshot.fees.economy);
    for (const FeerateBand &band : mempool.histogram)
        values[firstBand + bandOf(band.from.value)] += band.vsize.value;
    return sums;
}

HistoryPoint HistorySums::pointAt(std::int64_t time) const
{
    HistoryPoint point;
    point.time = time;
    point.samples = m_values[samplesColumn];
    for (std::size_t i = 0; i < historyFields; ++i) {
        const Measure &measure = measures[i];
        if (const std::int64_t weight = m_values[measure.weight]; weight > 0)
            point.values[i] = static_cast<double>(m_values[firstField + i]) / static_cast<double>(weight) / measure.unit;
    }
    for (std::size_t i = 0; i < historyBands.size() && point.samples > 0; ++i)
        point.bands[i] = static_cast<double>(m_values[firstBand + i]) / static_cast<double>(point.samples);
    return point;
}

} // namespace tipwatch
