/* SPDX-License-Identifier: Apache-2.0 */
/* evtx.c: files, chunks and records; programs run over a record's values. */
#include "ingest/evtx.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "ingest/evtx_part.h"

#define FIRST_RECORD  512
#define RECORD_HEAD   24
#define RECORD_LEAST  28
#define EMBED_MAX     8
#define SUBS_MAX      65536
#define JOINED_MAX    ((size_t)1 << 20)
#define TEMPLATE_HEAD 24 /* next, GUID, size */
#define DEFS          1024

static const uint8_t record_magic[4] = { 0x2a, 0x2a, 0, 0 };

/* ---- file --------------------------------------------------------------------------- */

static bool
is_chunk(const void *p, size_t len)
{
	return len >= 8 && memcmp(p, "ElfChnk", 8) == 0;
}

bool
evtx_is(const void *data, size_t len)
{
	return (len >= 8 && memcmp(data, "ElfFile", 8) == 0) || is_chunk(data, len);
}

static bool
is_empty(const uint8_t *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

bool
evtx_next(const uint8_t *data, uint64_t size, uint64_t *pos, struct evtx_slot *ret)
{
	if (*pos == 0 && size >= 4096 && memcmp(data, "ElfFile", 8) == 0)
		*pos = 4096;
	while (*pos < size) {
		const uint8_t *p = data + *pos;
		size_t len = size - *pos < EVTX_CHUNK ? (size_t)(size - *pos) : EVTX_CHUNK;
		const uint8_t *shifted = NULL;

		if (is_empty(p, len)) {
			*pos += len;
			continue;
		}
		if (!is_chunk(p, len))
			shifted = memmem(p + 1, len - 1, "ElfChnk", 8);
		if (shifted != NULL)
			len = (size_t)(shifted - p);
		*ret = (struct evtx_slot){ *pos, len, shifted == NULL && (is_chunk(p, len) || len == EVTX_CHUNK) };
		*pos += len;
		return true;
	}
	return false;
}

/* ---- reader -------------------------------------------------------------------------- */

/* A template compiled for some chunk before, and what a chunk must have to be given it again. */
struct cached {
	struct cached *next; /* of the same size and GUID */
	uint8_t guid[16];
	uint32_t size;
	uint8_t *body;
	struct evtx_ref *ref;
	uint32_t refs;
	struct evtx_program program;
};

struct sub {
	const uint8_t *at;
	uint16_t len;
	uint8_t type;
};

struct evtx_reader {
	const struct names *names;
	struct evtx_compiler compiler; /* of templates, into ${arena} */
	struct evtx_compiler direct[EMBED_MAX + 1]; /* of elements without a template, by depth */
	struct arena arena, passing;
	struct cached *bucket[256];
	size_t cached;
	struct {
		uint32_t offset;
		const struct cached *template;
	} def[DEFS]; /* of the chunk under way, by offset */
	struct sub *sub;
	uint32_t subs, subs_room;
	struct buf joined; /* never grows beyond what it has from the start: values point into it */
	struct event event;
	struct event_value value[EVENT_VALUES_MAX];
	/* The record under way. */
	const uint8_t *chunk;
	uint32_t len;
	bool bad;
	int64_t time_ns;
};

#define CACHED_MAX 4096
#define ARENA_MAX  ((size_t)16 << 20)

struct evtx_reader *
evtx_reader_new(const struct names *names)
{
	struct evtx_reader *r = xcalloc(1, sizeof(*r));

	r->names = names;
	buf_init(&r->joined, JOINED_MAX);
	buf_extend(&r->joined, JOINED_MAX - 1);
	buf_reset(&r->joined);
	return r;
}

static void
forget_templates(struct evtx_reader *r)
{
	arena_clear(&r->arena);
	memset(r->bucket, 0, sizeof(r->bucket));
	memset(r->def, 0, sizeof(r->def));
	r->cached = 0;
}

void
evtx_reader_free(struct evtx_reader *r)
{
	if (r == NULL)
		return;
	forget_templates(r);
	evtx_compiler_clear(&r->compiler);
	for (size_t i = 0; i < ARRAY_LEN(r->direct); i++)
		evtx_compiler_clear(&r->direct[i]);
	arena_clear(&r->passing);
	buf_clear(&r->joined);
	free(r->sub);
	free(r);
}

/* ---- templates ------------------------------------------------------------------------- */

static bool
same_name(const struct evtx_reader *r, const struct evtx_ref *ref, uint32_t offset)
{
	return offset <= r->len && r->len - offset >= 8 &&
	    evtx_u16(r->chunk + offset + 6) == ref->units && r->len - offset - 8 >= 2 * ref->units &&
	    memcmp(r->chunk + offset + 8, ref->text, 2 * (size_t)ref->units) == 0;
}

/*
 * Whether the body at ${pos} is the cached one: the same bytes but for the places of
 * names, and at those places the same names.
 */
static bool
is_same(const struct evtx_reader *r, const struct cached *t, uint32_t pos)
{
	const uint8_t *body = r->chunk + pos;
	uint32_t from = 0;

	for (uint32_t i = 0; i < t->refs; i++) {
		const struct evtx_ref *ref = &t->ref[i];
		uint32_t offset = evtx_u32(body + ref->at);

		if (memcmp(body + from, t->body + from, ref->at - from) != 0)
			return false;
		from = ref->at + 4;
		if ((offset == pos + from) != ref->is_inline)
			return false;
		if (ref->is_inline)
			from += 4; /* the chain of names in the chunk goes on elsewhere */
		else if (!same_name(r, ref, offset))
			return false;
	}
	return memcmp(body + from, t->body + from, t->size - from) == 0;
}

static void *
keep(struct evtx_reader *r, const void *data, size_t size)
{
	return size == 0 ? NULL : memcpy(arena_alloc(&r->arena, size), data, size);
}

static struct cached *
compile_template(struct evtx_reader *r, uint32_t pos, uint32_t size, enum evtx_where where)
{
	struct evtx_compiler *c = &r->compiler;
	struct cached *t;

	c->names = r->names;
	c->chunk = r->chunk;
	c->len = r->len;
	c->arena = &r->arena;
	c->has_dependency = true;
	if (!evtx_compile(c, pos, pos + size, where))
		return NULL;
	t = arena_alloc(&r->arena, sizeof(*t));
	*t = (struct cached){ .size = size, .body = keep(r, r->chunk + pos, size), .refs = c->refs,
		.ref = keep(r, c->ref, c->refs * sizeof(*c->ref)), .program = c->program };
	memcpy(t->guid, r->chunk + pos - TEMPLATE_HEAD + 4, sizeof(t->guid));
	for (uint32_t i = 0; i < t->refs; i++)
		t->ref[i].text = keep(r, t->ref[i].text, 2 * (size_t)t->ref[i].units);
	t->program.op = keep(r, c->program.op, c->program.ops * sizeof(*c->program.op));
	t->program.piece = keep(r, c->program.piece, c->program.pieces * sizeof(*c->program.piece));
	return t;
}

/* The template whose definition lies at ${offset} of the chunk; NULL when there is none. */
static const struct cached *
template_at(struct evtx_reader *r, uint32_t offset, enum evtx_where where)
{
	size_t slot = (offset >> 2 ^ offset >> 9) & (DEFS - 1);
	struct cached *t, **bucket;
	uint32_t size;

	if (r->def[slot].template != NULL && r->def[slot].offset == offset)
		return r->def[slot].template;
	if (offset < FIRST_RECORD || offset > r->len || r->len - offset < TEMPLATE_HEAD)
		return NULL;
	size = evtx_u32(r->chunk + offset + 20);
	if (size > r->len - offset - TEMPLATE_HEAD)
		return NULL;
	bucket = &r->bucket[(r->chunk[offset + 4] ^ r->chunk[offset + 9] ^ size) & 255];
	for (t = *bucket; t != NULL; t = t->next)
		if (t->size == size && memcmp(t->guid, r->chunk + offset + 4, sizeof(t->guid)) == 0 &&
		    is_same(r, t, offset + TEMPLATE_HEAD))
			break;
	if (t == NULL) {
		t = compile_template(r, offset + TEMPLATE_HEAD, size, where);
		if (t == NULL)
			return NULL;
		t->next = *bucket;
		*bucket = t;
		r->cached++;
	}
	r->def[slot].offset = offset;
	r->def[slot].template = t;
	return t;
}

/* ---- values ----------------------------------------------------------------------------- */

#define UNIX_EPOCH INT64_C(116444736000000000) /* in FILETIME */

/* As of VALUE_TIME. */
static int64_t
filetime_ticks(uint64_t t)
{
	return (t > INT64_MAX ? INT64_MAX : (int64_t)t) - UNIX_EPOCH;
}

static int64_t
systemtime_ticks(const uint8_t *p)
{
	struct tm tm = { .tm_year = evtx_u16(p) - 1900, .tm_mon = evtx_u16(p + 2) - 1,
		.tm_mday = evtx_u16(p + 6), .tm_hour = evtx_u16(p + 8), .tm_min = evtx_u16(p + 10),
		.tm_sec = evtx_u16(p + 12) };

	return (int64_t)timegm(&tm) * 10000000 + (int64_t)evtx_u16(p + 14) * 10000;
}

/* As of event.time_ns, which reaches from 1678 to 2262. */
static int64_t
ticks_ns(int64_t ticks)
{
	return ticks > INT64_MAX / 100 || ticks < -(INT64_MAX / 100) ? INT64_MIN : ticks * 100;
}

static uint32_t
trim_units(const uint8_t *p, uint32_t len)
{
	len &= ~1u;
	while (len >= 2 && p[len - 2] == 0 && p[len - 1] == 0)
		len -= 2;
	return len;
}

static int64_t
signed_of(const uint8_t *p, uint32_t size)
{
	return size == 1 ? (int8_t)p[0] : size == 2 ? (int16_t)evtx_u16(p) :
	    size == 4 ? (int32_t)evtx_u32(p) : (int64_t)evtx_u64(p);
}

static uint64_t
unsigned_of(const uint8_t *p, uint32_t size)
{
	return size == 1 ? p[0] : size == 2 ? evtx_u16(p) : size == 4 ? evtx_u32(p) : evtx_u64(p);
}

/* The least bytes each type has; 0: any number. */
static const uint8_t type_size[0x16] = { [0x03] = 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4, 0, 16, 4, 8, 16, 0, 4, 8 };

/* [MS-EVEN6] 2.2.12, value types without the array bit. */
static void
set_value(struct event_value *v, uint8_t type, const uint8_t *p, uint32_t len)
{
	float real;

	v->data = p;
	v->len = len;
	if (type >= ARRAY_LEN(type_size) || len < type_size[type]) {
		v->type = VALUE_BYTES;
		return;
	}
	switch (type) {
	case 0x00:
		v->type = VALUE_NULL;
		break;
	case 0x01:
		v->type = VALUE_UTF16;
		v->len = trim_units(p, len);
		break;
	case 0x02:
		v->type = VALUE_TEXT;
		while (v->len > 0 && p[v->len - 1] == 0)
			v->len--;
		break;
	case 0x03: case 0x05: case 0x07: case 0x09:
		v->type = VALUE_INT;
		v->number = signed_of(p, type_size[type]);
		break;
	case 0x04: case 0x06: case 0x08: case 0x0a:
		v->type = VALUE_UINT;
		v->bits = unsigned_of(p, type_size[type]);
		break;
	case 0x0b:
		v->type = VALUE_REAL;
		memcpy(&real, p, sizeof(real));
		v->real = (double)real;
		break;
	case 0x0c:
		v->type = VALUE_REAL;
		memcpy(&v->real, p, sizeof(v->real));
		break;
	case 0x0d:
		v->type = VALUE_BOOL;
		v->number = evtx_u32(p) != 0;
		break;
	case 0x0f:
		v->type = VALUE_GUID;
		break;
	case 0x10: case 0x14: case 0x15:
		v->type = VALUE_HEX;
		v->bits = len >= 8 ? evtx_u64(p) : evtx_u32(p);
		break;
	case 0x11:
		v->type = VALUE_TIME;
		v->number = filetime_ticks(evtx_u64(p));
		break;
	case 0x12:
		v->type = VALUE_TIME;
		v->number = systemtime_ticks(p);
		break;
	case 0x13:
		v->type = VALUE_SID;
		break;
	default:
		v->type = VALUE_BYTES;
		break;
	}
}

static struct event_value *
new_value(struct evtx_reader *r, const struct event_value *name)
{
	struct event_value *v = &r->value[r->event.values];

	if (r->event.values == EVENT_VALUES_MAX) {
		r->event.dropped++;
		return NULL;
	}
	r->event.values++;
	*v = *name;
	return v;
}

/* Arrays repeat the element; strings in them are ended by NUL. */
static void
add_array(struct evtx_reader *r, const struct event_value *name, uint8_t type, const uint8_t *p,
    uint32_t len)
{
	uint32_t size = type < ARRAY_LEN(type_size) ? type_size[type] : 0;
	struct event_value *v;

	if (type == 0x01) {
		for (uint32_t from = 0, at = 0; at + 2 <= len; at += 2) {
			if (evtx_u16(p + at) == 0 || at + 4 > len) {
				uint32_t end = evtx_u16(p + at) == 0 ? at : at + 2;

				if ((v = new_value(r, name)) != NULL)
					set_value(v, type, p + from, end - from);
				from = at + 2;
			}
		}
		return;
	}
	if (size == 0) {
		if ((v = new_value(r, name)) != NULL)
			set_value(v, 0x0e, p, len);
		return;
	}
	for (uint32_t at = 0; at + size <= len; at += size)
		if ((v = new_value(r, name)) != NULL)
			set_value(v, type, p + at, size);
}

/* ---- running ------------------------------------------------------------------------------ */

static bool embedded(struct evtx_reader *r, uint32_t pos, uint32_t end, enum evtx_where where,
    unsigned depth);

/* The values of the template instance under way. */
struct frame {
	uint32_t first, count;
	unsigned depth;
};

static void
join_piece(struct evtx_reader *r, const struct frame *f, const struct evtx_piece *piece)
{
	struct event_value v = { .type = VALUE_UTF16, .data = piece->text, .len = piece->units * 2 };
	struct text text;
	size_t before = r->joined.len;

	if (piece->sub != NO_SUB) {
		const struct sub *s = &r->sub[f->first + piece->sub];

		if (piece->sub >= f->count)
			return;
		set_value(&v, s->type & 0x7f, s->at, s->len);
	}
	text = event_text(&v, &r->joined);
	if (v.type == VALUE_TEXT || r->joined.full) {
		r->joined.len = before;
		buf_add(&r->joined, text.at, v.type == VALUE_TEXT ? text.len : 0);
	}
}

/* Several pieces as one text. */
static struct text
join(struct evtx_reader *r, const struct frame *f, const struct evtx_piece *piece, uint32_t n)
{
	size_t from = r->joined.len;

	for (uint32_t i = 0; i < n; i++)
		join_piece(r, f, &piece[i]);
	return (struct text){ buf_str(&r->joined) + from, r->joined.len - from };
}

/* <Data Name="%1">: the name is a value too. */
static void
name_by_value(struct evtx_reader *r, const struct frame *f, const struct evtx_program *p,
    const struct evtx_op *op, struct event_value *name)
{
	struct text text = join(r, f, p->piece + op->name_piece, op->name_pieces);
	char *out = r->joined.data + r->joined.len - text.len;
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != ' ')
			out[n++] = text.at[i];
	if (n == 0)
		return;
	name->name = out;
	name->name_len = (uint32_t)n;
	name->id = names_find(r->names, out, n);
}

