/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change.h: the rows one operation changes, which become one ledger entry.
 *
 * Every row of a projection table is written through here.  At the end the
 * framework takes the rows that were touched, as they are then, and appends
 *	{"del":[{"id":…,"t":…}],"info":{…},"op":"…","rows":[{"r":{…},"t":"…"}]}
 * to the ledger in the same transaction: canonical JSON, "r" being the whole
 * row after the change with NULL columns left out (ledger/row.h).
 */
#pragma once

#include "app/op.h"

struct col {
	const char *name;
	const char *text; /* NULL: the number */
	int64_t number;   /* SQL_NULL: NULL */
};

#define CT(name, value) { name, value, SQL_NULL }          /* text; NULL is SQL NULL */
#define CI(name, value) { name, NULL, (int64_t)(value) }   /* number; SQL_NULL is SQL NULL */
#define COLS(...) (const struct col[]){ __VA_ARGS__ }, \
	sizeof((const struct col[]){ __VA_ARGS__ }) / sizeof(struct col)

/*
 * Inserts a row of version 1; id (made when ${id} is NULL), agency_id and
 * version are filled in.  Returns the id, in the arena.
 */
const char *change_insert(struct call *call, const char *table, const char *id,
    const struct col *cols, size_t n);

/*
 * Updates a row and counts its version up.  When the request carried the
 * argument "version" and ${table} is the operation's main object, pass
 * arg_int(call, "version", -1) as ${seen}: somebody else's change in between is
 * ERR_CONFLICT (err.conflict), with what changed since in err.list.  -1: no check.
 * ERR_NOT_FOUND when there is no such row.
 */
int change_update(struct call *call, const char *table, const char *id, int64_t seen,
    const struct col *cols, size_t n);

/* Deletes a row; only where nothing may be provable about it later but that it was there. */
int change_delete(struct call *call, const char *table, const char *id);

/* A fact for the entry that no row carries: who signed in from where, which file was read. */
void change_info(struct call *call, const char *name, const char *value);

/* "account", "console", …: what kind of actor this is, as it is written down. */
const char *change_actor_kind(const struct call *call);

/*
 * One line of the incident's timeline, made by the operation itself.  ${word} is a
 * catalogue key ("timeline.<word>" texts with {name}s); ${args} are name, value
 * pairs ended by NULL; a value "@key" is a catalogue word.  ${text}: a person's
 * own words, or NULL.  Times: SQL_NULL is "now" for occurred and "not told" for told.
 */
struct timeline_entry {
	const char *incident_id, *kind, *word, *text;
	int64_t occurred_at, told_at;
	const char *ref_table, *ref_id;
	const char *const *args;
};
void change_timeline(struct call *call, const struct timeline_entry *entry);

/* The incident's updated_at is now already, as of one just inserted: its entries leave it alone. */
void change_stamped(struct call *call, const char *incident_id);
#define TIMELINE_ARGS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* The next number of this year: "SC-2026-0007". In the arena. */
const char *number_next(struct call *call, const char *prefix);

/*
 * Erases, by order, what entry  carries: its hashes stay, and every row it had
 * touched is written again, as it is now, by the entry this operation makes.
 */
void change_erase(struct call *call, int64_t seq);

/*
 * Writes what was changed so far as an entry of its own, within the same transaction: for the
 * operation that changes more rows than one entry holds.  What follows begins another one.
 */
int change_part(struct call *call);

/* For the framework (app/op.c). */
void change_begin(struct call *call, struct change *change);
int change_commit(struct call *call);

enum { CHANGE_ROWS_MAX = 4000 };
struct change {
	struct touched {
		const char *table, *id;
		const char *image; /* NULL: to be read back */
		bool deleted;
	} *row;
	size_t rows, size;
	struct buf image; /* of the row under way */
	struct json *info;
	int64_t *erased; /* entries whose payload this one erases, ascending */
	size_t erased_count;
	char incident_id[37]; /* what its rows say they belong to, "" if they do not */
	char stamped[37];     /* the incident whose place in lists was brought up to date last */
	const char *opened_id; /* an incident whose duties nobody has looked at yet; NULL: none */
};

/* The columns of those parameters that were given (but positional ones and version), for an
 * update by name; ${cols} has room for all.  Returns their number. */
size_t cols_given(struct call *call, const struct param *params, struct col *cols);
