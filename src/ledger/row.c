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
add_value(const struct query_cell *cell, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);

	switch (cell->type) {
	case QUERY_INT:
		jsonw_int(&w, cell->number);
		return true;
	case QUERY_TEXT:
		if (!quote_is_plain(cell->text, cell->size) && !utf8_valid(cell->text, cell->size))
			return false;
		quote(out, cell->text, cell->size);
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
		struct query_cell cell = query_cell(q, column->number);

		if (cell.type == QUERY_NULL)
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		buf_add(out, column->key, column->len);
		if (!add_value(&cell, out))
			return column->number;
	}
	buf_addc(out, '}');
	return -1;
}

/* A plan takes as long as the image itself: one for each table is kept. */
static const struct row_plan *
kept_plan(struct query *q)
{
	void **keep = query_keep(q, KEEP_IMAGE);
	struct row_plan plan;
	size_t size;

	if (*keep != NULL)
		return *keep;
	row_plan(q, &plan);
	size = offsetof(struct row_plan, column) + (size_t)plan.columns * sizeof(plan.column[0]);
	*keep = memcpy(xmalloc(size), &plan, size);
	return *keep;
}

void
row_image(struct query *q, struct buf *out)
{
	if (row_json(q, kept_plan(q), out) != -1)
		buf_adds(out, "{\"type\":\"other\"}}");
}
