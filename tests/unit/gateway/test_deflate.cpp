// SPDX-License-Identifier: GPL-3.0-or-later
// permessage-deflate (RFC 7692): the negotiation, what clients send, what they are sent.
#include "server/gateway/front_door/deflate_offer.h"
#include "server/gateway/reactor/frame_decoder.h"
#include "server/gateway/reactor/message_deflate.h"
#include "tests/support/noise.h"
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/decoded.h"

#include <zlib.h>

#include <QTest>

#include <algorithm>
#include <thread>
#include <vector>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

constexpr std::size_t maxMessage = 200'000;
constexpr unsigned compressed = 4; ///< RSV1

std::string deflatedFrame(std::string payload, bool fin = true, unsigned opcode = 1)
{
    return ClientFrame{opcode, std::move(payload), fin, true, compressed}.bytes();
}

/// Of a message that gets shorter.
std::string deflated(std::string_view message)
{
    return *deflateMessage(message, maxWindowBits);
}

std::string inflated(std::string_view payload)
{
    std::string message;
    MessageInflater inflater;
    const bool isGood = inflater.inflate(payload, message, 64 * 1024 * 1024) == MessageInflater::Outcome::Good &&
                        inflater.finish(message, 64 * 1024 * 1024) == MessageInflater::Outcome::Good;
    return isGood ? message : "not inflated";
}

std::string sentence(std::size_t size)
{
    std::string text;
    for (int n = 0; text.size() < size; ++n)
        text += "transaction " + std::to_string(n * n % 977) + " pays \xe2\x82\xbf to its change; ";
    text.resize(size, '.');
    while ((static_cast<unsigned char>(text.back()) & 0x80) != 0) // not inside a character
        text.back() == '\xbf' ? text.replace(text.size() - 3, 3, "...") : text.replace(text.size() - 1, 1, ".");
    return text;
}

} // namespace

class DeflateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void offers_data();
    void offers();

    void messages_data();
    void messages();
    void reservedBitsWithoutAgreement();
    void bombStopsAtTheCap();
    void badTextIsSeenBeforeTheMessageEnds();
    void holdsNoMemoryBetweenMessages();

    void framesAreCompressedOncePerWindow();
    void framesThatGainNothingStayAsTheyAre_data();
    void framesThatGainNothingStayAsTheyAre();
    void everyWindowIsKept_data();
    void everyWindowIsKept();
    void shardsShareOneTwin();
};

void DeflateTest::offers_data()
{
    QTest::addColumn<std::string>("extensions");
    QTest::addColumn<std::string>("answer"); // "": none; "400": refused
    const auto row = [](const std::string &extensions, const std::string &answer) {
        QTest::newRow(extensions.empty() ? "(empty)" : extensions.c_str()) << extensions << answer;
    };
    const std::string yes = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    row("", "");
    row("permessage-deflate", yes);
    row("permessage-deflate; client_max_window_bits", yes); // Chromium
    row("permessage-deflate; client_max_window_bits=8", yes);
    row("permessage-deflate; client_max_window_bits=15; server_no_context_takeover", yes);
    row("permessage-deflate; server_no_context_takeover; client_no_context_takeover", yes);
    row("permessage-deflate; server_max_window_bits=9", yes + "; server_max_window_bits=9");
    row("permessage-deflate;server_max_window_bits=\"10\"", yes + "; server_max_window_bits=10");
    row("permessage-deflate; server_max_window_bits=\"1\\0\"", yes + "; server_max_window_bits=10");
    row("permessage-deflate ; server_max_window_bits = 15", yes + "; server_max_window_bits=15");
    row("\tpermessage-deflate\t,", yes);
    row("x-webkit-deflate-frame, permessage-deflate", yes);
    row("permessage-bzip2; a; b=\"c\", , permessage-deflate", yes);

    // Offers that cannot be accepted: the next one is looked at.
    row("permessage-deflate; server_max_window_bits=8", ""); // which zlib does not make
    row("permessage-deflate; server_max_window_bits=8, permessage-deflate", yes);
    row("permessage-deflate; server_max_window_bits=9, permessage-deflate", yes + "; server_max_window_bits=9");
    row("permessage-deflate; server_max_window_bits=8, permessage-deflate; server_max_window_bits=12",
        yes + "; server_max_window_bits=12");
    for (const char *bits : {"", "=7", "=16", "=08", "=010", "=1", "=150", "=+9", "=-9", "=9.0", "=a", "=\"16\""})
        row("permessage-deflate; server_max_window_bits"s + bits, "");
    for (const char *bits : {"=7", "=16", "=08", "=x", "=\"7\""})
        row("permessage-deflate; client_max_window_bits"s + bits, "");
    row("permessage-deflate; server_no_context_takeover=1", "");
    row("permessage-deflate; client_no_context_takeover=true", "");
    row("permessage-deflate; server_no_context_takeover; server_no_context_takeover", "");
    row("permessage-deflate; server_max_window_bits=10; server_max_window_bits=10", "");
    row("permessage-deflate; client_max_window_bits; client_max_window_bits=10", "");
    row("permessage-deflate; unknown", "");
    row("permessage-deflate; unknown=1, permessage-deflate", yes);
    row("Permessage-Deflate", "");
    row("permessage-deflate2", "");
    row("x-webkit-deflate-frame", "");
    row(",", "");

    for (const char *bad :
         {";", "=", "permessage-deflate;", "permessage-deflate; ;", "permessage-deflate; =10",
          "permessage-deflate; a=", "permessage-deflate; a=\"\"", "permessage-deflate; a=\"b", "permessage-deflate; a=\"b c\"",
          "permessage-deflate; a=b c", "permessage-deflate a", "permessage-deflate, \x7f", "permessage-deflate; a=\"b\"c",
          "permessage-deflate; a=\"\\", "per(message)", "permessage-deflate; a=b=c"})
        row(bad, "400");
}

