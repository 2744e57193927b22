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
