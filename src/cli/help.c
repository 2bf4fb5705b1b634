/* SPDX-License-Identifier: Apache-2.0 */
/* help.c: what can be asked, from the table. */
#include <stdio.h>

#include "base/utf8.h"
#include "cli/cli.h"

#define LEFT 28 /* columns of an option and what it takes */

static const char *
op_help(const struct op *op, enum lang lang)
{
	char key[80];

	snprintf(key, sizeof(key), "op.%s", op->name);
	for (char *p = key; *p != '\0'; p++)
		if (*p == ' ')
			*p = '.';
	return word_or(lang, key, op->name);
}

static const char *
placeholder(const struct param *p)
{
	static const char *const name[] = {
		[P_LINE] = "TEXT", [P_TEXT] = "TEXT", [P_INT] = "N", [P_BOOL] = "", [P_TIME] = "TIME",
		[P_ID] = "ID", [P_ENUM] = "WORD", [P_LIST] = "TEXT…", [P_JSON] = "JSON", [P_FILES] = "FILE…",
		[P_IN] = "PATH", [P_OUT] = "FILE", [P_BODY] = "FILE",
	};

	return name[p->type];
}

static void
usage_line(struct buf *out, const struct op *op)
{
	buf_printf(out, "khien %s", op->name);
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++) {
		char upper[64];
		size_t n = 0;

		if ((p->flags & PF_POSITIONAL) == 0)
			continue;
		for (; p->name[n] != '\0' && n + 1 < sizeof(upper); n++)
			upper[n] = (char)(p->name[n] >= 'a' && p->name[n] <= 'z' ? p->name[n] - 32 : p->name[n]);
		upper[n] = '\0';
		buf_printf(out, (p->flags & PF_REQUIRED) != 0 ? " %s" : " [%s]", upper);
	}
}

static void
param_line(struct buf *out, const struct op *op, const struct param *p, enum lang lang)
{
	char left[80], key[120];
	size_t width;

	snprintf(left, sizeof(left), "%s%s %s", (p->flags & PF_POSITIONAL) != 0 ? "" : "--", p->name,
	    placeholder(p));
	/* parse.c takes both; people expect the dash. */
	for (char *c = left; *c != ' ' && *c != '\0'; c++)
		*c = *c == '_' ? '-' : *c;
	width = utf8_count(left);
	snprintf(key, sizeof(key), "column.%.*s.%s", (int)strcspn(op->name, " "), op->name, p->name);
	if (!words_has(lang, key))
		snprintf(key, sizeof(key), "field.%s", p->name);
	buf_printf(out, "  %s%*s %s", left, width < LEFT ? (int)(LEFT - width) : 0, "",
	    words_has(lang, key) ? word(lang, key) : "");
	if (p->type == P_ENUM || (p->type == P_LIST && p->choices != NULL)) {
		buf_adds(out, " (");
		for (size_t i = 0; p->choices[i] != NULL; i++)
			buf_printf(out, "%s%s", i == 0 ? "" : ", ", p->choices[i]);
		buf_addc(out, ')');
	} else if (p->type == P_INT && p->max > p->min && p->max < INT32_MAX) {
		buf_printf(out, " (%lld–%lld)", (long long)p->min, (long long)p->max);
	}
	if ((p->flags & PF_REQUIRED) != 0)
		buf_printf(out, " %s", word(lang, "cli.required"));
	buf_addc(out, '\n');
}

static void
help_op(struct buf *out, const struct op *op, enum lang lang)
{
	usage_line(out, op);
	buf_printf(out, " [%s]\n\n%s.\n", word(lang, "cli.options"), op_help(op, lang));
	if (op->params != NULL && op->params[0].name != NULL)
		buf_addc(out, '\n');
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++)
		param_line(out, op, p, lang);
	buf_printf(out, "\n%s\n", word(lang, "cli.common"));
	if (!str_empty(op->example))
		buf_printf(out, "\n%s\n  %s\n", word(lang, "cli.example"), op->example);
}

static void
help_all(struct buf *out, enum lang lang)
{
	const struct op *op;

	buf_printf(out, "%s\n\n", word(lang, "cli.about"));
	for (size_t i = 0; (op = cli_op_next(&i)) != NULL;)
		if ((op->flags & OP_SESSION) == 0 || op->method == NULL)
			buf_printf(out, "  %-24s %s\n", op->name, op_help(op, lang));
	buf_printf(out, "\n%s\n\n%s\n  khien report list --state waiting\n", word(lang, "cli.common"),
	    word(lang, "cli.example"));
}

void
cli_help(const struct cli *cli)
{
	struct buf out = BUF_INIT(1 << 20);

	if (cli->op != NULL)
		help_op(&out, cli->op, cli->lang);
	else
		help_all(&out, cli->lang);
	fputs(buf_str(&out), stdout);
	buf_clear(&out);
}

/* ---- the manual page (mdoc) -------------------------------------------------------- */

/* Text of a roff line: no leading dot, no backslash meaning something. */
static void
roff(struct buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		buf_adds(out, "\\&");
	for (; *text != '\0'; text++) {
		if (*text == '\\')
			buf_adds(out, "\\e");
		else
			buf_addc(out, *text);
	}
}

void
cli_manual(struct buf *out, enum lang lang)
{
	const struct op *op;

	buf_adds(out, ".Dd November 22, 2026\n.Dt KHIEN 1\n.Os\n.Sh NAME\n.Nm khien\n.Nd ");
	roff(out, word(lang, "cli.short"));
	buf_adds(out, "\n.Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Fl -data Ar dir\n.Op Fl -json\n.Op Fl -lang Ar vi|en\n"
	    ".Sh DESCRIPTION\n");
	roff(out, word(lang, "cli.about"));
	buf_adds(out, "\n.Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; (op = cli_op_next(&i)) != NULL;) {
		if ((op->flags & OP_SESSION) != 0 && op->method != NULL)
			continue;
		buf_adds(out, ".It Nm ");
		usage_line(out, op);
		buf_addc(out, '\n');
		roff(out, op_help(op, lang));
		buf_adds(out, ".\n");
		for (const struct param *p = op->params; p != NULL && p->name != NULL; p++) {
			struct buf line = BUF_INIT(4000);

			if ((p->flags & PF_POSITIONAL) == 0) {
				param_line(&line, op, p, lang);
				buf_adds(out, ".br\n");
				roff(out, buf_str(&line));
			}
			buf_clear(&line);
		}
		if (!str_empty(op->example)) {
			buf_adds(out, ".Dl ");
			roff(out, op->example);
			buf_addc(out, '\n');
		}
	}
	buf_adds(out, ".El\n.Sh EXIT STATUS\n");
	roff(out, word(lang, "cli.exit"));
	buf_adds(out, "\n.Sh SEE ALSO\n.Xr khien-verify 1\n");
}
