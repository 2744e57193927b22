// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/pages/page_renderer.h"
#include "tests/web/states.h"

#include <QRegularExpression>
#include <QTest>

#include <chrono>
#include <thread>

using namespace tipwatch;
using namespace Qt::StringLiterals;

class TestPageRenderer : public QObject {
    Q_OBJECT

    const StaticAssets m_assets;
    const PageRenderer m_renderer{m_assets};

    QString page(const ChainSnapshot &snapshot, bool live = true) const
    {
        return QString::fromStdString(m_renderer.home(snapshot, {live, "/ws", "0.1.0", test::lookedAtMs}));
    }

    QString page(const char *state, bool live = true) const
    {
        for (const auto &[name, snapshot] : test::allSnapshots()) {
            if (name == state)
                return page(snapshot, live);
        }
        qFatal("no such state");
    }

    /// What stands in the element with this id, tags left out.
    static QString textOf(const QString &html, const QString &id)
    {
        const QRegularExpression element(u"<(\\w+)[^>]*\\bid=\"%1\"[^>]*>(.*?)</\\1>"_s.arg(id),
                                         QRegularExpression::DotMatchesEverythingOption);
        QString inner = element.match(html).captured(2);
        return inner.replace(QRegularExpression(u"<[^>]*>"_s), u" "_s).simplified();
    }

    static bool isHidden(const QString &html, const QString &id)
    {
        const QRegularExpressionMatch tag = QRegularExpression(u"<\\w+[^>]*\\bid=\"%1\"[^>]*>"_s.arg(id)).match(html);
        return tag.captured().contains(u" hidden"_s);
    }

private Q_SLOTS:
    void showsTipMempoolFeesAndBlocks()
    {
        const QString html = page("busy");
        QVERIFY(html.contains(u"<title>918,318 · Tipwatch</title>"_s));
        QCOMPARE(textOf(html, u"since"_s), u"4:12"_s);
        QCOMPARE(textOf(html, u"later"_s), u"65 % take longer"_s);
        QCOMPARE(textOf(html, u"fee-nextBlock"_s), u"Next block 28.4 sat/vB 4,004 sat"_s);
        QCOMPARE(textOf(html, u"fee-minimum"_s), u"Minimum 1.0 sat/vB 141 sat"_s);
        const QString mempool = textOf(html, u"mempool"_s);
        for (const QString &words :
             {u"84,213 tx"_s, u"61.4 MvB · 0.8412 BTC in fees"_s, u"243 of 300 MB"_s, u"4.8 tx/s · 2.31 kvB/s"_s})
            QVERIFY2(mempool.contains(words), qPrintable(words));
        const QString cars = textOf(html, u"cars"_s);
        QCOMPARE(html.count(u"<li class=\"car rate-"_s), 13); // twelve, and the template
        QVERIFY(cars.contains(u"918,318 26.1 sat/vB 10–305 3,871 tx · 1.58 MB Foundry USA 4 min ago"_s));
        QVERIFY(cars.contains(u"no payments"_s)); // the empty block
        QVERIFY(textOf(html, u"rows"_s).contains(u"918,318 4 min 3,871 1.58 MB 0.2871 BTC 26.1 Foundry USA"_s));
    }

    void saysTheStateOfTheSource_data()
    {
        QTest::addColumn<QString>("pill");
        QTest::addColumn<QString>("exact");
        QTest::addColumn<QString>("notice");
        QTest::newRow("busy") << u"Live mainnet Bitcoin Core 31.0.0"_s << u"Exact 84,213 tx equal to the node"_s << QString();
        QTest::newRow("unknown") << u"Starting"_s << u"Not exact no view of the mempool yet"_s
                                 << u"Nothing heard from the node yet."_s;
        QTest::newRow("connecting") << u"Connecting http://127.0.0.1:8332"_s << u"Not exact no view of the mempool yet"_s
                                    << u"Connection refused by 127.0.0.1:8332. Is the node running? Trying again in 8 s."_s;
        QTest::newRow("syncing") << u"Syncing 43 % mainnet Bitcoin Core 31.0.0"_s << u"Not exact no view of the mempool yet"_s
                                 << u"The node is downloading the chain: block 412,006 of 918,318."_s;
        QTest::newRow("stale") << u"Stale 4 min mainnet Bitcoin Core 31.0.0"_s << u"Not exact as last seen"_s
                               << u"The node does not answer. This is the last picture."_s;
        QTest::newRow("error")
            << u"Error http://127.0.0.1:8332"_s << u"Not exact no view of the mempool yet"_s
            << u"The node refuses the password of user &quot;alice&quot; (401). Check --rpc-user and --rpc-password-file."_s;
        QTest::newRow("resyncing") << u"Live mainnet Bitcoin Core 31.0.0"_s << u"Resyncing comparing with the node"_s
                                   << QString();
        QTest::newRow("polling") << u"Live mainnet Bitcoin Core 31.0.0"_s << u"Polling 84,213 tx at the last look"_s
                                 << u"The node offers no ZMQ &quot;sequence&quot; endpoint, so it is asked every second."_s;
    }

    void saysTheStateOfTheSource()
    {
        QFETCH(QString, pill);
        QFETCH(QString, exact);
        QFETCH(QString, notice);
        const QString html = page(QTest::currentDataTag());
        QCOMPARE(textOf(html, u"state"_s), pill);
        QCOMPARE(textOf(html, u"exact"_s), exact);
        QCOMPARE(isHidden(html, u"notice"_s), notice.isEmpty());
        if (!notice.isEmpty())
            QVERIFY2(textOf(html, u"notice"_s).endsWith(notice), qPrintable(textOf(html, u"notice"_s)));
    }

