// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/treemap/transaction_treemap.h"

#include "qml/feerate_scale.h"
#include "qml/format.h"
#include "qml/treemap/transaction_colour.h"
#include "qml/treemap/treemap_node.h"
#include "shared/domain/transaction.h"

#include <QQuickWindow>

#include <algorithm>
#include <cmath>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr std::int64_t legendOldest = 86'400, legendYoungest = 30; // seconds: the ends of ageColour

QStringList traitsOf(std::uint16_t flags)
{
    QStringList traits{kindName(kindOf(flags))};
    const auto mention = [&](TransactionKind kind, TxFlag flag) {
        if ((flags & static_cast<std::uint16_t>(flag)) != 0 && kindOf(flags) != kind)
            traits << kindName(kind);
    };
    mention(TransactionKind::Data, TxFlag::DataCarrier);
    mention(TransactionKind::Child, TxFlag::SpendsMempool);
    mention(TransactionKind::Taproot, TxFlag::Taproot);
    mention(TransactionKind::Segwit, TxFlag::Segwit);
    if ((flags & static_cast<std::uint16_t>(TxFlag::SignalsRbf)) != 0)
        traits << TransactionTreemap::tr("signals replacement");
    return traits;
}

} // namespace

TransactionTreemap::TransactionTreemap(QQuickItem *parent) : QQuickItem(parent)
{
    setFlag(ItemHasContents);
    setAcceptHoverEvents(true);
    setAcceptedMouseButtons(Qt::LeftButton);
    setActiveFocusOnTab(true);
    m_motion.setStartValue(0.0);
    m_motion.setEndValue(1.0);
    m_motion.setEasingCurve(QEasingCurve::OutCubic);
    connect(&m_motion, &QVariantAnimation::valueChanged, this, [this](const QVariant &progress) {
        m_scene.advance(progress.toDouble());
        update();
    });
}

void TransactionTreemap::setBlock(NextBlockModel *block)
{
    if (block == m_block)
        return;
    if (m_block)
        disconnect(m_block, nullptr, this, nullptr);
    m_block = block;
    if (m_block)
        connect(m_block, &NextBlockModel::transactionsChanged, this, &TransactionTreemap::adopt);
    adopt();
    Q_EMIT blockChanged();
}

void TransactionTreemap::setColouring(Colouring colouring)
{
    if (colouring == m_colouring)
        return;
    m_colouring = colouring;
    show(true);
    Q_EMIT colouringChanged();
}

void TransactionTreemap::setGround(const QColor &ground)
{
    if (ground == m_ground)
        return;
    m_ground = ground;
    show(false);
    Q_EMIT groundChanged();
}

void TransactionTreemap::adopt()
{
    m_transactions = m_block ? m_block->transactions() : nullptr;
    std::vector<TreemapItem> items;
    if (m_transactions) {
        items.reserve(m_transactions->size());
        for (const ProjectedTransaction &transaction : *m_transactions)
            items.push_back({transaction.txid, static_cast<double>(std::max<std::int64_t>(transaction.vsize.value, 1)),
                             transaction.feerate.value});
    }
    m_layout.setItems(std::move(items));
    show(true);
    if (!m_current)
        return;
    if (!current())
        m_current.reset();
    Q_EMIT currentChanged();
}

void TransactionTreemap::show(bool moving)
{
    std::vector<TreemapScene::Target> targets;
    if (m_transactions) {
        const auto &tiles = m_layout.tiles();
        targets.reserve(tiles.size());
        for (std::size_t i = 0; i < tiles.size(); ++i) {
            const ProjectedTransaction &transaction = (*m_transactions)[i];
            targets.push_back({transaction.txid, {tiles[i], colourOf(transaction)}});
        }
    }
    m_scene.show(targets, m_ground.rgb());
    m_motion.stop();
    if (moving && m_motionMs > 0 && isVisible()) {
        m_motion.setDuration(m_motionMs);
        m_motion.start();
    } else {
        m_scene.advance(1);
    }
    update();
}

QRgb TransactionTreemap::colourOf(const ProjectedTransaction &transaction) const
{
    switch (m_colouring) {
    case ByAge:
        return ageColour(m_block ? m_block->now() / 1000 - transaction.time : 0).rgb();
    case ByKind:
        return kindColour(kindOf(transaction.flags)).rgb();
    case ByFeerate:
        break;
    }
    return feerateColour(transaction.feerate).rgb();
}

QColor TransactionTreemap::scaleColour(double position) const
{
    const auto between = [position](double low, double high) { return low * std::pow(high / low, position); };
    if (m_colouring == ByAge)
        return ageColour(std::llround(between(legendOldest, legendYoungest)));
    const double low = m_block ? std::max(m_block->lowest(), 0.01) : 1, high = m_block ? std::max(m_block->highest(), low) : low;
    return feerateColour(Feerate(between(low, high)));
}

int TransactionTreemap::kinds() const
{
    return transactionKinds;
}

QString TransactionTreemap::nameOfKind(int kind) const
{
    return kindName(static_cast<TransactionKind>(std::clamp(kind, 0, transactionKinds - 1)));
}

