/* SPDX-License-Identifier: Apache-2.0 */
/* op_timeline.c: all that happened to an incident, told in sentences; and people's own notes. */
#include <stdio.h>

#include "app/change.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/timeline.h"
#include "app/workable.h"
#include "text/fold.h"

/* What is written down later than this after it happened is shown as entered late. */
#define LATE_MS INT64_C(900000)

#define TEXT_MAX ((size_t)64 << 10)
#define ARGS_MAX 12

static const char *const kinds[] = { "report", "state", "score", "task", "probe", "direction", "scope",
	"observable", "evidence", "check", "review", "note", "message", "duty", "access", "document", "alert", NULL };
static const char *const orders[] = { "newest", "oldest", NULL };

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }

/* What was said in both languages stands there twice: "missing" and "missing_en". */
static const struct json *
in_language(const struct json *args, enum lang lang, const char *name, const struct json *value)
{
	const struct json *english;
	char other[64];

	if (lang != LANG_EN || snprintf(other, sizeof(other), "%s_en", name) >= (int)sizeof(other))
		return value;
	english = json_get(args, other);
	return english == NULL ? value : english;
}

void
timeline_sentence(struct buf *out, enum lang lang, const char *word, const char *args_json)
{
	cleanup(json_freep) struct json *args = NULL;
	const char *names[ARGS_MAX], *values[ARGS_MAX], *key;
	struct json *value;
	void *it = NULL;
	size_t n = 0;

	if (word == NULL)
		return;
	if (args_json != NULL && json_parse(args_json, strlen(args_json), &args, NULL) == 0)
		while (n < ARGS_MAX && json_next(args, &it, &key, &value)) {
			names[n] = key;
			values[n++] = json_str(in_language(args, lang, key, value));
		}
	words_format(out, lang, word, names, values, n);
}

/* ---- list ------------------------------------------------------------------------------ */

static const struct param list_params[] = {
	ID_PARAM,
	{ "kind", P_LIST, 0, 0, 0, kinds },
	{ "q", P_LINE, 0, 0, 0, NULL },
	{ "from", P_TIME, 0, 0, 0, NULL },
	{ "to", P_TIME, 0, 0, 0, NULL },
	{ "order", P_ENUM, 0, 0, 0, orders },
	PARAMS_PAGE,
	{ 0 },
};

/* What the list is asked for, and how far it has come. */
struct page {
	const char *kinds; /* " a b ", NULL for all */
	struct buf wanted; /* folded */
	int64_t limit, offset, seen, shown;
	bool more;
};

enum {
	C_ID, C_KIND, C_OP, C_WORD, C_ARGS, C_TEXT, C_OCCURRED, C_TOLD, C_ENTERED, C_ACTOR_KIND,
	C_ACTOR_NAME, C_REF_TABLE, C_REF_ID
};

#define LIST_SQL \
	"SELECT t.id, t.kind, t.op, t.word, t.args_json, t.text, t.occurred_at, t.told_at," \
	" t.entered_at, t.actor_kind, COALESCE(a.name, t.actor_name), t.ref_table, t.ref_id" \
	" FROM timeline t LEFT JOIN account a ON a.id = t.actor_id" \
	" WHERE t.incident_id = ? AND t.occurred_at >= ? AND t.occurred_at <= ?"

/* The sentence, and under it what a person said in their own words. */
static void
entry_text(struct call *c, struct query *q, struct buf *out)
{
	const char *words = query_text(q, C_TEXT);

	timeline_sentence(out, c->lang, query_text(q, C_WORD), query_text(q, C_ARGS));
	if (words != NULL && out->len > 0)
		buf_addc(out, '\n');
	if (words != NULL)
		buf_adds(out, words);
}

static bool
wanted(const struct page *page, const char *text)
{
	struct buf folded = BUF_INIT(2 * TEXT_MAX);
	bool found;

	if (page->wanted.len == 0)
		return true;
	fold_search(&folded, text);
	found = strstr(buf_str(&folded), buf_str(&page->wanted)) != NULL;
	buf_clear(&folded);
	return found;
}

static void
out_time(struct call *c, const char *key, int64_t ms)
{
	char iso[CLOCK_TEXT_SIZE];

	jsonw_kstring(c->out, key, ms == SQL_NULL ? NULL : clock_iso(ms, iso));
}

