#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds, and starts Tipwatch with the arguments given here. --build-only stops after the build.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build/release

build_only=false arguments=()
for argument in "$@"; do
    if [[ $argument == --build-only ]]; then
        build_only=true
    else
        arguments+=("$argument")
    fi
done

"$root/packaging/dependencies.sh" run build
# Ninja itself configures again when a CMakeLists.txt changes; the presets it does not know.
if [[ ! $build/build.ninja -nt $root/CMakePresets.json ]]; then
    (cd "$root" && cmake --preset release --log-level=WARNING >/dev/null)
fi
cmake --build "$build" --target tipwatch

if $build_only; then
    exit
fi
if [[ -z ${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-} && " ${arguments[*]} " != *" --server-only"* ]]; then
    echo "There is no display here: starting with --server-only, for browsers."
    arguments+=(--server-only)
fi
exec "$build/tipwatch" "${arguments[@]}"
