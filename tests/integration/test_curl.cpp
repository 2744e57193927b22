// SPDX-License-Identifier: GPL-3.0-or-later
// The event stream and the long poll as curl gets them, a client that nobody here wrote.
#include "tests/unit/gateway/event_source.h"

#include <QLoggingCategory>
#include <QProcess>
#include <QStandardPaths>

using namespace tipwatch;
using namespace tipwatch::test;
using namespace Qt::StringLiterals;

namespace {

/// curl with @p arguments, the path last. Ends with this object.
class Curl {
public:
    Curl(const ServedStore &served, const QString &path, const QStringList &arguments)
    {
        m_process.start(u"curl"_s, QStringList{u"-sSN"_s, u"--noproxy"_s, u"*"_s} + arguments +
                                       QStringList(u"http://127.0.0.1:%1%2"_s.arg(served.port()).arg(path)));
    }
    ~Curl()
    {
        m_process.kill();
        m_process.waitForFinished();
    }

    /// Whole blocks so far.
    std::vector<StreamBlock> blocks()
    {
        m_output += m_process.readAllStandardOutput();
        std::vector<StreamBlock> blocks;
        const qsizetype whole = m_output.lastIndexOf("\n\n") + 2;
        for (qsizetype begin = 0; begin < whole;) {
            const qsizetype end = m_output.indexOf("\n\n", begin) + 2;
            blocks.push_back(parseBlock(m_output.mid(begin, end - begin).toStdString()));
            begin = end;
        }
        return blocks;
    }
    QStringList seen()
    {
        QStringList txids;
        for (const StreamBlock &block : blocks())
            txids += seenIn(block.message());
        return txids;
    }
    QByteArray output()
    {
        m_output += m_process.readAllStandardOutput();
        return m_output;
    }
    bool hasEnded() const { return m_process.state() == QProcess::NotRunning; }
    int exitCode() const { return m_process.exitCode(); }

private:
    QProcess m_process;
    QByteArray m_output;
};

} // namespace

class CurlTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(u"tipwatch.gateway=false"_s); }
    void followsTheStreamAndResumesIt();
    void streamEndsWithTheServer();
    void polls();
};

void CurlTest::followsTheStreamAndResumesIt()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    QStringList seen;
    QString last;
    {
        Curl curl(served, u"/api/v1/events?channels=tip,txs"_s, {});
        QTRY_VERIFY_WITH_TIMEOUT(curl.blocks().size() >= 3, 20'000);
        QCOMPARE(curl.blocks()[1].event, QByteArray("hello"));
        QCOMPARE(curl.blocks()[2].event, QByteArray("tip.update"));
        for (std::uint32_t n = 1; n <= 20; ++n)
            served.see(n);
        QTRY_VERIFY_WITH_TIMEOUT(curl.seen().contains(hexOf(15)), 20'000);
        seen = curl.seen();
        last = QString::fromUtf8(curl.blocks().back().id);
    }
    for (std::uint32_t n = 21; n <= 40; ++n)
        served.see(n);
    Curl curl(served, u"/api/v1/events?channels=tip,txs"_s, {u"-H"_s, u"Last-Event-ID: "_s + last});
    QTRY_VERIFY_WITH_TIMEOUT(curl.seen().contains(hexOf(40)), 20'000);
    QCOMPARE(curl.blocks()[1].messageData()["recovered"_L1], true);
    QCOMPARE(seen + curl.seen(), hexOf(1, 40));
}

void CurlTest::streamEndsWithTheServer()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    Curl curl(served, u"/api/v1/events"_s, {});
    QTRY_VERIFY_WITH_TIMEOUT(curl.blocks().size() >= 2, 20'000);
    served.gateway->stop();
    QTRY_VERIFY_WITH_TIMEOUT(curl.hasEnded(), 20'000);
    QCOMPARE(curl.exitCode(), 0); // an end, not a broken connection
    QVERIFY(curl.output().endsWith(": closed 1001 server is shutting down\n\n"));
}

void CurlTest::polls()
{
    ServedStore served;
    served.fill();
    QVERIFY(served.start());
    const auto answered = [](Curl &curl) {
        if (!QTest::qWaitFor([&] { return curl.hasEnded(); }, 60'000) || curl.exitCode() != 0)
            return QJsonObject();
        return QJsonDocument::fromJson(curl.output()).object();
    };
    Curl first(served, u"/api/v1/poll?channels=tip,blocks"_s, {});
    const QString position = answered(first)["position"_L1].toString();
    QVERIFY(!position.isEmpty());
    Curl next(served, u"/api/v1/poll?channels=blocks&timeout=60&since="_s + position, {});
    QTRY_COMPARE_WITH_TIMEOUT(served.gateway->status().clients, 1, 20'000);
    served.mine(13);
    const QJsonArray events = answered(next)["events"_L1].toArray();
    QCOMPARE(events.size(), 1);
    QCOMPARE(events[0]["data"_L1]["height"_L1], 13);
}

int main(int argc, char **argv)
{
    if (QStandardPaths::findExecutable(u"curl"_s).isEmpty()) {
        std::puts("SKIP program: there is no curl; install the Debian package curl");
        return 0;
    }
    QCoreApplication app(argc, argv);
    CurlTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "test_curl.moc"
