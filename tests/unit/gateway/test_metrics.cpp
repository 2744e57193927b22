// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/metrics/metrics_page.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include <numeric>

using namespace tipwatch;
using namespace Qt::StringLiterals;

class MetricsTest : public QObject {
    Q_OBJECT

private:
    static QString textOf(const ReactorCounters &counters, const ChainSnapshot &snapshot = {})
    {
        return QString::fromStdString(metricsText(counters, snapshot, ProcessFigures::now()));
    }
    static double valueOf(const QString &text, const QString &series)
    {
        const auto match =
            QRegularExpression(u"^"_s + QRegularExpression::escape(series) + u" (\\S+)$"_s, QRegularExpression::MultilineOption)
                .match(text);
        return match.hasMatch() ? match.captured(1).toDouble() : -1;
    }

private Q_SLOTS:
    void theNamesOfS1AreThereWithTheirFigures()
    {
        ReactorCounters counters;
        counters.clients = 3;
        counters.messagesSent = 10;
        counters.sentOn[static_cast<std::size_t>(Channel::Blocks)] = 6;
        counters.count(ClientError::Slow);
        const QString text = textOf(counters);
        QCOMPARE(valueOf(text, u"explorer_websocket_connections"_s), 3);
        QCOMPARE(valueOf(text, u"explorer_websocket_messages_sent{type=\"blocks\"}"_s), 6);
        QCOMPARE(valueOf(text, u"explorer_websocket_messages_sent{type=\"answer\"}"_s), 4);
        QCOMPARE(valueOf(text, u"explorer_websocket_errors{type=\"slow\"}"_s), 1);
        QCOMPARE(valueOf(text, u"explorer_websocket_errors{type=\"lost\"}"_s), 0);
    }

    void latencyIsAHistogramInSeconds()
    {
        ReactorCounters counters;
        for (const double ms : {0.1, 0.7, 3.0, 40.0, 9000.0})
            counters.broadcastLatency.add(ms);
        const QString text = textOf(counters), name = u"explorer_websocket_broadcast_latency_seconds"_s;
        QCOMPARE(valueOf(text, name + u"_bucket{le=\"0.0005\"}"_s), 1);
        QCOMPARE(valueOf(text, name + u"_bucket{le=\"0.001\"}"_s), 2);
        QCOMPARE(valueOf(text, name + u"_bucket{le=\"0.05\"}"_s), 4);
        QCOMPARE(valueOf(text, name + u"_bucket{le=\"5\"}"_s), 4);
        QCOMPARE(valueOf(text, name + u"_bucket{le=\"+Inf\"}"_s), 5);
        QCOMPARE(valueOf(text, name + u"_count"_s), 5);
        QVERIFY(std::abs(valueOf(text, name + u"_sum"_s) - 9.0438) < 1e-3);
    }

    void theProcessTellsOfItself()
    {
        const ProcessFigures before = ProcessFigures::now();
        QVERIFY(before.residentBytes > 1'000'000 && before.virtualBytes > before.residentBytes);
        QVERIFY(before.startedAt > 1.6e9 && before.maxDescriptors >= before.openDescriptors);
        QFile file(u"/proc/self/status"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(ProcessFigures::now().openDescriptors, before.openDescriptors + 1);
        volatile double sum = 0; // some work, until the clock of the process has moved
        while (ProcessFigures::now().cpuSeconds <= before.cpuSeconds)
            sum = sum + 1;
    }

    void prometheusAcceptsIt()
    {
        const QString promtool = QStandardPaths::findExecutable(u"promtool"_s);
        if (promtool.isEmpty())
            QSKIP("promtool is not installed (Debian package prometheus)");
        ReactorCounters counters;
        counters.broadcastLatency.add(1);
        ChainSnapshot snapshot;
        snapshot.tip.height = Height(7);
        snapshot.tip.hash = BlockHash(BlockHash::Bytes{1});
        QProcess check;
        check.start(promtool, {u"check"_s, u"metrics"_s});
        QVERIFY(check.waitForStarted());
        check.write(textOf(counters, snapshot).toUtf8());
        check.closeWriteChannel();
        QVERIFY(check.waitForFinished(60'000));
        QCOMPARE(check.readAllStandardError() + check.readAllStandardOutput(), QByteArray());
        QCOMPARE(check.exitCode(), 0);
    }

    void theSampleOfThePackageIsValidAndAsksForWhatThereIs()
    {
        const QString folder = QStringLiteral(TIPWATCH_SOURCE_DIR "/packaging/prometheus/");
        QFile rules(folder + u"tipwatch.rules.yml"_s);
        QVERIFY(rules.open(QIODevice::ReadOnly));
        ChainSnapshot snapshot;
        snapshot.tip.height = Height(7);
        const QString text = textOf(ReactorCounters(), snapshot), asked = QString::fromUtf8(rules.readAll());
        const QRegularExpression name(u"\\b(?:explorer|tipwatch|process)_\\w+"_s);
        int names = 0;
        for (auto it = name.globalMatch(asked); it.hasNext(); ++names) {
            const QString series = it.next().captured();
            QVERIFY2(text.contains(series), qPrintable(series));
        }
        QVERIFY(names >= 6);
        const QString promtool = QStandardPaths::findExecutable(u"promtool"_s);
        if (promtool.isEmpty())
            QSKIP("promtool is not installed (Debian package prometheus)");
        QCOMPARE(QProcess::execute(promtool, {u"check"_s, u"config"_s, folder + u"prometheus.yml"_s}), 0);
    }
};

QTEST_GUILESS_MAIN(MetricsTest)
#include "test_metrics.moc"
