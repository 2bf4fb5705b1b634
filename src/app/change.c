/* SPDX-License-Identifier: Apache-2.0 */
#include "app/change.h"

#include <stdio.h>

#include "app/app.h"
#include "app/duty.h"
#include "base/id.h"
#include "ledger/image.h"
#include "ledger/ledger.h"
#include "ledger/row.h"

#define COLS_MAX    60
#define PAYLOAD_MAX ((size_t)8 << 20)
#define SQL_MAX     4000

void
change_begin(struct call *call, struct change *change)
{
	*change = (struct change){ .image = BUF_INIT(PAYLOAD_MAX) };
	call->change = change;
}

static void
touch_new(struct call *call, const struct touched *row)
{
	struct change *change = call->change;

	if (change->rows == CHANGE_ROWS_MAX) {
		call_fail(call, ERR_TOO_LARGE, "err.change_too_large", NULL);
		return;
	}
	if (change->rows == change->size) {
		size_t size = change->size == 0 ? 16 : change->size * 2;
		struct touched *list = arena_alloc(call->arena, size * sizeof(*list));

		if (change->rows > 0)
			memcpy(list, change->row, change->rows * sizeof(*list));
		change->row = list;
		change->size = size;
	}
	change->row[change->rows++] = *row;
}

static void
touch(struct call *call, const char *table, const char *id, bool deleted)
{
	struct change *change = call->change;

	for (size_t i = 0; i < change->rows; i++) {
		if (strcmp(change->row[i].id, id) == 0 && strcmp(change->row[i].table, table) == 0) {
			change->row[i].deleted = deleted;
			change->row[i].image = NULL;
			return;
		}
	}
	touch_new(call, &(struct touched){ table, arena_strdup(call->arena, id), NULL, deleted });
}

/* Carries out an INSERT; its row's image, in the arena, or NULL when it is to be read back. */
static const char *
insert(struct call *call, const char *table, const char *sql, const char *const *columns,
    const struct value *values, size_t n)
{
	struct buf *image = &call->change->image;
	const char *ret = NULL;
	struct query q;

	query_openv(&q, call->tx, sql, values, n);
	query_step(&q);
	buf_reset(image);
	if (call->err->kind == ERR_NONE && row_image_made(&q, table, columns, values, n, image))
		ret = arena_strndup(call->arena, buf_str(image), image->len);
	query_close(&q);
	return ret;
}

/* Adds a name of ours: COLS_MAX of them, a table and the words between are far below SQL_MAX. */
static char *
add(char *p, const char *word)
{
	return stpcpy(p, word);
}

const char *
change_insert(struct call *call, const char *table, const char *id, const struct col *cols, size_t n)
{
	char sql[SQL_MAX], *p = sql;
	const char *columns[COLS_MAX] = { "id", "agency_id", "version" };
	struct value values[COLS_MAX];
	char fresh[ID_SIZE];
	const char *key = arena_strdup(call->arena, id != NULL ? id : id_new(call->now, fresh)), *image;

	if (n > COLS_MAX - 3)
		abort();
	values[0] = (struct value){ key, SQL_NULL };
	values[1] = (struct value){ strcmp(table, "agency") == 0 ? key : call->agency_id, SQL_NULL };
	values[2] = (struct value){ NULL, 1 };
	p = add(add(add(p, "INSERT INTO "), table), " (id, agency_id, version");
	for (size_t i = 0; i < n; i++) {
		p = add(add(p, ", "), cols[i].name);
		columns[i + 3] = cols[i].name;
		values[i + 3] = (struct value){ cols[i].text, cols[i].number };
	}
	p = add(p, ") VALUES (?, ?, ?");
	for (size_t i = 0; i < n; i++)
		p = add(p, ", ?");
	add(p, ")");
	image = insert(call, table, sql, columns, values, n + 3);
	if (id == NULL)
		touch_new(call, &(struct touched){ table, key, image, false });
	else
		touch(call, table, key, false); /* may have been there before */
	return key;
}

