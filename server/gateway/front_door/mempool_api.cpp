// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/mempool_api.h"

#include "server/gateway/front_door/rest_words.h"
#include "server/gateway/front_door/router.h"
#include "shared/protocol/encoder.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tipwatch {

namespace {

/// The @p limit txids that come after @p after in the order of their bytes: a page stays where it is while others come and go.
std::vector<TxId> pageOf(const std::vector<TxId> &txids, std::size_t limit, const std::optional<TxId> &after)
{
    std::vector<TxId> page;
    std::copy_if(txids.begin(), txids.end(), std::back_inserter(page), [&](const TxId &txid) { return !after || *after < txid; });
    const auto end = page.begin() + static_cast<std::ptrdiff_t>(std::min(limit, page.size()));
    std::partial_sort(page.begin(), end, page.end());
    page.erase(end, page.end());
    return page;
}

HttpResponse badLimit(std::size_t most)
{
    return HttpResponse::error(400, "bad_limit", "limit is a number from 1 to " + std::to_string(most));
}

} // namespace

void MempoolApi::addRoutes(Router &router)
{
    const auto add = [&](std::string_view path, Form form) {
        router.addLater(path, [this, form](const HttpRequest &request, const HttpReply &reply) { asked(form, request, reply); })
            .about(Channel::Txs);
    };
    add("/api/v1/mempool/txids", Form::Txids);
    add("/api/v1/mempool/txs", Form::Entries);
}

void MempoolApi::asked(Form form, const HttpRequest &request, const HttpReply &reply)
{
    const bool wantsTxids = form == Form::Txids;
    const std::size_t most = wantsTxids ? maxTxidPage : maxEntryPage;
    Question question{reply, form, wantsTxids ? 0 : usualEntries, std::nullopt};
    if (const auto given = request.queryValue("limit")) {
        const auto limit = number<std::size_t>(*given);
        if (!limit || *limit == 0 || *limit > most)
            return reply(badLimit(most));
        question.limit = *limit;
    }
    if (const auto given = request.queryValue("after")) {
        question.after = TxId::fromHex(*given);
        if (!question.after || question.limit == 0)
            return reply(HttpResponse::error(400, "bad_after", "after is the last txid of the page before, and goes with limit"));
    }
    std::erase_if(m_txidBodies, [](const auto &body) { return body.expired(); });
    if (question.limit == 0 && m_txidBodies.size() >= maxTxidBodies) {
        HttpResponse busy = HttpResponse::error(503, "busy", "too many of these long answers are under way");
        busy.headers.emplace_back("Retry-After", "2");
        return reply(std::move(busy));
    }
    m_waiting.push_back(std::move(question));
    if (m_waiting.size() == 1)
        m_needs.askForTxids([this](const MempoolTxids &txids) { answer(txids); });
}

void MempoolApi::answer(const MempoolTxids &txids)
{
    std::shared_ptr<const std::string> body;
    for (const Question &question : std::exchange(m_waiting, {}))
        question.limit > 0 ? answerPage(question, txids) : question.reply(whole(txids, body));
}

void MempoolApi::answerPage(const Question &question, const MempoolTxids &txids)
{
    const bool wantsTxids = question.form == Form::Txids;
    MempoolTxids page{txids.position, txids.mempoolSequence, txids.exact, pageOf(txids.txids, question.limit, question.after)};
    HttpResponse response = at(txids.position, HttpResponse::json({}));
    if (page.txids.size() == question.limit)
        response.headers.push_back(nextLink(std::string("/api/v1/mempool/") + (wantsTxids ? "txids" : "txs") +
                                            "?limit=" + std::to_string(question.limit) + "&after=" + page.txids.back().toHex()));
    if (wantsTxids) {
        response.setBody(toJson(page));
        question.reply(std::move(response));
        return;
    }
    m_needs.askForEntries(std::move(page.txids), [response, reply = question.reply](const std::vector<MempoolEntry> &entries) {
        std::string body;
        JsonWriter json(body);
        json.beginArray();
        for (const MempoolEntry &entry : entries)
            encode(json, entry);
        json.endArray();
        HttpResponse full = response;
        full.setBody(std::move(body));
        reply(std::move(full));
    });
}

/// All txids. @p body is made once for all who want it now.
HttpResponse MempoolApi::whole(const MempoolTxids &txids, std::shared_ptr<const std::string> &body)
{
    if (!body) {
        body = std::make_shared<const std::string>(toJson(txids));
        m_txidBodies.push_back(body);
    }
    HttpResponse response = at(txids.position, HttpResponse::json({}));
    // What it is made of, not 20 MB of it.
    response.headers.emplace_back("ETag", "\"" + txids.position.toText() + "-" + std::to_string(txids.mempoolSequence) +
                                              (txids.exact ? "-exact\"" : "\""));
    response.shareBody(body);
    return response;
}

} // namespace tipwatch
