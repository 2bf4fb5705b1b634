/* SPDX-License-Identifier: Apache-2.0 */
/* op_search.c: finding incidents and alerts by words, by number and by sign; and what changed since. */
#include <stdio.h>

#include "app/alert.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/search.h"
#include "app/visible.h"
#include "ledger/ledger.h"
#include "model/observable.h"
#include "text/fold.h"

#define SNIPPET_BEFORE 5  /* words shown before the one that was found, */
#define SNIPPET_WORDS  16 /* and in all */
#define WORDS_MAX      12 /* of a query that snippets look for */

/* ---- what was asked ------------------------------------------------------------------------ */

struct asked {
	const char *text;
	const char *word[WORDS_MAX]; /* folded */
	size_t words;
};

static void
ask(struct call *c, struct asked *a, const char *text)
{
	struct buf folded = BUF_INIT(2000);
	char *rest;

	*a = (struct asked){ .text = text };
	fold_search(&folded, text);
	rest = arena_strdup(c->arena, buf_str(&folded));
	buf_clear(&folded);
	for (char *w = strsep(&rest, " "); w != NULL && a->words < WORDS_MAX; w = strsep(&rest, " "))
		if (*w != '\0')
			a->word[a->words++] = w;
}

/* Whether the word of ${len} bytes begins as one of those asked for. */
static bool
is_asked(const struct asked *a, const char *word, size_t len)
{
	for (size_t i = 0; i < a->words; i++)
		if (fold_begins(word, len, a->word[i]))
			return true;
	return false;
}

/* From ${from} to ${to}, with dots where the line goes on. */
static const char *
ellipsis(struct arena *arena, const char *line, const char *end, const char *from, const char *to)
{
	static const char before[] = "… ", after[] = " …";
	size_t len = (size_t)(to - from);
	char *out = arena_alloc(arena, sizeof(before) + len + sizeof(after)), *p = out;

	if (from > line)
		p = mempcpy(p, before, sizeof(before) - 1);
	p = mempcpy(p, from, len);
	memcpy(p, to < end ? after : "", to < end ? sizeof(after) : 1);
	return out;
}

static const char *
word_end(const char *p, const char *end)
{
	const char *blank = memchr(p, ' ', (size_t)(end - p));

	return blank == NULL ? end : blank;
}

static const char *
next_word(const char *p, const char *end)
{
	while (p < end && *p == ' ')
		p++;
	return p;
}

/* The words of the line around the first that was asked for; NULL when none was. */
static const char *
snippet_of(struct call *c, const struct asked *a, const char *line, const char *end)
{
	const char *start[SNIPPET_BEFORE] = { NULL }, *from, *to;
	size_t n = 0;

	for (const char *p = next_word(line, end); p < end; p = next_word(to, end)) {
		to = word_end(p, end);
		if (!is_asked(a, p, (size_t)(to - p))) {
			start[n++ % SNIPPET_BEFORE] = p;
			continue;
		}
		from = n >= SNIPPET_BEFORE ? start[n % SNIPPET_BEFORE] : line;
		to = from;
		for (int i = 0; i < SNIPPET_WORDS && to < end; i++)
			to = word_end(next_word(to, end), end);
		return ellipsis(c->arena, line, end, from, to);
	}
	return NULL;
}

/* The first of the lines that has a word asked for. */
static const char *
snippet(struct call *c, const struct asked *a, const char *lines)
{
	const char *found = NULL, *end;

	for (; found == NULL && *lines != '\0'; lines = end + (*end == '\n')) {
		end = strchrnul(lines, '\n');
		found = snippet_of(c, a, lines, end);
	}
	return found;
}

/* SC-2026-0007 and the like: whoever types one wants that one, not what shares its parts. */
static bool
is_number(const char *text)
{
	size_t n = strlen(text);

	return n > 8 && n < 20 && text[2] == '-' && text[7] == '-' &&
	    strspn(text + 3, "0123456789") == 4 && strspn(text + 8, "0123456789") == n - 8;
}

/* ---- search ---------------------------------------------------------------------------------- */

static const char *const kinds[] = { "incident", "alert", NULL };

enum { C_KIND, C_ID, C_INCIDENT, C_NUMBER, C_TITLE, C_STATE, C_LEVEL, C_TEXT };

