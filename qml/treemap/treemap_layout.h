// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"

#include <QRectF>
#include <QSizeF>

#include <cstdint>
#include <span>
#include <vector>

namespace tipwatch {

struct TreemapItem {
    TxId txid;
    double area = 0; ///< share of the whole, in any unit; above 0
    double rank = 0; ///< what is alike stands together, the highest in the top left corner
};

/// A rectangle for each item: areas in proportion, together exactly the whole, nearly square. Items of like rank form a group; groups and the
/// items in them stand in strips (squarified treemap: Bruls, Huizing, van Wijk, 2000).
///
/// When items come and go, strips stay as they are but for those items, so that everything else moves by a hair; a full layout is made when the
/// rectangles have become too long, or too much has changed. Costs O(n) then and O(n log n) for a full one. Value type, not thread-safe.
class TreemapLayout {
public:
    /// @p items in the order of their txids, each once.
    void setItems(std::vector<TreemapItem> items);
    void setSize(const QSizeF &size);

    const std::vector<TreemapItem> &items() const { return m_items; }
    /// Of items(), in their order.
    const std::vector<QRectF> &tiles() const { return m_tiles; }
    /// Index into tiles(), -1 is none. Edges belong to the tile right of and below them.
    int tileAt(const QPointF &point) const;

    /// Longer side by shorter, weighted by area; 1 would be all squares.
    double meanAspect() const { return m_aspect; }
    /// Full layouts made so far.
    int rebuilds() const { return m_rebuilds; }

private:
    struct Strip {
        std::vector<std::uint32_t> members; ///< items, or groups
        bool isRow = true;                  ///< its members stand side by side; else one below the other
    };
    struct Group {
        double lowestRank = 0;
        std::vector<Strip> strips;
    };

    void rebuild();
    std::vector<std::vector<std::uint32_t>> rankedGroups() const;
    bool follow(const std::vector<TreemapItem> &before);
    void insert(std::uint32_t item);
    void dropEmpty();
    void place();
    template <class AreaOf>
    static std::vector<Strip> squarified(std::span<const std::uint32_t> members, const QRectF &into, AreaOf areaOf);
    template <class AreaOf, class Visit>
    static void placeStrips(const std::vector<Strip> &strips, QRectF into, AreaOf areaOf, Visit visit);
    double areaOf(const Group &group) const;

    QSizeF m_size;
    std::vector<TreemapItem> m_items;
    std::vector<QRectF> m_tiles;
    std::vector<Group> m_groups; ///< by falling rank
    std::vector<Strip> m_groupStrips;
    double m_aspect = 1;
    double m_builtAspect = 1; ///< of the last full layout
    QSizeF m_builtSize;
    int m_rebuilds = 0;
};

} // namespace tipwatch
