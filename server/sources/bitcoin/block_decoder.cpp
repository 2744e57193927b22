// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/block_decoder.h"

#include "server/sources/bitcoin/mining_pools.h"
#include "server/sources/bitcoin/transaction_format.h"

#include <algorithm>

namespace tipwatch {
namespace {

constexpr std::size_t headerSize = 80;
constexpr std::size_t leastTransaction = 60; // one input and one output with empty scripts
constexpr std::size_t longestTag = 200;      // bytes; a coinbase script has at most 100 by consensus
constexpr std::size_t usualPayee = 28;       // bytes, between P2WPKH and P2TR

/// For all transactions: what they pay, and first to whom.
struct PaymentSink {
    void version(std::uint32_t) {}
    void inputs(std::uint64_t) {}
    void input(std::span<const std::uint8_t>, std::span<const std::uint8_t>, std::uint32_t) {}
    void outputs(std::uint64_t) {}
    void output(Satoshi amount, std::span<const std::uint8_t> outputScript)
    {
        value += amount;
        if (payee.empty() && canBeSpent(outputScript))
            payee = outputScript;
    }
    void witness(std::size_t) {}
    void lockTime(std::uint32_t) {}

    Satoshi value;
    std::span<const std::uint8_t> payee;
};

struct CoinbaseSink : PaymentSink {
    void inputs(std::uint64_t number) { inputCount = number; }
    void input(std::span<const std::uint8_t> outpoint, std::span<const std::uint8_t> inputScript, std::uint32_t)
    {
        script = inputScript;
        spendsNothing = std::all_of(outpoint.begin(), outpoint.begin() + 32, [](std::uint8_t byte) { return byte == 0; }) &&
                        std::all_of(outpoint.begin() + 32, outpoint.end(), [](std::uint8_t byte) { return byte == 0xff; });
    }

    bool isCoinbase() const { return inputCount == 1 && spendsNothing; }

