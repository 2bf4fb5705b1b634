/* SPDX-License-Identifier: Apache-2.0 */
/* document_part.h: what the parts that work on values share; for document*.c only. */
#pragma once

#include "app/document.h"

#define DOCUMENT_FIELD_MAX ((size_t)400 << 10) /* bytes of one text: 100,000 characters of any script */
#define DOCUMENT_ITEMS_MAX 2000                /* of a list or table */

/* "2026-11-22", "14:30", "2026-11-22T14:30" that exist. */
bool document_is_day(const char *text);
bool document_is_time(const char *text);
bool document_is_datetime(const char *text);

/* Whether an array has that string. */
bool document_has(const struct json *list, const char *id);

/* Adds what a fact says in words; false when it says nothing. */
bool document_say(const struct json *fact, struct buf *out);

/*
 * A first text out of facts: lines with {path}, and {list|- {name}: {note}} for
 * each item of a list; a line with a fact that is not known is left out.  NULL
 * when nothing is left.  document_sketch.c.
 */
struct json *document_sketch(const char *sketch, const struct json *facts);
