/* SPDX-License-Identifier: Apache-2.0 */
/* Dossiers made by dossier_export() and judged by khien-verify, the program. */
#include "app/dossier.h"

#include <fcntl.h>
#include <libgen.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zip.h>

#include "app/zipfile.h"
#include "base/arena.h"
#include "base/id.h"
#include "ledger/checkpoint.h"
#include "ledger/ledger.h"
#include "ledger/row.h"
#include "os/file.h"
#include "store/blob.h"
#include "store/driver.h"
#include "text/json.h"
#include "testing.h"

#define AGENCY "a1"

static char dir[] = "/tmp/test_dossier.XXXXXX";
static char blobs[64], zip_path[64], bad_path[64], point_path[64], verifier[512];
static struct note_key key, thief;
static struct conn *conn;
static struct err error;
static struct tx tx;
static struct buf key_text = BUF_INIT(1000), thief_text = BUF_INIT(1000), outside = BUF_INIT(4096);
static struct buf answer = BUF_INIT(1 << 20);
static char evidence_sha[65];

/* ---- an incident ------------------------------------------------------------------- */

static void
sql(const char *text)
{
	assert_int_equal(tx_exec(&tx, text, ""), 0);
}

/* One entry of incident ${incident} with the present images of rows "table id table id …". */
static void
entry(const char *incident, const char *op, const char *rows)
{
	struct buf payload = BUF_INIT(1 << 16);
	struct ledger_entry e = { AGENCY, 1790000000000, "console", op, incident, NULL };
	char table[32], id[32], text[128];
	int used;
	int64_t seq;

	buf_printf(&payload, "{\"op\":\"%s\",\"rows\":[", op);
	for (const char *p = rows; sscanf(p, "%31s %31s%n", table, id, &used) == 2; p += used) {
		struct query q;

		snprintf(text, sizeof(text), "SELECT * FROM %s WHERE id = ?", table);
		buf_adds(&payload, p == rows ? "{\"r\":" : ",{\"r\":");
		query_open(&q, &tx, text, "t", id);
		assert_true(query_step(&q));
		row_image(&q, &payload);
		query_close(&q);
		buf_printf(&payload, ",\"t\":\"%s\"}", table);
	}
	buf_adds(&payload, "]}");
	e.payload = payload.data;
	assert_int_equal(ledger_append(&tx, &e, &seq, &error), 0);
	buf_clear(&payload);
}

#define INCIDENT(id, number) "INSERT INTO incident (id, agency_id, version, number, title, state," \
	" detected_at, received_at, updated_at) VALUES ('" id "', 'a1', 1, '" number "', 'Máy \"lạ\"'," \
	" 'received', 7, 8, 9)"
#define EVIDENCE(id, number, state) "INSERT INTO evidence (id, agency_id, version, incident_id, number," \
	" name, kind, form, sha256, size, collected_at, state, entered_at) VALUES ('" id "', 'a1', 1, 'i1'," \
	" '" number "', 'Ảnh màn hình/../.PNG', 'photo', 'original', ?, 9, 1, '" state "', 2)"

