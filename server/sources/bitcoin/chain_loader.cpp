// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/chain_loader.h"

#include "server/sources/bitcoin/block_answer.h"
#include "server/sources/bitcoin/block_summary.h"
#include "server/sources/bitcoin/log.h"

#include <QTimer>

#include <algorithm>

namespace tipwatch {
namespace {

/// A block that was there before us, from the answers to everythingAbout(). Where its bytes are pruned the header has to do.
tl::expected<BlockSummary, RpcError> oldBlock(std::span<const RpcResult> answers, const BlockHash &hash, const NodeLink &link)
{
    if (!answers[0])
        return tl::unexpected(answers[0].error());
    const auto header = parseBlockHeader(*answers[0]);
    if (!header)
        return tl::unexpected(badAnswer(header.error()));
    BlockSummary summary;
    if (const auto block = blockOf(answers[1], hash)) {
        link.book.add(*block);
        summary = summaryOf(**block, header->height, link.halvingInterval);
        addHeader(summary, *header);
    } else {
        qCInfo(lcBitcoin, "block.header_only hash=%s why=\"%s\"", hash.toHex().c_str(), block.error().message.c_str());
        link.book.addParent(hash, header->previousHash);
        summary = summaryOf(*header, link.halvingInterval);
    }
    if (answers[2]) {
        if (const auto stats = parseBlockStats(*answers[2]))
            addStats(summary, *stats);
    }
    return summary;
}

} // namespace

ChainLoader::ChainLoader(const NodeLink &link, QObject *parent) : QObject(parent), m_link(link) {}

void ChainLoader::fetch(const BlockHash &hash, Done done)
{
    if (m_link.book.contains(hash))
        return done(std::nullopt);
    m_link.rpc.call({"getblock", hashParams(hash, "0")}, [this, hash, done](const RpcResult &answer) {
        const auto block = blockOf(answer, hash, &m_link.store.scripts());
        if (!block) {
            qCWarning(lcBitcoin, "block.unusable hash=%s why=\"%s\"", hash.toHex().c_str(), block.error().message.c_str());
            return done(block.error());
        }
        m_link.book.add(*block);
        done(std::nullopt);
    });
}

bool ChainLoader::isOnChain(const BlockHash &hash) const
{
    const auto &blocks = m_link.store.blocks();
    return std::any_of(blocks.begin(), blocks.end(), [&](const BlockPtr &block) { return block->hash == hash; });
}

void ChainLoader::follow(const BlockHash &tip, Done done)
{
    const BlockPtr shown = m_link.store.tipBlock();
    if (!shown)
        return restart(tip, std::move(done));
    if (shown->hash == tip)
        return done(std::nullopt);
    extend(std::make_shared<Path>(Path{tip, {}}), std::move(done));
}

void ChainLoader::extend(std::shared_ptr<Path> path, Done done)
{
    while (true) {
        const BlockHash next = path->blocks.empty() ? path->tip : path->blocks.back()->previousHash;
        if (isOnChain(next)) {
            apply(*path);
            return done(std::nullopt);
        }
        if (path->blocks.size() == longestPath || next.isNull())
            return restart(path->tip, std::move(done));
        DecodedBlockPtr block = m_link.book.find(next);
        if (!block) {
            // The block's bytes may be gone (pruned) or bad: then its header will do.
            fetch(next, [this, path, done](const std::optional<RpcError> &error) {
                if (!error)
                    extend(path, done);
                else if (error->kind == RpcError::Kind::Method || error->kind == RpcError::Kind::BadAnswer)
                    restart(path->tip, done);
                else
                    done(error);
            });
            return;
        }
        path->blocks.push_back(std::move(block));
    }
}

void ChainLoader::apply(const Path &path)
{
    ChainStore &store = m_link.store;
    const std::int64_t now = m_link.clock.unixMs();
    const BlockHash fork = path.blocks.empty() ? path.tip : path.blocks.back()->previousHash;
    while (store.tipBlock()->hash != fork)
        store.disconnectTip(store.tipBlock()->hash, now);
    for (auto block = path.blocks.rbegin(); block != path.blocks.rend(); ++block) {
        const Height height(store.tipBlock()->height.value + 1);
        store.connectBlock(connectedBlock(**block, height, m_link.halvingInterval, now), now);
    }
}

void ChainLoader::restart(const BlockHash &tip, Done done)
{
    m_link.rpc.batch(everythingAbout(tip), [this, tip, done](tl::expected<std::span<const RpcResult>, RpcError> answers) {
        if (!answers)
            return done(answers.error());
        auto block = oldBlock(*answers, tip, m_link);
        if (!block)
            return done(block.error());
        m_link.store.resetChain({std::move(*block)}, m_link.clock.unixMs());
        done(std::nullopt);
    });
}

void ChainLoader::show(const BlockHash &tip, Done done)
{
    if (m_link.store.tipBlock() && m_link.store.tipBlock()->hash == tip)
        return done(std::nullopt);
    m_link.rpc.call({"getblockheader", hashParams(tip)}, [this, done](const RpcResult &answer) {
        if (!answer)
            return done(answer.error());
        const auto header = parseBlockHeader(*answer);
        if (!header)
            return done(badAnswer(header.error()));
        m_link.book.addParent(header->hash, header->previousHash);
        m_link.store.resetChain({summaryOf(*header, m_link.halvingInterval)}, m_link.clock.unixMs());
        done(std::nullopt);
    });
}

void ChainLoader::fillHistory()
{
    const auto &blocks = m_link.store.blocks();
    if (m_fillingHistory || blocks.empty() || blocks.size() >= history || blocks.back()->previousHash.isNull())
        return;
    m_fillingHistory = true;
    const BlockHash hash = blocks.back()->previousHash;
    m_link.rpc.batch(everythingAbout(hash), [this, hash](tl::expected<std::span<const RpcResult>, RpcError> answers) {
        m_fillingHistory = false;
        if (!answers) {
            if (isPassing(answers.error()))
                QTimer::singleShot(busyRetryMs, this, &ChainLoader::fillHistory);
            else
                m_link.fail(answers.error());
            return;
        }
        auto block = oldBlock(*answers, hash, m_link);
        if (!block) {
            qCWarning(lcBitcoin, "history.incomplete hash=%s why=\"%s\"", hash.toHex().c_str(), block.error().message.c_str());
            return;
        }
        m_link.store.addOlderBlocks({std::move(*block)});
        fillHistory();
    });
}

void ChainLoader::completeTip()
{
    const BlockPtr block = m_link.store.tipBlock();
    if (!block || block->feerateRange || block->txCount < 2)
        return;
    m_link.rpc.call({"getblockstats", hashParams(block->hash)}, [this, block](const RpcResult &answer) {
        if (!answer)
            return; // pruned, or taken back meanwhile
        if (const auto stats = parseBlockStats(*answer)) {
            const auto &blocks = m_link.store.blocks();
            const auto now =
                std::find_if(blocks.begin(), blocks.end(), [&](const BlockPtr &b) { return b->hash == block->hash; });
            if (now == blocks.end())
                return;
            BlockSummary complete = **now;
            addStats(complete, *stats);
            m_link.store.updateBlock(complete, m_link.clock.unixMs());
        }
    });
}

} // namespace tipwatch
