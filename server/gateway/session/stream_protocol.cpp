// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/session/stream_protocol.h"

#include "server/gateway/auth/token_verifier.h"
#include "shared/protocol/track_name.h"

#include <algorithm>
#include <utility>

namespace tipwatch {

namespace {

ChannelSet both(ChannelSet some, const std::optional<ChannelSet> &others)
{
    ChannelSet common;
    for (const Channel channel : allChannels) {
        if (some.contains(channel) && (!others || others->contains(channel)))
            common.insert(channel);
    }
    return common;
}

/// Those of which a snapshot is a long list.
ChannelSet listChannels()
{
    ChannelSet all;
    for (std::size_t index = 0; index < projectedChannels; ++index)
        all.insert(projectedChannel(index));
    return all;
}

ChannelSet without(ChannelSet some, ChannelSet others)
{
    ChannelSet left;
    for (const Channel channel : allChannels) {
        if (some.contains(channel) && !others.contains(channel))
            left.insert(channel);
    }
    return left;
}

ChannelSet shortChannels()
{
    ChannelSet all;
    for (const Channel channel : allChannels)
        all.insert(channel);
    return without(all, listChannels());
}

/// A filter, and the wishes for what it names, for as long as some client has it.
struct WatchingFilter : StreamFilter {
    WatchingFilter(StreamFilter filter, std::vector<WatchPtr> wishes)
        : StreamFilter(std::move(filter)), watches(std::move(wishes))
    {
    }
    std::vector<WatchPtr> watches;
};

std::vector<std::string> tracksOf(const Session &session, std::string_view network)
{
    std::vector<std::string> names;
    if (!session.wants().filter || !session.channels().contains(Channel::Track))
        return names;
    for (const WatchSubject &subject : session.wants().filter->tracks.subjects())
        names.push_back(trackName(subject, network));
    return names;
}

} // namespace

StreamProtocol::StreamProtocol(Needs needs) : m_needs(std::move(needs)) {}

void StreamProtocol::opened(Session &session, const Newcomer &newcomer, const StreamState &stream, Outbox &out)
{
    if (newcomer.claims)
        admit(session, *newcomer.claims);
    if (newcomer.query) {
        join(session, *newcomer.query, stream, out);
        return;
    }
    const Wire wire = m_dialects.wireFor(newcomer.path, newcomer.subprotocol);
    session.mayChooseWire = wire == Wire::Json;
    session.isLockedOut = m_needs.tokensAreRequired && !newcomer.claims;
    if (session.isLockedOut)
        session.allowed = ChannelSet();
    session.setDeflate(newcomer.deflateBits);
    session.speak(wire, both(dialect(wire)->defaultChannels(), session.allowed));
    Hello hello = m_needs.hello;
    hello.position = stream.position();
    hello.network = stream.network();
    say(session, hello, out);
    sayState(session, session.channels(), false, stream, out);
}

/// As long and as far as the token says.
void StreamProtocol::admit(Session &session, const Claims &claims) const
{
    session.allowed = claims.channels;
    const std::int64_t left = (claims.expires + TokenVerifier::leewaySeconds) * 1000 - m_needs.clock.unixMs();
    session.expiresAt = claims.expires == 0 ? 0 : m_needs.clock.steadyMs() + std::max<std::int64_t>(left, 0);
}

/// One who says with the request what a WebSocket says with its first messages. A long poll is told nothing before it is answered.
void StreamProtocol::join(Session &session, const StreamQuery &query, const StreamState &stream, Outbox &out)
{
    const bool isPoll = query.form == StreamQuery::Form::LongPoll;
    session.speak(isPoll ? Wire::Json : Wire::EventStream, query.channels);
    session.setFilter(shared(query.filter));
    if (isPoll)
        return;
    Hello hello = m_needs.hello;
    hello.position = stream.position();
    hello.network = stream.network();
    hello.recovered = query.since && stream.ring.reachesBackTo(*query.since);
    const bool misses = *hello.recovered && query.since->seq != hello.position.seq;
    const Dialect &words = *dialect(session.wants().wire);
    const std::string greeting = words.put(hello);
    out.push_back({frameOf(words, misses ? *words.marked(greeting) : greeting)});
    sayState(session, query.channels, misses, stream, out);
    if (misses)
        session.replay = std::make_unique<Replay>(Replay{query.since->seq, query.channels});
}

void StreamProtocol::startOver(const Session &session, const StreamState &stream, Outbox &out)
{
    sayState(session, session.channels(), session.isBehind, stream, out);
}

void StreamProtocol::textReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out)
{
    received(session, message, false, stream, out);
}

