// SPDX-License-Identifier: GPL-3.0-or-later
// Everything that RFC 6455 asks of a server, as seen from a client's end of the wire, against ws_echo. Rows are numbered as the cases of
// the Autobahn test suite (sections 1 to 7, 9 and 10) that look at the same.
#include "tests/conformance/echo_program.h"
#include "tests/unit/gateway/client_frames.h"

#include <sys/socket.h>

#include <QFile>

#include <algorithm>
#include <memory>
#include <vector>

using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

constexpr std::size_t whole = ~std::size_t{0};
constexpr std::size_t mega = 1024 * 1024;

std::string ping(const std::string &payload)
{
    return ClientFrame{9, payload}.bytes();
}

std::string pong(const std::string &payload)
{
    return ClientFrame{10, payload}.bytes();
}

std::string binaryFrame(const std::string &payload)
{
    return ClientFrame{2, payload}.bytes();
}

/// @p payload as a message in fragments of @p size bytes.
std::string fragmented(unsigned opcode, const std::string &payload, std::size_t size)
{
    std::string bytes;
    for (std::size_t at = 0; at < payload.size(); at += size)
        bytes += ClientFrame{at == 0 ? opcode : 0, payload.substr(at, size), at + size >= payload.size()}.bytes();
    return bytes;
}

std::string repeated(const std::string &text, int count)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

/// Sends in pieces of @p chop bytes, each on its own.
void sendChopped(RawClient &client, std::string_view bytes, std::size_t chop)
{
    for (std::size_t at = 0; at < bytes.size(); at += std::min(chop, bytes.size() - at)) {
        if (!client.send(bytes.substr(at, chop)))
            return;
    }
}

} // namespace

class Rfc6455Test : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_echo = std::make_unique<EchoProgram>(); }
    void cleanupTestCase() { m_echo.reset(); }

    void handshake_data();
    void handshake();
    void answers_data();
    void answers();
    void textThatIsNone_data();
    void textThatIsNone();
    void textThatIsSome_data();
    void textThatIsSome();
    void failsFast_data();
    void failsFast();
    void closeCodes_data();
    void closeCodes();
    void serverEndsTheConnection();
    void largeMessages_data();
    void largeMessages();
    void manyMessages_data();
    void manyMessages();
    void tooLargeIs1009();
    void floodWithoutReadingCostsBoundedMemory();

private:
    std::unique_ptr<EchoProgram> m_echo;
};

void Rfc6455Test::handshake_data()
{
    QTest::addColumn<std::string>("request");
    QTest::addColumn<std::string>("status");
    const std::string good = "GET /any/path?x=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const auto without = [&](const std::string &line) {
        std::string request = good;
        return request.replace(request.find(line), request.find('\n', request.find(line)) + 1 - request.find(line), "");
    };
    const auto with = [&](const std::string &line, const std::string &other) {
        std::string request = good;
        return request.replace(request.find(line), line.size(), other);
    };
    QTest::newRow("good") << good << "101"s;
    QTest::newRow("any case") << with("Upgrade: websocket\r\nConnection: Upgrade",
                                      "uPGRADE: WebSocket\r\nconnection: keep-alive, UPGRADE")
                              << "101"s;
    QTest::newRow("no upgrade") << without("Upgrade:") << "400"s;
    QTest::newRow("no connection") << without("Connection:") << "400"s;
    QTest::newRow("no version") << without("Sec-WebSocket-Version") << "426"s;
    QTest::newRow("other version") << with("Version: 13", "Version: 8") << "426"s;
    QTest::newRow("no key") << without("Sec-WebSocket-Key") << "400"s;
    QTest::newRow("short key") << with("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBs") << "400"s;
    QTest::newRow("no host") << without("Host:") << "400"s;
    QTest::newRow("POST") << with("GET", "POST") << "405"s;
    QTest::newRow("HTTP/1.0") << with("HTTP/1.1", "HTTP/1.0") << "400"s;
}

