/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: headers of csv and w3c logs, as cutting and sniffing need them.  Of src/ingest only. */
#pragma once

#include "ingest/parse.h"

/* What a header line is: "#Fields:" of W3C, "#fields" of Zeek, else the first row of CSV. */
enum table_kind table_kind(const char *line, size_t len);

struct table *table_new(const char *line, size_t len, enum table_kind kind, char separator);
void table_free(struct table *table); /* with those that follow; NULL is allowed */

/*
 * The table of the header line (without its end of line; for Zeek the line of types may follow), taken
 * from or added to ${list}; NULL when the file has too many different ones.
 */
const struct table *table_header(struct table **list, const char *line, size_t len);

/*
 * The length of the row at the beginning of ${data} with its end of line, which is none within a cell in
 * quotes; a quote elsewhere is a character like others.  ${separator} 0: any that CSV may have.  The
 * whole row is the line where ${may_quote} is false.  0: it is not all there.
 */
size_t table_row(const char *data, size_t len, char separator, bool may_quote);

/* What parts the columns when the text begins with a header and a row that fits it; 0: it does not. */
char table_csv_separator(const char *head, size_t len);
