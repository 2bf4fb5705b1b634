/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when.h: the times of logs, in nanoseconds of UTC since 1970.
 *
 * Each reads a time at the beginning of ${s} and returns the number of bytes it took, 0 when
 * there is none.  A time that does not exist (31 February) is none.
 */
#pragma once

#include "base/base.h"

/* 2026-11-22T14:30:05.123456789Z, also with a blank, an offset +07:00 or +0700, or neither: ${zone_s}. */
size_t when_iso(const char *s, size_t len, int zone_s, int64_t *ret_ns);

/* 22/Nov/2026:14:30:05 +0700, as web servers write it. */
size_t when_web(const char *s, size_t len, int64_t *ret_ns);

/* Nov 22 14:30:05, of the last year in which it is not after ${newest_ns} (and a day). */
size_t when_syslog(const char *s, size_t len, int zone_s, int64_t newest_ns, int64_t *ret_ns);

/* Sun Nov 22 14:30:05.123456 2026 */
size_t when_ctime(const char *s, size_t len, int zone_s, int64_t *ret_ns);

/* 1700000000.123: seconds; a whole number of 13, 16 or 19 digits is milli-, micro-, nanoseconds. */
size_t when_epoch(const char *s, size_t len, int64_t *ret_ns);
