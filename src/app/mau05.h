/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mau05.h: the figures of Mẫu 05 of one agency as a data file, and those of
 * several agencies put together.
 *
 *	{"format": "khien.mau-05", "version": 1,
 *	 "agency": {"name", "address", "member_code"}, "from": "2026-01-01", "to": "2026-06-30",
 *	 "rows": [{"type", "title", "count", "self_handled", "helped_domestic", "helped_foreign",
 *	           "asked_coordinator", "damage_vnd", "damage"}],
 *	 "total": {…}, "helpers": ["…"], "helpers_foreign": ["…"], "proposals": "",
 *	 "sources": [{"name", "member_code", "count"}]}   whose figures are in it; [] its own alone
 */
#pragma once

#include "app/op.h"

#define MAU05_FILE_MAX  ((size_t)1 << 20)
#define MAU05_FILES_MAX 200

/* The data of the agency itself for the period; the caller frees it. NULL after an error. */
struct json *mau05_own(struct call *call, int64_t from_ms, int64_t to_ms);

/*
 * Reads a data file of ${len} bytes, checking every value; the caller frees it.
 * ERR_INVALID err.mau05.file with {file} and {what} when it is none.
 */
int mau05_read(struct call *call, const char *name, const char *data, size_t len, struct json **ret);

/* The same from the rows of cells a spreadsheet has: {"rows": [["…", …], …]}. */
int mau05_read_cells(struct call *call, const char *name, const struct json *cells,
    struct json **ret);

/*
 * Adds ${other}, which came from the file ${name}, to ${sum}.  The same data a
 * second time is left out and named in ${duplicates}; what cannot be added
 * honestly is left out and named in ${conflicts}: another period, an agency whose
 * figures are in it already.  Both are arrays of texts.
 */
void mau05_add(struct call *call, struct json *sum, const struct json *other, const char *name,
    struct json *duplicates, struct json *conflicts);

/* What the form's fields say where data stand behind them: incidents, helpers, … */
struct json *mau05_values(const struct json *data);
