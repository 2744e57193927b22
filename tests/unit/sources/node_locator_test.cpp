// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/node_locator.h"

#include <QDir>
#include <QFile>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::Literals::StringLiterals;

namespace tipwatch {

class NodeLocatorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();

    void readsAddresses_data();
    void readsAddresses();
    void refusesOtherAddresses_data();
    void refusesOtherAddresses();
    void passwordInTheAddressIsNotRepeated();

    void usualPlaces_data();
    void usualPlaces();
    void unknownNetworkIsNamed();
    void portTellsTheCookieOfTheNetwork();
    void configuredRpcPort_data();
    void configuredRpcPort();
    void unknownPortTakesTheNewestCookie();
    void cookieStaysOnThisMachine();
    void cookieIsReadWhenAsked();
    void userWithPasswordFile();
    void halfCredentialsAreRefused_data();
    void halfCredentialsAreRefused();
    void unusableCookiesSayWhy_data();
    void unusableCookiesSayWhy();

    void runningNodeIsFound();
    void cookieWithoutANodeIsNoNode();
    void nodeWithoutACookieIsNotFound();

    void zmqEndpoints_data();
    void zmqEndpoints();

private:
    void write(const QString &name, const QByteArray &content) const;
    std::string path(const QString &name) const { return m_dir->filePath(name).toStdString(); }
    BitcoinConfig here() const
    {
        BitcoinConfig config;
        config.dataDir = m_dir->path().toStdString();
        return config;
    }

    std::unique_ptr<QTemporaryDir> m_dir;
};

namespace {

template <class T> QByteArray problemOf(const Result<T> &result)
{
    return result ? QByteArray("nothing wrong") : QByteArray::fromStdString(result.error().message);
}

} // namespace

void NodeLocatorTest::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(m_dir->isValid());
}

void NodeLocatorTest::write(const QString &name, const QByteArray &content) const
{
    QVERIFY(QDir(m_dir->path()).mkpath(QFileInfo(name).path()));
    QFile file(m_dir->filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
}

void NodeLocatorTest::readsAddresses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QByteArray>("url");
    QTest::newRow("whole") << QByteArray("http://127.0.0.1:8332") << QByteArray("127.0.0.1") << 8332
                           << QByteArray("http://127.0.0.1:8332");
    QTest::newRow("with a slash") << QByteArray("http://node:1/") << QByteArray("node") << 1 << QByteArray("http://node:1");
    QTest::newRow("without a scheme") << QByteArray("node.lan:65535") << QByteArray("node.lan") << 65535
                                      << QByteArray("http://node.lan:65535");
    QTest::newRow("without a port") << QByteArray("http://node") << QByteArray("node") << 18443
                                    << QByteArray("http://node:18443");
    QTest::newRow("IPv6") << QByteArray("http://[::1]:8332") << QByteArray("::1") << 8332 << QByteArray("http://[::1]:8332");
    QTest::newRow("IPv6 without a port") << QByteArray("[fe80::1]") << QByteArray("fe80::1") << 18443
                                         << QByteArray("http://[fe80::1]:18443");
}

void NodeLocatorTest::readsAddresses()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, host);
    QFETCH(int, port);
    QFETCH(QByteArray, url);
    const auto endpoint = parseRpcEndpoint(text.toStdString(), 18443);
    QVERIFY2(endpoint, problemOf(endpoint));
    QCOMPARE(endpoint->host, host.toStdString());
    QCOMPARE(int(endpoint->port), port);
    QCOMPARE(endpoint->url(), url.toStdString());
}

void NodeLocatorTest::refusesOtherAddresses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("https") << QByteArray("https://node:8332");
    QTest::newRow("no host") << QByteArray("http://:8332");
    QTest::newRow("no port behind the colon") << QByteArray("http://node:");
    QTest::newRow("port 0") << QByteArray("http://node:0");
    QTest::newRow("port too large") << QByteArray("http://node:65536");
    QTest::newRow("port with letters") << QByteArray("http://node:80a");
    QTest::newRow("path") << QByteArray("http://node:8332/wallet/x");
    QTest::newRow("IPv6 without brackets") << QByteArray("http://::1:8332");
    QTest::newRow("IPv6 without an end") << QByteArray("http://[::1:8332");
    QTest::newRow("line break") << QByteArray("http://node\r\nX: y:8332");
}