static void
make_incident(void)
{
	struct blob_writer *w;
	char seal[65];
	int64_t size;

	assert_int_equal(blob_begin(blobs, 100, &w, NULL), 0);
	assert_int_equal(blob_write(w, "bằng chứ", 9, NULL), 0);
	assert_int_equal(blob_commit(w, evidence_sha, &size, NULL), 0);
	sql("INSERT INTO agency (id, agency_id, version, name, created_at) VALUES ('a1', 'a1', 1, 'Sở', 5)");
	entry(NULL, "agency set", "agency a1");
	sql(INCIDENT("i1", "SC-2026-0001"));
	entry("i1", "report new", "incident i1");
	sql(INCIDENT("i2", "SC-2026-0002"));
	entry("i2", "report new", "incident i2");
	sql("INSERT INTO division (id, agency_id, version, name) VALUES ('d1', 'a1', 1, 'Phòng')");
	entry("i1", "division add", "division d1");
	assert_int_equal(tx_exec(&tx, EVIDENCE("e1", "CC-2026-0001", "held"), "t", evidence_sha), 0);
	assert_int_equal(tx_exec(&tx, EVIDENCE("e2", "CC-2026-0002", "disposed"), "t", evidence_sha), 0);
	entry("i1", "evidence add", "evidence e1 evidence e2");
	sql("INSERT INTO scope_item (id, agency_id, version, incident_id, kind, name, state) VALUES"
	    " ('s1', 'a1', 1, 'i1', 'machine', 'PC-01', 'suspected'),"
	    " ('s2', 'a1', 1, 'i1', 'machine', 'PC-02', 'suspected')");
	entry("i1", "scope add", "scope_item s1 scope_item s2");
	assert_int_equal(ledger_checkpoint_make(&tx, AGENCY, &key, 1790000000100, &outside, &error), 0);
	/* Another incident's entry touches one of its rows, and takes one away. */
	sql("UPDATE scope_item SET state = 'isolated', version = 2 WHERE id = 's1'");
	sql("UPDATE scope_item SET incident_id = 'i2', version = 2 WHERE id = 's2'");
	entry("i2", "scope set", "scope_item s1");
	entry("i2", "scope move", "scope_item s2");
	sql("INSERT INTO incident_link (id, agency_id, version, incident_id, other_id, kind) VALUES"
	    " ('l1', 'a1', 1, 'i2', 'i1', 'related')");
	entry("i2", "incident link", "incident_link l1");
	assert_int_equal(dossier_seal(&tx, AGENCY, "i1", seal, &error), 0);
	tx_exec(&tx, "UPDATE incident SET state = 'closed', seal = ?, version = 2 WHERE id = 'i1'", "t", seal);
	entry("i1", "incident close", "incident i1");
	sql("UPDATE incident SET summary = 'Xong', version = 3 WHERE id = 'i1'");
	entry("i1", "incident set", "incident i1");
	entry(NULL, "user login", "");
}

static int
make_key(const char *name, struct note_key *ret)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return note_key_create(path, "khien/a1", NULL) == 0 ? note_key_load(path, ret, NULL) : -1;
}

static int
setup(void **state)
{
	struct store *store;
	char path[64], self[400] = "";

	(void)state;
	if (mkdtemp(dir) == NULL || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return -1;
	snprintf(verifier, sizeof(verifier), "%s/../khien-verify", dirname(self));
	snprintf(path, sizeof(path), "%s/khien.db", dir);
	snprintf(blobs, sizeof(blobs), "%s/blobs", dir);
	snprintf(zip_path, sizeof(zip_path), "%s/good.zip", dir);
	snprintf(bad_path, sizeof(bad_path), "%s/bad.zip", dir);
	snprintf(point_path, sizeof(point_path), "%s/point", dir);
	if (make_key("key", &key) != 0 || make_key("thief", &thief) != 0 ||
	    store_open(path, STORE_CREATE, &store, NULL) != 0)
		return -1;
	note_key_text(&key, &key_text);
	note_key_text(&thief, &thief_text);
	store_close(store);
	if (conn_open(path, 0, &conn, NULL) != 0)
		return -1;
	tx = (struct tx){ conn, &error, 0 };
	conn_begin_write(conn, NULL);
	make_incident();
	return conn_commit(conn, NULL);
}

static int
teardown(void **state)
{
	(void)state;
	conn_close(conn);
	buf_clear(&key_text);
	buf_clear(&thief_text);
	buf_clear(&outside);
	buf_clear(&answer);
	return file_remove_tree(dir, NULL);
}

static int
export(const char *incident, const char *path, struct err *err)
{
	struct dossier_options options = { .agency_id = AGENCY, .incident_id = incident, .blobs = blobs,
	    .key = &key, .at_ms = 1790000001000, .readme = "Đọc tôi\n" };
	int ret;

	conn_begin_read(conn, NULL);
	ret = dossier_export(&tx, &options, path, err);
	conn_rollback(conn);
	return ret;
}

/* Runs khien-verify; its exit status, its words in ${answer}. */
static int
judge(const char *path, const char *with_key, const char *with_point)
{
	char *argv[8] = { verifier, (char *)(uintptr_t)path };
	char text[4096];
	int n = 2, out[2], status;
	ssize_t got;
	pid_t pid;

	if (with_key != NULL) {
		argv[n++] = (char *)(uintptr_t) "--key";
		argv[n++] = (char *)(uintptr_t)with_key;
	}
	if (with_point != NULL) {
		argv[n++] = (char *)(uintptr_t) "--checkpoint";
		argv[n++] = (char *)(uintptr_t)with_point;
	}
	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(out[1], 2);
		execv(verifier, argv);
		_exit(127);
	}
	close(out[1]);
	buf_reset(&answer);
	while ((got = read(out[0], text, sizeof(text))) > 0)
		buf_add(&answer, text, (size_t)got);
	close(out[0]);
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
expect(const char *path, const char *with_key, const char *named)
{
	int status = judge(path, with_key, NULL);

	if (status != 1 || strstr(buf_str(&answer), named) == NULL)
		print_message("expected %s, got %d: %s", named, status, buf_str(&answer));
	assert_int_equal(status, 1);
	assert_non_null(strstr(buf_str(&answer), named));
}

/* ---- reading and making archives ----------------------------------------------------- */

static void
load(struct zip_list *ret)
{
	zip_t *zip = zip_open(zip_path, ZIP_RDONLY, NULL);

	*ret = (struct zip_list)ZIP_LIST_INIT;
	assert_non_null(zip);
	for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
		struct buf text = BUF_INIT(1 << 20);
		char part[4096];
		zip_file_t *in = zip_fopen_index(zip, (zip_uint64_t)i, 0);
		zip_int64_t n;

		while ((n = zip_fread(in, part, sizeof(part))) > 0)
			buf_add(&text, part, (size_t)n);
		zip_fclose(in);
		zip_list_text(ret, zip_get_name(zip, (zip_uint64_t)i, 0), &text);
	}
	zip_discard(zip);
}

