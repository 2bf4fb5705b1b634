/* SPDX-License-Identifier: Apache-2.0 */
/* facts_agency.c: the figures of a period, the register as printed, what the yearly plan is made of. */
#include <stdio.h>

#include "app/app.h"
#include "app/facts_part.h"
#include "app/stat.h"
#include "pack/grounds.h"

#define LEVELS     5
#define TEXT_BYTES ((size_t)64 << 10)

/* ---- the figures ---------------------------------------------------------------------------- */

static struct json *
names_of(const struct json *helpers)
{
	struct json *names = json_new_array();

	for (size_t i = 0; i < json_len(helpers); i++)
		json_append(names, json_new_string(json_get_str(json_at(helpers, i), "name")));
	return names;
}

/* Whom the figures go to: members of the network report to the coordinator, others to their province. */
static const char *
recipient(struct call *call)
{
	bool is_member = tx_int(call->tx, "SELECT is_network_member FROM agency WHERE id = ?", "t",
	    call->agency_id) == 1;

	return tx_text(call->tx, call->arena, "SELECT name FROM contact WHERE agency_id = ? AND role = ?"
	    " AND is_retired = 0 ORDER BY id", "tt", call->agency_id,
	    is_member ? "national_coordinator" : "provincial_ir_unit");
}

/* The groups that have anything in them. */
static struct json *
seen(const struct json *groups)
{
	struct json *out = json_new_array();

	for (size_t i = 0; i < json_len(groups); i++)
		if (json_get_int(json_at(groups, i), "count", 0) > 0)
			json_append(out, json_clone(json_at(groups, i)));
	return out;
}

/* Rows and total as one table, and the names alone: what forms print. */
static void
add_printed(struct json *stat)
{
	struct json *table = json_clone(json_get(stat, "rows"));

	json_append(table, json_clone(json_get(stat, "total")));
	for (size_t i = 0; i < json_len(table); i++)
		json_del(json_at(table, i), "ids");
	json_set(stat, "table", table);
	json_set(stat, "types_seen", seen(json_get(stat, "by_type")));
	json_set(stat, "helper_names", names_of(json_get(stat, "helpers")));
	json_set(stat, "helper_foreign_names", names_of(json_get(stat, "helpers_foreign")));
	json_del(stat, "records");
}

static void
figures(struct facts *f)
{
	struct buf text = BUF_INIT((size_t)8 << 20);
	enum lang was = f->call->lang;
	struct json *stat;

	/* Official papers are in Vietnamese whatever language the screen has. */
	f->call->lang = LANG_VI;
	stat = stat_make(f->call, f->want->from_at, f->want->to_at);
	f->call->lang = was;
	if (stat == NULL)
		return;
	add_printed(stat);
	json_set_str(stat, "recipient", recipient(f->call));
	json_write(stat, &text);
	jsonw_kraw(f->w, "stat", buf_str(&text));
	buf_clear(&text);
	json_free(stat);
}

/* ---- the register --------------------------------------------------------------------------- */

static const char *
choice_text(const char *kind, const char *value)
{
	char key[80];

	if (str_empty(value))
		return NULL;
	snprintf(key, sizeof(key), "%s.%s", kind, value);
	for (char *p = key; *p != '\0'; p++)
		if (*p == ' ')
			*p = '_';
	return word_or(LANG_VI, key, value);
}

