/* SPDX-License-Identifier: Apache-2.0 */
/*
 * period.h: duties that come back every day, week, half year, year or two years.
 *
 * "Before 20 June" means that the 19th is the last safe day: a period ends at
 * 17:00 local of that day.  Without such a date a year ends on 31 December, a half
 * year on 30 June and 31 December, a week on Friday; a day ends at 23:59.
 */
#pragma once

#include "base/clock.h"

enum period_every { EVERY_DAY, EVERY_WEEK, EVERY_HALF_YEAR, EVERY_YEAR, EVERY_TWO_YEARS, EVERIES };

/* "day", "week", "half_year", "year", "two_years"; EVERIES for anything else. */
enum period_every period_every_of(const char *name);

struct period {
	char name[16];  /* 2026-11-22, the week's Monday, 2026-H1, 2026, 2026-2027 */
	int64_t from_at; /* 00:00 after the day the one before ended on */
	int64_t due_at;
};

/*
 * The first period that is due at ${at_ms} or later.  ${before} is "MM-DD", or "" when
 * the regulation names no day; of a half year the other one lies six months off.
 */
void period_at(enum period_every every, const char *before, int64_t at_ms, struct period *ret);

/* The one after ${period}. */
void period_after(enum period_every every, const char *before, struct period *period);

/* A local date. */
struct local_date {
	int year, month, day;
};
struct local_date local_date_of(int64_t ms);
int64_t local_date_ms(int year, int month, int day); /* 00:00; month 13 is the next January */
int local_weekday(int64_t ms);                       /* 0 Monday … 6 Sunday */
