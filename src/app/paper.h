/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paper.h: asks workers for documents.  Up to PAPER_WORKERS are kept warm and
 * shared by all threads of the process, each for one request at a time; one more
 * is started when all there are have work.  Whoever finds none free waits, the
 * first come first served, and is told after PAPER_WAIT_MS that there is none.  A
 * request whose worker died asks a new one once more.
 */
#pragma once

#include "app/op.h"

#define PAPER_WORKERS 3
#define PAPER_WAIT_MS 15000

struct paper {
	struct json *answer; /* {gaps, title, media_type, chars}: src/report/render.h */
	struct buf bytes;
};

/*
 * ${request}: what src/report/render.h says; the style of the agency's packs is added when it
 * has none.  0 with ${ret} to be given to paper_free(); the errors of render(), and
 * ERR_IO err.worker.*, ERR_TOO_MANY err.paper.busy.  Writes nothing.
 */
int paper_render(struct call *call, const struct json *request, struct paper *ret,
    struct err *err);

/* The same from the bytes of such an object. */
int paper_render_frame(const char *request, size_t len, struct paper *ret, struct err *err);

void paper_free(struct paper *paper);

/*
 * How long one document may take and how long one waits for a worker, in milliseconds; 0: as
 * it was.  Before threads start.
 */
void paper_limits(int render_ms, int wait_ms);

/* Ends the workers that are kept; when the process ends. */
void paper_stop(void);
