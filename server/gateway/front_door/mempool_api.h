// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/domain/transaction.h"
#include "shared/state/chain_snapshot.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

class Router;

/// What is in the mempool, transaction by transaction: /api/v1/mempool/txids and /txs. Lives on the front door's thread.
class MempoolApi {
public:
    using TxidsReply = std::function<void(const MempoolTxids &)>;
    using EntriesReply = std::function<void(const std::vector<MempoolEntry> &)>;

    /// Both ask the backend; the reply comes on the front door's thread, later.
    struct Needs {
        std::function<void(TxidsReply)> askForTxids;
        /// In the same order; those that are gone, or not described yet, are left out.
        std::function<void(std::vector<TxId>, EntriesReply)> askForEntries;
    };

    static constexpr std::size_t maxTxidPage = 50'000; ///< txids of one page
    static constexpr std::size_t maxEntryPage = 1'000; ///< transactions of one page; some 400 KB
    static constexpr std::size_t usualEntries = 100;   ///< of /mempool/txs without limit
    static constexpr std::size_t maxTxidBodies = 4;    ///< /mempool/txids answers (some 20 MB each) still being sent, before 503

    explicit MempoolApi(Needs needs) : m_needs(std::move(needs)) {}

    void addRoutes(Router &router);

private:
    enum class Form { Txids, Entries };
    /// Somebody who waits.
    struct Question {
        HttpReply reply;
        Form form = Form::Txids;
        std::size_t limit = 0; ///< 0: the whole view
        std::optional<TxId> after;
    };

    void asked(Form form, const HttpRequest &request, const HttpReply &reply);
    void answer(const MempoolTxids &txids);
    void answerPage(const Question &question, const MempoolTxids &txids);
    HttpResponse whole(const MempoolTxids &txids, std::shared_ptr<const std::string> &body);

    const Needs m_needs;
    std::vector<Question> m_waiting;                            ///< one question to the backend serves them all
    std::vector<std::weak_ptr<const std::string>> m_txidBodies; ///< those that somebody still sends
};

} // namespace tipwatch
