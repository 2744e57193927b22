// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <string_view>
#include <vector>

namespace tipwatch {

/// Lines of a recorded file of tests/fixtures/bitcoin-core-31, e.g. "events.jsonl" (stored as events.jsonl.gz), each one JSON
/// object. What the files hold is told in the README.md beside them. Aborts the test program if the file cannot be read.
std::vector<QByteArray> fixtureLines(std::string_view name);

/// The same in one piece, e.g. "errors.json".
QByteArray fixtureText(std::string_view name);

} // namespace tipwatch