void DeflateTest::offers()
{
    QFETCH(std::string, extensions);
    QFETCH(std::string, answer);
    const auto terms = chooseDeflate(extensions);
    QCOMPARE(terms ? (*terms ? (*terms)->answer() : "") : std::to_string(terms.error().status), answer);
    if (terms && *terms && answer.find("bits") == std::string::npos)
        QCOMPARE((*terms)->windowBits, maxWindowBits);
}

void DeflateTest::messages_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("events");
    const auto row = [](const char *name, const std::string &bytes, const std::string &events) {
        QTest::newRow(name) << bytes << events;
    };
    const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;

    // The examples of RFC 7692, 7.2.3
    row("one block", deflatedFrame(hello), "text(Hello)");
    row("two fragments", deflatedFrame("\xf2\x48\xcd"s, false) + continuation("\xc9\xc9\x07\x00"s, true), "text(Hello)");
    row("twice without takeover", deflatedFrame(hello) + deflatedFrame(hello), "text(Hello)text(Hello)");
    row("second message that leans on the first", deflatedFrame(hello) + deflatedFrame("\xf2\x00\x11\x00\x00"s),
        "text(Hello)fail(1007)");
    row("no compression", deflatedFrame("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s), "text(Hello)");
    row("last block", deflatedFrame("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s), "text(Hello)");
    row("last block without an empty one behind it", deflatedFrame("\xf3\x48\xcd\xc9\xc9\x07\x00"s), "text(Hello)");
    row("two blocks", deflatedFrame("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s), "text(Hello)");
    row("last block, then more", deflatedFrame("\xf3\x48\xcd\xc9\xc9\x07\x00"s + hello), "text(HelloHello)");
    row("empty message", deflatedFrame("\x00"s), "text()");
    row("empty message without any block", deflatedFrame(""), "text()");
    row("empty fragments",
        deflatedFrame("", false) + continuation("", false) + continuation(hello, false) + continuation("", true), "text(Hello)");
    row("binary", deflatedFrame(hello, true, 2), "binary(Hello)");

    row("long text", deflatedFrame(deflated(sentence(100'000))), "text(100000 bytes of t)");
    row(
        "long text in many fragments",
        [] {
            const std::string all = deflated(sentence(5000));
            std::string bytes = deflatedFrame(all.substr(0, 1), false);
            for (std::size_t at = 1; at < all.size(); at += 10)
                bytes += continuation(all.substr(at, 10), false);
            return bytes + continuation("", true);
        }(),
        "text(5000 bytes of t)");
    row("text at the cap", deflatedFrame(deflated(std::string(maxMessage, 'x'))), "text(200000 bytes of x)");
    row("text above the cap", deflatedFrame(deflated(std::string(maxMessage + 1, 'x'))), "fail(1009)");
    row("fragments above the cap",
        deflatedFrame(deflated(std::string(maxMessage, 'x')) + "\x00\x00\xff\xff"s, false) + continuation(hello, true),
        "fail(1009)");
    row("uncompressed between compressed", deflatedFrame(hello) + textFrame("plain") + deflatedFrame(hello),
        "text(Hello)text(plain)text(Hello)");
    row("ping between fragments",
        deflatedFrame(hello.substr(0, 3), false) + ClientFrame{9, "now"}.bytes() + continuation(hello.substr(3), true),
        "ping(now)text(Hello)");
    row("close between fragments", deflatedFrame(hello.substr(0, 3), false) + closeFrame(1000), "close(1000,)");

    row("reserved block type", deflatedFrame("\x06"s), "fail(1007)");
    row("plain text said to be compressed", deflatedFrame("Hello, this is no deflate stream"), "fail(1007)");
    row("cut short", deflatedFrame(deflated(sentence(5000)).substr(0, 100)), "fail(1007)");
    row("stored block cut short", deflatedFrame("\x00\x05\x00\xfa\xff\x48\x65"s), "fail(1007)");
    row("bad distance", deflatedFrame("\xf2\x00\x11\x00\x00"s), "fail(1007)");
    row("bad UTF-8 inside", deflatedFrame("\x00\x03\x00\xfc\xff\x61\xff\x62\x00"s), "fail(1007)");
    row("half a character inside", deflatedFrame("\x00\x02\x00\xfd\xff\x61\xc3\x00"s), "fail(1007)");
    row("bad UTF-8 before what is no deflate stream", deflatedFrame("\x00\x03\x00\xfc\xff\x61\xff\x62\x06"s), "fail(1007)");
    row("the same bytes as binary", deflatedFrame("\x00\x03\x00\xfc\xff\x61\xff\x62\x00"s, true, 2),
        "binary(a\xff"
        "b)"s);

    row("compressed continuation", deflatedFrame(hello.substr(0, 3), false) + deflatedFrame(hello.substr(3), true, 0),
        "fail(1002)");
    row("compressed continuation of plain text", textFrame("a", false) + deflatedFrame(hello, true, 0), "fail(1002)");
    for (const unsigned control : {8u, 9u, 10u})
        row(qPrintable(QStringLiteral("compressed control frame %1").arg(control)), deflatedFrame("", true, control),
            "fail(1002)");
    for (const unsigned rsv : {1u, 2u, 3u, 5u, 6u, 7u})
        row(qPrintable(QStringLiteral("reserved bits %1").arg(rsv)), ClientFrame{1, "x", true, true, rsv}.bytes(), "fail(1002)");
}

void DeflateTest::messages()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, events);
    for (const std::size_t piece :
         {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), std::size_t(4096), bytes.size()})
        QCOMPARE(decoded(bytes, piece, FrameDecoder(maxMessage, true)), events);
}

void DeflateTest::reservedBitsWithoutAgreement()
{
    QCOMPARE(decoded(deflatedFrame("\x00"s), 100, FrameDecoder(maxMessage)), "fail(1002)"s);
}

void DeflateTest::bombStopsAtTheCap()
{
    const std::string bomb = deflated(std::string(256 * 1024 * 1024, '\0'));
    QVERIFY(bomb.size() < 300'000);
    std::string message;
    MessageInflater inflater;
    QCOMPARE(inflater.inflate(bomb, message, maxMessage), MessageInflater::Outcome::TooBig);
    QVERIFY(message.size() <= maxMessage);
    // And it does not take all of it to be seen.
    QCOMPARE(decoded(deflatedFrame(bomb, false, 2).substr(0, 1000), 1000, FrameDecoder(maxMessage, true)), "fail(1009)"s);
}

void DeflateTest::badTextIsSeenBeforeTheMessageEnds()
{
    // The stored block is whole, the message is not.
    QCOMPARE(decoded(deflatedFrame("\x00\x03\x00\xfc\xff\x61\xff\x62"s, false), 1, FrameDecoder(maxMessage, true)),
             "fail(1007)"s);
}

void DeflateTest::holdsNoMemoryBetweenMessages()
{
    QVERIFY(sizeof(FrameDecoder) <= 128);
}

void DeflateTest::framesAreCompressedOncePerWindow()
{
    const std::string text = sentence(2000);
    const FramePtr plain = Frame::text(text);
    QCOMPARE(Frame::deflated(plain, 0), plain);
    const FramePtr small = Frame::deflated(plain, 15);
    QVERIFY(small->size() < plain->size() / 2);
    QCOMPARE(static_cast<std::uint8_t>(small->bytes()[0]), std::uint8_t(0xc1));
    QCOMPARE(inflated(small->bytes().substr(4)), text);
    QCOMPARE(Frame::deflated(plain, 15), small);
    QCOMPARE(Frame::deflated(plain, 12), small); // sees all of the message, too
    const FramePtr other = Frame::deflated(plain, 9);
    QVERIFY(other != small);
    QCOMPARE(Frame::deflated(plain, 9), other);
    QCOMPARE(Frame::deflated(small, 15), small); // what is compressed stays as it is
}

void DeflateTest::framesThatGainNothingStayAsTheyAre_data()
{
    QTest::addColumn<unsigned>("opcode");
    QTest::addColumn<std::string>("payload");
    QTest::newRow("small") << 1u << std::string(Frame::minDeflated - 1, 'x');
    QTest::newRow("empty") << 1u << std::string();
    QTest::newRow("noise") << 2u << noise(1000);
    QTest::newRow("much noise") << 2u << noise(300'000);
    QTest::newRow("close") << 8u << std::string(125, 'x');
}

void DeflateTest::framesThatGainNothingStayAsTheyAre()
{
    QFETCH(unsigned, opcode);
    QFETCH(std::string, payload);
    const FramePtr frame = Frame::make(static_cast<Opcode>(opcode), payload);
    QCOMPARE(Frame::deflated(frame, 15), frame);
    QCOMPARE(Frame::deflated(frame, 9), frame);
}

void DeflateTest::everyWindowIsKept_data()
{
    QTest::addColumn<int>("bits");
    for (int bits = minWindowBits; bits <= maxWindowBits; ++bits)
        QTest::newRow(qPrintable(QString::number(bits))) << bits;
}

void DeflateTest::everyWindowIsKept()
{
    QFETCH(int, bits);
    for (const std::size_t size : {128u, 300u, 1000u, 5000u, 40'000u, 300'000u}) {
        const std::string text = sentence(size);
        const std::optional<std::string> payload = deflateMessage(text, bits);
        QVERIFY(payload);
        QVERIFY(payload->size() < text.size());
        // An inflater with just that window has to be content.
        z_stream stream{};
        QCOMPARE(::inflateInit2(&stream, -bits), Z_OK);
        std::string in = *payload + "\x00\x00\xff\xff"s, out(size + 1, '\0');
        stream.next_in = reinterpret_cast<Bytef *>(in.data());
        stream.avail_in = static_cast<uInt>(in.size());
        std::size_t made = 0;
        while (made < size) { // in small steps, so that nothing is taken from the output instead of the window
            stream.next_out = reinterpret_cast<Bytef *>(out.data() + made);
            stream.avail_out = static_cast<uInt>(std::min<std::size_t>(64, out.size() - made));
            const uInt room = stream.avail_out;
            QCOMPARE(::inflate(&stream, Z_SYNC_FLUSH), Z_OK);
            made += room - stream.avail_out;
        }
        ::inflateEnd(&stream);
        QCOMPARE(out.substr(0, made), text);
    }
}

void DeflateTest::shardsShareOneTwin()
{
    for (int round = 0; round < 200; ++round) {
        const FramePtr plain = Frame::text(sentence(3000));
        std::vector<FramePtr> twins(4);
        std::vector<std::thread> shards;
        for (FramePtr &twin : twins)
            shards.emplace_back([&] { twin = Frame::deflated(plain, 15); });
        for (std::thread &shard : shards)
            shard.join();
        for (const FramePtr &twin : twins)
            QCOMPARE(twin, twins[0]);
    }
}

QTEST_GUILESS_MAIN(DeflateTest)
#include "test_deflate.moc"
