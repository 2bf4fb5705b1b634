/* SPDX-License-Identifier: Apache-2.0 */
/* mau05_read.c: figures somebody else counted: read, and believed only as far as they add up. */
#include <ctype.h>

#include "app/app.h"
#include "app/mau05_part.h"
#include "app/stat.h"
#include "base/utf8.h"
#include "text/fold.h"

#define COUNT_MAX INT64_C(1000000)
#define VND_MAX   INT64_C(1000000000000000)
#define NAME_MAX  300
#define TEXT_MAX  8000
#define NAMES_MAX 200

/* A file being read. */
struct reading {
	struct call *call;
	const char *file;
	bool failed;
};

static void
refuse(struct reading *r, const char *what)
{
	if (!r->failed)
		err_fail(r->call->err, ERR_INVALID, "err.mau05.file", "merge", "file", r->file, "what",
		    what);
	r->failed = true;
}

const char *
mau05_damage_words(struct call *call, const struct json *row)
{
	const char *damage = json_get_str(row, "damage");
	int64_t vnd = json_get_int(row, "damage_vnd", 0);
	const char *sum = arena_printf(call->arena, "%s %s", number_vi(call->arena, vnd),
	    word(LANG_VI, "stat.vnd"));

	if (damage == NULL)
		return "";
	if (vnd == 0 || !str_starts(damage, sum))
		return damage;
	damage += strlen(sum);
	return damage + strspn(damage, "; ");
}

/* ---- values --------------------------------------------------------------------------------- */

static const char *
text_of(struct reading *r, const struct json *object, const char *name, size_t max)
{
	const struct json *value = json_get(object, name);
	const char *text = json_str(value);

	if (value == NULL || json_kind(value) == JSON_KIND_NULL)
		return "";
	if (text == NULL || strlen(text) > max)
		refuse(r, name);
	for (const char *p = text; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p < ' ' && *p != '\n')
			refuse(r, name);
	return text == NULL ? "" : text;
}

static int64_t
number_of(struct reading *r, const struct json *object, const char *name, int64_t max)
{
	const struct json *value = json_get(object, name);
	int64_t n = json_int(value, -1);

	if (json_kind(value) != JSON_KIND_INT || n < 0 || n > max)
		refuse(r, name);
	return n < 0 ? 0 : n;
}

static const char *
day_of(struct reading *r, const struct json *object, const char *name)
{
	const char *text = text_of(r, object, name, 10);
	int64_t ms;

	if (strlen(text) != 10 || !clock_parse(text, &ms) ||
	    !str_eq(local_day(r->call->arena, ms), text))
		refuse(r, name);
	return text;
}

