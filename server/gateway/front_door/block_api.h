// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/node_questions.h"
#include "shared/protocol/block_encoder.h"
#include "shared/state/chain_snapshot.h"

#include <optional>
#include <string>

namespace tipwatch {

class ChainStore;
class Router;

/// Blocks over plain HTTP: the latest, stale ones, one with all that is known of it, its transactions, what was expected of it; and reorgs. What is
/// older than what is kept the node is asked for. Lives on the front door's thread.
class BlockApi {
public:
    static constexpr std::size_t usualBlocks = 10;         ///< of a list without limit
    static constexpr std::size_t usualTransactions = 100;  ///< of a page without limit
    static constexpr std::size_t mostTransactions = 1'000; ///< of a page; some 250 KB

    /// Both must outlive it.
    BlockApi(const ChainStore &store, const NodeQuestions &node) : m_store(store), m_node(node) {}

    void addRoutes(Router &router);

private:
    /// A part of a list.
    struct Page {
        std::size_t from = 0;
        std::size_t limit = usualTransactions;
        std::string path; ///< without query
    };

    HttpResponse list(const ChainSnapshot &snapshot, const HttpRequest &request) const;
    HttpResponse stale(const ChainSnapshot &snapshot) const;
    HttpResponse reorgs() const;
    HttpResponse reorg(const HttpRequest &request) const;
    HttpResponse audit(const ChainSnapshot &snapshot, const HttpRequest &request) const;
    HttpResponse auditList(const ChainSnapshot &snapshot, const HttpRequest &request) const;
    void detail(const HttpRequest &request, const HttpReply &reply) const;
    void transactions(const HttpRequest &request, const HttpReply &reply) const;

    static tl::expected<BlockName, HttpResponse> nameOf(const HttpRequest &request);
    static tl::expected<Page, HttpResponse> pageOf(const HttpRequest &request);
    std::optional<BlockView> find(const ChainSnapshot &snapshot, const BlockName &name) const;
    BlockView viewOf(const ChainSnapshot &snapshot, const BlockDetail &detail) const;

    const ChainStore &m_store;
    const NodeQuestions &m_node;
};

} // namespace tipwatch