void StreamProtocol::binaryReceived(Session &session, std::string_view message, const StreamState &stream, Outbox &out)
{
    received(session, message, true, stream, out);
}

void StreamProtocol::rateLimited(const Session &session, Outbox &out)
{
    say(session, RequestError{"rate_limited", "you send too many messages; this one was not looked at", {}, {}}, out);
}

/// What was dropped of the state channels is made good by their present state.
void StreamProtocol::dropped(const Session &session, std::uint64_t count, const StreamState &stream, Outbox &out)
{
    if (count > 0)
        say(session, RequestError{"dropped", "messages were dropped because you read too slowly", {}, {}, count}, out);
    startOver(session, stream, out);
}

void StreamProtocol::received(Session &session, std::string_view message, bool isBinary, const StreamState &stream, Outbox &out)
{
    if (session.mayChooseWire && !isBinary) {
        if (const std::optional<Wire> wire = wireOf(message)) {
            session.mayChooseWire = false;
            session.speak(*wire, both(dialect(*wire)->defaultChannels(), session.allowed));
        }
    }
    auto request = m_dialects.find(session.wants().wire)->parse(message, isBinary, stream.network());
    if (!request || !request->refused.empty())
        ++session.refusals;
    if (!request) {
        say(session, request.error(), out);
        return;
    }
    for (const RequestError &error : request->refused)
        say(session, error, out);
    if (request->refused.empty() || !request->channels.isEmpty())
        apply(session, *request, stream, out);
}

void StreamProtocol::apply(Session &session, ClientRequest &request, const StreamState &stream, Outbox &out)
{
    if (session.isLockedOut && request.op != ClientRequest::Op::Ping && request.op != ClientRequest::Op::Authenticate) {
        ++session.refusals;
        say(session, RequestError{"unauthorized", "a token is needed first", {}, request.id}, out);
        return;
    }
    switch (request.op) {
    case ClientRequest::Op::Subscribe:
        subscribe(session, request, stream, out);
        break;
    case ClientRequest::Op::Unsubscribe:
        unsubscribe(session, request, stream, out);
        break;
    case ClientRequest::Op::Snapshot:
        sayState(session, both(request.channels, session.allowed), session.isBehind, stream, out);
        break;
    case ClientRequest::Op::Ping:
        say(session, Pong{request}, out);
        break;
    case ClientRequest::Op::Authenticate:
        authenticate(session, request, stream, out);
        break;
    case ClientRequest::Op::SetFilter:
    case ClientRequest::Op::ClearFilter: {
        const bool sets = request.op == ClientRequest::Op::SetFilter;
        session.setFilter(shared(sets ? request.filter : StreamFilter()));
        sets ? say(session, Subscribed{request, session.channels(), stream.position()}, out)
             : say(session, Unsubscribed{request, session.channels(), stream.position()}, out);
        break;
    }
    }
}

/// Of the transactions and addresses only those that are named; the others are tracked further.
void StreamProtocol::unsubscribe(Session &session, const ClientRequest &request, const StreamState &stream, Outbox &out)
{
    ChannelSet channels = request.channels;
    if (session.wants().filter) { // a channel of which something is left stays
        StreamFilter filter = *session.wants().filter;
        if (channels.contains(Channel::Track)) {
            filter.tracks.erase(request.filter.tracks);
            if (!filter.tracks.isEmpty())
                channels.erase(Channel::Track);
        }
        if (filter.signals && request.filter.signals) {
            filter.signals->remove(*request.filter.signals);
            if (filter.signals->isEmpty())
                filter.signals.reset();
            else
                channels.erase(Channel::Alerts);
        }
        session.setFilter(shared(std::move(filter)));
    }
    session.unsubscribe(channels);
    say(session, Unsubscribed{request, session.channels(), stream.position(), tracksOf(session, stream.network())}, out);
}

