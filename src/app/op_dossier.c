/* SPDX-License-Identifier: Apache-2.0 */
/* op_dossier.c: handing out an incident as one archive that proves itself. */
#include "app/app.h"
#include "app/change.h"
#include "app/document_papers.h"
#include "app/dossier.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/visible.h"

#define README_MAX ((size_t)64 << 10)

static const struct param export_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "file", P_OUT, PF_REQUIRED | PF_POSITIONAL, 0, 4000, NULL },
	{ 0 },
};

/* ---- the record that somebody took it -------------------------------------------------- */

static const struct param record_params[] = {
	{ "id", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

static int
record(struct call *c)
{
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "access",
	    .word = "timeline.dossier_export", .occurred_at = SQL_NULL, .told_at = SQL_NULL });
	jsonw_kstring(c->out, "id", i.id);
	jsonw_kstring(c->out, "number", i.number);
	return c->err->kind;
}

static const struct op record_op = { "dossier export", NULL, NULL, RIGHT_READ, OP_WRITE,
	record_params, record, NULL, NULL };

/*
 * Written before the archive is made, so that the archive tells of itself; also
 * the place where the incident is found for this reader, or not.
 */
static int
write_record(struct call *c, struct json **ret)
{
	cleanup(json_freep) struct json *args = json_new_object();
	struct buf answer = BUF_INIT(1000);
	int kind;

	json_set_str(args, "id", arg_text(c, "id"));
	kind = op_call(c->app, &(struct op_request){ .op = &record_op, .actor = c->actor,
	    .lang = c->lang, .args = args }, &answer, c->err);
	if (kind == 0)
		kind = json_parse(buf_str(&answer), answer.len, ret, c->err);
	buf_clear(&answer);
	return kind;
}

/* ---- the archive -------------------------------------------------------------------------- */

struct making {
	struct call *call;
	const struct note_key *key;
	const char *id, *number, *path;
};

static int
papers(void *arg, struct tx *tx, struct zip_list *files, struct err *err)
{
	struct making *m = arg;

	return document_papers(m->call, tx, m->id, files, err);
}

static int
make(struct tx *tx, void *arg, struct err *err)
{
	struct making *m = arg;
	struct call *c = m->call;
	struct buf readme = BUF_INIT(README_MAX);
	const char *agency = tx_text(tx, c->arena, "SELECT name FROM agency WHERE id = ?", "t",
	    c->agency_id);
	int ret;

	dossier_readme(&readme, agency, m->number, c->now);
	ret = dossier_export(tx, &(struct dossier_options){ .agency_id = c->agency_id,
	    .incident_id = m->id, .blobs = c->app->blobs, .key = m->key, .at_ms = c->now,
	    .readme = buf_str(&readme), .papers = papers, .papers_arg = m }, m->path, err);
	buf_clear(&readme);
	return ret;
}

static int
dossier_export_op(struct call *c)
{
	cleanup(note_key_clear) struct note_key key = { 0 };
	cleanup(json_freep) struct json *found = NULL;
	struct making m = { c, &key, NULL, NULL, arg_text(c, "file") };

	if (!call_may(c, RIGHT_HANDLE) && !call_may(c, RIGHT_INSPECT))
		return call_fail(c, ERR_FORBIDDEN, "err.forbidden", NULL);
	if (note_key_load(arena_printf(c->arena, "%s/keys/ledger.key", c->app->dir), &key, c->err) != 0 ||
	    write_record(c, &found) != 0)
		return c->err->kind;
	m.id = json_get_str(found, "id");
	m.number = json_get_str(found, "number");
	/* On a connection of its own: evidence is read and packed meanwhile. */
	if (store_scan(c->app->store, make, &m, c->err) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "number", m.number);
	jsonw_kstring(c->out, "name", arena_printf(c->arena, "%s.zip", m.number));
	jsonw_kstring(c->out, "media_type", "application/zip");
	jsonw_kstring(c->out, "file", m.path);
	return 0;
}

const struct op ops_dossier[] = {
	{ "dossier export", "GET", "/incidents/{id}/dossier", RIGHT_READ, OP_OUTSIDE, export_params,
	    dossier_export_op, NULL, "khien dossier export SC-2026-0007 SC-2026-0007.zip" },
	{ 0 },
};