static void
out_entry(struct call *c, struct query *q, const char *text)
{
	const char *actor = query_text(q, C_ACTOR_KIND);
	bool hidden = str_eq(actor, "reporter") && !call_may(c, RIGHT_HANDLE);

	jsonw_object(c->out);
	jsonw_kstring(c->out, "id", query_text(q, C_ID));
	jsonw_kstring(c->out, "kind", query_text(q, C_KIND));
	jsonw_kstring(c->out, "op", query_text(q, C_OP));
	jsonw_kstring(c->out, "text", text);
	out_time(c, "occurred_at", query_int(q, C_OCCURRED));
	out_time(c, "told_at", query_opt(q, C_TOLD));
	out_time(c, "entered_at", query_int(q, C_ENTERED));
	jsonw_kstring(c->out, "actor_kind", actor);
	jsonw_kstring(c->out, "actor_name", hidden ? NULL : query_text(q, C_ACTOR_NAME));
	jsonw_kstring(c->out, "ref_table", query_text(q, C_REF_TABLE));
	jsonw_kstring(c->out, "ref_id", query_text(q, C_REF_ID));
	jsonw_kbool(c->out, "is_late", query_int(q, C_ENTERED) - query_int(q, C_OCCURRED) > LATE_MS);
	jsonw_object_end(c->out);
}

static void
consider(struct call *c, struct query *q, struct page *page)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	char kind[32];

	snprintf(kind, sizeof(kind), " %s ", query_text(q, C_KIND));
	if (page->kinds != NULL && strstr(page->kinds, kind) == NULL)
		return;
	entry_text(c, q, &text);
	if (wanted(page, buf_str(&text)) && page->seen++ >= page->offset) {
		if (page->shown < page->limit)
			out_entry(c, q, buf_str(&text));
		else
			page->more = true;
		page->shown++;
	}
	buf_clear(&text);
}

static int
timeline_list(struct call *c)
{
	const char *list = arg_list(c, "kind", ' ');
	struct page page = { .limit = page_limit(c), .offset = page_offset(c),
		.kinds = list == NULL ? NULL : arena_printf(c->arena, " %s ", list),
		.wanted = BUF_INIT(1000) };
	struct incident i;
	struct query q;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	if (arg_text(c, "q") != NULL)
		fold_search(&page.wanted, arg_text(c, "q"));
	query_open(&q, c->tx, str_eq(arg_text(c, "order"), "oldest") ?
	    LIST_SQL " ORDER BY t.occurred_at, t.id" :
	    LIST_SQL " ORDER BY t.occurred_at DESC, t.id DESC", "tii", i.id,
	    arg_time(c, "from", INT64_C(0)), arg_time(c, "to", CLOCK_MS_MAX));
	jsonw_karray(c->out, "items");
	while (!page.more && query_step(&q))
		consider(c, &q, &page);
	jsonw_array_end(c->out);
	query_close(&q);
	jsonw_kbool(c->out, "more", page.more);
	buf_clear(&page.wanted);
	return c->err->kind;
}

/* ---- notes ------------------------------------------------------------------------------ */

static const struct param note_params[] = {
	ID_PARAM,
	{ "text", P_TEXT, PF_REQUIRED, 0, 0, NULL },
	{ "occurred_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ "told_at", P_TIME, PF_PAST, 0, 0, NULL },
	{ 0 },
};

/* The row this change made.  Not "the newest": after the clock went back that is another one. */
static const char *
own_line(const struct call *c)
{
	size_t n = c->change->rows;

	while (n > 0 && !str_eq(c->change->row[n - 1].table, "timeline"))
		n--;
	return n == 0 ? NULL : c->change->row[n - 1].id;
}

static int
note_add(struct call *c)
{
	int64_t occurred = arg_time(c, "occurred_at", c->now), told = arg_time(c, "told_at", SQL_NULL);
	const char *text = arg_text(c, "text");
	struct incident i;

	if (incident_arg(c, "id", &i) != 0)
		return c->err->kind;
	if (told != SQL_NULL && told < occurred)
		return err_fail(c->err, ERR_INVALID, "err.time_order", "told_at", "other",
		    "@field.occurred_at", NULL, NULL);
	/* Also on a closed case: a late finding is better written down than lost. */
	change_timeline(c, &(struct timeline_entry){ .incident_id = i.id, .kind = "note",
	    .text = text, .occurred_at = occurred, .told_at = told });
	if (c->err->kind != ERR_NONE)
		return c->err->kind;
	out_row(c, NULL, "SELECT id, version, incident_id, text, occurred_at, told_at, entered_at"
	    " FROM timeline WHERE id = ?", "t", own_line(c));
	return c->err->kind;
}

static const char *const columns[] = { "occurred_at", "actor_name", "text", NULL };

const struct op ops_timeline[] = {
	{ "timeline list", "GET", "/incidents/{id}/timeline", RIGHT_READ, 0, list_params, timeline_list,
	    columns, "khien timeline list SC-2026-0007 --kind evidence --order oldest" },
	{ "note add", "POST", "/incidents/{id}/notes", RIGHT_HANDLE, OP_WRITE | OP_CREATED, note_params,
	    note_add, NULL, "khien note add SC-2026-0007 --text \"Đã rút cáp mạng máy PC-KT-03\"" },
	{ 0 },
};