void NodeLocatorTest::refusesOtherAddresses()
{
    QFETCH(QByteArray, text);
    const auto endpoint = parseRpcEndpoint(text.toStdString(), 8332);
    QVERIFY(!endpoint);
    QVERIFY2(problemOf(endpoint).contains("http://host:port"), problemOf(endpoint));
    BitcoinConfig config = here();
    config.node = text.toStdString();
    QCOMPARE(bool(locateNode(config)), text.isEmpty()); // which is "not configured"
}

void NodeLocatorTest::passwordInTheAddressIsNotRepeated()
{
    const auto endpoint = parseRpcEndpoint("http://alice:secret@node:8332", 8332);
    QVERIFY(!endpoint);
    QVERIFY(!problemOf(endpoint).contains("secret"));
    QVERIFY(problemOf(endpoint).contains("--rpc-user"));
}

void NodeLocatorTest::usualPlaces_data()
{
    QTest::addColumn<QByteArray>("network");
    QTest::addColumn<QString>("cookie");
    QTest::addColumn<int>("port");
    QTest::newRow("main") << QByteArray("main") << u".cookie"_s << 8332;
    QTest::newRow("test") << QByteArray("test") << u"testnet3/.cookie"_s << 18332;
    QTest::newRow("testnet4") << QByteArray("testnet4") << u"testnet4/.cookie"_s << 48332;
    QTest::newRow("signet") << QByteArray("signet") << u"signet/.cookie"_s << 38332;
    QTest::newRow("regtest") << QByteArray("regtest") << u"regtest/.cookie"_s << 18443;
}

void NodeLocatorTest::usualPlaces()
{
    QFETCH(QByteArray, network);
    QFETCH(QString, cookie);
    QFETCH(int, port);
    write(cookie, "__cookie__:abc");
    BitcoinConfig config = here();
    config.network = network.toStdString();
    const auto address = locateNode(config);
    QVERIFY2(address, problemOf(address));
    QCOMPARE(address->network, network.toStdString());
    QCOMPARE(address->endpoint, (RpcEndpoint{"127.0.0.1", static_cast<std::uint16_t>(port)}));
    QCOMPARE(address->credentials().value(), (RpcCredentials{"__cookie__", "abc"}));
    QVERIFY(address->credentialsFrom.find(path(cookie)) != std::string::npos);
}

void NodeLocatorTest::unknownNetworkIsNamed()
{
    BitcoinConfig config = here();
    config.network = "mainnet";
    const QByteArray problem = problemOf(locateNode(config));
    QVERIFY2(problem.contains("\"mainnet\"") && problem.contains("testnet4"), problem);
    QVERIFY(!findRunningNode(config));
}

void NodeLocatorTest::portTellsTheCookieOfTheNetwork()
{
    write(u".cookie"_s, "__cookie__:main");
    write(u"signet/.cookie"_s, "__cookie__:signet");
    BitcoinConfig config = here();
    config.node = "http://localhost:38332";
    const auto address = locateNode(config);
    QVERIFY2(address, problemOf(address));
    QCOMPARE(address->credentials()->password, std::string("signet"));
    QCOMPARE(address->network, std::string()); // the node's word counts
}

void NodeLocatorTest::configuredRpcPort_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("network");
    QTest::addColumn<int>("port");
    QTest::newRow("none") << QByteArray("server=1\n") << QByteArray("main") << 8332;
    QTest::newRow("before all sections") << QByteArray("rpcport=1111\n[regtest]\nrpcport=2222\n") << QByteArray("main") << 1111;
    QTest::newRow("in its section") << QByteArray("rpcport=1111\n[regtest]\n rpcport = 2222 \n[main]\n") << QByteArray("regtest")
                                    << 2222;
    QTest::newRow("of another network") << QByteArray("rpcport=1111\n[signet]\nrpcport=3333\n") << QByteArray("regtest") << 18443;
    QTest::newRow("with a prefix") << QByteArray("regtest.rpcport=4444\n") << QByteArray("regtest") << 4444;
    QTest::newRow("in a comment") << QByteArray("#rpcport=1111\n") << QByteArray("main") << 8332;
    QTest::newRow("no number") << QByteArray("rpcport=many\n") << QByteArray("main") << 8332;
}

