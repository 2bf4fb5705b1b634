/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/row.h"

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "text/jsonw.h"

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
add_text(const char *text, size_t len, struct buf *out)
{
	size_t before = out->len;
	bool good = jsonw_quote(out, text, len);

	if (!good && !out->full)
		buf_end(out, out->data + before);
	return good;
}

static void
add_int(int64_t n, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);

	jsonw_int(&w, n);
}

static bool
add_value(const struct query_cell *cell, struct buf *out)
{
	switch (cell->type) {
	case QUERY_INT:
		add_int(cell->number, out);
		return true;
	case QUERY_TEXT:
		return add_text(cell->text, cell->size, out);
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

/* ---- a row just made --------------------------------------------------------------------- */

#define DEFAULTS_MAX 8000

/* The image of what one INSERT makes: pieces of text, values of the INSERT behind most. */
struct made {
	int pieces;
	struct piece {
		uint16_t at, len; /* in text: "name": or, of a column it does not name, "name":default */
		int16_t value;    /* NOTHING: the text is all */
		bool is_number;   /* the column */
	} piece[ROW_COLUMNS_MAX];
	char text[];
};

#define NOTHING (-1)

static int16_t
value_of(const char *column, const char *const *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(columns[i], column) == 0)
			return (int16_t)i;
	return NOTHING;
}

/* From the first row it made: columns it does not name have the same defaults in all.  NULL: there is no telling. */
static struct made *
learn(struct query *row, const char *const *columns, size_t n)
{
	struct buf text = BUF_INIT(DEFAULTS_MAX);
	struct made head = { 0 }, *ret = NULL;
	struct row_plan plan;
	bool good = query_step(row);

	row_plan(row, &plan);
	for (int i = 0; good && i < plan.columns; i++) {
		int number = plan.column[i].number;
		struct query_cell cell = query_cell(row, number);
		struct piece piece = { (uint16_t)text.len, 0, value_of(query_name(row, number), columns, n),
			query_is_number(row, number) };

		if (piece.value == NOTHING && cell.type == QUERY_NULL)
			continue;
		buf_add(&text, plan.column[i].key, plan.column[i].len);
		if (piece.value == NOTHING)
			good = add_value(&cell, &text);
		piece.len = (uint16_t)(text.len - piece.at);
		head.piece[head.pieces++] = piece;
	}
	if (good && !text.full) {
		ret = xmalloc(sizeof(*ret) + text.len);
		*ret = head;
		memcpy(ret->text, buf_str(&text), text.len);
	}
	buf_clear(&text);
	return ret;
}

/* What was learnt of this INSERT, at the first time by reading the row back. */
static const struct made *
learnt(struct query *insert, const char *table, const char *const *columns,
    const struct value *values, size_t n)
{
	void **keep = query_keep(insert, KEEP_IMAGE);
	struct query q;
	char sql[80];

	if (*keep != NULL)
		return *keep;
	snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE id = ?", table);
	query_open(&q, insert->tx, sql, "t", values[0].text);
	*keep = learn(&q, columns, n);
	query_close(&q);
	return *keep;
}

static bool
add_made(const struct made *made, const struct value *values, struct buf *out)
{
	bool first = true;

	buf_addc(out, '{');
	for (int i = 0; i < made->pieces; i++) {
		const struct piece *piece = &made->piece[i];
		const struct value *v = piece->value == NOTHING ? NULL : &values[piece->value];

		if (v != NULL && v->text == NULL && v->number == SQL_NULL)
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		buf_add(out, made->text + piece->at, piece->len);
		if (v == NULL)
			continue;
		if (piece->is_number != (v->text == NULL))
			return false; /* what the database makes of it, only the database knows */
		if (v->text == NULL)
			add_int(v->number, out);
		else if (!add_text(v->text, strlen(v->text), out))
			return false;
	}
	buf_addc(out, '}');
	return true;
}

bool
row_image_made(struct query *insert, const char *table, const char *const *columns,
    const struct value *values, size_t n, struct buf *out)
{
	const struct made *made = learnt(insert, table, columns, values, n);

	return made != NULL && add_made(made, values, out) && !out->full;
}
