/* SPDX-License-Identifier: Apache-2.0 */
#include "app/search.h"

#include "text/fold.h"

#define INDEXED_MAX ((size_t)64 << 10) /* bytes of one incident's text; the rest is not found */

/* Adds the texts of all rows, folded, with a blank between them. */
static void
add_rows(struct call *call, struct buf *out, const char *sql, const char *incident_id)
{
	struct query q;

	query_open(&q, call->tx, sql, "t", incident_id);
	while (query_step(&q)) {
		for (int i = 0; i < query_columns(&q); i++) {
			if (query_text(&q, i) == NULL)
				continue;
			buf_addc(out, ' ');
			fold_search(out, query_text(&q, i));
		}
	}
	query_close(&q);
}

void
index_incident(struct call *call, const char *incident_id)
{
	struct buf text = BUF_INIT(INDEXED_MAX);

	add_rows(call, &text, "SELECT number, title, summary FROM incident WHERE id = ?", incident_id);
	add_rows(call, &text, "SELECT number, place, description FROM report WHERE incident_id = ?",
	    incident_id);
	add_rows(call, &text, "SELECT name FROM scope_item WHERE incident_id = ?", incident_id);
	add_rows(call, &text, "SELECT value FROM observable WHERE incident_id = ?", incident_id);
	add_rows(call, &text, "SELECT number, name FROM evidence WHERE incident_id = ?", incident_id);
	add_rows(call, &text, "SELECT text FROM timeline WHERE incident_id = ? AND kind = 'note'",
	    incident_id);
	tx_index_put(call->tx, call->agency_id, "incident", incident_id, incident_id, buf_str(&text));
	buf_clear(&text);
}
