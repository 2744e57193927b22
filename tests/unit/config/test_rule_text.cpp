// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/config_loader.h"
#include "shared/config/config_text.h"
#include "shared/config/rule_text.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tipwatch;
using namespace std::chrono_literals;

class TestRuleText : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFieldOfEveryTypeIsReadBack();
    void standardRulesAreOnWithoutConfiguration();
    void aRuleReplacesTheStandardOneOfItsName();
    void noRulesAtAll();
    void wrongRulesAreNamed_data();
    void wrongRulesAreNamed();
    void rulesAreShown();
    void targetsAreMaskedAndChecked();
    void rulesChangedInTheAppStandForTheOthers();

private:
    std::string file(const QByteArray &content, const QString &name = QStringLiteral("tipwatch.toml"))
    {
        QFile out(m_dir.filePath(name));
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
            qFatal("cannot write the file");
        return out.fileName().toStdString();
    }
    static const AlertRule *find(const Config &config, std::string_view name)
    {
        const auto found = std::ranges::find(config.alerts.rules, name, &AlertRule::name);
        return found == config.alerts.rules.end() ? nullptr : &*found;
    }

    QTemporaryDir m_dir;
};

void TestRuleText::everyFieldOfEveryTypeIsReadBack()
{
    for (const std::string_view type : alertTypes()) {
        std::vector<GivenField> fields{{"type", std::string(type)}};
        for (const auto &[field, value] : shownFields(usualRule(type))) {
            const std::string given = !value.empty()          ? value
                                      : field->name == "txid" ? std::string(64, 'a')
                                      : field->name == "text" ? "something"
                                                              : "0014751e76e8199196d454941c45d1b3a323f1433bd6";
            fields.push_back({std::string(field->name), given});
        }
        const auto rule = readRule(fields);
        QVERIFY2(rule, rule ? "" : rule.error().message.c_str());
        std::vector<std::string> shown, given;
        for (const auto &[field, value] : shownFields(*rule))
            shown.push_back(value);
        for (std::size_t i = 1; i < fields.size(); ++i)
            given.push_back(fields[i].value);
        QCOMPARE(shown, given);
    }
}

void TestRuleText::standardRulesAreOnWithoutConfiguration()
{
    const auto loaded = loadConfig({{}, {}});
    QVERIFY(loaded);
    QCOMPARE(loaded->config.alerts.rules, standardRules());
    QVERIFY(loaded->config.alerts.enabled);
    QVERIFY(checkRules(loaded->config.alerts.rules));
}

void TestRuleText::aRuleReplacesTheStandardOneOfItsName()
{
    const std::string path =
        file("[alerts]\nwebhook_url = \"https://example.org/x\"\n"
             "[[alerts.rules]]\ntype = \"feerate_above\"\nfeerate = 12.5\nhold = \"5min\"\n"
             "[[alerts.rules]]\ntype = \"feerate_above\"\nname = \"surge\"\nfeerate = 200\nseverity = \"critical\"\n"
             "[[alerts.rules]]\ntype = \"new_block\"\nenabled = false\n");
    const auto loaded = loadConfig({{"--config", path}, {}});
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QCOMPARE(loaded->config.alerts.rules.size(), standardRules().size() + 1);
    const AlertRule *above = find(loaded->config, "feerate_above"), *surge = find(loaded->config, "surge");
    QVERIFY(above && surge);
    QCOMPARE(std::get<watch::FeerateAbove>(above->watches).feerate, Feerate(12.5));
    QVERIFY(above->hold == 5min);
    QCOMPARE(surge->severity, AlertSeverity::Critical);
    QVERIFY(!find(loaded->config, "new_block")->enabled);
    QCOMPARE(loaded->config.alerts.delivery.webhookUrl, std::string("https://example.org/x"));
}

void TestRuleText::noRulesAtAll()
{
    const auto loaded = loadConfig({{"--config", file("alerts.rules = []\n")}, {}});
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY(loaded->config.alerts.rules.empty());
}