static struct zip_member *
member(struct zip_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->member[i].name, name) == 0)
			return &list->member[i];
	fail_msg("no member %s", name);
	return NULL;
}

static void
set_text(struct zip_member *m, const char *text)
{
	free(m->data);
	m->data = xstrdup(text);
	m->size = (int64_t)strlen(text);
	sha256_hex(text, strlen(text), m->sha256);
}

static void
replace(struct zip_list *list, const char *name, const char *from, const char *to)
{
	struct zip_member *m = member(list, name);
	struct buf text = BUF_INIT(1 << 20);
	const char *at = strstr(m->data, from);

	assert_non_null(at);
	buf_add(&text, m->data, (size_t)(at - m->data));
	buf_adds(&text, to);
	buf_adds(&text, at + strlen(from));
	set_text(m, buf_str(&text));
	buf_clear(&text);
}

static void
drop(struct zip_list *list, const char *name)
{
	struct zip_member *m = member(list, name);

	free(m->name);
	free(m->data);
	*m = list->member[--list->count];
}

static void
write_bad(struct zip_list *list)
{
	zip_t *zip;

	unlink(bad_path);
	zip = zip_open(bad_path, ZIP_CREATE | ZIP_EXCL, NULL);
	for (size_t i = 0; i < list->count; i++) {
		zip_int64_t at = zip_file_add(zip, list->member[i].name, zip_source_buffer(zip,
		    list->member[i].data, (zip_uint64_t)list->member[i].size, 0), 0);

		zip_set_file_compression(zip, (zip_uint64_t)at,
		    str_starts(list->member[i].name, "evidence/") ? ZIP_CM_STORE : ZIP_CM_DEFLATE, 0);
	}
	assert_int_equal(zip_close(zip), 0);
}

