/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload.h: a file as it comes in, into the blob store.  Until it is kept it
 * is a nameless file that vanishes with the request.
 */
#pragma once

#include "app/op.h"

struct upload_writer;

/* ${name} is safe already (multipart_filename), ${media_type} as the sender said. */
int upload_begin(struct app *app, const char *name, const char *media_type, int64_t max,
    struct upload_writer **ret, struct err *err);

/* ERR_TOO_LARGE beyond the maximum, ERR_FULL, ERR_IO. */
int upload_write(struct upload_writer *w, const void *data, size_t len, struct err *err);

/* Bytes so far. */
int64_t upload_size(const struct upload_writer *w);

/* The name it was begun with. */
const char *upload_name(const struct upload_writer *w);

/* Keeps it, durably, and frees the writer, also on failure. */
int upload_keep(struct upload_writer *w, struct upload *ret, struct err *err);

/* Forgets it; NULL is allowed. */
void upload_drop(struct upload_writer *w);