/* Who changed the row since version ${seen}: lines for people, from the ledger. */
static void
list_changes(struct call *call, const char *id, int64_t current)
{
	struct buf list = BUF_INIT(4000);
	struct jsonw w = JSONW_INIT(&list);
	char when[CLOCK_TEXT_SIZE], line[300], key[80];
	struct query q;

	query_open(&q, call->tx, "SELECT e.at_ms, e.op, COALESCE(a.name, e.actor) FROM ledger_entry e"
	    " LEFT JOIN account a ON 'account:' || a.id = e.actor"
	    " WHERE e.agency_id = ?1 AND e.payload LIKE '%' || ?2 || '%' AND e.seq >= (SELECT size - 5000"
	    " FROM ledger_head WHERE agency_id = ?1) ORDER BY e.seq DESC LIMIT 5", "tt", call->agency_id, id);
	jsonw_array(&w);
	while (query_step(&q)) {
		snprintf(key, sizeof(key), "op.%s", query_text(&q, 1));
		for (char *p = key; *p != '\0'; p++)
			if (*p == ' ')
				*p = '.';
		snprintf(line, sizeof(line), "%s · %s · %s", clock_vi(query_int(&q, 0), when),
		    query_text(&q, 2), word(call->lang, key));
		jsonw_string(&w, line);
	}
	jsonw_array_end(&w);
	query_close(&q);
	err_set(call->err, ERR_CONFLICT, "err.conflict", NULL);
	err_argi(call->err, "version", current);
	if (call->err->list == NULL)
		call->err->list = buf_take(&list);
	buf_clear(&list);
}

int
change_update(struct call *call, const char *table, const char *id, int64_t seen,
    const struct col *cols, size_t n)
{
	char sql[SQL_MAX], *p = sql;
	struct value values[COLS_MAX];
	int64_t current;

	if (n > COLS_MAX - 3)
		abort();
	p = add(add(add(p, "UPDATE "), table), " SET version = version + 1");
	for (size_t i = 0; i < n; i++) {
		p = add(add(add(p, ", "), cols[i].name), " = ?");
		values[i] = (struct value){ cols[i].text, cols[i].number };
	}
	p = add(p, " WHERE id = ? AND agency_id = ?");
	values[n] = (struct value){ id, SQL_NULL };
	values[n + 1] = (struct value){ call->agency_id, SQL_NULL };
	values[n + 2] = (struct value){ NULL, seen };
	if (seen >= 0)
		add(p, " AND version = ?");
	tx_execv(call->tx, sql, values, n + 2 + (seen >= 0));
	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	if (tx_changes(call->tx) == 0) {
		current = tx_int(call->tx,
		    arena_printf(call->arena, "SELECT version FROM %s WHERE id = ? AND agency_id = ?", table),
		    "tt", id, call->agency_id);
		if (current == SQL_NULL)
			return call_fail(call, ERR_NOT_FOUND, "err.not_found", NULL);
		list_changes(call, id, current);
		return call->err->kind;
	}
	touch(call, table, id, false);
	return call->err->kind;
}

int
change_delete(struct call *call, const char *table, const char *id)
{
	tx_exec(call->tx, arena_printf(call->arena, "DELETE FROM %s WHERE id = ? AND agency_id = ?", table),
	    "tt", id, call->agency_id);
	if (call->err->kind == ERR_NONE && tx_changes(call->tx) == 0)
		return call_fail(call, ERR_NOT_FOUND, "err.not_found", NULL);
	touch(call, table, id, true);
	return call->err->kind;
}

void
change_info(struct call *call, const char *name, const char *value)
{
	if (call->change->info == NULL)
		call->change->info = json_new_object();
	json_set_str(call->change->info, name, value);
}

#define OF_COUNTER " WHERE agency_id = ? AND name = ? AND year = ?"

const char *
number_next(struct call *call, const char *prefix)
{
	int64_t year = clock_year(call->now);
	int64_t last = tx_int(call->tx, "SELECT value FROM counter" OF_COUNTER, "tti", call->agency_id,
	    prefix, year);

	if (last == SQL_NULL)
		tx_exec(call->tx, "INSERT INTO counter (value, agency_id, name, year) VALUES (?, ?, ?, ?)",
		    "itti", INT64_C(1), call->agency_id, prefix, year);
	else
		tx_exec(call->tx, "UPDATE counter SET value = ?" OF_COUNTER, "itti", last + 1,
		    call->agency_id, prefix, year);
	return arena_printf(call->arena, "%s-%lld-%04lld", prefix, (long long)year,
	    last == SQL_NULL ? 1LL : (long long)last + 1);
}

static const char *
actor_kind(enum actor_kind kind)
{
	static const char *const name[] = { "nobody", "account", "reporter", "link", "console", "job", "key" };

	return name[kind];
}

const char *
change_actor_kind(const struct call *call)
{
	return actor_kind(call->actor.kind);
}

