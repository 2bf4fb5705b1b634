/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "app/stat_part.h"
#include "app/visible.h"
#include "text/fold.h"

#define NAME_MAX_BYTES 300
#define NAMES_MAX      20

/* Of the period, not found to be none and not counted elsewhere. */
#define OF_PERIOD \
	" AND i.detected_at >= ? AND i.detected_at < ?" \
	" AND i.state NOT IN ('closed_not_incident', 'duplicate')"
#define COUNTED       VISIBLE OF_PERIOD
#define COUNTED_TYPES VISIBLE_TYPES "ii"
#define COUNTED_ARGS(s) VISIBLE_ARGS((s)->call), (s)->from_ms, (s)->to_ms

/* ---- who helped ----------------------------------------------------------------------------- */

static struct stat_helper *
helper_of(struct stat_cases *s, const char *name, bool is_foreign)
{
	struct stat_helper **at = &s->helper;

	while (*at != NULL && ((*at)->is_foreign != is_foreign || strcmp((*at)->name, name) != 0))
		at = &(*at)->next;
	if (*at == NULL) {
		*at = arena_alloc(s->call->arena, sizeof(**at));
		(*at)->name = arena_strdup(s->call->arena, name);
		(*at)->is_foreign = is_foreign;
		(*at)->ids = figure_new();
	}
	return *at;
}

static void
add_helper(struct stat_cases *s, struct stat_case *c, const char *name, bool is_foreign)
{
	struct json *figure = helper_of(s, name, is_foreign)->ids, *ids = json_get(figure, "ids");

	c->help |= is_foreign ? HELP_FOREIGN : HELP_DOMESTIC;
	/* Asked twice, or named in the review too: one incident all the same. */
	for (size_t i = 0; i < json_len(ids); i++)
		if (str_eq(json_str(json_at(ids, i)), c->id))
			return;
	figure_add(figure, c->id);
}

/* What people write where nobody helped. */
static bool
says_nobody(const char *name)
{
	static const char *const nobody[] = { "", "-", "0", "khong", "khong co", "khong ai", "tu xu ly",
		"none", "no", "nobody" };
	struct buf folded = BUF_INIT(NAME_MAX_BYTES * 2);
	bool found = false;

	fold_search(&folded, name);
	for (size_t i = 0; i < ARRAY_LEN(nobody); i++)
		found = found || strcmp(buf_str(&folded), nobody[i]) == 0;
	buf_clear(&folded);
	return found;
}

/* The review's own words: one organisation a line, or between semicolons. */
static void
read_helped_by(struct stat_cases *s, struct stat_case *c)
{
	char *text = arena_strdup(s->call->arena, c->helped_by), *name;

	for (int n = 0; n < NAMES_MAX && (name = strsep(&text, ";\n")) != NULL; n++) {
		size_t len;

		name += strspn(name, " \t\r-•");
		len = strlen(name);
		while (len > 0 && strchr(" \t\r.,", name[len - 1]) != NULL)
			name[--len] = '\0';
		if (len < NAME_MAX_BYTES && !says_nobody(name))
			add_helper(s, c, name, false);
	}
}

#define ESCALATION_SQL \
	"SELECT e.incident_id, e.target, e.organisation, e.is_foreign, e.supported_at" \
	" FROM escalation e JOIN incident i ON i.id = e.incident_id WHERE " COUNTED \
	" AND e.requested_at IS NOT NULL" \
	" ORDER BY i.detected_at, i.id, e.requested_at, e.id"

static void
read_escalations(struct stat_cases *s)
{
	char key[64];
	struct query q;

	query_open(&q, s->call->tx, ESCALATION_SQL, COUNTED_TYPES, COUNTED_ARGS(s));
	while (query_step(&q)) {
		struct stat_case *c = map_get(&s->by_id, query_text(&q, 0));
		const char *name = query_text(&q, 2);

		if (c == NULL)
			continue;
		if (str_eq(query_text(&q, 1), "national_coordinator"))
			c->help |= HELP_ASKED;
		/* Asked, even released, without ever having supported is no help. */
		if (query_opt(&q, 4) == SQL_NULL)
			continue;
		snprintf(key, sizeof(key), "escalation.target.%s", query_text(&q, 1));
		add_helper(s, c, str_empty(name) ? word(s->call->lang, key) : name,
		    query_int(&q, 3) != 0);
	}
	query_close(&q);
}

