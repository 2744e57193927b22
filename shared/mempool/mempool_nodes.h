// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace tipwatch {

/// Where a transaction is kept; given to another one after it has left.
using MempoolSlot = std::uint32_t;

/// What is kept of a transaction of the mempool.
struct MempoolNode {
    TxId txid;
    Satoshi fee;
    Satoshi modifiedFee;
    Satoshi value;
    std::int64_t time = 0;
    std::int32_t vsize = 0;
    std::int32_t weight = 0;
    std::int32_t inputs = -1;
    std::int32_t outputs = -1;
    std::uint16_t flags = 0;
    std::uint8_t band = 0;
    bool used = false;
    std::vector<MempoolSlot> parents;
    std::vector<MempoolSlot> children;
};

/// The nodes of a MempoolGraph. They never move, and growth never copies: one vector would double, and need old and new at once.
class MempoolNodes {
public:
    const MempoolNode &operator[](MempoolSlot slot) const { return (*m_pages[slot / pageSize])[slot % pageSize]; }
    MempoolNode &operator[](MempoolSlot slot) { return (*m_pages[slot / pageSize])[slot % pageSize]; }

    /// Slots are below this.
    MempoolSlot end() const { return m_end; }

    MempoolSlot take()
    {
        if (!m_free.empty()) {
            const MempoolSlot slot = m_free.back();
            m_free.pop_back();
            return slot;
        }
        if (m_end == m_pages.size() * pageSize)
            m_pages.push_back(std::make_unique<std::array<MempoolNode, pageSize>>());
        return m_end++;
    }

    void giveBack(MempoolSlot slot)
    {
        (*this)[slot] = MempoolNode{};
        m_free.push_back(slot);
    }

private:
    static constexpr std::size_t pageSize = 256;
    std::vector<std::unique_ptr<std::array<MempoolNode, pageSize>>> m_pages;
    MempoolSlot m_end = 0;
    std::vector<MempoolSlot> m_free;
};

} // namespace tipwatch
