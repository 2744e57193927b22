// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/bitcoin_queries.h"

#include "server/sources/bitcoin/block_answer.h"
#include "server/sources/bitcoin/block_summary.h"
#include "server/sources/bitcoin/node_link.h"
#include "server/sources/bitcoin/query_parser.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tipwatch {
namespace {

using Kind = QueryError::Kind;

constexpr int progressIntervalMs = 500;   // a person watches it
constexpr std::size_t mostPrevouts = 500; // asked for; a consolidation of more is shown without
constexpr std::size_t mostParents = 64;   // in the mempool (Bitcoin Core 31, DEFAULT_CLUSTER_LIMIT)

tl::unexpected<QueryError> no(Kind kind, std::string message)
{
    return tl::unexpected(QueryError{kind, std::move(message)});
}

bool has(const std::string &text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

/// What the method itself says (Bitcoin Core, rpc/rawtransaction.cpp and rpc/blockchain.cpp).
QueryError refusalOf(const RpcError &error)
{
    constexpr int methodNotFound = -32601;
    const std::string &said = error.message;
    if (error.code == methodNotFound)
        return {Kind::NotSupported, "This node does not know the method: " + said + "."};
    if (has(said, "in progress"))
        return {Kind::Busy, "The node is busy with another scan: " + said + "."};
    if (has(said, "Use -txindex"))
        return {Kind::NeedsIndex, "It is not in the node's mempool, and a node without txindex=1 cannot find it in the chain."};
    if (has(said, "being indexed"))
        return {Kind::Busy, "The node is still building its transaction index."};
    if (has(said, "pruned") || has(said, "Block not available"))
        return {Kind::Pruned, "The node is pruned and has thrown this block away."};
    if (has(said, "No such") || has(said, "not found") || has(said, "out of range"))
        return {Kind::NotFound, "The node knows nothing of it: " + said + "."};
    if (has(said, "not fully downloaded"))
        return {Kind::NotFound, "The node has not got this block: " + said + "."};
    return {Kind::Failed, "The node refuses: " + said};
}

QueryError errorOf(const RpcError &error)
{
    switch (error.kind) {
    case RpcError::Kind::Method:
        return refusalOf(error);
    case RpcError::Kind::Timeout:
        return {Kind::Timeout, "The node did not answer in time."};
    case RpcError::Kind::Busy:
        return {Kind::Busy, "The node is too busy to answer."};
    case RpcError::Kind::Unreachable:
    case RpcError::Kind::ShuttingDown:
    case RpcError::Kind::WarmingUp:
        return {Kind::NodeGone, "The node cannot be asked now: " + error.message};
    case RpcError::Kind::Forbidden:
        return {Kind::NotSupported, "The node does not allow this question (rpcwhitelist): " + error.message};
    case RpcError::Kind::Unauthorized:
    case RpcError::Kind::BadAnswer:
        break;
    }
    return {Kind::Failed, "The node's answer is of no use: " + error.message};
}

QueryError errorOf(const Error &error)
{
    return {Kind::Failed, "The node's answer could not be read: " + error.message};
}

std::string quoted(const std::string &text)
{
    return "\"" + text + "\"";
}

/// Sums up once all is known.
void addFee(TransactionDetail &detail)
{
    Satoshi spent;
    for (const TransactionInput &input : detail.inputs) {
        if (!input.prevout)
            return;
        spent += input.prevout->value;
    }
    if (!detail.fee && spent >= detail.value)
        detail.fee = spent - detail.value;
}

/// scantxoutset takes output descriptors.
std::string rawDescriptor(const Script &script)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text = "raw(";
    for (const std::uint8_t byte : script) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text + ")";
}

} // namespace

BitcoinQueries::BitcoinQueries(QObject *parent) : QObject(parent)
{
    m_progressTimer.setParent(this);
    m_progressTimer.setInterval(progressIntervalMs);
    connect(&m_progressTimer, &QTimer::timeout, this, &BitcoinQueries::askForProgress);
}

BitcoinQueries::~BitcoinQueries() = default;

void BitcoinQueries::setNode(const std::optional<NodeAddress> &node)
{
    if (m_rpc && node && m_rpc->endpoint() == node->endpoint)
        return;
    m_before = std::move(m_rpc);
    if (m_scanDone)
        QTimer::singleShot(0, this, [done = std::exchange(m_scanDone, nullptr)] {
            done(no(Kind::NodeGone, "The node went away before the scan was over."));
        });
    m_progressTimer.stop();
    if (node)
        m_rpc = std::make_unique<RpcClient>(node->endpoint, node->credentials);
}

