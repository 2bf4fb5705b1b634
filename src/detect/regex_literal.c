/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regex_literal.c: what must stand in every text that an expression finds, as literals of which one
 * is there, and as pieces that follow each other.
 *
 * A small reader of expressions that understands enough to be sure and gives up on the rest:
 * of a sequence the longest run of plain characters, of alternatives one each.  Parts that may
 * be missing say nothing.  Characters that are not ASCII end a run, because an expression that
 * ignores case may find other letters than these.
 */
#include "base/arena.h"
#include "detect/lower.h"
#include "detect/regex.h"

#define ALTERNATIVES 32
#define RUN_MAX      64
#define DEPTH_MAX    20
#define SHORTEST     2 /* shorter texts stand everywhere */
#define PIECES_MAX   500

struct choice {
	struct regex_literal text[ALTERNATIVES];
	size_t count; /* 0: nothing is known */
};

struct reader {
	struct arena *arena;
	const char *p;
	int depth;
	bool lost; /* something was not understood */
	char pieces[PIECES_MAX];
	size_t pieces_len, pieces_from; /* from: where the alternative under way begins */
	bool without; /* an alternative has no piece */
	bool is_more; /* than pieces with anything between them */
};

struct run {
	char text[RUN_MAX];
	size_t len;
};

static size_t
shortest(const struct choice *c)
{
	size_t n = c->count == 0 ? 0 : SIZE_MAX;

	for (size_t i = 0; i < c->count; i++)
		n = c->text[i].len < n ? c->text[i].len : n;
	return n;
}

static void
take_better(struct choice *best, const struct choice *other)
{
	if (shortest(other) > shortest(best) ||
	    (shortest(other) == shortest(best) && other->count < best->count))
		*best = *other;
}

/* Of the whole expression's own sequences only. */
static void
add_piece(struct reader *r, const char *text, size_t len)
{
	if (r->depth != 1 || len == 0)
		return;
	if (r->pieces_len + len + 3 > PIECES_MAX) {
		r->is_more = true;
		return;
	}
	r->pieces[r->pieces_len++] = (char)len;
	memcpy(r->pieces + r->pieces_len, text, len);
	r->pieces_len += len;
}

static void
end_pieces(struct reader *r)
{
	if (r->depth != 1)
		return;
	if (r->pieces_len == r->pieces_from || r->pieces_len + 2 > PIECES_MAX)
		r->without = true;
	else
		r->pieces[r->pieces_len++] = 0;
	r->pieces_from = r->pieces_len;
}

static void
end_run(struct reader *r, struct run *run, struct choice *best)
{
	struct choice one = { .count = 1 };

	add_piece(r, run->text, run->len);
	if (run->len >= SHORTEST) {
		one.text[0] = (struct regex_literal){ arena_strndup(r->arena, run->text, run->len), run->len };
		take_better(best, &one);
	}
	run->len = 0;
}

/* [...]: passed over; a class says nothing, as it may be any of several. */
static void
skip_class(struct reader *r)
{
	r->p++;
	if (*r->p == '^')
		r->p++;
	if (*r->p == ']')
		r->p++;
	while (*r->p != '\0' && *r->p != ']') {
		if (*r->p == '[' && (r->p[1] == ':' || r->p[1] == '.' || r->p[1] == '=')) {
			const char *end = strstr(r->p + 2, ":]");

			r->p = end == NULL ? r->p + 1 : end + 2;
			continue;
		}
		r->p += r->p[0] == '\\' && r->p[1] != '\0' ? 2 : 1;
	}
	if (*r->p == ']')
		r->p++;
	else
		r->lost = true;
}

/* The least number of repetitions that follow: 0, 1, or more (2); -1 when there is no quantifier. */
static int
quantifier(struct reader *r)
{
	int least = -1;

	if (*r->p == '*' || *r->p == '?') {
		least = 0;
		r->p++;
	} else if (*r->p == '+') {
		least = 1;
		r->p++;
	} else if (*r->p == '{') {
		/* Without its end, or with a sign that has no place in it, it is a plain character. */
		size_t n = 1 + strspn(r->p + 1, "0123456789, ");

		if (n > 1 && r->p[n] == '}') {
			least = r->p[1] >= '1' && r->p[1] <= '9' ? 1 : 0;
			r->p += n + 1;
		}
	}
	if (least >= 0 && (*r->p == '?' || *r->p == '+'))
		r->p++;
	return least;
}

static struct choice alternatives(struct reader *r);