void Rfc6455Test::handshake()
{
    QFETCH(std::string, request);
    QFETCH(std::string, status);
    RawClient client = RawClient::connectTo(m_echo->port());
    client.send(request + "\r\n");
    const std::string head = client.readUntil("\r\n\r\n");
    QVERIFY2(head.starts_with("HTTP/1.1 " + status + " "), head.c_str());
    if (status != "101")
        return;
    QVERIFY(head.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos); // RFC 6455, 1.3
    QVERIFY(head.find("Sec-WebSocket-Extensions") == std::string::npos);
    QVERIFY(head.find("Sec-WebSocket-Protocol") == std::string::npos);
}

/// Each row is sent whole, and again byte by byte; then, unless the server has ended it, the client closes with 1000.
void Rfc6455Test::answers_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("answer");
    const auto goes = [](const char *name, const std::string &bytes, const std::string &answer) {
        QTest::newRow(name) << bytes + closeFrame(1000) << answer + "close(1000)end";
    };
    const auto fails = [](const char *name, const std::string &bytes, const std::string &before = {}, unsigned code = 1002) {
        QTest::newRow(name) << bytes << before + "close(" + std::to_string(code) + ")end";
    };
    const std::string all125(125, '\xfe'), all126(126, '\xfe');
    const std::string reply125 = "125 bytes of \xfe", hello = "Hello, world!";

    goes("1.1.1 empty text", textFrame(""), "text()");
    goes("1.1.2", textFrame(std::string(125, '*')), "text(125 bytes of *)");
    goes("1.1.3", textFrame(std::string(126, '*')), "text(126 bytes of *)");
    goes("1.1.4", textFrame(std::string(127, '*')), "text(127 bytes of *)");
    goes("1.1.5", textFrame(std::string(128, '*')), "text(128 bytes of *)");
    goes("1.1.6", textFrame(std::string(65535, '*')), "text(65535 bytes of *)");
    goes("1.1.7", textFrame(std::string(65536, '*')), "text(65536 bytes of *)");
    goes("1.2.1 empty binary", binaryFrame(""), "binary()");
    goes("1.2.2", binaryFrame(all125), "binary(" + reply125 + ")");
    goes("1.2.3", binaryFrame(all126), "binary(126 bytes of \xfe)");
    goes("1.2.6", binaryFrame(std::string(65535, '\xfe')), "binary(65535 bytes of \xfe)");
    goes("1.2.7", binaryFrame(std::string(65536, '\xfe')), "binary(65536 bytes of \xfe)");

    goes("2.1 empty ping", ping(""), "pong()");
    goes("2.2 ping", ping("Hello"), "pong(Hello)");
    goes("2.3 ping of bytes", ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"s), "pong(\x00\xff\xfe\xfd\xfc\xfb\x00\xff)"s);
    goes("2.4 longest ping", ping(all125), "pong(" + reply125 + ")");
    fails("2.5 ping too long", ping(all126));
    goes("2.7 pong unasked", pong(""), "");
    goes("2.8 pong unasked", pong("unsolicited"), "");
    goes("2.9 pong, then ping", pong("unsolicited") + ping("ours"), "pong(ours)");
    goes("2.10 ten pings", repeated(ping("p"), 10), repeated("pong(p)", 10));

    for (unsigned rsv = 1; rsv < 8; ++rsv) {
        const std::string bytes = ClientFrame{1, "small", true, true, rsv}.bytes();
        fails(qPrintable(QStringLiteral("3 reserved bits %1").arg(rsv)), textFrame("first") + bytes + ping(""), "text(first)");
        fails(qPrintable(QStringLiteral("3 reserved bits %1 of a ping").arg(rsv)), ClientFrame{9, "", true, true, rsv}.bytes());
    }
    for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u}) {
        fails(qPrintable(QStringLiteral("4 opcode %1").arg(opcode)),
              textFrame("first") + ClientFrame{opcode, ""}.bytes() + ping(""), "text(first)");
        fails(qPrintable(QStringLiteral("4 opcode %1 with payload").arg(opcode)), ClientFrame{opcode, "x"}.bytes());
    }

    fails("5.1 ping in two fragments", ClientFrame{9, "a", false}.bytes() + continuation("b", true));
    fails("5.2 pong in two fragments", ClientFrame{10, "a", false}.bytes() + continuation("b", true));
    goes("5.3 text in two fragments", textFrame("frag1", false) + continuation("frag2", true), "text(frag1frag2)");
    goes("5.6 ping between fragments", textFrame("frag1", false) + ping("p") + continuation("frag2", true),
         "pong(p)text(frag1frag2)");
    for (const bool fin : {true, false}) {
        fails(fin ? "5.9 continuation of nothing" : "5.12 continuation of nothing, not the last",
              continuation("none", fin) + textFrame(hello));
        fails(fin ? "5.15 continuation behind the last" : "5.15 continuation behind the last, not the last",
              textFrame("frag1", false) + continuation("frag2", true) + continuation("frag3", fin) + textFrame(hello),
              "text(frag1frag2)");
    }
    fails("5.16 continuations of nothing, twice",
          repeated(continuation("f1", false) + textFrame("f2", false) + continuation("f3", true), 2));
    fails("5.18 text inside text", textFrame("frag1", false) + textFrame("frag2"));
    goes("5.19 fragments and pings",
         textFrame("f1", false) + continuation("f2", false) + ping("p1") + continuation("f3", false) + continuation("f4", false) +
             ping("p2") + continuation("f5", true),
         "pong(p1)pong(p2)text(f1f2f3f4f5)");
    goes("5 all fragments empty", textFrame("", false) + continuation("", false) + continuation("", true), "text()");
    goes("6.1.3 empty around text", textFrame("", false) + continuation("middle", false) + continuation("", true),
         "text(middle)");

    goes("7.1.1 message, then close", textFrame(hello), "text(" + hello + ")");
    goes("7.1.2 two closes", "", "");
    QTest::newRow("7.1.3 ping after close") << closeFrame(1000) + ping("late") << "close(1000)end"s;
    QTest::newRow("7.1.4 text after close") << closeFrame(1000) + textFrame("late") << "close(1000)end"s;
    QTest::newRow("7.1.5 close inside a message")
        << textFrame("frag1", false) + closeFrame(1000) + continuation("frag2", true) << "close(1000)end"s;
    QTest::newRow("7.1.6 256 KB, then close, then ping")
        << textFrame(std::string(256 * 1024, 'B')) + textFrame(hello) + closeFrame(1000) + ping("late")
        << "text(262144 bytes of B)text(" + hello + ")close(1000)end";
    QTest::newRow("7.3.1 close without code") << ClientFrame{8, ""}.bytes() << "close(0)end"s;
    fails("7.3.2 close with half a code", ClientFrame{8, "a"}.bytes());
    QTest::newRow("7.3.3 close with code") << closeFrame(1000) << "close(1000)end"s;
    QTest::newRow("7.3.4 close with reason") << closeFrame(1000, "Hello World!") << "close(1000)end"s;
    QTest::newRow("7.3.5 longest reason") << closeFrame(1000, std::string(123, '*')) << "close(1000)end"s;
    fails("7.3.6 reason too long", closeFrame(1000, std::string(124, '*')));
    fails("7.5.1 reason that is no text", closeFrame(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"), {}, 1007);

    fails("not masked", ClientFrame{1, "x", true, false}.bytes());
    fails("length not in its shortest form", ClientFrame{1, "Hello", true, true, 0, 2}.bytes());
    fails("length not in its shortest form, 8 bytes", ClientFrame{1, std::string(300, 'x'), true, true, 0, 8}.bytes());
    fails("length of 64 bits", ClientFrame{1, "", true, true, 0, 8, 1ull << 63}.bytes());
}

void Rfc6455Test::answers()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, answer);
    for (const std::size_t chop : {whole, bytes.size() < 2000 ? std::size_t(1) : std::size_t(997)}) {
        RawClient client = m_echo->connect();
        sendChopped(client, bytes, chop);
        QCOMPARE(heard(client), answer);
    }
}

