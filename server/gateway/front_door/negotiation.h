// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/gzip_cache.h"
#include "server/gateway/front_door/http_message.h"
#include "server/gateway/front_door/request_head.h"

namespace tipwatch {

/// Sends answers in the form that was asked for, gzip or plain, and not at all to who has them already (RFC 9110, 12.5.3 and 13.1.2).
/// Lives on the front door's thread.
class Negotiation {
public:
    /// @p response answers @p head; @p reply is called now or (gzip) later.
    void send(const RequestHead &head, HttpResponse response, const HttpReply &reply);

private:
    GzipCache m_gzip;
};

} // namespace tipwatch
