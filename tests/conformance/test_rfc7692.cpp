// SPDX-License-Identifier: GPL-3.0-or-later
// permessage-deflate as seen from a client's end of the wire, against ws_echo --deflate: what sections 12 and 13 of the Autobahn test suite
// look at, and what a client can do wrong.
#include "tests/conformance/echo_program.h"
#include "tests/support/noise.h"
#include "tests/unit/gateway/client_frames.h"

#include <zlib.h>

#include <QFile>

#include <memory>

using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

constexpr unsigned rsv1 = 4;
constexpr std::size_t mega = 1024 * 1024;
const std::string flushTail("\x00\x00\xff\xff", 4);
const std::string agreed = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover";

/// As a client compresses that keeps no window.
std::string deflated(const std::string &message, int windowBits = 15, int flush = Z_SYNC_FLUSH)
{
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -windowBits, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, message.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(message.data()));
    stream.avail_in = static_cast<uInt>(message.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, flush);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return flush == Z_SYNC_FLUSH ? out.substr(0, out.size() - 4) : out;
}

/// With a window of just @p windowBits. @return empty if that is not enough, or the data are wrong.
std::string inflated(const std::string &payload, std::size_t size, int windowBits)
{
    z_stream stream{};
    inflateInit2(&stream, -windowBits);
    std::string in = payload + flushTail, out(size, '\0');
    stream.next_in = reinterpret_cast<Bytef *>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    int result = Z_OK;
    while (result == Z_OK && stream.total_out < size) { // in small steps: the output must not stand in for the window
        stream.next_out = reinterpret_cast<Bytef *>(out.data() + stream.total_out);
        stream.avail_out = static_cast<uInt>(std::min<std::size_t>(128, size - stream.total_out));
        result = inflate(&stream, Z_SYNC_FLUSH);
    }
    const bool isWhole = result == Z_OK && stream.total_out == size;
    inflateEnd(&stream);
    return isWhole ? out : std::string();
}

std::string deflatedFrame(const std::string &payload, bool fin = true, unsigned opcode = 1)
{
    return ClientFrame{opcode, payload, fin, true, rsv1}.bytes();
}

std::string sentence(std::size_t size)
{
    std::string text;
    for (std::size_t n = 0; text.size() < size; ++n)
        text += "{\"id\":" + std::to_string(n * n % 9973) + ",\"name\":\"sat\xc3\xb6shi\"},";
    text.resize(size, '.');
    if (size > 0 && (static_cast<unsigned char>(text.back()) & 0x80) != 0)
        text.replace(size - std::min<std::size_t>(2, size), 2, "..").resize(size);
    return text;
}

} // namespace

class Rfc7692Test : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_echo = std::make_unique<EchoProgram>(QStringList{QStringLiteral("--deflate")}); }
    void cleanupTestCase() { m_echo.reset(); }

    void negotiation_data();
    void negotiation();
    void nothingIsCompressedUnasked();
    void answers_data();
    void answers();
    void manyMessages_data();
    void manyMessages();
    void windows_data();
    void windows();
    void largeMessages();
    void bombIsDefused();

private:
    std::unique_ptr<EchoProgram> m_echo;
};

void Rfc7692Test::negotiation_data()
{
    QTest::addColumn<std::string>("offer");
    QTest::addColumn<std::string>("answer"); // "": none
    const auto row = [](const std::string &offer, const std::string &answer) { QTest::newRow(offer.c_str()) << offer << answer; };
    row("permessage-deflate", agreed);
    row("permessage-deflate; client_max_window_bits", agreed);
    row("permessage-deflate; client_no_context_takeover; client_max_window_bits", agreed);
    row("permessage-deflate; server_no_context_takeover", agreed);
    row("permessage-deflate; server_max_window_bits=9", agreed + "; server_max_window_bits=9");
    row("permessage-deflate; server_max_window_bits=15; client_max_window_bits=9", agreed + "; server_max_window_bits=15");
    row("permessage-deflate; server_max_window_bits=8", "");
    row("permessage-deflate; server_max_window_bits=16", "");
    row("permessage-deflate; foo", "");
    row("permessage-bzip2", "");
    row("permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; "
        "server_no_context_takeover, "
        "permessage-deflate",
        agreed + "; server_max_window_bits=9");
    row("permessage-deflate; foo\r\nSec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10",
        agreed + "; server_max_window_bits=10");
}

