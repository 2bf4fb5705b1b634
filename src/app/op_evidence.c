/* SPDX-License-Identifier: Apache-2.0 */
/* op_evidence.c: entering, reading, checking, handing out and disposing of evidence. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/change.h"
#include "app/evidence.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"
#include "os/file.h"
#include "store/blob.h"

#define COPY_CHUNK ((size_t)1 << 18)

static const char *const kinds[] = { "file", "photo", "log", "disk_image", "memory", "document",
	"device", "other", NULL };
static const char *const forms[] = { "original", "copy", NULL };
static const char *const tlps[] = { "red", "amber", "amber_strict", "green", "clear", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

/*
 * Who collected what a reporter sent is who reported it: for handlers only.
 * The first two arguments are that right and nothing else.
 */
#define COLLECTED_BY \
	"CASE WHEN e.report_id IS NULL OR ? = 1 THEN e.collected_by END AS collected_by"
#define IN_TRANSFER \
	"EXISTS (SELECT 1 FROM custody o WHERE o.evidence_id = e.id AND o.state = 'open')" \
	" AS is_in_transfer"

static int64_t
sees_reporter(const struct call *c)
{
	return call_may(c, RIGHT_HANDLE);
}

/* Checking and handing out is for those who work on incidents and those who inspect them. */
static int
may_examine(struct call *c)
{
	if (!call_may(c, RIGHT_HANDLE) && !call_may(c, RIGHT_INSPECT))
		return call_fail(c, ERR_FORBIDDEN, "err.forbidden", NULL);
	return 0;
}

/* ---- list, show, add ---------------------------------------------------------------- */

static const struct param list_params[] = { ID_PARAM, PARAMS_PAGE, { 0 } };

static int
evidence_list(struct call *c)
{
	int64_t limit = page_limit(c);
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	out_page(c, "items", limit, "SELECT e.id, e.version, e.number, e.name, e.kind, e.form,"
	    " e.description, e.sha256, e.size, e.media_type, e.collected_at, " COLLECTED_BY
	    ", e.place, e.method, e.holder, e.holder_id, e.storage, e.state, e.order_number, e.tlp,"
	    " e.report_id, e.entered_at, " IN_TRANSFER " FROM evidence e WHERE e.incident_id = ?"
	    " ORDER BY e.number LIMIT ? OFFSET ?", "itii", sees_reporter(c), i.id, limit + 1,
	    page_offset(c));
	return 0;
}

static int
evidence_show(struct call *c)
{
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "evidence", &i, &id) != 0)
		return c->err->kind;
	out_row(c, "id", "SELECT e.id, e.version, e.incident_id, e.report_id, e.number, e.name, e.kind,"
	    " e.form, e.description, e.sha256, e.size, e.media_type, e.collected_at, " COLLECTED_BY
	    ", e.place, e.method, e.device, e.serial, e.reason, e.tlp, e.holder, e.holder_id, e.storage,"
	    " e.state, e.order_number, e.entered_at, " IN_TRANSFER " FROM evidence e WHERE e.id = ?",
	    "it", sees_reporter(c), id);
	jsonw_kstring(c->out, "incident_number", i.number);
	jsonw_kstring(c->out, "incident_title", i.title);
	out_rows(c, "custody", "SELECT c.id, c.version, c.action, c.acted_at, c.actor_name, c.from_name,"
	    " c.from_id, c.to_name, c.to_id, c.place, c.reason, c.authority, c.result,"
	    " c.from_confirmed_at, c.to_confirmed_at, c.scan_evidence_id, s.number AS scan_number,"
	    " c.state FROM custody c LEFT JOIN evidence s ON s.id = c.scan_evidence_id"
	    " WHERE c.evidence_id = ? ORDER BY c.acted_at, c.id", "t", id);
	return 0;
}

