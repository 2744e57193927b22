// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/block_api.h"

#include "server/gateway/front_door/query_refusal.h"
#include "server/gateway/front_door/rest_words.h"
#include "server/gateway/front_door/router.h"
#include "shared/protocol/encoder.h"
#include "shared/state/chain_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tipwatch {

namespace {

using Why = LeftOutTransaction::Why;

/// The items from @p from on, written by @p write, and where the rest is.
template <class Items, class Write>
HttpResponse pageResponse(const Items &items, std::size_t from, std::size_t limit, const std::string &path, Write write)
{
    const std::size_t begin = std::min(from, std::size(items)), end = begin + std::min(limit, std::size(items) - begin);
    std::string body;
    JsonWriter json(body);
    json.beginArray();
    for (std::size_t i = begin; i < end; ++i)
        write(json, items[i]);
    json.endArray();
    HttpResponse response = HttpResponse::json(std::move(body));
    response.headers.emplace_back("Tipwatch-Total", std::to_string(std::size(items)));
    if (end < std::size(items))
        response.headers.push_back(nextLink(path + "?limit=" + std::to_string(limit) + "&from=" + std::to_string(end)));
    return response;
}

HttpResponse notCompared()
{
    return HttpResponse::error(
        404, "no_audit",
        "what was expected of this block is not known: it came before the mempool was known, in a reorg, or too "
        "long ago");
}

HttpResponse notKept()
{
    return HttpResponse::error(404, "not_kept", "of this block only the figures are kept, not the lists");
}

std::vector<MinedTransaction> minedWith(const BlockContents &contents, std::string_view list)
{
    std::vector<MinedTransaction> found;
    for (const MinedTransaction &transaction : std::span(contents.transactions).subspan(1)) {
        const bool fits = list == "prioritised" ? transaction.has(MinedTransaction::Prioritised)
                          : list == "unseen"    ? transaction.has(MinedTransaction::Unseen)
                                                : transaction.isUnexpected();
        if (fits)
            found.push_back(transaction);
    }
    return found;
}

std::vector<LeftOutTransaction> leftOut(const BlockContents &contents, Why why)
{
    std::vector<LeftOutTransaction> found;
    std::ranges::copy_if(contents.leftOut, std::back_inserter(found), [why](const auto &t) { return t.why == why; });
    return found;
}

} // namespace

void BlockApi::addRoutes(Router &router)
{
    const auto add = [&](std::string_view pattern, auto handler) {
        router
            .add(pattern,
                 [this, handler](const HttpRequest &request) {
                     const ChainSnapshotPtr snapshot = m_store.snapshot();
                     return at(snapshot->position, handler(*snapshot, request));
                 })
            .about(Channel::Blocks);
    };
    add("/api/v1/blocks", [this](const ChainSnapshot &s, const HttpRequest &r) { return list(s, r); });
    add("/api/v1/blocks/{id}/audit", [this](const ChainSnapshot &s, const HttpRequest &r) { return audit(s, r); });
    add("/api/v1/blocks/{id}/audit/{list}", [this](const ChainSnapshot &s, const HttpRequest &r) { return auditList(s, r); });
    add("/api/v1/reorgs", [this](const ChainSnapshot &, const HttpRequest &) { return reorgs(); });
    add("/api/v1/reorgs/{hash}", [this](const ChainSnapshot &, const HttpRequest &r) { return reorg(r); });
    router.addLater("/api/v1/blocks/{id}", [this](const HttpRequest &request, const HttpReply &reply) { detail(request, reply); })
        .about(Channel::Blocks);
    router
        .addLater("/api/v1/blocks/{id}/txs",
                  [this](const HttpRequest &request, const HttpReply &reply) { transactions(request, reply); })
        .about(Channel::Blocks);
}

// --- lists

HttpResponse BlockApi::list(const ChainSnapshot &snapshot, const HttpRequest &request) const
{
    if (const auto given = request.queryValue("stale")) {
        if (*given != "true" && *given != "false")
            return HttpResponse::error(400, "bad_stale", "stale is true or false");
        if (*given == "true")
            return stale(snapshot);
    }
    std::size_t limit = usualBlocks;
    if (const auto given = request.queryValue("limit")) {
        const auto wanted = number<std::size_t>(*given);
        if (!wanted || *wanted == 0)
            return HttpResponse::error(400, "bad_limit", "limit is a number from 1 to " + std::to_string(ChainStore::keptBlocks));
        limit = *wanted;
    }
    auto from = snapshot.blocks.begin();
    if (const auto given = request.queryValue("before")) {
        const auto before = number<std::int32_t>(*given);
        if (!before || *before < 0)
            return HttpResponse::error(400, "bad_before", "before is the height of a block; those below it are listed");
        from = std::find_if(from, snapshot.blocks.end(), [&](const BlockPtr &block) { return block->height.value < *before; });
    }
    const auto to =
        from + std::min(static_cast<std::ptrdiff_t>(std::min(limit, snapshot.blocks.size())), snapshot.blocks.end() - from);
    std::string body;
    JsonWriter json(body);
    json.beginArray();
    std::for_each(from, to, [&](const BlockPtr &block) { encode(json, *block); });
    json.endArray();
    HttpResponse response = HttpResponse::json(std::move(body));
    if (from != to && to != snapshot.blocks.end())
        response.headers.push_back(nextLink("/api/v1/blocks?limit=" + std::to_string(limit) +
                                            "&before=" + std::to_string((*std::prev(to))->height.value)));
    return response;
}

