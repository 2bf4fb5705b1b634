/* SPDX-License-Identifier: Apache-2.0 */
/* row.h: a table's row as canonical JSON: the image that the ledger keeps and verify compares. */
#pragma once

#include "base/buf.h"
#include "store/store.h"

/*
 * Adds the current row of ${q}: an object of its columns by name, sorted, NULL
 * columns left out, integers as integers, texts as strings.  A column of any
 * other type (a blob put there behind our back) is written as {"type":"other"},
 * which no image has.
 */
void row_image(struct query *q, struct buf *out);
