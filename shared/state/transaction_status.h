// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

namespace tipwatch {

/// Where a transaction is.
enum class TransactionStatus { Mempool, Confirmed, Removed, Unknown };

/// The wire's word for @p status, "mempool".
constexpr std::string_view statusName(TransactionStatus status)
{
    switch (status) {
    case TransactionStatus::Mempool:
        return "mempool";
    case TransactionStatus::Confirmed:
        return "confirmed";
    case TransactionStatus::Removed:
        return "removed";
    case TransactionStatus::Unknown:
        break;
    }
    return "unknown";
}

} // namespace tipwatch