/* (...): what it is for, and what is in it. */
static struct choice
group(struct reader *r)
{
	struct choice inner = { .count = 0 };
	bool counts = true;

	r->p++;
	if (*r->p == '?') {
		size_t flags = strspn(r->p + 1, "imsn-^");

		if (strchr("#>|(=!&RPC+'", r->p[1]) != NULL || (r->p[1] == '<' && strchr("=!", r->p[2]) != NULL))
			counts = false;
		if (r->p[1] == ':' || r->p[1] == '>' || r->p[1] == '|') {
			counts = r->p[1] == ':';
			r->p += 2;
		} else if (flags > 0 && r->p[1 + flags] == ')') {
			r->p += 2 + flags;
			return inner;
		} else if (flags > 0 && r->p[1 + flags] == ':') {
			r->p += 2 + flags;
		} else if ((r->p[1] == '<' || r->p[1] == 'P') && strchr(r->p, '>') != NULL && counts) {
			r->p = strchr(r->p, '>') + 1;
		} else {
			r->lost = true;
			return inner;
		}
	} else if (*r->p == '*') {
		r->lost = true;
		return inner;
	}
	inner = alternatives(r);
	if (*r->p != ')')
		r->lost = true;
	else
		r->p++;
	if (!counts)
		inner.count = 0;
	return inner;
}

/* \x: a plain character, or -1 for anything else; passed over. */
static int
escape(struct reader *r)
{
	char c = r->p[1];

	if (c == '\0') {
		r->lost = true;
		return -1;
	}
	if (strchr("pPxQEuULNgkco0123456789", c) != NULL) {
		/* Those with arguments are few in rules; being wrong about them is worse. */
		r->lost = true;
		return -1;
	}
	r->p += 2;
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		return -1;
	return (unsigned char)c < 0x80 ? c : -1;
}

static struct choice
sequence(struct reader *r)
{
	struct choice best = { .count = 0 };
	struct run run = { .len = 0 };

	while (!r->lost && *r->p != '\0' && *r->p != '|' && *r->p != ')') {
		struct choice inner = { .count = 0 };
		bool is_gap = r->p[0] == '.' && r->p[1] == '*' && r->p[2] != '+';
		int c = -1, least;

		if (*r->p == '(') {
			end_run(r, &run, &best);
			inner = group(r);
		} else if (*r->p == '[') {
			skip_class(r);
		} else if (*r->p == '\\') {
			c = escape(r);
		} else {
			c = strchr(".^$*+?", *r->p) != NULL || (unsigned char)*r->p >= 0x80 ? -1 : *r->p;
			r->p++;
		}
		least = quantifier(r);
		if (!is_gap && (c < 0 || least >= 0))
			r->is_more = true;
		if (c < 0 || least == 0)
			end_run(r, &run, &best);
		if (least != 0 && inner.count > 0)
			take_better(&best, &inner);
		if (least != 0 && inner.count == 1)
			add_piece(r, inner.text[0].text, inner.text[0].len);
		if (c >= 0 && least != 0) {
			if (run.len == RUN_MAX) {
				end_run(r, &run, &best);
				r->is_more = true;
			}
			run.text[run.len++] = (char)lower_char((uint32_t)c);
		} else if (c >= 0) {
			end_run(r, &run, &best);
		}
		if (least >= 0)
			end_run(r, &run, &best);
	}
	end_run(r, &run, &best);
	return best;
}

static struct choice
alternatives(struct reader *r)
{
	struct choice all = { .count = 0 };
	bool known = true;

	if (++r->depth > DEPTH_MAX)
		r->lost = true;
	while (!r->lost) {
		struct choice one = sequence(r);

		end_pieces(r);
		if (one.count == 0 || all.count + one.count > ALTERNATIVES)
			known = false;
		for (size_t i = 0; known && i < one.count; i++)
			all.text[all.count++] = one.text[i];
		if (*r->p != '|')
			break;
		r->p++;
	}
	r->depth--;
	if (!known)
		all.count = 0;
	return all;
}

size_t
regex_literals(struct arena *arena, const char *pattern, size_t max, struct regex_literal *ret)
{
	struct reader r = { .arena = arena, .p = pattern };
	struct choice all = alternatives(&r);

	if (r.lost || *r.p != '\0' || all.count > max)
		return 0;
	for (size_t i = 0; i < all.count; i++)
		ret[i] = all.text[i];
	return all.count;
}

const char *
regex_pieces(struct arena *arena, const char *pattern, size_t *ret_len, bool *ret_all)
{
	struct reader r = { .arena = arena, .p = pattern };
	char *ret;

	alternatives(&r);
	if (r.lost || *r.p != '\0' || r.without)
		return NULL;
	r.pieces[r.pieces_len++] = 0;
	*ret_len = r.pieces_len;
	*ret_all = !r.is_more;
	ret = arena_alloc(arena, r.pieces_len);
	return memcpy(ret, r.pieces, r.pieces_len);
}
