/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.h: finds the rows a payload carries, without building a tree of it.
 *
 * Payloads are canonical JSON (app/change.h):
 *	{"del":[{"id":…,"t":…},…],"erased":[seq,…],"rows":[{"r":{row},"t":…},…],…}
 * so the same row always has the same bytes, and bytes can be compared.
 * Anything that is not JSON without blanks, or whose names are not in order
 * where it matters, is refused.
 */
#pragma once

#include "base/base.h"

/* Bytes inside a text that somebody else owns. */
struct span {
	const char *at;
	size_t len;
};

struct image_visitor {
	void *arg;
	/* The new image of a row: table and id without their quotes, the row with its braces. */
	void (*row)(void *arg, struct span table, struct span id, struct span row);
	void (*del)(void *arg, struct span table, struct span id);
	void (*erased)(void *arg, int64_t seq); /* an earlier entry whose payload was erased */
};

/* Tells ${visitor} what ${payload} carries, in its order.  No row is both in
 * "rows" and in "del" of one payload.  False when it does not have the form; the
 * visitor may have been told of some by then. */
bool image_scan(const char *payload, size_t len, const struct image_visitor *visitor);

/* The value of member ${name} of the object ${object}; false when there is none. */
bool image_member(struct span object, const char *name, struct span *ret_value);

/* The name of the first member in which two objects differ; false when they do not, or are no objects. */
bool image_diff(struct span a, struct span b, struct span *ret_name);