void NodeLocatorTest::configuredRpcPort()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, network);
    QFETCH(int, port);
    write(u"bitcoin.conf"_s, file);
    BitcoinConfig config = here();
    config.network = network.toStdString();
    QCOMPARE(int(locateNode(config)->endpoint.port), port);
}

void NodeLocatorTest::unknownPortTakesTheNewestCookie()
{
    BitcoinConfig config = here();
    config.node = "http://127.0.0.1:20443";
    const auto address = locateNode(config);
    QVERIFY2(address, problemOf(address));
    QVERIFY(problemOf(address->credentials()).contains("--rpc-cookie"));
    write(u".cookie"_s, "__cookie__:older");
    write(u"regtest/.cookie"_s, "__cookie__:newer");
    QFile older(m_dir->filePath(u".cookie"_s));
    QVERIFY(older.open(QIODevice::ReadWrite));
    QVERIFY(older.setFileTime(QDateTime::currentDateTime().addDays(-1), QFileDevice::FileModificationTime));
    QCOMPARE(address->credentials()->password, std::string("newer"));
}

void NodeLocatorTest::cookieStaysOnThisMachine()
{
    write(u".cookie"_s, "__cookie__:abc");
    BitcoinConfig config = here();
    config.node = "http://192.0.2.1:8332";
    const QByteArray problem = problemOf(locateNode(config));
    QVERIFY2(problem.contains("not on this machine") && problem.contains("--rpc-cookie"), problem);
    config.cookieFile = path(u".cookie"_s); // said so
    const auto address = locateNode(config);
    QVERIFY2(address, problemOf(address));
    QVERIFY(address->credentials());
}

void NodeLocatorTest::cookieIsReadWhenAsked()
{
    BitcoinConfig config = here();
    config.network = "regtest";
    const auto address = locateNode(config);
    QVERIFY2(address, problemOf(address));
    QVERIFY(problemOf(address->credentials()).startsWith("no cookie file at "));
    write(u"regtest/.cookie"_s, "__cookie__:1\n");
    QCOMPARE(address->credentials()->password, std::string("1"));
    write(u"regtest/.cookie"_s, "__cookie__:2\r\n");
    QCOMPARE(address->credentials()->password, std::string("2"));
}

void NodeLocatorTest::userWithPasswordFile()
{
    write(u"password"_s, "pass:word \nsecond line\n");
    BitcoinConfig config = here();
    config.user = "alice";
    config.passwordFile = path(u"password"_s);
    config.node = "http://192.0.2.1:8332";
    const auto address = locateNode(config);
    QVERIFY2(address, problemOf(address));
    QCOMPARE(address->credentials().value(), (RpcCredentials{"alice", "pass:word "}));
    QCOMPARE(address->credentialsFrom, std::string("user alice"));
}

void NodeLocatorTest::halfCredentialsAreRefused_data()
{
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<QByteArray>("passwordFile");
    QTest::addColumn<QByteArray>("cookieFile");
    QTest::newRow("user alone") << QByteArray("alice") << QByteArray() << QByteArray();
    QTest::newRow("password alone") << QByteArray() << QByteArray("/password") << QByteArray();
    QTest::newRow("both kinds") << QByteArray("alice") << QByteArray("/password") << QByteArray("/cookie");
}

void NodeLocatorTest::halfCredentialsAreRefused()
{
    QFETCH(QByteArray, user);
    QFETCH(QByteArray, passwordFile);
    QFETCH(QByteArray, cookieFile);
    BitcoinConfig config = here();
    config.user = user.toStdString();
    config.passwordFile = passwordFile.toStdString();
    config.cookieFile = cookieFile.toStdString();
    QVERIFY(!locateNode(config));
}

