/* SPDX-License-Identifier: Apache-2.0 */
#include "app/search.h"

#include <stdio.h>

#include "text/fold.h"

#define INDEXED_MAX ((size_t)64 << 10) /* bytes of one incident's text; the rest is not found */
#define AT_ONCE     64                 /* incidents in one commit */
#define IN_ENTRY_MAX 64                /* that one entry may add */
#define ENTRIES_MAX 2000               /* looked at for them */

struct text {
	struct buf folded, shown;
};

static void
add_line(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		buf_addc(out, (unsigned char)*text < ' ' ? ' ' : *text);
	buf_addc(out, '\n');
}

/* Adds the texts of all rows, folded, with a blank between them. */
static void
add_rows(struct tx *tx, struct text *t, bool shown, const char *sql, const char *incident_id)
{
	struct query q;

	query_open(&q, tx, sql, "t", incident_id);
	while (query_step(&q)) {
		for (int i = 0; i < query_columns(&q); i++) {
			if (query_text(&q, i) == NULL)
				continue;
			buf_addc(&t->folded, ' ');
			fold_search(&t->folded, query_text(&q, i));
			if (shown)
				add_line(&t->shown, query_text(&q, i));
		}
	}
	query_close(&q);
}

static void
index_incident(struct tx *tx, const char *id)
{
	struct text t = { BUF_INIT(INDEXED_MAX), BUF_INIT(INDEXED_MAX) };

	add_rows(tx, &t, false, "SELECT number, title FROM incident WHERE id = ?", id);
	add_rows(tx, &t, true, "SELECT summary FROM incident WHERE id = ?", id);
	add_rows(tx, &t, true, "SELECT description FROM report WHERE incident_id = ? ORDER BY entered_at",
	    id);
	add_rows(tx, &t, false, "SELECT number, place FROM report WHERE incident_id = ?", id);
	add_rows(tx, &t, true, "SELECT name FROM scope_item WHERE incident_id = ?", id);
	add_rows(tx, &t, true, "SELECT value FROM observable WHERE incident_id = ?", id);
	add_rows(tx, &t, false, "SELECT number, doc_number FROM incoming WHERE incident_id = ?", id);
	add_rows(tx, &t, true, "SELECT issuer, content FROM incoming WHERE incident_id = ?", id);
	add_rows(tx, &t, false, "SELECT number FROM evidence WHERE incident_id = ?", id);
	add_rows(tx, &t, true, "SELECT name FROM evidence WHERE incident_id = ?", id);
	add_rows(tx, &t, true, "SELECT text FROM timeline WHERE incident_id = ? AND kind = 'note'", id);
	find_put(tx, id, buf_str(&t.folded), buf_str(&t.shown));
	buf_clear(&t.folded);
	buf_clear(&t.shown);
}

/* ---- following --------------------------------------------------------------- */

struct follow {
	struct app *app;
	char id[AT_ONCE + IN_ENTRY_MAX + 1][37];
	size_t n;
	int64_t next;
	bool more;
};

static void
note_incident(struct follow *f, const char *id)
{
	for (size_t i = f->n; i > 0; i--)
		if (strcmp(f->id[i - 1], id) == 0)
			return;
	snprintf(f->id[f->n++], sizeof(f->id[0]), "%s", id);
}

/* An entry may touch several incidents: each of its images says whose it is (ledger/row.h). */
static void
note_images(struct follow *f, const char *payload)
{
	static const char member[] = "\"incident_id\":\"";
	char id[37];

	for (const char *p = payload; p != NULL && f->n < AT_ONCE + IN_ENTRY_MAX &&
	    (p = strstr(p, member)) != NULL;) {
		p += strlen(member);
		snprintf(id, sizeof(id), "%.36s", p);
		note_incident(f, id);
	}
}

/* The incidents of the entries that come next. */
static void
collect(struct tx *tx, struct follow *f)
{
	struct query q;
	int64_t from = find_next(tx, f->app->agency_id);

	f->n = 0;
	f->next = from;
	f->more = false;
	query_open(&q, tx, "SELECT seq, incident_id, payload FROM ledger_entry WHERE agency_id = ? AND seq >= ?"
	    " ORDER BY seq", "ti", f->app->agency_id, from);
	while (query_step(&q)) {
		if (f->n >= AT_ONCE || f->next - from == ENTRIES_MAX) {
			f->more = true;
			break;
		}
		if (query_text(&q, 1) != NULL)
			note_incident(f, query_text(&q, 1));
		note_images(f, query_text(&q, 2));
		f->next = query_int(&q, 0) + 1;
	}
	query_close(&q);
}

static int
follow(struct tx *tx, void *arg, struct err *err)
{
	struct follow *f = arg;

	collect(tx, f);
	for (size_t i = 0; i < f->n; i++)
		index_incident(tx, f->id[i]);
	find_set_next(tx, f->app->agency_id, f->next);
	return err->kind;
}

static int
is_behind(struct tx *tx, void *arg, struct err *err)
{
	struct follow *f = arg;

	f->more = tx_int(tx, "SELECT size FROM ledger_head WHERE agency_id = ?", "t",
	    f->app->agency_id) > find_next(tx, f->app->agency_id);
	return err->kind;
}

int
search_follow(struct app *app, bool *ret_did, bool *ret_more, struct err *err)
{
	struct follow f = { .app = app };
	int ret = store_read(app->store, is_behind, &f, err);

	*ret_did = ret == 0 && f.more;
	if (*ret_did)
		ret = store_write(app->store, follow, &f, err);
	*ret_more = ret == 0 && f.more;
	return ret;
}

struct tidy {
	bool begin, more;
};

static int
tidy(struct tx *tx, void *arg, struct err *err)
{
	struct tidy *t = arg;

	t->more = find_tidy(tx, t->begin);
	return err->kind;
}

int
search_tidy(struct app *app, bool begin, bool *ret_more, struct err *err)
{
	struct tidy t = { begin, false };
	int ret = store_write(app->store, tidy, &t, err);

	*ret_more = ret == 0 && t.more;
	return ret;
}

void
search_catch_up(struct app *app)
{
	struct err err = { 0 };
	bool did, more = true;

	while (more && search_follow(app, &did, &more, &err) == 0)
		continue;
	err_clear(&err);
}

const char *
search_words(struct call *call, const char *name, enum find_words words)
{
	struct buf folded = BUF_INIT(2000), query = BUF_INIT(8000);
	const char *result = NULL;

	fold_search(&folded, arg_text(call, name));
	find_query(&query, buf_str(&folded), words);
	if (query.len > 0 && !query.full)
		result = arena_strdup(call->arena, buf_str(&query));
	buf_clear(&folded);
	buf_clear(&query);
	return result;
}
