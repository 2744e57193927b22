// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/state/chain_snapshot.h"

#include <array>
#include <functional>
#include <optional>
#include <vector>

namespace tipwatch {

class ChainStore;
class Router;

/// GET /api/v1/projected/<n>: the transactions of a projected block, as the channel projected:<n> lists them. Lives on the front door's thread.
class ProjectedApi {
public:
    struct Answer {
        Position position;
        ProjectedTransactions transactions; ///< not null
    };
    using Reply = std::function<void(Answer)>;
    /// Asks the backend for block @p index; the reply comes on the front door's thread, later.
    using Ask = std::function<void(std::size_t index, Reply reply)>;

    static constexpr std::size_t maxPage = 10'000; ///< transactions

    /// @p store must outlive it.
    ProjectedApi(const ChainStore &store, Ask ask) : m_store(store), m_ask(std::move(ask)) {}

    void addRoutes(Router &router);

private:
    struct Question {
        HttpReply reply;
        std::size_t limit = 0; ///< 0: all of them
        std::optional<TxId> after;
    };

    void take(const HttpRequest &request, const HttpReply &reply);
    static HttpResponse answerTo(const Question &question, std::size_t index, const Answer &answer);

    const ChainStore &m_store;
    const Ask m_ask;
    std::array<std::vector<Question>, ProjectedBlocks::most> m_waiting; ///< one question to the backend serves them all
};

} // namespace tipwatch