void
change_stamped(struct call *call, const char *incident_id)
{
	snprintf(call->change->stamped, sizeof(call->change->stamped), "%s", incident_id);
}

/*
 * The incident's place in lists ordered by what happened last (ROW_STAMP).  Its version
 * stays: a note does not spoil what somebody else is editing meanwhile.
 */
static void
stamp(struct call *call, const char *incident_id)
{
	struct change *change = call->change;

	/* Writing the same time again would cost as much as the entry itself: three indexes carry it. */
	if (strcmp(change->stamped, incident_id) == 0)
		return;
	change_stamped(call, incident_id);
	tx_exec(call->tx, "UPDATE incident SET updated_at = ?1 WHERE id = ?2 AND updated_at <> ?1", "it",
	    call->now, incident_id);
}

void
change_timeline(struct call *call, const struct timeline_entry *e)
{
	struct buf args = BUF_INIT(20000);
	struct jsonw w = JSONW_INIT(&args);

	if (e->args != NULL && e->args[0] != NULL) {
		jsonw_object(&w);
		for (size_t i = 0; e->args[i] != NULL; i += 2)
			jsonw_kstring(&w, e->args[i], e->args[i + 1] == NULL ? "" : e->args[i + 1]);
		jsonw_object_end(&w);
	}
	change_insert(call, "timeline", NULL, COLS(
	    CT("incident_id", e->incident_id), CT("kind", e->kind), CT("op", call->op->name),
	    CT("word", e->word), CT("args_json", args.len == 0 ? NULL : buf_str(&args)),
	    CT("text", e->text),
	    CI("occurred_at", e->occurred_at == SQL_NULL ? call->now : e->occurred_at),
	    CI("told_at", e->told_at), CI("entered_at", call->now),
	    CT("actor_kind", actor_kind(call->actor.kind)),
	    CT("actor_id", str_empty(call->actor.id) ? NULL : call->actor.id),
	    CT("actor_name", str_empty(call->actor.name) ? NULL : call->actor.name),
	    CT("ref_table", e->ref_table), CT("ref_id", e->ref_id)));
	buf_clear(&args);
	stamp(call, e->incident_id);
}

/* ---- erasing ------------------------------------------------------------------ */

static const char *
span_text(struct call *call, struct span s)
{
	return arena_strndup(call->arena, s.at, s.len);
}

static void
again(struct call *call, const char *table, const char *id)
{
	int64_t there = tx_int(call->tx, arena_printf(call->arena, "SELECT 1 FROM %s WHERE id = ?", table),
	    "t", id);

	touch(call, table, id, there == SQL_NULL);
}

static void
saw_row(void *arg, struct span table, struct span id, struct span row)
{
	(void)row;
	again(arg, span_text(arg, table), span_text(arg, id));
}

static void
saw_del(void *arg, struct span table, struct span id)
{
	again(arg, span_text(arg, table), span_text(arg, id));
}

static void
saw_erased(void *arg, int64_t seq)
{
	(void)arg;
	(void)seq;
}

void
change_erase(struct call *call, int64_t seq)
{
	struct change *change = call->change;
	const struct image_visitor visitor = { call, saw_row, saw_del, saw_erased };
	const char *payload = tx_text(call->tx, call->arena, "SELECT payload FROM ledger_entry WHERE"
	    " agency_id = ? AND seq = ?", "ti", call->agency_id, seq);
	int64_t *list;

	if (payload == NULL || !image_scan(payload, strlen(payload), &visitor)) {
		call_fail(call, ERR_BROKEN, "err.not_found", NULL);
		return;
	}
	ledger_erase(call->tx, call->agency_id, seq, call->err);
	list = arena_alloc(call->arena, (change->erased_count + 1) * sizeof(*list));
	if (change->erased_count > 0)
		memcpy(list, change->erased, change->erased_count * sizeof(*list));
	list[change->erased_count++] = seq;
	change->erased = list;
}

/* ---- the entry ---------------------------------------------------------------- */

static void
add_deleted(struct call *call, struct jsonw *w)
{
	struct change *change = call->change;
	bool any = false;

	for (size_t i = 0; i < change->rows; i++) {
		if (!change->row[i].deleted)
			continue;
		if (!any)
			jsonw_karray(w, "del");
		any = true;
		jsonw_object(w);
		jsonw_kstring(w, "id", change->row[i].id);
		jsonw_kstring(w, "t", change->row[i].table);
		jsonw_object_end(w);
	}
	if (any)
		jsonw_array_end(w);
}