template <class T> bool BitcoinQueries::refuseWithoutNode(const Done<T> &done)
{
    if (m_rpc)
        return false;
    QTimer::singleShot(0, this, [done] { done(no(Kind::NodeGone, "No node has been found yet.")); });
    return true;
}

// --- transactions

void BitcoinQueries::transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done)
{
    if (refuseWithoutNode(done))
        return;
    const std::string params = hashParams(txid, block ? "2," + quoted(block->toHex()) : "2");
    m_rpc->call(
        {"getrawtransaction", params},
        [this, txid, done = std::move(done)](const RpcResult &answer) {
            if (!answer)
                return done(tl::unexpected(errorOf(answer.error())));
            auto parsed = parseRawTransaction(*answer);
            if (!parsed)
                return done(tl::unexpected(errorOf(parsed.error())));
            if (parsed->txid != txid)
                return done(no(Kind::Failed, "The node answered with another transaction."));
            const auto detail = std::make_shared<TransactionDetail>(std::move(*parsed));
            if (detail->block)
                addHeight(detail, done);
            else
                addUnspent(detail, done);
        },
        patience);
}

void BitcoinQueries::addHeight(const Detail &detail, const Done<TransactionDetailPtr> &done)
{
    m_rpc->call(
        {"getblockheader", hashParams(detail->block->hash)},
        [detail, done](const RpcResult &answer) {
            if (answer) {
                if (const auto header = parseBlockHeader(*answer)) {
                    detail->block->height = header->height;
                    detail->block->time = header->time;
                    detail->block->confirmations = header->confirmations;
                }
            }
            addFee(*detail);
            done(TransactionDetailPtr(detail));
        },
        patience);
}

/// What a waiting transaction spends is still there in the chain's set of unspent outputs, or else in the mempool.
void BitcoinQueries::addUnspent(const Detail &detail, const Done<TransactionDetailPtr> &done)
{
    if (detail->inputs.size() > mostPrevouts)
        return done(TransactionDetailPtr(detail));
    std::vector<RpcCall> calls;
    for (const TransactionInput &input : detail->inputs)
        calls.push_back({"gettxout", hashParams(input.previous.txid, std::to_string(input.previous.index) + ",false")});
    m_rpc->batch(
        std::move(calls),
        [this, detail, done](tl::expected<std::span<const RpcResult>, RpcError> answers) {
            if (!answers)
                return done(TransactionDetailPtr(detail)); // without, then
            for (std::size_t i = 0; i < detail->inputs.size(); ++i) {
                if (!(*answers)[i])
                    continue;
                if (auto output = parseTxOut(*(*answers)[i]))
                    detail->inputs[i].prevout = std::move(*output);
            }
            addFromParents(detail, done);
        },
        patience);
}

void BitcoinQueries::addFromParents(const Detail &detail, const Done<TransactionDetailPtr> &done)
{
    std::set<TxId> parents;
    for (const TransactionInput &input : detail->inputs) {
        if (!input.prevout)
            parents.insert(input.previous.txid);
    }
    if (parents.empty() || parents.size() > mostParents) {
        addFee(*detail);
        return done(TransactionDetailPtr(detail));
    }
    std::vector<RpcCall> calls;
    for (const TxId &parent : parents)
        calls.push_back({"getrawtransaction", hashParams(parent, "1")});
    m_rpc->batch(
        std::move(calls),
        [detail, done](tl::expected<std::span<const RpcResult>, RpcError> answers) {
            for (std::size_t i = 0; answers && i < answers->size(); ++i) {
                if (!(*answers)[i])
                    continue;
                const auto parent = parseRawTransaction(*(*answers)[i]);
                if (!parent)
                    continue;
                for (TransactionInput &input : detail->inputs) {
                    if (input.previous.txid == parent->txid && input.previous.index < parent->outputs.size())
                        input.prevout = parent->outputs[input.previous.index];
                }
            }
            addFee(*detail);
            done(TransactionDetailPtr(detail));
        },
        patience);
}

// --- blocks

