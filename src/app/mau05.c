/* SPDX-License-Identifier: Apache-2.0 */
#include "app/mau05.h"

#include "app/app.h"
#include "app/mau05_part.h"
#include "app/stat.h"
#include "text/fold.h"

const char *const mau05_columns[] = { "count", "self_handled", "helped_domestic", "helped_foreign",
	"asked_coordinator", NULL };

/* ---- one agency ----------------------------------------------------------------------------- */

static struct json *
row_of(const struct json *from)
{
	struct json *row = json_new_object();

	if (json_get_str(from, "type") != NULL)
		json_set_str(row, "type", json_get_str(from, "type"));
	json_set_str(row, "title", json_get_str(from, "title"));
	for (size_t i = 0; mau05_columns[i] != NULL; i++)
		json_set_int(row, mau05_columns[i], json_get_int(from, mau05_columns[i], 0));
	json_set_int(row, "damage_vnd", json_get_int(from, "damage_vnd", 0));
	json_set_str(row, "damage", json_get_str(from, "damage"));
	return row;
}

static struct json *
names_of(const struct json *list)
{
	struct json *names = json_new_array();

	for (size_t i = 0; i < json_len(list); i++)
		json_append(names, json_new_string(json_get_str(json_at(list, i), "name")));
	return names;
}

static struct json *
agency_of(struct call *call)
{
	struct json *agency = json_new_object();
	struct query q;

	query_open(&q, call->tx, "SELECT name, address, member_code FROM agency WHERE id = ?", "t",
	    call->agency_id);
	/* What is not known is "", as it is read back. */
	if (query_step(&q))
		for (int i = 0; i < query_columns(&q); i++)
			json_set_str(agency, query_name(&q, i), query_text(&q, i) == NULL ? "" :
			    query_text(&q, i));
	query_close(&q);
	return agency;
}

struct json *
mau05_own(struct call *call, int64_t from_ms, int64_t to_ms)
{
	enum lang was = call->lang;
	struct json *data, *rows, *stat;

	/* An official paper, in Vietnamese whatever language the screen has. */
	call->lang = LANG_VI;
	stat = stat_make(call, from_ms, to_ms);
	call->lang = was;
	if (stat == NULL)
		return NULL;
	data = json_new_object();
	json_set_str(data, "format", MAU05_FORMAT);
	json_set_int(data, "version", MAU05_VERSION);
	json_set(data, "agency", agency_of(call));
	json_set_str(data, "from", json_get_str(stat, "from"));
	json_set_str(data, "to", json_get_str(stat, "to"));
	rows = json_new_array();
	for (size_t i = 0; i < json_len(json_get(stat, "rows")); i++)
		json_append(rows, row_of(json_at(json_get(stat, "rows"), i)));
	json_set(data, "rows", rows);
	json_set(data, "total", row_of(json_get(stat, "total")));
	json_set(data, "helpers", names_of(json_get(stat, "helpers")));
	json_set(data, "helpers_foreign", names_of(json_get(stat, "helpers_foreign")));
	json_set_str(data, "proposals", "");
	json_set(data, "sources", json_new_array());
	json_free(stat);
	return data;
}

/* ---- several agencies ----------------------------------------------------------------------- */

/* Agencies are one when their member codes are, or without such a code their names as one reads them. */
static bool
same_agency(const struct json *a, const struct json *b)
{
	const char *x = json_get_str(a, "member_code"), *y = json_get_str(b, "member_code");
	struct buf p = BUF_INIT(2000), q = BUF_INIT(2000);
	bool same;

	if (!str_empty(x) && !str_empty(y))
		return str_eq(x, y);
	fold_search(&p, json_get_str(a, "name"));
	fold_search(&q, json_get_str(b, "name"));
	same = str_eq(buf_str(&p), buf_str(&q));
	buf_clear(&p);
	buf_clear(&q);
	return same;
}

/* Everything one data file speaks for: its sources, or the agency itself. */
static struct json *
speaks_for(const struct json *data)
{
	const struct json *agency = json_get(data, "agency");
	struct json *list, *one;

	if (json_len(json_get(data, "sources")) > 0)
		return json_clone(json_get(data, "sources"));
	list = json_new_array();
	one = json_new_object();
	json_set_str(one, "name", json_get_str(agency, "name"));
	json_set_str(one, "member_code", json_get_str(agency, "member_code"));
	json_set_int(one, "count", json_get_int(json_get(data, "total"), "count", 0));
	json_append(list, one);
	return list;
}

static const struct json *
known_source(const struct json *sum, const struct json *agency)
{
	const struct json *sources = json_get(sum, "sources");

	for (size_t i = 0; i < json_len(sources); i++)
		if (same_agency(json_at(sources, i), agency))
			return json_at(sources, i);
	return NULL;
}

static void
tell(struct call *call, struct json *list, const char *key, const char *file, const char *name)
{
	const char *const names[] = { "file", "name" };
	const char *const values[] = { file, name == NULL ? "" : name };
	struct buf text = BUF_INIT(2000);

	words_format(&text, call->lang, key, names, values, 2);
	json_append(list, json_new_string(buf_str(&text)));
	buf_clear(&text);
}

/* Whether the same bytes of meaning were added before: agency, period and every figure. */
static bool
is_duplicate(const struct json *sum, const struct json *other)
{
	const struct json *parts = json_get(sum, "parts");
	struct buf a = BUF_INIT((size_t)4 << 20), b = BUF_INIT((size_t)4 << 20);
	bool same = false;

	json_canonical(other, &a, NULL);
	for (size_t i = 0; i < json_len(parts) && !same; i++) {
		buf_reset(&b);
		json_canonical(json_at(parts, i), &b, NULL);
		same = str_eq(buf_str(&a), buf_str(&b));
	}
	buf_clear(&a);
	buf_clear(&b);
	return same;
}

