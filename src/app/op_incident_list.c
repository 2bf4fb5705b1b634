/* SPDX-License-Identifier: Apache-2.0 */
/* op_incident_list.c: incidents by state, words and whose they are. */
#include <stdio.h>

#include "app/app.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/search.h"
#include "app/visible.h"
#include "model/state.h"

#define FEW_MATCHES 300

static const char *const sorts[] = { "updated", "level", "detected", "number", NULL };

static const struct param list_params[] = {
	{ "state", P_LIST, 0, 0, 0, NULL },
	{ "level", P_INT, 0, 1, 4, NULL },
	{ "type", P_LINE, 0, 0, 40, NULL },
	{ "lead", P_LINE, 0, 0, 60, NULL },
	{ "mine", P_BOOL, 0, 0, 0, NULL },
	{ "q", P_LINE, 0, 0, 0, NULL },
	{ "sort", P_ENUM, 0, 0, 0, sorts },
	PARAMS_PAGE,
	{ 0 },
};

#define LIST_COLUMNS \
	"SELECT i.id, i.version, i.number, i.title, i.state, i.type, i.level, i.beyond, i.is_restricted," \
	" i.tlp, i.lead_id, a.name AS lead_name, i.detected_at, i.received_at, i.updated_at, i.closed_at," \
	" i.watch_until_at, i.loop_count, (SELECT COUNT(*) FROM task t WHERE t.incident_id = i.id AND" \
	" t.state = 'open') AS open_tasks FROM "
#define LIST_FROM(more) " incident i" more " LEFT JOIN account a ON a.id = i.lead_id WHERE 1 = 1"
#define OPEN_STATES " AND " INCIDENT_OPEN("i.state")

/* How those that match are found. */
struct look {
	const char *match; /* NULL: no words were given */
	bool is_few;
	int64_t place; /* of the FEW_MATCHES'th newest that matches */
};

static int
fail_state(struct call *c, const char *name)
{
	const char *choices = "open, all";

	for (enum incident_state s = 0; s < STATES; s++)
		choices = arena_printf(c->arena, "%s, %s", choices, state_name(s));
	return err_fail(c->err, ERR_INVALID, "err.state_name", "state", "value", name, "choices", choices);
}

static int
filter_states(struct call *c, struct filter *f)
{
	const char *list = arg_list(c, "state", ' ');
	const char *between = " AND i.state IN (?";
	bool seen[STATES] = { false };
	char name[40];

	if (list == NULL || strcmp(list, "open") == 0)
		filter_sql(f, list == NULL ? "" : OPEN_STATES);
	else if (strcmp(list, "all") != 0) {
		while (*list != '\0') {
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(list, " "), list);
			if (state_of(name) == STATES)
				return fail_state(c, name);
			if (!seen[state_of(name)]) {
				filter_text(f, between, state_name(state_of(name)));
				between = ", ?";
			}
			seen[state_of(name)] = true;
			list += strcspn(list, " ");
			list += *list == ' ';
		}
		filter_sql(f, ")");
	}
	return 0;
}

/*
 * Few that match are looked at one by one and sorted; of many, an index in the order asked
 * for soon meets enough.  The database reads all that match before the first is compared:
 * so in the order of changes first only the newest, for these are what it meets, and the
 * others when an older one is met.  The number is among the words that are found.
 */
static void
from_incidents(struct filter *f, const struct look *look, bool is_newest_first)
{
	filter_init(f, LIST_COLUMNS);
	if (look->match == NULL) {
		filter_sql(f, LIST_FROM(""));
	} else if (look->is_few) {
		filter_text(f, find_from, look->match);
		filter_sql(f, " CROSS JOIN" LIST_FROM("") " AND i.id = m.incident_id");
	} else if (is_newest_first) {
		filter_sql(f, LIST_FROM(FIND_WITH_PLACE) " AND ");
		filter_int(f, find_condition_newest[0], look->place);
		filter_text(f, find_condition_newest[1], look->match);
		filter_int(f, find_condition_newest[2], look->place);
		filter_text(f, find_condition_newest[3], look->match);
	} else {
		filter_sql(f, LIST_FROM("") " AND ");
		filter_text(f, find_condition, look->match);
	}
}

/* Those that match, and what else was asked for, in the order asked for. */
static int
list_part(struct call *c, struct filter *f, const struct look *look)
{
	static const struct { const char *name, *sql; } order[] = {
		{ "updated", "i.updated_at DESC" },
		{ "level", "COALESCE(i.level, 9), i.updated_at DESC" },
		{ "detected", "i.detected_at DESC" },
		{ "number", "i.number DESC" },
	};
	const char *sort = arg_has(c, "sort") ? arg_text(c, "sort") : "updated";

	from_incidents(f, look, strcmp(sort, "updated") == 0);
	if (filter_states(c, f) != 0)
		return c->err->kind;
	filter_visible(f, c);
	filter_int(f, " AND i.level = ?", arg_int(c, "level", SQL_NULL));
	filter_text(f, " AND i.type = ?", arg_text(c, "type"));
	filter_text(f, " AND i.lead_id = ?", arg_bool(c, "mine") ? c->actor.id : NULL);
	filter_text(f, " AND a.login = ?", arg_text(c, "lead"));
	filter_sql(f, " ORDER BY ");
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (strcmp(order[i].name, sort) == 0)
			filter_sql(f, order[i].sql);
	return 0;
}

static void
add_part(struct call *c, struct out_page *page, const struct look *look)
{
	struct filter part;

	if (list_part(c, &part, look) == 0)
		out_page_add(c, page, &part, NULL);
	else
		filter_clear(&part);
}

static struct look
look_of(struct call *c, const char *match)
{
	struct look look = { .match = match };
	struct query q;

	query_open(&q, c->tx, find_newest, "ti", match, (int64_t)FEW_MATCHES);
	if (query_step(&q)) {
		look.is_few = query_int(&q, 0) < FEW_MATCHES;
		look.place = query_int(&q, 1);
	}
	query_close(&q);
	return look;
}

static int
incident_list(struct call *c)
{
	struct out_page page;

	out_page_begin(c, page_limit(c), &page);
	if (!arg_has(c, "q"))
		add_part(c, &page, &(struct look){ 0 });
	/* To count those that have a word only begun means reading all: only when they are wanted. */
	for (int i = 0; i < FIND_PARTS && arg_has(c, "q") && !page.more; i++) {
		struct look look = look_of(c, search_words(c, "q", (enum find_words)i));

		if (look.match != NULL)
			add_part(c, &page, &look);
	}
	out_page_end(c, &page);
	return c->err->kind;
}

static const char *const columns[] = { "number", "title", "level", "type", "state", "lead_name",
	"open_tasks", "updated_at", NULL };

const struct op ops_incident_list[] = {
	{ "incident list", "GET", "/incidents", RIGHT_READ, OP_FINDS, list_params, incident_list, columns,
	    "khien incident list --state open" },
	{ 0 },
};
