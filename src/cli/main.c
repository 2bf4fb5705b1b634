/* SPDX-License-Identifier: Apache-2.0 */
/* main.c: khien. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "cli/cli.h"

static enum lang
lang_of_environment(void)
{
	static const char *const name[] = { "KHIEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < ARRAY_LEN(name); i++) {
		const char *value = getenv(name[i]);

		if (!str_empty(value))
			return str_starts(value, "en") ? LANG_EN : LANG_VI;
	}
	return LANG_VI;
}

static int
run(struct cli *cli)
{
	if (cli->help || cli->op == NULL) {
		cli_help(cli);
		return 0;
	}
	if (cli_complete(cli) != 0)
		return cli_fail(cli, &cli->err);
	return cli->command != NULL ? cli->command->run(cli) : cli_run_op(cli);
}

int
main(int argc, char **argv)
{
	struct cli cli = { .lang = lang_of_environment() };
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (app_words(&cli.err) != 0) {
		fprintf(stderr, "khien: %s: %s\n", cli.err.file, cli.err.key);
		return 1;
	}
	status = cli_parse(&cli, argc, argv) != 0 ? cli_fail(&cli, &cli.err) : run(&cli);
	err_clear(&cli.err);
	json_free(cli.args);
	words_clear();
	if (fflush(stdout) != 0)
		status = 1;
	return status;
}
