// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/quantity.h"

#include <QColor>

namespace tipwatch {

/// The colour of a feerate: dark blue is cheap, yellow is dear. Logarithmic from 1 to 300 sat/vB, lightness rising all the way (as
/// viridis does), so that it reads without seeing hues too.
QColor feerateColour(Feerate rate);

/// The same hue, dark enough that white text on it reads (WCAG AA).
QColor feerateSurface(Feerate rate);

/// WCAG 2 contrast ratio, 1 to 21.
double contrastRatio(const QColor &a, const QColor &b);

} // namespace tipwatch
