// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_chain.h"

#include "server/sources/bitcoin/double_sha256.h"
#include "tests/support/test_wallet.h"

#include <QByteArray>
#include <QDateTime>

#include <algorithm>

namespace tipwatch {
namespace {

constexpr std::uint32_t bits = 0x207fffff; // regtest
constexpr std::int32_t halvingInterval = 150;

using Bytes = Hash256<void>::Bytes;

template <class Int> void appendLittle(std::string &out, Int value)
{
    for (std::size_t i = 0; i < sizeof value; ++i)
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

void append(std::string &out, const Bytes &bytes)
{
    out.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
}

Bytes hashOf(const std::string &bytes)
{
    return doubleSha256({{reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size()}});
}

std::string coinbaseOf(Height height, Satoshi value)
{
    std::string script("\x03", 1); // the height in three bytes (BIP 34)
    for (int i = 0; i < 3; ++i)
        script.push_back(static_cast<char>(height.value >> (8 * i)));
    script += "/FakeNode/";
    std::string raw;
    appendLittle(raw, std::uint32_t(2));
    raw.push_back(1);
    append(raw, {});
    appendLittle(raw, std::uint32_t(0xffffffff));
    raw.push_back(static_cast<char>(script.size()));
    raw += script;
    appendLittle(raw, std::uint32_t(0xffffffff));
    raw.push_back(1);
    appendLittle(raw, value.value);
    raw += "\x01\x51";
    appendLittle(raw, std::uint32_t(0));
    return raw;
}

Bytes merkleRoot(std::vector<Bytes> level)
{
    while (level.size() > 1) {
        if (level.size() % 2 == 1)
            level.push_back(level.back());
        std::vector<Bytes> next;
        for (std::size_t i = 0; i < level.size(); i += 2) {
            std::string pair;
            append(pair, level[i]);
            append(pair, level[i + 1]);
            next.push_back(hashOf(pair));
        }
        level = std::move(next);
    }
    return level.front();
}

} // namespace

FakeChain::FakeChain(int blocks)
{
    for (int i = 0; i < blocks; ++i)
        m_chain.push_back(makeBlock({}));
}

TxId FakeChain::add(Satoshi fee)
{
    TxId::Bytes source{};
    const std::uint32_t number = ++m_nonce;
    for (std::size_t i = 0; i < 4; ++i)
        source[i] = static_cast<std::uint8_t>(number >> (8 * i));
    const auto payment = TestWallet::makePayment({{TxId(source), 0, Satoshi(100'000'000)}}, 2, fee);
    const Transaction transaction{payment.txid, payment.hex, fee, VBytes(140), QDateTime::currentSecsSinceEpoch()};
    accept(transaction);
    return transaction.txid;
}

void FakeChain::accept(const Transaction &transaction)
{
    m_mempool.emplace(transaction.txid, transaction);
    announceNumbered('A', transaction.txid);
}

void FakeChain::remove(const TxId &txid)
{
    m_mempool.erase(txid);
    announceNumbered('R', txid);
}

BlockHash FakeChain::mine(const std::vector<TxId> &txids)
{
    std::vector<Transaction> transactions;
    for (const TxId &txid : txids)
        transactions.push_back(m_mempool.at(txid));
    connectTip(makeBlock(std::move(transactions)));
    if (publish)
        publish("rawblock", tip().raw);
    return tip().hash;
}

BlockHash FakeChain::mineAll()
{
    std::vector<TxId> txids;
    for (const auto &[txid, transaction] : m_mempool)
        txids.push_back(txid);
    return mine(txids);
}

void FakeChain::invalidateTip()
{
    for (const Transaction &transaction : disconnectTip())
        accept(transaction);
}

BlockHash FakeChain::reorganise(int depth, int blocks)
{
    std::vector<Transaction> returning;
    for (int i = 0; i < depth; ++i) {
        const auto transactions = disconnectTip();
        returning.insert(returning.begin(), transactions.begin(), transactions.end());
    }
    for (const Transaction &transaction : returning)
        accept(transaction);
    for (int i = 0; i < blocks; ++i)
        connectTip(makeBlock({}));
    if (publish)
        publish("rawblock", tip().raw);
    return tip().hash;
}

void FakeChain::restart()
{
    m_sequence = 1;
    for (const auto &[txid, transaction] : m_mempool)
        announceNumbered('A', txid);
}

const FakeChain::Block *FakeChain::find(const BlockHash &hash) const
{
    for (const auto *blocks : {&m_chain, &m_stale}) {
        const auto it = std::ranges::find(*blocks, hash, &Block::hash);
        if (it != blocks->end())
            return &*it;
    }
    return nullptr;
}

FakeChain::Block FakeChain::makeBlock(std::vector<Transaction> transactions)
{
    Block block;
    block.height = Height(static_cast<std::int32_t>(m_chain.size()));
    block.time = 1'767'225'600 + block.height.value * 600;
    block.chainwork = addWork(m_chain.empty() ? std::string(64, '0') : tip().chainwork, bits);
    if (!m_chain.empty())
        block.parent = tip().hash;
    Satoshi value = subsidyAt(block.height, halvingInterval);
    for (const Transaction &transaction : transactions)
        value += transaction.fee;
    const std::string coinbase = coinbaseOf(block.height, value);
    std::vector<Bytes> txids{hashOf(coinbase)};
    for (const Transaction &transaction : transactions)
        txids.push_back(transaction.txid.bytes());

    std::string header;
    appendLittle(header, std::uint32_t(0x20000000));
    append(header, block.parent.bytes());
    append(header, merkleRoot(txids));
    appendLittle(header, static_cast<std::uint32_t>(block.time));
    appendLittle(header, bits);
    appendLittle(header, ++m_nonce); // rivals differ
    block.hash = BlockHash(hashOf(header));
    block.raw = header;
    block.raw.push_back(static_cast<char>(transactions.size() + 1)); // fewer than 252 in any test
    block.raw += coinbase;
    for (const Transaction &transaction : transactions)
        block.raw += QByteArray::fromHex(QByteArray::fromStdString(transaction.hex)).toStdString();
    block.transactions = std::move(transactions);
    return block;
}

void FakeChain::connectTip(Block block)
{
    for (const Transaction &transaction : block.transactions) {
        if (m_mempool.erase(transaction.txid) > 0)
            ++m_sequence; // numbered, not announced
    }
    m_chain.push_back(std::move(block));
    announce('C', tip().hash.bytes());
}

std::vector<FakeChain::Transaction> FakeChain::disconnectTip()
{
    m_stale.push_back(std::move(m_chain.back()));
    m_chain.pop_back();
    announce('D', m_stale.back().hash.bytes());
    return m_stale.back().transactions;
}

void FakeChain::announce(char label, const Bytes &hash)
{
    if (!publish)
        return;
    std::string body(hash.rbegin(), hash.rend());
    body.push_back(label);
    publish("sequence", body);
}

void FakeChain::announceNumbered(char label, const TxId &txid)
{
    const std::uint64_t number = m_sequence++;
    if (!publish)
        return;
    std::string body(txid.bytes().rbegin(), txid.bytes().rend());
    body.push_back(label);
    appendLittle(body, number);
    publish("sequence", body);
}

} // namespace tipwatch
