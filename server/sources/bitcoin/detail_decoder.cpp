// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/detail_decoder.h"

#include "server/sources/bitcoin/transaction_decoder.h"
#include "server/sources/bitcoin/transaction_format.h"

namespace tipwatch {
namespace {

Script copyOf(std::span<const std::uint8_t> bytes)
{
    return {bytes.begin(), bytes.end()};
}

class DetailSink {
public:
    explicit DetailSink(TransactionDetail &detail) : m_detail(detail) {}

    void version(std::uint32_t version) { m_detail.version = version; }
    void inputs(std::uint64_t count) { m_detail.inputs.reserve(static_cast<std::size_t>(count)); }
    void outputs(std::uint64_t count) { m_detail.outputs.reserve(static_cast<std::size_t>(count)); }
    void witness(std::size_t) {}
    void witnessItem(std::size_t input, std::span<const std::uint8_t> item)
    {
        m_detail.inputs[input].witness.push_back(copyOf(item));
    }
    void lockTime(std::uint32_t lockTime) { m_detail.lockTime = lockTime; }

    void input(std::span<const std::uint8_t> prevout, std::span<const std::uint8_t> script, std::uint32_t sequence)
    {
        TxId::Bytes txid;
        std::copy_n(prevout.begin(), txid.size(), txid.begin());
        std::uint32_t index = 0;
        for (std::size_t i = prevout.size(); i > txid.size(); --i)
            index = index << 8 | prevout[i - 1];
        m_detail.inputs.push_back({{TxId(txid), index}, sequence, copyOf(script), {}, {}});
    }

    void output(Satoshi value, std::span<const std::uint8_t> script)
    {
        m_detail.value += value;
        m_detail.outputs.push_back({value, copyOf(script)});
    }

private:
    TransactionDetail &m_detail;
};

std::uint16_t flagsOf(const TransactionDetail &detail)
{
    constexpr std::uint32_t firstNotReplaceable = 0xfffffffe; // BIP 125
    MempoolEntry entry;
    for (const TransactionInput &input : detail.inputs) {
        if (input.sequence < firstNotReplaceable)
            entry.set(TxFlag::SignalsRbf);
        if (!input.witness.empty())
            entry.set(TxFlag::Segwit);
    }
    for (const TransactionOutput &output : detail.outputs) {
        const ScriptKind kind = scriptKindOf(output.script);
        if (kind == ScriptKind::Taproot)
            entry.set(TxFlag::Taproot);
        if (kind == ScriptKind::NullData)
            entry.set(TxFlag::DataCarrier);
    }
    return entry.flags;
}

/// Reads the next one of @p reader.
TransactionDetail readDetail(ByteReader &reader)
{
    TransactionDetail detail;
    DetailSink sink(detail);
    const TransactionFormat format = readTransaction(reader, sink);
    if (reader.hasFailed())
        return detail;
    detail.txid = format.txid(reader);
    detail.wtxid = format.wtxid(reader);
    detail.size = format.size();
    detail.weight = format.weight();
    detail.vsize = vsizeOf(detail.weight);
    detail.flags = flagsOf(detail);
    return detail;
}

} // namespace

Result<TransactionDetail> decodeDetail(std::span<const std::uint8_t> raw)
{
    ByteReader reader(raw);
    TransactionDetail detail = readDetail(reader);
    if (!reader.hasFailed() && reader.remaining() > 0)
        reader.fail("something follows", "the transaction");
    if (reader.hasFailed())
        return failure("malformed transaction: " + reader.problem());
    return detail;
}

void forEachTransaction(std::span<const std::uint8_t> rawBlock, const std::function<void(const TransactionDetail &)> &visit)
{
    constexpr std::size_t headerSize = 80, leastTransaction = 60;
    ByteReader reader(rawBlock);
    reader.bytes(headerSize, "the header");
    const std::uint64_t count = reader.count(leastTransaction, "the number of transactions");
    for (std::uint64_t i = 0; i < count && !reader.hasFailed(); ++i) {
        const TransactionDetail detail = readDetail(reader);
        if (!reader.hasFailed())
            visit(detail);
    }
}

} // namespace tipwatch
