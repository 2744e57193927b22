// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/ui.h"
#include "tests/qml/scripted_chain.h"

#include <QApplication>
#include <QQuickItem>
#include <QQuickWindow>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <ctime>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

struct Shown {
    SystemClock clock;
    test::ScriptedChain chain{clock};
    QTemporaryDir home;
    std::unique_ptr<Ui> ui;

    explicit Shown(UiOptions options = {})
    {
        options.settingsFile = home.filePath(u"settings.ini"_s).toStdString();
        options.reducedMotion = true; // nothing in between: what is seen is what is meant
        ui = std::make_unique<Ui>(
            chain.bus, [this] { return chain.store.snapshot(); }, clock, options);
        QObject::connect(ui.get(), &Ui::projectedBlocksWanted,
                         [this](ProjectedSet blocks) { chain.store.projectedInterest().want(this, blocks); });
    }

    QQuickWindow *open(const QSize &size = {1440, 900})
    {
        ui->show();
        QQuickWindow *window = ui->window();
        if (window) {
            window->resize(size);
            if (!QTest::qWaitForWindowExposed(window))
                return nullptr;
        }
        return window;
    }
};

bool isSeen(const QQuickItem *item)
{
    for (; item; item = item->parentItem()) {
        if (!item->isVisible() || item->opacity() < 0.05)
            return false;
    }
    return true;
}

/// What of @p area the item's clipping ancestors let through.
QRectF clipped(QRectF area, const QQuickItem *item)
{
    for (const QQuickItem *parent = item->parentItem(); parent; parent = parent->parentItem()) {
        if (parent->clip())
            area &= parent->mapRectToScene(QRectF(0, 0, parent->width(), parent->height()));
    }
    return area;
}

struct SeenText {
    QString text;
    QRectF area; ///< of the glyphs, in the scene
    QRectF card; ///< that it stands on, in the scene; null if on none
    bool truncated;
    bool mayBeCut;
};

/// Everything below @p item on the screen; delegates are children of the scene but not of their views.
void collect(QQuickItem *item, QList<QQuickItem *> &items)
{
    items << item;
    for (QQuickItem *child : item->childItems())
        collect(child, items);
}

QRectF cardOf(const QQuickItem *item)
{
    for (const QQuickItem *parent = item->parentItem(); parent; parent = parent->parentItem()) {
        for (const QMetaObject *type = parent->metaObject(); type; type = type->superClass()) {
            if (QByteArrayView(type->className()).startsWith("Card_QML"))
                return parent->mapRectToScene(QRectF(0, 0, parent->width(), parent->height()));
        }
    }
    return {};
}

std::vector<SeenText> textsOf(QQuickWindow *window)
{
    QList<QQuickItem *> items;
    collect(window->contentItem(), items);
    std::vector<SeenText> texts;
    for (const QQuickItem *item : items) {
        const QString text = item->property("text").toString();
        if (!item->inherits("QQuickText") || text.isEmpty() || !isSeen(item))
            continue;
        const QSizeF ink(item->property("contentWidth").toDouble(), item->property("contentHeight").toDouble());
        const int alignment = item->property("horizontalAlignment").toInt();
        double x = 0;
        if (alignment & Qt::AlignRight)
            x = item->width() - ink.width();
        else if (alignment & Qt::AlignHCenter)
            x = (item->width() - ink.width()) / 2;
        const QRectF area = item->mapRectToScene(QRectF(QPointF(x, 0), ink));
        const QRectF visible = clipped(area, item);
        // Rows that are half scrolled out of a list are as they should be.
        if (visible.height() < area.height() - 1 || visible.width() < area.width() - 1)
            continue;
        const bool middle = item->property("elide").toInt() == Qt::ElideMiddle; // hashes and addresses
        texts.push_back({text, area, cardOf(item), item->property("truncated").toBool(), middle});
    }
    return texts;
}

/// What is wrong with how the texts stand in a window of @p size; empty if nothing.
QString faultIn(const std::vector<SeenText> &texts, const QSize &size)
{
    for (std::size_t i = 0; i < texts.size(); ++i) {
        const SeenText &text = texts[i];
        if (text.truncated && !text.mayBeCut)
            return u"cut: "_s + text.text;
        if (text.area.left() < -1 || text.area.right() > size.width() + 1)
            return u"outside: "_s + text.text;
        if (!text.card.isNull() && !text.card.contains(text.area))
            return u"off its card: "_s + text.text;
        for (std::size_t j = i + 1; j < texts.size(); ++j) {
            const QRectF common = text.area & texts[j].area;
            if (common.width() > 1.5 && common.height() > 3.5)
                return u"overlap: '%1' and '%2'"_s.arg(text.text, texts[j].text);
        }
    }
    return {};
}

double threadMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

} // namespace

class WindowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void noTextIsCutOrOverlaps_data();
    void noTextIsCutOrOverlaps();
    void whatComesLaterFitsToo_data();
    void whatComesLaterFitsToo();
    void everyStateHasItsFace_data();
    void everyStateHasItsFace();
    void newBlockShowsInTitleAndTrain();
    void latencyIsMeasuredToTheFrame();
    void gatewaySwitchAsks();
    void gatewaySettingsAreAskedForWhenApplied();
    void themeIsRememberedUnlessOneIsAskedFor();
    void geometryIsRemembered();
    void everyControlIsReachedByTab();
    void burstDoesNotBlockTheWindow();
    void quietWindowDrawsOnceASecond();
};

void WindowTest::noTextIsCutOrOverlaps_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("simulated");
    QTest::addColumn<int>("state");
    const auto live = static_cast<int>(SourceState::Live);
    QTest::newRow("900x600 live") << QSize(900, 600) << false << live;
    QTest::newRow("900x600 simulated") << QSize(900, 600) << true << live;
    QTest::newRow("900x600 stale") << QSize(900, 600) << false << static_cast<int>(SourceState::Stale);
    QTest::newRow("1180x700 live") << QSize(1180, 700) << false << live;
    QTest::newRow("1200x700 simulated") << QSize(1200, 700) << true << live;
    QTest::newRow("1440x900 live") << QSize(1440, 900) << false << live;
    QTest::newRow("1440x900 simulated") << QSize(1440, 900) << true << live;
    QTest::newRow("2560x1440 live") << QSize(2560, 1440) << false << live;
    QTest::newRow("3840x2160 live") << QSize(3840, 2160) << false << live;
}

void WindowTest::noTextIsCutOrOverlaps()
{
    QFETCH(QSize, size);
    QFETCH(bool, simulated);
    QFETCH(int, state);
    Shown shown;
    shown.chain.begin(60, 918'318, 3000);
    shown.chain.setSimulated(simulated);
    shown.chain.setState(static_cast<SourceState>(state),
                         state == static_cast<int>(SourceState::Live) ? "" : "The node stopped answering. Trying again in 8 s.");
    GatewayStatus gateway{true, true, "http://192.168.100.200:8787/", 12345, {}};
    shown.ui->setGatewayStatus(gateway);
    QQuickWindow *window = shown.open(size);
    QVERIFY(window);
    shown.chain.disconnectTip();
    shown.chain.mine(500);
    shown.chain.send(20);
    shown.chain.replaceOne();
    QTRY_COMPARE(window->size(), size);
    QSignalSpy frames(window, &QQuickWindow::frameSwapped);
    window->update();
    QTRY_VERIFY(frames.count() >= 2);

    QTRY_VERIFY(textsOf(window).size() > 60);
    // Tried again for a while: between a change and the next frame things may stand where they were.
    QString fault;
    const auto faultless = [&] { return (fault = faultIn(textsOf(window), size)).isEmpty(); };
    auto *treemap = window->findChild<QObject *>(u"nextBlockTreemap"_s);
    QVERIFY(treemap);
    for (const int colouring : {0, 1, 2}) { // each has another legend
        QVERIFY(treemap->setProperty("colouring", colouring));
        const bool settled = QTest::qWaitFor(faultless, 3000);
        QVERIFY2(settled, qPrintable(fault));
    }
}

void WindowTest::whatComesLaterFitsToo_data()
{
    QTest::addColumn<bool>("afterTheFirstFrame");
    QTest::newRow("before the first frame") << false;
    QTest::newRow("after the first frame") << true;
}

void WindowTest::whatComesLaterFitsToo()
{
    QFETCH(bool, afterTheFirstFrame);
    Shown shown;
    shown.ui->show();
    QQuickWindow *window = shown.ui->window();
    QVERIFY(window);
    window->resize(1440, 900);
    if (afterTheFirstFrame)
        QVERIFY(QTest::qWaitForWindowExposed(window));
    shown.chain.begin(60, 918'318, 3000);
    const auto onCards = [window] {
        const auto texts = textsOf(window);
        return std::count_if(texts.begin(), texts.end(), [](const SeenText &text) { return !text.card.isNull(); });
    };
    QTRY_VERIFY(onCards() > 50);
    QString fault;
    const bool settled = QTest::qWaitFor([&] { return (fault = faultIn(textsOf(window), window->size())).isEmpty(); }, 3000);
    QVERIFY2(settled, qPrintable(fault));
}

void WindowTest::everyStateHasItsFace_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<QString>("reason");
    QTest::newRow("connecting") << int(SourceState::Connecting) << u"Nothing answers at 127.0.0.1:8332."_s;
    QTest::newRow("error") << int(SourceState::Error) << u"The node refused the password."_s;
    QTest::newRow("syncing") << int(SourceState::Syncing) << u"The node is loading its block index."_s;
}

void WindowTest::everyStateHasItsFace()
{
    QFETCH(int, state);
    QFETCH(QString, reason);
    Shown shown;
    shown.chain.setState(static_cast<SourceState>(state), reason.toStdString(), 0.43);
    QQuickWindow *window = shown.open({900, 600});
    QVERIFY(window);
    const auto texts = textsOf(window);
    const auto said = std::find_if(texts.begin(), texts.end(), [&](const SeenText &text) { return text.text == reason; });
    QVERIFY(said != texts.end());
    QVERIFY(!said->truncated);
    // Never a misleading zero.
    QVERIFY(std::none_of(texts.begin(), texts.end(), [](const SeenText &text) { return text.text.startsWith(u'0'); }));
}

void WindowTest::newBlockShowsInTitleAndTrain()
{
    Shown shown;
    shown.chain.begin(20, 500, 10);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    QTRY_COMPARE(window->title(), u"500 · Tipwatch"_s);
    shown.chain.mine();
    QTRY_COMPARE(window->title(), u"501 · Tipwatch"_s);
    const auto texts = textsOf(window);
    // In the train, on the tip's card and in the feed.
    QTRY_VERIFY(std::count_if(texts.begin(), texts.end(), [](const SeenText &text) { return text.text == u"501"; }) >= 2);
}

void WindowTest::latencyIsMeasuredToTheFrame()
{
    Shown shown;
    shown.chain.begin(20, 500, 10);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            shown.chain.send(1);
            const auto texts = textsOf(window);
            return std::any_of(texts.begin(), texts.end(), [](const SeenText &text) { return text.text.endsWith(u"ms"); });
        }(),
        8000);
}

