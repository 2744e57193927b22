// SPDX-License-Identifier: GPL-3.0-or-later
// Where a reader stands in the stream: nothing is missed and nothing is told twice, however it is cut and by whatever way it goes on.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BlockTrail } from "../../resources/web/client/block_trail.js";
import { positionFrom, Session, textOf } from "../../resources/web/client/session.js";

const epoch = "0123456789abcdef";
const other = "fedcba9876543210";
const block = (seq, marked = false) => ({ ...(marked && { resume: false }), type: "block.mined", channel: "blocks", seq });
const tx = (seq, marked = false) => ({ ...(marked && { resume: false }), type: "tx.seen", channel: "txs", seq });
const tip = (seq, marked = false) => ({ ...(marked && { resume: false }), type: "tip.update", channel: "tip", seq });

function begun(seq = 100) {
  const session = new Session();
  assert.equal(session.begin({ epoch, seq }, false), null);
  return session;
}
const heard = (session, messages) => messages.filter((message) => session.accept(message)).map(({ channel, seq }) => `${channel}@${seq}`);

describe("the position", () => {
  test("is nowhere before the first connection", () => assert.equal(new Session().position, null));

  test("begins where the server says", () => assert.deepEqual(begun(100).position, { epoch, seq: 100 }));

  test("is that of the last message without a mark", () => {
    const session = begun(100);
    heard(session, [tx(101), block(110, true), tip(110, true), tx(102)]);
    assert.deepEqual(session.position, { epoch, seq: 102 });
  });

  test("may be known from before", () => {
    const session = new Session({ epoch, seq: 7 });
    assert.equal(session.begin({ epoch, seq: 100 }, true), null);
    assert.deepEqual(session.position, { epoch, seq: 7 });
  });

  test("is not what a reader can change", () => {
    const session = begun(100);
    session.position.seq = 5;
    assert.equal(session.position.seq, 100);
  });

  test("is read and written as in Tipwatch-Position", () => {
    assert.deepEqual(positionFrom(`${epoch}:12`), { epoch, seq: 12 });
    assert.equal(textOf({ epoch, seq: 12 }), `${epoch}:12`);
    for (const bad of [null, undefined, "", "12", `${epoch}:`, `${epoch}:x`, `0${epoch}:1`]) assert.equal(positionFrom(bad), null);
  });
});

describe("beginning again", () => {
  test("in the same run, in time: goes on", () => {
    const session = begun(100);
    assert.equal(session.begin({ epoch, seq: 200 }, true), null);
    assert.deepEqual(session.position, { epoch, seq: 100 });
  });

  test("in the same run, too late: says that it was forgotten, and begins there", () => {
    const session = begun(100);
    assert.equal(session.begin({ epoch, seq: 90_000 }, false), "forgotten");
    assert.deepEqual(session.position, { epoch, seq: 90_000 });
  });

  test("in another run: says so", () => {
    const session = begun(100);
    assert.equal(session.begin({ epoch: other, seq: 1 }, false), "restarted");
    assert.deepEqual(heard(session, [block(2)]), ["blocks@2"]);
  });
});

describe("what comes again", () => {
  test("a block that went ahead of transactions is told once", () => {
    const session = begun(100);
    assert.deepEqual(heard(session, [tx(101), block(110, true), tx(102)]), ["txs@101", "blocks@110", "txs@102"]);
    session.begin({ epoch, seq: 120 }, true);
    assert.deepEqual(heard(session, [tx(103), tx(109), block(110), block(111)]), ["txs@103", "txs@109", "blocks@111"]);
  });

  test("of a list in parts only those that were not heard", () => {
    const session = begun(100);
    heard(session, [tx(101, true), tx(101, true)]);
    session.begin({ epoch, seq: 120 }, true);
    assert.deepEqual(heard(session, [tx(101, true), tx(101, true), tx(101), tx(102)]), ["txs@101", "txs@102"]);
  });

  test("also when it is cut again while it comes", () => {
    const session = begun(100);
    heard(session, [tx(101, true), tx(101, true)]);
    session.begin({ epoch, seq: 120 }, true);
    assert.deepEqual(heard(session, [tx(101, true), tx(101, true), tx(101, true)]), ["txs@101"]);
    session.begin({ epoch, seq: 130 }, true);
    assert.deepEqual(heard(session, [tx(101, true), tx(101, true), tx(101, true), tx(101), tx(102)]), ["txs@101", "txs@102"]);
  });

  test("a state is told as often as it comes: the latest is never wrong", () => {
    const session = begun(100);
    heard(session, [tip(110, true)]);
    session.begin({ epoch, seq: 120 }, true);
    assert.deepEqual(heard(session, [tip(110)]), ["tip@110"]);
  });

  test("the list of alerts that hold is a state, though its channel tells events", () => {
    const alert = (seq, type = "alert.raised", marked = false) => ({ ...(marked && { resume: false }), type, channel: "alerts", seq });
    const session = begun(100);
    heard(session, [alert(101), alert(130, "alerts.active", true)]);
    session.begin({ epoch, seq: 140 }, true);
    assert.deepEqual(heard(session, [alert(140, "alerts.active", true), alert(120), alert(130)]), ["alerts@140", "alerts@120", "alerts@130"]);
  });

  test("nothing is passed over that merely has the same number, without a resume", () => {
    assert.deepEqual(heard(begun(100), [block(101), block(101), block(101)]).length, 3);
  });

  test("one channel's past is not another's", () => {
    const session = begun(100);
    heard(session, [block(110, true)]);
    session.begin({ epoch, seq: 120 }, true);
    assert.deepEqual(heard(session, [tx(105), tx(110), block(110)]), ["txs@105", "txs@110"]);
  });
});

