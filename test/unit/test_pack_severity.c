/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "pack/severity.h"
#include "testing.h"

#define ANSWERS_MAX 24

static struct packs *packs;
static int64_t at_ms;

static int
load(void **state)
{
	struct err err = { 0 };
	int ret = packs_load(NULL, &packs, &err);

	(void)state;
	if (ret != 0)
		print_message("%s:%d: %s\n", err.file, err.line, err.key);
	clock_parse("2026-11-22", &at_ms);
	return ret;
}

static int
unload(void **state)
{
	(void)state;
	packs_free(packs);
	return 0;
}

/* "part=value part=value" into answers, in the arena. */
static size_t
parse(struct arena *arena, const char *text, struct severity_answer *ret)
{
	char *rest = arena_strdup(arena, text), *word;
	size_t n = 0;

	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');

		if (value == NULL)
			continue;
		*value = '\0';
		assert_true(n < ANSWERS_MAX);
		ret[n++] = (struct severity_answer){ word, value + 1 };
	}
	return n;
}

static int
score(struct arena *arena, const char *text, struct severity_result *ret, struct err *err)
{
	struct severity_answer answer[ANSWERS_MAX];
	size_t n = parse(arena, text, answer);

	return severity_score(arena, pack_severity(packs, at_ms), pack_questions(packs, at_ms),
	    answer, n, ret, err);
}

static bool
has_rule(const struct severity_reasons *why, const char *rule, bool doubt)
{
	for (size_t i = 0; i < why->count; i++)
		if (strcmp(why->reason[i].rule, rule) == 0 && why->reason[i].doubt == doubt)
			return true;
	return false;
}

/* A reason is a sentence in both languages without anything left to fill in. */
static void
check_sentences(const struct severity_reasons *why)
{
	assert_true(why->count > 0);
	for (size_t i = 0; i < why->count; i++) {
		assert_true(strlen(why->reason[i].text.vi) > 10);
		assert_true(strlen(why->reason[i].text.en) > 10);
		assert_null(strpbrk(why->reason[i].text.vi, "{}"));
		assert_null(strpbrk(why->reason[i].text.en, "{}"));
	}
}

