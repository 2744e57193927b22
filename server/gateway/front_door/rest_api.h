// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/state/chain_snapshot.h"
#include "shared/state/gateway_status.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tipwatch {

class ChainStore;
class Router;

/// The state over plain HTTP: /api/v1/… and the health checks. Bodies are the data objects of the stream's messages.
/// Lives on the front door's thread.
class RestApi {
public:
    using TxidsReply = std::function<void(MempoolTxids)>;

    struct Needs {
        const ChainStore &store;
        std::string server;                           ///< "tipwatch/1.0.0"
        std::function<GatewayStatus()> gatewayStatus; ///< called on the front door's thread
        std::function<void(TxidsReply)> askForTxids;  ///< asks the backend; the reply comes on the front door's thread, later
    };

    static constexpr std::size_t usualBlocks = 10;     ///< of /blocks without limit
    static constexpr std::size_t maxTxidPage = 50'000; ///< txids of one page
    static constexpr std::size_t maxTxidBodies = 4;    ///< /mempool/txids answers (some 20 MB each) still being sent, before 503

    explicit RestApi(Needs needs);

    void addRoutes(Router &router);

private:
    /// Somebody who waits for txids.
    struct TxidsQuestion {
        HttpReply reply;
        std::size_t limit = 0; ///< 0: the whole view
        std::optional<TxId> after;
    };

    HttpResponse tip(const ChainSnapshot &snapshot) const;
    HttpResponse blocks(const ChainSnapshot &snapshot, const HttpRequest &request) const;
    HttpResponse block(const ChainSnapshot &snapshot, const HttpRequest &request) const;
    HttpResponse status(const ChainSnapshot &snapshot) const;
    HttpResponse ready(const ChainSnapshot &snapshot) const;
    void txids(const HttpRequest &request, const HttpReply &reply);
    void answerTxids(const MempoolTxids &txids);

    const Needs m_needs;
    std::vector<TxidsQuestion> m_awaitTxids;                    ///< one question to the backend serves them all
    std::vector<std::weak_ptr<const std::string>> m_txidBodies; ///< those that somebody still sends
};

} // namespace tipwatch