/* Manifest and signature made anew, as somebody with the key ${with} could. */
static void
sign_again(struct zip_list *list, const struct note_key *with)
{
	struct buf json = BUF_INIT(1 << 20), text = BUF_INIT(1000), note = BUF_INIT(4096);
	struct jsonw_label {
		char path[128], id[64];
	} label[4];
	struct json *old, *item;
	size_t labels = 0;
	bool first = true;

	assert_int_equal(json_parse(member(list, "manifest.json")->data,
	    (size_t)member(list, "manifest.json")->size, &old, NULL), 0);
	for (size_t i = 0; (item = json_at(json_get(old, "files"), i)) != NULL; i++) {
		if (json_get_str(item, "evidence_id") == NULL)
			continue;
		snprintf(label[labels].path, 128, "%s", json_get_str(item, "path"));
		snprintf(label[labels++].id, 64, "%s", json_get_str(item, "evidence_id"));
	}
	json_free(old);
	zip_list_sort(list);
	buf_adds(&json, "{\"files\":[");
	for (size_t i = 0; i < list->count; i++) {
		struct zip_member *m = &list->member[i];

		if (str_starts(m->name, "manifest."))
			continue;
		sha256_hex(m->data, (size_t)m->size, m->sha256);
		buf_printf(&json, "%s{", first ? "" : ",");
		first = false;
		for (size_t k = 0; k < labels; k++)
			if (strcmp(label[k].path, m->name) == 0)
				buf_printf(&json, "\"evidence_id\":\"%s\",", label[k].id);
		buf_printf(&json, "\"path\":\"%s\",\"sha256\":\"%s\",\"size\":%lld}", m->name, m->sha256,
		    (long long)m->size);
	}
	buf_adds(&json, "],\"format\":\"khien-dossier-1\"}");
	set_text(member(list, "manifest.json"), json.data);
	buf_printf(&text, "khien/a1/dossier\ni1\n%s\n", member(list, "manifest.json")->sha256);
	note_sign(with, text.data, &note);
	set_text(member(list, "manifest.sig"), note.data);
	buf_clear(&json);
	buf_clear(&text);
	buf_clear(&note);
}

/* ---- the tests -------------------------------------------------------------------------- */

static void
an_unchanged_dossier_verifies(void **state)
{
	struct err err = { 0 };
	struct zip_list list;

	(void)state;
	if (export("i1", zip_path, &err) != 0)
		fail_msg("%s %s %s", err.key, err.arg[0].value, err.arg[1].value);
	if (judge(zip_path, buf_str(&key_text), NULL) != 0)
		fail_msg("%s", buf_str(&answer));
	assert_non_null(strstr(buf_str(&answer), "HỒ SƠ ĐÚNG"));
	assert_null(strstr(buf_str(&answer), "--key"));
	assert_int_equal(judge(zip_path, NULL, NULL), 0);
	assert_non_null(strstr(buf_str(&answer), "--key"));
	load(&list);
	member(&list, "evidence/cc-2026-0001-anh-man-hinh-.-.png");
	member(&list, "seal.json");
	assert_string_equal(member(&list, "DOC-TOI.txt")->data, "Đọc tôi\n");
	/* Its own entries, those of the other incident that touched its rows, and no others. */
	for (size_t i = 0, n = 0; i < list.count; i++) {
		n += str_starts(list.member[i].name, "entries/");
		if (i + 1 == list.count)
			assert_int_equal(n, 9);
	}
	assert_null(strstr(member(&list, "dossier.json")->data, "\"s2\""));
	assert_non_null(strstr(member(&list, "dossier.json")->data, "\"l1\""));
	zip_list_clear(&list);
}

static void
the_same_case_gives_the_same_bytes(void **state)
{
	char *one, *two;
	size_t one_size, two_size;
	struct err err = { 0 };

	(void)state;
	unlink(bad_path);
	assert_int_equal(export("i1", bad_path, NULL), 0);
	assert_int_equal(file_read(zip_path, 1 << 20, &one, &one_size, NULL), 0);
	assert_int_equal(file_read(bad_path, 1 << 20, &two, &two_size, NULL), 0);
	assert_int_equal(one_size, two_size);
	assert_memory_equal(one, two, one_size);
	free(one);
	free(two);
	assert_int_equal(export("i1", bad_path, &err), ERR_CONFLICT);
	assert_int_equal(export("i9", point_path, NULL), ERR_NOT_FOUND);
	err_clear(&err);
}

