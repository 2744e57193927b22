// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/transaction_decoder.h"

#include "server/sources/bitcoin/transaction_format.h"
#include "shared/domain/transaction.h"

namespace tipwatch {
namespace {

enum Opcode : std::uint8_t {
    OP_0 = 0x00,
    OP_1 = 0x51,
    OP_16 = 0x60,
    OP_RETURN = 0x6a,
    OP_DUP = 0x76,
    OP_EQUAL = 0x87,
    OP_EQUALVERIFY = 0x88,
    OP_HASH160 = 0xa9,
    OP_CHECKSIG = 0xac,
    OP_CHECKMULTISIG = 0xae
};

constexpr bool isPubKeySize(std::uint8_t size)
{
    return size == 33 || size == 65;
}

bool isMultisig(std::span<const std::uint8_t> script)
{
    if (script.size() < 3 || script.back() != OP_CHECKMULTISIG)
        return false;
    const std::uint8_t required = script[0], total = script[script.size() - 2];
    if (required < OP_1 || required > OP_16 || total < required || total > OP_16)
        return false;
    std::size_t keys = 0, at = 1;
    const std::size_t end = script.size() - 2;
    while (at < end && isPubKeySize(script[at])) {
        at += 1u + script[at];
        ++keys;
    }
    return at == end && keys == static_cast<std::size_t>(total - OP_1 + 1);
}

ScriptKind witnessKindOf(std::span<const std::uint8_t> script)
{
    const std::uint8_t version = script[0];
    const std::size_t size = script.size() - 2;
    if (version == OP_0 && size == 20)
        return ScriptKind::WitnessPubKeyHash;
    if (version == OP_0 && size == 32)
        return ScriptKind::WitnessScriptHash;
    if (version == OP_1 && size == 32)
        return ScriptKind::Taproot;
    if (version == OP_1 && size == 2 && script[2] == 0x4e && script[3] == 0x73)
        return ScriptKind::Anchor;
    return ScriptKind::Other;
}

class Builder {
public:
    explicit Builder(DecodedTransaction &transaction) : m_transaction(transaction) {}

    void version(std::uint32_t version) { m_transaction.version = version; }
    void inputs(std::uint64_t count) { m_transaction.inputs.reserve(static_cast<std::size_t>(count)); }
    void outputs(std::uint64_t count) { m_transaction.outputs.reserve(static_cast<std::size_t>(count)); }
    void witness(std::size_t input) { m_transaction.inputs[input].hasWitness = true; }
    void lockTime(std::uint32_t lockTime) { m_transaction.lockTime = lockTime; }

    void input(std::span<const std::uint8_t> prevout, std::span<const std::uint8_t>, std::uint32_t sequence)
    {
        TxId::Bytes txid;
        std::copy_n(prevout.begin(), 32, txid.begin());
        const auto index = static_cast<std::uint32_t>(prevout[32] | prevout[33] << 8 | prevout[34] << 16) |
                           static_cast<std::uint32_t>(prevout[35]) << 24;
        m_transaction.inputs.push_back({TxId(txid), index, sequence, false});
    }

    void output(Satoshi value, std::span<const std::uint8_t> script)
    {
        m_transaction.value += value;
        m_transaction.outputs.push_back({value, scriptKindOf(script), script});
    }

private:
    DecodedTransaction &m_transaction;
};

} // namespace

ScriptKind scriptKindOf(std::span<const std::uint8_t> script)
{
    const std::size_t size = script.size();
    if (size == 0)
        return ScriptKind::Other;
    if (script[0] == OP_RETURN)
        return ScriptKind::NullData;
    if (size >= 4 && size <= 42 && (script[0] == OP_0 || (script[0] >= OP_1 && script[0] <= OP_16)) && script[1] == size - 2)
        return witnessKindOf(script);
    if (size == 25 && script[0] == OP_DUP && script[1] == OP_HASH160 && script[2] == 20 && script[23] == OP_EQUALVERIFY &&
        script[24] == OP_CHECKSIG)
        return ScriptKind::PubKeyHash;
    if (size == 23 && script[0] == OP_HASH160 && script[1] == 20 && script[22] == OP_EQUAL)
        return ScriptKind::ScriptHash;
    if (isPubKeySize(script[0]) && size == script[0] + 2u && script[size - 1] == OP_CHECKSIG)
        return ScriptKind::PubKey;
    return isMultisig(script) ? ScriptKind::Multisig : ScriptKind::Other;
}

std::uint16_t DecodedTransaction::flags() const
{
    constexpr std::uint32_t firstNotReplaceable = 0xfffffffe; // BIP 125
    MempoolEntry entry;
    for (const TxInput &input : inputs) {
        if (input.sequence < firstNotReplaceable)
            entry.set(TxFlag::SignalsRbf);
        if (input.hasWitness)
            entry.set(TxFlag::Segwit);
    }
    for (const TxOutput &output : outputs) {
        if (output.kind == ScriptKind::Taproot)
            entry.set(TxFlag::Taproot);
        if (output.kind == ScriptKind::NullData)
            entry.set(TxFlag::DataCarrier);
    }
    return entry.flags;
}

Result<DecodedTransaction> decodeTransaction(std::span<const std::uint8_t> raw)
{
    ByteReader reader(raw);
    DecodedTransaction transaction;
    Builder builder(transaction);
    const TransactionFormat format = readTransaction(reader, builder);
    if (!reader.hasFailed() && reader.remaining() > 0)
        reader.fail("something follows", "the transaction");
    if (reader.hasFailed())
        return failure("malformed transaction: " + reader.problem());
    transaction.txid = format.txid(reader);
    transaction.wtxid = format.wtxid(reader);
    transaction.size = format.size();
    transaction.weight = format.weight();
    transaction.vsize = vsizeOf(transaction.weight);
    const TxInput &first = transaction.inputs.front();
    transaction.isCoinbase = transaction.inputs.size() == 1 && first.previousTxid.isNull() && first.previousIndex == 0xffffffff;
    return transaction;
}

} // namespace tipwatch