static void
out_hit(struct call *c, struct query *q, const char *text)
{
	jsonw_object(c->out);
	jsonw_kstring(c->out, "kind", query_text(q, C_KIND));
	jsonw_kstring(c->out, "id", query_text(q, C_ID));
	jsonw_kstring(c->out, "incident_id", query_text(q, C_INCIDENT));
	jsonw_kstring(c->out, "number", query_text(q, C_NUMBER));
	jsonw_kstring(c->out, "title", query_text(q, C_TITLE));
	jsonw_kstring(c->out, "state", query_text(q, C_STATE));
	if (query_opt(q, C_LEVEL) == SQL_NULL)
		jsonw_knull(c->out, "level");
	else
		jsonw_kint(c->out, "level", query_int(q, C_LEVEL));
	jsonw_kstring(c->out, "snippet", text);
	jsonw_object_end(c->out);
}

/* States and levels of an alert are others than an incident's, and go by their own names. */
enum { A_ID, A_INCIDENT, A_NUMBER, A_TITLE, A_STATE, A_LEVEL, A_MUTED, A_HOST, A_LAST, A_TEXT };
#define ALERT_HIT "SELECT a.id, a.incident_id, a.number, a.title, a.state, a.level, " ALERT_MUTED "," \
	" a.host, a.last_at, "

static void
out_alert(struct call *c, struct query *q, const char *text)
{
	char iso[CLOCK_TEXT_SIZE];

	jsonw_object(c->out);
	jsonw_kstring(c->out, "kind", "alert");
	jsonw_kstring(c->out, "id", query_text(q, A_ID));
	jsonw_kstring(c->out, "incident_id", query_text(q, A_INCIDENT));
	jsonw_kstring(c->out, "number", query_text(q, A_NUMBER));
	jsonw_kstring(c->out, "title", query_text(q, A_TITLE));
	jsonw_kstring(c->out, "alert_state", query_text(q, A_STATE));
	jsonw_kstring(c->out, "alert_level", query_text(q, A_LEVEL));
	jsonw_kbool(c->out, "is_muted", query_int(q, A_MUTED) != 0);
	jsonw_kstring(c->out, "host", query_text(q, A_HOST));
	jsonw_kstring(c->out, "last_at", clock_iso(query_int(q, A_LAST), iso));
	jsonw_kstring(c->out, "snippet", text);
	jsonw_object_end(c->out);
}

static void
out_alert_numbered(struct call *c, const char *number)
{
	struct query q;

	query_open(&q, c->tx, ALERT_HIT "NULL FROM alert a WHERE a.number = ? AND " ALERT_VISIBLE,
	    "t" ALERT_VISIBLE_TYPES, number, ALERT_VISIBLE_ARGS(c));
	while (query_step(&q))
		out_alert(c, &q, NULL);
	query_close(&q);
}

#define HIT(kind, id, number, title) \
	"SELECT '" kind "', " id ", i.id, " number ", " title ", i.state, i.level, "

#define OF_ITS(alias, column) \
	" CROSS JOIN incident i WHERE " alias "." column " = ? AND " alias ".agency_id = ?" \
	" AND i.id = " alias ".incident_id AND " VISIBLE

/* Whether hits of that kind were asked for; what stands in an incident goes with it. */
static bool
may_show(const struct call *c, const char *kind)
{
	return !arg_has(c, "only") || strcmp(arg_text(c, "only"), kind) == 0;
}

/*
 * Numbers and signs as people copy them.  A report's code opens the reporter's
 * page, so only handlers find by it.
 */