HttpResponse BlockApi::stale(const ChainSnapshot &) const
{
    std::string body;
    JsonWriter json(body);
    json.beginArray();
    for (const StaleBlock &block : m_store.archive().stale())
        encode(json, block);
    json.endArray();
    return HttpResponse::json(std::move(body));
}

HttpResponse BlockApi::reorgs() const
{
    std::string body;
    JsonWriter json(body);
    json.beginArray();
    for (const ReorgPtr &reorg : m_store.archive().reorgs())
        encode(json, *reorg);
    json.endArray();
    return HttpResponse::json(std::move(body));
}

/// The transactions that fell out in the reorg that took the block of this hash away.
HttpResponse BlockApi::reorg(const HttpRequest &request) const
{
    const auto hash = BlockHash::fromHex(request.parameters.front());
    if (!hash)
        return HttpResponse::error(400, "bad_block", "a reorg is named by the hash of a block that it took away");
    const auto page = pageOf(request);
    if (!page)
        return page.error();
    for (const ReorgPtr &reorg : m_store.archive().reorgs()) {
        if (std::ranges::none_of(reorg->disconnected, [&](const BlockPtr &block) { return block->hash == *hash; }))
            continue;
        if (!reorg->fellOut)
            return HttpResponse::error(404, "not_known", "what the blocks of this reorg held is not known");
        return pageResponse(*reorg->fellOut, page->from, page->limit, page->path,
                            [](JsonWriter &json, const TxId &txid) { json.value(txid); });
    }
    return HttpResponse::error(404, "unknown_reorg", "no reorg that is remembered took this block away");
}

// --- one block

tl::expected<BlockName, HttpResponse> BlockApi::nameOf(const HttpRequest &request)
{
    const std::string &id = request.parameters.front();
    if (const auto hash = BlockHash::fromHex(id))
        return *hash;
    if (const auto height = number<std::int32_t>(id); height && *height >= 0)
        return Height(*height);
    return tl::unexpected(HttpResponse::error(400, "bad_block", "a block is named by its height or its hash"));
}

tl::expected<BlockApi::Page, HttpResponse> BlockApi::pageOf(const HttpRequest &request)
{
    Page page;
    page.path = request.path;
    if (const auto given = request.queryValue("limit")) {
        const auto limit = number<std::size_t>(*given);
        if (!limit || *limit == 0 || *limit > mostTransactions)
            return tl::unexpected(
                HttpResponse::error(400, "bad_limit", "limit is a number from 1 to " + std::to_string(mostTransactions)));
        page.limit = *limit;
    }
    if (const auto given = request.queryValue("from")) {
        const auto from = number<std::size_t>(*given);
        if (!from)
            return tl::unexpected(HttpResponse::error(400, "bad_from", "from is how many of the list to skip"));
        page.from = *from;
    }
    return page;
}

std::optional<BlockView> BlockApi::find(const ChainSnapshot &snapshot, const BlockName &name) const
{
    const auto &blocks = snapshot.blocks;
    const auto *hash = std::get_if<BlockHash>(&name);
    const auto isIt = [&](const BlockPtr &block) {
        return hash ? block->hash == *hash : block->height == std::get<Height>(name);
    };
    const auto found = std::find_if(blocks.begin(), blocks.end(), isIt);
    BlockView view;
    if (found != blocks.end()) {
        view.block = *found;
        view.next = found == blocks.begin() ? nullptr : *std::prev(found);
        view.confirmations = snapshot.tip.height.value - view.block->height.value + 1;
    } else if (const auto stale = hash ? m_store.archive().findStale(*hash) : std::nullopt) {
        view.block = stale->block;
        view.confirmations = -1;
        view.staleSince = stale->staleSince;
        const auto now = std::ranges::find(blocks, view.block->height, [](const BlockPtr &block) { return block->height; });
        view.replacedBy = now == blocks.end() ? nullptr : *now;
    } else {
        return std::nullopt;
    }
    view.contents = m_store.archive().find(view.block->hash);
    const auto previous = std::ranges::find(blocks, view.block->previousHash, [](const BlockPtr &block) { return block->hash; });
    view.previous = previous == blocks.end() ? nullptr : *previous;
    return view;
}

