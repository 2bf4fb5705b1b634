/* SPDX-License-Identifier: Apache-2.0 */
/* What an incident owes by its facts; periods that come back; reminders; lateness. */
#include "testing.h"

#include "duty/duty_plan.h"
#include "duty/period.h"
#include "duty/reminder.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define T0     INT64_C(1795996800000) /* 2026-11-30 08:00 local, a Monday */

#define RULE(p, o, t, c, k, n, u) { p, o, t, c, k, n, u, false, INT64_MIN, INT64_MAX, 0, false, NULL }

enum { R_D01, R_D02, R_D03, R_D04, R_D05, R_D06, R_D07, R_D08, R_D11, R_D20, R_D21, R_D23, R_D24,
	R_D30, R_D31, R_N03, RULES };

static struct duty_rule rules[RULES] = {
	RULE("NOI-BO", "D01", TRIGGER_STAFF_NOTICE, CLOCK_DETECTED, DUTY_AT_ONCE, 0, 0),
	RULE("ATTT-2017", "D02", TRIGGER_NOTICE_RECEIVED, CLOCK_RECEIVED, DUTY_AT_ONCE, 0, 0),
	RULE("ATTT-2017", "D03", TRIGGER_INCIDENT_DETECTED, CLOCK_DETECTED, DUTY_WITHIN, 5, DEADLINE_DAYS),
	RULE("ATTT-2017", "D04", TRIGGER_HANDLED_AFTER_NOTICE, CLOCK_ENDED, DUTY_AT_ONCE, 0, 0),
	RULE("ATTT-2017", "D05", TRIGGER_BEYOND, CLOCK_BEYOND, DUTY_AT_ONCE, 0, 0),
	RULE("ATTT-2017", "D06", TRIGGER_BEYOND_RUNNING, CLOCK_BEYOND, DUTY_THROUGHOUT, 0, 0),
	RULE("ATTT-2017", "D07", TRIGGER_ENDED_AFTER_REPORT, CLOCK_ENDED, DUTY_WITHIN, 5, DEADLINE_DAYS),
	RULE("ATTT-2017", "D08", TRIGGER_MAYBE_SERIOUS, CLOCK_TRIGGERED, DUTY_AT_ONCE, 0, 0),
	RULE("ATTT-2017", "D11", TRIGGER_REQUEST, CLOCK_TRIGGERED, DUTY_AS_STATED, 0, 0),
	RULE("ANM-2026", "D20", TRIGGER_SECURITY, CLOCK_DETECTED, DUTY_AT_ONCE, 0, 0),
	RULE("ANM-2026", "D21", TRIGGER_SERIOUS, CLOCK_DETECTED, DUTY_WITHIN, 24, DEADLINE_HOURS),
	RULE("ANM-2026", "D23", TRIGGER_REPORT_OPEN, CLOCK_DETECTED, DUTY_THROUGHOUT, 0, 0),
	RULE("ANM-2026", "D24", TRIGGER_SERIOUS_CLOSED, CLOCK_ENDED, DUTY_NO_TIME, 0, 0),
	RULE("DLCN-2026", "D30", TRIGGER_PERSONAL, CLOCK_PERSONAL, DUTY_WITHIN, 72, DEADLINE_HOURS),
	RULE("DLCN-2026", "D31", TRIGGER_FINANCE, CLOCK_PERSONAL, DUTY_WITHIN, 72, DEADLINE_HOURS),
	RULE("ND-MOI", "N03", TRIGGER_INCIDENT_DETECTED, CLOCK_DETECTED, DUTY_WITHIN, 12, DEADLINE_HOURS),
};

static struct duty_facts facts;
static struct duty_row rows[32];
static char ids[32][8];
static size_t row_count, requests;
static struct duty_request request;

static void
begin(void)
{
	for (size_t i = 0; i < RULES; i++)
		rules[i].head = i;
	rules[R_D03].is_provisional = rules[R_D01].is_provisional = rules[R_D02].is_provisional = true;
	rules[R_N03].is_provisional = true;
	rules[R_N03].from_ms = T0 + DAY;
	facts = (struct duty_facts){ .now = T0, .has_incident = true, .detected_at = T0,
		.received_at = T0, .confirmed_at = DUTY_NEVER, .beyond_at = DUTY_NEVER,
		.ended_at = DUTY_NEVER, .closed_at = DUTY_NEVER, .personal_at = DUTY_NEVER,
		.told_at = DUTY_NEVER, .taken_at = DUTY_NEVER, .acknowledged_at = DUTY_NEVER, .waiting_at = DUTY_NEVER,
		.called_at = DUTY_NEVER, .came_at = DUTY_NEVER };
	row_count = requests = 0;
}

