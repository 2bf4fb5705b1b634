/* SPDX-License-Identifier: Apache-2.0 */
/* facts_part.h: what the parts of the facts share; for facts*.c only. */
#pragma once

#include "app/facts.h"

struct facts {
	struct call *call;
	struct jsonw *w;
	const struct facts_want *want;
};

/* "key": {…} of the first row, empty when there is none; SQL as for query_open(). */
void facts_one(struct facts *f, const char *key, const char *sql, const char *types, ...);

/* "key": [{…},…] of at most FACTS_ROWS_MAX rows. */
void facts_many(struct facts *f, const char *key, const char *sql, const char *types, ...);

/* The columns of the current row into the open object: x_at as local time, is_x as true or false. */
void facts_fields(struct facts *f, struct query *q);

/* Whether the form wants the facts of that root; long lists are not read for nothing. */
bool facts_wanted(const struct facts *f, const char *root);

/* What belongs to the incident: facts_case.c. */
void facts_case(struct facts *f);

/* Of the agency alone: figures of the period, the register as printed, the yearly plan: facts_agency.c. */
void facts_agency(struct facts *f);

/* Papers sent before, duties, contacts: facts_paper.c. */
void facts_papers(struct facts *f);

/* What forms say in words about the case: facts_words.c. */
void facts_words(struct facts *f);

/* The agency's figures, its plan, its register as printed: facts_agency.c. */
void facts_agency(struct facts *f);
