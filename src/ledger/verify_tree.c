/* SPDX-License-Identifier: Apache-2.0 */
/* verify_tree.c: entries, tree, checkpoints and head of one agency. */
#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "ledger/checkpoint.h"
#include "ledger/header.h"
#include "ledger/image.h"
#include "ledger/verify_part.h"

struct batch;

struct walk {
	struct verifier *v;
	struct tree tree;
	struct buf header;
	struct note_key key;
	char origin[NOTE_NAME_MAX];
	struct batch *batch;
	int64_t next;           /* the number the next entry must have */
	int64_t at_ms, mono_ms; /* of the last entry */
	char boot_id[64];
	struct query points; /* ledger_checkpoint in order of size */
	bool point;          /* points stands on a row */
	int64_t proved;      /* size of the last checkpoint that was right */
	bool outside;        /* the outside checkpoint is this agency's and still to be met */
	struct checkpoint outside_cp;
};

/* The columns of an entry as they are read; numbers first. */
enum { C_SEQ, C_AT, C_MONO, C_BOOT, C_ACTOR, C_OP, C_INCIDENT, C_SALT, C_PAYLOAD, C_HASH, C_LEAF };

static const char *const entry_column[] = { "seq", "at_ms", "mono_ms", "boot_id", "actor", "op",
	"incident_id", "salt", "payload", "payload_hash", "leaf" };

struct entry {
	int64_t number[C_MONO + 1];
	struct span text[C_LEAF + 1]; /* at NULL: SQL NULL */
	int wrong;                    /* the first column no writer can have left so, or -1 */
	struct span salted;           /* the salt and the payload; at NULL: no salt, or no payload */
	bool is_hashed;               /* what follows was computed */
	uint8_t payload_hash[TREE_HASH], leaf[TREE_HASH];
};

/*
 * Entries are read some at a time and then recomputed, which keeps each of the two in
 * the processor's caches, and lets the second be timed.
 */
#define BATCH_ENTRIES 128
#define BATCH_BYTES   ((size_t)256 << 10) /* of texts, and one entry more */

struct batch {
	struct entry entry[BATCH_ENTRIES];
	size_t n, bytes;
	struct arena arena; /* of the texts */
};

static void
fault_seq(struct walk *w, enum ledger_fault_kind kind, int64_t seq, const char *column)
{
	verifier_fault(w->v, kind, &(struct fault_at){ seq, -1, NULL, NULL, column });
}

/* ---- entries ---------------------------------------------------------------- */

/* 64 lower-case hex digits and nothing else: one spelling only, so that every changed bit shows. */
static bool
unhex(const char *s, size_t len, uint8_t ret[static TREE_HASH])
{
	return len == 2 * TREE_HASH && hex_decode(s, ret, TREE_HASH);
}

static bool
unhex_span(struct span text, uint8_t ret[static 32])
{
	return unhex(text.at, text.len, ret);
}

static bool
read_column(struct query *q, int c, struct entry *ret)
{
	enum query_type type = query_type(q, c);

	if (c <= C_MONO) {
		ret->number[c] = query_int(q, c);
		return type == QUERY_INT;
	}
	ret->text[c] = (struct span){ NULL, 0 };
	if (type == QUERY_NULL && (c == C_INCIDENT || c == C_PAYLOAD))
		return true;
	if (type != QUERY_TEXT)
		return false;
	ret->text[c] = (struct span){ query_text(q, c), query_size(q, c) };
	/* The header is made of strings that end at a NUL byte. */
	return c > C_INCIDENT || strlen(ret->text[c].at) == ret->text[c].len;
}

static void
read_entry(struct query *q, struct entry *ret)
{
	ret->wrong = -1;
	for (int c = C_SEQ; c <= C_LEAF; c++)
		if (!read_column(q, c, ret) && ret->wrong == -1)
			ret->wrong = c;
}

static void
write_header(struct walk *w, const struct entry *e)
{
	struct ledger_header h = {
		.actor = e->text[C_ACTOR].at, .agency = w->v->agency_id, .boot = e->text[C_BOOT].at,
		.op = e->text[C_OP].at, .incident = e->text[C_INCIDENT].at,
		.at_ms = e->number[C_AT], .mono_ms = e->number[C_MONO], .seq = e->number[C_SEQ],
	};

	buf_reset(&w->header);
	header_json(&h, &w->header);
}

