// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_node.h"

#include "tests/support/loopback_address.h"

#include <zmq.h>

#include <QFile>
#include <QHostAddress>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace tipwatch {
namespace {

constexpr std::array<const char *, 2> topics{"sequence", "rawblock"};

std::string freeEndpoint(const std::string &address)
{
    QTcpServer server;
    server.listen(QHostAddress(QString::fromStdString(address)));
    return "tcp://" + address + ":" + std::to_string(server.serverPort());
}

double coins(Satoshi amount)
{
    return static_cast<double>(amount.value) / 1e8;
}

QString text(const std::string &s)
{
    return QString::fromStdString(s);
}

} // namespace

FakeNode::FakeNode() : m_address(ownLoopbackAddress())
{
    for (const char *topic : topics)
        m_endpoints[topic] = freeEndpoint(m_address);
    m_zmqContext = zmq_ctx_new();
    chain.publish = [this](const char *topic, const std::string &body) { publish(topic, body); };
    setPassword("secret");
    QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] { onConnection(); });
    start();
}

FakeNode::~FakeNode()
{
    stop();
    zmq_ctx_destroy(m_zmqContext);
}

BitcoinConfig FakeNode::config() const
{
    BitcoinConfig config;
    config.node = "http://" + m_address + ":" + std::to_string(m_port);
    config.cookieFile = (m_directory.path() + u"/.cookie"_s).toStdString();
    return config;
}

void FakeNode::setPassword(const std::string &password)
{
    m_password = password;
    QFile cookie(m_directory.path() + u"/.cookie"_s);
    if (cookie.open(QIODevice::WriteOnly))
        cookie.write("__cookie__:" + QByteArray::fromStdString(password));
}

// --- being there

void FakeNode::start()
{
    if (!m_server.listen(QHostAddress(text(m_address)), m_port))
        qFatal("cannot listen on %s: %s", m_address.c_str(), qUtf8Printable(m_server.errorString()));
    m_port = m_server.serverPort();
    if (!zmqIsDead)
        openZmq();
}

void FakeNode::stop()
{
    m_server.close();
    const auto sockets = m_input.keys();
    m_input.clear();
    for (QTcpSocket *socket : sockets)
        socket->abort();
    closeZmq();
}

void FakeNode::restart()
{
    stop();
    m_counters.clear();
    start();
    chain.restart();
}

void FakeNode::openZmq()
{
    for (const auto &[topic, endpoint] : m_endpoints) {
        void *publisher = zmq_socket(m_zmqContext, ZMQ_PUB);
        const int noLinger = 0;
        zmq_setsockopt(publisher, ZMQ_LINGER, &noLinger, sizeof noLinger);
        // The port of a socket that was just closed takes a moment to be free.
        if (!QTest::qWaitFor([&] { return zmq_bind(publisher, endpoint.c_str()) == 0; }))
            qFatal("cannot bind %s: %s", endpoint.c_str(), zmq_strerror(zmq_errno()));
        m_publishers[topic] = publisher;
    }
}

void FakeNode::closeZmq()
{
    for (const auto &[topic, publisher] : m_publishers)
        zmq_close(publisher);
    m_publishers.clear();
}

// --- ZMQ

void FakeNode::setZmqFault(const char *topic, ZmqFault fault)
{
    m_zmqFaults[topic] = fault;
}

void FakeNode::releaseZmq()
{
    m_held = false;
    for (const ZmqMessage &message : std::exchange(m_heldMessages, {}))
        publish(message.topic, message.body);
}

void FakeNode::publish(const std::string &topic, const std::string &body)
{
    if (m_held) {
        m_heldMessages.push_back({topic, body});
        return;
    }
    const std::uint32_t counter = m_counters[topic]++;
    const ZmqFault fault = std::exchange(m_zmqFaults[topic], ZmqFault::None);
    if (fault == ZmqFault::Swap) {
        m_swapped[topic] = {body, counter};
        return;
    }
    if (fault == ZmqFault::Truncate)
        send(topic, body.substr(0, body.size() / 2), counter);
    else if (fault != ZmqFault::Drop)
        send(topic, body, counter);
    if (fault == ZmqFault::Duplicate)
        send(topic, body, counter);
    if (const auto swapped = m_swapped.extract(topic))
        send(topic, swapped.mapped().first, swapped.mapped().second);
}

