// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"

#include <cstdint>
#include <vector>

namespace tipwatch {

/// Finds the slot of a txid whose bytes are stored elsewhere: an open-addressed table of 32-bit slots with linear probing.
/// Eight to sixteen bytes per transaction, where a node-based map takes eighty. Deletion shifts back, so there are no tombstones.
class TxidIndex {
public:
    static constexpr std::uint32_t none = 0xffffffff;

    std::size_t size() const { return m_size; }

    void clear()
    {
        m_table.clear();
        m_size = 0;
    }

    /// @p keyOf gives the txid at a slot. @return the slot, or none.
    template <class KeyOf> std::uint32_t find(const TxId &txid, KeyOf keyOf) const
    {
        if (m_table.empty())
            return none;
        for (std::size_t i = home(txid);; i = next(i)) {
            if (m_table[i] == none || keyOf(m_table[i]) == txid)
                return m_table[i];
        }
    }

    /// @p txid must not be in the table yet; keyOf(slot) must already give it.
    template <class KeyOf> void insert(const TxId &txid, std::uint32_t slot, KeyOf keyOf)
    {
        if ((m_size + 1) * 4 > m_table.size() * 3)
            grow(keyOf);
        place(txid, slot);
        ++m_size;
    }

    /// @p txid must be in the table.
    template <class KeyOf> void erase(const TxId &txid, KeyOf keyOf)
    {
        std::size_t hole = home(txid);
        while (!(keyOf(m_table[hole]) == txid))
            hole = next(hole);
        for (std::size_t i = next(hole); m_table[i] != none; i = next(i)) {
            const std::size_t wanted = home(keyOf(m_table[i]));
            // An entry may move back into the hole only if the hole lies on its way from its home to where it is.
            const bool reachable = hole <= i ? (wanted <= hole || wanted > i) : (wanted <= hole && wanted > i);
            if (reachable) {
                m_table[hole] = m_table[i];
                hole = i;
            }
        }
        m_table[hole] = none;
        --m_size;
    }

private:
    std::size_t home(const TxId &txid) const { return HashOfHash256{}(txid) & (m_table.size() - 1); }
    std::size_t next(std::size_t i) const { return (i + 1) & (m_table.size() - 1); }

    void place(const TxId &txid, std::uint32_t slot)
    {
        std::size_t i = home(txid);
        while (m_table[i] != none)
            i = next(i);
        m_table[i] = slot;
    }

    template <class KeyOf> void grow(KeyOf keyOf)
    {
        std::vector<std::uint32_t> old(m_table.empty() ? 64 : m_table.size() * 2, none);
        old.swap(m_table);
        for (const std::uint32_t slot : old) {
            if (slot != none)
                place(keyOf(slot), slot);
        }
    }

    std::vector<std::uint32_t> m_table; ///< size is a power of two
    std::size_t m_size = 0;
};

} // namespace tipwatch
