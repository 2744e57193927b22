// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/history/history_reader.h"
#include "shared/protocol/history_encoder.h"
#include "shared/protocol/json_writer.h"
#include "tests/unit/gateway/http_exchange.h"

#include <QLoggingCategory>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

/// Answers when it is told to, as a disk would.
class FakeHistory final : public QObject, public HistoryReader {
public:
    void ask(HistoryWindow window, Done done) override
    {
        ++asked;
        const auto answer = [this, window, done] {
            if (!error.empty()) {
                done(failure(error));
                return;
            }
            done(series[static_cast<std::size_t>(window)]);
        };
        if (isSlow)
            waiting.push_back(answer);
        else
            QMetaObject::invokeMethod(this, answer, Qt::QueuedConnection);
    }
    HistoryStatus status() const override { return {true, error.empty(), false, error, {}, 4096}; }

    std::array<HistorySeriesPtr, historyWindows> series;
    std::string error;
    bool isSlow = false;
    int asked = 0;
    std::vector<std::function<void()>> waiting;
};

HistorySeries seriesOf(HistoryWindow window, const std::vector<std::int64_t> &times)
{
    HistorySeries series;
    series.window = window;
    series.from = 600;
    series.to = 7800;
    for (const std::int64_t time : times) {
        HistoryPoint point;
        point.time = time;
        point.samples = 1;
        point.values[static_cast<std::size_t>(HistoryField::Count)] = 10.4;
        point.values[static_cast<std::size_t>(HistoryField::TxPerSecond)] = 1.23456;
        point.bands[2] = 1000.4;
        series.points.push_back(point);
    }
    HistoryBlock block;
    block.time = 650;
    block.hash = ServedStore::hashOf(7);
    block.height = Height(7);
    block.stale = true;
    series.blocks = {block};
    return series;
}

struct ServedHistory {
    ServedStore served;
    FakeHistory history;

    ServedHistory()
    {
        for (std::size_t i = 0; i < historyWindows; ++i)
            history.series[i] =
                std::make_shared<const HistorySeries>(seriesOf(static_cast<HistoryWindow>(i), {600, 660, 900, 960}));
        served.fill();
        served.gateway->setHistory(history);
        served.start();
    }
};

} // namespace

class HistoryApiTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }

    void everyWindowIsServed();
    void columnsBreakAtAGap();
    void aBadWindowIsRefused_data();
    void aBadWindowIsRefused();
    void whatIsUnchangedIsNotSentAgain();
    void whyThereIsNone();
    void withoutAHistoryThereIsNone();
    void aServerThatGoesIsNotAnswered();
};

void HistoryApiTest::everyWindowIsServed()
{
    ServedHistory run;
    for (const std::string name : {"2h", "24h", "3d", "1w", "1m", "1y"}) {
        const Answer answer = get(run.served, "/api/v1/history?window=" + name);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.object()[u"window"_s].toString().toStdString(), name);
    }
    QCOMPARE(get(run.served, "/api/v1/history").object()[u"window"_s].toString(), u"24h"_s);
}

void HistoryApiTest::columnsBreakAtAGap()
{
    std::string text;
    JsonWriter json(text);
    encode(json, seriesOf(HistoryWindow::TwoHours, {600, 660, 900, 960}));
    const QJsonObject body = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
    QCOMPARE(body[u"time"_s].toArray(), (QJsonArray{600, 660, 720, 900, 960}));
    QCOMPARE(body[u"samples"_s].toArray(), (QJsonArray{1, 1, QJsonValue(), 1, 1}));
    QCOMPARE(body[u"count"_s].toArray(), (QJsonArray{10, 10, QJsonValue(), 10, 10}));
    QCOMPARE(body[u"txPerSecond"_s].toArray(), (QJsonArray{1.235, 1.235, QJsonValue(), 1.235, 1.235}));
    QCOMPARE(body[u"estimateHour"_s].toArray(),
             (QJsonArray{QJsonValue(), QJsonValue(), QJsonValue(), QJsonValue(), QJsonValue()}));
    QCOMPARE(body[u"bands"_s].toArray().size(), static_cast<qsizetype>(historyBands.size()));
    QCOMPARE(body[u"vsizeByBand"_s].toArray().size(), static_cast<qsizetype>(historyBands.size()));
    QCOMPARE(body[u"vsizeByBand"_s][2].toArray(), (QJsonArray{1000, 1000, QJsonValue(), 1000, 1000}));
    for (std::size_t i = 0; i < historyFields; ++i) {
        const std::string name(historyFieldName(static_cast<HistoryField>(i)));
        QVERIFY2(body[QString::fromStdString(name)].toArray().size() == 5, name.c_str());
    }
    QCOMPARE(body[u"blocks"_s][u"stale"_s].toArray(), QJsonArray{true});
    QCOMPARE(body[u"blocks"_s][u"receivedAt"_s].toArray(), QJsonArray{QJsonValue()});
}

