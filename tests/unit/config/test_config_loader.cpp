// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/config/config_loader.h"
#include "shared/config/config_text.h"
#include "shared/config/setting.h"

#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <set>

using namespace tipwatch;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string>;
using Environment = std::map<std::string, std::string>;

/// A value that differs from the default and is accepted, for every setting.
const std::map<std::string, std::string, std::less<>> &otherValues()
{
    static const std::map<std::string, std::string, std::less<>> values{
        {"source", "simulated"},
        {"bitcoin.node", "http://10.0.0.1:1"},
        {"bitcoin.network", "signet"},
        {"bitcoin.datadir", "/data"},
        {"bitcoin.rpc_cookie", "/data/.cookie"},
        {"bitcoin.rpc_user", "bob"},
        {"bitcoin.rpc_password_file", "/dev/null"},
        {"bitcoin.zmq", "sequence=tcp://10.0.0.1:2,rawblock=ipc:///z"},
        {"bitcoin.block_reserved_weight", "9000"},
        {"simulated.tx_rate", "12.5"},
        {"simulated.block_interval", "10s"},
        {"simulated.mempool", "300000"},
        {"simulated.seed", "18446744073709551615"},
        {"server_only", "true"},
        {"gateway.enabled", "true"},
        {"gateway.listen", "0.0.0.0"},
        {"gateway.http_port", "0"},
        {"gateway.path", "/live"},
        {"gateway.max_connections", "7"},
        {"gateway.ping_interval", "1500ms"},
        {"gateway.pong_timeout", "7s"},
        {"gateway.write_timeout", "8s"},
        {"gateway.max_message_size", "1MB"},
        {"gateway.queue_messages", "99"},
        {"gateway.queue_bytes", "128KB"},
        {"gateway.shards", "3"},
        {"gateway.cors_origins", "https://a.example,http://b.example:81"},
        {"gateway.allowed_hosts", "node.example,other.example"},
        {"gateway.websocket_port", "9001"},
        {"gateway.trusted_proxies", "10.0.0.0/8,fd00::1"},
        {"gateway.compression", "true"},
        {"gateway.geoip_db", "/dev/null"},
        {"gateway.tls", "true"},
        {"gateway.require_tls", "true"},
        {"gateway.tls_cert_file", "/dev/null"},
        {"gateway.tls_key_file", "/dev/null"},
        {"gateway.require_auth", "true"},
        {"gateway.jwt_key_file", "/dev/null"},
        {"gateway.admin_token_file", "/dev/null"},
        {"gateway.max_connections_per_ip", "5"},
        {"gateway.connections_per_minute", "0"},
        {"gateway.messages_per_second", "3"},
        {"gateway.message_burst", "4"},
        {"gateway.max_stream_message_size", "2MB"},
        {"gateway.total_queue_bytes", "16MB"},
        {"gateway.slow_client_policy", "drop"},
        {"gateway.read_buffer_size", "4KB"},
        {"gateway.write_buffer_size", "8KB"},
        {"gateway.read_timeout", "9s"},
        {"gateway.delivery_timeout", "0"},
        {"gateway.idle_timeout", "2min"},
        {"gateway.batch_interval", "0"},
        {"gateway.drain_time", "5s"},
        {"gateway.http_max_connections", "10"},
        {"gateway.max_handshakes", "11"},
        {"gateway.max_head_size", "16KB"},
        {"gateway.min_receive_rate", "0"},
        {"gateway.head_timeout", "12s"},
        {"gateway.http_idle_timeout", "13s"},
        {"gateway.http_write_timeout", "14s"},
        {"gateway.handshake_timeout", "15s"},
        {"gateway.replay_events", "16"},
        {"gateway.replay_bytes", "17MB"},
        {"gateway.replay_age", "18s"},
        {"history.enabled", "false"},
        {"history.dir", "/data/history"},
        {"history.minute_days", "3"},
        {"history.ten_minute_days", "62"},
        {"history.two_hour_days", "365"},
        {"history.max_size", "64MB"},
        {"alerts.enabled", "false"},
        {"alerts.rules_file", "/data/rules.toml"},
        {"alerts.webhook_url", "https://example.org/hook?x=1"},
        {"alerts.webhook_secret_file", "/dev/null"},
        {"alerts.ntfy_url", "http://10.0.0.1:8080/topic"},
        {"alerts.ntfy_token_file", "/dev/null"},
        {"alerts.delivery_timeout", "1min"},
        {"alerts.delivery_attempts", "1"},
        {"alerts.delivery_queue", "5"},
        {"log.format", "json"},
        {"log.level", "debug"},
        {"window.theme", "dark"},
        {"window.reduced_motion", "true"},
    };
    return values;
}

} // namespace

