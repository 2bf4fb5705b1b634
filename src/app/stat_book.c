/* SPDX-License-Identifier: Apache-2.0 */
#include "app/stat_book.h"

#include "app/mau05_part.h"
#include "text/csv.h"

/* ---- cells ---------------------------------------------------------------------------------- */

static void
styled(struct json *row, struct json *value, const char *style)
{
	struct json *cell = json_new_object();

	json_set(cell, "v", value);
	json_set_str(cell, "s", style);
	json_append(row, cell);
}

static void
text(struct json *row, const char *value, const char *style)
{
	styled(row, json_new_string(value == NULL ? "" : value), style);
}

static void
number(struct json *row, const struct json *of, const char *name, const char *style)
{
	const struct json *value = json_get(of, name);

	styled(row, json_kind(value) == JSON_KIND_INT ? json_clone(value) : json_new_null(), style);
}

static struct json *
row_in(struct json *rows)
{
	struct json *row = json_new_array();

	json_append(rows, row);
	return row;
}

static struct json *
sheet_in(struct json *book, const char *name, const int64_t *widths, size_t n)
{
	struct json *sheet = json_new_object(), *list = json_new_array(), *rows = json_new_array();
	struct json *sheets = json_get(book, "sheets");

	for (size_t i = 0; i < n; i++)
		json_append(list, json_new_int(widths[i]));
	json_set_str(sheet, "name", name);
	json_set(sheet, "widths", list);
	json_set(sheet, "rows", rows);
	if (sheets == NULL) {
		sheets = json_new_array();
		json_set(book, "sheets", sheets);
	}
	json_append(sheets, sheet);
	return rows;
}

