/* SPDX-License-Identifier: Apache-2.0 */
/* sniff.c: what a file is, by its first bytes and lines; names are not believed. */
#include "ingest/cut.h"
#include "ingest/syslog.h"
#include "ingest/table.h"
#include "ingest/xml.h"

#define LINES_MAX 64

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t
skip_blanks(const char *s, size_t len, size_t at)
{
	while (at < len && is_blank(s[at]))
		at++;
	return at;
}

static bool
is_evtx(const char *head, size_t len)
{
	return evtx_is(head, len) || (len >= EVTX_FILE_HEAD + 8 && evtx_is(head + EVTX_FILE_HEAD, 8));
}

/* The end of the value at ${at}, or 0 when it is not all there; whether a line ends within it. */
static size_t
value_end(const char *s, size_t len, size_t at, bool *ret_lines)
{
	size_t depth = 0;
	bool in_string = false;

	*ret_lines = false;
	for (; at < len; at++) {
		char c = s[at];

		*ret_lines |= c == '\n';
		if (in_string) {
			at += c == '\\';
			in_string = c != '"';
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && depth > 0 && --depth == 0) {
			return at + 1;
		}
	}
	return 0;
}

/* {"Records": [{ … as clouds export them: where the list begins behind its bracket, or 0. */
static size_t
wrapped_list(const char *s, size_t len, size_t at)
{
	static const char *const keys[] = {
		"\"Records\"", "\"records\"", "\"Events\"", "\"events\"", "\"value\"", "\"logs\"", "\"data\"",
		"\"hits\"",
	};

	at = skip_blanks(s, len, at + 1);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t n = strlen(keys[i]), p;

		if (len - at < n || memcmp(s + at, keys[i], n) != 0)
			continue;
		p = skip_blanks(s, len, at + n);
		if (p >= len || s[p] != ':')
			return 0;
		p = skip_blanks(s, len, p + 1);
		if (p >= len || s[p] != '[')
			return 0;
		at = p + 1;
		p = skip_blanks(s, len, at);
		return p < len && s[p] == '{' ? at : 0;
	}
	return 0;
}

static bool
is_json(const char *s, size_t len, struct sniffed *ret)
{
	size_t at = skip_blanks(s, len, ret->skip), next, end;
	bool has_lines;

	at = skip_blanks(s, len, at + json_record_line(s + at, len - at));
	if (at >= len)
		return false;
	next = skip_blanks(s, len, at + 1);
	if (s[at] == '[' && next < len && (s[next] == '{' || s[next] == '[')) {
		ret->skip = at + 1;
		ret->is_document = true;
		return true;
	}
	if (s[at] != '{' || next >= len || (s[next] != '"' && s[next] != '}'))
		return false;
	next = wrapped_list(s, len, at);
	if (next > 0) {
		ret->skip = next;
		ret->is_document = true;
		return true;
	}
	end = value_end(s, len, at, &has_lines);
	ret->is_document = end > 0 && has_lines;
	return true;
}

/* Which format most of the first lines have. */
static enum ingest_format
by_lines(const char *s, size_t len, bool is_all)
{
	static bool (*const is[INGEST_FORMATS])(const char *, size_t) = {
		[INGEST_AUDITD] = auditd_is, [INGEST_WEB] = web_is, [INGEST_SQUID] = squid_is, [INGEST_SYSLOG] = syslog_is,
	};
	unsigned votes[INGEST_FORMATS] = { 0 }, lines = 0;
	enum ingest_format best = INGEST_TEXT;

	while (len > 0 && lines < LINES_MAX) {
		const char *end = memchr(s, '\n', len);
		size_t n = end == NULL ? len : (size_t)(end - s), rest = n + (end != NULL);

		if (end == NULL && !is_all && lines > 0)
			break;
		if (n > 0 && s[n - 1] == '\r')
			n--;
		for (int f = 0; f < INGEST_FORMATS && n > 0; f++) {
			if (is[f] != NULL && is[f](s, n)) {
				votes[f]++;
				break;
			}
		}
		lines += n > 0;
		s += rest;
		len -= rest;
	}
	for (int f = 0; f < INGEST_FORMATS; f++)
		if (votes[f] > votes[best])
			best = (enum ingest_format)f;
	/* Lines that go on over the next ones are fewer than half of a log, but not of a log of traces. */
	return votes[best] * 3 >= lines ? best : INGEST_TEXT;
}

/* Texts have few control characters and no zeros, but where a crash has left a hole of them. */
static bool
is_text(const char *s, size_t len)
{
	size_t odd = 0, zeros = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)s[i];

		zeros += c == 0;
		odd += (c < 0x20 && !is_blank((char)c) && c != 0x1b && c != 0x1d && c != 0x0c) || c == 0x7f;
	}
	odd -= zeros;
	return zeros < len && odd * 50 <= len - zeros && (zeros == 0 || zeros * 4 < len);
}

/* Lines of comment before the one that names the columns. */
static bool
is_w3c(const char *s, size_t len)
{
	while (len > 0 && *s == '#') {
		const char *end = memchr(s, '\n', len);
		size_t n = end == NULL ? len : (size_t)(end - s) + 1;

		if (table_kind(s, n) != TABLE_CSV)
			return true;
		s += n;
		len -= n;
	}
	return false;
}

struct sniffed
sniff(const char *head, size_t len, bool is_all, enum ingest_format hint)
{
	struct sniffed found = { .format = hint };
	const char *s, *end;
	size_t rest;

	if (hint == INGEST_EVTX || (hint == INGEST_ANY && is_evtx(head, len))) {
		found.format = INGEST_EVTX;
		return found;
	}
	if (len >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
		found.skip = 3;
	s = head + found.skip;
	rest = len - found.skip;
	end = memchr(s, '\n', rest);
	if (hint == INGEST_JSON || (hint == INGEST_ANY && is_json(head, len, &found))) {
		if (hint == INGEST_JSON)
			(void)is_json(head, len, &found);
		found.format = INGEST_JSON;
	} else if (hint == INGEST_CSV) {
		found.separator = table_csv_separator(s, rest);
		found.separator = found.separator == '\0' ? ',' : found.separator;
	} else if (hint != INGEST_ANY) {
		return found;
	} else if (xml_is(s, rest)) {
		found.format = INGEST_XML;
	} else if (journal_is(s, end == NULL ? rest : (size_t)(end - s))) {
		found.format = INGEST_JOURNAL;
	} else if (!is_text(s, rest)) {
		found.format = INGEST_ANY;
	} else if (is_w3c(s, rest)) {
		found.format = INGEST_W3C;
	} else {
		found.format = by_lines(s, rest, is_all);
		if (found.format == INGEST_TEXT && (found.separator = table_csv_separator(s, rest)) != '\0')
			found.format = INGEST_CSV;
	}
	return found;
}
