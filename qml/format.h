// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/hash256.h"
#include "shared/domain/quantity.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QString>

#include <optional>

namespace tipwatch {

/// Figures as a person reads them, in one locale. Text only; units are part of it unless said otherwise. Value type, any thread.
class Format {
    Q_DECLARE_TR_FUNCTIONS(tipwatch::Format)

public:
    explicit Format(QLocale locale = QLocale()) : m_locale(std::move(locale)) {}

    /// 918,318
    QString count(std::int64_t value) const;
    /// sat/vB without the unit: 0.25 · 28.4 · 312
    QString feerate(Feerate rate) const;
    /// "19–312", without the unit; one number where both read the same.
    QString feerateRange(Feerate low, Feerate high) const;
    /// Decimal multiples: 141 B · 12.3 kB · 1.58 MB
    QString bytes(std::int64_t value) const { return scaled(value, u"B"); }
    /// 141 vB · 12.3 kvB · 61.4 MvB
    QString vbytes(VBytes size) const { return scaled(size.value, u"vB"); }
    /// "243 of 300 MB": both in the unit of @p whole.
    QString bytesOf(std::int64_t part, std::int64_t whole) const;
    /// Whole coins, as many digits as matter: 1,204 BTC · 0.0123 BTC
    QString coins(Satoshi amount) const;
    /// 3,976 sat
    QString satoshis(Satoshi amount) const;
    /// 0.342 -> 34 %
    QString percent(double fraction) const;
    /// Difficulty and the like: 101.7 T
    QString large(double value) const;
    /// 4.8 tx/s
    QString transactionsPerSecond(double rate) const;
    /// 2,310 vB/s
    QString vbytesPerSecond(double rate) const;

    /// A running clock: 4:12 · 1:04:12 · 2 d 3 h. Negative is taken for zero.
    QString stopwatch(std::int64_t seconds) const;
    /// A rough duration: 12 s · 4 min · 1 h 5 min · 2 d 3 h
    QString duration(std::int64_t seconds) const;
    /// "4 min ago", and "just now" in the first minute, so that it need not tick.
    QString ago(std::int64_t seconds) const;
    /// 2.1 ms · 340 ms · 1.2 s
    QString latency(double milliseconds) const;
    /// Time of day with seconds, 24 hours: 09:41:07
    QString timeOfDay(std::int64_t unixMs) const;
    /// Without seconds: 09:41
    QString hourAndMinute(std::int64_t unixMs) const;
    /// "+1.91 %", "−0.40 %"; @p percent is in percent.
    QString change(double percent) const;
    /// Date and time, short, of the locale.
    QString dateAndTime(std::int64_t unixSeconds) const;

    /// "a91e…07c2"
    static QString shortened(const QString &hex, int ends = 4);
    /// The end of a block hash: it begins with zeros. "…00a91e07c2"
    static QString blockTail(const QString &hex, int digits = 8);

    const QLocale &locale() const { return m_locale; }

private:
    QString scaled(std::int64_t value, QStringView unit) const;
    /// @p digits significant ones, no more than three decimals.
    QString significant(double value, int digits) const;

    QLocale m_locale;
};

template <class Tag> QString hexOf(const Hash256<Tag> &hash)
{
    return QString::fromStdString(hash.toHex());
}

} // namespace tipwatch
