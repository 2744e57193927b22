#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What Tipwatch needs from Debian 12, and how to get it: packaging/dependencies.sh [run] [build] [test]
# installs what is missing of these sets and says nothing if nothing is. --list prints the packages instead.
set -euo pipefail

# To start a binary that is built already.
run_packages=(
    libqt6core6 libqt6network6 libqt6sql6 libqt6sql6-sqlite libqt6websockets6 libqt6gui6 libqt6widgets6 libqt6svg6 libqt6charts6 libqt6dbus6
    libqt6quick6 libqt6quickcontrols2-6 libzmq5 libmaxminddb0 libsimdjson14 libssl3 libprometheus-cpp-core1.0 zlib1g
    qml6-module-qtcharts qml6-module-qtqml qml6-module-qtqml-models qml6-module-qtqml-workerscript qml6-module-qtquick
    qml6-module-qtquick-controls qml6-module-qtquick-layouts qml6-module-qtquick-shapes qml6-module-qtquick-templates
    qml6-module-qtquick-window
    qt6-qpa-plugins qt6-wayland libgl1-mesa-dri
)

build_packages=(
    g++ cmake ninja-build pkg-config
    qt6-base-dev qt6-declarative-dev qt6-declarative-dev-tools qt6-websockets-dev qt6-charts-dev qt6-svg-dev
    qt6-tools-dev qt6-l10n-tools python3-fonttools python3-brotli fonts-inter fonts-jetbrains-mono
    libzmq3-dev cppzmq-dev libmaxminddb-dev libsimdjson-dev libboost-dev libkainjow-mustache-dev libtomlplusplus-dev libexpected-dev
    libssl-dev prometheus-cpp-dev zlib1g-dev
)

# "package:command" counts as there if the command is, wherever it came from.
test_packages=(
    ccache clang libclang-rt-dev clang-format-14 shellcheck libbenchmark-dev qml6-module-qttest xvfb xauth chromium curl
    nodejs:node npm:npm prometheus:promtool python3-websockets
)

is_there() {
    local package=${1%%:*} command=${1#*:}
    if [[ $1 == *:* ]] && command -v "$command" >/dev/null; then
        return 0
    fi
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]]
}

wanted=() list=false
for set in "$@"; do
    case $set in
        run) wanted+=("${run_packages[@]}") ;;
        build) wanted+=("${build_packages[@]}") ;;
        test) wanted+=("${test_packages[@]}") ;;
        --list) list=true ;;
        *)
            echo "dependencies.sh: $set: accepted: run, build, test, --list" >&2
            exit 64
            ;;
    esac
done

if $list; then
    printf '%s\n' "${wanted[@]%%:*}"
    exit
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian: packages are not installed. Needed, by their names there: ${wanted[*]%%:*}" >&2
    exit
fi

missing=()
for package in "${wanted[@]}"; do
    is_there "$package" || missing+=("${package%%:*}")
done
if ((${#missing[@]} == 0)); then
    exit
fi

echo "Installing ${#missing[@]} packages: ${missing[*]}"
as_root=()
if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
        echo "That takes root: run 'apt-get install --no-install-recommends ${missing[*]}' as root, then this again." >&2
        exit 1
    fi
    as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
"${apt[@]}" update
"${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null
