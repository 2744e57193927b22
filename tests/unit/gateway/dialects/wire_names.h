// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/wire.h"

#include <QMetaType>

#include <array>
#include <utility>

namespace tipwatch {

/// The folders of the golden files.
inline constexpr std::array<std::pair<const char *, Wire>, wireCount> wireNames{{{"json", Wire::Json},
                                                                                 {"cbor", Wire::Cbor},
                                                                                 {"indexer", Wire::Indexer},
                                                                                 {"states", Wire::States},
                                                                                 {"signals", Wire::Signals},
                                                                                 {"nodes", Wire::Nodes},
                                                                                 {"events", Wire::EventStream}}};

} // namespace tipwatch

Q_DECLARE_METATYPE(tipwatch::Wire)
