/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine.h: pieces of files through readers, rules and indicators, on several threads, with the
 * results put back in the order of the files: output does not depend on how many threads there are.
 *
 * A piece is taken under one lock, worked on alone, and handed in; results wait in a ring until
 * those before them are in.  Nobody runs further ahead than the ring is long, so memory does not
 * grow with the input.
 */
#pragma once

#include "detect/correlate.h"
#include "hunt/hit.h"
#include "hunt/hunt.h"
#include "hunt/ioc.h"
#include "hunt/result.h"
#include "hunt/seen.h"
#include "hunt/spool.h"
#include "os/walk.h"

/* A file that was not read, or parts of one that were not. */
struct engine_fault {
	uint32_t file;
	const char *key;       /* of parts; NULL: the whole file, and ${text} says why */
	const char *text;
	uint64_t parts, bytes, offset; /* offset: of the first */
};

#define ENGINE_FAULTS_MAX 10000

struct engine_outputs {
	FILE *json, *csv;
	struct spool *timeline; /* NULL: not asked for */
	bool keep_why;          /* reasons are wanted in groups */
};

struct engine_sum {
	uint64_t files_read, files_refused, bytes, events, pieces;
	struct matcher_count count; /* of all threads */
	double seconds;
	bool stopped;
};

struct engine {
	const struct hunt_options *options;
	const struct walk *walk;
	const struct matcher *matcher;
	const struct rules *rules;
	const struct iocs *iocs;     /* NULL: none */
	struct seen_names names;
	struct engine_outputs out;
	struct result *result;
	struct spool *feed;          /* hits for correlations */
	struct seen seen;
	struct engine_fault *fault;
	size_t faults, faults_room;
	uint64_t timeless_feed;      /* hits that no correlation could place in time */
	uint64_t left_out_feed;      /* hits and detections that were too many for correlations */
	struct engine_sum sum;
	struct arena arena;
	struct state *state;         /* engine.c */
};

/* Reads everything, then correlates. Fails only when an output cannot be written. */
int engine_run(struct engine *engine, struct err *err);
void engine_clear(struct engine *engine);

/* Path of a file as it is shown, for hit_names. */
const char *engine_file(const void *engine, uint32_t file);
