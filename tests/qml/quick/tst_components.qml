// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtTest
import Tipwatch
import TipwatchTest

Item {
    id: root

    height: 700
    width: 1000

    Component {
        id: benches

        Bench {
        }
    }
    Component {
        id: fact

        FactRow {
            name: "Name"
            figure: ""
        }
    }
    Component {
        id: toggle

        Toggle {
            on: false
            text: "Serve"
        }
    }
    Component {
        id: train

        BlockTrain {
            height: 190
            width: 1000
        }
    }
    Component {
        id: feed

        FeedCard {
            height: 300
            width: 800
        }
    }
    Component {
        id: feesCard

        FeesCard {
            height: 300
            width: 420
        }
    }
    Component {
        id: notice

        Notice {
            height: 500
            width: 900
        }
    }
    Component {
        id: mempoolCard

        MempoolCard {
            height: 320
            width: 420
        }
    }

    Component {
        id: nextBlockCard

        NextBlockCard {
            height: 360
            width: 440
        }
    }

    /// Every text that is seen below `item`.
    function texts(item) {
        let found = [];
        for (let i = 0; i < item.children.length; ++i) {
            const child = item.children[i];
            if (!child.visible)
                continue;
            if (child.hasOwnProperty("textFormat") && child.text !== "")
                found.push(child.text);
            found = found.concat(texts(child));
        }
        return found;
    }

    /// The cars that are seen, from left to right.
    function cars(item) {
        let found = [];
        for (let i = 0; i < item.children.length; ++i) {
            const child = item.children[i];
            if (child.hasOwnProperty("heightText")) {
                if (child.visible && child.opacity > 0)
                    found.push(child);
            } else {
                found = found.concat(cars(child));
            }
        }
        return found.sort((a, b) => a.x - b.x);
    }

    TestCase {
        name: "Components"
        when: windowShown

        function init() {
            Theme.still = true;
        }

        function test_factWithoutFigureTakesNoRoom() {
            const row = createTemporaryObject(fact, root);
            verify(!row.visible);
            row.figure = "7";
            verify(row.visible);
        }

        function test_toggleAsksAndShowsWhatIs() {
            const item = createTemporaryObject(toggle, root);
            let wanted = null;
            item.asked.connect(on => wanted = on);
            mouseClick(item);
            compare(wanted, true);
            compare(item.on, false);
            item.on = true;
            item.forceActiveFocus();
            keyClick(Qt.Key_Space);
            compare(wanted, false);
        }

        function test_trainSlidesANewBlockInAtTheFront() {
            const bench = benches.createObject(null);
            bench.begin(20, 10);
            const item = createTemporaryObject(train, root, {
                blocks: bench.blocks,
                projected: bench.projected,
                tip: bench.tip
            });
            waitForRendering(item);
            verify(root.texts(item).includes("500"));
            bench.mine();
            tryVerify(() => root.texts(item).includes("501"));
            const shown = root.texts(item);
            verify(shown.indexOf("501") >= 0);
            verify(shown.includes("0:00"));
        }

        function test_trainShowsWhatIsToBeMined() {
            const bench = benches.createObject(null);
            bench.begin(20, 10);
            const item = createTemporaryObject(train, root, {
                blocks: bench.blocks,
                projected: bench.projected,
                tip: bench.tip
            });
            waitForRendering(item);
            verify(root.texts(item).includes("Next"));
            verify(root.texts(item).includes("10 tx"));
            verify(root.texts(item).includes("Empty so far"));
            compare(bench.projected.places, 2);
            item.width = 1400;
            tryVerify(() => bench.projected.places === 4);
            bench.mine();
            tryVerify(() => !root.texts(item).includes("10 tx"));
        }

        function test_trainKeepsADisconnectedBlockInSight() {
            const bench = benches.createObject(null);
            bench.begin(20, 10);
            const item = createTemporaryObject(train, root, {
                blocks: bench.blocks,
                projected: bench.projected,
                tip: bench.tip
            });
            bench.disconnectTip();
            tryVerify(() => root.texts(item).includes("Disconnected"));
            bench.pass(120000);
            tryVerify(() => !root.texts(item).includes("Disconnected"));
        }

        function test_trainClosesTheGapOfABlockThatWent() {
            const bench = benches.createObject(null);
            bench.begin(20, 10);
            const item = createTemporaryObject(train, root, {
                blocks: bench.blocks,
                projected: bench.projected,
                tip: bench.tip
            });
            waitForRendering(item);
            const before = root.cars(item).length;
            verify(before >= 4);
            bench.disconnectTip();
            bench.mine();
            tryVerify(() => root.cars(item).length === before);
            bench.pass(120000);
            tryVerify(() => {
                const cars = root.cars(item);
                if (cars.length !== before)
                    return false;
                for (let i = 1; i < cars.length; ++i) {
                    if (cars[i].x - cars[i - 1].x > cars[i].width * 1.2)
                        return false;
                }
                return true;
            });
        }

        function test_feedFiltersByItsButtons() {
            const bench = benches.createObject(null);
            bench.begin(20, 0);
            const item = createTemporaryObject(feed, root, {
                transactions: bench.transactions
            });
            waitForRendering(item);
            verify(root.texts(item).includes("Nothing has happened yet"));
            bench.send(3);
            bench.mine();
            compare(bench.transactions.count, 4);
            bench.transactions.filter = TransactionFeedModel.Blocks;
            compare(bench.transactions.count, 1);
            tryVerify(() => root.texts(item).includes("Block 501"));
        }

        function test_feedSaysHowManyWait() {
            const bench = benches.createObject(null);
            bench.begin(20, 0);
            const item = createTemporaryObject(feed, root, {
                transactions: bench.transactions
            });
            bench.transactions.paused = true;
            bench.send(4);
            tryVerify(() => root.texts(item).includes("4 new"));
        }

        function test_feesWithoutEstimateSaySo() {
            const bench = benches.createObject(null);
            const item = createTemporaryObject(feesCard, root, {
                fees: bench.fees
            });
            tryVerify(() => root.texts(item).includes("no estimate yet"));
            verify(!root.texts(item).includes("0.0"));
            bench.begin(20, 0);
            tryVerify(() => root.texts(item).includes("1.0"));
        }

        function test_noticeShowsTheReason_data() {
            return [
                {
                    tag: "error",
                    state: 5,
                    heading: "The node cannot be read"
                },
                {
                    tag: "connecting",
                    state: 1,
                    heading: "Connecting to the node"
                },
                {
                    tag: "stale",
                    state: 4,
                    heading: "The node does not answer"
                }
            ];
        }

        function test_noticeShowsTheReason(data) {
            const bench = benches.createObject(null);
            bench.setState(data.state, "Because of this.");
            const item = createTemporaryObject(notice, root, {
                status: bench.status
            });
            verify(root.texts(item).includes("Because of this."));
            verify(root.texts(item).includes(data.heading));
        }

        function test_treemapHasATileForEachTransaction() {
            const bench = benches.createObject(null);
            bench.begin(20, 40);
            const item = createTemporaryObject(nextBlockCard, root, {
                block: bench.nextBlock
            });
            waitForRendering(item);
            const map = findChild(item, "nextBlockTreemap");
            verify(root.texts(item).includes("40 tx"));
            compare(map.hasCurrent, false);
            mouseMove(map, 40, 40);
            mouseMove(map, 5, 5);
            tryCompare(map, "hasCurrent", true);
            tryVerify(() => map.currentArea.x === 0 && map.currentArea.y === 0);
            const first = map.currentTxid;
            compare(first.length, 64);
            verify(map.currentText.includes("sat/vB"));
            mouseMove(map, map.width - 3, map.height - 3);
            tryVerify(() => map.currentTxid !== first);
            mouseMove(root, 900, 600);
            tryCompare(map, "hasCurrent", false);
        }

        function test_treemapIsDrawnInItsColours() {
            const bench = benches.createObject(null);
            bench.begin(20, 40);
            const item = createTemporaryObject(nextBlockCard, root, {
                block: bench.nextBlock
            });
            waitForRendering(item);
            const map = findChild(item, "nextBlockTreemap");
            const colours = () => {
                const picture = grabImage(map);
                let found = {};
                for (let y = 3; y < map.height; y += 9)
                    for (let x = 3; x < map.width; x += 9)
                        found[picture.pixel(x, y)] = true;
                return Object.keys(found);
            };
            const byFeerate = colours();
            verify(byFeerate.length > 8);
            map.colouring = TransactionTreemap.ByKind;
            tryVerify(() => colours().includes(String(map.colourOfKind(5))));
            verify(root.texts(item).includes("Taproot"));
            map.colouring = TransactionTreemap.ByAge;
            tryVerify(() => root.texts(item).includes("just now"));
        }

        function test_treemapIsWalkedWithTheKeys() {
            const bench = benches.createObject(null);
            bench.begin(20, 40);
            const item = createTemporaryObject(nextBlockCard, root, {
                block: bench.nextBlock
            });
            waitForRendering(item);
            const map = findChild(item, "nextBlockTreemap");
            map.forceActiveFocus(Qt.TabFocusReason);
            compare(map.hasCurrent, true);
            const seen = [map.currentTxid];
            for (const key of [Qt.Key_Right, Qt.Key_Down, Qt.Key_Right]) {
                keyClick(key);
                verify(!seen.includes(map.currentTxid));
                seen.push(map.currentTxid);
            }
            keyClick(Qt.Key_Home);
            compare(map.currentTxid, seen[0]);
            keyClick(Qt.Key_Left); // there is nothing
            compare(map.currentTxid, seen[0]);
            let chosen = "";
            map.chosen.connect(txid => chosen = txid);
            keyClick(Qt.Key_Return);
            compare(chosen, seen[0]);
            keyClick(Qt.Key_Escape);
            compare(map.hasCurrent, false);
        }

        function test_clickChoosesATransaction() {
            const bench = benches.createObject(null);
            bench.begin(20, 40);
            const item = createTemporaryObject(nextBlockCard, root, {
                block: bench.nextBlock
            });
            waitForRendering(item);
            const map = findChild(item, "nextBlockTreemap");
            let chosen = "";
            map.chosen.connect(txid => chosen = txid);
            mouseClick(map, 20, 20);
            compare(chosen.length, 64);
            compare(chosen, map.currentTxid);
            // It goes when its transaction does.
            bench.mine();
            tryCompare(map, "hasCurrent", false);
            tryVerify(() => root.texts(item).includes("Nothing waits for a block"));
        }

        function test_emptyMempoolIsSaid() {
            const bench = benches.createObject(null);
            bench.begin(20, 0);
            const item = createTemporaryObject(mempoolCard, root, {
                mempool: bench.mempool
            });
            verify(root.texts(item).includes("Nothing waits for a block"));
            bench.send(50);
            tryVerify(() => !root.texts(item).includes("Nothing waits for a block"));
        }
    }
}
