/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.h: wall time, monotonic time, boot id; and times as text.
 *
 * Times are int64 milliseconds of UTC since 1970.  Local time is
 * Asia/Ho_Chi_Minh, UTC+7 with no daylight saving, everywhere: it is the time
 * of the law this program carries out, whatever TZ says.
 */
#pragma once

#include "base/err.h"

#define CLOCK_MS_MAX    INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define CLOCK_LOCAL_S   (7 * 3600)
#define CLOCK_TEXT_SIZE 32

/* The machine's own clocks. What the product calls "now" is app_now(), which
 * knows the test clock. */
int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_ns(void);

/* What the calling thread has computed so far; costs a system call. */
int64_t clock_thread_ns(void);

/* The kernel's boot id, 36 characters; "unknown" where it cannot be read. */
const char *clock_boot_id(void);

/* RFC 3339 in UTC with milliseconds: 2026-11-22T07:30:00.000Z. Returns ${out}. */
char *clock_iso(int64_t ms, char out[static CLOCK_TEXT_SIZE]);

/* As Vietnamese offices write it: 14:30 22/11/2026, local time. Returns ${out}. */
char *clock_vi(int64_t ms, char out[static CLOCK_TEXT_SIZE]);

/*
 * Reads RFC 3339 (any offset, fraction optional), or without an offset as
 * local time: "2026-11-22T14:30", "2026-11-22 14:30[:05]", "2026-11-22",
 * "14:30 22/11/2026", "22/11/2026 14:30", "22/11/2026".  False when it is none of these, a date
 * that does not exist, or outside 1970..9999.
 */
bool clock_parse(const char *text, int64_t *ret_ms);

/* The same of the end of a span: a day without a time is meant to its last millisecond. */
bool clock_parse_end(const char *text, int64_t *ret_ms);

/* The local calendar year of ${ms}. */
int clock_year(int64_t ms);
