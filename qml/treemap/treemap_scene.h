// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"

#include <QRectF>
#include <QRgb>

#include <span>
#include <vector>

namespace tipwatch {

struct ColouredRect {
    QRectF rect;
    QRgb colour = 0; ///< opaque
};

/// The rectangles of a treemap between one picture and the next: those that stay move, new ones open from their middle, those that are gone
/// close. Fading is mixing with the colour of the ground, so that everything drawn is opaque. Value type, not thread-safe.
class TreemapScene {
public:
    struct Target {
        TxId txid;
        ColouredRect at;
    };

    /// From what is seen now to @p targets, in the order of their txids. @p ground lies between and behind the rectangles.
    void show(std::span<const Target> targets, QRgb ground);
    /// @p progress from 0, as it was when show() was called, to 1, as it is to be.
    void advance(double progress);

    bool isMoving() const { return m_isMoving; }
    /// To be drawn in this order.
    const std::vector<ColouredRect> &rects() const { return m_rects; }

private:
    struct Tile {
        TxId txid;
        ColouredRect from, to;
    };

    std::vector<Tile> m_tiles; ///< in the order of their txids
    std::vector<Tile> m_leaving;
    std::vector<ColouredRect> m_rects; ///< leaving ones first
    bool m_isMoving = false;
};

} // namespace tipwatch
