// SPDX-License-Identifier: GPL-3.0-or-later
// What a node answers to calls. The first byte is the HTTP status and how many were made; every parser sees every result.
#include "server/sources/bitcoin/rpc_answer.h"

#include "server/sources/bitcoin/query_parser.h"
#include "server/sources/bitcoin/rpc_parser.h"

#include <array>
#include <cstdlib>

using namespace tipwatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    if (size == 0)
        return 0;
    constexpr std::array statuses{200, 401, 403, 404, 500, 503, 0, 999};
    static simdjson::dom::parser parser;
    HttpAnswer answer{statuses[data[0] & 7], std::string(reinterpret_cast<const char *>(data) + 1, size - 1)};
    padForJson(answer.body);
    const std::size_t calls = 1 + (data[0] >> 3) % 4;
    const auto results = readRpcAnswer(parser, answer, calls);
    if (!results)
        return 0;
    if (results->size() != calls)
        std::abort();
    for (const RpcResult &result : *results) {
        if (!result)
            continue;
        static_cast<void>(parseBlockchainInfo(*result));
        static_cast<void>(parseMempoolInfo(*result));
        static_cast<void>(parseMempoolEntry(TxId(), *result));
        static_cast<void>(parseMempoolList(*result));
        static_cast<void>(parseNetworkInfo(*result, *result));
        static_cast<void>(parseSmartFee(*result));
        static_cast<void>(parseBlockStats(*result));
        static_cast<void>(parseBlockHeader(*result));
        static_cast<void>(parseZmqNotifications(*result));
        static_cast<void>(parseBlockHash(*result, "getblockhash"));
        static_cast<void>(parseRawBytes(*result, "getblock"));
        static_cast<void>(parseRawTransaction(*result));
        static_cast<void>(parseTxOut(*result));
        static_cast<void>(parseScan(*result));
        static_cast<void>(parseScanProgress(*result));
        static_cast<void>(parseAmount(*result));
    }
    return 0;
}
