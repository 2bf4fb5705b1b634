/* SPDX-License-Identifier: Apache-2.0 */
#include "duty/period.h"

#include <stdio.h>

#define DAY_MS     INT64_C(86400000)
#define LOCAL_MS   (CLOCK_LOCAL_S * INT64_C(1000))
#define CLOSING_MS (17 * INT64_C(3600000))
#define NIGHT_MS   (DAY_MS - INT64_C(60000)) /* 23:59 */

enum period_every
period_every_of(const char *name)
{
	static const char *const names[EVERIES] = { "day", "week", "half_year", "year", "two_years" };
	int i = 0;

	while (i < EVERIES && !str_eq(name, names[i]))
		i++;
	return (enum period_every)i;
}

/* ---- local dates ------------------------------------------------------------------- */

/* Days since 1970 of the proleptic Gregorian calendar; years begin in March here. */
static int64_t
days_of(int year, int month, int day)
{
	int64_t y = year + (month - 1) / 12, m = (month - 1) % 12 + 1, era, of_era, of_year;

	y -= m <= 2;
	era = y / 400;
	of_era = y - era * 400;
	of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t
local_date_ms(int year, int month, int day)
{
	return days_of(year, month, day) * DAY_MS - LOCAL_MS;
}

static int64_t
local_days(int64_t ms)
{
	int64_t local = ms + LOCAL_MS;

	return local >= 0 ? local / DAY_MS : -((-local + DAY_MS - 1) / DAY_MS);
}

struct local_date
local_date_of(int64_t ms)
{
	int64_t days = local_days(ms) + 719468, era = days / 146097, of_era = days % 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;
	struct local_date d = { (int)(year + era * 400), (int)(month < 10 ? month + 3 : month - 9),
		(int)(of_year - (153 * month + 2) / 5 + 1) };

	d.year += d.month <= 2;
	return d;
}

/* 1 January 1970 was a Thursday. */
int
local_weekday(int64_t ms)
{
	return (int)((local_days(ms) + 3) % 7);
}

/* ---- periods ------------------------------------------------------------------------- */

static int64_t
day_start(int64_t ms)
{
	return local_days(ms) * DAY_MS - LOCAL_MS;
}

/* 17:00 of the last safe day before ${before} of that year, or of its last day. */
static int64_t
end_of(int year, const char *before, int months_later)
{
	int month = 13, day = 1;

	if (*before != '\0')
		sscanf(before, "%2d-%2d", &month, &day);
	return local_date_ms(year, month + months_later, day) - DAY_MS + CLOSING_MS;
}

static void
set(struct period *p, int64_t last_due, int64_t due)
{
	p->from_at = day_start(last_due) + DAY_MS;
	p->due_at = due;
}

static void
short_period(enum period_every every, int64_t at_ms, struct period *ret)
{
	int64_t start = day_start(at_ms);
	struct local_date d;

	if (every == EVERY_WEEK)
		start -= local_weekday(start) * DAY_MS;
	ret->from_at = start;
	ret->due_at = every == EVERY_DAY ? start + NIGHT_MS : start + 4 * DAY_MS + CLOSING_MS;
	if (ret->due_at < at_ms) {
		short_period(every, start + (every == EVERY_DAY ? 1 : 7) * DAY_MS, ret);
		return;
	}
	d = local_date_of(start);
	snprintf(ret->name, sizeof(ret->name), "%04d-%02d-%02d", d.year % 10000, d.month, d.day);
}

/* Half years end six months apart; without a date at the end of June and of December. */
static void
half_year(const char *before, int64_t at_ms, struct period *ret)
{
	for (int year = local_date_of(at_ms).year - 1;; year++) {
		int64_t first = *before == '\0' ? end_of(year, "07-01", 0) : end_of(year, before, 0);
		int64_t second = *before == '\0' ? end_of(year, "", 0) : end_of(year, before, 6);

		if (first >= at_ms) {
			set(ret, *before == '\0' ? end_of(year - 1, "", 0) :
			    end_of(year - 1, before, 6), first);
			snprintf(ret->name, sizeof(ret->name), "%04d-H1", year % 10000);
			return;
		}
		if (second >= at_ms) {
			set(ret, first, second);
			snprintf(ret->name, sizeof(ret->name), "%04d-H2", year % 10000);
			return;
		}
	}
}

void
period_at(enum period_every every, const char *before, int64_t at_ms, struct period *ret)
{
	int step = every == EVERY_TWO_YEARS ? 2 : 1, year = local_date_of(at_ms).year;

	*ret = (struct period){ 0 };
	if (every == EVERY_DAY || every == EVERY_WEEK) {
		short_period(every, at_ms, ret);
		return;
	}
	if (every == EVERY_HALF_YEAR) {
		half_year(before, at_ms, ret);
		return;
	}
	/* Two years are named by the even one and end in the odd one. */
	if (step == 2)
		year |= 1;
	while (end_of(year, before, 0) < at_ms)
		year += step;
	set(ret, end_of(year - step, before, 0), end_of(year, before, 0));
	if (step == 2)
		snprintf(ret->name, sizeof(ret->name), "%04d-%04d", (year - 1) % 10000, year % 10000);
	else
		snprintf(ret->name, sizeof(ret->name), "%04d", year % 10000);
}

void
period_after(enum period_every every, const char *before, struct period *period)
{
	period_at(every, before, period->due_at + 1, period);
}
