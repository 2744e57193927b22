// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/frame_decoder.h"
#include "server/gateway/reactor/utf8_validator.h"
#include "tests/unit/gateway/client_frames.h"
#include "tests/unit/gateway/decoded.h"

#include <QTest>

#include <vector>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace std::string_literals;

namespace {

constexpr std::size_t maxMessage = 200'000;

} // namespace

class FrameDecoderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void framing_data();
    void framing();
    void failsAtTheFirstByteThatShowsIt_data();
    void failsAtTheFirstByteThatShowsIt();
    void closeCodes_data();
    void closeCodes();
    void utf8_data();
    void utf8();
    void holdsNoMemoryBetweenMessages();
};

void FrameDecoderTest::framing_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::string>("events");
    const auto row = [](const char *name, const std::string &bytes, const std::string &events) {
        QTest::newRow(name) << bytes << events;
    };

    row("text", textFrame("Hello"), "text(Hello)");
    row("empty text", textFrame(""), "text()");
    row("binary with every byte", ClientFrame{2, "\x00\xff\x80"s}.bytes(), "binary(\x00\xff\x80)"s);
    row("two messages in one read", textFrame("a") + textFrame("b"), "text(a)text(b)");
    row("125 bytes", textFrame(std::string(125, 'x')), "text(125 bytes of x)");
    row("126 bytes", textFrame(std::string(126, 'x')), "text(126 bytes of x)");
    row("65535 bytes", textFrame(std::string(65535, 'x')), "text(65535 bytes of x)");
    row("65536 bytes", textFrame(std::string(65536, 'x')), "text(65536 bytes of x)");
    row("fragmented", textFrame("He", false) + continuation("l", false) + continuation("lo", true), "text(Hello)");
    row("empty fragments", textFrame("", false) + continuation("", false) + continuation("x", false) + continuation("", true),
        "text(x)");
    row("all fragments empty", textFrame("", false) + continuation("", true), "text()");
    row("fragmented binary", ClientFrame{2, "\xff"s, false}.bytes() + continuation("\xfe"s, true), "binary(\xff\xfe)"s);
    row("ping between fragments", textFrame("He", false) + ClientFrame{9, "now"}.bytes() + continuation("llo", true),
        "ping(now)text(Hello)");
    row("character split between fragments", textFrame("\xc3"s, false) + continuation("\xa4"s, true), "text(\xc3\xa4)"s);

    row("ping", ClientFrame{9, ""}.bytes(), "ping()");
    row("ping of 125 bytes", ClientFrame{9, std::string(125, 'p')}.bytes(), "ping(125 bytes of p)");
    row("pong unasked", ClientFrame{10, "x"}.bytes(), "pong(x)");
    row("ping of 126 bytes", ClientFrame{9, std::string(126, 'p')}.bytes(), "fail(1002)");
    row("fragmented ping", ClientFrame{9, "p", false}.bytes(), "fail(1002)");
    row("fragmented close", ClientFrame{8, "", false}.bytes(), "fail(1002)");

    for (const unsigned rsv : {1u, 2u, 4u})
        row(qPrintable(QStringLiteral("reserved bits %1").arg(rsv)), ClientFrame{1, "x", true, true, rsv}.bytes(), "fail(1002)");
    for (const unsigned opcode : {3u, 4u, 5u, 6u, 7u, 11u, 12u, 13u, 14u, 15u})
        row(qPrintable(QStringLiteral("reserved opcode %1").arg(opcode)), ClientFrame{opcode, "x"}.bytes(), "fail(1002)");
    row("not masked", ClientFrame{1, "x", true, false}.bytes(), "fail(1002)");
    row("control frame not masked", ClientFrame{9, "", true, false}.bytes(), "fail(1002)");
    row("continuation of nothing", continuation("x", true), "fail(1002)");
    row("continuation after the last fragment", textFrame("a", false) + continuation("b", true) + continuation("c", true),
        "text(ab)fail(1002)");
    row("new message inside a fragmented one", textFrame("a", false) + textFrame("b"), "fail(1002)");
    row("binary inside a fragmented text", textFrame("a", false) + ClientFrame{2, "b"}.bytes(), "fail(1002)");
    row("5 bytes said in 2 bytes", ClientFrame{1, "Hello", true, true, 0, 2}.bytes(), "fail(1002)");
    row("125 bytes said in 2 bytes", ClientFrame{1, std::string(125, 'x'), true, true, 0, 2}.bytes(), "fail(1002)");
    row("300 bytes said in 8 bytes", ClientFrame{1, std::string(300, 'x'), true, true, 0, 8}.bytes(), "fail(1002)");
    row("65535 bytes said in 8 bytes", ClientFrame{1, std::string(65535, 'x'), true, true, 0, 8}.bytes(), "fail(1002)");
    row("length with the top bit", ClientFrame{1, "", true, true, 0, 8, 1ull << 63}.bytes(), "fail(1002)");
    row("nothing after a failure", ClientFrame{3, "x"}.bytes() + textFrame("y"), "fail(1002)");

    row("message at the cap", textFrame(std::string(maxMessage, 'x')), "text(200000 bytes of x)");
    row("message above the cap", textFrame(std::string(maxMessage + 1, 'x')), "fail(1009)");
    row("length no memory could hold", ClientFrame{1, "", true, true, 0, 8, (1ull << 63) - 1}.bytes(), "fail(1009)");
    row("fragments above the cap", textFrame(std::string(maxMessage, 'x'), false) + continuation("x", true), "fail(1009)");

    row("close", closeFrame(1000), "close(1000,)");
    row("close with reason", closeFrame(3000, "done"), "close(3000,done)");
    row("close without code", ClientFrame{8, ""}.bytes(), "close(1005,)");
    row("close with half a code", ClientFrame{8, "\x03"}.bytes(), "fail(1002)");
    row("close with bad reason", closeFrame(1000, "\xff"), "fail(1007)");
    row("close with half a character", closeFrame(1000, "\xc3"), "fail(1007)");
    row("close inside a fragmented message", textFrame("a", false) + closeFrame(1001), "close(1001,)");
    row("nothing after a close", closeFrame(1000) + textFrame("late"), "close(1000,)");
    row("text that is no text",
        textFrame("ab\xff"s
                  "cd"),
        "fail(1007)");
    row("text that ends inside a character", textFrame("\xe2\x82"s), "fail(1007)");
    row("fragments that end inside a character", textFrame("a", false) + continuation("\xe2\x82"s, true), "fail(1007)");
    row("text after a half one is fresh", textFrame("\xc3\xa4"s) + textFrame("b"), "text(\xc3\xa4)text(b)"s);
}

