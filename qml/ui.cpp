// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/ui.h"

#include "qml/appearance.h"
#include "qml/frame_probe.h"
#include "qml/graphics.h"
#include "qml/icon_provider.h"
#include "qml/models/blocks_model.h"
#include "qml/models/fees_model.h"
#include "qml/models/gateway_model.h"
#include "qml/models/mempool_model.h"
#include "qml/models/next_block_model.h"
#include "qml/models/projected_blocks_model.h"
#include "qml/models/status_model.h"
#include "qml/models/tip_model.h"
#include "qml/models/transaction_feed_model.h"
#include "qml/models/update_feed.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFontDatabase>
#include <QIcon>
#include <QLoggingCategory>
#include <QQmlApplicationEngine>
#include <QQmlExtensionPlugin>
#include <QQuickWindow>
#include <QSettings>
#include <QTranslator>

Q_IMPORT_QML_PLUGIN(TipwatchPlugin)

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(uiLog, "tipwatch.ui")

constexpr ProjectedSet nextBlockOnly = 1;
const QString geometrySetting = u"window/geometry"_s;

void loadFonts()
{
    for (const auto &name : {u"TipwatchInter-Regular.otf"_s, u"TipwatchInter-Medium.otf"_s, u"TipwatchInter-SemiBold.otf"_s,
                             u"TipwatchInter-Bold.otf"_s, u"JetBrainsMono-Regular.ttf"_s, u"JetBrainsMono-Medium.ttf"_s}) {
        if (QFontDatabase::addApplicationFont(u":/tipwatch/fonts/"_s + name) < 0)
            qCWarning(uiLog).noquote().nospace() << "font not loaded name=" << name;
    }
}

/// Plurals of English: the text in the sources says "block(s)".
void loadTranslation()
{
    auto *translator = new QTranslator(qApp);
    if (translator->load(u":/tipwatch/i18n/window_en.qm"_s))
        QCoreApplication::installTranslator(translator);
    else
        qCWarning(uiLog) << "translation not loaded language=en";
}

std::unique_ptr<QSettings> settingsAt(const std::string &file)
{
    if (file.empty())
        return std::make_unique<QSettings>(u"tipwatch"_s, u"tipwatch"_s);
    return std::make_unique<QSettings>(QString::fromStdString(file), QSettings::IniFormat);
}

} // namespace

struct Ui::Parts {
    Parts(EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &theClock, const UiOptions &options)
        : clock(theClock), settings(settingsAt(options.settingsFile)),
          appearance(*settings, options.theme, options.reducedMotion),
          feed(bus, std::move(snapshot), theClock,
               {&status, &tip, &fees, &blocks, &projected, &nextBlock, &mempool, &transactions})
    {
        sinceStart.start();
    }

    const Clock &clock;
    QElapsedTimer sinceStart;
    std::unique_ptr<QSettings> settings;
    Appearance appearance;
    StatusModel status;
    TipModel tip;
    FeesModel fees;
    BlocksModel blocks;
    ProjectedBlocksModel projected;
    NextBlockModel nextBlock;
    MempoolModel mempool;
    TransactionFeedModel transactions;
    GatewayModel gateway;
    UpdateFeed feed;
    // Last, so that it goes first: the scene binds to all of the above.
    QQmlApplicationEngine engine;
    std::unique_ptr<FrameProbe> probe;
};

Ui::Ui(EventBus &bus, std::function<ChainSnapshotPtr()> snapshot, const Clock &clock, UiOptions options)
    : m_parts(std::make_unique<Parts>(bus, std::move(snapshot), clock, options))
{
    connect(&m_parts->gateway, &GatewayModel::enabledRequested, this, &Ui::gatewayEnabledRequested);
    connect(&m_parts->gateway, &GatewayModel::settingsRequested, this, &Ui::gatewaySettingsRequested);
}

Ui::~Ui()
{
    if (const QQuickWindow *shown = window())
        m_parts->settings->setValue(geometrySetting, shown->geometry());
}

void Ui::show()
{
    Parts &parts = *m_parts;
    chooseGraphics();
    loadFonts();
    loadTranslation();
    parts.feed.start();
    parts.engine.addImportPath(u"qrc:/qt/qml"_s);
    parts.engine.addImageProvider(u"icons"_s, new IconProvider);
    const auto property = [](QObject *object) { return QVariant::fromValue(object); };
    parts.engine.setInitialProperties({{u"status"_s, property(&parts.status)},
                                       {u"tip"_s, property(&parts.tip)},
                                       {u"fees"_s, property(&parts.fees)},
                                       {u"blocks"_s, property(&parts.blocks)},
                                       {u"projected"_s, property(&parts.projected)},
                                       {u"nextBlock"_s, property(&parts.nextBlock)},
                                       {u"mempool"_s, property(&parts.mempool)},
                                       {u"transactions"_s, property(&parts.transactions)},
                                       {u"gateway"_s, property(&parts.gateway)},
                                       {u"appearance"_s, property(&parts.appearance)}});
    parts.engine.load(QUrl(u"qrc:/qt/qml/Tipwatch/Main.qml"_s));
    QQuickWindow *shown = window();
    if (!shown)
        return;
    if (const QRect geometry = parts.settings->value(geometrySetting).toRect(); geometry.isValid())
        shown->setGeometry(geometry);
    shown->setIcon(QPixmap::fromImage(IconProvider().requestImage(u"tipwatch"_s, nullptr, QSize(128, 128))));
    watch(shown);
    shown->show();
}

void Ui::watch(QQuickWindow *shown)
{
    Parts &parts = *m_parts;
    parts.probe = std::make_unique<FrameProbe>(shown, parts.clock);
    connect(&parts.feed, &UpdateFeed::updated, parts.probe.get(), [probe = parts.probe.get(), shown](qint64 oldest) {
        if (oldest > 0 && shown->isExposed())
            probe->changed(oldest);
    });
    connect(parts.probe.get(), &FrameProbe::measured, &parts.status, &StatusModel::setLatency);
    connect(parts.probe.get(), &FrameProbe::firstFrame, this,
            [this] { qCInfo(uiLog).noquote() << u"first frame ms=%1"_s.arg(m_parts->sinceStart.elapsed()); });
    const auto follow = [this, &parts, shown] {
        const auto visibility = shown->visibility();
        const bool isSeen = visibility != QWindow::Hidden && visibility != QWindow::Minimized;
        parts.feed.setVisible(isSeen);
        Q_EMIT projectedBlocksWanted(isSeen ? nextBlockOnly : 0);
    };
    connect(shown, &QWindow::visibilityChanged, &parts.feed, follow);
}

QQuickWindow *Ui::window() const
{
    const auto roots = m_parts->engine.rootObjects();
    return roots.isEmpty() ? nullptr : qobject_cast<QQuickWindow *>(roots.first());
}

void Ui::setGatewayStatus(const GatewayStatus &status)
{
    m_parts->gateway.setStatus(status);
}

} // namespace tipwatch