static void
out_exact(struct call *c, const struct asked *a)
{
	static const char *const sql[] = {
		HIT("incident", "i.id", "i.number", "i.title") "i.summary FROM incident i"
		    " WHERE i.number = ? AND i.agency_id = ? AND " VISIBLE,
		HIT("evidence", "e.id", "e.number", "e.name") "e.description FROM evidence e"
		    OF_ITS("e", "number"),
		HIT("report", "r.id", "r.number", "i.title") "r.description FROM report r"
		    OF_ITS("r", "number"),
		HIT("report", "r.id", "r.number", "i.title") "r.description FROM report r"
		    OF_ITS("r", "code"),
	};
	size_t n = call_may(c, RIGHT_HANDLE) ? ARRAY_LEN(sql) : ARRAY_LEN(sql) - 1;
	char *upper;
	struct query q;

	if (strchr(a->text, ' ') != NULL)
		return; /* no number or code has one */
	upper = arena_strdup(c->arena, a->text);
	for (char *p = upper; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	if (may_show(c, "alert"))
		out_alert_numbered(c, upper);
	for (size_t i = 0; may_show(c, "incident") && i < n; i++) {
		query_open(&q, c->tx, sql[i], "tt" VISIBLE_TYPES, upper, c->agency_id, VISIBLE_ARGS(c));
		while (query_step(&q))
			out_hit(c, &q, query_text(&q, C_TEXT));
		query_close(&q);
	}
}

static void
out_signs(struct call *c, const struct asked *a)
{
	enum observable_type type = observable_type_of(a->text);
	char value[OBSERVABLE_SIZE];
	struct query q;

	if (!may_show(c, "incident") || type == OBSERVABLE_NONE ||
	    observable_normalise(type, a->text, value, NULL) != 0)
		return;
	query_open(&q, c->tx, HIT("observable", "o.id", "i.number", "i.title") "o.value FROM observable o"
	    " CROSS JOIN incident i WHERE o.agency_id = ? AND o.type = ? AND o.value = ?"
	    " AND i.id = o.incident_id AND " VISIBLE " ORDER BY i.received_at DESC LIMIT 20",
	    "ttt" VISIBLE_TYPES, c->agency_id, observable_type_name(type), value, VISIBLE_ARGS(c));
	while (query_step(&q))
		out_hit(c, &q, query_text(&q, C_TEXT));
	query_close(&q);
}

/* One after the other: texts with the whole words, then those where the last is only begun. */
struct page {
	int64_t skip, left;
	bool more;
};

/* Whether the row that was read belongs to this page, and is counted. */
static bool
on_page(struct page *page)
{
	if (page->skip > 0) {
		page->skip--;
		return false;
	}
	page->more = page->left == 0;
	if (!page->more)
		page->left--;
	return !page->more;
}

/* Incidents of that part, those that were opened last first. */
static void
out_words(struct call *c, const struct asked *a, enum find_words words, struct page *page)
{
	const char *match = search_words(c, "q", words);
	struct query q;

	if (match == NULL || page->more)
		return;
	query_open(&q, c->tx, arena_printf(c->arena, HIT("incident", "i.id", "i.number", "i.title")
	    "m.shown FROM %s CROSS JOIN incident i WHERE i.id = m.incident_id AND " VISIBLE
	    " ORDER BY m.place DESC LIMIT ?", find_from),
	    "t" VISIBLE_TYPES "i", match, VISIBLE_ARGS(c), page->skip + page->left + 1);
	while (!page->more && query_step(&q))
		if (on_page(page))
			out_hit(c, &q, snippet(c, a, query_text(&q, C_TEXT)));
	query_close(&q);
}

/* A sign is looked up as it is kept, however it was typed ("203[.]0[.]113[.]7"). */
static const char *
alert_words(struct call *c, const struct asked *a, enum find_words words)
{
	enum observable_type type = observable_type_of(a->text);
	char value[OBSERVABLE_SIZE];
	bool is_sign = type != OBSERVABLE_NONE && observable_normalise(type, a->text, value, NULL) == 0;

	return search_words_of(c, is_sign ? value : a->text, words);
}

/* Alerts of that part, the last that came first. */
static void
out_alerts(struct call *c, const struct asked *a, enum find_words words, struct page *page)
{
	const char *match = alert_words(c, a, words);
	struct query q;

	if (match == NULL || page->more)
		return;
	query_open(&q, c->tx, arena_printf(c->arena, ALERT_HIT "m.shown FROM %s CROSS JOIN alert a WHERE"
	    " a.id = m.alert_id AND " ALERT_VISIBLE " ORDER BY m.place DESC LIMIT ?", find_alerts_from),
	    "t" ALERT_VISIBLE_TYPES "i", match, ALERT_VISIBLE_ARGS(c), page->skip + page->left + 1);
	while (!page->more && query_step(&q))
		if (on_page(page))
			out_alert(c, &q, snippet(c, a, query_text(&q, A_TEXT)));
	query_close(&q);
}

static const struct param search_params[] = {
	{ "q", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 500, NULL },
	{ "only", P_ENUM, 0, 0, 0, kinds },
	PARAMS_PAGE,
	{ 0 },
};

static int
search(struct call *c)
{
	struct page page = { page_offset(c), page_limit(c), false };
	struct asked a;

	ask(c, &a, arg_text(c, "q"));
	jsonw_karray(c->out, "items");
	if (page_offset(c) == 0) {
		out_exact(c, &a);
		out_signs(c, &a);
	}
	for (int i = 0; may_show(c, "incident") && i < FIND_PARTS && !is_number(a.text); i++)
		out_words(c, &a, (enum find_words)i, &page);
	for (int i = 0; may_show(c, "alert") && i < FIND_PARTS && !is_number(a.text); i++)
		out_alerts(c, &a, (enum find_words)i, &page);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", page.more);
	return c->err->kind;
}

/* ---- changes ----------------------------------------------------------------------------------- */

static const struct param changes_params[] = {
	{ "after", P_INT, 0, -1, INT64_MAX, NULL },
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "limit", P_INT, 0, 1, 200, NULL },
	{ 0 },
};

