/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deadline.h: when a period of the law ends, counted on the safe side.
 *
 * Local days (UTC+7, no daylight saving).  Saturday, Sunday and the days off
 * that the caller knows are no working days; a weekend day worked in exchange is
 * one.  Counting in days ends at 17:00 local of the last day: the rule that the
 * first day is not counted and that a period ending on a holiday ends on the
 * next working day is not relied upon.
 */
#pragma once

#include "base/clock.h"

enum deadline_unit { DEADLINE_MINUTES, DEADLINE_HOURS, DEADLINE_DAYS, DEADLINE_WORKING_DAYS };

/* "m", "h", "d", "w"; false for anything else. */
bool deadline_unit_of(const char *name, enum deadline_unit *ret);

enum day_kind { DAY_AS_USUAL, DAY_OFF, DAY_WORKING };

/* What is known about the local day that ${at_ms} falls into; NULL stands for "nothing". */
typedef enum day_kind (*day_kind_fn)(const void *arg, int64_t at_ms);

bool deadline_is_working_day(int64_t at_ms, day_kind_fn kind, const void *arg);

struct deadline {
	int64_t due_at;
	int64_t send_by_at; /* the same, or 17:00 of the last working day within the period */
	bool is_off_day;    /* due_at falls on a day off: better send by send_by_at */
};

/*
 * The end of ${count} ${unit}s (1 to 10,000) from ${from_ms}.  Minutes and hours run
 * through the night; working days that are counted are those after the first day.
 */
struct deadline deadline_after(int64_t from_ms, int count, enum deadline_unit unit,
    day_kind_fn kind, const void *arg);

/* The advice for a period that stands already; send_by_at never lies before its beginning. */
struct deadline deadline_at(int64_t from_ms, int64_t due_at, day_kind_fn kind,
    const void *arg);
