// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/config/config.h"
#include "tests/support/fake_chain.h"

#include <QHash>
#include <QJsonArray>
#include <QJsonObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace tipwatch {

/// A Bitcoin node for tests: JSON-RPC over real HTTP and ZMQ over real sockets, on loopback, from a FakeChain; with faults on demand.
/// Turns with the event loop of the test.
class FakeNode {
public:
    enum class RpcFault {
        None,
        Unauthorized, ///< 401
        Forbidden,    ///< 403
        WarmingUp,    ///< -28
        QueueFull,    ///< 503 "Work queue depth exceeded"
        HalfAnswer,   ///< the first half of a right answer, then the end of the connection
        HangUp,       ///< no answer, the end of the connection
        Garbage       ///< 200, but not JSON
    };
    enum class ZmqFault {
        None,
        Drop,      ///< it takes its number and is never sent
        Duplicate, ///< sent twice
        Swap,      ///< sent after the next one
        Truncate   ///< half of the body
    };

    FakeNode();
    ~FakeNode();

    FakeChain chain;

    /// For a source that is to watch this node.
    BitcoinConfig config() const;
    void setPassword(const std::string &password);

    // --- being there
    void start();
    void stop();
    void restart(); ///< stop, counters and numbers from the beginning, start
    bool offersSequence = true;
    bool offersRawblock = true;
    /// The ZMQ addresses are announced, but nothing is there until openZmq().
    bool zmqIsDead = false;
    void openZmq();
    void closeZmq();

    // --- faults
    void setRpcFault(RpcFault fault, int answers = -1);  ///< for so many requests; -1: until it is changed
    void setZmqFault(const char *topic, ZmqFault fault); ///< of the next message
    void holdZmq() { m_held = true; }
    void releaseZmq();
    /// Called once, when the answer to @p method has been made and before it is sent.
    void afterAnswerTo(const QString &method, std::function<void()> action) { m_actions[method] = std::move(action); }
    std::function<void(const QString &method)> beforeAnswerTo; ///< called before each answer is made
    QHash<QString, QJsonObject> methodErrors;                  ///< {code, message} instead of a result
    QJsonObject chainInfo;                                     ///< merged into getblockchaininfo
    QJsonArray peers;                                          ///< getpeerinfo
    int connections = 10;                                      ///< in getnetworkinfo, two of them inbound
    QHash<QString, int> calls;                                 ///< how often a method was called
    bool breaksNextBlock = false;                              ///< getblock answers once with damaged bytes

private:
    struct ZmqMessage {
        std::string topic, body;
    };

    void onConnection();
    void onReadable(QTcpSocket *socket);
    void answer(QTcpSocket *socket, const QByteArray &head, const QByteArray &body);
    void write(QTcpSocket *socket, int status, const QByteArray &body);
    QJsonObject answerTo(const QJsonObject &request);
    QJsonValue resultOf(const QString &method, const QJsonArray &params, QJsonObject &error);
    QJsonValue blockchainInfo() const;
    QJsonValue rawMempool(bool withSequence) const;
    QJsonValue mempoolEntry(const FakeChain::Transaction &transaction) const;
    QJsonValue blockHeader(const FakeChain::Block &block) const;
    QJsonArray zmqNotifications() const;
    void publish(const std::string &topic, const std::string &body);
    void send(const std::string &topic, const std::string &body, std::uint32_t counter);

    QTemporaryDir m_directory;
    std::string m_password = "secret";
    QTcpServer m_server;
    const std::string m_address;
    std::uint16_t m_port = 0;
    QHash<QTcpSocket *, QByteArray> m_input;
    RpcFault m_rpcFault = RpcFault::None;
    int m_rpcFaults = 0;
    QHash<QString, std::function<void()>> m_actions;

    void *m_zmqContext = nullptr;
    std::map<std::string, void *> m_publishers;
    std::map<std::string, std::string> m_endpoints;
    std::map<std::string, std::uint32_t> m_counters;
    std::map<std::string, ZmqFault> m_zmqFaults;
    std::map<std::string, std::pair<std::string, std::uint32_t>> m_swapped;
    bool m_held = false;
    std::deque<ZmqMessage> m_heldMessages;
};

} // namespace tipwatch