/* Carries the actions out on the rows, as the application does on the database. */
static void
carry_out(const struct duty_action *a)
{
	struct duty_row *row = (struct duty_row *)(uintptr_t)a->row;

	switch (a->kind) {
	case ACTION_OPEN:
		row = &rows[row_count];
		snprintf(ids[row_count], sizeof(ids[0]), "r%zu", row_count);
		*row = (struct duty_row){ .id = ids[row_count++], .profile = a->rule->profile,
			.obligation = a->rule->obligation, .request = a->request, .instance = a->instance,
			.sent_at = DUTY_NEVER };
		__attribute__((fallthrough));
	case ACTION_REOPEN:
		row->state = a->acknowledged_at != DUTY_NEVER ? DUTY_ACKNOWLEDGED :
		    a->at != DUTY_NEVER ? DUTY_SENT : DUTY_PENDING;
		row->sent_at = a->at;
		row->is_provisional = a->is_provisional;
		row->from_at = a->from_at;
		row->due_at = a->due_at;
		break;
	case ACTION_FIRM:
		row->is_provisional = false;
		break;
	case ACTION_MOVE:
		row->from_at = a->from_at;
		row->due_at = a->due_at;
		break;
	case ACTION_DROP:
		assert_non_null(a->reason);
		row->state = DUTY_CANCELLED;
		break;
	case ACTION_SUPERSEDE:
		row->state = DUTY_SUPERSEDED;
		break;
	case ACTION_SEND:
		row->state = DUTY_SENT;
		row->sent_at = a->at;
		break;
	case ACTION_ACKNOWLEDGE:
		row->state = DUTY_ACKNOWLEDGED;
		break;
	}
}

static const char *last_reason;

static size_t
plan(void)
{
	struct duty_action actions[64];
	struct duty_case c = { .facts = &facts, .rule = rules, .rules = RULES, .request = &request,
		.requests = requests, .row = rows, .rows = row_count };
	size_t n = duty_plan(&c, actions, ARRAY_LEN(actions));

	for (size_t i = 0; i < n; i++) {
		if (actions[i].reason != NULL)
			last_reason = actions[i].reason;
		carry_out(&actions[i]);
	}
	c.rows = row_count;
	assert_int_equal(duty_plan(&c, actions, ARRAY_LEN(actions)), 0);
	return n;
}

static struct duty_row *
row_of(const char *obligation)
{
	for (size_t i = row_count; i-- > 0;)
		if (strcmp(rows[i].obligation, obligation) == 0)
			return &rows[i];
	return NULL;
}

static enum duty_state
state_of(const char *obligation)
{
	return row_of(obligation) == NULL ? DUTY_STATES : row_of(obligation)->state;
}

static void
provisional_firm_dropped_and_owed_again(void **state)
{
	(void)state;
	begin();
	plan();
	assert_int_equal(row_count, 1);
	assert_true(row_of("D03")->is_provisional);
	assert_int_equal(row_of("D03")->due_at, local_date_ms(2026, 12, 5) + 17 * HOUR);
	facts.confirmed_at = facts.now = T0 + HOUR;
	plan();
	assert_false(row_of("D03")->is_provisional);
	facts.is_dismissed = true;
	plan();
	assert_int_equal(state_of("D03"), DUTY_CANCELLED);
	assert_string_equal(last_reason, "duty.reason.not_incident");
	facts.is_dismissed = false;
	facts.confirmed_at = DUTY_NEVER;
	plan();
	assert_int_equal(state_of("D03"), DUTY_PENDING);
	assert_true(row_of("D03")->is_provisional);
	/* A person decided: the facts do not bring it back. */
	row_of("D03")->state = DUTY_CANCELLED;
	row_of("D03")->is_decided = true;
	assert_int_equal(plan(), 0);
}

static void
a_notice_of_a_colleague_is_done_by_itself(void **state)
{
	(void)state;
	begin();
	facts.told_at = T0 + 10 * MINUTE;
	facts.acknowledged_at = T0 + 11 * MINUTE;
	plan();
	assert_int_equal(state_of("D01"), DUTY_SENT);
	assert_int_equal(row_of("D01")->sent_at, T0 + 10 * MINUTE);
	assert_int_equal(state_of("D02"), DUTY_ACKNOWLEDGED);
	facts.taken_at = T0 + 20 * MINUTE;
	plan();
	assert_int_equal(state_of("D01"), DUTY_ACKNOWLEDGED);
}

