// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/transaction_outputs.h"

#include "server/sources/simulated/random.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace tipwatch::simulated {

namespace {

constexpr std::uint64_t outputStream = 0x6f7574;
constexpr std::uint64_t busyKeys = 0x62757379;
constexpr double busyShare = 0.06; ///< of outputs go to one of the busy addresses
constexpr std::uint64_t busyAddresses = 40;
constexpr std::int64_t least = 330; ///< satoshi; nodes relay nothing smaller (Bitcoin Core, dust of P2TR)

constexpr double textShare = 0.5; ///< of what OP_RETURN carries is text; the rest are hashes and the like
constexpr std::array<std::string_view, 6> texts{
    "Hello from Tipwatch",      "omni:transfer:31:2500000", "happy birthday, Satoshi", "notarised 2026-11-20", "gm",
    "https://example.org/proof"};

enum class Kind { PubKeyHash, ScriptHash, WitnessPubKeyHash, WitnessScriptHash, Taproot };

bool has(const TransactionShape &shape, TxFlag flag)
{
    return (shape.flags & static_cast<std::uint16_t>(flag)) != 0;
}

void appendRandom(Script &script, std::size_t size, Random &random)
{
    for (std::size_t i = 0; i < size; ++i)
        script.push_back(static_cast<std::uint8_t>(random.next() >> 56));
}

/// The script of @p kind for the owner whose number is @p key.
Script scriptFor(Kind kind, std::uint64_t key)
{
    Random random(key);
    const auto framed = [&](std::initializer_list<std::uint8_t> head, std::size_t size,
                            std::initializer_list<std::uint8_t> tail) {
        Script script(head);
        script.reserve(head.size() + size + tail.size());
        appendRandom(script, size, random);
        script.insert(script.end(), tail);
        return script;
    };
    switch (kind) {
    case Kind::PubKeyHash:
        return framed({0x76, 0xa9, 20}, 20, {0x88, 0xac}); // OP_DUP OP_HASH160 <hash> OP_EQUALVERIFY OP_CHECKSIG
    case Kind::ScriptHash:
        return framed({0xa9, 20}, 20, {0x87}); // OP_HASH160 <hash> OP_EQUAL
    case Kind::WitnessPubKeyHash:
        return framed({0x00, 20}, 20, {});
    case Kind::WitnessScriptHash:
        return framed({0x00, 32}, 32, {});
    case Kind::Taproot:
        return framed({0x51, 32}, 32, {});
    }
    return {};
}

bool isData(const TransactionShape &shape, std::int32_t index)
{
    return index == 0 && has(shape, TxFlag::DataCarrier);
}

Script outputScript(const TransactionShape &shape, std::uint32_t seed, std::int32_t index)
{
    Random random(mix(mix(seed, outputStream), static_cast<std::uint64_t>(index)));
    if (isData(shape, index)) {
        const auto size = static_cast<std::uint8_t>(10 + random.below(31));
        Script script{0x6a, size}; // OP_RETURN <data>
        if (!random.chance(textShare)) {
            appendRandom(script, size, random);
            return script;
        }
        const std::string_view text = texts[random.below(texts.size())];
        script.back() = static_cast<std::uint8_t>(text.size());
        for (const char c : text)
            script.push_back(static_cast<std::uint8_t>(c));
        return script;
    }
    if (has(shape, TxFlag::Taproot))
        return scriptFor(Kind::Taproot, random.next());
    if (random.chance(busyShare)) {
        const std::uint64_t number = random.below(busyAddresses);
        return scriptFor(number % 4 == 0   ? Kind::ScriptHash
                         : number % 4 == 1 ? Kind::PubKeyHash
                                           : Kind::WitnessPubKeyHash,
                         mix(busyKeys, number));
    }
    const bool often = random.chance(0.8);
    if (has(shape, TxFlag::Segwit))
        return scriptFor(often ? Kind::WitnessPubKeyHash : Kind::WitnessScriptHash, random.next());
    return scriptFor(often ? Kind::PubKeyHash : Kind::ScriptHash, random.next());
}

} // namespace

std::vector<TransactionOutput> outputsOf(std::uint32_t seed)
{
    const TransactionShape shape = shapeOf(seed);
    Random random(mix(seed, outputStream));
    std::vector<TransactionOutput> outputs;
    outputs.reserve(static_cast<std::size_t>(shape.outputs));
    std::int64_t paid = shape.outputs - (has(shape, TxFlag::DataCarrier) ? 1 : 0);
    std::int64_t rest = shape.value.value - paid * least;
    for (std::int32_t index = 0; index < shape.outputs; ++index) {
        Satoshi value;
        if (!isData(shape, index)) {
            const double share = paid == 1 ? 1 : std::min(1.0, random.uniform(0, 2) / static_cast<double>(paid));
            const auto part = static_cast<std::int64_t>(share * static_cast<double>(rest));
            value = Satoshi(least + part);
            rest -= part;
            --paid;
        }
        outputs.push_back({value, outputScript(shape, seed, index)});
    }
    return outputs;
}

Script payeeOf(std::uint32_t seed)
{
    const TransactionShape shape = shapeOf(seed);
    return outputScript(shape, seed, isData(shape, 0) ? 1 : 0);
}

Script rewardScript(std::string_view miner)
{
    std::uint64_t key = busyKeys;
    for (const char c : miner)
        key = mix(key, static_cast<std::uint8_t>(c));
    return scriptFor(Kind::WitnessPubKeyHash, key);
}

} // namespace tipwatch::simulated