void Rfc7692Test::negotiation()
{
    QFETCH(std::string, offer);
    QFETCH(std::string, answer);
    std::string head;
    RawClient client = m_echo->connect(offer, &head);
    QVERIFY(head.starts_with("HTTP/1.1 101 "));
    QVERIFY2((head.find("\r\n" + answer + "\r\n") != std::string::npos) ||
                 (answer.empty() && head.find("Sec-WebSocket-Extensions") == std::string::npos),
             head.c_str());
    const std::string text = sentence(500);
    client.send(textFrame(text));
    const RawClient::Frame frame = client.readMessage();
    QCOMPARE(frame.isDeflated, !answer.empty());
    QCOMPARE(frame.isDeflated ? inflated(frame.payload, text.size(), 15) : frame.payload, text);
}

void Rfc7692Test::nothingIsCompressedUnasked()
{
    RawClient client = m_echo->connect();
    client.send(textFrame(sentence(5000)) + deflatedFrame(deflated("Hello")));
    QVERIFY(!client.readMessage().isDeflated);
    QCOMPARE(heard(client), "close(1002)end"s);
}

void Rfc7692Test::answers_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("answer");
    const auto goes = [](const char *name, const std::string &bytes, const std::string &answer) {
        QTest::newRow(name) << bytes + closeFrame(1000) << answer + "close(1000)end";
    };
    const auto fails = [](const char *name, const std::string &bytes, unsigned code) {
        QTest::newRow(name) << bytes << "close(" + std::to_string(code) + ")end";
    };
    const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
    goes("one block", deflatedFrame(hello), "text(Hello)");
    goes("fragments", deflatedFrame(hello.substr(0, 3), false) + continuation(hello.substr(3), true), "text(Hello)");
    goes("ping between fragments",
         deflatedFrame(hello.substr(0, 3), false) + ClientFrame{9, "p"}.bytes() + continuation(hello.substr(3), true),
         "pong(p)text(Hello)");
    goes("empty", deflatedFrame("\x00"s), "text()");
    goes("last block", deflatedFrame(deflated("Hello", 15, Z_FINISH) + '\0'), "text(Hello)");
    goes("stored block", deflatedFrame("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "text(Hello)");
    goes("not compressed", textFrame("Hello"), "text(Hello)");
    goes("compressed binary", deflatedFrame(hello, true, 2), "binary(Hello)");

    fails("second message leans on the first", deflatedFrame("\xf2\x00\x11\x00\x00"s), 1007);
    fails("no deflate stream", deflatedFrame("this is none"), 1007);
    fails("cut short", deflatedFrame(deflated(sentence(2000)).substr(0, 50)), 1007);
    fails("text that is none", deflatedFrame(deflated("abc\xed\xa0\x80")), 1007);
    fails("text that is none, not finished", deflatedFrame(deflated("abc\xed\xa0\x80") + flushTail, false), 1007);
    fails("compressed ping", ClientFrame{9, "p", true, true, rsv1}.bytes(), 1002);
    fails("compressed continuation", deflatedFrame(hello.substr(0, 3), false) + deflatedFrame(hello.substr(3), true, 0), 1002);
    fails("second reserved bit", ClientFrame{1, hello, true, true, 2}.bytes(), 1002);
    fails("third reserved bit", ClientFrame{1, hello, true, true, 5}.bytes(), 1002);
}

void Rfc7692Test::answers()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, answer);
    for (const std::size_t chop : {bytes.size(), std::size_t(1)}) {
        RawClient client = m_echo->connect("permessage-deflate");
        for (std::size_t at = 0; at < bytes.size(); at += chop)
            client.send(std::string_view(bytes).substr(at, chop));
        QCOMPARE(heard(client), answer);
    }
}

