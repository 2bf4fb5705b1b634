/* SPDX-License-Identifier: Apache-2.0 */
/* xlsx.h: tables as a spreadsheet file (Office Open XML), and the cells of one read back. */
#pragma once

#include "base/err.h"
#include "text/json.h"

/*
 * Writes
 *	{"title": "…", "sheets": [{"name": "…", "widths": [30, 10], "freeze": 8, "landscape": true,
 *	  "rows": [[cell, …], …]}]}
 * A cell is a text, a whole number, null, or {"v": text or number, "s": style}; styles: title,
 * bold, head (the heading of a table), cell, sum (bordered; bold).  Texts are texts, whatever
 * they begin with: nothing is taken for a formula.  The same book gives the same bytes.
 * ERR_TOO_LARGE "err.paper.too_large" when ${ret} is full or there are too many sheets.
 */
#define XLSX_SHEETS_MAX 16
int write_xlsx(const struct json *book, struct buf *ret, struct err *err);

/*
 * The texts of the first sheet: {"rows": [["…", …], …]}, at most XLSX_ROWS_MAX rows of
 * XLSX_COLUMNS_MAX cells; empty rows between are kept, so that places stay.  Formulas
 * give the value that was stored with them.  The caller frees ${ret}.
 * ERR_INVALID "err.sheet" when it is none, is damaged, or swells beyond what is read.
 */
#define XLSX_ROWS_MAX    500
#define XLSX_COLUMNS_MAX 16
int read_xlsx(const char *data, size_t len, struct json **ret, struct err *err);
