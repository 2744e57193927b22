// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/treemap/transaction_colour.h"
#include "qml/treemap/treemap_layout.h"
#include "qml/treemap/treemap_node.h"
#include "qml/treemap/treemap_scene.h"
#include "shared/domain/transaction.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <random>

using namespace tipwatch;

namespace {

const QSizeF whole(420, 330);

/// Transactions that come and go, as in a block: sizes of three magnitudes, feerates on a logarithmic scale.
class Block {
public:
    explicit Block(uint seed) : m_random(seed) {}

    void add(int count)
    {
        for (int i = 0; i < count; ++i) {
            TxId::Bytes bytes;
            for (auto &byte : bytes)
                byte = static_cast<std::uint8_t>(m_random());
            const double size = std::exp(uniform(4.7, 6)) * (m_random() % 50 == 0 ? 20 : 1);
            m_items[TxId(bytes)] = {TxId(bytes), size, std::exp(uniform(0.5, 5))};
        }
    }
    void remove(int count)
    {
        for (int i = 0; i < count && !m_items.empty(); ++i)
            m_items.erase(std::next(m_items.begin(), static_cast<std::ptrdiff_t>(m_random() % m_items.size())));
    }
    std::vector<TreemapItem> items() const
    {
        std::vector<TreemapItem> list;
        for (const auto &[txid, item] : m_items)
            list.push_back(item);
        return list;
    }
    std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(m_random() % below); }

private:
    double uniform(double low, double high) { return std::uniform_real_distribution(low, high)(m_random); }

    std::mt19937 m_random;
    std::map<TxId, TreemapItem> m_items;
};

/// What is wrong with @p layout; empty: every area is its share, all lie inside, none on another.
QString faultIn(const TreemapLayout &layout, const QSizeF &size)
{
    double total = 0;
    for (const TreemapItem &item : layout.items())
        total += item.area;
    if (layout.tiles().size() != layout.items().size())
        return QStringLiteral("number of tiles");
    const double scale = size.width() * size.height() / total;
    const QRectF inside(-1e-6, -1e-6, size.width() + 2e-6, size.height() + 2e-6);
    for (std::size_t i = 0; i < layout.tiles().size(); ++i) {
        const QRectF &tile = layout.tiles()[i];
        if (!inside.contains(tile) || tile.width() < 0 || tile.height() < 0)
            return QStringLiteral("%1 is outside").arg(i);
        const double wanted = layout.items()[i].area * scale;
        if (std::abs(tile.width() * tile.height() - wanted) > 1e-6 * (wanted + 1))
            return QStringLiteral("%1 has area %2, not %3").arg(i).arg(tile.width() * tile.height()).arg(wanted);
    }
    // By their left edges, so that only neighbours are compared.
    std::vector<QRectF> sorted = layout.tiles();
    std::ranges::sort(sorted, {}, [](const QRectF &tile) { return tile.left(); });
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        for (std::size_t k = i + 1; k < sorted.size() && sorted[k].left() < sorted[i].right() - 1e-6; ++k) {
            const QRectF common = sorted[i] & sorted[k];
            if (common.width() > 1e-6 && common.height() > 1e-6)
                return QStringLiteral("two overlap by %1 x %2").arg(common.width()).arg(common.height());
        }
    }
    return {};
}

double threadMilliseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

double distance(const QRectF &a, const QRectF &b)
{
    return std::hypot(a.center().x() - b.center().x(), a.center().y() - b.center().y());
}

TxId txidOf(int number)
{
    TxId::Bytes bytes{};
    bytes[0] = static_cast<std::uint8_t>(number);
    return TxId(bytes);
}

} // namespace

class TreemapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneItemIsAll();
    void noItemsOrNoRoomIsNothing();
    void areasAreInProportionWhateverHappens_data();
    void areasAreInProportionWhateverHappens();
    void fullLayoutIsNearlySquare();
    void highRankStandsTopLeft();
    void smallChangesMoveNeighboursByAHair();
    void shapeStaysGoodForeverWithFewFullLayouts();
    void anotherBlockIsAFullLayout();
    void resizingKeepsTheOrderUnlessTheShapeChanges();
    void tileIsFoundByPoint();
    void tenThousandAreLaidOutWithinAFrame();

    void newTilesOpenAndOldOnesClose();
    void interruptedMotionGoesOnFromWhereItIs();
    void everyTileIsPaintedInItsPlace();
    void kindIsTheFirstThatFits();
    void youngIsBrighterThanOld();
};

