// SPDX-License-Identifier: GPL-3.0-or-later
// What clients say. The first byte names the dialect; whatever is understood or refused is answered, and the answer has to be well-formed.
#include "server/gateway/dialects/cbor_reader.h"
#include "server/gateway/dialects/dialect_set.h"

#include <simdjson.h>

#include <cstdlib>

using namespace tipwatch;

namespace {

void check(const Dialect &dialect, const Answer &answer)
{
    static simdjson::dom::parser json;
    const std::string said = dialect.put(answer);
    if (said.empty())
        return;
    const bool isGood = dialect.isBinary() ? readCbor(said).has_value() : json.parse(said).error() == simdjson::SUCCESS;
    if (!isGood)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    static const DialectSet dialects;
    if (size == 0)
        return 0;
    Dialect &dialect = *dialects.find(static_cast<Wire>((data[0] & 0x3f) % wireCount));
    if (dialect.isEventStream())
        return 0; // nothing is heard from its clients
    const bool isBinary = data[0] >= 0x80 ? !dialect.isBinary() : dialect.isBinary();
    const std::string_view message(reinterpret_cast<const char *>(data) + 1, size - 1);
    static_cast<void>(wireOf(message));
    const auto request = dialect.parse(message, isBinary, (data[0] & 0x40) != 0 ? "main" : "regtest");
    if (!request) {
        check(dialect, request.error());
        return 0;
    }
    for (const RequestError &error : request->refused)
        check(dialect, error);
    check(dialect, Subscribed{*request, request->channels, {}, request->since.has_value()});
    check(dialect, Unsubscribed{*request, request->channels, {}});
    check(dialect, Pong{*request});
    check(dialect, Authenticated{*request});
    static_cast<void>(request->filter.key());
    return 0;
}
