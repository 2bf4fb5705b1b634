/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "duty/deadline.h"

static int64_t
at(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

static void
assert_time(int64_t ms, const char *expected)
{
	char text[CLOCK_TEXT_SIZE];

	assert_string_equal(clock_vi(ms, text), expected);
}

/* 1 and 2 September 2026 are off (a Tuesday and a Wednesday); Saturday 22 August is worked. */
static enum day_kind
calendar(const void *arg, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	assert_ptr_equal(arg, "x");
	clock_vi(ms, text);
	if (strstr(text, "01/09/2026") != NULL || strstr(text, "02/09/2026") != NULL)
		return DAY_OFF;
	return strstr(text, "22/08/2026") != NULL ? DAY_WORKING : DAY_AS_USUAL;
}

static void
days_end_at_closing_time_of_the_last_day(void **state)
{
	struct deadline d;

	(void)state;
	/* A Monday. */
	d = deadline_after(at("2026-11-02T08:14"), 5, DEADLINE_DAYS, NULL, NULL);
	assert_time(d.due_at, "17:00 07/11/2026");
	assert_true(d.is_off_day); /* a Saturday */
	assert_time(d.send_by_at, "17:00 06/11/2026");
	/* Late in the evening it is still that day's date that counts, in local time. */
	d = deadline_after(at("2026-11-03T23:59"), 5, DEADLINE_DAYS, NULL, NULL);
	assert_time(d.due_at, "17:00 08/11/2026");
	assert_time(d.send_by_at, "17:00 06/11/2026");
	d = deadline_after(at("2026-11-05T00:00"), 5, DEADLINE_DAYS, NULL, NULL);
	assert_time(d.due_at, "17:00 10/11/2026");
	assert_false(d.is_off_day);
	assert_true(d.send_by_at == d.due_at);
}

static void
hours_and_minutes_run_through_nights_and_weekends(void **state)
{
	struct deadline d;

	(void)state;
	d = deadline_after(at("2026-11-06T16:30"), 72, DEADLINE_HOURS, NULL, NULL);
	assert_time(d.due_at, "16:30 09/11/2026");
	assert_false(d.is_off_day);
	d = deadline_after(at("2026-11-06T16:30"), 24, DEADLINE_HOURS, NULL, NULL);
	assert_time(d.due_at, "16:30 07/11/2026");
	assert_true(d.is_off_day);
	assert_time(d.send_by_at, "17:00 06/11/2026");
	/* Nothing to advise when the weekend has begun already. */
	d = deadline_after(at("2026-11-06T18:00"), 24, DEADLINE_HOURS, NULL, NULL);
	assert_true(d.is_off_day);
	assert_time(d.send_by_at, "18:00 07/11/2026");
	d = deadline_after(at("2026-12-31T23:50"), 15, DEADLINE_MINUTES, NULL, NULL);
	assert_time(d.due_at, "00:05 01/01/2027");
}

static void
working_days_skip_what_the_calendar_says(void **state)
{
	struct deadline d;

	(void)state;
	/* Friday 28 August: the next working days are Monday 31, Thursday 3, Friday 4. */
	d = deadline_after(at("2026-08-28T09:00"), 1, DEADLINE_WORKING_DAYS, calendar, "x");
	assert_time(d.due_at, "17:00 31/08/2026");
	d = deadline_after(at("2026-08-28T09:00"), 3, DEADLINE_WORKING_DAYS, calendar, "x");
	assert_time(d.due_at, "17:00 04/09/2026");
	assert_false(d.is_off_day);
	/* The Saturday that is worked counts. */
	d = deadline_after(at("2026-08-21T09:00"), 1, DEADLINE_WORKING_DAYS, calendar, "x");
	assert_time(d.due_at, "17:00 22/08/2026");
	/* Calendar days that end on a day off: the last working day before is Monday. */
	d = deadline_after(at("2026-08-28T09:00"), 5, DEADLINE_DAYS, calendar, "x");
	assert_time(d.due_at, "17:00 02/09/2026");
	assert_time(d.send_by_at, "17:00 31/08/2026");
}

static enum day_kind
all_off(const void *arg, int64_t ms)
{
	(void)arg;
	(void)ms;
	return DAY_OFF;
}

static void
a_calendar_without_working_days_ends_all_the_same(void **state)
{
	struct deadline d;

	(void)state;
	d = deadline_after(at("2026-08-28T09:00"), 3, DEADLINE_WORKING_DAYS, all_off, NULL);
	assert_true(d.is_off_day);
	assert_true(d.send_by_at == d.due_at);
}

static void
units_are_known_by_their_letters(void **state)
{
	enum deadline_unit unit = DEADLINE_MINUTES;

	(void)state;
	assert_true(deadline_unit_of("w", &unit));
	assert_int_equal(unit, DEADLINE_WORKING_DAYS);
	assert_false(deadline_unit_of("", &unit));
	assert_false(deadline_unit_of(NULL, &unit));
	assert_int_equal(unit, DEADLINE_WORKING_DAYS);
}

static void
days_before_1970_have_their_weekday_too(void **state)
{
	(void)state;
	assert_false(deadline_is_working_day(INT64_C(-5) * 86400000, NULL, NULL)); /* Saturday 27 December 1969 */
	assert_true(deadline_is_working_day(INT64_C(-3) * 86400000, NULL, NULL));  /* Monday */
}

TEST_MAIN(cmocka_unit_test(days_end_at_closing_time_of_the_last_day),
    cmocka_unit_test(hours_and_minutes_run_through_nights_and_weekends),
    cmocka_unit_test(working_days_skip_what_the_calendar_says),
    cmocka_unit_test(a_calendar_without_working_days_ends_all_the_same),
    cmocka_unit_test(units_are_known_by_their_letters),
    cmocka_unit_test(days_before_1970_have_their_weekday_too))
