/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/form.h"
#include "testing.h"

#define HEAD                                                                              \
	"id: x\nkind: form\nversion: 1\ntitle: {vi: A, en: B}\nvalid_from: null\n"        \
	"valid_to: null\nsource: s\ncertainty: memory\nlayout: plain\nsubject: \"S\"\n"   \
	"signature: none\n"
#define FIELD(rest) "fields:\n  - {id: a, label: {vi: A, en: A}, " rest "}\n"
#define BODY "body:\n  - para: \"{a}\"\n"

static void
each_fault_of_a_form_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text, *key;
		int line;
	} cases[] = {
		{ HEAD "body:\n  - para: \"x\"\n    title: \"y\"\n", "pack.form_block", 13 },
		{ HEAD "body:\n  - style: bold\n", "pack.form_block", 13 },
		{ HEAD "body:\n  - pra: x\n", "pack.key_near", 13 },
		{ HEAD "body:\n  - para: \"{nothing}\"\n", "pack.form_slot", 13 },
		{ HEAD "body:\n  - para: \"{incident.title:loud}\"\n", "pack.form_slot", 13 },
		{ HEAD "body:\n  - para: \"{ }\"\n", "pack.form_slot", 13 },
		{ HEAD "body:\n  - line: nothing\n", "pack.reference", 13 },
		{ HEAD FIELD("type: line, from: wrong.path") BODY, "pack.form_fact", 13 },
		{ HEAD FIELD("type: choice") BODY, "pack.form_choices", 13 },
		{ HEAD FIELD("type: table") BODY, "pack.form_columns", 13 },
		{ HEAD FIELD("type: line, rule: wrong") BODY, "pack.form_rule", 13 },
		{ HEAD FIELD("type: line, rule: 'not_before:b'") BODY, "pack.reference", 13 },
		{ HEAD FIELD("type: line, only_if: b") BODY, "pack.reference", 13 },
		{ HEAD FIELD("type: lin") BODY, "pack.choice_near", 13 },
		{ HEAD FIELD("type: line") "body:\n  - table: a\n", "pack.form_type", 15 },
		{ HEAD FIELD("type: line") "body:\n  - each: a\n", "pack.form_type", 15 },
		{ HEAD FIELD("type: line, variant: sms") BODY, "pack.reference", 13 },
		{ HEAD "signers: [{title: T}]\n" BODY, "pack.form_signers", 1 },
		{ HEAD, "pack.missing", 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena arena = ARENA_INIT;
		const struct pack_form *form = NULL;
		struct err err = { 0 };

		print_message("  %zu\n", i);
		assert_int_equal(form_parse(&arena, cases[i].text, strlen(cases[i].text), "f.yaml",
		    &form, &err), ERR_INVALID);
		assert_string_equal(err.key, cases[i].key);
		assert_string_equal(err.file, "f.yaml");
		assert_int_equal(err.line, cases[i].line);
		assert_null(form);
		err_clear(&err);
		arena_clear(&arena);
	}
}

static struct json *
parse(const char *text)
{
	struct json *value = NULL;

	assert_int_equal(json_parse(text, strlen(text), &value, NULL), 0);
	return value;
}

static void
conditions_ask_values_then_the_case(void **state)
{
	static const char text[] = HEAD "variants: [mail, sms]\nfields:\n"
	    "  - {id: yes_no, label: {vi: A, en: A}, type: bool}\n"
	    "  - {id: how, label: {vi: A, en: A}, type: choices, choices: [{id: x, text: X}, {id: y, text: Y}]}\n"
	    "  - {id: more, label: {vi: A, en: A}, type: line, only_if: how=y, variant: mail}\n"
	    "body:\n  - para: \"{more}\"\n";
	struct arena arena = ARENA_INIT;
	const struct pack_form *form = NULL;
	struct json *values = parse("{\"yes_no\":false,\"how\":[\"y\"],\"blank\":\" \\n\"}");
	struct json *facts = parse("{\"incident\":{\"is_handled\":true},\"systems\":[{\"name\":\"S\"}]}");

	(void)state;
	assert_int_equal(form_parse(&arena, text, strlen(text), "f", &form, NULL), 0);
	assert_true(form_holds(form, "", values, facts));
	assert_false(form_holds(form, "yes_no", values, facts));
	assert_true(form_holds(form, "!yes_no", values, facts));
	assert_true(form_holds(form, "how=y", values, facts));
	assert_false(form_holds(form, "how=x", values, facts));
	assert_true(form_holds(form, "incident.is_handled", values, facts));
	assert_false(form_holds(form, "incident.closed_at", values, facts));
	assert_string_equal(json_str(form_fact(facts, "systems.0.name")), "S");
	assert_null(form_fact(facts, "systems.1.name"));
	assert_null(form_fact(NULL, "a.b"));
	assert_false(form_given(json_get(values, "blank")));
	assert_true(form_asks(form, form_field(form, "more"), "mail", values, facts));
	assert_false(form_asks(form, form_field(form, "more"), "sms", values, facts));
	json_free(values);
	json_free(facts);
	arena_clear(&arena);
}

static void
slots_are_found_and_doubled_braces_are_not(void **state)
{
	static const struct {
		const char *text, *name, *spec;
		bool found, optional;
	} cases[] = {
		{ "nothing", "", "", false, false },
		{ "{{a}", "", "", false, false },
		{ "x {a} y", "a", "", true, false },
		{ "{a.b_c:long?}", "a.b_c", "long", true, true },
		{ "{a?}", "a", "", true, true },
		{ "{{ {b}", "b", "", true, false },
		{ "{", "", "", true, false },
		{ "{a", "", "", true, false },
		{ "{a:}", "", "", true, false },
		{ "{a b}", "", "", true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct form_slot slot = { 0 };

		print_message("  %s\n", cases[i].text);
		assert_int_equal(form_slot(cases[i].text, &slot), cases[i].found);
		assert_string_equal(slot.name, cases[i].name);
		assert_string_equal(slot.name[0] == '\0' ? cases[i].spec : slot.spec, cases[i].spec);
		assert_true(slot.optional == cases[i].optional || slot.name[0] == '\0');
	}
}

TEST_MAIN(cmocka_unit_test(each_fault_of_a_form_is_told_with_its_place),
    cmocka_unit_test(conditions_ask_values_then_the_case),
    cmocka_unit_test(slots_are_found_and_doubled_braces_are_not))
