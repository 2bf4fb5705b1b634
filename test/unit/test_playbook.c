/* SPDX-License-Identifier: Apache-2.0 */
/* Playbooks kept as texts: loaded among the files, put in force, followed by every process. */
#include "testing.h"

#include <pthread.h>

#include "app/playbook.h"
#include "app_world.h"
#include "os/embed.h"
#include "pack/source.h"

#define T(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

static int64_t
day(const char *text)
{
	int64_t ms = 0;

	assert_true(clock_parse(text, &ms));
	return ms;
}

/* The shipped text of ${id} with one word put in the place of another. */
static char *
text_of(const char *id, const char *from, const char *to)
{
	char name[80];
	const struct embed *file;
	struct buf out = BUF_INIT(1 << 20);
	const char *at;

	snprintf(name, sizeof(name), "packs/playbook/%s.yaml", id);
	file = embed_get(name);
	assert_non_null(file);
	at = strstr(file->data, from);
	assert_non_null(at);
	buf_add(&out, file->data, (size_t)(at - (const char *)file->data));
	buf_adds(&out, to);
	buf_adds(&out, at + strlen(from));
	return buf_take(&out);
}

static const char *
title_at(const struct packs *p, const char *type, const char *at)
{
	return pack_playbook_for_type(p, type, day(at))->pack.title.vi;
}

/* ---- loading -------- */

static void
a_text_stands_before_the_file_while_it_holds(void **state)
{
	char *text = text_of("dos", "vi: \"Từ chối dịch vụ\"", "vi: \"Của cơ quan\"");
	struct pack_source source = { .name = "dos@2", .id = "dos", .yaml = text, .version = 2,
		.from_ms = day("2026-06-01"), .to_ms = day("2026-07-01") };
	struct packs *p;

	(void)state;
	assert_int_equal(packs_load_with(NULL, &source, 1, &p, NULL), 0);
	assert_string_equal(title_at(p, "dos", "2026-05-31T23:59"), "Từ chối dịch vụ");
	assert_string_equal(title_at(p, "dos", "2026-06-01"), "Của cơ quan");
	assert_string_equal(title_at(p, "dos", "2026-06-30T23:59"), "Của cơ quan");
	assert_string_equal(title_at(p, "dos", "2026-07-01"), "Từ chối dịch vụ");
	/* What an incident remembers is found whenever it is asked for. */
	assert_string_equal(pack_playbook_version(p, "dos", 2)->pack.title.vi, "Của cơ quan");
	assert_string_equal(pack_playbook_version(p, "dos", 1)->pack.title.vi, "Từ chối dịch vụ");
	assert_true(pack_playbook_version(p, "dos", 2)->pack.own);
	packs_free(p);
	free(text);
}

static void
a_file_gives_its_number_to_the_text_that_has_it(void **state)
{
	char *text = text_of("dos", "vi: \"Từ chối dịch vụ\"", "vi: \"Của cơ quan\"");
	struct pack_source two[] = {
		{ .name = "dos@1", .id = "dos", .yaml = text, .version = 1,
		    .from_ms = day("2026-06-01"), .to_ms = INT64_MAX },
		{ .name = "dos@2", .id = "dos", .yaml = text, .version = 2,
		    .from_ms = day("2026-07-01"), .to_ms = INT64_MAX },
	};
	struct packs *p;

	(void)state;
	assert_int_equal(packs_load_with(NULL, two, 2, &p, NULL), 0);
	assert_string_equal(pack_playbook_version(p, "dos", 1)->pack.title.vi, "Của cơ quan");
	assert_string_equal(pack_playbook_version(p, "dos", 2)->pack.title.vi, "Của cơ quan");
	assert_string_equal(pack_playbook_version(p, "dos", 3)->pack.title.vi, "Từ chối dịch vụ");
	assert_ptr_equal(pack_playbook(p, "dos", day("2026-05-01")),
	    pack_playbook_version(p, "dos", 3));
	packs_free(p);
	free(text);
}

