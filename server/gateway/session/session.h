// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/stream_filter.h"
#include "server/gateway/dialects/wire.h"
#include "shared/protocol/channel.h"

#include <cstdint>
#include <memory>
#include <optional>

namespace tipwatch {

/// What somebody gets of the stream. Clients for which this is the same get the same frames.
struct Subscription {
    Wire wire = Wire::Json;
    std::int8_t deflateBits = 0; ///< window of permessage-deflate; 0: without
    ChannelSet channels;
    StreamFilterPtr filter; ///< null: everything. The clients of a shard that filter alike have the same.
    friend bool operator==(const Subscription &, const Subscription &) = default;
};

/// Events that a client missed and now wants.
struct Replay {
    std::uint64_t after = 0; ///< seq of the last one it has
    ChannelSet channels;     ///< whose messages it missed
};

/// What one client wants to hear. A client that says nothing has its dialect's default channels; its first subscribe replaces them. Whoever
/// begins with an unsubscribe has taken the default for his own: later subscribes add to what is left.
class Session {
public:
    const Subscription &wants() const { return m_wants; }
    ChannelSet channels() const { return m_wants.channels; }

    /// From then on @p wire is spoken, of which @p standard are the default channels.
    void speak(Wire wire, ChannelSet standard)
    {
        m_wants.wire = wire;
        if (!m_isChosen)
            m_wants.channels = standard;
    }
    void setFilter(StreamFilterPtr filter) { m_wants.filter = std::move(filter); }
    void setDeflate(int windowBits) { m_wants.deflateBits = static_cast<std::int8_t>(windowBits); }

    /// Whether it said what it wants; until then it has the default.
    bool hasChosen() const { return m_isChosen; }

    /// @return true if the default was replaced.
    bool subscribe(ChannelSet channels)
    {
        const bool isFirst = !m_isChosen;
        if (isFirst)
            m_wants.channels = ChannelSet();
        m_isChosen = true;
        for (const Channel channel : allChannels) {
            if (channels.contains(channel))
                m_wants.channels.insert(channel);
        }
        return isFirst;
    }

    void unsubscribe(ChannelSet channels)
    {
        m_isChosen = true;
        for (const Channel channel : allChannels) {
            if (channels.contains(channel))
                m_wants.channels.erase(channel);
        }
    }

    bool mayChooseWire = false;          ///< by its first message: /ws
    std::uint32_t refusals = 0;          ///< messages of the client's that were answered with an error
    bool isBehind = false;               ///< older messages wait for it elsewhere than in its queue; kept by the shard
    bool isLockedOut = false;            ///< a token is required, and it has shown none yet
    std::optional<ChannelSet> allowed{}; ///< by its token; nothing: everything
    std::int64_t expiresAt = 0;          ///< steady ms at which its token is good no longer; 0: never
    std::unique_ptr<Replay> replay{};    ///< asked for; the shard takes it

private:
    Subscription m_wants;
    bool m_isChosen = false;
};

} // namespace tipwatch