void TreemapTest::oneItemIsAll()
{
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems({{txidOf(1), 141, 5}});
    QCOMPARE(layout.tiles().size(), 1U);
    QCOMPARE(layout.tiles()[0], QRectF(QPointF(), whole));
}

void TreemapTest::noItemsOrNoRoomIsNothing()
{
    TreemapLayout layout;
    layout.setItems({{txidOf(1), 141, 5}, {txidOf(2), 200, 5}});
    QCOMPARE(layout.tiles().size(), 2U);
    QVERIFY(layout.tiles()[0].isEmpty());
    layout.setSize(whole);
    QVERIFY(!layout.tiles()[0].isEmpty());
    layout.setItems({});
    QVERIFY(layout.tiles().empty());
    QCOMPARE(layout.tileAt({1, 1}), -1);
    layout.setItems({{txidOf(3), 141, 5}});
    QCOMPARE(layout.tiles()[0], QRectF(QPointF(), whole));
}

void TreemapTest::areasAreInProportionWhateverHappens_data()
{
    QTest::addColumn<uint>("seed");
    for (uint seed = 1; seed <= 5; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

void TreemapTest::areasAreInProportionWhateverHappens()
{
    QFETCH(uint, seed);
    Block block(seed);
    QSizeF size = whole;
    TreemapLayout layout;
    layout.setSize(size);
    for (int step = 0; step < 300; ++step) {
        switch (block.draw(10)) {
        case 0:
            block.remove(static_cast<int>(block.draw(400)));
            break;
        case 1:
            block.add(static_cast<int>(block.draw(400)));
            break;
        case 2:
            size = QSizeF(100 + block.draw(1500), 80 + block.draw(900));
            layout.setSize(size);
            break;
        default:
            block.add(static_cast<int>(block.draw(12)));
            block.remove(static_cast<int>(block.draw(12)));
            break;
        }
        layout.setItems(block.items());
        const QString fault = faultIn(layout, size);
        QVERIFY2(fault.isEmpty(), qPrintable(QStringLiteral("step %1: %2").arg(step).arg(fault)));
    }
}

void TreemapTest::fullLayoutIsNearlySquare()
{
    Block block(7);
    block.add(4000);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    QVERIFY2(layout.meanAspect() < 1.6, qPrintable(QString::number(layout.meanAspect())));
}

void TreemapTest::highRankStandsTopLeft()
{
    Block block(8);
    block.add(2000);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    const auto rankAt = [&](double x, double y) { return layout.items()[static_cast<std::size_t>(layout.tileAt({x, y}))].rank; };
    const double first = rankAt(0, 0), last = rankAt(whole.width() - 0.1, whole.height() - 0.1);
    for (const TreemapItem &item : layout.items()) {
        // The corners are of the first and the last of 11 groups.
        QVERIFY(first > 60 || item.rank <= first);
        QVERIFY(last < 4 || item.rank >= last);
    }
    QVERIFY(first > 10 * last);
}

void TreemapTest::smallChangesMoveNeighboursByAHair()
{
    Block block(9);
    block.add(4000);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    const int rebuilds = layout.rebuilds();
    const auto items = layout.items();
    const auto tiles = layout.tiles();
    block.add(20);
    block.remove(20);
    layout.setItems(block.items());
    QCOMPARE(layout.rebuilds(), rebuilds);
    double moved = 0;
    int stayed = 0;
    std::size_t old = 0;
    for (std::size_t i = 0; i < layout.items().size(); ++i) {
        while (old < items.size() && items[old].txid < layout.items()[i].txid)
            ++old;
        if (old < items.size() && items[old].txid == layout.items()[i].txid) {
            moved += distance(tiles[old], layout.tiles()[i]);
            ++stayed;
        }
    }
    QVERIFY(stayed > 3950);
    const double mean = moved / stayed; // a tile is about six pixels wide
    QVERIFY2(mean < 3, qPrintable(QString::number(mean)));
}

void TreemapTest::shapeStaysGoodForeverWithFewFullLayouts()
{
    Block block(10);
    block.add(3000);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    constexpr int steps = 1000;
    for (int step = 0; step < steps; ++step) {
        block.add(5);
        block.remove(5);
        layout.setItems(block.items());
        QVERIFY2(layout.meanAspect() < 2.2, qPrintable(QString::number(layout.meanAspect())));
    }
    qInfo("%d full layouts in %d changes of ten each", layout.rebuilds(), steps);
    QVERIFY(layout.rebuilds() <= steps / 20);
}

void TreemapTest::anotherBlockIsAFullLayout()
{
    Block block(11);
    block.add(1000);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    const int rebuilds = layout.rebuilds();
    block.remove(1000);
    block.add(900);
    layout.setItems(block.items());
    QCOMPARE(layout.rebuilds(), rebuilds + 1);
    QVERIFY(faultIn(layout, whole).isEmpty());
}

void TreemapTest::resizingKeepsTheOrderUnlessTheShapeChanges()
{
    Block block(12);
    block.add(500);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    const int rebuilds = layout.rebuilds();
    layout.setSize(whole * 2);
    QCOMPARE(layout.rebuilds(), rebuilds);
    QVERIFY(faultIn(layout, whole * 2).isEmpty());
    layout.setSize({800, 200});
    QCOMPARE(layout.rebuilds(), rebuilds + 1);
    QVERIFY(faultIn(layout, {800, 200}).isEmpty());
}

void TreemapTest::tileIsFoundByPoint()
{
    Block block(13);
    block.add(300);
    TreemapLayout layout;
    layout.setSize(whole);
    layout.setItems(block.items());
    for (std::size_t i = 0; i < layout.tiles().size(); ++i)
        QCOMPARE(layout.tileAt(layout.tiles()[i].center()), static_cast<int>(i));
    QCOMPARE(layout.tileAt({-1, 5}), -1);
    QCOMPARE(layout.tileAt({whole.width() + 1, 5}), -1);
}

/// Prints what it costs in the thread's own time; how fast the machine is today is no property of the code.
void TreemapTest::tenThousandAreLaidOutWithinAFrame()
{
    Block block(14);
    block.add(10'000);
    TreemapLayout layout;
    layout.setSize({1200, 900});
    auto items = block.items();
    double begun = threadMilliseconds();
    layout.setItems(items);
    const double full = threadMilliseconds() - begun;
    block.add(20);
    block.remove(20);
    items = block.items();
    begun = threadMilliseconds();
    layout.setItems(items);
    const double incremental = threadMilliseconds() - begun;
    qInfo("10,000 rectangles: full layout %.2f ms, 40 changes %.2f ms", full, incremental);
    QVERIFY(faultIn(layout, {1200, 900}).isEmpty());
}

// --- between two pictures

void TreemapTest::newTilesOpenAndOldOnesClose()
{
    TreemapScene scene;
    const QRgb ground = qRgb(10, 20, 30), red = qRgb(200, 0, 0), blue = qRgb(0, 0, 200);
    const QRectF left(0, 0, 10, 10), right(10, 0, 10, 10), all(0, 0, 20, 10);
    scene.show(std::vector<TreemapScene::Target>{{txidOf(1), {all, red}}}, ground);
    QVERIFY(scene.isMoving());
    scene.advance(1);
    QVERIFY(!scene.isMoving());
    QCOMPARE(scene.rects().size(), 1U);

    scene.show(std::vector<TreemapScene::Target>{{txidOf(1), {left, red}}, {txidOf(2), {right, blue}}}, ground);
    QCOMPARE(scene.rects()[0].rect, all);
    QCOMPARE(scene.rects()[1].rect, QRectF(right.center(), QSizeF(0, 0)));
    QCOMPARE(scene.rects()[1].colour, ground);
    scene.advance(0.5);
    QCOMPARE(scene.rects()[0].rect, QRectF(0, 0, 15, 10));
    QCOMPARE(scene.rects()[1].rect, QRectF(12.5, 2.5, 5, 5));
    scene.advance(1);
    QCOMPARE(scene.rects()[1].rect, right);
    QCOMPARE(scene.rects()[1].colour, blue);

    scene.show(std::vector<TreemapScene::Target>{{txidOf(2), {all, blue}}}, ground);
    QCOMPARE(scene.rects().size(), 2U); // the leaving one is still seen, below
    QCOMPARE(scene.rects()[0].rect, left);
    scene.advance(1);
    QCOMPARE(scene.rects().size(), 1U);
    QCOMPARE(scene.rects()[0].rect, all);
}

void TreemapTest::interruptedMotionGoesOnFromWhereItIs()
{
    TreemapScene scene;
    const QRgb colour = qRgb(1, 2, 3);
    const auto at = [&](double x) { return std::vector<TreemapScene::Target>{{txidOf(1), {QRectF(x, 0, 10, 10), colour}}}; };
    scene.show(at(0), 0);
    scene.advance(1);
    scene.show(at(100), 0);
    scene.advance(0.5);
    scene.show(at(0), 0);
    QCOMPARE(scene.rects()[0].rect, QRectF(50, 0, 10, 10));
    scene.show({}, 0);
    scene.advance(0.5);
    scene.show(at(0), 0); // it comes back while it closes
    QCOMPARE(scene.rects().size(), 2U);
    scene.advance(1);
    QCOMPARE(scene.rects().size(), 1U);
    QCOMPARE(scene.rects()[0].rect, QRectF(0, 0, 10, 10));
}

void TreemapTest::everyTileIsPaintedInItsPlace()
{
    const QRgb ground = qRgb(1, 1, 1), red = qRgb(255, 0, 0), green = qRgb(0, 255, 0);
    const std::vector<ColouredRect> rects{{QRectF(0, 0, 10, 10), red}, {QRectF(10, 0, 10, 10), green}};
    const QImage image = paintedTreemap({{20, 10}, 2, rects, ground});
    QCOMPARE(image.size(), QSize(40, 20));
    QCOMPARE(image.pixel(0, 0), red);
    QCOMPARE(image.pixel(17, 17), red);
    QCOMPARE(image.pixel(18, 5), ground); // the line between them
    QCOMPARE(image.pixel(20, 0), green);
    QCOMPARE(image.pixel(37, 17), green);
    QCOMPARE(image.pixel(39, 19), ground);
    // What reaches beyond the edge is cut.
    const std::vector<ColouredRect> beyond{{QRectF(-50, -50, 200, 200), red}};
    QCOMPARE(paintedTreemap({{20, 10}, 1, beyond, ground}).pixel(19, 9), red);
}

void TreemapTest::kindIsTheFirstThatFits()
{
    MempoolEntry entry;
    QVERIFY(kindOf(entry.flags) == TransactionKind::Legacy);
    entry.set(TxFlag::Segwit);
    QVERIFY(kindOf(entry.flags) == TransactionKind::Segwit);
    entry.set(TxFlag::Taproot);
    QVERIFY(kindOf(entry.flags) == TransactionKind::Taproot);
    entry.set(TxFlag::SpendsMempool);
    QVERIFY(kindOf(entry.flags) == TransactionKind::Child);
    entry.set(TxFlag::DataCarrier);
    QVERIFY(kindOf(entry.flags) == TransactionKind::Data);
    entry.set(TxFlag::Replacement);
    QVERIFY(kindOf(entry.flags) == TransactionKind::Replacement);
}

void TreemapTest::youngIsBrighterThanOld()
{
    int before = 256;
    for (const std::int64_t seconds : {0, 60, 600, 3600, 20'000, 86'400}) {
        const int brightness = qGray(ageColour(seconds).rgb());
        QVERIFY(brightness < before);
        before = brightness;
    }
    QCOMPARE(ageColour(86'400), ageColour(1'000'000));
}

QTEST_GUILESS_MAIN(TreemapTest)

#include "treemap_test.moc"