static void
one_sub(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op,
    const struct evtx_piece *piece, const struct event_value *name)
{
	const struct sub *s = &r->sub[f->first + piece->sub];
	struct event_value *v;

	if (piece->sub >= f->count) {
		r->bad = true;
		return;
	}
	if (s->type == 0x21) {
		if (s->len > 0 && !embedded(r, (uint32_t)(s->at - r->chunk),
		    (uint32_t)(s->at - r->chunk) + s->len, op->inside, f->depth + 1))
			r->bad = true;
	} else if ((s->type & 0x7f) == 0) {
		if (!piece->optional && (v = new_value(r, name)) != NULL)
			v->type = VALUE_NULL;
	} else if ((s->type & 0x80) != 0) {
		add_array(r, name, s->type & 0x7f, s->at, s->len);
	} else if ((v = new_value(r, name)) != NULL) {
		set_value(v, s->type, s->at, s->len);
	}
}

static void
run(struct evtx_reader *r, const struct evtx_program *p, const struct frame *f)
{
	for (uint32_t i = 0; i < p->ops; i++) {
		const struct evtx_op *op = &p->op[i];
		const struct evtx_piece *piece = p->piece + op->piece;
		struct event_value name = { .id = op->id, .name = op->name, .name_len = op->name_len };
		uint32_t before = r->event.values;
		struct event_value *v;

		if (op->name_pieces > 0)
			name_by_value(r, f, p, op, &name);
		if (op->pieces == 1 && piece->sub != NO_SUB) {
			one_sub(r, f, op, piece, &name);
		} else if ((v = new_value(r, &name)) != NULL) {
			v->type = VALUE_TEXT;
			if (op->pieces == 1) {
				v->type = VALUE_UTF16;
				v->data = piece->text;
				v->len = piece->units * 2;
			} else {
				struct text text = join(r, f, piece, op->pieces);

				v->data = text.at;
				v->len = (uint32_t)text.len;
			}
		}
		if (op->is_time && r->event.values > before && r->value[before].type == VALUE_TIME)
			r->event.time_ns = ticks_ns(r->value[before].number);
	}
}

