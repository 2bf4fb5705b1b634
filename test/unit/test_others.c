/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about others: personal data, asking for help, contacts. */
#include <stdlib.h>

#include "testing.h"

#include "base/clock.h"
#include "model/contact.h"
#include "model/escalate.h"
#include "model/personal.h"
#include "os/file.h"
#include "pack/bodies.h"

static void
names_go_there_and_back(void **s)
{
	(void)s;
	for (int i = 0; i < PDATA_STATES; i++)
		assert_int_equal(personal_of(personal_name((enum personal_state)i)), i);
	assert_int_equal(personal_of(NULL), PDATA_UNKNOWN);
	assert_int_equal(personal_of("perhaps"), PDATA_STATES);
	for (int i = 0; i < ESCALATION_STATES; i++)
		assert_int_equal(escalation_of(escalation_name((enum escalation_state)i)), i);
	assert_int_equal(escalation_of(NULL), ESCALATION_STATES);
	for (size_t i = 0; i < BEYOND_SIGNS; i++)
		assert_non_null(beyond_sign_name(i));
	assert_null(beyond_sign_name(BEYOND_SIGNS));
}

static void
personal_data_goes_its_way(void **s)
{
	static const enum personal_state way[] = { PDATA_UNKNOWN, PDATA_AFFECTED, PDATA_ASSESSED,
		PDATA_NOTICE_DUE, PDATA_NOTIFIED, PDATA_SUBJECTS_NOTIFIED, PDATA_RECORDED };

	(void)s;
	for (size_t i = 1; i < ARRAY_LEN(way); i++) {
		assert_true(personal_may(way[i - 1], way[i]));
		assert_false(personal_needs_reason(way[i - 1], way[i]));
	}
	assert_true(personal_may(PDATA_NOTIFIED, PDATA_RECORDED));
	assert_false(personal_may(PDATA_UNKNOWN, PDATA_NOTIFIED));
	assert_false(personal_may(PDATA_NOTIFIED, PDATA_NOT_AFFECTED));
	assert_true(personal_needs_reason(PDATA_ASSESSED, PDATA_RECORDED));
	assert_true(personal_needs_reason(PDATA_AFFECTED, PDATA_NOT_AFFECTED));
	/* Whatever may be gone back over needs a reason, and whatever needs one is possible. */
	for (int from = 0; from < PDATA_STATES; from++)
		for (int to = 0; to < PDATA_STATES; to++)
			if (personal_needs_reason((enum personal_state)from, (enum personal_state)to))
				assert_true(personal_may((enum personal_state)from, (enum personal_state)to));
}

static void
personal_data_triggers_what_the_law_says(void **s)
{
	(void)s;
	assert_int_equal(personal_triggers(PDATA_UNKNOWN, "finance", "yes", NULL), 0);
	assert_int_equal(personal_triggers(PDATA_NOT_AFFECTED, "finance", "yes", NULL), 0);
	assert_int_equal(personal_triggers(PDATA_AFFECTED, NULL, NULL, NULL), PDATA_BREACH);
	assert_int_equal(personal_triggers(PDATA_AFFECTED, "basic", "unknown", "controller"), PDATA_BREACH);
	assert_int_equal(personal_triggers(PDATA_ASSESSED, "basic", "no", NULL), 0);
	assert_int_equal(personal_triggers(PDATA_ASSESSED, "basic finance", "no", NULL),
	    PDATA_SENSITIVE_FINANCE);
	assert_int_equal(personal_triggers(PDATA_NOTICE_DUE, "location biometric", "yes", "processor"),
	    PDATA_BREACH | PDATA_LOCATION_BIOMETRIC | PDATA_PROCESSOR);
	assert_int_equal(personal_triggers(PDATA_RECORDED, "finances", "no", NULL), 0);
	assert_string_equal(personal_trigger_name(PDATA_PROCESSOR), "processor_breach");
	assert_true(personal_tells_subjects("basic location"));
	assert_false(personal_tells_subjects("basic sensitive"));
	assert_false(personal_tells_subjects(NULL));
}

static void
in_doubt_the_earlier_time_counts(void **s)
{
	(void)s;
	assert_int_equal(personal_clock(100, 200, false), 100);
	assert_int_equal(personal_clock(200, 100, false), 100);
	assert_int_equal(personal_clock(100, 200, true), 200);
	assert_int_equal(personal_clock(INT64_MIN, 200, false), 200);
	assert_int_equal(personal_clock(100, INT64_MIN, true), 100);
	assert_true(personal_clock(INT64_MIN, INT64_MIN, false) == INT64_MIN);
}

