/* SPDX-License-Identifier: Apache-2.0 */
/* dossier.c: which entries and rows make up a dossier. */
#include "app/dossier.h"

#include <stdio.h>

#include "app/dossier_part.h"
#include "app/tables.h"
#include "base/clock.h"
#include "ledger/ledger.h"
#include "ledger/row.h"
#include "text/jsonw.h"
#include "text/words.h"

#define DOSSIER_JSON_MAX ((size_t)256 << 20)

/* ---- entries ---------------------------------------------------------------- */

struct reading {
	struct dossier *d;
	int64_t seq;
};

static bool
is_text(struct span object, const char *name, const char *text)
{
	struct span value;
	size_t len = strlen(text);

	return image_member(object, name, &value) && value.len == len + 2 && value.at[0] == '"' &&
	    memcmp(value.at + 1, text, len) == 0;
}

/* Whether an image is of a row that belongs to the incident: the rule of doc/dossier-format.md. */
static bool
belongs(const struct dossier *d, struct span table, struct span id, struct span row)
{
	const char *incident = d->want->incident_id;

	if (table.len == strlen("incident") && memcmp(table.at, "incident", table.len) == 0)
		return id.len == strlen(incident) && memcmp(id.at, incident, id.len) == 0;
	return is_text(row, "incident_id", incident) || is_text(row, "other_id", incident);
}

static void
see_row(void *arg, struct span table, struct span id, struct span row)
{
	struct reading *r = arg;
	struct dossier *d = r->d;
	uint8_t key[IMAGE_HASH];
	struct image_slot *slot;
	bool ours = belongs(d, table, id, row);

	image_key(table, id, key);
	slot = ours ? images_put(&d->images, key) : images_get(&d->images, key);
	if (slot == NULL)
		return;
	/* A row that has gone to another incident is no longer this one's. */
	slot->deleted = !ours;
	slot->seq = r->seq + 1;
	image_hash(row, slot->image);
	if (ours && d->seal != NULL && d->seal_seq == -1 && table.len == strlen("incident") &&
	    is_text(row, "seal", d->seal))
		d->seal_seq = r->seq;
}

static void
see_del(void *arg, struct span table, struct span id)
{
	struct reading *r = arg;
	uint8_t key[IMAGE_HASH];
	struct image_slot *slot;

	image_key(table, id, key);
	slot = images_get(&r->d->images, key);
	if (slot == NULL)
		return;
	slot->deleted = 1;
	slot->seq = r->seq + 1;
}

static void
see_erased(void *arg, int64_t seq)
{
	(void)arg;
	(void)seq;
}

static void
include(struct dossier *d, int64_t seq)
{
	if ((d->entries & (d->entries - 1)) == 0)
		d->seq = xrealloc(d->seq, (d->entries == 0 ? 1 : d->entries * 2) * sizeof(*d->seq));
	d->seq[d->entries++] = seq;
}

/*
 * The incident's own entries, and the last images of its rows wherever they
 * are: an entry of another incident may have touched one of them, and then it
 * names this incident somewhere.
 */
static int
read_entries(struct dossier *d)
{
	struct reading r = { d, 0 };
	const struct image_visitor visitor = { &r, see_row, see_del, see_erased };
	const char *incident = d->want->incident_id;
	size_t len = strlen(incident);
	struct query q;

	query_open(&q, d->tx, "SELECT seq, incident_id, payload FROM ledger_entry"
	    " WHERE agency_id = ? ORDER BY seq", "t", d->want->agency_id);
	while (query_step(&q) && d->entries <= DOSSIER_ENTRIES_MAX) {
		const char *payload = query_text(&q, 2);
		bool own = str_eq(query_text(&q, 1), incident);

		r.seq = query_int(&q, 0);
		if (own)
			include(d, r.seq);
		if (payload != NULL &&
		    (own || memmem(payload, query_size(&q, 2), incident, len) != NULL))
			image_scan(payload, query_size(&q, 2), &visitor);
	}
	return query_close(&q);
}

static void
see_moved(void *arg, struct span table, struct span id, struct span row)
{
	struct reading *r = arg;
	uint8_t key[IMAGE_HASH];
	struct image_slot *slot;

	(void)row;
	image_key(table, id, key);
	slot = images_get(&r->d->images, key);
	if (slot == NULL || slot->seen || r->seq + 1 <= slot->seq)
		return;
	slot->deleted = 1;
	slot->seq = r->seq + 1;
}

static void
see_moved_del(void *arg, struct span table, struct span id)
{
	see_moved(arg, table, id, (struct span){ NULL, 0 });
}

static size_t
count_unseen(const struct dossier *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->images.size; i++)
		n += d->images.slot[i].seq != 0 && !d->images.slot[i].deleted && !d->images.slot[i].seen;
	return n;
}

