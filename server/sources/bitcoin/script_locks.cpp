// SPDX-License-Identifier: GPL-3.0-or-later
// RIPEMD-160 is called legacy by OpenSSL's providers, and not to be had from all of them.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "server/sources/bitcoin/script_locks.h"

#include "server/sources/bitcoin/detail_decoder.h"

#include <openssl/ripemd.h>
#include <openssl/sha.h>

#include <array>
#include <initializer_list>
#include <optional>

namespace tipwatch {
namespace {

using Bytes = std::span<const std::uint8_t>;

enum Opcode : std::uint8_t {
    OP_0 = 0x00,
    OP_PUSHDATA1 = 0x4c,
    OP_PUSHDATA2 = 0x4d,
    OP_DUP = 0x76,
    OP_EQUAL = 0x87,
    OP_EQUALVERIFY = 0x88,
    OP_HASH160 = 0xa9,
    OP_CHECKSIG = 0xac
};

constexpr std::uint8_t hashSize = 20, wideHashSize = 32; // bytes

std::array<std::uint8_t, 32> sha256(Bytes bytes)
{
    std::array<std::uint8_t, 32> digest;
    SHA256(bytes.data(), bytes.size(), digest.data());
    return digest;
}

std::array<std::uint8_t, 20> hash160(Bytes bytes)
{
    const auto once = sha256(bytes);
    std::array<std::uint8_t, 20> digest;
    RIPEMD160(once.data(), once.size(), digest.data());
    return digest;
}

Script joined(std::initializer_list<std::uint8_t> before, Bytes middle, std::initializer_list<std::uint8_t> after = {})
{
    Script script(before);
    script.insert(script.end(), middle.begin(), middle.end());
    script.insert(script.end(), after);
    return script;
}

/// The last thing that @p script pushes, if it does nothing but push; enough for what P2PKH and P2SH show (Bitcoin Core, CScript::GetOp).
std::optional<Bytes> lastPush(Bytes script)
{
    std::optional<Bytes> last;
    std::size_t at = 0;
    while (at < script.size()) {
        const std::uint8_t opcode = script[at++];
        std::size_t size = opcode;
        if (opcode > OP_PUSHDATA2) {
            last.reset(); // a small number, or no push
            continue;
        }
        const std::size_t lengthBytes = opcode == OP_PUSHDATA1 ? 1 : opcode == OP_PUSHDATA2 ? 2 : 0;
        if (script.size() - at < lengthBytes)
            return std::nullopt;
        if (lengthBytes > 0) {
            size = script[at] | (lengthBytes == 2 ? script[at + 1] << 8 : 0);
            at += lengthBytes;
        }
        if (script.size() - at < size)
            return std::nullopt;
        last = script.subspan(at, size);
        at += size;
    }
    return last;
}

bool isPublicKey(Bytes bytes)
{
    return (bytes.size() == 33 && (bytes[0] == 2 || bytes[0] == 3)) || (bytes.size() == 65 && bytes[0] == 4);
}

} // namespace

std::vector<Script> locksShownBy(const TransactionInput &input)
{
    std::vector<Script> locks;
    if (input.previous.isNull())
        return locks;
    if (input.script.empty()) {
        if (input.witness.empty())
            return locks;
        const Script &shown = input.witness.back();
        if (input.witness.size() == 2 && shown.size() == 33 && isPublicKey(shown))
            locks.push_back(joined({OP_0, hashSize}, hash160(shown)));
        locks.push_back(joined({OP_0, wideHashSize}, sha256(shown)));
        return locks;
    }
    const auto shown = lastPush(input.script);
    if (!shown || shown->empty())
        return locks;
    const auto hash = hash160(*shown);
    if (isPublicKey(*shown) && input.witness.empty())
        locks.push_back(joined({OP_DUP, OP_HASH160, hashSize}, hash, {OP_EQUALVERIFY, OP_CHECKSIG}));
    locks.push_back(joined({OP_HASH160, hashSize}, hash, {OP_EQUAL}));
    return locks;
}

ScriptTransaction scriptTransactionOf(const TransactionDetail &detail)
{
    auto spends = std::make_shared<std::vector<SpentOutput>>();
    spends->reserve(detail.inputs.size());
    for (const TransactionInput &input : detail.inputs)
        spends->push_back({input.previous, locksShownBy(input)});
    return {detail.txid, std::make_shared<const std::vector<TransactionOutput>>(detail.outputs), std::move(spends)};
}

std::vector<ScriptTransaction> concernedBy(std::span<const std::uint8_t> rawBlock, const ScriptWatch &watch)
{
    std::vector<ScriptTransaction> concerned;
    if (watch.isEmpty())
        return concerned;
    forEachTransaction(rawBlock, [&](const TransactionDetail &detail) {
        if (ScriptTransaction transaction = scriptTransactionOf(detail); watch.concerns(transaction))
            concerned.push_back(std::move(transaction));
    });
    return concerned;
}

} // namespace tipwatch
