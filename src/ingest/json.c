/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c: events written as JSON (RFC 8259), straight into fields: no tree is made.
 *
 * Strict in its grammar, but bytes in strings need not be UTF-8: a log with a broken text is
 * still evidence.  A piece is any number of objects with white space, commas and brackets
 * between them, so lists and lines are the same.
 */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"
#include "ingest/json_key.h"
#include "ingest/syslog.h"

#define DEPTH_MAX 64

struct json {
	struct ingest_thread *t;
	const char *s, *end;
	uint64_t newlines; /* passed since the piece's beginning: they stand between tokens only */
	unsigned time_rank;
	struct text data_name; /* of the object under EventData.Data under way */
	bool has_data_name;
	uint32_t source; /* place of the provider as NXLog calls it, from 1; 0: none */
	bool is_journal; /* an entry of systemd's journal */
};

static bool value(struct json *j, struct json_key *key, unsigned depth);

/* ---- tokens --------------------------------------------------------------------------- */

static inline char
peek(struct json *j)
{
	while (j->s < j->end) {
		char c = *j->s;

		if (c == '\n')
			j->newlines++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return c;
		j->s++;
	}
	return '\0';
}

static bool
take(struct json *j, char c)
{
	if (peek(j) != c || j->s == j->end)
		return false;
	j->s++;
	return true;
}

/* What a string does not go on over: a quote, a backslash, a control character. */
static inline bool
is_odd(char c)
{
	return c == '"' || c == '\\' || (uint8_t)c < 0x20;
}

#ifdef __SSE2__
/* A bit for each of sixteen characters that is_odd(). */
static inline unsigned
odd_places(__m128i x)
{
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x),
	    _mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')))));
}
#endif

/* Where the first of them stands, or the end. */
static inline const char *
plain(const char *s, const char *end)
{
#ifdef __SSE2__
	for (; end - s >= 16; s += 16) {
		unsigned odd = odd_places(_mm_loadu_si128((const __m128i *)(const void *)s));

		if (odd != 0)
			return s + __builtin_ctz(odd);
	}
#endif
	while (s < end && !is_odd(*s))
		s++;
	return s;
}

static int
hex4(const char *s, const char *end)
{
	int n = 0;

	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		char c = s[i];
		int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (d < 0)
			return -1;
		n = n << 4 | d;
	}
	return n;
}

/* \uXXXX behind the u, with its other half if it is a pair; NULL when malformed. */
static const char *
unicode(const char *s, const char *end, char **out)
{
	int c = hex4(s, end), low;

	if (c < 0)
		return NULL;
	s += 4;
	if (c >= 0xd800 && c < 0xdc00 && end - s >= 6 && s[0] == '\\' && s[1] == 'u' &&
	    (low = hex4(s + 2, end)) >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		s += 6;
	}
	*out += utf8_encode(c >= 0xd800 && c < 0xe000 ? 0xfffd : (uint32_t)c, *out);
	return s;
}

/*
 * Copies up to where a quote, a backslash or a control character stands, or the end; may write up to 16 bytes
 * more than it says.  Returns how many it copied.
 */
static inline size_t
copy_plain(const char *s, const char *end, char *out)
{
	size_t n = 0;

#ifdef __SSE2__
	for (; end - s >= 16 + (ptrdiff_t)n; n += 16) {
		__m128i x = _mm_loadu_si128((const __m128i *)(const void *)(s + n));
		unsigned odd = odd_places(x);

		_mm_storeu_si128((__m128i *)(void *)(out + n), x);
		if (odd != 0)
			return n + (size_t)__builtin_ctz(odd);
	}
#endif
	for (; s + n < end && !is_odd(s[n]); n++)
		out[n] = s[n];
	return n;
}

/*
 * The rest of a string from its first backslash on, into the scratch, which is never too small: no escape is
 * shorter than what it stands for.
 */