/* Count, descriptors of four bytes, values. False when they do not fit before ${end}. */
static bool
read_subs(struct evtx_reader *r, uint32_t pos, uint32_t end, struct frame *f, uint32_t *ret_end)
{
	uint32_t count, at;

	if (end - pos < 4)
		return false;
	count = evtx_u32(r->chunk + pos);
	pos += 4;
	if (count > (end - pos) / 4 || r->subs + count > SUBS_MAX)
		return false;
	if (r->subs + count > r->subs_room) {
		r->subs_room = (r->subs + count) * 2;
		r->sub = xrealloc(r->sub, r->subs_room * sizeof(*r->sub));
	}
	f->first = r->subs;
	at = pos + count * 4;
	for (uint32_t i = 0; i < count; i++, pos += 4) {
		uint16_t size = evtx_u16(r->chunk + pos);

		if (size > end - at)
			return false;
		r->sub[r->subs++] = (struct sub){ r->chunk + at, size, r->chunk[pos + 2] };
		at += size;
		f->count++;
	}
	*ret_end = at;
	return true;
}

/* A definition that was cut off with its chunk: what values there are, without their names. */
static void
run_unnamed(struct evtx_reader *r, const struct frame *f)
{
	static const struct event_value name = { .name = "Data", .name_len = 4 };

	for (uint32_t i = 0; i < f->count; i++) {
		const struct sub *s = &r->sub[f->first + i];
		struct event_value *v;

		if ((s->type & 0x80) != 0)
			add_array(r, &name, s->type & 0x7f, s->at, s->len);
		else if (s->type != 0 && s->type != 0x21 && (v = new_value(r, &name)) != NULL)
			set_value(v, s->type, s->at, s->len);
	}
}