void Rfc6455Test::textThatIsNone_data()
{
    QTest::addColumn<std::string>("text");
    const auto row = [](const char *name, const std::string &text) { QTest::newRow(name) << text; };
    row("6.3 surrogate behind good text", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80\x65\x64\x69\x74\x65\x64");
    row("6.6 ends inside a character", "\xce\xba\xe1\xbd");
    row("6.8 five bytes", "\xf8\x88\x80\x80\x80");
    row("6.8 six bytes", "\xfc\x84\x80\x80\x80\x80");
    row("6.10 above U+10FFFF", "\xf4\x90\x80\x80");
    row("6.10 last of four bytes", "\xf7\xbf\xbf\xbf");
    row("6.12 lone continuation", "\x80");
    row("6.12 last lone continuation", "\xbf");
    row("6.12 continuations", "\x80\xbf\x80\xbf\x80\xbf");
    for (int lead = 0xc0; lead < 0x100; ++lead)
        row(qPrintable(QStringLiteral("6.13 lead %1 and a blank").arg(lead, 0, 16)), {static_cast<char>(lead), ' '});
    row("6.14 first of two", "\xc0");
    row("6.14 two of three", "\xe0\x80");
    row("6.14 three of four", "\xf0\x80\x80");
    row("6.14 df", "\xdf");
    row("6.14 two of ef", "\xef\xbf");
    row("6.16 fe", "\xfe");
    row("6.16 ff", "\xff");
    row("6.18 overlong slash", "\xc0\xaf");
    row("6.18 overlong slash, three", "\xe0\x80\xaf");
    row("6.18 overlong slash, four", "\xf0\x80\x80\xaf");
    row("6.19 largest overlong", "\xc1\xbf");
    row("6.19 largest overlong, three", "\xe0\x9f\xbf");
    row("6.19 largest overlong, four", "\xf0\x8f\xbf\xbf");
    row("6.20 overlong NUL", "\xc0\x80");
    for (const char *surrogate : {"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xaf\xbf", "\xed\xb0\x80", "\xed\xbe\x80",
                                  "\xed\xbf\xbf", "\xed\xa0\x80\xed\xb0\x80", "\xed\xaf\xbf\xed\xbf\xbf"})
        row(qPrintable(QStringLiteral("6.21 surrogates ") + QString::fromLatin1(QByteArray(surrogate).toHex())), surrogate);
}

void Rfc6455Test::textThatIsNone()
{
    QFETCH(std::string, text);
    for (const std::size_t fragment : {text.size(), std::size_t(1)}) {
        RawClient client = m_echo->connect();
        client.send(fragmented(1, text, fragment));
        QCOMPARE(heard(client), "close(1007)end"s);
    }
    // The same bytes are good in a binary message.
    RawClient client = m_echo->connect();
    client.send(binaryFrame(text) + closeFrame(1000));
    QCOMPARE(client.readMessage().payload, text);
}

void Rfc6455Test::textThatIsSome_data()
{
    QTest::addColumn<std::string>("text");
    const auto row = [](const char *name, const std::string &text) { QTest::newRow(name) << text; };
    row("6.2", "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!");
    row("6.5", "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5");
    row("6.7 first of one byte", "\0"s);
    row("6.7 first of two", "\xc2\x80");
    row("6.7 first of three", "\xe0\xa0\x80");
    row("6.7 first of four", "\xf0\x90\x80\x80");
    row("6.9 last of one byte", "\x7f");
    row("6.9 last of two", "\xdf\xbf");
    row("6.9 last of three", "\xef\xbf\xbf");
    row("6.9 last of all", "\xf4\x8f\xbf\xbf");
    row("6.11 before surrogates", "\xed\x9f\xbf");
    row("6.11 behind surrogates", "\xee\x80\x80");
    row("6.11 replacement", "\xef\xbf\xbd");
    row("6.22 no characters", "\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\xbf\xbe\xf0\x9f\xbf\xbf\xf4\x8f\xbf\xbe\xf4\x8f\xbf\xbf");
    row("6.23 specials", "\xef\xbf\xb9\xef\xbf\xba\xef\xbf\xbb\xef\xbf\xbc\xef\xbf\xbd");
}

void Rfc6455Test::textThatIsSome()
{
    QFETCH(std::string, text);
    for (const std::size_t fragment : {text.size(), std::size_t(1)}) {
        RawClient client = m_echo->connect();
        client.send(fragmented(1, text, fragment) + closeFrame(1000));
        const RawClient::Frame frame = client.readMessage();
        QCOMPARE(frame.opcode, 1u);
        QCOMPARE(frame.payload, text);
        QCOMPARE(heard(client), "close(1000)end"s);
    }
}

/// 6.4: the message is never finished, so the answer can only come from what was seen of it.
void Rfc6455Test::failsFast_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("answer");
    const std::string good = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";
    QTest::newRow("6.4.1 in a fragment") << textFrame(good, false) + textFrame("\xf4\x90\x80\x80", false).replace(0, 1, 1, '\0')
                                         << "close(1007)end"s;
    QTest::newRow("6.4.3 within a frame") << textFrame(good + "\xf4\x90\x80\x80" + "edited").substr(0, 6 + good.size() + 2)
                                          << "close(1007)end"s;
    QTest::newRow("bad start of a frame") << ClientFrame{3, "long payload"}.bytes().substr(0, 2) << "close(1002)end"s;
    QTest::newRow("too large by its length") << ClientFrame{2, "", true, true, 0, 8, 1ull << 40}.bytes() << "close(1009)end"s;
    QTest::newRow("control frame too long by its length") << ping(std::string(126, 'x')).substr(0, 2) << "close(1002)end"s;
}