static void
help_is_never_taken_back(void **s)
{
	static const enum escalation_state way[] = { ESCALATION_NONE, ESCALATION_SUGGESTED,
		ESCALATION_REQUESTED, ESCALATION_ACCEPTED, ESCALATION_SUPPORTED, ESCALATION_RELEASED };

	(void)s;
	for (size_t i = 1; i < ARRAY_LEN(way); i++) {
		assert_true(escalation_may(way[i - 1], way[i]));
		assert_false(escalation_may(way[i], way[i - 1]));
	}
	for (int to = 0; to < ESCALATION_STATES; to++) {
		assert_false(escalation_may(ESCALATION_RELEASED, (enum escalation_state)to));
		assert_false(escalation_may(ESCALATION_DECLINED, (enum escalation_state)to));
	}
	assert_false(escalation_may(ESCALATION_SUGGESTED, ESCALATION_ACCEPTED));
	assert_true(escalation_may(ESCALATION_REQUESTED, ESCALATION_REFUSED));
}

static void
the_region_is_what_is_furthest(void **s)
{
	const enum escalation_state none[] = { ESCALATION_DECLINED, ESCALATION_WITHDRAWN, ESCALATION_REFUSED };
	const enum escalation_state some[] = { ESCALATION_RELEASED, ESCALATION_ACCEPTED, ESCALATION_SUGGESTED };

	(void)s;
	assert_int_equal(escalation_region(NULL, 0), ESCALATION_NONE);
	assert_int_equal(escalation_region(none, ARRAY_LEN(none)), ESCALATION_NONE);
	assert_int_equal(escalation_region(some, 3), ESCALATION_ACCEPTED);
	assert_int_equal(escalation_region(some, 1), ESCALATION_RELEASED);
}

static void
signs_begin_at_their_limit(void **s)
{
	const struct beyond_limits limits = { 5, 2, 30, 1000, 2 };
	struct beyond_facts f = { .is_attack = true };

	(void)s;
	assert_int_equal(beyond_signs(&f, &limits), 0);
	f.machines = 4, f.divisions = 1, f.spread_minutes = 29, f.subjects = 999, f.same_signs = 1;
	f.down_minutes = 240, f.allowed_minutes = 240;
	assert_int_equal(beyond_signs(&f, &limits), 0);
	f.machines = 5, f.divisions = 2, f.spread_minutes = 30, f.subjects = 1000, f.same_signs = 2;
	f.down_minutes = 241;
	assert_int_equal(beyond_signs(&f, &limits), BEYOND_MACHINES | BEYOND_DIVISIONS | BEYOND_SPREADING |
	    BEYOND_PERSONAL | BEYOND_CRIME | BEYOND_RTO);
	/* Five machines without power are no attack. */
	f.is_attack = false, f.allowed_minutes = 0;
	assert_int_equal(beyond_signs(&f, &limits), BEYOND_PERSONAL | BEYOND_CRIME);
	assert_int_equal(beyond_signs(&f, &(struct beyond_limits){ 0 }), 0);
	f.shared_system = f.is_ordered = true;
	assert_int_equal(beyond_signs(&f, &(struct beyond_limits){ 0 }), BEYOND_SHARED | BEYOND_ORDER);
}

static void
who_is_asked_says_how_bad_it_is(void **s)
{
	(void)s;
	assert_true(escalation_is_beyond("provincial_csirt"));
	assert_false(escalation_is_beyond("isp"));
	assert_false(escalation_is_beyond(NULL));
}

static void
a_contact_is_looked_at_again_after_a_year(void **s)
{
	char out[CONTACT_DAY_SIZE];

	(void)s;
	assert_string_equal(contact_due_on("2025-11-22", "2020-01-01", out), "2026-11-22");
	assert_string_equal(contact_due_on("2024-02-29", NULL, out), "2025-02-28");
	assert_string_equal(contact_due_on(NULL, "2026-11-22", out), "2026-11-22");
	assert_string_equal(contact_due_on("2025-13-01", "2026-11-22", out), "2026-11-22");
	assert_string_equal(contact_due_on(NULL, NULL, out), "");
	assert_true(contact_day_valid("2024-02-29"));
	assert_false(contact_day_valid("2025-02-29"));
	assert_false(contact_day_valid("22/11/2026"));
	assert_false(contact_day_valid("2026-1-001"));
	assert_false(contact_day_valid(NULL));
}

