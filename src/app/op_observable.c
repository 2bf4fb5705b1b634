/* SPDX-License-Identifier: Apache-2.0 */
/* op_observable.c: signs of an attack: entered, found in text, met again elsewhere. */
#include "app/change.h"
#include "app/observe.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"
#include "app/workable.h"
#include "model/observable.h"

#define MATCHES_MAX 20

static const char *const types[] = { "ip", "domain", "url", "email", "md5", "sha1", "sha256",
	"filename", NULL };
static const char *const tlps[] = { "red", "amber", "amber_strict", "green", "clear", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }
#define OBSERVABLE_COLUMNS \
	"o.id, o.version, o.incident_id, o.type, o.value, o.tlp, o.is_ioc, o.source, o.note, o.seen_at"

/* Other incidents with the same sign that this reader may see; the newest first. */
static void
out_matches(struct call *c, const char *incident_id, const char *type, const char *value)
{
	out_rows(c, "matches", "SELECT i.id AS incident_id, i.number, i.title, i.state FROM observable o"
	    " JOIN incident i ON i.id = o.incident_id WHERE " VISIBLE " AND o.agency_id = ?"
	    " AND o.type = ? AND o.value = ? AND o.incident_id <> ? ORDER BY i.received_at DESC LIMIT ?",
	    VISIBLE_TYPES "tttti", VISIBLE_ARGS(c), c->agency_id, type, value, incident_id,
	    (int64_t)MATCHES_MAX);
}

/* The value as it may stand in a message without anybody clicking on it. */
static void
out_defanged(struct call *c, const char *type, const char *value)
{
	struct buf safe = BUF_INIT(4 * OBSERVABLE_SIZE);

	observable_defang(observable_type_named(type), value, &safe);
	jsonw_kstring(c->out, "defanged", buf_str(&safe));
	buf_clear(&safe);
}

static void
out_observable(struct call *c, struct query *q)
{
	const char *incident_id = query_text(q, 2), *type = query_text(q, 3), *value = query_text(q, 4);

	out_fields(c, q);
	out_defanged(c, type, value);
	out_matches(c, incident_id, type, value);
}

static int
out_one(struct call *c, const char *id)
{
	struct query q;

	query_open(&q, c->tx, "SELECT " OBSERVABLE_COLUMNS " FROM observable o WHERE o.id = ?", "t", id);
	if (query_step(&q))
		out_observable(c, &q);
	query_close(&q);
	return c->err->kind;
}

/* ---- list ------------------------------------------------------------------------------- */

static const struct param list_params[] = {
	ID_PARAM,
	{ "type", P_ENUM, 0, 0, 0, types },
	PARAMS_PAGE,
	{ 0 },
};

static int
observable_list(struct call *c)
{
	int64_t limit = page_limit(c), n = 0;
	struct incident i;
	struct query q;
	bool more = false;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	query_open(&q, c->tx, "SELECT " OBSERVABLE_COLUMNS " FROM observable o WHERE o.incident_id = ?1"
	    " AND (?2 IS NULL OR o.type = ?2) ORDER BY o.type, o.value LIMIT ?3 OFFSET ?4", "ttii", i.id,
	    arg_text(c, "type"), limit + 1, page_offset(c));
	jsonw_karray(c->out, "items");
	while (query_step(&q)) {
		if (n++ == limit) {
			more = true;
			break;
		}
		jsonw_object(c->out);
		out_observable(c, &q);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", more);
	return query_close(&q);
}

/* ---- add, extract ------------------------------------------------------------------------ */

static const struct param add_params[] = {
	ID_PARAM,
	{ "value", P_LINE, PF_REQUIRED, 0, 2048, NULL },
	{ "type", P_ENUM, 0, 0, 0, types },
	{ "tlp", P_ENUM, 0, 0, 0, tlps },
	{ "ioc", P_BOOL, 0, 0, 0, NULL },
	{ "source", P_LINE, 0, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ "seen_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ 0 },
};

/* Type and normal form of what the arguments say. */
static int
read_value(struct call *c, enum observable_type *ret_type, char out[static OBSERVABLE_SIZE])
{
	const char *value = arg_text(c, "value"), *type = arg_text(c, "type");

	*ret_type = type != NULL ? observable_type_named(type) : observable_type_of(value);
	if (*ret_type == OBSERVABLE_NONE)
		return call_fail(c, ERR_INVALID, "err.observable_type", "value");
	return observable_normalise(*ret_type, value, out, c->err);
}

static int
observable_add(struct call *c)
{
	char value[OBSERVABLE_SIZE];
	enum observable_type type;
	const char *name, *id;
	struct incident i;

	if (incident_arg(c, "id", &i) != 0 || incident_workable(c, &i) != 0 ||
	    read_value(c, &type, value) != 0)
		return c->err->kind;
	name = observable_type_name(type);
	if (tx_int(c->tx, "SELECT COUNT(*) FROM observable WHERE incident_id = ? AND type = ? AND value = ?",
	    "ttt", i.id, name, value) > 0)
		return call_fail(c, ERR_CONFLICT, "err.duplicate", "value");
	id = change_insert(c, "observable", NULL, COLS(CT("incident_id", i.id), CT("type", name),
	    CT("value", value), CT("tlp", arg_text(c, "tlp") == NULL ? "amber" : arg_text(c, "tlp")),
	    CI("is_ioc", arg_bool(c, "ioc")), CT("source", arg_text(c, "source")),
	    CT("note", arg_text(c, "note")), CI("seen_at", arg_time(c, "seen_at", c->now))));
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "observable",
	    .word = "timeline.observable_add", .text = arg_text(c, "note"),
	    .occurred_at = arg_time(c, "seen_at", SQL_NULL), .told_at = SQL_NULL,
	    .ref_table = "observable", .ref_id = id, .args = TIMELINE_ARGS(
		"type", arena_printf(c->arena, "@observable.type.%s", name), "value", value) });
	escalation_evaluate(c, i.id);
	return out_one(c, id);
}

