/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/row.h"

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "ledger/quote.h"

void
row_plan(struct query *q, struct row_plan *ret)
{
	int n = query_columns(q);
	uint8_t order[ROW_COLUMNS_MAX];

	ret->columns = 0;
	for (int i = 0; i < n && ret->columns < ROW_COLUMNS_MAX; i++) {
		int at = ret->columns;

		if (strcmp(query_name(q, i), ROW_STAMP) == 0 || strcmp(query_name(q, i), ROW_ALARM) == 0)
			continue;
		for (; at > 0 && strcmp(query_name(q, order[at - 1]), query_name(q, i)) > 0; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
		ret->columns++;
	}
	for (int i = 0; i < ret->columns; i++) {
		struct row_column *column = &ret->column[i];

		column->number = order[i];
		column->len = (size_t)snprintf(column->key, sizeof(column->key), "\"%.*s\":",
		    ROW_NAME_MAX, query_name(q, order[i]));
	}
}

static bool
add_value(struct query *q, int column, enum query_type type, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);
	const char *text;
	size_t len;

	switch (type) {
	case QUERY_INT:
		jsonw_int(&w, query_int(q, column));
		return true;
	case QUERY_TEXT:
		text = query_text(q, column);
		len = query_size(q, column);
		if (!quote_is_plain(text, len) && !utf8_valid(text, len))
			return false;
		quote(out, text, len);
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
		const struct row_column *column = &plan->column[i];
		enum query_type type = query_type(q, column->number);

		if (type == QUERY_NULL)
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		buf_add(out, column->key, column->len);
		if (!add_value(q, column->number, type, out))
			return column->number;
	}
	buf_addc(out, '}');
	return -1;
}

/* A plan takes as long as the image itself: one for each table is kept. */
static const struct row_plan *
kept_plan(struct query *q, struct row_plan *own)
{
	void **keep = query_keep(q);

	if (keep != NULL && *keep != NULL)
		return *keep;
	row_plan(q, own);
	if (keep != NULL) {
		size_t size = offsetof(struct row_plan, column) +
		    (size_t)own->columns * sizeof(own->column[0]);

		*keep = memcpy(xmalloc(size), own, size);
	}
	return own;
}

void
row_image(struct query *q, struct buf *out)
{
	struct row_plan own;

	if (row_json(q, kept_plan(q, &own), out) != -1)
		buf_adds(out, "{\"type\":\"other\"}}");
}
