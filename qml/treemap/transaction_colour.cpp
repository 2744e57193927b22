// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/treemap/transaction_colour.h"

#include "qml/feerate_scale.h"
#include "shared/domain/transaction.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>

namespace tipwatch {

namespace {

constexpr double youngest = 30, oldest = 86'400; // seconds
constexpr double scaleEnd = 300;                 // of feerateColour

bool has(std::uint16_t flags, TxFlag flag)
{
    return (flags & static_cast<std::uint16_t>(flag)) != 0;
}

} // namespace

TransactionKind kindOf(std::uint16_t flags)
{
    if (has(flags, TxFlag::Replacement))
        return TransactionKind::Replacement;
    if (has(flags, TxFlag::DataCarrier))
        return TransactionKind::Data;
    if (has(flags, TxFlag::SpendsMempool))
        return TransactionKind::Child;
    if (has(flags, TxFlag::Taproot))
        return TransactionKind::Taproot;
    return has(flags, TxFlag::Segwit) ? TransactionKind::Segwit : TransactionKind::Legacy;
}

QString kindName(TransactionKind kind)
{
    switch (kind) {
    case TransactionKind::Replacement:
        return QCoreApplication::translate("tipwatch::TransactionKind", "Replacement");
    case TransactionKind::Data:
        return QCoreApplication::translate("tipwatch::TransactionKind", "Data");
    case TransactionKind::Child:
        return QCoreApplication::translate("tipwatch::TransactionKind", "Child");
    case TransactionKind::Taproot:
        return QCoreApplication::translate("tipwatch::TransactionKind", "Taproot");
    case TransactionKind::Segwit:
        return QCoreApplication::translate("tipwatch::TransactionKind", "SegWit");
    case TransactionKind::Legacy:
        break;
    }
    return QCoreApplication::translate("tipwatch::TransactionKind", "Other");
}

QColor kindColour(TransactionKind kind)
{
    static const std::array<QColor, transactionKinds> colours{QColor(213, 94, 0),  QColor(240, 228, 66), QColor(204, 121, 167),
                                                              QColor(0, 158, 115), QColor(86, 180, 233), QColor(0, 114, 178)};
    return colours[static_cast<std::size_t>(kind)];
}

QColor ageColour(std::int64_t seconds)
{
    const double age = std::clamp(static_cast<double>(seconds), youngest, oldest);
    const double youth = 1 - std::log(age / youngest) / std::log(oldest / youngest);
    return feerateColour(Feerate(std::pow(scaleEnd, youth)));
}

} // namespace tipwatch