static bool
unescape(struct json *j, const char *from, struct text *ret)
{
	static const char simple[128] = { ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b',
		['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t' };
	char *begin = j->t->scratch + j->t->used, *out = begin + (j->s - from);
	const char *s = j->s, *end = j->end;

	memcpy(begin, from, (size_t)(s - from));
	while (end - s >= 2 && *s == '\\') {
		size_t n;

		if (s[1] == 'u') {
			s = unicode(s + 2, end, &out);
			if (s == NULL)
				return false;
		} else if ((s[1] & 0x80) == 0 && simple[(uint8_t)s[1]] != '\0') {
			*out++ = simple[(uint8_t)s[1]];
			s += 2;
		} else {
			return false;
		}
		n = copy_plain(s, end, out);
		out += n;
		s += n;
	}
	j->s = s + 1;
	j->t->used += (size_t)(out - begin);
	*ret = (struct text){ begin, (size_t)(out - begin) };
	return s < end && *s == '"';
}

/* Behind the opening quote. */
static inline bool
string(struct json *j, struct text *ret)
{
	const char *from = j->s;

	j->s = plain(from, j->end);
	if (j->s < j->end && *j->s == '"') {
		*ret = (struct text){ from, (size_t)(j->s - from) };
		j->s++;
		return true;
	}
	return j->s < j->end && *j->s == '\\' && unescape(j, from, ret);
}

static bool
digits(struct json *j)
{
	const char *from = j->s;

	while (j->s < j->end && *j->s >= '0' && *j->s <= '9')
		j->s++;
	return j->s > from;
}

/* RFC 8259, 6; ${ret_whole}: neither fraction nor exponent. */
static bool
number(struct json *j, struct text *ret, bool *ret_whole)
{
	const char *from = j->s;

	*ret_whole = true;
	if (*j->s == '-')
		j->s++;
	if (j->s < j->end && *j->s == '0')
		j->s++;
	else if (!digits(j))
		return false;
	if (j->s < j->end && *j->s == '.') {
		*ret_whole = false;
		j->s++;
		if (!digits(j))
			return false;
	}
	if (j->s < j->end && (*j->s == 'e' || *j->s == 'E')) {
		*ret_whole = false;
		j->s++;
		if (j->s < j->end && (*j->s == '+' || *j->s == '-'))
			j->s++;
		if (!digits(j))
			return false;
	}
	*ret = (struct text){ from, (size_t)(j->s - from) };
	return true;
}

static bool
literal(struct json *j, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(j->end - j->s) < n || memcmp(j->s, word, n) != 0)
		return false;
	j->s += n;
	return true;
}

/* ---- fields --------------------------------------------------------------------------- */

static bool
is_there(struct json *j, const struct json_key *key)
{
	for (uint32_t i = 0; i < j->t->event.values; i++) {
		const struct event_value *v = &j->t->value[i];

		if (v->name_len == key->name_len && memcmp(v->name, key->name, v->name_len) == 0)
			return true;
	}
	return false;
}

/* The value to fill in, or NULL when it is not to be kept. */
static inline struct event_value *
field(struct json *j, const struct json_key *key)
{
	if (key->role == JSON_IGNORE || (key->is_second && is_there(j, key)))
		return NULL;
	return parse_value(j->t, key->name, key->name_len, key->id);
}

static void
put_text(struct json *j, const struct json_key *key, struct text text)
{
	struct event_value *v;

	if (key->role == JSON_DATA_NAME) {
		j->data_name = text;
		j->has_data_name = true;
		return;
	}
	if (key->time_rank > j->time_rank && parse_time(j->t, key->time_rank, text.at, text.len))
		j->time_rank = key->time_rank;
	if ((key->role == JSON_JOURNAL_PRIORITY || key->role == JSON_JOURNAL_FACILITY) && text.len > 0 &&
	    text.len <= 2) {
		unsigned n = text.len == 1 ? (unsigned)(text.at[0] - '0') :
		    (unsigned)((text.at[0] - '0') * 10 + text.at[1] - '0');

		if (key->role == JSON_JOURNAL_PRIORITY)
			syslog_put_severity(j->t, n);
		else
			syslog_put_facility(j->t, n);
		return;
	}
	v = field(j, key);
	if (v == NULL)
		return;
	v->type = VALUE_TEXT;
	v->data = text.at;
	v->len = (uint32_t)text.len;
	j->is_journal |= key->is_journal;
	if (key->is_source)
		j->source = j->t->event.values;
}