void Rfc7692Test::manyMessages_data()
{
    QTest::addColumn<unsigned>("opcode");
    QTest::addColumn<std::size_t>("size");
    QTest::addColumn<std::size_t>("fragment"); // 0: none
    for (const std::size_t size : {16u, 64u, 256u, 1024u, 4096u, 8192u, 16'384u, 32'768u, 65'536u, 131'072u}) {
        QTest::addRow("12 text of %zu bytes", size) << 1u << size << std::size_t(0);
        QTest::addRow("12 binary of %zu bytes", size) << 2u << size << std::size_t(0);
    }
    QTest::addRow("12 text of 128 KB in fragments of 256 bytes") << 1u << std::size_t(131'072) << std::size_t(256);
}

void Rfc7692Test::manyMessages()
{
    QFETCH(unsigned, opcode);
    QFETCH(std::size_t, size);
    QFETCH(std::size_t, fragment);
    const std::string message = opcode == 1 ? sentence(size) : tipwatch::noise(size);
    const std::string payload = deflated(message);
    std::string bytes;
    for (std::size_t at = 0; fragment > 0 && at < payload.size(); at += fragment)
        bytes += ClientFrame{at == 0 ? opcode : 0, payload.substr(at, fragment), at + fragment >= payload.size(), true,
                             at == 0 ? rsv1 : 0}
                     .bytes();
    if (fragment == 0)
        bytes = deflatedFrame(payload, true, opcode);
    RawClient client = m_echo->connect("permessage-deflate; client_max_window_bits");
    for (int i = 0; i < 100; ++i) {
        client.send(bytes);
        const RawClient::Frame frame = client.readMessage();
        QCOMPARE(frame.opcode, opcode);
        QCOMPARE(frame.isDeflated, opcode == 1 && size >= 256); // noise gets no shorter
        QVERIFY((frame.isDeflated ? inflated(frame.payload, size, 15) : frame.payload) == message);
    }
}

void Rfc7692Test::windows_data()
{
    QTest::addColumn<int>("server");
    QTest::addColumn<int>("client");
    for (int bits = 9; bits <= 15; ++bits) {
        QTest::addRow("13 server %d", bits) << bits << 15;
        QTest::addRow("13 client %d", bits) << 15 << bits;
    }
}

void Rfc7692Test::windows()
{
    QFETCH(int, server);
    QFETCH(int, client);
    RawClient raw = m_echo->connect("permessage-deflate; server_max_window_bits=" + std::to_string(server) +
                                    "; client_max_window_bits=" + std::to_string(client));
    for (const std::size_t size : {300u, 3000u, 194'056u}) {
        const std::string text = sentence(size);
        raw.send(deflatedFrame(deflated(text, client)));
        const RawClient::Frame frame = raw.readMessage();
        QVERIFY(frame.isDeflated);
        QVERIFY(inflated(frame.payload, size, server) == text);
    }
}

void Rfc7692Test::largeMessages()
{
    const std::string text = sentence(32 * mega);
    RawClient client = m_echo->connect("permessage-deflate");
    client.send(deflatedFrame(deflated(text)));
    const RawClient::Frame frame = client.readMessage();
    QVERIFY(frame.isDeflated);
    QVERIFY(inflated(frame.payload, text.size(), 15) == text);
}

void Rfc7692Test::bombIsDefused()
{
    const auto peakKb = [this] {
        QFile file(QStringLiteral("/proc/%1/status").arg(m_echo->pid()));
        const QByteArray status = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        const auto at = status.indexOf("VmHWM:");
        return status.mid(at + 6, status.indexOf("kB", at) - at - 6).trimmed().toLong();
    };
    const std::string bomb = deflated(std::string(1024 * mega, '\0'));
    QVERIFY(bomb.size() < 2 * mega);
    const long before = peakKb();
    RawClient client = m_echo->connect("permessage-deflate");
    client.send(deflatedFrame(bomb, true, 2));
    QVERIFY(heard(client).starts_with("close(1009)"));
    QVERIFY2(peakKb() - before < 128 * 1024, std::to_string(peakKb() - before).c_str());
}

QTEST_GUILESS_MAIN(Rfc7692Test)
#include "test_rfc7692.moc"
