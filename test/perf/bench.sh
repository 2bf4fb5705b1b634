#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make bench: the figures of doc/performance.md.
set -eu
B=${KHIEN_BUILD:-build}
make --no-print-directory B="$B" "$B/perf/fill" "$B/perf/load" "$B/perf/bench_ledger"
KHIEN_BUILD=$B node test/perf/bench.mjs
"$B/perf/bench_ledger"