void Rfc6455Test::failsFast()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, answer);
    RawClient client = m_echo->connect();
    client.send(bytes);
    QCOMPARE(heard(client), answer);
}

void Rfc6455Test::closeCodes_data()
{
    QTest::addColumn<unsigned>("code");
    QTest::addColumn<unsigned>("answer");
    for (const unsigned code : {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 3000u, 3999u, 4000u, 4999u})
        QTest::newRow(qPrintable(QStringLiteral("7.7 %1").arg(code))) << code << code;
    for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1016u, 1100u, 2000u, 2999u, 5000u, 65535u})
        QTest::newRow(qPrintable(QStringLiteral("7.9 %1").arg(code))) << code << 1002u;
}

void Rfc6455Test::closeCodes()
{
    QFETCH(unsigned, code);
    QFETCH(unsigned, answer);
    RawClient client = m_echo->connect();
    client.send(closeFrame(code));
    QCOMPARE(heard(client), "close(" + std::to_string(answer) + ")end");
}

void Rfc6455Test::serverEndsTheConnection()
{
    RawClient client = m_echo->connect();
    client.send(closeFrame(1000));
    QCOMPARE(heard(client), "close(1000)end"s); // while our side is still open
}

void Rfc6455Test::largeMessages_data()
{
    QTest::addColumn<unsigned>("opcode");
    QTest::addColumn<std::size_t>("size");
    QTest::addColumn<std::size_t>("fragment");
    QTest::addColumn<std::size_t>("chop");
    for (const unsigned opcode : {1u, 2u}) {
        const char *kind = opcode == 1 ? "text" : "binary";
        const auto row = [&](const char *name, std::size_t size, std::size_t fragment, std::size_t chop) {
            QTest::addRow("%s, %s", name, kind) << opcode << size << fragment << chop;
        };
        row("9.1.1 64 KB", 64 * 1024, whole, whole);
        row("9.1.4 4 MB", 4 * mega, whole, whole);
        row("9.1.6 16 MB", 16 * mega, whole, whole);
        row("32 MB", 32 * mega, whole, whole);
        row("9.3.1 4 MB in fragments of 64 bytes", 4 * mega, 64, whole);
        row("9.3.5 4 MB in fragments of 16 KB", 4 * mega, 16 * 1024, whole);
        row("9.5.1 1 MB in pieces of 64 bytes", mega, whole, 64);
        row("9.5.6 1 MB in pieces of 2 KB", mega, whole, 2048);
        row("16 MB in pieces of 64 bytes", 16 * mega, whole, 64);
        row("10.1.1 64 KB in fragments of 1300 bytes", 64 * 1024, 1300, whole);
    }
}