#define SHEET(book, name, ...) \
	sheet_in(book, name, (const int64_t[]){ __VA_ARGS__ }, \
	    sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

/* ---- Mẫu 05 --------------------------------------------------------------------------------- */

static void
pair(struct json *rows, const char *key, const char *value)
{
	struct json *row = row_in(rows);

	text(row, word(LANG_VI, key), "bold");
	json_append(row, json_new_string(value == NULL ? "" : value));
}

static void
mau05_head(struct json *rows)
{
	struct json *row = row_in(rows);
	char key[64] = "mau05.column.type";

	text(row, word(LANG_VI, key), "head");
	for (size_t i = 0; mau05_columns[i] != NULL; i++) {
		strcpy(key + strlen("mau05.column."), mau05_columns[i]);
		text(row, word(LANG_VI, key), "head");
	}
	text(row, word(LANG_VI, "mau05.column.damage_vnd"), "head");
	text(row, word(LANG_VI, "mau05.column.damage"), "head");
	text(row, word(LANG_VI, "mau05.column.id"), "head");
}

static void
mau05_line(struct json *rows, const struct json *from, const char *style)
{
	struct json *row = row_in(rows);

	text(row, json_get_str(from, "title"), style);
	for (size_t i = 0; mau05_columns[i] != NULL; i++)
		number(row, from, mau05_columns[i], style);
	number(row, from, "damage_vnd", style);
	text(row, json_get_str(from, "damage"), style);
	/* Titles get edited; this is what a row is known by when the sheet comes back. */
	text(row, json_get_str(from, "type") == NULL ? MAU05_TOTAL : json_get_str(from, "type"), style);
}

static void
names(struct json *rows, const char *key, const struct json *list)
{
	row_in(rows);
	text(row_in(rows), word(LANG_VI, key), "bold");
	for (size_t i = 0; i < json_len(list); i++)
		json_append(row_in(rows), json_new_string(json_str(json_at(list, i))));
}

/* Whose figures are in a sum: name, member code, number of incidents. */
static void
sources(struct json *rows, const struct json *list)
{
	row_in(rows);
	text(row_in(rows), word(LANG_VI, "mau05.sources"), "bold");
	for (size_t i = 0; i < json_len(list); i++) {
		struct json *row = row_in(rows);

		json_append(row, json_new_string(json_get_str(json_at(list, i), "name")));
		json_append(row, json_new_string(json_get_str(json_at(list, i), "member_code") == NULL ? "" :
		    json_get_str(json_at(list, i), "member_code")));
		json_append(row, json_new_int(json_get_int(json_at(list, i), "count", 0)));
	}
}

static void
mau05_sheet(struct json *book, const struct json *data)
{
	struct json *rows = SHEET(book, word(LANG_VI, "mau05.sheet"), 44, 10, 12, 16, 16, 16, 18, 40, 16);
	const struct json *agency = json_get(data, "agency"), *list = json_get(data, "rows");

	text(row_in(rows), word(LANG_VI, "mau05.title"), "title");
	pair(rows, "mau05.agency", json_get_str(agency, "name"));
	pair(rows, "mau05.address", json_get_str(agency, "address"));
	pair(rows, "mau05.member_code", json_get_str(agency, "member_code"));
	pair(rows, "mau05.from", json_get_str(data, "from"));
	pair(rows, "mau05.to", json_get_str(data, "to"));
	row_in(rows);
	mau05_head(rows);
	for (size_t i = 0; i < json_len(list); i++)
		mau05_line(rows, json_at(list, i), "cell");
	mau05_line(rows, json_get(data, "total"), "sum");
	names(rows, "mau05.helpers", json_get(data, "helpers"));
	names(rows, "mau05.helpers_foreign", json_get(data, "helpers_foreign"));
	sources(rows, json_get(data, "sources"));
	row_in(rows);
	pair(rows, "mau05.proposals", json_get_str(data, "proposals"));
}

struct json *
mau05_book(const struct json *data)
{
	struct json *book = json_new_object();

	json_set_str(book, "title", word(LANG_VI, "mau05.title"));
	mau05_sheet(book, data);
	json_set_bool(json_at(json_get(book, "sheets"), 0), "landscape", true);
	return book;
}

/* ---- the whole of a period ------------------------------------------------------------------ */

static const char *const groups[] = { "by_type", "by_level", "by_division", "by_month", "by_state" };

static const char *
group_title(struct call *call, const char *group)
{
	return word(call->lang, arena_printf(call->arena, "stat.%s", group));
}

static void
figure(struct call *call, struct json *rows, const char *key, const struct json *of, const char *name)
{
	struct json *row = row_in(rows);

	text(row, word(call->lang, key), "cell");
	number(row, of, name, "cell");
}

static void
summary(struct call *call, struct json *book, const struct json *stat)
{
	static const char *const handling[] = { "self_handled", "helped_domestic", "helped_foreign",
		"asked_coordinator" };
	static const char *const duty[] = { "due", "on_time", "late", "missed" };
	static const char *const system[] = { "total", "classified", "proposed", "appraised", "approved",
		"inspected" };
	struct json *rows = SHEET(book, word(call->lang, "stat.summary"), 64, 22);

	text(row_in(rows), arena_printf(call->arena, "%s %s – %s", word(call->lang, "stat.title"),
	    json_get_str(stat, "from"), json_get_str(stat, "to")), "title");
	row_in(rows);
	figure(call, rows, "stat.incidents", json_get(stat, "incidents"), "count");
	figure(call, rows, "stat.attacks", json_get(stat, "total"), "count");
	figure(call, rows, "stat.not_attack", json_get(stat, "not_attack"), "count");
	figure(call, rows, "stat.untyped", json_get(stat, "untyped"), "count");
	figure(call, rows, "stat.unverified", json_get(stat, "unverified"), "count");
	figure(call, rows, "stat.closed", json_get(stat, "closed"), "count");
	for (size_t i = 0; i < ARRAY_LEN(handling); i++)
		figure(call, rows, arena_printf(call->arena, "stat.%s", handling[i]),
		    json_get(json_get(stat, "handling"), handling[i]), "count");
	figure(call, rows, "stat.damage_vnd", json_get(stat, "damage"), "vnd");
	figure(call, rows, "stat.looped", json_get(stat, "loops"), "count");
	figure(call, rows, "stat.loops", json_get(stat, "loops"), "loops");
	for (size_t i = 0; i < ARRAY_LEN(duty); i++)
		figure(call, rows, arena_printf(call->arena, "stat.duty.%s", duty[i]),
		    json_get(json_get(stat, "duties"), duty[i]), "count");
	for (size_t i = 0; i < ARRAY_LEN(system); i++)
		figure(call, rows, arena_printf(call->arena, "stat.system.%s", system[i]),
		    json_get(stat, "systems"), system[i]);
}

static void
rows_sheet(struct json *book, const struct json *stat)
{
	struct json *rows = SHEET(book, word(LANG_VI, "mau05.sheet"), 44, 10, 12, 16, 16, 16, 18, 40, 16);
	const struct json *list = json_get(stat, "rows");

	mau05_head(rows);
	for (size_t i = 0; i < json_len(list); i++)
		mau05_line(rows, json_at(list, i), "cell");
	mau05_line(rows, json_get(stat, "total"), "sum");
}

static void
group_sheet(struct call *call, struct json *book, const struct json *stat, const char *group)
{
	struct json *rows = SHEET(book, group_title(call, group), 50, 12), *row = row_in(rows);
	const struct json *list = json_get(stat, group);

	text(row, group_title(call, group), "head");
	text(row, word(call->lang, "stat.number"), "head");
	for (size_t i = 0; i < json_len(list); i++) {
		row = row_in(rows);
		text(row, json_get_str(json_at(list, i), "title"), "cell");
		number(row, json_at(list, i), "count", "cell");
	}
}

static void
times_sheet(struct call *call, struct json *book, const struct json *stat)
{
	static const char *const heads[] = { "stat.times", "stat.number", "stat.median", "stat.p90" };
	struct json *rows = SHEET(book, word(call->lang, "stat.times"), 50, 12, 18, 18);
	struct json *row = row_in(rows);
	const struct json *list = json_get(stat, "times");

	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		text(row, word(call->lang, heads[i]), "head");
	for (size_t i = 0; i < json_len(list); i++) {
		row = row_in(rows);
		text(row, json_get_str(json_at(list, i), "title"), "cell");
		number(row, json_at(list, i), "count", "cell");
		number(row, json_at(list, i), "median_minutes", "cell");
		number(row, json_at(list, i), "p90_minutes", "cell");
	}
}

static void
records_sheet(struct call *call, struct json *book, const struct json *stat)
{
	struct json *rows = SHEET(book, word(call->lang, "stat.records"), 18, 70), *row = row_in(rows);
	const struct json *list = json_get(stat, "records");

	text(row, word(call->lang, "stat.record_number"), "head");
	text(row, word(call->lang, "field.title"), "head");
	for (size_t i = 0; i < json_len(list); i++) {
		row = row_in(rows);
		text(row, json_get_str(json_at(list, i), "number"), "cell");
		text(row, json_get_str(json_at(list, i), "title"), "cell");
	}
}

struct json *
stat_book(struct call *call, const struct json *stat)
{
	struct json *book = json_new_object();

	json_set_str(book, "title", word(call->lang, "stat.title"));
	summary(call, book, stat);
	rows_sheet(book, stat);
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		group_sheet(call, book, stat, groups[i]);
	times_sheet(call, book, stat);
	records_sheet(call, book, stat);
	return book;
}

/* ---- CSV ------------------------------------------------------------------------------------ */

static const char *
cell_text(const struct json *cell)
{
	const struct json *value = json_kind(cell) == JSON_KIND_OBJECT ? json_get(cell, "v") : cell;

	return json_str(value);
}

/* Sheet after sheet, the sheet's name first on every line. */
void
stat_csv(struct call *call, const struct json *stat, struct buf *out)
{
	struct json *book = stat_book(call, stat);
	const struct json *sheets = json_get(book, "sheets");
	struct csv csv;

	csv_init(&csv, out, true);
	for (size_t s = 0; s < json_len(sheets); s++) {
		const struct json *rows = json_get(json_at(sheets, s), "rows");

		for (size_t r = 0; r < json_len(rows); r++) {
			const struct json *row = json_at(rows, r);

			if (json_len(row) == 0)
				continue;
			csv_text(&csv, json_get_str(json_at(sheets, s), "name"));
			for (size_t i = 0; i < json_len(row); i++) {
				const struct json *value = json_get(json_at(row, i), "v");

				if (json_kind(value) == JSON_KIND_INT)
					csv_int(&csv, json_int(value, 0));
				else
					csv_text(&csv, cell_text(json_at(row, i)));
			}
			csv_row_end(&csv);
		}
	}
	json_free(book);
}
