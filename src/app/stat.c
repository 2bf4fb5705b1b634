/* SPDX-License-Identifier: Apache-2.0 */
#include "app/stat.h"

#include <stdio.h>

#include "app/app.h"
#include "app/stat_part.h"
#include "base/utf8.h"

#define DAY_MS          INT64_C(86400000)
#define YEARS_MAX_MS    (3653 * DAY_MS)
#define HALF_YEAR_MS    (190 * DAY_MS)
#define DAMAGE_TEXT_MAX 400 /* bytes of one cell of the table */

/* ---- figures -------------------------------------------------------------------------------- */

struct json *
figure_new(void)
{
	struct json *figure = json_new_object();

	json_set_int(figure, "count", 0);
	json_set(figure, "ids", json_new_array());
	return figure;
}

void
figure_add(struct json *figure, const char *id)
{
	struct json *ids = json_get(figure, "ids");

	json_append(ids, json_new_string(id));
	json_set_int(figure, "count", (int64_t)json_len(ids));
}

const char *
local_day(struct arena *arena, int64_t ms)
{
	char iso[CLOCK_TEXT_SIZE];

	clock_iso(ms + (int64_t)CLOCK_LOCAL_S * 1000, iso);
	return arena_strndup(arena, iso, strlen("2026-11-22"));
}

const char *
number_vi(struct arena *arena, int64_t n)
{
	char digits[24], out[40];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long)(n < 0 ? -n : n)), at = 0;

	if (n < 0)
		out[at++] = '-';
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = '.';
		out[at++] = digits[i];
	}
	return arena_strndup(arena, out, (size_t)at);
}

/* ---- the rows of Mẫu 05 --------------------------------------------------------------------- */

enum { COUNT, SELF, DOMESTIC, FOREIGN, ASKED, COLUMNS };
static const char *const column[COLUMNS] = { "count", "self_handled", "helped_domestic",
	"helped_foreign", "asked_coordinator" };

struct row {
	struct json *figure[COLUMNS], *damaged;
	int64_t vnd;
	struct buf text;
};

static void
row_init(struct row *row)
{
	*row = (struct row){ .vnd = 0 };
	for (int i = 0; i < COLUMNS; i++)
		row->figure[i] = figure_new();
	row->damaged = figure_new();
	buf_init(&row->text, (size_t)1 << 20);
}

static void
row_clear(struct row *row)
{
	for (int i = 0; i < COLUMNS; i++)
		json_free(row->figure[i]);
	json_free(row->damaged);
	buf_clear(&row->text);
}

static void
add_damage(struct row *row, const struct stat_case *c)
{
	bool has_sum = c->damage_vnd != SQL_NULL && c->damage_vnd > 0;

	if (!has_sum && str_empty(c->damage))
		return;
	figure_add(row->damaged, c->id);
	if (has_sum && row->vnd <= INT64_MAX - c->damage_vnd)
		row->vnd += c->damage_vnd;
	else if (!has_sum && row->text.len < DAMAGE_TEXT_MAX)
		buf_printf(&row->text, "%s%s", row->text.len == 0 ? "" : "; ", c->damage);
}

static void
row_add(struct row *row, const struct stat_case *c)
{
	static const struct {
		unsigned help;
		int column;
	} by[] = { { HELP_DOMESTIC, DOMESTIC }, { HELP_FOREIGN, FOREIGN }, { HELP_ASKED, ASKED } };

	figure_add(row->figure[COUNT], c->id);
	if ((c->help & (HELP_DOMESTIC | HELP_FOREIGN)) == 0)
		figure_add(row->figure[SELF], c->id);
	for (size_t i = 0; i < ARRAY_LEN(by); i++)
		if ((c->help & by[i].help) != 0)
			figure_add(row->figure[by[i].column], c->id);
	add_damage(row, c);
}