static struct json *
names_of(struct reading *r, const struct json *object, const char *name)
{
	const struct json *list = json_get(object, name);
	struct json *out = json_new_array();

	if (json_kind(list) != JSON_KIND_ARRAY || json_len(list) > NAMES_MAX)
		refuse(r, name);
	for (size_t i = 0; !r->failed && i < json_len(list); i++) {
		if (json_str(json_at(list, i)) == NULL || strlen(json_str(json_at(list, i))) > NAME_MAX)
			refuse(r, name);
		else
			json_append(out, json_clone(json_at(list, i)));
	}
	return out;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* A person has to find the cell: the row and column as the form has them, not as we call them. */
static void
check_cells(struct reading *r, const struct json *from, const char *title)
{
	for (size_t i = 0; mau05_columns[i] != NULL; i++) {
		const struct json *value = json_get(from, mau05_columns[i]);

		if (json_kind(value) != JSON_KIND_INT || json_int(value, -1) < 0)
			refuse(r, arena_printf(r->call->arena, "%s, %s", title, word(r->call->lang,
			    arena_printf(r->call->arena, "mau05.column.%s", mau05_columns[i]))));
	}
}

/* No part of an incident count is greater than the count. */
static struct json *
read_row(struct reading *r, const struct json *from, const char *type, const char *title)
{
	struct json *row = json_new_object();
	int64_t count, n;

	check_cells(r, from, title);
	count = number_of(r, from, "count", COUNT_MAX);
	if (type != NULL)
		json_set_str(row, "type", type);
	json_set_str(row, "title", title);
	for (size_t i = 0; mau05_columns[i] != NULL; i++) {
		n = number_of(r, from, mau05_columns[i], COUNT_MAX);
		if (n > count)
			refuse(r, title);
		json_set_int(row, mau05_columns[i], n);
	}
	json_set_int(row, "damage_vnd", number_of(r, from, "damage_vnd", VND_MAX));
	json_set_str(row, "damage", text_of(r, from, "damage", TEXT_MAX));
	return row;
}

static const struct json *
row_by_type(const struct json *rows, const char *type)
{
	const struct json *found = NULL;

	for (size_t i = 0; i < json_len(rows); i++)
		if (str_eq(json_get_str(json_at(rows, i), "type"), type)) {
			if (found != NULL)
				return NULL; /* twice: whose figures are they? */
			found = json_at(rows, i);
		}
	return found;
}

/* Every row of the form, in its order, and a total that is their sum. */
static void
read_rows(struct reading *r, const struct json *from, struct json *out)
{
	const struct pack_types *types = pack_types(r->call->app->packs, r->call->now);
	const struct json *given = json_get(from, "rows"), *one;
	struct json *rows = json_new_array(), *total;
	int64_t sum[8] = { 0 };
	size_t known = 0;

	for (size_t i = 0; types != NULL && !r->failed && i < types->types; i++) {
		const struct pack_type *type = &types->type[i];

		if (!str_eq(type->list, "A"))
			continue;
		one = row_by_type(given, type->id);
		if (one == NULL) {
			refuse(r, pack_say(&type->title, "vi"));
			break;
		}
		json_append(rows, read_row(r, one, type->id, pack_say(&type->title, "vi")));
		for (size_t k = 0; mau05_columns[k] != NULL; k++)
			sum[k] += json_get_int(one, mau05_columns[k], 0);
		known++;
	}
	if (!r->failed && known != json_len(given))
		refuse(r, "rows");
	total = read_row(r, json_get(from, "total"), NULL, word(LANG_VI, "stat.total"));
	for (size_t k = 0; !r->failed && mau05_columns[k] != NULL; k++)
		if (json_get_int(total, mau05_columns[k], -1) != sum[k])
			refuse(r, word(LANG_VI, "stat.total"));
	json_set(out, "rows", rows);
	json_set(out, "total", total);
}

static struct json *
read_agency(struct reading *r, const struct json *from)
{
	static const char *const names[] = { "name", "address", "member_code" };
	struct json *agency = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		json_set_str(agency, names[i], text_of(r, from, names[i], NAME_MAX));
	if (str_empty(json_get_str(agency, "name")))
		refuse(r, "agency");
	return agency;
}

static struct json *
read_sources(struct reading *r, const struct json *list)
{
	struct json *out = json_new_array(), *one;

	if (json_kind(list) != JSON_KIND_ARRAY || json_len(list) > MAU05_FILES_MAX)
		refuse(r, "sources");
	for (size_t i = 0; !r->failed && i < json_len(list); i++) {
		one = json_new_object();
		json_set_str(one, "name", text_of(r, json_at(list, i), "name", NAME_MAX));
		json_set_str(one, "member_code", text_of(r, json_at(list, i), "member_code", NAME_MAX));
		json_set_int(one, "count", number_of(r, json_at(list, i), "count", COUNT_MAX));
		json_append(out, one);
	}
	return out;
}

static int
read_data(struct reading *r, const struct json *from, struct json **ret)
{
	struct json *out = json_new_object();

	if (!str_eq(json_get_str(from, "format"), MAU05_FORMAT) ||
	    json_get_int(from, "version", 0) != MAU05_VERSION)
		refuse(r, "format");
	json_set_str(out, "format", MAU05_FORMAT);
	json_set_int(out, "version", MAU05_VERSION);
	json_set(out, "agency", read_agency(r, json_get(from, "agency")));
	json_set_str(out, "from", day_of(r, from, "from"));
	json_set_str(out, "to", day_of(r, from, "to"));
	if (!r->failed)
		read_rows(r, from, out);
	json_set(out, "helpers", names_of(r, from, "helpers"));
	json_set(out, "helpers_foreign", names_of(r, from, "helpers_foreign"));
	json_set_str(out, "proposals", text_of(r, from, "proposals", TEXT_MAX));
	json_set(out, "sources", read_sources(r, json_get(from, "sources")));
	if (r->failed) {
		json_free(out);
		return r->call->err->kind;
	}
	*ret = out;
	return 0;
}

int
mau05_read(struct call *call, const char *name, const char *data, size_t len, struct json **ret)
{
	cleanup(json_freep) struct json *from = NULL;
	struct reading r = { call, name, false };

	if (json_parse(data, len, &from, NULL) != 0 || json_kind(from) != JSON_KIND_OBJECT) {
		refuse(&r, "JSON");
		return call->err->kind;
	}
	return read_data(&r, from, ret);
}

/* ---- a spreadsheet -------------------------------------------------------------------------- */

static const char *
cell(const struct json *cells, size_t row, size_t column)
{
	const char *text = json_str(json_at(json_at(json_get(cells, "rows"), row), column));

	return text == NULL ? "" : text;
}

/* Whether two texts read the same, whatever their case and marks. */
static bool
reads_like(const char *a, const char *b)
{
	struct buf x = BUF_INIT(4000), y = BUF_INIT(4000);
	bool same;

	fold_search(&x, a);
	fold_search(&y, b);
	same = x.len > 0 && str_eq(buf_str(&x), buf_str(&y));
	buf_clear(&x);
	buf_clear(&y);
	return same;
}

/* The row whose first cell says the text of ${key}; SIZE_MAX when there is none. */
static size_t
row_saying(const struct json *cells, const char *text)
{
	for (size_t i = 0; i < json_len(json_get(cells, "rows")); i++)
		if (reads_like(cell(cells, i, 0), text))
			return i;
	return SIZE_MAX;
}

/* The row of that code, whatever its title became; in sheets without codes the one with that title. */
static size_t
row_of_type(const struct json *cells, const char *code, const char *title)
{
	size_t columns = 0;

	while (mau05_columns[columns] != NULL)
		columns++;
	for (size_t i = 0; i < json_len(json_get(cells, "rows")); i++)
		if (str_eq(cell(cells, i, columns + 3), code))
			return i;
	return row_saying(cells, title);
}

static const char *
beside(const struct json *cells, const char *key)
{
	size_t row = row_saying(cells, word(LANG_VI, key));

	return row == SIZE_MAX ? "" : cell(cells, row, 1);
}

/* "1.234.567" and "1234567" alike; an empty cell is nothing, and nothing is 0. */
static int64_t
cell_number(const char *text)
{
	int64_t n = 0;

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '.' || *p == ' ' || *p == ',')
			continue;
		if (!isdigit((unsigned char)*p) || n > VND_MAX)
			return -1;
		n = n * 10 + (*p - '0');
	}
	return n;
}