void FakeNode::send(const std::string &topic, const std::string &body, std::uint32_t counter)
{
    const auto publisher = m_publishers.find(topic);
    if (publisher == m_publishers.end())
        return;
    std::array<unsigned char, 4> number{};
    for (std::size_t i = 0; i < number.size(); ++i)
        number[i] = static_cast<unsigned char>(counter >> (8 * i));
    zmq_send(publisher->second, topic.data(), topic.size(), ZMQ_SNDMORE);
    zmq_send(publisher->second, body.data(), body.size(), ZMQ_SNDMORE);
    zmq_send(publisher->second, number.data(), number.size(), 0);
}

// --- HTTP

void FakeNode::setRpcFault(RpcFault fault, int answers)
{
    m_rpcFault = fault;
    m_rpcFaults = answers;
}

void FakeNode::onConnection()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        m_input.insert(socket, {});
        QObject::connect(socket, &QTcpSocket::readyRead, &m_server, [this, socket] { onReadable(socket); });
        QObject::connect(socket, &QTcpSocket::disconnected, &m_server, [this, socket] {
            m_input.remove(socket);
            socket->deleteLater();
        });
    }
}

void FakeNode::onReadable(QTcpSocket *socket)
{
    QByteArray &input = m_input[socket];
    input += socket->readAll();
    const qsizetype headEnd = input.indexOf("\r\n\r\n");
    if (headEnd < 0)
        return;
    const QByteArray head = input.left(headEnd).toLower();
    const qsizetype at = head.indexOf("content-length:");
    const qsizetype length =
        at < 0 ? 0 : head.mid(at + 15, head.indexOf('\r', at) < 0 ? -1 : head.indexOf('\r', at) - at - 15).trimmed().toLongLong();
    if (input.size() < headEnd + 4 + length)
        return;
    const QByteArray originalHead = input.left(headEnd);
    const QByteArray body = input.mid(headEnd + 4, length);
    input.remove(0, headEnd + 4 + length);
    answer(socket, originalHead, body);
}

