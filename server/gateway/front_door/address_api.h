// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/node_questions.h"
#include "shared/domain/clock.h"
#include "shared/state/position.h"
#include "shared/state/script_watch.h"
#include "shared/state/watch_registry.h"

#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace tipwatch {

class Router;

/// One address or script: what pays to it and spends from it since it is watched (/api/v1/address/<a>), and, when asked for, a look of the node
/// through all unspent outputs (/api/v1/address/<a>/scan). Whoever asks makes it watched for a while. Lives on the front door's thread.
class AddressApi {
public:
    /// Nothing: nobody watches it.
    using HistoryReply = std::function<void(const std::optional<ScriptHistory> &)>;

    struct Needs {
        /// Asks the backend; the reply comes on the front door's thread, later.
        std::function<void(const Script &, HistoryReply)> askForHistory;
        WatchRegistry &watches;
        const NodeQuestions &questions;
        std::function<std::string()> network; ///< as SourceStatus names it
        std::function<Position()> position;   ///< of the stream
        const Clock &clock;
    };

    static constexpr std::int64_t leaseMs = 30 * 60'000; ///< an address that was asked for is watched so long
    static constexpr std::size_t mostLeases = 1'000;     ///< the one that was not asked for the longest goes first

    explicit AddressApi(Needs needs) : m_needs(std::move(needs)) {}

    void addRoutes(Router &router);

private:
    /// The wish of those who asked.
    struct Lease {
        Script script;
        WatchPtr watch;
        std::int64_t since = 0; ///< Unix ms
        std::int64_t until = 0; ///< steady ms
    };
    /// The latest; there is one at a time.
    struct Scan {
        Script script;
        bool isUnderWay = true;
        double progress = 0; ///< 0 to 1
        std::optional<QueryAnswer<ScanResultPtr>> answer{};
    };

    std::optional<Script> scriptIn(const HttpRequest &request, const HttpReply &reply) const;
    const Lease &lease(const Script &script);
    void address(const HttpRequest &request, const HttpReply &reply);
    void scan(const HttpRequest &request, const HttpReply &reply);
    void begin(const Script &script);
    HttpResponse scanResponse(const Script &script) const;

    const Needs m_needs;
    std::deque<Lease> m_leases; ///< the one that was asked for last is the last
    std::optional<Scan> m_scan;
};

} // namespace tipwatch
