/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gap.h: what a hunt could not see.  Its answer is only as good as the logs; whoever reads "no
 * detection" must read this with it.
 */
#pragma once

#include "hunt/engine.h"

struct gap {
	bool grave;       /* takes much of the answer's worth */
	const char *text; /* one sentence, in the reader's language */
};

struct gaps {
	struct arena arena;
	struct gap *gap;
	size_t count, room;
};

/* What is known of the rules that were left out. */
struct gap_rules {
	size_t unmapped, refused;
};

void gaps_find(struct gaps *gaps, const struct engine *engine, const struct gap_rules *rules);
void gaps_clear(struct gaps *gaps);
