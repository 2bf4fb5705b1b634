/* SPDX-License-Identifier: Apache-2.0 */
/* stat_book.h: figures as tables for a spreadsheet (report/xlsx.h) and as CSV. */
#pragma once

#include "app/op.h"

/* What stat_make() gave, in the caller's language; the caller frees the book. */
struct json *stat_book(struct call *call, const struct json *stat);

/* The same in one table of lines. */
void stat_csv(struct call *call, const struct json *stat, struct buf *out);

/* A data file of Mẫu 05 as the sheet that mau05_read_cells() reads back. */
struct json *mau05_book(const struct json *data);
