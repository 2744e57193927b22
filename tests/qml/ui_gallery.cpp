// SPDX-License-Identifier: GPL-3.0-or-later
// Shows the window without a node, for looking at it: in any state, size and theme, and as pictures.
//   ui_gallery [--state live|connecting|error|syncing|stale|simulated|reorg|empty] [--size 1440x900] [--theme dark|light]
//              [--rate N] [--transactions N] [--vsize N] [--shot FILE --after MS] [--popup gateway|theme] [--colouring feerate|age|kind]
//              [--frames N]  draws N frames and prints what one costs in processor time, all threads together
#include "qml/ui.h"
#include "tests/qml/scripted_chain.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QQuickItem>
#include <QQuickWindow>
#include <QTemporaryDir>
#include <QTimer>

#include <cstdio>
#include <ctime>

using namespace tipwatch;
using namespace Qt::StringLiterals;

namespace {

void enterState(test::ScriptedChain &chain, const QString &state, int transactions)
{
    if (state == u"connecting") {
        chain.setState(SourceState::Connecting, "Nothing answers at 127.0.0.1:8332. Is the node running with server=1?");
    } else if (state == u"error") {
        chain.setState(
            SourceState::Error,
            "The node refused the user name or password. Check --rpc-user and the password file, or use --rpc-cookie.");
    } else if (state == u"syncing-empty") {
        chain.setState(SourceState::Syncing, "The node is loading its block index.", 0.43);
    } else {
        chain.begin(60, 918'318, transactions);
        if (state == u"syncing")
            chain.setState(SourceState::Syncing, "The node is catching up: initial block download.", 0.43);
        else if (state == u"stale")
            chain.setState(SourceState::Stale, "The node stopped answering. Trying again in 8 s.");
        else if (state == u"simulated")
            chain.setSimulated(true);
        else if (state == u"empty")
            chain.mine(1'000'000);
    }
}

double processMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void measureFrames(QQuickWindow *window, int wanted)
{
    constexpr int warmUp = 50;
    auto seen = std::make_shared<int>(0);
    auto begun = std::make_shared<double>(0);
    QObject::connect(window, &QQuickWindow::frameSwapped, window, [=] {
        if (++*seen == warmUp)
            *begun = processMilliseconds();
        if (*seen == warmUp + wanted) {
            std::printf("frame: %.2f ms of processor time\n", (processMilliseconds() - *begun) / wanted);
            QCoreApplication::quit();
        }
        window->update();
    });
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QCommandLineParser parser;
    parser.addHelpOption();
    parser.addOptions({{u"state"_s, u"State of the source"_s, u"state"_s, u"live"_s},
                       {u"size"_s, u"Size of the window"_s, u"WxH"_s, u"1440x900"_s},
                       {u"theme"_s, u"dark or light"_s, u"theme"_s, u"dark"_s},
                       {u"rate"_s, u"Transactions per second"_s, u"n"_s, u"5"_s},
                       {u"transactions"_s, u"That wait at the beginning"_s, u"n"_s, u"2000"_s},
                       {u"vsize"_s, u"Of each transaction, vB; 0: of many sizes"_s, u"n"_s, u"0"_s},
                       {u"shot"_s, u"Save a picture and leave"_s, u"file"_s},
                       {u"after"_s, u"When to save it, ms"_s, u"ms"_s, u"1500"_s},
                       {u"colouring"_s, u"Of the treemap"_s, u"what"_s},
                       {u"frames"_s, u"Measure the cost of a frame and leave"_s, u"n"_s},
                       {u"popup"_s, u"Open a popup of the strip"_s, u"name"_s}});
    parser.process(app);

    const SystemClock clock;
    test::ScriptedChain chain(clock);
    const QString state = parser.value(u"state"_s);
    chain.setVsize(parser.value(u"vsize"_s).toInt());
    enterState(chain, state, parser.value(u"transactions"_s).toInt());

    QTemporaryDir home;
    UiOptions options;
    options.theme = parser.value(u"theme"_s).toStdString();
    options.settingsFile = home.filePath(u"settings.ini"_s).toStdString();
    Ui ui(
        chain.bus, [&chain] { return chain.store.snapshot(); }, clock, options);
    QObject::connect(&ui, &Ui::projectedBlocksWanted, &ui,
                     [&](ProjectedSet blocks) { chain.store.projectedInterest().want(&ui, blocks); });
    GatewayStatus gateway;
    gateway.enabled = gateway.listening = true;
    gateway.clients = 7;
    gateway.url = "http://192.168.1.7:8787/";
    ui.setGatewayStatus(gateway);
    QObject::connect(&ui, &Ui::gatewayEnabledRequested, &ui, [&](bool enabled) {
        gateway.enabled = gateway.listening = enabled;
        ui.setGatewayStatus(gateway);
    });
    ui.show();
    QQuickWindow *window = ui.window();
    if (!window)
        return 1;
    const QStringList size = parser.value(u"size"_s).split(u'x');
    window->setGeometry(0, 0, size.value(0).toInt(), size.value(1).toInt());

    QTimer sending;
    const int rate = parser.value(u"rate"_s).toInt();
    QObject::connect(&sending, &QTimer::timeout, &sending, [&] {
        chain.send(std::max(1, rate / 20));
        if (rand() % 20 == 0)
            chain.replaceOne();
    });
    const bool living =
        state != u"connecting" && state != u"error" && state != u"stale" && state != u"empty" && state != u"syncing-empty";
    if (living && rate > 0)
        sending.start(std::max(50, 1000 / rate));
    QTimer mining;
    QObject::connect(&mining, &QTimer::timeout, &mining, [&] { chain.mine(); });
    if (living && !parser.isSet(u"shot"_s) && !parser.isSet(u"frames"_s))
        mining.start(8000);
    if (state == u"reorg") {
        QTimer::singleShot(600, &mining, [&] {
            chain.disconnectTip();
            chain.mine(0);
            chain.mine(0);
        });
    }
    if (auto *treemap = window->findChild<QObject *>(u"nextBlockTreemap"_s); treemap && parser.isSet(u"colouring"_s))
        treemap->setProperty("colouring", QStringList{u"feerate"_s, u"age"_s, u"kind"_s}.indexOf(parser.value(u"colouring"_s)));
    if (parser.isSet(u"popup"_s)) {
        QTimer::singleShot(500, window, [&] {
            if (auto *popup = window->findChild<QObject *>(parser.value(u"popup"_s) + u"Popup"_s))
                QMetaObject::invokeMethod(popup, "open");
        });
    }
    if (parser.isSet(u"frames"_s))
        measureFrames(window, parser.value(u"frames"_s).toInt());
    if (parser.isSet(u"shot"_s)) {
        QTimer::singleShot(parser.value(u"after"_s).toInt(), window, [&] {
            const bool saved = window->grabWindow().save(parser.value(u"shot"_s));
            app.exit(saved ? 0 : 1);
        });
    }
    return app.exec();
}
