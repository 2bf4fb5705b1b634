/* SPDX-License-Identifier: Apache-2.0 */
#include "app/search.h"

#include <stdio.h>

#include "ledger/image.h"
#include "text/fold.h"

#define INDEXED_MAX ((size_t)64 << 10) /* bytes of one incident's text; the rest is not found */
#define AT_ONCE     64                 /* incidents and alerts in one commit, */
#define IN_ENTRY_MAX 64                /* incidents that one entry may add, */
#define ENTRIES_MAX 2000               /* and entries looked at for them */

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
	find_put(tx, FIND_INCIDENTS, id, buf_str(&t.folded), buf_str(&t.shown));
	buf_clear(&t.folded);
	buf_clear(&t.shown);
}

/* Values of [{"value":…}] are shown, the texts of ["…"] only found. */
static void
add_list(struct tx *tx, struct text *t, const char *sql, const char *alert_id)
{
	struct json *list = NULL;
	struct query q;

	query_open(&q, tx, sql, "t", alert_id);
	if (query_step(&q) && query_text(&q, 0) != NULL)
		json_parse(query_text(&q, 0), strlen(query_text(&q, 0)), &list, NULL);
	query_close(&q);
	for (size_t i = 0; i < json_len(list); i++) {
		const struct json *one = json_at(list, i);
		const char *value = json_get_str(one, "value"), *text = value != NULL ? value : json_str(one);

		if (text == NULL)
			continue;
		buf_addc(&t->folded, ' ');
		fold_search(&t->folded, text);
		if (value != NULL)
			add_line(&t->shown, value);
	}
	json_free(list);
}

static void
index_alert(struct tx *tx, const char *id)
{
	struct text t = { BUF_INIT(INDEXED_MAX), BUF_INIT(INDEXED_MAX) };

	add_rows(tx, &t, false, "SELECT number, title FROM alert WHERE id = ?", id);
	add_rows(tx, &t, true, "SELECT host, user_name, rule_id, source, source_ref FROM alert WHERE id = ?", id);
	add_list(tx, &t, "SELECT observables_json FROM alert_detail WHERE id = ?", id);
	add_list(tx, &t, "SELECT tags_json FROM alert WHERE id = ?", id);
	find_put(tx, FIND_ALERTS, id, buf_str(&t.folded), buf_str(&t.shown));
	buf_clear(&t.folded);
	buf_clear(&t.shown);
}

/* ---- following --------------------------------------------------------------- */

