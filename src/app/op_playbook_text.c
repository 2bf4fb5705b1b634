/* SPDX-License-Identifier: Apache-2.0 */
/* op_playbook_text.c: playbooks edited in Khiên: saved, put in force, taken out of it. */
#include <stdio.h>

#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/playbook.h"
#include "app/visible.h"
#include "os/file.h"
#include "text/yaml.h"

#define FAULTS_MAX 50 /* told at once */
#define YAML_BYTES 300000

#define ID_PARAM { "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL }
#define EDITION_PARAM { "edition", P_INT, 0, 1, 1000000, NULL }

/* ---- faults of a text -------- */

struct faults {
	struct call *call;
	struct err first;
	struct json *list; /* lines for people */
};

static void
keep_fault(void *user, const struct err *err)
{
	struct faults *f = user;
	struct buf line = BUF_INIT(2000);

	if (f->first.kind == ERR_NONE) {
		f->first = *err;
		f->first.list = NULL;
	}
	if (f->list == NULL)
		f->list = json_new_array();
	words_err(&line, f->call->lang, err);
	if (json_len(f->list) < FAULTS_MAX)
		json_append(f->list, json_new_string(buf_str(&line)));
	buf_clear(&line);
}

/* The faults become the operation's error: the first one's place, all of them in its list. */
static int
fail_with(struct call *call, struct faults *f)
{
	struct buf text = BUF_INIT(65536);

	json_write(f->list, &text);
	f->first.list = buf_take(&text);
	json_free(f->list);
	f->list = NULL;
	*call->err = f->first;
	return call->err->kind;
}

/* ---- saving -------- */

int
edition_next(struct call *call, const char *id)
{
	int64_t rows = tx_int(call->tx, "SELECT MAX(playbook_version) FROM playbook_text WHERE"
	    " agency_id = ? AND playbook = ?", "tt", call->agency_id, id);
	const struct packs *packs = call->app->packs;
	const struct pack *p;
	int next = rows == SQL_NULL ? 1 : (int)rows + 1;

	for (size_t i = 0; (p = packs_next(packs, &i)) != NULL;)
		if (str_eq(p->kind, "playbook") && str_eq(p->id, id) && p->version >= next)
			next = p->version + 1;
	return next;
}

/* The same text, but that its "version:" line says ${version}. */
static const char *
numbered(struct call *call, const char *yaml, int version)
{
	const char *line = str_starts(yaml, "version:") ? yaml : strstr(yaml, "\nversion:"), *end;

	if (line == NULL)
		return yaml;
	line += *line == '\n';
	end = strchr(line, '\n');
	return arena_printf(call->arena, "%.*sversion: %d%s", (int)(line - yaml), yaml, version,
	    end == NULL ? "\n" : end);
}

/* What was handed in, in whichever way; NULL and an error when it was none or several. */
static const char *
text_arg(struct call *call)
{
	const struct json *values = arg_json(call, "values");
	const char *yaml = arg_text(call, "yaml"), *file = arg_text(call, "file");
	struct buf made = BUF_INIT(YAML_BYTES);
	char *data = NULL;
	size_t len;

	if ((yaml != NULL) + (file != NULL) + (values != NULL) != 1) {
		call_fail(call, ERR_INVALID, "err.playbook_text", "yaml");
		return NULL;
	}
	if (yaml != NULL)
		return yaml;
	if (values != NULL) {
		if (json_as_yaml(values, &made, call->err) == 0)
			yaml = arena_strdup(call->arena, buf_str(&made));
	} else if (file_read(file, YAML_BYTES, &data, &len, call->err) == 0) {
		yaml = arena_strndup(call->arena, data, len);
	}
	buf_clear(&made);
	free(data);
	return yaml;
}

static int
check_text(struct call *call, const struct pack_source *source, bool complete)
{
	struct faults f = { .call = call };
	struct packs *packs;

	if (packs_load_alone(source, complete, keep_fault, &f, &packs) != 0)
		return fail_with(call, &f);
	packs_free(packs);
	return packset_try(call, source);
}

/* What a complete playbook still needs: "gaps", lines for people. */
static void
out_gaps(struct call *call, const struct pack_source *source)
{
	struct faults f = { .call = call };
	struct packs *packs;

	if (packs_load_alone(source, true, keep_fault, &f, &packs) == 0)
		packs_free(packs);
	jsonw_karray(call->out, "gaps");
	for (size_t i = 0; i < json_len(f.list); i++)
		jsonw_string(call->out, json_str(json_at(f.list, i)));
	jsonw_array_end(call->out);
	json_free(f.list);
}

static void
out_saved(struct call *call, const char *row_id)
{
	out_row(call, NULL, "SELECT t.version AS row_version, t.saved_at, a.name AS saved_by, t.note,"
	    " t.in_force_at, t.withdrawn_at, t.reason FROM playbook_text t LEFT JOIN account a ON"
	    " a.id = t.by_id WHERE t.id = ?", "t", row_id);
}

