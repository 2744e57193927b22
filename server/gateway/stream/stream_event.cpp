// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/stream/stream_event.h"

#include "server/gateway/dialects/dialect.h"
#include "shared/protocol/encoder.h"

#include <algorithm>

namespace tipwatch {

namespace {

std::size_t sizeOf(const ChainEvent &event)
{
    std::size_t size = sizeof(ChainEvent);
    if (const auto *seen = std::get_if<TransactionsSeen>(&event.body)) {
        for (const MempoolEntry &entry : seen->entries) {
            size += sizeof entry + 32 * (entry.parents.size() + entry.children.size() + entry.replaces.size());
            if (entry.paysTo)
                size += entry.paysTo->size() * (sizeof(TransactionOutput) + 34);
        }
    } else if (const auto *removed = std::get_if<TransactionsRemoved>(&event.body)) {
        size += removed->txids.size() * sizeof(TxId);
    } else if (const auto *connected = std::get_if<BlockConnected>(&event.body); connected && connected->transactions) {
        size += connected->transactions->size() * (sizeof(ConfirmedTransaction) + 34);
    } else if (const auto *tracked = std::get_if<TrackedChanged>(&event.body)) {
        size += tracked->transactions.size() * sizeof(TrackedTransaction);
        size += tracked->scripts.size() * (sizeof(ScriptActivity) + 34);
    } else if (const auto *projected = std::get_if<ProjectedTransactionsChanged>(&event.body)) {
        for (const ProjectedChange &change : projected->blocks) {
            size += (change.added.size() + change.changed.size()) * sizeof(ProjectedTransaction);
            size +=
                change.removed.size() * sizeof(TxId) + (change.whole ? change.whole->size() * sizeof(ProjectedTransaction) : 0);
        }
    } else if (const auto *peers = std::get_if<PeersChanged>(&event.body)) {
        size += peers->changed.size() * 2 * sizeof(Peer);
    } else if (const auto *raised = std::get_if<AlertRaised>(&event.body)) {
        size += sizeof(Alert) + raised->alert->title.size() + raised->alert->text.size() + raised->alert->subject.size();
    }
    return size;
}

std::size_t sizeOf(const std::vector<ChainEventPtr> &events)
{
    std::size_t size = sizeof(StreamEvent);
    for (const ChainEventPtr &event : events)
        size += sizeOf(*event);
    return size;
}

/// Takes @p next into @p event if one message can say both.
bool join(ChainEvent &event, const ChainEvent &next)
{
    if (auto *seen = std::get_if<TransactionsSeen>(&event.body)) {
        const auto *more = std::get_if<TransactionsSeen>(&next.body);
        if (!more || seen->entries.size() + more->entries.size() > maxTransactionsPerMessage)
            return false;
        seen->entries.insert(seen->entries.end(), more->entries.begin(), more->entries.end());
        return true;
    }
    auto *removed = std::get_if<TransactionsRemoved>(&event.body);
    const auto *more = std::get_if<TransactionsRemoved>(&next.body);
    if (!removed || !more || removed->reason != more->reason || removed->by || more->by ||
        removed->txids.size() + more->txids.size() > maxTxidsPerMessage)
        return false;
    removed->txids.insert(removed->txids.end(), more->txids.begin(), more->txids.end());
    return true;
}

} // namespace

FramePtr frameOf(const Dialect &dialect, std::string_view payload)
{
    if (dialect.isEventStream())
        return Frame::plain(std::string(payload));
    return Frame::make(dialect.isBinary() ? Opcode::Binary : Opcode::Text, payload);
}

StreamMessage frameMessage(const Dialect &dialect, const WireMessage &message, std::uint64_t seq, bool withMark)
{
    StreamMessage framed{frameOf(dialect, message.payload), nullptr, seq, message.channel, message.conflates, message.subject};
    if (withMark) {
        if (const auto marked = dialect.marked(message.payload))
            framed.marked = frameOf(dialect, *marked);
    }
    return framed;
}

StreamEvent::StreamEvent(std::vector<ChainEventPtr> events)
    : m_position(events.back()->position), m_seqBefore(events.front()->position.seq - 1), m_events(std::move(events)),
      m_ownBytes(sizeOf(m_events))
{
}

StreamEvent::StreamEvent(const StreamMetrics &metrics, ChainSnapshotPtr at, std::int64_t timestamp)
    : m_position(at->position), m_seqBefore(m_position.seq), m_metrics(metrics), m_at(std::move(at)), m_timestamp(timestamp),
      m_ownBytes(sizeof(StreamEvent))
{
}

const std::vector<StreamMessage> &StreamEvent::messages(Wire wire, const Dialect &dialect) const
{
    Encoded &encoded = m_encoded[static_cast<std::size_t>(wire)];
    std::call_once(encoded.once, [&] {
        encoded.messages = encode(dialect, nullptr);
        std::size_t bytes = 0;
        for (const StreamMessage &message : encoded.messages)
            bytes += sizeof message + message.frame->size() + (message.marked ? message.marked->size() : 0);
        m_encodedBytes.fetch_add(bytes, std::memory_order_relaxed);
    });
    return encoded.messages;
}

std::vector<StreamMessage> StreamEvent::messages(const Dialect &dialect, const StreamFilter &filter) const
{
    return encode(dialect, &filter);
}

bool StreamEvent::isConcernedBy(const StreamFilter &filter) const
{
    return std::any_of(m_events.begin(), m_events.end(), [&](const ChainEventPtr &event) { return filter.concerns(*event); });
}

StreamEventPtr StreamEvent::after(std::uint64_t seq) const
{
    const auto first =
        std::find_if(m_events.begin(), m_events.end(), [&](const auto &event) { return event->position.seq > seq; });
    return std::make_shared<const StreamEvent>(std::vector(first, m_events.end()));
}

/// The events with what is alike and adjacent in one: a busy network's transactions leave in batches.
const std::vector<ChainEventPtr> &StreamEvent::joined() const
{
    if (m_events.size() < 2)
        return m_events;
    std::call_once(m_joinOnce, [this] {
        std::shared_ptr<ChainEvent> open; // ours, while more may be joined to it
        for (const ChainEventPtr &event : m_events) {
            if (open && join(*open, *event)) {
                open->position = event->position; // and the timestamp stays that of the oldest
                continue;
            }
            open = std::make_shared<ChainEvent>(*event);
            m_joined.push_back(open);
        }
    });
    return m_joined;
}

std::vector<StreamMessage> StreamEvent::encode(const Dialect &dialect, const StreamFilter *filter) const
{
    std::vector<StreamMessage> messages;
    if (m_at) {
        for (const WireMessage &message : dialect.encode(m_metrics, *m_at, m_timestamp))
            messages.push_back(frameMessage(dialect, message, m_position.seq, true));
        return messages;
    }
    for (const ChainEventPtr &event : joined()) {
        const std::vector<WireMessage> words = dialect.encode(*event, filter);
        for (const WireMessage &message : words) {
            const bool mayOvertake = message.channel == Channel::Blocks || message.channel == Channel::Tip;
            messages.push_back(frameMessage(dialect, message, event->position.seq, mayOvertake || words.size() > 1));
        }
    }
    return messages;
}

} // namespace tipwatch
