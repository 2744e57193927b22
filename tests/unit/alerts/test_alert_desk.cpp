// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/alert_desk.h"
#include "server/alerts/rules_file.h"
#include "shared/config/config_loader.h"
#include "shared/config/rule_text.h"
#include "shared/state/chain_store.h"
#include "tests/support/domain_samples.h"
#include "tests/support/event_log.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tipwatch;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

AlertRule rule(std::vector<GivenField> fields)
{
    return readRule(fields).value();
}

/// Goes as it does, and can be put forward.
class SkippingClock final : public Clock {
public:
    std::int64_t unixMs() const override { return m_real.unixMs() + m_skipped; }
    std::int64_t steadyMs() const override { return m_real.steadyMs() + m_skipped; }
    void skip(std::int64_t ms) { m_skipped += ms; }

private:
    SystemClock m_real;
    std::int64_t m_skipped = 0;
};

struct Rig {
    SkippingClock clock;
    EventBus bus;
    ChainStore store{bus, clock};
    std::unique_ptr<AlertDesk> desk;
    EventLog log{bus};

    explicit Rig(std::vector<AlertRule> rules, const std::string &path = {})
    {
        AlertsConfig config;
        config.rules = std::move(rules);
        config.rulesPath = path;
        desk = std::make_unique<AlertDesk>(config, Surroundings{}, bus, store, clock);
    }

    /// Of an empty mempool, of which the node accepts nothing cheaper; until that has lasted.
    void feesAt(double feerate)
    {
        store.resetMempool({}, 0, 1);
        for (const std::int64_t usage : {1, 2}) {
            clock.skip(FeeTiers::holdMs);
            store.setMempoolLimits({usage, 3, Feerate(feerate)});
        }
    }
    std::size_t raised() const { return log.of<AlertRaised>().size(); }
    std::size_t cleared() const { return log.of<AlertCleared>().size(); }
};

} // namespace

class TestAlertDesk : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void alertsComeBehindTheEventThatCausedThem();
    void anAlertThatLastsIsInThePictureUntilItIsOver();
    void recentAlertsAreBounded();
    void timeAloneRaisesAnAlert();
    void switchedOffNothingIsWatched();
    void rulesAreChangedAtRunTimeAndKept();
    void rulesThatCannotBeKeptChangeNothing();
    void rulesOfOneNameAreRefused();
    void noRulesAtAllCanBeKept();
};

void TestAlertDesk::alertsComeBehindTheEventThatCausedThem()
{
    Rig rig({rule({{"type", "new_block"}})});
    rig.store.resetChain({samples::block(99), samples::block(100)}, 1);
    rig.store.connectBlock({samples::block(101), {}}, 1);
    QCOMPARE(rig.raised(), std::size_t(0)); // not in the middle of the store's own words
    QTRY_COMPARE(rig.raised(), std::size_t(1));
    std::uint64_t seq = 0;
    for (const ChainEventPtr &event : rig.log.all())
        QCOMPARE(event->position.seq, ++seq);
    const AlertPtr alert = rig.log.of<AlertRaised>()[0]->alert;
    QCOMPARE(alert->id, 1u);
    QCOMPARE(alert->title, std::string("Block 101"));
    QVERIFY(alert->raisedAt > 0);
    QVERIFY(rig.store.snapshot()->activeAlerts.empty()); // it was a moment
    QCOMPARE(rig.store.snapshot()->recentAlerts.size(), std::size_t(1));
}

