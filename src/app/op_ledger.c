/* SPDX-License-Identifier: Apache-2.0 */
/* op_ledger.c: verifying the ledger, signing where it stands, looking through it. */
#include "app/app.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/tables.h"
#include "app/visible.h"
#include "base/id.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"
#include "os/file.h"

static int
load_key(struct call *c, struct note_key *key)
{
	return note_key_load(arena_printf(c->arena, "%s/keys/ledger.key", c->app->dir), key, c->err);
}

/* ---- verify -------------------------------------------------------------------------------------- */

static const struct param verify_params[] = {
	{ "checkpoint", P_IN, 0, 0, 4000, NULL },
	{ 0 },
};

static void
out_opt(struct call *c, const char *key, int64_t n)
{
	if (n >= 0)
		jsonw_kint(c->out, key, n);
	else
		jsonw_knull(c->out, key);
}

static void
out_fault(struct call *c, const struct ledger_fault *fault)
{
	const char *key = ledger_fault_key(fault), *dot = strrchr(key, '.');
	struct buf text = BUF_INIT(4000);
	struct err err = { 0 };

	ledger_fault_err(fault, &err);
	words_err_text(&text, c->lang, &err);
	jsonw_object(c->out);
	jsonw_kstring(c->out, "kind", dot == NULL ? key : dot + 1);
	out_opt(c, "seq", fault->seq);
	jsonw_kstring(c->out, "table", *fault->table == '\0' ? NULL : fault->table);
	jsonw_kstring(c->out, "id", *fault->id == '\0' ? NULL : fault->id);
	jsonw_kstring(c->out, "column", *fault->column == '\0' ? NULL : fault->column);
	jsonw_kstring(c->out, "text", buf_str(&text));
	jsonw_object_end(c->out);
	buf_clear(&text);
	err_clear(&err);
}

static int
read_head(struct tx *tx, void *arg, struct err *err)
{
	struct call *c = ((void **)arg)[0];

	return ledger_head_get(tx, c->agency_id, ((void **)arg)[1], err);
}

static int
out_report(struct call *c, const struct ledger_report *report)
{
	struct ledger_head head = { 0 };
	void *arg[] = { c, &head };

	if (store_read(c->app->store, read_head, arg, c->err) != 0)
		return c->err->kind;
	jsonw_kbool(c->out, "ok", report->faults == 0);
	jsonw_kint(c->out, "size", head.size);
	jsonw_kstring(c->out, "root", head.root);
	jsonw_kobject(c->out, "checked");
	jsonw_kint(c->out, "entries", report->entries);
	jsonw_kint(c->out, "erased", report->erased);
	jsonw_kint(c->out, "checkpoints", report->checkpoints);
	jsonw_kint(c->out, "rows", report->rows);
	jsonw_kint(c->out, "tree_ms", report->tree_ns / 1000000);
	jsonw_kint(c->out, "rows_ms", report->rows_ns / 1000000);
	jsonw_object_end(c->out);
	jsonw_kint(c->out, "faults_count", report->faults);
	jsonw_karray(c->out, "faults");
	for (int64_t i = 0; i < report->faults && i < LEDGER_FAULTS_KEPT; i++)
		out_fault(c, &report->fault[i]);
	jsonw_array_end(c->out);
	return 0;
}

/*
 * A ledger that does not hold is an answer, not a failure of the question: over HTTP
 * "ok" says it.  On the command line the exit status must say it too, so there the
 * operation fails with the faults as the list.
 */
static int
broken(struct call *c, const struct ledger_report *report)
{
	struct buf list = BUF_INIT(64000);
	struct jsonw w = JSONW_INIT(&list);

	jsonw_array(&w);
	for (int64_t i = 0; i < report->faults && i < LEDGER_FAULTS_KEPT; i++) {
		struct buf text = BUF_INIT(4000);
		struct err err = { 0 };

		ledger_fault_err(&report->fault[i], &err);
		words_err_text(&text, c->lang, &err);
		jsonw_string(&w, buf_str(&text));
		buf_clear(&text);
		err_clear(&err);
	}
	jsonw_array_end(&w);
	call_fail(c, ERR_BROKEN, "err.ledger_broken", NULL);
	err_argi(c->err, "count", report->faults);
	if (c->err->list == NULL && !list.full)
		c->err->list = buf_take(&list);
	buf_clear(&list);
	return c->err->kind;
}

static int
ledger_verify_op(struct call *c)
{
	cleanup(note_key_clear) struct note_key key = { 0 };
	cleanup(free_charp) char *outside = NULL;
	struct ledger_report report = { 0 };
	struct err found = { 0 };
	size_t size;
	int ret;

	if (load_key(c, &key) != 0)
		return c->err->kind;
	if (arg_text(c, "checkpoint") != NULL &&
	    file_read(arg_text(c, "checkpoint"), NOTE_SIZE_MAX, &outside, &size, c->err) != 0)
		return c->err->kind;
	ret = ledger_verify(c->app->store, &(struct ledger_verify){
	    .agency_id = c->actor.kind == ACTOR_CONSOLE ? NULL : c->agency_id,
	    .key = &key, .outside = outside, .tables = projection_tables }, &report, &found);
	if (ret != 0 && report.faults == 0) {
		*c->err = found; /* it could not be read to the end */
		return ret;
	}
	err_clear(&found);
	if (report.faults > 0 && c->actor.kind == ACTOR_CONSOLE)
		return broken(c, &report);
	return out_report(c, &report);
}

/* ---- checkpoint ------------------------------------------------------------------------------------ */