static struct json *
row_of_cells(const struct json *cells, size_t at, const char *type)
{
	struct json *row = json_new_object();
	size_t k;

	if (type != NULL)
		json_set_str(row, "type", type);
	for (k = 0; mau05_columns[k] != NULL; k++)
		json_set_int(row, mau05_columns[k],
		    at == SIZE_MAX ? -1 : cell_number(cell(cells, at, k + 1)));
	json_set_int(row, "damage_vnd", at == SIZE_MAX ? -1 : cell_number(cell(cells, at, k + 1)));
	json_set_str(row, "damage", at == SIZE_MAX ? "" : cell(cells, at, k + 2));
	return row;
}

/* The first cells below a heading, down to the first empty one. */
static struct json *
names_below(const struct json *cells, const char *key)
{
	struct json *names = json_new_array();
	size_t at = row_saying(cells, word(LANG_VI, key));

	while (at != SIZE_MAX && *cell(cells, ++at, 0) != '\0')
		json_append(names, json_new_string(cell(cells, at, 0)));
	return names;
}

/* A sum names whose figures are in it. */
static struct json *
sources_below(const struct json *cells)
{
	struct json *out = json_new_array(), *one;
	size_t at = row_saying(cells, word(LANG_VI, "mau05.sources"));

	while (at != SIZE_MAX && *cell(cells, ++at, 0) != '\0') {
		one = json_new_object();
		json_set_str(one, "name", cell(cells, at, 0));
		json_set_str(one, "member_code", cell(cells, at, 1));
		json_set_int(one, "count", cell_number(cell(cells, at, 2)));
		json_append(out, one);
	}
	return out;
}

int
mau05_read_cells(struct call *call, const char *name, const struct json *cells, struct json **ret)
{
	const struct pack_types *types = pack_types(call->app->packs, call->now);
	cleanup(json_freep) struct json *from = json_new_object();
	struct json *agency = json_new_object(), *rows = json_new_array();
	struct reading r = { call, name, false };
	int64_t ms;

	json_set_str(from, "format", MAU05_FORMAT);
	json_set_int(from, "version", MAU05_VERSION);
	json_set_str(agency, "name", beside(cells, "mau05.agency"));
	json_set_str(agency, "address", beside(cells, "mau05.address"));
	json_set_str(agency, "member_code", beside(cells, "mau05.member_code"));
	json_set(from, "agency", agency);
	json_set_str(from, "from", clock_parse(beside(cells, "mau05.from"), &ms) ?
	    local_day(call->arena, ms) : "");
	json_set_str(from, "to", clock_parse(beside(cells, "mau05.to"), &ms) ?
	    local_day(call->arena, ms) : "");
	for (size_t i = 0; types != NULL && i < types->types; i++)
		if (str_eq(types->type[i].list, "A"))
			json_append(rows, row_of_cells(cells, row_of_type(cells, types->type[i].id,
			    pack_say(&types->type[i].title, "vi")), types->type[i].id));
	json_set(from, "rows", rows);
	json_set(from, "total",
	    row_of_cells(cells, row_of_type(cells, MAU05_TOTAL, word(LANG_VI, "stat.total")), NULL));
	json_set(from, "helpers", names_below(cells, "mau05.helpers"));
	json_set(from, "helpers_foreign", names_below(cells, "mau05.helpers_foreign"));
	json_set_str(from, "proposals", beside(cells, "mau05.proposals"));
	json_set(from, "sources", sources_below(cells));
	return read_data(&r, from, ret);
}
