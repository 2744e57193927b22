// SPDX-License-Identifier: GPL-3.0-or-later
// What a stranger sends before anything is known of him.
#include "server/gateway/front_door/request_head.h"

#include "server/gateway/front_door/http_message.h"

#include <cstdlib>

using namespace tipwatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::string_view bytes(reinterpret_cast<const char *>(data), size);
    const std::size_t headSize = RequestHead::sizeIn(bytes);
    if (headSize == 0)
        return 0;
    const auto head = RequestHead::parse(bytes.substr(0, headSize), headSize);
    if (!head) {
        if (head.error().status < 400 || head.error().code.empty() || head.error().message.empty())
            std::abort();
        return 0;
    }
    if (head->host.empty() || !head->path.starts_with('/'))
        std::abort();
    static_cast<void>(head->hasValidWebSocketKey());
    HttpRequest request;
    request.query = head->query;
    static_cast<void>(request.queryValue("channels"));
    return 0;
}