/* The path is of this machine; over HTTP the note is in the answer. */
static const struct param checkpoint_params[] = {
	{ "out", P_IN, 0, 0, 4000, NULL },
	{ 0 },
};

struct signing {
	struct call *call;
	struct note_key *key;
	struct buf note;
};

static int
sign(struct tx *tx, void *arg, struct err *err)
{
	struct signing *s = arg;

	buf_reset(&s->note);
	return ledger_checkpoint_make(tx, s->call->agency_id, s->key, s->call->now, &s->note, err);
}

static int
out_checkpoint(struct call *c, const struct note_key *key, const struct buf *note)
{
	struct note_key named = *key;
	struct buf text = BUF_INIT(1000);
	char origin[NOTE_NAME_MAX], root[2 * TREE_HASH + 1], iso[CLOCK_TEXT_SIZE];
	struct checkpoint cp = { 0 };
	int ret;

	note_key_rename(&named, checkpoint_origin(c->agency_id, origin));
	ret = checkpoint_check(buf_str(note), note->len, &named, &cp, c->err);
	note_key_text(&named, &text);
	if (ret == 0) {
		jsonw_kint(c->out, "size", (int64_t)cp.size);
		jsonw_kstring(c->out, "root", hex_encode(cp.root, sizeof(cp.root), root));
		jsonw_kstring(c->out, "time", clock_iso(cp.at_ms, iso));
		jsonw_kstring(c->out, "note", buf_str(note));
		jsonw_kstring(c->out, "key", buf_str(&text));
	}
	buf_clear(&text);
	note_key_clear(&named);
	return ret;
}

static int
ledger_checkpoint_op(struct call *c)
{
	cleanup(note_key_clear) struct note_key key = { 0 };
	struct signing s = { c, &key, BUF_INIT(NOTE_SIZE_MAX) };
	const char *path = arg_text(c, "out");

	if (load_key(c, &key) == 0 && store_write(c->app->store, sign, &s, c->err) == 0 &&
	    (path == NULL || file_create(path, buf_str(&s.note), s.note.len, 0644, c->err) == 0))
		out_checkpoint(c, &key, &s.note);
	buf_clear(&s.note);
	return c->err->kind;
}

/* ---- list ------------------------------------------------------------------------------------------- */

static const struct param list_params[] = {
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "after", P_INT, 0, -1, INT64_MAX, NULL },
	{ "limit", P_INT, 0, 1, 200, NULL },
	{ 0 },
};

#define LIST_SQL \
	"SELECT e.seq, e.at_ms AS entered_at, e.actor, a.name AS actor_name, e.op, e.incident_id," \
	" i.number AS incident_number, e.leaf, e.payload_hash," \
	" CASE WHEN e.payload IS NULL THEN 1 ELSE 0 END AS is_erased FROM ledger_entry e" \
	" LEFT JOIN incident i ON i.id = e.incident_id" \
	" LEFT JOIN account a ON e.actor LIKE 'account:%' AND a.id = substr(e.actor, 9)"

/*
 * Without the payloads: they hold who reported and what is restricted, and are read
 * in a dossier.
 */
static int
ledger_list(struct call *c)
{
	int64_t limit = arg_int(c, "limit", 50), after = arg_int(c, "after", -1);
	struct ledger_head head = { 0 };
	struct incident i = { 0 };

	if (arg_text(c, "incident") != NULL && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	if (i.id != NULL)
		out_page(c, "items", limit, LIST_SQL " WHERE e.incident_id = ? AND e.seq > ?"
		    " ORDER BY e.seq LIMIT ?", "tii", i.id, after, limit + 1);
	else
		out_page(c, "items", limit, LIST_SQL " WHERE e.agency_id = ? AND e.seq > ? AND"
		    " (e.incident_id IS NULL OR " VISIBLE ") ORDER BY e.seq LIMIT ?",
		    "ti" VISIBLE_TYPES "i", c->agency_id, after, VISIBLE_ARGS(c), limit + 1);
	if (ledger_head_get(c->tx, c->agency_id, &head, c->err) == 0) {
		jsonw_kint(c->out, "size", head.size);
		jsonw_kstring(c->out, "root", head.root);
	}
	jsonw_key(c->out, "checkpoint");
	if (tx_int(c->tx, "SELECT COUNT(*) FROM ledger_checkpoint WHERE agency_id = ?", "t",
	    c->agency_id) == 0) {
		jsonw_null(c->out);
	} else {
		jsonw_object(c->out);
		out_row(c, NULL, "SELECT size, root, at_ms AS made_at, note FROM ledger_checkpoint"
		    " WHERE agency_id = ? ORDER BY size DESC, at_ms DESC LIMIT 1", "t", c->agency_id);
		jsonw_object_end(c->out);
	}
	return c->err->kind;
}

static const char *const columns[] = { "seq", "entered_at", "actor_name", "op", "incident_number",
	"leaf", NULL };

const struct op ops_ledger[] = {
	{ "ledger verify", "GET", "/ledger/verify", RIGHT_INSPECT, OP_OUTSIDE, verify_params,
	    ledger_verify_op, NULL, "khien ledger verify --checkpoint diem-kiem.txt" },
	{ "ledger checkpoint", "POST", "/ledger/checkpoint", RIGHT_INSPECT, OP_OUTSIDE,
	    checkpoint_params, ledger_checkpoint_op, NULL, "khien ledger checkpoint --out diem-kiem.txt" },
	{ "ledger list", "GET", "/ledger", RIGHT_INSPECT, 0, list_params, ledger_list, columns,
	    "khien ledger list --incident SC-2026-0007" },
	{ 0 },
};
