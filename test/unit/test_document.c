/* SPDX-License-Identifier: Apache-2.0 */
/* Values of papers: first texts, facts into fields, what people enter, what is wrong. */
#include "testing.h"

#include "app/app.h"
#include "app/document_part.h"
#include "app/facts.h"

static const char form_text[] =
    "id: thu\n"
    "kind: form\n"
    "version: 1\n"
    "title: {vi: \"Thử\", en: \"Test\"}\n"
    "valid_from: 2020-01-01\n"
    "valid_to: null\n"
    "source: \"thử\"\n"
    "certainty: proposal\n"
    "layout: plain\n"
    "subject: \"Thử\"\n"
    "signature: none\n"
    "incident: true\n"
    "fields:\n"
    "  - {id: name, label: {vi: \"Tên\", en: \"Name\"}, type: line, required: true, from: [system.title, system.name]}\n"
    "  - {id: told, label: {vi: \"Kể\", en: \"Told\"}, type: text, draft: \"{system.name} hỏng.\\nKhông rõ: {system.none}\\n{timeline|- {at}: {text}}\"}\n"
    "  - {id: day, label: {vi: \"Ngày\", en: \"Day\"}, type: date, from: incident.detected_at}\n"
    "  - {id: hour, label: {vi: \"Giờ\", en: \"Time\"}, type: time, from: incident.detected_at}\n"
    "  - {id: when, label: {vi: \"Lúc\", en: \"When\"}, type: datetime, from: incident.detected_at, rule: \"not_before:day\"}\n"
    "  - {id: count, label: {vi: \"Số\", en: \"Count\"}, type: int, from: system.level}\n"
    "  - id: level\n"
    "    label: {vi: \"Cấp\", en: \"Level\"}\n"
    "    type: choice\n"
    "    from: system.level\n"
    "    choices: [{id: \"1\", text: \"Cấp 1\"}, {id: \"2\", text: \"Cấp 2\"}]\n"
    "  - id: services\n"
    "    label: {vi: \"Dịch vụ\", en: \"Services\"}\n"
    "    type: choices\n"
    "    from: system.services\n"
    "    choices: [{id: web, text: \"Web server\"}, {id: other, text: \"Khác\", with_text: true}]\n"
    "  - {id: ips, label: {vi: \"IP\", en: \"IP\"}, type: ips, from: system.public_ips, rule: public_ips}\n"
    "  - {id: domains, label: {vi: \"Miền\", en: \"Domains\"}, type: domains, from: system.domains}\n"
    "  - id: events\n"
    "    label: {vi: \"Việc\", en: \"Events\"}\n"
    "    type: table\n"
    "    from: timeline\n"
    "    columns:\n"
    "      - {id: at, label: {vi: \"Lúc\", en: \"At\"}, type: datetime, required: true}\n"
    "      - {id: text, label: {vi: \"Việc\", en: \"Event\"}, type: line}\n"
    "body:\n"
    "  - para: \"{told}\"\n";

static const char facts_text[] =
    "{\"incident\":{\"detected_at\":\"2026-11-22T14:05\"},\"system\":{\"name\":\"Máy chủ\",\"title\":null,\"level\":2,"
    "\"services\":\"WEB SERVER, DNS; DHCP\",\"public_ips\":\"203.0.113.9 10.0.0.1, fe80::1\","
    "\"domains\":\"a.example.vn b.example.vn\"},"
    "\"timeline\":[{\"at\":\"2026-11-22T14:05\",\"text\":\"một\"},{\"text\":\"không giờ\"}]}";

struct world {
	struct arena arena;
	struct err err;
	struct call call;
	const struct pack_form *form;
	struct json *facts, *values;
	struct buf out;
	struct jsonw w;
};

static struct world *
open_world(void)
{
	struct world *w = xcalloc(1, sizeof(*w));

	buf_init(&w->out, (size_t)8 << 20);
	jsonw_init(&w->w, &w->out);
	w->call = (struct call){ .arena = &w->arena, .err = &w->err, .lang = LANG_VI, .out = &w->w };
	if (form_parse(&w->arena, form_text, strlen(form_text), "thu.yaml", &w->form, &w->err) != 0)
		fail_msg("%s %d:%d %s %s", w->err.key, w->err.line, w->err.column, w->err.arg[0].value,
		    w->err.arg[1].value);
	assert_int_equal(json_parse(facts_text, strlen(facts_text), &w->facts, &w->err), 0);
	w->values = document_fill(w->form, "", w->facts);
	return w;
}

