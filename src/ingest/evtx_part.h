/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evtx_part.h: what the parts of the EVTX reader share: binary XML compiled into a
 * program (evtx_compile.c), which is kept (evtx_template.c) and run over the values of a record
 * (evtx_run.c, evtx_value.c).
 *
 * Format: [MS-EVEN6] 2.2.12 to 2.2.17; libyal/libevtx "Windows XML Event Log (EVTX)".
 */
#pragma once

#include "ingest/evtx.h"

#define NO_SUB 0xffff

/* Where in the document something stands; names depend on it. */
enum evtx_where { IN_TOP, IN_EVENT, IN_SYSTEM, IN_DATA, IN_USER, IN_OTHER };

/* A part of an element's or attribute's content: a text, or a value of the record. */
struct evtx_piece {
	uint16_t sub; /* number of the value; NO_SUB: the text */
	bool optional;
	bool embeds; /* the value is a document */
	uint32_t units;
	const uint8_t *text; /* UTF-16 */
};

/* One field that the document gives. */
struct evtx_op {
	struct event_value name;          /* of the value, which is not set yet */
	uint32_t piece, pieces;           /* its content */
	uint32_t name_piece, name_pieces; /* of Data Name="…" where that is no plain text */
	uint16_t sub;                     /* of the only piece; NO_SUB: that is none, or there are others */
	bool optional;                    /* that piece */
	uint8_t inside;                   /* enum evtx_where of what is embedded in it */
	bool is_time;                     /* TimeCreated_SystemTime */
};

struct evtx_program {
	struct evtx_op *op;
	struct evtx_piece *piece;
	uint32_t ops, pieces;
};

/* A name the body refers to by its place in the chunk, which differs from chunk to chunk. */
struct evtx_ref {
	uint32_t at;    /* of the reference, from the body's beginning */
	bool is_inline; /* the name follows at once */
	uint32_t units;
	const uint8_t *text; /* UTF-16; the compiler's chunk */
};

/*
 * Records without a template bring their names along, the same ones again and again: what was made of
 * words before, by a hash of them.  Words longer than EVTX_KNOWN_UNITS together are none of these.
 */
#define EVTX_KNOWN       256
#define EVTX_KNOWN_UNITS 128
struct evtx_known {
	const uint8_t *words; /* UTF-16, the second behind the first; NULL: nothing yet */
	uint32_t units[2];
	struct event_value name;
	bool is_time;
};

struct evtx_compiler {
	const struct names *names;
	struct evtx_known *known; /* EVTX_KNOWN of them; NULL: names are made anew */
	struct arena *kept;       /* of what is in there */
	const uint8_t *chunk;
	uint32_t len;       /* bytes of the chunk */
	uint32_t pos, end;  /* of the body under way */
	uint32_t begin;
	bool has_dependency; /* element starts carry a dependency id: inside templates */
	bool is_passing;     /* the program is for the record under way only: texts stay in the chunk */
	bool bad;
	struct arena *arena; /* of names and texts */
	struct evtx_program program; /* arrays are the compiler's own and used again */
	uint32_t ops_room, pieces_room;
	struct evtx_ref *ref;
	uint32_t refs, refs_room;
};

/*
 * Compiles the elements from ${pos} to ${end} into compiler->program, names and texts
 * into compiler->arena.  False when the bytes are no binary XML; what came before the
 * fault is in the program.  compiler->pos is where it stopped.
 */
bool evtx_compile(struct evtx_compiler *c, uint32_t pos, uint32_t end, enum evtx_where where);

void evtx_compiler_clear(struct evtx_compiler *c);

static inline uint16_t
evtx_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
evtx_u32(const uint8_t *p)
{
	return (uint32_t)evtx_u16(p) | (uint32_t)evtx_u16(p + 2) << 16;
}

static inline uint64_t
evtx_u64(const uint8_t *p)
{
	return (uint64_t)evtx_u32(p) | (uint64_t)evtx_u32(p + 4) << 32;
}

/* ---- what the parts of the reader share ---------------------------------------------- */

#define EVTX_FIRST_RECORD EVTX_CHUNK_HEAD
#define EVTX_EMBED_MAX    8
#define EVTX_DEFS         1024
#define EVTX_TEMPLATE_HEAD 24 /* next, GUID, size */

/* A template compiled for some chunk before, and what a chunk must have to be given it again. */
struct evtx_template {
	struct evtx_template *next; /* of the same size and GUID */
	uint8_t guid[16];
	uint32_t size;
	uint8_t *body;
	struct evtx_ref *ref;
	uint32_t refs;
	enum evtx_where where; /* it was met; names depend on it */
	bool bad; /* the program ends where the damage begins */
	struct evtx_program program;
};

struct evtx_sub {
	const uint8_t *at;
	uint16_t len;
	uint8_t type;
};

struct evtx_reader {
	const struct names *names;
	struct evtx_compiler compiler; /* of templates, into ${arena} */
	struct evtx_compiler direct[EVTX_EMBED_MAX + 1]; /* of elements without a template, by depth */
	struct evtx_known known[EVTX_KNOWN]; /* in ${arena} */
	struct arena arena, passing;
	struct evtx_template *bucket[256];
	size_t cached;
	struct {
		uint32_t offset, chunk;
		const struct evtx_template *template;
	} def[EVTX_DEFS]; /* by offset; of a chunk, which counts only while that is under way */
	uint32_t chunks;  /* the number of the one under way, from 1 */
	struct evtx_sub *sub;
	uint32_t subs, subs_room;
	struct buf joined; /* never grows beyond what it has from the start: values point into it */
	struct event event;
	struct event_value value[EVENT_VALUES_MAX];
	/* The record under way. */
	const uint8_t *chunk;
	uint32_t len;
	bool bad;
};

/* As of VALUE_TIME. */
int64_t evtx_filetime(uint64_t t);

/* As of event.time_ns, which reaches from 1678 to 2262; INT64_MIN beyond. */
int64_t evtx_ns(int64_t ticks);

void evtx_set_value(struct event_value *v, uint8_t type, const uint8_t *p, uint32_t len);

/* The next value of the event, called ${name}; NULL when there are too many. */
static inline struct event_value *
evtx_new_value(struct evtx_reader *r, const struct event_value *name)
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

/* How many of the ${len} > 0 bytes of an array its next item takes, with the NUL that ends a string. */
uint32_t evtx_item(uint8_t type, const uint8_t *p, uint32_t len);

/* Arrays repeat the element. */
void evtx_add_array(struct evtx_reader *r, const struct event_value *name, uint8_t type,
    const uint8_t *p, uint32_t len);

/* The template whose definition lies at ${offset} of the chunk; NULL when there is none. */
const struct evtx_template *evtx_template(struct evtx_reader *r, uint32_t offset, enum evtx_where where);

/* Forgets all templates. */
void evtx_forget(struct evtx_reader *r);

/* Runs the documents from ${pos} to ${end}, adding their fields to the event; false: damaged. */
bool evtx_embedded(struct evtx_reader *r, uint32_t pos, uint32_t end, enum evtx_where where,
    unsigned depth);
