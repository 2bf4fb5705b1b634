/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.h: a multipart body as it arrives: fields into the arena, files into
 * nameless files of the blob store, kept only when the whole form is there.
 */
#pragma once

#include "app/upload.h"
#include "text/multipart.h"
#include "text/url.h"

#define FORM_FILES_MAX  20
#define FORM_FIELDS_MAX 64
#define FORM_TEXT_MAX   ((size_t)65536)   /* bytes of one field */
#define FORM_TEXTS_MAX  ((size_t)1 << 20) /* of all fields */

struct form;

/*
 * Begins a form whose Content-Type is ${content_type}, with files of at most
 * ${file_max} bytes.  Lives in ${arena}; end with form_drop().  ERR_INVALID
 * "err.multipart".
 */
int form_new(struct arena *arena, struct app *app, const char *content_type, int64_t file_max,
    struct form **ret, struct err *err);

/*
 * The form of a program: its part ${name} is a text of at most FORM_TEXTS_MAX, also where it calls
 * itself a file; a file that is too large is left out and not the reason to refuse the rest.
 */
void form_with_body(struct form *form, const char *name);

/*
 * Takes the next bytes.  ERR_TOO_LARGE: "err.file_too_large" ({name}, {max}),
 * "err.too_many_files", "err.form_too_large"; ERR_INVALID "err.utf8" (field);
 * else as multipart_feed and upload_write.  After a failure every call fails alike.
 */
int form_feed(struct form *form, const void *data, size_t len, struct err *err);

/* The body has ended. ERR_INVALID "err.multipart" when it was cut off. */
int form_finish(struct form *form, struct err *err);

/* The fields, in order; a name may come more than once. */
const struct url_params *form_fields(const struct form *form);

/* How many files came, and the form's field of each (they keep their order). */
size_t form_files(const struct form *form);
const char *form_file_field(const struct form *form, size_t i);

/* Keeps all files, with their fields; ${ret} has room for form_files(). */
int form_keep(struct form *form, struct upload *ret, struct err *err);

/* Forgets files that were not kept; NULL is allowed. */
void form_drop(struct form *form);