static void
beyond_our_means_and_the_end_of_the_response(void **state)
{
	(void)state;
	begin();
	facts.confirmed_at = T0;
	facts.is_beyond = true;
	facts.beyond_at = facts.now = T0 + 2 * HOUR;
	plan();
	assert_int_equal(row_of("D05")->due_at, T0 + 2 * HOUR);
	assert_int_equal(state_of("D06"), DUTY_PENDING);
	assert_int_equal(row_of("D06")->due_at, DUTY_NEVER);
	assert_int_equal(state_of("D07"), DUTY_STATES);
	row_of("D03")->state = DUTY_SENT;
	row_of("D03")->sent_at = T0 + DAY;
	facts.ended_at = facts.now = T0 + 2 * DAY;
	plan();
	assert_int_equal(state_of("D04"), DUTY_PENDING);
	assert_int_equal(state_of("D06"), DUTY_SUPERSEDED);
	assert_int_equal(row_of("D07")->due_at, local_date_ms(2026, 12, 7) + 17 * HOUR);
	/* The watch fails: what the end asked for falls away, and comes again with the next end. */
	facts.ended_at = DUTY_NEVER;
	plan();
	assert_int_equal(state_of("D07"), DUTY_CANCELLED);
	assert_string_equal(last_reason, "duty.reason.response_continues");
	assert_int_equal(state_of("D06"), DUTY_PENDING);
	facts.ended_at = facts.now = T0 + 4 * DAY;
	plan();
	assert_int_equal(state_of("D07"), DUTY_PENDING);
	/* A final report that went already does not tell of a second end. */
	row_of("D07")->state = DUTY_SENT;
	row_of("D07")->sent_at = T0 + 5 * DAY;
	facts.ended_at = DUTY_NEVER;
	plan();
	assert_int_equal(state_of("D07"), DUTY_SENT);
	facts.ended_at = facts.now = T0 + 9 * DAY;
	plan();
	assert_int_equal(row_of("D07")->instance, 2);
	assert_int_equal(state_of("D07"), DUTY_PENDING);
}

static void
no_update_for_a_notice_that_went_after_the_end(void **state)
{
	(void)state;
	begin();
	facts.confirmed_at = T0;
	facts.ended_at = facts.now = T0 + DAY;
	plan();
	row_of("D03")->state = DUTY_SENT;
	row_of("D03")->sent_at = T0 + 2 * DAY;
	plan();
	assert_int_equal(state_of("D04"), DUTY_STATES);
	assert_int_equal(state_of("D07"), DUTY_STATES);
}

static void
serious_by_two_laws(void **state)
{
	(void)state;
	begin();
	facts.confirmed_at = facts.now = T0 + HOUR;
	facts.maybe_serious = true;
	facts.reporting = REPORTING_IMMEDIATE | REPORTING_24H;
	plan();
	assert_int_equal(row_of("D08")->due_at, T0 + HOUR);
	assert_int_equal(row_of("D20")->due_at, T0);
	assert_int_equal(row_of("D21")->due_at, T0 + DAY);
	facts.now += HOUR;
	assert_int_equal(plan(), 0);
	facts.maybe_serious = false;
	facts.reporting = REPORTING_24H;
	plan();
	assert_int_equal(state_of("D08"), DUTY_CANCELLED);
	assert_int_equal(state_of("D20"), DUTY_CANCELLED);
	assert_int_equal(state_of("D21"), DUTY_PENDING);
	facts.ended_at = T0 + 3 * HOUR;
	facts.closed_at = facts.now = T0 + 4 * HOUR;
	plan();
	assert_int_equal(state_of("D24"), DUTY_PENDING);
	assert_int_equal(row_of("D24")->due_at, DUTY_NEVER);
}