static void
an_outside_checkpoint_is_compared(void **state)
{
	struct buf note = BUF_INIT(4096);
	struct checkpoint cp;

	(void)state;
	assert_int_equal(checkpoint_check(outside.data, outside.len, &key, &cp, NULL), 0);
	assert_int_equal(file_replace(point_path, outside.data, outside.len, 0600, NULL), 0);
	assert_int_equal(judge(zip_path, buf_str(&key_text), point_path), 0);
	/* A rewritten history has another root there. */
	cp.root[3] ^= 1;
	checkpoint_sign(&cp, &key, &note);
	assert_int_equal(file_replace(point_path, note.data, note.len, 0600, NULL), 0);
	assert_int_equal(judge(zip_path, buf_str(&key_text), point_path), 1);
	assert_non_null(strstr(buf_str(&answer), point_path));
	cp.root[3] ^= 1;
	cp.size = 999;
	buf_reset(&note);
	checkpoint_sign(&cp, &key, &note);
	assert_int_equal(file_replace(point_path, note.data, note.len, 0600, NULL), 0);
	assert_int_equal(judge(zip_path, buf_str(&key_text), point_path), 1);
	buf_clear(&note);
}

static void
every_changed_file_is_named(void **state)
{
	struct zip_list list;

	(void)state;
	load(&list);
	for (size_t i = 0; i < list.count; i++) {
		struct zip_member *m = &list.member[i];

		for (int64_t at = 0; at < m->size; at += 1 + m->size / 3) {
			m->data[at] ^= 1;
			write_bad(&list);
			expect(bad_path, buf_str(&key_text), m->name);
			m->data[at] ^= 1;
		}
	}
	write_bad(&list);
	assert_int_equal(judge(bad_path, buf_str(&key_text), NULL), 0);
	zip_list_clear(&list);
}

static void
every_removed_and_added_file_is_named(void **state)
{
	static const char *const added[] = { "x.txt", "entries/99.json", "evidence/x", "proofs/x.json" };
	struct zip_list list;
	size_t n;

	(void)state;
	load(&list);
	n = list.count;
	zip_list_clear(&list);
	for (size_t i = 0; i < n; i++) {
		char name[200];

		load(&list);
		snprintf(name, sizeof(name), "%s", list.member[i].name);
		drop(&list, name);
		write_bad(&list);
		expect(bad_path, buf_str(&key_text), name);
		/* Also when the list was made to fit: then its signature is wrong. */
		if (!str_starts(name, "manifest.") && strcmp(name, "key.txt") != 0) {
			sign_again(&list, &thief);
			write_bad(&list);
			expect(bad_path, buf_str(&key_text), "manifest.sig");
		}
		zip_list_clear(&list);
	}
	for (size_t i = 0; i < ARRAY_LEN(added); i++) {
		struct buf text = BUF_INIT(100);

		load(&list);
		buf_adds(&text, "{}");
		zip_list_text(&list, added[i], &text);
		write_bad(&list);
		expect(bad_path, buf_str(&key_text), added[i]);
		sign_again(&list, &key);
		write_bad(&list);
		expect(bad_path, buf_str(&key_text), added[i]);
		zip_list_clear(&list);
	}
}