void FakeNode::write(QTcpSocket *socket, int status, const QByteArray &body)
{
    socket->write("HTTP/1.1 " + QByteArray::number(status) + " Status\r\nContent-Type: application/json\r\nContent-Length: " +
                  QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

void FakeNode::answer(QTcpSocket *socket, const QByteArray &head, const QByteArray &body)
{
    RpcFault fault = m_rpcFaults != 0 ? m_rpcFault : RpcFault::None;
    if (m_rpcFaults > 0)
        --m_rpcFaults;
    if (!head.contains("Authorization: Basic " + QByteArray::fromStdString("__cookie__:" + m_password).toBase64()))
        fault = RpcFault::Unauthorized;
    switch (fault) {
    case RpcFault::Unauthorized:
        return write(socket, 401, {});
    case RpcFault::Forbidden:
        return write(socket, 403, {});
    case RpcFault::QueueFull:
        return write(socket, 503, "Work queue depth exceeded");
    case RpcFault::HangUp:
        return socket->abort();
    case RpcFault::Garbage:
        return write(socket, 200, "<html>It works!</html>");
    case RpcFault::None:
    case RpcFault::WarmingUp:
    case RpcFault::HalfAnswer:
        break;
    }

    const QJsonDocument request = QJsonDocument::fromJson(body);
    QJsonDocument reply;
    QStringList methods;
    const auto one = [&](const QJsonObject &call) {
        methods << call[u"method"].toString();
        QJsonObject answer = answerTo(call);
        if (fault == RpcFault::WarmingUp) {
            answer[u"result"] = QJsonValue::Null;
            answer[u"error"] = QJsonObject{{u"code"_s, -28}, {u"message"_s, u"Loading block index…"_s}};
        }
        return answer;
    };
    if (request.isArray()) {
        QJsonArray answers;
        for (const QJsonValue &call : request.array())
            answers << one(call.toObject());
        reply.setArray(answers);
    } else {
        reply.setObject(one(request.object()));
    }
    for (const QString &method : methods) {
        if (const auto action = m_actions.take(method))
            action();
    }
    const QByteArray bytes = reply.toJson(QJsonDocument::Compact) + '\n';
    if (fault == RpcFault::HalfAnswer) {
        socket->write("HTTP/1.1 200 OK\r\nContent-Length: " + QByteArray::number(bytes.size()) + "\r\n\r\n" +
                      bytes.left(bytes.size() / 2));
        socket->disconnectFromHost();
        return;
    }
    write(socket, 200, bytes);
}

QJsonObject FakeNode::answerTo(const QJsonObject &request)
{
    const QString method = request[u"method"].toString();
    ++calls[method];
    if (beforeAnswerTo)
        beforeAnswerTo(method);
    QJsonObject error = methodErrors.value(method);
    QJsonValue result;
    if (error.isEmpty())
        result = resultOf(method, request[u"params"].toArray(), error);
    return {{u"result"_s, error.isEmpty() ? result : QJsonValue()},
            {u"error"_s, error.isEmpty() ? QJsonValue() : QJsonValue(error)},
            {u"id"_s, request[u"id"]}};
}

// --- RPC

QJsonValue FakeNode::resultOf(const QString &method, const QJsonArray &params, QJsonObject &error)
{
    const auto notFound = [&](const char *what) {
        error = {{u"code"_s, -5}, {u"message"_s, QString::fromLatin1(what)}};
        return QJsonValue();
    };
    const std::string name = params.at(0).toString().toStdString();
    if (method == u"getblockchaininfo")
        return blockchainInfo();
    if (method == u"getbestblockhash")
        return text(chain.tip().hash.toHex());
    if (method == u"getblockhash") {
        const auto height = static_cast<std::size_t>(params.at(0).toInt(-1));
        if (height >= chain.chain().size()) {
            error = {{u"code"_s, -8}, {u"message"_s, u"Block height out of range"_s}};
            return {};
        }
        return text(chain.chain()[height].hash.toHex());
    }
    if (method == u"getrawmempool")
        return rawMempool(params.at(1).toBool());
    if (method == u"getmempoolinfo")
        return QJsonObject{{u"loaded"_s, true},
                           {u"size"_s, static_cast<qint64>(chain.mempool().size())},
                           {u"bytes"_s, static_cast<qint64>(chain.mempool().size() * 140)},
                           {u"usage"_s, static_cast<qint64>(chain.mempool().size() * 1000)},
                           {u"total_fee"_s, 0.0},
                           {u"maxmempool"_s, 300'000'000},
                           {u"mempoolminfee"_s, 0.00001},
                           {u"minrelaytxfee"_s, 0.00001}};
    if (method == u"getnetworkinfo")
        return QJsonObject{
            {u"version"_s, 310000},       {u"subversion"_s, u"/Satoshi:31.0.0/"_s}, {u"connections"_s, connections},
            {u"connections_in"_s, 2},     {u"connections_out"_s, connections - 2},  {u"relayfee"_s, 0.00001},
            {u"warnings"_s, QJsonArray()}};
    if (method == u"getnettotals")
        return QJsonObject{{u"totalbytesrecv"_s, 1000}, {u"totalbytessent"_s, 2000}, {u"timemillis"_s, 0}};
    if (method == u"getpeerinfo")
        return peers;
    if (method == u"getzmqnotifications")
        return zmqNotifications();
    if (method == u"estimatesmartfee")
        return QJsonObject{{u"errors"_s, QJsonArray{u"Insufficient data or no feerate found"_s}}, {u"blocks"_s, params.at(0)}};
    if (method == u"getmempoolentry" || method == u"getrawtransaction") {
        const auto txid = TxId::fromHex(name);
        const auto it = txid ? chain.mempool().find(*txid) : chain.mempool().end();
        if (it == chain.mempool().end())
            return notFound("Transaction not in mempool");
        return method == u"getrawtransaction" ? QJsonValue(text(it->second.hex)) : mempoolEntry(it->second);
    }
    if (method == u"getblockheader" || method == u"getblock") {
        const auto hash = BlockHash::fromHex(name);
        const FakeChain::Block *block = hash ? chain.find(*hash) : nullptr;
        if (!block)
            return notFound("Block not found");
        if (method == u"getblockheader")
            return blockHeader(*block);
        QByteArray raw = QByteArray::fromStdString(block->raw);
        if (std::exchange(breaksNextBlock, false))
            raw[40] = static_cast<char>(raw[40] ^ 1); // the merkle root
        return QString::fromLatin1(raw.toHex());
    }
    error = {{u"code"_s, -32601}, {u"message"_s, u"Method not found"_s}};
    return {};
}

QJsonValue FakeNode::blockchainInfo() const
{
    const int height = chain.tip().height.value;
    QJsonObject info{{u"chain"_s, u"regtest"_s},
                     {u"blocks"_s, height},
                     {u"headers"_s, height},
                     {u"bestblockhash"_s, text(chain.tip().hash.toHex())},
                     {u"bits"_s, u"207fffff"_s},
                     {u"difficulty"_s, 4.656542373906925e-10},
                     {u"time"_s, static_cast<qint64>(chain.tip().time)},
                     {u"mediantime"_s, static_cast<qint64>(chain.tip().time)},
                     {u"verificationprogress"_s, 1.0},
                     {u"initialblockdownload"_s, false},
                     {u"chainwork"_s, text(chain.tip().chainwork)},
                     {u"size_on_disk"_s, 1},
                     {u"pruned"_s, false},
                     {u"warnings"_s, QJsonArray()}};
    for (auto it = chainInfo.begin(); it != chainInfo.end(); ++it)
        info[it.key()] = it.value();
    return info;
}

QJsonValue FakeNode::rawMempool(bool withSequence) const
{
    QJsonArray txids;
    for (const auto &[txid, transaction] : chain.mempool())
        txids << text(txid.toHex());
    if (!withSequence)
        return txids;
    return QJsonObject{{u"txids"_s, txids}, {u"mempool_sequence"_s, static_cast<qint64>(chain.sequence())}};
}

QJsonValue FakeNode::mempoolEntry(const FakeChain::Transaction &transaction) const
{
    return QJsonObject{{u"vsize"_s, static_cast<qint64>(transaction.vsize.value)},
                       {u"weight"_s, static_cast<qint64>(transaction.vsize.value * 4)},
                       {u"time"_s, static_cast<qint64>(transaction.time)},
                       {u"height"_s, chain.tip().height.value},
                       {u"descendantcount"_s, 1},
                       {u"descendantsize"_s, static_cast<qint64>(transaction.vsize.value)},
                       {u"ancestorcount"_s, 1},
                       {u"ancestorsize"_s, static_cast<qint64>(transaction.vsize.value)},
                       {u"wtxid"_s, text(transaction.txid.toHex())},
                       {u"fees"_s, QJsonObject{{u"base"_s, coins(transaction.fee)},
                                               {u"modified"_s, coins(transaction.fee)},
                                               {u"ancestor"_s, coins(transaction.fee)},
                                               {u"descendant"_s, coins(transaction.fee)}}},
                       {u"depends"_s, QJsonArray()},
                       {u"spentby"_s, QJsonArray()},
                       {u"unbroadcast"_s, false}};
}

QJsonValue FakeNode::blockHeader(const FakeChain::Block &block) const
{
    QJsonObject header{{u"hash"_s, text(block.hash.toHex())},
                       {u"confirmations"_s, chain.tip().height.value - block.height.value + 1},
                       {u"height"_s, block.height.value},
                       {u"version"_s, 0x20000000},
                       {u"versionHex"_s, u"20000000"_s},
                       {u"merkleroot"_s, QString(64, u'0')},
                       {u"time"_s, static_cast<qint64>(block.time)},
                       {u"mediantime"_s, static_cast<qint64>(block.time)},
                       {u"nonce"_s, 0},
                       {u"bits"_s, u"207fffff"_s},
                       {u"difficulty"_s, 4.656542373906925e-10},
                       {u"chainwork"_s, text(block.chainwork)},
                       {u"nTx"_s, static_cast<qint64>(block.transactions.size() + 1)}};
    if (!block.parent.isNull())
        header[u"previousblockhash"] = text(block.parent.toHex());
    return header;
}

QJsonArray FakeNode::zmqNotifications() const
{
    QJsonArray notifications;
    const auto offer = [&](bool offered, const char *topic) {
        if (offered)
            notifications << QJsonObject{{u"type"_s, u"pub"_s + QString::fromLatin1(topic)},
                                         {u"address"_s, text(m_endpoints.at(topic))},
                                         {u"hwm"_s, 1000}};
    };
    offer(offersSequence, "sequence");
    offer(offersRawblock, "rawblock");
    return notifications;
}

} // namespace tipwatch
