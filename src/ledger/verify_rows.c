/* SPDX-License-Identifier: Apache-2.0 */
/* verify_rows.c: the projection tables against the images in the entries. */
#include <stdio.h>

#include "base/arena.h"
#include "ledger/images.h"
#include "ledger/row.h"
#include "ledger/verify_part.h"
#include "os/sha256.h"
#include "text/jsonw.h"

#define ROW_MAX ((size_t)16 << 20)

struct rows {
	struct verifier *v;
	struct images images;
	int64_t seq; /* of the entry being read */
	int64_t *ordered; /* entries said to have been erased, by later ones */
	size_t ordered_count;
};

static struct span
span_of(const char *s)
{
	return (struct span){ s, strlen(s) };
}

/* ---- reading the images ------------------------------------------------------ */

static void
saw_row(void *arg, struct span table, struct span id, struct span row)
{
	struct rows *r = arg;
	uint8_t key[IMAGE_HASH];
	struct image_slot *slot;

	image_key(table, id, key);
	slot = images_put(&r->images, key);
	image_hash(row, slot->image);
	slot->seq = r->seq + 1;
	slot->deleted = 0;
}

static void
saw_del(void *arg, struct span table, struct span id)
{
	struct rows *r = arg;
	uint8_t key[IMAGE_HASH];
	struct image_slot *slot;

	image_key(table, id, key);
	slot = images_put(&r->images, key);
	slot->seq = r->seq + 1;
	slot->deleted = 1;
}

static void
saw_erased(void *arg, int64_t seq)
{
	struct rows *r = arg;

	if (seq >= r->seq)
		return; /* an order is given for what is there already */
	if ((r->ordered_count & (r->ordered_count - 1)) == 0)
		r->ordered = xrealloc(r->ordered,
		    (r->ordered_count == 0 ? 1 : r->ordered_count * 2) * sizeof(*r->ordered));
	r->ordered[r->ordered_count++] = seq;
}

static void
read_images(struct rows *r)
{
	const struct image_visitor visitor = { r, saw_row, saw_del, saw_erased };
	struct query q;

	query_open(&q, r->v->tx, "SELECT seq, payload FROM ledger_entry WHERE agency_id = ?"
	    " ORDER BY seq", "t", r->v->agency_id);
	while (query_step(&q)) {
		if (query_type(&q, 0) != QUERY_INT || query_type(&q, 1) != QUERY_TEXT)
			continue; /* erased, or a fault of its own already */
		r->seq = query_int(&q, 0);
		if (r->seq >= 0 && !image_scan(query_text(&q, 1), query_size(&q, 1), &visitor))
			verifier_fault(r->v, FAULT_FORM, &(struct fault_at){ .seq = r->seq, .from = -1 });
	}
	query_close(&q);
}