/* The manifest and its signature are made to fit, so that what lies below has to find it. */
static void
contents_that_contradict_each_other_are_found(void **state)
{
	static const struct {
		const char *file, *from, *to, *named;
	} rows[] = {
		{ "entries/1.json", "console", "consolf", "proofs/1.json" },
		{ "entries/4.json", "CC-2026-0001", "CC-2026-0009", "proofs/4.json" },
		{ "entries/4.json", "\"salt\":\"", "\"salt\":\"0", "entries/4.json" },
		{ "entries/1.json", "\\\"seq\\\":1", "\\\"seq\\\":2", "entries/1.json" },
		{ "entries/1.json", "{", "[", "entries/1.json" },
		{ "proofs/1.json", "\"size\":", "\"size\":1", "proofs/1.json" },
		{ "proofs/1.json", "\"seq\":1", "\"seq\":2", "proofs/1.json" },
		{ "proofs/1.json", "\"hashes\":[", "\"hashes\":[\"00\",", "proofs/1.json" },
		{ "dossier.json", "Xong", "Xonh", "incident/i1" },
		{ "dossier.json", "\"state\":\"isolated\"", "\"state\":\"cleaned\"", "scope_item/s1" },
		{ "dossier.json", "\"entries\":[1,", "\"entries\":[", "entries/1.json" },
		{ "dossier.json", "\"entries\":[1,", "\"entries\":[2,1,", "dossier.json" },
		{ "dossier.json", "\"size\":", "\"size\":1", "dossier.json" },
		{ "dossier.json", "\"scope_item\":[", "\"scope_item\":[{\"id\":\"s9\"},", "scope_item/s9" },
		{ "dossier.json", "\"rows\":{", "\"rows\":7,\"x\":{", "dossier.json" },
		{ "dossier.json", "\"incident_id\":\"i1\",\"number\"", "\"incident_id\":\"i2\",\"number\"",
		    "manifest.sig" },
		{ "evidence/cc-2026-0001-anh-man-hinh-.-.png", "b", "B", "evidence/cc-2026-0001" },
		{ "checkpoint.txt", "khien/a1\n1", "khien/a1\n2", "checkpoint.txt" },
		{ "seal.json", "\"seq\":1", "\"seq\":2", "seal.json" },
	};
	struct zip_list list;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		load(&list);
		replace(&list, rows[i].file, rows[i].from, rows[i].to);
		sign_again(&list, &key);
		write_bad(&list);
		expect(bad_path, buf_str(&key_text), rows[i].named);
		zip_list_clear(&list);
	}
	load(&list);
	drop(&list, "seal.json");
	sign_again(&list, &key);
	write_bad(&list);
	expect(bad_path, buf_str(&key_text), "seal.json");
	drop(&list, "evidence/cc-2026-0001-anh-man-hinh-.-.png");
	sign_again(&list, &key);
	write_bad(&list);
	expect(bad_path, buf_str(&key_text), "evidence/e1");
	zip_list_clear(&list);
}

static void
a_dossier_of_another_key_needs_that_key(void **state)
{
	struct zip_list list;
	struct buf text = BUF_INIT(1000);

	(void)state;
	load(&list);
	buf_printf(&text, "%s\n", buf_str(&thief_text));
	set_text(member(&list, "key.txt"), text.data);
	sign_again(&list, &thief);
	write_bad(&list);
	expect(bad_path, NULL, "checkpoint.txt");
	expect(bad_path, buf_str(&key_text), "manifest.sig");
	expect(zip_path, buf_str(&thief_text), "manifest.sig");
	buf_clear(&text);
	zip_list_clear(&list);
}

static void
hostile_archives_are_refused(void **state)
{
	static const char *const names[] = { "../x", "/etc/passwd", "a/b/c", "evidence/../x", "a\\b", ".x",
		"evidence/", "a b", "x\x01" };
	struct zip_list list;
	struct buf zeros = BUF_INIT(400 << 20);
	zip_t *zip;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct buf text = BUF_INIT(100);

		load(&list);
		buf_adds(&text, "x");
		zip_list_text(&list, names[i], &text);
		write_bad(&list);
		assert_int_equal(judge(bad_path, buf_str(&key_text), NULL), 1);
		zip_list_clear(&list);
	}
	/* A bomb: more unpacked than any dossier has. */
	for (int i = 0; i < 300; i++) {
		static const char block[1 << 20];

		buf_add(&zeros, block, sizeof(block));
	}
	unlink(bad_path);
	zip = zip_open(bad_path, ZIP_CREATE, NULL);
	zip_file_add(zip, "dossier.json", zip_source_buffer(zip, zeros.data, zeros.len, 0), 0);
	assert_int_equal(zip_close(zip), 0);
	expect(bad_path, NULL, "dossier.json");
	buf_clear(&zeros);
	assert_int_equal(file_replace(bad_path, "no zip", 6, 0600, NULL), 0);
	expect(bad_path, NULL, "bad.zip");
	assert_int_equal(file_replace(bad_path, "", 0, 0600, NULL), 0);
	assert_int_equal(judge(bad_path, NULL, NULL), 1);
}

