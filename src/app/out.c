/* SPDX-License-Identifier: Apache-2.0 */
#include "app/out.h"

#include "app/visible.h"

#include <stdio.h>

#include "app/app.h"
#include "pack/say.h"

static bool
ends(const char *name, size_t len, const char *suffix)
{
	size_t n = strlen(suffix);

	return len > n && memcmp(name + len - n, suffix, n) == 0;
}

static bool
is_flag(const char *name)
{
	static const char *const prefix[] = { "is_", "needs_", "must_", "under_", "produces_" };

	for (size_t i = 0; i < ARRAY_LEN(prefix); i++)
		if (str_starts(name, prefix[i]))
			return true;
	return false;
}

/* How the columns of a query are written: worked out once, not for every row or request. */
struct plan {
	int n;
	struct field {
		enum {
			FIELD_PLAIN,
			FIELD_SKIP,
			FIELD_TIME,
			FIELD_FLAG,
			FIELD_JSON,
			FIELD_LIST,
			FIELD_WORD,
			FIELD_SAID
		} kind;
		char key[56]; /* with its quotes and colon */
		size_t len;
	} field[];
};

static void
plan_field(struct field *f, const char *name)
{
	static const struct { const char *ending; int kind; } as[] = {
		{ "_json", FIELD_JSON }, { "_list", FIELD_LIST }, { "_word", FIELD_WORD },
		{ "_said", FIELD_SAID },
	};
	size_t len = strlen(name);

	f->kind = strcmp(name, "agency_id") == 0 ? FIELD_SKIP
		  : ends(name, len, "_at")	 ? FIELD_TIME
		  : is_flag(name)		 ? FIELD_FLAG
						 : FIELD_PLAIN;
	for (size_t i = 0; i < ARRAY_LEN(as); i++) {
		if (ends(name, len, as[i].ending)) {
			f->kind = as[i].kind;
			len -= strlen(as[i].ending);
		}
	}
	f->len = (size_t)snprintf(f->key, sizeof(f->key), "\"%.*s\":", (int)(len < 50 ? len : 50), name);
}

static const struct plan *
plan_of(struct query *q)
{
	void **keep = query_keep(q, KEEP_FIELDS);
	struct plan *p = *keep;

	if (p != NULL)
		return p;
	p = xcalloc(1, sizeof(*p) + (size_t)query_columns(q) * sizeof(p->field[0]));
	p->n = query_columns(q);
	for (int i = 0; i < p->n; i++)
		plan_field(&p->field[i], query_name(q, i));
	*keep = p;
	return p;
}

static void
words_array(struct jsonw *w, const char *text)
{
	jsonw_array(w);
	while (text != NULL && *text != '\0') {
		size_t n = strcspn(text, " ");

		if (n > 0)
			jsonw_stringn(w, text, n);
		text += n + (text[n] == ' ');
	}
	jsonw_array_end(w);
}

static void
out_number(struct jsonw *w, const struct field *f, int64_t n)
{
	char iso[CLOCK_TEXT_SIZE];

	if (f->kind == FIELD_TIME)
		jsonw_string(w, clock_iso(n, iso));
	else if (f->kind == FIELD_FLAG)
		jsonw_bool(w, n != 0);
	else
		jsonw_int(w, n);
}

const char *
out_said(struct call *call, const char *text)
{
	static const char *const own[] = { "plan.find_cause", "plan.find_cause_why",
		"duty.reason.not_incident", "duty.reason.duplicate", "duty.reason.not_verified",
		"duty.reason.no_notice", "duty.reason.not_beyond", "duty.reason.response_continues",
		"duty.reason.report_final", "duty.reason.final_report", "duty.reason.not_serious",
		"duty.reason.not_security", "duty.reason.no_personal_data", "duty.reason.other_data",
		"duty.reason.assessed", "duty.reason.request_rejected", "duty.reason.next_period" };
	const char *english;

	if (call->lang != LANG_EN || text == NULL)
		return text;
	english = packs_english(call->app->packs, text);
	for (size_t i = 0; english == NULL && i < ARRAY_LEN(own); i++)
		if (strcmp(word(LANG_VI, own[i]), text) == 0)
			english = word(LANG_EN, own[i]);
	return english == NULL ? text : english;
}

static void
out_text(struct call *call, const struct field *f, const struct query_cell *cell)
{
	if (f->kind == FIELD_JSON)
		jsonw_raw(call->out, cell->text, cell->size);
	else if (f->kind == FIELD_LIST)
		words_array(call->out, cell->text);
	else if (f->kind == FIELD_WORD)
		jsonw_string(call->out, word(call->lang, cell->text));
	else if (f->kind == FIELD_SAID)
		jsonw_string(call->out, out_said(call, cell->text));
	else
		jsonw_stringn(call->out, cell->text, cell->size);
}

void
out_fields(struct call *call, struct query *q)
{
	const struct plan *p = plan_of(q);

	for (int i = 0; i < p->n; i++) {
		const struct field *f = &p->field[i];
		struct query_cell cell;

		if (f->kind == FIELD_SKIP)
			continue;
		jsonw_quoted_key(call->out, f->key, f->len);
		cell = query_cell(q, i);
		if (cell.type == QUERY_INT && f->kind < FIELD_JSON)
			out_number(call->out, f, cell.number);
		else if (cell.type == QUERY_INT)
			jsonw_int(call->out, cell.number); /* a number is JSON, too */
		else if (cell.type != QUERY_NULL)
			out_text(call, f, &cell);
		else if (f->kind == FIELD_LIST)
			words_array(call->out, NULL);
		else
			jsonw_null(call->out);
	}
}

