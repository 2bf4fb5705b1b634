/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/row.h"

#include "text/jsonw.h"

#define COLUMNS_MAX 64

/* Column numbers in the order of their names. */
static int
sorted_columns(struct query *q, int order[static COLUMNS_MAX])
{
	int n = query_columns(q);

	if (n > COLUMNS_MAX)
		n = COLUMNS_MAX;
	for (int i = 0; i < n; i++) {
		int at = i;

		while (at > 0 && strcmp(query_name(q, order[at - 1]), query_name(q, i)) > 0) {
			order[at] = order[at - 1];
			at--;
		}
		order[at] = i;
	}
	return n;
}

void
row_image(struct query *q, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);
	int order[COLUMNS_MAX];
	int n = sorted_columns(q, order);

	jsonw_object(&w);
	for (int i = 0; i < n; i++) {
		const char *name = query_name(q, order[i]);

		switch (query_type(q, order[i])) {
		case QUERY_NULL:
			break;
		case QUERY_INT:
			jsonw_kint(&w, name, query_int(q, order[i]));
			break;
		case QUERY_TEXT:
			jsonw_key(&w, name);
			jsonw_stringn(&w, query_text(q, order[i]), query_size(q, order[i]));
			break;
		case QUERY_OTHER:
			jsonw_kraw(&w, name, "{\"type\":\"other\"}");
			break;
		}
	}
	jsonw_object_end(&w);
}
