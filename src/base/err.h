/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h: why something could not be done, in a form a person can be told in
 * their own language.
 *
 * Functions that can fail return 0 or one of enum err_kind, and fill a
 * struct err at most once: the first failure stays.  The text itself lives in
 * the catalogues (packs/words), never here: an err carries a key and named
 * arguments.  A NULL err is allowed everywhere and means "not interested".
 */
#pragma once

#include "base/base.h"

enum err_kind {
	ERR_NONE = 0,
	ERR_USAGE,     /* called wrongly: unknown option, missing word (exit 2, HTTP 400) */
	ERR_INVALID,   /* a value does not fit; err.field says which (exit 1, HTTP 422) */
	ERR_AUTH,      /* not signed in, or signed in wrongly (HTTP 401) */
	ERR_FORBIDDEN, /* signed in, but not allowed (HTTP 403) */
	ERR_NOT_FOUND, /* no such thing, or not visible to this actor (HTTP 404) */
	ERR_CONFLICT,  /* somebody else changed it first (HTTP 409) */
	ERR_STATE,     /* not possible in this state; err.list names what is missing (HTTP 409) */
	ERR_TOO_LARGE, /* beyond a documented limit (HTTP 413) */
	ERR_TOO_MANY,  /* too often; try later (HTTP 429) */
	ERR_BROKEN,    /* data does not verify: damaged or edited (HTTP 500) */
	ERR_FULL,      /* no room left; nothing was written (HTTP 507) */
	ERR_IO,        /* an outside part failed; nothing was written (HTTP 503) */
	ERR_UNKNOWN,   /* not known whether it was written; look before repeating (HTTP 503) */
};

#define ERR_ARGS_MAX  6
#define ERR_TEXT_MAX  240

struct err_arg {
	char name[24];
	char value[ERR_TEXT_MAX];
};

struct err {
	int kind;                 /* enum err_kind */
	char key[64];             /* catalogue key, e.g. "err.required" */
	char field[64];           /* parameter or column, "" if none */
	char file[ERR_TEXT_MAX];  /* file the input came from, "" if none */
	int line, column;         /* from 1; 0 if none */
	struct err_arg arg[ERR_ARGS_MAX];
	size_t args;
	char *list;               /* JSON array of strings, what is missing; owned, may be NULL */
};

/* Releases what ${err} owns and makes it empty again. */
void err_clear(struct err *err);

/* Sets ${err} unless it is set already; returns ${kind}. ${field} may be NULL. */
int err_set(struct err *err, enum err_kind kind, const char *key, const char *field);

/* Adds a named argument for the catalogue text; cut at ERR_TEXT_MAX on a UTF-8 boundary. */
void err_arg(struct err *err, const char *name, const char *value);
void err_argi(struct err *err, const char *name, int64_t value);

/* Where in which file the fault lies. ${line} and ${column} from 1. */
void err_where(struct err *err, const char *file, int line, int column);

/* Shorthand: err_set with up to two named arguments (NULL name ends them). */
int err_fail(struct err *err, enum err_kind kind, const char *key, const char *field,
    const char *name1, const char *value1, const char *name2, const char *value2);

/*
 * err_set for a failed system call: key "err.system", or one of its own for what people can mend
 * ("err.system.missing", "denied", "read_only", "exists", "folder", "full"); arguments what and reason (strerror).
 */
int err_sys(struct err *err, enum err_kind kind, const char *what, int errnum);

/* Exit status for the command line: 0 done, 1 failed or does not hold, 2 wrong use. */
int err_exit_status(enum err_kind kind);
