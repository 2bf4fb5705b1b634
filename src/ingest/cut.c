/* SPDX-License-Identifier: Apache-2.0 */
/* cut.c: where a piece ends: never within a line, a row, a value or a message. */
#include "ingest/cut.h"

#include "ingest/syslog.h"
#include "ingest/table.h"
#include "ingest/xml.h"

static size_t
shorter(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Whole lines, as many as a piece holds; 0: the first one is longer. */
static size_t
whole_lines(const struct ingest *in, const char *data, size_t len)
{
	const char *last;

	if (in->at_end && len <= INGEST_PIECE_MAX)
		return len;
	last = memrchr(data, '\n', shorter(len, INGEST_PIECE_MAX));
	return last == NULL ? 0 : (size_t)(last - data) + 1;
}

static size_t
line_before(const char *data, size_t end)
{
	const char *last = end < 2 ? NULL : memrchr(data, '\n', end - 1);

	return last == NULL ? 0 : (size_t)(last - data) + 1;
}

/* The lines of the last message stay for the next piece, which may hold more of them. */
static size_t
whole_messages(const struct ingest *in, const char *data, size_t len)
{
	size_t end = whole_lines(in, data, len), from, before;

	if (end == 0 || (in->at_end && end == len))
		return end;
	from = line_before(data, end);
	while (from > 0) {
		before = line_before(data, from);
		if (!auditd_same_message(data + before, from - before, data + from, end - from))
			return from;
		if (before == 0)
			break;
		from = before;
	}
	return end;
}

static size_t
whole_entries(const struct ingest *in, const char *data, size_t len)
{
	size_t end = 0, n;

	if (in->at_end && len <= INGEST_PIECE_MAX)
		return len;
	len = shorter(len, INGEST_PIECE_MAX);
	while ((n = journal_entry(data + end, len - end)) > 0)
		end += n;
	return end;
}

static size_t
whole_rows(const struct ingest *in, const char *data, size_t len)
{
	size_t end = 0, n;

	if (in->at_end && len <= INGEST_PIECE_MAX)
		return len;
	len = shorter(len, INGEST_PIECE_MAX);
	while ((n = table_row(data + end, len - end, in->table->separator, true)) > 0)
		end += n;
	return end;
}

/* Whole events, whatever lines they take; what is before the first one goes with it. */
static size_t
whole_elements(const struct ingest *in, const char *data, size_t len)
{
	const char *end = data, *next;

	if (in->at_end && len <= INGEST_PIECE_MAX)
		return len;
	len = shorter(len, INGEST_PIECE_MAX);
	while ((next = xml_end(end, data + len)) != NULL)
		end = next;
	return end > data ? (size_t)(end - data) : whole_lines(in, data, len);
}

/* ---- w3c -------------------------------------------------------------------------------- */

static bool
is_header(const char *s, size_t len)
{
	return table_kind(s, len) != TABLE_CSV;
}

/* Where the next header line begins, or ${len}. */
static size_t
next_header(const char *data, size_t len)
{
	const char *p = data, *end = data + len;

	for (; (p = memchr(p, '#', (size_t)(end - p))) != NULL; p++)
		if (p > data && p[-1] == '\n' && is_header(p, (size_t)(end - p)))
			return (size_t)(p - data);
	return len;
}

/* The header line at the beginning, for Zeek with the line of types that follows; 0: it is not all there. */
static size_t
header_len(const char *data, size_t len, bool is_all)
{
	const char *end = memchr(data, '\n', len), *second;
	size_t n = end == NULL ? (is_all ? len : 0) : (size_t)(end - data) + 1;

	if (n == 0 || table_kind(data, n) != TABLE_ZEEK || len - n < 7 || memcmp(data + n, "#types\t", 7) != 0)
		return n;
	second = memchr(data + n, '\n', len - n);
	return second == NULL ? (is_all ? len : 0) : (size_t)(second - data) + 1;
}

static struct cut
cut_w3c(struct ingest *in, const char *data, size_t len)
{
	size_t room = shorter(len, INGEST_PIECE_MAX), n;

	if (data[0] == '#') {
		n = header_len(data, room, in->at_end);
		if (n > 0 && is_header(data, n))
			in->table = table_header(&in->tables, data, n - (data[n - 1] == '\n'));
		return (struct cut){ n, NULL, true };
	}
	/* Forward first: headers may be many, and the end of the lines far. */
	n = next_header(data, room);
	return (struct cut){ n < room ? n : whole_lines(in, data, len), NULL, false };
}

/* ---- json ------------------------------------------------------------------------------- */

/* Where the last whole value ends, or 0. */
static size_t
whole_values(const char *data, size_t len)
{
	bool in_string = false;
	size_t end = 0, depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			depth++;
		} else if ((c == '}' || c == ']') && depth > 0 && --depth == 0) {
			end = i + 1;
		}
	}
	return end;
}

/* One value after another, whatever white space they hold. */
static struct cut
cut_document(struct ingest *in, const char *data, size_t len)
{
	size_t end, room = shorter(len, INGEST_PIECE_MAX);

	if (in->at_end && len <= INGEST_PIECE_MAX)
		return (struct cut){ len, NULL, false };
	end = whole_values(data, room);
	if (end > 0)
		return (struct cut){ end, NULL, false };
	/* Too long, or damaged: the reader finds what values begin with a line. */
	return (struct cut){ whole_lines(in, data, len), NULL, false };
}

/* ---- evtx ------------------------------------------------------------------------------- */

static struct cut
cut_evtx(const char *data, size_t len)
{
	const uint8_t *p = (const uint8_t *)data;
	bool is_chunk;
	size_t n;

	if (len >= 8 && memcmp(p, "ElfFile", 8) == 0) /* also of a file joined to another one */
		return (struct cut){ shorter(len, EVTX_FILE_HEAD), NULL, true };
	n = shorter(len, EVTX_CHUNK);
	if (evtx_is_empty(p, n))
		return (struct cut){ n, "ingest.evtx.chunk", true };
	n = evtx_slot(p, len, &is_chunk);
	if (is_chunk)
		return (struct cut){ n, NULL, false };
	return (struct cut){ n, "ingest.evtx.chunk", evtx_is_empty(p, n) };
}

/* ---- all ---------------------------------------------------------------------------------- */

struct cut
cut_at(struct ingest *in, const char *data, size_t len)
{
	switch (in->format) {
	case INGEST_EVTX:
		return cut_evtx(data, len);
	case INGEST_JSON:
		if (in->is_document)
			return cut_document(in, data, len);
		return (struct cut){ whole_lines(in, data, len), NULL, false };
	case INGEST_XML:
		return (struct cut){ whole_elements(in, data, len), NULL, false };
	case INGEST_W3C:
		return cut_w3c(in, data, len);
	case INGEST_CSV:
		return (struct cut){ whole_rows(in, data, len), NULL, false };
	case INGEST_JOURNAL:
		return (struct cut){ whole_entries(in, data, len), NULL, false };
	case INGEST_AUDITD:
		return (struct cut){ whole_messages(in, data, len), NULL, false };
	default:
		return (struct cut){ whole_lines(in, data, len), NULL, false };
	}
}
