/* SPDX-License-Identifier: Apache-2.0 */
#include "app/others.h"

#include "app/app.h"
#include "pack/bodies.h"

#define DAY_MS INT64_C(86400000)

const char *
words_in(struct call *call, enum lang lang, const char *key, const char *const *args)
{
	const char *names[ERR_ARGS_MAX], *values[ERR_ARGS_MAX];
	struct buf text = BUF_INIT(8000);
	const char *ret;
	size_t n = 0;

	for (; args != NULL && args[0] != NULL && n < ERR_ARGS_MAX; args += 2) {
		names[n] = args[0];
		values[n++] = args[1] == NULL ? "" : args[1];
	}
	words_format(&text, lang, key, names, values, n);
	ret = arena_strdup(call->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

char *
day_of(int64_t at_ms, char out[static CONTACT_DAY_SIZE])
{
	char iso[CLOCK_TEXT_SIZE];

	clock_iso(at_ms + CLOCK_LOCAL_S * INT64_C(1000), iso);
	memcpy(out, iso, CONTACT_DAY_SIZE - 1);
	out[CONTACT_DAY_SIZE - 1] = '\0';
	return out;
}

int64_t
day_start(const char *day)
{
	int64_t ms;

	return contact_day_valid(day) && clock_parse(day, &ms) ? ms : SQL_NULL;
}

int
contact_arg(struct call *call, const char *name, struct contact *ret)
{
	struct arena *a = call->arena;
	struct query q;

	query_open(&q, call->tx, "SELECT id, role, name, person, COALESCE(mobile, phone), is_retired"
	    " FROM contact WHERE id = ? AND agency_id = ?", "tt", arg_text(call, name), call->agency_id);
	if (query_step(&q)) {
		ret->id = arena_strdup(a, query_text(&q, 0));
		ret->role = arena_strdup(a, query_text(&q, 1));
		ret->name = arena_strdup(a, query_text(&q, 2));
		ret->person = arena_strdup(a, query_text(&q, 3));
		ret->phone = arena_strdup(a, query_text(&q, 4));
		ret->is_retired = query_int(&q, 5) != 0;
	} else {
		call_fail(call, ERR_NOT_FOUND, "err.not_found", name);
	}
	query_close(&q);
	return call->err->kind;
}

size_t
contact_warn_name(struct call *call, const char *name, const char *field)
{
	const struct pack_body *gone = pack_body_gone(call->app->packs, name, call->now);
	char when[CLOCK_TEXT_SIZE];

	if (gone == NULL)
		return 0;
	jsonw_object(call->out);
	jsonw_kstring(call->out, "id", "gone");
	jsonw_kstring(call->out, "field", field);
	jsonw_kstring(call->out, "text", words_in(call, call->lang, "contact.warn.gone",
	    (const char *const[]){ "name", pack_say(&gone->names[0], "vi"), "date",
	    clock_vi(gone->until_ms, when) + strlen("00:00 "), "now",
	    pack_say(&gone->now, lang_code(call->lang)), NULL }));
	jsonw_object_end(call->out);
	return 1;
}

/* Keeps ${ret} the ${max} nearest, in order. */
static size_t
keep(struct contact_due *ret, size_t n, size_t max, const struct contact_due *item)
{
	size_t at = n;

	while (at > 0 && item->due_at < ret[at - 1].due_at)
		at--;
	if (at == max)
		return n;
	memmove(&ret[at + 1], &ret[at], (n - at - (n == max)) * sizeof(*ret));
	ret[at] = *item;
	return n == max ? n : n + 1;
}

size_t
contacts_due(struct call *call, int64_t from, int64_t to, struct contact_due *ret, size_t max)
{
	char due[CONTACT_DAY_SIZE], created[CONTACT_DAY_SIZE];
	struct query q;
	size_t n = 0;

	query_open(&q, call->tx, "SELECT id, name, role, verified_on, created_at FROM contact WHERE"
	    " agency_id = ? AND is_retired = 0 ORDER BY id", "t", call->agency_id);
	while (query_step(&q)) {
		bool told = query_opt(&q, 4) != SQL_NULL;
		struct contact_due item = { .is_verified = query_text(&q, 3) != NULL };

		contact_due_on(query_text(&q, 3), told ? day_of(query_int(&q, 4), created) : NULL, due);
		item.due_at = day_start(due);
		if (item.due_at == SQL_NULL || item.due_at < from || item.due_at >= to)
			continue;
		item.id = arena_strdup(call->arena, query_text(&q, 0));
		item.name = arena_strdup(call->arena, query_text(&q, 1));
		item.role = arena_strdup(call->arena, query_text(&q, 2));
		n = keep(ret, n, max, &item);
	}
	query_close(&q);
	return n;
}