static void
personal_data_from_suspicion(void **state)
{
	(void)state;
	begin();
	facts.confirmed_at = T0;
	facts.personal = PERSONAL_SUSPECTED;
	facts.personal_at = facts.now = T0 + HOUR;
	facts.personal_kinds = KINDS_BREACH;
	plan();
	assert_true(row_of("D30")->is_provisional);
	assert_int_equal(row_of("D30")->due_at, T0 + HOUR + 72 * HOUR);
	assert_int_equal(state_of("D31"), DUTY_STATES);
	facts.personal = PERSONAL_NOTICE;
	facts.personal_kinds = KINDS_BREACH | KINDS_FINANCE;
	plan();
	assert_false(row_of("D30")->is_provisional);
	assert_int_equal(state_of("D31"), DUTY_PENDING);
	/* In doubt the earlier time. */
	facts.personal_at = T0;
	plan();
	assert_int_equal(row_of("D30")->due_at, T0 + 72 * HOUR);
	facts.personal = PERSONAL_NONE;
	plan();
	assert_int_equal(state_of("D30"), DUTY_CANCELLED);
	assert_string_equal(last_reason, "duty.reason.no_personal_data");
	/* Assessed and found not to need a notice. */
	facts.personal = PERSONAL_SUSPECTED;
	plan();
	facts.personal = PERSONAL_RECORDED;
	row_of("D30")->is_provisional = true;
	plan();
	assert_int_equal(state_of("D30"), DUTY_CANCELLED);
	assert_string_equal(last_reason, "duty.reason.assessed");
}

static void
requests_each_have_their_own_time(void **state)
{
	(void)state;
	begin();
	facts.has_incident = false;
	request = (struct duty_request){ "q1", T0, T0 + 3 * DAY, DUTY_NEVER, false, false };
	requests = 1;
	plan();
	assert_int_equal(row_count, 1);
	assert_true(rows[0].is_provisional);
	assert_int_equal(rows[0].due_at, T0 + 3 * DAY);
	assert_string_equal(rows[0].request, "q1");
	request.is_verified = true;
	request.due_at = T0 + 2 * DAY;
	plan();
	assert_false(rows[0].is_provisional);
	assert_int_equal(rows[0].due_at, T0 + 2 * DAY);
	request.answered_at = T0 + DAY;
	plan();
	assert_int_equal(rows[0].state, DUTY_SENT);
	begin();
	facts.has_incident = false;
	requests = 1;
	request = (struct duty_request){ "q2", T0, T0 + 3 * DAY, DUTY_NEVER, false, false };
	plan();
	request.is_rejected = true;
	plan();
	assert_int_equal(rows[0].state, DUTY_CANCELLED);
}

static void
a_regulation_that_begins_adds_to_what_runs(void **state)
{
	(void)state;
	begin();
	plan();
	assert_null(row_of("N03"));
	facts.now = T0 + DAY + HOUR;
	plan();
	assert_int_equal(state_of("N03"), DUTY_PENDING);
	/* From the day it holds: nobody is late before the law. */
	assert_int_equal(row_of("N03")->from_at, T0 + DAY);
	assert_int_equal(state_of("D03"), DUTY_PENDING);
	/* One that ends takes nothing away, and asks nothing new. */
	rules[R_D03].to_ms = T0 + 2 * DAY;
	rules[R_D05].to_ms = T0 + 2 * DAY;
	facts.now = T0 + 3 * DAY;
	facts.is_beyond = true;
	facts.beyond_at = facts.now;
	facts.confirmed_at = T0;
	plan();
	assert_int_equal(state_of("D03"), DUTY_PENDING);
	assert_null(row_of("D05"));
	assert_int_equal(state_of("D06"), DUTY_PENDING);
	rules[R_D03].to_ms = rules[R_D05].to_ms = INT64_MAX;
	/* What was over or came in later is not measured by the new one. */
	begin();
	facts.received_at = facts.now = T0 + 2 * DAY;
	plan();
	assert_null(row_of("N03"));
}

