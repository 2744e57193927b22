// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/delivery/alert_delivery.h"
#include "server/alerts/delivery/courier.h"
#include "tests/unit/alerts/http_sink.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>
#include <QTemporaryDir>
#include <QTest>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

Alert alertNumbered(std::uint64_t id)
{
    Alert alert;
    alert.id = id;
    alert.rule = "late";
    alert.type = "block_late";
    alert.severity = AlertSeverity::Critical;
    alert.title = "No block for 70 min";
    alert.text = "Seventy minutes — so long.";
    alert.lasts = true;
    alert.raisedAt = 1'763'625'600'123;
    return alert;
}

CourierLimits quick()
{
    CourierLimits limits;
    limits.timeout = 200ms;
    limits.attempts = 4;
    limits.firstPause = 1ms;
    limits.longestPause = 4ms;
    return limits;
}

QStringList logged;

void keepLog(QtMsgType, const QMessageLogContext &, const QString &message)
{
    logged << message;
}

} // namespace

class TestAlertDelivery : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aWebhookGetsJsonThatIsSigned();
    void ntfyGetsTextWithItsHeaders();
    void whatMayPassIsTriedAgain_data();
    void whatMayPassIsTriedAgain();
    void otherAnswersAreFinal_data();
    void otherAnswersAreFinal();
    void itIsGivenUpAfterSomeAttempts();
    void aServerThatIsNotThereIsTriedAgain();
    void aServerMayAskForAPause();
    void theOrderIsKept();
    void whatDoesNotFitDropsTheOldest();
    void theEndDoesNotWait();
    void neitherAddressNorSecretIsLogged();
    void filesWithoutASecretAreRefused();
    void rulesChooseTheirTargets();
};

void TestAlertDelivery::aWebhookGetsJsonThatIsSigned()
{
    HttpSink sink;
    Courier courier(makeWebhook(sink.url(), "a secret", "00000000000000ab"), quick());
    courier.send(alertNumbered(7));
    Alert over = alertNumbered(7);
    over.clearedAt = over.raisedAt + 1000;
    courier.send(over);
    QTRY_COMPARE(courier.counters().delivered, 2u);
    QCOMPARE(sink.posts().size(), std::size_t(2));

    const HttpSink::Post &post = sink.posts()[0];
    QCOMPARE(post.path, QByteArray("/hook"));
    QCOMPARE(post.headers["content-type"], QByteArray("application/json"));
    QCOMPARE(post.headers["tipwatch-delivery"], QByteArray("00000000000000ab-7-raised"));
    QCOMPARE(post.headers["tipwatch-signature"],
             "sha256=" + QMessageAuthenticationCode::hash(post.body, "a secret", QCryptographicHash::Sha256).toHex());
    const QJsonObject raised = QJsonDocument::fromJson(post.body).object();
    QCOMPARE(raised["type"_L1].toString(), u"alert.raised"_s);
    QCOMPARE(raised["epoch"_L1].toString(), u"00000000000000ab"_s);
    QCOMPARE(raised["data"_L1]["id"_L1].toInt(), 7);
    QCOMPARE(raised["data"_L1]["text"_L1].toString(), u"Seventy minutes — so long."_s);

    const QJsonObject cleared = QJsonDocument::fromJson(sink.posts()[1].body).object();
    QCOMPARE(cleared["type"_L1].toString(), u"alert.cleared"_s);
    QCOMPARE(cleared["data"_L1]["active"_L1].toBool(true), false);
    QCOMPARE(sink.posts()[1].headers["tipwatch-delivery"], QByteArray("00000000000000ab-7-cleared"));
}

void TestAlertDelivery::ntfyGetsTextWithItsHeaders()
{
    HttpSink sink;
    Courier courier(makeNtfy(sink.url("/my-topic"), "tk_secret"), quick());
    Alert plain = alertNumbered(1);
    courier.send(plain);
    plain.severity = AlertSeverity::Warning;
    plain.title = "“Satoshi” in OP_RETURN";
    courier.send(plain);
    plain.clearedAt = 5;
    courier.send(plain);
    QTRY_COMPARE(courier.counters().delivered, 3u);
    const HttpSink::Post &first = sink.posts()[0], &second = sink.posts()[1], &third = sink.posts()[2];
    QCOMPARE(first.path, QByteArray("/my-topic"));
    QCOMPARE(QString::fromUtf8(first.body), u"Seventy minutes — so long."_s);
    QCOMPARE(first.headers["title"], QByteArray("No block for 70 min"));
    QCOMPARE(first.headers["priority"], QByteArray("urgent"));
    QCOMPARE(first.headers["tags"], QByteArray("rotating_light"));
    QCOMPARE(first.headers["authorization"], QByteArray("Bearer tk_secret"));
    QCOMPARE(second.headers["priority"], QByteArray("high"));
    QCOMPARE(second.headers["title"], "=?UTF-8?B?" + QByteArray("“Satoshi” in OP_RETURN").toBase64() + "?=");
    QCOMPARE(third.headers["priority"], QByteArray("low"));
    QVERIFY(third.headers["title"] != second.headers["title"]);
}

