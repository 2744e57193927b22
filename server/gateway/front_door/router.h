// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/http_message.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tipwatch {

/// Which path is answered by whom. Not thread-safe.
class Router {
public:
    using Handler = std::function<void(const HttpRequest &, const HttpReply &)>;
    using ImmediateHandler = std::function<HttpResponse(const HttpRequest &)>;

    /// @p pattern: "/api/v1/blocks/{id}"; {…} stands for one segment that is not empty, {…*} at the end for all that follows.
    void addLater(std::string_view pattern, Handler handler);
    void add(std::string_view pattern, ImmediateHandler handler);

    /// Gives the request to the first route that fits; without one the reply is 404.
    void handle(HttpRequest request, const HttpReply &reply) const;

private:
    struct Route {
        std::vector<std::string> segments;
        Handler handler;
    };
    static bool fits(const Route &route, const std::vector<std::string> &path, std::vector<std::string> &parameters);

    std::vector<Route> m_routes;
};

} // namespace tipwatch
