/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen.h: what the logs cover: hosts, channels, spans of time, and the signs that something is
 * missing.  Taken piece by piece (seen_event), joined in the order of the files (seen_join).
 */
#pragma once

#include "base/map.h"
#include "event/event.h"

#define SEEN_CELLS_MAX 20000 /* pairs of host and channel; further ones share one */

enum seen_kind {
	SEEN_OTHER, SEEN_SECURITY, SEEN_SYSTEM, SEEN_SYSMON, SEEN_POWERSHELL, SEEN_DEFENDER, SEEN_TASKS,
	SEEN_REMOTE, SEEN_KINDS
};

/* One channel (or format) of one host; of one that is only known to have been cleared the count is 0. */
struct seen_cell {
	char *host, *source;       /* source: the channel, else the format; "": a log whose name is not known */
	enum seen_kind kind;
	uint64_t count, timeless;
	int64_t min_ns, max_ns;    /* INT64_MAX, INT64_MIN while there is no time */
	uint64_t process, process_line; /* 4688; of them with a command line */
	uint64_t sysmon_process;
	uint64_t script;           /* 4104 */
	uint64_t cleared, clock_set;
	int64_t cleared_ns, clock_ns; /* the latest of them; INT64_MIN: not known */
	uint64_t back;             /* times the clock went back by minutes */
	int64_t back_ns, back_at;  /* the farthest, and when */
	uint64_t key;              /* where it is in the table */
	/* For the order: */
	uint32_t file;
	int64_t first_ns, last_ns;
	uint64_t first_record, last_record;
	bool ordered, is_evtx;     /* ordered: its format is written in the order of time */
};

struct seen {
	struct seen_cell *cell;
	size_t cells, room;
	uint32_t *slot; /* hash table of numbers + 1 */
	size_t slots;
	uint64_t events, unknown, filtered, timeless, dropped;
};

/* The ids of the fields that are looked at; made before reading begins. */
struct seen_names {
	uint8_t *what; /* by id */
	uint32_t count;
};

void seen_names_init(struct seen_names *names, struct names *all);
void seen_names_clear(struct seen_names *names);

/* What of an event says where it comes from. */
struct seen_place {
	const struct event_value *host, *channel, *event_id, *line, *provider;
	const struct event_value *about; /* a channel it names besides its own */
};
void seen_place(const struct seen_names *names, const struct event *event, struct seen_place *ret);

void seen_event(struct seen *seen, const struct seen_place *place, const struct event *event);

/* Adds what a piece of ${file} gave, in order of the pieces, and empties it. */
void seen_join(struct seen *seen, struct seen *piece, uint32_t file);

void seen_reset(struct seen *seen);
void seen_clear(struct seen *seen);