void Rfc6455Test::largeMessages()
{
    QFETCH(unsigned, opcode);
    QFETCH(std::size_t, size);
    QFETCH(std::size_t, fragment);
    QFETCH(std::size_t, chop);
    std::string payload;
    while (payload.size() < size)
        payload += opcode == 1 ? "Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4-UTF-8 0123456789" : "\x00\xfe\x23\xfa\xf0"s;
    payload.resize(size, '.');
    for (std::size_t i = payload.size(); opcode == 1 && i-- > 0 && (static_cast<unsigned char>(payload[i]) & 0x80) != 0;)
        payload[i] = '.'; // not inside a character
    RawClient client = m_echo->connect();
    sendChopped(client, fragmented(opcode, payload, fragment == whole ? size : fragment), chop);
    const RawClient::Frame frame = client.readMessage();
    QCOMPARE(frame.opcode, opcode);
    QVERIFY(frame.payload == payload);
    client.send(closeFrame(1000));
    QCOMPARE(heard(client), "close(1000)end"s);
}

void Rfc6455Test::manyMessages_data()
{
    QTest::addColumn<unsigned>("opcode");
    QTest::addColumn<std::size_t>("size");
    for (const std::size_t size : {0u, 16u, 64u, 256u, 1024u, 4096u, 16'384u}) {
        QTest::addRow("9.7 text of %zu bytes", size) << 1u << size;
        QTest::addRow("9.8 binary of %zu bytes", size) << 2u << size;
    }
}

void Rfc6455Test::manyMessages()
{
    QFETCH(unsigned, opcode);
    QFETCH(std::size_t, size);
    RawClient client = m_echo->connect();
    const std::string payload(size, '*'), bytes = ClientFrame{opcode, payload}.bytes();
    for (int i = 0; i < 1000; ++i) {
        client.send(bytes);
        const RawClient::Frame frame = client.readMessage();
        QCOMPARE(frame.opcode, opcode);
        QVERIFY(frame.payload == payload);
    }
}

void Rfc6455Test::tooLargeIs1009()
{
    RawClient client = m_echo->connect();
    client.send(ClientFrame{2, "", true, true, 0, 8, 32 * mega + 1}.bytes());
    QCOMPARE(heard(client), "close(1009)end"s);
}

/// Who sends and does not read stops being read from, and gets all its answers when it reads again.
void Rfc6455Test::floodWithoutReadingCostsBoundedMemory()
{
    const auto residentKb = [this] {
        QFile file(QStringLiteral("/proc/%1/statm").arg(m_echo->pid()));
        return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toLong() * 4 : 0;
    };
    RawClient client = m_echo->connect();
    const timeval patience{1, 0};
    ::setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const long before = residentKb();
    const std::string message = ClientFrame{2, std::string(64 * 1024, 'f')}.bytes();
    constexpr std::size_t limit = 1024 * mega;
    std::size_t accepted = 0; // bytes
    while (accepted < limit) {
        const ssize_t size = ::send(client.fd(), message.data() + accepted % message.size(),
                                    message.size() - accepted % message.size(), MSG_NOSIGNAL);
        if (size < 0)
            break; // nothing more is taken
        accepted += static_cast<std::size_t>(size);
    }
    QVERIFY(accepted < limit);
    QVERIFY2(residentKb() - before < 200 * 1024, std::to_string(residentKb() - before).c_str());

    for (std::size_t i = 0; i < accepted / message.size(); ++i)
        QCOMPARE(client.readMessage().payload.size(), std::size_t(64 * 1024));
    RawClient other = m_echo->connect();
    other.send(textFrame("still there"));
    QCOMPARE(other.readMessage().payload, "still there"s);
}

QTEST_GUILESS_MAIN(Rfc6455Test)
#include "test_rfc6455.moc"
