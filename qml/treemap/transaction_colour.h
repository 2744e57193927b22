// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/projected_block.h"

#include <QColor>
#include <QString>

#include <cstdint>

namespace tipwatch {

/// What kind of transaction it is; the first that fits, in this order.
enum class TransactionKind { Replacement, Data, Child, Taproot, Segwit, Legacy };
constexpr int transactionKinds = 6;

/// @p flags as in MempoolEntry.
TransactionKind kindOf(std::uint16_t flags);
QString kindName(TransactionKind kind);
/// Colours that can be told apart with any of the three common kinds of colour blindness (Okabe and Ito, 2008).
QColor kindColour(TransactionKind kind);

/// What just came is bright, what has waited for a day or longer is dark.
QColor ageColour(std::int64_t seconds);

} // namespace tipwatch
