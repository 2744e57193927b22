// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/next_block_model.h"
#include "qml/treemap/treemap_layout.h"
#include "qml/treemap/treemap_scene.h"

#include <QPointer>
#include <QQuickItem>
#include <QVariantAnimation>

#include <optional>

namespace tipwatch {

/// The next block as a treemap: a rectangle for each transaction, as large as its virtual size. One of them can be the current one: under the
/// pointer, or where the arrow keys went. GUI thread; drawn as one node.
class TransactionTreemap : public QQuickItem {
    Q_OBJECT
    QML_ELEMENT
    Q_PROPERTY(tipwatch::NextBlockModel *block READ block WRITE setBlock NOTIFY blockChanged)
    /// What the colours say.
    Q_PROPERTY(Colouring colouring READ colouring WRITE setColouring NOTIFY colouringChanged)
    /// Between and behind the rectangles.
    Q_PROPERTY(QColor ground READ ground WRITE setGround NOTIFY groundChanged)
    /// How long changes move, ms; 0: not at all.
    Q_PROPERTY(int motion MEMBER m_motionMs NOTIFY motionChanged)

    Q_PROPERTY(bool hasCurrent READ hasCurrent NOTIFY currentChanged)
    Q_PROPERTY(QRectF currentArea READ currentArea NOTIFY currentChanged)
    Q_PROPERTY(QString currentTxid READ currentTxid NOTIFY currentChanged)
    /// What is known of it, line by line.
    Q_PROPERTY(QString currentText READ currentText NOTIFY currentChanged)

public:
    enum Colouring { ByFeerate, ByAge, ByKind };
    Q_ENUM(Colouring)

    explicit TransactionTreemap(QQuickItem *parent = nullptr);

    NextBlockModel *block() const { return m_block; }
    void setBlock(NextBlockModel *block);
    Colouring colouring() const { return m_colouring; }
    void setColouring(Colouring colouring);
    QColor ground() const { return m_ground; }
    void setGround(const QColor &ground);

    bool hasCurrent() const { return m_current.has_value(); }
    QRectF currentArea() const;
    QString currentTxid() const;
    QString currentText() const;

    const TreemapLayout &layout() const { return m_layout; }

    // For the legend.
    /// @p position from 0, cheapest or oldest, to 1.
    Q_INVOKABLE QColor scaleColour(double position) const;
    Q_INVOKABLE int kinds() const;
    Q_INVOKABLE QString nameOfKind(int kind) const;
    Q_INVOKABLE QColor colourOfKind(int kind) const;

Q_SIGNALS:
    void blockChanged();
    void colouringChanged();
    void groundChanged();
    void motionChanged();
    void currentChanged();
    /// By a click, or by Enter on the current one.
    void chosen(const QString &txid);

protected:
    QSGNode *updatePaintNode(QSGNode *old, UpdatePaintNodeData *data) override;
    void geometryChange(const QRectF &now, const QRectF &before) override;
    void hoverMoveEvent(QHoverEvent *event) override;
    void hoverLeaveEvent(QHoverEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void adopt();
    void show(bool moving);
    QRgb colourOf(const ProjectedTransaction &transaction) const;
    void setCurrent(int tile);
    int currentTile() const;
    const ProjectedTransaction *current() const;
    bool step(int key);

    QPointer<NextBlockModel> m_block;
    Colouring m_colouring = ByFeerate;
    QColor m_ground = Qt::black;
    int m_motionMs = 0;
    ProjectedTransactions m_transactions; ///< what the layout is of; null: nothing
    TreemapLayout m_layout;
    TreemapScene m_scene;
    QVariantAnimation m_motion;
    std::optional<TxId> m_current;
};

} // namespace tipwatch
