/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "os/embed.h"
#include "os/file.h"
#include "pack/pack.h"
#include "pack/schema.h"
#include "testing.h"

#define HEAD(kind)                                                                        \
	"id: x\nkind: " kind "\nversion: 1\ntitle: {vi: A, en: B}\nvalid_from: null\n"    \
	"valid_to: null\nsource: s\ncertainty: memory\n"

struct seen {
	size_t faults;
	struct err first, last;
};

static void
see(void *user, const struct err *err)
{
	struct seen *seen = user;

	if (seen->faults++ == 0)
		seen->first = *err;
	seen->last = *err;
	print_message("  %s:%d:%d: %s %s\n", err->file, err->line, err->column, err->key, err->field);
	assert_true(err->line > 0 && err->column > 0);
}


static void
each_fault_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text, *key, *field;
		int line, column;
	} cases[] = {
		{ "", "pack.documents", "", 1, 1 },
		{ "a: 1\n---\nb: 2\n", "pack.documents", "", 3, 1 },
		{ "[1]\n", "pack.missing", "kind", 1, 1 },
		{ "id: x\n", "pack.missing", "kind", 1, 1 },
		{ "id: x\nkind: playbok\n", "pack.choice_near", "kind", 2, 7 },
		{ "id: x\nkind: zzzzzzzzzz\n", "pack.choice", "kind", 2, 7 },
		{ "a: [\n", "yaml.syntax", "", 2, 1 },
		{ HEAD("types") "types: []\n", "pack.empty", "types", 9, 8 },
		{ HEAD("types"), "pack.missing", "types", 1, 1 },
		{ HEAD("types") "types: x\n", "pack.list", "types", 9, 8 },
		{ HEAD("types") "types: [x]\n", "pack.map", "", 9, 9 },
		{ HEAD("types") "typs: 1\ntypes: [{id: a, list: B, group: sys, title: {vi: a, en: b}}]\n",
		    "pack.key_near", "typs", 9, 1 },
		{ HEAD("types") "qqqqqq: 1\ntypes: [{id: a, list: B, group: sys, title: {vi: a, en: b}}]\n",
		    "pack.key", "qqqqqq", 9, 1 },
		{ HEAD("types") "types: [{id: a b, list: B, group: sys, title: {vi: a, en: b}}]\n",
		    "pack.id", "id", 9, 14 },
		{ HEAD("types") "types: [{id: a, list: B, group: syz, title: {vi: a, en: b}}]\n",
		    "pack.choice_near", "group", 9, 33 },
		{ HEAD("types") "types: [{id: a, list: B, group: sys, title: {vi: a}}]\n",
		    "pack.both", "title", 9, 45 },
		{ HEAD("types") "types: [{id: a, list: B, group: sys, title: a}]\n", "pack.both",
		    "title", 9, 45 },
		{ HEAD("types") "types: [{id: a, list: B, group: sys, title: {vi: a, em: b, en: c}}]\n",
		    "pack.key_near", "title", 9, 53 },
		{ HEAD("types") "types: [{id: a, list: A, group: atk, title: {vi: a, en: b}}]\n",
		    "pack.row", "row", 9, 9 },
		{ HEAD("types") "types: [{id: a, list: A, row: 0, group: atk, title: {vi: a, en: b}}]\n",
		    "pack.range", "row", 9, 31 },
		{ HEAD("types") "types: [{id: a, list: A, row: x, group: atk, title: {vi: a, en: b}}]\n",
		    "pack.number", "row", 9, 31 },
		{ HEAD("types") "types:\n  - {id: a, list: B, group: sys, title: {vi: a, en: b}}\n"
				"  - {id: a, list: B, group: sys, title: {vi: a, en: b}}\n",
		    "pack.twice", "types", 11, 5 },
		{ "id: x\nkind: holidays\nversion: 1\ntitle: {vi: A, en: B}\n"
		  "valid_from: 2026-02-30\nsource: s\ncertainty: memory\ndays:\n"
		  "  - {date: 2026-01-01, kind: off, title: {vi: a, en: b}, certainty: memory}\n",
		    "pack.date", "valid_from", 5, 13 },
		{ "id: x\nkind: holidays\nversion: 1\ntitle: {vi: A, en: B}\n"
		  "valid_from: 2026-02-02\nvalid_to: 2026-02-01\nsource: s\ncertainty: memory\ndays:\n"
		  "  - {date: 2026-01-01, kind: off, title: {vi: a, en: b}, certainty: memory}\n",
		    "pack.reversed", "valid_to", 6, 11 },
		{ HEAD("holidays") "days:\n"
		  "  - {date: 2026-01-02, kind: off, title: {vi: a, en: b}, certainty: memory}\n"
		  "  - {date: 2026-01-01, kind: off, title: {vi: a, en: b}, certainty: memory}\n",
		    "pack.order", "date", 11, 5 },
		{ HEAD("regulation") "obligations:\n  - {id: D1, trigger: calendar, what: {vi: a, en: b},"
		  " recipients: [director], form_state: none, basis: b, certainty: memory}\n",
		    "pack.calendar", "calendar", 10, 5 },
		{ HEAD("regulation") "obligations:\n  - {id: D1, trigger: beyond_capability, "
		  "due: {clock: detected, kind: within}, what: {vi: a, en: b},"
		  " recipients: [director], form_state: none, basis: b, certainty: memory}\n",
		    "pack.within", "due", 10, 5 },
		{ HEAD("regulation") "obligations:\n  - {id: D1, trigger: calendar, "
		  "calendar: {every: year, before: 02-30}, what: {vi: a, en: b},"
		  " recipients: [director], form_state: none, basis: b, certainty: memory}\n",
		    "pack.month_day", "before", 10, 65 },
		{ HEAD("questions") "unknown: {vi: a, en: b}\nquestions:\n"
		  "  - id: q\n    text: {vi: a, en: b}\n    parts:\n"
		  "      - {id: p, kind: choice, text: {vi: a, en: b}}\n",
		    "pack.part_choices", "choices", 14, 9 },
		{ HEAD("questions") "unknown: {vi: a, en: b}\nquestions:\n"
		  "  - id: q\n    text: {vi: a, en: b}\n    parts:\n"
		  "      - {id: p, kind: number, text: {vi: a, en: b}, min: 3, max: 3}\n",
		    "pack.part_range", "max", 14, 9 },
		{ HEAD("questions") "unknown: {vi: a, en: b}\nquestions:\n"
		  "  - id: q\n    text: {vi: a, en: b}\n    parts:\n"
		  "      - {id: p, kind: yes_no, text: {vi: a, en: b}}\n"
		  "      - {id: p, kind: yes_no, text: {vi: a, en: b}}\n",
		    "pack.twice", "id", 15, 9 },
		{ HEAD("questions") "unknown: {vi: a, en: b}\nquestions:\n"
		  "  - id: q\n    text: {vi: a, en: b}\n    parts:\n"
		  "      - {id: p, kind: yes_no, text: {vi: a, en: b}, only_if: z}\n",
		    "pack.reference", "only_if", 14, 9 },
		{ HEAD("playbook") "code: P\nscenario: s\n", "pack.playbook_for", "types", 1, 1 },
		{ HEAD("playbook") "code: P\nscenario: s\nfallback: yes\n", "pack.bool", "fallback", 11,
		    11 },
		{ HEAD("playbook") "code: P\nscenario: s\nfallback: true\ncontain:\n"
		  "  - {id: a, text: t, role: boss}\n", "pack.choice", "role", 13, 28 },
		{ HEAD("playbook") "code: P\nscenario: s\nfallback: true\ncontain:\n"
		  "  - {id: a, text: t, role: netadmin, reversible: true}\n", "pack.undo",
		    "undo_text", 13, 5 },
		{ HEAD("playbook") "code: P\nscenario: s\nfallback: true\ncontain:\n"
		  "  - {id: a, text: t, role: netadmin}\nrecover:\n"
		  "  - {id: a, text: t, role: netadmin}\n", "pack.twice", "id", 15, 5 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct seen seen = { 0 };

		print_message("row %zu\n", i);
		assert_int_equal(packs_check_bytes("f.yaml", cases[i].text, strlen(cases[i].text),
				     false, see, &seen), ERR_INVALID);
		assert_string_equal(seen.first.key, cases[i].key);
		assert_string_equal(seen.first.field, cases[i].field);
		assert_int_equal(seen.first.line, cases[i].line);
		assert_int_equal(seen.first.column, cases[i].column);
		assert_string_equal(seen.first.file, "f.yaml");
	}
}

