// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/mempool_summary.h"
#include "shared/state/chain_event.h"

#include <QColor>
#include <QList>
#include <QObject>
#include <QPointF>
#include <QPointer>
#include <QString>
#include <QXYSeries>
#include <QtQml/qqmlregistration.h>

#include <array>
#include <vector>

namespace tipwatch {

/// A place on an axis, 0 to 1 from its start, and what stands there.
struct AxisMark {
    Q_GADGET
    QML_VALUE_TYPE(axisMark)
    Q_PROPERTY(double position MEMBER position)
    Q_PROPERTY(QString text MEMBER text)

public:
    double position = 0;
    QString text;
    friend bool operator==(const AxisMark &, const AxisMark &) = default;
};

/// How large the mempool has been since the window opened, in bands of feerate stacked cheapest first.
/// Keeps at most `capacity` samples: when they are full every other one goes and samples are taken half as often, so the whole time
/// since the start stays on the chart. GUI thread.
class SizeHistory : public QObject {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(double maximum READ maximum NOTIFY drawn)
    Q_PROPERTY(QList<tipwatch::AxisMark> sizeMarks READ sizeMarks NOTIFY drawn)
    Q_PROPERTY(QList<tipwatch::AxisMark> timeMarks READ timeMarks NOTIFY drawn)
    /// Blocks that came meanwhile; the text is the height.
    Q_PROPERTY(QList<tipwatch::AxisMark> blockMarks READ blockMarks NOTIFY drawn)
    Q_PROPERTY(int bandCount READ bandCount CONSTANT)
    /// There is something to draw.
    Q_PROPERTY(bool ready READ ready NOTIFY drawn)

public:
    static constexpr int bands = 5;
    static constexpr std::size_t capacity = 300;
    static constexpr std::int64_t firstPeriodMs = 2000;
    static constexpr std::int64_t shortestSpanMs = 120'000; ///< the axis is never shorter

    using QObject::QObject;

    /// Takes a sample if it is time for one. @p now is Unix ms. @return whether the chart changed.
    bool sample(const MempoolSummary &mempool, std::int64_t now);
    void addBlock(const BlockSummary &block, std::int64_t now);

    /// The upper edge of @p band will be kept in @p series: x from 0 to 1 (the ends of the axis), y in MvB. Band 0 is the cheapest.
    Q_INVOKABLE void draw(int band, QXYSeries *series);
    /// "< 6", "6–15": what stands in the legend.
    Q_INVOKABLE static QString bandName(int band);
    Q_INVOKABLE static QColor bandColour(int band);

    /// What was at @p position (0 to 1) of the axis: its place, and one line per fact. No place is -1.
    Q_INVOKABLE double nearest(double position) const;
    Q_INVOKABLE QString describe(double position) const;

    double maximum() const { return m_maximum; }
    QList<AxisMark> sizeMarks() const;
    QList<AxisMark> timeMarks() const;
    QList<AxisMark> blockMarks() const;
    int bandCount() const { return bands; }
    bool ready() const { return m_samples.size() > 1; }
    std::size_t size() const { return m_samples.size(); }
    std::int64_t periodMs() const { return m_period; }

Q_SIGNALS:
    void drawn();

private:
    struct Sample {
        std::int64_t at = 0;               ///< Unix ms
        std::array<double, bands> edges{}; ///< MvB, upper edge of each band, rising
        std::int64_t count = 0;
    };
    struct Mark {
        std::int64_t at = 0;
        std::int32_t height = 0;
    };
    double positionOf(std::int64_t at) const;
    const Sample *sampleAt(double position) const;
    void thinOut();
    void redraw();
    void fill(int band);

    std::vector<Sample> m_samples;
    std::vector<Mark> m_blocks;
    std::array<QPointer<QXYSeries>, bands> m_series;
    std::int64_t m_period = firstPeriodMs;
    std::int64_t m_start = 0; ///< Unix ms of the axis
    std::int64_t m_end = 0;
    double m_maximum = 1; ///< MvB
    double m_step = 0.5;  ///< between size marks, MvB
};

} // namespace tipwatch
