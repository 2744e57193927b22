// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/treemap/treemap_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tipwatch {

namespace {

constexpr std::uint32_t gone = 0xffffffff;
constexpr double mostGroups = 24;       // more are too small to be seen as such
constexpr double worseBy = 1.25;        // than after the last full layout, before there is another
constexpr double mostChanged = 0.4;     // of the area, at once: nobody can follow that anyway
constexpr double mostSizeChange = 1.15; // of the sides' ratio

double ratioOf(const QSizeF &size)
{
    return size.height() > 0 ? size.width() / size.height() : 1;
}

/// How much longer one of the two is.
double stretch(double a, double b)
{
    return a > 0 && b > 0 ? std::max(a / b, b / a) : 1;
}

} // namespace

void TreemapLayout::setItems(std::vector<TreemapItem> items)
{
    const std::vector<TreemapItem> before = std::exchange(m_items, std::move(items));
    if (!follow(before)) {
        rebuild();
        return;
    }
    place();
    if (m_aspect > m_builtAspect * worseBy)
        rebuild();
}

void TreemapLayout::setSize(const QSizeF &size)
{
    if (size == m_size)
        return;
    m_size = size;
    if (stretch(ratioOf(size), ratioOf(m_builtSize)) > mostSizeChange || m_builtSize.isEmpty())
        rebuild();
    else
        place();
}

int TreemapLayout::tileAt(const QPointF &point) const
{
    const auto holds = [&](const QRectF &tile) {
        return point.x() >= tile.left() && point.x() < tile.right() && point.y() >= tile.top() && point.y() < tile.bottom();
    };
    const auto found = std::ranges::find_if(m_tiles, holds);
    return found == m_tiles.end() ? -1 : static_cast<int>(found - m_tiles.begin());
}

/// Takes the strips over from @p before to m_items. @return false if that makes no sense: there is too little in common.
bool TreemapLayout::follow(const std::vector<TreemapItem> &before)
{
    std::vector<std::uint32_t> now(before.size(), gone);
    std::vector<std::uint32_t> added;
    double total = 0, changed = 0;
    std::size_t old = 0;
    const auto leave = [&] { changed += before[old++].area; };
    for (std::uint32_t i = 0; i < m_items.size(); ++i) {
        while (old < before.size() && before[old].txid < m_items[i].txid)
            leave();
        total += m_items[i].area;
        if (old < before.size() && before[old].txid == m_items[i].txid) {
            now[old++] = i;
        } else {
            added.push_back(i);
            changed += m_items[i].area;
        }
    }
    while (old < before.size())
        leave();
    if (m_groups.empty() || changed > total * mostChanged)
        return false;
    for (Group &group : m_groups) {
        for (Strip &strip : group.strips) {
            for (std::uint32_t &member : strip.members)
                member = now[member];
            std::erase(strip.members, gone);
        }
    }
    for (const std::uint32_t item : added)
        insert(item);
    dropEmpty();
    return !m_groups.empty();
}

/// Into the group of its rank, among those of its size.
void TreemapLayout::insert(std::uint32_t item)
{
    const auto ranked = [&](const Group &group) { return m_items[item].rank >= group.lowestRank; };
    auto group = std::ranges::find_if(m_groups, ranked);
    if (group == m_groups.end())
        --group;
    const auto isSmaller = [&](std::uint32_t other) { return m_items[other].area < m_items[item].area; };
    for (Strip &strip : group->strips) {
        const bool isLast = &strip == &group->strips.back();
        if (!isLast && (strip.members.empty() || !isSmaller(strip.members.back())))
            continue;
        strip.members.insert(std::ranges::find_if(strip.members, isSmaller), item);
        return;
    }
}

void TreemapLayout::dropEmpty()
{
    const auto dropStrips = [](std::vector<Strip> &strips) {
        std::erase_if(strips, [](const Strip &strip) { return strip.members.empty(); });
    };
    std::vector<std::uint32_t> now;
    std::uint32_t kept = 0;
    for (Group &group : m_groups) {
        dropStrips(group.strips);
        now.push_back(group.strips.empty() ? gone : kept++);
    }
    if (kept == m_groups.size())
        return;
    for (Strip &strip : m_groupStrips) {
        for (std::uint32_t &member : strip.members)
            member = now[member];
        std::erase(strip.members, gone);
    }
    dropStrips(m_groupStrips);
    std::erase_if(m_groups, [](const Group &group) { return group.strips.empty(); });
}

void TreemapLayout::rebuild()
{
    m_groups.clear();
    m_groupStrips.clear();
    if (!m_items.empty() && !m_size.isEmpty()) {
        ++m_rebuilds;
        const auto ranked = rankedGroups();
        std::vector<double> areas;
        for (const auto &members : ranked) {
            areas.push_back(std::accumulate(members.begin(), members.end(), 0.0,
                                            [&](double sum, std::uint32_t item) { return sum + m_items[item].area; }));
        }
        std::vector<std::uint32_t> order(ranked.size());
        std::iota(order.begin(), order.end(), 0U);
        const auto groupArea = [&](std::uint32_t group) { return areas[group]; };
        m_groupStrips = squarified(order, QRectF(QPointF(), m_size), groupArea);
        m_groups.resize(ranked.size());
        placeStrips(m_groupStrips, QRectF(QPointF(), m_size), groupArea, [&](std::uint32_t index, const QRectF &into) {
            std::vector<std::uint32_t> members = ranked[index];
            m_groups[index].lowestRank = m_items[members.back()].rank;
            std::ranges::sort(members, [&](std::uint32_t a, std::uint32_t b) {
                return m_items[a].area != m_items[b].area ? m_items[a].area > m_items[b].area : a < b;
            });
            m_groups[index].strips =
                squarified(std::span<const std::uint32_t>(members), into, [&](std::uint32_t item) { return m_items[item].area; });
        });
    }
    place();
    m_builtAspect = m_aspect;
    m_builtSize = m_size;
}