void WindowTest::gatewaySwitchAsks()
{
    Shown shown;
    shown.chain.begin(20, 500, 10);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    QSignalSpy asked(shown.ui.get(), &Ui::gatewayEnabledRequested);
    auto *popup = window->findChild<QObject *>(u"gatewayPopup"_s);
    QVERIFY(popup);
    QVERIFY(QMetaObject::invokeMethod(popup, "open"));
    QTRY_VERIFY(popup->property("opened").toBool());
    auto *toggle = popup->property("contentItem").value<QQuickItem *>()->findChild<QQuickItem *>(u"gatewayToggle"_s);
    QVERIFY(toggle);
    QTest::mouseClick(window, Qt::LeftButton, {}, toggle->mapToScene({toggle->width() / 2, toggle->height() / 2}).toPoint());
    QTRY_COMPARE(asked.count(), 1);
    QCOMPARE(asked.first().first().toBool(), true);
    QVERIFY(!toggle->property("on").toBool()); // not until it is so
    shown.ui->setGatewayStatus({true, true, "http://127.0.0.1:8787/", 0, {}});
    QVERIFY(toggle->property("on").toBool());
}

void WindowTest::gatewaySettingsAreAskedForWhenApplied()
{
    Shown shown;
    shown.chain.begin(20, 500, 10);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    GatewayStatus status{true, true, "http://127.0.0.1:8787/", 0, {}, {}};
    shown.ui->setGatewayStatus(status);
    QSignalSpy asked(shown.ui.get(), &Ui::gatewaySettingsRequested);
    auto *popup = window->findChild<QObject *>(u"gatewayPopup"_s);
    QVERIFY(popup && QMetaObject::invokeMethod(popup, "open"));
    QTRY_VERIFY(popup->property("opened").toBool());
    auto *content = popup->property("contentItem").value<QQuickItem *>();
    const auto item = [&](const QString &name) { return content->findChild<QQuickItem *>(name); };
    const auto click = [&](QQuickItem *what) {
        QTest::mouseClick(window, Qt::LeftButton, {}, what->mapToScene({what->width() / 2, what->height() / 2}).toPoint());
    };
    const auto enter = [&](const char *text) {
        QTest::keyClick(window, Qt::Key_A, Qt::ControlModifier);
        for (const char *c = text; *c != 0; ++c)
            QTest::keyClick(window, *c);
    };
    QQuickItem *port = item(u"gatewayPortInput"_s);
    QVERIFY(port && !item(u"gatewayApply"_s)->isVisible());
    click(port);
    enter("70000"); // beyond the range: it cannot be applied
    QVERIFY(!port->property("acceptableInput").toBool());
    QVERIFY(!item(u"gatewayApply"_s)->isEnabled());
    enter("9000");
    click(item(u"gatewayLanToggle"_s));
    QTRY_VERIFY(item(u"gatewayApply"_s)->isVisible());
    click(item(u"gatewayApply"_s));
    QTRY_COMPARE(asked.count(), 1);
    const auto settings = asked.first().first().value<GatewaySettings>();
    QCOMPARE(settings.port, 9000);
    QCOMPARE(settings.listen, std::string("0.0.0.0"));
    QCOMPARE(settings.maxConnections, status.settings.maxConnections);
    status.settings = settings; // now it is so
    shown.ui->setGatewayStatus(status);
    QTRY_VERIFY(!item(u"gatewayApply"_s)->isVisible());
}

