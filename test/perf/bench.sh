#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make bench: the figures of doc/performance.md.
set -eu
B=${KHIEN_BUILD:-build}
make --no-print-directory B="$B" "$B/perf/fill" "$B/perf/load" "$B/perf/bench_ledger" "$B/perf/bench_duty" "$B/perf/bench_paper"
KHIEN_BUILD=$B node test/perf/bench.mjs
"$B/perf/bench_ledger"
"$B/perf/bench_duty"
"$B/perf/bench_paper" "$(realpath "$B/khien-worker")"
