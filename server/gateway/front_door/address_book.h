// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/front_door/client_address.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tipwatch {

/// Who a client is, and (if it came from an address book) that it counts as one of its address until the ticket is destroyed, by
/// whatever thread. Goes with the client from the front door to its shard. Move-only.
class ClientTicket {
public:
    /// Counts nowhere.
    ClientTicket() = default;
    ~ClientTicket();
    ClientTicket(ClientTicket &&other) noexcept = default;
    ClientTicket &operator=(ClientTicket &&other) noexcept;

    const ClientAddress &address() const { return m_address; }
    /// "192.168.1.7:51234", "[fd00::7]:51234"; behind a proxy, which keeps the port to itself, without port.
    std::string remote() const;

private:
    friend class AddressBook;
    struct Counts;

    void release();

    std::shared_ptr<Counts> m_counts; ///< null: counts nowhere
    ClientAddress m_address;
    std::uint16_t m_port = 0;
};

/// How many clients each address has now. Thread-safe; remembers nobody who has none. Tickets may outlive it.
class AddressBook {
public:
    AddressBook();

    /// One more of @p address, unless it has @p most already (0: no limit). @p port is for people; 0 is unknown.
    std::optional<ClientTicket> acquire(const ClientAddress &address, std::uint16_t port, std::int64_t most);

    /// Addresses with clients.
    std::size_t size() const;

private:
    const std::shared_ptr<ClientTicket::Counts> m_counts;
};

} // namespace tipwatch
