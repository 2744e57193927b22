// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/transaction_api.h"

#include "server/gateway/front_door/rest_words.h"
#include "server/gateway/front_door/router.h"
#include "shared/protocol/encoder.h"
#include "shared/protocol/transaction_encoder.h"

namespace tipwatch {

namespace {

/// Nobody knows it: what was tried, so that whoever asks knows what to do about it.
HttpResponse unknown(const TxId &txid, const QueryError &node)
{
    std::string body;
    JsonWriter json(body);
    json.beginObject().key("error").beginObject();
    json.member("code", "unknown_transaction").member("message", "Nothing is known of this transaction. " + node.message);
    json.member("txid", txid);
    json.key("tried").beginObject();
    json.member("mempool", "not there");
    json.member("record", "not among those that left the mempool lately");
    json.member("blocks", "not in the blocks that came since this program runs");
    json.member("node", queryErrorName(node.kind));
    json.endObject().endObject().endObject();
    const bool mayComeLater =
        node.kind == QueryError::Kind::NodeGone || node.kind == QueryError::Kind::Timeout || node.kind == QueryError::Kind::Busy;
    HttpResponse response = HttpResponse::json(std::move(body), mayComeLater ? 503 : 404);
    if (mayComeLater)
        response.headers.emplace_back("Retry-After", "2");
    return response;
}

} // namespace

void TransactionApi::addRoutes(Router &router)
{
    router.addLater("/api/v1/tx/{txid}", [this](const HttpRequest &request, const HttpReply &reply) { asked(request, reply); })
        .about(Channel::Txs);
}

void TransactionApi::asked(const HttpRequest &request, const HttpReply &reply)
{
    const auto txid = TxId::fromHex(request.parameters.front());
    if (!txid) {
        reply(HttpResponse::error(400, "bad_txid", "a transaction is named by its txid, 64 hex digits"));
        return;
    }
    m_needs.askForLife(*txid, [this, reply](const TransactionLife &life) {
        const auto block = life.block ? std::optional(life.block->hash) : std::nullopt;
        m_needs.questions.transaction(life.txid, block, [this, life, reply](const QueryAnswer<TransactionDetailPtr> &detail) {
            answer(life, detail, reply);
        });
    });
}

void TransactionApi::answer(const TransactionLife &life, const QueryAnswer<TransactionDetailPtr> &detail,
                            const HttpReply &reply) const
{
    const bool isKnown = life.status != TransactionStatus::Unknown || detail;
    TransactionView view{life, detail.value_or(nullptr), {}, m_needs.network()};
    if (!detail)
        view.detailError = queryErrorName(detail.error().kind);
    reply(at(life.at, isKnown ? HttpResponse::json(toJson(view)) : unknown(life.txid, detail.error())));
}

} // namespace tipwatch
