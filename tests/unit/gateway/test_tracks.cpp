// SPDX-License-Identifier: GPL-3.0-or-later
// Tracking of transactions and addresses through the real gateway: WebSocket, resume, limits, REST.
#include "tests/unit/gateway/gateway_fixture.h"

#include <QJsonArray>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

QString track(std::uint32_t n)
{
    return u"track:tx:"_s + QString::fromStdString(ServedStore::txidOf(n).toHex());
}

QByteArray subscribe(const QStringList &channels, const QString &more = {})
{
    QJsonArray names;
    for (const QString &channel : channels)
        names.append(channel);
    return QByteArray(R"({"op":"subscribe","id":1,"channels":)") + QJsonDocument(names).toJson(QJsonDocument::Compact) +
           more.toUtf8() + '}';
}

const QString address = u"track:address:bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"_s;
const Script script{0x00, 0x14, 0x75, 0x1e, 0x76, 0xe8, 0x19, 0x91, 0x96, 0xd4, 0x54,
                    0x94, 0x1c, 0x45, 0xd1, 0xb3, 0xa3, 0x23, 0xf1, 0x43, 0x3b, 0xd6};

void pay(ServedStore &served, std::uint32_t n, const Script &to)
{
    served.store.addTransaction(ServedStore::txidOf(n), 0, 1);
    MempoolEntry entry;
    entry.txid = ServedStore::txidOf(n);
    entry.fee = Satoshi(1000);
    entry.vsize = VBytes(100);
    entry.weight = Weight(400);
    entry.paysTo = std::make_shared<const std::vector<TransactionOutput>>(std::vector<TransactionOutput>{{Satoshi(5'000), to}});
    served.store.describeTransactions({entry});
}

} // namespace

class TracksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();

    void aTransactionIsToldFromArrivalToConfirmation();
    void whoJoinsLaterIsToldHowItStands();
    void onlyWhoTracksIsTold();
    void unsubscribingEndsOneTrackOnly();
    void whoGoesIsForgotten();
    void missedChangesFollowOnResume();
    void noMoreThanAHundred();
    void anAddressIsToldOfPayments();
    void anAddressIsAnsweredByRest();
    void aTransactionIsAnsweredByRest();

private:
    std::unique_ptr<Listener> listener(const QStringList &channels, const QString &more = {})
    {
        auto client = std::make_unique<Listener>(*m_served);
        Listener *raw = client.get();
        connect(&raw->socket, &QWebSocket::connected, raw,
                [raw, message = subscribe(channels, more)] { raw->socket.sendTextMessage(QString::fromUtf8(message)); });
        return client;
    }
    QByteArray get(const QString &path) { return httpGet(m_served->port(), path); }
    static QByteArray httpGet(quint16 port, const QString &path)
    {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, port);
        socket.waitForConnected();
        socket.write("GET " + path.toUtf8() + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        QByteArray all;
        const auto isOver = [&] {
            all += socket.readAll();
            return socket.state() == QAbstractSocket::UnconnectedState;
        };
        if (!QTest::qWaitFor(isOver, 30'000))
            qWarning("the answer does not end");
        return all + socket.readAll();
    }

    std::unique_ptr<ServedStore> m_served;
};

void TracksTest::init()
{
    m_served = std::make_unique<ServedStore>();
    m_served->fill();
    QVERIFY(m_served->start());
}

void TracksTest::aTransactionIsToldFromArrivalToConfirmation()
{
    const auto client = listener({track(13)});
    QTRY_COMPARE(client->count(u"tx.unknown"_s), std::size_t(1));
    QCOMPARE(client->lastData(u"subscribed"_s)["channels"_L1].toArray(), QJsonArray{track(13)});
    m_served->see(13);
    QTRY_COMPARE(client->count(u"tx.position"_s), std::size_t(1));
    QCOMPARE(client->last(u"tx.position"_s)["channel"_L1].toString(), track(13));
    QCOMPARE(client->lastData(u"tx.position"_s)["position"_L1]["vsizeAhead"_L1].toInt(-1), 0);
    for (int height = 13; height < 22; ++height)
        m_served->mine(height); // the first has it
    QTRY_COMPARE(client->count(u"tx.confirmed"_s), std::size_t(6));
    QCOMPARE(client->lastData(u"tx.confirmed"_s)["block"_L1]["confirmations"_L1].toInt(), 6);
    QCOMPARE(client->count(u"block.mined"_s), std::size_t(0));
}

void TracksTest::whoJoinsLaterIsToldHowItStands()
{
    m_served->see(100);
    const auto first = listener({track(100)});
    QTRY_COMPARE(first->count(u"tx.position"_s), std::size_t(1));
    const auto second = listener({track(100)});
    QTRY_COMPARE(second->count(u"tx.position"_s), std::size_t(1));
    QCOMPARE(first->count(u"tx.position"_s), std::size_t(1)); // who knew is not told again
}

void TracksTest::onlyWhoTracksIsTold()
{
    const auto tracks = listener({track(100), u"tip"_s}), other = listener({track(200), u"tip"_s}), none = listener({u"tip"_s});
    QTRY_COMPARE(tracks->count(u"tx.unknown"_s), std::size_t(1));
    QTRY_COMPARE(other->count(u"tx.unknown"_s), std::size_t(1));
    m_served->see(100);
    m_served->store.removeTransaction(ServedStore::txidOf(100), RemovalReason::Replaced, ServedStore::txidOf(7), 1, 1);
    QTRY_COMPARE(tracks->count(u"tx.replaced"_s), std::size_t(1));
    QCOMPARE(tracks->lastData(u"tx.replaced"_s)["by"_L1].toString(), QString::fromStdString(ServedStore::txidOf(7).toHex()));
    m_served->mine(13); // after which all have heard what was before
    for (const auto *client : {&other, &none}) {
        QTRY_VERIFY((*client)->lastData(u"tip.update"_s)["height"_L1].toInt() == 13);
        QCOMPARE((*client)->count(u"tx.position"_s) + (*client)->count(u"tx.replaced"_s), std::size_t(0));
    }
}

void TracksTest::unsubscribingEndsOneTrackOnly()
{
    const auto client = listener({track(100), track(200)});
    QTRY_COMPARE(client->count(u"tx.unknown"_s), std::size_t(2));
    client->socket.sendTextMessage(u"{\"op\":\"unsubscribe\",\"channels\":[\""_s + track(100) + u"\"]}"_s);
    QTRY_COMPARE(client->count(u"unsubscribed"_s), std::size_t(1));
    QCOMPARE(client->lastData(u"unsubscribed"_s)["channels"_L1].toArray(), QJsonArray{track(200)});
    m_served->see(100);
    m_served->see(200);
    QTRY_COMPARE(client->count(u"tx.position"_s), std::size_t(1));
    QCOMPARE(client->last(u"tx.position"_s)["channel"_L1].toString(), track(200));
    client->socket.sendTextMessage(u"{\"op\":\"unsubscribe\",\"channels\":[\""_s + track(200) + u"\"]}"_s);
    QTRY_COMPARE(client->count(u"unsubscribed"_s), std::size_t(2));
    QVERIFY(client->lastData(u"unsubscribed"_s)["channels"_L1].toArray().isEmpty());
}

void TracksTest::whoGoesIsForgotten()
{
    auto client = listener({address});
    QTRY_VERIFY(m_served->store.watchesScripts());
    client.reset();
    QTRY_VERIFY(!m_served->store.watchesScripts());
}

void TracksTest::missedChangesFollowOnResume()
{
    const auto stays = listener({track(100)});
    QTRY_COMPARE(stays->count(u"tx.unknown"_s), std::size_t(1));
    const QJsonObject at = stays->last(u"tx.unknown"_s);
    m_served->see(100);
    m_served->store.removeTransaction(ServedStore::txidOf(100), RemovalReason::Evicted, std::nullopt, 1, 1);
    QTRY_COMPARE(stays->count(u"tx.removed"_s), std::size_t(1));
    const QString since = u",\"since\":{\"epoch\":\"%1\",\"seq\":%2}"_s.arg(stays->lastData(u"hello"_s)["epoch"_L1].toString())
                              .arg(at["seq"_L1].toInteger());
    const auto back = listener({track(100)}, since);
    QTRY_COMPARE(back->count(u"subscribed"_s), std::size_t(1));
    QVERIFY(back->lastData(u"subscribed"_s)["recovered"_L1].toBool());
    QTRY_COMPARE(back->count(u"tx.position"_s), std::size_t(1)); // missed
    QTRY_COMPARE(back->count(u"tx.removed"_s), std::size_t(2));  // how it stands, and missed
    QCOMPARE(back->messages.back()["type"_L1].toString(), u"tx.removed"_s);
}

void TracksTest::noMoreThanAHundred()
{
    QStringList channels;
    for (std::uint32_t n = 0; n < 100; ++n)
        channels << track(n);
    const auto client = listener(channels);
    QTRY_COMPARE(client->count(u"subscribed"_s), std::size_t(1));
    client->socket.sendTextMessage(QString::fromUtf8(subscribe({track(500)})));
    QTRY_COMPARE(client->count(u"error"_s), std::size_t(1));
    QCOMPARE(client->last(u"error"_s)["error"_L1]["code"_L1].toString(), u"too_many_channels"_s);
    client->socket.sendTextMessage(QString::fromUtf8(subscribe({track(99)}))); // it has that
    QTRY_COMPARE(client->count(u"subscribed"_s), std::size_t(2));
    QCOMPARE(client->lastData(u"subscribed"_s)["channels"_L1].toArray().size(), 100);
}

void TracksTest::anAddressIsToldOfPayments()
{
    const auto client = listener({address});
    QTRY_VERIFY(m_served->store.watchesScripts());
    pay(*m_served, 13, script);
    pay(*m_served, 14, {0x51});
    m_served->mine(13);
    QTRY_COMPARE(client->count(u"address.tx"_s), std::size_t(2));
    QCOMPARE(client->last(u"address.tx"_s)["channel"_L1].toString(), address);
    const QJsonObject data = client->lastData(u"address.tx"_s);
    QCOMPARE(data["status"_L1].toString(), u"confirmed"_s);
    QCOMPARE(data["received"_L1].toInt(), 5'000);
    QCOMPARE(data["block"_L1]["height"_L1].toInt(), 13);
}

void TracksTest::anAddressIsAnsweredByRest()
{
    const QString name = address.section(u':', -1);
    QVERIFY(get(u"/api/v1/address/"_s + name).contains("\"activity\":[]"));
    QTRY_VERIFY(m_served->store.watchesScripts()); // whoever asks makes it watched
    pay(*m_served, 13, script);
    QVERIFY(get(u"/api/v1/address/"_s + name).contains("\"received\":5000"));
    const QByteArray wrong = get(u"/api/v1/address/bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"_s);
    QVERIFY(wrong.startsWith("HTTP/1.1 400") && wrong.contains("another network"));
    QVERIFY(get(u"/api/v1/address/"_s + name + u"/scan"_s).contains("\"state\":\"none\""));
    get(u"/api/v1/address/"_s + name + u"/scan?do=start"_s);
    QTRY_VERIFY(get(u"/api/v1/address/"_s + name + u"/scan"_s).contains("\"code\":\"not_supported\""));
    QVERIFY(get(u"/api/v1/address/"_s + name + u"/scan?do=dance"_s).startsWith("HTTP/1.1 400"));
}

void TracksTest::aTransactionIsAnsweredByRest()
{
    m_served->see(13);
    const QString path = u"/api/v1/tx/"_s + QString::fromStdString(ServedStore::txidOf(13).toHex());
    QVERIFY(get(path).contains("\"status\":\"mempool\""));
    m_served->mine(13);
    QByteArray answer = get(path);
    QVERIFY(answer.contains("\"status\":\"confirmed\"") && answer.contains("\"detailError\":\"not_supported\""));
    answer = get(u"/api/v1/tx/"_s + QString::fromStdString(ServedStore::txidOf(999).toHex()));
    QVERIFY(answer.startsWith("HTTP/1.1 404") && answer.contains("\"tried\""));
    QVERIFY(get(u"/api/v1/tx/abc"_s).startsWith("HTTP/1.1 400"));
}

QTEST_GUILESS_MAIN(TracksTest)
#include "test_tracks.moc"