static const struct param extract_params[] = {
	ID_PARAM,
	{ "text", P_TEXT, PF_REQUIRED, 0, 1 << 20, NULL },
	{ "save", P_BOOL, 0, 0, 0, NULL },
	{ "source", P_LINE, 0, 0, 0, NULL },
	{ 0 },
};

struct found {
	struct call *call;
	const char *incident_id;
	size_t count;
};

static void
out_found(void *ctx, enum observable_type type, const char *value)
{
	struct found *f = ctx;
	struct call *c = f->call;
	const char *name = observable_type_name(type);

	if (f->count++ >= 200)
		return;
	jsonw_object(c->out);
	jsonw_kstring(c->out, "type", name);
	jsonw_kstring(c->out, "value", value);
	out_defanged(c, name, value);
	jsonw_kbool(c->out, "known", tx_int(c->tx, "SELECT COUNT(*) FROM observable"
	    " WHERE incident_id = ? AND type = ? AND value = ?", "ttt", f->incident_id, name, value) > 0);
	jsonw_kbool(c->out, "private", type == OBSERVABLE_IP && observable_is_private_ip(value));
	out_matches(c, f->incident_id, name, value);
	jsonw_object_end(c->out);
}

static int
observable_extract_text(struct call *c)
{
	const char *text = arg_text(c, "text"), *source = arg_text(c, "source");
	struct incident i;
	struct found f = { .call = c };

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	f.incident_id = i.id;
	jsonw_karray(c->out, "items");
	observable_extract(text, strlen(text), out_found, &f);
	jsonw_array_end(c->out);
	jsonw_kint(c->out, "found", (int64_t)f.count);
	if (arg_bool(c, "save") && incident_workable(c, &i) == 0) {
		jsonw_kint(c->out, "saved", (int64_t)observe_text(c, i.id, text,
		    source == NULL ? "text" : source));
	}
	return c->err->kind;
}

/* ---- set, remove, find ------------------------------------------------------------------- */

