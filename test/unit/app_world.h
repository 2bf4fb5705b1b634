/* SPDX-License-Identifier: Apache-2.0 */
/*
 * app_world.h: a data directory with the sample agency and a test clock, and its
 * people calling operations.  Include after testing.h.
 */
#pragma once

#include <unistd.h>

#include "app/app.h"
#include "os/file.h"
#include "store/blob.h"

static char world_dir[64];
static struct app *world;
static struct upload world_upload; /* goes with the next call when it has a size */
static char world_key[64];         /* of the last failure, "" after a success */
static char world_list[4000];      /* what the last failure listed */

static int
world_setup(void **state)
{
	struct buf out = BUF_INIT(10000);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(app_words(&err), 0);
	snprintf(world_dir, sizeof(world_dir), "/tmp/khien-world-%d", (int)getpid());
	file_remove_tree(world_dir, NULL);
	if (app_init(&(struct app_init){ .dir = world_dir, .agency_name = "Sở Mẫu", .sample = true,
	    .test_clock = true }, &out, LANG_VI, &err) != 0)
		fail_msg("%s %s %s", err.key, err.args > 0 ? err.arg[0].value : "", err.file);
	buf_clear(&out);
	assert_int_equal(app_open(world_dir, &world, &err), 0);
	return 0;
}

static int
world_teardown(void **state)
{
	(void)state;
	app_close(world);
	world = NULL;
	words_clear();
	return file_remove_tree(world_dir, NULL);
}

struct world_person {
	const char *login;
	struct actor actor;
};

static int
world_find(struct tx *tx, void *arg, struct err *err)
{
	struct world_person *p = arg;
	struct query q;

	(void)err;
	query_open(&q, tx, "SELECT id, name, division_id, roles FROM account WHERE login = ?", "t", p->login);
	if (query_step(&q)) {
		p->actor.kind = ACTOR_ACCOUNT;
		snprintf(p->actor.id, sizeof(p->actor.id), "%s", query_text(&q, 0));
		snprintf(p->actor.name, sizeof(p->actor.name), "%s", query_text(&q, 1));
		snprintf(p->actor.division_id, sizeof(p->actor.division_id), "%s",
		    query_text(&q, 2) == NULL ? "" : query_text(&q, 2));
		p->actor.rights = rights_of(query_text(&q, 3), &p->actor.sees);
	}
	return query_close(&q);
}

/* A person of the sample agency by login; NULL is the console. */
static struct actor
world_actor(const char *login)
{
	struct world_person p = { .login = login };

	if (login == NULL)
		return actor_console();
	assert_int_equal(store_read(world->store, world_find, &p, NULL), 0);
	assert_int_equal(p.actor.kind, ACTOR_ACCOUNT);
	return p.actor;
}

/* Calls ${name} as ${login} with arguments written in JSON, ' for ". Returns the kind of failure. */
static int
world_call(const char *login, const char *name, const char *args, struct json **ret)
{
	struct buf out = BUF_INIT((size_t)32 << 20);
	struct err err = { 0 };
	struct json *parsed = NULL;
	char *text = xstrdup(args == NULL ? "{}" : args);
	const struct op *op = op_get(name);
	int kind;

	if (op == NULL)
		fail_msg("no operation %s", name);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	if (json_parse(text, strlen(text), &parsed, &err) != 0)
		fail_msg("bad arguments: %s", text);
	kind = op_call(world, &(struct op_request){ .op = op, .actor = world_actor(login),
	    .args = parsed, .uploads = &world_upload, .uploads_count = world_upload.size > 0 }, &out, &err);
	snprintf(world_key, sizeof(world_key), "%s", err.key);
	snprintf(world_list, sizeof(world_list), "%s", err.list == NULL ? "" : err.list);
	if (kind == 0 && json_parse(buf_str(&out), out.len, ret, &err) != 0)
		fail_msg("%s answered no JSON: %s", name, buf_str(&out));
	world_upload.size = 0;
	json_free(parsed);
	free(text);
	buf_clear(&out);
	err_clear(&err);
	return kind;
}