void StreamProtocol::subscribe(Session &session, ClientRequest &request, const StreamState &stream, Outbox &out)
{
    const ChannelSet channels = both(request.channels, session.allowed);
    for (const Channel channel : allChannels) {
        if (request.channels.contains(channel) && !channels.contains(channel))
            say(session,
                RequestError{"forbidden", "your token does not give access to this channel", std::string(channelName(channel)),
                             request.id},
                out);
    }
    if (channels.isEmpty() && !request.channels.isEmpty())
        return;

    StreamFilter filter = session.wants().filter && session.hasChosen() ? *session.wants().filter : StreamFilter();
    filter.replace(channels, request.filter);
    if (filter.tracks.size() > TrackFilter::most) {
        ++session.refusals;
        say(session, RequestError{"too_many_channels", "at most 100 transactions and addresses can be tracked", {}, request.id},
            out);
        return;
    }
    const bool isFirst = session.subscribe(channels);
    session.setFilter(shared(std::move(filter)));

    // Whoever lags has a place in the stream already; only the default's may be given up for another.
    const Position now = stream.position();
    const bool recovered = request.since && stream.ring.reachesBackTo(*request.since) && (isFirst || !session.isBehind);
    const bool misses = recovered && request.since->seq != now.seq; // or knows what is still on its way here
    say(session, Subscribed{request, session.channels(), now, recovered, tracksOf(session, stream.network())}, out);
    sayState(session, channels, misses || (session.isBehind && !isFirst), stream, out);
    if (misses)
        session.replay = std::make_unique<Replay>(Replay{request.since->seq, channels});
    else if (isFirst && session.isBehind)
        session.replay = std::make_unique<Replay>(Replay{now.seq, {}});
    if (request.lastBlocks > 0 && !recovered && channels.contains(Channel::Blocks))
        sayBlocks(session, request.lastBlocks, stream, out);
}

void StreamProtocol::authenticate(Session &session, const ClientRequest &request, const StreamState &stream, Outbox &out)
{
    if (!m_needs.checkToken) {
        say(session, RequestError{"unauthorized", "this server knows no tokens", {}, request.id}, out);
        return;
    }
    auto claims = m_needs.checkToken(request.token);
    if (!claims) {
        claims.error().id = request.id;
        say(session, claims.error(), out);
        return;
    }
    admit(session, *claims);
    say(session, Authenticated{request, claims->expires}, out);
    if (!std::exchange(session.isLockedOut, false))
        return;
    const Wire wire = session.wants().wire;
    session.speak(wire, both(dialect(wire)->defaultChannels(), session.allowed));
    sayState(session, session.channels(), false, stream, out);
}

void StreamProtocol::say(const Session &session, const Answer &answer, Outbox &out) const
{
    const Dialect &words = *dialect(session.wants().wire);
    if (const std::string text = words.put(answer); !text.empty())
        out.push_back({frameOf(words, text)});
}

/// Of the parts of a list only the last may be resumed from.
void StreamProtocol::addList(const std::vector<StreamMessage> &parts, bool marked, Outbox &out)
{
    for (const StreamMessage &part : parts) {
        const bool isMarked = part.marked && (marked || &part != &parts.back());
        out.push_back({isMarked ? part.marked : part.frame, part.channel, part.conflates});
    }
}

/// The state channels as they are now. @p marked: something before that is still to come.
void StreamProtocol::sayState(const Session &session, ChannelSet channels, bool marked, const StreamState &stream, Outbox &out)
{
    const Wire wire = session.wants().wire;
    const Dialect &words = *dialect(wire);
    const auto add = [&](const std::vector<StreamMessage> &messages) {
        for (const StreamMessage &message : messages) {
            if (channels.contains(message.channel))
                out.push_back({marked && message.marked ? message.marked : message.frame, message.channel, message.conflates});
        }
    };
    if (const StreamFilterPtr &filter = session.wants().filter) {
        std::vector<StreamMessage> messages;
        for (const WireMessage &message :
             words.encode(*stream.snapshot, without(channels, listChannels()), filter.get(), m_needs.clock.unixMs()))
            messages.push_back(frameMessage(words, message, stream.position().seq, marked));
        add(messages);
    } else {
        add(snapshotsOf(wire, words, stream).messages);
    }
    for (std::size_t index = 0; index < projectedChannels; ++index) {
        if (channels.contains(projectedChannel(index)) && stream.snapshot->projectedTransactions[index])
            addList(projectedOf(wire, words, index, stream), marked, out);
    }
    if (channels.contains(Channel::Metrics) && stream.metrics)
        add(stream.metrics->messages(wire, words));
}

