// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"
#include "server/gateway/dialects/json_reader.h"

namespace tipwatch {

/// What the dialects have in common that speak JSON only.
class TextDialect : public Dialect {
public:
    tl::expected<ClientRequest, RequestError> parse(std::string_view message, bool isBinary, std::string_view network) final;

protected:
    /// @p message is an object.
    virtual tl::expected<ClientRequest, RequestError> read(const MessageValue &message) const = 0;

private:
    JsonReader m_reader;
};

/// {"type":type,"data":…}, with "timestamp" if @p timestamp is not 0. @p writeData(ValueWriter &) writes the data.
template <class WriteData>
std::string typedMessage(std::string_view type, std::int64_t timestamp, std::size_t expected, WriteData writeData)
{
    return encoded(Encoding::Json, expected, [&](ValueWriter &out) {
        out.beginObject().member("type", type).key("data");
        writeData(out);
        if (timestamp != 0)
            out.member("timestamp", timestamp);
        out.endObject();
    });
}

/// {"type":"pong"} with the ping's timestamp, if it had one: the form of S2, S3 and S4.
std::string typedPong(const ClientRequest &request);

/// {"type":"error","data":{code,message,channel?}}: the form of S3 and S4.
std::string typedError(const RequestError &error);

/// {"type":"ping","timestamp"?}
bool isTypedPing(const MessageValue &message);
tl::expected<ClientRequest, RequestError> readTypedPing(const MessageValue &message);

} // namespace tipwatch
