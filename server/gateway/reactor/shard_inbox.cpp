// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/reactor/shard_inbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace tipwatch {

void ClientInquiry::add(std::vector<ClientInfo> clients)
{
    {
        const std::lock_guard lock(m_mutex);
        std::move(clients.begin(), clients.end(), std::back_inserter(m_clients));
        if (--m_missing > 0)
            return;
    }
    m_answer(std::move(m_clients));
}

ShardInbox::ShardInbox() : m_eventFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

ShardInbox::~ShardInbox()
{
    for (const Item &item : m_items) {
        if (const auto *adopt = std::get_if<Adopt>(&item))
            ::close(adopt->client.fd);
    }
    if (m_eventFd >= 0)
        ::close(m_eventFd);
}

void ShardInbox::post(Item item)
{
    bool wasEmpty;
    {
        const std::lock_guard lock(m_mutex);
        wasEmpty = m_items.empty();
        m_items.push_back(std::move(item));
    }
    if (wasEmpty) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter would have to be at its end.
        [[maybe_unused]] const ssize_t written = ::write(m_eventFd, &one, sizeof one);
    }
}

std::vector<ShardInbox::Item> ShardInbox::take()
{
    std::uint64_t count;
    [[maybe_unused]] const ssize_t got = ::read(m_eventFd, &count, sizeof count);
    std::vector<Item> items;
    const std::lock_guard lock(m_mutex);
    items.swap(m_items);
    return items;
}

} // namespace tipwatch
