/* SPDX-License-Identifier: Apache-2.0 */
/* parse.c: words into an operation and its arguments. */
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "app/args.h"
#include "base/utf8.h"
#include "cli/cli.h"

#define WORDS_MAX 3 /* of an operation's name */
#define SECRET_MAX 256

const struct op *
cli_op_next(size_t *i)
{
	if (*i < commands_count)
		return &commands[(*i)++].op;
	size_t rest = *i - commands_count;
	const struct op *op = op_next(&rest);

	*i = rest + commands_count;
	return op;
}

static const char *
op_name_at(void *arg, size_t i)
{
	size_t at = i;
	const struct op *op = cli_op_next(&at);

	(void)arg;
	return op == NULL ? NULL : op->name;
}

/* Whether the words from ${argv} begin with the name; returns how many words that is. */
static int
name_matches(const char *name, int argc, char **argv)
{
	int words = 0;

	for (const char *p = name; *p != '\0'; words++) {
		size_t len = strcspn(p, " ");

		if (words == argc || strlen(argv[words]) != len || strncmp(argv[words], p, len) != 0)
			return 0;
		p += len + (p[len] == ' ');
	}
	return words;
}

/* The operation with the longest name the words begin with. */
static int
find_op(struct cli *cli, int argc, char **argv)
{
	const struct op *op;
	int best = 0;

	for (size_t i = 0; (op = cli_op_next(&i)) != NULL;) {
		int words = name_matches(op->name, argc, argv);

		if (words <= best || ((op->flags & OP_SESSION) != 0 && op->method != NULL))
			continue;
		best = words;
		cli->op = op;
	}
	for (size_t i = 0; i < commands_count; i++)
		if (cli->op == &commands[i].op)
			cli->command = &commands[i];
	return best;
}

static int
unknown_command(struct cli *cli, int argc, char **argv)
{
	char said[120] = "";
	const char *near;

	for (int i = 0; i < argc && i < WORDS_MAX && argv[i][0] != '-'; i++)
		snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s%s", i == 0 ? "" : " ", argv[i]);
	near = nearest(said, op_name_at, NULL);
	return err_fail(&cli->err, ERR_USAGE, near == NULL ? "err.usage.unknown_command" :
	    "err.usage.unknown_command_near", NULL, "word", said, "near", near == NULL ? "" : near);
}

static const struct param *
find_param(const struct op *op, const char *name, size_t len)
{
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++) {
		size_t i;

		for (i = 0; i < len && p->name[i] == (name[i] == '-' ? '_' : name[i]); i++)
			continue;
		if (i == len && p->name[len] == '\0')
			return p;
		/* One file is "--file". */
		if (p->type == P_FILES && len == strlen(p->name) - 1 && strncmp(name, p->name, len) == 0)
			return p;
	}
	return NULL;
}

static const char *
param_at(void *arg, size_t i)
{
	const struct op *op = arg;

	return op->params == NULL ? NULL : op->params[i].name;
}

static int
unknown_option(struct cli *cli, const char *word)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	near = cli->op == NULL ? NULL : nearest(name, param_at, (void *)(uintptr_t)cli->op);
	err_fail(&cli->err, ERR_USAGE, near == NULL ? "err.usage.unknown_option" :
	    "err.usage.unknown_option_near", NULL, "option", word, "near", near == NULL ? "" : near);
	err_arg(&cli->err, "command", cli->op == NULL ? "" : cli->op->name);
	return cli->err.kind;
}

/* A value may stand in a file ("@file") or come on standard input ("-"): long texts, secrets. */
static char *
value_of(struct cli *cli, const struct param *p, const char *word)
{
	bool from_file = word[0] == '@' && (p->type == P_TEXT || p->type == P_JSON ||
	    (p->flags & PF_SECRET) != 0);
	bool from_stdin = strcmp(word, "-") == 0 && (p->type == P_TEXT || p->type == P_JSON ||
	    (p->flags & PF_SECRET) != 0);
	FILE *f = from_file ? fopen(word + 1, "re") : from_stdin ? stdin : NULL;
	char data[65536];
	size_t n;

	if (!from_file && !from_stdin)
		return xstrdup(word);
	if (f == NULL) {
		err_fail(&cli->err, ERR_USAGE, "err.usage.file", p->name, "file", word + 1, NULL, NULL);
		return NULL;
	}
	n = fread(data, 1, sizeof(data) - 1, f);
	if (from_file)
		fclose(f);
	while (n > 0 && (data[n - 1] == '\n' || data[n - 1] == '\r'))
		n--;
	data[n] = '\0';
	return xstrdup(data);
}

