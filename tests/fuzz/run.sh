#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the fuzz targets and lets each run for a while from its committed seeds (corpus/<target>), one process per core.
#   tests/fuzz/run.sh [seconds = 30] [target...]
# What is found on the way is kept in build/fuzz/corpus/<target>. An input that crashes, hangs or takes more than a gigabyte lies in
# build/fuzz/found/<target>-*; run build/fuzz/fuzz_<target> with it to see why. Add it to the seeds with the repair.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

seconds=${1:-30}
if [[ ! $seconds =~ ^[0-9]+$ ]]; then
    echo "tests/fuzz/run.sh: $seconds: accepted: seconds, then names of targets" >&2
    exit 64
fi
shift || true

export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build build/fuzz --parallel "$(nproc)" -- --quiet

targets=("$@")
if ((${#targets[@]} == 0)); then
    for program in build/fuzz/fuzz_*; do
        targets+=("${program#build/fuzz/fuzz_}")
    done
fi

# One target: a line of figures, and the whole log if something was found.
fuzz() {
    local target=$1 seconds=$2 status=0
    local log=build/fuzz/$target.log corpus=build/fuzz/corpus/$target
    mkdir -p "$corpus" build/fuzz/found
    "build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -use_value_profile=1 \
        -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-" "$corpus" "tests/fuzz/corpus/$target" >"$log" 2>&1 ||
        status=$?
    local runs coverage inputs
    runs=$(grep -o 'stat::number_of_executed_units: *[0-9]*' "$log" | grep -o '[0-9]*$' || echo '?')
    coverage=$(grep -o 'cov: [0-9]* ft: [0-9]*' "$log" | tail -n1 || true)
    inputs=$(find "$corpus" -type f | wc -l)
    printf '%-18s %12s runs   %-24s %6s inputs   %s\n' "$target" "$runs" "${coverage:-no coverage}" "$inputs" \
        "$( ((status == 0)) && echo ok || echo FOUND)"
    if ((status != 0)); then
        grep -v '^#[0-9]' "$log" | tail -n 60
    fi
    return "$status"
}
export -f fuzz

printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz "$@"' fuzz {} "$seconds"