static void
the_type_follows_the_signs(void **state)
{
	static const struct {
		const char *answers, *type;
	} cases[] = {
		{ "signs=encrypted", "ransomware" },
		{ "signs=phishing,malware,encrypted", "ransomware" },
		{ "signs=portal_changed", "defacement" },
		{ "signs=portal_changed,dos", "combined" },
		{ "signs=dos", "dos" },
		{ "signs=malware,phishing", "malware" },
		{ "signs=phishing", "phishing" },
		{ "signs=credentials", "phishing" },
		{ "signs=account_used", "intrusion" },
		{ "signs=phishing account=admin", "intrusion" },
		{ "takeover=yes", "intrusion" },
		{ "signs=data_destroyed", "sabotage" },
		{ "signs=data_seen_outside", "espionage" },
		{ "signs=other_attack", "other_attack" },
		{ "signs=power", "sys.power" },
		{ "signs=line", "sys.line" },
		{ "signs=software", "sys.software" },
		{ "signs=overload", "sys.overload" },
		{ "signs=hardware", "sys.hardware" },
		{ "signs=config", "hum.config" },
		{ "signs=access", "hum.access" },
		{ "signs=restart", "hum.restart" },
		{ "signs=mistake", "hum.mistake" },
		{ "signs=storm,power", "nat.storm" },
		{ "signs=flood", "nat.flood" },
		{ "signs=quake", "nat.quake" },
		{ "signs=fire,power", "nat.fire" },
		{ "signs=lost_device", "loss" },
		{ "signs=supplier", "supplier" },
		{ "signs=unknown", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct severity_result r;

		print_message("%s\n", cases[i].answers);
		assert_int_equal(score(&arena, cases[i].answers, &r, NULL), 0);
		assert_string_equal(r.type, cases[i].type);
		if (*r.type != '\0')
			assert_non_null(pack_type(pack_types(packs, at_ms), r.type));
		check_sentences(&r.type_why);
		arena_clear(&arena);
	}
}

static void
the_level_is_the_highest_a_criterion_gives(void **state)
{
	static const struct {
		const char *answers;
		int level;
		const char *rule;
		bool doubt;
	} cases[] = {
		/* M1 */
		{ "national_security=yes", 1, "l1-security", false },
		{ "national_security=unknown", 1, "l1-security", true },
		{ "core=yes service_down=yes down_hours=5", 1, "l1-core", false },
		{ "core=yes service_down=yes down_hours=4", 3, "l3-outage", false },
		{ "core=yes service_down=yes down_hours=unknown", 1, "l1-core", true },
		{ "core=unknown service_down=yes down_hours=5", 1, "l1-core", true },
		{ "core=no service_down=yes down_hours=5", 3, "l3-outage", false },
		{ "core=yes service_down=no", 3, "otherwise", false },
		{ "takeover=yes system_level=3", 1, "l1-takeover", false },
		{ "takeover=yes system_level=unknown", 1, "l1-takeover", true },
		{ "signs=portal_changed illegal_content=yes", 1, "l1-content", false },
		{ "signs=portal_changed illegal_content=unknown", 1, "l1-content", true },
		/* M2 */
		{ "takeover=yes system_level=2", 2, "l2-takeover", false },
		{ "account=admin", 2, "l2-admin", false },
		{ "account=privileged", 2, "l2-admin", false },
		{ "account=unknown", 2, "l2-admin", true },
		{ "signs=encrypted server=yes", 2, "l2-server", false },
		{ "signs=encrypted server=no machines=3", 2, "l2-machines", false },
		{ "signs=encrypted server=no machines=2", 3, "l3-encrypted", false },
		{ "signs=encrypted server=unknown", 2, "l2-server", true },
		{ "data_out=confirmed data_kind=sensitive_personal", 2, "l2-leak", false },
		{ "data_out=confirmed data_kind=important,public", 2, "l2-leak", false },
		{ "data_out=confirmed data_kind=public", 3, "l3-data", false },
		{ "data_out=suspected data_kind=state_secret", 2, "l2-leak-suspected", false },
		{ "service_down=yes down_hours=9", 2, "l2-down", false },
		{ "service_down=yes down_hours=8", 3, "l3-outage", false },
		{ "public=yes", 2, "l2-external", false },
		{ "others=yes", 2, "l2-external", false },
		{ "data_lost=yes", 2, "l2-data-lost", false },
		/* M3 */
		{ "signs=malware machines=1", 3, "l3-malware", false },
		{ "signs=credentials", 3, "l3-intrusion", false },
		{ "account=user", 3, "l3-intrusion", false },
		{ "signs=portal_changed illegal_content=no", 3, "l3-page", false },
		{ "signs=dos", 3, "l3-attack", false },
		{ "signs=power", 3, "otherwise", false },
		{ "", 3, "otherwise", false },
		/* M4 */
		{ "signs=malware blocked=yes", 4, "l4-blocked", false },
		{ "signs=phishing", 4, "l4-phishing", false },
		{ "signs=mistake backup=good", 4, "l4-mistake", false },
		{ "signs=mistake service_down=yes", 3, "l3-outage", false },
		/* the higher one counts */
		{ "signs=phishing national_security=yes", 1, "l1-security", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct severity_result r;

		print_message("%s\n", cases[i].answers);
		assert_int_equal(score(&arena, cases[i].answers, &r, NULL), 0);
		assert_int_equal(r.level, cases[i].level);
		assert_true(has_rule(&r.level_why, cases[i].rule, cases[i].doubt));
		check_sentences(&r.level_why);
		arena_clear(&arena);
	}
}

static void
the_class_follows_article_9(void **state)
{
	static const struct {
		const char *answers, *class_id, *rule;
		bool doubt;
	} cases[] = {
		/* R1: each of the five effects */
		{ "system_level=4 service_down=yes can_handle=no", "nghiem_trong", "c-r1", false },
		{ "system_level=5 data_out=suspected data_kind=state_secret can_handle=no",
		    "nghiem_trong", "c-r1", false },
		{ "system_level=4 data_lost=yes can_handle=no", "nghiem_trong", "c-r1", false },
		{ "system_level=national takeover=yes can_handle=no", "nghiem_trong", "c-r1", false },
		{ "system_level=4 widespread=yes can_handle=no", "nghiem_trong", "c-r1", false },
		{ "system_level=4 service_down=yes can_handle=unknown", "nghiem_trong", "c-r1",
		    true },
		{ "system_level=unknown service_down=yes can_handle=no", "nghiem_trong", "c-r1",
		    true },
		/* R2: able to handle */
		{ "system_level=4 service_down=yes can_handle=yes", "thong_thuong", "c-r2", false },
		/* R3: no effect */
		{ "system_level=4 can_handle=no", "thong_thuong", "c-r3", false },
		{ "system_level=4 data_out=confirmed data_kind=personal can_handle=no",
		    "thong_thuong", "c-r3", false },
		/* R4: level */
		{ "system_level=3 takeover=yes can_handle=no", "thong_thuong", "c-r4", false },
		{ "system_level=1", "thong_thuong", "c-r4", false },
		{ "", "thong_thuong", "otherwise", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct severity_result r;

		print_message("%s\n", cases[i].answers);
		assert_int_equal(score(&arena, cases[i].answers, &r, NULL), 0);
		assert_string_equal(r.law_class, cases[i].class_id);
		assert_true(has_rule(&r.class_why, cases[i].rule, cases[i].doubt));
		check_sentences(&r.class_why);
		arena_clear(&arena);
	}
}

static void
beyond_capability_needs_one_reason(void **state)
{
	static const struct {
		const char *answers, *rule; /* rule NULL: not beyond */
		bool doubt;
	} cases[] = {
		{ "signs=malware machines=5", "b-machines", false },
		{ "signs=malware machines=4", NULL, false },
		{ "signs=power machines=50", NULL, false },
		{ "signs=malware machines=unknown", "b-machines", true },
		{ "account=user divisions=2", "b-divisions", false },
		{ "account=user divisions=1", NULL, false },
		{ "spreading=yes", "b-spreading", false },
		{ "account=privileged", "b-privileged", false },
		{ "account=admin", NULL, false },
		{ "shared=yes", "b-shared", false },
		{ "backup=none", "b-backup", false },
		{ "backup=restore_failed", "b-backup", false },
		{ "backup=good", NULL, false },
		{ "backup=unknown", "b-backup", true },
		{ "rto_exceeded=yes", "b-rto", false },
		{ "data_out=suspected data_kind=state_secret", "b-secret", false },
		{ "data_out=none data_kind=state_secret", NULL, false },
		{ "data_out=confirmed data_kind=personal subjects=1000", "b-personal", false },
		{ "data_out=confirmed data_kind=personal subjects=999", NULL, false },
		{ "illegal_content=yes takedown=no", "b-content", false },
		{ "illegal_content=yes takedown=yes", NULL, false },
		{ "can_handle=no", "b-alone", false },
		{ "can_handle=yes", NULL, false },
		{ "oncall=no", "b-oncall", false },
		{ "crime=yes", "b-crime", false },
		{ "ordered=yes", "b-order", false },
		{ "", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct severity_result r;

		print_message("%s\n", cases[i].answers);
		assert_int_equal(score(&arena, cases[i].answers, &r, NULL), 0);
		assert_int_equal(r.beyond, cases[i].rule != NULL);
		assert_true(has_rule(&r.beyond_why,
		    cases[i].rule == NULL ? "otherwise" : cases[i].rule, cases[i].doubt));
		check_sentences(&r.beyond_why);
		arena_clear(&arena);
	}
}

static void
reporting_triggers_add_up(void **state)
{
	static const struct {
		const char *answers;
		unsigned triggers;
		const char *rule;
	} cases[] = {
		{ "national_security=yes", SEVERITY_IMMEDIATE | SEVERITY_24H | SEVERITY_72H,
		    "r-security" },
		{ "core=yes service_down=yes down_hours=2", SEVERITY_IMMEDIATE | SEVERITY_72H,
		    "r-interruption" },
		{ "core=yes service_down=yes down_hours=1", SEVERITY_72H, "r-every" },
		{ "illegal_content=yes", SEVERITY_IMMEDIATE | SEVERITY_24H | SEVERITY_72H,
		    "r-content" },
		{ "account=admin", SEVERITY_24H | SEVERITY_72H, "r-level" },
		{ "system_level=4 data_lost=yes can_handle=no", SEVERITY_24H | SEVERITY_72H,
		    "r-class" },
		{ "signs=malware", SEVERITY_72H, "r-every" },
		{ "signs=phishing", SEVERITY_72H, "r-every" },
		{ "signs=malware blocked=yes", SEVERITY_LOG_ONLY, "r-log" },
		{ "signs=phishing blocked=yes public=yes", SEVERITY_24H | SEVERITY_72H, "r-every" },
		{ "", SEVERITY_72H, "r-every" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct severity_result r;

		print_message("%s\n", cases[i].answers);
		assert_int_equal(score(&arena, cases[i].answers, &r, NULL), 0);
		assert_int_equal(r.triggers, cases[i].triggers);
		assert_true(has_rule(&r.trigger_why, cases[i].rule, false));
		check_sentences(&r.trigger_why);
		arena_clear(&arena);
	}
}

static void
reasons_carry_thresholds_and_answers(void **state)
{
	struct arena arena = ARENA_INIT;
	struct severity_result r;

	(void)state;
	assert_int_equal(score(&arena, "signs=malware machines=7", &r, NULL), 0);
	assert_string_equal(r.beyond_why.reason[0].text.vi,
	    "Mã độc hoặc kẻ xâm nhập ở 7 máy (ngưỡng 5 máy).");
	assert_string_equal(r.beyond_why.reason[0].text.en,
	    "Malware or an intruder on 7 machines (threshold 5).");
	assert_int_equal(score(&arena, "signs=malware machines=unknown", &r, NULL), 0);
	assert_string_equal(r.beyond_why.reason[0].text.vi,
	    "Chưa rõ nên lấy mức cao hơn: Mã độc hoặc kẻ xâm nhập ở không rõ máy (ngưỡng 5 máy).");
	assert_int_equal(score(&arena, "takeover=yes system_level=4", &r, NULL), 0);
	assert_string_equal(r.level_why.reason[0].text.vi,
	    "Hệ thống từ cấp độ 3 trở lên bị chiếm quyền điều khiển (Cấp độ 4).");
	assert_string_equal(r.pack_id, "bang-muc-do");
	assert_int_equal(r.pack_version, 1);
	arena_clear(&arena);
}

static void
everything_unknown_is_the_highest(void **state)
{
	const struct pack_questions *q = pack_questions(packs, at_ms);
	struct severity_answer answer[SEVERITY_ANSWERS_MAX];
	struct arena arena = ARENA_INIT;
	struct severity_result r;
	size_t n = 0;

	(void)state;
	assert_true(q->questions <= PACK_QUESTIONS_MAX);
	for (size_t i = 0; i < q->questions; i++)
		for (size_t j = 0; j < q->question[i].parts; j++)
			answer[n++] = (struct severity_answer){ q->question[i].part[j].id, "unknown" };
	assert_int_equal(
	    severity_score(&arena, pack_severity(packs, at_ms), q, answer, n, &r, NULL), 0);
	assert_int_equal(r.level, 1);
	assert_true(r.beyond);
	assert_string_equal(r.law_class, "nghiem_trong");
	assert_int_equal(r.triggers, SEVERITY_IMMEDIATE | SEVERITY_24H | SEVERITY_72H);
	for (size_t i = 0; i < r.level_why.count; i++)
		assert_true(r.level_why.reason[i].doubt);
	arena_clear(&arena);
}

static void
answers_that_do_not_fit_are_refused(void **state)
{
	static const struct {
		const char *answers, *key, *field;
	} cases[] = {
		{ "machine=5", "severity.answer_unknown", "machine" },
		{ "result.level=1", "severity.answer_unknown", "result.level" },
		{ "machines=many", "severity.answer_value", "machines" },
		{ "machines=-1", "severity.answer_value", "machines" },
		{ "machines=100001", "severity.answer_value", "machines" },
		{ "machines=99999999999999999999", "severity.answer_value", "machines" },
		{ "core=true", "severity.answer_value", "core" },
		{ "core=", "severity.answer_value", "core" },
		{ "account=user,admin", "severity.answer_value", "account" },
		{ "signs=encrypted,nothing", "severity.answer_value", "signs" },
		{ "signs=encrypted,", "severity.answer_value", "signs" },
		{ "signs=encrypted,encrypted", "severity.answer_value", "signs" },
		{ "core=yes core=no", "severity.answer_twice", "core" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		struct severity_result r = { .level = 9 };
		struct err err = { 0 };

		print_message("%s\n", cases[i].answers);
		assert_int_equal(score(&arena, cases[i].answers, &r, &err), ERR_INVALID);
		assert_string_equal(err.key, cases[i].key);
		assert_string_equal(err.field, cases[i].field);
		assert_int_equal(r.level, 9);
		arena_clear(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_type_follows_the_signs),
		cmocka_unit_test(the_level_is_the_highest_a_criterion_gives),
		cmocka_unit_test(the_class_follows_article_9),
		cmocka_unit_test(beyond_capability_needs_one_reason),
		cmocka_unit_test(reporting_triggers_add_up),
		cmocka_unit_test(reasons_carry_thresholds_and_answers),
		cmocka_unit_test(everything_unknown_is_the_highest),
		cmocka_unit_test(answers_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