/* Token, 1, template id, place of the definition; the definition itself, if it is here; values. */
static bool
instance(struct evtx_reader *r, uint32_t *pos, uint32_t end, enum evtx_where where, unsigned depth)
{
	struct frame f = { .depth = depth };
	const struct cached *t;
	uint32_t at = *pos, offset, subs = r->subs, size;
	bool ok;

	if (end - at < 10)
		return false;
	offset = evtx_u32(r->chunk + at + 6);
	at += 10;
	if (offset == at) {
		if (end - at < TEMPLATE_HEAD)
			return false;
		size = evtx_u32(r->chunk + at + 20);
		if (size > end - at - TEMPLATE_HEAD)
			return false;
		at += TEMPLATE_HEAD + size;
	}
	t = template_at(r, offset, where);
	ok = read_subs(r, at, end, &f, pos);
	if (t != NULL)
		run(r, &t->program, &f);
	else
		run_unnamed(r, &f);
	r->subs = subs;
	return ok && t != NULL;
}

/* Elements that stand there without a template: forwarded events, and those made by hand. */
static bool
plain(struct evtx_reader *r, uint32_t *pos, uint32_t end, enum evtx_where where, unsigned depth)
{
	struct evtx_compiler *c = &r->direct[depth];
	struct frame f = { .depth = depth };
	bool ok;

	c->names = r->names;
	c->chunk = r->chunk;
	c->len = r->len;
	c->arena = &r->passing;
	c->has_dependency = false;
	ok = evtx_compile(c, *pos, end, where);
	*pos = c->pos;
	run(r, &c->program, &f);
	return ok;
}

