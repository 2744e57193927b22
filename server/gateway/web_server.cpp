// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/web_server.h"

#include "server/gateway/metrics/metrics_page.h"
#include "server/gateway/reactor/reactor.h"
#include "shared/state/chain_store.h"

#include <QPointer>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *serverName = "tipwatch/" TIPWATCH_VERSION;

/// The whole set of txids, asked from the backend thread for the front door's.
auto txidsFrom(const ChainStore &store, QObject &backend, FrontDoor &door)
{
    return [&store, &backend, &door](MempoolApi::TxidsReply reply) {
        QMetaObject::invokeMethod(
            &backend,
            [&store, &door, reply = std::move(reply)] {
                auto txids = std::make_shared<const MempoolTxids>(store.mempoolTxids());
                QMetaObject::invokeMethod(
                    &door, [reply, txids] { reply(*txids); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
}

/// The same of those transactions that somebody reads a page of.
auto entriesFrom(const ChainStore &store, QObject &backend, FrontDoor &door)
{
    return [&store, &backend, &door](std::vector<TxId> txids, MempoolApi::EntriesReply reply) {
        QMetaObject::invokeMethod(
            &backend,
            [&store, &door, txids = std::move(txids), reply = std::move(reply)] {
                std::vector<MempoolEntry> entries;
                for (const TxId &txid : txids) {
                    if (auto entry = store.graph().find(txid))
                        entries.push_back(std::move(*entry));
                }
                QMetaObject::invokeMethod(
                    &door, [reply, entries = std::move(entries)] { reply(entries); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
}

/// What is known of a transaction.
auto lifeFrom(const ChainStore &store, QObject &backend, FrontDoor &door)
{
    return [&store, &backend, &door](const TxId &txid, TransactionApi::LifeReply reply) {
        QMetaObject::invokeMethod(
            &backend,
            [&store, &door, txid, reply = std::move(reply)] {
                auto life = std::make_shared<const TransactionLife>(lifeOf(txid, store));
                QMetaObject::invokeMethod(
                    &door, [reply, life] { reply(*life); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
}

/// The past, asked for on the backend thread. Without anybody to ask there is none.
HistoryApi::Ask historyFrom(HistoryReader *history, QObject &backend, FrontDoor &door)
{
    return [history, &backend, &door](HistoryWindow window, const HistoryReader::Done &done) {
        if (!history) {
            done(failure("there is no history here"));
            return;
        }
        QMetaObject::invokeMethod(
            &backend,
            [=, &backend, &door] {
                // The answer comes to the backend thread too, maybe when this server is gone.
                const auto tell = [=, &door, server = QPointer(&backend)](const Result<HistorySeriesPtr> &series) {
                    if (server)
                        QMetaObject::invokeMethod(
                            &door, [done, series] { done(series); }, Qt::QueuedConnection);
                };
                history->ask(window, tell);
            },
            Qt::QueuedConnection);
    };
}

/// What is known of a script that is watched.
auto activityFrom(const ChainStore &store, QObject &backend, FrontDoor &door)
{
    return [&store, &backend, &door](const Script &script, AddressApi::HistoryReply reply) {
        QMetaObject::invokeMethod(
            &backend,
            [&store, &door, script, reply = std::move(reply)] {
                QMetaObject::invokeMethod(
                    &door, [reply, history = store.scripts().historyOf(script)] { reply(history); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
}

/// The same for the transactions of a projected block.
ProjectedApi::Ask projectedFrom(const ChainStore &store, QObject &backend, FrontDoor &door)
{
    return [&store, &backend, &door](std::size_t index, ProjectedApi::Reply reply) {
        QMetaObject::invokeMethod(
            &backend,
            [&store, &door, index, reply = std::move(reply)] {
                const ProjectedApi::Answer answer{store.position(), store.projectedTransactions(index)};
                QMetaObject::invokeMethod(
                    &door, [reply, answer] { reply(answer); }, Qt::QueuedConnection);
            },
            Qt::QueuedConnection);
    };
}

/// S0, S2 and S3 are spoken at the first two, then S1, then S4.
FrontDoor::SocketPaths socketPaths(const GatewayConfig &config)
{
    return [path = config.path](std::string_view asked) {
        return asked == path || asked == "/socket" || asked == "/v1/stream" || asked == "/api/ws";
    };
}

} // namespace

Result<std::unique_ptr<WebServer>> WebServer::open(const GatewayConfig &config, const Needs &needs)
{
    std::unique_ptr<WebServer> server(new WebServer(config, needs));
    Result<void> listening;
    QMetaObject::invokeMethod(
        &server->m_frontDoor, [&] { listening = server->m_frontDoor.listen(); }, Qt::BlockingQueuedConnection);
    if (!listening)
        return tl::unexpected(listening.error());
    return server;
}

WebServer::WebServer(const GatewayConfig &config, const Needs &needs)
    : m_store(needs.store), m_reactor(needs.reactor),
      m_frontDoor(config, needs.keys, needs.clock, needs.reactor, needs.bridges, socketPaths(config)),
      m_questions(needs.queries, m_backend, m_frontDoor), m_stream(m_store, m_reactor),
      m_projected(m_store, projectedFrom(m_store, m_backend, m_frontDoor)),
      m_rest({m_store, serverName,
              [this] { return GatewayStatus{true, true, url(), m_reactor.counters().clients.load(), {}, {}}; },
              [history = needs.history] { return history ? history->status() : HistoryStatus(); }}),
      m_blocks(m_store, m_questions),
      m_mempool({txidsFrom(m_store, m_backend, m_frontDoor), entriesFrom(m_store, m_backend, m_frontDoor)}),
      m_transactions(
          {lifeFrom(m_store, m_backend, m_frontDoor), m_questions, [this] { return m_store.snapshot()->status.network; }}),
      m_history(historyFrom(needs.history, m_backend, m_frontDoor)),
      m_addresses({activityFrom(m_store, m_backend, m_frontDoor), m_store.watches(), m_questions,
                   [this] { return m_store.snapshot()->status.network; }, [this] { return m_store.snapshot()->position; },
                   needs.clock}),
      m_alerts(m_store), m_clientList(m_reactor, m_frontDoor),
      m_site(m_store, needs.clock, config.path, TIPWATCH_VERSION,
             [this] { return m_frontDoor.socketPort() == m_frontDoor.port() ? std::uint16_t(0) : m_frontDoor.socketPort(); })
{
    m_clientList.addRoutes(m_frontDoor.router());
    m_stream.addRoutes(m_frontDoor.router());
    m_history.addRoutes(m_frontDoor.router());
    m_mempool.addRoutes(m_frontDoor.router());
    m_transactions.addRoutes(m_frontDoor.router());
    m_blocks.addRoutes(m_frontDoor.router());
    m_addresses.addRoutes(m_frontDoor.router());
    m_alerts.addRoutes(m_frontDoor.router());
    m_projected.addRoutes(m_frontDoor.router());
    m_rest.addRoutes(m_frontDoor.router()); // last of /api: what is nowhere else is not found there
    m_frontDoor.router().add("/metrics", [this](const HttpRequest &) {
        HttpResponse response;
        response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Cache-Control", "no-store"}};
        response.setBody(metricsText(m_reactor.counters(), *m_store.snapshot(), ProcessFigures::now()));
        return response;
    });
    m_site.addRoutes(m_frontDoor.router());
    m_frontDoor.moveToThread(&m_thread);
    m_thread.setObjectName(u"tw-front-door"_s);
    m_thread.start();
}

WebServer::~WebServer()
{
    QMetaObject::invokeMethod(
        &m_frontDoor, [this] { m_frontDoor.close(); }, Qt::BlockingQueuedConnection);
    m_thread.quit();
    m_thread.wait();
}

} // namespace tipwatch
