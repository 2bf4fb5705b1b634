/* SPDX-License-Identifier: Apache-2.0 */
/* stat_time.c: how long things took, what was sent in time, and how far the register is approved. */
#include <stdio.h>

#include "app/stat_part.h"
#include "app/visible.h"
#include "duty/reminder.h"

#define MINUTE_MS INT64_C(60000)

const char *
minutes_text(struct call *call, int64_t minutes)
{
	char value[3][24];
	const char *const names[] = { "days", "hours", "minutes" };
	const char *const values[] = { value[0], value[1], value[2] };
	const char *key = minutes < 60 ? "stat.minutes" : minutes < 2880 ? "stat.hours" : "stat.days";
	struct buf text = BUF_INIT(200);
	const char *result;

	snprintf(value[0], sizeof(value[0]), "%lld", (long long)(minutes / 1440));
	snprintf(value[1], sizeof(value[1]), "%lld",
	    (long long)(minutes < 2880 ? minutes / 60 : minutes % 1440 / 60));
	snprintf(value[2], sizeof(value[2]), minutes < 60 ? "%lld" : "%02lld",
	    (long long)(minutes % 60));
	words_format(&text, call->lang, key, names, values, ARRAY_LEN(names));
	result = arena_strdup(call->arena, buf_str(&text));
	buf_clear(&text);
	return result;
}

/* ---- times ---------------------------------------------------------------------------------- */

static int64_t
taken_since(int64_t from, int64_t to)
{
	return from == SQL_NULL || to == SQL_NULL || to < from ? SQL_NULL : (to - from) / MINUTE_MS;
}

static int64_t
told(const struct stat_case *c)
{
	return c->told == SQL_NULL ? c->received : c->told;
}

static int64_t
time_to_report(const struct stat_case *c)
{
	return taken_since(c->detected, c->told);
}

static int64_t
time_to_acknowledge(const struct stat_case *c)
{
	return taken_since(told(c), c->taken);
}

static int64_t
time_to_classify(const struct stat_case *c)
{
	return taken_since(told(c), c->scored);
}

static int64_t
time_to_contain(const struct stat_case *c)
{
	return taken_since(c->detected, c->contained);
}

