/* SPDX-License-Identifier: Apache-2.0 */
/* op_rules.c: editions of detection rules: brought in, listed, gone back to. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "app/change.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/rules.h"
#include "base/id.h"
#include "os/file.h"

#define CHECK_MS     (20 * 60 * 1000)
#define REPORT_MAX   JSON_SIZE_MAX
#define EDITION_NAME 16 /* of the hash: enough to tell editions apart, short enough for backups */

/* ---- which one is in use --------------------------------------------------------------- */

#define EDITION "SELECT e.number, e.label, e.source, e.sha256, e.files, e.loaded, e.unmapped, e.refused," \
	" e.added, e.changed, e.gone, e.imported_at, a.name AS imported_by, e.used_at," \
	" CASE WHEN e.used_at IS NULL THEN 0 ELSE 1 END AS is_used FROM rule_edition e" \
	" LEFT JOIN account a ON a.id = e.imported_by_id WHERE e.agency_id = ?"

/* The one in use, if any, no longer is. */
static void
put_away(struct call *c)
{
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM rule_edition WHERE agency_id = ? AND"
	    " used_at IS NOT NULL", "t", c->agency_id);

	if (id != NULL)
		change_update(c, "rule_edition", id, -1, COLS(CI("used_at", SQL_NULL)));
}

static int
versions(struct call *c)
{
	out_rows(c, "items", EDITION " ORDER BY e.number", "t", c->agency_id);
	jsonw_kbool(c->out, "more", false);
	return c->err->kind;
}

static const struct param revert_params[] = {
	{ "number", P_INT, PF_REQUIRED | PF_POSITIONAL, 0, INT32_MAX, NULL },
	{ 0 },
};

/* 0: only the rules inside the program. */
static int
revert(struct call *c)
{
	int64_t number = arg_int(c, "number", -1);
	const char *id = number == 0 ? NULL : tx_text(c->tx, c->arena,
	    "SELECT id FROM rule_edition WHERE agency_id = ? AND number = ?", "ti", c->agency_id, number);

	if (number != 0 && id == NULL)
		return call_fail(c, ERR_NOT_FOUND, "rules.no_version", NULL);
	put_away(c);
	if (id != NULL)
		change_update(c, "rule_edition", id, -1, COLS(CI("used_at", c->now)));
	if (id != NULL && rules_folder(c->tx, c->arena, c->app) != NULL &&
	    !file_exists(rules_folder(c->tx, c->arena, c->app)))
		return call_fail(c, ERR_NOT_FOUND, "rules.no_folder", NULL);
	if (id == NULL)
		jsonw_kint(c->out, "number", 0);
	else
		out_row(c, NULL, EDITION " AND e.number = ?", "ti", c->agency_id, number);
	return c->err->kind;
}

/* ---- import ------------------------------------------------------------------------------- */

static const struct param import_params[] = {
	{ "path", P_IN, PF_REQUIRED | PF_POSITIONAL, 0, 4000, NULL },
	{ 0 },
};

