/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts.h: a case as values: what forms are filled from.  packs/README.md lists
 * the paths.  Times are local, "2026-11-22T14:30"; days "2026-11-22".  What is
 * not known is left out or null.  Who reported is never among the facts.
 */
#pragma once

#include "app/op.h"

struct facts_want {
	const char *incident_id;       /* NULL: of the agency alone */
	const char *form;              /* whose earlier papers are "last"; NULL: none */
	const char *form_text;         /* lists it never mentions are left out; NULL: all there is */
	const char *document_id;       /* the paper itself, which is not an earlier one; NULL: new */
	const char *enclosed_id;       /* what goes under this cover; NULL: it is none */
	int64_t from_at, to_at;        /* of a periodic paper; SQL_NULL: none */
};

/*
 * The facts as one JSON object.  The incident has to be one the actor may see.
 * About a millisecond for an ordinary incident; lists have at most
 * FACTS_ROWS_MAX items.  The caller frees it with json_free(); NULL after an
 * error, which is in call->err.
 */
#define FACTS_ROWS_MAX 500
struct json *facts_make(struct call *call, const struct facts_want *want);

/* Only the parts of ${facts} that ${form} mentions, for keeping with a paper; the caller frees it. */
struct json *facts_for(const struct json *facts, const char *form_text);

/* ${ms} as "2026-11-22T14:30", local time. Returns ${out}. */
char *facts_time(int64_t ms, char out[static CLOCK_TEXT_SIZE]);