/* "account:<id>" as the person's name, the others as a word. */
static const char *
actor_of(struct call *c, const char *actor, const char *account)
{
	char key[40];

	if (account != NULL)
		return account;
	snprintf(key, sizeof(key), "actor.%.*s", (int)strcspn(actor, ":"), actor);
	return word_or(c->lang, key, actor);
}

static const char *
op_text(struct call *c, const char *op)
{
	char *key = arena_printf(c->arena, "op.%s", op);

	for (char *p = key; *p != '\0'; p++)
		if (*p == ' ')
			*p = '.';
	return word(c->lang, key);
}

static void
out_change(struct call *c, struct query *q)
{
	char iso[CLOCK_TEXT_SIZE];

	jsonw_object(c->out);
	jsonw_kint(c->out, "seq", query_int(q, 0));
	jsonw_kstring(c->out, "at", clock_iso(query_int(q, 1), iso));
	jsonw_kstring(c->out, "op", query_text(q, 2));
	jsonw_kstring(c->out, "op_text", op_text(c, query_text(q, 2)));
	jsonw_kstring(c->out, "actor", actor_of(c, query_text(q, 3), query_text(q, 4)));
	jsonw_kstring(c->out, "incident_id", query_text(q, 5));
	jsonw_kstring(c->out, "incident_number", query_text(q, 6));
	jsonw_object_end(c->out);
}

#define CHANGES_SQL \
	"SELECT e.seq, e.at_ms, e.op, e.actor, a.name, e.incident_id, i.number FROM ledger_entry e" \
	" LEFT JOIN incident i ON i.id = e.incident_id" \
	" LEFT JOIN account a ON e.actor LIKE 'account:%' AND a.id = substr(e.actor, 9)"

/*
 * Entries after ${after}, as far as the reader sees their incident; those of no
 * incident (people, settings) are for who inspects.  "head" is the newest number
 * there is: a reader who has seen everything asks again with it.
 */
static int
changes(struct call *c)
{
	int64_t limit = arg_int(c, "limit", 50), after = arg_int(c, "after", -1), n = 0;
	struct ledger_head head = { 0 };
	struct incident i = { 0 };
	struct query q;

	if (arg_text(c, "incident") != NULL && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	ledger_head_get(c->tx, c->agency_id, &head, c->err);
	if (i.id != NULL)
		query_open(&q, c->tx, CHANGES_SQL " WHERE e.incident_id = ? AND e.seq > ?"
		    " ORDER BY e.seq LIMIT ?", "tii", i.id, after, limit + 1);
	else
		query_open(&q, c->tx, CHANGES_SQL " WHERE e.agency_id = ? AND e.seq > ? AND"
		    " ((e.incident_id IS NULL AND ? = 1) OR " VISIBLE ") ORDER BY e.seq LIMIT ?",
		    "tii" VISIBLE_TYPES "i", c->agency_id, after,
		    (int64_t)call_may(c, RIGHT_INSPECT), VISIBLE_ARGS(c), limit + 1);
	jsonw_karray(c->out, "items");
	for (; n < limit && query_step(&q); n++)
		out_change(c, &q);
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", n == limit && query_step(&q));
	jsonw_kint(c->out, "head", head.size - 1);
	return query_close(&q);
}

static const char *const search_columns[] = { "kind", "number", "title", "state", "level",
	"alert_state", "alert_level", "host", "snippet", NULL };
static const char *const change_columns[] = { "seq", "at", "actor", "op_text", "incident_number",
	NULL };

const struct op ops_search[] = {
	{ "search", "GET", "/search", RIGHT_READ, OP_FINDS, search_params, search, search_columns,
	    "khien search \"ma hoa may chu\"" },
	{ "changes", "GET", "/changes", RIGHT_READ, 0, changes_params, changes, change_columns,
	    "khien changes --after 120" },
	{ 0 },
};