/* Rows that were the incident's and are not there: some later entry took them away without naming it. */
static int
find_moved(struct dossier *d)
{
	struct reading r = { d, 0 };
	const struct image_visitor visitor = { &r, see_moved, see_moved_del, see_erased };
	struct query q;

	if (count_unseen(d) == 0)
		return 0;
	query_open(&q, d->tx, "SELECT seq, payload FROM ledger_entry WHERE agency_id = ?"
	    " AND payload IS NOT NULL ORDER BY seq", "t", d->want->agency_id);
	while (query_step(&q)) {
		r.seq = query_int(&q, 0);
		image_scan(query_text(&q, 1), query_size(&q, 1), &visitor);
	}
	if (query_close(&q) != 0)
		return tx_err(d->tx)->kind;
	if (count_unseen(d) > 0)
		return err_fail(d->err, ERR_BROKEN, "err.dossier.row", NULL, "table", "?", "id", "?");
	return 0;
}

static int
by_seq(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Adds the entries the images are in, and puts all in order. */
static int
choose_entries(struct dossier *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->images.size; i++)
		if (d->images.slot[i].seq != 0)
			include(d, d->images.slot[i].seq - 1);
	if (d->entries > 0)
		qsort(d->seq, d->entries, sizeof(*d->seq), by_seq);
	for (size_t i = 0; i < d->entries; i++)
		if (n == 0 || d->seq[n - 1] != d->seq[i])
			d->seq[n++] = d->seq[i];
	d->entries = n;
	if (n <= DOSSIER_ENTRIES_MAX)
		return 0;
	err_set(d->err, ERR_TOO_LARGE, "err.dossier.too_large", NULL);
	err_argi(d->err, "max", DOSSIER_ENTRIES_MAX);
	return ERR_TOO_LARGE;
}

/* ---- rows --------------------------------------------------------------------- */

static bool
has_column(struct query *q, const char *name)
{
	for (int i = 0; i < query_columns(q); i++)
		if (strcmp(query_name(q, i), name) == 0)
			return true;
	return false;
}

/* The query for the incident's rows of ${table}, in the arena; NULL when it has none by nature. */
static const char *
rows_sql(struct dossier *d, const char *table)
{
	struct query q;
	bool own, other;

	if (strcmp(table, "incident") == 0)
		return "SELECT * FROM incident WHERE agency_id = ? AND id = ? ORDER BY id";
	query_open(&q, d->tx, arena_printf(&d->arena, "SELECT * FROM %s WHERE 1 = 0", table), "");
	own = has_column(&q, "incident_id");
	other = has_column(&q, "other_id");
	query_close(&q);
	if (!own)
		return NULL;
	return arena_printf(&d->arena, "SELECT * FROM %s WHERE agency_id = ? AND %s ORDER BY id", table,
	    other ? "? IN (incident_id, other_id)" : "incident_id = ?");
}

/* The row has to be what the ledger says it is, or the dossier would prove nothing. */
static bool
fits(struct dossier *d, const char *table, const char *id, const char *row, size_t len)
{
	uint8_t key[IMAGE_HASH], hash[IMAGE_HASH];
	struct image_slot *slot;

	image_key((struct span){ table, strlen(table) }, (struct span){ id, strlen(id) }, key);
	image_hash((struct span){ row, len }, hash);
	slot = images_get(&d->images, key);
	if (slot == NULL || slot->deleted || memcmp(slot->image, hash, IMAGE_HASH) != 0)
		return false;
	slot->seen = 1;
	return true;
}

static int
add_rows(struct dossier *d, const char *table, struct jsonw *w)
{
	const char *sql = rows_sql(d, table);
	struct row_plan plan;
	struct query q;
	int id = 0;
	bool good = true;

	if (sql == NULL)
		return 0;
	query_open(&q, d->tx, sql, "tt", d->want->agency_id, d->want->incident_id);
	row_plan(&q, &plan);
	while (id < query_columns(&q) && strcmp(query_name(&q, id), "id") != 0)
		id++;
	jsonw_karray(w, table);
	while (good && query_step(&q)) {
		struct buf row = BUF_INIT((size_t)16 << 20);
		const char *row_id = query_text(&q, id) == NULL ? "" : query_text(&q, id);

		good = row_json(&q, &plan, &row) == -1 && fits(d, table, row_id, row.data, row.len);
		if (good)
			jsonw_raw(w, row.data, row.len);
		else
			err_fail(d->err, ERR_BROKEN, "err.dossier.row", NULL, "table", table, "id", row_id);
		buf_clear(&row);
	}
	jsonw_array_end(w);
	query_close(&q);
	return d->err->kind;
}

