// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/transaction.h"

#include <array>

namespace tipwatch {

std::string_view flagName(TxFlag flag)
{
    switch (flag) {
    case TxFlag::SignalsRbf:
        return "rbf";
    case TxFlag::Replacement:
        return "replacement";
    case TxFlag::Segwit:
        return "segwit";
    case TxFlag::Taproot:
        return "taproot";
    case TxFlag::DataCarrier:
        return "op_return";
    case TxFlag::SpendsMempool:
        return "cpfp";
    }
    return {};
}

std::span<const TxFlag> allTxFlags()
{
    static constexpr std::array flags{TxFlag::SignalsRbf, TxFlag::Replacement, TxFlag::Segwit,
                                      TxFlag::Taproot,    TxFlag::DataCarrier, TxFlag::SpendsMempool};
    return flags;
}

std::string_view reasonName(RemovalReason reason)
{
    switch (reason) {
    case RemovalReason::Mined:
        return "mined";
    case RemovalReason::Replaced:
        return "replaced";
    case RemovalReason::Conflict:
        return "conflict";
    case RemovalReason::Evicted:
        return "evicted";
    case RemovalReason::Expired:
        return "expired";
    case RemovalReason::Reorg:
        return "reorg";
    case RemovalReason::Unknown:
        break;
    }
    return "unknown";
}

} // namespace tipwatch
