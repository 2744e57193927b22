// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"

namespace tipwatch {

/// What one client wants to hear. A client that says nothing has the default channels; its first subscribe replaces them. Whoever begins
/// with an unsubscribe has taken the default for his own: later subscribes add to what is left.
class Session {
public:
    ChannelSet channels() const { return m_channels; }

    void subscribe(ChannelSet channels)
    {
        if (!m_isChosen)
            m_channels = ChannelSet();
        m_isChosen = true;
        for (const Channel channel : allChannels) {
            if (channels.contains(channel))
                m_channels.insert(channel);
        }
    }

    void unsubscribe(ChannelSet channels)
    {
        m_isChosen = true;
        for (const Channel channel : allChannels) {
            if (channels.contains(channel))
                m_channels.erase(channel);
        }
    }

private:
    ChannelSet m_channels = defaultChannels;
    bool m_isChosen = false;
};

} // namespace tipwatch
