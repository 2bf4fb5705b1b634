/* SPDX-License-Identifier: Apache-2.0 */
/* dossier_files.c: the files of a dossier besides dossier.json. */
#include <stdio.h>

#include "app/dossier_part.h"
#include "base/id.h"
#include "ledger/checkpoint.h"
#include "ledger/header.h"
#include "ledger/ledger.h"
#include "store/blob.h"
#include "text/fold.h"
#include "text/jsonw.h"

#define FILE_MAX ((size_t)64 << 20)

/* ---- proofs ------------------------------------------------------------------- */

static void
want(struct dossier *d, const struct tree_range *range, size_t n)
{
	for (size_t i = 0; i < n; i++)
		proofs_want(&d->proofs, range[i], (uint64_t)d->size);
}

/* The checkpoints somebody may hold a copy of, newest first, then put in order. */
static void
choose_points(struct dossier *d)
{
	struct query q;

	d->point = xcalloc(DOSSIER_CHECKPOINTS_MAX, sizeof(*d->point));
	query_open(&q, d->tx, "SELECT DISTINCT size FROM ledger_checkpoint WHERE agency_id = ?"
	    " AND size > 0 AND size < ? ORDER BY size DESC LIMIT ?", "tii", d->want->agency_id, d->size,
	    (int64_t)DOSSIER_CHECKPOINTS_MAX);
	while (query_step(&q))
		d->point[d->points++] = query_int(&q, 0);
	query_close(&q);
	for (size_t i = 0; i < d->points / 2; i++) {
		int64_t swap = d->point[i];

		d->point[i] = d->point[d->points - 1 - i];
		d->point[d->points - 1 - i] = swap;
	}
}

/* One pass over all leaves picks up what every proof needs. */
static int
read_leaves(struct dossier *d, uint8_t ret_root[static TREE_HASH])
{
	struct tree_range range[TREE_PROOF_MAX];
	struct ledger_head head;
	uint8_t leaf[TREE_HASH];
	char hex[SHA256_HEX_SIZE];
	struct query q;
	bool good = true;

	for (size_t i = 0; i < d->entries; i++)
		if (d->seq[i] < d->size)
			want(d, range, tree_inclusion((uint64_t)d->seq[i], (uint64_t)d->size, range));
	for (size_t i = 0; i < d->points; i++)
		want(d, range, tree_consistency((uint64_t)d->point[i], (uint64_t)d->size, range));
	query_open(&q, d->tx, "SELECT leaf FROM ledger_entry WHERE agency_id = ? ORDER BY seq", "t",
	    d->want->agency_id);
	while (good && query_step(&q)) {
		good = query_text(&q, 0) != NULL && hex_decode(query_text(&q, 0), leaf, TREE_HASH);
		proofs_leaf(&d->proofs, leaf);
	}
	if (query_close(&q) != 0)
		return tx_err(d->tx)->kind;
	if (ledger_head_get(d->tx, d->want->agency_id, &head, d->err) != 0)
		return d->err->kind;
	tree_root(&d->proofs.tree, ret_root);
	if (!good || d->proofs.tree.size != (uint64_t)d->size || d->entries == 0 ||
	    d->seq[d->entries - 1] >= d->size ||
	    strcmp(hex_encode(ret_root, TREE_HASH, hex), head.root) != 0)
		return err_set(d->err, ERR_BROKEN, "err.ledger.head", NULL);
	return 0;
}

static void
write_hashes(struct dossier *d, struct jsonw *w, const struct tree_range *range, size_t n)
{
	uint8_t hash[TREE_HASH];
	char hex[SHA256_HEX_SIZE];

	jsonw_karray(w, "hashes");
	for (size_t i = 0; i < n; i++) {
		proofs_get(&d->proofs, range[i], hash);
		jsonw_string(w, hex_encode(hash, TREE_HASH, hex));
	}
	jsonw_array_end(w);
}

static void
add_proof(struct dossier *d, int64_t seq, const char *leaf)
{
	struct tree_range range[TREE_PROOF_MAX];
	struct buf json = BUF_INIT(FILE_MAX);
	struct jsonw w = JSONW_INIT(&json);

	jsonw_object(&w);
	write_hashes(d, &w, range, tree_inclusion((uint64_t)seq, (uint64_t)d->size, range));
	jsonw_kstring(&w, "leaf", leaf);
	jsonw_kint(&w, "seq", seq);
	jsonw_kint(&w, "size", d->size);
	jsonw_object_end(&w);
	zip_list_text(&d->files, arena_printf(&d->arena, "proofs/%lld.json", (long long)seq), &json);
}