static const struct param set_params[] = {
	ID_PARAM,
	{ "tlp", P_ENUM, 0, 0, 0, tlps },
	{ "ioc", P_BOOL, 0, 0, 0, NULL },
	{ "source", P_LINE, 0, 0, 0, NULL },
	{ "note", P_TEXT, 0, 0, 2000, NULL },
	{ "seen_at", P_TIME, PF_PAST, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

static void
tell(struct call *c, const struct incident *i, const char *id, const char *word)
{
	const char *type = tx_text(c->tx, c->arena, "SELECT type FROM observable WHERE id = ?", "t", id);
	const char *value = tx_text(c->tx, c->arena, "SELECT value FROM observable WHERE id = ?", "t", id);

	change_timeline(c, &(struct timeline_entry){ .incident_id = i->id, .kind = "observable",
	    .word = word, .text = arg_text(c, "note") != NULL ? arg_text(c, "note") : arg_text(c, "reason"),
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "observable", .ref_id = id,
	    .args = TIMELINE_ARGS("type", arena_printf(c->arena, "@observable.type.%s", type),
		"value", value) });
}

static int
observable_set(struct call *c)
{
	struct col cols[ARRAY_LEN(set_params)];
	size_t n = cols_given(c, set_params, cols);
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "observable", &i, &id) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	if (json_get(c->args, "tlp") != NULL && arg_text(c, "tlp") == NULL)
		return call_fail(c, ERR_INVALID, "err.required", "tlp");
	for (size_t k = 0; k < n; k++)
		if (str_eq(cols[k].name, "ioc"))
			cols[k].name = "is_ioc";
	if (n > 0 && change_update(c, "observable", id, arg_int(c, "version", -1), cols, n) == 0)
		tell(c, &i, id, "timeline.observable_set");
	escalation_evaluate(c, i.id);
	return out_one(c, id);
}

static const struct param remove_params[] = {
	ID_PARAM,
	{ "reason", P_LINE, 0, 0, 500, NULL },
	{ 0 },
};

static int
observable_remove(struct call *c)
{
	struct incident i;
	const char *id;

	if (owned_arg(c, "id", "observable", &i, &id) != 0 || incident_workable(c, &i) != 0)
		return c->err->kind;
	tell(c, &i, id, "timeline.observable_remove");
	change_delete(c, "observable", id);
	jsonw_kstring(c->out, "id", id);
	return c->err->kind;
}

static const struct param find_params[] = {
	{ "value", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 2048, NULL },
	{ "type", P_ENUM, 0, 0, 0, types },
	PARAMS_PAGE,
	{ 0 },
};

static int
observable_find(struct call *c)
{
	int64_t limit = page_limit(c);
	char value[OBSERVABLE_SIZE];
	enum observable_type type;

	if (read_value(c, &type, value) != 0)
		return c->err->kind;
	out_page(c, "items", limit, "SELECT " OBSERVABLE_COLUMNS ", i.number AS incident_number,"
	    " i.title AS incident_title, i.state AS incident_state FROM observable o JOIN incident i"
	    " ON i.id = o.incident_id WHERE " VISIBLE " AND o.agency_id = ? AND o.type = ? AND o.value = ?"
	    " ORDER BY i.received_at DESC LIMIT ? OFFSET ?", VISIBLE_TYPES "tttii", VISIBLE_ARGS(c),
	    c->agency_id, observable_type_name(type), value, limit + 1, page_offset(c));
	return 0;
}

static const char *const columns[] = { "type", "value", "tlp", "source", "seen_at", NULL };
static const char *const found_columns[] = { "type", "value", "known", NULL };
static const char *const find_columns[] = { "incident_number", "incident_title", "type", "value",
	NULL };

const struct op ops_observable[] = {
	{ "observable list", "GET", "/incidents/{id}/observables", RIGHT_READ, 0, list_params,
	    observable_list, columns, "khien observable list SC-2026-0007" },
	{ "observable add", "POST", "/incidents/{id}/observables", RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    add_params, observable_add, NULL,
	    "khien observable add SC-2026-0007 --value \"hxxp://xau[.]example/tai\" --ioc" },
	{ "observable extract", "POST", "/incidents/{id}/observables/extract", RIGHT_HANDLE, OP_WRITE,
	    extract_params, observable_extract_text, found_columns,
	    "khien observable extract SC-2026-0007 --text \"Máy gọi ra 203.0.113[.]7\" --save" },
	{ "observable set", "PATCH", "/observables/{id}", RIGHT_HANDLE, OP_WRITE, set_params,
	    observable_set, NULL,
	    "khien observable set 0198c0de-0000-7000-8000-000000000001 --ioc --note \"Máy chủ điều khiển\"" },
	{ "observable remove", "DELETE", "/observables/{id}", RIGHT_HANDLE, OP_WRITE, remove_params,
	    observable_remove, NULL,
	    "khien observable remove 0198c0de-0000-7000-8000-000000000001 --reason \"Địa chỉ nội bộ\"" },
	{ "observable find", "GET", "/observables", RIGHT_READ, 0, find_params, observable_find,
	    find_columns, "khien observable find 203.0.113.7" },
	{ 0 },
};