/* All of a file, or of standard input. NULL with an error: not there, or larger than is taken. */
static char *
body_of(struct cli *cli, const struct param *p, const char *path)
{
	struct buf data = BUF_INIT((size_t)p->max + 1), text = BUF_INIT(JSON_SIZE_MAX);
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	char part[65536];
	size_t n;

	if (f == NULL) {
		err_fail(&cli->err, ERR_USAGE, "err.usage.file", p->name, "file", path, NULL, NULL);
		return NULL;
	}
	while (!data.full && (n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&data, part, n);
	if (f != stdin)
		fclose(f);
	snprintf(part, sizeof(part), "%lld", (long long)p->max);
	if (data.full)
		err_fail(&cli->err, ERR_TOO_LARGE, "err.too_large", p->name, "max", part, NULL, NULL);
	else if (memchr(buf_str(&data), '\0', data.len) != NULL)
		err_set(&cli->err, ERR_INVALID, "err.utf8", p->name);
	else
		json_mend(buf_str(&data), data.len, &text);
	buf_clear(&data);
	return cli->err.kind == ERR_NONE ? buf_take(&text) : NULL;
}

static int
set_value(struct cli *cli, const struct param *p, const char *word)
{
	struct json *list, *value = NULL;
	char *text;

	if (p->type == P_FILES) {
		if (cli->files_count == ARRAY_LEN(cli->files))
			return err_set(&cli->err, ERR_USAGE, "err.usage.too_many_files", p->name);
		cli->files[cli->files_count++] = word;
		return 0;
	}
	if ((text = p->type == P_BODY ? body_of(cli, p, word) : value_of(cli, p, word)) == NULL)
		return cli->err.kind;
	if (!utf8_valid(text, strlen(text))) {
		free(text);
		return err_set(&cli->err, ERR_INVALID, "err.utf8", p->name);
	}
	if (p->type == P_LIST) {
		list = json_get(cli->args, p->name);
		if (list == NULL)
			json_set(cli->args, p->name, list = json_new_array());
		json_append(list, json_new_string(text));
	} else if (json_get(cli->args, p->name) != NULL) {
		err_fail(&cli->err, ERR_USAGE, "err.usage.repeated", NULL, "option", p->name, NULL, NULL);
	} else if (p->type == P_JSON) {
		if (json_parse(text, strlen(text), &value, &cli->err) == 0)
			json_set(cli->args, p->name, value);
	} else {
		json_set_str(cli->args, p->name, text);
	}
	free(text);
	return cli->err.kind;
}

static bool
is_truth(const char *word)
{
	static const char *const words[] = { "true", "false", "yes", "no", "1", "0" };

	for (size_t i = 0; word != NULL && i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* Options every command has. Returns how many words were taken, 0 when it is none of them. */
static int
common_option(struct cli *cli, const char *word, const char *next)
{
	if (strcmp(word, "--json") == 0) {
		cli->json = true;
		return 1;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		cli->help = true;
		return 1;
	}
	if (str_starts(word, "--data=")) {
		cli->data = word + strlen("--data=");
		cli->data_given = true;
		return 1;
	}
	if (strcmp(word, "--data") == 0 && next != NULL) {
		cli->data = next;
		cli->data_given = true;
		return 2;
	}
	if (strcmp(word, "--lang") == 0 && next != NULL) {
		cli->lang = lang_of(next);
		return 2;
	}
	return 0;
}

/* Returns how many words were taken; 0 on failure. */
static int
option(struct cli *cli, char **argv, int left)
{
	const char *word = argv[0], *equals = strchr(word, '=');
	size_t len = equals == NULL ? strlen(word + 2) : (size_t)(equals - word - 2);
	const struct param *p = cli->op == NULL ? NULL : find_param(cli->op, word + 2, len);

	if (p == NULL) {
		unknown_option(cli, word);
		return 0;
	}
	if (equals != NULL)
		return set_value(cli, p, equals + 1) == 0 ? 1 : 0;
	if (p->type == P_BOOL && !(left > 1 && is_truth(argv[1])))
		return set_value(cli, p, "true") == 0 ? 1 : 0;
	if (left < 2) {
		err_fail(&cli->err, ERR_USAGE, "err.usage.missing_value", NULL, "option", word, "command",
		    cli->op->name);
		return 0;
	}
	return set_value(cli, p, argv[1]) == 0 ? 2 : 0;
}

/* Whether the command writes a file of the name of an option all have: hunt --json FILE. */
static bool
is_own_file(const struct cli *cli, const char *word)
{
	const struct param *p = str_starts(word, "--") ?
	    find_param(cli->op, word + 2, strcspn(word + 2, "=")) : NULL;

	return p != NULL && p->type == P_OUT;
}

/* The next positional parameter that has no value yet, or takes any number. */
static int
positional(struct cli *cli, const char *word)
{
	for (const struct param *p = cli->op->params; p != NULL && p->name != NULL; p++)
		if ((p->flags & PF_POSITIONAL) != 0 &&
		    (p->type == P_LIST || json_get(cli->args, p->name) == NULL))
			return set_value(cli, p, word);
	return err_fail(&cli->err, ERR_USAGE, "err.usage.extra_word", NULL, "word", word, "command",
	    cli->op->name);
}

static const char *
default_data(void)
{
	const char *named = getenv("KHIEN_DATA");

	if (!str_empty(named))
		return named;
	return access("data/khien.db", F_OK) == 0 || access("/var/lib/khien/khien.db", F_OK) != 0 ?
	    "data" : "/var/lib/khien";
}

int
cli_parse(struct cli *cli, int argc, char **argv)
{
	static char version[] = "version";
	int at = 1, taken;

	cli->args = json_new_object();
	cli->data = default_data();
	while (at < argc && argv[at][0] == '-') {
		if (strcmp(argv[at], "--version") == 0)
			argv[at] = version;
		else if ((taken = common_option(cli, argv[at], at + 1 < argc ? argv[at + 1] : NULL)) > 0)
			at += taken;
		else
			return unknown_option(cli, argv[at]);
	}
	if (at == argc)
		return cli->help ? 0 : err_set(&cli->err, ERR_USAGE, "err.usage.no_command", NULL);
	taken = find_op(cli, argc - at, argv + at);
	if (taken == 0)
		return unknown_command(cli, argc - at, argv + at);
	for (at += taken; at < argc; at += taken) {
		taken = is_own_file(cli, argv[at]) ? 0 :
		    common_option(cli, argv[at], at + 1 < argc ? argv[at + 1] : NULL);
		if (taken == 0 && str_starts(argv[at], "--") && argv[at][2] != '\0')
			taken = option(cli, argv + at, argc - at);
		else if (taken == 0)
			taken = positional(cli, argv[at]) == 0 ? 1 : 0;
		if (taken == 0)
			return cli->err.kind;
	}
	return 0;
}

/* Asks without echo; "" when there is no terminal to ask at. */
static void
ask(struct cli *cli, const struct param *p, char line[static SECRET_MAX])
{
	struct termios before, quiet;
	char key[64];

	*line = '\0';
	if (tcgetattr(STDIN_FILENO, &before) != 0)
		return;
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	snprintf(key, sizeof(key), "field.%s", p->name);
	fprintf(stderr, "%s: ", word(cli->lang, key));
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
	if (fgets(line, SECRET_MAX, stdin) == NULL)
		*line = '\0';
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	line[strcspn(line, "\n")] = '\0';
}

/* KHIEN_PASSPHRASE for the secret "passphrase". */
static const char *
variable(const struct param *p, char name[static 64])
{
	size_t n = (size_t)snprintf(name, 64, "KHIEN_");

	for (const char *c = p->name; *c != '\0' && n + 1 < 64; c++)
		name[n++] = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	name[n] = '\0';
	return name;
}

/* A secret that nobody could be asked for. */
static int
secret_needed(struct cli *cli, const struct param *p)
{
	char name[64];

	err_set(&cli->err, ERR_USAGE, "err.secret", p->name);
	err_arg(&cli->err, "option", p->name);
	err_arg(&cli->err, "variable", variable(p, name));
	return ERR_USAGE;
}

int
cli_complete(struct cli *cli)
{
	char line[SECRET_MAX], name[64];
	const char *value;

	for (const struct param *p = cli->op->params; p != NULL && p->name != NULL; p++) {
		if ((p->flags & PF_REQUIRED) == 0 || json_get(cli->args, p->name) != NULL ||
		    (p->type == P_FILES && cli->files_count > 0))
			continue;
		value = (p->flags & PF_SECRET) != 0 ? getenv(variable(p, name)) : "";
		if ((p->flags & PF_SECRET) != 0 && str_empty(value)) {
			ask(cli, p, line);
			value = line;
		}
		if ((p->flags & PF_SECRET) != 0 && *value == '\0')
			return secret_needed(cli, p);
		if ((p->flags & PF_SECRET) == 0)
			return err_set(&cli->err, ERR_USAGE, "err.required", p->name);
		if (set_value(cli, p, value) != 0)
			return cli->err.kind;
	}
	return 0;
}