void FrameDecoderTest::framing()
{
    QFETCH(std::string, bytes);
    QFETCH(std::string, events);
    for (const std::size_t piece :
         {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(7), std::size_t(4096), bytes.size()})
        QCOMPARE(decoded(bytes, piece, FrameDecoder(maxMessage)), events);
    // And in two pieces, cut anywhere.
    for (std::size_t cut = 1; cut < std::min<std::size_t>(bytes.size(), 300); ++cut) {
        FrameDecoder decoder(maxMessage);
        std::string copy = bytes, said;
        for (std::span<char> input : {std::span(copy).first(cut), std::span(copy).subspan(cut)}) {
            FrameDecoder::Event event;
            while ((event = decoder.next(input)).kind != FrameDecoder::Event::Kind::NeedMore)
                said.push_back(static_cast<char>('0' + static_cast<int>(event.kind)));
        }
        FrameDecoder whole(maxMessage);
        std::string other = bytes, expected;
        std::span<char> input(other);
        FrameDecoder::Event event;
        while ((event = whole.next(input)).kind != FrameDecoder::Event::Kind::NeedMore)
            expected.push_back(static_cast<char>('0' + static_cast<int>(event.kind)));
        QCOMPARE(said, expected);
    }
}

void FrameDecoderTest::failsAtTheFirstByteThatShowsIt_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::addColumn<std::size_t>("needed");
    QTest::newRow("reserved bit") << ClientFrame{1, "x", true, true, 4}.bytes() << std::size_t(2);
    QTest::newRow("not masked") << ClientFrame{1, "xxxx", true, false}.bytes() << std::size_t(2);
    QTest::newRow("too big") << textFrame(std::string(maxMessage + 1, 'x')) << std::size_t(14);
    QTest::newRow("bad byte") << textFrame("abc\xff" + std::string(100, 'x')) << std::size_t(6 + 4);
    QTest::newRow("surrogate in a fragment") << textFrame("\xed\xa0" + std::string(50, 'x'), false) << std::size_t(6 + 2);
    QTest::newRow("above U+10FFFF in a continuation")
        << textFrame("\xf4"s, false) + continuation("\x90"s + std::string(50, '\x80'), false) << std::size_t(7 + 6 + 1);
}

