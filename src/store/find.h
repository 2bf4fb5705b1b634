/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find.h: searching texts for words, which each database does in its own way.
 *
 * What is searched is made from the incidents and alerts and may be made again: it is
 * no projection of the ledger.  app/search.h keeps it in step.
 */
#pragma once

#include "base/buf.h"
#include "store/store.h"

/* Makes the tables where they are missing; for the driver. */
extern const char find_tables_sql[];

/* Apart, so that thousands of alerts slow no search for incidents. */
enum find_set { FIND_INCIDENTS, FIND_ALERTS, FIND_SETS };

/*
 * Sets what of an incident or alert can be found, ${folded} (text/fold.h), and what is
 * shown of it: ${shown}, one text a line.
 */
void find_put(struct tx *tx, enum find_set set, const char *id, const char *folded, const char *shown);

/* The first entry of the agency's ledger that find_put() has not followed yet; 0 at first. */
int64_t find_next(struct tx *tx, const char *agency_id);
void find_set_next(struct tx *tx, const char *agency_id, int64_t seq);

/*
 * Many small additions make searching slower: puts them together, some pages at a time.
 * ${begin} starts over; returns whether there is more to do.
 */
bool find_tidy(struct tx *tx, bool begin);

enum find_words {
	FIND_WHOLE, /* texts that have all the words */
	FIND_BEGUN, /* the others, where the last word is only begun, as while it is being typed */
	FIND_PARTS,
};

/*
 * The query for the words of ${folded}; empty: nothing to look for.  Two, for the database
 * reads the places of a whole word as far as they are wanted, of a begun one all.
 */
void find_query(struct buf *out, const char *folded, enum find_words words);

/* A condition on an incident "i", with that query as its one value. */
extern const char find_condition[];

/* How many texts match, counted from the newest no further than the second value, and the last one's place. */
extern const char find_newest[];

/*
 * The same condition for what is met from the newest on, with FIND_WITH_PLACE after
 * "incident i": four pieces, with such a place, the query, the place and the query as their
 * values.  Of the older ones none is read before one of them is met.
 */
#define FIND_WITH_PLACE " CROSS JOIN text_doc d"
extern const char *const find_condition_newest[4];

/*
 * The same as something to select FROM, named m: incident_id, shown and place, the
 * higher the newer; ORDER BY m.place DESC with a LIMIT stops early.
 */
extern const char find_from[];

/* The same for alerts, with alert_id. */
extern const char find_alerts_from[];