static void
a_text_must_be_that_playbook(void **state)
{
	static const struct { const char *id, *yaml, *key; } cases[] = {
		{ "malware", NULL, "pack.other_id" },
		{ "x", "id: x\nkind: holidays\nversion: 1\ntitle: {vi: a, en: b}\nsource: s\n"
		    "certainty: proposal\ndays:\n  - {date: 2026-01-01, kind: 'off', title: {vi: a, en: b},"
		    " certainty: proposal}\n", "pack.not_playbook" },
		{ "dos", "id: dos\nkind: [\n", "yaml.syntax" },
		{ "dos", "", "pack.documents" },
	};
	char *text = text_of("dos", "dos", "dos");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pack_source s = { .name = "t", .id = cases[i].id,
			.yaml = cases[i].yaml == NULL ? text : cases[i].yaml, .version = 2,
			.from_ms = INT64_MIN, .to_ms = INT64_MAX };
		struct packs *p = NULL;
		struct err err = { 0 };

		assert_int_not_equal(packs_load_with(NULL, &s, 1, &p, &err), 0);
		assert_string_equal(err.key, cases[i].key);
		assert_true(err.line > 0);
		assert_int_equal(packs_load_alone(&s, false, NULL, NULL, &p), ERR_INVALID);
		assert_null(p);
		err_clear(&err);
	}
	free(text);
}

static void
every_shipped_playbook_survives_the_editor(void **state)
{
	const struct embed *file;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; (file = embed_next("packs/playbook/", &i)) != NULL; n++) {
		struct buf json = BUF_INIT(1 << 20), yaml = BUF_INIT(1 << 20), again = BUF_INIT(1 << 20);
		struct jsonw w = JSONW_INIT(&json), w2 = JSONW_INIT(&again);
		struct json *values = NULL;

		yaml_as_json(&w, file->data);
		assert_int_equal(json_parse(buf_str(&json), json.len, &values, NULL), 0);
		assert_int_equal(json_as_yaml(values, &yaml, NULL), 0);
		assert_int_equal(packs_check_bytes("f", buf_str(&yaml), yaml.len, true, NULL, NULL), 0);
		yaml_as_json(&w2, buf_str(&yaml));
		assert_string_equal(buf_str(&again), buf_str(&json));
		json_free(values);
		buf_clear(&json);
		buf_clear(&yaml);
		buf_clear(&again);
	}
	assert_int_equal(n, 16);
}

static void
hostile_values_become_yaml_that_says_the_same(void **state)
{
	static const char *const texts[] = {
		"{\"a\":\"x: [y, {z\\n- # \\\" \\\\ \\t\"}", "{\"b c\":\"null\",\"d\":\"true\"}",
		"{\"e\":[[],{},\"\",[\"2026-01-01\",\"2026-01-01x\"]]}",
		"{\"f\":{\"g\":[{\"h\":[{\"i\":\"\\u0001 \\u202e \\ud83d\\ude00\"}]}]},\"-\":1,\"\":null}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct buf yaml = BUF_INIT(65536), json = BUF_INIT(65536), before = BUF_INIT(65536);
		struct jsonw w = JSONW_INIT(&json);
		struct json *values = NULL, *after = NULL;

		assert_int_equal(json_parse(texts[i], strlen(texts[i]), &values, NULL), 0);
		assert_int_equal(json_as_yaml(values, &yaml, NULL), 0);
		yaml_as_json(&w, buf_str(&yaml));
		assert_int_equal(json_parse(buf_str(&json), json.len, &after, NULL), 0);
		buf_reset(&json);
		json_write(values, &before);
		json_write(after, &json);
		assert_string_equal(buf_str(&json), buf_str(&before));
		json_free(values);
		json_free(after);
		buf_clear(&yaml);
		buf_clear(&json);
		buf_clear(&before);
	}
}

