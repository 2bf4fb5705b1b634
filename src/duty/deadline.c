/* SPDX-License-Identifier: Apache-2.0 */
#include "duty/deadline.h"

#define MINUTE_MS   INT64_C(60000)
#define HOUR_MS     (60 * MINUTE_MS)
#define DAY_MS      (24 * HOUR_MS)
#define LOCAL_MS    (CLOCK_LOCAL_S * INT64_C(1000))
#define CLOSING_MS  (17 * HOUR_MS) /* of the local day */
#define LONGEST_OFF 60             /* no calendar has more days off in a row */

bool
deadline_unit_of(const char *name, enum deadline_unit *ret)
{
	static const char *const names[] = { "m", "h", "d", "w" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq(name, names[i])) {
			*ret = (enum deadline_unit)i;
			return true;
		}
	}
	return false;
}

/* Local midnight of the day ${ms} falls into. */
static int64_t
midnight(int64_t ms)
{
	int64_t local = ms + LOCAL_MS, rest = local % DAY_MS;

	return local - (rest < 0 ? rest + DAY_MS : rest) - LOCAL_MS;
}

/* 1 January 1970 was a Thursday. */
static bool
is_weekend(int64_t ms)
{
	int64_t day = (midnight(ms) + LOCAL_MS) / DAY_MS % 7;

	if (day < 0)
		day += 7;
	return day == 2 || day == 3;
}

bool
deadline_is_working_day(int64_t at_ms, day_kind_fn kind, const void *arg)
{
	enum day_kind said = kind == NULL ? DAY_AS_USUAL : kind(arg, at_ms);

	return said == DAY_AS_USUAL ? !is_weekend(at_ms) : said == DAY_WORKING;
}

struct deadline
deadline_at(int64_t from_ms, int64_t due_at, day_kind_fn kind, const void *arg)
{
	struct deadline d = { due_at, due_at, false };

	if (deadline_is_working_day(due_at, kind, arg))
		return d;
	d.is_off_day = true;
	for (int i = 1; i <= LONGEST_OFF; i++) {
		int64_t day = midnight(due_at) - i * DAY_MS;

		if (day + CLOSING_MS < from_ms)
			break;
		if (deadline_is_working_day(day, kind, arg)) {
			d.send_by_at = day + CLOSING_MS;
			break;
		}
	}
	return d;
}

struct deadline
deadline_after(int64_t from_ms, int count, enum deadline_unit unit, day_kind_fn kind, const void *arg)
{
	int64_t day = midnight(from_ms);

	switch (unit) {
	case DEADLINE_MINUTES:
		return deadline_at(from_ms, from_ms + count * MINUTE_MS, kind, arg);
	case DEADLINE_HOURS:
		return deadline_at(from_ms, from_ms + count * HOUR_MS, kind, arg);
	case DEADLINE_DAYS:
		return deadline_at(from_ms, day + count * DAY_MS + CLOSING_MS, kind, arg);
	case DEADLINE_WORKING_DAYS:
		break;
	}
	for (int off = 0; count > 0 && off <= LONGEST_OFF;) {
		day += DAY_MS;
		if (deadline_is_working_day(day, kind, arg)) {
			count--;
			off = 0;
		} else {
			off++;
		}
	}
	return deadline_at(from_ms, day + CLOSING_MS, kind, arg);
}