static bool
embedded(struct evtx_reader *r, uint32_t pos, uint32_t end, enum evtx_where where, unsigned depth)
{
	bool ok = true;

	if (depth > EMBED_MAX)
		return false;
	while (ok && pos < end && r->chunk[pos] != 0) {
		switch (r->chunk[pos]) {
		case 0x0f:
			pos += 4;
			break;
		case 0x0c:
			ok = instance(r, &pos, end, where, depth);
			break;
		case 0x01:
		case 0x41:
			ok = plain(r, &pos, end, where, depth);
			break;
		default:
			ok = false;
			break;
		}
	}
	return ok;
}

/* ---- chunks -------------------------------------------------------------------------------- */

static bool
is_record(const struct evtx_reader *r, uint32_t pos, uint32_t *ret_size)
{
	const uint8_t *p = r->chunk + pos;

	if (r->len - pos < RECORD_LEAST || memcmp(p, record_magic, sizeof(record_magic)) != 0)
		return false;
	*ret_size = evtx_u32(p + 4);
	return *ret_size >= RECORD_LEAST && *ret_size <= r->len - pos &&
	    evtx_u32(p + *ret_size - 4) == *ret_size;
}

/* A literal time of an event without a template. */
static void
find_time(struct evtx_reader *r)
{
	static const char wanted[] = "TimeCreated_SystemTime";
	char copy[40];

	for (uint32_t i = 0; i < r->event.values; i++) {
		const struct event_value *v = &r->value[i];
		struct text text;
		int64_t ms;

		if (v->name_len != sizeof(wanted) - 1 || memcmp(v->name, wanted, v->name_len) != 0 ||
		    (v->type != VALUE_UTF16 && v->type != VALUE_TEXT))
			continue;
		text = event_text(v, &r->joined);
		if (text.len >= sizeof(copy))
			continue;
		memcpy(copy, text.at, text.len);
		copy[text.len] = '\0';
		if (clock_parse(copy, &ms))
			r->event.time_ns = ms * 1000000;
	}
}