static void
what_is_nested_too_deep_is_refused(void **state)
{
	struct buf text = BUF_INIT(4000), yaml = BUF_INIT(65536);
	struct json *values = NULL;
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 40; i++)
		buf_adds(&text, "{\"a\":[");
	for (int i = 0; i < 40; i++)
		buf_adds(&text, "]}");
	if (json_parse(buf_str(&text), text.len, &values, NULL) == 0)
		assert_int_equal(json_as_yaml(values, &yaml, &err), ERR_INVALID);
	json_free(values);
	buf_reset(&text);
	for (int i = 0; i < 20; i++)
		buf_adds(&text, "{\"a\":[");
	for (int i = 0; i < 20; i++)
		buf_adds(&text, "]}");
	assert_int_equal(json_parse(buf_str(&text), text.len, &values, NULL), 0);
	assert_int_equal(json_as_yaml(values, &yaml, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.playbook_values");
	json_free(values);
	buf_clear(&text);
	buf_clear(&yaml);
	err_clear(&err);
}

/* ---- at work -------- */

/* Saves the shipped text of ${id} with a change; the edition's number. */
static int
save(const char *id, const char *from, const char *to)
{
	char *text = text_of(id, from, to), path[120];
	struct json *answer;
	int edition;

	snprintf(path, sizeof(path), "%s/edited.yaml", world_dir);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	answer = world_ok("quantri", "playbook save", A("{'id':'%s','file':'%s'}", id, path));
	edition = (int)json_get_int(answer, "version", 0);
	json_free(answer);
	free(text);
	return edition;
}

static void
approve(const char *id, int edition)
{
	json_free(world_ok("giamdoc", "playbook approve", A("{'id':'%s','edition':%d,"
	    "'doc_number':'12/QĐ-SM','doc_date':'05/01/2026','signer':'Lê Minh Giám'}", id, edition)));
}

static const char *
running(const char *incident)
{
	struct json *answer = world_ok("quantri", "incident tasks", A("{'id':'%s'}", incident));
	static char title[4][200];
	static unsigned n;
	char *to = title[n++ % 4];

	snprintf(to, sizeof(title[0]), "%s",
	    json_get_str(json_get(answer, "playbook"), "title"));
	json_free(answer);
	return to;
}

static const char *
begin(const char *playbook)
{
	const char *sc = world_text("quantri", "incident open", "{'title':'Cổng không mở được'}",
	    "number");

	json_free(world_ok("quantri", "incident take", A("{'id':'%s'}", sc)));
	json_free(world_ok("quantri", "incident playbook",
	    A("{'id':'%s','playbook':'%s'}", sc, playbook)));
	return sc;
}

static void
an_edition_in_force_is_for_new_incidents(void **state)
{
	const char *old = begin("dos"), *fresh, *later;
	int edition = save("dos", "vi: \"Từ chối dịch vụ\"", "vi: \"Bản hai\"");

	(void)state;
	assert_int_equal(edition, 2);
	assert_string_equal(running(begin("PB-04")), "Từ chối dịch vụ");
	approve("dos", edition);
	fresh = begin("dos");
	assert_string_equal(running(fresh), "Bản hai");
	assert_string_equal(running(old), "Từ chối dịch vụ");
	/* The next one replaces it; each incident keeps its own. */
	assert_int_equal(save("dos", "vi: \"Từ chối dịch vụ\"", "vi: \"Bản ba\""), 3);
	approve("dos", 3);
	later = begin("dos");
	assert_string_equal(running(later), "Bản ba");
	assert_string_equal(running(fresh), "Bản hai");
	/* Withdrawn: what came with the program holds again, and nobody at work notices. */
	json_free(world_ok("quantri", "playbook withdraw",
	    "{'id':'dos','edition':3,'reason':'Soạn lại'}"));
	assert_string_equal(running(begin("dos")), "Từ chối dịch vụ");
	assert_string_equal(running(later), "Bản ba");
	assert_string_equal(running(fresh), "Bản hai");
}

static void
another_process_follows(void **state)
{
	struct app *mine = world, *other = NULL;

	(void)state;
	assert_int_equal(app_open(world_dir, &other, NULL), 0);
	world = other;
	assert_string_equal(running(begin("dos")), "Từ chối dịch vụ");
	world = mine;
	approve("dos", save("dos", "vi: \"Từ chối dịch vụ\"", "vi: \"Bản hai\""));
	world = other;
	assert_string_equal(running(begin("dos")), "Bản hai");
	world = mine;
	app_close(other);
	/* And the one that begins later. */
	assert_int_equal(app_open(world_dir, &other, NULL), 0);
	world = other;
	assert_string_equal(running(begin("dos")), "Bản hai");
	world = mine;
	app_close(other);
}

static void
a_faulty_text_is_told_by_its_lines_and_not_kept(void **state)
{
	char *text = text_of("dos", "role: netadmin", "rol: netadmin"), path[120];

	(void)state;
	snprintf(path, sizeof(path), "%s/bad.yaml", world_dir);
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	world_fails("quantri", "playbook save", A("{'id':'dos','file':'%s'}", path), ERR_INVALID,
	    "pack.key_near");
	assert_non_null(strstr(world_list, "dos:"));
	assert_int_equal(world_sql("SELECT COUNT(*) FROM playbook_text"), 0);
	free(text);
	/* Two ways at once, and none. */
	world_fails("quantri", "playbook save", "{'id':'dos'}", ERR_INVALID, "err.playbook_text");
	world_fails("quantri", "playbook save", A("{'id':'dos','file':'%s','yaml':'x'}", path),
	    ERR_INVALID, "err.playbook_text");
	/* Another playbook's type. */
	text = text_of("dos", "types: [dos]", "types: [dos, malware]");
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	world_fails("quantri", "playbook save", A("{'id':'dos','file':'%s'}", path), ERR_INVALID,
	    "pack.type_taken");
	free(text);
	/* Whoever may not. */
	world_fails("duphong", "playbook save", A("{'id':'dos','file':'%s'}", path), ERR_FORBIDDEN,
	    "err.forbidden");
}

static void
a_draft_may_lack_what_an_edition_in_force_may_not(void **state)
{
	int edition = save("dos", "drill_ref:", "#drill_ref:");

	(void)state;
	world_fails("giamdoc", "playbook approve", A("{'id':'dos','edition':%d,'doc_number':'1',"
	    "'doc_date':'05/01/2026','signer':'X'}", edition), ERR_INVALID, "pack.missing");
	assert_string_equal(world_text("quantri", "playbook text", "{'id':'dos'}", "state"), "draft");
	/* Which edition was signed has to be said beside a draft. */
	world_fails("giamdoc", "playbook approve", "{'id':'dos','doc_number':'1',"
	    "'doc_date':'05/01/2026','signer':'X'}", ERR_INVALID, "err.playbook_edition");
	/* The draft is saved over, not beside. */
	assert_int_equal(save("dos", "vi: \"Từ chối dịch vụ\"", "vi: \"Bản hai\""), edition);
	approve("dos", edition);
	world_fails("giamdoc", "playbook approve", A("{'id':'dos','edition':%d,'doc_number':'1',"
	    "'doc_date':'05/01/2026','signer':'X'}", 9), ERR_NOT_FOUND, "err.no_edition");
	json_free(world_ok("quantri", "playbook withdraw", "{'id':'dos','edition':2,'reason':'x'}"));
	world_fails("quantri", "playbook withdraw", "{'id':'dos','edition':2,'reason':'x'}",
	    ERR_STATE, "err.playbook_withdraw");
	world_fails("quantri", "playbook withdraw", "{'id':'dos','reason':'x'}", ERR_STATE,
	    "err.playbook_withdraw");
	world_fails("giamdoc", "playbook approve", A("{'id':'dos','edition':%d,'doc_number':'1',"
	    "'doc_date':'05/01/2026','signer':'X'}", 2), ERR_STATE, "err.playbook_state");
}

static void
a_new_playbook_takes_a_type_that_had_only_the_general_one(void **state)
{
	char *text = text_of("dos", "id: dos", "id: own"), *types;

	(void)state;
	types = strstr(text, "types: [dos]");
	memcpy(types, "types: [x]  ", strlen("types: [dos]"));
	text = xrealloc(text, strlen(text) + 40);
	types = strstr(text, "types: [x]  ");
	memmove(types + strlen("types: [other_attack]"), types + strlen("types: [x]  "),
	    strlen(types + strlen("types: [x]  ")) + 1);
	memcpy(types, "types: [other_attack]", strlen("types: [other_attack]"));
	assert_int_equal(file_replace(A("%s/own.yaml", world_dir), text, strlen(text), 0600, NULL), 0);
	json_free(world_ok("quantri", "playbook save",
	    A("{'id':'own','file':'%s/own.yaml'}", world_dir)));
	world_fails("quantri", "playbook show", "{'id':'own'}", ERR_NOT_FOUND, "err.no_edition");
	approve("own", 1);
	assert_string_equal(world_text("quantri", "playbook show", "{'id':'own'}", "state"),
	    "in_force");
	assert_string_equal(pack_playbook_for_type(world->packs, "other_attack",
	    app_now(world))->pack.id, "own");
	free(text);
}

static void
compared_step_by_step(void **state)
{
	int edition = save("dos", "max_minutes: 5\n", "max_minutes: 6\n");
	struct json *answer = world_ok("quantri", "playbook compare", "{'id':'PB-04'}"), *item;

	(void)state;
	assert_int_equal(edition, 2);
	assert_int_equal(json_len(json_get(answer, "items")), 1);
	item = json_at(json_get(answer, "items"), 0);
	assert_string_equal(json_get_str(item, "change"), "changed");
	assert_string_equal(json_str(json_at(json_get(item, "fields"), 0)), "max_minutes");
	assert_int_equal(json_get_int(json_get(item, "before"), "max_minutes", 0), 5);
	assert_int_equal(json_get_int(json_get(item, "after"), "max_minutes", 0), 6);
	json_free(answer);
	save("dos", "  - id: p6", "  - id: p9");
	answer = world_ok("quantri", "playbook compare", "{'id':'PB-04','from':1,'to':2}");
	assert_int_equal(json_get_int(answer, "added", 0), 1);
	assert_int_equal(json_get_int(answer, "removed", 0), 1);
	assert_int_equal(json_get_int(answer, "changed", 0), 0);
	json_free(answer);
}

/* ---- language -------- */

static struct json *
in_english(const char *name, const char *args)
{
	struct buf out = BUF_INIT((size_t)8 << 20);
	struct json *parsed = NULL, *answer = NULL;
	struct err err = { 0 };

	assert_int_equal(json_parse(args, strlen(args), &parsed, NULL), 0);
	assert_int_equal(op_call(world, &(struct op_request){ .op = op_get(name),
	    .actor = world_actor("quantri"), .lang = LANG_EN, .args = parsed }, &out, &err), 0);
	assert_int_equal(json_parse(buf_str(&out), out.len, &answer, NULL), 0);
	json_free(parsed);
	buf_clear(&out);
	return answer;
}

static bool
is_ascii(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		if ((unsigned char)*text > 0x7f)
			return false;
	return true;
}

/* Every step of every playbook, as tasks of an incident read in English. */
static void
tasks_speak_the_reader_s_language(void **state)
{
	struct json *list = world_ok("quantri", "playbook list", NULL), *items = json_get(list, "items");

	(void)state;
	assert_int_equal(json_len(items), 16);
	for (size_t b = 0; b < json_len(items); b++) {
		const char *sc = begin(json_get_str(json_at(items, b), "id"));
		struct json *answer = in_english("incident tasks", A("{\"id\":\"%s\"}", sc));
		struct json *tasks = json_get(answer, "items");

		assert_true(json_len(tasks) >= 30);
		for (size_t i = 0; i < json_len(tasks); i++) {
			const char *title = json_get_str(json_at(tasks, i), "title");

			if (!is_ascii(title) || !is_ascii(json_get_str(json_at(tasks, i), "why")) ||
			    !is_ascii(json_get_str(json_at(tasks, i), "undo_text")))
				fail_msg("not English: %s", title);
		}
		json_free(answer);
	}
	json_free(list);
	/* The row keeps what was approved, and a task of one's own is nobody's to translate. */
	assert_int_equal(world_sql("SELECT COUNT(*) FROM task WHERE title = 'Duyệt thứ tự khôi phục"
	    " hệ thống theo mức ưu tiên trong kế hoạch.'"), 1);
	json_free(world_ok("quantri", "task add", A("{'id':'%s','title':'Việc riêng của tôi',"
	    "'phase':'contain'}", "SC-2026-0001")));
	list = in_english("incident tasks", "{\"id\":\"SC-2026-0001\"}");
	items = json_get(list, "items");
	for (size_t i = 0; i < json_len(items); i++)
		if (str_eq(json_get_str(json_at(items, i), "origin"), "manual"))
			assert_string_equal(json_get_str(json_at(items, i), "title"),
			    "Việc riêng của tôi");
	json_free(list);
}

/* ---- threads -------- */

static void *
reader(void *arg)
{
	_Atomic(bool) *stop = arg;
	size_t steps = 0;

	while (!*stop) {
		struct json *answer = NULL;
		struct buf out = BUF_INIT((size_t)8 << 20);
		struct err err = { 0 };

		if (op_call(world, &(struct op_request){ .op = op_get("playbook list"),
		    .actor = actor_console() }, &out, &err) == 0 &&
		    json_parse(buf_str(&out), out.len, &answer, NULL) == 0)
			steps += (size_t)json_get_int(json_at(json_get(answer, "items"), 3), "steps", 0);
		json_free(answer);
		buf_clear(&out);
		err_clear(&err);
	}
	return (void *)steps;
}

static void
readers_go_on_while_sets_are_exchanged(void **state)
{
	pthread_t thread[3];
	_Atomic(bool) stop = false;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, reader, &stop), 0);
	for (int i = 0; i < 8; i++) {
		int edition = save("dos", "max_minutes: 5\n", A("max_minutes: %d\n", i + 10));

		assert_int_equal(edition, i + 2);
		approve("dos", edition);
	}
	stop = true;
	for (size_t i = 0; i < ARRAY_LEN(thread); i++) {
		void *steps;

		assert_int_equal(pthread_join(thread[i], &steps), 0);
		assert_non_null(steps);
	}
	json_free(world_ok("quantri", "playbook list", NULL));
	assert_int_equal(pack_playbook(world->packs, "dos", app_now(world))->pack.version, 9);
}

TEST_MAIN(cmocka_unit_test(a_text_stands_before_the_file_while_it_holds),
    cmocka_unit_test(a_file_gives_its_number_to_the_text_that_has_it),
    cmocka_unit_test(a_text_must_be_that_playbook),
    cmocka_unit_test(every_shipped_playbook_survives_the_editor),
    cmocka_unit_test(hostile_values_become_yaml_that_says_the_same),
    cmocka_unit_test(what_is_nested_too_deep_is_refused),
    T(an_edition_in_force_is_for_new_incidents),
    T(another_process_follows),
    T(a_faulty_text_is_told_by_its_lines_and_not_kept),
    T(a_draft_may_lack_what_an_edition_in_force_may_not),
    T(a_new_playbook_takes_a_type_that_had_only_the_general_one),
    T(compared_step_by_step),
    T(tasks_speak_the_reader_s_language),
    T(readers_go_on_while_sets_are_exchanged))
