/* SPDX-License-Identifier: Apache-2.0 */
#include "duty/reminder.h"

#define DAY_MS    INT64_C(86400000)
#define MINUTE_MS INT64_C(60000)
#define LOCAL_MS  (CLOCK_LOCAL_S * INT64_C(1000))

static const int minutes[] = { 15, 30, 60 };
static const int percents[] = { 50, 75, 90, 100 };

int64_t
duty_red_at(enum duty_kind kind, int64_t due_at)
{
	if (due_at == DUTY_NEVER)
		return DUTY_NEVER;
	return kind == DUTY_AT_ONCE ? due_at + AT_ONCE_MS : due_at;
}

int
duty_percent(enum duty_kind kind, int64_t from_at, int64_t due_at, int64_t now)
{
	int64_t red = duty_red_at(kind, due_at);

	if (red == DUTY_NEVER || (from_at != DUTY_NEVER && now <= from_at))
		return 0;
	if (now >= red || from_at == DUTY_NEVER || red <= from_at)
		return now >= red ? 100 : 0;
	/* In seconds: a period of years times 100 stays far from the end of the numbers. */
	return (int)((now - from_at) / 1000 * 100 / ((red - from_at) / 1000));
}

static struct reminder
step_at(enum duty_kind kind, int64_t from_at, int64_t due_at, size_t i)
{
	if (kind == DUTY_AT_ONCE)
		return (struct reminder){ minutes[i], due_at + minutes[i] * MINUTE_MS, minutes[i] == 60 };
	/* Hundredths lose a few milliseconds; the end itself is exact. */
	if (percents[i] == 100)
		return (struct reminder){ 100, due_at, true };
	return (struct reminder){ percents[i], from_at + (due_at - from_at) / 100 * percents[i], false };
}

static size_t
steps_of(enum duty_kind kind, int64_t from_at, int64_t due_at)
{
	if (due_at == DUTY_NEVER || kind == DUTY_THROUGHOUT || kind == DUTY_NO_TIME)
		return 0;
	if (kind == DUTY_AT_ONCE)
		return ARRAY_LEN(minutes);
	return from_at == DUTY_NEVER || from_at >= due_at ? 0 : ARRAY_LEN(percents);
}

bool
reminder_next(enum duty_kind kind, int64_t from_at, int64_t due_at, int last, struct reminder *ret)
{
	size_t n = steps_of(kind, from_at, due_at);

	for (size_t i = 0; i < n; i++) {
		*ret = step_at(kind, from_at, due_at, i);
		if (ret->step > last)
			return true;
	}
	return false;
}

bool
reminder_reached(enum duty_kind kind, int64_t from_at, int64_t due_at, int64_t now,
    struct reminder *ret)
{
	size_t n = steps_of(kind, from_at, due_at);
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		struct reminder r = step_at(kind, from_at, due_at, i);

		if (r.at > now)
			break;
		*ret = r;
		found = true;
	}
	return found;
}

static int64_t
days_up(int64_t ms)
{
	return (ms + DAY_MS - 1) / DAY_MS;
}

int64_t
duty_late_days(enum duty_kind kind, int64_t due_at, int64_t sent_at, int64_t now)
{
	int64_t red = duty_red_at(kind, due_at), at = sent_at == DUTY_NEVER ? now : sent_at;

	return red == DUTY_NEVER || at <= red ? 0 : days_up(at - due_at);
}

static int64_t
local_day(int64_t ms)
{
	return (ms + LOCAL_MS) / DAY_MS;
}

int64_t
duty_entered_late_days(int64_t sent_at, int64_t entered_at)
{
	if (sent_at == DUTY_NEVER || entered_at == DUTY_NEVER || entered_at <= sent_at)
		return 0;
	return local_day(entered_at) - local_day(sent_at);
}
