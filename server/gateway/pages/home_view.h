// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/pages/page_renderer.h"

#include <kainjow/mustache.hpp>

namespace tipwatch {

/// What home.mustache asks for, in the words of a person. The live page (resources/web/live) says the same of the same values.
kainjow::mustache::data homeView(const ChainSnapshot &snapshot, const PageContext &context);

} // namespace tipwatch
