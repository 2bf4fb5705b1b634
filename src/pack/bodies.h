/* SPDX-License-Identifier: Apache-2.0 */
/* bodies.h: authorities that no longer exist under their old names, so that nothing is sent to them. */
#pragma once

#include "pack/pack.h"

struct pack_body {
	const char *id;
	struct pack_text *names; /* as papers write it, also short */
	size_t names_count;
	int64_t until_ms;        /* 00:00 local of the first day without it */
	struct pack_text now;    /* who has its duties since */
	const char *source, *certainty;
	int line, column;
};

struct pack_bodies {
	struct pack pack;
	struct pack_body *body;
	size_t bodies;
};

/*
 * The body no longer there at ${at_ms} whose name stands as whole words in ${text},
 * whatever its case and tone marks; NULL when there is none.
 */
const struct pack_body *pack_body_gone(const struct packs *p, const char *text, int64_t at_ms);