/* ---- the incidents -------------------------------------------------------------------------- */

#define ENTERED(fn, state) \
	"(SELECT " fn "(t.occurred_at) FROM timeline t WHERE t.incident_id = i.id AND t.kind = 'state'" \
	" AND t.args_json LIKE '%\"to\":\"@state." state "\"%')"
#define CASES_SQL \
	"SELECT i.id, i.number, i.title, i.type, i.state, i.level, i.detected_at, i.received_at, i.taken_at," \
	" i.response_ended_at, i.loop_count, r.damage, r.damage_vnd, r.helped_by," \
	" (SELECT MIN(p.told_at) FROM report p WHERE p.incident_id = i.id)," \
	" (SELECT MIN(c.scored_at) FROM score c WHERE c.incident_id = i.id)," \
	" " ENTERED("MIN", "eradication") ", " ENTERED("MAX", "validation") \
	" FROM incident i LEFT JOIN review r ON r.incident_id = i.id WHERE " COUNTED \
	" ORDER BY i.detected_at, i.id"

static struct stat_case
read_case(struct arena *a, struct query *q)
{
	struct stat_case c = {
		.id = arena_strdup(a, query_text(q, 0)), .number = arena_strdup(a, query_text(q, 1)),
		.title = arena_strdup(a, query_text(q, 2)), .type = arena_strdup(a, query_text(q, 3)),
		.state = arena_strdup(a, query_text(q, 4)), .level = query_opt(q, 5),
		.detected = query_int(q, 6), .received = query_int(q, 7), .taken = query_opt(q, 8),
		.ended = query_opt(q, 9), .loops = query_int(q, 10),
		.damage = arena_strdup(a, query_text(q, 11)), .damage_vnd = query_opt(q, 12),
		.helped_by = arena_strdup(a, query_text(q, 13)), .told = query_opt(q, 14),
		.scored = query_opt(q, 15), .contained = query_opt(q, 16), .recovered = query_opt(q, 17),
	};

	return c;
}

bool
stat_cases_hidden(const struct stat_cases *s)
{
	return tx_int(s->call->tx, "SELECT COUNT(*) FROM incident i WHERE i.agency_id = ?" OF_PERIOD
	    " AND COALESCE(" VISIBLE ", 0) = 0", "tii" VISIBLE_TYPES, s->call->agency_id, s->from_ms, s->to_ms,
	    VISIBLE_ARGS(s->call)) > 0;
}

int
stat_cases_load(struct stat_cases *s)
{
	size_t room = 0;
	struct query q;

	query_open(&q, s->call->tx, CASES_SQL, COUNTED_TYPES, COUNTED_ARGS(s));
	while (query_step(&q)) {
		if (s->count == room) {
			room = room == 0 ? 64 : room * 2;
			s->item = xrealloc(s->item, room * sizeof(*s->item));
		}
		s->item[s->count++] = read_case(s->call->arena, &q);
	}
	if (query_close(&q) != 0)
		return s->call->err->kind;
	for (size_t i = 0; i < s->count; i++)
		map_put(&s->by_id, s->item[i].id, &s->item[i]);
	read_escalations(s);
	for (size_t i = 0; i < s->count; i++)
		if (!str_empty(s->item[i].helped_by))
			read_helped_by(s, &s->item[i]);
	return s->call->err->kind;
}

void
stat_cases_clear(struct stat_cases *s)
{
	for (struct stat_helper *h = s->helper; h != NULL; h = h->next)
		json_free(h->ids);
	map_clear(&s->by_id, NULL);
	free(s->item);
}
