/* SPDX-License-Identifier: Apache-2.0 */
#include "app/out.h"

#include "app/visible.h"

#include <stdio.h>

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
key_without(struct jsonw *w, const char *name, size_t len)
{
	char key[64];

	snprintf(key, sizeof(key), "%.*s", (int)len, name);
	jsonw_key(w, key);
}

static void
text_field(struct call *call, struct query *q, int i, const char *name, size_t len)
{
	const char *text = query_text(q, i);

	if (ends(name, len, "_json")) {
		key_without(call->out, name, len - 5);
		jsonw_raw(call->out, text, query_size(q, i));
	} else if (ends(name, len, "_list")) {
		key_without(call->out, name, len - 5);
		words_array(call->out, text);
	} else if (ends(name, len, "_word")) {
		key_without(call->out, name, len - 5);
		jsonw_string(call->out, word(call->lang, text));
	} else {
		jsonw_key(call->out, name);
		jsonw_stringn(call->out, text, query_size(q, i));
	}
}

static void
null_field(struct jsonw *w, const char *name, size_t len)
{
	if (ends(name, len, "_list")) {
		key_without(w, name, len - 5);
		words_array(w, NULL);
		return;
	}
	key_without(w, name, ends(name, len, "_json") || ends(name, len, "_word") ? len - 5 : len);
	jsonw_null(w);
}

void
out_fields(struct call *call, struct query *q)
{
	char iso[CLOCK_TEXT_SIZE];
	int n = query_columns(q);

	for (int i = 0; i < n; i++) {
		const char *name = query_name(q, i);
		size_t len = strlen(name);

		if (strcmp(name, "agency_id") == 0)
			continue;
		switch (query_type(q, i)) {
		case QUERY_NULL:
			null_field(call->out, name, len);
			break;
		case QUERY_INT:
			jsonw_key(call->out, name);
			if (ends(name, len, "_at"))
				jsonw_string(call->out, clock_iso(query_int(q, i), iso));
			else if (is_flag(name))
				jsonw_bool(call->out, query_int(q, i) != 0);
			else
				jsonw_int(call->out, query_int(q, i));
			break;
		default:
			text_field(call, q, i, name, len);
		}
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
	return arg_int(call, "limit", 50);
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