    std::uint64_t inputCount = 0;
    bool spendsNothing = false;
    std::span<const std::uint8_t> script;
};

using Digest = std::array<std::uint8_t, 32>;

Digest merkleRootOf(const std::vector<BlockTransaction> &transactions)
{
    std::vector<Digest> level;
    level.reserve(transactions.size() + 1);
    for (const BlockTransaction &transaction : transactions)
        level.push_back(transaction.txid.bytes());
    while (level.size() > 1) {
        if (level.size() % 2 != 0)
            level.push_back(level.back());
        for (std::size_t i = 0; i < level.size(); i += 2)
            level[i / 2] = doubleSha256({level[i], level[i + 1]});
        level.resize(level.size() / 2);
    }
    return level.front();
}

Digest digestAt(std::span<const std::uint8_t> bytes)
{
    Digest digest{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
    return digest;
}

void readTransactions(ByteReader &reader, DecodedBlock &block)
{
    const std::size_t countAt = reader.position();
    const std::uint64_t count = reader.count(leastTransaction, "the number of transactions");
    if (count == 0)
        reader.failAt(countAt, "a block has", "no transactions");
    const std::size_t countSize = reader.position() - countAt;
    block.transactions.reserve(static_cast<std::size_t>(count));
    block.payees.reserve(static_cast<std::size_t>(count) * usualPayee);
    block.strippedSize = static_cast<std::int64_t>(headerSize + countSize);

    const auto take = [&](const TransactionFormat &format, const PaymentSink &payment) {
        if (reader.hasFailed())
            return;
        block.strippedSize += format.strippedSize();
        block.transactions.push_back({format.txid(reader), format.weight(), payment.value,
                                      static_cast<std::uint32_t>(block.payees.size()),
                                      static_cast<std::uint32_t>(payment.payee.size())});
        block.payees.insert(block.payees.end(), payment.payee.begin(), payment.payee.end());
    };
    for (std::uint64_t i = 0; i < count && !reader.hasFailed(); ++i) {
        if (i > 0) {
            PaymentSink payment;
            const TransactionFormat format = readTransaction(reader, payment);
            take(format, payment);
            continue;
        }
        CoinbaseSink coinbase;
        const std::size_t at = reader.position();
        const TransactionFormat format = readTransaction(reader, coinbase);
        take(format, coinbase);
        if (!coinbase.isCoinbase())
            reader.failAt(at, "the first transaction is", "no coinbase");
        block.coinbaseScript.assign(coinbase.script.begin(), coinbase.script.end());
        block.coinbaseValue = coinbase.value;
    }
}

/// Length of the printable UTF-8 character at the start of @p text, or 0.
/// Control characters are not printable; nor are those that only steer how others are shown, such as the bidirectional overrides.
std::size_t printableAt(std::span<const std::uint8_t> text)
{
    const std::uint8_t lead = text[0];
    if (lead < 0x80)
        return lead >= 0x20 && lead != 0x7f ? 1 : 0;
    const std::size_t length = lead >= 0xf0 && lead <= 0xf4  ? 4
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                                                             : 0;
    if (length == 0 || text.size() < length)
        return 0;
    std::uint32_t code = lead & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0xa0;
    const bool surrogate = code >= 0xd800 && code <= 0xdfff, privateUse = code >= 0xe000 && code <= 0xf8ff;
    const bool steering = code == 0xad || code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
                          (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
                          code >= 0xe0000 || (code >= 0xfff0 && code <= 0xffff);
    return code < least || surrogate || privateUse || steering ? 0 : length;
}

} // namespace

std::vector<TxId> DecodedBlock::txids() const
{
    std::vector<TxId> all;
    all.reserve(transactions.size());
    for (const BlockTransaction &transaction : transactions)
        all.push_back(transaction.txid);
    return all;
}

std::vector<ConfirmedTransaction> DecodedBlock::confirmedTransactions() const
{
    std::vector<ConfirmedTransaction> all;
    all.reserve(transactions.size());
    for (const BlockTransaction &transaction : transactions) {
        const auto payee = std::span(payees).subspan(transaction.payeeAt, transaction.payeeSize);
        all.push_back({transaction.txid, transaction.value, {payee.begin(), payee.end()}, transaction.weight});
    }
    return all;
}

Result<DecodedBlock> decodeBlock(std::span<const std::uint8_t> raw)
{
    ByteReader reader(raw);
    DecodedBlock block;
    block.size = static_cast<std::int64_t>(raw.size());
    block.version = reader.integer<std::uint32_t>("the header's version");
    block.previousHash = BlockHash(digestAt(reader.bytes(32, "the header's previous hash")));
    const Digest merkleRoot = digestAt(reader.bytes(32, "the header's merkle root"));
    block.time = reader.integer<std::uint32_t>("the header's time");
    block.bits = reader.integer<std::uint32_t>("the header's bits");
    reader.integer<std::uint32_t>("the header's nonce");
    if (reader.hasFailed())
        return failure("malformed block: " + reader.problem());
    block.hash = BlockHash(doubleSha256({raw.first(headerSize)}));

    readTransactions(reader, block);
    if (!reader.hasFailed() && reader.remaining() > 0)
        reader.fail("something follows", "the last transaction");
    if (reader.hasFailed())
        return failure("malformed block " + block.hash.toHex() + ": " + reader.problem());
    if (merkleRootOf(block.transactions) != merkleRoot)
        return failure("malformed block " + block.hash.toHex() +
                       ": the merkle root of its transactions is not that of the header, at byte 36");

    block.weight = Weight(3 * block.strippedSize + block.size);
    if (static_cast<std::int32_t>(block.version) >= 2)
        block.height = coinbaseHeightOf(block.coinbaseScript);
    block.coinbaseTag = coinbaseTagOf(block.coinbaseScript);
    block.miner = miningPoolOf({reinterpret_cast<const char *>(block.coinbaseScript.data()), block.coinbaseScript.size()});
    return block;
}

std::string coinbaseTagOf(std::span<const std::uint8_t> script)
{
    constexpr std::size_t leastRun = 4; // characters; extra nonces contain shorter runs by chance
    if (coinbaseHeightOf(script) > Height(16))
        script = script.subspan(1u + script[0]);
    std::string tag, run;
    std::size_t characters = 0;
    const auto endRun = [&] {
        const std::size_t first = run.find_first_not_of(' '), last = run.find_last_not_of(' ');
        if (characters >= leastRun && first != std::string::npos) {
            if (!tag.empty())
                tag += ' ';
            tag.append(run, first, last - first + 1);
        }
        run.clear();
        characters = 0;
    };
    for (std::size_t at = 0; at < script.size() && tag.size() + run.size() < longestTag;) {
        const std::size_t length = printableAt(script.subspan(at));
        if (length == 0) {
            endRun();
            ++at;
            continue;
        }
        run.append(reinterpret_cast<const char *>(script.data() + at), length);
        ++characters;
        at += length;
    }
    endRun();
    return tag;
}

Height coinbaseHeightOf(std::span<const std::uint8_t> script)
{
    if (script.empty())
        return unknownHeight;
    const std::uint8_t first = script[0];
    if (first == 0)
        return Height(0);
    if (first >= 0x51 && first <= 0x60) // OP_1 to OP_16
        return Height(first - 0x50);
    if (first > 4 || script.size() < 1u + first)
        return unknownHeight;
    std::uint32_t height = 0;
    for (std::size_t i = first; i > 0; --i)
        height = height << 8 | script[i];
    // A script number: the uppermost bit is the sign, and there is no needless zero byte above it.
    const std::uint8_t top = script[first];
    const bool negative = (top & 0x80) != 0;
    const bool needless = top == 0 && (first == 1 || (script[first - 1u] & 0x80) == 0);
    if (negative || needless || height <= 16)
        return unknownHeight;
    return Height(static_cast<std::int32_t>(height));
}

} // namespace tipwatch
