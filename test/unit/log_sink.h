/* SPDX-License-Identifier: Apache-2.0 */
/* log_sink.h: what a log gave, as text: "name=value;…" and an end of line for each event. */
#pragma once

#include "ingest/ingest.h"

struct log_sink {
	struct buf events;  /* null: "name;" */
	struct buf skipped; /* "offset+length key;" */
	struct buf records; /* "record " */
	struct buf scratch;
	uint64_t count;
	int64_t time_ns;    /* of the last event */
	char format[16];    /* likewise */
	size_t raw_len;     /* likewise */
	uint32_t dropped;
};

static void
log_event(void *arg, const struct event *event)
{
	struct log_sink *sink = arg;

	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];
		struct text text;

		buf_reset(&sink->scratch);
		text = event_text(v, &sink->scratch);
		buf_add(&sink->events, v->name, v->name_len);
		if (v->type != VALUE_NULL)
			buf_addc(&sink->events, '=');
		buf_add(&sink->events, text.at, text.len);
		buf_addc(&sink->events, ';');
	}
	buf_addc(&sink->events, '\n');
	buf_printf(&sink->records, "%llu ", (unsigned long long)event->record);
	sink->count++;
	sink->time_ns = event->time_ns;
	sink->dropped = event->dropped;
	sink->raw_len = event->raw_len;
	snprintf(sink->format, sizeof(sink->format), "%s", event->format);
}

static void
log_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	struct log_sink *sink = arg;

	buf_printf(&sink->skipped, "%llu+%llu %s;", (unsigned long long)offset, (unsigned long long)len, key);
}

static void
log_begin(struct log_sink *sink)
{
	*sink = (struct log_sink){ BUF_INIT((size_t)64 << 20), BUF_INIT((size_t)1 << 20),
		BUF_INIT((size_t)16 << 20), BUF_INIT((size_t)16 << 20), 0, 0, "", 0, 0 };
}

static void
log_end(struct log_sink *sink)
{
	buf_clear(&sink->events);
	buf_clear(&sink->skipped);
	buf_clear(&sink->records);
	buf_clear(&sink->scratch);
}

static inline struct ingest_sink
log_sink_of(struct log_sink *sink)
{
	return (struct ingest_sink){ sink, log_event, log_skipped };
}
