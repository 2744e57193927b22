// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/treemap/treemap_scene.h"

#include <cmath>

namespace tipwatch {

namespace {

QRgb mixed(QRgb a, QRgb b, double t)
{
    if (a == b)
        return a;
    const auto channel = [t](int x, int y) { return static_cast<int>(std::lerp(x, y, t) + 0.5); };
    return qRgb(channel(qRed(a), qRed(b)), channel(qGreen(a), qGreen(b)), channel(qBlue(a), qBlue(b)));
}

ColouredRect mixed(const ColouredRect &a, const ColouredRect &b, double t)
{
    const QPointF topLeft(std::lerp(a.rect.left(), b.rect.left(), t), std::lerp(a.rect.top(), b.rect.top(), t));
    const QPointF bottomRight(std::lerp(a.rect.right(), b.rect.right(), t), std::lerp(a.rect.bottom(), b.rect.bottom(), t));
    return {QRectF(topLeft, bottomRight), mixed(a.colour, b.colour, t)};
}

ColouredRect closed(const ColouredRect &tile, QRgb ground)
{
    return {QRectF(tile.rect.center(), QSizeF(0, 0)), ground};
}

} // namespace

void TreemapScene::show(std::span<const Target> targets, QRgb ground)
{
    // Where each one is seen: rects() holds the leaving ones, then the others.
    const std::size_t first = m_leaving.size();
    const auto seen = [&](std::size_t tile) { return m_rects[first + tile]; };
    std::vector<Tile> tiles, leaving;
    tiles.reserve(targets.size());
    std::size_t old = 0;
    const auto leave = [&] {
        leaving.push_back({m_tiles[old].txid, seen(old), closed(seen(old), ground)});
        ++old;
    };
    for (const Target &target : targets) {
        while (old < m_tiles.size() && m_tiles[old].txid < target.txid)
            leave();
        const bool stays = old < m_tiles.size() && m_tiles[old].txid == target.txid;
        tiles.push_back({target.txid, stays ? seen(old++) : closed(target.at, ground), target.at});
    }
    while (old < m_tiles.size())
        leave();
    for (std::size_t i = 0; i < first; ++i) // those that were already on their way out
        leaving.push_back({m_leaving[i].txid, m_rects[i], m_leaving[i].to});
    m_tiles = std::move(tiles);
    m_leaving = std::move(leaving);
    advance(0);
}

void TreemapScene::advance(double progress)
{
    m_isMoving = progress < 1;
    if (!m_isMoving)
        m_leaving.clear();
    m_rects.clear();
    m_rects.reserve(m_leaving.size() + m_tiles.size());
    for (const Tile &tile : m_leaving)
        m_rects.push_back(mixed(tile.from, tile.to, progress));
    for (const Tile &tile : m_tiles)
        m_rects.push_back(m_isMoving ? mixed(tile.from, tile.to, progress) : tile.to);
}

} // namespace tipwatch
