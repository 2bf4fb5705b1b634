/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.c: logs whose columns are named by a line of the file: CSV (RFC 4180, also with ; or
 * tabs), W3C extended logs (IIS, Windows firewall), Zeek's own.
 */
#include "ingest/table.h"

#include "ingest/when.h"

#define COLUMNS_MAX 512
#define TABLES_MAX  64 /* different headers in one file */

static bool
starts(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(line, word, n) == 0;
}

/* ---- cells ------------------------------------------------------------------------- */

struct cell {
	const char *at;
	size_t len;
	bool is_quoted;
	bool has_quotes; /* "" within it */
};

/* The cell at ${pos} of a row; false behind the last one. */
static inline bool
next_cell(const char *row, size_t len, char separator, bool may_quote, size_t *pos, struct cell *ret)
{
	const char *s = row + *pos, *end;

	if (*pos > len)
		return false;
	*ret = (struct cell){ s, len - *pos, false, false };
	if (may_quote && ret->len > 0 && *s == '"') {
		const char *p = s + 1;

		for (; p < row + len; p++) {
			if (*p != '"')
				continue;
			if (p + 1 == row + len || p[1] != '"')
				break;
			ret->has_quotes = true;
			p++;
		}
		if (p < row + len) {
			ret->is_quoted = true;
			ret->at = s + 1;
			ret->len = (size_t)(p - s) - 1;
			s = p;
		} else {
			ret->has_quotes = false;
		}
	}
	end = memchr(s, separator, (size_t)(row + len - s));
	if (!ret->is_quoted)
		ret->len = (size_t)((end == NULL ? row + len : end) - s);
	*pos = end == NULL ? len + 1 : (size_t)(end - row) + 1;
	return true;
}

static const char separators[] = { ',', ';', '\t', '|' };

static bool
is_separator(char c, char separator)
{
	return separator != '\0' ? c == separator : memchr(separators, c, sizeof(separators)) != NULL;
}

/* Behind the quote that closes the cell, or NULL; two of them are one within it. */
static const char *
closed(const char *p, const char *end)
{
	while ((p = memchr(p, '"', (size_t)(end - p))) != NULL) {
		if (p + 1 == end || p[1] != '"')
			return p + 1;
		p += 2;
	}
	return NULL;
}

size_t
table_row(const char *data, size_t len, char separator, bool may_quote)
{
	const char *p = data, *end = data + len, *line_end = memchr(data, '\n', len), *quote;

	while (line_end != NULL && may_quote &&
	    (quote = memchr(p, '"', (size_t)(line_end - p))) != NULL) {
		p = quote + 1;
		if (quote > data && !is_separator(quote[-1], separator))
			continue;
		p = closed(p, end);
		if (p == NULL)
			return 0;
		if (p > line_end)
			line_end = memchr(p, '\n', (size_t)(end - p));
	}
	return line_end == NULL ? 0 : (size_t)(line_end - data) + 1;
}

/* ---- headers ------------------------------------------------------------------------ */

enum table_kind
table_kind(const char *line, size_t len)
{
	if (starts(line, len, "#Fields:"))
		return TABLE_W3C;
	if (starts(line, len, "#fields\t"))
		return TABLE_ZEEK;
	return TABLE_CSV;
}

/* Blanks removed; cs(User-Agent) of W3C becomes cs-user-agent. */
static char *
column_name(struct cell cell, enum table_kind kind, uint32_t *ret_len)
{
	char *name = xmalloc(cell.len + 1);
	uint32_t n = 0;

	for (size_t i = 0; i < cell.len; i++) {
		char c = cell.at[i];

		if (c == ' ' || c == '\0' || c == '\r' || (c == ')' && kind == TABLE_W3C))
			continue;
		if (kind == TABLE_W3C)
			c = c == '(' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		name[n++] = c;
	}
	name[n] = '\0';
	*ret_len = n;
	return name;
}