class TestConfigLoader : public QObject {
    Q_OBJECT

    QTemporaryDir m_dir;

    /// @return the path of a file of that content.
    std::string file(const char *content)
    {
        const QString path = m_dir.filePath(QStringLiteral("test.toml"));
        QFile f(path);
        return f.open(QIODevice::WriteOnly) && f.write(content) >= 0 ? path.toStdString() : std::string();
    }

    static Config load(const Arguments &arguments, const Environment &environment = {})
    {
        const auto loaded = loadConfig({arguments, environment});
        if (!loaded)
            qWarning("%s", loaded.error().message.c_str());
        return loaded ? loaded->config : Config();
    }

    static std::string errorOf(const Arguments &arguments, const Environment &environment = {})
    {
        const auto loaded = loadConfig({arguments, environment});
        return loaded ? std::string("(no error)") : loaded.error().message;
    }

private Q_SLOTS:
    void everySettingHasAllItsNamesOnce()
    {
        std::set<std::string_view> keys, variables, flags;
        for (const auto &s : settings()) {
            QVERIFY2(keys.insert(s.key).second, s.key.data());
            QVERIFY2(variables.insert(s.environment).second, s.environment.data());
            QVERIFY2(flags.insert(s.flag).second, s.flag.data());
            QVERIFY(s.flag.starts_with("--") && !s.meaning.empty() && !s.accepted.empty() && !s.group.empty());
            QVERIFY2(otherValues().contains(s.key), "the tests below need a value for it");
        }
        QCOMPARE(otherValues().size(), settings().size());
    }

    void everyDefaultIsAcceptedAndStaysWhatItIs()
    {
        for (const auto &s : settings()) {
            Config config;
            QVERIFY2(s.read(config, s.show(Config())), s.key.data());
            QCOMPARE(s.show(config), s.show(Config()));
        }
    }

    // Each setting reaches the field it names, and no other.
    void everySettingIsAppliedByItself()
    {
        for (const auto &s : settings()) {
            Config config;
            const std::string &value = otherValues().find(s.key)->second;
            QVERIFY2(s.read(config, value), s.key.data());
            for (const auto &other : settings())
                QCOMPARE(other.show(config), &other == &s ? value : other.show(Config()));
        }
    }

    void everySettingCanBeGivenInFileEnvironmentAndFlags()
    {
        Environment environment;
        Arguments arguments;
        for (const auto &s : settings()) {
            const std::string &value = otherValues().find(s.key)->second;
            environment.emplace(s.environment, value);
            arguments.emplace_back(s.flag);
            if (!s.argument.empty())
                arguments.push_back(value);
        }
        LoadedConfig everything;
        everything.config = load(arguments);
        std::string printed = printedConfig(everything);
        for (const auto &s : settings()) { // of secrets only stars are shown
            const std::string masked = std::string(s.key.substr(s.key.find('.') + 1)) + " = \"***\"";
            if (s.secret)
                printed.replace(printed.find(masked), masked.size(),
                                masked.substr(0, masked.find('*')) + otherValues().find(s.key)->second + '"');
        }
        const Config fromFile = load({"--config", file(printed.c_str())});
        const Config fromEnvironment = load({}, environment);
        for (const auto &s : settings()) {
            const std::string &value = otherValues().find(s.key)->second;
            QCOMPARE(s.show(fromFile), value);
            QCOMPARE(s.show(fromEnvironment), value);
            QCOMPARE(s.show(everything.config), value);
        }
    }

