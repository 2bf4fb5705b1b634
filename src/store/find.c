/* SPDX-License-Identifier: Apache-2.0 */
/* find.c: text search by SQLite's FTS5. */
#include "store/find.h"

#include <string.h>

/*
 * Lists are read newest first, for which FTS5 reads through the whole last block of each word:
 * blocks are small, and fit into a page of the database.
 */
#define BLOCK_SIZE(fts) \
	"INSERT INTO " fts " (" fts ", rank) SELECT 'pgsz', 1900 WHERE NOT EXISTS (SELECT 1 FROM " fts \
	"_config WHERE k = 'pgsz');"

/* The long texts apart: every match reads its row of text_doc. */
const char find_tables_sql[] =
    "DROP TABLE IF EXISTS search_fts; DROP TABLE IF EXISTS search_text;"
    "DROP TABLE IF EXISTS search_doc;" /* as they were called before */
    "CREATE TABLE IF NOT EXISTS text_doc (doc INTEGER PRIMARY KEY, incident_id TEXT NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS text_body ("
    " doc INTEGER PRIMARY KEY, shown TEXT NOT NULL, folded TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS text_next (agency_id TEXT PRIMARY KEY, seq BIGINT NOT NULL);"
    "CREATE VIRTUAL TABLE IF NOT EXISTS text_fts USING fts5("
    " folded, content='text_body', content_rowid='doc', columnsize=0);"
    "CREATE TABLE IF NOT EXISTS alert_text_doc (doc INTEGER PRIMARY KEY, alert_id TEXT NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS alert_text_body ("
    " doc INTEGER PRIMARY KEY, shown TEXT NOT NULL, folded TEXT NOT NULL);"
    "CREATE VIRTUAL TABLE IF NOT EXISTS alert_text_fts USING fts5("
    " folded, content='alert_text_body', content_rowid='doc', columnsize=0);"
    BLOCK_SIZE("text_fts") BLOCK_SIZE("alert_text_fts");

#define MATCHING "(SELECT f.rowid FROM text_fts f WHERE f.text_fts MATCH ?"

const char find_condition[] =
    "(SELECT d.doc FROM text_doc d WHERE d.incident_id = i.id) IN " MATCHING ")";

const char find_newest[] = "SELECT COUNT(*), MIN(n.place) FROM (SELECT f.rowid AS place FROM text_fts f"
    " WHERE f.text_fts MATCH ? ORDER BY f.rowid DESC LIMIT ?) n";

const char *const find_condition_newest[4] = {
	"d.incident_id = i.id AND CASE WHEN d.doc >= ?", " THEN d.doc IN " MATCHING,
	" AND f.rowid >= ?) ELSE d.doc IN ", MATCHING ") END",
};

#define FROM(tables, key) \
	"(SELECT d." key " AS " key ", f.rowid AS place, (SELECT b.shown FROM " tables "_body b WHERE" \
	" b.doc = f.rowid) AS shown FROM " tables "_fts f CROSS JOIN " tables "_doc d WHERE d.doc = f.rowid" \
	" AND f." tables "_fts MATCH ?) m"

const char find_from[] = FROM("text", "incident_id");
const char find_alerts_from[] = FROM("alert_text", "alert_id");

/* What find_put() says to each set. */
#define PUT(tables, key) { \
	"SELECT doc, folded, shown FROM " tables "_doc JOIN " tables "_body USING (doc) WHERE " key " = ?", \
	"INSERT INTO " tables "_doc (" key ") VALUES (?)", \
	"SELECT doc FROM " tables "_doc WHERE " key " = ?", \
	"INSERT INTO " tables "_body (doc, folded, shown) VALUES (?, ?, ?)", \
	"INSERT INTO " tables "_fts (" tables "_fts, rowid, folded)" \
	" SELECT 'delete', doc, folded FROM " tables "_body WHERE doc = ?", \
	"UPDATE " tables "_body SET folded = ?, shown = ? WHERE doc = ?", \
	"INSERT INTO " tables "_fts (rowid, folded) VALUES (?, ?)", \
	"INSERT INTO " tables "_fts (" tables "_fts, rank) VALUES ('merge', ?)" }