/* As world_call(), where success is expected; the caller frees the answer. */
static struct json *
world_ok(const char *login, const char *name, const char *args)
{
	struct json *answer = NULL;
	int kind = world_call(login, name, args, &answer);

	if (kind != 0)
		fail_msg("%s failed: %d %s %s", name, kind, world_key, world_list);
	return answer;
}

/* One text of the answer, in memory that stays for the test program. */
static const char *
world_text(const char *login, const char *name, const char *args, const char *field)
{
	static char kept[64][256];
	static unsigned n;
	struct json *answer = world_ok(login, name, args);
	char *to = kept[n++ % ARRAY_LEN(kept)];

	snprintf(to, sizeof(kept[0]), "%s", json_get_str(answer, field) == NULL ? "" :
	    json_get_str(answer, field));
	json_free(answer);
	return to;
}

__attribute__((unused)) static void
world_fails(const char *login, const char *name, const char *args, int kind, const char *key)
{
	struct json *answer = NULL;
	int got = world_call(login, name, args, &answer);

	json_free(answer);
	if (got != kind || strcmp(world_key, key) != 0)
		fail_msg("%s: %d %s instead of %d %s", name, got, world_key, kind, key);
}

/* Formats arguments; valid until it was called sixteen times more. */
PRINTF_LIKE(1, 2) static const char *
A(const char *fmt, ...)
{
	static char text[16][4000];
	static unsigned n;
	char *to = text[n++ % ARRAY_LEN(text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to, sizeof(text[0]), fmt, ap);
	va_end(ap);
	return to;
}

/* Lays a file into the blob store, to go with the next call. */
__attribute__((unused)) static const char *
world_file(const char *name, const char *content)
{
	struct blob_writer *w;
	char sha256[BLOB_HASH_SIZE];

	assert_int_equal(blob_begin(world->blobs, 1 << 20, &w, NULL), 0);
	assert_int_equal(blob_write(w, content, strlen(content), NULL), 0);
	assert_int_equal(blob_commit(w, sha256, &world_upload.size, NULL), 0);
	snprintf(world_upload.name, sizeof(world_upload.name), "%s", name);
	snprintf(world_upload.media_type, sizeof(world_upload.media_type), "text/plain");
	snprintf(world_upload.sha256, sizeof(world_upload.sha256), "%s", sha256);
	return world_upload.sha256;
}

struct world_sql {
	const char *sql;
	int64_t value;
};

static int
world_sql_run(struct tx *tx, void *arg, struct err *err)
{
	struct world_sql *s = arg;

	if (strncmp(s->sql, "SELECT", 6) == 0)
		s->value = tx_int(tx, s->sql, "");
	else
		tx_exec(tx, s->sql, "");
	return err->kind;
}

/* The first number of a query, or a statement behind Khiên's back. */
__attribute__((unused)) static int64_t
world_sql(const char *sql)
{
	struct world_sql s = { sql, 0 };
	struct err err = { 0 };

	assert_int_equal(store_write(world->store, world_sql_run, &s, &err), 0);
	return s.value;
}

/* The sentence of the incident's newest timeline entry of ${kind}. */
__attribute__((unused)) static const char *
world_told(const char *incident, const char *kind)
{
	static char text[2000];
	struct json *answer = world_ok("quantri", "timeline list",
	    A("{'id':'%s','kind':['%s'],'limit':50}", incident, kind));
	struct json *items = json_get(answer, "items");
	const char *newest = "";

	*text = '\0';
	for (size_t i = 0; i < json_len(items); i++) {
		const char *at = json_get_str(json_at(items, i), "id");

		if (strcmp(at, newest) > 0) {
			newest = at;
			snprintf(text, sizeof(text), "%s", json_get_str(json_at(items, i), "text"));
		}
	}
	json_free(answer);
	return text;
}
