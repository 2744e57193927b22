// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "server/gateway/dialects/dialect.h"

#include <string>
#include <vector>

namespace tipwatch {

/// Messages that clients of @p wire send: each that the dialect has, with each of its members, and each way to be refused. As JSON.
std::vector<std::string> clientMessages(Wire wire);

/// What the gateway answers to @p message, if it grants all that the dialect understands.
std::vector<std::string> answersTo(Dialect &dialect, std::string_view message, bool isBinary);

/// A hello of a server whose settings are the defaults.
Hello sampleHello();

} // namespace tipwatch
