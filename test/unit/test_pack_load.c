/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "os/file.h"
#include "pack/pack.h"
#include "testing.h"

static int64_t
day(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

/* A data directory with packs/, gone at the end. */
static int
make_dir(void **state)
{
	static char dir[32];
	char packs[64];

	strcpy(dir, "/tmp/test_packs.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(packs, sizeof(packs), "%s/packs", dir);
	assert_int_equal(mkdir(packs, 0700), 0);
	*state = dir;
	return 0;
}

static int
remove_dir(void **state)
{
	return file_remove_tree(*state, NULL);
}

static void
put(const char *dir, const char *name, const char *text)
{
	char path[256], *slash;

	snprintf(path, sizeof(path), "%s/packs/%s", dir, name);
	slash = strrchr(path, '/');
	*slash = '\0';
	assert_int_equal(file_mkdir(path, 0700, NULL), 0);
	*slash = '/';
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static const struct { const char *type, *code; } of_type[] = {
	{ "ransomware", "PB-01" }, { "malware", "PB-02" }, { "phishing", "PB-03" },
	{ "dos", "PB-04" }, { "defacement", "PB-05" }, { "intrusion", "PB-06" },
	{ "sabotage", "PB-07" }, { "espionage", "PB-08" }, { "combined", "PB-14" },
	{ "other_attack", "PB-00" }, { "sys.power", "PB-09" }, { "sys.line", "PB-09" },
	{ "sys.software", "PB-09" }, { "sys.overload", "PB-09" }, { "sys.hardware", "PB-09" },
	{ "hum.config", "PB-10" }, { "hum.access", "PB-10" }, { "hum.restart", "PB-10" },
	{ "hum.mistake", "PB-10" }, { "nat.storm", "PB-11" }, { "nat.flood", "PB-11" },
	{ "nat.quake", "PB-11" }, { "nat.fire", "PB-11" }, { "nat.other", "PB-11" },
	{ "loss", "PB-12" }, { "supplier", "PB-13" }, { "advisory", "PB-15" },
};

/* Both languages, so that the English interface has no hole. */
static void
is_bilingual(const struct pack_text *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_string_not_equal(list[i].vi, "");
		if (*list[i].en == '\0')
			print_message("no English: %s\n", list[i].vi);
		assert_string_not_equal(list[i].en, "");
	}
}

static void
steps_are_bilingual(const struct pack_playbook *b, int phase)
{
	for (size_t i = 0; i < b->steps[phase]; i++) {
		const struct pack_step *s = &b->step[phase][i];

		is_bilingual(&s->text, 1);
		is_bilingual(&s->undo_text, 1);
		is_bilingual(&s->why, *s->why.vi != '\0');
		is_bilingual(&s->probe.hint, *s->probe.kind != '\0');
	}
}

static void
shipped_packs_answer_what_the_product_asks(void **state)
{
	int64_t now = day("2026-11-22");
	struct packs *p;
	const struct pack_playbook *b;
	size_t n = 0;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(of_type); i++)
		assert_string_equal(
		    pack_playbook_for_type(p, of_type[i].type, now)->code, of_type[i].code);
	/* The list of types and the table above name the same. */
	assert_int_equal(pack_types(p, now)->types, ARRAY_LEN(of_type));
	for (size_t i = 0; i < ARRAY_LEN(of_type); i++)
		assert_non_null(pack_type(pack_types(p, now), of_type[i].type));
	assert_string_equal(pack_playbook_for_type(p, "", now)->code, "PB-00");
	assert_string_equal(pack_playbook_for_type(p, NULL, now)->code, "PB-00");
	assert_non_null(pack_checklist(p, "whole-system", now));
	assert_non_null(pack_checklist(p, "evidence-record", now));
	assert_null(pack_checklist(p, "none", now));
	for (size_t i = 0; (b = pack_playbook_next(p, now, &i)) != NULL; n++) {
		assert_in_range(b->do_now_staff_count, 3, 5);
		assert_in_range(b->do_not_staff_count, 3, 5);
		is_bilingual(b->do_now_staff, b->do_now_staff_count);
		is_bilingual(b->do_not_staff, b->do_not_staff_count);
		is_bilingual(b->signs, b->signs_count);
		is_bilingual(b->evidence, b->evidence_count);
		is_bilingual(b->notify_extra, b->notify_extra_count);
		is_bilingual(b->escalation_triggers, b->escalation_triggers_count);
		is_bilingual(b->forms, b->forms_count);
		is_bilingual(b->sources, b->sources_count);
		is_bilingual(&b->drill_ref, 1);
		for (int phase = 0; phase < PHASES; phase++) {
			assert_in_range(b->steps[phase], 5, 12);
			steps_are_bilingual(b, phase);
		}
		assert_ptr_equal(pack_playbook_version(p, b->pack.id, 1), b);
	}
	assert_int_equal(n, 16);
	packs_free(p);
}

static void
each_symptom_leads_to_a_card(void **state)
{
	int64_t now = day("2026-11-22");
	const struct pack_symptoms *s;
	struct packs *p;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	s = pack_symptoms(p, now);
	assert_int_equal(s->symptoms, 11);
	for (size_t i = 0; i < s->symptoms; i++) {
		const struct pack_playbook *b = pack_playbook(p, s->symptom[i].playbook, now);

		assert_non_null(b);
		/* Card and type agree: the incident opened from it gets the same playbook. */
		if (*s->symptom[i].type != '\0')
			assert_ptr_equal(pack_playbook_for_type(p, s->symptom[i].type, now), b);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(s->symptom[j].rank, s->symptom[i].rank);
	}
	assert_ptr_equal(pack_symptom(s, "phishing"), &s->symptom[4]);
	/* Whoever saw a strange sign-in is told about the password. */
	assert_non_null(strstr(pack_playbook(p, pack_symptom(s, "account_strange")->playbook,
	    now)->do_now_staff[0].vi, "mật khẩu"));
	assert_null(pack_symptom(s, "nothing"));
	packs_free(p);
}

static void
list_a_has_the_ten_rows_in_order(void **state)
{
	static const char *const ids[] = { "dos", "phishing", "malware", "intrusion", "defacement",
		"ransomware", "sabotage", "espionage", "combined", "other_attack" };
	struct packs *p;
	const struct pack_types *t;
	size_t rows = 0;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	t = pack_types(p, day("2026-11-22"));
	for (size_t i = 0; i < t->types; i++) {
		if (strcmp(t->type[i].list, "A") != 0)
			continue;
		assert_string_equal(t->type[i].id, ids[rows]);
		assert_int_equal(t->type[i].row, ++rows);
	}
	assert_int_equal(rows, ARRAY_LEN(ids));
	packs_free(p);
}

static void
regulations_hold_between_their_dates(void **state)
{
	static const struct {
		const char *at, *trigger, *ids;
	} cases[] = {
		{ "2016-05-01", "incident_detected", "" },
		{ "2020-05-01", "incident_detected", "D03 " },
		{ "2026-08-18", "incident_detected", "D03 " },
		{ "2026-08-19", "incident_detected", "D22 D03 " },
		{ "2026-11-22", "personal_data_breach", "D30 D33 " },
		{ "2025-12-31", "personal_data_breach", "D30 " },
		{ "2023-06-30", "personal_data_breach", "" },
		{ "2026-11-22", "out_of_control", "D09 " },
		{ "2026-11-22", "nothing", "" },
	};
	struct packs *p;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct pack_regulation *r = NULL;
		const struct pack_obligation *o;
		char ids[64] = "";

		print_message("%s %s\n", cases[i].at, cases[i].trigger);
		for (size_t n = 0; (o = pack_obligation_next(p, cases[i].trigger, day(cases[i].at),
				       &n, &r)) != NULL;) {
			strcat(strcat(ids, o->id), " ");
			assert_true(o >= r->obligation && o < r->obligation + r->obligations);
		}
		assert_string_equal(ids, cases[i].ids);
	}
	packs_free(p);
}