BlockView BlockApi::viewOf(const ChainSnapshot &snapshot, const BlockDetail &detail) const
{
    BlockView view;
    view.block = std::make_shared<const BlockSummary>(detail.summary);
    view.confirmations = detail.confirmations;
    view.headerOnly = detail.transactions.empty();
    const auto next =
        std::ranges::find(snapshot.blocks, detail.summary.hash, [](const BlockPtr &block) { return block->previousHash; });
    view.next = next == snapshot.blocks.end() ? nullptr : *next;
    return view;
}

void BlockApi::detail(const HttpRequest &request, const HttpReply &reply) const
{
    const ChainSnapshotPtr snapshot = m_store.snapshot();
    const auto name = nameOf(request);
    if (!name)
        return reply(name.error());
    if (const auto known = find(*snapshot, *name))
        return reply(at(snapshot->position, HttpResponse::json(toJson(*known))));
    m_node.block(*name, [this, snapshot, reply](const QueryAnswer<BlockDetailPtr> &answer) {
        reply(
            at(snapshot->position, answer ? HttpResponse::json(toJson(viewOf(*snapshot, **answer))) : refusalOf(answer.error())));
    });
}

void BlockApi::transactions(const HttpRequest &request, const HttpReply &reply) const
{
    const ChainSnapshotPtr snapshot = m_store.snapshot();
    const auto name = nameOf(request);
    if (!name)
        return reply(name.error());
    const auto page = pageOf(request);
    if (!page)
        return reply(page.error());
    const auto known = find(*snapshot, *name);
    if (known && known->contents && !known->contents->transactions.empty()) {
        const bool audited = known->block->match.has_value();
        const auto write = [audited](JsonWriter &json, const MinedTransaction &transaction) {
            encode(json, transaction, audited);
        };
        return reply(
            at(snapshot->position, pageResponse(known->contents->transactions, page->from, page->limit, page->path, write)));
    }
    const BlockName asked = known ? BlockName(known->block->hash) : *name;
    m_node.block(asked, [snapshot, page = *page, reply](const QueryAnswer<BlockDetailPtr> &answer) {
        if (!answer)
            return reply(at(snapshot->position, refusalOf(answer.error())));
        if ((*answer)->transactions.empty())
            return reply(
                at(snapshot->position,
                   refusalOf({QueryError::Kind::Pruned, "The node keeps no more of this block than its header: it is pruned."})));
        const auto write = [](JsonWriter &json, const BlockTransactionFacts &transaction) { encode(json, transaction); };
        reply(at(snapshot->position, pageResponse((*answer)->transactions, page.from, page.limit, page.path, write)));
    });
}

// --- what was expected of it

HttpResponse BlockApi::audit(const ChainSnapshot &snapshot, const HttpRequest &request) const
{
    const auto name = nameOf(request);
    if (!name)
        return name.error();
    const auto known = find(snapshot, *name);
    if (!known || !known->block->match)
        return notCompared();
    std::string body;
    JsonWriter json(body);
    encodeAudit(json, *known->block->match, known->contents.get());
    return HttpResponse::json(std::move(body));
}

HttpResponse BlockApi::auditList(const ChainSnapshot &snapshot, const HttpRequest &request) const
{
    const auto name = nameOf(request);
    if (!name)
        return name.error();
    const auto page = pageOf(request);
    if (!page)
        return page.error();
    const auto known = find(snapshot, *name);
    if (!known || !known->block->match)
        return notCompared();
    if (!known->contents || known->contents->transactions.empty())
        return notKept();
    const std::string &list = request.parameters.back();
    const auto left = [&](Why why) {
        return pageResponse(leftOut(*known->contents, why), page->from, page->limit, page->path,
                            [](JsonWriter &json, const LeftOutTransaction &transaction) { encode(json, transaction); });
    };
    if (list == "missing")
        return left(Why::Missing);
    if (list == "fresh")
        return left(Why::Fresh);
    if (list == "displaced")
        return left(Why::Displaced);
    if (list != "unexpected" && list != "unseen" && list != "prioritised")
        return HttpResponse::error(404, "unknown_list",
                                   "the lists are missing, fresh, displaced, unexpected, unseen and prioritised");
    return pageResponse(minedWith(*known->contents, list), page->from, page->limit, page->path,
                        [](JsonWriter &json, const MinedTransaction &transaction) { encode(json, transaction, true); });
}

} // namespace tipwatch
