// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/reactor/client_info.h"
#include "server/gateway/reactor/newcomer.h"
#include "server/gateway/reactor/protocol.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace tipwatch {

/// Who the clients are: the answers of all shards are gathered here, and the last one to add tells.
class ClientInquiry {
public:
    using Answer = std::function<void(std::vector<ClientInfo>)>;

    ClientInquiry(std::size_t shards, Answer answer) : m_missing(shards), m_answer(std::move(answer)) {}
    void add(std::vector<ClientInfo> clients);

private:
    std::mutex m_mutex;
    std::size_t m_missing;
    std::vector<ClientInfo> m_clients;
    const Answer m_answer;
};

/// What other threads hand a shard, in the order in which it has to take effect: a client adopted between two steps of the stream
/// gets the second and not the first. post() is thread-safe and never waits for the shard.
class ShardInbox {
public:
    struct Adopt {
        Newcomer client; ///< the inbox owns it until it is taken
        std::uint64_t clientId = 0;
    };
    struct Drain {};
    /// A question that every shard adds its part of the answer to.
    using Inquiry = std::shared_ptr<ClientInquiry>;
    struct MessageRate {
        std::int64_t perSecond = 0; ///< that a client may send; 0: no limit
    };
    using Item = std::variant<Adopt, StreamStep, Drain, Inquiry, MessageRate>;

    ShardInbox();
    ~ShardInbox();
    ShardInbox(const ShardInbox &) = delete;
    ShardInbox &operator=(const ShardInbox &) = delete;

    /// An eventfd, readable while something is there; -1 if the system would not give one.
    int fd() const { return m_eventFd; }

    void post(Item item);
    /// Shard's thread: everything posted so far.
    std::vector<Item> take();

private:
    const int m_eventFd;
    std::mutex m_mutex;
    std::vector<Item> m_items;
};

} // namespace tipwatch