    void laterLayersWin()
    {
        const std::string path = file("[gateway]\nhttp_port = 1111\nlisten = \"10.0.0.1\"\npath = \"/file\"\n");
        const auto loaded = loadConfig(
            {{"--config", path, "--http-port", "3333"}, {{"TIPWATCH_HTTP_PORT", "2222"}, {"WEBSOCKET_PATH", "/environment"}}});
        QVERIFY(loaded);
        QCOMPARE(loaded->config.gateway.httpPort, std::uint16_t(3333));
        QCOMPARE(loaded->config.gateway.path, std::string("/environment"));
        QCOMPARE(loaded->config.gateway.listen, std::string("10.0.0.1"));
        QCOMPARE(loaded->config.gateway.clients.maxConnections, GatewayConfig().clients.maxConnections);
        QCOMPARE(loaded->origins.at("gateway.http_port"), std::string("--http-port"));
        QCOMPARE(loaded->origins.at("gateway.path"), std::string("WEBSOCKET_PATH"));
        QCOMPARE(loaded->origins.at("gateway.listen"), path + ":3");
        QVERIFY(!loaded->origins.contains("gateway.max_connections"));
    }

    void theUsersFileIsReadWithoutBeingNamed()
    {
        QVERIFY(QDir(m_dir.path()).mkpath(QStringLiteral("xdg/tipwatch")));
        QVERIFY(QDir(m_dir.path()).mkpath(QStringLiteral("home/.config/tipwatch")));
        for (const auto &[name, port] :
             {std::pair("xdg/tipwatch/tipwatch.toml", "1"), {"home/.config/tipwatch/tipwatch.toml", "2"}}) {
            QFile f(m_dir.filePath(QString::fromLatin1(name)));
            QVERIFY(f.open(QIODevice::WriteOnly));
            f.write(QByteArray("gateway.http_port = ") + port);
        }
        const std::string xdg = m_dir.filePath(QStringLiteral("xdg")).toStdString();
        const std::string home = m_dir.filePath(QStringLiteral("home")).toStdString();
        QCOMPARE(load({}, {{"XDG_CONFIG_HOME", xdg}, {"HOME", home}}).gateway.httpPort, std::uint16_t(1));
        QCOMPARE(load({}, {{"HOME", home}}).gateway.httpPort, std::uint16_t(2));
        QCOMPARE(load({}, {{"XDG_CONFIG_HOME", "relative"}, {"HOME", home}}).gateway.httpPort, std::uint16_t(2));
        QCOMPARE(load({}, {{"XDG_CONFIG_HOME", "/nowhere"}, {"HOME", home}}).gateway.httpPort, GatewayConfig().httpPort);
        QCOMPARE(load({"--config", file("gateway.http_port = 3")}, {{"HOME", home}}).gateway.httpPort, std::uint16_t(3));
    }

    void serverOnlyTurnsTheGatewayOnUnlessSaidOtherwise()
    {
        QCOMPARE(load({}).gateway.enabled, false);
        QCOMPARE(load({"--server-only"}).gateway.enabled, true);
        QCOMPARE(load({"--server-only"}, {{"WEBSOCKET_ENABLED", "false"}}).gateway.enabled, false);
        QCOMPARE(load({}, {{"WEBSOCKET_ENABLED", "1"}}).gateway.enabled, true);
        QCOMPARE(load({"--server-only", "--websocket-enabled=off"}).gateway.enabled, false);
        QCOMPARE(load({"--server-only=false"}).gateway.enabled, false);
    }

    void flagsComeWithAnEqualsSignOrWithout()
    {
        QCOMPARE(load({"--http-port=99"}).gateway.httpPort, std::uint16_t(99));
        QCOMPARE(load({"--http-port", "99"}).gateway.httpPort, std::uint16_t(99));
        QCOMPARE(load({"--http-port", "1", "--http-port", "2"}).gateway.httpPort, std::uint16_t(2));
        QCOMPARE(load({"--zmq=sequence=tcp://h:1", "--zmq", "rawblock=tcp://h:2"}).bitcoin.zmq,
                 (std::vector<std::string>{"sequence=tcp://h:1", "rawblock=tcp://h:2"}));
    }

    void requests()
    {
        const auto request = [](const Arguments &arguments) {
            return loadConfig({arguments, {}}).value_or(LoadedConfig()).request;
        };
        QCOMPARE(request({}), Request::Run);
        QCOMPARE(request({"--check-config"}), Request::CheckConfig);
        QCOMPARE(request({"--seed", "1", "--print-config"}), Request::PrintConfig);
        QCOMPARE(request({"--version"}), Request::Version);
        QCOMPARE(request({"--no-such-flag", "--help"}), Request::Help);
        QCOMPARE(request({"-h"}), Request::Help);
    }

