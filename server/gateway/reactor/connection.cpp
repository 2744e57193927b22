// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>

namespace tipwatch {

namespace {

constexpr std::size_t maxVectors = 64; ///< frames per system call; a burst is rarely longer

/// Bytes that the kernel took; nothing if the connection is broken.
std::optional<std::size_t> sendVectors(int fd, std::span<iovec> vectors)
{
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    ssize_t sent;
    do {
        sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return 0;
    return std::nullopt;
}

} // namespace

Connection::Sent Connection::send(std::span<const Outgoing> &frames, const QueueLimits &limits)
{
    while (!m_queue && !frames.empty()) {
        std::array<iovec, maxVectors> vectors;
        const std::size_t count = std::min(frames.size(), vectors.size());
        std::size_t total = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string_view bytes = frames[i].frame->bytes();
            vectors[i] = {const_cast<char *>(bytes.data()), bytes.size()};
            total += bytes.size();
        }
        const std::optional<std::size_t> sent = sendVectors(fd, std::span(vectors).first(count));
        if (!sent)
            return Sent::Broken;
        bytesOut += *sent;
        std::size_t taken = *sent;
        while (!frames.empty() && taken >= frames.front().frame->size()) {
            taken -= frames.front().frame->size();
            frames = frames.subspan(1);
        }
        if (*sent == total)
            continue;
        m_queue = std::make_unique<OutQueue>();
        if (taken > 0) { // a frame that has begun has to be finished, however long it is
            m_queue->pushAlways(frames.front());
            m_queue->consume(taken);
            frames = frames.subspan(1);
        }
    }
    for (; !frames.empty(); frames = frames.subspan(1)) {
        if (!m_queue->push(frames.front(), limits))
            return Sent::Overflow;
    }
    return m_queue ? Sent::Waiting : Sent::All;
}

Connection::Sent Connection::flush(std::size_t bytesPerCall)
{
    while (m_queue && !m_queue->isEmpty()) {
        std::array<iovec, maxVectors> vectors;
        const std::size_t count = m_queue->gather(vectors, bytesPerCall);
        const std::optional<std::size_t> sent = sendVectors(fd, std::span(vectors).first(count));
        if (!sent)
            return Sent::Broken;
        if (*sent == 0)
            return Sent::Waiting;
        m_queue->consume(*sent);
        bytesOut += *sent;
        stalledSince = 0;
    }
    m_queue.reset();
    return Sent::All;
}

Connection::Sent Connection::sendLast(FramePtr close, bool now)
{
    if (!m_queue)
        m_queue = std::make_unique<OutQueue>();
    if (now)
        m_queue->dropWaiting();
    m_queue->pushAlways({std::move(close), std::nullopt});
    return flush(std::numeric_limits<std::size_t>::max());
}

} // namespace tipwatch