void NodeLocatorTest::unusableCookiesSayWhy_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QByteArray>("problem");
    QTest::newRow("empty") << QByteArray() << QByteArray("is empty");
    QTest::newRow("empty line") << QByteArray("\n") << QByteArray("is empty");
    QTest::newRow("no colon") << QByteArray("abc") << QByteArray("does not hold user:password");
    QTest::newRow("no password") << QByteArray("abc:") << QByteArray("does not hold user:password");
    QTest::newRow("no user") << QByteArray(":abc") << QByteArray("does not hold user:password");
}

void NodeLocatorTest::unusableCookiesSayWhy()
{
    QFETCH(QByteArray, content);
    QFETCH(QByteArray, problem);
    write(u"cookie"_s, content);
    const QByteArray found = problemOf(readCookie(path(u"cookie"_s)));
    QVERIFY2(found.contains(problem) && found.contains(path(u"cookie"_s).c_str()), found);
    QVERIFY(problemOf(readCookie(m_dir->path().toStdString())).contains("cannot be read")); // a folder
}

void NodeLocatorTest::runningNodeIsFound()
{
    QTcpServer node;
    QVERIFY(node.listen(QHostAddress::LocalHost));
    write(u"bitcoin.conf"_s, "[signet]\nrpcport=" + QByteArray::number(node.serverPort()) + "\n");
    write(u"signet/.cookie"_s, "__cookie__:abc");
    const auto found = findRunningNode(here());
    QVERIFY(found.has_value());
    QCOMPARE(found->network, std::string("signet"));
    QCOMPARE(int(found->endpoint.port), int(node.serverPort()));
    QCOMPARE(found->credentials()->password, std::string("abc"));
    QCOMPARE(locateNode(here())->network, std::string("signet"));

    BitcoinConfig other = here();
    other.network = "regtest";
    QVERIFY(!findRunningNode(other));
}

void NodeLocatorTest::cookieWithoutANodeIsNoNode()
{
    std::uint16_t port = 0;
    {
        QTcpServer node;
        QVERIFY(node.listen(QHostAddress::LocalHost));
        port = node.serverPort();
    }
    write(u"bitcoin.conf"_s, "rpcport=" + QByteArray::number(port) + "\n");
    write(u".cookie"_s, "__cookie__:left behind by a crash");
    QVERIFY(!findRunningNode(here()));
    QCOMPARE(locateNode(here())->network, std::string("main")); // where it would be
}

void NodeLocatorTest::nodeWithoutACookieIsNotFound()
{
    QTcpServer node;
    QVERIFY(node.listen(QHostAddress::LocalHost));
    write(u"bitcoin.conf"_s, "rpcport=" + QByteArray::number(node.serverPort()) + "\n");
    QVERIFY(!findRunningNode(here()));
}

void NodeLocatorTest::zmqEndpoints_data()
{
    QTest::addColumn<QByteArray>("bound");
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("reached");
    QTest::newRow("as it is") << QByteArray("tcp://127.0.0.1:28332") << QByteArray("node") << QByteArray("tcp://127.0.0.1:28332");
    QTest::newRow("all addresses") << QByteArray("tcp://0.0.0.0:28332") << QByteArray("node") << QByteArray("tcp://node:28332");
    QTest::newRow("star") << QByteArray("tcp://*:28332") << QByteArray("127.0.0.1") << QByteArray("tcp://127.0.0.1:28332");
    QTest::newRow("all IPv6 addresses") << QByteArray("tcp://[::]:28332") << QByteArray("::1") << QByteArray("tcp://[::1]:28332");
    QTest::newRow("ipc") << QByteArray("ipc:///run/x:y") << QByteArray("node") << QByteArray("ipc:///run/x:y");
}

void NodeLocatorTest::zmqEndpoints()
{
    QFETCH(QByteArray, bound);
    QFETCH(QByteArray, host);
    QFETCH(QByteArray, reached);
    QCOMPARE(zmqEndpointFor(bound.toStdString(), {host.toStdString(), 8332}), reached.toStdString());
}

} // namespace tipwatch

QTEST_GUILESS_MAIN(tipwatch::NodeLocatorTest)
#include "node_locator_test.moc"
