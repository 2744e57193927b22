// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/protocol/history_encoder.h"

#include "shared/protocol/encoder.h"

#include <cmath>

namespace tipwatch {

namespace {

void write(ValueWriter &out, std::int64_t value)
{
    out.value(value);
}

void write(ValueWriter &out, const std::optional<double> &value)
{
    value ? out.value(toThousandth(*value)) : out.null();
}

/// One entry for each of @p rows, what @p cell gives or, for a null row, null.
template <class Row, class Cell>
void column(ValueWriter &out, std::string_view name, const std::vector<const Row *> &rows, Cell cell)
{
    out.key(name).beginArray();
    for (const Row *row : rows) {
        if (row)
            write(out, cell(*row));
        else
            out.null();
    }
    out.endArray();
}

std::int64_t whole(double value)
{
    return std::llround(value);
}

/// The points, and a null for each gap.
std::vector<const HistoryPoint *> withGaps(const HistorySeries &series)
{
    std::vector<const HistoryPoint *> rows;
    rows.reserve(series.points.size());
    for (const HistoryPoint &point : series.points) {
        if (!rows.empty() && point.time - rows.back()->time > series.step)
            rows.push_back(nullptr);
        rows.push_back(&point);
    }
    return rows;
}

void encodePoints(ValueWriter &out, const HistorySeries &series)
{
    const auto rows = withGaps(series);
    out.key("time").beginArray();
    for (std::size_t i = 0; i < rows.size(); ++i)
        out.value(rows[i] ? rows[i]->time : rows[i - 1]->time + series.step); // a gap has a point on both sides
    out.endArray();
    column(out, "samples", rows, [](const HistoryPoint &point) { return point.samples; });
    for (std::size_t i = 0; i < historyFields; ++i) {
        const auto field = static_cast<HistoryField>(i);
        const auto value = [field](const HistoryPoint &point) { return point[field]; };
        const auto rounded = [field](const HistoryPoint &point) {
            return point[field] ? std::optional(std::round(*point[field])) : std::nullopt;
        };
        if (field <= HistoryField::TotalFees) // amounts: the fraction of a mean says nothing
            column(out, historyFieldName(field), rows, rounded);
        else
            column(out, historyFieldName(field), rows, value);
    }
    out.key("bands").beginArray();
    for (const double edge : historyBands)
        out.value(edge);
    out.endArray();
    out.key("vsizeByBand").beginArray();
    for (std::size_t band = 0; band < historyBands.size(); ++band) {
        out.beginArray();
        for (const HistoryPoint *row : rows)
            row ? out.value(whole(row->bands[band])) : out.null();
        out.endArray();
    }
    out.endArray();
}

void encodeBlocks(ValueWriter &out, const std::vector<HistoryBlock> &blocks, bool all)
{
    std::vector<const HistoryBlock *> rows;
    for (const HistoryBlock &block : blocks)
        rows.push_back(&block);
    const auto list = [&](std::string_view name, auto add) {
        out.key(name).beginArray();
        for (const HistoryBlock &block : blocks)
            add(block);
        out.endArray();
    };
    out.key("blocks").beginObject();
    out.member("all", all);
    column(out, "time", rows, [](const HistoryBlock &block) { return block.time; });
    list("receivedAt", [&](const HistoryBlock &block) { block.seen > 0 ? out.value(block.seen) : out.null(); });
    list("height", [&](const HistoryBlock &block) { out.value(block.height.value); });
    list("hash", [&](const HistoryBlock &block) { out.value(block.hash); });
    column(out, "txCount", rows, [](const HistoryBlock &block) { return block.txCount; });
    column(out, "size", rows, [](const HistoryBlock &block) { return block.size; });
    column(out, "weight", rows, [](const HistoryBlock &block) { return block.weight.value; });
    list("totalFees", [&](const HistoryBlock &block) { block.totalFees ? out.value(block.totalFees->value) : out.null(); });
    column(out, "medianFeerate", rows, [](const HistoryBlock &block) {
        return block.medianFeerate ? std::optional(block.medianFeerate->value) : std::nullopt;
    });
    list("miner", [&](const HistoryBlock &block) { block.miner.empty() ? out.null() : out.value(block.miner); });
    list("stale", [&](const HistoryBlock &block) { out.value(block.stale); });
    out.endObject();
}

void encodeBlockSums(ValueWriter &out, const std::vector<HistoryBlockSums> &sums)
{
    std::vector<const HistoryBlockSums *> rows;
    for (const HistoryBlockSums &sum : sums)
        rows.push_back(&sum);
    out.key("blockSums").beginObject();
    column(out, "time", rows, [](const HistoryBlockSums &sum) { return sum.time; });
    column(out, "count", rows, [](const HistoryBlockSums &sum) { return sum.count; });
    column(out, "txCount", rows, [](const HistoryBlockSums &sum) { return sum.txCount; });
    column(out, "size", rows, [](const HistoryBlockSums &sum) { return sum.size; });
    column(out, "weight", rows, [](const HistoryBlockSums &sum) { return sum.weight; });
    column(out, "totalFees", rows, [](const HistoryBlockSums &sum) { return sum.totalFees; });
    column(out, "medianFeerate", rows, [](const HistoryBlockSums &sum) { return sum.medianFeerate; });
    out.endObject();
}

} // namespace

void encode(ValueWriter &out, const HistorySeries &series)
{
    out.beginObject();
    out.member("window", historyWindowName(series.window));
    out.member("from", series.from).member("to", series.to).member("step", series.step);
    encodePoints(out, series);
    encodeBlocks(out, series.blocks, series.allBlocks);
    encodeBlockSums(out, series.blockSums);
    out.endObject();
}

void encode(ValueWriter &out, const HistoryStatus &status)
{
    const auto text = [&out](std::string_view name, const std::string &value) {
        out.key(name);
        value.empty() ? out.null() : out.value(value);
    };
    out.beginObject();
    out.member("enabled", status.enabled).member("recording", status.recording).member("inMemory", status.inMemory);
    text("error", status.error);
    text("setAside", status.setAside);
    out.member("size", status.size);
    out.endObject();
}

} // namespace tipwatch
