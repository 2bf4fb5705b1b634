/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paper.h: asks the worker for documents.  One worker is kept warm and shared
 * by all threads of the process, one request at a time; the first request
 * starts it, and a request whose worker died asks a new one once more.
 */
#pragma once

#include "app/op.h"

struct paper {
	struct json *answer; /* {gaps, title, media_type, chars}: src/report/render.h */
	struct buf bytes;
};

/*
 * ${request}: what src/report/render.h says; the style of the agency's packs is added when it
 * has none.  0 with ${ret} to be given to paper_free(); the errors of render(), and
 * ERR_IO err.worker.*.  Writes nothing.
 */
int paper_render(struct call *call, const struct json *request, struct paper *ret,
    struct err *err);

/* The same from the bytes of such an object. */
int paper_render_frame(const char *request, size_t len, struct paper *ret, struct err *err);

void paper_free(struct paper *paper);

/* Ends the worker that is kept; when the process ends. */
void paper_stop(void);