static const struct param add_params[] = {
	ID_PARAM,
	{ "files", P_FILES, 0, 0, 1, NULL },
	{ "name", P_LINE, 0, 0, 300, NULL },
	{ "kind", P_ENUM, PF_REQUIRED, 0, 0, kinds },
	{ "form", P_ENUM, PF_REQUIRED, 0, 0, forms },
	{ "collected_at", P_TIME, PF_REQUIRED | PF_PAST, 0, 0, NULL },
	{ "place", P_LINE, PF_REQUIRED, 0, 300, NULL },
	{ "method", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "collected_by", P_LINE, 0, 0, 0, NULL },
	{ "description", P_TEXT, 0, 0, 0, NULL },
	{ "device", P_LINE, 0, 0, 300, NULL },
	{ "serial", P_LINE, 0, 0, 0, NULL },
	{ "reason", P_TEXT, 0, 0, 2000, NULL },
	{ "storage", P_LINE, 0, 0, 300, NULL },
	{ "tlp", P_ENUM, 0, 0, 0, tlps },
	{ 0 },
};

static int
evidence_add(struct call *c)
{
	struct incident i;
	struct party by;
	const char *id;

	if (c->uploads_count > 1)
		return call_fail(c, ERR_INVALID, "err.one_file", "files");
	if (incident_arg(c, "id", &i) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	by = party_arg(c, "collected_by");
	id = evidence_insert(c, &(struct evidence_new){ .incident_id = i.id,
	    .upload = c->uploads_count > 0 ? c->uploads : NULL, .name = arg_text(c, "name"),
	    .kind = arg_text(c, "kind"), .form = arg_text(c, "form"),
	    .description = arg_text(c, "description"),
	    .collected_at = arg_time(c, "collected_at", c->now), .collected_by = by.name,
	    .collected_by_id = by.id, .place = arg_text(c, "place"), .method = arg_text(c, "method"),
	    .device = arg_text(c, "device"), .serial = arg_text(c, "serial"),
	    .reason = arg_text(c, "reason"), .tlp = arg_text(c, "tlp"),
	    .storage = arg_text(c, "storage") });
	if (id != NULL)
		out_row(c, NULL, "SELECT id, version, incident_id, number, name, kind, form, sha256, size,"
		    " state, collected_at, entered_at FROM evidence WHERE id = ?", "t", id);
	return c->err->kind;
}

/* ---- the content: checked and handed out outside a transaction ---------------------- */

/* A piece whose content is looked at; strings live in the call's arena. */
struct piece {
	const char *id, *number, *name, *media_type, *sha256;
	int64_t size;
	struct piece *next;
};

struct lookup {
	struct call *call;
	struct piece *first;
};

static struct piece *
piece_of(struct call *c, struct query *q)
{
	struct piece *p = arena_alloc(c->arena, sizeof(*p));

	p->id = arena_strdup(c->arena, query_text(q, 0));
	p->number = arena_strdup(c->arena, query_text(q, 1));
	p->name = arena_strdup(c->arena, query_text(q, 2));
	p->media_type = arena_strdup(c->arena, query_text(q, 3));
	p->sha256 = arena_strdup(c->arena, query_text(q, 4));
	p->size = query_int(q, 5);
	return p;
}

#define PIECE "SELECT e.id, e.number, e.name, e.media_type, e.sha256, e.size FROM evidence e"

static int
find_one(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;
	struct call *c = l->call;
	struct err *outer = c->err;
	struct incident i;
	struct query q;
	const char *id;

	/* What looks rows up works on the call; for the while of this snapshot it is the call's. */
	c->tx = tx;
	c->err = err;
	if (owned_arg(c, "id", "evidence", &i, &id) == 0) {
		query_open(&q, tx, PIECE " WHERE e.id = ? AND e.state = 'held' AND e.sha256 IS NOT NULL",
		    "t", id);
		if (query_step(&q))
			l->first = piece_of(c, &q);
		query_close(&q);
		if (l->first == NULL)
			call_fail(c, ERR_STATE, "err.no_content", NULL);
	}
	c->tx = NULL;
	c->err = outer;
	return err->kind;
}

static int
find_all(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;
	struct piece **tail = &l->first;
	struct query q;

	query_open(&q, tx, PIECE " JOIN incident i ON i.id = e.incident_id WHERE " VISIBLE
	    " AND e.state = 'held' AND e.sha256 IS NOT NULL ORDER BY e.number", VISIBLE_TYPES,
	    VISIBLE_ARGS(l->call));
	while (query_step(&q)) {
		*tail = piece_of(l->call, &q);
		tail = &(*tail)->next;
	}
	query_close(&q);
	return err->kind;
}

/*
 * The record of having looked is an operation of its own, run after the reading:
 * a failure to verify has to be written, while an operation that fails leaves
 * nothing.  It carries the name of the operation it belongs to.
 */
static const struct param record_params[] = {
	ID_PARAM,
	{ "result", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ 0 },
};

static int
record(struct call *c)
{
	const char *result = arg_text(c, "result");
	bool is_export = str_eq(c->op->name, "evidence export");
	bool ok = str_eq(result, "match");
	struct incident i;
	const char *id, *number, *sha256;

	if (owned_arg(c, "id", "evidence", &i, &id) != 0)
		return c->err->kind;
	number = tx_text(c->tx, c->arena, "SELECT number FROM evidence WHERE id = ?", "t", id);
	sha256 = tx_text(c->tx, c->arena, "SELECT sha256 FROM evidence WHERE id = ?", "t", id);
	custody_insert(c, &(struct custody_line){ .evidence_id = id, .incident_id = i.id,
	    .action = is_export && ok ? "export" : "verify", .result = result, .acted_at = SQL_NULL });
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "evidence",
	    .word = !ok ? "timeline.evidence_broken" :
		is_export ? "timeline.evidence_export" : "timeline.evidence_verify",
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "evidence", .ref_id = id,
	    .args = TIMELINE_ARGS("number", number, "sha256", sha256) });
	return c->err->kind;
}

