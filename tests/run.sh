#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds everything and runs every test: optimised with all parts, then the headless build, then the unit and
# integration tests under the address and undefined-behaviour sanitizers, then every fuzz target for half a minute. The last line is
# "N passed, N failed[, N skipped]".
#   tests/run.sh [--quick]      --quick leaves the sanitizers and the fuzzing out
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
jobs=$(nproc)
passed=0 failed=0 skipped=0
why='' # what failed, said again at the end where it is seen

quick=false
case ${1:-} in
    "") ;;
    --quick) quick=true ;;
    *)
        echo "tests/run.sh: $1: accepted: --quick" >&2
        exit 64
        ;;
esac

say() {
    printf '\n== %s (%s)\n' "$1" "$(date +%T)"
}

# Counts one step that is a test by itself: step NAME COMMAND...
step() {
    local name=$1
    shift
    say "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        why+=$'\n'"FAILED: $name"
        return 1
    fi
}

build() {
    local preset=$1
    shift
    cmake --preset "$preset" --log-level=WARNING >/dev/null && cmake --build "build/$preset" --parallel "$jobs" -- --quiet "$@"
}

# ctest in build/PRESET, its results added to the sums: run_tests PRESET [ctest argument...]
run_tests() {
    local preset=$1 report=build/$1/tests.xml
    shift
    say "tests, $preset"
    rm -f "$report"
    xvfb-run --auto-servernum --server-args='-screen 0 1440x900x24' \
        ctest --test-dir "build/$preset" --parallel "$jobs" --output-on-failure --output-junit tests.xml "$@" || true
    if [[ ! -s $report ]]; then
        failed=$((failed + 1))
        return
    fi
    local all bad left_out missing
    all=$(count tests "$report") bad=$(count failures "$report") left_out=$(($(count skipped "$report") + $(count disabled "$report")))
    # ctest counts a test whose program is not there as skipped.
    missing=$(grep -c 'skipped message="Unable to find' "$report" || true)
    bad=$((bad + missing)) left_out=$((left_out - missing))
    passed=$((passed + all - bad - left_out)) failed=$((failed + bad)) skipped=$((skipped + left_out))
    if ((bad > 0)); then
        why+=$(
            printf '\n-- %s\n' "${report%/tests.xml}"
            cat "${report%/tests.xml}/Testing/Temporary/LastTestsFailed.log"
            grep -hE -A3 '^(FAIL!|QFATAL|XPASS)|^not ok|ERROR: (Address|Leak|Undefined)|runtime error:|Timeout' \
                "${report%/tests.xml}/Testing/Temporary/LastTest.log" | cut -c1-400 | head -n 60 || true
        )
    fi
}

# An attribute of the report's first element.
count() {
    grep -o -m1 "$1=\"[0-9]*\"" "$2" | head -n1 | grep -o '[0-9]*'
}

packaging/dependencies.sh run build test
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
if [[ tests/web/package-lock.json -nt tests/web/node_modules/.package-lock.json ]]; then
    step "npm ci" npm ci --prefix tests/web --no-audit --no-fund --loglevel=error || true
fi

if [[ -z ${TIPWATCH_NGINX:-} ]]; then
    TIPWATCH_NGINX=$(tests/web/get_nginx.sh "$root/build/nginx") || echo "There is no nginx here: what is tested behind one is skipped."
    export TIPWATCH_NGINX
fi

if step "build, test" build test; then
    run_tests test
fi
step "build, headless" build headless || true
if ! $quick && step "build, asan" build asan; then
    export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
    export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
    run_tests asan
fi
if ! $quick; then
    step "fuzzing, 30 s each" tests/fuzz/run.sh 30 || true
fi

printf '%s\n\n%d passed, %d failed' "$why" "$passed" "$failed"
if ((skipped > 0)); then
    printf ', %d skipped' "$skipped"
fi
printf '\n'
((failed == 0))