void TestAlertDelivery::whatMayPassIsTriedAgain_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("500") << HttpSink::status("500 Oops");
    QTest::newRow("503") << HttpSink::status("503 Later");
    QTest::newRow("429") << HttpSink::status("429 Slowly");
    QTest::newRow("408") << HttpSink::status("408 Too slow");
    QTest::newRow("hangs") << HttpSink::hang;
    QTest::newRow("half an answer") << HttpSink::half;
    QTest::newRow("closes") << HttpSink::slam;
    QTest::newRow("no HTTP") << QByteArray("What?\r\n\r\n");
}

void TestAlertDelivery::whatMayPassIsTriedAgain()
{
    QFETCH(QByteArray, answer);
    HttpSink sink;
    sink.answerWith({answer, answer, HttpSink::ok});
    Courier courier(makeWebhook(sink.url(), {}, "e"), quick());
    courier.send(alertNumbered(1));
    QTRY_COMPARE(courier.counters().delivered, 1u);
    QVERIFY(sink.posts().size() >= 3); // where the connection ends Qt tries again by itself
    QCOMPARE(courier.counters().failed, 0u);
    for (const HttpSink::Post &post : sink.posts())
        QCOMPARE(post.body, sink.posts().front().body); // the receiver can tell that it is the same
}

void TestAlertDelivery::otherAnswersAreFinal_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::newRow("404") << HttpSink::status("404 Not Found");
    QTest::newRow("401") << HttpSink::status("401 Unauthorized");
    QTest::newRow("redirect") << HttpSink::status("302 Found", "Location: /elsewhere\r\n");
}

void TestAlertDelivery::otherAnswersAreFinal()
{
    QFETCH(QByteArray, answer);
    HttpSink sink;
    sink.answerWith({answer});
    Courier courier(makeWebhook(sink.url(), {}, "e"), quick());
    courier.send(alertNumbered(1));
    courier.send(alertNumbered(2)); // the next is not held up
    QTRY_COMPARE(courier.counters().delivered, 1u);
    QCOMPARE(courier.counters().failed, 1u);
    QCOMPARE(sink.posts().size(), std::size_t(2));
}

void TestAlertDelivery::itIsGivenUpAfterSomeAttempts()
{
    HttpSink sink;
    sink.answerWith(QByteArrayList(4, HttpSink::status("500 Oops")));
    Courier courier(makeWebhook(sink.url(), {}, "e"), quick());
    courier.send(alertNumbered(1));
    courier.send(alertNumbered(2));
    QTRY_COMPARE(courier.counters().delivered, 1u);
    QCOMPARE(courier.counters().failed, 1u);
    QCOMPARE(courier.counters().attempts, 5u);
    QCOMPARE(courier.waiting(), std::size_t(0));
}

void TestAlertDelivery::aServerThatIsNotThereIsTriedAgain()
{
    HttpSink sink;
    const std::string url = sink.url();
    sink.close();
    Courier courier(makeWebhook(url, {}, "e"), quick());
    courier.send(alertNumbered(1));
    QTRY_COMPARE(courier.counters().failed, 1u);
    QCOMPARE(courier.counters().attempts, 4u);
}

void TestAlertDelivery::aServerMayAskForAPause()
{
    HttpSink sink;
    sink.answerWith({HttpSink::status("503 Later", "Retry-After: 1000\r\n")});
    CourierLimits limits = quick();
    limits.longestRetryAfter = 10min;
    logged.clear();
    const QtMessageHandler before = qInstallMessageHandler(keepLog);
    Courier courier(makeWebhook(sink.url(), {}, "e"), limits);
    courier.send(alertNumbered(1));
    QTRY_COMPARE(logged.size(), 1);
    qInstallMessageHandler(before);
    QVERIFY2(logged[0].endsWith("error=\"HTTP 503\" pause_ms=600000"_L1), qPrintable(logged[0])); // of 1000 s it asks for
    QCOMPARE(courier.waiting(), std::size_t(1));
}