static const struct param save_params[] = {
	ID_PARAM,
	{ "yaml", P_TEXT, 0, 0, YAML_BYTES, NULL },
	{ "values", P_JSON, 0, 0, YAML_BYTES, NULL },
	{ "file", P_IN, 0, 0, 4000, NULL },
	{ "note", P_LINE, 0, 0, 300, NULL },
	{ "version", P_INT, 0, 0, INT64_MAX, NULL },
	{ 0 },
};

/* A playbook in use or saved before; a new one when there is none of that name. */
static const char *
saved_id(struct call *call)
{
	const char *id = playbook_id_arg(call, "id");

	if (id != NULL)
		return id;
	if (call->err->kind == ERR_NOT_FOUND)
		err_clear(call->err);
	return arg_text(call, "id");
}

static const char *
save_row(struct call *call, const struct pack_source *s, bool is_new)
{
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL, *id;

	if (is_new)
		return change_insert(call, "playbook_text", NULL, COLS(CT("playbook", s->id),
		    CI("playbook_version", s->version), CT("yaml", s->yaml),
		    CT("note", arg_text(call, "note")), CI("saved_at", call->now), CT("by_id", by),
		    CT("state", "draft")));
	id = tx_text(call->tx, call->arena, "SELECT id FROM playbook_text WHERE agency_id = ? AND"
	    " playbook = ? AND playbook_version = ?", "tti", call->agency_id, s->id,
	    (int64_t)s->version);
	change_update(call, "playbook_text", id, arg_int(call, "version", -1),
	    COLS(CT("yaml", s->yaml), CT("note", arg_text(call, "note")),
	    CI("saved_at", call->now), CT("by_id", by)));
	return id;
}

static int
playbook_save(struct call *call)
{
	struct pack_source s = { .id = saved_id(call), .yaml = text_arg(call),
		.from_ms = call->now, .to_ms = INT64_MAX };
	struct edition e;
	const char *row;
	int draft;

	if (s.yaml == NULL)
		return call->err->kind;
	draft = edition_draft(call, s.id);
	s.version = draft > 0 ? draft : edition_next(call, s.id);
	s.yaml = numbered(call, s.yaml, s.version);
	s.name = s.id;
	if (check_text(call, &s, false) != 0)
		return call->err->kind;
	row = save_row(call, &s, draft == 0);
	if (call->err->kind != ERR_NONE || edition_open(call, s.id, s.version, &e) != 0)
		return call->err->kind;
	playbook_out_head(call, e.playbook);
	edition_out_state(call, e.state);
	out_saved(call, row);
	out_gaps(call, &s);
	edition_close(&e);
	return call->err->kind;
}

/* ---- reading -------- */

static const struct param text_params[] = { ID_PARAM, EDITION_PARAM, { 0 } };

/* The edition asked for; without one the draft, else what is in use. */
static int
open_asked(struct call *call, struct edition *ret)
{
	const char *id = playbook_id_arg(call, "id");
	int64_t asked = arg_int(call, "edition", 0);

	*ret = (struct edition){ 0 };
	if (id == NULL)
		return call->err->kind;
	return edition_open(call, id, asked > 0 ? (int)asked : edition_draft(call, id), ret);
}

static int
playbook_text(struct call *call)
{
	struct edition e;
	const char *yaml;

	if (open_asked(call, &e) == 0 && (yaml = edition_yaml(call, &e)) != NULL) {
		playbook_out_head(call, e.playbook);
		edition_out_state(call, e.state);
		if (e.row_id != NULL)
			out_saved(call, e.row_id);
		jsonw_kstring(call->out, "yaml", yaml);
		jsonw_key(call->out, "values");
		yaml_as_json(call->out, yaml);
	}
	edition_close(&e);
	return call->err->kind;
}

/* Incidents still at work that were begun by this edition: they keep it. */
static int64_t
incidents_of(struct call *call, const char *id, int version)
{
	return tx_int(call->tx, "SELECT COUNT(*) FROM incident WHERE agency_id = ? AND playbook = ?"
	    " AND playbook_version = ? AND " INCIDENT_OPEN("state"), "ttt", call->agency_id, id,
	    arena_printf(call->arena, "%d", version));
}

static void
out_edition(struct call *call, const char *id, int version)
{
	const struct pack_playbook *now = pack_playbook(call->app->packs, id, call->now);
	struct edition e;

	if (edition_open(call, id, version, &e) != 0)
		return;
	jsonw_object(call->out);
	playbook_out_head(call, e.playbook);
	edition_out_state(call, e.state);
	jsonw_kbool(call->out, "is_current", now == e.playbook);
	jsonw_kint(call->out, "incidents", incidents_of(call, id, version));
	if (e.row_id != NULL)
		out_saved(call, e.row_id);
	jsonw_object_end(call->out);
	edition_close(&e);
}

