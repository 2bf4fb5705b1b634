/* SPDX-License-Identifier: Apache-2.0 */
/* A chunk of a Windows event log; every record is also shown as XML. */
#include <assert.h>

#include "ingest/evtx.h"
#include "ingest/evtx_xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct chunk {
	struct ingest_piece piece;
	struct buf scratch, xml;
	unsigned sum;
};

static void
touch_event(void *arg, const struct event *event)
{
	struct chunk *c = arg;
	const uint8_t *raw = event->raw;

	assert(event->values > 0 && event->values <= EVENT_VALUES_MAX);
	assert(raw >= c->piece.data && raw + event->raw_len <= c->piece.data + c->piece.len);
	for (uint32_t i = 0; i < event->values; i++) {
		const struct event_value *v = &event->value[i];
		struct text text;

		buf_reset(&c->scratch);
		text = event_text(v, &c->scratch);
		for (size_t k = 0; k < text.len; k++)
			c->sum += (uint8_t)text.at[k];
		for (size_t k = 0; k < v->name_len; k++)
			c->sum += (uint8_t)v->name[k];
	}
	buf_reset(&c->xml);
	(void)evtx_xml(&c->piece, event, &c->xml);
}

static void
skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	const struct chunk *c = arg;

	assert(offset + len <= c->piece.len && strncmp(key, "ingest.evtx.", 12) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct evtx_reader *reader; /* kept: templates of one input meet those of the next */
	struct chunk c = { .scratch = BUF_INIT((size_t)8 << 20), .xml = BUF_INIT((size_t)1 << 20) };
	struct ingest_sink sink = { &c, touch_event, skipped };
	bool is_chunk;

	if (reader == NULL)
		reader = evtx_reader_new(NULL);
	if (size == 0)
		return 0;
	c.piece.len = evtx_slot(data, size, &is_chunk);
	c.piece.data = malloc(c.piece.len);
	memcpy(c.piece.data, data, c.piece.len);
	evtx_chunk(reader, c.piece.data, c.piece.len, 0, &sink);
	free(c.piece.data);
	buf_clear(&c.scratch);
	buf_clear(&c.xml);
	return 0;
}
