// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/format.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tipwatch {

using namespace Qt::StringLiterals;

namespace {

constexpr double satoshisPerCoin = 1e8;
// A figure and its unit stay on one line.
constexpr QChar gap(QChar::Nbsp);

} // namespace

QString Format::count(std::int64_t value) const
{
    return m_locale.toString(static_cast<qlonglong>(value));
}

QString Format::feerate(Feerate rate) const
{
    const double value = rate.value;
    // The bounds are where the shorter form would round up to its next digit.
    if (value >= 99.95)
        return m_locale.toString(value, 'f', 0);
    if (value >= 0.995 || value <= 0)
        return m_locale.toString(std::max(value, 0.0), 'f', 1);
    return m_locale.toString(value, 'f', 2);
}

QString Format::feerateRange(Feerate low, Feerate high) const
{
    const auto brief = [this](double value) { return m_locale.toString(value, 'f', value >= 9.95 ? 0 : 1); };
    const QString from = brief(low.value), to = brief(high.value);
    return from == to ? from : from + QChar(0x2013) + to;
}

QString Format::significant(double value, int digits) const
{
    int decimals = digits - 1;
    for (double limit = 10; decimals > 0 && std::abs(value) >= limit; limit *= 10)
        --decimals;
    return m_locale.toString(value, 'f', decimals);
}

QString Format::scaled(std::int64_t value, QStringView unit) const
{
    static constexpr std::array prefixes{"", "k", "M", "G", "T"};
    double scaledValue = static_cast<double>(value);
    std::size_t step = 0;
    while (std::abs(scaledValue) >= 999.5 && step + 1 < prefixes.size()) {
        scaledValue /= 1000;
        ++step;
    }
    const QString number = step == 0 ? count(value) : significant(scaledValue, 3);
    return number + gap + QLatin1StringView(prefixes[step]) + unit.toString();
}

QString Format::bytesOf(std::int64_t part, std::int64_t whole) const
{
    const QString total = bytes(whole);
    double unit = 1;
    for (double value = static_cast<double>(whole); value >= 999.5; value /= 1000)
        unit *= 1000;
    const double amount = static_cast<double>(part) / unit;
    return tr("%1 of %2").arg(significant(amount, amount < 10 ? 2 : 3), total);
}

QString Format::coins(Satoshi amount) const
{
    const double value = static_cast<double>(amount.value) / satoshisPerCoin;
    const double size = std::abs(value);
    const int decimals = size >= 1000 || amount.value == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.01 ? 4 : 8;
    return m_locale.toString(value, 'f', decimals) + gap + u"BTC"_s;
}

QString Format::satoshis(Satoshi amount) const
{
    return count(amount.value) + gap + u"sat"_s;
}

QString Format::percent(double fraction) const
{
    const double value = fraction * 100;
    // Never "100 %" before it is.
    const double shown = value < 100 ? std::min(std::round(value), 99.0) : value;
    return m_locale.toString(shown, 'f', 0) + gap + u'%';
}

QString Format::change(double percent) const
{
    const QString sign = percent < 0 ? u"\u2212"_s : u"+"_s;
    return sign + m_locale.toString(std::abs(percent), 'f', 2) + gap + u'%';
}

QString Format::large(double value) const
{
    static constexpr std::array suffixes{"", "k", "M", "G", "T", "P", "E"};
    std::size_t step = 0;
    while (value >= 999.5 && step + 1 < suffixes.size()) {
        value /= 1000;
        ++step;
    }
    if (value > 0 && value < 0.01)
        return m_locale.toString(value, 'g', 2);
    const QString number = significant(value, value < 1 ? 3 : 4);
    return step == 0 ? number : number + gap + QLatin1StringView(suffixes[step]);
}

QString Format::transactionsPerSecond(double rate) const
{
    return m_locale.toString(rate, 'f', rate < 99.95 ? 1 : 0) + gap + tr("tx/s");
}

QString Format::vbytesPerSecond(double rate) const
{
    return m_locale.toString(rate, 'f', 0) + gap + tr("vB/s");
}

QString Format::stopwatch(std::int64_t seconds) const
{
    seconds = std::max<std::int64_t>(seconds, 0);
    const std::int64_t minutes = seconds / 60, hours = minutes / 60;
    const auto two = [](std::int64_t value) { return u"%1"_s.arg(value, 2, 10, QChar(u'0')); };
    if (hours >= 24)
        return duration(seconds);
    if (hours > 0)
        return u"%1:%2:%3"_s.arg(hours).arg(two(minutes % 60), two(seconds % 60));
    return u"%1:%2"_s.arg(minutes).arg(two(seconds % 60));
}

QString Format::duration(std::int64_t seconds) const
{
    seconds = std::max<std::int64_t>(seconds, 0);
    const std::int64_t minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (days >= 100)
        return tr("%1 d").arg(count(days));
    if (days > 0)
        return tr("%1 d %2 h").arg(days).arg(hours % 24);
    if (hours > 0)
        return tr("%1 h %2 min").arg(hours).arg(minutes % 60);
    if (minutes > 0)
        return tr("%1 min").arg(minutes);
    return tr("%1 s").arg(seconds);
}

QString Format::ago(std::int64_t seconds) const
{
    return seconds < 60 ? tr("just now") : tr("%1 ago").arg(duration(seconds));
}

QString Format::latency(double milliseconds) const
{
    if (milliseconds >= 999.5)
        return significant(milliseconds / 1000, 2) + gap + u"s"_s;
    return m_locale.toString(milliseconds, 'f', milliseconds < 9.95 ? 1 : 0) + gap + u"ms"_s;
}

QString Format::timeOfDay(std::int64_t unixMs) const
{
    return QDateTime::fromMSecsSinceEpoch(unixMs).toString(u"HH:mm:ss"_s);
}

QString Format::hourAndMinute(std::int64_t unixMs) const
{
    return QDateTime::fromMSecsSinceEpoch(unixMs).toString(u"HH:mm"_s);
}

QString Format::dateAndTime(std::int64_t unixSeconds) const
{
    return m_locale.toString(QDateTime::fromSecsSinceEpoch(unixSeconds), QLocale::ShortFormat);
}

QString Format::shortened(const QString &hex, int ends)
{
    return hex.size() <= 2 * ends + 1 ? hex : hex.first(ends) + QChar(0x2026) + hex.last(ends);
}

QString Format::blockTail(const QString &hex, int digits)
{
    return hex.size() <= digits + 1 ? hex : QChar(0x2026) + hex.last(digits);
}

} // namespace tipwatch
