// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/address_book.h"
#include "server/gateway/reactor/frame_decoder.h"
#include "server/gateway/reactor/out_queue.h"
#include "server/gateway/session/session.h"
#include "server/gateway/stream/lag.h"
#include "server/gateway/stream/long_poll.h"

#include <cstdint>
#include <memory>
#include <span>

namespace tipwatch {

/// One client of a shard, a WebSocket or who has asked for the stream over HTTP: its descriptor and what is known of it, some 200 bytes while it keeps up.
/// Lives in a slot of its shard, on the shard's thread; the slot is used again for a later client.
class Connection {
public:
    enum class Phase : std::uint8_t {
        Free,     ///< the slot is empty
        Open,     ///< messages go both ways
        Lingering ///< our close frame is the last we send; what still comes in is thrown away until the other side closes
    };
    enum class Sent {
        All,
        Waiting,  ///< the kernel is full; the rest is queued
        Overflow, ///< the queue is full, something could not be queued
        Broken    ///< the other side is gone
    };

    explicit Connection(std::size_t maxMessage) : decoder(maxMessage) {}
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;
    Connection(Connection &&) = default;
    Connection &operator=(Connection &&) = default;

    /// Sends at once what the kernel takes and queues the rest, in one system call if all goes well. Overflow leaves in @p frames those for
    /// which there was no room.
    Sent send(std::span<const Outgoing> &frames, const QueueLimits &limits);
    /// Sends what is queued, as far as the kernel takes it.
    Sent flush(std::size_t bytesPerCall);
    /// The close frame: behind what waits, or (@p now) in its place.
    Sent sendLast(FramePtr close, bool now);
    /// Throws away what waits.
    void dropQueue() { m_queue.reset(); }

    bool hasWaiting() const { return m_queue != nullptr; }
    std::size_t queuedMessages() const { return m_queue ? m_queue->messages() : 0; }
    std::size_t queuedBytes() const { return m_queue ? m_queue->bytes() : 0; }
    /// Half of what may wait, or more, could be queued.
    bool hasRoom(const QueueLimits &limits) const
    {
        return !m_queue || (m_queue->messages() <= limits.messages / 2 && m_queue->bytes() <= limits.bytes / 2);
    }
    /// The same for what answers it alone.
    bool hasRoomForAnswers(const QueueLimits &limits) const
    {
        return !m_queue || (m_queue->answers() <= limits.messages / 2 && m_queue->answerBytes() <= limits.bytes / 2);
    }

    int fd = -1;
    std::uint32_t index = 0;      ///< of the slot
    std::uint32_t generation = 0; ///< of the slot's use, so that a late event of a former one is known as such
    Phase phase = Phase::Free;
    bool watchesForSpace = false; ///< EPOLLOUT is armed
    bool isHeard = true;          ///< EPOLLIN is; not while it does not read its answers
    bool isShutDown = false;      ///< nothing more can be sent
    bool isWebSocket = true;      ///< else what it gets are no frames, and it says nothing
    Session session;
    ClientTicket ticket;
    std::unique_ptr<Lag> lag;       ///< null: it is where the stream is
    std::unique_ptr<LongPoll> poll; ///< null: it is none
    std::uint64_t clientId = 0;
    std::int64_t pingAt = 0;       ///< steady ms of the next ping
    std::int64_t silentSince = 0;  ///< of the first ping that was not followed by anything; 0: none
    std::int64_t stalledSince = 0; ///< since when the kernel takes nothing though something waits; 0: it does
    std::int64_t fullSince = 0;    ///< since when what does not fit into its queue waits for room; 0: it does not
    std::int64_t frameSince = 0;   ///< since when a frame of the client's is incomplete; 0: none is
    std::int64_t heardAt = 0;      ///< last message of the client's
    std::int64_t openedAt = 0;
    std::int64_t pingSentAt = 0;
    std::int64_t latencyMs = -1;  ///< of the last ping; -1: none yet
    double allowance = 0;         ///< messages that it may send now; below 0: how many it sent too many
    std::int64_t allowanceAt = 0; ///< when that was so
    std::uint64_t bytesIn = 0, bytesOut = 0;
    std::uint64_t messagesIn = 0, messagesOut = 0;
    std::uint64_t dropped = 0;                          ///< messages that it was too slow for,
    std::uint64_t droppedUntold = 0;                    ///< those of them that it was not told of,
    bool isBeingDropped = false;                        ///< it waits to be told how things stand
    ChannelSet counted;                                 ///< channels for which it is one of those who want them
    std::int64_t countedMessages = 0, countedBytes = 0; ///< of its queue, in the sums over all
    std::int64_t goneAt = 0;                            ///< while Lingering: when patience ends
    FrameDecoder decoder;

private:
    std::unique_ptr<OutQueue> m_queue; ///< only while something waits
};

} // namespace tipwatch