/* Alerts may be many in one entry; each is looked at whatever it takes. */
struct follow {
	struct app *app;
	char id[AT_ONCE + IN_ENTRY_MAX + 1][37];
	size_t n;
	struct arena arena;
	const char **alert;
	size_t alerts, alerts_size;
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

static void
note_alert(struct follow *f, const char *id, size_t len)
{
	for (size_t i = f->alerts; i > 0; i--)
		if (strncmp(f->alert[i - 1], id, len) == 0)
			return;
	if (f->alerts == f->alerts_size) {
		size_t size = f->alerts_size == 0 ? AT_ONCE : 2 * f->alerts_size;
		const char **more = arena_alloc(&f->arena, size * sizeof(*more));

		if (f->alerts > 0)
			memcpy(more, f->alert, f->alerts * sizeof(*more));
		f->alert = more;
		f->alerts_size = size;
	}
	f->alert[f->alerts++] = arena_strndup(&f->arena, id, len);
}

static void
note_row(void *arg, struct span table, struct span id, struct span row)
{
	static const char *const of[] = { "alert", "alert_detail" };

	(void)row;
	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (table.len == strlen(of[i]) && memcmp(table.at, of[i], table.len) == 0)
			note_alert(arg, id.at, id.len);
}

/* What is gone was put away with its incident; alerts are never deleted. */
static void
pass_del(void *arg, struct span table, struct span id)
{
	(void)arg, (void)table, (void)id;
}

static void
pass_erased(void *arg, int64_t seq)
{
	(void)arg, (void)seq;
}

static void
note_alerts(struct follow *f, const char *payload)
{
	const struct image_visitor visitor = { f, note_row, pass_del, pass_erased };

	/* A quote inside a text is escaped: this is a table's name or nothing. */
	if (payload != NULL && strstr(payload, "\"t\":\"alert") != NULL)
		image_scan(payload, strlen(payload), &visitor);
}

/* The incidents and alerts of the entries that come next. */
static void
collect(struct tx *tx, struct follow *f)
{
	struct query q;
	int64_t from = find_next(tx, f->app->agency_id);

	f->n = f->alerts = 0;
	f->next = from;
	f->more = false;
	query_open(&q, tx, "SELECT seq, incident_id, payload FROM ledger_entry WHERE agency_id = ? AND seq >= ?"
	    " ORDER BY seq", "ti", f->app->agency_id, from);
	while (query_step(&q)) {
		if (f->n + f->alerts >= AT_ONCE || f->next - from == ENTRIES_MAX) {
			f->more = true;
			break;
		}
		if (query_text(&q, 1) != NULL)
			note_incident(f, query_text(&q, 1));
		note_images(f, query_text(&q, 2));
		note_alerts(f, query_text(&q, 2));
		f->next = query_int(&q, 0) + 1;
	}
	query_close(&q);
}

/*
 * Alerts from before they could be found: taken in once, in the order they came, as many
 * as the mark of their own says.  DONE when that is over.
 */
#define DONE INT64_MAX

static const char *
earlier_mark(struct follow *f)
{
	return arena_printf(&f->arena, "%s/alerts", f->app->agency_id);
}

static void
take_earlier(struct tx *tx, struct follow *f)
{
	const char *mark = earlier_mark(f);
	int64_t at = find_next(tx, mark), n = 0;
	struct query q;

	f->alerts = 0;
	if (at == DONE)
		return;
	query_open(&q, tx, "SELECT id FROM alert WHERE agency_id = ? ORDER BY id LIMIT ? OFFSET ?", "tii",
	    f->app->agency_id, (int64_t)AT_ONCE, at);
	for (; query_step(&q); n++)
		note_alert(f, query_text(&q, 0), strlen(query_text(&q, 0)));
	query_close(&q);
	for (size_t i = 0; i < f->alerts; i++)
		index_alert(tx, f->alert[i]);
	f->more |= n == AT_ONCE;
	find_set_next(tx, mark, n == AT_ONCE ? at + n : DONE);
}

static int
follow(struct tx *tx, void *arg, struct err *err)
{
	struct follow *f = arg;

	collect(tx, f);
	for (size_t i = 0; i < f->n; i++)
		index_incident(tx, f->id[i]);
	for (size_t i = 0; i < f->alerts; i++)
		index_alert(tx, f->alert[i]);
	find_set_next(tx, f->app->agency_id, f->next);
	take_earlier(tx, f);
	return err->kind;
}

static int
is_behind(struct tx *tx, void *arg, struct err *err)
{
	struct follow *f = arg;

	f->more = tx_int(tx, "SELECT size FROM ledger_head WHERE agency_id = ?", "t",
	    f->app->agency_id) > find_next(tx, f->app->agency_id) || find_next(tx, earlier_mark(f)) != DONE;
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
	arena_clear(&f.arena);
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
	return search_words_of(call, arg_text(call, name), words);
}

const char *
search_words_of(struct call *call, const char *text, enum find_words words)
{
	struct buf folded = BUF_INIT(2000), query = BUF_INIT(8000);
	const char *result = NULL;

	fold_search(&folded, text);
	find_query(&query, buf_str(&folded), words);
	if (query.len > 0 && !query.full)
		result = arena_strdup(call->arena, buf_str(&query));
	buf_clear(&folded);
	buf_clear(&query);
	return result;
}
