// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/block.h"
#include "shared/domain/transaction.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tipwatch {

/// A chain and a mempool that behave like Bitcoin Core's towards a listener: what is published when, and which changes are numbered.
/// Blocks and transactions are real bytes; no proof of work, no scripts.
class FakeChain {
public:
    struct Transaction {
        TxId txid;
        std::string hex;
        Satoshi fee;
        VBytes vsize;
        std::int64_t time = 0;
    };
    struct Block {
        BlockHash hash;
        BlockHash parent;
        Height height;
        std::int64_t time = 0;
        std::string chainwork;
        std::string raw;
        std::vector<Transaction> transactions; ///< without the coinbase
    };

    /// ZMQ topic and body, in the order in which Core publishes.
    std::function<void(const char *topic, const std::string &body)> publish;

    explicit FakeChain(int blocks = 20);

    /// Accepts a new transaction. @return its txid.
    TxId add(Satoshi fee = Satoshi(1'000));
    /// Removes it as a replacement or an eviction would.
    void remove(const TxId &txid);
    /// Connects a block with the given transactions of the mempool, or with all. @return its hash.
    BlockHash mine(const std::vector<TxId> &txids);
    BlockHash mineAll();
    /// Takes the tip back as invalidateblock does.
    void invalidateTip();
    /// Takes @p depth blocks back and puts @p blocks empty ones on, in one go as a better branch does: all D, the A of what returns,
    /// all C, one rawblock. @return the new tip.
    BlockHash reorganise(int depth, int blocks);
    /// As after a restart: numbers begin again and what is in the mempool is announced.
    void restart();

    const Block &tip() const { return m_chain.back(); }
    const std::vector<Block> &chain() const { return m_chain; }
    const Block *find(const BlockHash &hash) const;
    const std::map<TxId, Transaction> &mempool() const { return m_mempool; }
    std::uint64_t sequence() const { return m_sequence; }

private:
    Block makeBlock(std::vector<Transaction> transactions);
    void accept(const Transaction &transaction);
    void announce(char label, const Hash256<void>::Bytes &hash);
    void announceNumbered(char label, const TxId &txid);
    void connectTip(Block block);
    std::vector<Transaction> disconnectTip();

    std::vector<Block> m_chain;
    std::vector<Block> m_stale;
    std::map<TxId, Transaction> m_mempool;
    std::uint64_t m_sequence = 1;
    std::uint32_t m_nonce = 0;
};

} // namespace tipwatch
