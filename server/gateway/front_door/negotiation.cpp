// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/negotiation.h"

#include "server/gateway/front_door/representation.h"

#include <string>
#include <utility>

namespace tipwatch {

void Negotiation::send(const RequestHead &head, HttpResponse response, const HttpReply &reply)
{
    if (response.status != 200 || response.handOver || !isCompressible(response.header("Content-Type"))) {
        if (response.status == 200 && !response.header("ETag").empty() && isListed(head.ifNoneMatch, response.header("ETag")))
            response.status = 304;
        reply(std::move(response));
        return;
    }
    if (response.header("ETag").empty())
        response.headers.emplace_back("ETag", etagOf(response.body()));
    response.addVary("Accept-Encoding");
    const std::string plainTag(response.header("ETag"));
    const bool inGzip = acceptsGzip(head.acceptEncoding) && response.body().size() >= GzipCache::worthIt;
    if (inGzip)
        response.setHeader("ETag", gzipEtagOf(plainTag));
    if (isListed(head.ifNoneMatch, response.header("ETag")))
        response.status = 304;
    if (!inGzip || response.status == 304) {
        reply(std::move(response));
        return;
    }
    m_gzip.compress(plainTag, response, [response, plainTag, reply](const GzipCache::Body &body) {
        HttpResponse sent = response;
        if (body) {
            sent.shareBody(body);
            sent.headers.emplace_back("Content-Encoding", "gzip");
        } else {
            sent.setHeader("ETag", plainTag);
        }
        reply(std::move(sent));
    });
}

} // namespace tipwatch
