// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/router.h"

namespace tipwatch {

namespace {

std::vector<std::string> segmentsOf(std::string_view path)
{
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1); // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

} // namespace

Router::Route &Router::addLater(std::string_view pattern, Handler handler, Access access)
{
    Route &route = m_routes.emplace_back();
    route.m_segments = segmentsOf(pattern);
    route.m_handler = std::move(handler);
    route.m_access = access;
    return route;
}

Router::Route &Router::add(std::string_view pattern, ImmediateHandler handler, Access access)
{
    return addLater(
        pattern, [handler = std::move(handler)](const HttpRequest &request, const HttpReply &reply) { reply(handler(request)); },
        access);
}

Router::Match Router::find(const std::string &path) const
{
    const std::vector<std::string> segments = segmentsOf(path);
    Match match;
    for (const Route &route : m_routes) {
        if (fits(route, segments, match.parameters)) {
            match.handler = route.m_handler;
            match.access = route.m_access;
            match.channel = route.m_channel;
            return match;
        }
    }
    match.handler = [](const HttpRequest &, const HttpReply &reply) {
        reply(HttpResponse::error(404, "not_found", "there is nothing at this path"));
    };
    return match;
}

bool Router::fits(const Route &route, const std::vector<std::string> &path, std::vector<std::string> &parameters)
{
    parameters.clear();
    for (std::size_t i = 0; i < route.m_segments.size(); ++i) {
        const std::string &segment = route.m_segments[i];
        if (segment.ends_with("*}"))
            return path.size() > i;
        if (i >= path.size())
            return false;
        if (segment.starts_with('{')) {
            if (path[i].empty())
                return false;
            parameters.push_back(path[i]);
        } else if (segment != path[i]) {
            return false;
        }
    }
    return path.size() == route.m_segments.size();
}

} // namespace tipwatch
