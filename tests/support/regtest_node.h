// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/rpc_client.h"
#include "shared/config/config.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonValue>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace tipwatch {

/// A real bitcoind on regtest with a data directory and ports of its own, stopped and removed in the end.
/// Its calls turn the event loop of the calling thread while they wait.
class RegtestNode {
public:
    /// TIPWATCH_BITCOIND, or bitcoind of the PATH; empty if there is none.
    static QString program();

    /// Says so, in a way that ctest shows as skipped, if there is no bitcoind, or if REGTEST_WS_CHECK=false asks for it. With
    /// REGTEST_WS_CHECK=true a missing one is a failure. @return the exit code; nothing if the tests can run.
    static std::optional<int> exitWithoutNode();

    struct Options {
        bool zmq = true;
        QStringList extra; ///< further arguments
    };
    RegtestNode();
    explicit RegtestNode(Options options);
    ~RegtestNode();

    /// Starts it and waits until it answers. @return false if it does not.
    bool start();
    /// Only the process; it may be warming up for a while.
    bool launch();
    bool waitUntilReady(int timeoutMs = 60'000);
    /// As an operator would ("stop"), or with SIGKILL.
    void stop();
    void kill();
    /// Further arguments from the next start on.
    void setExtra(const QStringList &extra) { m_options.extra = extra; }
    bool isRunning() const { return m_process.state() != QProcess::NotRunning; }

    /// The result, or nothing and lastError() if the node says no.
    std::optional<QJsonValue> call(const char *method, const QJsonArray &params = {});
    /// Several calls in one request; a null for what failed.
    std::vector<QJsonValue> batch(const char *method, const std::vector<QJsonArray> &params);
    QString lastError() const { return m_lastError; }
    /// Waits until the node has published all its messages.
    void sync();

    BitcoinConfig config() const;
    std::uint16_t rpcPort() const { return m_rpcPort; }
    QString dataDir() const { return m_directory.path(); }
    QStringList arguments() const;

private:
    Options m_options;
    QTemporaryDir m_directory;
    std::uint16_t m_rpcPort = 0, m_zmqPort = 0, m_blockPort = 0;
    QProcess m_process;
    std::unique_ptr<RpcClient> m_rpc;
    QString m_lastError;
};

} // namespace tipwatch

/// QTEST_GUILESS_MAIN for tests that need a bitcoind; see RegtestNode::exitWithoutNode().
#define TIPWATCH_REGTEST_MAIN(TestClass)                                                                                         \
    int main(int argc, char **argv)                                                                                              \
    {                                                                                                                            \
        if (const auto exitCode = tipwatch::RegtestNode::exitWithoutNode())                                                      \
            return *exitCode;                                                                                                    \
        const QCoreApplication application(argc, argv);                                                                          \
        TestClass test;                                                                                                          \
        return QTest::qExec(&test, argc, argv);                                                                                  \
    }
