// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/canonical_messages.h"

#include "server/gateway/dialects/canonical_dialect.h"
#include "shared/protocol/track_name.h"
#include "shared/protocol/tracked_encoder.h"

#include <algorithm>

namespace tipwatch {

template <class WriteData>
void CanonicalMessages::addFor(const WatchSubject &subject, std::string_view network, std::string_view type, WriteData writeData)
{
    constexpr std::size_t expected = 512;
    m_messages.push_back({Channel::Track, false,
                          encoded(m_encoding, expected,
                                  [&](ValueWriter &out) {
                                      out.beginObject();
                                      out.member("type", type).member("channel", trackName(subject, network));
                                      out.member("seq", m_position.seq).member("timestamp", m_timestamp).key("data");
                                      writeData(out);
                                      out.endObject();
                                  }),
                          subject});
}

void CanonicalMessages::addTracked(const TrackedTransaction &tracked, std::string_view network)
{
    addFor(tracked.txid, network, typeOf(tracked), [&](ValueWriter &out) { encode(out, tracked); });
}

void CanonicalMessages::addActivity(const ScriptActivity &activity, std::string_view network)
{
    addFor(activity.script, network, "address.tx", [&](ValueWriter &out) { encode(out, activity, network); });
}

void CanonicalMessages::addSeen(const TransactionsSeen &seen, const TxFilter *filter)
{
    ValueList entries(m_encoding);
    for (const MempoolEntry &entry : seen.entries) {
        if (!filter || filter->accepts(entry))
            entries.add([&](ValueWriter &out) { encode(out, entry); });
    }
    for (const ValueList::Part &part : entries.parts(CanonicalDialect::maxListBytes)) {
        add(part.size() == 1 ? "tx.seen" : "tx.batch", Channel::Txs, false, part.bytes,
            [&](ValueWriter &out) { entries.writeOneOrList(out, part); });
    }
}

void CanonicalMessages::addRemoved(const TransactionsRemoved &removed, const TxFilter *filter)
{
    std::vector<TxId> accepted;
    std::span<const TxId> rest(removed.txids);
    if (filter && !filter->txids.empty()) {
        std::copy_if(rest.begin(), rest.end(), std::back_inserter(accepted),
                     [&](const TxId &txid) { return filter->acceptsRemoval(txid); });
        rest = accepted;
    }
    while (!rest.empty()) {
        const auto part = rest.first(std::min(rest.size(), maxTxidsPerMessage));
        rest = rest.subspan(part.size());
        add("tx.removed", Channel::Txs, false, part.size() * 67 + 128,
            [&](ValueWriter &out) { encodeRemoved(out, part, removed); });
    }
}

void CanonicalMessages::addPeers(Channel channel, const PeersChanged &changed, const PeerFilter *filter)
{
    const auto accepts = [&](const Peer &peer) { return !filter || filter->accepts(peer); };
    ValueList peers(m_encoding);
    std::vector<std::int64_t> gone;
    for (const PeerChange &change : changed.changed) {
        const bool wasShown = change.before && accepts(*change.before), isShown = accepts(change.now);
        if (isShown && wasShown)
            peers.add([&](ValueWriter &out) { encodeChange(out, *change.before, change.now); });
        else if (isShown)
            peers.add([&](ValueWriter &out) { encode(out, change.now); });
        else if (wasShown)
            gone.push_back(change.now.id);
    }
    std::copy_if(changed.gone.begin(), changed.gone.end(), std::back_inserter(gone),
                 [&](std::int64_t id) { return !filter || filter->acceptsGone(id); });

    addGone(channel, gone);
    if (peers.size() > CanonicalDialect::maxSinglePeers) {
        addList("peer.batch", "peer.batch", channel, peers);
        return;
    }
    for (std::size_t i = 0; i < peers.size(); ++i)
        add("peer.update", channel, false, peers[i].size(), [&](ValueWriter &out) { out.raw(peers[i]); });
}

void CanonicalMessages::addPeerList(Channel channel, std::span<const Peer> peers, const PeerFilter *filter)
{
    ValueList list(m_encoding);
    for (const Peer &peer : peers) {
        if (!filter || filter->accepts(peer))
            list.add([&](ValueWriter &out) { encode(out, peer); });
    }
    addList("peer.snapshot", "peer.batch", channel, list);
}

/// At least one message: an empty list says something too.
void CanonicalMessages::addList(std::string_view first, std::string_view rest, Channel channel, const ValueList &list)
{
    std::vector<ValueList::Part> parts = list.parts(CanonicalDialect::maxListBytes);
    if (parts.empty())
        parts.emplace_back();
    for (const ValueList::Part &part : parts) {
        add(part.begin == 0 ? first : rest, channel, false, part.bytes, [&](ValueWriter &out) { list.write(out, part); });
    }
}

void CanonicalMessages::addGone(Channel channel, std::span<const std::int64_t> ids)
{
    if (ids.size() <= CanonicalDialect::maxSinglePeers) {
        for (const std::int64_t id : ids)
            add("peer.gone", channel, false, 32, [&](ValueWriter &out) { out.beginObject().member("id", id).endObject(); });
        return;
    }
    add("peer.gone", channel, false, ids.size() * 8, [&](ValueWriter &out) {
        out.beginObject().key("ids").beginArray();
        for (const std::int64_t id : ids)
            out.value(id);
        out.endArray().endObject();
    });
}

} // namespace tipwatch