static void
close_world(struct world *w)
{
	json_free(w->facts);
	json_free(w->values);
	buf_clear(&w->out);
	err_clear(&w->err);
	arena_clear(&w->arena);
	free(w);
}

static void
assert_json(const struct json *value, const char *expected)
{
	struct buf text = BUF_INIT(1 << 20);

	assert_non_null(value);
	json_write(value, &text);
	assert_string_equal(buf_str(&text), expected);
	buf_clear(&text);
}

static void
facts_fill_the_fields_they_fit(void **state)
{
	struct world *w = open_world();

	(void)state;
	assert_json(json_get(w->values, "name"), "\"Máy chủ\"");
	assert_json(json_get(w->values, "day"), "\"2026-11-22\"");
	assert_json(json_get(w->values, "hour"), "\"14:05\"");
	assert_json(json_get(w->values, "when"), "\"2026-11-22T14:05\"");
	assert_json(json_get(w->values, "count"), "2");
	assert_json(json_get(w->values, "level"), "\"2\"");
	assert_json(json_get(w->values, "services"), "[\"web\",\"other\"]");
	assert_json(json_get(w->values, "services_text"), "{\"other\":\"DNS, DHCP\"}");
	assert_json(json_get(w->values, "ips"), "[\"203.0.113.9\"]");
	assert_json(json_get(w->values, "domains"), "[\"a.example.vn\",\"b.example.vn\"]");
	assert_json(json_get(w->values, "events"),
	    "[{\"at\":\"2026-11-22T14:05\",\"text\":\"một\"},{\"text\":\"không giờ\"}]");
	close_world(w);
}

static void
a_line_without_its_fact_is_left_out(void **state)
{
	struct world *w = open_world();
	static const char numbers[] = "{\"a\":1234567,\"b\":2026}";
	struct json *money, *text;

	(void)state;
	/* A line that lacks a fact is left out, and so is an item of a list. */
	assert_json(json_get(w->values, "told"), "\"Máy chủ hỏng.\\n- 14:05 22/11/2026: một\"");
	assert_null(document_sketch("{không.có} gì", w->facts));
	assert_null(document_sketch("", w->facts));
	assert_json(text = document_sketch("{ ngoặc hở", w->facts), "\"{ ngoặc hở\"");
	json_free(text);
	assert_int_equal(json_parse(numbers, strlen(numbers), &money, &w->err), 0);
	assert_json(text = document_sketch("{a} {b}{c?}", money), "\"1.234.567 2026\"");
	json_free(text);
	json_free(money);
	close_world(w);
}

static int
put(struct world *w, const char *text)
{
	struct json *given;
	int kind;

	err_clear(&w->err);
	assert_int_equal(json_parse(text, strlen(text), &given, &w->err), 0);
	kind = document_put(&w->call, w->form, given, w->values);
	json_free(given);
	return kind;
}

