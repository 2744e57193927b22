// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/canonical_messages.h"

namespace tipwatch {

/// What has become different of a projected block's transactions, in as many messages as it takes: "projected.list", which says all there is to say
/// but may be too long for one message and then goes on in deltas, or "projected.delta". Each can be applied as soon as it is there.
void addProjected(CanonicalMessages &messages, Encoding encoding, const ProjectedChange &change);

} // namespace tipwatch