static const struct op record_verify = { "evidence verify", NULL, NULL, RIGHT_READ, OP_WRITE,
	record_params, record, NULL, NULL };
static const struct op record_export = { "evidence export", NULL, NULL, RIGHT_READ, OP_WRITE,
	record_params, record, NULL, NULL };

static int
write_record(struct call *c, const struct op *op, const struct piece *p, const char *result)
{
	cleanup(json_freep) struct json *args = json_new_object();
	struct buf answer = BUF_INIT(1000);
	int ret;

	json_set_str(args, "id", p->id);
	json_set_str(args, "result", result);
	ret = op_call(c->app, &(struct op_request){ .op = op, .actor = c->actor, .lang = c->lang,
	    .args = args }, &answer, c->err);
	buf_clear(&answer);
	return ret;
}

/* "match", "mismatch" or "missing"; NULL when the disk did not let us see. */
static const char *
check_content(struct call *c, const struct piece *p)
{
	struct err err = { 0 };
	int ret = blob_verify(c->app->blobs, p->sha256, p->size, &err);

	if (ret == 0)
		return "match";
	if (ret != ERR_BROKEN && ret != ERR_NOT_FOUND) {
		*c->err = err;
		return NULL;
	}
	err_clear(&err);
	return ret == ERR_BROKEN ? "mismatch" : "missing";
}

static const struct param verify_params[] = {
	{ "id", P_ID, PF_POSITIONAL, 0, 0, NULL },
	{ "all", P_BOOL, 0, 0, 0, NULL }, /* as when none is named */
	{ 0 },
};

