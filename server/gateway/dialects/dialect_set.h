// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"

#include <array>
#include <memory>
#include <optional>
#include <string_view>

namespace tipwatch {

/// The dialects that are spoken, one of each, for one thread that parses.
class DialectSet {
public:
    DialectSet();

    /// Never null.
    Dialect *find(Wire wire) const { return m_dialects[static_cast<std::size_t>(wire)].get(); }

    /// What is spoken to begin with by a client that came to @p path and agreed on @p subprotocol.
    static Wire wireFor(std::string_view path, std::string_view subprotocol);

private:
    std::array<std::unique_ptr<Dialect>, wireCount> m_dialects;
};

/// Which dialect of /ws a client speaks that writes @p message: "op" canonical, "method" S2, "type" with "channels" S3. Nothing if the
/// message does not tell, as {"type":"ping"}; the canonical dialect answers that in a form that all three have.
std::optional<Wire> wireOf(std::string_view message);

} // namespace tipwatch
