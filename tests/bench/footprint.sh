#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the program costs: start, memory with 300,000 simulated transactions, first frame and idle CPU of the window.
# tests/bench/footprint.sh [BINARY]     default: build/release/tipwatch; the window needs Xvfb
set -euo pipefail

binary=$(realpath "${1:-$(dirname "$0")/../../build/release/tipwatch}")
work=$(mktemp -d)
pid=
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
export HOME=$work XDG_RUNTIME_DIR=$work

now() { date +%s%3N; }
memory() { awk '/VmRSS|VmHWM/ {printf "%s %.0f MB  ", $1, $2 / 1024}' "/proc/$1/status"; }
ticks() { awk '{print $14 + $15}' "/proc/$1/stat"; }

start=$(now)
"$binary" --server-only --source simulated --seed 1 --simulate-mempool 300000 --http-port 0 >"$work/out" 2>"$work/log" &
pid=$!
until url=$(grep -o 'http://[^ ]*' "$work/out"); do sleep 0.01; done
until curl -s "${url}api/v1/mempool" | grep -q '"count":[1-9]'; do sleep 0.01; done
echo "server-only, 300,000 transactions: first snapshot after $(($(now) - start)) ms"
until curl -s "${url}api/v1/mempool" | grep -q '"undescribed":0,"vsize":[1-9]'; do sleep 0.01; done
echo "  every one described after $(($(now) - start)) ms, ready is $(curl -s -o /dev/null -w '%{http_code}' "${url}readyz")"
sleep 3
echo "  $(memory "$pid")"
kill "$pid" && wait "$pid"

Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$work/display" 2>/dev/null &
server=$!
until [[ -s $work/display ]]; do sleep 0.05; done
start=$(now)
DISPLAY=:$(<"$work/display") "$binary" --source simulated --seed 1 --simulate-mempool 3000 --simulate-tx-rate 0.001 --simulate-block-interval 1h \
    >"$work/out" 2>"$work/log" &
pid=$!
until grep -q 'first frame' "$work/log"; do sleep 0.005; done
echo "window: first frame after $(($(now) - start)) ms from the start of the process ($(grep -o 'first frame.*' "$work/log"))"
sleep 10
before=$(ticks "$pid")
sleep 20
echo "  quiet source: $(awk -v t="$(($(ticks "$pid") - before))" -v hz="$(getconf CLK_TCK)" 'BEGIN {printf "%.2f", t / hz / 20 * 100}') % of a core over 20 s  $(memory "$pid")"
kill "$pid" && wait "$pid"
kill "$server"