static const struct {
	const char *known, *add_doc, *doc, *add_body, *forget, *change_body, *add, *merge;
} sql[FIND_SETS] = { PUT("text", "incident_id"), PUT("alert_text", "alert_id") };

static bool
is_indexed(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/*
 * Every word quoted, one with dots or dashes as the phrase it is: a quote cannot get
 * in, since only letters and digits stay.  Returns the letters of the last.
 */
static size_t
add_words(struct buf *out, const char *folded)
{
	const unsigned char *p = (const unsigned char *)folded;
	size_t letters = 0, last = 0;

	while (*p != '\0') {
		bool inside = false;

		letters = 0;
		for (; *p != '\0' && *p != ' '; p++) {
			if (!is_indexed(*p)) {
				inside = false;
				continue;
			}
			if (!inside)
				buf_adds(out, letters > 0 ? " " : " \"");
			inside = true;
			buf_addc(out, (char)*p);
			letters++;
		}
		if (letters > 0) {
			buf_addc(out, '"');
			last = letters;
		}
		p += *p == ' ';
	}
	return last;
}

/* A word of one letter is whole, for half of all texts have one that begins so. */
void
find_query(struct buf *out, const char *folded, enum find_words words)
{
	size_t last;

	if (words == FIND_WHOLE) {
		add_words(out, folded);
		return;
	}
	buf_addc(out, '(');
	last = add_words(out, folded);
	buf_adds(out, "*) NOT (");
	add_words(out, folded);
	buf_addc(out, ')');
	if (last < 2)
		buf_reset(out);
}

/* FTS5 keeps no copy of the text: what is taken out must be told as it was put in. */
static void
change_text(struct tx *tx, enum find_set set, int64_t doc, const char *folded, const char *shown)
{
	tx_exec(tx, sql[set].forget, "i", doc);
	tx_exec(tx, sql[set].change_body, "tti", folded, shown, doc);
}

void
find_put(struct tx *tx, enum find_set set, const char *id, const char *folded, const char *shown)
{
	struct query q;
	int64_t doc = SQL_NULL;
	bool same = false;

	query_open(&q, tx, sql[set].known, "t", id);
	if (query_step(&q)) {
		doc = query_int(&q, 0);
		same = str_eq(query_text(&q, 1), folded) && str_eq(query_text(&q, 2), shown);
	}
	query_close(&q);
	if (same)
		return;
	if (doc == SQL_NULL) {
		tx_exec(tx, sql[set].add_doc, "t", id);
		doc = tx_int(tx, sql[set].doc, "t", id);
		tx_exec(tx, sql[set].add_body, "itt", doc, folded, shown);
	} else {
		change_text(tx, set, doc, folded, shown);
	}
	tx_exec(tx, sql[set].add, "it", doc, folded);
}

int64_t
find_next(struct tx *tx, const char *agency_id)
{
	int64_t seq = tx_int(tx, "SELECT seq FROM text_next WHERE agency_id = ?", "t", agency_id);

	return seq == SQL_NULL ? 0 : seq;
}

void
find_set_next(struct tx *tx, const char *agency_id, int64_t seq)
{
	tx_exec(tx, "INSERT INTO text_next (agency_id, seq) VALUES (?, ?)"
	    " ON CONFLICT (agency_id) DO UPDATE SET seq = excluded.seq", "ti", agency_id, seq);
}

#define TIDY_PAGES 64

bool
find_tidy(struct tx *tx, bool begin)
{
	int64_t before = tx_int(tx, "SELECT total_changes()", "");

	for (size_t set = 0; set < FIND_SETS; set++)
		tx_exec(tx, sql[set].merge, "i", (int64_t)(begin ? -TIDY_PAGES : TIDY_PAGES));
	/* One of each is the statement itself (SQLite, "FTS5: The 'merge' Command"). */
	return tx_int(tx, "SELECT total_changes()", "") - before > FIND_SETS;
}
