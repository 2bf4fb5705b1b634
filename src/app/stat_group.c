/* SPDX-License-Identifier: Apache-2.0 */
/* stat_group.c: incidents by type, level, division, month and state. */
#include <stdio.h>

#include "app/stat_part.h"
#include "app/visible.h"

/* A list of groups by id, each a figure with a title. */
struct groups {
	struct json *list;
	struct map by_id;
};

static struct json *
group_of(struct groups *g, const char *id, const char *title)
{
	struct json *one = map_get(&g->by_id, id);

	if (one != NULL)
		return one;
	one = figure_new();
	json_set_str(one, "id", id);
	json_set_str(one, "title", title);
	json_append(g->list, one);
	map_put(&g->by_id, id, one);
	return one;
}

static void
groups_put(struct groups *g, struct json *out, const char *name)
{
	json_set(out, name, g->list);
	map_clear(&g->by_id, NULL);
}

#define GROUPS_INIT { json_new_array(), MAP_INIT }

static void
by_type(const struct stat_cases *cases, const struct pack_types *types, struct json *out)
{
	const char *lang = lang_code(cases->call->lang);
	struct groups g = GROUPS_INIT;
	struct json *one;

	/* Those of the list first, in its order, also where nothing happened. */
	for (size_t i = 0; types != NULL && i < types->types; i++) {
		one = group_of(&g, types->type[i].id, pack_say(&types->type[i].title, lang));
		json_set_str(one, "list", types->type[i].list);
		json_set_str(one, "group", types->type[i].group);
	}
	for (size_t i = 0; i < cases->count; i++) {
		const char *type = cases->item[i].type;

		figure_add(group_of(&g, str_empty(type) ? "" : type, str_empty(type) ?
		    word(cases->call->lang, "stat.untyped") : type), cases->item[i].id);
	}
	groups_put(&g, out, "by_type");
}

static void
by_level(const struct stat_cases *cases, struct json *out)
{
	struct groups g = GROUPS_INIT;
	char id[24], key[32];

	for (int level = 1; level <= 4; level++) {
		snprintf(id, sizeof(id), "%d", level);
		snprintf(key, sizeof(key), "stat.level.%d", level);
		group_of(&g, id, word(cases->call->lang, key));
	}
	for (size_t i = 0; i < cases->count; i++) {
		int64_t level = cases->item[i].level;

		snprintf(id, sizeof(id), "%lld", level == SQL_NULL ? 0LL : (long long)level);
		figure_add(group_of(&g, id, word(cases->call->lang, "stat.no_level")),
		    cases->item[i].id);
	}
	groups_put(&g, out, "by_level");
}

static void
by_month(const struct stat_cases *cases, struct json *out)
{
	struct arena *a = cases->call->arena;
	const char *last = local_day(a, cases->to_ms - 1);
	int year = clock_year(cases->from_ms), month = atoi(local_day(a, cases->from_ms) + 5);
	struct groups g = GROUPS_INIT;
	const char *id;

	for (;; month = month % 12 + 1, year += month == 1) {
		id = arena_printf(a, "%d-%02d", year, month);
		group_of(&g, id, arena_printf(a, "%02d/%d", month, year));
		if (strncmp(id, last, strlen(id)) >= 0)
			break;
	}
	for (size_t i = 0; i < cases->count; i++) {
		id = arena_strndup(a, local_day(a, cases->item[i].detected), strlen("2026-11"));
		figure_add(group_of(&g, id, id), cases->item[i].id);
	}
	groups_put(&g, out, "by_month");
}

static void
by_state(const struct stat_cases *cases, struct json *out)
{
	struct groups g = GROUPS_INIT;
	char key[64];

	for (size_t i = 0; i < cases->count; i++) {
		snprintf(key, sizeof(key), "state.%s", cases->item[i].state);
		figure_add(group_of(&g, cases->item[i].state, word(cases->call->lang, key)),
		    cases->item[i].id);
	}
	groups_put(&g, out, "by_state");
}

#define DIVISIONS_SQL \
	"SELECT DISTINCT s.incident_id, s.ref_id, COALESCE(d.name, s.name), i.detected_at, i.id" \
	" FROM scope_item s JOIN incident i ON i.id = s.incident_id" \
	" LEFT JOIN division d ON d.id = s.ref_id WHERE " VISIBLE \
	" AND i.detected_at >= ? AND i.detected_at < ? AND s.kind = 'division' AND s.state <> 'cleared'" \
	" ORDER BY i.detected_at, i.id, 3"

/* An incident may touch several divisions; one whose division nobody named stands last. */
static void
by_division(const struct stat_cases *cases, struct json *out)
{
	struct call *call = cases->call;
	struct groups g = GROUPS_INIT;
	struct map named = MAP_INIT;
	const char *id;
	struct query q;

	query_open(&q, call->tx, DIVISIONS_SQL, VISIBLE_TYPES "ii", VISIBLE_ARGS(call), cases->from_ms,
	    cases->to_ms);
	while (query_step(&q)) {
		id = query_text(&q, 0);
		if (map_get(&cases->by_id, id) == NULL)
			continue;
		map_put(&named, id, g.list);
		figure_add(group_of(&g, query_text(&q, 1) == NULL ? query_text(&q, 2) :
		    query_text(&q, 1), query_text(&q, 2)), id);
	}
	query_close(&q);
	for (size_t i = 0; i < cases->count; i++)
		if (map_get(&named, cases->item[i].id) == NULL)
			figure_add(group_of(&g, "", word(call->lang, "stat.no_division")),
			    cases->item[i].id);
	map_clear(&named, NULL);
	groups_put(&g, out, "by_division");
}

void
stat_groups(const struct stat_cases *cases, const struct pack_types *types, struct json *out)
{
	by_type(cases, types, out);
	by_level(cases, out);
	by_division(cases, out);
	by_month(cases, out);
	by_state(cases, out);
}
