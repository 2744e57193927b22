// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/out_queue.h"

#include <algorithm>

namespace tipwatch {

bool OutQueue::push(const Outgoing &outgoing, const QueueLimits &limits)
{
    const auto firstUntouched = m_waiting.begin() + (m_sent > 0 ? 1 : 0);
    const auto isOlder = [&](const Outgoing &o) { return o.channel == outgoing.channel; };
    std::size_t freedMessages = 0, freedBytes = 0;
    for (auto it = firstUntouched; outgoing.conflates && it != m_waiting.end(); ++it) {
        if (isOlder(*it)) {
            ++freedMessages;
            freedBytes += it->frame->size();
        }
    }
    const std::size_t bytes = m_bytes - freedBytes + outgoing.frame->size();
    // One message more than all the bytes allowed has to be possible, or it could never be sent.
    if (m_waiting.size() - freedMessages + 1 > limits.messages || (bytes > limits.bytes && m_waiting.size() > freedMessages))
        return false;
    if (freedMessages > 0) {
        const auto freed = std::stable_partition(firstUntouched, m_waiting.end(), [&](const Outgoing &o) { return !isOlder(o); });
        std::for_each(freed, m_waiting.end(), [this](const Outgoing &o) { left(o); });
        m_waiting.erase(freed, m_waiting.end());
    }
    m_bytes += outgoing.frame->size() - freedBytes;
    entered(outgoing);
    auto at = m_waiting.end();
    if (outgoing.overtaking) {
        const auto first = m_waiting.begin() + (m_sent > 0 ? 1 : 0);
        while (at != first && std::prev(at)->place && !std::prev(at)->overtaking)
            --at;
    }
    if (at == m_waiting.end()) {
        m_waiting.push_back(outgoing);
    } else {
        m_bytes += outgoing.overtaking->size() - outgoing.frame->size();
        m_waiting.insert(at, outgoing)->frame = outgoing.overtaking;
    }
    return true;
}

void OutQueue::pushAlways(Outgoing outgoing)
{
    m_bytes += outgoing.frame->size();
    entered(outgoing);
    m_waiting.push_back(std::move(outgoing));
}

void OutQueue::dropWaiting()
{
    std::for_each(m_waiting.begin() + (m_sent > 0 ? 1 : 0), m_waiting.end(), [this](const Outgoing &o) { left(o); });
    m_waiting.resize(m_sent > 0 ? 1 : 0);
    m_bytes = m_sent > 0 ? m_waiting.front().frame->size() - m_sent : 0;
}

std::size_t OutQueue::gather(std::span<iovec> vectors, std::size_t bytes) const
{
    std::size_t count = 0, total = 0;
    for (; count < std::min(vectors.size(), m_waiting.size()) && (count == 0 || total < bytes); ++count) {
        const std::string_view rest = m_waiting[count].frame->bytes().substr(count == 0 ? m_sent : 0);
        vectors[count] = {const_cast<char *>(rest.data()), rest.size()};
        total += rest.size();
    }
    return count;
}

void OutQueue::consume(std::size_t bytes)
{
    m_bytes -= bytes;
    m_sent += bytes;
    while (!m_waiting.empty() && m_sent >= m_waiting.front().frame->size()) {
        m_sent -= m_waiting.front().frame->size();
        left(m_waiting.front());
        m_waiting.pop_front();
    }
}

void OutQueue::entered(const Outgoing &outgoing)
{
    if (outgoing.place)
        return;
    ++m_answers;
    m_answerBytes += outgoing.frame->size();
}

void OutQueue::left(const Outgoing &outgoing)
{
    if (outgoing.place)
        return;
    --m_answers;
    m_answerBytes -= outgoing.frame->size();
}

} // namespace tipwatch