/* The sum and, for what was not put into money, the words; cut where a cell would burst. */
static const char *
damage_text(struct call *call, const struct row *row)
{
	const char *sum = row->vnd == 0 ? "" : arena_printf(call->arena, "%s %s",
	    number_vi(call->arena, row->vnd), word(call->lang, "stat.vnd"));
	size_t len = row->text.len > DAMAGE_TEXT_MAX ?
	    utf8_cut(buf_str(&row->text), DAMAGE_TEXT_MAX) : row->text.len;

	return arena_printf(call->arena, "%s%s%.*s%s", sum, *sum != '\0' && len > 0 ? "; " : "",
	    (int)len, buf_str(&row->text), len < row->text.len ? "…" : "");
}

static struct json *
row_json(struct call *call, const struct row *row)
{
	struct json *out = json_new_object(), *ids = json_new_object();

	for (int i = 0; i < COLUMNS; i++) {
		json_set_int(out, column[i], json_get_int(row->figure[i], "count", 0));
		json_set(ids, column[i], json_clone(json_get(row->figure[i], "ids")));
	}
	json_set_int(out, "damage_vnd", row->vnd);
	json_set_str(out, "damage", damage_text(call, row));
	json_set(ids, "damage", json_clone(json_get(row->damaged, "ids")));
	json_set(out, "ids", ids);
	return out;
}

static bool
is_attack(const struct pack_types *types, const struct stat_case *c)
{
	const struct pack_type *type = c->type == NULL ? NULL : pack_type(types, c->type);

	return type != NULL && str_eq(type->list, "A");
}

static struct json *
one_row(const struct stat_cases *cases, const struct pack_types *types, const struct pack_type *type)
{
	struct json *out;
	struct row row;

	row_init(&row);
	for (size_t i = 0; i < cases->count; i++)
		if (type == NULL ? is_attack(types, &cases->item[i]) :
		    str_eq(cases->item[i].type, type->id))
			row_add(&row, &cases->item[i]);
	out = row_json(cases->call, &row);
	if (type != NULL) {
		json_set_int(out, "row", type->row);
		json_set_str(out, "type", type->id);
		json_set_str(out, "title", pack_say(&type->title, lang_code(cases->call->lang)));
	} else {
		json_set_str(out, "title", word(cases->call->lang, "stat.total"));
	}
	row_clear(&row);
	return out;
}

static void
add_rows(const struct stat_cases *cases, const struct pack_types *types, struct json *out)
{
	struct json *rows = json_new_array();

	/* In the order of the form, which the numbers of the rows say. */
	for (int at = 1, left = 1; left > 0; at++) {
		left = 0;
		for (size_t i = 0; types != NULL && i < types->types; i++) {
			const struct pack_type *type = &types->type[i];

			left += str_eq(type->list, "A") && type->row > at;
			if (str_eq(type->list, "A") && type->row == at)
				json_append(rows, one_row(cases, types, type));
		}
	}
	json_set(out, "rows", rows);
	json_set(out, "total", one_row(cases, types, NULL));
	json_set_bool(out, "is_nil", json_get_int(json_get(out, "total"), "count", 0) == 0);
}

/* ---- who helped, and what stands beside the rows -------------------------------------------- */

static struct json *
helpers(const struct stat_cases *cases, bool foreign)
{
	struct json *out = json_new_array(), *one;

	for (const struct stat_helper *h = cases->helper; h != NULL; h = h->next) {
		if (h->is_foreign != foreign)
			continue;
		one = json_clone(h->ids);
		json_set_str(one, "name", h->name);
		json_append(out, one);
	}
	return out;
}

static void
add_sides(const struct stat_cases *cases, const struct pack_types *types, struct json *out)
{
	struct json *all = figure_new(), *not_attack = figure_new(), *untyped = figure_new();
	struct json *unverified = figure_new(), *closed = figure_new(), *looped = figure_new();
	int64_t loops = 0;

	for (size_t i = 0; i < cases->count; i++) {
		const struct stat_case *c = &cases->item[i];

		figure_add(all, c->id);
		if (str_empty(c->type))
			figure_add(untyped, c->id);
		else if (!is_attack(types, c))
			figure_add(not_attack, c->id);
		if (str_eq(c->state, "received") || str_eq(c->state, "verifying"))
			figure_add(unverified, c->id);
		if (str_eq(c->state, "closed"))
			figure_add(closed, c->id);
		if (c->loops > 0)
			figure_add(looped, c->id);
		loops += c->loops;
	}
	json_set_int(looped, "loops", loops);
	json_set(out, "incidents", all);
	json_set(out, "not_attack", not_attack);
	json_set(out, "untyped", untyped);
	json_set(out, "unverified", unverified);
	json_set(out, "closed", closed);
	json_set(out, "loops", looped);
}