/* The hashes of the payloads of the batch; of an erased one what is stored. */
static void
hash_payloads(struct batch *b)
{
	struct sha256_job job[BATCH_ENTRIES];
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct entry *e = &b->entry[i];

		e->is_hashed = e->wrong == -1 && (e->salted.at != NULL ||
		    (e->text[C_PAYLOAD].at == NULL && e->text[C_SALT].len == 0)); /* erased with it */
		if (!e->is_hashed)
			continue;
		if (e->salted.at != NULL)
			job[n++] = (struct sha256_job){ e->salted.at, e->salted.len, e->payload_hash };
		else if (!unhex_span(e->text[C_HASH], e->payload_hash))
			memset(e->payload_hash, 0, TREE_HASH);
	}
	sha256_many(job, n);
}

/* Their leaves: a byte 0, the header, the hash of the payload. */
static void
hash_leaves(struct walk *w)
{
	struct sha256_job job[BATCH_ENTRIES];
	struct batch *b = w->batch;
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		struct entry *e = &b->entry[i];
		char *text;

		if (!e->is_hashed)
			continue;
		write_header(w, e);
		text = arena_alloc(&b->arena, 1 + w->header.len + TREE_HASH);
		text[0] = 0;
		memcpy(text + 1, w->header.data, w->header.len);
		memcpy(text + 1 + w->header.len, e->payload_hash, TREE_HASH);
		job[n++] = (struct sha256_job){ text, 1 + w->header.len + TREE_HASH, e->leaf };
	}
	sha256_many(job, n);
}

static bool
says(struct span text, const uint8_t hash[static TREE_HASH])
{
	char hex[SHA256_HEX_SIZE];

	return text.len == 2 * TREE_HASH && memcmp(hex_encode(hash, TREE_HASH, hex), text.at, text.len) == 0;
}

/*
 * Compares one entry with what was computed.  The tree goes on with the leaf that is
 * stored, if it can be read, so that one bad entry is one fault and not one for each root.
 */
static enum ledger_fault_kind
judge(const struct entry *e, uint8_t ret_leaf[static TREE_HASH])
{
	bool leaf_holds = e->is_hashed && says(e->text[C_LEAF], e->leaf);

	if (leaf_holds)
		memcpy(ret_leaf, e->leaf, TREE_HASH);
	else if (!unhex_span(e->text[C_LEAF], ret_leaf))
		return FAULT_HEADER;
	if (!e->is_hashed)
		return FAULT_PAYLOAD;
	if (says(e->text[C_HASH], e->payload_hash))
		return leaf_holds ? FAULT_NONE : FAULT_HEADER;
	/* Payload and stored hash differ: the leaf tells which of them was touched. */
	return leaf_holds ? FAULT_PAYLOAD_HASH : FAULT_PAYLOAD;
}

static void
note_erased(struct verifier *v, int64_t seq)
{
	if ((v->erased_count & (v->erased_count - 1)) == 0)
		v->erased = xrealloc(v->erased,
		    (v->erased_count == 0 ? 1 : v->erased_count * 2) * sizeof(*v->erased));
	v->erased[v->erased_count++] = seq;
	v->report->erased++;
}

static void
take_entry(struct walk *w, const struct entry *e)
{
	uint8_t leaf[TREE_HASH] = { 0 };
	enum ledger_fault_kind kind = FAULT_NONE;

	if (e->wrong != -1)
		fault_seq(w, FAULT_TYPE, e->wrong == C_SEQ ? (int64_t)w->tree.size : e->number[C_SEQ],
		    entry_column[e->wrong]);
	else if ((kind = judge(e, leaf)) != FAULT_NONE)
		fault_seq(w, kind, e->number[C_SEQ], NULL);
	if (e->wrong == -1 && e->text[C_PAYLOAD].at == NULL)
		note_erased(w->v, e->number[C_SEQ]);
	tree_append(&w->tree, leaf, NULL, NULL);
	w->at_ms = e->number[C_AT];
	w->mono_ms = e->number[C_MONO];
	if (e->wrong == -1 && strcmp(w->boot_id, e->text[C_BOOT].at) != 0)
		snprintf(w->boot_id, sizeof(w->boot_id), "%s", e->text[C_BOOT].at);
}

/* ---- checkpoints ------------------------------------------------------------ */

enum { P_SIZE, P_ROOT, P_AT, P_NOTE };

static void
fault_point(struct walk *w, enum ledger_fault_kind kind, const char *column)
{
	int64_t size = query_type(&w->points, P_SIZE) == QUERY_INT ? query_int(&w->points, P_SIZE) : -1;

	fault_seq(w, kind, size, column);
}