static void
periods_come_back(void **state)
{
	struct period p;

	(void)state;
	period_at(EVERY_YEAR, "06-20", T0, &p);
	assert_string_equal(p.name, "2027");
	assert_int_equal(p.due_at, local_date_ms(2027, 6, 19) + 17 * HOUR);
	assert_int_equal(p.from_at, local_date_ms(2026, 6, 20));
	period_at(EVERY_YEAR, "06-20", local_date_ms(2026, 6, 19) + 17 * HOUR, &p);
	assert_string_equal(p.name, "2026");
	period_after(EVERY_YEAR, "06-20", &p);
	assert_string_equal(p.name, "2027");
	period_at(EVERY_YEAR, "", T0, &p);
	assert_int_equal(p.due_at, local_date_ms(2026, 12, 31) + 17 * HOUR);
	period_at(EVERY_HALF_YEAR, "", T0, &p);
	assert_string_equal(p.name, "2026-H2");
	assert_int_equal(p.from_at, local_date_ms(2026, 7, 1));
	period_after(EVERY_HALF_YEAR, "", &p);
	assert_string_equal(p.name, "2027-H1");
	assert_int_equal(p.from_at, local_date_ms(2027, 1, 1));
	assert_int_equal(p.due_at, local_date_ms(2027, 6, 30) + 17 * HOUR);
	period_at(EVERY_WEEK, "", T0, &p);
	assert_string_equal(p.name, "2026-11-30");
	assert_int_equal(p.due_at, local_date_ms(2026, 12, 4) + 17 * HOUR);
	period_after(EVERY_WEEK, "", &p);
	assert_string_equal(p.name, "2026-12-07");
	period_at(EVERY_DAY, "", T0, &p);
	assert_string_equal(p.name, "2026-11-30");
	period_at(EVERY_TWO_YEARS, "", T0, &p);
	assert_string_equal(p.name, "2026-2027");
	assert_int_equal(p.due_at, local_date_ms(2027, 12, 31) + 17 * HOUR);
	assert_int_equal(local_weekday(T0), 0);
	assert_int_equal(local_date_of(local_date_ms(2028, 2, 29)).day, 29);
}

static void
reminders_and_lateness(void **state)
{
	struct reminder r;

	(void)state;
	assert_true(reminder_next(DUTY_AT_ONCE, T0, T0, 0, &r));
	assert_int_equal(r.step, 15);
	assert_int_equal(r.at, T0 + 15 * MINUTE);
	assert_true(reminder_next(DUTY_AT_ONCE, T0, T0, 30, &r));
	assert_true(r.step == 60 && r.is_red);
	assert_false(reminder_next(DUTY_AT_ONCE, T0, T0, 60, &r));
	assert_true(reminder_next(DUTY_WITHIN, T0, T0 + 100 * HOUR, 50, &r));
	assert_int_equal(r.at, T0 + 75 * HOUR);
	assert_false(reminder_reached(DUTY_WITHIN, T0, T0 + 100 * HOUR, T0 + 49 * HOUR, &r));
	assert_true(reminder_reached(DUTY_WITHIN, T0, T0 + 100 * HOUR, T0 + 95 * HOUR, &r));
	assert_int_equal(r.step, 90);
	assert_false(r.is_red);
	assert_true(reminder_reached(DUTY_WITHIN, T0, T0 + 100 * HOUR, T0 + 100 * HOUR, &r));
	assert_true(r.is_red);
	assert_false(reminder_next(DUTY_THROUGHOUT, T0, DUTY_NEVER, 0, &r));
	assert_int_equal(duty_percent(DUTY_WITHIN, T0, T0 + 100 * HOUR, T0 + 33 * HOUR), 33);
	assert_int_equal(duty_percent(DUTY_AT_ONCE, T0, T0, T0 + 30 * MINUTE), 50);
	assert_int_equal(duty_percent(DUTY_WITHIN, T0, T0 + HOUR, T0 + DAY), 100);
	assert_int_equal(duty_late_days(DUTY_WITHIN, T0, T0, T0 + DAY), 0);
	assert_int_equal(duty_late_days(DUTY_WITHIN, T0, T0 + 1, T0 + DAY), 1);
	assert_int_equal(duty_late_days(DUTY_WITHIN, T0, DUTY_NEVER, T0 + 3 * DAY), 3);
	assert_int_equal(duty_late_days(DUTY_AT_ONCE, T0, T0 + HOUR, T0), 0);
	assert_int_equal(duty_late_days(DUTY_NO_TIME, DUTY_NEVER, T0, T0), 0);
	assert_int_equal(duty_entered_late_days(T0, T0 + HOUR), 0);
	assert_int_equal(duty_entered_late_days(T0, T0 + 2 * DAY), 2);
}

#define T(name) cmocka_unit_test(name)

TEST_MAIN(T(provisional_firm_dropped_and_owed_again), T(a_notice_of_a_colleague_is_done_by_itself),
    T(beyond_our_means_and_the_end_of_the_response), T(no_update_for_a_notice_that_went_after_the_end),
    T(serious_by_two_laws), T(personal_data_from_suspicion), T(requests_each_have_their_own_time),
    T(a_regulation_that_begins_adds_to_what_runs), T(periods_come_back), T(reminders_and_lateness))
