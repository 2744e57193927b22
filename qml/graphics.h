// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tipwatch {

/// Chooses how the window is drawn; before the first one is made. Where OpenGL is only imitated by the processor (no GPU, a virtual
/// machine, a remote desktop) Qt Quick's software renderer is asked for: it paints what has changed, while OpenGL draws the whole window
/// anew for each second of the clock. What it cannot draw are items with geometry of their own (QSGGeometryNode).
/// QT_QUICK_BACKEND and QSG_RHI_BACKEND win over the choice.
void chooseGraphics();

} // namespace tipwatch
