// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/protocol/channel.h"

#include <array>
#include <atomic>
#include <cstdint>

namespace tipwatch {

/// Why a client was not served as it wished.
enum class ClientError : std::uint8_t {
    BadRequest,  ///< a message that was answered with an error
    Protocol,    ///< broke RFC 6455 (1002, 1007)
    TooBig,      ///< 1009
    Slow,        ///< 4008
    RateLimited, ///< 4029
    PingTimeout, ///< 4001
    Idle,        ///< 4000
    Lost         ///< hung up without a word, or the connection broke
};
inline constexpr std::size_t clientErrorCount = 8;

/// How long things took, in fixed steps; any thread may add, any may read. Milliseconds.
class LatencyCounter {
public:
    static constexpr std::array<double, 12> upperBoundsMs{0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000};

    void add(double ms)
    {
        std::size_t step = 0;
        while (step < upperBoundsMs.size() && ms > upperBoundsMs[step])
            ++step;
        m_steps[step].fetch_add(1, std::memory_order_relaxed);
        m_sumUs.fetch_add(static_cast<std::uint64_t>(ms * 1000), std::memory_order_relaxed);
    }

    /// Number in each step; the last is beyond all bounds.
    std::array<std::uint64_t, upperBoundsMs.size() + 1> steps() const
    {
        std::array<std::uint64_t, upperBoundsMs.size() + 1> out{};
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = m_steps[i].load(std::memory_order_relaxed);
        return out;
    }
    double sumMs() const { return static_cast<double>(m_sumUs.load(std::memory_order_relaxed)) / 1000; }

private:
    std::array<std::atomic<std::uint64_t>, upperBoundsMs.size() + 1> m_steps{};
    std::atomic<std::uint64_t> m_sumUs{0};
};

/// Figures that all shards add to and anyone may read. All but the first and the last two only grow.
struct ReactorCounters {
    std::atomic<std::int64_t> clients{0}; ///< open, or on their way to a shard
    std::atomic<std::uint64_t> opened{0};
    std::atomic<std::uint64_t> closed{0};
    std::atomic<std::uint64_t> messagesSent{0};                    ///< of any kind but control frames
    std::array<std::atomic<std::uint64_t>, channelCount> sentOn{}; ///< the part of it that belongs to a channel
    std::atomic<std::uint64_t> messagesReceived{0};
    std::atomic<std::uint64_t> bytesSent{0}; ///< frames, headers included
    std::atomic<std::uint64_t> bytesReceived{0};
    std::atomic<std::uint64_t> broadcasts{0}; ///< events handed to clients, counted once per shard
    std::atomic<std::uint64_t> dropped{0};    ///< messages that a slow client did not get
    std::array<std::atomic<std::uint64_t>, clientErrorCount> errors{};
    LatencyCounter broadcastLatency;             ///< from the node's word to the last client of a shard having been handed it
    std::atomic<std::int64_t> queuedMessages{0}; ///< waiting now, for all clients together
    std::atomic<std::int64_t> queuedBytes{0};
    std::atomic<std::uint64_t> announcedSeq{0}; ///< of the latest event that there is, be it on its way to the shards
    std::atomic<std::int64_t> figureClients{0}; ///< that want the metrics channel
    std::array<std::atomic<std::int64_t>, projectedChannels> projectedClients{}; ///< that want projected:N

    std::uint64_t of(ClientError error) const { return errors[static_cast<std::size_t>(error)].load(std::memory_order_relaxed); }
    void count(ClientError error) { errors[static_cast<std::size_t>(error)].fetch_add(1, std::memory_order_relaxed); }
};

} // namespace tipwatch
