// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/period_loader.h"

#include "server/sources/bitcoin/log.h"
#include "server/sources/bitcoin/rpc_parser.h"

namespace tipwatch {

void PeriodLoader::look()
{
    if (m_asking || m_refused)
        return;
    std::vector<RpcCall> calls;
    for (const Height height : m_link.store.wantedHeaders())
        calls.push_back({"getblockhash", "[" + std::to_string(height.value) + "]"});
    if (calls.empty())
        return;
    m_asking = true;
    m_link.rpc.batch(std::move(calls), [this](const Answers &answers) {
        if (!cameThrough(answers))
            return;
        std::vector<BlockHash> hashes;
        for (const RpcResult &answer : *answers) {
            if (!answer)
                continue;
            if (const auto hash = parseBlockHash(*answer, "getblockhash"))
                hashes.push_back(*hash);
        }
        if (!hashes.empty())
            askHeaders(hashes);
    });
}

/// The watching goes on without; whether the node is there at all is others' to find out.
bool PeriodLoader::cameThrough(const Answers &answers)
{
    m_asking = false;
    if (answers)
        return true;
    m_refused = answers.error().kind == RpcError::Kind::Forbidden;
    qCInfo(lcBitcoin, "difficulty.unknown why=\"%s\"", answers.error().message.c_str());
    return false;
}

void PeriodLoader::askHeaders(const std::vector<BlockHash> &hashes)
{
    m_asking = true;
    std::vector<RpcCall> calls;
    for (const BlockHash &hash : hashes)
        calls.push_back({"getblockheader", hashParams(hash)});
    m_link.rpc.batch(std::move(calls), [this](const Answers &answers) {
        if (!cameThrough(answers))
            return;
        for (const RpcResult &answer : *answers) {
            if (!answer)
                continue;
            const auto header = parseBlockHeader(*answer);
            if (!header)
                qCWarning(lcBitcoin, "difficulty.unusable why=\"%s\"", header.error().message.c_str());
            else if (header->confirmations > 0)
                m_link.store.learnHeader({header->height, header->time, header->bits}, m_link.clock.unixMs());
        }
    });
}

} // namespace tipwatch
