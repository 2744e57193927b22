// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/node/query_desk.h"

#include <QTest>

using namespace tipwatch;

namespace {

using Kind = QueryError::Kind;

TxId txid(std::uint8_t number)
{
    TxId::Bytes bytes{};
    bytes[0] = number;
    return TxId(bytes);
}

TransactionDetailPtr detailOf(const TxId &txid)
{
    auto detail = std::make_shared<TransactionDetail>();
    detail->txid = txid;
    return detail;
}

/// Remembers what it is asked and answers when it is told to.
class PatientNode final : public NodeQueries {
public:
    void transaction(const TxId &txid, const std::optional<BlockHash> &, Done<TransactionDetailPtr> done) override
    {
        transactions.emplace_back(txid, std::move(done));
    }
    void block(const BlockName &, Done<BlockDetailPtr> done) override { blocks.push_back(std::move(done)); }
    void scan(const Script &script, Progress progress, Done<ScanResultPtr> done) override
    {
        scanned.push_back(script);
        scanProgress = std::move(progress);
        scanDone = std::move(done);
    }
    void cancelScan() override { scanDone(tl::unexpected(QueryError{Kind::Cancelled, {}})); }

    std::vector<std::pair<TxId, Done<TransactionDetailPtr>>> transactions;
    std::vector<Done<BlockDetailPtr>> blocks;
    std::vector<Script> scanned;
    Progress scanProgress;
    Done<ScanResultPtr> scanDone;
};

/// What somebody was told, in order.
template <class T> struct Told {
    std::vector<QueryAnswer<T>> answers;
    NodeQueries::Done<T> listener()
    {
        return [this](const QueryAnswer<T> &answer) { answers.push_back(answer); };
    }
    Kind refusal() const { return answers.front() ? Kind::Failed : answers.front().error().kind; }
};

} // namespace

class QueryDeskTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void nobodyThereIsAnswerEnough();
    void equalQuestionsAreAskedOnce();
    void oneTransactionInTwoPlacesIsTwoQuestions();
    void questionsAreBounded();
    void whoeverWaitsIsToldWhenTheSourceGoes();
    void lateAnswersOfAnEarlierSourceAreNotListenedTo();
    void anAnswerMayLeadToTheSameQuestion();
    void equalScansAreJoinedAndOthersAreBusy();
    void aCancelledScanMakesRoom();
    void progressGoesToEverybodyWhoJoined();
};

void QueryDeskTest::nobodyThereIsAnswerEnough()
{
    QueryDesk desk;
    Told<TransactionDetailPtr> told;
    desk.transaction(txid(1), {}, told.listener());
    QVERIFY(told.answers.empty()); // never from within the call
    QTRY_COMPARE(told.answers.size(), 1u);
    QVERIFY(told.refusal() == Kind::NodeGone);
}

void QueryDeskTest::equalQuestionsAreAskedOnce()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    Told<TransactionDetailPtr> a, b;
    desk.transaction(txid(1), {}, a.listener());
    desk.transaction(txid(1), {}, b.listener());
    QCOMPARE(node.transactions.size(), 1u);
    node.transactions[0].second(detailOf(txid(1)));
    QCOMPARE(a.answers.size(), 1u);
    QCOMPARE(b.answers.size(), 1u);
    QCOMPARE(*a.answers[0], *b.answers[0]); // one answer, shared
    desk.transaction(txid(1), {}, a.listener());
    QCOMPARE(node.transactions.size(), 2u); // things change: it is asked anew
}

void QueryDeskTest::oneTransactionInTwoPlacesIsTwoQuestions()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    Told<TransactionDetailPtr> told;
    desk.transaction(txid(1), {}, told.listener());
    desk.transaction(txid(1), BlockHash(), told.listener());
    QCOMPARE(node.transactions.size(), 2u);
}

void QueryDeskTest::questionsAreBounded()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    Told<TransactionDetailPtr> told, tooMany;
    for (std::size_t i = 0; i < QueryDesk::mostQuestions; ++i)
        desk.transaction(txid(static_cast<std::uint8_t>(i)), {}, told.listener());
    desk.transaction(txid(255), {}, tooMany.listener());
    QTRY_COMPARE(tooMany.answers.size(), 1u);
    QVERIFY(tooMany.refusal() == Kind::Busy);
    QCOMPARE(node.transactions.size(), QueryDesk::mostQuestions);
    node.transactions[0].second(detailOf(txid(0)));
    desk.transaction(txid(255), {}, tooMany.listener());
    QCOMPARE(node.transactions.size(), QueryDesk::mostQuestions + 1);

    Told<BlockDetailPtr> asked, refused;
    for (std::size_t i = 0; i < QueryDesk::mostAskers; ++i)
        desk.block(Height(7), asked.listener());
    desk.block(Height(7), refused.listener());
    QTRY_COMPARE(refused.answers.size(), 1u);
    QVERIFY(refused.refusal() == Kind::Busy);
    QCOMPARE(node.blocks.size(), 1u);
}