/* The columns beside the note only repeat what it says. */
static const char *
wrong_column(struct walk *w, const struct checkpoint *cp)
{
	struct query *q = &w->points;
	uint8_t root[TREE_HASH];

	if (query_type(q, P_SIZE) != QUERY_INT || (uint64_t)query_int(q, P_SIZE) != cp->size)
		return "size";
	if (query_type(q, P_ROOT) != QUERY_TEXT || !unhex(query_text(q, P_ROOT), query_size(q, P_ROOT), root) ||
	    memcmp(root, cp->root, TREE_HASH) != 0)
		return "root";
	if (query_type(q, P_AT) != QUERY_INT || query_int(q, P_AT) != cp->at_ms)
		return "at_ms";
	return NULL;
}

static bool
read_point(struct walk *w, struct checkpoint *ret)
{
	struct query *q = &w->points;
	const char *column;

	if (query_type(q, P_NOTE) != QUERY_TEXT || checkpoint_check(query_text(q, P_NOTE),
	    query_size(q, P_NOTE), &w->key, ret, NULL) != 0 || strcmp(ret->origin, w->origin) != 0) {
		fault_point(w, FAULT_CHECKPOINT_NOTE, NULL);
		return false;
	}
	column = wrong_column(w, ret);
	if (column == NULL)
		return true;
	fault_point(w, FAULT_CHECKPOINT_ROW, column);
	return false;
}

static void
compare_root(struct walk *w, const struct checkpoint *cp, enum ledger_fault_kind kind)
{
	uint8_t root[TREE_HASH];

	tree_root(&w->tree, root);
	if (memcmp(root, cp->root, TREE_HASH) == 0)
		w->proved = (int64_t)w->tree.size;
	else
		verifier_fault(w->v, kind, &(struct fault_at){ .seq = (int64_t)cp->size,
		    .from = w->proved });
}

/* The checkpoints made when the tree had its present size. */
static void
meet_points(struct walk *w)
{
	struct checkpoint cp;

	while (w->point && query_type(&w->points, P_SIZE) == QUERY_INT &&
	    query_int(&w->points, P_SIZE) <= (int64_t)w->tree.size) {
		w->v->report->checkpoints++;
		if (read_point(w, &cp))
			compare_root(w, &cp, FAULT_CHECKPOINT_ROOT);
		w->point = query_step(&w->points);
	}
	if (w->outside && w->outside_cp.size == w->tree.size) {
		compare_root(w, &w->outside_cp, FAULT_OUTSIDE_ROOT);
		w->outside = false;
	}
}

/* What was signed and is no longer there. */
static void
unmet_points(struct walk *w)
{
	struct checkpoint cp;

	for (; w->point; w->point = query_step(&w->points)) {
		w->v->report->checkpoints++;
		if (read_point(w, &cp))
			fault_seq(w, FAULT_CHECKPOINT_SIZE, (int64_t)cp.size, NULL);
	}
	query_close(&w->points);
	if (w->outside)
		fault_seq(w, FAULT_OUTSIDE_SIZE, (int64_t)w->outside_cp.size, NULL);
}

/* Whether the outside checkpoint names this ledger, and is valid. */
static void
read_outside(struct walk *w)
{
	const char *text = w->v->want->outside;
	size_t len = strlen(w->origin);

	if (text == NULL || strncmp(text, w->origin, len) != 0 || text[len] != '\n')
		return;
	w->v->outside_met = true;
	w->outside = checkpoint_check(text, strlen(text), &w->key, &w->outside_cp, NULL) == 0;
	if (!w->outside)
		fault_seq(w, FAULT_OUTSIDE_NOTE, -1, NULL);
}

/* ---- head ------------------------------------------------------------------- */

enum { H_SIZE, H_ROOT, H_PEAKS, H_AT, H_MONO, H_BOOT };

static bool
is_int(struct query *q, int column, int64_t value)
{
	return query_type(q, column) == QUERY_INT && query_int(q, column) == value;
}

static bool
is_text(struct query *q, int column, const char *value)
{
	return query_type(q, column) == QUERY_TEXT && query_size(q, column) == strlen(value) &&
	    memcmp(query_text(q, column), value, strlen(value)) == 0;
}

static const char *
wrong_head(struct walk *w, struct query *q)
{
	char peaks[TREE_PEAKS_TEXT], hex[SHA256_HEX_SIZE];
	uint8_t root[TREE_HASH];

	tree_root(&w->tree, root);
	if (!is_int(q, H_SIZE, (int64_t)w->tree.size))
		return "size";
	if (!is_text(q, H_ROOT, hex_encode(root, TREE_HASH, hex)))
		return "root";
	if (!is_text(q, H_PEAKS, tree_peaks_text(&w->tree, peaks)))
		return "peaks";
	if (!is_int(q, H_AT, w->at_ms))
		return "at_ms";
	if (!is_int(q, H_MONO, w->mono_ms))
		return "mono_ms";
	return is_text(q, H_BOOT, w->boot_id) ? NULL : "boot_id";
}

