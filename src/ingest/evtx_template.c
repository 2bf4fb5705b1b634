/* SPDX-License-Identifier: Apache-2.0 */
/* evtx_template.c: templates compiled once, and known again in every chunk that has them. */
#include "ingest/evtx_part.h"

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
is_same(const struct evtx_reader *r, const struct evtx_template *t, uint32_t pos)
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
	void *copy = arena_alloc(&r->arena, size + 1);

	return size == 0 ? copy : memcpy(copy, data, size);
}

static struct evtx_template *
compile_template(struct evtx_reader *r, uint32_t pos, uint32_t size, enum evtx_where where)
{
	struct evtx_compiler *c = &r->compiler;
	struct evtx_template *t;
	bool ok;

	c->names = r->names;
	c->chunk = r->chunk;
	c->len = r->len;
	c->arena = &r->arena;
	c->has_dependency = true;
	ok = evtx_compile(c, pos, pos + size, where);
	if (!ok && c->program.ops == 0)
		return NULL;
	/* A damaged one may end within a name, which then is compared like all other bytes. */
	while (!ok && c->refs > 0 && (size < 8 || c->ref[c->refs - 1].at > size - 8))
		c->refs--;
	t = arena_alloc(&r->arena, sizeof(*t));
	*t = (struct evtx_template){ .size = size, .body = keep(r, r->chunk + pos, size), .refs = c->refs,
		.where = where, .bad = !ok, .ref = keep(r, c->ref, c->refs * sizeof(*c->ref)), .program = c->program };
	memcpy(t->guid, r->chunk + pos - EVTX_TEMPLATE_HEAD + 4, sizeof(t->guid));
	for (uint32_t i = 0; i < t->refs; i++)
		t->ref[i].text = keep(r, t->ref[i].text, 2 * (size_t)t->ref[i].units);
	t->program.op = keep(r, c->program.op, c->program.ops * sizeof(*c->program.op));
	t->program.piece = keep(r, c->program.piece, c->program.pieces * sizeof(*c->program.piece));
	return t;
}

/* The template whose definition lies at ${offset} of the chunk; NULL when there is none. */
const struct evtx_template *
evtx_template(struct evtx_reader *r, uint32_t offset, enum evtx_where where)
{
	size_t slot = (offset >> 2 ^ offset >> 9) & (EVTX_DEFS - 1);
	struct evtx_template *t, **bucket;
	uint32_t size;

	if (r->def[slot].chunk == r->chunks && r->def[slot].offset == offset &&
	    r->def[slot].template->where == where)
		return r->def[slot].template;
	if (offset < EVTX_FIRST_RECORD || offset > r->len || r->len - offset < EVTX_TEMPLATE_HEAD)
		return NULL;
	size = evtx_u32(r->chunk + offset + 20);
	if (size > r->len - offset - EVTX_TEMPLATE_HEAD)
		return NULL;
	bucket = &r->bucket[(r->chunk[offset + 4] ^ r->chunk[offset + 9] ^ size) & 255];
	for (t = *bucket; t != NULL; t = t->next)
		if (t->size == size && t->where == where && memcmp(t->guid, r->chunk + offset + 4, sizeof(t->guid)) == 0 &&
		    is_same(r, t, offset + EVTX_TEMPLATE_HEAD))
			break;
	if (t == NULL) {
		t = compile_template(r, offset + EVTX_TEMPLATE_HEAD, size, where);
		if (t == NULL)
			return NULL;
		t->next = *bucket;
		*bucket = t;
		r->cached++;
	}
	r->def[slot].offset = offset;
	r->def[slot].chunk = r->chunks;
	r->def[slot].template = t;
	return t;
}

void
evtx_forget(struct evtx_reader *r)
{
	arena_clear(&r->arena);
	memset(r->bucket, 0, sizeof(r->bucket));
	memset(r->def, 0, sizeof(r->def));
	memset(r->known, 0, sizeof(r->known));
	r->cached = 0;
}