void WindowTest::themeIsRememberedUnlessOneIsAskedFor()
{
    Shown shown({.theme = "light", .reducedMotion = true, .settingsFile = {}});
    shown.chain.begin(20, 500, 10);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    const QColor light = window->color();
    QVERIFY(light.lightness() > 200);
    auto *appearance = window->property("appearance").value<QObject *>();
    QVERIFY(appearance->setProperty("theme", 1)); // dark
    QTRY_VERIFY(window->color().lightness() < 60);
    shown.ui.reset();
    const auto lightnessWith = [&](const char *theme) {
        UiOptions options{
            .theme = theme, .reducedMotion = true, .settingsFile = shown.home.filePath(u"settings.ini"_s).toStdString()};
        shown.ui = std::make_unique<Ui>(
            shown.chain.bus, [&shown] { return shown.chain.store.snapshot(); }, shown.clock, options);
        shown.ui->show();
        return shown.ui->window()->color().lightness();
    };
    QVERIFY(lightnessWith("remembered") < 60);
    QVERIFY(lightnessWith("light") > 200);
    QVERIFY(lightnessWith("remembered") < 60); // asking once is not choosing
}

void WindowTest::geometryIsRemembered()
{
    Shown shown;
    QVERIFY(shown.open({1000, 700}));
    QTRY_COMPARE(shown.ui->window()->size(), QSize(1000, 700));
    shown.ui.reset();
    UiOptions options{
        .theme = "dark", .reducedMotion = true, .settingsFile = shown.home.filePath(u"settings.ini"_s).toStdString()};
    shown.ui = std::make_unique<Ui>(
        shown.chain.bus, [&shown] { return shown.chain.store.snapshot(); }, shown.clock, options);
    shown.ui->show();
    QTRY_COMPARE(shown.ui->window()->size(), QSize(1000, 700));
}

void WindowTest::everyControlIsReachedByTab()
{
    Shown shown;
    shown.chain.begin(20, 500, 10);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    window->requestActivate();
    QVERIFY(QTest::qWaitForWindowActive(window));
    QSet<QQuickItem *> reached;
    for (int i = 0; i < 30; ++i) {
        QTest::keyClick(window, Qt::Key_Tab);
        if (window->activeFocusItem())
            reached << window->activeFocusItem();
    }
    // Gateway, appearance, copy, four filters, pause, the list.
    QVERIFY2(reached.size() >= 9, qPrintable(QString::number(reached.size())));
}

void WindowTest::burstDoesNotBlockTheWindow()
{
    Shown shown;
    shown.chain.begin(60, 918'318, 5000);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    // What the thread computed between two beats, in its own time: other programs do not count.
    QTimer beat;
    beat.setTimerType(Qt::PreciseTimer);
    double before = threadMilliseconds();
    std::vector<double> busy;
    connect(&beat, &QTimer::timeout, &beat, [&] {
        const double now = threadMilliseconds();
        busy.push_back(now - before);
        before = now;
    });
    int sent = 0;
    QTimer source;
    connect(&source, &QTimer::timeout, &source, [&] {
        shown.chain.send(20);
        sent += 20;
    });
    beat.start(5);
    source.start(20);
    QTRY_VERIFY_WITH_TIMEOUT(sent >= 3000, 20'000);
    std::sort(busy.begin(), busy.end());
    const double median = busy[busy.size() / 2], p99 = busy[busy.size() * 99 / 100];
    qInfo("GUI thread at 1,000 tx/s: busy at once for median %.1f ms, p99 %.1f ms, worst %.1f ms", median, p99, busy.back());
    QVERIFY2(p99 <= 16, qPrintable(QString::number(p99)));
}

void WindowTest::quietWindowDrawsOnceASecond()
{
    Shown shown;
    shown.chain.begin(60, 918'318, 5000);
    QQuickWindow *window = shown.open();
    QVERIFY(window);
    QSignalSpy frames(window, &QQuickWindow::frameSwapped);
    QElapsedTimer since;
    since.start();
    // The mempool's rates fall for a while after the last arrival, which is news; then only the clock moves.
    QTRY_VERIFY_WITH_TIMEOUT(since.elapsed() > 4000, 6000);
    QVERIFY2(frames.count() <= 16, qPrintable(QString::number(frames.count())));
    QVERIFY(frames.count() >= 2);
}

int main(int argc, char **argv)
{
    QApplication app(argc, argv); // Qt Charts needs it
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    WindowTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "window_test.moc"
