// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"
#include "server/gateway/dialects/encoding.h"
#include "server/gateway/dialects/value_list.h"
#include "shared/protocol/encoder.h"

#include <span>

namespace tipwatch {

/// Puts what happened at one position into the canonical envelope {type, channel, seq, timestamp, data}.
class CanonicalMessages {
public:
    CanonicalMessages(Encoding encoding, Position position, std::int64_t timestamp)
        : m_encoding(encoding), m_position(position), m_timestamp(timestamp)
    {
    }

    /// @p writeData(ValueWriter &) writes the data; @p expected bytes are reserved.
    template <class WriteData>
    void add(std::string_view type, Channel channel, bool conflates, std::size_t expected, WriteData writeData)
    {
        m_messages.push_back({channel, conflates, encoded(m_encoding, expected + 128, [&](ValueWriter &out) {
                                  out.beginObject();
                                  out.member("type", type).member("channel", channelName(channel));
                                  out.member("seq", m_position.seq).member("timestamp", m_timestamp).key("data");
                                  writeData(out);
                                  out.endObject();
                              })});
    }

    /// @p value as what there is to say on its channel.
    template <class Value> void addState(std::string_view type, Channel channel, const Value &value)
    {
        add(type, channel, true, 512, [&](ValueWriter &out) { encode(out, value); });
    }
    /// What happened to what somebody tracks: each for those who track it.
    void addTracked(const TrackedTransaction &tracked, std::string_view network);
    void addActivity(const ScriptActivity &activity, std::string_view network);
    void addSeen(const TransactionsSeen &seen, const TxFilter *filter);
    void addRemoved(const TransactionsRemoved &removed, const TxFilter *filter);
    /// What changed of the peers, on @p channel.
    void addPeers(Channel channel, const PeersChanged &changed, const PeerFilter *filter);
    /// All of them.
    void addPeerList(Channel channel, std::span<const Peer> peers, const PeerFilter *filter);

    std::vector<WireMessage> take() { return std::move(m_messages); }

private:
    template <class WriteData>
    void addFor(const WatchSubject &subject, std::string_view network, std::string_view type, WriteData writeData);
    void addList(std::string_view first, std::string_view rest, Channel channel, const ValueList &list);
    void addGone(Channel channel, std::span<const std::int64_t> ids);

    const Encoding m_encoding;
    const Position m_position;
    const std::int64_t m_timestamp;
    std::vector<WireMessage> m_messages;
};

} // namespace tipwatch
