// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/event_source.h"

#include <QLoggingCategory>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

Alert lasting(const std::string &rule)
{
    Alert alert;
    alert.rule = rule;
    alert.type = "block_late";
    alert.title = "No block for 70 min";
    alert.lasts = true;
    return alert;
}

QByteArrayList eventsOf(const std::vector<StreamBlock> &blocks)
{
    QByteArrayList events;
    for (const StreamBlock &block : blocks)
        events << block.event;
    return events;
}

} // namespace

/// Alerts on the channel of that name, and over REST.
class AlertsServedTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }

    void restTellsWhatHoldsAndWhatWas()
    {
        ServedStore served;
        QVERIFY(served.start());
        QCOMPARE(get(served, "/api/v1/alerts").body, QByteArray(R"({"active":[],"recent":[]})"));
        const AlertPtr first = served.store.raiseAlert(lasting("one"));
        served.store.raiseAlert(lasting("two"));
        served.store.clearAlert(first->id);
        const Answer answer = get(served, "/api/v1/alerts");
        QCOMPARE(answer.field("Tipwatch-Position"), QByteArray::fromStdString(served.store.snapshot()->position.toText()));
        const QJsonArray active = answer.object()[u"active"_s].toArray(), recent = answer.object()[u"recent"_s].toArray();
        QCOMPARE(active.size(), 1);
        QCOMPARE(active[0][u"rule"_s], u"two"_s);
        QCOMPARE(recent.size(), 2);
        QCOMPARE(recent[0][u"rule"_s], u"two"_s);
        QCOMPARE(recent[1][u"active"_s], false);
        QVERIFY(recent[1][u"clearedAt"_s].toDouble() > 0);
    }

    void whoComesIsToldWhatHoldsThenWhatComes()
    {
        ServedStore served;
        QVERIFY(served.start());
        const AlertPtr first = served.store.raiseAlert(lasting("one"));
        EventSource source(served, "?channels=alerts");
        source.hello();
        const StreamBlock active = source.next();
        QCOMPARE(active.event, QByteArray("alerts.active"));
        QCOMPARE(active.message()[u"data"_s].toArray()[0][u"rule"_s], u"one"_s);
        served.store.clearAlert(first->id);
        const StreamBlock cleared = source.next();
        QCOMPARE(cleared.event, QByteArray("alert.cleared"));
        QCOMPARE(cleared.messageData()[u"id"_s], 1);
    }

    void whatWasMissedIsToldToWhoComesBack()
    {
        ServedStore served;
        QVERIFY(served.start());
        const AlertPtr first = served.store.raiseAlert(lasting("one"));
        const std::string position = served.store.snapshot()->position.toText();
        served.store.clearAlert(first->id);
        served.store.raiseAlert(lasting("two"));
        EventSource source(served, "?channels=alerts", "Last-Event-ID: " + position + "\r\n");
        QVERIFY(source.hello().messageData()[u"recovered"_s].toBool());
        QCOMPARE(eventsOf(source.nextUntil("alert.raised")), (QByteArrayList{"alerts.active", "alert.cleared", "alert.raised"}));
    }
};

QTEST_GUILESS_MAIN(AlertsServedTest)
#include "test_alerts_served.moc"
