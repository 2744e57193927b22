// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"

#include <functional>
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

    /// @p pattern: "/api/v1/blocks/{id}"; {…} stands for one segment that is not empty, {…*} at the end for all that follows.
    void addLater(std::string_view pattern, Handler handler, Access access = Access::Data);
    void add(std::string_view pattern, ImmediateHandler handler, Access access = Access::Data);

    struct Match {
        Handler handler;
        Access access = Access::Open;
        std::vector<std::string> parameters; ///< for the request
    };
    /// The first route that fits @p path; without one the answer is 404.
    Match find(const std::string &path) const;

private:
    struct Route {
        std::vector<std::string> segments;
        Handler handler;
        Access access;
    };
    static bool fits(const Route &route, const std::vector<std::string> &path, std::vector<std::string> &parameters);

    std::vector<Route> m_routes;
};

} // namespace tipwatch