static void
put_number(struct json *j, const struct json_key *key, struct text text, bool is_whole)
{
	struct event_value *v;
	int64_t n = 0;
	bool negative = *text.at == '-';

	if (key->role == JSON_DATA_NAME || key->time_rank > j->time_rank || !is_whole || text.len > 18 ||
	    (negative && text.at[1] == '0')) {
		put_text(j, key, text); /* its digits as they are */
		return;
	}
	for (size_t i = negative; i < text.len; i++)
		n = n * 10 + (text.at[i] - '0');
	v = field(j, key);
	if (v == NULL)
		return;
	v->type = VALUE_INT;
	v->number = negative ? -n : n;
}

/* ---- values --------------------------------------------------------------------------- */

/* Whether the string behind the quote is that key, which needs not be looked through then. */
static inline bool
is_key(const struct json *j, const struct json_key *key)
{
	return key->is_plain && (size_t)(j->end - j->s) > key->raw_len && j->s[key->raw_len] == '"' &&
	    memcmp(j->s, key->raw, key->raw_len) == 0;
}

/*
 * Behind the bracket.  An object that stands for <Data Name="…"> gives its value that name, whichever
 * of the two comes first.
 */
static bool
members(struct json *j, struct json_key *parent, unsigned depth)
{
	struct json_key *key = NULL;
	struct text raw;

	if (take(j, '}'))
		return true;
	do {
		struct json_key *guess = json_key_guess(parent, key);

		if (!take(j, '"'))
			return false;
		if (guess != NULL && is_key(j, guess)) {
			key = guess;
			j->s += guess->raw_len + 1;
		} else if (string(j, &raw)) {
			key = json_key(j->t->json, parent, key, raw.at, raw.len);
		} else {
			return false;
		}
		if (!take(j, ':') || !value(j, key, depth))
			return false;
	} while (take(j, ','));
	return take(j, '}');
}

static bool
data_object(struct json *j, struct json_key *key, unsigned depth)
{
	struct ingest_thread *t = j->t;
	uint32_t from = t->event.values, id;
	size_t n = 0;
	char *name;

	j->has_data_name = false;
	if (!members(j, key, depth))
		return false;
	if (!j->has_data_name)
		return true;
	j->has_data_name = false;
	name = parse_room(t, j->data_name.len);
	if (name == NULL)
		return true;
	for (size_t i = 0; i < j->data_name.len; i++)
		if (j->data_name.at[i] != ' ')
			name[n++] = j->data_name.at[i];
	id = names_find(t->names, name, n);
	if (t->event.values == from)
		(void)parse_value(t, name, n, id);
	for (uint32_t i = from; i < t->event.values; i++) {
		t->value[i].name = name;
		t->value[i].name_len = (uint32_t)n;
		t->value[i].id = id;
	}
	return true;
}

static bool
elements(struct json *j, struct json_key *key, unsigned depth)
{
	if (take(j, ']'))
		return true;
	do {
		if (!value(j, key, depth))
			return false;
	} while (take(j, ','));
	return take(j, ']');
}

/*
 * What the journal cannot write as a text, for a byte of it is not UTF-8 or controls a terminal, it writes
 * as a list of bytes.  Behind the bracket; false when it is another list, and nothing was read.
 */
static bool
bytes(struct json *j, const struct json_key *key)
{
	char *begin = j->t->scratch + j->t->used, *out = begin;
	const char *s = j->s;

	for (;; s++) {
		unsigned n = 0, digit = 0;

		while (s < j->end && *s == ' ')
			s++;
		for (; s < j->end && *s >= '0' && *s <= '9' && digit < 3; s++, digit++)
			n = n * 10 + (unsigned)(*s - '0');
		while (s < j->end && *s == ' ')
			s++;
		if (digit == 0 || n > 255 || s >= j->end || (*s != ',' && *s != ']'))
			return false;
		*out++ = (char)n;
		if (*s == ']')
			break;
	}
	j->s = s + 1;
	j->t->used += (size_t)(out - begin);
	put_text(j, key, (struct text){ begin, (size_t)(out - begin) });
	return true;
}

