// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"
#include "shared/protocol/channel.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Which path is answered by whom, and who may ask. Not thread-safe.
class Router {
public:
    /// What the front door makes sure of before a handler is called.
    enum class Access {
        Open,   ///< anybody, even where tokens are required
        Data,   ///< a token, where they are required
        Client, ///< that, and whoever asks counts as a client until the answer is sent or (HttpResponse::handOver) the stream ends
        Admin   ///< the admin token
    };

    using Handler = std::function<void(const HttpRequest &, const HttpReply &)>;
    using ImmediateHandler = std::function<HttpResponse(const HttpRequest &)>;

    class Route {
    public:
        /// It says what @p channel says: a token for this channel is enough. Without this word a token that is for some channels only
        /// does not open a route of Access::Data.
        void about(Channel channel) { m_channel = channel; }

    private:
        friend Router;
        std::vector<std::string> m_segments;
        Handler m_handler;
        Access m_access = Access::Data;
        std::optional<Channel> m_channel;
    };

    /// @p pattern: "/api/v1/blocks/{id}"; {…} stands for one segment that is not empty, {…*} at the end for all that follows.
    /// @return for more to be said of it at once; good until the next is added.
    Route &addLater(std::string_view pattern, Handler handler, Access access = Access::Data);
    Route &add(std::string_view pattern, ImmediateHandler handler, Access access = Access::Data);

    struct Match {
        Handler handler;
        Access access = Access::Open;
        std::optional<Channel> channel{};
        std::vector<std::string> parameters{}; ///< for the request
    };
    /// The first route that fits @p path; without one the answer is 404.
    Match find(const std::string &path) const;

private:
    static bool fits(const Route &route, const std::vector<std::string> &path, std::vector<std::string> &parameters);

    std::vector<Route> m_routes;
};

} // namespace tipwatch
