/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal.c: systemd's journal export format: NAME=value, or NAME, a length of eight bytes and the
 * value; an entry ends with an empty line.
 */
#include "ingest/syslog.h"
#include "ingest/when.h"

struct field {
	const char *name, *value;
	size_t name_len, value_len;
};

/* The next field; name_len is 0 at the end of an entry.  False at the end, or at what is none. */
static bool
next_field(const char *data, size_t len, size_t *pos, struct field *ret)
{
	const char *s = data + *pos, *end = memchr(s, '\n', len - *pos), *equals;
	uint64_t size = 0;

	if (*pos == len)
		return false;
	ret->name = s;
	ret->name_len = (size_t)((end == NULL ? data + len : end) - s);
	equals = memchr(s, '=', ret->name_len);
	if (end == NULL) { /* only the last line of a file may lack its end */
		if (equals == NULL)
			return false;
		end = data + len;
	}
	if (equals != NULL || ret->name_len == 0) {
		if (equals != NULL)
			ret->name_len = (size_t)(equals - s);
		ret->value = equals == NULL ? end : equals + 1;
		ret->value_len = (size_t)(end - ret->value);
		*pos += (size_t)(end - s) + (end < data + len);
		return true;
	}
	if (len - *pos - ret->name_len < 10)
		return false;
	for (int i = 7; i >= 0; i--)
		size = size << 8 | (uint8_t)end[1 + i];
	ret->value = end + 9;
	if (size > (uint64_t)(data + len - ret->value) - 1 || ret->value[size] != '\n')
		return false;
	ret->value_len = (size_t)size;
	*pos = (size_t)(ret->value - data) + ret->value_len + 1;
	return true;
}

size_t
journal_entry(const char *data, size_t len)
{
	struct field f;
	size_t pos = 0;
	bool has_any = false;

	while (next_field(data, len, &pos, &f)) {
		if (f.name_len == 0 && has_any)
			return pos;
		has_any |= f.name_len > 0;
	}
	return 0;
}

bool
journal_is(const char *line, size_t len)
{
	return len > 9 && (memcmp(line, "__CURSOR=", 9) == 0 ||
	    (len > 21 && memcmp(line, "__REALTIME_TIMESTAMP=", 21) == 0));
}

static bool
is(const struct field *f, const char *name)
{
	return strlen(name) == f->name_len && memcmp(f->name, name, f->name_len) == 0;
}

static unsigned
small_number(const struct field *f)
{
	return f->value_len == 1 ? (unsigned)(f->value[0] - '0') :
	    f->value_len == 2 ? (unsigned)((f->value[0] - '0') * 10 + f->value[1] - '0') : 99;
}

static void
put(struct ingest_thread *t, const struct field *f)
{
	const struct parse_name *n = t->syslog;

	if (is(f, "__REALTIME_TIMESTAMP")) {
		(void)when_epoch(f->value, f->value_len, &t->event.time_ns);
		return;
	}
	if (f->name_len > 2 && memcmp(f->name, "__", 2) == 0)
		return; /* where the entry lies in the journal, not what it says */
	if (is(f, "MESSAGE"))
		parse_text(t, &n[SYSLOG_MESSAGE], f->value, f->value_len);
	else if (is(f, "_HOSTNAME"))
		parse_text(t, &n[SYSLOG_HOST], f->value, f->value_len);
	else if (is(f, "SYSLOG_IDENTIFIER"))
		parse_text(t, &n[SYSLOG_PROGRAM], f->value, f->value_len);
	else if (is(f, "_PID"))
		parse_text(t, &n[SYSLOG_PID], f->value, f->value_len);
	else if (is(f, "PRIORITY"))
		syslog_put_severity(t, small_number(f));
	else if (is(f, "SYSLOG_FACILITY"))
		syslog_put_facility(t, small_number(f));
	else
		parse_named(t, f->name, f->name_len, f->value, f->value_len);
}

static uint64_t
lines(const char *from, const char *end)
{
	uint64_t n = 0;

	while (from < end && (from = memchr(from, '\n', (size_t)(end - from))) != NULL) {
		from++;
		n++;
	}
	return n;
}

/* Where the entry after a damaged one begins. */
static size_t
resync(const char *data, size_t len, size_t pos)
{
	const char *p = memmem(data + pos, len - pos, "\n\n", 2);

	return p == NULL ? len : (size_t)(p - data) + 2;
}

void
journal_piece(struct ingest_thread *t)
{
	const char *data = (const char *)t->piece->data;
	size_t pos = 0, len = t->piece->len, from;
	struct field f;

	while (pos < len) {
		bool ok;

		if (data[pos] == '\n') {
			pos++;
			t->line++;
			continue;
		}
		from = pos;
		parse_begin(t, data + from, 0);
		while ((ok = next_field(data, len, &pos, &f)) && f.name_len > 0)
			put(t, &f);
		t->event.raw_len = pos - from;
		if (ok || pos == len) {
			syslog_read_journal(t);
			parse_end(t);
		} else {
			pos = resync(data, len, pos);
			parse_skipped(t, data + from, pos - from, "ingest.line.format");
		}
		t->line += lines(data + from, data + pos);
	}
}