/* How all of them were handled, whatever their type, and what they cost. */
static void
add_handling(const struct stat_cases *cases, struct json *out)
{
	struct json *handling = json_new_object(), *damage;
	struct row row;
	int64_t count, self;

	row_init(&row);
	for (size_t i = 0; i < cases->count; i++)
		row_add(&row, &cases->item[i]);
	for (int i = SELF; i < COLUMNS; i++)
		json_set(handling, column[i], json_clone(row.figure[i]));
	count = json_get_int(row.figure[COUNT], "count", 0);
	self = json_get_int(row.figure[SELF], "count", 0);
	json_set(handling, "self_percent", count == 0 ? json_new_null() :
	    json_new_int((self * 100 + count / 2) / count));
	damage = json_clone(row.damaged);
	json_set_int(damage, "vnd", row.vnd);
	json_set_str(damage, "text", damage_text(cases->call, &row));
	json_set(out, "handling", handling);
	json_set(out, "damage", damage);
	row_clear(&row);
}

static void
add_records(const struct stat_cases *cases, struct json *out)
{
	struct json *records = json_new_array(), *one;

	for (size_t i = 0; i < cases->count; i++) {
		one = json_new_object();
		json_set_str(one, "id", cases->item[i].id);
		json_set_str(one, "number", cases->item[i].number);
		json_set_str(one, "title", cases->item[i].title);
		json_append(records, one);
	}
	json_set(out, "records", records);
}

/* ---- the period ----------------------------------------------------------------------------- */

static void
add_day(struct call *call, struct json *out, const char *name, int64_t ms)
{
	const char *day = local_day(call->arena, ms);

	json_set_str(out, name, day);
	json_set_str(out, arena_printf(call->arena, "%s_month", name),
	    arena_printf(call->arena, "%.2s/%.4s", day + 5, day));
	json_set_int(out, arena_printf(call->arena, "%s_year", name), clock_year(ms));
}

static void
add_period(struct call *call, struct json *out, int64_t from, int64_t to)
{
	add_day(call, out, "from", from);
	add_day(call, out, "to", to);
	json_set_str(out, "period", to - from < HALF_YEAR_MS ? "half_year" : "year");
}

struct json *
stat_make(struct call *call, int64_t from_ms, int64_t to_ms)
{
	struct stat_cases cases = { .call = call, .from_ms = from_ms };
	const struct pack_types *types;
	struct json *out;

	if (from_ms > to_ms || to_ms - from_ms > YEARS_MAX_MS) {
		call_fail(call, ERR_INVALID, "err.stat.period", "to");
		return NULL;
	}
	/* To the end of the local day that was named. */
	clock_parse(local_day(call->arena, to_ms), &to_ms);
	clock_parse(local_day(call->arena, from_ms), &cases.from_ms);
	cases.to_ms = to_ms + DAY_MS;
	types = pack_types(call->app->packs, to_ms);
	out = json_new_object();
	add_period(call, out, cases.from_ms, to_ms);
	json_set_bool(out, "is_partial", stat_cases_hidden(&cases));
	if (stat_cases_load(&cases) == 0) {
		add_rows(&cases, types, out);
		json_set(out, "helpers", helpers(&cases, false));
		json_set(out, "helpers_foreign", helpers(&cases, true));
		add_sides(&cases, types, out);
		add_handling(&cases, out);
		stat_groups(&cases, types, out);
		stat_times(&cases, out);
		stat_duties(call, cases.from_ms, cases.to_ms, out);
		json_set(out, "systems", stat_systems(call));
		add_records(&cases, out);
	}
	stat_cases_clear(&cases);
	if (call->err->kind != ERR_NONE) {
		json_free(out);
		return NULL;
	}
	return out;
}
