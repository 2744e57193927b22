// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace tipwatch {

/// Reads Bitcoin's serialisation from bytes that stay where they are. The first thing that does not fit is remembered with its place; from
/// then on everything reads as zero or empty, so callers check once after a group of reads, and before they believe a count.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes) : m_bytes(bytes) {}

    std::size_t position() const { return m_position; }
    std::size_t remaining() const { return m_bytes.size() - m_position; }
    bool hasFailed() const { return m_problem != nullptr; }

    /// Bytes from @p begin up to @p end, both positions that have been read.
    std::span<const std::uint8_t> slice(std::size_t begin, std::size_t end) const { return m_bytes.subspan(begin, end - begin); }

    template <class Int> Int integer(const char *what)
    {
        // Bitcoin's integers are little-endian.
        const auto raw = bytes(sizeof(Int), what);
        std::uint64_t value = 0;
        for (std::size_t i = raw.size(); i-- > 0;)
            value = value << 8 | raw[i];
        return static_cast<Int>(value);
    }

    std::span<const std::uint8_t> bytes(std::uint64_t size, const char *what)
    {
        if (hasFailed())
            return {};
        if (size > remaining()) {
            fail("the bytes end within", what);
            return {};
        }
        const auto found = m_bytes.subspan(m_position, static_cast<std::size_t>(size));
        m_position += static_cast<std::size_t>(size);
        return found;
    }

    /// A count or length in its only permitted, shortest form (Bitcoin Core, ReadCompactSize) of things that take at least @p each bytes.
    /// More of them than there is room for is a failure, so the count may be used to reserve memory.
    std::uint64_t count(std::size_t each, const char *what)
    {
        const std::size_t at = m_position;
        const std::uint8_t first = integer<std::uint8_t>(what);
        std::uint64_t value = first, least = 0;
        if (first == 253) {
            value = integer<std::uint16_t>(what);
            least = 253;
        } else if (first == 254) {
            value = integer<std::uint32_t>(what);
            least = 0x10000;
        } else if (first == 255) {
            value = integer<std::uint64_t>(what);
            least = 0x100000000;
        }
        if (hasFailed())
            return 0;
        if (value < least) {
            failAt(at, "not in its shortest form:", what);
            return 0;
        }
        if (value > remaining() / each) {
            failAt(at, "more than the bytes can hold:", what);
            return 0;
        }
        return value;
    }

    std::span<const std::uint8_t> sizedBytes(const char *what) { return bytes(count(1, what), what); }

    /// Only the first failure counts. The texts must be literals.
    void fail(const char *problem, const char *what) { failAt(m_position, problem, what); }
    void failAt(std::size_t at, const char *problem, const char *what)
    {
        if (hasFailed())
            return;
        m_problem = problem;
        m_what = what;
        m_failedAt = at;
    }

    /// "the bytes end within the lock time, at byte 61"
    std::string problem() const
    {
        return std::string(m_problem ? m_problem : "nothing wrong") + ' ' + m_what + ", at byte " + std::to_string(m_failedAt);
    }

private:
    std::span<const std::uint8_t> m_bytes;
    std::size_t m_position = 0;
    const char *m_problem = nullptr;
    const char *m_what = "";
    std::size_t m_failedAt = 0;
};

} // namespace tipwatch
