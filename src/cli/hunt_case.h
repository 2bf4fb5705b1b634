/* SPDX-License-Identifier: Apache-2.0 */
/* hunt_case.h: what the parts of khien hunt --incident share; for those only. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "app/hunt.h"
#include "cli/cli.h"
#include "os/walk.h"

struct hunting {
	struct cli *cli;
	struct app *app;
	struct walk walk;
	struct upload *uploads;
	size_t uploads_count;
	char id[40];
	int cancel_fd;
	atomic_bool ended;
	pthread_t thread;
	struct err work_err;
};

/* Prints a text of the catalogue with name, value … NULL filled in; ARGS() makes such a list. */
void case_say(const struct hunting *h, FILE *out, const char *key, const char *const *args);
#define ARGS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* The number as text. Returns ${out}. */
const char *case_count(int64_t n, char out[static 24]);

/* One call of an operation, which takes ${args} over; the parsed answer (NULL: not wanted) is the caller's. */
int case_call(struct hunting *h, const char *name, struct json *args, bool with_files, struct json **ret);

/* The same with ${n} of the files from ${first} on. */
int case_call_with(struct hunting *h, const char *name, struct json *args, size_t first, size_t n, struct json **ret);

/* Arguments with the id of the hunt. */
struct json *case_id(const struct hunting *h);

/* The answer, for people. */
void case_tell(const struct hunting *h, const struct json *hunt, FILE *out);

/* Writes the files that were asked for; ${ret_taken}: one of them went to standard output. */
int case_write(struct hunting *h, const struct json *hunt, bool *ret_taken);
