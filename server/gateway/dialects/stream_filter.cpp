// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/stream_filter.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <variant>

namespace tipwatch {

namespace {

template <class T> bool has(const std::vector<T> &sorted, const T &value)
{
    return std::binary_search(sorted.begin(), sorted.end(), value);
}

/// Writes a filter as bytes that are the same for the same filter only: every field has a fixed length or says its length.
class KeyWriter {
public:
    template <class T>
    requires std::is_arithmetic_v<T> KeyWriter &add(T value)
    {
        char bytes[sizeof value];
        std::memcpy(bytes, &value, sizeof value);
        m_key.append(bytes, sizeof value);
        return *this;
    }
    template <class Tag, class Rep> KeyWriter &add(Quantity<Tag, Rep> quantity) { return add(quantity.value); }
    template <class Tag> KeyWriter &add(const Hash256<Tag> &hash)
    {
        m_key.append(hash.bytes().begin(), hash.bytes().end());
        return *this;
    }
    template <class T> KeyWriter &add(const std::vector<T> &list)
    {
        add(list.size());
        for (const T &value : list)
            add(value);
        return *this;
    }
    template <class T> KeyWriter &add(const std::optional<T> &value)
    {
        add(value.has_value());
        return value ? add(*value) : *this;
    }
    KeyWriter &add(const WatchSubject &subject)
    {
        add(static_cast<std::uint64_t>(subject.index()));
        return std::visit([this](const auto &value) -> KeyWriter & { return add(value); }, subject);
    }
    KeyWriter &add(const TxFilter &f) { return add(f.minFeerate).add(f.minValue).add(f.flags).add(f.scripts).add(f.txids); }
    KeyWriter &add(const GeoBounds &b) { return add(b.north).add(b.south).add(b.east).add(b.west); }
    KeyWriter &add(const PeerFilter &f) { return add(f.ids).add(f.bounds); }
    KeyWriter &add(const std::string &text)
    {
        add(text.size());
        m_key += text;
        return *this;
    }
    KeyWriter &add(const SignalFilter &f) { return add(f.all).add(f.high).add(f.types); }

    std::string take() { return std::move(m_key); }

private:
    std::string m_key;
};

} // namespace

bool TxFilter::accepts(const MempoolEntry &entry) const
{
    if (minFeerate && entry.feerate() < *minFeerate)
        return false;
    if (minValue && entry.value < *minValue)
        return false;
    if ((entry.flags & flags) != flags)
        return false;
    if (!txids.empty() && !has(txids, entry.txid))
        return false;
    if (scripts.empty())
        return true;
    if (std::any_of(entry.spendsFrom.begin(), entry.spendsFrom.end(), [&](const Script &script) { return has(scripts, script); }))
        return true;
    return entry.paysTo && std::any_of(entry.paysTo->begin(), entry.paysTo->end(),
                                       [&](const TransactionOutput &output) { return has(scripts, output.script); });
}

bool TxFilter::acceptsRemoval(const TxId &txid) const
{
    return txids.empty() || has(txids, txid);
}

bool GeoBounds::contains(const GeoPosition &position) const
{
    if (position.latitude > north || position.latitude < south)
        return false;
    const bool isWestOfEast = position.longitude <= east, isEastOfWest = position.longitude >= west;
    return west <= east ? isWestOfEast && isEastOfWest : isWestOfEast || isEastOfWest;
}

bool PeerFilter::accepts(const Peer &peer) const
{
    return acceptsGone(peer.id) && (!bounds || (peer.position && bounds->contains(*peer.position)));
}

bool PeerFilter::acceptsGone(std::int64_t id) const
{
    return ids.empty() || has(ids, id);
}

bool SignalFilter::accepts(const Alert &alert) const
{
    return all || (high && alert.severity == AlertSeverity::Critical) || has(types, alert.type);
}

void SignalFilter::add(const SignalFilter &other)
{
    all = all || other.all;
    high = high || other.high;
    std::vector<std::string> both;
    std::set_union(types.begin(), types.end(), other.types.begin(), other.types.end(), std::back_inserter(both));
    types = std::move(both);
}

void SignalFilter::remove(const SignalFilter &other)
{
    all = all && !other.all;
    high = high && !other.high;
    std::erase_if(types, [&](const std::string &type) { return has(other.types, type); });
}

bool StreamFilter::concerns(const ChainEvent &event) const
{
    if (std::holds_alternative<TransactionsSeen>(event.body) || std::holds_alternative<TransactionsRemoved>(event.body))
        return txs.has_value();
    if (std::holds_alternative<PeersChanged>(event.body))
        return network || nodes || nodeMessages != 0;
    if (std::holds_alternative<AlertRaised>(event.body) || std::holds_alternative<AlertCleared>(event.body))
        return signals.has_value();
    return std::holds_alternative<SourceStatusChanged>(event.body) && nodeMessages != 0;
}

void StreamFilter::replace(ChannelSet channels, const StreamFilter &other)
{
    if (channels.contains(Channel::Txs))
        txs = other.txs;
    if (channels.contains(Channel::Network))
        network = other.network;
    if (channels.contains(Channel::Nodes)) {
        nodes = other.nodes;
        nodeMessages = other.nodeMessages;
    }
    if (channels.contains(Channel::Track))
        tracks.insert(other.tracks);
    if (channels.contains(Channel::Alerts) && other.signals) {
        signals = signals.value_or(SignalFilter());
        signals->add(*other.signals);
    }
}

std::string StreamFilter::key() const
{
    return KeyWriter().add(txs).add(network).add(nodes).add(nodeMessages).add(tracks.subjects()).add(signals).take();
}

} // namespace tipwatch