    void labelsSimulatedDataAndNothingElse()
    {
        for (const auto &[name, snapshot] : test::allSnapshots())
            QCOMPARE(isHidden(page(snapshot), u"simulated"_s), name != "simulated");
        const QString simulated = page("simulated");
        QVERIFY(!simulated.contains(u"take longer"_s)); // ten minutes are mainnet's
        QVERIFY(isHidden(simulated, u"notice"_s));      // said once
        QCOMPARE(textOf(simulated, u"state"_s), u"Live Simulated network"_s);
        QCOMPARE(textOf(simulated, u"exact"_s), u"Exact 84,213 tx in the simulation"_s);
    }

    void saysWhatIsMissingInsteadOfFigures()
    {
        const QString unknown = page("unknown");
        for (const QString &wrong : {u"-1"_s, u"nan"_s, u"inf"_s, u"1970"_s})
            QVERIFY2(!textOf(unknown, u"main"_s).contains(wrong), qPrintable(wrong));
        QVERIFY(textOf(unknown, u"fee-hour"_s).contains(u"no estimate yet"_s));
        QVERIFY(textOf(unknown, u"mempool"_s).contains(u"Not known yet."_s));
        QVERIFY(!isHidden(unknown, u"no-blocks"_s));
        QVERIFY(isHidden(page("busy"), u"no-blocks"_s));

        const QString empty = page("empty");
        QVERIFY(textOf(empty, u"mempool"_s).contains(u"Nothing is waiting for a block."_s));
        QVERIFY(!isHidden(empty, u"fees-note"_s));
        QVERIFY(isHidden(empty, u"epoch"_s)); // regtest has no difficulty periods
        QCOMPARE(empty.count(u"car ghost"_s), 9);
    }

    void escapesWhatOthersSay()
    {
        const QString html = page("hostile");
        QVERIFY(!html.contains(u"<script>"_s));
        QVERIFY(!html.contains(u"<img"_s));
        QVERIFY(!html.contains(u"<!-- "_s));
        QVERIFY(html.contains(u"&lt;script&gt;alert(1)&lt;/script&gt;&quot;"_s));
        QVERIFY(html.contains(u"{{evil}}"_s)); // and no template is made of it
        QVERIFY(html.contains(u"&quot;&gt;&lt;img src=x&gt;"_s));
    }

    void bringsTheLiveScriptOnlyWhereThereIsAStream()
    {
        const QString live = page("busy", true), off = page("busy", false);
        QVERIFY(live.contains(u"/live/page.js\"></script>"_s));
        QVERIFY(live.contains(u"data-socket=\"/ws\" data-epoch=\"0000000000001234\" data-seq=\"8123\""_s));
        QVERIFY(live.contains(u"<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>"_s));
        QVERIFY(!off.contains(u"page.js"_s));
        QVERIFY(!off.contains(u"data-socket"_s));
        QVERIFY(!off.contains(u"<noscript>"_s));
        QVERIFY(!off.contains(u"id=\"feed\""_s));
        QVERIFY(off.contains(u"<meta http-equiv=\"refresh\" content=\"30\">"_s));
    }

    void refersToNothingThatIsNotServed()
    {
        static const QRegularExpression reference(u"\\b(?:src|href)=\"([^\"]*)\""_s);
        int assets = 0;
        for (auto it = reference.globalMatch(page("busy")); it.hasNext();) {
            const QString target = it.next().captured(1);
            QVERIFY2(target.startsWith(u'/') || target.startsWith(u'#'), qPrintable(target));
            if (target.startsWith(u"/assets/"_s)) {
                ++assets;
                QVERIFY2(m_assets.find(target.toStdString()), qPrintable(target));
            }
        }
        QVERIFY(assets > 15);
    }

    void obeysItsContentSecurityPolicy()
    {
        for (const auto &[name, snapshot] : test::allSnapshots()) {
            const QString html = page(snapshot);
            QVERIFY(!QRegularExpression(u"<[^>]*\\sstyle="_s).match(html).hasMatch());
            QVERIFY(!QRegularExpression(u"<[^>\"]*(\"[^\"]*\"[^>\"]*)*\\son\\w+="_s).match(html).hasMatch());
            QVERIFY(!QRegularExpression(u"<script(?![^>]*\\bsrc=)"_s).match(html).hasMatch());
        }
    }

    void rendersForManyThreadsAtOnce()
    {
        const ChainSnapshot snapshot = test::busySnapshot();
        const QString expected = page(snapshot);
        std::atomic<int> different = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 25; ++n)
                    different += page(snapshot) != expected;
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(different.load(), 0);
    }

    void isFast()
    {
        const ChainSnapshot snapshot = test::busySnapshot();
        std::vector<double> ms;
        for (int i = 0; i < 50; ++i) {
            const auto start = std::chrono::steady_clock::now();
            const std::string html = m_renderer.home(snapshot, {true, "/ws", "0.1.0", test::lookedAtMs});
            ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
            QVERIFY(html.size() < 64 * 1024);
        }
        std::nth_element(ms.begin(), ms.begin() + 25, ms.end());
        qInfo("home page: %.2f ms to build (median of 50), %zu bytes", ms[25],
              m_renderer.home(snapshot, {true, "/ws", "0.1.0", test::lookedAtMs}).size());
        QVERIFY2(ms[25] < 50, "issue 6 asks for less than 50 ms");
    }
};

QTEST_GUILESS_MAIN(TestPageRenderer)
#include "test_page_renderer.moc"