static void
holidays_are_days_of_local_time(void **state)
{
	static const struct {
		const char *at, *kind;
	} cases[] = {
		{ "2026-02-17T00:00", "off" },
		{ "2026-02-20T23:59", "off" },
		{ "2026-02-21T00:00", NULL },
		{ "2026-01-10T08:00", "working" },
		{ "2026-09-02T12:00", "off" },
		{ "2026-09-03T00:00", NULL },
		{ "2027-04-16T12:00", "off" },
		{ "2025-02-17T00:00", NULL },
	};
	struct packs *p;

	(void)state;
	assert_int_equal(packs_load(NULL, &p, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *kind = pack_holiday(p, day(cases[i].at));

		print_message("%s\n", cases[i].at);
		assert_string_equal(kind == NULL ? "" : kind,
		    cases[i].kind == NULL ? "" : cases[i].kind);
	}
	packs_free(p);
}

#define PLAYBOOK(id, version, from, to, types)                                             \
	"id: " id "\nkind: playbook\nversion: " version "\ntitle: {vi: Riêng, en: Own}\n"   \
	"valid_from: " from "\nvalid_to: " to "\nsource: s\ncertainty: proposal\n"         \
	"code: X-01\nscenario: own\ntypes: " types "\n"

static void
own_files_add_and_replace(void **state)
{
	const char *dir = *state;
	struct packs *p;
	struct err err = { 0 };
	const struct pack_playbook *b;

	/* A new file: a playbook for a type that had only the fallback. */
	put(dir, "playbook/other.yaml", PLAYBOOK("other", "1", "2026-06-01", "2026-06-30",
	    "[other_attack]"));
	/* The shipped name: replaced. */
	put(dir, "playbook/malware.yaml", PLAYBOOK("malware", "9", "null", "null", "[malware]"));
	/* A newer version beside the shipped one. */
	put(dir, "playbook/phishing-2.yaml",
	    PLAYBOOK("phishing", "2", "2026-06-01", "null", "[phishing]"));
	/* Not packs. */
	put(dir, "playbook/.hidden.yaml", "x");
	put(dir, "words/vi/own.json", "{}");
	assert_int_equal(packs_load(dir, &p, &err), 0);

	b = pack_playbook_for_type(p, "other_attack", day("2026-06-30T23:59"));
	assert_string_equal(b->pack.id, "other");
	assert_true(b->pack.own);
	b = pack_playbook_for_type(p, "other_attack", day("2026-07-01"));
	assert_string_equal(b->pack.id, "general");
	b = pack_playbook_for_type(p, "other_attack", day("2026-05-31"));
	assert_string_equal(b->pack.id, "general");
	b = pack_playbook(p, "other", day("2026-06-15"));
	assert_int_equal(pack_playbook(p, "malware", day("2026-07-01"))->pack.version, 9);
	assert_null(pack_playbook_version(p, "malware", 1));
	assert_int_equal(pack_playbook(p, "phishing", day("2026-05-31"))->pack.version, 1);
	assert_int_equal(pack_playbook(p, "phishing", day("2026-06-01"))->pack.version, 2);
	assert_int_equal(pack_playbook_version(p, "phishing", 1)->pack.version, 1);
	assert_string_equal(pack_say(&b->pack.title, "en"), "Own");
	assert_string_equal(pack_say(&b->pack.title, "vi"), "Riêng");
	packs_free(p);
}

static void
a_bad_own_file_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *name, *text, *key;
		int line;
	} cases[] = {
		{ "playbook/a.yaml", "id: a\nkind: playbok\n", "pack.choice_near", 2 },
		{ "b.yml", "x: [\n", "yaml.syntax", 2 },
		{ "c/d/e.yaml", PLAYBOOK("e", "1", "null", "null", "[nothing]"), "pack.type", 11 },
		{ "f.yaml", PLAYBOOK("f", "1", "null", "null", "[ransomware]"), "pack.type_taken", 11 },
		{ "g.yaml", PLAYBOOK("malware", "1", "2026-01-01", "null", "[malware]"), "pack.same", 1 },
	};
	const char *dir = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct packs *p = NULL;
		struct err err = { 0 };
		char path[256];

		print_message("%s\n", cases[i].name);
		put(dir, cases[i].name, cases[i].text);
		snprintf(path, sizeof(path), "%s/packs/%s", dir, cases[i].name);
		assert_int_equal(packs_load(dir, &p, &err), ERR_INVALID);
		assert_null(p);
		assert_string_equal(err.key, cases[i].key);
		assert_int_equal(err.line, cases[i].line);
		assert_string_equal(err.file, path);
		assert_int_equal(unlink(path), 0);
	}
}

