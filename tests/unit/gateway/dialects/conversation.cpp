// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/unit/gateway/dialects/conversation.h"

#include "tests/unit/gateway/dialects/stream_samples.h"

namespace tipwatch {

namespace {

std::vector<std::string> canonicalMessages()
{
    return {
        R"({"op":"subscribe","id":1,"channels":["tip",{"name":"txs","filter":{"minFeerate":20}}],"since":{"epoch":"0123456789abcdef","seq":8000}})",
        R"({"op":"subscribe","id":"b","channels":[{"name":"blocks","last":10},"mempool","fees","network","nodes","metrics","status"]})",
        R"({"op":"subscribe","id":3,"channels":[{"name":"txs","filter":{"address":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4","flags":["rbf","segwit"],"minValue":100000000}}]})",
        R"({"op":"subscribe","id":4,"channels":[{"name":"nodes","filter":{"ids":[3,7],"bounds":{"north":10,"south":-40,"east":-170,"west":170}}}]})",
        R"({"op":"unsubscribe","id":5,"channels":["txs"]})",
        R"({"op":"snapshot","id":6,"channels":["mempool"]})",
        R"({"op":"ping","timestamp":1763625600123})",
        R"({"op":"ping","id":8,"timestamp":1.5})",
        R"({"op":"auth","id":9,"token":"eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"})",
        R"({"type":"ping","timestamp":1763625600123})",
        "hello",
        R"({"op":"ping")",
        R"({"op":"ping","op":"ping"})",
        R"({"id":11})",
        R"({"op":"dance","id":12})",
        R"({"op":"subscribe","id":13,"channels":"tip"})",
        R"({"op":"subscribe","id":14,"channels":[5,{"filter":{}}]})",
        R"({"op":"subscribe","id":15,"channels":["gossip","prices:BTCUSD","projected:0","alerts","track:tx:00","tip"]})",
        R"({"op":"subscribe","id":16,"channels":[{"name":"tip","filter":{"minFeerate":1}},{"name":"txs","filter":{"minFeerate":"many"}}]})",
        R"({"op":"subscribe","id":17,"channels":[{"name":"txs","filter":{"address":"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"}}]})",
        R"({"op":"subscribe","id":18,"channels":["tip"],"since":8000})",
        R"({"op":"auth","id":19})",
        R"({"op":"ping","id":[20]})",
        R"({"op":"subscribe","id":21,"channels":["track:tx:6849819fb4be513b7dfa1f08405ba777a6c03fa8391947e90d7fc9b801f8ab31","track:address:0014751e76e8199196d454941c45d1b3a323f1433bd6"]})",
        R"({"op":"subscribe","id":22,"channels":["track:address:tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx","track:block:1","track"]})",
    };
}

std::vector<std::string> indexerMessages()
{
    return {
        R"({"action":"subscribe","channels":["newBlocks","newTxs"]})",
        R"({"action":"unsubscribe","channels":["newBlocks"]})",
        R"({"action":"subscribe","channels":["newUncles"]})",
        R"({"action":"dance","channels":[]})",
        "hello",
    };
}

std::vector<std::string> statesMessages()
{
    return {
        R"({"method":"state_stream.subscribe","params":["metrics"],"id":1})",
        R"({"method":"state_stream.subscribe","params":["block_updates","network"],"id":"two"})",
        R"({"method":"state_stream.unsubscribe","params":["metrics"],"id":3})",
        R"({"type":"ping","timestamp":1763625600123})",
        R"({"method":"state_stream.subscribe","params":["trading"],"id":5})",
        R"({"method":"state_stream.subscribe","params":["metrics","weather"],"id":6})",
        R"({"method":"state_stream.dance","params":[],"id":7})",
        R"({"method":"state_stream.subscribe","params":"metrics","id":8})",
        R"({"method":5})",
        "hello",
    };
}

std::vector<std::string> signalsMessages()
{
    return {
        R"({"type":"subscribe","channels":["price:BTC","signals:all","signals:high","signals:type:reorg","signals:type:whale","market:summary","market:volume","market:sentiment"]})",
        R"({"type":"subscribe","channels":["signals:high","signals:type:reorg"]})",
        R"({"type":"unsubscribe","channels":["signals:high"]})",
        R"({"type":"unsubscribe","channels":["price:BTC"]})",
        R"({"type":"ping"})",
        R"({"type":"ping","timestamp":1763625600123})",
        R"({"type":"subscribe","channels":["weather","price:"]})",
        R"({"type":"subscribe","channels":"price:BTC"})",
        R"({"type":"dance","channels":[]})",
        R"({"channels":[]})",
        "hello",
    };
}

std::vector<std::string> nodesMessages()
{
    return {
        R"({"type":"ping"})",
        R"({"type":"subscribe","filter":{"nodeIds":[3],"bounds":{"north":70,"south":60,"east":-10,"west":-30},"messageTypes":["node","position"]}})",
        R"({"type":"subscribe","nodeIds":["3","7"]})",
        R"({"type":"unsubscribe"})",
        R"({"type":"request_snapshot"})",
        R"({"type":"subscribe","filter":{"bounds":{"north":70}}})",
        R"({"type":"subscribe","filter":{"messageTypes":["gossip"]}})",
        R"({"type":"subscribe","filter":{"nodeIds":["three"]}})",
        R"({"type":"dance"})",
        R"({"type":5})",
        "hello",
    };
}

} // namespace

std::vector<std::string> clientMessages(Wire wire)
{
    switch (wire) {
    case Wire::Json:
    case Wire::Cbor:
        break;
    case Wire::Indexer:
        return indexerMessages();
    case Wire::States:
        return statesMessages();
    case Wire::Signals:
        return signalsMessages();
    case Wire::Nodes:
        return nodesMessages();
    case Wire::EventStream:
        return {};
    }
    return canonicalMessages();
}

namespace {

/// As StreamProtocol does, for one that may have everything.
void answer(Dialect &dialect, const tl::expected<ClientRequest, RequestError> &request, std::vector<std::string> &answers)
{
    using Op = ClientRequest::Op;
    if (!request) {
        answers.push_back(dialect.put(request.error()));
        return;
    }
    for (const RequestError &error : request->refused)
        answers.push_back(dialect.put(error));
    if (!request->refused.empty() && request->channels.isEmpty())
        return;
    switch (request->op) {
    case Op::Subscribe:
    case Op::SetFilter:
        answers.push_back(
            dialect.put(Subscribed{*request, request->channels, samples::streamPosition, request->since.has_value()}));
        break;
    case Op::Unsubscribe:
    case Op::ClearFilter:
        answers.push_back(dialect.put(Unsubscribed{*request, {}, samples::streamPosition}));
        break;
    case Op::Ping:
        answers.push_back(dialect.put(Pong{*request}));
        break;
    case Op::Authenticate:
        answers.push_back(dialect.put(Authenticated{*request, 1'763'629'200}));
        break;
    case Op::Snapshot:
        for (const WireMessage &part :
             dialect.encode(samples::streamSnapshot(), request->channels, &request->filter, samples::streamTime))
            answers.push_back(part.payload);
        break;
    }
}

} // namespace

std::vector<std::string> answersTo(Dialect &dialect, std::string_view message, bool isBinary)
{
    std::vector<std::string> answers;
    answer(dialect, dialect.parse(message, isBinary, "main"), answers);
    std::erase(answers, std::string());
    return answers;
}

Hello sampleHello()
{
    return {"tipwatch/1.0.0", samples::streamPosition, "main", 30'000, 64 * 1024, 256, 20};
}

} // namespace tipwatch
