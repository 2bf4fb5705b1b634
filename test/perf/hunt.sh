#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make bench: the figures of the hunt in doc/performance.md.
set -eu
B=${KHIEN_BUILD:-build}
make --no-print-directory B="$B" "$B/perf/measure" "$B/perf/hunt_stages"
KHIEN_BUILD=$B node test/perf/hunt.mjs