QColor TransactionTreemap::colourOfKind(int kind) const
{
    return kindColour(static_cast<TransactionKind>(std::clamp(kind, 0, transactionKinds - 1)));
}

// --- the current one

int TransactionTreemap::currentTile() const
{
    if (!m_current || !m_transactions)
        return -1;
    const auto found = std::ranges::lower_bound(*m_transactions, *m_current, {}, &ProjectedTransaction::txid);
    return found != m_transactions->end() && found->txid == *m_current ? static_cast<int>(found - m_transactions->begin()) : -1;
}

const ProjectedTransaction *TransactionTreemap::current() const
{
    const int tile = currentTile();
    return tile < 0 ? nullptr : &(*m_transactions)[static_cast<std::size_t>(tile)];
}

QRectF TransactionTreemap::currentArea() const
{
    const int tile = currentTile();
    return tile < 0 ? QRectF() : m_layout.tiles()[static_cast<std::size_t>(tile)];
}

QString TransactionTreemap::currentTxid() const
{
    return m_current ? hexOf(*m_current) : QString();
}

QString TransactionTreemap::currentText() const
{
    const ProjectedTransaction *transaction = current();
    if (!transaction)
        return {};
    const Format format;
    const Feerate own = feerateOf(transaction->fee, transaction->vsize);
    QStringList lines{Format::shortened(hexOf(transaction->txid), 12), tr("%1 sat/vB").arg(format.feerate(own))};
    if (format.feerate(own) != format.feerate(transaction->feerate))
        lines.last() += tr(", %1 with its relatives").arg(format.feerate(transaction->feerate));
    lines << tr("%1 for %2").arg(format.satoshis(transaction->fee), format.vbytes(transaction->vsize));
    if (m_block && transaction->time > 0)
        lines << tr("Has waited %1").arg(format.duration(m_block->now() / 1000 - transaction->time));
    lines << traitsOf(transaction->flags).join(u" · "_s);
    return lines.join(u'\n');
}

void TransactionTreemap::setCurrent(int tile)
{
    std::optional<TxId> now;
    if (tile >= 0)
        now = (*m_transactions)[static_cast<std::size_t>(tile)].txid;
    if (now == m_current)
        return;
    m_current = now;
    Q_EMIT currentChanged();
}

/// To the neighbour that an arrow key points at. @return false for other keys.
bool TransactionTreemap::step(int key)
{
    constexpr double beyond = 0.5; // pixels: into the neighbour
    const QRectF area = currentArea();
    QPointF to = area.center();
    switch (key) {
    case Qt::Key_Left:
        to.setX(area.left() - beyond);
        break;
    case Qt::Key_Right:
        to.setX(area.right() + beyond);
        break;
    case Qt::Key_Up:
        to.setY(area.top() - beyond);
        break;
    case Qt::Key_Down:
        to.setY(area.bottom() + beyond);
        break;
    case Qt::Key_Home:
        to = QPointF(0, 0);
        break;
    default:
        return false;
    }
    if (const int tile = m_layout.tileAt(hasCurrent() ? to : QPointF(0, 0)); tile >= 0)
        setCurrent(tile);
    return true;
}

// --- events

void TransactionTreemap::hoverMoveEvent(QHoverEvent *event)
{
    setCurrent(m_layout.tileAt(event->position()));
}

void TransactionTreemap::hoverLeaveEvent(QHoverEvent *)
{
    setCurrent(-1);
}

void TransactionTreemap::mousePressEvent(QMouseEvent *event)
{
    forceActiveFocus(Qt::MouseFocusReason);
    setCurrent(m_layout.tileAt(event->position()));
}

void TransactionTreemap::mouseReleaseEvent(QMouseEvent *event)
{
    if (hasCurrent() && m_layout.tileAt(event->position()) == currentTile())
        Q_EMIT chosen(currentTxid());
}

void TransactionTreemap::keyPressEvent(QKeyEvent *event)
{
    const bool isChoice = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space;
    if (isChoice && hasCurrent())
        Q_EMIT chosen(currentTxid());
    else if (event->key() == Qt::Key_Escape && hasCurrent())
        setCurrent(-1);
    else if (!step(event->key()))
        event->ignore();
}

void TransactionTreemap::focusInEvent(QFocusEvent *event)
{
    const bool isByKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    if (isByKey && !hasCurrent())
        setCurrent(m_layout.tileAt(QPointF(0, 0)));
    QQuickItem::focusInEvent(event);
}

void TransactionTreemap::focusOutEvent(QFocusEvent *event)
{
    setCurrent(-1);
    QQuickItem::focusOutEvent(event);
}

// --- drawing

void TransactionTreemap::geometryChange(const QRectF &now, const QRectF &before)
{
    QQuickItem::geometryChange(now, before);
    if (now.size() == before.size())
        return;
    m_layout.setSize(now.size());
    show(false);
    if (hasCurrent())
        Q_EMIT currentChanged();
}

QSGNode *TransactionTreemap::updatePaintNode(QSGNode *old, UpdatePaintNodeData *)
{
    return updatedTreemapNode(old, window(), {size(), window()->effectiveDevicePixelRatio(), m_scene.rects(), m_ground.rgb()});
}

} // namespace tipwatch