    void anInvalidValueIsNamedWithWhatIsAccepted_data()
    {
        QTest::addColumn<QByteArray>("flag");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("accepted");
        const auto row = [](const char *flag, const char *value, const char *accepted) {
            QTest::addRow("%s %s", flag, value) << QByteArray(flag) << QByteArray(value) << QByteArray(accepted);
        };
        row("--http-port", "65536", "a whole number from 0 to 65535 (0: any free one)");
        row("--http-port", "-1", "a whole number from 0 to 65535 (0: any free one)");
        row("--http-port", "80a", "a whole number from 0 to 65535 (0: any free one)");
        row("--http-port", "", "a whole number from 0 to 65535 (0: any free one)");
        row("--source", "ethereum", "auto, bitcoin, simulated");
        row("--network", "mainnet", "main, test, testnet4, signet, regtest");
        row("--listen", "localhost", "an IPv4 or IPv6 address of this machine, 0.0.0.0 or ::");
        row("--websocket-max-connections", "0", "a whole number from 1 to 1000000");
        row("--websocket-enabled", "maybe", "true, false, on, off, 1, 0");
        row("--websocket-ping-interval", "soon", "a time from 100ms to 1h, such as 250ms, 30s, 5min");
        row("--websocket-max-message-size", "1TB", "a size from 128B to 64MB, such as 64KB, 1MB");
        row("--simulate-tx-rate", "nan", "a number from 0 to 10000");
        row("--simulate-mempool", "300001", "a whole number from 0 to 300000");
        row("--seed", "18446744073709551616", "a whole number from 0 to 18446744073709551615");
        row("--rpc-password-file", "/no/such/file", "a file that can be read");
        row("--log-level", "trace", "debug, info, warning, error");
        row("--theme", "pink", "remembered, system, dark, light");
    }
    void anInvalidValueIsNamedWithWhatIsAccepted()
    {
        QFETCH(QByteArray, flag);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, accepted);
        const std::string name = flag.toStdString(), text = value.toStdString(),
                          middle = "\"" + text + "\" is not valid; accepted: ";
        QCOMPARE(errorOf({name, text}), name + ": " + middle + accepted.toStdString() + " (on the command line)");

        const auto setting = std::ranges::find(settings(), name, &Setting::flag);
        const std::string variable(setting->environment);
        if (!text.empty())
            QCOMPARE(errorOf({}, {{variable, text}}),
                     variable + ": " + middle + accepted.toStdString() + " (in the environment)");