/* 22/11/2026, as a cell of a table has it. */
static const char *
day_text(struct arena *a, const char *day)
{
	return str_empty(day) ? NULL : arena_printf(a, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
}

#define REGISTER_SQL \
	"SELECT name, owner_name, operator_name, level, approval_state, approval_document," \
	" regulation_document, approval_expected_on, plan_state, plan_expected_on, inspected" \
	" FROM info_system WHERE agency_id = ? AND is_retired = 0 ORDER BY service_priority, name"

static void
register_rows(struct facts *f)
{
	struct arena *a = f->call->arena;
	struct query q;

	jsonw_karray(f->w, "register_rows");
	query_open(&q, f->call->tx, REGISTER_SQL, "t", f->call->agency_id);
	for (int n = 1; n <= FACTS_ROWS_MAX && query_step(&q); n++) {
		jsonw_object(f->w);
		jsonw_kint(f->w, "no", n);
		jsonw_kstring(f->w, "name", query_text(&q, 0));
		jsonw_kstring(f->w, "owner_name", query_text(&q, 1));
		jsonw_kstring(f->w, "operator_name", query_text(&q, 2));
		if (query_opt(&q, 3) == SQL_NULL)
			jsonw_knull(f->w, "level");
		else
			jsonw_kint(f->w, "level", query_int(&q, 3));
		jsonw_kstring(f->w, "approval_state", choice_text("approval", query_text(&q, 4)));
		jsonw_kstring(f->w, "approval_document", query_text(&q, 5));
		jsonw_kstring(f->w, "regulation_document", query_text(&q, 6));
		jsonw_kstring(f->w, "approval_expected", day_text(a, query_text(&q, 7)));
		jsonw_kstring(f->w, "plan_state", choice_text("protection", query_text(&q, 8)));
		jsonw_kstring(f->w, "plan_expected", day_text(a, query_text(&q, 9)));
		jsonw_kstring(f->w, "inspected", choice_text("inspected", query_text(&q, 10)));
		jsonw_object_end(f->w);
	}
	query_close(&q);
	jsonw_array_end(f->w);
}

/* One column for each level, the names below each other (Mẫu số 01, 02). */
static void
register_levels(struct facts *f)
{
	const char *name[LEVELS][FACTS_ROWS_MAX];
	size_t count[LEVELS] = { 0 }, rows = 0;
	char key[16];
	struct query q;

	query_open(&q, f->call->tx, "SELECT level, name FROM info_system WHERE agency_id = ? AND"
	    " is_retired = 0 AND level BETWEEN 1 AND 5 ORDER BY name", "t", f->call->agency_id);
	while (query_step(&q)) {
		size_t level = (size_t)query_int(&q, 0) - 1;

		if (count[level] == FACTS_ROWS_MAX)
			continue;
		name[level][count[level]++] = arena_strdup(f->call->arena, query_text(&q, 1));
		rows = count[level] > rows ? count[level] : rows;
	}
	query_close(&q);
	jsonw_karray(f->w, "register_levels");
	for (size_t i = 0; i < rows; i++) {
		jsonw_object(f->w);
		for (size_t level = 0; level < LEVELS; level++) {
			snprintf(key, sizeof(key), "level_%zu", level + 1);
			jsonw_kstring(f->w, key, i < count[level] ? name[level][i] : "");
		}
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
}

static void
register_total(struct facts *f)
{
	struct json *total = stat_systems(f->call);
	struct buf text = BUF_INIT(TEXT_BYTES);

	json_set_str(total, "expected_text", day_text(f->call->arena, json_get_str(total, "expected")));
	json_write(total, &text);
	jsonw_kraw(f->w, "register_total", buf_str(&text));
	buf_clear(&text);
	json_free(total);
}

/* ---- the yearly plan ------------------------------------------------------------------------ */

/* The day whose law the plan of ${year} rests on: today within the year, else its nearer end. */
static int64_t
plan_day(struct call *call, int year)
{
	int64_t first = 0, last = 0;

	clock_parse(arena_printf(call->arena, "%d-01-01", year), &first);
	clock_parse(arena_printf(call->arena, "%d-12-31", year), &last);
	return call->now < first ? first : call->now > last ? last : call->now;
}

/* "A và B của Thủ tướng Chính phủ; C": those of one issuer together. */
static void
add_instruments(struct buf *out, const struct pack_ground *const *list, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && *list[i]->issuer != '\0' &&
		    strcmp(list[end]->issuer, list[i]->issuer) == 0;)
			end++;
		buf_adds(out, out->len == 0 ? "" : "; ");
		for (size_t k = i; k < end; k++) {
			buf_adds(out, k == i ? "" : k + 1 == end ? word(LANG_VI, "plan.and") : ", ");
			buf_adds(out, list[k]->short_);
		}
		if (*list[i]->issuer != '\0')
			buf_printf(out, "%s%s", word(LANG_VI, "plan.of"), list[i]->issuer);
	}
}

enum { GROUNDS_MAX = 40 };

static size_t
grounds_of(struct facts *f, const char *topic, const char *parent, int64_t at,
    const struct pack_ground *list[GROUNDS_MAX])
{
	const struct pack_ground *g;
	size_t n = 0;

	for (size_t i = 0; n < GROUNDS_MAX &&
	    (g = pack_ground_next(f->call->app->packs, topic, parent, at, &i)) != NULL;)
		list[n++] = g;
	return n;
}

static void
instruments(struct facts *f, const char *key, const char *topic, const char *parent, int64_t at)
{
	const struct pack_ground *list[GROUNDS_MAX];
	struct buf text = BUF_INIT(TEXT_BYTES);

	add_instruments(&text, list, grounds_of(f, topic, parent, at, list));
	jsonw_kstring(f->w, key, text.len == 0 ? NULL : buf_str(&text));
	buf_clear(&text);
}

/* "Điều 9 Thông tư số … của …; Điều 31 Nghị định số … của …" */
static void
report_basis(struct facts *f, const char *parent, int64_t at)
{
	const struct pack_ground *list[GROUNDS_MAX];
	size_t n = grounds_of(f, "plan_report", parent, at, list);
	struct buf text = BUF_INIT(TEXT_BYTES);

	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%s%s%s%s%s", i == 0 ? "" : "; ", list[i]->article,
		    *list[i]->article == '\0' ? "" : " ", list[i]->short_,
		    *list[i]->issuer == '\0' ? "" : word(LANG_VI, "plan.of"), list[i]->issuer);
	jsonw_kstring(f->w, "report_basis", n == 0 ? NULL : buf_str(&text));
	buf_clear(&text);
}

