/* SPDX-License-Identifier: Apache-2.0 */
/* matcher_witness.h: witnesses of rules; for the files of the matcher only. */
#pragma once

#include "detect/matcher_part.h"

#define WITNESS_PRESENCE UINT32_MAX

struct literal {
	const char *text;
	size_t len;
	uint32_t used;   /* places that ask for it */
	uint32_t shown;  /* its length as a measure of how telling it is */
	bool is_common;  /* part of what very many events have */
};

/* A literal in the values of a field (0: in any value), or only that the field is there. */
struct sign {
	uint32_t literal; /* or WITNESS_PRESENCE */
	uint32_t field;
};

/* One of these must be there; count 0: nothing can be said. */
struct witness {
	struct sign *sign;
	uint32_t count;
	double score;
	uint32_t sure;   /* the node that any of them makes true; 0: none */
	bool is_all;     /* which is the node itself */
};

struct literals;
struct witnesses {
	struct arena *arena;
	const struct tables *t;
	const struct trees *tree;
	struct literals *literals;
};

void witness_begin(struct witnesses *w, struct arena *arena, const struct tables *t, const struct trees *tree);
void witness_end(struct witnesses *w);
struct witness witness_of(struct witnesses *w, uint32_t node);
const struct literal *witness_literal(const struct witnesses *w, uint32_t id);
size_t witness_literals(const struct witnesses *w);

#define WITNESS_MARK 0xf8 /* a mark's first byte is at least that */

/* What stands before and after each value of the field in the text that is scanned. */
static inline void
witness_mark(uint32_t field, char out[static 2])
{
	out[0] = (char)(WITNESS_MARK | (field >> 8 & 7));
	out[1] = (char)(field & 0xff);
}