void TestAlertDesk::anAlertThatLastsIsInThePictureUntilItIsOver()
{
    Rig rig({rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hold", "0"}})});
    rig.feesAt(60);
    QTRY_COMPARE(rig.raised(), std::size_t(1));
    rig.feesAt(70);
    QCOMPARE(rig.store.snapshot()->activeAlerts.size(), std::size_t(1));
    QVERIFY(rig.store.snapshot()->activeAlerts[0]->isActive());
    rig.feesAt(10);
    QTRY_COMPARE(rig.cleared(), std::size_t(1));
    QCOMPARE(rig.raised(), std::size_t(1));
    const AlertPtr alert = rig.log.of<AlertCleared>()[0]->alert;
    QCOMPARE(alert->id, 1u);
    QVERIFY(!alert->isActive());
    QVERIFY(alert->clearedAt >= alert->raisedAt);
    QVERIFY(rig.store.snapshot()->activeAlerts.empty());
    QCOMPARE(rig.store.snapshot()->recentAlerts[0], alert);
}

void TestAlertDesk::recentAlertsAreBounded()
{
    Rig rig({});
    Alert moment;
    for (std::size_t i = 0; i < AlertBook::keptAlerts + 10; ++i)
        rig.store.raiseAlert(moment);
    const auto &recent = rig.store.snapshot()->recentAlerts;
    QCOMPARE(recent.size(), AlertBook::keptAlerts);
    QCOMPARE(recent[0]->id, AlertBook::keptAlerts + 10);
    QVERIFY(!rig.store.clearAlert(recent[0]->id)); // it holds no longer than a moment
    QVERIFY(!rig.store.clearAlert(0));
}

void TestAlertDesk::timeAloneRaisesAnAlert()
{
    Rig rig({rule({{"type", "node_down"}, {"hold", "50ms"}})});
    QTRY_COMPARE(rig.raised(), std::size_t(1));
    QCOMPARE(rig.log.all().size(), std::size_t(1));
    SourceStatus live;
    live.state = SourceState::Live;
    rig.store.setStatus(live);
    QTRY_COMPARE(rig.cleared(), std::size_t(1));
}

void TestAlertDesk::switchedOffNothingIsWatched()
{
    Rig rig({});
    AlertsConfig config;
    config.enabled = false;
    config.rules = {rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hold", "0"}})};
    AlertDesk off(config, Surroundings{}, rig.bus, rig.store, rig.clock);
    config.enabled = true;
    config.rules[0].name = "other";
    rig.desk = std::make_unique<AlertDesk>(config, Surroundings{}, rig.bus, rig.store, rig.clock);
    rig.feesAt(60);
    QTRY_COMPARE(rig.raised(), std::size_t(1));
    QCOMPARE(rig.log.of<AlertRaised>()[0]->alert->rule, std::string("other"));
}

void TestAlertDesk::rulesAreChangedAtRunTimeAndKept()
{
    QTemporaryDir dir;
    const std::string path = dir.filePath(u"new/alert-rules.toml"_s).toStdString();
    Rig rig({rule({{"type", "feerate_above"}, {"feerate", "50"}, {"hold", "0"}})}, path);
    rig.feesAt(60);
    QTRY_COMPARE(rig.raised(), std::size_t(1));
    std::vector<AlertRule> rules = standardRules();
    rules.push_back(rule({{"type", "feerate_above"}, {"name", "surge"}, {"feerate", "20"}, {"hold", "0"}, {"webhook", "off"}}));
    rules.push_back(rule({{"type", "address"}, {"name", "mine"}, {"address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}}));
    rules.push_back(rule({{"type", "transaction"}, {"name", "tx"}, {"txid", samples::txid(1).toHex()}, {"cooldown", "90s"}}));
    rules.push_back(rule({{"type", "entity_mention"}, {"name", "text"}, {"text", "a \"quoted\\ text\", with ₿"}}));
    rules.push_back(rule({{"type", "mempool_size"}, {"name", "size"}, {"vsize", "123.456"}, {"usage", "0"}}));
    rules.push_back(rule({{"type", "block_late"}, {"name", "late"}, {"interval", "30s"}, {"probability", "0.05"}}));
    QVERIFY(rig.desk->setRules(rules));
    QTRY_COMPARE(rig.cleared(), std::size_t(1)); // of the rule that is no more
    QTRY_COMPARE(rig.raised(), std::size_t(2));
    QCOMPARE(rig.log.of<AlertRaised>()[1]->alert->rule, std::string("surge"));

    const auto kept = readRulesFile(path);
    QVERIFY2(kept, kept ? "" : kept.error().message.c_str());
    QCOMPARE(*kept, rules);
    QCOMPARE(rig.desk->rules(), rules);
}

void TestAlertDesk::rulesThatCannotBeKeptChangeNothing()
{
    Rig nowhere({usualRule("new_block")});
    QVERIFY(!nowhere.desk->setRules({}));
    QCOMPARE(nowhere.desk->rules().size(), std::size_t(1));
    Rig unwritable({usualRule("new_block")}, "/proc/none/alert-rules.toml");
    const auto changed = unwritable.desk->setRules({});
    QVERIFY(!changed);
    QVERIFY2(changed.error().message.starts_with("/proc/none/alert-rules.toml: cannot be written: "),
             changed.error().message.c_str());
    QCOMPARE(unwritable.desk->rules().size(), std::size_t(1));
}

void TestAlertDesk::rulesOfOneNameAreRefused()
{
    QTemporaryDir dir;
    Rig rig({}, dir.filePath(u"rules.toml"_s).toStdString());
    const auto changed = rig.desk->setRules({usualRule("new_block"), usualRule("new_block")});
    QVERIFY(!changed);
    QVERIFY2(changed.error().message.find("\"new_block\" is the name of two rules") != std::string::npos,
             changed.error().message.c_str());
    QVERIFY(QDir(dir.path()).isEmpty());
}

void TestAlertDesk::noRulesAtAllCanBeKept()
{
    QTemporaryDir dir;
    const std::string path = dir.filePath(u"rules.toml"_s).toStdString();
    QVERIFY(writeRulesFile(path, {usualRule("new_block")}));
    Rig rig({usualRule("new_block")}, path);
    QVERIFY(rig.desk->setRules({}));
    const auto kept = readRulesFile(path);
    QVERIFY(kept);
    QVERIFY(kept->empty());
}

QTEST_GUILESS_MAIN(TestAlertDesk)
#include "test_alert_desk.moc"
