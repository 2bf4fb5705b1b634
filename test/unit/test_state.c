/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "model/state.h"

static void
names_go_there_and_back(void **s)
{
	(void)s;
	for (int i = 0; i < STATES; i++)
		assert_int_equal(state_of(state_name((enum incident_state)i)), i);
	assert_int_equal(state_of("reopened"), STATES);
	assert_int_equal(state_of(NULL), STATES);
	for (int g = 0; g < GUARDS; g++)
		assert_non_null(guard_id((enum guard)g));
}

static void
the_ordinary_way_leads_from_received_to_closed(void **s)
{
	static const enum incident_state way[] = { STATE_VERIFYING, STATE_INITIAL_RESPONSE,
		STATE_OPTION_SELECTION, STATE_CONTAINMENT, STATE_ERADICATION, STATE_RECOVERY,
		STATE_VALIDATION, STATE_RESPONSE_ENDED, STATE_REVIEW, STATE_CLOSED };
	enum incident_state at = STATE_RECEIVED;

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(way); i++) {
		const struct transition *t;
		size_t n = 0;

		t = transition_next(at, &n);
		assert_non_null(t);
		assert_true(t->main);
		assert_int_equal(t->to, way[i]);
		at = t->to;
	}
}

static void
each_state_has_one_main_way_and_steps_never_fall_but_in_loops(void **s)
{
	(void)s;
	for (int from = 0; from < STATES; from++) {
		const struct transition *t;
		int mains = 0;

		for (size_t i = 0; (t = transition_next((enum incident_state)from, &i)) != NULL;) {
			mains += t->main;
			assert_ptr_equal(transition_get(t->from, t->to), t);
			assert_true(t->guards <= TRANSITION_GUARDS_MAX);
			if (state_step(t->to) < state_step(t->from))
				assert_true((t->effects & (EFFECT_LOOP | EFFECT_REOPEN)) != 0);
			assert_int_equal((t->effects & EFFECT_CLOSE) != 0, state_is_closed(t->to));
			if (state_is_closed(t->from))
				assert_int_equal(t->by, BY_REOPEN);
		}
		assert_int_equal(mains, 1);
	}
}

static void
impossible_steps_are_not_in_the_table(void **s)
{
	(void)s;
	assert_null(transition_get(STATE_RECEIVED, STATE_CLOSED));
	assert_null(transition_get(STATE_RECEIVED, STATE_CLOSED_NOT_INCIDENT));
	assert_null(transition_get(STATE_VERIFYING, STATE_CONTAINMENT));
	assert_null(transition_get(STATE_VALIDATION, STATE_CLOSED));
	assert_null(transition_get(STATE_RESPONSE_ENDED, STATE_CLOSED));
	assert_null(transition_get(STATE_CLOSED, STATE_REVIEW));
	assert_null(transition_get(STATE_RECOVERY, STATE_CONTAINMENT));
	assert_null(transition_get(STATE_CLOSED, STATE_DUPLICATE));
}

static void
loops_count_and_take_the_end_back(void **s)
{
	static const enum incident_state from[] = { STATE_VALIDATION, STATE_RESPONSE_ENDED,
		STATE_REVIEW, STATE_CLOSED };

	(void)s;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		const struct transition *t = transition_get(from[i], STATE_CONTAINMENT);

		assert_non_null(t);
		assert_true((t->effects & EFFECT_LOOP) != 0);
		assert_true((t->effects & EFFECT_UNEND) != 0);
		assert_true(guard_is_hard(t->guard[0]));
	}
	assert_true((transition_get(STATE_VALIDATION,
	    STATE_RESPONSE_ENDED)->effects & EFFECT_END) != 0);
	assert_true((transition_get(STATE_RECOVERY,
	    STATE_VALIDATION)->effects & EFFECT_CHECK) != 0);
}

static void
unmet_guards_come_in_the_order_of_the_table(void **s)
{
	const struct transition *t = transition_get(STATE_CONTAINMENT, STATE_ERADICATION);
	enum guard unmet[TRANSITION_GUARDS_MAX];
	int64_t missing[GUARDS] = { 0 };

	(void)s;
	assert_int_equal(transition_unmet(t, missing, unmet), 0);
	missing[GUARD_EVIDENCE] = 2;
	missing[GUARD_CONTAIN_TASKS] = 1;
	missing[GUARD_CAUSE] = 1; /* not asked here */
	assert_int_equal(transition_unmet(t, missing, unmet), 2);
	assert_int_equal(unmet[0], GUARD_CONTAIN_TASKS);
	assert_int_equal(unmet[1], GUARD_EVIDENCE);
}

static void
reopening_goes_where_it_fits(void **s)
{
	(void)s;
	assert_int_equal(state_reopened(STATE_CLOSED, true), STATE_CONTAINMENT);
	assert_int_equal(state_reopened(STATE_CLOSED, false), STATE_VERIFYING);
	assert_int_equal(state_reopened(STATE_CLOSED_NOT_INCIDENT, true), STATE_VERIFYING);
	assert_int_equal(state_reopened(STATE_DUPLICATE, false), STATE_VERIFYING);
	assert_int_equal(state_reopened(STATE_REVIEW, true), STATES);
	assert_true(dismissal_needs_second(1) && dismissal_needs_second(2));
	assert_false(dismissal_needs_second(3) || dismissal_needs_second(INT64_MIN));
}

static void
five_steps_and_phases(void **s)
{
	(void)s;
	assert_int_equal(state_step(STATE_RECEIVED), 1);
	assert_int_equal(state_step(STATE_VERIFYING), 2);
	assert_int_equal(state_step(STATE_OPTION_SELECTION), 2);
	assert_int_equal(state_step(STATE_CONTAINMENT), 3);
	assert_int_equal(state_step(STATE_VALIDATION), 3);
	assert_int_equal(state_step(STATE_RESPONSE_ENDED), 4);
	assert_int_equal(state_step(STATE_REVIEW), 4);
	assert_int_equal(state_step(STATE_CLOSED), 5);
	assert_int_equal(state_step(STATE_DUPLICATE), 5);
	assert_int_equal(phase_begins("priority"), STATE_INITIAL_RESPONSE);
	assert_int_equal(phase_begins("identify"), STATE_VERIFYING);
	assert_int_equal(phase_begins("watch"), STATE_RESPONSE_ENDED);
	assert_int_equal(phase_begins("lunch"), STATES);
}

TEST_MAIN(
	cmocka_unit_test(names_go_there_and_back),
	cmocka_unit_test(the_ordinary_way_leads_from_received_to_closed),
	cmocka_unit_test(each_state_has_one_main_way_and_steps_never_fall_but_in_loops),
	cmocka_unit_test(impossible_steps_are_not_in_the_table),
	cmocka_unit_test(loops_count_and_take_the_end_back),
	cmocka_unit_test(unmet_guards_come_in_the_order_of_the_table),
	cmocka_unit_test(reopening_goes_where_it_fits),
	cmocka_unit_test(five_steps_and_phases))