StreamProtocol::Snapshots &StreamProtocol::snapshotsOf(Wire wire, const Dialect &dialect, const StreamState &stream)
{
    Snapshots &known = m_snapshots[static_cast<std::size_t>(wire)];
    if (known.messages.empty() || known.position != stream.position()) {
        known = {stream.position(), {}, {}};
        for (const WireMessage &message : dialect.encode(*stream.snapshot, shortChannels(), nullptr, m_needs.clock.unixMs()))
            known.messages.push_back(frameMessage(dialect, message, stream.position().seq, true));
    }
    return known;
}

const std::vector<StreamMessage> &StreamProtocol::projectedOf(Wire wire, const Dialect &dialect, std::size_t index,
                                                              const StreamState &stream)
{
    std::vector<StreamMessage> &known = snapshotsOf(wire, dialect, stream).projected[index];
    if (known.empty()) {
        for (const WireMessage &message :
             dialect.encode(*stream.snapshot, {projectedChannel(index)}, nullptr, m_needs.clock.unixMs()))
            known.push_back(frameMessage(dialect, message, stream.position().seq, true));
    }
    return known;
}

/// The latest @p count blocks as they were announced, oldest first.
void StreamProtocol::sayBlocks(const Session &session, std::size_t count, const StreamState &stream, Outbox &out) const
{
    const Dialect &words = *dialect(session.wants().wire);
    const auto &blocks = stream.snapshot->blocks;
    for (std::size_t i = std::min(count, blocks.size()); i-- > 0;) {
        // Of a block from before our start only its own word is known.
        const std::int64_t heard = blocks[i]->receivedAt > 0 ? blocks[i]->receivedAt : 1000 * blocks[i]->time;
        const ChainEvent event{stream.position(), heard, BlockConnected{blocks[i]}, stream.network()};
        for (const WireMessage &message : words.encode(event, session.wants().filter.get())) {
            if (message.channel != Channel::Blocks)
                continue;
            const StreamMessage framed = frameMessage(words, message, stream.position().seq, session.isBehind);
            out.push_back({framed.marked ? framed.marked : framed.frame, message.channel});
        }
    }
}

/// Wishes for all that it names: what is tracked, and addresses whose spends are wanted.
std::vector<WatchPtr> StreamProtocol::watchesOf(const StreamFilter &filter) const
{
    std::vector<WatchPtr> watches;
    if (!m_needs.watches)
        return watches;
    for (const WatchSubject &subject : filter.tracks.subjects())
        watches.push_back(m_needs.watches->watch(subject));
    if (filter.txs) {
        for (const Script &script : filter.txs->scripts)
            watches.push_back(m_needs.watches->watch(script));
    }
    return watches;
}

/// The one of the clients that filter alike; null if nothing is filtered.
StreamFilterPtr StreamProtocol::shared(StreamFilter filter)
{
    if (filter.isEmpty())
        return nullptr;
    std::weak_ptr<const StreamFilter> &known = m_filters[filter.key()];
    StreamFilterPtr same = known.lock();
    if (!same) {
        std::vector<WatchPtr> watches = watchesOf(filter);
        same = std::make_shared<const WatchingFilter>(std::move(filter), std::move(watches));
        known = same;
    }
    if (m_filters.size() >= m_filtersToSweep) {
        std::erase_if(m_filters, [](const auto &entry) { return entry.second.expired(); });
        m_filtersToSweep = std::max<std::size_t>(64, 2 * m_filters.size());
    }
    return same;
}

} // namespace tipwatch