static bool
value(struct json *j, struct json_key *key, unsigned depth)
{
	struct event_value *v;
	struct text text;
	bool flag;

	switch (peek(j)) {
	case '"':
		j->s++;
		if (!string(j, &text))
			return false;
		put_text(j, key, text);
		return true;
	case '{':
		j->s++;
		if (depth == DEPTH_MAX)
			return false;
		return key->role == JSON_DATA ? data_object(j, key, depth + 1) : members(j, key, depth + 1);
	case '[':
		j->s++;
		if (key->role == JSON_JOURNAL_TEXT && bytes(j, key))
			return true;
		return depth < DEPTH_MAX && elements(j, key, depth + 1);
	case 't':
	case 'f':
		flag = *j->s == 't';
		if (!literal(j, flag ? "true" : "false"))
			return false;
		if ((v = field(j, key)) != NULL) {
			v->type = VALUE_BOOL;
			v->number = flag;
		}
		return true;
	case 'n':
		if (!literal(j, "null"))
			return false;
		if (key->role != JSON_DATA_NAME)
			(void)field(j, key);
		return true;
	default:
		if (j->s == j->end || (*j->s != '-' && (*j->s < '0' || *j->s > '9')) ||
		    !number(j, &text, &flag))
			return false;
		put_number(j, key, text, flag);
		return true;
	}
}

/* ---- pieces ---------------------------------------------------------------------------- */

/*
 * NXLog has the provider as SourceName, and Windows has fields of that name as well: rules may ask for
 * either.
 */
static void
put_provider(struct ingest_thread *t, const struct event_value *source)
{
	static const char name[] = "Provider_Name";
	struct event_value *v;

	for (uint32_t i = 0; i < t->event.values; i++)
		if (t->value[i].name_len == sizeof(name) - 1 && memcmp(t->value[i].name, name, sizeof(name) - 1) == 0)
			return;
	v = parse_value(t, name, sizeof(name) - 1, names_find(t->names, name, sizeof(name) - 1));
	if (v == NULL)
		return;
	v->type = source->type;
	v->data = source->data;
	v->len = source->len;
}

static bool
event(struct json *j, const char *from)
{
	struct ingest_thread *t = j->t;

	parse_begin(t, from, 0);
	j->time_rank = 0;
	j->has_data_name = false;
	j->source = 0;
	j->is_journal = false;
	j->s++;
	if (!members(j, json_keys_root(t->json), 0))
		return false;
	t->event.raw_len = (size_t)(j->s - from);
	if (j->source > 0)
		put_provider(t, &t->value[j->source - 1]);
	if (j->is_journal) {
		t->event.format = ingest_format_name(INGEST_JOURNAL);
		syslog_read_journal(t);
	}
	parse_end(t);
	json_keys_tidy(t->json);
	return true;
}

/* Passes over the line that  stands in; what was read of it does not count. */
static void
skip_line(struct json *j, const char *bad, uint64_t newlines)
{
	const char *stop = memchr(bad, '\n', (size_t)(j->end - bad));

	j->newlines = newlines;
	j->s = stop == NULL ? j->end : stop;
}

size_t
json_record_line(const char *s, size_t len)
{
	size_t n = 7;

	if (len < 8 || memcmp(s, "Record ", 7) != 0)
		return 0;
	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n > 7 && (n == len || s[n] == '\r' || s[n] == '\n') ? n : 0;
}

void
json_piece(struct ingest_thread *t)
{
	struct json j = { .t = t, .s = (const char *)t->piece->data };
	const char *bad = NULL, *from;
	uint64_t first = t->line, newlines;
	size_t line;

	j.end = j.s + t->piece->len;
	while (peek(&j), j.s < j.end) {
		from = j.s;
		if (*from == ',' || *from == '[' || *from == ']' || *from == '}' || *from == '\0' || *from == '\x1e') {
			j.s++;
			continue;
		}
		if (*from == 'R' && (line = json_record_line(from, (size_t)(j.end - from))) > 0) {
			j.s += line;
			continue;
		}
		newlines = j.newlines;
		t->line = first + newlines;
		if (*from == '{' && event(&j, from)) {
			if (bad != NULL)
				parse_skipped(t, bad, (size_t)(from - bad), "ingest.json.syntax");
			bad = NULL;
			continue;
		}
		if (bad == NULL)
			bad = from;
		skip_line(&j, from, newlines);
	}
	if (bad != NULL)
		parse_skipped(t, bad, (size_t)(j.end - bad), "ingest.json.syntax");
}

void
json_setup(struct ingest_thread *t)
{
	t->json = json_keys_new(t->names);
}

void
json_release(struct ingest_thread *t)
{
	json_keys_free(t->json);
}