void FrameDecoderTest::failsAtTheFirstByteThatShowsIt()
{
    QFETCH(std::string, bytes);
    QFETCH(std::size_t, needed);
    QVERIFY(!decoded(bytes.substr(0, needed - 1), 1, FrameDecoder(maxMessage)).starts_with("fail"));
    QVERIFY(decoded(bytes.substr(0, needed), 1, FrameDecoder(maxMessage)).starts_with("fail"));
}

void FrameDecoderTest::closeCodes_data()
{
    QTest::addColumn<unsigned>("code");
    QTest::addColumn<bool>("allowed");
    for (const unsigned code :
         {1000u, 1001u, 1002u, 1003u, 1007u, 1008u, 1009u, 1010u, 1011u, 1012u, 1013u, 1014u, 3000u, 3999u, 4000u, 4999u})
        QTest::newRow(qPrintable(QString::number(code))) << code << true;
    for (const unsigned code : {0u, 1u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 1100u, 2000u, 2999u, 5000u, 65535u})
        QTest::newRow(qPrintable(QString::number(code))) << code << false;
}

void FrameDecoderTest::closeCodes()
{
    QFETCH(unsigned, code);
    QFETCH(bool, allowed);
    QCOMPARE(decoded(closeFrame(code), 100, FrameDecoder(maxMessage)),
             allowed ? "close(" + std::to_string(code) + ",)" : "fail(1002)");
}

void FrameDecoderTest::utf8_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<int>("badAt"); // index of the first impossible byte; -1: good; -2: good so far, but incomplete
    const auto row = [](const char *name, const std::string &text, int badAt) { QTest::newRow(name) << text << badAt; };
    row("ascii", "The quick brown fox jumps over the lazy dog", -1);
    row("two bytes", "\xc2\x80\xdf\xbf", -1);
    row("three bytes", "\xe0\xa0\x80\xef\xbf\xbf", -1);
    row("around surrogates", "\xed\x9f\xbf\xee\x80\x80", -1);
    row("four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", -1);
    row("long ascii, then a character",
        "0123456789abcdef\xe2\x82\xac"
        "0123456789abcdef",
        -1);
    row("NUL", "a\0b"s, -1);
    row("lone continuation", "a\x80", 1);
    row("overlong two", "\xc0\x80", 0);
    row("overlong two, c1", "\xc1\xbf", 0);
    row("overlong three", "\xe0\x9f\xbf", 1);
    row("overlong four", "\xf0\x8f\xbf\xbf", 1);
    row("first surrogate", "\xed\xa0\x80", 1);
    row("last surrogate", "\xed\xbf\xbf", 1);
    row("above U+10FFFF", "\xf4\x90\x80\x80", 1);
    row("f5", "\xf5\x80\x80\x80", 0);
    row("ff", "\xff", 0);
    row("missing third", "\xe2\x82X", 2);
    row("missing fourth", "\xf0\x90\x80X", 3);
    row("ascii after lead", "\xc3(", 1);
    row("ends after one of two", "\xc3", -2);
    row("ends after two of three", "\xe2\x82", -2);
    row("ends after three of four", "\xf0\x9f\x92", -2);
    row("bad far behind", std::string(1000, 'x') + "\xfe", 1000);
}

void FrameDecoderTest::utf8()
{
    QFETCH(std::string, text);
    QFETCH(int, badAt);
    Utf8Validator whole;
    QCOMPARE(whole.accept(text), badAt < 0);
    QCOMPARE(badAt < 0 && whole.isComplete(), badAt == -1);
    Utf8Validator byByte;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool good = byByte.accept(std::string_view(text).substr(i, 1));
        QCOMPARE(good, badAt != static_cast<int>(i));
        if (!good)
            return;
    }
}

void FrameDecoderTest::holdsNoMemoryBetweenMessages()
{
    QVERIFY(sizeof(FrameDecoder) <= 128);
}

QTEST_GUILESS_MAIN(FrameDecoderTest)
#include "test_frame_decoder.moc"
