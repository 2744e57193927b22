// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/simulated/transaction_shape.h"

#include "server/sources/simulated/random.h"

#include <algorithm>

namespace tipwatch::simulated {

namespace {

constexpr std::int32_t frameSize = 10; ///< version, lock time, counts
constexpr double coin = 1e8;

constexpr std::uint16_t bit(TxFlag flag)
{
    return static_cast<std::uint16_t>(flag);
}

/// What one input and one output of a script type take, in bytes.
struct Script {
    std::int32_t input;
    std::int32_t witness;
    std::int32_t output;
    std::uint16_t flags;
};

constexpr Script p2wpkh{41, 108, 31, bit(TxFlag::Segwit)};
constexpr Script wrapped{64, 108, 32, bit(TxFlag::Segwit)}; // P2SH-P2WPKH
constexpr Script p2pkh{148, 0, 34, 0};
constexpr Script p2tr{41, 66, 43, bit(TxFlag::Segwit) | bit(TxFlag::Taproot)};
constexpr Script multisig{41, 254, 43, bit(TxFlag::Segwit)}; // P2WSH, two of three

TransactionShape spend(Script from, std::int32_t inputs, std::int32_t outputs, Random &random)
{
    TransactionShape shape;
    shape.inputs = inputs;
    shape.outputs = outputs;
    shape.baseSize = frameSize + inputs * from.input + outputs * from.output + (inputs > 252 ? 2 : 0) + (outputs > 252 ? 2 : 0);
    if (from.witness > 0) {
        // Half of all ECDSA signatures are a byte shorter than the other half.
        const auto shorter = from.witness == p2tr.witness ? 0 : random.below(static_cast<std::uint64_t>(inputs) + 1);
        shape.witnessSize = 2 + inputs * from.witness - static_cast<std::int32_t>(shorter);
    }
    shape.flags = from.flags;
    if (random.chance(0.7))
        shape.flags |= bit(TxFlag::SignalsRbf);
    return shape;
}

TransactionShape payment(Script from, std::int32_t inputs, std::int32_t outputs, Random &random)
{
    TransactionShape shape = spend(from, inputs, outputs, random);
    if (from.output == p2wpkh.output && random.chance(0.2)) // paid to another kind of address
        shape.baseSize += random.chance(0.5) ? p2tr.output - p2wpkh.output : p2pkh.output - p2wpkh.output;
    return shape;
}

/// Heavy-tailed, from @p least up to @p most.
std::int32_t many(std::int32_t least, std::int32_t most, double exponent, Random &random)
{
    const double drawn = least * std::pow(1 - random.uniform(), -1 / exponent);
    return static_cast<std::int32_t>(std::min<double>(drawn, most));
}

TransactionShape token(Random &random)
{
    TransactionShape shape = spend(p2tr, 1 + static_cast<std::int32_t>(random.below(2)), 3, random);
    shape.baseSize += static_cast<std::int32_t>(random.below(30)) - 20; // one of the outputs is the OP_RETURN
    shape.flags |= bit(TxFlag::DataCarrier);
    return shape;
}

TransactionShape inscription(Random &random)
{
    constexpr double largest =
        390'000; // a standard transaction has at most 400,000 weight units (Bitcoin Core, MAX_STANDARD_TX_WEIGHT)
    TransactionShape shape = spend(p2tr, 1, 1, random);
    shape.witnessSize += 100 + static_cast<std::int32_t>(std::min(random.logNormal(1100, 1.7), largest));
    return shape;
}

TransactionShape drawShape(Random &random)
{
    const double pick = random.uniform();
    if (pick < 0.40)
        return payment(p2wpkh, 1, 2, random);
    if (pick < 0.49)
        return payment(p2wpkh, 1, 1, random);
    if (pick < 0.60)
        return payment(p2wpkh, 2 + static_cast<std::int32_t>(random.below(3)), 2, random);
    if (pick < 0.67)
        return spend(p2tr, 1 + static_cast<std::int32_t>(random.below(2)), 2, random);
    if (pick < 0.74)
        return spend(wrapped, 1 + static_cast<std::int32_t>(random.below(3)), 2, random);
    if (pick < 0.79)
        return spend(p2pkh, 1 + static_cast<std::int32_t>(random.below(2)), 2, random);
    if (pick < 0.84)
        return spend(multisig, 1 + static_cast<std::int32_t>(random.below(3)), 2, random);
    if (pick < 0.885)
        return token(random);
    if (pick < 0.925)
        return inscription(random);
    if (pick < 0.961) // batched payout of an exchange
        return payment(random.chance(0.5) ? p2wpkh : multisig, 1 + static_cast<std::int32_t>(random.below(3)),
                       many(4, 600, 0.85, random), random);
    return payment(random.chance(0.7) ? p2wpkh : p2pkh, many(5, 600, 0.95, random), 1, random); // consolidation
}

} // namespace

TransactionShape shapeOf(std::uint32_t seed)
{
    Random random(seed);
    TransactionShape shape = drawShape(random);
    const bool bare = shape.inputs == 1 && shape.outputs == 1 && shape.witnessSize > p2wpkh.witness + 2; // an inscription
    const double value = bare ? 546.0 : random.logNormal(0.02 * coin, 2.1) * std::sqrt(shape.outputs);
    shape.value = Satoshi(static_cast<std::int64_t>(std::clamp(value, 330.0 * shape.outputs, 20'000 * coin)));
    return shape;
}

Weight weightOf(std::uint32_t seed)
{
    Random random(seed);
    return drawShape(random).weight();
}

} // namespace tipwatch::simulated
