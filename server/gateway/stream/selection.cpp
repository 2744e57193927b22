// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/stream/selection.h"

#include <algorithm>

namespace tipwatch {

namespace {

/// What goes ahead of older messages must not be resumed from.
FramePtr overtaking(const StreamMessage &message, const Subscription &wants)
{
    return Frame::deflated(message.marked ? message.marked : message.frame, wants.deflateBits);
}

void append(const std::vector<StreamMessage> &messages, std::uint64_t after, const Subscription &wants, Part part, Outbox &out)
{
    const auto isWanted = [&](const StreamMessage &message) {
        if (message.subject && !(wants.filter && wants.filter->tracks.contains(*message.subject)))
            return false;
        return wants.channels.contains(message.channel) && (part == Part::All || kindOf(message.channel) == ChannelKind::Event);
    };
    std::uint32_t number = 0;
    for (auto message = messages.begin(); message != messages.end();) {
        if (!isWanted(*message)) {
            ++message;
            continue;
        }
        const auto next = std::find_if(message + 1, messages.end(), isWanted);
        const bool isLast = next == messages.end() || next->seq != message->seq;
        if (message->conflates)
            std::erase_if(out, [&](const Outgoing &older) { return older.place && older.channel == message->channel; });
        const FramePtr &frame = isLast || !message->marked ? message->frame : message->marked;
        const bool mayOvertake = message->channel == Channel::Blocks || message->channel == Channel::Tip;
        out.push_back({Frame::deflated(frame, wants.deflateBits), message->channel, message->conflates,
                       StreamPlace{after, number++}, mayOvertake ? overtaking(*message, wants) : nullptr, message->seq});
        message = next;
    }
}

} // namespace

void select(const StreamEventPtr &event, std::uint64_t after, const Subscription &wants, Part part, const Dialect &dialect,
            Outbox &out)
{
    const StreamEventPtr rest = after > event->seqBefore() ? event->after(after) : event;
    if (wants.filter && rest->isConcernedBy(*wants.filter))
        append(rest->messages(dialect, *wants.filter), after, wants, part, out);
    else
        append(rest->messages(wants.wire, dialect), after, wants, part, out);
}

Selections::Selection &Selections::of(const Subscription &wants)
{
    if (!m_last || m_last->wants != wants)
        m_last = &find(wants);
    return *m_last;
}

Selections::Selection &Selections::find(const Subscription &wants)
{
    auto &alike = m_byFilter[wants.filter.get()];
    const auto found = std::find_if(alike.begin(), alike.end(), [&](const auto &selection) { return selection->wants == wants; });
    if (found != alike.end())
        return **found;
    alike.push_back(std::make_unique<Selection>(Selection{wants, {}, 0}));
    if (const Dialect *dialect = m_protocol.dialect(wants.wire)) {
        for (const StreamEventPtr &event : m_events)
            select(event, event->seqBefore(), wants, Part::All, *dialect, alike.back()->messages);
    }
    return *alike.back();
}

} // namespace tipwatch
