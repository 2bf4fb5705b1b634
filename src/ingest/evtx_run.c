/* SPDX-License-Identifier: Apache-2.0 */
/* evtx_run.c: programs run over a record's values. */
#include "ingest/evtx_part.h"

#define SUBS_MAX 65536

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
		const struct evtx_sub *s;

		if (piece->sub >= f->count)
			return;
		s = &r->sub[f->first + piece->sub];
		evtx_set_value(&v, s->type & 0x7f, s->at, s->len);
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
one_sub(struct evtx_reader *r, const struct frame *f, const struct evtx_op *op, const struct event_value *name)
{
	const struct evtx_sub *s;
	struct event_value *v;

	if (op->sub >= f->count) {
		r->bad = true;
		return;
	}
	s = &r->sub[f->first + op->sub];
	if (s->type == 0x21) {
		if (s->len > 0 && !evtx_embedded(r, (uint32_t)(s->at - r->chunk),
		    (uint32_t)(s->at - r->chunk) + s->len, op->inside, f->depth + 1))
			r->bad = true;
	} else if ((s->type & 0x7f) == 0) {
		if (!op->optional && (v = evtx_new_value(r, name)) != NULL)
			v->type = VALUE_NULL;
	} else if ((s->type & 0x80) != 0) {
		evtx_add_array(r, name, s->type & 0x7f, s->at, s->len);
	} else if ((v = evtx_new_value(r, name)) != NULL) {
		evtx_set_value(v, s->type, s->at, s->len);
	}
}

static void
run(struct evtx_reader *r, const struct evtx_program *p, const struct frame *f)
{
	for (uint32_t i = 0; i < p->ops; i++) {
		const struct evtx_op *op = &p->op[i];
		const struct event_value *name = &op->name;
		uint32_t before = r->event.values;
		struct event_value *v, own;

		if (op->name_pieces > 0) {
			own = op->name;
			name_by_value(r, f, p, op, &own);
			name = &own;
		}
		if (op->sub != NO_SUB) {
			one_sub(r, f, op, name);
		} else if ((v = evtx_new_value(r, name)) != NULL) {
			const struct evtx_piece *piece = p->piece + op->piece;

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
			r->event.time_ns = evtx_ns(r->value[before].number);
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
		r->sub[r->subs++] = (struct evtx_sub){ r->chunk + at, size, r->chunk[pos + 2] };
		at += size;
		f->count++;
	}
	*ret_end = at;
	return true;
}

static bool
has_name(const struct evtx_template *t, uint32_t sub)
{
	for (uint32_t i = 0; t != NULL && i < t->program.pieces; i++)
		if (t->program.piece[i].sub == sub)
			return true;
	return false;
}

/*
 * A definition that was cut off with its chunk, ${t} is NULL then, or is damaged: what values there are that it
 * has no names for.
 */
static void
run_unnamed(struct evtx_reader *r, const struct evtx_template *t, const struct frame *f)
{
	static const struct event_value name = { .name = "Data", .name_len = 4 };

	for (uint32_t i = 0; i < f->count; i++) {
		const struct evtx_sub *s = &r->sub[f->first + i];
		struct event_value *v;

		if (has_name(t, i))
			continue;
		if ((s->type & 0x80) != 0)
			evtx_add_array(r, &name, s->type & 0x7f, s->at, s->len);
		else if (s->type != 0 && s->type != 0x21 && (v = evtx_new_value(r, &name)) != NULL)
			evtx_set_value(v, s->type, s->at, s->len);
	}
}

/* Token, 1, template id, place of the definition; the definition itself, if it is here; values. */
static bool
instance(struct evtx_reader *r, uint32_t *pos, uint32_t end, enum evtx_where where, unsigned depth)
{
	struct frame f = { .depth = depth };
	const struct evtx_template *t;
	uint32_t at = *pos, offset, subs = r->subs, size;
	bool ok;

	if (end - at < 10)
		return false;
	offset = evtx_u32(r->chunk + at + 6);
	at += 10;
	if (offset == at) {
		if (end - at < EVTX_TEMPLATE_HEAD)
			return false;
		size = evtx_u32(r->chunk + at + 20);
		if (size > end - at - EVTX_TEMPLATE_HEAD)
			return false;
		at += EVTX_TEMPLATE_HEAD + size;
	}
	t = evtx_template(r, offset, where);
	ok = read_subs(r, at, end, &f, pos);
	if (t != NULL)
		run(r, &t->program, &f);
	if (t == NULL || t->bad)
		run_unnamed(r, t, &f);
	r->subs = subs;
	return ok && t != NULL && !t->bad;
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
	c->known = r->known;
	c->kept = &r->arena;
	c->arena = &r->passing;
	c->has_dependency = false;
	c->is_passing = true;
	ok = evtx_compile(c, *pos, end, where);
	*pos = c->pos;
	run(r, &c->program, &f);
	return ok;
}

bool
evtx_embedded(struct evtx_reader *r, uint32_t pos, uint32_t end, enum evtx_where where, unsigned depth)
{
	bool ok = true;

	if (depth > EVTX_EMBED_MAX)
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