static void
set_times(struct table *t, enum table_kind kind)
{
	unsigned best = 0;

	t->date = t->time = t->stem = t->query = t->agent = -1;
	for (uint32_t i = 0; i < t->columns; i++) {
		unsigned rank = parse_time_rank(t->name[i], t->name_len[i]);

		if (str_eq(t->name[i], "cs-uri-stem"))
			t->stem = (int)i;
		if (str_eq(t->name[i], "cs-uri-query"))
			t->query = (int)i;
		if (str_eq(t->name[i], "cs-user-agent"))
			t->agent = (int)i;
		if (kind == TABLE_W3C && str_eq(t->name[i], "date"))
			t->date = (int)i;
		else if ((kind == TABLE_W3C && str_eq(t->name[i], "time")) || (kind != TABLE_W3C && rank > best))
			t->time = (int)i;
		if (rank > best)
			best = rank;
	}
	t->is_web = kind == TABLE_W3C && t->stem >= 0;
	t->time_rank = best;
}

/* Which columns the line of types behind the header calls bool. */
static void
set_bools(struct table *t, const char *types, size_t len)
{
	size_t pos = 7;
	struct cell cell;

	for (uint32_t i = 0; i < t->columns && next_cell(types, len, t->separator, false, &pos, &cell); i++)
		t->is_bool[i] = cell.len == 4 && memcmp(cell.at, "bool", 4) == 0;
}

struct table *
table_new(const char *line, size_t len, enum table_kind kind, char separator)
{
	struct table *t = xcalloc(1, sizeof(*t));
	const char *types = NULL;
	size_t pos = 0, types_len = 0;
	struct cell cell;

	while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	t->text = xmalloc(len + 1);
	t->text_len = len;
	memcpy(t->text, line, len);
	t->text[len] = '\0';
	t->kind = kind;
	t->separator = separator;
	if (kind == TABLE_ZEEK && (types = memchr(line, '\n', len)) != NULL) {
		types++;
		types_len = len - (size_t)(types - line);
		len -= types_len + 1;
	}
	t->is_bool = xcalloc(COLUMNS_MAX, sizeof(*t->is_bool));
	t->name = xcalloc(COLUMNS_MAX, sizeof(*t->name));
	t->name_len = xcalloc(COLUMNS_MAX, sizeof(*t->name_len));
	if (kind != TABLE_CSV)
		pos = 8;
	while (kind == TABLE_W3C && pos < len && line[pos] == ' ')
		pos++;
	if (kind == TABLE_W3C && memchr(line + pos, '\t', len - pos) != NULL)
		t->separator = '\t';
	while (t->columns < COLUMNS_MAX && next_cell(line, len, t->separator, kind == TABLE_CSV, &pos, &cell)) {
		t->name[t->columns] = column_name(cell, kind, &t->name_len[t->columns]);
		t->columns++;
	}
	if (types_len > 7)
		set_bools(t, types, types_len);
	set_times(t, kind);
	return t;
}

void
table_free(struct table *t)
{
	while (t != NULL) {
		struct table *next = t->next;

		for (uint32_t i = 0; i < t->columns; i++)
			free(t->name[i]);
		free(t->name);
		free(t->name_len);
		free(t->is_bool);
		free(t->text);
		free(t);
		t = next;
	}
}

const struct table *
table_header(struct table **list, const char *line, size_t len)
{
	struct table *t;
	unsigned count = 0;

	for (t = *list; t != NULL; t = t->next, count++)
		if (len >= t->text_len && memcmp(t->text, line, t->text_len) == 0 &&
		    (len == t->text_len || line[t->text_len] == '\r' || line[t->text_len] == '\n'))
			return t;
	if (count >= TABLES_MAX)
		return NULL;
	t = table_new(line, len, table_kind(line, len), table_kind(line, len) == TABLE_ZEEK ? '\t' : ' ');
	t->next = *list;
	*list = t;
	return t;
}