/* Remembers the first incident_id an image carries. */
static void
note_incident(struct change *change, const char *image)
{
	static const char member[] = "\"incident_id\":\"";
	const char *at = change->incident_id[0] == '\0' ? strstr(image, member) : NULL;

	if (at != NULL)
		snprintf(change->incident_id, sizeof(change->incident_id), "%.36s", at + strlen(member));
}

/* The row as it is now; NULL when there is none. Valid until the next. */
static const char *
read_back(struct call *call, const struct touched *row)
{
	struct buf *image = &call->change->image;
	struct query q;
	char sql[80];

	buf_reset(image);
	snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE id = ?", row->table);
	query_open(&q, call->tx, sql, "t", row->id);
	if (query_step(&q))
		row_image(&q, image);
	query_close(&q);
	return image->len == 0 ? NULL : buf_str(image);
}

static void
add_rows(struct call *call, struct jsonw *w)
{
	struct change *change = call->change;

	jsonw_karray(w, "rows");
	for (size_t i = 0; i < change->rows; i++) {
		const struct touched *row = &change->row[i];
		const char *image = row->deleted ? NULL : row->image != NULL ? row->image : read_back(call, row);

		if (image == NULL)
			continue;
		note_incident(change, image);
		jsonw_object(w);
		jsonw_kraw(w, "r", image);
		jsonw_kstring(w, "t", row->table);
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

/* "account:<id>" and so on; the console and nobody have no id. */
static const char *
actor_text(struct call *call)
{
	if (str_empty(call->actor.id))
		return actor_kind(call->actor.kind);
	return arena_printf(call->arena, "%s:%s", actor_kind(call->actor.kind), call->actor.id);
}

/*
 * The incident the entry belongs to: the first one it touches, else the one that its
 * rows say they belong to.
 */
static const char *
entry_incident(struct call *call)
{
	struct change *change = call->change;

	for (size_t i = 0; i < change->rows; i++)
		if (strcmp(change->row[i].table, "incident") == 0)
			return change->row[i].id;
	return change->incident_id[0] == '\0' ? NULL : change->incident_id;
}

static void
append(struct call *call)
{
	struct change *change = call->change;
	struct buf payload = BUF_INIT(PAYLOAD_MAX), info = BUF_INIT(PAYLOAD_MAX);
	struct jsonw w = JSONW_INIT(&payload);
	int64_t seq, last_at;

	if (call->err->kind == ERR_NONE && (change->rows > 0 || change->info != NULL)) {
		last_at = tx_int(call->tx, "SELECT at_ms FROM ledger_head WHERE agency_id = ?", "t",
		    call->agency_id);
		jsonw_object(&w);
		/* A wall clock that went back is recorded, never hidden. */
		if (last_at != SQL_NULL && call->now < last_at)
			jsonw_kint(&w, "clock_back_ms", last_at - call->now);
		add_deleted(call, &w);
		if (change->erased_count > 0) {
			jsonw_karray(&w, "erased");
			for (size_t i = 0; i < change->erased_count; i++)
				jsonw_int(&w, change->erased[i]);
			jsonw_array_end(&w);
		}
		if (change->info != NULL && json_canonical(change->info, &info, call->err) == 0)
			jsonw_kraw(&w, "info", buf_str(&info));
		jsonw_kstring(&w, "op", call->op->name);
		add_rows(call, &w);
		jsonw_object_end(&w);
		if (payload.full)
			call_fail(call, ERR_TOO_LARGE, "err.change_too_large", NULL);
		ledger_append(call->tx, &(struct ledger_entry){
		    .agency_id = call->agency_id, .at_ms = call->now, .actor = actor_text(call),
		    .op = call->op->name, .incident_id = entry_incident(call),
		    .payload = buf_str(&payload) }, &seq, call->err);
	}
	json_free(change->info);
	change->info = NULL;
	buf_clear(&payload);
	buf_clear(&info);
	buf_clear(&change->image);
}

int
change_part(struct call *call)
{
	struct change *change = call->change;

	append(call);
	change->rows = change->erased_count = 0;
	change->incident_id[0] = '\0';
	return call->err->kind;
}

int
change_commit(struct call *call)
{
	if (call->change->opened_id != NULL)
		duty_evaluate(call, call->change->opened_id);
	append(call);
	return call->err->kind;
}