static void
what_does_not_fit_is_refused_per_field(void **state)
{
	static const char *const refused[] = {
		"{\"nothing\":1}", "{\"name\":[]}", "{\"name\":{\"a\":1}}", "{\"day\":\"2026-02-30\"}",
		"{\"hour\":\"24:00\"}", "{\"hour\":\"1:05\"}", "{\"when\":\"hôm qua\"}", "{\"count\":\"ba\"}",
		"{\"count\":1.5}", "{\"level\":\"3\"}", "{\"services\":\"web\"}", "{\"services\":[\"x\"]}",
		"{\"services_text\":{\"x\":\"y\"}}", "{\"ips\":[\"10.0.0.1\"]}", "{\"ips\":[\"::ffff:10.0.0.1\"]}",
		"{\"ips\":[\"100.64.3.4\"]}", "{\"ips\":[\"không phải\"]}", "{\"ips\":[1]}",
		"{\"domains\":[\"not a domain\"]}", "{\"events\":[1]}", "{\"events\":[{\"x\":1}]}",
		"{\"events\":[{\"at\":\"x\"}]}", "{\"name_text\":{\"a\":\"b\"}}", "{\"_text\":{}}",
	};
	struct world *w = open_world();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		assert_int_equal(put(w, refused[i]), ERR_INVALID);
	assert_int_equal(put(w, "{\"name\":\"a\\u0007b\\nc\\u0085d\",\"told\":\"x\\ny\\u001b\"}"), 0);
	assert_json(json_get(w->values, "name"), "\"ab cd\"");
	assert_json(json_get(w->values, "told"), "\"x\\ny\"");
	assert_int_equal(put(w, "{\"count\":\"1.234.567\",\"day\":\"05/06/2026\",\"name\":\"\",\"level\":null}"), 0);
	assert_json(json_get(w->values, "count"), "1234567");
	assert_json(json_get(w->values, "day"), "\"2026-06-05\"");
	assert_null(json_get(w->values, "name"));
	assert_null(json_get(w->values, "level"));
	assert_int_equal(put(w, "{\"ips\":\"198.51.100.7, 2001:DB8::1\",\"events\":[{\"at\":\"22/11/2026 07:05\",\"text\":null}]}"), 0);
	assert_json(json_get(w->values, "ips"), "[\"198.51.100.7\",\"2001:db8::1\"]");
	assert_json(json_get(w->values, "events"), "[{\"at\":\"2026-11-22T07:05\"}]");
	close_world(w);
}

static void
a_hundred_thousand_characters_are_text(void **state)
{
	struct world *w = open_world();
	struct buf text = BUF_INIT(1 << 20);

	(void)state;
	buf_adds(&text, "{\"name\":\"");
	for (int i = 0; i < 100000; i++)
		buf_adds(&text, "ữ");
	buf_adds(&text, "\"}");
	assert_int_equal(put(w, buf_str(&text)), 0);
	assert_int_equal(strlen(json_get_str(w->values, "name")), 300000);
	buf_reset(&text);
	buf_adds(&text, "{\"name\":\"");
	for (int i = 0; i < 500000; i++)
		buf_addc(&text, 'a');
	buf_adds(&text, "\"}");
	assert_int_equal(put(w, buf_str(&text)), ERR_INVALID);
	buf_clear(&text);
	close_world(w);
}

static void
gaps_and_faults_are_told_not_refused(void **state)
{
	struct world *w = open_world();
	struct document_check check = { .call = &w->call, .form = w->form, .variant = "",
		.facts = w->facts };

	(void)state;
	assert_int_equal(put(w, "{\"name\":null,\"told\":\"máy 192.168.3.4 và 8.8.8.8\",\"day\":\"2026-11-23\","
	    "\"services_text\":null}"), 0);
	check.values = w->values;
	jsonw_object(&w->w);
	document_check(&check);
	jsonw_object_end(&w->w);
	assert_int_equal(check.gaps, 1);
	/* told: an inside address; when: before the day; services: other without words; events: a row without its time. */
	assert_int_equal(check.faults, 4);
	assert_non_null(strstr(buf_str(&w->out), "\"gaps\":[{\"field\":\"name\""));
	assert_non_null(strstr(buf_str(&w->out), "{\"field\":\"told\""));
	assert_non_null(strstr(buf_str(&w->out), "{\"field\":\"when\""));
	close_world(w);
}

static void
facts_a_form_does_not_mention_are_not_kept(void **state)
{
	struct world *w = open_world();
	struct json *kept = facts_for(w->facts, "from: system.name {incident.title} {mytimeline|x}");

	(void)state;
	assert_non_null(json_get(kept, "system"));
	assert_non_null(json_get(kept, "incident"));
	assert_null(json_get(kept, "timeline"));
	json_free(kept);
	close_world(w);
}

TEST_MAIN(cmocka_unit_test(facts_fill_the_fields_they_fit), cmocka_unit_test(a_line_without_its_fact_is_left_out), cmocka_unit_test(what_does_not_fit_is_refused_per_field),
    cmocka_unit_test(a_hundred_thousand_characters_are_text), cmocka_unit_test(gaps_and_faults_are_told_not_refused), cmocka_unit_test(facts_a_form_does_not_mention_are_not_kept))