static int
compare_seq(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* A payload that is gone needs an order that says so. */
static void
check_erased(struct rows *r)
{
	if (r->ordered_count > 0)
		qsort(r->ordered, r->ordered_count, sizeof(*r->ordered), compare_seq);
	for (size_t i = 0; i < r->v->erased_count; i++)
		if (r->ordered_count == 0 || bsearch(&r->v->erased[i], r->ordered, r->ordered_count,
		    sizeof(*r->ordered), compare_seq) == NULL)
			verifier_fault(r->v, FAULT_ERASED,
			    &(struct fault_at){ .seq = r->v->erased[i], .from = -1 });
}

/* ---- finding an image again, to name what differs ----------------------------- */

struct lookup {
	const uint8_t *key;
	struct span table, id, row; /* in the payload being scanned */
};

static void
look_row(void *arg, struct span table, struct span id, struct span row)
{
	struct lookup *l = arg;
	uint8_t key[IMAGE_HASH];

	image_key(table, id, key);
	if (memcmp(key, l->key, IMAGE_HASH) == 0)
		*l = (struct lookup){ l->key, table, id, row };
}

static void
look_del(void *arg, struct span table, struct span id)
{
	look_row(arg, table, id, (struct span){ NULL, 0 });
}

static void
look_erased(void *arg, int64_t seq)
{
	(void)arg;
	(void)seq;
}

/* Opens the entry of a slot; ${q} is to be closed after the spans were used. */
static bool
look_up(struct rows *r, const struct image_slot *slot, struct query *q, struct lookup *ret)
{
	const struct image_visitor visitor = { ret, look_row, look_del, look_erased };

	*ret = (struct lookup){ .key = slot->row };
	query_open(q, r->v->tx, "SELECT payload FROM ledger_entry WHERE agency_id = ? AND seq = ?",
	    "ti", r->v->agency_id, (int64_t)slot->seq - 1);
	if (!query_step(q) || query_type(q, 0) != QUERY_TEXT)
		return false;
	image_scan(query_text(q, 0), query_size(q, 0), &visitor);
	return ret->table.at != NULL;
}

static void
copy_span(char to[FAULT_NAME_MAX], struct span from)
{
	size_t len = from.len < FAULT_NAME_MAX - 1 ? from.len : FAULT_NAME_MAX - 1;

	memcpy(to, from.at, len);
	to[len] = '\0';
}

static void
fault_changed(struct rows *r, const char *table, const char *id, const struct image_slot *slot,
    struct span row)
{
	char column[FAULT_NAME_MAX] = "";
	struct lookup found;
	struct span name;
	struct query q;

	if (look_up(r, slot, &q, &found) && found.row.at != NULL && image_diff(found.row, row, &name))
		copy_span(column, name);
	query_close(&q);
	verifier_fault(r->v, FAULT_ROW_CHANGED,
	    &(struct fault_at){ slot->seq - 1, -1, table, id, column });
}

/* ---- tables ------------------------------------------------------------------- */

struct table {
	const char *name;
	struct row_plan plan;
	int id; /* column of the id */
	struct buf image;
};

static void
compare_row(struct rows *r, struct table *t, struct query *q)
{
	const char *id = query_type(q, t->id) == QUERY_TEXT ? query_text(q, t->id) : "";
	uint8_t key[IMAGE_HASH], hash[IMAGE_HASH];
	struct image_slot *slot;
	int column;

	image_key(span_of(t->name), span_of(id), key);
	slot = images_get(&r->images, key);
	if (slot == NULL || slot->deleted) {
		verifier_fault(r->v, slot == NULL ? FAULT_ROW_ADDED : FAULT_ROW_DELETED,
		    &(struct fault_at){ slot == NULL ? -1 : slot->seq - 1, -1, t->name, id, NULL });
		return;
	}
	slot->seen = 1;
	buf_reset(&t->image);
	column = row_json(q, &t->plan, &t->image);
	if (column != -1) {
		verifier_fault(r->v, FAULT_ROW_CHANGED, &(struct fault_at){ slot->seq - 1, -1,
		    t->name, id, query_name(q, column) });
		return;
	}
	image_hash((struct span){ t->image.data, t->image.len }, hash);
	if (memcmp(hash, slot->image, IMAGE_HASH) != 0)
		fault_changed(r, t->name, id, slot, (struct span){ t->image.data, t->image.len });
}

static void
compare_table(struct rows *r, const char *name)
{
	struct table t = { .name = name, .image = BUF_INIT(ROW_MAX) };
	struct query q;
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE agency_id = ?", name);
	query_open(&q, r->v->tx, sql, "t", r->v->agency_id);
	row_plan(&q, &t.plan);
	while (t.id < query_columns(&q) && strcmp(query_name(&q, t.id), "id") != 0)
		t.id++;
	while (query_step(&q)) {
		compare_row(r, &t, &q);
		r->v->report->rows++;
	}
	query_close(&q);
	buf_clear(&t.image);
}

static void
find_removed(struct rows *r)
{
	for (size_t i = 0; i < r->images.size; i++) {
		const struct image_slot *slot = &r->images.slot[i];
		char table[FAULT_NAME_MAX] = "", id[FAULT_NAME_MAX] = "";
		struct lookup found;
		struct query q;

		if (slot->seq == 0 || slot->deleted || slot->seen)
			continue;
		/* Names cost a read each; those that nobody will be shown go without. */
		if (r->v->report->faults < LEDGER_FAULTS_KEPT) {
			if (look_up(r, slot, &q, &found)) {
				copy_span(table, found.table);
				copy_span(id, found.id);
			}
			query_close(&q);
		}
		verifier_fault(r->v, FAULT_ROW_REMOVED,
		    &(struct fault_at){ slot->seq - 1, -1, table, id, NULL });
	}
}

/* ---- credentials ---------------------------------------------------------------- */

char *
ledger_credential_digest(const char *account_id, const char *password_hash,
    const char *totp_secret, char ret[static 65])
{
	cleanup(buf_clear) struct buf json = BUF_INIT(1 << 20);
	struct jsonw w = JSONW_INIT(&json);

	jsonw_object(&w);
	jsonw_kstring(&w, "account_id", account_id);
	if (password_hash != NULL)
		jsonw_kstring(&w, "password_hash", password_hash);
	if (totp_secret != NULL)
		jsonw_kstring(&w, "totp_secret", totp_secret);
	jsonw_object_end(&w);
	return sha256_hex(json.data, json.len, ret);
}

/* Text of one spelling: no blob that reads the same, no bytes after a NUL. */
static bool
is_plain(struct query *q, int column)
{
	enum query_type type = query_type(q, column);

	return type == QUERY_NULL || (type == QUERY_TEXT &&
	    strlen(query_text(q, column)) == query_size(q, column));
}

static void
check_credentials(struct verifier *v)
{
	struct query q;
	char digest[65];

	query_open(&q, v->tx, "SELECT a.id, a.credential_digest, c.account_id, c.password_hash,"
	    " c.totp_secret FROM account a LEFT JOIN credential c ON c.account_id = a.id"
	    " WHERE a.agency_id = ?", "t", v->agency_id);
	while (query_step(&q)) {
		const char *recorded = query_text(&q, 1);
		bool good = is_plain(&q, 2) && is_plain(&q, 3) && is_plain(&q, 4);

		if (good && query_text(&q, 2) == NULL)
			good = recorded == NULL;
		else if (good)
			good = str_eq(recorded, ledger_credential_digest(query_text(&q, 0),
			    query_text(&q, 3), query_text(&q, 4), digest));
		if (!good)
			verifier_fault(v, FAULT_CREDENTIAL, &(struct fault_at){ -1, -1, "credential",
			    query_text(&q, 0), NULL });
	}
	query_close(&q);
}

static bool
has_table(const struct verifier *v, const char *name)
{
	for (const char *const *t = v->want->tables; *t != NULL; t++)
		if (strcmp(*t, name) == 0)
			return true;
	return false;
}

void
verifier_rows(struct verifier *v)
{
	struct rows r = { .v = v, .images = IMAGES_INIT };

	read_images(&r);
	check_erased(&r);
	for (const char *const *t = v->want->tables; *t != NULL && tx_err(v->tx)->kind == 0; t++)
		compare_table(&r, *t);
	if (tx_err(v->tx)->kind == 0)
		find_removed(&r);
	if (has_table(v, "account"))
		check_credentials(v);
	images_clear(&r.images);
	free(r.ordered);
}

static void
stray(struct verifier *v, const char *sql, enum ledger_fault_kind kind, const char *table)
{
	struct query q;

	query_open(&q, v->tx, sql, "");
	while (query_step(&q))
		verifier_fault(v, kind, &(struct fault_at){ -1, -1, table, query_text(&q, 0), NULL });
	query_close(&q);
}

void
verifier_strays(struct verifier *v)
{
	char sql[160];

	for (const char *const *t = v->want->tables; *t != NULL; t++) {
		snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE agency_id NOT IN"
		    " (SELECT agency_id FROM ledger_head)", *t);
		stray(v, sql, FAULT_ROW_ADDED, *t);
	}
	if (has_table(v, "account"))
		stray(v, "SELECT account_id FROM credential WHERE account_id NOT IN"
		    " (SELECT id FROM account)", FAULT_CREDENTIAL, "credential");
}
