/* SPDX-License-Identifier: Apache-2.0 */
/* engine_part.h: what the parts of the engine share; for those only. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "hunt/engine.h"
#include "ingest/ingest.h"

#define RING      64
#define PART_FULL ((size_t)4 << 20)  /* bytes of a result that are handed in before its piece ends */
#define OUT_MAX   ((size_t)64 << 20)

/* A file being read; counted by the pieces that are under way. */
struct source {
	struct ingest *in;
	uint32_t file;
	unsigned users;
	uint64_t counted; /* of its bytes, in state.bytes */
};

/* What a piece gave. */
struct result_part {
	uint64_t number;
	uint32_t file;
	struct buf json, csv, hits, feed, skipped;
	struct seen seen;
	struct result_part *next; /* free list */
};

struct worker {
	struct engine *engine;
	pthread_t thread;
	struct ingest_thread *reader;
	struct matcher_thread *matcher;
	struct ingest_piece piece;
	struct source *source;
	struct result_part *part;
	struct hit hit;
	struct buf text;      /* of the hit under way */
	struct buf scratch;
	const struct event *event;
	struct seen_place place;
};

/* Of one skipped stretch, in result_part.skipped. */
struct skipped {
	uint64_t offset, len;
	const char *key;
};

/* Of a hit for correlations, in result_part.feed; ${len} bytes follow. */
struct feed_head {
	int64_t time_ns;
	uint64_t record;
	uint32_t rule, file;
	uint16_t host_len, pad;
	uint32_t len;
};

struct state {
	pthread_mutex_t take, order;
	pthread_cond_t moved;
	/* Under take: */
	struct source *source;
	size_t next_file;
	uint64_t next_number;
	/* Under order: */
	struct result_part *ring[RING];
	uint64_t done;
	bool committing;
	struct result_part *free;
	struct err err;
	/* For the progress line: */
	atomic_bool stop;
	atomic_ullong bytes, events, hits;
	atomic_uint running;
	struct worker *worker;
	unsigned workers;
	bool in_correlation;
	int64_t told_ms; /* of hunt_hands */
};

/* The next piece into worker->piece, its file into worker->source; false when there is none. */
bool engine_take(struct worker *worker);
void engine_release(struct worker *worker);

/* Gives a result to whoever is in turn; the worker gets an empty one for it. */
void engine_hand_in(struct worker *worker);
/* Waits for its turn and hands in what there is so far; the piece goes on. */
void engine_hand_in_part(struct worker *worker);

/* Runs a piece. */
void engine_piece(struct worker *worker);

/* Writes and counts one result, in order. */
void engine_commit(struct engine *engine, struct result_part *part);
void engine_write_hit(struct engine *engine, const struct hit *hit, struct result_part *part);

/* Tells whoever runs the engine in his own thread how far it is; often called, seldom done. */
void engine_progress(const struct engine *engine);

/* Correlations over engine->feed. */
int engine_correlate(struct engine *engine, struct err *err);

/* A fault of a file, under engine's order of files. */
void engine_fault(struct engine *engine, uint32_t file, const char *key, const char *text, uint64_t offset,
    uint64_t bytes);
