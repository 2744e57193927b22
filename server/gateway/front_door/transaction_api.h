// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/node_questions.h"
#include "shared/state/transaction_life.h"

#include <functional>
#include <string>

namespace tipwatch {

class Router;

/// One transaction: /api/v1/tx/<txid>. What we know ourselves is looked up first, then the node is asked for the rest. Lives on the front
/// door's thread.
class TransactionApi {
public:
    using LifeReply = std::function<void(const TransactionLife &)>;

    struct Needs {
        /// Asks the backend; the reply comes on the front door's thread, later.
        std::function<void(const TxId &, LifeReply)> askForLife;
        const NodeQuestions &questions;
        std::function<std::string()> network; ///< as SourceStatus names it
    };

    /// What @p needs refers to must outlive it.
    explicit TransactionApi(Needs needs) : m_needs(std::move(needs)) {}

    void addRoutes(Router &router);

private:
    void asked(const HttpRequest &request, const HttpReply &reply);
    void answer(const TransactionLife &life, const QueryAnswer<TransactionDetailPtr> &detail, const HttpReply &reply) const;

    const Needs m_needs;
};

} // namespace tipwatch
