/* SPDX-License-Identifier: Apache-2.0 */
/* evtx_compile.c: binary XML into a list of the fields it gives. */
#include "ingest/evtx_part.h"

#define DEPTH_MAX  32
#define OPS_MAX    4096
#define PIECES_MAX (EVTX_CHUNK / 3) /* each takes three bytes at least */

enum token {
	T_END = 0x00, T_OPEN = 0x01, T_CLOSE_START = 0x02, T_CLOSE_EMPTY = 0x03, T_CLOSE = 0x04,
	T_VALUE = 0x05, T_ATTRIBUTE = 0x06, T_CDATA = 0x07, T_CHAR_REF = 0x08, T_ENTITY_REF = 0x09,
	T_PI_TARGET = 0x0a, T_PI_DATA = 0x0b, T_TEMPLATE = 0x0c, T_SUB = 0x0d, T_SUB_OPTIONAL = 0x0e,
	T_FRAGMENT = 0x0f, T_MORE = 0x40,
};

#define TYPE_DOCUMENT 0x21

struct word {
	const uint8_t *text; /* UTF-16 */
	uint32_t units;
};

/* An element under way. */
struct element {
	struct word name;
	const struct element *parent;
	enum evtx_where where, inside;
	uint32_t data_name, data_names; /* pieces of its attribute Name */
	unsigned depth;
};

/* ---- bytes -------------------------------------------------------------------- */

static bool
has(struct evtx_compiler *c, uint32_t n)
{
	if (c->pos > c->end || c->end - c->pos < n)
		c->bad = true;
	return !c->bad;
}

static uint8_t
peek(struct evtx_compiler *c)
{
	return has(c, 1) ? c->chunk[c->pos] : T_END;
}

static uint16_t
take16(struct evtx_compiler *c)
{
	if (!has(c, 2))
		return 0;
	c->pos += 2;
	return evtx_u16(c->chunk + c->pos - 2);
}

static uint32_t
take32(struct evtx_compiler *c)
{
	if (!has(c, 4))
		return 0;
	c->pos += 4;
	return evtx_u32(c->chunk + c->pos - 4);
}

static void
skip(struct evtx_compiler *c, uint32_t n)
{
	if (has(c, n))
		c->pos += n;
}

static void
add_ref(struct evtx_compiler *c, uint32_t at, bool is_inline, struct word name)
{
	if (c->refs == c->refs_room) {
		c->refs_room = c->refs_room == 0 ? 64 : c->refs_room * 2;
		c->ref = xrealloc(c->ref, c->refs_room * sizeof(*c->ref));
	}
	c->ref[c->refs++] = (struct evtx_ref){ at - c->begin, is_inline, name.units, name.text };
}

/* A name by its place in the chunk: next, hash, number of characters, characters, NUL. */
static struct word
take_name(struct evtx_compiler *c)
{
	uint32_t at = c->pos, offset = take32(c);
	bool is_inline = offset == c->pos;
	struct word name = { NULL, 0 };

	if (c->bad || offset > c->len || c->len - offset < 8) {
		c->bad = true;
		return name;
	}
	name.units = evtx_u16(c->chunk + offset + 6);
	name.text = c->chunk + offset + 8;
	if (c->len - offset - 8 < 2 * name.units + 2) {
		c->bad = true;
		return name;
	}
	if (is_inline)
		skip(c, 8 + 2 * name.units + 2);
	if (!c->is_passing)
		add_ref(c, at, is_inline, name);
	return name;
}

