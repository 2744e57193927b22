// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/recording.h"

#include "tests/support/fixture.h"

#include <simdjson.h>

#include <QByteArray>
#include <QtGlobal>

namespace tipwatch {
namespace {

using simdjson::dom::element;

template <class Hash> Hash hashOf(element text)
{
    const auto hash = Hash::fromHex(std::string_view(text));
    Q_ASSERT_X(hash, "recording", "not a hash");
    return *hash;
}

MempoolSnapshot snapshotOf(element mempool, const BlockHash &tip)
{
    MempoolSnapshot snapshot;
    snapshot.tip = tip;
    snapshot.sequence = mempool["mempool_sequence"].get_uint64();
    for (const element txid : mempool["txids"].get_array())
        snapshot.txids.push_back(hashOf<TxId>(txid));
    return snapshot;
}

/// Calls @p visit with every line of a file of the recording.
template <class Visit> void forEachLine(std::string_view name, Visit visit)
{
    simdjson::dom::parser parser;
    for (const QByteArray &line : fixtureLines(name)) {
        if (!line.isEmpty())
            visit(parser.parse(line.constData(), static_cast<std::size_t>(line.size())).value());
    }
}

Recording::Event messageOf(element line)
{
    const std::string_view hex(line["body"]);
    const QByteArray body = QByteArray::fromHex(QByteArray::fromRawData(hex.data(), static_cast<qsizetype>(hex.size())));
    const auto message =
        parseSequenceMessage({reinterpret_cast<const std::uint8_t *>(body.constData()), static_cast<std::size_t>(body.size())});
    Q_ASSERT_X(message, "recording", "not a sequence message");
    return Recording::Sequence{*message, static_cast<std::uint32_t>(line["n"].get_uint64())};
}

void readEvents(Recording &recording)
{
    int session = 0;
    forEachLine("events.jsonl", [&](element line) {
        std::string_view topic;
        std::uint64_t index = 0;
        if (!line["topic"].get(topic)) {
            if (topic == "sequence")
                recording.events.push_back(messageOf(line));
        } else if (!line["truth"].get(index)) {
            recording.events.push_back(Recording::TruthMark{index});
        } else if (!line["snapshot"].get(index)) {
            recording.events.push_back(Recording::SnapshotMark{index});
        } else if (!line["session"].get(index) && static_cast<int>(index) != session) {
            session = static_cast<int>(index);
            recording.events.push_back(Recording::SessionStart{session});
        }
    });
}

} // namespace

const Recording &Recording::load()
{
    static const Recording recording = [] {
        Recording r;
        readEvents(r);
        BlockHash tip;
        forEachLine("truth.jsonl", [&](element line) {
            element best; // absent where it is as in the line before
            if (!line["rpc"]["getbestblockhash"].get(best))
                tip = hashOf<BlockHash>(best);
            r.truths.push_back({static_cast<int>(line["session"].get_int64()), std::string(std::string_view(line["label"])),
                                snapshotOf(line["getrawmempool"], tip)});
        });
        forEachLine("snapshots.jsonl", [&](element line) {
            r.snapshots.push_back({static_cast<int>(line["session"].get_int64()), static_cast<int>(line["step"].get_int64()),
                                   snapshotOf(line["getrawmempool"], hashOf<BlockHash>(line["getbestblockhash"]))});
        });
        forEachLine("blocks.jsonl", [&](element line) {
            Block block{hashOf<BlockHash>(line["hash"]), {}, {}};
            element parent;
            if (!line["getblock_1"]["previousblockhash"].get(parent))
                block.parent = hashOf<BlockHash>(parent);
            for (const element txid : line["getblock_1"]["tx"].get_array())
                block.txids.push_back(hashOf<TxId>(txid));
            r.blocks.push_back(std::move(block));
        });
        return r;
    }();
    return recording;
}

} // namespace tipwatch
