// SPDX-License-Identifier: GPL-3.0-or-later
#include "qml/feerate_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tipwatch {

namespace {

struct Rgb {
    double red, green, blue;
};

// Even steps of viridis, the darkest lifted so that it stands out from a near-black surface.
constexpr std::array<Rgb, 7> stops{
    {{58, 64, 138}, {62, 84, 146}, {38, 130, 142}, {31, 158, 137}, {53, 183, 121}, {180, 222, 44}, {253, 231, 37}}};
constexpr double cheapest = 1, dearest = 300; // sat/vB
constexpr double readable = 4.7;              // AA asks for 4.5

double luminance(const QColor &colour)
{
    const auto linear = [](double channel) {
        return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

} // namespace

QColor feerateColour(Feerate rate)
{
    const double position = std::log(std::clamp(rate.value, cheapest, dearest) / cheapest) / std::log(dearest / cheapest);
    const double scaled = position * static_cast<double>(stops.size() - 1);
    const auto index = std::min(static_cast<std::size_t>(scaled), stops.size() - 2);
    const double t = scaled - static_cast<double>(index);
    const auto mix = [t](double a, double b) { return static_cast<int>(std::lround(a + (b - a) * t)); };
    const Rgb &a = stops[index], &b = stops[index + 1];
    return QColor(mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue));
}

QColor feerateSurface(Feerate rate)
{
    QColor colour = feerateColour(rate);
    while (contrastRatio(colour, Qt::white) < readable)
        colour = QColor::fromRgbF(colour.redF() * 0.97F, colour.greenF() * 0.97F, colour.blueF() * 0.97F);
    return colour;
}

double contrastRatio(const QColor &a, const QColor &b)
{
    const double first = luminance(a), second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

} // namespace tipwatch