static void
add_consistency(struct dossier *d)
{
	struct tree_range range[TREE_PROOF_MAX];
	struct buf json = BUF_INIT(FILE_MAX);
	struct jsonw w = JSONW_INIT(&json);

	jsonw_object(&w);
	jsonw_karray(&w, "proofs");
	for (size_t i = 0; i < d->points; i++) {
		jsonw_object(&w);
		write_hashes(d, &w, range,
		    tree_consistency((uint64_t)d->point[i], (uint64_t)d->size, range));
		jsonw_kint(&w, "size", d->point[i]);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_kint(&w, "size", d->size);
	jsonw_object_end(&w);
	zip_list_text(&d->files, "consistency.json", &json);
}

/* ---- entries ------------------------------------------------------------------- */

/* Header and payload as strings: what is hashed are their very bytes. */
static void
write_entry(struct dossier *d, struct query *q, int64_t seq, struct buf *out)
{
	struct ledger_header h = { .actor = query_text(q, 0), .agency = d->want->agency_id,
		.boot = query_text(q, 1), .op = query_text(q, 2), .incident = query_text(q, 3),
		.at_ms = query_int(q, 4), .mono_ms = query_int(q, 5), .seq = seq };
	struct buf header = BUF_INIT((size_t)1 << 20);
	struct jsonw w = JSONW_INIT(out);

	header_json(&h, &header);
	jsonw_object(&w);
	jsonw_kstring(&w, "header", header.data);
	jsonw_kstring(&w, "payload", query_text(q, 6));
	if (query_text(q, 6) == NULL)
		jsonw_kstring(&w, "payload_hash", query_text(q, 8));
	jsonw_kstring(&w, "salt", query_text(q, 7));
	jsonw_object_end(&w);
	buf_clear(&header);
}

static int
add_entries(struct dossier *d)
{
	for (size_t i = 0; i < d->entries && d->err->kind == 0; i++) {
		struct buf json = BUF_INIT(FILE_MAX);
		struct query q;

		query_open(&q, d->tx, "SELECT actor, boot_id, op, incident_id, at_ms, mono_ms, payload, salt,"
		    " payload_hash, leaf FROM ledger_entry WHERE agency_id = ? AND seq = ?", "ti",
		    d->want->agency_id, d->seq[i]);
		if (query_step(&q)) {
			write_entry(d, &q, d->seq[i], &json);
			add_proof(d, d->seq[i], query_text(&q, 9));
		}
		if (query_close(&q) != 0)
			return tx_err(d->tx)->kind;
		zip_list_text(&d->files,
		    arena_printf(&d->arena, "entries/%lld.json", (long long)d->seq[i]), &json);
	}
	return 0;
}

/* ---- evidence ------------------------------------------------------------------ */

/* A name that is harmless everywhere: a-z 0-9 . _ -, not beginning with a dot, not long. */
static void
safe_name(const char *name, struct buf *out)
{
	struct buf folded = BUF_INIT(1 << 16);
	size_t from = out->len;

	fold_search(&folded, name);
	for (const char *p = buf_str(&folded); *p != '\0' && out->len - from < 80; p++) {
		bool keep = (*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_' ||
		    (*p == '.' && out->len > from && out->data[out->len - 1] != '.');

		if (keep || out->len == from || out->data[out->len - 1] != '-')
			buf_addc(out, keep ? *p : '-');
	}
	if (out->len == from)
		buf_adds(out, "tep");
	buf_clear(&folded);
}

static int
add_file(struct dossier *d, const char *id, const char *number, const char *name, const char *sha256,
    int64_t size)
{
	struct buf path = BUF_INIT(4096);
	struct zip_member *m;

	if (blob_verify(d->want->blobs, sha256, size, NULL) != 0)
		return err_fail(d->err, ERR_BROKEN, "err.dossier.evidence", NULL, "number", number,
		    NULL, NULL);
	buf_adds(&path, "evidence/");
	safe_name(number, &path);
	buf_addc(&path, '-');
	safe_name(name, &path);
	m = zip_list_file(&d->files, buf_str(&path), arena_printf(&d->arena, "%s/%.2s/%s",
	    d->want->blobs, sha256, sha256 + 2), sha256, size);
	snprintf(m->label, sizeof(m->label), "%s", id);
	buf_clear(&path);
	return 0;
}

/* What was disposed of by order has its row, and no file. */
static int
add_evidence(struct dossier *d)
{
	struct query q;

	query_open(&q, d->tx, "SELECT id, number, name, sha256, size FROM evidence WHERE agency_id = ?"
	    " AND incident_id = ? AND sha256 IS NOT NULL AND state <> 'disposed' ORDER BY id", "tt",
	    d->want->agency_id, d->want->incident_id);
	while (query_step(&q) && add_file(d, query_text(&q, 0), query_text(&q, 1), query_text(&q, 2),
	    query_text(&q, 3), query_int(&q, 4)) == 0)
		continue;
	query_close(&q);
	return d->err->kind;
}

/* ---- signatures, seal, manifest ------------------------------------------------- */

static void
add_checkpoint(struct dossier *d, const struct note_key *key, const uint8_t root[static TREE_HASH])
{
	struct checkpoint cp = { .size = (uint64_t)d->size, .at_ms = d->want->at_ms };
	struct buf note = BUF_INIT(NOTE_SIZE_MAX), text = BUF_INIT(4096);

	checkpoint_origin(d->want->agency_id, cp.origin);
	memcpy(cp.root, root, TREE_HASH);
	checkpoint_sign(&cp, key, &note);
	zip_list_text(&d->files, "checkpoint.txt", &note);
	note_key_text(key, &text);
	buf_addc(&text, '\n');
	zip_list_text(&d->files, "key.txt", &text);
}

static int
add_seal(struct dossier *d)
{
	struct buf json = BUF_INIT(FILE_MAX);
	char hash[SHA256_HEX_SIZE];

	if (d->seal == NULL)
		return 0;
	if (d->seal_seq >= 0)
		dossier_seal_json(d->tx, d->want->agency_id, d->want->incident_id, d->seal_seq, &json);
	if (!str_eq(sha256_hex(buf_str(&json), json.len, hash), d->seal)) {
		buf_clear(&json);
		return err_set(d->err, ERR_BROKEN, "err.dossier.seal", NULL);
	}
	zip_list_text(&d->files, "seal.json", &json);
	return 0;
}

static void
write_manifest(struct dossier *d, struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);

	zip_list_sort(&d->files);
	jsonw_object(&w);
	jsonw_karray(&w, "files");
	for (size_t i = 0; i < d->files.count; i++) {
		const struct zip_member *m = &d->files.member[i];

		jsonw_object(&w);
		if (*m->label != '\0')
			jsonw_kstring(&w, "evidence_id", m->label);
		jsonw_kstring(&w, "path", m->name);
		jsonw_kstring(&w, "sha256", m->sha256);
		jsonw_kint(&w, "size", m->size);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	jsonw_kstring(&w, "format", "khien-dossier-1");
	jsonw_object_end(&w);
}

/* The signature over the list is what makes leaving something out noticed. */
static void
add_manifest(struct dossier *d, const struct note_key *key)
{
	struct buf json = BUF_INIT(FILE_MAX), text = BUF_INIT(4096), note = BUF_INIT(NOTE_SIZE_MAX);
	struct zip_member *m;

	write_manifest(d, &json);
	m = zip_list_text(&d->files, "manifest.json", &json);
	buf_printf(&text, "%s/dossier\n%s\n%s\n", key->name, d->want->incident_id, m->sha256);
	note_sign(key, text.data, &note);
	zip_list_text(&d->files, "manifest.sig", &note);
	buf_clear(&text);
}

int
dossier_files(struct dossier *d)
{
	cleanup(note_key_clear) struct note_key key = *d->want->key;
	struct buf readme = BUF_INIT(FILE_MAX);
	char origin[NOTE_NAME_MAX];
	uint8_t root[TREE_HASH];

	note_key_rename(&key, checkpoint_origin(d->want->agency_id, origin));
	choose_points(d);
	if (read_leaves(d, root) != 0 || add_entries(d) != 0 || add_evidence(d) != 0 || add_seal(d) != 0)
		return d->err->kind != 0 ? d->err->kind : tx_err(d->tx)->kind;
	if (d->want->papers != NULL &&
	    d->want->papers(d->want->papers_arg, d->tx, &d->files, d->err) != 0)
		return d->err->kind;
	add_consistency(d);
	add_checkpoint(d, &key, root);
	buf_adds(&readme, d->want->readme);
	zip_list_text(&d->files, "DOC-TOI.txt", &readme);
	add_manifest(d, &key);
	return tx_err(d->tx)->kind;
}
