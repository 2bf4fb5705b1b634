/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/checkpoint.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "ledger/ledger.h"

char *
checkpoint_origin(const char *agency_id, char out[static NOTE_NAME_MAX])
{
	snprintf(out, NOTE_NAME_MAX, "khien/%s", agency_id);
	return out;
}

void
checkpoint_sign(const struct checkpoint *cp, const struct note_key *key, struct buf *out)
{
	cleanup(buf_clear) struct buf text = BUF_INIT(4096);
	char root[64], at[CLOCK_TEXT_SIZE];

	buf_printf(&text, "%s\n%llu\n%s\n", cp->origin, (unsigned long long)cp->size,
	    note_base64(cp->root, TREE_HASH, root));
	if (cp->at_ms != SQL_NULL)
		buf_printf(&text, "time %s\n", clock_iso(cp->at_ms, at));
	note_sign(key, text.data, out);
}

/* The next line of the text, without its newline, cut off; NULL at the end. */
static char *
next_line(char **p)
{
	char *line = *p, *eol = strchr(line, '\n');

	if (eol == NULL)
		return NULL;
	*eol = '\0';
	*p = eol + 1;
	return line;
}

/* Decimal, no sign, no leading zero, within what a ledger can number. */
static bool
parse_size(const char *s, uint64_t *ret)
{
	uint64_t n = 0;
	size_t len = strspn(s, "0123456789");

	if (len == 0 || len > 18 || s[len] != '\0' || (s[0] == '0' && len > 1))
		return false;
	for (; *s != '\0'; s++)
		n = n * 10 + (uint64_t)(*s - '0');
	*ret = n;
	return true;
}

/* Our own extension line is read back only in the spelling it is written in. */
static bool
parse_time(const char *line, int64_t *ret_ms)
{
	char again[CLOCK_TEXT_SIZE];
	int64_t ms;

	if (!str_starts(line, "time ") || !clock_parse(line + 5, &ms) ||
	    strcmp(clock_iso(ms, again), line + 5) != 0)
		return false;
	*ret_ms = ms;
	return true;
}

static bool
parse_text(char *text, struct checkpoint *ret)
{
	char *origin = next_line(&text), *size = next_line(&text), *root = next_line(&text), *line;

	ret->at_ms = SQL_NULL;
	if (origin == NULL || size == NULL || root == NULL || *origin == '\0' ||
	    strlen(origin) >= sizeof(ret->origin))
		return false;
	strcpy(ret->origin, origin);
	if (!parse_size(size, &ret->size) || !note_unbase64(root, strlen(root), ret->root, TREE_HASH))
		return false;
	while ((line = next_line(&text)) != NULL)
		if (ret->at_ms == SQL_NULL)
			parse_time(line, &ret->at_ms);
	return true;
}

int
checkpoint_check(const char *note, size_t len, const struct note_key *key,
    struct checkpoint *ret, struct err *err)
{
	cleanup(free_charp) char *text = NULL;
	size_t text_len;
	int code = note_check(key, note, len, &text_len, err);

	if (code != 0)
		return code;
	text = xmalloc(text_len + 1);
	memcpy(text, note, text_len);
	text[text_len] = '\0';
	if (!parse_text(text, ret))
		return err_set(err, ERR_INVALID, "err.checkpoint.form", NULL);
	return 0;
}

int
ledger_checkpoint_make(struct tx *tx, const char *agency_id, const struct note_key *key,
    int64_t at_ms, struct buf *out, struct err *err)
{
	cleanup(buf_clear) struct buf note = BUF_INIT(NOTE_SIZE_MAX);
	cleanup(note_key_clear) struct note_key named = *key;
	struct checkpoint cp = { .at_ms = at_ms };
	struct ledger_head head;
	int ret = ledger_head_get(tx, agency_id, &head, err);

	if (ret != 0)
		return ret;
	if (head.size == 0)
		return err_set(err, ERR_STATE, "err.ledger.empty", NULL);
	if (!hex_decode(head.root, cp.root, TREE_HASH))
		return err_set(err, ERR_BROKEN, "err.ledger.head", NULL);
	checkpoint_origin(agency_id, cp.origin);
	note_key_rename(&named, cp.origin);
	cp.size = (uint64_t)head.size;
	checkpoint_sign(&cp, &named, &note);
	/* Asked for twice in a millisecond: the same words, signed the same. */
	tx_exec(tx, "INSERT INTO ledger_checkpoint (agency_id, size, root, at_ms, note)"
	    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", "titit", agency_id, head.size,
	    head.root, at_ms, note.data);
	buf_add(out, note.data, note.len);
	return tx_err(tx)->kind;
}
