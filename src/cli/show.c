/* SPDX-License-Identifier: Apache-2.0 */
/* show.c: answers as people read them: tables for lists, lines for one thing. */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/utf8.h"
#include "cli/cli.h"

#define CELL_MAX    300
#define COLUMNS_MAX 12

/* "2026-11-22T07:30:00.000Z" becomes local time as offices write it. */
static bool
looks_like_time(const char *s)
{
	return strlen(s) == 24 && s[4] == '-' && s[10] == 'T' && s[23] == 'Z';
}

/*
 * What a value is called: as it is for the kind of thing that was asked for, or in that column, or as
 * "incident_state" is a "state"; NULL: as it stands.
 */
static const char *
value_word(const struct cli *cli, const char *column, const char *text)
{
	static char key[3][200];
	const char *noun = strrchr(column, '_');

	snprintf(key[0], sizeof(key[0]), "%.*s.%.50s.%.100s", (int)strcspn(cli->op->name, " "), cli->op->name, column, text);
	snprintf(key[1], sizeof(key[1]), "%.50s.%.100s", column, text);
	snprintf(key[2], sizeof(key[2]), "%.50s.%.100s", noun == NULL ? column : noun + 1, text);
	for (size_t i = 0; i < ARRAY_LEN(key); i++)
		if (words_has(cli->lang, key[i]))
			return word(cli->lang, key[i]);
	return NULL;
}

static void
cell_text(const struct cli *cli, const char *column, const struct json *value, struct buf *out)
{
	char when[CLOCK_TEXT_SIZE];
	const char *text = json_str(value), *known;
	int64_t ms;

	switch (json_kind(value)) {
	case JSON_KIND_NULL:
		buf_adds(out, "–");
		break;
	case JSON_KIND_BOOL:
		buf_adds(out, word(cli->lang, json_bool(value, false) ? "cli.yes" : "cli.no"));
		break;
	case JSON_KIND_STRING:
		known = value_word(cli, column, text);
		if (looks_like_time(text) && clock_parse(text, &ms))
			buf_adds(out, clock_vi(ms, when));
		else
			buf_adds(out, known != NULL ? known : text);
		break;
	case JSON_KIND_ARRAY:
		for (size_t i = 0; i < json_len(value); i++) {
			if (i > 0)
				buf_adds(out, ", ");
			cell_text(cli, column, json_at(value, i), out);
		}
		break;
	default:
		json_write(value, out);
	}
}

/* Terminals must not be told what to do by what people wrote. */
static char *
safe_cell(const struct cli *cli, const char *column, const struct json *value)
{
	struct buf raw = BUF_INIT(1 << 20), safe = BUF_INIT(1 << 20);

	cell_text(cli, column, value, &raw);
	for (const char *p = buf_str(&raw); *p != '\0'; p++)
		buf_addc(&safe, (unsigned char)*p < 0x20 || *p == 0x7f ? ' ' : *p);
	buf_clear(&raw);
	return buf_take(&safe);
}

/* Columns on the screen; combining marks take none. */
static size_t
width(const char *s)
{
	size_t w = 0, n, len = strlen(s);
	uint32_t cp;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			return w + (len - i);
		w += cp < 0x300 || cp > 0x36f;
	}
	return w;
}

static void
put_cell(const char *s, size_t columns, bool last)
{
	size_t w = width(s), used = 0, n, len = strlen(s);
	uint32_t cp;

	if (w <= columns || last) {
		fputs(s, stdout);
		if (!last)
			printf("%*s", (int)(columns - w) + 2, "");
		return;
	}
	for (size_t i = 0; i < len && used < columns - 1; i += n, used++) {
		n = utf8_decode(s + i, len - i, &cp);
		if (n == 0)
			break;
		fwrite(s + i, 1, n, stdout);
	}
	printf("…%*s", (int)(columns - used - 1) + 2, "");
}

/* What a column is called: where the same word means something else for a kind of thing, as that. */
static const char *
heading(const struct cli *cli, const char *column)
{
	static char key[3][120];
	int noun = (int)strcspn(cli->op->name, " ");

	snprintf(key[0], sizeof(key[0]), "column.%.*s.%.60s", noun, cli->op->name, column);
	snprintf(key[1], sizeof(key[1]), "column.%.60s", column);
	snprintf(key[2], sizeof(key[2]), "field.%.60s", column);
	for (size_t i = 0; i < ARRAY_LEN(key); i++)
		if (words_has(cli->lang, key[i]))
			return word(cli->lang, key[i]);
	return column;
}

static size_t
screen_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 40)
		return size.ws_col;
	return 1000; /* into a file or pipe: nothing is cut */
}

/* Makes the widest columns narrower until the table fits. */
static void
fit(size_t *w, size_t n, size_t room)
{
	for (;;) {
		size_t total = 2 * (n - 1), widest = 0;

		for (size_t i = 0; i < n; i++) {
			total += w[i];
			if (w[i] > w[widest])
				widest = i;
		}
		if (total <= room || w[widest] <= 12)
			return;
		w[widest]--;
	}
}

/* Whether one of the items says something there. */
static bool
is_said(const struct json *items, const char *column)
{
	for (size_t r = 0; r < json_len(items); r++) {
		const struct json *value = json_get(json_at(items, r), column);

		if (value != NULL && json_kind(value) != JSON_KIND_NULL)
			return true;
	}
	return false;
}