void TestAlertDelivery::theOrderIsKept()
{
    HttpSink sink;
    sink.answerWith({HttpSink::status("500 Oops"), HttpSink::ok, HttpSink::slam});
    Courier courier(makeWebhook(sink.url(), {}, "e"), quick());
    for (std::uint64_t id = 1; id <= 4; ++id)
        courier.send(alertNumbered(id));
    QTRY_COMPARE(courier.counters().delivered, 4u);
    QList<int> ids;
    for (const HttpSink::Post &post : sink.posts()) {
        const int id = QJsonDocument::fromJson(post.body).object()["data"_L1]["id"_L1].toInt();
        if (ids.isEmpty() || ids.last() != id)
            ids << id;
    }
    QCOMPARE(ids, (QList<int>{1, 2, 3, 4}));
}

void TestAlertDelivery::whatDoesNotFitDropsTheOldest()
{
    HttpSink sink;
    sink.answerWith({HttpSink::hang});
    CourierLimits limits = quick();
    limits.queue = 3;
    limits.timeout = 300ms;
    Courier courier(makeWebhook(sink.url(), {}, "e"), limits);
    for (std::uint64_t id = 1; id <= 6; ++id)
        courier.send(alertNumbered(id));
    QCOMPARE(courier.waiting(), std::size_t(3));
    QCOMPARE(courier.counters().dropped, 3u);
    QTRY_COMPARE(courier.counters().delivered, 3u); // the one under way, and the two latest
    QCOMPARE(QJsonDocument::fromJson(sink.posts().back().body).object()["data"_L1]["id"_L1].toInt(), 6);
}

void TestAlertDelivery::theEndDoesNotWait()
{
    HttpSink sink;
    sink.answerWith({HttpSink::hang});
    CourierLimits limits;
    auto courier = std::make_unique<Courier>(makeWebhook(sink.url(), {}, "e"), limits);
    courier->send(alertNumbered(1));
    courier->send(alertNumbered(2));
    QTRY_COMPARE(sink.posts().size(), std::size_t(1));
    courier.reset(); // with a request under way
}

void TestAlertDelivery::neitherAddressNorSecretIsLogged()
{
    HttpSink sink;
    sink.answerWith({HttpSink::slam, HttpSink::status("404 No")});
    const std::string webhook = sink.url("/T000/B000/secretpath"), ntfy = sink.url("/secrettopic");
    logged.clear();
    const QtMessageHandler before = qInstallMessageHandler(keepLog);
    {
        Courier hook(makeWebhook(webhook, "topsecret", "e"), quick());
        hook.send(alertNumbered(1));
        QTRY_COMPARE(hook.counters().failed, 1u);
        Courier topic(makeNtfy(ntfy, "topsecret"), quick());
        topic.send(alertNumbered(1));
        QTRY_COMPARE(topic.counters().delivered, 1u);
    }
    qInstallMessageHandler(before);
    const QString all = logged.join(u'\n');
    QVERIFY(all.contains("alert.delivery_failed target=webhook id=1"_L1));
    QVERIFY(all.contains("alert.delivered target=ntfy id=1"_L1));
    QVERIFY2(!all.contains("secret"_L1), qPrintable(all));
    QVERIFY2(!all.contains("http://"_L1), qPrintable(all));
}

void TestAlertDelivery::filesWithoutASecretAreRefused()
{
    QTemporaryDir dir;
    QFile file(dir.filePath(u"empty"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    DeliveryConfig config;
    QVERIFY(AlertDelivery::check(config));
    config.ntfyTokenFile = file.fileName().toStdString();
    QVERIFY(!AlertDelivery::check(config));
    QCOMPARE(AlertDelivery::check(config).error().message,
             "alerts.ntfy_token_file: " + config.ntfyTokenFile + ": its first line is empty");
    config.ntfyTokenFile.clear();
    config.webhookSecretFile = dir.filePath(u"missing"_s).toStdString();
    QVERIFY(AlertDelivery::check(config).error().message.starts_with("alerts.webhook_secret_file: "));
}

void TestAlertDelivery::rulesChooseTheirTargets()
{
    HttpSink hook, topic;
    DeliveryConfig config;
    config.webhookUrl = hook.url();
    config.ntfyUrl = topic.url("/topic");
    AlertDelivery delivery(config, "e");
    delivery.deliver(alertNumbered(1), true, false);
    delivery.deliver(alertNumbered(2), false, true);
    delivery.deliver(alertNumbered(3), false, false);
    delivery.deliver(alertNumbered(4), true, true);
    QTRY_COMPARE(hook.posts().size(), std::size_t(2));
    QTRY_COMPARE(topic.posts().size(), std::size_t(2));
}

QTEST_GUILESS_MAIN(TestAlertDelivery)
#include "test_alert_delivery.moc"