/* The character that parts the columns of a line best; 0 when none does. */
static char
separator_of(const char *line, size_t len)
{
	size_t best = 0;
	char found = '\0';

	for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
		size_t n = 0;

		for (size_t k = 0; k < len; k++)
			n += line[k] == separators[i];
		if (n > best) {
			best = n;
			found = separators[i];
		}
	}
	return found;
}

static bool
is_name(struct cell cell)
{
	bool has_letter = false;

	for (size_t i = 0; i < cell.len; i++) {
		char c = cell.at[i];

		has_letter |= (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
		if (c == '=' || c == '[' || c == '"' || c == '{' || (c > 0 && c < ' '))
			return false;
	}
	return has_letter && cell.len <= 64;
}

static unsigned
cells(const char *line, size_t len, char separator)
{
	size_t pos = 0;
	unsigned n = 0;
	struct cell cell;

	while (next_cell(line, len, separator, true, &pos, &cell))
		n++;
	return n;
}

char
table_csv_separator(const char *head, size_t len)
{
	size_t first = table_row(head, len, '\0', true), second, pos = 0;
	struct cell cell;
	char separator;

	if (first < 2)
		return '\0';
	separator = separator_of(head, first);
	if (separator == '\0')
		return '\0';
	second = table_row(head + first, len - first, separator, true);
	if (second == 0) {
		const char *end = memchr(head + first, '\n', len - first);

		second = end == NULL ? len - first : (size_t)(end - head) + 1 - first;
	}
	first--;
	first -= head[first - 1] == '\r';
	while (next_cell(head, first, separator, true, &pos, &cell))
		if (!is_name(cell))
			return '\0';
	pos = head[first] == '\r' ? first + 2 : first + 1;
	while (second > 0 && (head[pos + second - 1] == '\n' || head[pos + second - 1] == '\r'))
		second--;
	return second == 0 || cells(head + pos, second, separator) == cells(head, first, separator) ?
	    separator : '\0';
}

/* ---- rows ---------------------------------------------------------------------------- */

static void
learn_names(struct ingest_thread *t, const struct table *table)
{
	struct table_ids *ids = &t->ids;

	if (ids->room < table->columns) {
		ids->room = COLUMNS_MAX;
		ids->id = xrealloc(ids->id, ids->room * sizeof(*ids->id));
	}
	for (uint32_t i = 0; i < table->columns; i++)
		ids->id[i] = names_find(t->names, table->name[i], table->name_len[i]);
}

static void
undouble(struct ingest_thread *t, struct cell *cell)
{
	char *out = parse_room(t, cell->len);
	size_t n = 0;

	if (out == NULL)
		return;
	for (size_t i = 0; i < cell->len; i++) {
		out[n++] = cell->at[i];
		i += cell->at[i] == '"' && i + 1 < cell->len && cell->at[i + 1] == '"';
	}
	*cell = (struct cell){ out, n, true, false };
}

/* IIS writes + for a blank in what the client said of itself. */
static void
unplus(struct ingest_thread *t, struct event_value *v)
{
	char *out = v->len == 0 ? NULL : parse_room(t, v->len), *plus = out;

	if (out == NULL)
		return;
	memcpy(out, v->data, v->len);
	while ((plus = memchr(plus, '+', v->len - (size_t)(plus - out))) != NULL)
		*plus++ = ' ';
	v->data = out;
}

static bool
is_null(const struct table *table, const struct cell *cell)
{
	if (table->kind == TABLE_CSV)
		return false;
	return (cell->len == 1 && *cell->at == '-') ||
	    (table->kind == TABLE_ZEEK && cell->len == 7 && memcmp(cell->at, "(empty)", 7) == 0);
}

/* The text in a column of the event under way, whose values are the columns; empty when there is none. */
static struct text
column(const struct ingest_thread *t, int n)
{
	const struct event_value *v = &t->value[n < 0 ? 0 : n];

	if (n < 0 || (uint32_t)n >= t->event.values || v->type != VALUE_TEXT)
		return (struct text){ "", 0 };
	return (struct text){ v->data, v->len };
}

/* cs-uri, which W3C logs have in two parts; the agent without its plus signs. */
static void
put_web(struct ingest_thread *t, const struct table *table)
{
	const struct parse_name *uri = &t->web[WEB_URI];
	struct text stem = column(t, table->stem), query = column(t, table->query);
	size_t len = stem.len + (query.len > 0 ? query.len + 1 : 0);
	char *out;

	if (table->agent >= 0 && column(t, table->agent).len > 0)
		unplus(t, &t->value[table->agent]);
	if (stem.len > 0 && (uri->id != 0 || t->names == NULL) && (out = parse_room(t, len)) != NULL) {
		memcpy(out, stem.at, stem.len);
		if (query.len > 0) {
			out[stem.len] = '?';
			memcpy(out + stem.len + 1, query.at, query.len);
		}
		parse_text(t, uri, out, len);
	}
}

static void
set_time(struct ingest_thread *t, const struct table *table)
{
	struct text date = column(t, table->date), time = column(t, table->time);
	char both[64];

	if (time.len == 0)
		return;
	if (table->kind != TABLE_W3C) {
		parse_time(t, table->time_rank, time.at, time.len);
	} else if (date.len + time.len + 2 < sizeof(both) && date.len > 0) {
		memcpy(both, date.at, date.len);
		both[date.len] = ' ';
		memcpy(both + date.len + 1, time.at, time.len);
		(void)when_iso(both, date.len + 1 + time.len, table->is_web ? 0 : t->zone_s, &t->event.time_ns);
	}
}

/* False when the row does not have the columns. */
static bool
row(struct ingest_thread *t, const struct table *table, const char *line, size_t len)
{
	bool may_quote = table->kind == TABLE_CSV;
	struct cell cell;
	size_t pos = 0;
	uint32_t i = 0;

	for (; i < table->columns && next_cell(line, len, table->separator, may_quote, &pos, &cell); i++) {
		const struct parse_name name = { table->name[i], table->name_len[i], t->ids.id[i] };

		if (cell.has_quotes)
			undouble(t, &cell);
		if (table->is_bool[i] && cell.len == 1)
			cell = *cell.at == 'T' ? (struct cell){ "true", 4, false, false } :
			    *cell.at == 'F' ? (struct cell){ "false", 5, false, false } : cell;
		if (is_null(table, &cell))
			(void)parse_value(t, name.text, name.len, name.id);
		else
			parse_text(t, &name, cell.at, cell.len);
	}
	set_time(t, table);
	if (table->is_web)
		put_web(t, table);
	return i > 1 || table->columns == 1;
}

void
table_piece(struct ingest_thread *t)
{
	const struct table *table = t->piece->header;
	const char *data = (const char *)t->piece->data;
	size_t pos = 0, n, len;

	if (table == NULL) {
		parse_skipped(t, data, t->piece->len, "ingest.line.format");
		return;
	}
	learn_names(t, table);
	if (table->is_web)
		t->format = "web";
	for (; pos < t->piece->len; pos += n) {
		n = table_row(data + pos, t->piece->len - pos, table->separator, table->kind == TABLE_CSV);
		if (n == 0) { /* without an end of line, or with a quote that is never closed */
			const char *end = memchr(data + pos, '\n', t->piece->len - pos);

			n = end == NULL ? t->piece->len - pos : (size_t)(end - data) + 1 - pos;
		}
		len = n;
		while (len > 0 && (data[pos + len - 1] == '\n' || data[pos + len - 1] == '\r'))
			len--;
		parse_begin(t, data + pos, len);
		if (len > 0 && !(table->kind != TABLE_CSV && data[pos] == '#')) {
			if (row(t, table, data + pos, len))
				parse_end(t);
			else
				parse_skipped(t, data + pos, len, "ingest.line.format");
		}
		t->line += parse_lines(data + pos, n);
	}
}
