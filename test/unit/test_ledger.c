/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way of touching a small ledger by SQL, and what verify says of it.
 * Each change is made and judged inside one transaction that is rolled back.
 */
#include "ledger/ledger.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/id.h"
#include "ledger/checkpoint.h"
#include "ledger/images.h"
#include "ledger/row.h"
#include "ledger/verify.h"
#include "store/driver.h"
#include "testing.h"

#define AGENCY  "a1"
#define ENTRIES 12
#define SIGNED  7 /* entries when the checkpoint was made */

static char dir[] = "/tmp/test_ledger.XXXXXX";
static char path[128], key_path[128];
static struct note_key key, other_key;
static struct conn *conn;
static struct err tx_error;
static struct tx tx;
static struct buf outside = BUF_INIT(4096); /* the checkpoint as somebody kept it */
static struct ledger_report report;
static struct err verdict;

static const char *const tables[] = { "agency", "division", "account", "incident", NULL };

/* ---- a small ledger ------------------------------------------------------------ */

static void
append_as(const char *agency, const char *op, const char *incident, const char *payload)
{
	struct ledger_entry entry = { agency, 1790000000000, "console", op, incident, payload };
	int64_t seq;

	assert_int_equal(ledger_append(&tx, &entry, &seq, &tx_error), 0);
}

static void
append(const char *op, const char *incident, const char *payload)
{
	append_as(AGENCY, op, incident, payload);
}

/* Appends an entry with the present image of one row. */
static void
append_row(const char *op, const char *table, const char *id)
{
	struct buf payload = BUF_INIT(1 << 16);
	struct query q;
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT * FROM %s WHERE id = ?", table);
	buf_printf(&payload, "{\"op\":\"%s\",\"rows\":[{\"r\":", op);
	query_open(&q, &tx, sql, "t", id);
	assert_true(query_step(&q));
	row_image(&q, &payload);
	assert_int_equal(query_close(&q), 0);
	buf_printf(&payload, ",\"t\":\"%s\"}]}", table);
	append(op, strcmp(table, "incident") == 0 ? id : NULL, payload.data);
	buf_clear(&payload);
}

static void
sql(const char *text)
{
	assert_int_equal(tx_exec(&tx, text, ""), 0);
}

static void
checkpoint(const struct note_key *with, struct buf *out)
{
	buf_reset(out);
	assert_int_equal(ledger_checkpoint_make(&tx, AGENCY, with, 1790000000500, out, &tx_error), 0);
}

static void
make_ledger(void)
{
	char digest[65];

	sql("INSERT INTO agency (id, agency_id, version, name, created_at) VALUES"
	    " ('a1', 'a1', 1, 'Sở Mẫu', 5)");
	append_row("agency set", "agency", "a1");
	sql("INSERT INTO division (id, agency_id, version, name) VALUES ('d1', 'a1', 1, 'Phòng \"Một\"'),"
	    " ('d2', 'a1', 1, 'Phòng Hai'), ('d3', 'a1', 1, 'Phòng Ba')");
	append_row("division add", "division", "d1");
	append_row("division add", "division", "d2");
	append_row("division add", "division", "d3");
	sql("INSERT INTO credential (account_id, password_hash) VALUES ('u1', '$argon2id$x')");
	sql("INSERT INTO account (id, agency_id, version, login, name, roles, created_at) VALUES"
	    " ('u1', 'a1', 1, 'an', 'An', 'admin', 6)");
	tx_exec(&tx, "UPDATE account SET credential_digest = ?", "t",
	    ledger_credential_digest("u1", "$argon2id$x", NULL, digest));
	append_row("user add", "account", "u1");
	sql("INSERT INTO incident (id, agency_id, version, number, title, state, detected_at, received_at,"
	    " updated_at) VALUES ('i1', 'a1', 1, 'SC-2026-0001', 'Máy lạ', 'received', -7, 8, 9)");
	append_row("incident open", "incident", "i1");
	append("user login", NULL, "{\"info\":{\"address\":\"127.0.0.1\"},\"op\":\"user login\"}");
	checkpoint(&key, &outside);
	sql("UPDATE incident SET state = 'verifying', version = 2 WHERE id = 'i1'");
	append_row("incident take", "incident", "i1");
	sql("UPDATE division SET symbol = 'P1', version = 2 WHERE id = 'd1'");
	append_row("division set", "division", "d1");
	sql("DELETE FROM division WHERE id = 'd3'");
	append("division remove", NULL,
	    "{\"del\":[{\"id\":\"d3\",\"t\":\"division\"}],\"op\":\"division remove\"}");
	append("user login", NULL, "{\"op\":\"user login\"}");
	append("user logout", NULL, "{\"op\":\"user logout\"}");
}

