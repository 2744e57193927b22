// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/domain/error.h"

#include <string>

namespace tipwatch {

/// The whole of a small file with a key or a token in it. Errors name the file and the reason, never what it holds.
Result<std::string> readSecretFile(const std::string &path);
/// Its first line; an error too if that is empty.
Result<std::string> readSecretLine(const std::string &path);

} // namespace tipwatch