void TestRuleText::wrongRulesAreNamed_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("start"); // %1 is the file
    const auto row = [](const char *name, const QByteArray &fields, const QByteArray &start) {
        QTest::newRow(name) << "[[alerts.rules]]\n" + fields << start;
    };
    row("no type", "severity = \"info\"\n",
        "alerts.rules, rule 1 (%1:1:1): type: a rule needs it; accepted: new_block, block_late, ");
    row("unknown type", "type = \"blok\"\n",
        "alerts.rules, rule 1 (blok): type: \"blok\" is not valid; accepted: new_block, block_late, ");
    row("unknown field", "type = \"reorg\"\ndept = 2\n",
        "alerts.rules, rule 1 (reorg): dept: a rule of type reorg has no such field; accepted: type, name, severity, enabled, "
        "webhook, ntfy, cooldown, depth (in %1:3:");
    row("field of another type", "type = \"reorg\"\nname = \"r\"\nfeerate = 2\n",
        "alerts.rules, rule 1 (r): feerate: a rule of type reorg has no such field; accepted: ");
    row("depth of nothing", "type = \"reorg\"\ndepth = 0\n",
        "alerts.rules, rule 1 (reorg): depth: \"0\" is not valid; accepted: a whole number from 1 to 1000 (in %1:3:");
    row("severity", "type = \"reorg\"\nseverity = \"high\"\n",
        "alerts.rules, rule 1 (reorg): severity: \"high\" is not valid; accepted: info, warning, critical (in ");
    row("probability", "type = \"block_late\"\nprobability = 2\n",
        "alerts.rules, rule 1 (block_late): probability: \"2\" is not valid");
    row("address", "type = \"address\"\naddress = \"bc1qnonsense\"\n",
        "alerts.rules, rule 1 (address): address: \"bc1qnonsense\" is");
    row("address missing", "type = \"address\"\n",
        "alerts.rules, rule 1 (address): address: a rule of type address needs it; accepted: an address, or a script in hex");
    row("txid", "type = \"transaction\"\ntxid = \"12\"\n",
        "alerts.rules, rule 1 (transaction): txid: \"12\" is not valid; accepted: 64 ");
    row("text", "type = \"entity_mention\"\ntext = \"\"\n",
        "alerts.rules, rule 1 (entity_mention): text: \"\" is not valid; accepted: ");
    row("text of two lines", "type = \"entity_mention\"\ntext = \"a\\nb\"\n",
        "alerts.rules, rule 1 (entity_mention): text: \"a\\nb\" is");
    row("nowhere to look", "type = \"entity_mention\"\ntext = \"a\"\nop_return = false\ncoinbase = false\n",
        "alerts.rules, rule 1 (entity_mention): op_return: false is not valid where coinbase is false too");
    row("no size", "type = \"mempool_size\"\nusage = 0\n",
        "alerts.rules, rule 1 (mempool_size): usage: 0 is not valid where vsize is 0");
    row("name", "type = \"reorg\"\nname = \"two words\"\n",
        "alerts.rules, rule 1 (two words): name: \"two words\" is not valid; accepted: ");
    row("twice", "type = \"reorg\"\n[[alerts.rules]]\ntype = \"reorg\"\n",
        "alerts.rules: name: \"reorg\" is the name of two rules; accepted: one that no other rule has (in %1)");
    row("second one", "type = \"reorg\"\n[[alerts.rules]]\ntype = \"few_peers\"\npeers = \"many\"\n",
        "alerts.rules, rule 2 (few_peers): peers: \"many\" is not valid; accepted: a whole number from 1 to 1000 (in %1:5:");
    QTest::newRow("no table") << QByteArray("alerts.rules = \"all\"\n")
                              << QByteArray(
                                     "alerts.rules: \"all\" is not valid; accepted: tables [[alerts.rules]], or [] (in %1:1:");
    QTest::newRow("other tables") << QByteArray("[[gateway.rules]]\na = 1\n")
                                  << QByteArray("%1:1:1: gateway.rules is not a setting");
}

