/* SPDX-License-Identifier: Apache-2.0 */
/* op_hunt.c: hunts in an incident's logs: started, watched, called off, their results handed out. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "app/app.h"
#include "app/change.h"
#include "app/hunt.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/upload.h"
#include "app/workable.h"
#include "os/file.h"
#include "store/blob.h"

#define COPY_CHUNK  ((size_t)1 << 18)
#define NAMED_MAX   5   /* files named in the timeline */
#define INDICATORS_MAX 500000 /* bytes that are typed; more comes as a file */

static const char *const levels[] = { "none", "informational", "low", "medium", "high", "critical", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define ORIGIN_PARAMS \
	{ "names", P_LIST, 0, 0, HUNTER_FILES_MAX + HUNT_LISTS_MAX, NULL }, { "place", P_LINE, 0, 0, 300, NULL }, \
	{ "method", P_TEXT, 0, 0, 2000, NULL }, { "collected_at", P_TIME, PF_PAST, 0, 0, NULL }
/* What is looked for and in what. The last ${lists} files are lists of indicators. */
#define ASKED_PARAMS \
	{ "level", P_ENUM, 0, 0, 0, levels }, { "from", P_TIME, 0, 0, 0, NULL }, { "to", P_TIME, 0, 0, 0, NULL }, \
	{ "tag", P_LIST, 0, 0, 0, NULL }, { "lists", P_INT, 0, 0, HUNT_LISTS_MAX, NULL }, \
	{ "indicators", P_TEXT, 0, 0, INDICATORS_MAX, NULL }, \
	{ "rules_set", P_LINE, 0, 0, 64, NULL }, { "rules_name", P_LINE, 0, 0, 400, NULL }, \
	{ "no_prefilter", P_BOOL, 0, 0, 0, NULL }, { "left_out", P_INT, 0, 0, 1000000, NULL }, \
	{ "left_out_names", P_LIST, 0, 0, 0, NULL }

/* A list may have come as one text. */
static size_t
list_len(const struct call *c, const char *name)
{
	const struct json *list = arg_json(c, name);

	return json_kind(list) == JSON_KIND_ARRAY ? json_len(list) : arg_text(c, name) != NULL;
}

static const char *
list_at(const struct call *c, const char *name, size_t i)
{
	const struct json *list = arg_json(c, name);

	return json_kind(list) == JSON_KIND_ARRAY ? json_str(json_at(list, i)) : i == 0 ? arg_text(c, name) : NULL;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The path that was given for a file, else its own name; at most HUNTER_NAME_MAX bytes. */
static const char *
name_of(const struct call *c, size_t i)
{
	const char *name = list_at(c, "names", i);

	return str_empty(name) || strlen(name) > HUNTER_NAME_MAX ? c->uploads[i].name : name;
}

static struct hunt_origin
origin_of(const struct call *c)
{
	return (struct hunt_origin){ .place = arg_text(c, "place"), .method = arg_text(c, "method"),
	    .collected_at = arg_time(c, "collected_at", c->now) };
}

static int
check_files(struct call *c)
{
	size_t lists = (size_t)arg_int(c, "lists", 0), n = c->uploads_count + list_len(c, "evidence");

	if (n <= lists || c->uploads_count < lists)
		return call_fail(c, ERR_INVALID, "err.required", "files");
	if (n - lists > HUNTER_FILES_MAX) {
		call_fail(c, ERR_TOO_LARGE, "err.hunt.files", "files");
		err_argi(c->err, "max", HUNTER_FILES_MAX);
	}
	for (size_t i = c->uploads_count - lists; i < c->uploads_count && c->err->kind == ERR_NONE; i++)
		if (c->uploads[i].size > HUNTER_LIST_MAX) {
			err_fail(c->err, ERR_TOO_LARGE, "err.hunt.list_size", "files", "name", c->uploads[i].name, NULL, NULL);
			err_argi(c->err, "max", HUNTER_LIST_MAX >> 20);
		}
	return c->err->kind;
}

/* A set that is named must be there now; whoever carries the hunt out looks again. */
static int
check_set(struct call *c)
{
	const char *set = arg_text(c, "rules_set");

	if (set == NULL)
		return 0;
	if (strlen(set) == 64 && strspn(set, "0123456789abcdef") == 64 &&
	    file_exists(arena_printf(c->arena, "%s/cache/%.16s.set", c->app->dir, set)))
		return 0;
	return err_fail(c->err, ERR_NOT_FOUND, "err.hunt.set", "rules_set", "key", set, NULL, NULL);
}

static int
check_asked(struct call *c)
{
	if (check_files(c) != 0 || check_set(c) != 0)
		return c->err->kind;
	if (arg_time(c, "from", INT64_MIN) > arg_time_end(c, "to", INT64_MAX))
		return call_fail(c, ERR_INVALID, "err.hunt.span", "to");
	if (list_len(c, "tag") > HUNTER_TAGS_MAX) {
		call_fail(c, ERR_INVALID, "err.hunt.tags", "tag");
		err_argi(c->err, "max", HUNTER_TAGS_MAX);
	}
	return c->err->kind;
}

/* A piece of the incident that has content and is still held. */
static int
held_item(struct call *c, const struct incident *i, const char *key, struct hunt_item *ret)
{
	struct query q;

	query_open(&q, c->tx, "SELECT id, name, sha256, size, collected_at FROM evidence WHERE incident_id = ?1"
	    " AND (id = ?2 OR number = upper(?2)) AND state = 'held' AND sha256 IS NOT NULL", "tt", i->id, key);
	if (query_step(&q))
		*ret = (struct hunt_item){ .evidence_id = arena_strdup(c->arena, query_text(&q, 0)),
		    .name = arena_strdup(c->arena, query_text(&q, 1)),
		    .sha256 = arena_strdup(c->arena, query_text(&q, 2)), .size = query_int(&q, 3),
		    .collected_at = query_int(&q, 4) };
	else
		err_fail(c->err, ERR_NOT_FOUND, "err.hunt.no_evidence", "evidence", "value", key, NULL, NULL);
	return query_close(&q);
}

/*
 * Everything that is to be read, each content once: the pieces that were named, then the uploads.
 * ${incident} NULL: there is none yet, and nothing becomes evidence now.
 */
static size_t
collect(struct call *c, const struct incident *incident, struct hunt_item *item)
{
	const struct hunt_origin origin = origin_of(c);
	size_t n = 0;

	for (size_t i = 0; i < list_len(c, "evidence") && c->err->kind == ERR_NONE; i++)
		if (held_item(c, incident, list_at(c, "evidence", i), &item[n]) == 0)
			n++;
	for (size_t i = 0; i + (size_t)arg_int(c, "lists", 0) < c->uploads_count && c->err->kind == ERR_NONE; i++) {
		const struct upload *u = &c->uploads[i];
		bool is_new;

		item[n] = (struct hunt_item){ .name = name_of(c, i), .sha256 = u->sha256, .size = u->size,
		    .collected_at = origin.collected_at };
		if (incident != NULL)
			item[n].evidence_id = hunt_evidence(c, incident->id, u, item[n].name, &origin, &is_new);
		n++;
	}
	for (size_t i = 1; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(item[k].sha256, item[i].sha256) == 0) {
				memmove(item + i, item + i + 1, (n - i - 1) * sizeof(*item));
				n--;
				i--;
				break;
			}
	return n;
}

static const char *
named(struct call *c, const struct hunt_item *item, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n && i < NAMED_MAX; i++)
		text = arena_printf(c->arena, "%s%s%s", text, i == 0 ? "" : ", ", item[i].name);
	return n > NAMED_MAX ? arena_printf(c->arena, "%s … (+%zu)", text, n - NAMED_MAX) : text;
}

/* ---- upload, start, open ----------------------------------------------------------------------- */

static const struct param upload_params[] = {
	ID_PARAM,
	{ "files", P_FILES, PF_REQUIRED, 0, 20, NULL },
	ORIGIN_PARAMS,
	{ 0 },
};

static int
hunt_upload(struct call *c)
{
	const struct hunt_origin origin = origin_of(c);
	struct incident incident;

	if (incident_arg(c, "id", &incident) != 0 || incident_workable(c, &incident) != 0)
		return c->err->kind;
	jsonw_karray(c->out, "items");
	for (size_t i = 0; i < c->uploads_count && c->err->kind == ERR_NONE; i++) {
		bool is_new;
		const char *id = hunt_evidence(c, incident.id, &c->uploads[i], name_of(c, i), &origin, &is_new);

		if (id == NULL)
			break;
		jsonw_object(c->out);
		out_row(c, NULL, "SELECT id, number, name, sha256, size FROM evidence WHERE id = ?", "t", id);
		jsonw_kbool(c->out, "is_new", is_new);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	return c->err->kind;
}

#define SHORT "SELECT id, version, number, incident_id, state, level, files, size, requested_at FROM hunt WHERE id = ?"

/* A list of texts as JSON, NULL when there is none. */
static const char *
list_json(struct call *c, const char *name)
{
	struct buf out = BUF_INIT(JSON_SIZE_MAX);
	struct jsonw w = JSONW_INIT(&out);
	const char *text;

	if (list_len(c, name) == 0)
		return NULL;
	jsonw_array(&w);
	for (size_t i = 0; i < list_len(c, name); i++)
		jsonw_string(&w, list_at(c, name, i));
	jsonw_array_end(&w);
	text = arena_strdup(c->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

static const char *
left_out_json(struct call *c)
{
	const char *names = list_json(c, "left_out_names");
	int64_t count = arg_int(c, "left_out", 0);

	return count == 0 ? NULL : arena_printf(c->arena, "{\"count\":%lld,\"names\":%s}", (long long)count,
	    names == NULL ? "[]" : names);
}

static void
insert_list(struct call *c, const char *incident_id, const char *id, size_t position, const struct upload *list,
    const char *name)
{
	change_insert(c, "hunt_file", NULL, COLS(CT("hunt_id", id), CT("incident_id", incident_id),
	    CI("position", position), CT("name", name), CT("sha256", list->sha256), CI("size", list->size),
	    CT("purpose", "ioc")));
}

/* What was typed is kept like a file that was sent. */
static bool
keep_typed(struct call *c, const char *text, struct upload *ret)
{
	struct upload_writer *w = NULL;

	if (upload_begin(c->app, "dau-hieu.txt", "text/plain", INDICATORS_MAX, &w, c->err) != 0)
		return false;
	if (upload_write(w, text, strlen(text), c->err) == 0)
		return upload_keep(w, ret, c->err) == 0;
	upload_drop(w);
	return false;
}

/* Lists of indicators are kept with the hunt and are no evidence. */
static void
insert_lists(struct call *c, const char *incident_id, const char *id, size_t position)
{
	const char *typed = arg_text(c, "indicators");
	struct upload list;

	for (size_t i = c->uploads_count - (size_t)arg_int(c, "lists", 0); i < c->uploads_count; i++, position++)
		insert_list(c, incident_id, id, position, &c->uploads[i], name_of(c, i));
	if (typed != NULL && keep_typed(c, typed, &list))
		insert_list(c, incident_id, id, position, &list, words_vi(c, "hunt.case.typed", NULL));
}

/* The hunt's rows and its job. */
static const char *
insert(struct call *c, const char *incident_id, const struct hunt_item *item, size_t n)
{
	struct party by = party_actor(c);
	const char *number = number_next(c, "ST"), *id;
	int64_t size = 0, lists = arg_int(c, "lists", 0) + arg_has(c, "indicators");

	for (size_t i = 0; i < n; i++)
		size += item[i].size;
	id = change_insert(c, "hunt", NULL, COLS(CT("incident_id", incident_id), CT("number", number),
	    CT("state", "waiting"), CT("level", arg_has(c, "level") ? arg_text(c, "level") : "low"),
	    CT("lang", lang_code(c->lang)), CI("files", n), CI("size", size), CI("requested_at", c->now),
	    CT("requested_by", by.name), CT("requested_by_id", by.id), CI("opens_incident", incident_id == NULL),
	    CI("from_at", arg_time(c, "from", SQL_NULL)), CI("to_at", arg_time_end(c, "to", SQL_NULL)),
	    CT("tags_json", list_json(c, "tag")), CT("rules_set", arg_text(c, "rules_set")),
	    CT("rules_name", arg_text(c, "rules_name")), CI("no_prefilter", arg_bool(c, "no_prefilter") ? 1 : SQL_NULL),
	    CT("left_out_json", left_out_json(c)), CI("lists", lists > 0 ? lists : SQL_NULL)));
	for (size_t i = 0; i < n; i++)
		change_insert(c, "hunt_file", NULL, COLS(CT("hunt_id", id), CT("incident_id", incident_id),
		    CT("evidence_id", item[i].evidence_id), CI("position", i), CT("name", item[i].name),
		    CT("sha256", item[i].sha256), CI("size", item[i].size)));
	insert_lists(c, incident_id, id, n);
	job_put(c->tx, c->agency_id, HUNT_JOB, arena_printf(c->arena, "{\"id\":\"%s\"}", id),
	    arena_printf(c->arena, HUNT_JOB ":%s", id), c->now);
	return id;
}

static const char *
time_text(struct call *c, int64_t ms)
{
	char text[CLOCK_TEXT_SIZE];

	return ms == SQL_NULL ? "…" : arena_strdup(c->arena, clock_vi(ms, text));
}

static const struct param start_params[] = {
	ID_PARAM,
	{ "evidence", P_LIST, 0, 0, HUNTER_FILES_MAX, NULL },
	{ "files", P_FILES, 0, 0, 20, NULL },
	ASKED_PARAMS,
	ORIGIN_PARAMS,
	{ 0 },
};

static int
hunt_start(struct call *c)
{
	struct hunt_item *item;
	struct incident i;
	const char *id;
	size_t n;

	if (incident_arg(c, "id", &i) != 0 || incident_workable(c, &i) != 0 || check_asked(c) != 0)
		return c->err->kind;
	item = arena_alloc(c->arena, HUNTER_FILES_MAX * sizeof(*item));
	n = collect(c, &i, item);
	if (c->err->kind != ERR_NONE)
		return c->err->kind;
	id = insert(c, i.id, item, n);
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "evidence",
	    .word = arg_has(c, "from") || arg_has(c, "to") ? "timeline.hunt_start_span" : "timeline.hunt_start",
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "hunt",
	    .ref_id = id, .args = TIMELINE_ARGS("number", tx_text(c->tx, c->arena, "SELECT number FROM hunt"
	        " WHERE id = ?", "t", id), "count", arena_printf(c->arena, "%zu", n), "names", named(c, item, n),
	        "from", time_text(c, arg_time(c, "from", SQL_NULL)), "to",
	        time_text(c, arg_time_end(c, "to", SQL_NULL))) });
	out_row(c, NULL, SHORT, "t", id);
	return c->err->kind;
}

static const struct param open_params[] = {
	{ "files", P_FILES, PF_REQUIRED, 0, 20, NULL },
	ASKED_PARAMS,
	ORIGIN_PARAMS,
	{ 0 },
};

static int
hunt_open(struct call *c)
{
	struct hunt_item *item;
	const char *id;

	if (check_asked(c) != 0)
		return c->err->kind;
	item = arena_alloc(c->arena, HUNTER_FILES_MAX * sizeof(*item));
	id = insert(c, NULL, item, collect(c, NULL, item));
	out_row(c, NULL, SHORT, "t", id);
	return c->err->kind;
}

/* ---- list, show, cancel -------------------------------------------------------------------------- */

static const struct param list_params[] = { ID_PARAM, PARAMS_PAGE, { 0 } };
static const struct param id_params[] = { ID_PARAM, { 0 } };

#define UNDER_WAY "EXISTS (SELECT 1 FROM hunt_progress p WHERE p.hunt_id = h.id) AS is_under_way"
#define COLUMNS \
	"h.id, h.version, h.incident_id, h.number, h.state, h.level, h.files, h.size, h.requested_at," \
	" h.requested_by, h.started_at, h.finished_at, h.error, h.rules, h.rules_version, h.events," \
	" h.detections, h.alerts, h.json_size, h.html_size, h.from_at, h.to_at, h.tags_json, h.rules_set," \
	" h.rules_name, h.no_prefilter, h.left_out_json, " UNDER_WAY

static int
hunt_list(struct call *c)
{
	int64_t limit = page_limit(c);
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	out_page(c, "items", limit, "SELECT " COLUMNS " FROM hunt h WHERE h.incident_id = ? ORDER BY"
	    " h.requested_at DESC, h.number DESC LIMIT ? OFFSET ?", "tii", i.id, limit + 1, page_offset(c));
	return c->err->kind;
}

static int
hunt_show(struct call *c)
{
	struct hunt h;

	if (hunt_arg(c, "id", &h) != 0)
		return c->err->kind;
	out_row(c, "id", "SELECT " COLUMNS ", h.json_sha256, h.html_sha256, h.gaps_json, h.summary_json,"
	    " (SELECT i.number FROM incident i WHERE i.id = h.incident_id) AS incident_number"
	    " FROM hunt h WHERE h.id = ?", "t", h.id);
	jsonw_kobject(c->out, "progress");
	out_row(c, NULL, "SELECT COALESCE(MAX(phase), 'waiting') AS phase, COALESCE(MAX(bytes), 0) AS bytes,"
	    " COALESCE(MAX(events), 0) AS events, COALESCE(MAX(hits), 0) AS hits FROM hunt_progress"
	    " WHERE hunt_id = ?", "t", h.id);
	jsonw_object_end(c->out);
	out_rows(c, "files_read", "SELECT f.position, f.name, f.sha256, f.size, f.evidence_id, e.number AS"
	    " evidence_number FROM hunt_file f LEFT JOIN evidence e ON e.id = f.evidence_id WHERE f.hunt_id = ?"
	    " AND f.purpose IS NULL ORDER BY f.position", "t", h.id);
	out_rows(c, "lists_read", "SELECT f.name, f.sha256, f.size FROM hunt_file f WHERE f.hunt_id = ?"
	    " AND f.purpose = 'ioc' ORDER BY f.position", "t", h.id);
	return c->err->kind;
}

static int
hunt_cancel(struct call *c)
{
	struct hunt h;

	if (hunt_arg(c, "id", &h) != 0)
		return c->err->kind;
	if (!str_eq(h.state, "waiting"))
		return err_fail(c->err, ERR_STATE, "err.hunt.ended", NULL, "number", h.number, NULL, NULL);
	change_update(c, "hunt", h.id, -1, COLS(CT("state", "cancelled"), CI("finished_at", c->now)));
	job_cancel(c->tx, arena_printf(c->arena, HUNT_JOB ":%s", h.id));
	tx_exec(c->tx, "DELETE FROM hunt_progress WHERE hunt_id = ?", "t", h.id);
	if (h.incident_id != NULL)
		change_timeline(c, &(struct timeline_entry){ .incident_id = h.incident_id, .kind = "evidence",
		    .word = "timeline.hunt_cancel", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
		    .ref_table = "hunt", .ref_id = h.id, .args = TIMELINE_ARGS("number", h.number) });
	out_row(c, NULL, SHORT, "t", h.id);
	return c->err->kind;
}

/* ---- the results as files -------------------------------------------------------------------------- */

static const struct param file_params[] = {
	ID_PARAM,
	{ "file", P_OUT, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ 0 },
};

struct wanted {
	struct call *call;
	bool page;
	const char *sha256, *name;
};

static int
find_file(struct tx *tx, void *arg, struct err *err)
{
	struct wanted *w = arg;
	struct call *c = w->call;
	struct err *outer = c->err;
	struct hunt h;

	/* What looks rows up works on the call; for the while of this snapshot it is the call's. */
	c->tx = tx;
	c->err = err;
	if (hunt_arg(c, "id", &h) == 0) {
		w->sha256 = w->page ? h.html_sha256 : h.json_sha256;
		w->name = arena_printf(c->arena, "%s.%s", h.number, w->page ? "html" : "json");
		if (w->sha256 == NULL)
			err_fail(err, ERR_STATE, "err.hunt.no_result", NULL, "number", h.number, NULL, NULL);
	}
	c->tx = NULL;
	c->err = outer;
	return err->kind;
}

static int
copy_out(struct call *c, int in, const char *path)
{
	cleanup(free_charp) char *chunk = xmalloc(COPY_CHUNK);
	cleanup(fd_closep) int out = -1;
	ssize_t n;
	int code = 0;

	if (file_open(path, O_WRONLY | O_CREAT | O_EXCL, 0600, &out, c->err) != 0)
		return c->err->kind;
	while (code == 0 && (n = read(in, chunk, COPY_CHUNK)) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		code = n == -1 ? errno : fd_write_all(out, chunk, (size_t)n);
	}
	return code == 0 ? 0 : err_sys(c->err, file_err_kind(code), path, code);
}

static int
hand_out(struct call *c, bool page)
{
	cleanup(fd_closep) int fd = -1;
	struct wanted w = { c, page, NULL, NULL };
	int64_t size;

	if (store_read(c->app->store, find_file, &w, c->err) != 0 ||
	    blob_open(c->app->blobs, w.sha256, &fd, &size, c->err) != 0 || copy_out(c, fd, arg_text(c, "file")) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "name", w.name);
	jsonw_kstring(c->out, "media_type", page ? "text/html" : "application/x-ndjson");
	jsonw_kstring(c->out, "sha256", w.sha256);
	jsonw_kint(c->out, "size", size);
	return 0;
}

static int
hunt_page(struct call *c)
{
	return hand_out(c, true);
}

static int
hunt_detections(struct call *c)
{
	return hand_out(c, false);
}

static const char *const list_columns[] = { "number", "state", "files", "events", "detections", "alerts",
	"requested_at", NULL };

const struct op ops_hunt[] = {
	{ "hunt list", "GET", "/incidents/{id}/hunts", RIGHT_READ, 0, list_params, hunt_list, list_columns,
	    "khien hunt list SC-2026-0007" },
	{ "hunt upload", "POST", "/incidents/{id}/hunt-files", RIGHT_HANDLE, OP_WRITE | OP_CREATED, upload_params,
	    hunt_upload, NULL, "khien hunt upload SC-2026-0007 --file Security.evtx" },
	{ "hunt start", "POST", "/incidents/{id}/hunts", RIGHT_HANDLE, OP_WRITE | OP_CREATED, start_params,
	    hunt_start, NULL, "khien hunt start SC-2026-0007 --evidence CC-2026-0003 --level medium" },
	{ "hunt open", "POST", "/hunts", RIGHT_HANDLE, OP_WRITE | OP_CREATED, open_params, hunt_open, NULL,
	    "khien hunt open --file Security.evtx" },
	{ "hunt show", "GET", "/hunts/{id}", RIGHT_READ, 0, id_params, hunt_show, NULL,
	    "khien hunt show ST-2026-0001" },
	{ "hunt cancel", "POST", "/hunts/{id}/cancel", RIGHT_HANDLE, OP_WRITE, id_params, hunt_cancel, NULL,
	    "khien hunt cancel ST-2026-0001" },
	{ "hunt page", "GET", "/hunts/{id}/page", RIGHT_READ, OP_OUTSIDE, file_params, hunt_page, NULL,
	    "khien hunt page ST-2026-0001 ket-qua.html" },
	{ "hunt detections", "GET", "/hunts/{id}/detections", RIGHT_READ, OP_OUTSIDE, file_params,
	    hunt_detections, NULL, "khien hunt detections ST-2026-0001 phat-hien.json" },
	{ 0 },
};
