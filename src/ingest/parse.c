/* SPDX-License-Identifier: Apache-2.0 */
/* parse.c: the event under way. */
#include "ingest/parse.h"

#include "ingest/when.h"

void
parse_begin(struct ingest_thread *t, const char *raw, size_t len)
{
	t->event = (struct event){ .value = t->value, .record = t->line, .raw = raw, .raw_len = len,
		.format = t->format, .time_ns = INT64_MIN };
	t->used = 0;
}

void
parse_end(struct ingest_thread *t)
{
	if (t->event.values > 0)
		t->sink->event(t->sink->arg, &t->event);
}

void
parse_skipped(struct ingest_thread *t, const char *from, size_t len, const char *key)
{
	t->sink->skipped(t->sink->arg, t->piece->offset + (uint64_t)(from - (const char *)t->piece->data),
	    len, key);
}

struct event_value *
parse_value(struct ingest_thread *t, const char *name, size_t name_len, uint32_t id)
{
	struct event_value *v = &t->value[t->event.values];

	if (t->event.values == EVENT_VALUES_MAX) {
		t->event.dropped++;
		return NULL;
	}
	t->event.values++;
	v->id = id;
	v->name = name;
	v->name_len = (uint32_t)name_len;
	v->type = VALUE_NULL;
	v->len = 0;
	v->data = NULL;
	return v;
}

void
parse_text(struct ingest_thread *t, const struct parse_name *name, const char *text, size_t len)
{
	struct event_value *v = parse_value(t, name->text, name->len, name->id);

	if (v == NULL)
		return;
	v->type = VALUE_TEXT;
	v->data = text;
	v->len = (uint32_t)len;
}

void
parse_dash(struct ingest_thread *t, const struct parse_name *name, const char *text, size_t len)
{
	if (len == 1 && text[0] == '-')
		(void)parse_value(t, name->text, name->len, name->id);
	else
		parse_text(t, name, text, len);
}

void
parse_named(struct ingest_thread *t, const char *name, size_t name_len, const char *text, size_t len)
{
	struct parse_name n = { name, (uint32_t)name_len, names_find(t->names, name, name_len) };

	parse_text(t, &n, text, len);
}

char *
parse_room(struct ingest_thread *t, size_t len)
{
	char *room = t->scratch + t->used;

	if (len > PARSE_SCRATCH - t->used)
		return NULL;
	t->used += len;
	return room;
}

struct parse_name *
parse_names(const struct names *names, const char *const *list)
{
	struct parse_name *out;
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	out = xcalloc(n + 1, sizeof(*out));
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)strlen(list[i]);

		out[i] = (struct parse_name){ list[i], len, names_find(names, list[i], len) };
	}
	return out;
}

bool
parse_line(const struct ingest_piece *piece, size_t *pos, const char **ret_line, size_t *ret_len)
{
	const char *line = (const char *)piece->data + *pos, *end;
	size_t len = piece->len - *pos;

	if (len == 0)
		return false;
	end = memchr(line, '\n', len);
	if (end != NULL)
		len = (size_t)(end - line);
	*pos += len + (end != NULL);
	if (len > 0 && line[len - 1] == '\r')
		len--;
	*ret_line = line;
	*ret_len = len;
	return true;
}

uint64_t
parse_lines(const char *s, size_t len)
{
	const char *end = s + len;
	uint64_t n = 0;

	while (s < end && (s = memchr(s, '\n', (size_t)(end - s))) != NULL) {
		s++;
		n++;
	}
	return n;
}

#define UTC_TIME 3 /* of Sysmon */

static const char *const time_names[] = { /* best last */
	"Date", "date", "UtcTime", "EventReceivedTime", "DateandTime", "EventTime", "event_time",
	"eventTime", "EventTimestamp", "CreationTime", "Timestamp", "TimeStamp", "TimeCreated", "time",
	"Time", "ts", "_time", "datetime", "timestamp", "@timestamp", "TimeGenerated",
	"TimeCreated_SystemTime",
};

unsigned
parse_time_rank(const char *name, size_t len)
{
	for (unsigned i = 0; i < ARRAY_LEN(time_names); i++)
		if (strlen(time_names[i]) == len && memcmp(time_names[i], name, len) == 0)
			return i + 1;
	return 0;
}

bool
parse_time(struct ingest_thread *t, unsigned rank, const char *text, size_t len)
{
	int64_t *out = &t->event.time_ns;
	int zone_s = t->zone_s;

	if (rank == UTC_TIME || rank >= ARRAY_LEN(time_names) - 2)
		zone_s = 0; /* Windows, Elastic and Azure write UTC under these names, at times without saying so */
	return when_iso(text, len, zone_s, out) > 0 || when_epoch(text, len, out) > 0 ||
	    when_web(text, len, out) > 0 || when_ctime(text, len, zone_s, out) > 0 ||
	    when_syslog(text, len, zone_s, t->newest_ns, out) > 0;
}
