/* SPDX-License-Identifier: Apache-2.0 */
/*
 * op.h: the table of operations.  Everything a user can ask for is one row.
 * The command line, the HTTP API, the OpenAPI document and the manual page are
 * made from it; none of them knows an operation by name.
 *
 * An operation's function reads its arguments with arg_*(), its data through
 * call.tx, writes rows with change_*() (app/change.h), and answers JSON into
 * call.out.  The framework checks the right and the arguments before it, and
 * commits the change and its ledger entry after it.  A writing function may be
 * run again, so it keeps nothing outside ${call} between runs.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "model/right.h"
#include "store/store.h"
#include "text/json.h"
#include "text/jsonw.h"
#include "text/words.h"

struct app;
struct call;
struct change;

enum param_type {
	P_LINE,  /* text without line breaks, at most max bytes (default 200) */
	P_TEXT,  /* text with line breaks, at most max bytes (default 20000) */
	P_INT,   /* min to max */
	P_BOOL,
	P_TIME,  /* RFC 3339, or local without an offset (clock_parse) */
	P_ID,    /* an id, a number as people say it (SC-2026-0007) or a report's code */
	P_ENUM,  /* one of choices */
	P_LIST,  /* several lines; command line: the option repeated; JSON: array of strings */
	P_JSON,  /* an object of any shape; the function checks it */
	P_FILES, /* uploads: multipart parts of that name; command line: paths */
	P_IN,    /* a path on this machine to read; command line only */
	P_OUT,   /* a path to write; over HTTP the answer is the file itself */
	P_BODY,  /* all that was sent, as text, at most max bytes; command line: a path, or - */
};

enum param_flag {
	PF_REQUIRED = 1,
	PF_POSITIONAL = 2, /* command line: a word instead of an option */
	PF_SECRET = 4,     /* never shown, logged or recorded; command line: asked for or from a file */
	PF_PAST = 8,       /* a time that cannot lie in the future */
	PF_HANDLER = 16,     /* only for whoever may handle incidents; refused from the public */
};

struct param {
	const char *name; /* catalogue keys: field.<name> (its name), param.<name> (one line of help) */
	enum param_type type;
	unsigned flags;
	int64_t min, max;                 /* P_INT: range; text: max bytes; P_LIST, P_FILES: items (0: default) */
	const char *const *choices;       /* NULL-terminated */
};

enum op_flag {
	OP_WRITE = 1,   /* changes something: one transaction, one ledger entry */
	OP_OUTSIDE = 2, /* runs without a transaction (long reads, files); call.tx is NULL */
	OP_CREATED = 4, /* HTTP 201 */
	OP_FINDS = 16,  /* its parameter q looks in the search index, which catches up first */
	OP_SESSION = 8, /* served by server/session.c over HTTP; not on the command line */
	OP_THEHIVE = 32, /* refuses over HTTP as TheHive's clients read it: "message", 400 for a wrong field */
};

/* Columns of the readable table; NULL-terminated names of the items' fields. */
struct op {
	const char *name;     /* "incident take"; catalogue key of the help line: op.incident.take */
	const char *method;   /* HTTP; NULL: not over HTTP */
	const char *path;     /* under /api/v1, with {param}s: "/incidents/{id}/take" */
	unsigned right;       /* every bit is needed; RIGHT_PUBLIC: nobody is asked */
	unsigned flags;
	const struct param *params; /* name NULL at the end; NULL: none */
	int (*run)(struct call *call);
	const char *const *columns; /* of the readable table, NULL: key and value lines */
	const char *example;        /* a whole command line */
};

/* All operations, sorted by name. */
const struct op *op_next(size_t *i);
const struct op *op_get(const char *name);

struct upload {
	char name[128];       /* safe file name */
	char media_type[100]; /* as the sender said; never trusted */
	char sha256[65];      /* in the blob store already; "": too large, and left out */
	int64_t size;
	char field[64];       /* the form's, where an operation tells files apart by it; else "" */
};

enum actor_kind {
	ACTOR_NOBODY, ACTOR_ACCOUNT, ACTOR_REPORTER, ACTOR_LINK, ACTOR_CONSOLE, ACTOR_JOB,
	ACTOR_KEY, /* a program with a key (app/key.h) */
};

struct actor {
	enum actor_kind kind;
	char id[64];       /* account, report, direction, kind of job or key */
	char name[128];    /* for the timeline */
	char division_id[37];
	unsigned rights;
	enum sees sees;
	char address[64];  /* where a request came from, "" if local */
};

struct call {
	struct app *app;
	const struct op *op;
	struct tx *tx;
	struct arena *arena;
	struct err *err;
	const char *agency_id;
	struct actor actor;
	enum lang lang;
	int64_t now;
	struct jsonw *out;
	struct change *change; /* app/change.h; NULL for reads */
	const struct json *args;
	const struct upload *uploads; /* of the one P_FILES parameter */
	size_t uploads_count;
	bool is_known; /* an OP_CREATED operation made nothing new */
};

/* What a front end hands in. The answer's JSON goes to ${out}, which is emptied first. */
struct op_request {
	const struct op *op;
	struct actor actor;
	enum lang lang;
	const struct json *args; /* object by parameter name; NULL: none */
	const struct upload *uploads;
	size_t uploads_count;
	bool *ret_known; /* NULL, or where call.is_known goes: HTTP 200 instead of 201 */
};

/*
 * Checks right and arguments, runs, commits.  Returns 0 or an err_kind:
 * ERR_AUTH and ERR_FORBIDDEN for rights, ERR_INVALID and ERR_USAGE for
 * arguments, and whatever the operation says.
 */
int op_call(struct app *app, const struct op_request *request, struct buf *out, struct err *err);

/*
 * The operation of that name as the job ${kind} calls it, whose answer nobody reads; ${args} is taken
 * over. Errors as op_call().
 */
int op_call_job(struct app *app, const char *name, const char *kind, struct json *args, struct err *err);

/* ---- arguments, inside an operation; already checked against the table ------ */

bool arg_has(const struct call *call, const char *name);
const char *arg_text(const struct call *call, const char *name);  /* NULL when not given or empty */
int64_t arg_int(const struct call *call, const char *name, int64_t otherwise);
bool arg_bool(const struct call *call, const char *name);
int64_t arg_time(const struct call *call, const char *name, int64_t otherwise);
int64_t arg_time_end(const struct call *call, const char *name, int64_t otherwise); /* clock_parse_end() */
const struct json *arg_json(const struct call *call, const char *name);
/* A P_LIST joined by ${separator} in the arena, NULL when empty. */
const char *arg_list(const struct call *call, const char *name, char separator);

/* ---- failing ---------------------------------------------------------------- */

int call_fail(struct call *call, enum err_kind kind, const char *key, const char *field);

/* Whether the caller holds every right of the mask. */
bool call_may(const struct call *call, unsigned rights);
