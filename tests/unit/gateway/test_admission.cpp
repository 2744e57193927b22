// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/address_book.h"
#include "server/gateway/front_door/doorkeeper.h"
#include "server/gateway/front_door/forwarded.h"
#include "server/gateway/front_door/rate_limiter.h"
#include "tests/support/fake_clock.h"

#include <QHostAddress>
#include <QTest>

#include <thread>

using namespace tipwatch;
using namespace std::string_literals;

namespace {

ClientAddress address(std::string_view text)
{
    return *ClientAddress::fromText(text);
}

ClientAddress numbered(std::uint32_t n)
{
    return ClientAddress(QHostAddress(n));
}

} // namespace

class AdmissionTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void addressTexts_data();
    void addressTexts();
    void limitKeys_data();
    void limitKeys();
    void ranges_data();
    void ranges();
    void forwardedFor_data();
    void forwardedFor();

    void ticketsCountUntilTheyGo();
    void ticketsMayBeReleasedByAnyThreadAndAfterTheBook();
    void bucketGivesSoManyAMinute();
    void bucketsAreForgotten();
    void bucketsOfEndlessAddressesAreBounded();
    void refusedOnesTakeNothing();

    void doorkeeperCountsTheAddressBehindTheProxy();
    void doorkeeperAdmitsAgainAfterOneLeft();
    void fullAddressUsesUpNoneOfItsNewOnes();
    void repeatedRequestsOnOneConnectionAreOneNewClient();
};

void AdmissionTest::addressTexts_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("canonical"); // empty: none
    const auto row = [](const char *text, const char *canonical) {
        QTest::newRow(text) << std::string(text) << std::string(canonical);
    };
    row("192.168.1.7", "192.168.1.7");
    row("::ffff:192.168.1.7", "192.168.1.7");
    row("FD00::7", "fd00::7");
    row("[fd00::7]", "fd00::7");
    row("::", "::");
    for (const char *bad :
         {"", "192.168.1", "192.168.1.256", "192.168.1.7:80", "[192.168.1.7]", "[fd00::7]:80", "fd00::7%eth0", "unknown",
          "_hidden", "[", "[]", "fd00::7::1", "1.2.3.4 ", "0x7f.1", "1111:2222:3333:4444:5555:6666:7777:8888:9999"})
        row(bad, "");
}

void AdmissionTest::addressTexts()
{
    QFETCH(std::string, text);
    QFETCH(std::string, canonical);
    const auto parsed = ClientAddress::fromText(text);
    QCOMPARE(parsed ? parsed->toText() : ""s, canonical);
    if (parsed)
        QCOMPARE(ClientAddress(QHostAddress(QString::fromStdString(canonical))), *parsed);
}

void AdmissionTest::limitKeys_data()
{
    QTest::addColumn<std::string>("a");
    QTest::addColumn<std::string>("b");
    QTest::addColumn<bool>("same");
    QTest::newRow("same /64") << "2001:db8:1:2::1"s
                              << "2001:db8:1:2:ffff::9"s << true;
    QTest::newRow("other /64") << "2001:db8:1:2::1"s
                               << "2001:db8:1:3::1"s << false;
    QTest::newRow("neighbours of IPv4") << "10.0.0.1"s
                                        << "10.0.0.2"s << false;
    QTest::newRow("mapped") << "10.0.0.1"s
                            << "::ffff:10.0.0.1"s << true;
    QTest::newRow("loopback of either kind") << "127.0.0.1"s
                                             << "::1"s << false;
}

void AdmissionTest::limitKeys()
{
    QFETCH(std::string, a);
    QFETCH(std::string, b);
    QFETCH(bool, same);
    QCOMPARE(address(a).limitKey() == address(b).limitKey(), same);
}

void AdmissionTest::ranges_data()
{
    QTest::addColumn<std::string>("range");
    QTest::addColumn<std::string>("inside");
    QTest::addColumn<std::string>("outside");
    const auto row = [](const char *range, const char *inside, const char *outside) {
        QTest::newRow(range) << std::string(range) << std::string(inside) << std::string(outside);
    };
    row("10.0.0.1", "10.0.0.1", "10.0.0.2");
    row("10.0.0.0/8", "10.255.1.2", "11.0.0.0");
    row("10.1.2.3/8", "10.9.9.9", "9.1.2.3"); // what stands behind the prefix does not matter
    row("192.168.0.0/23", "192.168.1.255", "192.168.2.0");
    row("10.0.0.0/8 ", "", "");
    row("0.0.0.0/0", "8.8.8.8", "fd00::1");
    row("fd00::/8", "fdff::1", "fe00::1");
    row("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1");
    row("::1", "::1", "127.0.0.1");
    row("::/0", "8.8.8.8", "");
    for (const char *bad : {"10.0.0.0/33", "fd00::/129", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "/8", "localhost"})
        row(bad, "", "");
}

