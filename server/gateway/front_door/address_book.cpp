// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/address_book.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace tipwatch {

struct ClientTicket::Counts {
    mutable std::mutex mutex;
    std::unordered_map<std::uint64_t, std::int64_t> clients; ///< by ClientAddress::limitKey(); none is 0
};

ClientTicket::~ClientTicket()
{
    release();
}

ClientTicket &ClientTicket::operator=(ClientTicket &&other) noexcept
{
    if (this == &other)
        return *this;
    release();
    m_counts = std::move(other.m_counts);
    m_address = other.m_address;
    m_port = other.m_port;
    return *this;
}

void ClientTicket::release()
{
    const std::shared_ptr<Counts> counts = std::move(m_counts);
    if (!counts)
        return;
    const std::lock_guard lock(counts->mutex);
    const auto mine = counts->clients.find(m_address.limitKey());
    if (--mine->second == 0)
        counts->clients.erase(mine);
}

std::string ClientTicket::remote() const
{
    const std::string text = m_address.toText();
    if (m_port == 0)
        return text;
    return (m_address.isV4() ? text : "[" + text + "]") + ":" + std::to_string(m_port);
}

AddressBook::AddressBook() : m_counts(std::make_shared<ClientTicket::Counts>()) {}

std::optional<ClientTicket> AddressBook::acquire(const ClientAddress &address, std::uint16_t port, std::int64_t most)
{
    const std::lock_guard lock(m_counts->mutex);
    std::int64_t &clients = m_counts->clients[address.limitKey()];
    if (most > 0 && clients >= most)
        return std::nullopt; // it was there, so nothing new stays behind
    ++clients;
    ClientTicket ticket;
    ticket.m_counts = m_counts;
    ticket.m_address = address;
    ticket.m_port = port;
    return ticket;
}

std::size_t AddressBook::size() const
{
    const std::lock_guard lock(m_counts->mutex);
    return m_counts->clients.size();
}

} // namespace tipwatch
