#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every C++ file is as .clang-format has it, and every shell script passes shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

sources=(app qml server shared tests)
find "${sources[@]}" \( -name node_modules -o -name fixtures \) -prune -o \( -name '*.h' -o -name '*.cpp' \) -print0 |
    xargs -0 clang-format-14 --dry-run --Werror
find packaging tests .ci \( -name node_modules -o -name fixtures \) -prune -o \( -name '*.sh' -o -path '.ci/run' \) -print0 |
    xargs -0 shellcheck
