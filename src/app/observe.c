/* SPDX-License-Identifier: Apache-2.0 */
#include "app/observe.h"

#include <stdio.h>

#include "app/change.h"
#include "model/observable.h"

#define SAVED_MAX 100

struct saving {
	struct call *call;
	const char *incident_id, *source;
	size_t saved;
	char first[200]; /* a few of them, for the timeline */
};

static void
save(void *ctx, enum observable_type type, const char *value)
{
	struct saving *s = ctx;
	struct call *c = s->call;
	const char *name = observable_type_name(type);
	size_t len = strlen(s->first);

	if (s->saved == SAVED_MAX || c->err->kind != ERR_NONE)
		return;
	if (tx_int(c->tx, "SELECT COUNT(*) FROM observable WHERE incident_id = ? AND type = ? AND value = ?",
	    "ttt", s->incident_id, name, value) > 0)
		return;
	change_insert(c, "observable", NULL, COLS(CT("incident_id", s->incident_id), CT("type", name),
	    CT("value", value), CT("source", s->source), CI("seen_at", c->now)));
	if (len + strlen(value) + 3 < sizeof(s->first))
		snprintf(s->first + len, sizeof(s->first) - len, "%s%s", len == 0 ? "" : ", ", value);
	s->saved++;
}

size_t
observe_text(struct call *call, const char *incident_id, const char *text, const char *source)
{
	struct saving s = { .call = call, .incident_id = incident_id, .source = source };
	const char *key = arena_printf(call->arena, "observable.source.%s", source);

	if (text == NULL)
		return 0;
	observable_extract(text, strlen(text), save, &s);
	if (s.saved > 0)
		change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id,
		    .kind = "observable", .word = "timeline.observable_found", .occurred_at = SQL_NULL,
		    .told_at = SQL_NULL, .args = TIMELINE_ARGS(
			"count", arena_printf(call->arena, "%zu", s.saved),
			"source", words_has(LANG_VI, key) ? arena_printf(call->arena, "@%s", key) : source,
			"values", s.first) });
	return s.saved;
}