void QueryDeskTest::whoeverWaitsIsToldWhenTheSourceGoes()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    Told<TransactionDetailPtr> transaction;
    Told<BlockDetailPtr> block;
    Told<ScanResultPtr> scan;
    desk.transaction(txid(1), {}, transaction.listener());
    desk.block(BlockHash(), block.listener());
    desk.scan({1}, nullptr, scan.listener());
    desk.setSource(nullptr);
    QVERIFY(transaction.refusal() == Kind::NodeGone);
    QVERIFY(block.refusal() == Kind::NodeGone);
    QVERIFY(scan.refusal() == Kind::NodeGone);
}

void QueryDeskTest::lateAnswersOfAnEarlierSourceAreNotListenedTo()
{
    QueryDesk desk;
    PatientNode before, now;
    desk.setSource(&before);
    Told<TransactionDetailPtr> told;
    desk.transaction(txid(1), {}, told.listener());
    desk.scan({1}, nullptr, [](const auto &) {});
    desk.setSource(&now);
    told.answers.clear();
    desk.transaction(txid(1), {}, told.listener());
    double heard = -1;
    desk.scan(
        {2}, [&](double share) { heard = share; }, [](const auto &) {});
    before.transactions[0].second(detailOf(txid(9)));
    before.scanProgress(0.9);
    before.scanDone(tl::unexpected(QueryError{}));
    QVERIFY(told.answers.empty());
    QCOMPARE(heard, -1.0);
    now.scanProgress(0.5); // still heard: the earlier scan's end was not this one's
    QCOMPARE(heard, 0.5);
    now.transactions[0].second(detailOf(txid(1)));
    QCOMPARE(told.answers.size(), 1u);
}

void QueryDeskTest::anAnswerMayLeadToTheSameQuestion()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    Told<TransactionDetailPtr> again;
    desk.transaction(txid(1), {}, [&](const auto &) { desk.transaction(txid(1), {}, again.listener()); });
    node.transactions[0].second(detailOf(txid(1)));
    QCOMPARE(node.transactions.size(), 2u);
    node.transactions[1].second(detailOf(txid(1)));
    QCOMPARE(again.answers.size(), 1u);
}

void QueryDeskTest::equalScansAreJoinedAndOthersAreBusy()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    Told<ScanResultPtr> a, b, other;
    desk.scan({1}, nullptr, a.listener());
    desk.scan({1}, nullptr, b.listener());
    desk.scan({2}, nullptr, other.listener());
    QCOMPARE(node.scanned.size(), 1u);
    QTRY_COMPARE(other.answers.size(), 1u);
    QVERIFY(other.refusal() == Kind::Busy);
    node.scanDone(std::make_shared<const ScanResult>());
    QCOMPARE(a.answers.size(), 1u);
    QCOMPARE(b.answers.size(), 1u);
}

void QueryDeskTest::aCancelledScanMakesRoom()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    desk.cancelScan(); // there is none
    Told<ScanResultPtr> told;
    desk.scan({1}, nullptr, told.listener());
    desk.cancelScan();
    QVERIFY(told.refusal() == Kind::Cancelled);
    desk.scan({2}, nullptr, told.listener());
    QCOMPARE(node.scanned.size(), 2u);
}

void QueryDeskTest::progressGoesToEverybodyWhoJoined()
{
    QueryDesk desk;
    PatientNode node;
    desk.setSource(&node);
    double a = 0, b = 0;
    desk.scan(
        {1}, [&](double share) { a = share; }, [](const auto &) {});
    desk.scan(
        {1}, [&](double share) { b = share; }, [](const auto &) {});
    node.scanProgress(0.25);
    QCOMPARE(a, 0.25);
    QCOMPARE(b, 0.25);
}

QTEST_GUILESS_MAIN(QueryDeskTest)
#include "test_query_desk.moc"