void AdmissionTest::ranges()
{
    QFETCH(std::string, range);
    QFETCH(std::string, inside);
    QFETCH(std::string, outside);
    const auto parsed = AddressRange::fromText(range);
    QCOMPARE(parsed.has_value(), !inside.empty());
    if (!inside.empty())
        QVERIFY(parsed->contains(address(inside)));
    if (!outside.empty())
        QVERIFY(!parsed->contains(address(outside)));
}

void AdmissionTest::forwardedFor_data()
{
    QTest::addColumn<std::string>("peer");
    QTest::addColumn<std::string>("field");
    QTest::addColumn<std::string>("client");
    const auto row = [](const char *name, const char *peer, const std::string &field, const char *client) {
        QTest::newRow(name) << std::string(peer) << field << std::string(client);
    };
    row("nobody is trusted", "203.0.113.5", "1.2.3.4", "203.0.113.5");
    row("no field", "10.0.0.1", "", "10.0.0.1");
    row("one hop", "10.0.0.1", "1.2.3.4", "1.2.3.4");
    row("what the client made up stays left", "10.0.0.1", "9.9.9.9, 1.2.3.4", "1.2.3.4");
    row("two proxies", "10.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.2", "1.2.3.4");
    row("proxies only", "10.0.0.1", "10.0.0.3,10.0.0.2", "10.0.0.3");
    row("IPv6 proxy and client", "fd00::1", "2001:db8::7", "2001:db8::7");
    row("in brackets", "10.0.0.1", "[2001:db8::7]", "2001:db8::7");
    row("proxy that is mapped", "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4");
    row("no address", "10.0.0.1", "unknown", "10.0.0.1");
    row("no address behind a proxy", "10.0.0.1", "1.2.3.4, nonsense, 10.0.0.2", "10.0.0.2");
    row("empty entry", "10.0.0.1", "1.2.3.4, ", "10.0.0.1");
    row("only commas", "10.0.0.1", ",,,,", "10.0.0.1");
    row("address with port", "10.0.0.1", "1.2.3.4:5678", "10.0.0.1");
    std::string endless = "1.2.3.4";
    for (int i = 0; i < 500; ++i)
        endless += ",10.0.0.9";
    row("many hops", "10.0.0.1", endless, "1.2.3.4");
}

void AdmissionTest::forwardedFor()
{
    QFETCH(std::string, peer);
    QFETCH(std::string, field);
    QFETCH(std::string, client);
    const ProxyTrust trust({"10.0.0.0/8", "fd00::1"});
    QCOMPARE(trust.clientOf(address(peer), field).toText(), client);
    QCOMPARE(ProxyTrust({}).clientOf(address(peer), field), address(peer));
}

void AdmissionTest::ticketsCountUntilTheyGo()
{
    AddressBook book;
    auto first = book.acquire(address("10.0.0.1"), 1234, 2);
    auto second = book.acquire(address("10.0.0.1"), 0, 2);
    QVERIFY(first && second);
    QCOMPARE(first->remote(), "10.0.0.1:1234"s);
    QCOMPARE(second->remote(), "10.0.0.1"s);
    QVERIFY(!book.acquire(address("10.0.0.1"), 0, 2));
    const auto other = book.acquire(address("fd00::1"), 80, 2);
    QCOMPARE(other->remote(), "[fd00::1]:80"s);

    ClientTicket moved = std::move(*first);
    first.reset(); // an empty ticket gives nothing back
    QVERIFY(!book.acquire(address("10.0.0.1"), 0, 2));
    moved = ClientTicket();
    QVERIFY(book.acquire(address("10.0.0.1"), 0, 2));
    second.reset();
    QCOMPARE(book.size(), std::size_t(1));
    std::vector<ClientTicket> many;
    for (int i = 0; i < 1000; ++i)
        many.push_back(*book.acquire(address("10.0.0.1"), 0, 0)); // no limit
    many.clear();
    QCOMPARE(book.size(), std::size_t(1));
}

void AdmissionTest::ticketsMayBeReleasedByAnyThreadAndAfterTheBook()
{
    auto book = std::make_unique<AddressBook>();
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&book] {
            for (int i = 0; i < 2000; ++i)
                (void)book->acquire(numbered(static_cast<std::uint32_t>(i % 3)), 0, 0);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(book->size(), std::size_t(0));
    const auto late = book->acquire(numbered(1), 0, 1);
    book.reset();
    QVERIFY(late);
}

void AdmissionTest::bucketGivesSoManyAMinute()
{
    RateLimiter limiter(10);
    const ClientAddress one = numbered(1), two = numbered(2);
    for (int i = 0; i < 10; ++i)
        QCOMPARE(limiter.take(one, 1000), 0);
    QCOMPARE(limiter.take(one, 1000), 6000); // a tenth of a minute
    QCOMPARE(limiter.take(one, 6999), 1);
    QCOMPARE(limiter.take(two, 1000), 0); // another address has its own
    QCOMPARE(limiter.take(one, 7000), 0);
    QVERIFY(limiter.take(one, 7000) > 0);
    RateLimiter none(0);
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(none.take(one, 0), 0);
}

