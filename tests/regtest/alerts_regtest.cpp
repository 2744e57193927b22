// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/alerts/alert_desk.h"
#include "shared/config/rule_text.h"
#include "tests/support/regtest_node.h"
#include "tests/support/source_under_test.h"
#include "tests/support/test_wallet.h"

#include <QRegularExpression>
#include <QTest>

using namespace tipwatch;

namespace {

AlertRule rule(std::vector<GivenField> fields)
{
    return readRule(fields).value();
}

} // namespace

/// What a real node does, and what the rules say of it.
class AlertsRegtest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aReorgIsTold();
    void aPaymentToAnAddressIsToldUntilItIsConfirmed();
    void aNodeThatStopsIsDownUntilItIsBack();

private:
    void watchFor(std::vector<AlertRule> rules);
    /// "rule: title" of all that were raised.
    QStringList raised() const;

    std::unique_ptr<RegtestNode> m_node;
    std::unique_ptr<TestWallet> m_wallet;
    std::unique_ptr<SourceUnderTest> m_under;
    std::unique_ptr<AlertDesk> m_desk;
};

void AlertsRegtest::init()
{
    m_node = std::make_unique<RegtestNode>(RegtestNode::Options{});
    QVERIFY(m_node->start());
    m_wallet = std::make_unique<TestWallet>(*m_node);
    QCOMPARE(m_wallet->mine(110).size(), 110);
    m_wallet->refresh();
    m_under = std::make_unique<SourceUnderTest>(m_node->config());
    QTRY_VERIFY_WITH_TIMEOUT(m_under->isExact(), 30'000);
}

void AlertsRegtest::cleanup()
{
    m_desk.reset();
    m_under.reset();
    m_wallet.reset();
    m_node.reset();
}

void AlertsRegtest::watchFor(std::vector<AlertRule> rules)
{
    AlertsConfig config;
    config.rules = std::move(rules);
    m_desk = std::make_unique<AlertDesk>(config, Surroundings{}, m_under->bus, m_under->store, m_under->clock);
}

QStringList AlertsRegtest::raised() const
{
    QStringList all;
    for (const AlertRaised *event : m_under->log.of<AlertRaised>())
        all << QString::fromStdString(event->alert->rule + ": " + event->alert->title);
    return all;
}

void AlertsRegtest::aReorgIsTold()
{
    watchFor({rule({{"type", "reorg"}, {"depth", "2"}}), rule({{"type", "reorg"}, {"name", "deep"}, {"depth", "3"}})});
    const QStringList before = m_wallet->mine(2);
    QVERIFY(m_node->call("invalidateblock", {before[0]}));
    m_wallet->mine(3);
    QTRY_COMPARE_WITH_TIMEOUT(raised(), QStringList{QStringLiteral("reorg: Reorg of 2 blocks")}, 20'000);
}

void AlertsRegtest::aPaymentToAnAddressIsToldUntilItIsConfirmed()
{
    const auto described = m_node->call("getdescriptorinfo", {TestWallet::descriptor()}); // adds the checksum
    QVERIFY2(described, qPrintable(m_node->lastError()));
    const auto addresses = m_node->call("deriveaddresses", {(*described)[QStringLiteral("descriptor")]});
    QVERIFY2(addresses, qPrintable(m_node->lastError()));
    const std::string address = (*addresses)[0].toString().toStdString();
    const auto payment = TestWallet::makePayment({*m_wallet->takeCoin()}, 1, Satoshi(5'000));
    watchFor(
        {rule({{"type", "address"}, {"address", address}}), rule({{"type", "transaction"}, {"txid", payment.txid.toHex()}})});
    QVERIFY(m_wallet->send(payment));
    QTRY_COMPARE_WITH_TIMEOUT(raised().size(), 2, 20'000);
    QVERIFY2(raised()[0].startsWith(QStringLiteral("address: 49.99995 BTC to ")), qPrintable(raised()[0]));
    QVERIFY2(raised()[1].endsWith(QStringLiteral(" seen")), qPrintable(raised()[1]));
    m_wallet->mine(1);
    const auto confirmations = [this] { return raised().filter(QRegularExpression(QStringLiteral(" confirmed$"))).size(); };
    QTRY_COMPARE_WITH_TIMEOUT(confirmations(), 2, 20'000);
}

void AlertsRegtest::aNodeThatStopsIsDownUntilItIsBack()
{
    watchFor({rule({{"type", "node_down"}, {"hold", "100ms"}})});
    m_node->stop();
    QTRY_COMPARE_WITH_TIMEOUT(raised().size(), 1, 30'000);
    QCOMPARE(m_under->store.snapshot()->activeAlerts.size(), std::size_t(1));
    QVERIFY(m_node->start());
    QTRY_COMPARE_WITH_TIMEOUT(m_under->log.of<AlertCleared>().size(), std::size_t(1), 60'000);
    QVERIFY(m_under->store.snapshot()->activeAlerts.empty());
    QCOMPARE(raised().size(), 1);
}

TIPWATCH_REGTEST_MAIN(AlertsRegtest)
#include "alerts_regtest.moc"