/* Of the operation's columns those that are given, or all; returns how many. */
static size_t
choose(const struct cli *cli, const struct json *items, bool all, const char **column)
{
	size_t n = 0;

	for (size_t i = 0; cli->op->columns[i] != NULL && n < COLUMNS_MAX; i++)
		if (all || is_said(items, cli->op->columns[i]))
			column[n++] = cli->op->columns[i];
	return n;
}

static void
table(const struct cli *cli, const struct json *items, bool all)
{
	const char *column[COLUMNS_MAX];
	size_t n = choose(cli, items, all, column), rows = json_len(items), w[COLUMNS_MAX];
	char **cell;

	if (rows == 0 || n == 0) {
		puts(word(cli->lang, "cli.nothing"));
		return;
	}
	for (size_t i = 0; i < n; i++)
		w[i] = width(heading(cli, column[i]));
	cell = xcalloc(rows * n, sizeof(*cell));
	for (size_t r = 0; r < rows; r++) {
		for (size_t i = 0; i < n; i++) {
			cell[r * n + i] = safe_cell(cli, column[i], json_get(json_at(items, r), column[i]));
			if (width(cell[r * n + i]) > w[i])
				w[i] = width(cell[r * n + i]);
		}
	}
	fit(w, n, screen_width());
	for (size_t i = 0; i < n; i++)
		put_cell(heading(cli, column[i]), w[i], i + 1 == n);
	putchar('\n');
	for (size_t r = 0; r < rows; r++) {
		for (size_t i = 0; i < n; i++)
			put_cell(cell[r * n + i], w[i], i + 1 == n);
		putchar('\n');
	}
	for (size_t i = 0; i < rows * n; i++)
		free(cell[i]);
	free(cell);
}

/* Lists within one thing, as tables of the operation's columns; what has none of them is left to --json. */
static void
tables(const struct cli *cli, const struct json *object)
{
	const char *column[COLUMNS_MAX], *key;
	struct json *value;
	void *it = NULL;

	while (json_next(object, &it, &key, &value)) {
		if (json_kind(json_at(value, 0)) != JSON_KIND_OBJECT || choose(cli, value, false, column) == 0)
			continue;
		printf("\n%s\n", heading(cli, key));
		table(cli, value, false);
	}
}

/* People see numbers, not ids. */
static bool
is_link(const char *key)
{
	size_t n = strlen(key);

	return n > 3 && strcmp(key + n - 3, "_id") == 0;
}

/* One thing: a line a field, deeper things indented. */
static void
lines(const struct cli *cli, const struct json *object, int indent)
{
	const char *key;
	struct json *value;
	void *it = NULL;

	while (json_next(object, &it, &key, &value)) {
		char *text;
		bool deep;

		if (cli->op->columns != NULL && json_get(value, "count") != NULL)
			value = json_get(value, "count"); /* a figure with what it counts */
		deep = json_kind(value) == JSON_KIND_OBJECT ||
		    (json_kind(value) == JSON_KIND_ARRAY && json_kind(json_at(value, 0)) == JSON_KIND_OBJECT);
		if (json_kind(value) == JSON_KIND_NULL || str_eq(json_str(value), "") || is_link(key) ||
		    (json_kind(value) == JSON_KIND_ARRAY && json_len(value) == 0) ||
		    (deep && cli->op->columns != NULL))
			continue;
		if (!deep) {
			text = safe_cell(cli, key, value);
			printf("%*s%s: %s\n", indent, "", heading(cli, key), text);
			free(text);
			continue;
		}
		printf("%*s%s:\n", indent, "", heading(cli, key));
		if (json_kind(value) == JSON_KIND_OBJECT)
			lines(cli, value, indent + 2);
		for (size_t i = 0; i < json_len(value) && json_kind(value) == JSON_KIND_ARRAY; i++) {
			printf("%*s- \n", indent, "");
			lines(cli, json_at(value, i), indent + 4);
		}
	}
}

void
cli_show(const struct cli *cli, const char *json, size_t len)
{
	struct json *value = NULL;

	if (cli->json) {
		fwrite(json, 1, len, stdout);
		putchar('\n');
		return;
	}
	if (json_parse(json, len, &value, NULL) != 0)
		return;
	if (cli->op->columns != NULL && json_get(value, "items") != NULL) {
		/* Of what was done to several, the whole before the single ones. */
		if ((cli->op->flags & OP_WRITE) != 0)
			lines(cli, value, 0);
		table(cli, json_get(value, "items"), true);
		if ((cli->op->flags & OP_WRITE) == 0 && json_get_bool(value, "more", false))
			puts(word(cli->lang, "cli.more"));
	} else {
		lines(cli, value, 0);
		if (cli->op->columns != NULL)
			tables(cli, value);
	}
	json_free(value);
}

int
cli_fail(const struct cli *cli, const struct err *err)
{
	struct buf text = BUF_INIT(200000);

	if (cli->json)
		words_err_json(&text, cli->lang, err);
	else
		words_err(&text, cli->lang, err);
	fprintf(stderr, "%s%s\n", cli->json ? "" : "khien: ", buf_str(&text));
	buf_clear(&text);
	return err_exit_status(err->kind);
}
