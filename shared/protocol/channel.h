// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tipwatch {

/// What a client can subscribe to. Names exist on the wire only; inside the process there are events.
enum class Channel : std::uint8_t {
    Tip,
    Blocks,
    Txs,
    Mempool,
    Projected,
    Projected0, ///< the transactions of the first projected block; the others follow it
    Projected1,
    Projected2,
    Projected3,
    Projected4,
    Projected5,
    Projected6,
    Projected7,
    Fees,
    Difficulty,
    Network,
    Nodes,
    Metrics,
    Status,
    Alerts,
    Track
};

inline constexpr std::array allChannels{
    Channel::Tip,        Channel::Blocks,     Channel::Txs,        Channel::Mempool,    Channel::Projected,  Channel::Projected0,
    Channel::Projected1, Channel::Projected2, Channel::Projected3, Channel::Projected4, Channel::Projected5, Channel::Projected6,
    Channel::Projected7, Channel::Fees,       Channel::Difficulty, Channel::Network,    Channel::Nodes,      Channel::Metrics,
    Channel::Status,     Channel::Alerts,     Channel::Track};
inline constexpr std::size_t channelCount = allChannels.size();

/// State channels conflate: only the latest message matters. Event channels never reorder and never silently lose.
enum class ChannelKind { State, Event };

constexpr ChannelKind kindOf(Channel channel)
{
    const bool isEvent =
        channel == Channel::Blocks || channel == Channel::Txs || channel == Channel::Alerts || channel == Channel::Track;
    return isEvent ? ChannelKind::Event : ChannelKind::State;
}

inline constexpr std::size_t projectedChannels = 8;
/// projected:@p index
constexpr Channel projectedChannel(std::size_t index)
{
    return static_cast<Channel>(static_cast<std::size_t>(Channel::Projected0) + index);
}

std::string_view channelName(Channel channel);
std::optional<Channel> channelFromName(std::string_view name);

/// A set of channels.
class ChannelSet {
public:
    constexpr ChannelSet() = default;
    constexpr ChannelSet(std::initializer_list<Channel> channels)
    {
        for (const Channel channel : channels)
            insert(channel);
    }
    constexpr void insert(Channel channel) { m_bits |= bit(channel); }
    constexpr void erase(Channel channel) { m_bits &= ~bit(channel); }
    constexpr bool contains(Channel channel) const { return (m_bits & bit(channel)) != 0; }
    constexpr bool isEmpty() const { return m_bits == 0; }
    friend constexpr bool operator==(ChannelSet, ChannelSet) = default;

private:
    static constexpr std::uint32_t bit(Channel channel) { return 1u << static_cast<unsigned>(channel); }
    std::uint32_t m_bits = 0;
};

/// What a client gets that says nothing (S0 only listens).
inline constexpr ChannelSet defaultChannels{Channel::Tip, Channel::Blocks, Channel::Txs, Channel::Mempool};

} // namespace tipwatch