static const char *
joined(struct call *call, const char *a, const char *b, const char *between)
{
	if (str_empty(a) || str_empty(b))
		return str_empty(a) ? b : a;
	return arena_printf(call->arena, "%s%s%s", a, between, b);
}

/* The sum in words again; what was never put into money stays beside it. */
static void
add_damage(struct call *call, struct json *row, const struct json *more)
{
	int64_t vnd = json_get_int(row, "damage_vnd", 0) + json_get_int(more, "damage_vnd", 0);
	const char *a = mau05_damage_words(call, row), *b = mau05_damage_words(call, more);
	const char *sum = vnd == 0 ? "" : arena_printf(call->arena, "%s %s",
	    number_vi(call->arena, vnd), word(LANG_VI, "stat.vnd"));

	json_set_int(row, "damage_vnd", vnd);
	json_set_str(row, "damage", joined(call, sum, joined(call, a, b, "; "), "; "));
}

static void
add_row(struct call *call, struct json *row, const struct json *more)
{
	for (size_t i = 0; mau05_columns[i] != NULL; i++)
		json_set_int(row, mau05_columns[i], json_get_int(row, mau05_columns[i], 0) +
		    json_get_int(more, mau05_columns[i], 0));
	add_damage(call, row, more);
}

static struct json *
row_by_type(const struct json *data, const char *type)
{
	const struct json *rows = json_get(data, "rows");

	for (size_t i = 0; i < json_len(rows); i++)
		if (str_eq(json_get_str(json_at(rows, i), "type"), type))
			return json_at(rows, i);
	return NULL;
}

static void
add_names(struct json *sum, const struct json *other, const char *key)
{
	struct json *list = json_get(sum, key);
	const struct json *more = json_get(other, key);

	for (size_t i = 0; i < json_len(more); i++) {
		const char *name = json_str(json_at(more, i));
		bool known = false;

		for (size_t k = 0; k < json_len(list); k++)
			known = known || str_eq(json_str(json_at(list, k)), name);
		if (!known)
			json_append(list, json_new_string(name));
	}
}

/* Nothing is added while anything of it is known already. */
static bool
may_add(struct call *call, const struct json *sum, const struct json *other, const char *name,
    struct json *conflicts)
{
	struct json *sources = speaks_for(other);
	bool may = true;

	if (!str_eq(json_get_str(sum, "from"), json_get_str(other, "from")) ||
	    !str_eq(json_get_str(sum, "to"), json_get_str(other, "to"))) {
		tell(call, conflicts, "mau05.other_period", name, arena_printf(call->arena,
		    "%s – %s", json_get_str(other, "from"), json_get_str(other, "to")));
		may = false;
	}
	for (size_t i = 0; may && i < json_len(sources); i++)
		if (known_source(sum, json_at(sources, i)) != NULL) {
			tell(call, conflicts, "mau05.twice", name,
			    json_get_str(json_at(sources, i), "name"));
			may = false;
		}
	json_free(sources);
	return may;
}

/* The own figures become the first part of a sum. */
static void
begin_sum(struct json *sum)
{
	struct json *parts, *own;

	if (json_get(sum, "parts") != NULL)
		return;
	own = json_clone(sum);
	parts = json_new_array();
	json_set(sum, "sources", speaks_for(sum));
	json_append(parts, own);
	json_set(sum, "parts", parts);
}

void
mau05_add(struct call *call, struct json *sum, const struct json *other, const char *name,
    struct json *duplicates, struct json *conflicts)
{
	struct json *sources;
	const char *proposals;

	begin_sum(sum);
	if (is_duplicate(sum, other)) {
		tell(call, duplicates, "mau05.duplicate", name,
		    json_get_str(json_get(other, "agency"), "name"));
		return;
	}
	if (!may_add(call, sum, other, name, conflicts))
		return;
	for (size_t i = 0; i < json_len(json_get(other, "rows")); i++) {
		const struct json *more = json_at(json_get(other, "rows"), i);
		struct json *row = row_by_type(sum, json_get_str(more, "type"));

		if (row != NULL)
			add_row(call, row, more);
	}
	add_row(call, json_get(sum, "total"), json_get(other, "total"));
	add_names(sum, other, "helpers");
	add_names(sum, other, "helpers_foreign");
	proposals = json_get_str(other, "proposals");
	if (!str_empty(proposals))
		json_set_str(sum, "proposals", joined(call, json_get_str(sum, "proposals"),
		    arena_printf(call->arena, "%s: %s", json_get_str(json_get(other, "agency"), "name"),
		    proposals), "\n"));
	sources = speaks_for(other);
	for (size_t i = 0; i < json_len(sources); i++)
		json_append(json_get(sum, "sources"), json_clone(json_at(sources, i)));
	json_free(sources);
	json_append(json_get(sum, "parts"), json_clone(other));
}

/* ---- as the form's values ------------------------------------------------------------------- */

struct json *
mau05_values(const struct json *data)
{
	struct json *values = json_new_object(), *table = json_clone(json_get(data, "rows")), *row;

	json_append(table, json_clone(json_get(data, "total")));
	for (size_t i = 0; i < json_len(table); i++) {
		row = json_at(table, i);
		json_del(row, "type");
		json_del(row, "damage_vnd");
	}
	json_set(values, "incidents", table);
	json_set(values, "helpers", json_clone(json_get(data, "helpers")));
	json_set(values, "helpers_foreign", json_clone(json_get(data, "helpers_foreign")));
	json_set(values, "sources", names_of(json_get(data, "sources")));
	if (!str_empty(json_get_str(data, "proposals")))
		json_set_str(values, "proposals", json_get_str(data, "proposals"));
	return values;
}