static void
record(struct evtx_reader *r, uint32_t pos, uint32_t size, uint64_t offset,
    const struct ingest_sink *sink)
{
	const uint8_t *p = r->chunk + pos;
	bool ok;

	r->event = (struct event){ .value = r->value, .record = evtx_u64(p + 8), .raw = p,
		.raw_len = size, .format = "evtx", .time_ns = INT64_MIN };
	r->bad = false;
	r->subs = 0;
	buf_reset(&r->joined);
	if (r->passing.total > 0)
		arena_clear(&r->passing);
	ok = embedded(r, pos + RECORD_HEAD, pos + size - 4, IN_TOP, 0);
	if (!ok || r->bad)
		sink->skipped(sink->arg, offset + pos, size, "ingest.evtx.binxml");
	if (r->event.values == 0)
		return;
	if (r->event.time_ns == INT64_MIN)
		find_time(r);
	if (r->event.time_ns == INT64_MIN)
		r->event.time_ns = ticks_ns(filetime_ticks(evtx_u64(p + 16)));
	sink->event(sink->arg, &r->event);
}

/* The next place where a whole record begins; ${end} when there is none. */
static uint32_t
resync(const struct evtx_reader *r, uint32_t pos, uint32_t end)
{
	uint32_t size;

	while (pos + RECORD_LEAST <= end) {
		const uint8_t *p = memmem(r->chunk + pos, end - pos, record_magic, sizeof(record_magic));

		if (p == NULL)
			return end;
		pos = (uint32_t)(p - r->chunk);
		if (is_record(r, pos, &size))
			return pos;
		pos++;
	}
	return end;
}

void
evtx_chunk(struct evtx_reader *r, const uint8_t *chunk, size_t len, uint64_t offset,
    const struct ingest_sink *sink)
{
	uint32_t pos = FIRST_RECORD, free_at, size = 0;
	uint64_t last = 0;

	r->chunk = chunk;
	r->len = len < EVTX_CHUNK ? (uint32_t)len : EVTX_CHUNK;
	memset(r->def, 0, sizeof(r->def));
	if (r->cached > CACHED_MAX || r->arena.total > ARENA_MAX)
		forget_templates(r);
	if (r->len < FIRST_RECORD || !is_chunk(chunk, r->len))
		sink->skipped(sink->arg, offset, r->len < FIRST_RECORD ? r->len : FIRST_RECORD,
		    "ingest.evtx.chunk");
	if (r->len < FIRST_RECORD)
		return;
	free_at = is_chunk(chunk, r->len) ? evtx_u32(chunk + 48) : r->len;
	if (free_at < FIRST_RECORD || free_at > r->len)
		free_at = r->len;
	while (pos < r->len) {
		/* Behind the free space's beginning: of a log that was not closed, or older and overwritten. */
		if (is_record(r, pos, &size) &&
		    (pos < free_at || last == 0 || evtx_u64(chunk + pos + 8) == last + 1)) {
			last = evtx_u64(chunk + pos + 8);
			record(r, pos, size, offset, sink);
			pos += size;
		} else if (pos >= free_at) {
			break;
		} else {
			uint32_t next = resync(r, pos + 1, free_at);

			if (!is_empty(chunk + pos, next - pos))
				sink->skipped(sink->arg, offset + pos, next - pos, "ingest.evtx.record");
			pos = next;
		}
	}
}