static const struct param texts_params[] = { ID_PARAM, { 0 } };

static int
playbook_texts(struct call *call)
{
	const char *id = playbook_id_arg(call, "id");
	const struct packs *packs = call->app->packs;
	const struct pack *p;
	struct query q;

	if (id == NULL)
		return call->err->kind;
	jsonw_karray(call->out, "items");
	query_open(&q, call->tx, "SELECT playbook_version FROM playbook_text WHERE agency_id = ? AND"
	    " playbook = ? ORDER BY playbook_version DESC", "tt", call->agency_id, id);
	while (query_step(&q))
		out_edition(call, id, (int)query_int(&q, 0));
	query_close(&q);
	for (size_t i = 0; (p = packs_next(packs, &i)) != NULL;)
		if (str_eq(p->kind, "playbook") && str_eq(p->id, id) && *p->file != '\0')
			out_edition(call, id, p->version);
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

/* ---- in force and out of it -------- */

/* A file that came since may have taken the draft's number: incidents name it by that. */
static void
renumber(struct call *call, struct pack_source *s, struct edition *e)
{
	if (pack_playbook_version(call->app->packs, s->id, s->version) == NULL)
		return;
	s->version = edition_next(call, s->id);
	s->yaml = numbered(call, s->yaml, s->version);
	change_update(call, "playbook_text", e->row_id, -1, COLS(CI("playbook_version", s->version),
	    CT("yaml", s->yaml)));
}

int
edition_put_in_force(struct call *call, struct edition *e)
{
	struct pack_source s = { .name = e->id, .id = e->id, .from_ms = call->now,
		.to_ms = INT64_MAX };
	struct query q;

	if (!str_eq(e->state, "draft"))
		return err_fail(call->err, ERR_STATE, "err.playbook_state", "edition", "value", e->id,
		    NULL, NULL);
	s.version = e->playbook->pack.version;
	s.yaml = edition_yaml(call, e);
	renumber(call, &s, e);
	if (check_text(call, &s, true) != 0)
		return call->err->kind;
	query_open(&q, call->tx, "SELECT id FROM playbook_text WHERE agency_id = ? AND playbook = ?"
	    " AND state = 'in_force'", "tt", call->agency_id, e->id);
	while (query_step(&q))
		change_update(call, "playbook_text", arena_strdup(call->arena, query_text(&q, 0)),
		    -1, COLS(CT("state", "replaced"), CI("withdrawn_at", call->now)));
	query_close(&q);
	change_update(call, "playbook_text", e->row_id, -1, COLS(CT("state", "in_force"),
	    CI("in_force_at", call->now)));
	edition_close(e);
	return call->err->kind != ERR_NONE ? call->err->kind :
	    edition_open(call, s.id, s.version, e);
}

static const struct param withdraw_params[] = {
	ID_PARAM,
	EDITION_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ 0 },
};

/* The draft thrown away, or the text in force taken out: what stood before it holds again. */
static int
playbook_withdraw(struct call *call)
{
	struct edition e;

	if (open_asked(call, &e) == 0 && !str_eq(e.state, "draft") && !str_eq(e.state, "in_force"))
		err_fail(call->err, ERR_STATE, "err.playbook_withdraw", "edition", "value", e.id,
		    NULL, NULL);
	if (call->err->kind == ERR_NONE) {
		change_update(call, "playbook_text", e.row_id, -1, COLS(CT("state", "withdrawn"),
		    CI("withdrawn_at", call->now), CT("reason", arg_text(call, "reason"))));
		playbook_out_head(call, e.playbook);
		edition_out_state(call, "withdrawn");
		out_saved(call, e.row_id);
	}
	edition_close(&e);
	return call->err->kind;
}

static const char *const columns[] = { "version", "state_name", "title", "saved_at", "saved_by",
	"approval", "incidents", NULL };

const struct op ops_playbook_text[] = {
	{ "playbook save", "POST", "/playbooks/{id}/text", RIGHT_READ | RIGHT_ADMIN, OP_WRITE,
	    save_params, playbook_save, NULL, "khien playbook save PB-04 --file tu-choi-dich-vu.yaml"
	    " --note \"Thêm số điện thoại nhà mạng\"" },
	{ "playbook text", "GET", "/playbooks/{id}/text", RIGHT_READ, 0, text_params, playbook_text,
	    NULL, "khien playbook text PB-04" },
	{ "playbook texts", "GET", "/playbooks/{id}/texts", RIGHT_READ, 0, texts_params,
	    playbook_texts, columns, "khien playbook texts PB-04" },
	{ "playbook withdraw", "POST", "/playbooks/{id}/withdraw", RIGHT_READ | RIGHT_ADMIN, OP_WRITE,
	    withdraw_params, playbook_withdraw, NULL,
	    "khien playbook withdraw PB-04 --reason \"Trở lại phương án cũ\"" },
	{ 0 },
};
