/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evtx_xml.c: binary XML written out as text.
 *
 * It walks the tokens themselves, without the programs of evtx_compile.c, which keep only what
 * makes fields: this is for reading single records, and as a second opinion in the tests.
 */
#include "ingest/evtx_xml.h"

#include "base/utf8.h"
#include "ingest/evtx_part.h"

#define DEPTH_MAX   40
#define RECORD_HEAD 24
#define SUBS_MAX    4096

enum token {
	T_END = 0x00, T_OPEN = 0x01, T_CLOSE_START = 0x02, T_CLOSE_EMPTY = 0x03, T_CLOSE = 0x04,
	T_VALUE = 0x05, T_ATTRIBUTE = 0x06, T_CDATA = 0x07, T_CHAR_REF = 0x08, T_ENTITY_REF = 0x09,
	T_PI_TARGET = 0x0a, T_PI_DATA = 0x0b, T_TEMPLATE = 0x0c, T_SUB = 0x0d, T_SUB_OPTIONAL = 0x0e,
	T_FRAGMENT = 0x0f, T_MORE = 0x40,
};

/* The document under way: elements between two places of the chunk, and the values they refer to. */
struct doc {
	const uint8_t *chunk;
	uint32_t len, pos, end;
	struct buf *out;
	const struct evtx_sub *sub;
	uint32_t subs;
	bool has_dependency; /* as of struct evtx_compiler */
	unsigned depth;
	bool bad;
};

static void document(struct doc *d);

/* ---- bytes --------------------------------------------------------------------------- */

static bool
has(struct doc *d, uint32_t n)
{
	if (d->pos > d->end || d->end - d->pos < n || d->out->full)
		d->bad = true;
	return !d->bad;
}

static uint8_t
peek(struct doc *d)
{
	return has(d, 1) ? d->chunk[d->pos] & (uint8_t)~T_MORE : T_END;
}

static void
skip(struct doc *d, uint32_t n)
{
	if (has(d, n))
		d->pos += n;
}

static uint32_t
take(struct doc *d, uint32_t size)
{
	if (!has(d, size))
		return 0;
	d->pos += size;
	return size == 2 ? evtx_u16(d->chunk + d->pos - 2) : evtx_u32(d->chunk + d->pos - 4);
}

/* ---- text ---------------------------------------------------------------------------- */

static void
add_escaped(struct buf *out, struct text text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		switch (c) {
		case '&': buf_adds(out, "&amp;"); break;
		case '<': buf_adds(out, "&lt;"); break;
		case '>': buf_adds(out, "&gt;"); break;
		case '"': buf_adds(out, "&quot;"); break;
		default:
			/* XML 1.0 has no other control characters and no U+FFFE and U+FFFF, however they are written */
			if ((uint8_t)c < 0x20 && c != '\t' && c != '\n' && c != '\r')
				buf_adds(out, "\xef\xbf\xbd");
			else if (i >= 2 && (uint8_t)c >= 0xbe && memcmp(text.at + i - 2, "\xef\xbf", 2) == 0)
				buf_addc(out, '\xbd');
			else
				buf_addc(out, c);
		}
	}
}

static void
add_value(struct buf *out, const struct event_value *v)
{
	struct buf scratch = BUF_INIT((size_t)1 << 19);

	add_escaped(out, event_text(v, &scratch));
	buf_clear(&scratch);
}

static void
add_units(struct buf *out, const uint8_t *units, uint32_t n)
{
	struct event_value v = { .type = VALUE_UTF16, .data = units, .len = 2 * n };

	add_value(out, &v);
}

/* A name by its place in the chunk; moves behind it where it stands here. */
static void
take_name(struct doc *d, struct buf *out)
{
	uint32_t offset = take(d, 4), units;
	bool is_inline = offset == d->pos;

	if (d->bad || offset > d->len || d->len - offset < 8) {
		d->bad = true;
		return;
	}
	units = evtx_u16(d->chunk + offset + 6);
	if (d->len - offset - 8 < 2 * units + 2) {
		d->bad = true;
		return;
	}
	if (is_inline)
		skip(d, 8 + 2 * units + 2);
	add_units(out, d->chunk + offset + 8, units);
}

static void
take_text(struct doc *d, struct buf *out)
{
	uint32_t units = take(d, 2);

	if (!has(d, 2 * units))
		return;
	add_units(out, d->chunk + d->pos, units);
	d->pos += 2 * units;
}

/* ---- values --------------------------------------------------------------------------- */

/* What is embedded in a value: another document, with values of its own. */
static void
add_embedded(struct doc *d, const struct evtx_sub *s)
{
	struct doc inner = { .chunk = d->chunk, .len = d->len, .pos = (uint32_t)(s->at - d->chunk),
		.out = d->out, .depth = d->depth + 1 };

	inner.end = inner.pos + s->len;
	document(&inner);
	d->bad |= inner.bad;
}

