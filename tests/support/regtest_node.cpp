// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/regtest_node.h"

#include "server/sources/bitcoin/node_locator.h"

#include <simdjson.h>

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTest>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace tipwatch {
namespace {

std::uint16_t freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

std::string jsonOf(const QJsonArray &params)
{
    return QJsonDocument(params).toJson(QJsonDocument::Compact).toStdString();
}

QJsonValue valueOf(const simdjson::dom::element &element)
{
    const std::string text = "[" + simdjson::minify(element) + "]";
    return QJsonDocument::fromJson(QByteArray::fromStdString(text)).array().first();
}

} // namespace

QString RegtestNode::program()
{
    const QString named = qEnvironmentVariable("TIPWATCH_BITCOIND");
    return named.isEmpty() ? QStandardPaths::findExecutable(u"bitcoind"_s) : named;
}

std::optional<int> RegtestNode::exitWithoutNode()
{
    const QByteArray wish = qgetenv("REGTEST_WS_CHECK");
    if (wish == "false") {
        std::puts("SKIP program: REGTEST_WS_CHECK=false");
        return 0;
    }
    if (!program().isEmpty())
        return std::nullopt;
    std::printf("%s no bitcoind; set TIPWATCH_BITCOIND or put it on the PATH\n",
                wish == "true" ? "FAIL program:" : "SKIP program:");
    return wish == "true" ? 1 : 0;
}

RegtestNode::RegtestNode() : RegtestNode(Options{}) {}

RegtestNode::RegtestNode(Options options)
    : m_options(std::move(options)), m_rpcPort(freePort()), m_zmqPort(freePort()), m_blockPort(freePort())
{
    const std::string cookie = (m_directory.path() + u"/regtest/.cookie"_s).toStdString();
    m_rpc = std::make_unique<RpcClient>(RpcEndpoint{"127.0.0.1", m_rpcPort}, [cookie] { return readCookie(cookie); });
}

RegtestNode::~RegtestNode()
{
    kill();
}

QStringList RegtestNode::arguments() const
{
    QStringList arguments{u"-regtest"_s,
                          u"-datadir="_s + m_directory.path(),
                          u"-rpcport="_s + QString::number(m_rpcPort),
                          u"-server"_s,
                          u"-listen=0"_s,
                          u"-connect=0"_s,
                          u"-dnsseed=0"_s,
                          u"-listenonion=0"_s,
                          u"-printtoconsole=0"_s,
                          u"-rpcbind=127.0.0.1"_s,
                          u"-rpcallowip=127.0.0.1"_s};
    if (m_options.zmq) {
        arguments << u"-zmqpubsequence=tcp://127.0.0.1:"_s + QString::number(m_zmqPort)
                  << u"-zmqpubrawblock=tcp://127.0.0.1:"_s + QString::number(m_blockPort);
    }
    return arguments + m_options.extra;
}

bool RegtestNode::launch()
{
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(program(), arguments());
    return m_process.waitForStarted();
}

bool RegtestNode::waitUntilReady(int timeoutMs)
{
    return QTest::qWaitFor([this] { return !isRunning() || call("getblockcount").has_value(); }, timeoutMs) && isRunning();
}

bool RegtestNode::start()
{
    return launch() && waitUntilReady();
}

void RegtestNode::stop()
{
    if (!isRunning())
        return;
    call("stop");
    if (!QTest::qWaitFor([this] { return !isRunning(); }, 60'000))
        qWarning("the node does not stop");
    kill();
}

void RegtestNode::kill()
{
    if (isRunning()) {
        m_process.kill();
        m_process.waitForFinished();
    }
    m_rpc->close();
}

std::optional<QJsonValue> RegtestNode::call(const char *method, const QJsonArray &params)
{
    std::optional<QJsonValue> value;
    QEventLoop loop;
    m_rpc->call({method, jsonOf(params), false}, [&](const RpcResult &answer) {
        if (answer)
            value = valueOf(*answer);
        else
            m_lastError = QString::fromStdString(answer.error().message);
        loop.quit();
    });
    loop.exec();
    return value;
}

std::vector<QJsonValue> RegtestNode::batch(const char *method, const std::vector<QJsonArray> &params)
{
    std::vector<RpcCall> calls;
    for (const QJsonArray &p : params)
        calls.push_back({method, jsonOf(p), false});
    std::vector<QJsonValue> values(params.size());
    QEventLoop loop;
    m_rpc->batch(std::move(calls), [&](tl::expected<std::span<const RpcResult>, RpcError> answers) {
        for (std::size_t i = 0; answers && i < answers->size(); ++i) {
            if ((*answers)[i])
                values[i] = valueOf(*(*answers)[i]);
            else
                m_lastError = QString::fromStdString((*answers)[i].error().message);
        }
        loop.quit();
    });
    loop.exec();
    return values;
}

void RegtestNode::sync()
{
    call("syncwithvalidationinterfacequeue");
}

BitcoinConfig RegtestNode::config() const
{
    BitcoinConfig config;
    config.network = "regtest";
    config.node = "http://127.0.0.1:" + std::to_string(m_rpcPort);
    config.cookieFile = (m_directory.path() + u"/regtest/.cookie"_s).toStdString();
    return config;
}

} // namespace tipwatch