static int
setup(void **state)
{
	struct store *store;

	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/khien.db", dir);
	snprintf(key_path, sizeof(key_path), "%s/key", dir);
	if (note_key_create(key_path, "khien/a1", NULL) != 0 || note_key_load(key_path, &key, NULL) != 0)
		return -1;
	unlink(key_path);
	if (note_key_create(key_path, "khien/a1", NULL) != 0 ||
	    note_key_load(key_path, &other_key, NULL) != 0)
		return -1;
	if (store_open(path, STORE_CREATE, &store, NULL) != 0)
		return -1;
	store_close(store);
	if (conn_open(path, 0, &conn, NULL) != 0)
		return -1;
	tx = (struct tx){ conn, &tx_error, 0 };
	conn_begin_write(conn, NULL);
	make_ledger();
	return conn_commit(conn, NULL);
}

static int
teardown(void **state)
{
	char command[160];

	(void)state;
	conn_close(conn);
	buf_clear(&outside);
	err_clear(&verdict);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* ---- judging ------------------------------------------------------------------- */

static int
verify(const char *const *with_tables, const char *with_outside)
{
	struct ledger_verify want = { .agency_id = AGENCY, .key = &key, .outside = with_outside,
		.tables = with_tables };

	err_clear(&verdict);
	return ledger_verify_tx(&tx, &want, &report, &verdict);
}

static void
expect(enum ledger_fault_kind kind, int64_t seq)
{
	assert_int_equal(verdict.kind, ERR_BROKEN);
	assert_int_equal(report.fault[0].kind, kind);
	assert_int_equal(report.fault[0].seq, seq);
}

static void
expect_row(enum ledger_fault_kind kind, const char *table, const char *id, const char *column)
{
	assert_int_equal(verdict.kind, ERR_BROKEN);
	assert_int_equal(report.fault[0].kind, kind);
	assert_string_equal(report.fault[0].table, table);
	assert_string_equal(report.fault[0].id, id);
	assert_string_equal(report.fault[0].column, column);
}

static void
begin(void)
{
	assert_int_equal(conn_begin_write(conn, NULL), 0);
}

static void
undo(void)
{
	conn_rollback(conn);
	err_clear(&tx_error);
}

/* One statement, the verdict on it, and back. False when the database refused it. */
static bool
changed(const char *statement, const char *const *with_tables)
{
	begin();
	if (conn_script(conn, statement, NULL) != 0) {
		undo();
		return false;
	}
	verify(with_tables, NULL);
	undo();
	return true;
}

static void
the_untouched_ledger_holds(void **state)
{
	struct ledger_verify all = { .key = &key, .tables = tables, .outside = outside.data };

	(void)state;
	begin();
	assert_int_equal(verify(tables, outside.data), 0);
	assert_int_equal(report.entries, ENTRIES);
	assert_int_equal(report.checkpoints, 1);
	assert_int_equal(report.rows, 5);
	assert_int_equal(report.faults, 0);
	assert_int_equal(ledger_verify_tx(&tx, &all, &report, &verdict), 0);
	assert_int_equal(report.agencies, 1);
	undo();
}

/* ---- every bit ------------------------------------------------------------------- */

struct cell {
	const char *table, *column;
	int64_t rowid;
};

typedef void (*judge_fn)(const struct cell *cell, int64_t key_before, int64_t key_after);

static int64_t
cell_int(const char *what, const struct cell *cell)
{
	char text[160];

	snprintf(text, sizeof(text), "SELECT %s FROM %s WHERE rowid = %lld", what, cell->table,
	    (long long)cell->rowid);
	return tx_int(&tx, text, "");
}

/* Flips each bit of a whole number; returns how many flips were judged. */
static size_t
flip_int(const struct cell *cell, int64_t value, const char *const *with, judge_fn judge)
{
	size_t n = 0;

	for (unsigned bit = 0; bit < 64; bit++) {
		int64_t flipped = (int64_t)((uint64_t)value ^ UINT64_C(1) << bit);
		char text[256];

		snprintf(text, sizeof(text), "UPDATE %s SET %s = %lld WHERE rowid = %lld", cell->table,
		    cell->column, (long long)flipped, (long long)cell->rowid);
		if (!changed(text, with))
			continue;
		judge(cell, value, flipped);
		n++;
	}
	return n;
}

static size_t
flip_text(const struct cell *cell, const char *hex, const char *const *with, judge_fn judge)
{
	size_t len = strlen(hex) / 2, n = 0;
	uint8_t *data = xmalloc(len);
	char *text = xmalloc(len * 2 + 256), *again = xmalloc(len * 2 + 1);

	assert_true(hex_decode(hex, data, len));
	for (size_t bit = 0; bit < len * 8; bit++) {
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		snprintf(text, len * 2 + 256, "UPDATE %s SET %s = CAST(X'%s' AS TEXT) WHERE rowid = %lld",
		    cell->table, cell->column, hex_encode(data, len, again), (long long)cell->rowid);
		data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (!changed(text, with))
			continue;
		judge(cell, -1, -1);
		n++;
	}
	free(data);
	free(text);
	free(again);
	return n;
}

static size_t
flip_cell(const struct cell *cell, const char *const *with, judge_fn judge)
{
	struct arena arena = ARENA_INIT;
	char text[4096], *type, *hex;
	size_t n = 0;
	int64_t value;

	snprintf(text, sizeof(text), "SELECT typeof(%s) FROM %s WHERE rowid = %lld", cell->column,
	    cell->table, (long long)cell->rowid);
	type = tx_text(&tx, &arena, text, "");
	snprintf(text, sizeof(text), "SELECT lower(hex(%s)) FROM %s WHERE rowid = %lld", cell->column,
	    cell->table, (long long)cell->rowid);
	hex = tx_text(&tx, &arena, text, "");
	value = cell_int(cell->column, cell);
	if (str_eq(type, "integer"))
		n = flip_int(cell, value, with, judge);
	else if (str_eq(type, "text"))
		n = flip_text(cell, hex, with, judge);
	arena_clear(&arena);
	return n;
}

/* Flips every bit of every value of a table. */
static size_t
flip_table(const char *table, const char *const *with, judge_fn judge)
{
	struct query q;
	char text[64];
	char column[64][32];
	int columns;
	int64_t rows;
	size_t n = 0;

	snprintf(text, sizeof(text), "SELECT * FROM %s", table);
	query_open(&q, &tx, text, "");
	columns = query_columns(&q);
	for (int i = 0; i < columns; i++)
		snprintf(column[i], sizeof(column[i]), "%s", query_name(&q, i));
	query_close(&q);
	snprintf(text, sizeof(text), "SELECT MAX(rowid) FROM %s", table);
	rows = tx_int(&tx, text, "");
	for (int64_t row = 1; row <= rows; row++)
		for (int i = 0; i < columns; i++)
			n += flip_cell(&(struct cell){ table, column[i], row }, with, judge);
	return n;
}

static void
judge_entry(const struct cell *cell, int64_t before, int64_t after)
{
	int64_t seq = cell->rowid - 1;
	const struct ledger_fault *first = &report.fault[0];
	bool last = seq == ENTRIES - 1;

	assert_int_equal(verdict.kind, ERR_BROKEN);
	if (strcmp(cell->column, "seq") == 0) {
		assert_int_equal(before, seq);
		assert_true(after < 0 ? first->kind == FAULT_ORDER && first->seq == after :
		    first->kind == FAULT_MISSING && first->seq == seq);
		return;
	}
	/* An entry that went to another agency is missing here. */
	if (strcmp(cell->column, "agency_id") == 0) {
		assert_int_equal(first->kind, last ? FAULT_HEAD : FAULT_MISSING);
		assert_int_equal(first->seq, last ? -1 : seq);
		return;
	}
	assert_int_equal(first->seq, seq);
	if (first->kind == FAULT_TYPE)
		assert_string_equal(first->column, cell->column); /* the flip made a NUL byte */
	else if (strcmp(cell->column, "payload") == 0 || strcmp(cell->column, "salt") == 0)
		assert_int_equal(first->kind, FAULT_PAYLOAD);
	else if (strcmp(cell->column, "payload_hash") == 0)
		assert_int_equal(first->kind, FAULT_PAYLOAD_HASH);
	else
		assert_int_equal(first->kind, FAULT_HEADER);
}

static void
every_bit_of_every_entry_is_found_where_it_is(void **state)
{
	(void)state;
	assert_true(flip_table("ledger_entry", NULL, judge_entry) > 40000);
}

static void
judge_head(const struct cell *cell, int64_t before, int64_t after)
{
	(void)before;
	(void)after;
	expect(FAULT_HEAD, -1);
	/* Under another agency's name there is no head here. */
	assert_string_equal(report.fault[0].column,
	    strcmp(cell->column, "agency_id") == 0 ? "" : cell->column);
}

static void
every_bit_of_the_head_is_found(void **state)
{
	(void)state;
	assert_true(flip_table("ledger_head", NULL, judge_head) > 2000);
}

static void
judge_checkpoint(const struct cell *cell, int64_t before, int64_t after)
{
	(void)before;
	if (strcmp(cell->column, "agency_id") == 0) {
		/* Judged with all ledgers: alone, this one has no checkpoint and holds. */
		assert_int_equal(verdict.kind, 0);
		return;
	}
	assert_int_equal(verdict.kind, ERR_BROKEN);
	if (strcmp(cell->column, "note") == 0) {
		expect(FAULT_CHECKPOINT_NOTE, SIGNED);
		return;
	}
	expect(FAULT_CHECKPOINT_ROW, strcmp(cell->column, "size") == 0 ? after : SIGNED);
	assert_string_equal(report.fault[0].column, cell->column);
}

static void
every_bit_of_a_checkpoint_is_found(void **state)
{
	struct ledger_verify all = { .key = &key };

	(void)state;
	assert_true(flip_table("ledger_checkpoint", NULL, judge_checkpoint) > 2000);
	begin();
	sql("UPDATE ledger_checkpoint SET agency_id = 'a2'");
	assert_int_equal(ledger_verify_tx(&tx, &all, &report, &verdict), ERR_BROKEN);
	expect(FAULT_CHECKPOINT_NOTE, SIGNED);
	assert_string_equal(report.fault[0].agency_id, "a2");
	undo();
}

static void
judge_row(const struct cell *cell, int64_t before, int64_t after)
{
	const struct ledger_fault *first = &report.fault[0];

	(void)before;
	(void)after;
	if (strcmp(cell->column, ROW_STAMP) == 0 || strcmp(cell->column, ROW_ALARM) == 0) {
		/* In no image: the times of the other rows tell it. */
		assert_int_equal(verdict.kind, 0);
		return;
	}
	assert_int_equal(verdict.kind, ERR_BROKEN);
	if (strcmp(cell->table, "credential") == 0) {
		assert_int_equal(first->kind, FAULT_CREDENTIAL);
		assert_string_equal(first->id, "u1");
		return;
	}
	assert_string_equal(first->table, cell->table);
	if (strcmp(cell->column, "id") == 0) {
		/* One flip gives it the id of a division that was deleted. */
		assert_true(first->kind == FAULT_ROW_ADDED || first->kind == FAULT_ROW_DELETED);
		assert_int_equal(report.fault[1].kind, FAULT_ROW_REMOVED);
	} else if (strcmp(cell->column, "agency_id") == 0) {
		assert_int_equal(first->kind, FAULT_ROW_REMOVED);
	} else {
		assert_int_equal(first->kind, FAULT_ROW_CHANGED);
		assert_string_equal(first->column, cell->column);
	}
}

static void
every_bit_of_every_row_is_found_with_its_column(void **state)
{
	(void)state;
	for (const char *const *t = tables; *t != NULL; t++)
		assert_true(flip_table(*t, tables, judge_row) > 300);
	assert_true(flip_table("credential", tables, judge_row) > 80);
}

/* ---- types ------------------------------------------------------------------------ */

static void
the_same_bytes_as_another_type_are_found(void **state)
{
	static const char *const entry[] = { "seq", "at_ms", "mono_ms", "boot_id", "actor", "op",
		"salt", "payload", "payload_hash", "leaf" };
	static const char *const head[] = { "size", "root", "peaks", "at_ms", "mono_ms", "boot_id" };
	char text[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(entry); i++) {
		snprintf(text, sizeof(text), "UPDATE ledger_entry SET %s = CAST(%s AS BLOB) WHERE rowid = 12",
		    entry[i], entry[i]);
		assert_true(changed(text, tables));
		expect(FAULT_TYPE, ENTRIES - 1);
		assert_string_equal(report.fault[0].column, entry[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(head); i++) {
		snprintf(text, sizeof(text), "UPDATE ledger_head SET %s = CAST(%s AS BLOB)", head[i], head[i]);
		assert_true(changed(text, tables));
		expect(FAULT_HEAD, -1);
		assert_string_equal(report.fault[0].column, head[i]);
	}
	assert_true(changed("UPDATE ledger_entry SET at_ms = at_ms + 0.5 WHERE seq = 4", tables));
	expect(FAULT_TYPE, 4);
	assert_true(changed("UPDATE ledger_entry SET actor = actor || char(0) || 'x' WHERE seq = 4", tables));
	expect(FAULT_TYPE, 4);
	assert_true(changed("UPDATE ledger_checkpoint SET note = CAST(note AS BLOB)", tables));
	expect(FAULT_CHECKPOINT_NOTE, SIGNED);
	assert_true(changed("UPDATE ledger_checkpoint SET root = upper(root)", tables));
	expect(FAULT_CHECKPOINT_ROW, SIGNED);
	assert_true(changed("UPDATE ledger_entry SET agency_id = CAST(agency_id AS BLOB) WHERE seq = 3",
	    tables));
	expect(FAULT_MISSING, 3);
	assert_true(changed("UPDATE division SET name = CAST(name AS BLOB) WHERE id = 'd2'", tables));
	expect_row(FAULT_ROW_CHANGED, "division", "d2", "name");
	assert_true(changed("UPDATE division SET version = 1.5 WHERE id = 'd2'", tables));
	expect_row(FAULT_ROW_CHANGED, "division", "d2", "version");
	assert_true(changed("UPDATE division SET head_id = '' WHERE id = 'd2'", tables));
	expect_row(FAULT_ROW_CHANGED, "division", "d2", "head_id");
	assert_true(changed("UPDATE ledger_entry SET incident_id = '' WHERE seq = 2", tables));
	expect(FAULT_HEADER, 2);
	assert_true(changed("UPDATE ledger_entry SET incident_id = NULL WHERE seq = 5", tables));
	expect(FAULT_HEADER, 5);
	assert_true(changed("UPDATE ledger_entry SET leaf = upper(leaf) WHERE seq = 5", tables));
	expect(FAULT_HEADER, 5);
}

/* ---- whole entries ------------------------------------------------------------------ */

static void
an_image_with_a_stamp_is_the_same_as_one_without(void **state)
{
	static const char with[] = "{\"title\":\"Máy lạ\",\"updated_at\":1790000000000,\"version\":1}";
	static const char without[] = "{\"title\":\"Máy lạ\",\"version\":1}";
	static const char other[] = "{\"title\":\"Máy lạ\",\"version\":2}";
	uint8_t a[IMAGE_HASH], b[IMAGE_HASH];

	(void)state;
	image_hash((struct span){ with, strlen(with) }, a);
	image_hash((struct span){ without, strlen(without) }, b);
	assert_memory_equal(a, b, IMAGE_HASH);
	image_hash((struct span){ other, strlen(other) }, b);
	assert_memory_not_equal(a, b, IMAGE_HASH);
}

static void
removed_entries_are_missed(void **state)
{
	char text[160];

	(void)state;
	for (int64_t seq = 0; seq < ENTRIES; seq++) {
		snprintf(text, sizeof(text), "DELETE FROM ledger_entry WHERE seq = %lld", (long long)seq);
		assert_true(changed(text, tables));
		expect(seq < ENTRIES - 1 ? FAULT_MISSING : FAULT_HEAD, seq < ENTRIES - 1 ? seq : -1);
		/* … and those after it moved up. */
		snprintf(text, sizeof(text), "DELETE FROM ledger_entry WHERE seq = %lld;"
		    "UPDATE ledger_entry SET seq = -seq WHERE seq > %lld;"
		    "UPDATE ledger_entry SET seq = -seq - 1 WHERE seq < 0", (long long)seq, (long long)seq);
		assert_true(changed(text, tables));
		expect(seq < ENTRIES - 1 ? FAULT_HEADER : FAULT_HEAD, seq < ENTRIES - 1 ? seq : -1);
	}
	assert_true(changed("DELETE FROM ledger_entry", tables));
	expect(FAULT_CHECKPOINT_SIZE, SIGNED);
	assert_true(changed("DELETE FROM ledger_head", tables));
	expect(FAULT_HEAD, -1);
}

static void
swapped_entries_are_found(void **state)
{
	char text[256];

	(void)state;
	for (int64_t a = 0; a < ENTRIES; a++) {
		for (int64_t b = a + 1; b < ENTRIES; b++) {
			snprintf(text, sizeof(text), "UPDATE ledger_entry SET seq = -1 WHERE seq = %lld;"
			    "UPDATE ledger_entry SET seq = %lld WHERE seq = %lld;"
			    "UPDATE ledger_entry SET seq = %lld WHERE seq = -1", (long long)a, (long long)a,
			    (long long)b, (long long)b);
			assert_true(changed(text, NULL));
			expect(FAULT_HEADER, a);
		}
	}
}

#define COPY(seq, from) "INSERT INTO ledger_entry SELECT agency_id, " seq ", at_ms, mono_ms, boot_id," \
	" actor, op, incident_id, salt, payload, payload_hash, leaf FROM ledger_entry WHERE seq = " from

static void
duplicated_and_inserted_entries_are_found(void **state)
{
	(void)state;
	assert_false(changed(COPY("4", "4"), tables)); /* the schema refuses it … */
	/* … so somebody would have to take the schema away first. */
	assert_true(changed("CREATE TABLE copy AS SELECT * FROM ledger_entry; DROP TABLE ledger_entry;"
	    "ALTER TABLE copy RENAME TO ledger_entry;" COPY("4", "4"), tables));
	expect(FAULT_ORDER, 4);
	assert_true(changed(COPY("12", "11"), tables));
	expect(FAULT_HEADER, 12);
	assert_true(changed("UPDATE ledger_entry SET seq = -seq WHERE seq >= 6;"
	    "UPDATE ledger_entry SET seq = -seq + 1 WHERE seq < 0;" COPY("6", "3"), tables));
	expect(FAULT_HEADER, 6);
}

/* ---- rewritten histories --------------------------------------------------------------- */

/* Writes all entries anew with good hashes, the one of number ${seq} with other words. */
static void
rewrite(int64_t seq)
{
	struct {
		char op[64], *payload, *incident;
	} entry[ENTRIES];
	struct arena arena = ARENA_INIT;
	struct query q;
	size_t n = 0;

	query_open(&q, &tx, "SELECT op, payload, incident_id FROM ledger_entry ORDER BY seq", "");
	for (; query_step(&q); n++) {
		snprintf(entry[n].op, sizeof(entry[n].op), "%s", query_text(&q, 0));
		entry[n].payload = arena_strdup(&arena, query_text(&q, 1));
		entry[n].incident = arena_strdup(&arena, query_text(&q, 2));
	}
	query_close(&q);
	assert_int_equal(n, ENTRIES);
	sql("DELETE FROM ledger_entry");
	sql("DELETE FROM ledger_head");
	for (size_t i = 0; i < n; i++)
		append((int64_t)i == seq ? "something else" : entry[i].op, entry[i].incident,
		    entry[i].payload);
	arena_clear(&arena);
}

static void
a_history_rewritten_without_the_key_is_found(void **state)
{
	struct buf note = BUF_INIT(4096);

	(void)state;
	begin();
	rewrite(3);
	assert_int_equal(verify(tables, NULL), ERR_BROKEN);
	expect(FAULT_CHECKPOINT_ROOT, SIGNED);
	assert_int_equal(report.fault[0].from, 0);
	assert_int_equal(report.faults, 1);
	/* The checkpoint replaced by one of another key. */
	sql("DELETE FROM ledger_checkpoint");
	checkpoint(&other_key, &note);
	assert_int_equal(verify(tables, NULL), ERR_BROKEN);
	expect(FAULT_CHECKPOINT_NOTE, ENTRIES);
	undo();
	buf_clear(&note);
}

static void
a_history_rewritten_with_the_key_is_found_by_the_checkpoint_kept_outside(void **state)
{
	struct buf note = BUF_INIT(4096);

	(void)state;
	begin();
	rewrite(3);
	sql("DELETE FROM ledger_checkpoint");
	checkpoint(&key, &note);
	assert_int_equal(verify(tables, NULL), 0);
	assert_int_equal(verify(tables, note.data), 0);
	assert_int_equal(verify(tables, outside.data), ERR_BROKEN);
	expect(FAULT_OUTSIDE_ROOT, SIGNED);
	undo();
	buf_clear(&note);
}

/* What a whole older copy of the data directory would hold. */
static void
older_copy(int64_t size)
{
	struct tree tree = TREE_INIT;
	uint8_t leaf[TREE_HASH], root[TREE_HASH];
	char peaks[TREE_PEAKS_TEXT], hex[65];
	struct query q;

	tx_exec(&tx, "DELETE FROM ledger_entry WHERE seq >= ?", "i", size);
	tx_exec(&tx, "DELETE FROM ledger_checkpoint WHERE size > ?", "i", size);
	query_open(&q, &tx, "SELECT leaf FROM ledger_entry ORDER BY seq", "");
	while (query_step(&q)) {
		hex_decode(query_text(&q, 0), leaf, TREE_HASH);
		tree_append(&tree, leaf, NULL, NULL);
	}
	query_close(&q);
	tree_root(&tree, root);
	tx_exec(&tx, "UPDATE ledger_head SET size = ?, root = ?, peaks = ?, mono_ms ="
	    " (SELECT mono_ms FROM ledger_entry WHERE seq = ?)", "itti", size,
	    hex_encode(root, TREE_HASH, hex), tree_peaks_text(&tree, peaks), size - 1);
}

static void
an_older_copy_is_found_by_the_checkpoint_kept_outside(void **state)
{
	struct buf note = BUF_INIT(4096);

	(void)state;
	begin();
	checkpoint(&key, &note); /* today's, printed and carried away */
	older_copy(9);
	assert_int_equal(verify(NULL, NULL), 0);
	assert_int_equal(verify(NULL, outside.data), 0);
	assert_int_equal(verify(NULL, note.data), ERR_BROKEN);
	expect(FAULT_OUTSIDE_SIZE, ENTRIES);
	older_copy(5);
	sql("DELETE FROM ledger_checkpoint");
	assert_int_equal(verify(NULL, NULL), 0);
	assert_int_equal(verify(NULL, outside.data), ERR_BROKEN);
	expect(FAULT_OUTSIDE_SIZE, SIGNED);
	undo();
	buf_clear(&note);
}

static void
an_outside_checkpoint_that_is_none_is_said_so(void **state)
{
	struct buf note = BUF_INIT(4096);

	(void)state;
	begin();
	checkpoint(&other_key, &note);
	sql("DELETE FROM ledger_checkpoint");
	assert_int_equal(verify(tables, note.data), ERR_BROKEN);
	expect(FAULT_OUTSIDE_NOTE, -1);
	assert_int_equal(verify(tables, "khien/a2\n1\n"), ERR_BROKEN);
	expect(FAULT_OUTSIDE_ORIGIN, -1);
	assert_int_equal(verify(tables, ""), ERR_BROKEN);
	expect(FAULT_OUTSIDE_ORIGIN, -1);
	undo();
	buf_clear(&note);
}

/* ---- rows -------------------------------------------------------------------------------- */

static void
rows_that_came_went_or_came_back_are_named(void **state)
{
	(void)state;
	assert_true(changed("INSERT INTO division (id, agency_id, version, name) VALUES"
	    " ('d9', 'a1', 1, 'Phòng Chín')", tables));
	expect_row(FAULT_ROW_ADDED, "division", "d9", "");
	assert_true(changed("DELETE FROM incident", tables));
	expect_row(FAULT_ROW_REMOVED, "incident", "i1", "");
	assert_int_equal(report.fault[0].seq, 7);
	assert_true(changed("INSERT INTO division (id, agency_id, version, name) VALUES"
	    " ('d3', 'a1', 1, 'Phòng Ba')", tables));
	expect_row(FAULT_ROW_DELETED, "division", "d3", "");
	assert_int_equal(report.fault[0].seq, 9);
	assert_true(changed("UPDATE incident SET title = 'Không có gì', seal = 'x'", tables));
	expect_row(FAULT_ROW_CHANGED, "incident", "i1", "seal");
	assert_true(changed("UPDATE credential SET password_hash = '$argon2id$y'", tables));
	expect_row(FAULT_CREDENTIAL, "credential", "u1", "");
	assert_true(changed("DELETE FROM credential", tables));
	expect_row(FAULT_CREDENTIAL, "credential", "u1", "");
	assert_true(changed("UPDATE credential SET totp_secret = 'ABC'", tables));
	expect_row(FAULT_CREDENTIAL, "credential", "u1", "");
}

static void
rows_of_nobody_are_found_when_all_is_verified(void **state)
{
	struct ledger_verify all = { .key = &key, .tables = tables };

	(void)state;
	begin();
	sql("INSERT INTO division (id, agency_id, version, name) VALUES ('d9', 'a9', 1, 'Phòng Chín')");
	assert_int_equal(ledger_verify_tx(&tx, &all, &report, &verdict), ERR_BROKEN);
	expect_row(FAULT_ROW_ADDED, "division", "d9", "");
	undo();
	begin();
	err_clear(&verdict);
	sql("INSERT INTO credential (account_id, password_hash) VALUES ('u9', 'x')");
	assert_int_equal(ledger_verify_tx(&tx, &all, &report, &verdict), ERR_BROKEN);
	expect_row(FAULT_CREDENTIAL, "credential", "u9", "");
	undo();
}

static void
each_agency_has_its_own_tree(void **state)
{
	struct ledger_verify all = { .key = &key, .tables = tables };
	struct ledger_head head;

	(void)state;
	begin();
	append_as("a2", "agency set", NULL, "{\"op\":\"agency set\"}");
	assert_int_equal(ledger_head_get(&tx, "a2", &head, NULL), 0);
	assert_int_equal(head.size, 1);
	assert_int_equal(ledger_verify_tx(&tx, &all, &report, &verdict), 0);
	assert_int_equal(report.agencies, 2);
	assert_int_equal(report.entries, ENTRIES + 1);
	err_clear(&verdict);
	sql("UPDATE ledger_entry SET op = 'x' WHERE agency_id = 'a2'");
	assert_int_equal(ledger_verify_tx(&tx, &all, &report, &verdict), ERR_BROKEN);
	expect(FAULT_HEADER, 0);
	assert_string_equal(report.fault[0].agency_id, "a2");
	undo();
}

/* ---- erasing, and the rest ------------------------------------------------------------------ */

static void
an_erased_payload_needs_an_order(void **state)
{
	(void)state;
	begin();
	assert_int_equal(ledger_erase(&tx, AGENCY, 6, NULL), 0);
	assert_int_equal(verify(tables, outside.data), ERR_BROKEN);
	expect(FAULT_ERASED, 6);
	append("ledger erase", NULL, "{\"erased\":[6],\"op\":\"ledger erase\"}");
	assert_int_equal(verify(tables, outside.data), 0);
	assert_int_equal(report.erased, 1);
	assert_int_equal(ledger_erase(&tx, AGENCY, 6, NULL), ERR_NOT_FOUND);
	assert_int_equal(ledger_erase(&tx, AGENCY, 99, NULL), ERR_NOT_FOUND);
	/* The order stands for this entry and for no other, and what is left of it is still bound. */
	sql("UPDATE ledger_entry SET payload = NULL, salt = '' WHERE seq = 10");
	assert_int_equal(verify(tables, NULL), ERR_BROKEN);
	expect(FAULT_ERASED, 10);
	undo();
	begin();
	assert_int_equal(ledger_erase(&tx, AGENCY, 6, NULL), 0);
	append("ledger erase", NULL, "{\"erased\":[6],\"op\":\"ledger erase\"}");
	sql("UPDATE ledger_entry SET actor = 'job:x' WHERE seq = 6");
	assert_int_equal(verify(tables, NULL), ERR_BROKEN);
	expect(FAULT_HEADER, 6);
	undo();
}

static void
a_payload_no_operation_writes_is_found(void **state)
{
	static const char *const rows[] = {
		"", "[]", "{", "{}x", "{\"rows\":{}}", "{\"rows\":[{\"r\":{},\"t\":\"division\"}]}",
		"{\"rows\":[{\"t\":\"division\"}]}", "{\"op\": \"x\"}", "{\"op\":\"x\",\"del\":[]}",
		"{\"del\":[{\"id\":1,\"t\":\"division\"}]}", "{\"erased\":[-1]}", "{\"op\":1.5}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin();
		append("x", NULL, rows[i]);
		assert_int_equal(verify(tables, NULL), ERR_BROKEN);
		expect(FAULT_FORM, ENTRIES);
		undo();
	}
}

static void
a_damaged_head_takes_no_more_entries(void **state)
{
	struct ledger_entry entry = { AGENCY, 1, "console", "x", NULL, "{}" };
	int64_t seq;

	(void)state;
	begin();
	sql("UPDATE ledger_head SET size = 13");
	assert_int_equal(ledger_append(&tx, &entry, &seq, &tx_error), ERR_BROKEN);
	assert_string_equal(tx_error.key, "err.ledger.head");
	undo();
	begin();
	assert_int_equal(ledger_append(&tx, &entry, &seq, &tx_error), 0);
	assert_int_equal(seq, ENTRIES);
	undo();
}

static void
an_empty_ledger_holds_and_cannot_be_signed(void **state)
{
	struct ledger_verify want = { .agency_id = "none", .key = &key, .tables = tables };
	struct buf note = BUF_INIT(4096);
	struct ledger_head head;
	struct err err = { 0 };

	(void)state;
	begin();
	assert_int_equal(ledger_head_get(&tx, "none", &head, NULL), 0);
	assert_int_equal(head.size, 0);
	assert_string_equal(head.root, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(ledger_verify_tx(&tx, &want, &report, &verdict), 0);
	assert_int_equal(ledger_checkpoint_make(&tx, "none", &key, 1, &note, &err), ERR_STATE);
	undo();
	buf_clear(&note);
}

TEST_MAIN(cmocka_unit_test_setup(the_untouched_ledger_holds, setup),
    cmocka_unit_test(every_bit_of_every_entry_is_found_where_it_is),
    cmocka_unit_test(every_bit_of_the_head_is_found),
    cmocka_unit_test(every_bit_of_a_checkpoint_is_found),
    cmocka_unit_test(every_bit_of_every_row_is_found_with_its_column),
    cmocka_unit_test(the_same_bytes_as_another_type_are_found),
    cmocka_unit_test(an_image_with_a_stamp_is_the_same_as_one_without),
		cmocka_unit_test(removed_entries_are_missed), cmocka_unit_test(swapped_entries_are_found),
    cmocka_unit_test(duplicated_and_inserted_entries_are_found),
    cmocka_unit_test(a_history_rewritten_without_the_key_is_found),
    cmocka_unit_test(a_history_rewritten_with_the_key_is_found_by_the_checkpoint_kept_outside),
    cmocka_unit_test(an_older_copy_is_found_by_the_checkpoint_kept_outside),
    cmocka_unit_test(an_outside_checkpoint_that_is_none_is_said_so),
    cmocka_unit_test(rows_that_came_went_or_came_back_are_named),
    cmocka_unit_test(rows_of_nobody_are_found_when_all_is_verified),
    cmocka_unit_test(each_agency_has_its_own_tree),
    cmocka_unit_test(an_erased_payload_needs_an_order),
    cmocka_unit_test(a_payload_no_operation_writes_is_found),
    cmocka_unit_test(a_damaged_head_takes_no_more_entries),
    cmocka_unit_test_teardown(an_empty_ledger_holds_and_cannot_be_signed, teardown))
