#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Tipwatch's gateway beside npm ws and Debian's gorilla/websocket: real sockets, server and clients on this machine, all in one run. Prints
# a table of medians. Needs build/test (or $BUILD), tests/web/node_modules, Debian's golang and golang-github-gorilla-websocket-dev, and
# 20,000 file descriptors. Takes about a quarter of an hour; nothing else should run meanwhile.
#   tests/bench/fanout.sh [runs = 3] [server...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
build=${BUILD:-build/test}
runs=${1:-3}
shift || true
servers=("$@")
if ((${#servers[@]} == 0)); then
    servers=(tipwatch ws gorilla)
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
GO111MODULE=off GOPATH=/usr/share/gocode go build -o "$results/gorilla_hub" tests/bench/peers/gorilla_hub.go

server_command() {
    case $1 in
        tipwatch) echo "$build/fanout_server hub" ;;
        tipwatch-gateway) echo "$build/fanout_server gateway" ;;
        ws) echo "node tests/bench/peers/ws_hub.js" ;;
        gorilla) echo "$results/gorilla_hub" ;;
        *)
            echo "tests/bench/fanout.sh: $1: accepted: runs, then tipwatch, ws, gorilla" >&2
            exit 64
            ;;
    esac
}

# load SCENARIO SERVER [option of fanout_load...]
load() {
    local scenario=$1 server=$2 command
    shift 2
    read -ra command <<<"$(server_command "$server")"
    printf '%s %s %s\n' "$(date +%T)" "$scenario" "$server" >&2
    "$build/fanout_load" "$@" -- "${command[@]}" >>"$results/$scenario.$server"
}

for ((run = 0; run < runs; ++run)); do
    for server in "${servers[@]}"; do
        load fan "$server" clients=10000 count=32 interval=250 size=300
        load alone "$server" clients=1000 count=500 interval=20 size=2000
        load stuck "$server" clients=1000 count=500 interval=20 size=2000 stuck=1
    done
    load tip tipwatch-gateway clients=1000 count=40 interval=250 mark=timestamp \
        'subscribe={"op":"subscribe","channels":["tip"]}'
done
for server in "${servers[@]}"; do
    load hold "$server" clients=17900 count=60 interval=1000 size=300
done

# The median of a figure: median SCENARIO SERVER NAME
median() {
    if [[ ! -f $results/$1.$2 ]]; then
        echo -
        return
    fi
    awk -v name="$3" '$1 == name { print $2 }' "$results/$1.$2" | sort -n |
        awk '{ value[NR] = $1 } END { print NR % 2 ? value[(NR + 1) / 2] : (value[NR / 2] + value[NR / 2 + 1]) / 2 }'
}

row() {
    local title=$1 scenario=$2 name=$3 server
    printf '%-58s' "$title"
    for server in "${servers[@]}"; do
        printf '%12s' "$(median "$scenario" "$server" "$name")"
    done
    printf '\n'
}

printf '\n%s cores, medians of %s runs\n%-58s' "$(nproc)" "$runs" ''
printf '%12s' "${servers[@]}"
printf '\n'
row '10,000 clients, 300 bytes, 4/s: p50 delivery, ms' fan delivery_p50_ms
row '10,000 clients, 300 bytes, 4/s: p99 delivery, ms' fan delivery_p99_ms
row 'server CPU per delivered message, us' fan cpu_us_per_message
row 'RSS growth per idle connection, KB' fan rss_per_client_kb
row 'connection set-up: p99, ms' fan setup_p99_ms
row 'connection set-up: accepted a second' fan setup_per_s
row '1,000 clients, 2,000 bytes, 50/s: p99 delivery, ms' alone delivery_p99_ms
row '... with one more that never reads: p99 delivery, ms' stuck delivery_p99_ms
row '18,000 clients held 60 s, 1/s: messages delivered' hold delivered
row '... of' hold expected
row '... clients lost' hold closed
row '... p99 delivery, ms' hold delivery_p99_ms
printf '%-58s%12s\n' "tip to 1,000 clients from the store's event: p99, ms" "$(median tip tipwatch-gateway delivery_p99_ms)"
printf '%-58s%12s\n' '... p50, ms' "$(median tip tipwatch-gateway delivery_p50_ms)"
