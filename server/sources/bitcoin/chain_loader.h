// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/node_link.h"

#include <QObject>

#include <optional>
#include <vector>

namespace tipwatch {

/// Asks the node for blocks that the stream does not bring: at the start, after a loss, on the way of a reorg. Backend thread.
class ChainLoader : public QObject {
    Q_OBJECT

public:
    static constexpr std::size_t history = 12;     ///< blocks to have at least
    static constexpr std::size_t longestPath = 20; ///< blocks to follow one by one; if it is more, only the new tip is loaded

    using Done = std::function<void(std::optional<RpcError>)>;

    explicit ChainLoader(const NodeLink &link, QObject *parent = nullptr);

    /// Brings a block into the book. @p done may run at once, if it is there already.
    void fetch(const BlockHash &hash, Done done);

    /// Makes the store's chain end at @p tip: takes back what is not on its branch and puts on what is, each block by itself
    /// if they are not too many. @p done may run at once.
    void follow(const BlockHash &tip, Done done);

    /// Makes @p tip the store's tip by its header alone, for as long as the node is catching up itself.
    void show(const BlockHash &tip, Done done);

    /// Loads older blocks, one after the other, until there are enough. Does nothing if that is under way.
    void fillHistory();

    /// Asks for the feerates of the store's tip if the mempool could not tell them.
    void completeTip();

private:
    struct Path {
        BlockHash tip;
        std::vector<DecodedBlockPtr> blocks; ///< tip first
    };
    void extend(std::shared_ptr<Path> path, Done done);
    void apply(const Path &path);
    void restart(const BlockHash &tip, Done done);
    bool isOnChain(const BlockHash &hash) const;

    const NodeLink &m_link;
    bool m_fillingHistory = false;
};

} // namespace tipwatch