static bool
is_word(struct word w, const char *ascii)
{
	size_t n = strlen(ascii);

	if (w.units != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (evtx_u16(w.text + 2 * i) != (uint8_t)ascii[i])
			return false;
	return true;
}

/* ---- content ------------------------------------------------------------------- */

static void
add_piece(struct evtx_compiler *c, struct evtx_piece piece)
{
	struct evtx_program *p = &c->program;

	if (p->pieces == PIECES_MAX) {
		c->bad = true;
		return;
	}
	if (p->pieces == c->pieces_room) {
		c->pieces_room = c->pieces_room == 0 ? 256 : c->pieces_room * 2;
		p->piece = xrealloc(p->piece, c->pieces_room * sizeof(*p->piece));
	}
	p->piece[p->pieces++] = piece;
}

static void
add_text(struct evtx_compiler *c, const void *text, uint32_t units)
{
	void *copy = arena_alloc(c->arena, 2 * (size_t)units + 1);

	memcpy(copy, text, 2 * (size_t)units);
	add_piece(c, (struct evtx_piece){ NO_SUB, false, false, units, copy });
}

static void
take_text(struct evtx_compiler *c)
{
	uint32_t units = take16(c);

	if (!has(c, 2 * units))
		return;
	if (c->is_passing)
		add_piece(c, (struct evtx_piece){ NO_SUB, false, false, units, c->chunk + c->pos });
	else
		add_text(c, c->chunk + c->pos, units);
	c->pos += 2 * units;
}

static void
take_entity(struct evtx_compiler *c)
{
	static const struct { const char *name; char c; } known[] = {
		{ "lt", '<' }, { "gt", '>' }, { "amp", '&' }, { "quot", '"' }, { "apos", '\'' },
	};
	struct word name = take_name(c);

	for (size_t i = 0; i < ARRAY_LEN(known) && !c->bad; i++)
		if (is_word(name, known[i].name))
			add_text(c, (const uint8_t[]){ (uint8_t)known[i].c, 0 }, 1);
}

/* One piece of content, if the next token is one. */
static bool
take_piece(struct evtx_compiler *c)
{
	uint8_t token = peek(c) & (uint8_t)~T_MORE;
	uint16_t sub;
	bool embeds;

	switch (token) {
	case T_VALUE:
		skip(c, 2); /* its type is always a string */
		take_text(c);
		return true;
	case T_CDATA:
		skip(c, 1);
		take_text(c);
		return true;
	case T_CHAR_REF:
		skip(c, 1);
		if (has(c, 2))
			add_text(c, c->chunk + c->pos, 1);
		skip(c, 2);
		return true;
	case T_ENTITY_REF:
		skip(c, 1);
		take_entity(c);
		return true;
	case T_SUB:
	case T_SUB_OPTIONAL:
		skip(c, 1);
		sub = take16(c);
		embeds = peek(c) == TYPE_DOCUMENT; /* for all else the value's own type counts */
		skip(c, 1);
		add_piece(c, (struct evtx_piece){ sub, token == T_SUB_OPTIONAL, embeds, 0, NULL });
		return true;
	default:
		return false;
	}
}

/* ---- names of fields -------------------------------------------------------------- */

/* Nearly all names are ASCII; false at one that is not. */
static bool
add_ascii(char *out, struct word w, size_t *ret_n)
{
	size_t n = 0;

	for (uint32_t i = 0; i < w.units; i++) {
		uint16_t c = evtx_u16(w.text + 2 * (size_t)i);

		if (c >= 0x80)
			return false;
		out[n] = (char)c;
		n += c != ' ' && c != 0;
	}
	*ret_n = n;
	return true;
}

static size_t
add_word(char *out, struct word w)
{
	struct event_value v = { .type = VALUE_UTF16, .data = w.text, .len = w.units * 2 };
	struct buf text = BUF_INIT((size_t)EVTX_CHUNK * 4);
	struct text t;
	size_t n;

	if (add_ascii(out, w, &n))
		return n;
	t = event_text(&v, &text);
	n = 0;
	for (size_t i = 0; i < t.len; i++)
		if (t.at[i] != ' ' && t.at[i] != '\0')
			out[n++] = t.at[i];
	buf_clear(&text);
	return n;
}

/* "Provider", "Provider_Name": one or two words joined, without their blanks. */
static void
make_name(struct evtx_compiler *c, struct arena *arena, struct evtx_op *op, struct word a, struct word b)
{
	char *text = arena_alloc(arena, 3 * ((size_t)a.units + b.units) + 2);
	size_t n = add_word(text, a);

	if (b.units > 0) {
		text[n++] = '_';
		n += add_word(text + n, b);
	}
	op->name = (struct event_value){ .id = names_find(c->names, text, n), .name = text, .name_len = (uint32_t)n };
	op->is_time = n == 22 && memcmp(text, "TimeCreated_SystemTime", n) == 0;
}

/* The beginning, the end and the length tell names apart well enough. */
static uint32_t
word_hash(uint32_t h, struct word w)
{
	uint64_t first = 0, last = 0;

	if (w.units >= 4) {
		memcpy(&first, w.text, sizeof(first));
		memcpy(&last, w.text + 2 * (size_t)w.units - sizeof(last), sizeof(last));
	} else if (w.units > 0) {
		first = w.text[0];
	}
	first = (first ^ last << 5 ^ last >> 59 ^ w.units ^ h) * UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(first >> 32);
}

static bool
same_words(const struct evtx_known *k, struct word a, struct word b)
{
	return k->words != NULL && k->units[0] == a.units && k->units[1] == b.units &&
	    memcmp(k->words, a.text, 2 * (size_t)a.units) == 0 &&
	    (b.units == 0 || memcmp(k->words + 2 * (size_t)a.units, b.text, 2 * (size_t)b.units) == 0);
}

static void
set_name(struct evtx_compiler *c, struct evtx_op *op, struct word a, struct word b)
{
	struct evtx_known *k;
	uint8_t *words;

	if (c->known == NULL || a.units == 0 || a.units + b.units > EVTX_KNOWN_UNITS) {
		make_name(c, c->arena, op, a, b);
		return;
	}
	k = &c->known[word_hash(word_hash(0, a), b) % EVTX_KNOWN];
	if (!same_words(k, a, b)) {
		words = arena_alloc(c->kept, 2 * ((size_t)a.units + b.units));
		memcpy(words, a.text, 2 * (size_t)a.units);
		if (b.units > 0)
			memcpy(words + 2 * (size_t)a.units, b.text, 2 * (size_t)b.units);
		make_name(c, c->kept, op, a, b);
		*k = (struct evtx_known){ words, { a.units, b.units }, op->name, op->is_time };
	}
	op->name = k->name;
	op->is_time = k->is_time;
}

static void
add_op(struct evtx_compiler *c, struct evtx_op op)
{
	struct evtx_program *p = &c->program;

	if (p->ops == OPS_MAX) {
		c->bad = true;
		return;
	}
	if (p->ops == c->ops_room) {
		c->ops_room = c->ops_room == 0 ? 64 : c->ops_room * 2;
		p->op = xrealloc(p->op, c->ops_room * sizeof(*p->op));
	}
	op.sub = op.pieces == 1 ? p->piece[op.piece].sub : NO_SUB;
	op.optional = op.pieces == 1 && p->piece[op.piece].optional;
	p->op[p->ops++] = op;
}

/* ---- elements ------------------------------------------------------------------------ */

static enum evtx_where
inside_of(enum evtx_where where, struct word name)
{
	switch (where) {
	case IN_TOP:
		return is_word(name, "Event") ? IN_EVENT : IN_OTHER;
	case IN_EVENT:
		return is_word(name, "System") ? IN_SYSTEM : is_word(name, "EventData") ? IN_DATA :
		    is_word(name, "UserData") ? IN_USER : IN_OTHER;
	default:
		return where;
	}
}

static bool
is_namespace(struct word name)
{
	struct word head = { name.text, 5 };

	return name.units >= 5 && is_word(head, "xmlns");
}

static void
attribute(struct evtx_compiler *c, struct element *e)
{
	struct evtx_op op = { .piece = c->program.pieces };
	struct word name;

	skip(c, 1);
	name = take_name(c);
	op.piece = c->program.pieces;
	while (take_piece(c) && !c->bad)
		continue;
	op.pieces = c->program.pieces - op.piece;
	if (c->bad || is_namespace(name))
		return;
	if (e->where == IN_DATA && is_word(name, "Name")) {
		e->data_name = op.piece;
		e->data_names = op.pieces;
	} else {
		set_name(c, &op, e->name, name);
		add_op(c, op);
	}
}

static bool
has_document(const struct evtx_compiler *c, const struct evtx_op *op)
{
	for (uint32_t i = 0; i < op->pieces; i++)
		if (c->program.piece[op->piece + i].embeds)
			return true;
	return false;
}

/* Adds the element's own content as a field. */
static void
content(struct evtx_compiler *c, const struct element *e, uint32_t piece, bool has_children)
{
	struct evtx_op op = { .piece = piece, .pieces = c->program.pieces - piece,
		.inside = (uint8_t)e->inside };
	const struct evtx_piece *first = e->data_names > 0 ? &c->program.piece[e->data_name] : NULL;

	if (op.pieces == 0 && (has_children || e->where == IN_SYSTEM || e->where == IN_EVENT))
		return;
	if (first != NULL && e->data_names == 1 && first->sub == NO_SUB && first->units > 0) {
		set_name(c, &op, (struct word){ first->text, first->units }, (struct word){ NULL, 0 });
	} else if (e->where == IN_OTHER && e->parent != NULL) {
		set_name(c, &op, e->parent->name, e->name);
	} else {
		set_name(c, &op, e->name, (struct word){ NULL, 0 });
		op.name_piece = e->data_name;
		op.name_pieces = e->data_names;
	}
	if (!has_children && (op.pieces == 1 || !has_document(c, &op))) {
		add_op(c, op);
		return;
	}
	/* Between children, and beside documents to be embedded, there may be blanks. */
	for (uint32_t i = piece, end = c->program.pieces; i < end; i++) {
		op.piece = i;
		op.pieces = 1;
		if (c->program.piece[i].sub != NO_SUB)
			add_op(c, op);
	}
}

static void element(struct evtx_compiler *c, const struct element *parent, enum evtx_where where);

/* What stands between the tags; the pieces of children are theirs. */
static void
children(struct evtx_compiler *c, const struct element *e)
{
	struct evtx_piece own[64]; /* values among or between children */
	uint32_t n = 0, piece = c->program.pieces;
	bool has_children = false;

	while (!c->bad) {
		uint32_t before = c->program.pieces;
		uint8_t token = peek(c) & (uint8_t)~T_MORE;

		if (token == T_CLOSE) {
			c->pos++;
			break;
		}
		if (token == T_OPEN) {
			has_children = true;
			element(c, e, e->inside);
		} else if (token == T_PI_TARGET) {
			skip(c, 1);
			take_name(c);
		} else if (token == T_PI_DATA) {
			skip(c, 1);
			skip(c, 2 * (uint32_t)take16(c));
		} else if (!take_piece(c)) {
			c->bad = true;
		} else if (c->program.pieces > before && c->program.piece[before].sub != NO_SUB) {
			if (n == ARRAY_LEN(own))
				c->bad = true;
			else
				own[n++] = c->program.piece[before];
		}
	}
	if (c->bad)
		return;
	if (has_children)
		piece = c->program.pieces;
	for (uint32_t i = 0; i < n && has_children; i++)
		add_piece(c, own[i]);
	content(c, e, piece, has_children);
}

static void
element(struct evtx_compiler *c, const struct element *parent, enum evtx_where where)
{
	bool has_attributes = (peek(c) & T_MORE) != 0;
	struct element e = { .parent = parent, .where = where,
		.depth = parent == NULL ? 0 : parent->depth + 1 };

	skip(c, c->has_dependency ? 7 : 5); /* token, dependency id, bytes of the element */
	e.name = take_name(c);
	if (c->bad || e.depth > DEPTH_MAX) {
		c->bad = true;
		return;
	}
	e.inside = inside_of(where, e.name);
	if (has_attributes)
		skip(c, 4);
	while (!c->bad && has_attributes && (peek(c) & (uint8_t)~T_MORE) == T_ATTRIBUTE)
		attribute(c, &e);
	if (c->bad)
		return;
	if (peek(c) == T_CLOSE_EMPTY) {
		c->pos++;
		content(c, &e, c->program.pieces, false);
	} else if (peek(c) == T_CLOSE_START) {
		c->pos++;
		children(c, &e);
	} else {
		c->bad = true;
	}
}

bool
evtx_compile(struct evtx_compiler *c, uint32_t pos, uint32_t end, enum evtx_where where)
{
	c->program.ops = c->program.pieces = c->refs = 0;
	c->pos = c->begin = pos;
	c->end = end;
	c->bad = false;
	while (!c->bad && c->pos < end && peek(c) != T_END) {
		uint8_t token = peek(c) & (uint8_t)~T_MORE;

		if (token == T_FRAGMENT)
			skip(c, 4);
		else if (token == T_OPEN)
			element(c, NULL, where);
		else
			c->bad = true;
	}
	return !c->bad;
}

void
evtx_compiler_clear(struct evtx_compiler *c)
{
	free(c->program.op);
	free(c->program.piece);
	free(c->ref);
	*c = (struct evtx_compiler){ 0 };
}
