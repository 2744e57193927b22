// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

namespace tipwatch {

/// An immutable list of which copies share the items: for what many pictures of the state have in common. Never null.
template <class T> class SharedList {
public:
    SharedList() : SharedList(std::vector<T>()) {}
    SharedList(std::initializer_list<T> items) : SharedList(std::vector<T>(items)) {}
    SharedList(std::vector<T> items) : m_items(std::make_shared<const std::vector<T>>(std::move(items))) {}

    operator const std::vector<T> &() const { return *m_items; }
    auto begin() const { return m_items->begin(); }
    auto end() const { return m_items->end(); }
    std::size_t size() const { return m_items->size(); }
    bool empty() const { return m_items->empty(); }
    const T &operator[](std::size_t index) const { return (*m_items)[index]; }
    friend bool operator==(const SharedList &a, const SharedList &b)
    {
        return a.m_items == b.m_items || *a.m_items == *b.m_items;
    }

private:
    std::shared_ptr<const std::vector<T>> m_items;
};

} // namespace tipwatch