/* Every cut, and a changed byte here and there in the container itself: no crash, and never "verified"
 * with other content. */
static void
damaged_containers_do_not_crash(void **state)
{
	char *data;
	size_t size;

	(void)state;
	assert_int_equal(file_read(zip_path, 1 << 20, &data, &size, NULL), 0);
	for (size_t cut = 0; cut < size; cut += 1 + size / 60) {
		assert_int_equal(file_replace(bad_path, data, cut, 0600, NULL), 0);
		assert_int_equal(judge(bad_path, NULL, NULL), 1);
	}
	for (size_t at = 0; at < size; at += 1 + size / 200) {
		int status;

		data[at] ^= 0x55;
		assert_int_equal(file_replace(bad_path, data, size, 0600, NULL), 0);
		status = judge(bad_path, NULL, NULL);
		assert_true(status == 0 || status == 1);
		data[at] ^= 0x55;
	}
	free(data);
}

static void
two_files_of_one_name_are_refused(void **state)
{
	struct zip_list list;
	char *data, *at;
	size_t size;
	struct buf text = BUF_INIT(100);

	(void)state;
	load(&list);
	buf_adds(&text, "{}");
	zip_list_text(&list, "key.tXt", &text);
	write_bad(&list);
	zip_list_clear(&list);
	assert_int_equal(file_read(bad_path, 1 << 20, &data, &size, NULL), 0);
	for (at = data; (at = memmem(at, size - (size_t)(at - data), "key.tXt", 7)) != NULL;)
		memcpy(at, "key.txt", 7);
	assert_int_equal(file_replace(bad_path, data, size, 0600, NULL), 0);
	free(data);
	assert_int_equal(judge(bad_path, buf_str(&key_text), NULL), 1);
	assert_true(strstr(buf_str(&answer), "key.txt") != NULL || strstr(buf_str(&answer), "bad.zip") != NULL);
}

static void
wrong_use_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(judge("/nonexistent.zip", NULL, NULL), 2);
	assert_int_equal(judge("--what", NULL, NULL), 2);
	assert_int_equal(judge(zip_path, "no key", NULL), 2);
	assert_int_equal(judge(zip_path, NULL, "/nonexistent"), 2);
	assert_int_equal(judge("--help", NULL, NULL), 0);
}

static void
rows_and_files_that_do_not_fit_are_not_exported(void **state)
{
	struct err err = { 0 };
	char path[256];

	(void)state;
	unlink(bad_path);
	conn_script(conn, "UPDATE incident SET title = 'x' WHERE id = 'i1'", NULL);
	assert_int_equal(export("i1", bad_path, &err), ERR_BROKEN);
	assert_string_equal(err.key, "err.dossier.row");
	conn_script(conn, "UPDATE incident SET title = 'Máy \"lạ\"' WHERE id = 'i1'", NULL);
	err_clear(&err);
	snprintf(path, sizeof(path), "%s/%.2s/%s", blobs, evidence_sha, evidence_sha + 2);
	unlink(path);
	assert_int_equal(export("i1", bad_path, &err), ERR_BROKEN);
	assert_string_equal(err.key, "err.dossier.evidence");
	assert_false(file_exists(bad_path));
	err_clear(&err);
}

TEST_MAIN(cmocka_unit_test_setup(an_unchanged_dossier_verifies, setup),
    cmocka_unit_test(the_same_case_gives_the_same_bytes),
    cmocka_unit_test(an_outside_checkpoint_is_compared),
    cmocka_unit_test(every_changed_file_is_named),
    cmocka_unit_test(every_removed_and_added_file_is_named),
    cmocka_unit_test(contents_that_contradict_each_other_are_found),
    cmocka_unit_test(a_dossier_of_another_key_needs_that_key),
    cmocka_unit_test(hostile_archives_are_refused),
    cmocka_unit_test(damaged_containers_do_not_crash),
    cmocka_unit_test(two_files_of_one_name_are_refused), cmocka_unit_test(wrong_use_is_told_apart),
    cmocka_unit_test_teardown(rows_and_files_that_do_not_fit_are_not_exported, teardown))