static size_t
rows(struct call *call, const char *key, int64_t limit, struct query *q, bool *ret_more)
{
	size_t n = 0;

	jsonw_karray(call->out, key);
	*ret_more = false;
	while (query_step(q)) {
		if ((int64_t)n == limit) {
			*ret_more = true;
			break;
		}
		jsonw_object(call->out);
		out_fields(call, q);
		jsonw_object_end(call->out);
		n++;
	}
	jsonw_array_end(call->out);
	query_close(q);
	return n;
}

size_t
out_rows(struct call *call, const char *key, const char *sql, const char *types, ...)
{
	struct query q;
	va_list ap;
	bool more;

	va_start(ap, types);
	query_vopen(&q, call->tx, sql, types, ap);
	va_end(ap);
	return rows(call, key, INT64_MAX, &q, &more);
}

size_t
out_page(struct call *call, const char *key, int64_t limit, const char *sql, const char *types, ...)
{
	struct query q;
	va_list ap;
	size_t n;
	bool more;

	va_start(ap, types);
	query_vopen(&q, call->tx, sql, types, ap);
	va_end(ap);
	n = rows(call, key, limit, &q, &more);
	jsonw_kbool(call->out, "more", more);
	return n;
}

bool
out_row(struct call *call, const char *field, const char *sql, const char *types, ...)
{
	struct query q;
	va_list ap;
	bool found;

	va_start(ap, types);
	query_vopen(&q, call->tx, sql, types, ap);
	va_end(ap);
	found = query_step(&q);
	if (found)
		out_fields(call, &q);
	else if (field != NULL)
		call_fail(call, ERR_NOT_FOUND, "err.not_found", field);
	query_close(&q);
	return found;
}

int64_t
page_limit(const struct call *call)
{
	return arg_int(call, "limit", 25);
}

int64_t
page_offset(const struct call *call)
{
	return arg_int(call, "offset", 0);
}

/* ---- filters ------------------------------------------------------------------ */

void
filter_init(struct filter *f, const char *sql)
{
	f->n = 0;
	buf_init(&f->sql, 8000);
	buf_adds(&f->sql, sql);
}

void
filter_clear(struct filter *f)
{
	buf_clear(&f->sql);
}

void
filter_sql(struct filter *f, const char *sql)
{
	buf_adds(&f->sql, sql);
}

static void
add_value(struct filter *f, const char *text, int64_t number)
{
	if (f->n == ARRAY_LEN(f->value))
		abort();
	f->value[f->n++] = (struct value){ text, number };
}

void
filter_text(struct filter *f, const char *sql, const char *value)
{
	if (value == NULL)
		return;
	buf_adds(&f->sql, sql);
	add_value(f, value, SQL_NULL);
}

void
filter_int(struct filter *f, const char *sql, int64_t value)
{
	if (value == SQL_NULL)
		return;
	buf_adds(&f->sql, sql);
	add_value(f, NULL, value);
}

void
filter_visible(struct filter *f, const struct call *call)
{
	buf_adds(&f->sql, " AND " VISIBLE);
	add_value(f, call->agency_id, 0);
	add_value(f, NULL, call->actor.sees);
	add_value(f, NULL, call->actor.sees);
	add_value(f, NULL, call->actor.sees);
	add_value(f, call->actor.division_id, 0);
	add_value(f, call->actor.id, 0);
	add_value(f, call->actor.id, 0);
}

size_t
out_filtered(struct call *call, const char *key, int64_t limit, const struct filter *f)
{
	struct query q;
	size_t n;
	bool more;

	query_openv(&q, call->tx, buf_str(&f->sql), f->value, f->n);
	n = rows(call, key, limit, &q, &more);
	jsonw_kbool(call->out, "more", more);
	return n;
}

void
out_page_begin(struct call *call, int64_t limit, struct out_page *ret)
{
	*ret = (struct out_page){ page_offset(call), limit, false };
	jsonw_karray(call->out, "items");
}

void
out_page_add(struct call *call, struct out_page *page, struct filter *f,
    void (*row)(struct call *call, struct query *q))
{
	struct query q;

	filter_int(f, " LIMIT ?", page->skip + page->left + 1);
	query_openv(&q, call->tx, buf_str(&f->sql), f->value, f->n);
	while (!page->more && query_step(&q)) {
		if (page->skip > 0) {
			page->skip--;
		} else if (page->left == 0) {
			page->more = true;
		} else {
			page->left--;
			jsonw_object(call->out);
			(row == NULL ? out_fields : row)(call, &q);
			jsonw_object_end(call->out);
		}
	}
	query_close(&q);
	filter_clear(f);
}

void
out_page_end(struct call *call, const struct out_page *page)
{
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", page->more);
}

void
out_parts(struct call *call, struct filter *part, size_t n, int64_t limit,
    void (*row)(struct call *call, struct query *q))
{
	struct out_page page;

	out_page_begin(call, limit, &page);
	for (size_t i = 0; i < n; i++) {
		if (page.more)
			filter_clear(&part[i]);
		else
			out_page_add(call, &page, &part[i], row);
	}
	out_page_end(call, &page);
}