static int
add_dossier(struct dossier *d)
{
	struct buf json = BUF_INIT(DOSSIER_JSON_MAX), rows = BUF_INIT(DOSSIER_JSON_MAX);
	struct jsonw w = JSONW_INIT(&rows);

	jsonw_object(&w);
	for (const char *const *t = projection_tables; *t != NULL && d->err->kind == 0; t++)
		add_rows(d, *t, &w);
	jsonw_object_end(&w);
	if (d->err->kind == 0 && find_moved(d) == 0 && choose_entries(d) == 0) {
		jsonw_init(&w, &json);
		jsonw_object(&w);
		jsonw_kstring(&w, "agency_id", d->want->agency_id);
		jsonw_kint(&w, "at", d->want->at_ms);
		jsonw_karray(&w, "entries");
		for (size_t i = 0; i < d->entries; i++)
			jsonw_int(&w, d->seq[i]);
		jsonw_array_end(&w);
		jsonw_kstring(&w, "format", "khien-dossier-1");
		jsonw_kstring(&w, "incident_id", d->want->incident_id);
		jsonw_kstring(&w, "number", d->number);
		jsonw_kraw(&w, "rows", rows.data);
		jsonw_kint(&w, "size", d->size);
		jsonw_object_end(&w);
		if (json.full || rows.full)
			err_fail(d->err, ERR_TOO_LARGE, "err.too_large", NULL, "max", "256 MB", NULL, NULL);
		else
			zip_list_text(&d->files, "dossier.json", &json);
	}
	buf_clear(&json);
	buf_clear(&rows);
	return d->err->kind;
}

int
dossier_gather(struct dossier *d)
{
	struct ledger_head head;
	struct query q;
	bool found;

	query_open(&q, d->tx, "SELECT number, seal FROM incident WHERE agency_id = ? AND id = ?", "tt",
	    d->want->agency_id, d->want->incident_id);
	found = query_step(&q);
	d->number = arena_strdup(&d->arena, query_text(&q, 0));
	d->seal = arena_strdup(&d->arena, query_text(&q, 1));
	if (query_close(&q) != 0)
		return tx_err(d->tx)->kind;
	if (!found)
		return err_fail(d->err, ERR_NOT_FOUND, "err.not_found", NULL, "what",
		    d->want->incident_id, NULL, NULL);
	if (ledger_head_get(d->tx, d->want->agency_id, &head, d->err) != 0 || read_entries(d) != 0)
		return tx_err(d->tx)->kind;
	d->size = head.size;
	return add_dossier(d);
}

/* ---- the seal ------------------------------------------------------------------ */

void
dossier_seal_json(struct tx *tx, const char *agency_id, const char *incident_id, int64_t before,
    struct buf *out)
{
	struct jsonw w = JSONW_INIT(out);
	struct query q;

	jsonw_object(&w);
	jsonw_karray(&w, "entries");
	query_open(&q, tx, "SELECT seq, leaf FROM ledger_entry WHERE incident_id = ? AND agency_id = ?"
	    " AND seq < ? ORDER BY seq", "tti", incident_id, agency_id, before);
	while (query_step(&q)) {
		jsonw_object(&w);
		jsonw_kstring(&w, "leaf", query_text(&q, 1));
		jsonw_kint(&w, "seq", query_int(&q, 0));
		jsonw_object_end(&w);
	}
	query_close(&q);
	jsonw_array_end(&w);
	jsonw_kstring(&w, "format", "khien-seal-1");
	jsonw_kstring(&w, "incident_id", incident_id);
	jsonw_object_end(&w);
}

int
dossier_seal(struct tx *tx, const char *agency_id, const char *incident_id,
    char ret_seal[static 65], struct err *err)
{
	struct buf json = BUF_INIT(DOSSIER_JSON_MAX);

	dossier_seal_json(tx, agency_id, incident_id, INT64_MAX, &json);
	if (json.full)
		err_fail(err, ERR_TOO_LARGE, "err.too_large", NULL, "max", "256 MB", NULL, NULL);
	else
		sha256_hex(json.data, json.len, ret_seal);
	buf_clear(&json);
	return tx_err(tx)->kind;
}

/* ---- all of it ------------------------------------------------------------------- */

void
dossier_readme(struct buf *out, const char *agency_name, const char *number, int64_t at_ms)
{
	static const char *const names[] = { "agency", "number", "time" };
	char at[CLOCK_TEXT_SIZE];
	const char *const values[] = { agency_name, number, clock_vi(at_ms, at) };

	words_format(out, LANG_VI, "dossier.readme", names, values, ARRAY_LEN(names));
	words_format(out, LANG_EN, "dossier.readme", names, values, ARRAY_LEN(names));
}

int
dossier_export(struct tx *tx, const struct dossier_options *options, const char *path,
    struct err *err)
{
	struct err own = { 0 };
	struct dossier d = { .tx = tx, .want = options, .err = &own, .arena = ARENA_INIT,
		.seal_seq = -1 };
	int ret = dossier_gather(&d);

	if (ret == 0)
		ret = dossier_files(&d);
	if (ret == 0)
		ret = zip_list_write(&d.files, path, &own);
	zip_list_clear(&d.files);
	images_clear(&d.images);
	proofs_clear(&d.proofs);
	free(d.seq);
	free(d.point);
	arena_clear(&d.arena);
	if (err != NULL && err->kind == ERR_NONE)
		*err = own;
	else
		err_clear(&own);
	return ret;
}
