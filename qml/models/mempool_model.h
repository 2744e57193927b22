// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/models/data_status.h"
#include "qml/models/histogram_model.h"
#include "qml/models/size_history.h"
#include "qml/models/update.h"

#include <QObject>
#include <QString>

namespace tipwatch {

/// What waits for a block, in figures.
class MempoolModel : public QObject, public UpdateReader {
    Q_OBJECT
    QML_ELEMENT
    QML_UNCREATABLE("Made by the program")
    Q_PROPERTY(tipwatch::DataStatus::Value status READ status NOTIFY changed)
    Q_PROPERTY(bool empty READ empty NOTIFY changed)
    Q_PROPERTY(QString count READ count NOTIFY changed)
    Q_PROPERTY(QString size READ size NOTIFY changed)
    Q_PROPERTY(QString fees READ fees NOTIFY changed)
    /// "243 of 300 MB"; empty while unknown, as below.
    Q_PROPERTY(QString usage READ usage NOTIFY changed)
    Q_PROPERTY(double usageFraction READ usageFraction NOTIFY changed)
    Q_PROPERTY(QString minimum READ minimum NOTIFY changed)
    Q_PROPERTY(QString arriving READ arriving NOTIFY changed)
    Q_PROPERTY(QString blocksDeep READ blocksDeep NOTIFY changed)
    /// How many are known by name only so far; empty if none.
    Q_PROPERTY(QString undescribed READ undescribed NOTIFY changed)
    Q_PROPERTY(tipwatch::HistogramModel *histogram READ histogram CONSTANT)
    Q_PROPERTY(tipwatch::SizeHistory *history READ history CONSTANT)

public:
    using QObject::QObject;

    void apply(const Update &update) override;
    void tick(std::int64_t now) override;

    DataStatus::Value status() const { return m_status; }
    bool empty() const { return m_mempool.count == 0; }
    QString count() const;
    QString size() const;
    QString fees() const;
    QString usage() const;
    double usageFraction() const;
    QString minimum() const;
    QString arriving() const;
    QString blocksDeep() const;
    QString undescribed() const;
    HistogramModel *histogram() { return &m_histogram; }
    SizeHistory *history() { return &m_history; }

Q_SIGNALS:
    void changed();

private:
    DataStatus::Value m_status = DataStatus::Unknown;
    MempoolSummary m_mempool;
    HistogramModel m_histogram;
    SizeHistory m_history;
};

} // namespace tipwatch