void BitcoinQueries::block(const BlockName &name, Done<BlockDetailPtr> done)
{
    if (refuseWithoutNode(done))
        return;
    if (const auto *hash = std::get_if<BlockHash>(&name))
        return blockByHash(*hash, std::move(done));
    m_rpc->call(
        {"getblockhash", "[" + std::to_string(std::get<Height>(name).value) + "]"},
        [this, done = std::move(done)](const RpcResult &answer) {
            if (!answer)
                return done(tl::unexpected(errorOf(answer.error())));
            const auto hash = parseBlockHash(*answer, "getblockhash");
            if (!hash)
                return done(tl::unexpected(errorOf(hash.error())));
            blockByHash(*hash, done);
        },
        patience);
}

void BitcoinQueries::blockByHash(const BlockHash &hash, Done<BlockDetailPtr> done)
{
    m_rpc->batch(
        everythingAbout(hash),
        [this, hash, done = std::move(done)](tl::expected<std::span<const RpcResult>, RpcError> answers) {
            done(answers ? blockFrom(*answers, hash) : tl::unexpected(errorOf(answers.error())));
        },
        patience);
}

QueryAnswer<BlockDetailPtr> BitcoinQueries::blockFrom(std::span<const RpcResult> answers, const BlockHash &hash) const
{
    if (!answers[0])
        return tl::unexpected(errorOf(answers[0].error()));
    const auto header = parseBlockHeader(*answers[0]);
    if (!header)
        return tl::unexpected(errorOf(header.error()));
    auto detail = std::make_shared<BlockDetail>();
    detail->confirmations = header->confirmations;
    if (const auto block = blockOf(answers[1], hash)) {
        detail->summary = summaryOf(**block, header->height, m_halvingInterval);
        addHeader(detail->summary, *header);
        const std::vector<ConfirmedTransaction> confirmed = (*block)->confirmedTransactions();
        detail->transactions.reserve(confirmed.size());
        for (std::size_t i = 0; i < confirmed.size(); ++i)
            detail->transactions.push_back(
                {confirmed[i].txid, (*block)->transactions[i].weight, confirmed[i].value, confirmed[i].payee});
    } else {
        detail->summary = summaryOf(*header, m_halvingInterval);
    }
    if (answers[2]) {
        if (const auto stats = parseBlockStats(*answers[2]))
            addStats(detail->summary, *stats);
    }
    return BlockDetailPtr(detail);
}

// --- scans

void BitcoinQueries::scan(const Script &script, Progress progress, Done<ScanResultPtr> done)
{
    if (refuseWithoutNode(done))
        return;
    if (m_scanDone) {
        QTimer::singleShot(0, this, [done] { done(no(Kind::Busy, "The node does one scan at a time.")); });
        return;
    }
    m_scanDone = std::move(done);
    m_cancelled = false;
    m_progress = std::move(progress);
    m_progressTimer.start();
    m_rpc->call(
        {"scantxoutset", "[\"start\",[" + quoted(rawDescriptor(script)) + "]]", false},
        [this, number = ++m_scans](const RpcResult &answer) {
            if (number != m_scans || !m_scanDone)
                return;
            if (m_cancelled)
                return endScan(no(Kind::Cancelled, "The scan was cancelled."));
            if (!answer)
                return endScan(tl::unexpected(errorOf(answer.error())));
            auto result = parseScan(*answer);
            if (!result)
                return endScan(tl::unexpected(errorOf(result.error())));
            endScan(std::make_shared<const ScanResult>(std::move(*result)));
        },
        scanPatience);
}

void BitcoinQueries::askForProgress()
{
    if (m_cancelled)
        return abortScan(); // the node had not begun yet when it was told to end
    m_rpc->call(
        {"scantxoutset", "[\"status\"]"},
        [this](const RpcResult &answer) {
            if (!answer || !m_scanDone)
                return;
            if (const auto share = parseScanProgress(*answer); share && *share && m_progress)
                m_progress(**share);
        },
        patience);
}

void BitcoinQueries::cancelScan()
{
    if (!m_scanDone || m_cancelled)
        return;
    m_cancelled = true;
    abortScan();
}

/// The node ends it and answers the start at once.
void BitcoinQueries::abortScan()
{
    m_rpc->call(
        {"scantxoutset", "[\"abort\"]"}, [](const RpcResult &) {}, patience);
}

void BitcoinQueries::endScan(QueryAnswer<ScanResultPtr> answer)
{
    m_progressTimer.stop();
    m_progress = nullptr;
    if (const auto done = std::exchange(m_scanDone, nullptr))
        done(std::move(answer));
}

} // namespace tipwatch