void HistoryApiTest::aBadWindowIsRefused_data()
{
    QTest::addColumn<std::string>("query");
    for (const char *query : {"window=2d", "window=", "window=24H", "window=1y1y"})
        QTest::newRow(query) << std::string(query);
}

void HistoryApiTest::aBadWindowIsRefused()
{
    QFETCH(std::string, query);
    ServedHistory run;
    const Answer answer = get(run.served, "/api/v1/history?" + query);
    QCOMPARE(answer.status, 400);
    QCOMPARE(answer.errorCode(), u"bad_window"_s);
    QCOMPARE(answer.object()[u"error"_s][u"message"_s].toString(), u"window is one of 2h, 24h, 3d, 1w, 1m, 1y"_s);
    QCOMPARE(run.history.asked, 0);
}

void HistoryApiTest::whatIsUnchangedIsNotSentAgain()
{
    ServedHistory run;
    const Answer first = get(run.served, "/api/v1/history?window=1w");
    const std::string tag = first.field("ETag").toStdString();
    QVERIFY(!tag.empty());
    QCOMPARE(get(run.served, "/api/v1/history?window=1w", "If-None-Match: " + tag + "\r\n").status, 304);
    QCOMPARE(get(run.served, "/api/v1/history?window=1w", "Accept-Encoding: gzip\r\n").field("Content-Encoding"), "gzip"_ba);
    run.history.series[3] = std::make_shared<const HistorySeries>(seriesOf(HistoryWindow::Week, {600}));
    const Answer changed = get(run.served, "/api/v1/history?window=1w", "If-None-Match: " + tag + "\r\n");
    QCOMPARE(changed.status, 200);
    QCOMPARE(changed.object()[u"time"_s].toArray(), QJsonArray{600});
}

void HistoryApiTest::whyThereIsNone()
{
    ServedHistory run;
    run.history.error = "the history cannot be written: database or disk is full";
    const Answer answer = get(run.served, "/api/v1/history");
    QCOMPARE(answer.status, 503);
    QCOMPARE(answer.errorCode(), u"no_history"_s);
    QCOMPARE(answer.field("Retry-After"), "60"_ba);
    QCOMPARE(answer.object()[u"error"_s][u"message"_s].toString().toStdString(), run.history.error);
    const QJsonObject status = get(run.served, "/api/v1/status").object()[u"history"_s].toObject();
    QCOMPARE(status[u"recording"_s], QJsonValue(false));
    QCOMPARE(status[u"error"_s].toString().toStdString(), run.history.error);
    QCOMPARE(status[u"setAside"_s], QJsonValue());
}

void HistoryApiTest::withoutAHistoryThereIsNone()
{
    ServedStore served;
    served.start();
    QCOMPARE(get(served, "/api/v1/history").status, 503);
    QCOMPARE(get(served, "/api/v1/status").object()[u"history"_s][u"enabled"_s], QJsonValue(false));
}

void HistoryApiTest::aServerThatGoesIsNotAnswered()
{
    ServedHistory run;
    run.history.isSlow = true;
    RawClient client = RawClient::connectTo(run.served.port());
    client.send("GET /api/v1/history HTTP/1.1\r\nHost: localhost\r\n\r\n");
    QTRY_COMPARE(run.history.waiting.size(), std::size_t(1));
    run.served.gateway->stop();
    run.history.waiting.front()(); // there is nobody left; nothing must happen
    run.history.isSlow = false;
    QVERIFY(run.served.start());
    QCOMPARE(get(run.served, "/api/v1/history").status, 200);
}

QTEST_GUILESS_MAIN(HistoryApiTest)
#include "test_history_api.moc"
