// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/text_dialect.h"

namespace tipwatch {

tl::expected<ClientRequest, RequestError> TextDialect::parse(std::string_view message, bool isBinary, std::string_view)
{
    if (isBinary)
        return refuse("bad_message", "messages are JSON in text frames");
    const auto value = m_reader.read(message);
    if (!value)
        return tl::unexpected(value.error());
    return read(*value);
}

std::string typedPong(const ClientRequest &request)
{
    return encoded(Encoding::Json, 64, [&](ValueWriter &out) {
        out.beginObject().member("type", "pong");
        if (!request.timestamp.empty())
            out.key("timestamp").raw(request.timestamp);
        out.endObject();
    });
}

std::string typedError(const RequestError &error)
{
    return typedMessage("error", 0, 160, [&](ValueWriter &out) {
        out.beginObject().member("code", error.code).member("message", error.message);
        if (!error.channel.empty())
            out.member("channel", error.channel);
        out.endObject();
    });
}

bool isTypedPing(const MessageValue &message)
{
    const MessageValue *type = message.member("type");
    return type && type->text() && *type->text() == "ping";
}

tl::expected<ClientRequest, RequestError> readTypedPing(const MessageValue &message)
{
    auto timestamp = readEcho(message, "timestamp", Encoding::Json);
    if (!timestamp)
        return tl::unexpected(timestamp.error());
    ClientRequest request;
    request.op = ClientRequest::Op::Ping;
    request.timestamp = std::move(*timestamp);
    return request;
}

} // namespace tipwatch