static int
verify_pieces(struct call *c, const struct piece *first)
{
	struct buf broken = BUF_INIT(4000);
	struct jsonw list = JSONW_INIT(&broken);
	int64_t checked = 0, faults = 0;
	const char *result;

	jsonw_array(&list);
	jsonw_karray(c->out, "items");
	for (const struct piece *p = first; p != NULL; p = p->next) {
		result = check_content(c, p);
		if (result == NULL || write_record(c, &record_verify, p, result) != 0)
			break;
		checked++;
		if (!str_eq(result, "match")) {
			faults++;
			jsonw_string(&list, arena_printf(c->arena, "%s · %s", p->number, p->name));
		}
		jsonw_object(c->out);
		jsonw_kstring(c->out, "id", p->id);
		jsonw_kstring(c->out, "number", p->number);
		jsonw_kstring(c->out, "name", p->name);
		jsonw_kstring(c->out, "result", result);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_array_end(&list);
	jsonw_kint(c->out, "checked", checked);
	jsonw_kbool(c->out, "ok", faults == 0);
	if (faults > 0 && c->err->kind == ERR_NONE) {
		call_fail(c, ERR_BROKEN, "err.evidence_broken", NULL);
		err_argi(c->err, "count", faults);
		c->err->list = broken.full ? NULL : buf_take(&broken);
	}
	buf_clear(&broken);
	return c->err->kind;
}

static int
evidence_verify(struct call *c)
{
	struct lookup l = { c, NULL };

	if (may_examine(c) != 0)
		return c->err->kind;
	if (store_read(c->app->store, arg_text(c, "id") == NULL ? find_all : find_one, &l, c->err) != 0)
		return c->err->kind;
	return verify_pieces(c, l.first);
}

static const struct param export_params[] = {
	ID_PARAM,
	{ "file", P_OUT, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

/* Writes what ${in} holds to ${path}, which does not exist or is empty. */
static int
copy_out(struct call *c, int in, const char *path)
{
	cleanup(free_charp) char *chunk = xmalloc(COPY_CHUNK);
	cleanup(fd_closep) int out = -1;
	struct stat st;
	ssize_t n;
	int code = 0;

	if (file_open(path, O_WRONLY | O_CREAT, 0600, &out, c->err) != 0)
		return c->err->kind;
	if (fstat(out, &st) == 0 && st.st_size > 0)
		return err_fail(c->err, ERR_CONFLICT, "err.file_exists", "file", "file", path, NULL, NULL);
	while (code == 0 && (n = read(in, chunk, COPY_CHUNK)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		code = n == -1 ? errno : fd_write_all(out, chunk, (size_t)n);
	}
	if (code == 0 && fsync(out) == -1)
		code = errno;
	return code == 0 ? 0 : err_sys(c->err, file_err_kind(code), path, code);
}

static int
evidence_export(struct call *c)
{
	cleanup(fd_closep) int fd = -1;
	struct lookup l = { c, NULL };
	struct err err = { 0 };
	struct piece *p;
	int64_t size;
	int ret;

	if (may_examine(c) != 0 || store_read(c->app->store, find_one, &l, c->err) != 0)
		return c->err->kind;
	p = l.first;
	ret = blob_open(c->app->blobs, p->sha256, &fd, &size, &err);
	if (ret == ERR_BROKEN || ret == ERR_NOT_FOUND)
		write_record(c, &record_export, p, ret == ERR_BROKEN ? "mismatch" : "missing");
	if (ret == ERR_NOT_FOUND)
		err.kind = ERR_BROKEN; /* the piece is known; what is gone is its content */
	if (c->err->kind == ERR_NONE)
		*c->err = err;
	else
		err_clear(&err);
	/* Said before it is handed out: nobody has a copy that the record does not know of. */
	if (ret != 0 || write_record(c, &record_export, p, "match") != 0 ||
	    copy_out(c, fd, arg_text(c, "file")) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "number", p->number);
	jsonw_kstring(c->out, "name", p->name);
	jsonw_kstring(c->out, "media_type", p->media_type);
	jsonw_kstring(c->out, "sha256", p->sha256);
	jsonw_kint(c->out, "size", size);
	return 0;
}

/* ---- disposal ------------------------------------------------------------------------ */

static const struct param dispose_params[] = {
	ID_PARAM,
	{ "order_number", P_LINE, PF_REQUIRED, 0, 100, NULL },
	{ "authority", P_LINE, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ "version", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

static int
evidence_dispose(struct call *c)
{
	const char *order = arg_text(c, "order_number"), *authority = arg_text(c, "authority");
	const char *id, *number, *sha256;
	struct incident i;

	if (owned_arg(c, "id", "evidence", &i, &id) != 0)
		return c->err->kind;
	if (tx_int(c->tx, "SELECT COUNT(*) FROM evidence WHERE id = ? AND state = 'held'", "t", id) == 0)
		return call_fail(c, ERR_STATE, "err.disposed", NULL);
	if (tx_int(c->tx, "SELECT COUNT(*) FROM custody WHERE evidence_id = ? AND state = 'open'", "t",
	    id) > 0)
		return call_fail(c, ERR_STATE, "err.in_transfer", NULL);
	number = tx_text(c->tx, c->arena, "SELECT number FROM evidence WHERE id = ?", "t", id);
	sha256 = tx_text(c->tx, c->arena, "SELECT sha256 FROM evidence WHERE id = ?", "t", id);
	change_update(c, "evidence", id, arg_int(c, "version", -1), COLS(CT("state", "disposed"),
	    CT("order_number", order)));
	custody_insert(c, &(struct custody_line){ .evidence_id = id, .incident_id = i.id,
	    .action = "dispose", .reason = arg_text(c, "reason"), .result = order,
	    .authority = authority, .acted_at = SQL_NULL });
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "evidence",
	    .word = "timeline.evidence_dispose", .text = arg_text(c, "reason"), .occurred_at = SQL_NULL,
	    .told_at = SQL_NULL, .ref_table = "evidence", .ref_id = id,
	    .args = TIMELINE_ARGS("number", number, "order_number", order, "authority", authority) });
	if (sha256 != NULL)
		job_put(c->tx, c->agency_id, EVIDENCE_REMOVE_JOB,
		    arena_printf(c->arena, "{\"sha256\":\"%s\"}", sha256),
		    arena_printf(c->arena, EVIDENCE_REMOVE_JOB ":%s", id), c->now);
	out_row(c, NULL, "SELECT id, version, number, state, order_number, sha256 FROM evidence"
	    " WHERE id = ?", "t", id);
	return c->err->kind;
}

static const char *const list_columns[] = { "number", "name", "kind", "form", "collected_at",
	"holder", "state", NULL };
static const char *const verify_columns[] = { "number", "name", "result", NULL };
static const struct param id_params[] = { ID_PARAM, { 0 } };

const struct op ops_evidence[] = {
	{ "evidence list", "GET", "/incidents/{id}/evidence", RIGHT_READ, 0, list_params,
	    evidence_list, list_columns, "khien evidence list SC-2026-0007" },
	{ "evidence add", "POST", "/incidents/{id}/evidence", RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    add_params, evidence_add, NULL,
	    "khien evidence add SC-2026-0007 --file man-hinh.png --kind photo --form original"
	    " --collected-at \"08:20 22/11/2026\" --place \"Phòng 203\" --method \"Chụp bằng điện thoại\"" },
	{ "evidence show", "GET", "/evidence/{id}", RIGHT_READ, 0, id_params, evidence_show, NULL,
	    "khien evidence show CC-2026-0001" },
	{ "evidence verify", "POST", "/evidence/{id}/verify", RIGHT_READ, OP_OUTSIDE, verify_params,
	    evidence_verify, verify_columns, "khien evidence verify --all" },
	{ "evidence export", "GET", "/evidence/{id}/file", RIGHT_READ, OP_OUTSIDE, export_params,
	    evidence_export, NULL, "khien evidence export CC-2026-0001 man-hinh.png" },
	{ "evidence dispose", "POST", "/evidence/{id}/dispose", RIGHT_HANDLE, OP_WRITE, dispose_params,
	    evidence_dispose, NULL,
	    "khien evidence dispose CC-2026-0001 --order-number 12/QĐ-STC --authority \"Giám đốc Sở\""
	    " --reason \"Hết thời hạn lưu giữ\"" },
	{ 0 },
};
