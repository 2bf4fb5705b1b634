/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart.h: reads multipart/form-data (RFC 7578, RFC 2046 §5.1) as it comes
 * in, piece by piece, without keeping it.
 *
 * The parser's memory is the struct itself: what a part holds goes straight to
 * the callbacks, which set the limits on sizes.  A callback that returns
 * something else than 0 ends the reading; that value is what feed returns.
 */
#pragma once

#include "base/err.h"

#define MULTIPART_PARTS_MAX    64
#define MULTIPART_HEADER_MAX   4096 /* bytes of all header lines of one part */
#define MULTIPART_BOUNDARY_MAX 70   /* RFC 2046 §5.1.1 */
#define MULTIPART_NAME_SIZE    128
#define MULTIPART_FILE_SIZE    121  /* 120 bytes and NUL */
#define MULTIPART_TYPE_SIZE    128

struct multipart_part {
	const char *name;     /* the form field, well-formed UTF-8 without control characters */
	const char *filename; /* NULL: not a file; else safe, see multipart_filename */
	const char *type;     /* as the sender says, "" if nothing; never to be believed */
};

struct multipart_ops {
	int (*begin)(void *ctx, const struct multipart_part *part, struct err *err);
	int (*data)(void *ctx, const void *data, size_t len, struct err *err);
	int (*end)(void *ctx, struct err *err);
};

enum multipart_state {
	MULTIPART_PREAMBLE, /* before the first boundary: thrown away */
	MULTIPART_AFTER,    /* behind a boundary: "--", or the end of its line */
	MULTIPART_HEADER,
	MULTIPART_DATA,
	MULTIPART_EPILOGUE, /* behind the last boundary: thrown away */
	MULTIPART_FAILED,
};

struct multipart {
	const struct multipart_ops *ops;
	void *ctx;
	enum multipart_state state;
	int failure;                /* what MULTIPART_FAILED returns */
	char delimiter[4 + MULTIPART_BOUNDARY_MAX + 1]; /* CR LF - - boundary */
	size_t delimiter_len, matched;
	char after[2];              /* what stands behind the boundary so far */
	size_t after_len;
	char header[MULTIPART_HEADER_MAX + 1];
	size_t header_len;
	size_t parts;
	bool open;                  /* begin was called, end was not */
};

/*
 * Begins a body whose Content-Type is ${content_type}.  ERR_INVALID
 * "err.multipart": it is not multipart/form-data with a boundary.
 */
int multipart_init(struct multipart *m, const char *content_type,
    const struct multipart_ops *ops, void *ctx, struct err *err);

/*
 * Takes the next ${len} bytes.  ERR_INVALID "err.multipart": not well formed;
 * ERR_TOO_LARGE "err.multipart_header" or "err.multipart_parts" (max): beyond
 * a limit; else what a callback returned.  After a failure every call fails.
 */
int multipart_feed(struct multipart *m, const void *data, size_t len, struct err *err);

/* The body has ended. ERR_INVALID "err.multipart" when its last boundary never came. */
int multipart_finish(struct multipart *m, struct err *err);

/*
 * A name under which a sent file may be kept and shown: the last part of any
 * path, no control or direction characters, none of <>:"|?* (they become _),
 * no leading dots, at most 120 bytes with the extension kept, "tep" when
 * nothing is left.  Returns ${out}.
 */
char *multipart_filename(const char *sent, char out[static MULTIPART_FILE_SIZE]);
