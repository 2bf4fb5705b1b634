/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/row.h"

#include "base/utf8.h"
#include "text/jsonw.h"

void
row_plan(struct query *q, struct row_plan *ret)
{
	int n = query_columns(q);

	ret->columns = n < ROW_COLUMNS_MAX ? n : ROW_COLUMNS_MAX;
	for (int i = 0; i < ret->columns; i++) {
		int at = i;

		for (; at > 0 && strcmp(query_name(q, ret->order[at - 1]), query_name(q, i)) > 0; at--)
			ret->order[at] = ret->order[at - 1];
		ret->order[at] = (uint8_t)i;
	}
}

static bool
add_value(struct query *q, int column, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);
	const char *text;
	size_t len;

	switch (query_type(q, column)) {
	case QUERY_INT:
		jsonw_int(&w, query_int(q, column));
		return true;
	case QUERY_TEXT:
		text = query_text(q, column);
		len = query_size(q, column);
		if (!utf8_valid(text, len))
			return false;
		jsonw_quote(out, text, len);
		return true;
	default:
		return false;
	}
}

int
row_json(struct query *q, const struct row_plan *plan, struct buf *out)
{
	bool first = true;

	buf_addc(out, '{');
	for (int i = 0; i < plan->columns; i++) {
		int column = plan->order[i];
		const char *name = query_name(q, column);

		if (query_type(q, column) == QUERY_NULL)
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		jsonw_quote(out, name, strlen(name));
		buf_addc(out, ':');
		if (!add_value(q, column, out))
			return column;
	}
	buf_addc(out, '}');
	return -1;
}

void
row_image(struct query *q, struct buf *out)
{
	struct row_plan plan;

	row_plan(q, &plan);
	if (row_json(q, &plan, out) != -1)
		buf_adds(out, "{\"type\":\"other\"}}");
}
