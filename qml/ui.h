// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "qml/ui_options.h"
#include "shared/domain/clock.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/event_bus.h"
#include "shared/state/gateway_status.h"
#include "shared/state/projected_interest.h"

#include <QObject>

#include <functional>
#include <memory>

class QQuickWindow;

namespace tipwatch {

/// The native window. Lives on the GUI thread and needs a QApplication (Qt Charts draws with Widgets' graphics view).
/// It reads the same events as everyone else: they are collected on the bus's thread and shown here at most ten times a second,
/// a new block at once.
class Ui : public QObject {
    Q_OBJECT

public:
    /// @p bus lives on any thread; @p snapshot is called on the GUI thread; @p bus and @p clock must outlive the Ui.
    Ui(EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock, UiOptions options);
    ~Ui() override;

    /// Shows the window. Call it once, when the snapshot function can be called.
    void show();

    /// The window, once it is shown; else null. Owned by the Ui.
    QQuickWindow *window() const;

public Q_SLOTS:
    /// What the gateway says of itself; from another thread by a queued connection.
    void setGatewayStatus(const tipwatch::GatewayStatus &status);

Q_SIGNALS:
    /// Of these projected blocks the window shows the transactions: ask the store's ProjectedInterest for them. None while it cannot be seen.
    void projectedBlocksWanted(tipwatch::ProjectedSet blocks);
    /// The person moved the gateway's switch. The switch shows the new state when setGatewayStatus() says so.
    void gatewayEnabledRequested(bool enabled);
    /// The person changed how the gateway serves; setGatewayStatus() tells what came of it.
    void gatewaySettingsRequested(const tipwatch::GatewaySettings &settings);

private:
    void watch(QQuickWindow *shown);

    struct Parts;
    std::unique_ptr<Parts> m_parts;
};

} // namespace tipwatch