static void
add_item(struct doc *d, const struct evtx_sub *s, uint32_t at, uint32_t len)
{
	struct event_value v = { .type = VALUE_NULL };

	evtx_set_value(&v, s->type & 0x7f, s->at + at, len);
	add_value(d->out, &v);
}

static void
add_sub(struct doc *d, const struct evtx_sub *s)
{
	if (s->type == 0x21) {
		add_embedded(d, s);
	} else if ((s->type & 0x80) == 0) {
		add_item(d, s, 0, s->len);
	} else {
		for (uint32_t at = 0, n; at < s->len; at += n) {
			if (at > 0)
				buf_addc(d->out, ' ');
			n = evtx_item(s->type & 0x7f, s->at + at, s->len - at);
			add_item(d, s, at, n);
		}
	}
}

/* The value a substitution stands for; NULL and damage when there is none. */
static const struct evtx_sub *
take_sub(struct doc *d)
{
	uint32_t n;

	skip(d, 1);
	n = take(d, 2);
	skip(d, 1);
	if (!d->bad && n < d->subs)
		return &d->sub[n];
	d->bad = true;
	return NULL;
}

/* One token of content, if the next one is such; false: it is not. */
static bool
content(struct doc *d)
{
	const struct evtx_sub *s;
	uint8_t unit[2];

	switch (peek(d)) {
	case T_VALUE:
		skip(d, 2);
		take_text(d, d->out);
		return true;
	case T_CDATA:
		skip(d, 1);
		take_text(d, d->out);
		return true;
	case T_CHAR_REF:
		skip(d, 1);
		unit[0] = has(d, 2) ? d->chunk[d->pos] : 0;
		unit[1] = has(d, 2) ? d->chunk[d->pos + 1] : 0;
		skip(d, 2);
		add_units(d->out, unit, 1);
		return true;
	case T_ENTITY_REF:
		skip(d, 1);
		buf_addc(d->out, '&');
		take_name(d, d->out);
		buf_addc(d->out, ';');
		return true;
	case T_SUB:
	case T_SUB_OPTIONAL:
		s = take_sub(d);
		if (s != NULL)
			add_sub(d, s);
		return true;
	default:
		return false;
	}
}

/* ---- elements ------------------------------------------------------------------------- */

static void
attribute(struct doc *d)
{
	size_t before = d->out->len;
	bool is_absent = false;

	skip(d, 1);
	buf_addc(d->out, ' ');
	take_name(d, d->out);
	buf_adds(d->out, "=\"");
	/* One whose optional value is not there is not there either. */
	if (peek(d) == T_SUB_OPTIONAL && has(d, 4)) {
		uint32_t n = evtx_u16(d->chunk + d->pos + 1);

		is_absent = n < d->subs && d->sub[n].type == 0;
	}
	while (!d->bad && content(d))
		continue;
	buf_addc(d->out, '"');
	if (is_absent && !d->out->full)
		d->out->len = before;
}

static void
close_tag(struct doc *d, const struct buf *name)
{
	buf_adds(d->out, "</");
	buf_add(d->out, name->data, name->len);
	buf_addc(d->out, '>');
}

/* Whether the content is one value and nothing else; it is left where it is. */
static const struct evtx_sub *
only_sub(struct doc *d, bool *ret_optional)
{
	uint8_t token = peek(d);
	uint32_t n;

	if ((token != T_SUB && token != T_SUB_OPTIONAL) || !has(d, 5) ||
	    (d->chunk[d->pos + 4] & (uint8_t)~T_MORE) != T_CLOSE)
		return NULL;
	n = evtx_u16(d->chunk + d->pos + 1);
	*ret_optional = token == T_SUB_OPTIONAL;
	return n < d->subs ? &d->sub[n] : NULL;
}

/* An array repeats the element: ${head} is its start tag. */
static void
repeat(struct doc *d, const struct evtx_sub *s, const struct buf *head, const struct buf *name)
{
	for (uint32_t at = 0, n; at < s->len && !d->out->full; at += n) {
		n = evtx_item(s->type & 0x7f, s->at + at, s->len - at);
		buf_add(d->out, head->data, head->len);
		add_item(d, s, at, n);
		close_tag(d, name);
	}
}

static void element(struct doc *d);

static void
children(struct doc *d)
{
	while (!d->bad && peek(d) != T_CLOSE) {
		if (peek(d) == T_OPEN) {
			element(d);
		} else if (peek(d) == T_PI_TARGET) {
			struct buf ignored = BUF_INIT(EVTX_CHUNK);

			skip(d, 1);
			take_name(d, &ignored);
			buf_clear(&ignored);
		} else if (peek(d) == T_PI_DATA) {
			skip(d, 1);
			skip(d, 2 * take(d, 2));
		} else if (!content(d)) {
			d->bad = true;
		}
	}
	skip(d, 1);
}