/// The items by falling rank, cut where each group has its share of the area.
std::vector<std::vector<std::uint32_t>> TreemapLayout::rankedGroups() const
{
    std::vector<std::uint32_t> order(m_items.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
        return m_items[a].rank != m_items[b].rank ? m_items[a].rank > m_items[b].rank : a < b;
    });
    double total = 0;
    for (const TreemapItem &item : m_items)
        total += item.area;
    const double count = std::clamp(std::round(std::sqrt(static_cast<double>(m_items.size())) / 4), 1.0, mostGroups);
    std::vector<std::vector<std::uint32_t>> groups(1);
    double sum = 0;
    for (const std::uint32_t item : order) {
        if (!groups.back().empty() && sum >= total / count * static_cast<double>(groups.size()))
            groups.emplace_back();
        groups.back().push_back(item);
        sum += m_items[item].area;
    }
    return groups;
}

double TreemapLayout::areaOf(const Group &group) const
{
    double sum = 0;
    for (const Strip &strip : group.strips) {
        for (const std::uint32_t item : strip.members)
            sum += m_items[item].area;
    }
    return sum;
}

/// The rectangles of the strips as they are.
void TreemapLayout::place()
{
    m_tiles.assign(m_items.size(), QRectF());
    std::vector<double> areas;
    for (const Group &group : m_groups)
        areas.push_back(areaOf(group));
    double aspects = 0, total = 0;
    const auto placeItem = [&](std::uint32_t item, const QRectF &tile) {
        m_tiles[item] = tile;
        aspects += m_items[item].area * stretch(tile.width(), tile.height());
        total += m_items[item].area;
    };
    placeStrips(
        m_groupStrips, QRectF(QPointF(), m_size), [&](std::uint32_t group) { return areas[group]; },
        [&](std::uint32_t group, const QRectF &into) {
            placeStrips(
                m_groups[group].strips, into, [&](std::uint32_t item) { return m_items[item].area; }, placeItem);
        });
    m_aspect = total > 0 ? aspects / total : 1;
}

/// Each strip stands along the shorter side of what is left, and takes members in for as long as that makes its worst one squarer.
template <class AreaOf>
std::vector<TreemapLayout::Strip> TreemapLayout::squarified(std::span<const std::uint32_t> members, const QRectF &into,
                                                            AreaOf areaOf)
{
    double total = 0;
    for (const std::uint32_t member : members)
        total += areaOf(member);
    const double scale = into.width() * into.height() / total;
    QSizeF left = into.size();
    std::vector<Strip> strips;
    std::size_t next = 0;
    while (next < members.size()) {
        Strip strip;
        strip.isRow = left.width() <= left.height();
        const double side = std::max(std::min(left.width(), left.height()), 1e-9);
        double sum = 0, least = 0, most = 0, worst = 0;
        while (next < members.size()) {
            const double area = areaOf(members[next]) * scale;
            const double newSum = sum + area;
            const double newLeast = strip.members.empty() ? area : std::min(least, area), newMost = std::max(most, area);
            const double newWorst =
                std::max(side * side * newMost / (newSum * newSum), newSum * newSum / (side * side * newLeast));
            if (!strip.members.empty() && newWorst > worst)
                break;
            strip.members.push_back(members[next++]);
            sum = newSum;
            least = newLeast;
            most = newMost;
            worst = newWorst;
        }
        const double depth = sum / side;
        if (strip.isRow)
            left.rheight() -= depth;
        else
            left.rwidth() -= depth;
        strips.push_back(std::move(strip));
    }
    return strips;
}

template <class AreaOf, class Visit>
void TreemapLayout::placeStrips(const std::vector<Strip> &strips, QRectF into, AreaOf areaOf, Visit visit)
{
    std::vector<double> sums;
    double left = 0;
    for (const Strip &strip : strips) {
        double sum = 0;
        for (const std::uint32_t member : strip.members)
            sum += areaOf(member);
        sums.push_back(sum);
        left += sum;
    }
    for (std::size_t i = 0; i < strips.size(); ++i) {
        const bool isRow = strips[i].isRow;
        // Shares of what is left, and not of the whole: so the last ones end exactly at the edge.
        const double depth = left > 0 ? std::min(sums[i] / left, 1.0) * (isRow ? into.height() : into.width()) : 0;
        QRectF band = into;
        if (isRow)
            band.setHeight(i + 1 == strips.size() ? into.height() : depth);
        else
            band.setWidth(i + 1 == strips.size() ? into.width() : depth);
        double along = 0;
        for (const std::uint32_t member : strips[i].members) {
            const double from = along / sums[i];
            along += areaOf(member);
            const double to = along / sums[i];
            visit(member, isRow ? QRectF(QPointF(band.left() + from * band.width(), band.top()),
                                         QPointF(band.left() + to * band.width(), band.bottom()))
                                : QRectF(QPointF(band.left(), band.top() + from * band.height()),
                                         QPointF(band.right(), band.top() + to * band.height())));
        }
        if (isRow)
            into.setTop(band.bottom());
        else
            into.setLeft(band.right());
        left -= sums[i];
    }
}

} // namespace tipwatch