void AdmissionTest::bucketsAreForgotten()
{
    RateLimiter limiter(10);
    for (std::uint32_t n = 0; n < 1000; ++n)
        limiter.take(numbered(n), 0);
    QCOMPARE(limiter.size(), std::size_t(1000));
    limiter.take(numbered(5), 30'000);
    limiter.take(numbered(5000), 60'000);
    QCOMPARE(limiter.size(), std::size_t(2));
}

void AdmissionTest::bucketsOfEndlessAddressesAreBounded()
{
    RateLimiter limiter(1);
    QCOMPARE(limiter.take(numbered(7), 0), 0);
    for (std::uint32_t n = 100; n < 100 + RateLimiter::maxBuckets - 1; ++n)
        limiter.take(numbered(n), 1);
    QVERIFY(limiter.take(numbered(7), 1) > 0);
    limiter.take(numbered(1), 1);
    QCOMPARE(limiter.size(), RateLimiter::maxBuckets);
    QCOMPARE(limiter.take(numbered(7), 1), 0); // the one that rested longest was forgotten
}

void AdmissionTest::refusedOnesTakeNothing()
{
    RateLimiter limiter(1);
    QCOMPARE(limiter.take(numbered(1), 0), 0);
    for (int now = 1; now < 60'000; now += 1000)
        QVERIFY(limiter.take(numbered(1), now) > 0);
    QCOMPARE(limiter.take(numbered(1), 60'000), 0);
}

namespace {

AccessKeysPtr noKeys()
{
    return std::make_shared<AccessKeys>();
}

GatewayConfig limited(std::int64_t atATime, std::int64_t aMinute)
{
    GatewayConfig config;
    config.clients.maxPerAddress = atATime;
    config.clients.connectionsPerMinute = aMinute;
    config.trustedProxies = {"10.0.0.1"};
    return config;
}

} // namespace

void AdmissionTest::doorkeeperCountsTheAddressBehindTheProxy()
{
    const FakeClock clock;
    AddressBook clients;
    Doorkeeper keeper(limited(1, 0), noKeys(), clock, clients);
    RequestHead head;
    head.forwardedFor = "1.2.3.4";
    const Visitor first = keeper.visitorOf(address("10.0.0.1"), 4000, false, head);
    head.forwardedFor = "5.6.7.8";
    const Visitor second = keeper.visitorOf(address("10.0.0.1"), 4001, false, head);
    const auto one = keeper.admit(first, 0, true), two = keeper.admit(second, 1, true);
    QVERIFY(one && two);
    QCOMPARE(one->remote(), "1.2.3.4"s);
    const auto third = keeper.admit(first, 2, true);
    QVERIFY(!third);
    QCOMPARE(third.error().status, 429);
}

void AdmissionTest::doorkeeperAdmitsAgainAfterOneLeft()
{
    const FakeClock clock;
    AddressBook clients;
    Doorkeeper keeper(limited(2, 0), noKeys(), clock, clients);
    const Visitor visitor{address("1.2.3.4"), 1};
    auto one = keeper.admit(visitor, 0, true);
    const auto two = keeper.admit(visitor, 1, true);
    QVERIFY(!keeper.admit(visitor, 2, true));
    *one = ClientTicket();
    QVERIFY(keeper.admit(visitor, 1, true));
}

void AdmissionTest::fullAddressUsesUpNoneOfItsNewOnes()
{
    const FakeClock clock;
    AddressBook clients;
    Doorkeeper keeper(limited(1, 2), noKeys(), clock, clients);
    const Visitor visitor{address("1.2.3.4"), 1};
    auto one = keeper.admit(visitor, 0, true);
    for (int i = 0; i < 10; ++i)
        QVERIFY(!keeper.admit(visitor, 1, true));
    *one = ClientTicket();
    QVERIFY(keeper.admit(visitor, 0, true));
    const auto tooMany = keeper.admit(visitor, 0, true);
    QVERIFY(!tooMany);
    QCOMPARE(tooMany.error().status, 429);
    QCOMPARE(tooMany.error().headers.back(), (std::pair{"Retry-After"s, "30"s}));
}

void AdmissionTest::repeatedRequestsOnOneConnectionAreOneNewClient()
{
    const FakeClock clock;
    AddressBook clients;
    Doorkeeper keeper(limited(0, 1), noKeys(), clock, clients);
    const Visitor visitor{address("1.2.3.4"), 1};
    QVERIFY(keeper.admit(visitor, 0, true));
    QVERIFY(keeper.admit(visitor, 0, false)); // a long poll after the other
    QVERIFY(!keeper.admit(visitor, 0, true));
}

QTEST_GUILESS_MAIN(AdmissionTest)
#include "test_admission.moc"
