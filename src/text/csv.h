/* SPDX-License-Identifier: Apache-2.0 */
/* csv.h: writes CSV (RFC 4180) that a spreadsheet can open without running what is in it. */
#pragma once

#include "base/buf.h"

struct csv {
	struct buf *out;
	char separator; /* ',' unless changed before the first field; Vietnamese Excel likes ';' */
	bool started;   /* the row has a field already */
};

/* ${bom}: begin with the UTF-8 mark without which Excel reads Vietnamese wrongly. */
void csv_init(struct csv *csv, struct buf *out, bool bom);

/*
 * One field, NULL as an empty one.  A text that a spreadsheet would take for
 * a formula (it begins with = + - @, their full-width forms, tab or carriage
 * return) gets a ' in front.  Malformed UTF-8 becomes U+FFFD.
 */
void csv_text(struct csv *csv, const char *s);
void csv_int(struct csv *csv, int64_t n);
void csv_row_end(struct csv *csv);
