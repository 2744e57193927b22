// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/publisher.h"

#include "shared/protocol/encoder.h"
#include "shared/state/chain_store.h"
#include "shared/state/event_bus.h"

namespace tipwatch {

namespace {

StreamStepPtr stepOf(const ChainEvent &event)
{
    auto step = std::make_shared<StreamStep>();
    step->position = event.position;
    if (const auto *changed = std::get_if<SourceStatusChanged>(&event.body))
        step->network = changed->status.network;
    for (const EncodedMessage &message : encodeEvent(event))
        step->messages.push_back({message.channel, Frame::text(message.json)});
    return step;
}

StreamStepPtr stepOf(const ChainSnapshot &snapshot, std::int64_t now)
{
    auto step = std::make_shared<StreamStep>();
    step->position = snapshot.position;
    step->network = snapshot.status.network;
    for (const Channel channel : allChannels) {
        // Before the node was heard there is nothing to tell but how it stands with it.
        if (channel != Channel::Status && !snapshot.tip.isKnown())
            continue;
        if (const std::optional<std::string> json = encodeState(channel, snapshot, now))
            step->messages.push_back({channel, Frame::text(*json)});
    }
    return step;
}

} // namespace

Publisher::Publisher(EventBus &bus, const ChainStore &store, Reactor &reactor, const Clock &clock) : m_reactor(reactor)
{
    connect(
        &bus, &EventBus::published, this, [this](const ChainEventPtr &event) { m_reactor.publish(stepOf(*event)); },
        Qt::DirectConnection);
    m_reactor.publish(stepOf(*store.snapshot(), clock.unixMs()));
}

} // namespace tipwatch
