// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"
#include "tests/support/regtest_node.h"

#include <QString>

#include <deque>
#include <string>
#include <vector>

namespace tipwatch {

/// Money of a regtest node without a wallet: every coin pays to P2WSH(OP_TRUE), so spending needs the witness script and no signature.
class TestWallet {
public:
    struct Coin {
        TxId txid;
        std::uint32_t index = 0;
        Satoshi value;
    };
    struct Payment {
        TxId txid;
        std::string hex;
        std::vector<Coin> inputs;
        std::vector<Coin> outputs;
        Satoshi fee;
    };

    explicit TestWallet(RegtestNode &node) : m_node(node) {}

    /// For generatetodescriptor and generateblock.
    static QString descriptor();

    /// Mines @p count blocks to the wallet. @return their hashes; empty if the node refuses.
    QStringList mine(int count);
    /// A block of the coinbase only.
    QString mineEmpty();

    /// Forgets what it knows and asks the node for all confirmed coins that can be spent now.
    void refresh();
    std::size_t coinCount() const { return m_coins.size(); }

    /// A confirmed or unconfirmed coin that was not spent by us, taken out; the oldest first.
    std::optional<Coin> takeCoin();
    /// Signs nothing, sends nothing: @p outputs equal shares of what is left after @p fee. @p dataSize adds an OP_RETURN of that size.
    static Payment makePayment(std::vector<Coin> inputs, std::size_t outputs, Satoshi fee, std::size_t dataSize = 0);
    /// @return false if the node refuses it; if not, the outputs are coins of the wallet.
    bool send(const Payment &payment);
    /// Several in one request. @return how many the node took.
    int sendAll(const std::vector<Payment> &payments);
    /// Makes them coins of the wallet without sending them.
    void keep(const std::vector<Coin> &coins) { m_coins.insert(m_coins.end(), coins.begin(), coins.end()); }

private:
    RegtestNode &m_node;
    std::deque<Coin> m_coins;
};

} // namespace tipwatch