void TestRuleText::wrongRulesAreNamed()
{
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, start);
    const std::string path = file(content);
    const auto loaded = loadConfig({{"--config", path}, {}});
    QVERIFY(!loaded);
    start.replace("%1", QByteArray::fromStdString(path));
    QVERIFY2(loaded.error().message.starts_with(start.toStdString()), loaded.error().message.c_str());
    QVERIFY(loaded.error().message.find('\n') == std::string::npos);
}

/// What --print-config shows can be read as a configuration.
void TestRuleText::rulesAreShown()
{
    const std::string path = file("[[alerts.rules]]\ntype = \"entity_mention\"\ntext = \"say \\\"hi\\\"\"\n");
    const auto loaded = loadConfig({{"--config", path}, {}});
    QVERIFY(loaded);
    const std::string shown = printedConfig(*loaded);
    QVERIFY2(shown.find("# What is watched for: the standard rules, and those of " + path) != std::string::npos, shown.c_str());
    const auto again = loadConfig({{"--config", file(QByteArray::fromStdString(shown), QStringLiteral("again.toml"))}, {}});
    QVERIFY2(again, again ? "" : again.error().message.c_str());
    QCOMPARE(again->config.alerts.rules, loaded->config.alerts.rules);
}

void TestRuleText::targetsAreMaskedAndChecked()
{
    const auto loaded =
        loadConfig({{"--webhook", "https://hooks.example.org/T0/secret?x=1", "--ntfy", "https://ntfy.sh/mytopic"}, {}});
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    const std::string shown = printedConfig(*loaded);
    QVERIFY(shown.find("secret?x") == std::string::npos);
    QVERIFY(shown.find("mytopic") == std::string::npos);
    QVERIFY(shown.find("webhook_url = \"***\"") != std::string::npos);
    for (const char *wrong : {"ftp://example.org/", "https://", "https://user:pw@example.org/", "example.org", "https://a b/",
                              "https://example.org/a b", "https://example.org/#x"}) {
        const auto refused = loadConfig({{"--webhook", wrong}, {}});
        QVERIFY2(!refused, wrong);
        QCOMPARE(refused.error().message,
                 std::string("--webhook: \"***\" is not valid; accepted: an address that begins with http:// or "
                             "https:// (on the command line)"));
    }
}

void TestRuleText::rulesChangedInTheAppStandForTheOthers()
{
    const std::string path = file("[[alerts.rules]]\ntype = \"feerate_above\"\nfeerate = 12.5\n");
    const std::string kept = file("[[alerts.rules]]\ntype = \"reorg\"\ndepth = 5\n", QStringLiteral("alert-rules.toml"));
    const auto loaded = loadConfig({{"--config", path}, {}});
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QCOMPARE(loaded->config.alerts.rulesPath, kept);
    QCOMPARE(loaded->config.alerts.rules.size(), std::size_t(1));
    QCOMPARE(std::get<watch::Reorg>(loaded->config.alerts.rules[0].watches).depth, 5);
    QCOMPARE(loaded->notes.size(), std::size_t(1));

    const std::string elsewhere = m_dir.filePath(QStringLiteral("none.toml")).toStdString();
    const auto other = loadConfig({{"--config", path, "--alert-rules", elsewhere}, {}});
    QVERIFY(other);
    QCOMPARE(other->config.alerts.rulesPath, elsewhere);
    QVERIFY(find(other->config, "feerate_above"));

    file("[[alerts.rules]]\ntype = \"reorg\"\ndepth = -5\n", QStringLiteral("alert-rules.toml"));
    const auto broken = loadConfig({{"--config", path}, {}});
    QVERIFY(!broken);
    QVERIFY2(broken.error().message.find(kept + ":3:") != std::string::npos, broken.error().message.c_str());
    QFile::remove(QString::fromStdString(kept));
}

QTEST_GUILESS_MAIN(TestRuleText)
#include "test_rule_text.moc"
