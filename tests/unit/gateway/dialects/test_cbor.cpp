// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/cbor_reader.h"
#include "shared/protocol/cbor_writer.h"

#include <QTest>

#include <limits>

using namespace tipwatch;

/// RFC 8949, with the examples of its appendices.
class CborTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersAreWritten_data();
    void numbersAreWritten();
    void everythingElseIsWritten();
    void valuesAreRead_data();
    void valuesAreRead();
    void badBytesAreRefused_data();
    void badBytesAreRefused();
};

namespace {

template <class T> QByteArray written(T value)
{
    std::string out;
    CborWriter(out).value(value);
    return QByteArray::fromStdString(out).toHex();
}

/// {"v": the value}
tl::expected<MessageValue, RequestError> readValue(const QByteArray &hex)
{
    return readCbor(QByteArray::fromHex("a16176" + hex).toStdString());
}

} // namespace

void CborTest::numbersAreWritten_data()
{
    QTest::addColumn<QByteArray>("actual");
    QTest::addColumn<QByteArray>("expected");
    const auto row = [](const char *name, const QByteArray &actual, const char *expected) {
        QTest::newRow(name) << actual << QByteArray(expected);
    };
    row("0", written(0), "00");
    row("23", written(23), "17");
    row("24", written(24), "1818");
    row("255", written(255), "18ff");
    row("256", written(256), "190100");
    row("65536", written(65'536), "1a00010000");
    row("1000000000000", written(1'000'000'000'000), "1b000000e8d4a51000");
    row("2^64-1", written(std::numeric_limits<std::uint64_t>::max()), "1bffffffffffffffff");
    row("-1", written(-1), "20");
    row("-100", written(-100), "3863");
    row("-1000", written(-1000), "3903e7");
    row("-2^63", written(std::numeric_limits<std::int64_t>::min()), "3b7fffffffffffffff");
    row("0.0", written(0.0), "fa00000000");
    row("100000.0", written(100'000.0), "fa47c35000");
    row("1.1", written(1.1), "fb3ff199999999999a");
    row("greatest float", written(3.4028234663852886e+38), "fa7f7fffff");
    row("1e300", written(1e300), "fb7e37e43c8800759c");
    row("nan", written(std::numeric_limits<double>::quiet_NaN()), "f6");
    row("infinity", written(std::numeric_limits<double>::infinity()), "f6");
}

void CborTest::numbersAreWritten()
{
    QFETCH(QByteArray, actual);
    QTEST(actual, "expected");
}

void CborTest::everythingElseIsWritten()
{
    std::string out;
    CborWriter cbor(out);
    cbor.beginObject().member("a", true).member("b", false).key("c").null();
    cbor.key("d").beginArray().value("\xc3\xbc").value("x\xff").value(std::string(24, 'y')).endArray().endObject();
    QCOMPARE(QByteArray::fromStdString(out).toHex(),
             QByteArray("bf6161f56162f46163f661649f62c3bc6478efbfbd7818" + QByteArray(24, 'y').toHex() + "ffff"));
}

void CborTest::valuesAreRead_data()
{
    QTest::addColumn<QByteArray>("hex");
    QTest::addColumn<QByteArray>("echo");
    const auto row = [](const char *hex, const char *echo) { QTest::newRow(hex) << QByteArray(hex) << QByteArray(echo); };
    row("00", "0");
    row("17", "23");
    row("1818", "24");
    row("190100", "256");
    row("1a000f4240", "1000000");
    row("1bffffffffffffffff", "18446744073709551615");
    row("1b0000000000000001", "1"); // not the shortest form, which is no mistake
    row("20", "-1");
    row("3903e7", "-1000");
    row("3b7fffffffffffffff", "-9223372036854775808");
    row("f90001", "5.960464477539063e-08");
    row("f93e00", "1.5");
    row("f97bff", "65504");
    row("f9c400", "-4");
    row("fa47c35000", "1e+05");
    row("fb3ff199999999999a", "1.1");
    row("60", "\"\"");
    row("62c3bc", "\"\xc3\xbc\"");
    row("7f657374726561646d696e67ff", "\"streaming\"");
    row("7fff", "\"\"");
}

void CborTest::valuesAreRead()
{
    QFETCH(QByteArray, hex);
    QFETCH(QByteArray, echo);
    const auto message = readValue(hex);
    QVERIFY2(message, message ? "" : message.error().message.c_str());
    const std::optional<std::string> echoed = message->member("v")->echo(Encoding::Json);
    QCOMPARE(QByteArray::fromStdString(echoed.value_or("nothing")), echo);
}

void CborTest::badBytesAreRefused_data()
{
    QTest::addColumn<QByteArray>("cbor");
    const auto row = [](const char *name, const QByteArray &cbor) { QTest::newRow(name) << cbor; };
    const auto value = [](const QByteArray &hex) { return QByteArray::fromHex("a16176" + hex); };
    row("nothing", {});
    row("no map", QByteArray::fromHex("01"));
    row("a list", QByteArray::fromHex("80"));
    row("two values", QByteArray::fromHex("a0a0"));
    row("a byte too many", QByteArray::fromHex("a000"));
    row("key is a number", QByteArray::fromHex("a10101"));
    row("key twice", QByteArray::fromHex("a2617601617602"));
    row("key without value", QByteArray::fromHex("bf6176ff"));
    row("reserved information 28", value("1c"));
    row("reserved information 30", value("fe"));
    row("break as a value", value("ff"));
    row("break in a definite list", value("81ff"));
    row("indefinite integer", value("1f"));
    row("indefinite tag", value("df00"));
    row("simple value 0", value("e0"));
    row("simple value in a byte", value("f818"));
    row("byte string", value("4101"));
    row("tag", value("c101"));
    row("nan", value("f97e00"));
    row("infinity", value("fa7f800000"));
    row("below 64 bits", value("3bffffffffffffffff"));
    row("not UTF-8", value("61ff"));
    row("sequence across chunks", value("7f61c361bcff"));
    row("number among chunks", value("7f01ff"));
    row("chunk of chunks", value("7f7f6161ffff"));
    row("text of 2^63 bytes", value("7b8000000000000000"));
    row("list of 2^64 values", value("9bffffffffffffffff"));
    row("map of 2^64 members", QByteArray::fromHex("bbffffffffffffffff"));
    row("16 lists deep", value(QByteArray(32, '8').replace("88", "81") + "01"));
    row("30000 lists deep", value(QByteArray("9f").repeated(30'000)));
    row("too many values", value("9a000186a0" + QByteArray("00").repeated(100'000)));
    QByteArray members = QByteArray::fromHex("b841");
    for (char i = 0; i < 65; ++i)
        members += QByteArray::fromHex("62") + 'k' + static_cast<char>('0' + i) + QByteArray::fromHex("00");
    row("too many members", members);
}

void CborTest::badBytesAreRefused()
{
    QFETCH(QByteArray, cbor);
    const auto message = readCbor(cbor.toStdString());
    QVERIFY(!message);
    QCOMPARE(message.error().code, std::string_view("bad_message"));
    QVERIFY(message.error().message.starts_with("CBOR: ") && message.error().message.size() > 10);
}

QTEST_GUILESS_MAIN(CborTest)
#include "test_cbor.moc"