static int64_t
time_to_recover(const struct stat_case *c)
{
	return taken_since(c->detected, c->recovered == SQL_NULL ? c->ended : c->recovered);
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The middle of the sorted values: of two in the middle, half-way, whole minutes. */
static int64_t
median(const int64_t *value, size_t n)
{
	return n % 2 == 1 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* Nearest rank: the smallest value that nine in ten do not exceed. */
static int64_t
p90(const int64_t *value, size_t n)
{
	return value[(n * 9 + 9) / 10 - 1];
}

static struct json *
one_time(const struct stat_cases *cases, const char *name,
    int64_t (*time)(const struct stat_case *c))
{
	int64_t *value = xcalloc(cases->count + 1, sizeof(*value)), minutes;
	struct json *out = figure_new();
	size_t n = 0;

	for (size_t i = 0; i < cases->count; i++) {
		minutes = time(&cases->item[i]);
		if (minutes == SQL_NULL)
			continue;
		value[n++] = minutes;
		figure_add(out, cases->item[i].id);
	}
	qsort(value, n, sizeof(*value), compare);
	json_set_str(out, "id", name);
	json_set_str(out, "title", word(cases->call->lang,
	    arena_printf(cases->call->arena, "stat.time.%s", name)));
	json_set(out, "median_minutes", n == 0 ? json_new_null() : json_new_int(median(value, n)));
	json_set(out, "p90_minutes", n == 0 ? json_new_null() : json_new_int(p90(value, n)));
	json_set_str(out, "median", n == 0 ? NULL : minutes_text(cases->call, median(value, n)));
	json_set_str(out, "p90", n == 0 ? NULL : minutes_text(cases->call, p90(value, n)));
	free(value);
	return out;
}

void
stat_times(const struct stat_cases *cases, struct json *out)
{
	static const struct {
		const char *name;
		int64_t (*time)(const struct stat_case *c);
	} times[] = {
		{ "report", time_to_report }, { "acknowledge", time_to_acknowledge },
		{ "classify", time_to_classify }, { "contain", time_to_contain },
		{ "recover", time_to_recover },
	};
	struct json *list = json_new_array();

	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		json_append(list, one_time(cases, times[i].name, times[i].time));
	json_set(out, "times", list);
}

/* ---- duties --------------------------------------------------------------------------------- */

#define DUTIES_SQL \
	"SELECT d.id, d.due_at, COALESCE(d.sent_at, d.done_at), d.kind FROM duty d" \
	" LEFT JOIN incident i ON i.id = d.incident_id WHERE d.agency_id = ? AND d.due_at >= ?" \
	" AND d.due_at < ? AND d.state NOT IN ('cancelled', 'superseded')" \
	" AND (d.incident_id IS NULL OR " VISIBLE ") ORDER BY d.due_at, d.id"

/*
 * Those that fell due in the period: sent in time, sent late, or missed so far.  What is
 * not sent and not due yet counts nowhere.
 */
void
stat_duties(struct call *call, int64_t from_ms, int64_t to_ms, struct json *out)
{
	struct json *duties = json_new_object(), *due = figure_new(), *on_time = figure_new();
	struct json *late = figure_new(), *missed = figure_new();
	int64_t n, limit, sent;
	struct query q;

	query_open(&q, call->tx, DUTIES_SQL, "tii" VISIBLE_TYPES, call->agency_id, from_ms, to_ms,
	    VISIBLE_ARGS(call));
	while (query_step(&q)) {
		limit = duty_red_at(duty_kind_of(query_text(&q, 3)), query_int(&q, 1));
		sent = query_opt(&q, 2);
		if (sent == SQL_NULL && limit >= call->now)
			continue;
		figure_add(due, query_text(&q, 0));
		figure_add(sent == SQL_NULL ? missed : sent <= limit ? on_time : late,
		    query_text(&q, 0));
	}
	query_close(&q);
	n = json_get_int(due, "count", 0);
	json_set(duties, "percent", n == 0 ? json_new_null() :
	    json_new_int((json_get_int(on_time, "count", 0) * 100 + n / 2) / n));
	json_set(duties, "due", due);
	json_set(duties, "on_time", on_time);
	json_set(duties, "late", late);
	json_set(duties, "missed", missed);
	json_set(out, "duties", duties);
}

/* ---- the register --------------------------------------------------------------------------- */

struct json *
stat_systems(struct call *call)
{
	static const char *const names[] = { "total", "classified", "proposed", "appraised", "approved",
		"inspected" };
	struct json *out = json_new_object();
	struct query q;

	query_open(&q, call->tx, "SELECT COUNT(*), COUNT(level),"
	    " COUNT(CASE WHEN approval_state IN ('submitted', 'appraised', 'approved') THEN 1 END),"
	    " COUNT(CASE WHEN approval_state IN ('appraised', 'approved') THEN 1 END),"
	    " COUNT(CASE WHEN approval_state = 'approved' THEN 1 END),"
	    " COUNT(CASE WHEN approval_state = 'approved' AND inspected LIKE '%periodic' THEN 1 END),"
	    " MAX(CASE WHEN approval_state = 'approved' THEN NULL ELSE approval_expected_on END)"
	    " FROM info_system WHERE agency_id = ? AND is_retired = 0", "t", call->agency_id);
	if (query_step(&q)) {
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			json_set_int(out, names[i], query_int(&q, (int)i));
		json_set(out, "percent", query_int(&q, 0) == 0 ? json_new_null() :
		    json_new_int((query_int(&q, 4) * 100 + query_int(&q, 0) / 2) / query_int(&q, 0)));
		json_set_str(out, "expected", query_text(&q, 6));
	}
	query_close(&q);
	return out;
}
