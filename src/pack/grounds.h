/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grounds.h: legal instruments as data: how each is cited, since when and until
 * when it holds, and what took its place.  An agency's own pack (its province's
 * plans, its own regulations) adds to the shipped ones; an instrument of the
 * same id in it stands before the shipped one.
 */
#pragma once

#include "pack/pack.h"

struct pack_ground {
	const char *id;        /* TT20-2017 */
	const char *number;    /* 20/2017/TT-BTTTT; "" for a law, which is cited without */
	const char *cite;      /* as after "Căn cứ": "Thông tư số … ngày … của … quy định …" */
	const char *short_;    /* in running text: "Thông tư số 20/2017/TT-BTTTT ngày 12/9/2017" */
	const char *issuer;    /* in running text, after "của"; "" for a law */
	const char *article;   /* what it is cited for: "Điều 9"; "" the whole */
	int64_t from_ms, to_ms; /* holds for from <= t < to */
	const char *replaced_by; /* id; "" when nothing took its place */
	const char **topics;   /* plan, parent_plan, plan_report, incident, periodic, register,
				  personal_data */
	size_t topics_count;
	const char *only_for;  /* name of the superior body it binds ("UBND tỉnh …"); "" all */
	const char *certainty; /* verified, secondary, memory, proposal */
	const char *end_certainty; /* of valid_to and replaced_by; "": as certainty */
	int line, column;
};

struct pack_grounds {
	struct pack pack;
	struct pack_ground *ground;
	size_t grounds;
};

/* The instrument of that id, in force or not; NULL when no pack has it. */
const struct pack_ground *pack_ground(const struct packs *p, const char *id);

bool pack_ground_holds(const struct pack_ground *ground, int64_t at_ms);

/* How sure its end is. */
const char *pack_ground_end_certainty(const struct pack_ground *ground);

/*
 * The end of an instrument is written once: duties under it (pack_regulation.instrument) end
 * with it.  One that is only remembered or proposed bars it as a ground, and ends no duty: in
 * doubt something is reported that need not be.  False as well when ${regulation} names none.
 */
bool pack_ground_is_over(const struct packs *p, const struct pack_regulation *regulation,
    int64_t at_ms, const struct pack_ground **ret_ground);

/*
 * Walks the instruments of ${topic} that hold at ${at_ms} for an agency under
 * ${parent} (NULL: only those for everybody), in the order of the files; NULL at
 * the end.  One that was replaced by then is never among them.
 */
const struct pack_ground *pack_ground_next(const struct packs *p, const char *topic,
    const char *parent, int64_t at_ms, size_t *i);
