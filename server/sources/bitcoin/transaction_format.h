// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/sources/bitcoin/byte_reader.h"
#include "server/sources/bitcoin/double_sha256.h"
#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

namespace tipwatch {

inline constexpr std::int64_t maxMoney = 21'000'000ll * 100'000'000; ///< satoshi (Bitcoin Core, MAX_MONEY)

/// False for what is data only, or longer than a script may be (Bitcoin Core, CScript::IsUnspendable).
constexpr bool canBeSpent(std::span<const std::uint8_t> script)
{
    constexpr std::uint8_t opReturn = 0x6a;
    constexpr std::size_t longestScript = 10'000; // bytes (Bitcoin Core, MAX_SCRIPT_SIZE)
    return script.size() <= longestScript && (script.empty() || script[0] != opReturn);
}

/// Where the parts of a transaction lie among the bytes it was read from.
struct TransactionFormat {
    std::size_t begin = 0;
    std::size_t body = 0;    ///< of the inputs; outputs follow
    std::size_t witness = 0; ///< end of the outputs
    std::size_t lockTime = 0;
    std::size_t end = 0;

    bool hasWitness() const { return witness != lockTime; }
    std::int64_t size() const { return static_cast<std::int64_t>(end - begin); }
    /// Without marker, flag and witness.
    std::int64_t strippedSize() const { return static_cast<std::int64_t>(4 + (witness - body) + (end - lockTime)); }
    Weight weight() const { return Weight(3 * strippedSize() + size()); }

    TxId txid(const ByteReader &reader) const
    {
        if (!hasWitness())
            return TxId(doubleSha256({reader.slice(begin, end)}));
        return TxId(doubleSha256({reader.slice(begin, begin + 4), reader.slice(body, witness), reader.slice(lockTime, end)}));
    }
    WtxId wtxid(const ByteReader &reader) const { return WtxId(doubleSha256({reader.slice(begin, end)})); }
};

/// Reads one transaction (BIP 144) and hands what is in it to @p sink:
///   version(u32), inputs(count), input(prevout 36 bytes, script, sequence), outputs(count), output(value, script), witness(input index), lockTime(u32);
/// and, if it has that, the items of each input's witness before witness(): witnessItem(input index, bytes).
/// What is wrong is to be found in @p reader, and the sink has then seen a part only.
template <class Sink> TransactionFormat readTransaction(ByteReader &reader, Sink &sink)
{
    constexpr std::size_t leastInput = 36 + 1 + 4, leastOutput = 8 + 1;
    TransactionFormat format;
    format.begin = reader.position();
    sink.version(reader.integer<std::uint32_t>("the version"));

    format.body = reader.position();
    std::uint64_t inputs = reader.count(leastInput, "the number of inputs");
    bool extended = false;
    if (!reader.hasFailed() && inputs == 0) {
        // No inputs: that is the marker of BIP 144, and a flag must follow.
        const std::size_t at = reader.position();
        if (reader.integer<std::uint8_t>("the witness flag") != 1)
            reader.failAt(at, "a transaction has no inputs, or an unknown", "witness flag");
        extended = true;
        format.body = reader.position();
        inputs = reader.count(leastInput, "the number of inputs");
        if (inputs == 0)
            reader.failAt(format.body, "a transaction has", "no inputs");
    }
    sink.inputs(inputs);
    for (std::uint64_t i = 0; i < inputs && !reader.hasFailed(); ++i) {
        const auto prevout = reader.bytes(36, "an input's outpoint");
        const auto script = reader.sizedBytes("an input's script");
        const auto sequence = reader.integer<std::uint32_t>("an input's sequence");
        if (!reader.hasFailed())
            sink.input(prevout, script, sequence);
    }

    const std::size_t outputsAt = reader.position();
    const std::uint64_t outputs = reader.count(leastOutput, "the number of outputs");
    if (outputs == 0)
        reader.failAt(outputsAt, "a transaction has", "no outputs");
    sink.outputs(outputs);
    std::int64_t sum = 0;
    for (std::uint64_t i = 0; i < outputs && !reader.hasFailed(); ++i) {
        const std::size_t at = reader.position();
        const auto value = reader.integer<std::int64_t>("an output's value");
        if (value < 0 || value > maxMoney || (sum += value) > maxMoney)
            reader.failAt(at, "more money than there can be:", "an output's value");
        const auto script = reader.sizedBytes("an output's script");
        if (!reader.hasFailed())
            sink.output(Satoshi(value), script);
    }

    format.witness = reader.position();
    bool anyWitness = false;
    for (std::uint64_t i = 0; extended && i < inputs && !reader.hasFailed(); ++i) {
        const std::uint64_t items = reader.count(1, "the number of witness items");
        for (std::uint64_t item = 0; item < items && !reader.hasFailed(); ++item) {
            [[maybe_unused]] const auto bytes = reader.sizedBytes("a witness item");
            if constexpr (requires { sink.witnessItem(std::size_t(0), bytes); })
                sink.witnessItem(static_cast<std::size_t>(i), bytes);
        }
        if (items > 0 && !reader.hasFailed()) {
            anyWitness = true;
            sink.witness(static_cast<std::size_t>(i));
        }
    }
    if (extended && !anyWitness)
        reader.failAt(format.witness, "announced, but empty:", "the witness");

    format.lockTime = reader.position();
    sink.lockTime(reader.integer<std::uint32_t>("the lock time"));
    format.end = reader.position();
    return format;
}

} // namespace tipwatch
