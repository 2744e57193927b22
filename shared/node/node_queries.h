// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"
#include "shared/domain/transaction_detail.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace tipwatch {

/// Why there is no answer.
struct QueryError {
    enum class Kind {
        NotFound,     ///< there is no such thing on the node's chain or in its mempool
        NeedsIndex,   ///< it may exist, but this node cannot find it: no -txindex
        Pruned,       ///< the node had it once and has thrown it away
        NodeGone,     ///< no node is connected, or it went away before it answered
        Timeout,      ///< the node did not answer in time
        Busy,         ///< too much is being asked already, or another scan is under way; later it may do
        NotSupported, ///< this source or this node cannot be asked this
        Cancelled,    ///< a scan, by somebody's wish
        Failed        ///< the node's answer makes no sense, or it refuses; the message is for a person
    };
    Kind kind = Kind::Failed;
    std::string message; ///< one sentence for a person
};

/// The wire's word for @p kind, e.g. "needs_index".
std::string_view queryErrorName(QueryError::Kind kind);

template <class T> using QueryAnswer = tl::expected<T, QueryError>;

/// A block by its height on the active chain, or by its hash wherever it is.
using BlockName = std::variant<Height, BlockHash>;

/// What can be asked of the node besides what it tells by itself. Backend thread only; every question is answered exactly once, from the
/// event loop, never from within the call.
class NodeQueries {
public:
    template <class T> using Done = std::function<void(QueryAnswer<T>)>;
    /// 0 to 1.
    using Progress = std::function<void(double)>;

    virtual ~NodeQueries() = default;

    /// @p block: where it is known to be, so that a node without -txindex finds it too.
    virtual void transaction(const TxId &txid, const std::optional<BlockHash> &block, Done<TransactionDetailPtr> done) = 0;

    virtual void block(const BlockName &name, Done<BlockDetailPtr> done) = 0;

    /// Looks through all unspent outputs for those of @p script, which takes a node from seconds to minutes. One at a time (Bitcoin Core,
    /// scantxoutset): another is Busy.
    virtual void scan(const Script &script, Progress progress, Done<ScanResultPtr> done) = 0;
    /// Ends the scan that is under way, if any: it is answered as Cancelled.
    virtual void cancelScan() = 0;
};

} // namespace tipwatch
