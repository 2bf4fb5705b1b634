/* SPDX-License-Identifier: Apache-2.0 */
/* cli.h: the command line: words into an operation, its answer into text. */
#pragma once

#include "app/app.h"

struct cli {
	const char *data;   /* --data, or the default */
	bool json;          /* --json */
	bool data_given;    /* it was said, not the default */
	bool help;          /* --help */
	enum lang lang;     /* --lang, else from the environment */
	const struct op *op;
	const struct command *command; /* when it is one of the command line's own */
	struct json *args;
	const char *files[64];
	size_t files_count;
	struct err err;
};

/* What only the command line can do: each has the row of an operation, for help and manual. */
struct command {
	struct op op;
	int (*run)(struct cli *cli);
};
extern const struct command commands[];
extern const size_t commands_count;

/* ---- parse.c ------------------------------------------------------------------ */

/* Fills ${cli} from the words; ERR_USAGE with what is wrong. */
int cli_parse(struct cli *cli, int argc, char **argv);

/*
 * Required secrets that were not given come from the environment (KHIEN_PASSPHRASE for
 * "passphrase") or are asked for, without echo, at a terminal.  ERR_USAGE for anything
 * required that is missing then.
 */
int cli_complete(struct cli *cli);

/* Walks operations and commands by name: what there is to say. */
const struct op *cli_op_next(size_t *i);

/* ---- show.c ------------------------------------------------------------------- */

/* Prints an answer: as it is with --json, else as a table or lines. */
void cli_show(const struct cli *cli, const char *json, size_t len);

/* Prints ${err} on standard error, as a JSON object with --json. Returns the exit status. */
int cli_fail(const struct cli *cli, const struct err *err);

/* ---- help.c ------------------------------------------------------------------- */

void cli_help(const struct cli *cli);            /* one operation, or the list of all */
void cli_manual(struct buf *out, enum lang lang); /* khien(1), in mdoc */

/* ---- hunt.c -------------------------------------------------------------------- */

/* Hands the command over to khien-hunt; comes back only when that fails. */
int cli_run_hunt(struct cli *cli);
/* hunt_case.c: the same into an incident of the data directory. */
int cli_run_hunt_case(struct cli *cli);
extern const struct param hunt_params[], rules_check_params[], rules_list_params[], rules_show_params[];
extern const struct param rules_test_params[], logs_dump_params[], logs_stat_params[];

/* ---- command.c ---------------------------------------------------------------- */

/* Runs the operation of ${cli} on its data directory and prints the answer. */
int cli_run_op(struct cli *cli);