/* Behind the start tag, which begins at ${from} of the output. */
static void
body(struct doc *d, const struct buf *name, size_t from)
{
	bool is_optional = false;
	const struct evtx_sub *s = only_sub(d, &is_optional);
	struct buf head = BUF_INIT((size_t)1 << 19);

	if (s != NULL && ((s->type & 0x80) != 0 || (s->type == 0 && is_optional))) {
		buf_add(&head, d->out->data + from, d->out->len - from);
		d->out->len = from;
		if (s->type != 0)
			repeat(d, s, &head, name);
		skip(d, 5);
		buf_clear(&head);
		return;
	}
	children(d);
	close_tag(d, name);
}

static void
element(struct doc *d)
{
	bool has_attributes = has(d, 1) && (d->chunk[d->pos] & T_MORE) != 0;
	struct buf name = BUF_INIT((size_t)EVTX_CHUNK * 4);
	size_t from = d->out->len;

	if (++d->depth > DEPTH_MAX)
		d->bad = true;
	skip(d, d->has_dependency ? 7 : 5);
	take_name(d, &name);
	buf_addc(d->out, '<');
	buf_add(d->out, buf_str(&name), name.len);
	if (has_attributes)
		skip(d, 4);
	while (!d->bad && has_attributes && peek(d) == T_ATTRIBUTE)
		attribute(d);
	if (!d->bad && peek(d) == T_CLOSE_EMPTY) {
		skip(d, 1);
		buf_adds(d->out, "/>");
	} else if (!d->bad && peek(d) == T_CLOSE_START && !d->out->full) {
		skip(d, 1);
		buf_addc(d->out, '>');
		body(d, &name, from);
	} else {
		d->bad = true;
	}
	d->depth--;
	buf_clear(&name);
}

/* ---- documents ------------------------------------------------------------------------ */

/* Count, descriptors, values. */
static bool
read_subs(struct doc *d, struct evtx_sub *sub, uint32_t *ret_count)
{
	uint32_t count = take(d, 4), at;

	if (d->bad || count > SUBS_MAX || !has(d, count * 4))
		return false;
	at = d->pos + count * 4;
	for (uint32_t i = 0; i < count; i++, d->pos += 4) {
		uint16_t size = evtx_u16(d->chunk + d->pos);

		if (size > d->end - at)
			return false;
		sub[i] = (struct evtx_sub){ d->chunk + at, size, d->chunk[d->pos + 2] };
		at += size;
	}
	d->pos = at;
	*ret_count = count;
	return true;
}

static void
instance(struct doc *d)
{
	struct doc inner = { .chunk = d->chunk, .len = d->len, .out = d->out, .has_dependency = true,
		.depth = d->depth + 1 };
	struct evtx_sub *sub = xcalloc(SUBS_MAX, sizeof(*sub));
	uint32_t offset, size;

	skip(d, 6);
	offset = take(d, 4);
	if (d->bad || offset > d->len || d->len - offset < EVTX_TEMPLATE_HEAD) {
		d->bad = true;
	} else {
		size = evtx_u32(d->chunk + offset + 20);
		inner.pos = offset + EVTX_TEMPLATE_HEAD;
		d->bad = size > d->len - inner.pos;
		inner.end = inner.pos + size;
		if (offset == d->pos)
			skip(d, EVTX_TEMPLATE_HEAD + size);
	}
	if (!d->bad && read_subs(d, sub, &inner.subs)) {
		inner.sub = sub;
		document(&inner);
		d->bad |= inner.bad;
	} else {
		d->bad = true;
	}
	free(sub);
}

static void
document(struct doc *d)
{
	if (d->depth > DEPTH_MAX)
		d->bad = true;
	while (!d->bad && d->pos < d->end && peek(d) != T_END) {
		switch (peek(d)) {
		case T_FRAGMENT:
			skip(d, 4);
			break;
		case T_TEMPLATE:
			instance(d);
			break;
		case T_OPEN:
			element(d);
			break;
		default:
			d->bad = true;
			break;
		}
	}
}

bool
evtx_xml(const struct ingest_piece *piece, const struct event *event, struct buf *out)
{
	struct doc d = { .chunk = piece->data, .len = (uint32_t)piece->len, .out = out };

	d.pos = (uint32_t)((const uint8_t *)event->raw - piece->data) + RECORD_HEAD;
	d.end = d.pos - RECORD_HEAD + (uint32_t)event->raw_len - 4;
	document(&d);
	return !d.bad && !out->full;
}
