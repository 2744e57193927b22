// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/node_link.h"

#include <QObject>

#include <span>
#include <vector>

namespace tipwatch {

/// Asks the node for the headers that the difficulty hangs on and that are older than the store's blocks. Pruned nodes have them too.
/// Backend thread.
class PeriodLoader : public QObject {
    Q_OBJECT

public:
    explicit PeriodLoader(const NodeLink &link, QObject *parent = nullptr) : QObject(parent), m_link(link) {}

    /// Looks whether any are wanted; cheap if not, and nothing while they are on their way. To be called now and then: what fails is tried again
    /// with the next call.
    void look();

private:
    using Answers = tl::expected<std::span<const RpcResult>, RpcError>;

    bool cameThrough(const Answers &answers);
    void askHeaders(const std::vector<BlockHash> &hashes);

    const NodeLink &m_link;
    bool m_asking = false;
    bool m_refused = false; ///< the node does not allow it (rpcwhitelist)
};

} // namespace tipwatch