static const struct param adopt_params[] = {
	{ "report", P_JSON, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

/*
 * The row of an edition whose folder is there; the same content again is the same edition.  Told
 * by "rules import", which has run before it.
 */
static int
adopt(struct call *c)
{
	const struct json *r = arg_json(c, "report");
	const char *sha256 = json_get_str(r, "sha256"), *label = json_get_str(r, "label");
	const char *by = c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL, *id;
	int64_t number;

	if (sha256 == NULL || strlen(sha256) != EDITION_NAME || json_get_str(r, "source") == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "report");
	id = tx_text(c->tx, c->arena, "SELECT id FROM rule_edition WHERE agency_id = ? AND sha256 = ?", "tt",
	    c->agency_id, sha256);
	number = tx_int(c->tx, "SELECT COALESCE(MAX(number), 0) + 1 FROM rule_edition WHERE agency_id = ?", "t",
	    c->agency_id);
	put_away(c);
	if (id != NULL)
		change_update(c, "rule_edition", id, -1, COLS(CI("used_at", c->now)));
	else
		change_insert(c, "rule_edition", NULL, COLS(CI("number", number),
		    CT("label", str_empty(label) ? NULL : label), CT("source", json_get_str(r, "source")),
		    CT("sha256", sha256), CI("files", json_get_int(r, "files", 0)),
		    CI("loaded", json_get_int(r, "loaded", 0)),
		    CI("unmapped", (int64_t)json_len(json_get(r, "unmapped"))),
		    CI("refused", (int64_t)json_len(json_get(r, "refused"))),
		    CI("added", json_get_int(r, "added_count", 0)), CI("changed", json_get_int(r, "changed_count", 0)),
		    CI("gone", json_get_int(r, "gone_count", 0)), CI("imported_at", c->now),
		    CT("imported_by_id", by), CI("used_at", c->now)));
	jsonw_kbool(c->out, "is_new", id == NULL);
	out_row(c, NULL, EDITION " AND e.sha256 = ?", "tt", c->agency_id, sha256);
	return c->err->kind;
}

/* Lays the edition ready in ${to}; the report of khien-hunt. */
static int
stage(struct call *c, const char *from, const char *to, struct json **ret_report)
{
	const char *before = rules_folder_now(c->app, c->arena);
	struct buf request = BUF_INIT(64000), out = BUF_INIT(REPORT_MAX);
	struct jsonw w = JSONW_INIT(&request);
	int ret;

	jsonw_object(&w);
	jsonw_kstring(&w, "command", "rules stage");
	jsonw_kstring(&w, "lang", lang_code(c->lang));
	jsonw_kbool(&w, "json", true);
	jsonw_kobject(&w, "args");
	jsonw_kstring(&w, "path", from);
	jsonw_kstring(&w, "to", to);
	jsonw_kstring(&w, "data", c->app->dir);
	if (before != NULL && file_exists(before))
		jsonw_kstring(&w, "before", before);
	jsonw_object_end(&w);
	jsonw_object_end(&w);
	ret = rules_child(buf_str(&request), request.len, CHECK_MS, &out, c->err);
	if (ret == 0)
		ret = json_parse(buf_str(&out), out.len, ret_report, c->err);
	buf_clear(&request);
	buf_clear(&out);
	return ret;
}

/* Gives the folder its name; one of that name is of the same content. */
static int
keep(struct call *c, const char *to, const char *sha256)
{
	const char *rules = arena_printf(c->arena, "%s/rules", c->app->dir);
	const char *path = arena_printf(c->arena, "%s/%.*s", rules, EDITION_NAME, sha256);

	if (file_mkdir(rules, 0700, c->err) != 0)
		return c->err->kind;
	if (rename(to, path) != 0) {
		if (errno != EEXIST && errno != ENOTEMPTY)
			return err_sys(c->err, file_err_kind(errno), path, errno);
		/* Until its row is there, rules_sweep() has to leave it. */
		utimensat(AT_FDCWD, path, NULL, 0);
	}
	return file_sync_dir(rules, c->err);
}

static void
out_member(struct call *c, const struct json *from, const char *name)
{
	struct buf text = BUF_INIT(REPORT_MAX);

	json_write(json_get(from, name), &text);
	jsonw_kraw(c->out, name, text.len == 0 ? "null" : buf_str(&text));
	buf_clear(&text);
}

/* Which and how many rules; then the report's lists, as khien rules check has them. */
static int
out_import(struct call *c, const struct json *report, const struct buf *adopted)
{
	static const char *const same[] = { "is_new", "number", "label", "source", "sha256", "files", "loaded",
		"imported_at", "used_at" };
	static const char *const told[] = { "added_count", "changed_count", "gone_count", "left_out", "links",
		"unmapped", "refused", "added", "changed", "gone" };
	struct json *row = NULL;

	if (json_parse(buf_str(adopted), adopted->len, &row, c->err) != 0)
		return c->err->kind;
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		out_member(c, row, same[i]);
	jsonw_kint(c->out, "unmapped_count", (int64_t)json_len(json_get(report, "unmapped")));
	jsonw_kint(c->out, "refused_count", (int64_t)json_len(json_get(report, "refused")));
	for (size_t i = 0; i < ARRAY_LEN(told); i++)
		out_member(c, report, told[i]);
	json_free(row);
	return 0;
}

static int
record(struct call *c, struct json *report, const char *source)
{
	struct op_request request = { .op = op_get("rules adopt"), .actor = c->actor, .lang = c->lang };
	struct json *args = json_new_object(), *said = json_clone(report);
	struct buf out = BUF_INIT(64000);
	char name[EDITION_NAME + 1];
	int ret;

	snprintf(name, sizeof(name), "%s", json_get_str(report, "sha256"));
	json_set_str(said, "sha256", name);
	json_set_str(said, "source", source);
	json_set(args, "report", said);
	request.args = args;
	ret = op_call(c->app, &request, &out, c->err);
	if (ret == 0)
		ret = out_import(c, report, &out);
	json_free(args);
	buf_clear(&out);
	return ret;
}

static int
import(struct call *c)
{
	cleanup(free_charp) char *from = realpath(arg_text(c, "path"), NULL);
	struct json *report = NULL;
	char token[17];
	const char *to = arena_printf(c->arena, "%s/.rules-%s", c->app->dir, token_new(8, token)), *base;

	if (from == NULL)
		return err_sys(c->err, file_err_kind(errno), arg_text(c, "path"), errno);
	base = strrchr(from, '/');
	if (stage(c, from, to, &report) == 0 && json_get_str(report, "sha256") != NULL &&
	    keep(c, to, json_get_str(report, "sha256")) == 0)
		record(c, report, base[1] == '\0' ? from : base + 1);
	file_remove_tree(to, NULL);
	json_free(report);
	return c->err->kind != ERR_NONE ? c->err->kind : rules_sweep(c->app, c->err);
}

static const char *const import_columns[] = { "reason", "file", "line", "rule_id", "title", NULL };

static const char *const columns[] = { "number", "label", "source", "files", "loaded", "unmapped", "refused",
	"imported_at", "is_used", NULL };

const struct op ops_rules[] = {
	{ "rules versions", "GET", "/rules/versions", RIGHT_READ, 0, NULL, versions, columns,
	    "khien rules versions" },
	{ "rules import", NULL, NULL, RIGHT_LOCAL, OP_OUTSIDE, import_params, import, import_columns,
	    "khien rules import sigma_all_rules.zip" },
	{ "rules adopt", NULL, NULL, RIGHT_LOCAL, OP_WRITE, adopt_params, adopt, NULL,
	    "khien rules adopt --report '{…}'" },
	{ "rules revert", "POST", "/rules/revert", RIGHT_ADMIN, OP_WRITE, revert_params, revert, NULL,
	    "khien rules revert 1" },
	{ 0 },
};