static void
links_and_large_files_are_not_read(void **state)
{
	const char *dir = *state;
	struct packs *p = NULL;
	struct err err = { 0 };
	char path[256], *big = xcalloc(1, (1 << 20) + 2);

	snprintf(path, sizeof(path), "%s/packs/link.yaml", dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_not_equal(packs_load(dir, &p, &err), 0);
	assert_string_equal(err.file, path);
	err_clear(&err);
	assert_int_equal(unlink(path), 0);

	memset(big, '#', (1 << 20) + 1);
	put(dir, "big.yaml", big);
	assert_int_equal(packs_load(dir, &p, &err), ERR_TOO_LARGE);
	err_clear(&err);
	free(big);
}

static void
no_folder_of_packs_means_the_shipped_ones(void **state)
{
	struct packs *p;

	(void)state;
	assert_int_equal(packs_load("/nonexistent", &p, NULL), 0);
	packs_free(p);
	packs_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_packs_answer_what_the_product_asks),
		cmocka_unit_test(each_symptom_leads_to_a_card),
		cmocka_unit_test(list_a_has_the_ten_rows_in_order),
		cmocka_unit_test(regulations_hold_between_their_dates),
		cmocka_unit_test(holidays_are_days_of_local_time),
		cmocka_unit_test_setup_teardown(own_files_add_and_replace, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    a_bad_own_file_is_refused_with_its_place, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(
		    links_and_large_files_are_not_read, make_dir, remove_dir),
		cmocka_unit_test(no_folder_of_packs_means_the_shipped_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