static void
a_role_has_its_side(void **s)
{
	(void)s;
	assert_int_equal(contact_side_of("system_owner"), CONTACT_RECIPIENT);
	assert_int_equal(contact_side_of("ministry"), CONTACT_RECIPIENT);
	assert_int_equal(contact_side_of("isp"), CONTACT_HELPER);
	assert_int_equal(contact_side_of("own_leader"), CONTACT_OWN);
	assert_int_equal(contact_side_of("nobody"), CONTACT_HELPER);
}

/* ---- bodies that no longer exist ---- */

static const char *
gone(const struct packs *p, const char *name, const char *day)
{
	const struct pack_body *body;
	int64_t at = 0;

	assert_true(clock_parse(day, &at));
	body = pack_body_gone(p, name, at);
	return body == NULL ? NULL : body->id;
}

static void
an_old_name_is_found_as_whole_words_from_its_day_on(void **s)
{
	struct packs *p = NULL;

	(void)s;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	assert_string_equal(gone(p, "Sở Thông tin và Truyền thông tỉnh X", "2026-11-22"), "so-tttt");
	assert_string_equal(gone(p, "so tt&tt", "2026-11-22"), "so-tttt");
	assert_string_equal(gone(p, "VNCERT/CC, Hà Nội", "2026-11-22"), "vncert");
	assert_null(gone(p, "Sở Thông tin và Truyền thông", "2025-02-28T23:59"));
	assert_non_null(gone(p, "Sở Thông tin và Truyền thông", "2025-03-01"));
	assert_null(gone(p, "Trung tâm VNCERTX", "2026-11-22"));
	assert_null(gone(p, "Công an tỉnh X", "2026-11-22"));
	assert_null(gone(p, "", "2026-11-22"));
	assert_null(gone(p, NULL, "2026-11-22"));
	packs_free(p);
}

#define OWN(id, name)                                                                          \
	"id: " id "\nkind: bodies\nversion: 1\ntitle: {vi: a, en: b}\nvalid_from: null\n"      \
	"valid_to: null\nsource: x\ncertainty: proposal\nbodies:\n  - {id: x, names: [\"" name \
	"\"], until: 2027-01-01, now: {vi: Nơi mới, en: New}, source: x, certainty: proposal}\n"

static void
an_agency_adds_a_body_as_a_file(void **s)
{
	char dir[] = "/tmp/test_bodies.XXXXXX", path[80];
	struct err err = { 0 };
	struct packs *p = NULL;

	(void)s;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/packs/bodies", dir);
	assert_int_equal(file_mkdir(path, 0700, NULL), 0);
	snprintf(path, sizeof(path), "%s/packs/bodies/own.yaml", dir);
	assert_int_equal(file_replace(path, OWN("rieng", "Ban Quản lý Cũ"), strlen(OWN("rieng",
	    "Ban Quản lý Cũ")), 0600, NULL), 0);
	assert_int_equal(packs_load(dir, &p, &err), 0);
	assert_string_equal(gone(p, "Ban quản lý cũ khu A", "2027-01-01"), "x");
	assert_null(gone(p, "Ban quản lý cũ khu A", "2026-12-31"));
	assert_string_equal(gone(p, "VNCERT", "2027-01-01"), "vncert");
	packs_free(p);
	p = NULL;
	assert_int_equal(file_replace(path, OWN("rieng", "Sở"), strlen(OWN("rieng", "Sở")), 0600, NULL), 0);
	assert_int_equal(packs_load(dir, &p, &err), ERR_INVALID);
	assert_string_equal(err.key, "pack.body_name");
	assert_int_equal(err.line, 10);
	err_clear(&err);
	assert_int_equal(file_remove_tree(dir, NULL), 0);
}

TEST_MAIN(cmocka_unit_test(names_go_there_and_back), cmocka_unit_test(personal_data_goes_its_way),
    cmocka_unit_test(personal_data_triggers_what_the_law_says),
    cmocka_unit_test(in_doubt_the_earlier_time_counts), cmocka_unit_test(help_is_never_taken_back),
    cmocka_unit_test(the_region_is_what_is_furthest), cmocka_unit_test(signs_begin_at_their_limit),
    cmocka_unit_test(who_is_asked_says_how_bad_it_is),
    cmocka_unit_test(a_contact_is_looked_at_again_after_a_year), cmocka_unit_test(a_role_has_its_side),
    cmocka_unit_test(an_old_name_is_found_as_whole_words_from_its_day_on),
    cmocka_unit_test(an_agency_adds_a_body_as_a_file))