        const std::string key(setting->key), path = file(("\n" + key + " = \"" + text + "\"\n").c_str());
        QVERIFY(errorOf({"--config", path}).starts_with(key + ": " + middle + accepted.toStdString() + " (in " + path + ":2:"));
    }

    void aPasswordInAnAddressIsRefusedAndNotRepeated()
    {
        const std::string error = errorOf({"--node", "http://bob:hunter2@127.0.0.1:8332"});
        QVERIFY2(error.starts_with("--node: \"http://***@127.0.0.1:8332\" is not valid; accepted: http://host:port without"),
                 error.c_str());
    }

    void userAndPasswordFileGoTogether()
    {
        QVERIFY(errorOf({"--rpc-user", "bob"}).starts_with("bitcoin.rpc_password_file: \"\" is not valid; accepted: "));
        QVERIFY(errorOf({"--rpc-password-file", "/dev/null"}).starts_with("bitcoin.rpc_user: \"\" is not valid; accepted: "));
        QCOMPARE(load({"--rpc-user", "bob", "--rpc-password-file", "/dev/null"}).bitcoin.user, std::string("bob"));
    }

    void certificateGoesWithItsKeyAndTokensWithTheirs()
    {
        QVERIFY(errorOf({"--tls-cert", "/dev/null"}).starts_with("gateway.tls_key_file: \"\" is not valid; accepted: "));
        QVERIFY(errorOf({"--tls-key", "/dev/null"}).starts_with("gateway.tls_cert_file: \"\" is not valid; accepted: "));
        QVERIFY(errorOf({"--require-auth"}).starts_with("gateway.jwt_key_file: \"\" is not valid; accepted: "));
        QVERIFY(load({"--tls-cert", "/dev/null", "--tls-key", "/dev/null"}).gateway.tls.enabled);
        QVERIFY(load({"--require-tls"}).gateway.tls.enabled);
        QVERIFY(!load({}).gateway.tls.enabled);
    }

    void unknownNamesAreRefusedWithAHint()
    {
        QCOMPARE(errorOf({"--http-prot", "1"}), std::string("--http-prot is not an option; did you mean --http-port?"));
        QCOMPARE(errorOf({"--frobnicate"}), std::string("--frobnicate is not an option; tipwatch --help lists them"));
        QCOMPARE(errorOf({"-x"}), std::string("-x is not an option; did you mean -h?"));
        QVERIFY(errorOf({"server-only"}).starts_with("\"server-only\" is not expected"));
        QVERIFY(errorOf({"--http-port"}).starts_with("--http-port needs a value; accepted: a whole number"));
        QCOMPARE(errorOf({"--config"}), std::string("--config needs a value"));
        const std::string path = file("[gateway]\nhttp_prot = 1\n");
        const std::string error = errorOf({"--config", path});
        QVERIFY2(error.starts_with(path + ":2:"), error.c_str());
        QVERIFY2(error.ends_with("gateway.http_prot is not a setting; did you mean gateway.http_port?"), error.c_str());
    }

    void brokenFilesAreNamedWithLineAndColumn_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QByteArray>("place");
        QTest::newRow("no value") << QByteArray("source = \"auto\"\n[gateway]\nlisten =\n") << QByteArray(":3:");
        QTest::newRow("open string") << QByteArray("source = \"auto\n") << QByteArray(":1:");
        QTest::newRow("twice") << QByteArray("source = \"auto\"\nsource = \"bitcoin\"\n") << QByteArray(":2:");
        QTest::newRow("date") << QByteArray("\nsource = 2026-01-01\n") << QByteArray(":2:");
        QTest::newRow("not UTF-8") << QByteArray("source = \"\xff\xfe\"\n") << QByteArray(":1:");
        QTest::newRow("no name of a section") << QByteArray("\n[!]\n") << QByteArray(":2:");
        QTest::newRow("table in a list") << QByteArray("bitcoin.zmq = [{a = 1}]\n") << QByteArray(":1:");
    }
    void brokenFilesAreNamedWithLineAndColumn()
    {
        QFETCH(QByteArray, content);
        QFETCH(QByteArray, place);
        const std::string path = file(content.constData());
        const std::string error = errorOf({"--config", path});
        QVERIFY2(error.starts_with(path + place.toStdString()), error.c_str());
        QVERIFY2(error.find('\n') == std::string::npos, "one line");
    }

    void errorsStayOnOneLineWhateverTheValue()
    {
        const std::string error = errorOf({"--log-level", "a\nb\x1b[2J"});
        QVERIFY2(error.starts_with("--log-level: \"a\\nb\\x1b[2J\" is not valid"), error.c_str());
        const std::string path = file("\"a\\nb\" = 1\n");
        QVERIFY2(errorOf({"--config", path}).find(": a\\nb is not a setting") != std::string::npos,
                 errorOf({"--config", path}).c_str());
    }

    void aFileThatIsNamedMustBeThere()
    {
        QCOMPARE(errorOf({"--config", "/no/such.toml"}), std::string("/no/such.toml: cannot be read: No such file or directory"));
        QVERIFY(errorOf({"--config", m_dir.path().toStdString()}).ends_with(": cannot be read: Is a directory"));
    }

    void aVariableThatHasNoEffectIsPointedOut()
    {
        const auto loaded = loadConfig(
            {{}, {{"WEBSOCKET_PING_INTERVALL", "30s"}, {"WEBSOCKET_FOO", "1"}, {"TIPWATCH_BITCOIND", "x"}, {"PATH", "/bin"}}});
        QVERIFY(loaded);
        QCOMPARE(loaded->notes.size(), std::size_t(2));
        QCOMPARE(loaded->notes.back(),
                 std::string("the variable WEBSOCKET_PING_INTERVALL is set but is no setting of this version; did you "
                             "mean WEBSOCKET_PING_INTERVAL?"));
    }

    void anEmptyVariableCountsAsNotSet()
    {
        QCOMPARE(load({}, {{"WEBSOCKET_PATH", ""}, {"TIPWATCH_HTTP_PORT", ""}}).gateway.path, GatewayConfig().path);
    }

    void printedConfigShowsOriginsAndHidesSecrets()
    {
        const std::string path = file("[gateway]\nhttp_port = 1\n");
        const auto loaded = loadConfig(
            {{"--config", path, "--rpc-user", "hunter2", "--rpc-password-file", "/dev/null"}, {{"WEBSOCKET_PATH", "/live"}}});
        QVERIFY(loaded);
        const QString printed = QString::fromStdString(printedConfig(*loaded));
        const auto line = [&printed](const char *name) {
            const auto lines =
                printed.split(QLatin1Char('\n')).filter(QRegularExpression(QStringLiteral("^%1 = ").arg(QLatin1String(name))));
            return lines.size() == 1 ? lines.front().simplified() : QString();
        };
        QCOMPARE(line("http_port"), QStringLiteral("http_port = 1 # %1:2").arg(QString::fromStdString(path)));
        QCOMPARE(line("path"), QStringLiteral("path = \"/live\" # WEBSOCKET_PATH"));
        QCOMPARE(line("rpc_user"), QStringLiteral("rpc_user = \"***\" # --rpc-user"));
        QCOMPARE(line("listen"), QStringLiteral("listen = \"127.0.0.1\" # default"));
        QVERIFY(!printed.contains(QStringLiteral("hunter2")));
    }

    void theSampleFileHasEverySettingWithItsDefault()
    {
        QFile sample(QStringLiteral(TIPWATCH_SOURCE_DIR "/packaging/tipwatch.toml"));
        QVERIFY(sample.open(QIODevice::ReadOnly));
        const QByteArray content = sample.readAll();
        if (qEnvironmentVariableIsSet("TIPWATCH_WRITE_SAMPLE")) {
            QFile out(sample.fileName());
            QVERIFY(out.open(QIODevice::WriteOnly) && out.write(sampleFile().c_str()) > 0);
        }
        QCOMPARE(content.toStdString(), sampleFile()); // TIPWATCH_WRITE_SAMPLE=1 writes it anew

        QByteArray active; // as if somebody had taken away every "#" of a value
        for (const QByteArray &line : content.split('\n'))
            active += (line.startsWith('#') && !line.startsWith("##") && line.contains(" = ") ? line.mid(1) : line) + '\n';
        const auto loaded = loadConfig({{"--config", file(active.constData())}, {}});
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        QCOMPARE(loaded->origins.size(), settings().size());
        for (const auto &s : settings())
            QCOMPARE(s.show(loaded->config), s.show(Config()));
    }

    void theReadmeNamesEverySettingWithItsDefault()
    {
        QFile readme(QStringLiteral(TIPWATCH_SOURCE_DIR "/README.md"));
        QVERIFY(readme.open(QIODevice::ReadOnly));
        const std::string text = readme.readAll().toStdString();
        for (const auto &s : settings()) {
            const std::string value = s.key == "gateway.enabled" ? std::string() : s.show(Config());
            const std::string row = "| `" + std::string(s.key) + "` | `" + std::string(s.environment) + "` | `" +
                                    std::string(s.flag) + "` | " + (value.empty() ? "" : "`" + value + "` |");
            QVERIFY2(text.find(row) != std::string::npos, row.c_str());
        }
    }

    void helpFitsAPerson()
    {
        const QString help = QString::fromStdString(helpText());
        const QStringList lines = help.split(QLatin1Char('\n'));
        QVERIFY2(lines.size() <= 90, qPrintable(QString::number(lines.size())));
        for (const QString &line : lines)
            QVERIFY2(line.size() <= 100, qPrintable(line));
        for (const auto &s : settings())
            QVERIFY2(help.contains(QString::fromLatin1(s.flag.data(), qsizetype(s.flag.size()))), s.flag.data());
    }

    void theProcessEnvironmentIsRead()
    {
        qputenv("TIPWATCH_TEST_VARIABLE", "a=b");
        QCOMPARE(processEnvironment().at("TIPWATCH_TEST_VARIABLE"), std::string("a=b"));
    }
};

QTEST_GUILESS_MAIN(TestConfigLoader)
#include "test_config_loader.moc"
