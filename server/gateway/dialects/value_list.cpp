// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/dialects/value_list.h"

namespace tipwatch {

std::vector<ValueList::Part> ValueList::parts(std::size_t maxBytes) const
{
    std::vector<Part> parts;
    for (std::size_t i = 0; i < size(); ++i) {
        const std::size_t bytes = (*this)[i].size() + 1; // with its comma
        if (parts.empty() || parts.back().bytes + bytes > maxBytes)
            parts.push_back({i, i, 0});
        parts.back().end = i + 1;
        parts.back().bytes += bytes;
    }
    return parts;
}

void ValueList::write(ValueWriter &out, const Part &part) const
{
    out.beginArray();
    for (std::size_t i = part.begin; i < part.end; ++i)
        out.raw((*this)[i]);
    out.endArray();
}

void ValueList::writeOneOrList(ValueWriter &out, const Part &part) const
{
    if (part.size() == 1)
        out.raw((*this)[part.begin]);
    else
        write(out, part);
}

} // namespace tipwatch