static void
check_head(struct walk *w)
{
	struct query q;
	const char *column = NULL;
	bool exists;

	query_open(&q, w->v->tx, "SELECT size, root, peaks, at_ms, mono_ms, boot_id FROM ledger_head"
	    " WHERE agency_id = ?", "t", w->v->agency_id);
	exists = query_step(&q);
	if (exists)
		column = wrong_head(w, &q);
	query_close(&q);
	if (column != NULL || (!exists && w->tree.size > 0))
		fault_seq(w, FAULT_HEAD, -1, column);
}

static void
judge_number(struct walk *w, const struct entry *e)
{
	int64_t seq = e->wrong == C_SEQ ? w->next : e->number[C_SEQ];

	w->v->report->entries++;
	verifier_progress(w->v);
	if (seq < w->next) {
		fault_seq(w, FAULT_ORDER, seq, NULL);
		return;
	}
	if (seq > w->next)
		fault_seq(w, FAULT_MISSING, w->next, NULL);
	w->next = seq < INT64_MAX ? seq + 1 : seq;
	take_entry(w, e);
	meet_points(w);
}

static void
judge_batch(struct walk *w)
{
	int64_t started = clock_thread_ns();

	hash_payloads(w->batch);
	hash_leaves(w);
	for (size_t i = 0; i < w->batch->n; i++)
		judge_number(w, &w->batch->entry[i]);
	w->v->report->tree_ns += clock_thread_ns() - started;
	w->batch->n = w->batch->bytes = 0;
	arena_clear(&w->batch->arena);
}

/* The payload behind its salt, as they are hashed. */
static void
keep_payload(struct batch *b, struct entry *e)
{
	struct span payload = e->text[C_PAYLOAD];
	char *text = arena_alloc(&b->arena, LEDGER_SALT + payload.len);

	if (unhex_span(e->text[C_SALT], (uint8_t *)text))
		e->salted = (struct span){ text, LEDGER_SALT + payload.len };
	memcpy(text + LEDGER_SALT, payload.at, payload.len);
	e->text[C_PAYLOAD].at = text + LEDGER_SALT;
	b->bytes += payload.len;
}

/* The texts of a row are only there until the next one. */
static void
keep_texts(struct batch *b, struct entry *e)
{
	e->salted = (struct span){ NULL, 0 };
	for (int c = C_BOOT; c <= C_LEAF && e->wrong == -1; c++) {
		if (e->text[c].at == NULL)
			continue;
		if (c == C_PAYLOAD) {
			keep_payload(b, e);
			continue;
		}
		e->text[c].at = arena_strndup(&b->arena, e->text[c].at, e->text[c].len);
		b->bytes += e->text[c].len;
	}
}

static void
judge_entries(struct walk *w)
{
	struct query q;

	query_open(&q, w->v->tx, "SELECT seq, at_ms, mono_ms, boot_id, actor, op, incident_id, salt,"
	    " payload, payload_hash, leaf FROM ledger_entry WHERE agency_id = ? ORDER BY seq", "t",
	    w->v->agency_id);
	while (query_step(&q)) {
		struct entry *e = &w->batch->entry[w->batch->n++];

		read_entry(&q, e);
		keep_texts(w->batch, e);
		if (w->batch->n == BATCH_ENTRIES || w->batch->bytes > BATCH_BYTES)
			judge_batch(w);
	}
	query_close(&q);
	judge_batch(w);
}

void
verifier_tree(struct verifier *v)
{
	struct walk w = { .v = v, .tree = TREE_INIT, .header = BUF_INIT(1 << 20), .key = *v->want->key,
		.batch = xcalloc(1, sizeof(*w.batch)) };

	free(v->erased);
	v->erased = NULL;
	v->erased_count = 0;
	checkpoint_origin(v->agency_id, w.origin);
	note_key_rename(&w.key, w.origin);
	read_outside(&w);
	query_open(&w.points, v->tx, "SELECT size, root, at_ms, note FROM ledger_checkpoint"
	    " WHERE agency_id = ? ORDER BY size, at_ms", "t", v->agency_id);
	w.point = query_step(&w.points);
	meet_points(&w);
	judge_entries(&w);
	unmet_points(&w);
	check_head(&w);
	note_key_clear(&w.key);
	buf_clear(&w.header);
	free(w.batch);
}