static void
every_fault_is_told_not_only_the_first(void **state)
{
	static const char text[] = "id: x\nkind: types\nversion: 0\ntitle: {vi: A}\nsourc: s\n"
				   "certainty: sure\ntypes: [{id: a}]\n";
	struct seen seen = { 0 };

	(void)state;
	packs_check_bytes("f", text, strlen(text), false, see, &seen);
	/* version, title, sourc, certainty unfit; list, group, title of the type; source missing. */
	assert_int_equal(seen.faults, 8);
}

static void
a_suggestion_is_the_nearest_word(void **state)
{
	static const char *const words[] = { "mandatory", "max_minutes", "undo_text", "role", NULL };

	(void)state;
	assert_string_equal(schema_nearest("mandatry", words), "mandatory");
	assert_string_equal(schema_nearest("maxminutes", words), "max_minutes");
	assert_string_equal(schema_nearest("rolle", words), "role");
	assert_null(schema_nearest("severity", words));
	assert_null(schema_nearest("x", words));
}

/* The shipped playbook without one line, and whether --complete sees it. */
static void
complete_misses_every_field_that_is_taken_away(void **state)
{
	static const char *const fields[] = { "applies_to", "power_action", "signs", "do_now_staff",
		"do_not_staff", "priority_steps", "identify", "contain", "eradicate", "recover",
		"validate", "evidence", "notify_extra", "escalation_triggers", "forms", "drill_ref",
		"sources", "    mandatory", "    max_minutes", "    needs_approval",
		"    produces_evidence", "    reversible", "    undo_text", "    role", "    text" };
	const struct embed *file = embed_get("packs/playbook/malware.yaml");

	(void)state;
	assert_non_null(file);
	assert_int_equal(packs_check_bytes("f", file->data, file->size, true, NULL, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		char *text = xstrdup(file->data), name[64], *at, *end;
		struct seen seen = { 0 };

		snprintf(name, sizeof(name), "\n%s:", fields[i]);
		at = strstr(text, name);
		assert_non_null(at);
		/* To the next line that is not part of the value. */
		end = strchr(at + 1, '\n');
		while (*fields[i] != ' ' && (end[1] == ' ' || end[1] == '#'))
			end = strchr(end + 1, '\n');
		memmove(at, end, strlen(end) + 1);
		print_message("without %s\n", fields[i]);
		assert_int_equal(
		    packs_check_bytes("f", text, strlen(text), true, see, &seen), ERR_INVALID);
		assert_int_equal(seen.faults, 1);
		assert_string_equal(seen.first.key, "pack.missing");
		assert_string_equal(seen.first.field, fields[i] + strspn(fields[i], " "));
		free(text);
	}
}

static void
shipped_packs_are_complete(void **state)
{
	struct packs_checked checked;
	struct seen seen = { 0 };
	char dir[] = "/tmp/test_pack.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(dir));
	/* An empty folder: the shipped ones alone. */
	assert_int_equal(packs_check(dir, true, see, &seen, &checked, NULL), 0);
	assert_int_equal(seen.faults, 0);
	assert_int_equal(checked.files, 0);
	assert_int_equal(file_remove_tree(dir, NULL), 0);
	assert_int_equal(packs_check(dir, true, see, &seen, &checked, NULL), ERR_NOT_FOUND);
}

TEST_MAIN(cmocka_unit_test(each_fault_is_told_with_its_place),
    cmocka_unit_test(every_fault_is_told_not_only_the_first),
    cmocka_unit_test(a_suggestion_is_the_nearest_word),
    cmocka_unit_test(complete_misses_every_field_that_is_taken_away),
    cmocka_unit_test(shipped_packs_are_complete))
