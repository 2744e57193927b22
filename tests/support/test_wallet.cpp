// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/test_wallet.h"

#include "server/sources/bitcoin/double_sha256.h"

#include <QCryptographicHash>
#include <QJsonObject>

#include <cmath>

using namespace Qt::StringLiterals;

namespace tipwatch {
namespace {

constexpr char opTrue = 0x51;
constexpr int coinbaseMaturity = 100;

QByteArray scriptPubKey()
{
    return QByteArray::fromHex("0020") + QCryptographicHash::hash(QByteArray(1, opTrue), QCryptographicHash::Sha256);
}

template <class Int> void appendLittle(std::string &out, Int value)
{
    for (std::size_t i = 0; i < sizeof value; ++i)
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
}

void appendCompact(std::string &out, std::size_t size)
{
    if (size < 253) {
        out.push_back(static_cast<char>(size));
    } else if (size < 65536) {
        out.push_back(static_cast<char>(253));
        appendLittle(out, static_cast<std::uint16_t>(size));
    } else {
        out.push_back(static_cast<char>(254));
        appendLittle(out, static_cast<std::uint32_t>(size));
    }
}

void appendOutput(std::string &out, Satoshi value, const QByteArray &script)
{
    appendLittle(out, value.value);
    appendCompact(out, static_cast<std::size_t>(script.size()));
    out.append(script.constData(), static_cast<std::size_t>(script.size()));
}

QByteArray dataScript(std::size_t size)
{
    std::string script("\x6a", 1); // OP_RETURN
    script.push_back('\x4d');      // OP_PUSHDATA2
    appendLittle(script, static_cast<std::uint16_t>(size));
    script.append(size, 'x');
    return QByteArray::fromStdString(script);
}

std::string toHex(const std::string &bytes)
{
    return QByteArray::fromStdString(bytes).toHex().toStdString();
}

} // namespace

QString TestWallet::descriptor()
{
    return u"raw("_s + QString::fromLatin1(scriptPubKey().toHex()) + u")"_s;
}

QStringList TestWallet::mine(int count)
{
    QStringList hashes;
    if (const auto answer = m_node.call("generatetodescriptor", {count, descriptor()})) {
        for (const QJsonValue &hash : answer->toArray())
            hashes << hash.toString();
    }
    return hashes;
}

QString TestWallet::mineEmpty()
{
    const auto answer = m_node.call("generateblock", {descriptor(), QJsonArray()});
    return answer ? answer->toObject()[u"hash"_s].toString() : QString();
}

void TestWallet::refresh()
{
    m_coins.clear();
    const auto answer = m_node.call("scantxoutset", {u"start"_s, QJsonArray{descriptor()}});
    if (!answer)
        return;
    const int height = answer->toObject()[u"height"_s].toInt();
    for (const QJsonValue &unspent : answer->toObject()[u"unspents"_s].toArray()) {
        const QJsonObject coin = unspent.toObject();
        // Before Core 25 the node does not say which are coinbases; then all have to be old enough.
        if (coin[u"coinbase"_s].toBool(true) && coin[u"height"_s].toInt() > height + 1 - coinbaseMaturity)
            continue;
        const auto txid = TxId::fromHex(coin[u"txid"_s].toString().toStdString());
        const auto value = static_cast<std::int64_t>(std::llround(coin[u"amount"_s].toDouble() * 1e8));
        m_coins.push_back({*txid, static_cast<std::uint32_t>(coin[u"vout"_s].toInt()), Satoshi(value)});
    }
}

std::optional<TestWallet::Coin> TestWallet::takeCoin()
{
    if (m_coins.empty())
        return std::nullopt;
    const Coin coin = m_coins.front();
    m_coins.pop_front();
    return coin;
}

TestWallet::Payment TestWallet::makePayment(std::vector<Coin> inputs, std::size_t outputs, Satoshi fee, std::size_t dataSize)
{
    Payment payment;
    payment.fee = fee;
    Satoshi total;
    std::string body;
    appendCompact(body, inputs.size());
    for (const Coin &coin : inputs) {
        total += coin.value;
        body.append(reinterpret_cast<const char *>(coin.txid.bytes().data()), 32);
        appendLittle(body, coin.index);
        appendCompact(body, 0);
        appendLittle(body, std::uint32_t(0xfffffffd)); // replaceable (BIP 125)
    }
    const Satoshi share((total.value - fee.value) / static_cast<std::int64_t>(outputs));
    payment.fee = Satoshi(total.value - share.value * static_cast<std::int64_t>(outputs));
    appendCompact(body, outputs + (dataSize > 0 ? 1 : 0));
    for (std::size_t i = 0; i < outputs; ++i)
        appendOutput(body, share, scriptPubKey());
    if (dataSize > 0)
        appendOutput(body, Satoshi(0), dataScript(dataSize));

    std::string witness;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        witness.append({1, 1, opTrue}); // one item of one byte: the script
    std::string version, lockTime;
    appendLittle(version, std::uint32_t(2));
    appendLittle(lockTime, std::uint32_t(0));

    const std::string stripped = version + body + lockTime;
    payment.txid = TxId(doubleSha256({{reinterpret_cast<const std::uint8_t *>(stripped.data()), stripped.size()}}));
    payment.hex = toHex(version + std::string("\0\1", 2) + body + witness + lockTime);
    for (std::size_t i = 0; i < outputs; ++i)
        payment.outputs.push_back({payment.txid, static_cast<std::uint32_t>(i), share});
    payment.inputs = std::move(inputs);
    return payment;
}

bool TestWallet::send(const Payment &payment)
{
    return sendAll({payment}) == 1;
}

int TestWallet::sendAll(const std::vector<Payment> &payments)
{
    std::vector<QJsonArray> params;
    for (const Payment &payment : payments)
        params.push_back({QString::fromStdString(payment.hex), 0});
    const std::vector<QJsonValue> answers = m_node.batch("sendrawtransaction", params);
    int taken = 0;
    for (std::size_t i = 0; i < payments.size(); ++i) {
        if (!answers[i].isString())
            continue;
        ++taken;
        keep(payments[i].outputs);
    }
    return taken;
}

} // namespace tipwatch