/* The lines "Căn cứ …" of a plan that carries out no plan of a superior body. */
static void
cited(struct facts *f, const char *parent, int64_t at)
{
	const struct pack_ground *list[GROUNDS_MAX];
	size_t n = grounds_of(f, "plan", parent, at, list);

	jsonw_karray(f->w, "grounds");
	for (size_t i = 0; i < n; i++)
		jsonw_string(f->w, arena_printf(f->call->arena, "%s %s", word(LANG_VI, "plan.ground"),
		    list[i]->cite));
	jsonw_array_end(f->w);
}

/* The one of the catalogue's words, set apart by '|', that ${name} begins with and a blank; or NULL. */
static const char *
begins_with(struct arena *a, const char *name, const char *key)
{
	char *list = arena_strdup(a, word(LANG_VI, key)), *one;

	while (name != NULL && (one = strsep(&list, "|")) != NULL)
		if (str_starts(name, one) && name[strlen(one)] == ' ')
			return one;
	return NULL;
}

/* "tỉnh Khánh Hòa" out of "UBND tỉnh Khánh Hòa". */
static const char *
area_of(struct arena *a, const char *parent)
{
	const char *head = begins_with(a, parent, "plan.area_heads");

	return head == NULL ? NULL : parent + strlen(head) + 1;
}

/* "Sở" of "Sở Tài chính", "cơ quan" where the name does not begin so. */
static const char *
kind_of(struct arena *a, const char *name)
{
	const char *kind = begins_with(a, name, "plan.kinds");

	return kind == NULL ? word(LANG_VI, "plan.kind") : kind;
}

/* A plan has no "Kính gửi": those who work with it, the divisions, the archive. */
static void
distribution(struct facts *f, const char *kind)
{
	struct call *c = f->call;
	const char *unit = tx_text(c->tx, c->arena, "SELECT name FROM contact WHERE agency_id = ? AND"
	    " role = 'provincial_ir_unit' AND is_retired = 0 ORDER BY id", "t", c->agency_id);

	jsonw_karray(f->w, "distribution");
	if (unit != NULL)
		jsonw_string(f->w, unit);
	jsonw_string(f->w, arena_printf(c->arena, "%s %s", word(LANG_VI, "plan.divisions"), kind));
	jsonw_string(f->w, arena_printf(c->arena, "%s, %s", word(LANG_VI, "document.archive"),
	    setting_text(c, "document.unit")));
	jsonw_array_end(f->w);
}

static void
plan(struct facts *f)
{
	struct call *c = f->call;
	int year = clock_year(f->want->from_at == SQL_NULL ? c->now : f->want->from_at);
	const char *name = tx_text(c->tx, c->arena, "SELECT name FROM agency WHERE id = ?", "t",
	    c->agency_id);
	const char *own = tx_text(c->tx, c->arena, "SELECT short_name FROM agency WHERE id = ?", "t",
	    c->agency_id);
	const char *parent = tx_text(c->tx, c->arena, "SELECT parent_name FROM agency WHERE id = ?",
	    "t", c->agency_id);
	const char *office = tx_text(c->tx, c->arena, "SELECT d.name FROM division d JOIN account a ON"
	    " a.division_id = d.id WHERE a.agency_id = ? AND a.is_disabled = 0 AND d.is_closed = 0"
	    " AND ' ' || a.roles || ' ' LIKE '% office_chief %' ORDER BY a.created_at, a.id", "t",
	    c->agency_id);
	int64_t at = plan_day(c, year);

	jsonw_kobject(f->w, "plan");
	jsonw_kint(f->w, "year", year);
	jsonw_kstring(f->w, "agency", str_empty(own) ? name : own);
	jsonw_kstring(f->w, "kind", kind_of(c->arena, name));
	jsonw_kstring(f->w, "office", str_empty(office) ? word(LANG_VI, "plan.office") : office);
	jsonw_kstring(f->w, "area", area_of(c->arena, parent));
	instruments(f, "parent_plan", "parent_plan", parent, at);
	instruments(f, "instruments", "plan", parent, at);
	cited(f, parent, at);
	report_basis(f, parent, at);
	distribution(f, kind_of(c->arena, name));
	jsonw_object_end(f->w);
}

void
facts_agency(struct facts *f)
{
	if (f->want->from_at != SQL_NULL && f->want->to_at != SQL_NULL)
		figures(f);
	register_rows(f);
	register_levels(f);
	register_total(f);
	plan(f);
}
