// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/projected_api.h"

#include "server/gateway/front_door/router.h"
#include "shared/protocol/encoder.h"
#include "shared/state/chain_store.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace tipwatch {

namespace {

std::optional<std::size_t> number(std::string_view text)
{
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty() ? std::optional(value) : std::nullopt;
}

} // namespace

void ProjectedApi::addRoutes(Router &router)
{
    router.addLater("/api/v1/projected/{index}",
                    [this](const HttpRequest &request, const HttpReply &reply) { take(request, reply); });
}

void ProjectedApi::take(const HttpRequest &request, const HttpReply &reply)
{
    const auto index = number(request.parameters.front());
    if (!index || *index >= ProjectedBlocks::most)
        return reply(HttpResponse::error(404, "unknown_block", "projected blocks are numbered from 0 to 7"));
    Question question{reply, 0, std::nullopt};
    if (const auto given = request.queryValue("limit")) {
        const auto limit = number(*given);
        if (!limit || *limit == 0 || *limit > maxPage)
            return reply(HttpResponse::error(400, "bad_limit", "limit is a number from 1 to " + std::to_string(maxPage)));
        question.limit = *limit;
    }
    if (const auto given = request.queryValue("after")) {
        question.after = TxId::fromHex(*given);
        if (!question.after || question.limit == 0)
            return reply(HttpResponse::error(400, "bad_after", "after is the last txid of the page before, and goes with limit"));
    }
    const ChainSnapshotPtr snapshot = m_store.snapshot();
    if (const ProjectedTransactions &known = snapshot->projectedTransactions[*index])
        return reply(answerTo(question, *index, {snapshot->position, known}));
    m_waiting[*index].push_back(std::move(question));
    if (m_waiting[*index].size() > 1)
        return;
    m_ask(*index, [this, at = *index](const Answer &answer) {
        for (const Question &waiting : std::exchange(m_waiting[at], {}))
            waiting.reply(answerTo(waiting, at, answer));
    });
}

HttpResponse ProjectedApi::answerTo(const Question &question, std::size_t index, const Answer &answer)
{
    std::span<const ProjectedTransaction> page(*answer.transactions);
    if (question.after) {
        const auto first = std::ranges::upper_bound(page, *question.after, {}, &ProjectedTransaction::txid);
        page = page.subspan(static_cast<std::size_t>(first - page.begin()));
    }
    const bool isCut = question.limit > 0 && page.size() > question.limit;
    if (isCut)
        page = page.first(question.limit);

    std::string body;
    JsonWriter json(body);
    json.beginObject().member("index", index).key("transactions").beginArray();
    for (const ProjectedTransaction &transaction : page)
        encode(json, transaction);
    json.endArray().endObject();
    HttpResponse response = HttpResponse::json(std::move(body));
    response.headers.emplace_back("Tipwatch-Position", answer.position.toText());
    if (isCut)
        response.headers.emplace_back("Link", "</api/v1/projected/" + std::to_string(index) +
                                                  "?limit=" + std::to_string(question.limit) +
                                                  "&after=" + page.back().txid.toHex() + ">; rel=\"next\""); // RFC 8288
    return response;
}

} // namespace tipwatch
