/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row.h: the image of a row, as it stands in the ledger: canonical JSON of its
 * columns by name, columns that are NULL left out, whole numbers as numbers.
 *
 * Two columns are in no image.  ROW_STAMP is the time of the last thing that happened to a
 * row or to what belongs to it.  Lists are ordered by it; other rows tell it too, and it
 * would make every note as long again as the row it is about.  ROW_ALARM is when the
 * program looks at the row again by itself: machinery like a job, made of what the row says.
 */
#pragma once

#include "base/buf.h"
#include "store/store.h"

#define ROW_COLUMNS_MAX 64
#define ROW_NAME_MAX    40
#define ROW_STAMP       "updated_at"
#define ROW_ALARM       "remind_at"

/* The columns of an open query in the order of their names. */
struct row_plan {
	int columns;
	struct row_column {
		int number;
		size_t len;
		char key[ROW_NAME_MAX + 4]; /* "name": */
	} column[ROW_COLUMNS_MAX];
};

void row_plan(struct query *q, struct row_plan *ret);

/*
 * Adds the image of the row ${q} stands on.  Returns -1, or the number of the
 * first column whose value can have come from no image (neither text, whole
 * number nor NULL, or text with a NUL byte or malformed).
 */
int row_json(struct query *q, const struct row_plan *plan, struct buf *out);

/* The same for one row, where the values were written by the program itself: a
 * value that no image can have becomes {"type":"other"}. */
void row_image(struct query *q, struct buf *out);

/*
 * The image of the row that ${insert} has made, an INSERT that was stepped and is still
 * open: what row_image() would say of the row read back, but without reading it, from the
 * ${n} ${columns} it named and their ${values}, the first of them the id.  False, with
 * anything in ${out}, where it has to be read back all the same.
 */
bool row_image_made(struct query *insert, const char *table, const char *const *columns,
    const struct value *values, size_t n, struct buf *out);