describe("channels that rested", () => {
  test("go on from where they were left, while the others repeat nothing", () => {
    const session = begun(100);
    heard(session, [block(101), tx(102)]);
    const left = session.position;
    heard(session, [block(103), block(104)]);
    assert.ok(session.rewind(left));
    session.begin({ epoch, seq: 110 }, true);
    assert.deepEqual(heard(session, [block(103), tx(103), block(104), tx(105)]), ["txs@103", "txs@105"]);
  });

  test("and were told something late are told it again: it was not heard", () => {
    const session = begun(100);
    const left = session.position;
    session.accept(tx(101), false);
    assert.equal(session.position.seq, 101);
    session.rewind(left);
    session.begin({ epoch, seq: 110 }, true);
    assert.deepEqual(heard(session, [tx(101)]), ["txs@101"]);
  });

  test("in another run of the server cannot", () => {
    const session = begun(100);
    assert.equal(session.rewind({ epoch: other, seq: 5 }), false);
    assert.equal(session.rewind(null), false);
    assert.equal(session.position.seq, 100);
  });

  test("rejoin a connection that goes on", () => {
    const session = begun(100);
    heard(session, [tx(101)]);
    session.rejoin(["txs"]);
    assert.deepEqual(heard(session, [tx(101), tx(102)]), ["txs@102"]);
  });
});

describe("what is known from elsewhere", () => {
  test("a list of blocks spares those that the stream would tell again", () => {
    const session = begun(100);
    session.overtake("blocks", { epoch, seq: 150 });
    session.begin({ epoch, seq: 160 }, true);
    assert.deepEqual(heard(session, [tx(120), block(130), block(150), block(151)]), ["txs@120", "blocks@151"]);
  });

  test("a long poll moves it all at once", () => {
    const session = begun(100);
    session.moveTo({ epoch, seq: 130 });
    session.moveTo({ epoch: other, seq: 900 });
    assert.deepEqual(session.position, { epoch, seq: 130 });
  });
});

describe("the trail of blocks", () => {
  const chain = (...hashes) => hashes.map((hash, i) => ({ hash, height: 100 - i })); // newest first
  const types = (changes) => changes.map(({ type, data }) => `${type} ${data.hash}`);

  function trailed(...hashes) {
    const trail = new BlockTrail();
    for (const data of chain(...hashes).reverse()) trail.heard({ type: "block.mined", data });
    return trail;
  }

  test("begins with what there is, and tells nothing", () => assert.deepEqual(new BlockTrail().changesTo(chain("b", "a")), []));

  test("tells what was found since, oldest first", () => {
    assert.deepEqual(types(trailed("b", "a").changesTo(chain("d", "c", "b", "a"))), ["block.mined c", "block.mined d"]);
  });

  test("tells what was lost in a reorg before what replaced it", () => {
    assert.deepEqual(types(trailed("c", "b", "a").changesTo(chain("z", "y", "x", "a"))), [
      "block.disconnected c", "block.disconnected b", "block.mined x", "block.mined y", "block.mined z",
    ]);
  });

  test("follows what the stream tells", () => {
    const trail = trailed("b", "a");
    trail.heard({ type: "block.disconnected", data: { hash: "b" } });
    assert.deepEqual(types(trail.changesTo(chain("a"))), []);
  });

  test("says when nothing leads there", () => assert.equal(trailed("b", "a").changesTo(chain("z", "y")), null));
});
