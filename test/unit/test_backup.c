/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "app/backup.h"
#include "app/keyseal.h"
#include "os/tar.h"
#include "app_world.h"

#define PASS "cụm mật khẩu để thử"

static char box[80]; /* folder of this test's files */

static const char *
in_box(const char *name)
{
	static char path[8][256];
	static unsigned n;
	char *to = path[n++ % ARRAY_LEN(path)];

	snprintf(to, sizeof(path[0]), "%s/%s", box, name);
	return to;
}

static int
setup(void **state)
{
	world_setup(state);
	snprintf(box, sizeof(box), "/tmp/khien-backup-%d", (int)getpid());
	file_remove_tree(box, NULL);
	return file_mkdir(box, 0700, NULL);
}

static int
teardown(void **state)
{
	file_remove_tree(box, NULL);
	return world_teardown(state);
}

/* ---- helpers ----------------------------------------------------------------- */

static void
write_file(const char *path, const char *text)
{
	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
}

static int
count_files(const char *dir)
{
	char command[300], out[32] = "";
	FILE *p;

	snprintf(command, sizeof(command), "find '%s' -type f | wc -l", dir);
	p = popen(command, "r");
	assert_non_null(p);
	assert_non_null(fgets(out, sizeof(out), p));
	pclose(p);
	return atoi(out);
}

/* An incident with one piece of evidence of ${size} bytes; returns the blob's hash. */
static const char *
add_evidence(size_t size, char fill)
{
	static char sha256[BLOB_HASH_SIZE];
	struct blob_writer *w;
	char *data = xmalloc(size), args[500];
	const char *incident = world_text(NULL, "incident open", "{'title':'Máy chủ lạ'}", "id");

	memset(data, fill, size);
	assert_int_equal(blob_begin(world->blobs, 1 << 30, &w, NULL), 0);
	assert_int_equal(blob_write(w, data, size, NULL), 0);
	assert_int_equal(blob_commit(w, sha256, &world_upload.size, NULL), 0);
	snprintf(world_upload.sha256, sizeof(world_upload.sha256), "%s", sha256);
	snprintf(world_upload.name, sizeof(world_upload.name), "anh.bin");
	snprintf(args, sizeof(args), "{'id':'%s','kind':'file','form':'original','collected_at':"
	    "'2026-01-05T08:00:00Z','place':'Phòng máy chủ','method':'Sao chép'}", incident);
	json_free(world_ok(NULL, "evidence add", args));
	free(data);
	return sha256;
}

static int
back_up(const char *file, struct backup_summary *sum, struct err *err)
{
	*sum = (struct backup_summary){ 0 };
	err_clear(err);
	return backup_self(world, file, PASS, sum, err);
}

static void
backup_ok(const char *file, struct backup_summary *sum)
{
	struct err err = { 0 };

	if (back_up(file, sum, &err) != 0)
		fail_msg("%s %s", err.key, err.args > 0 ? err.arg[0].value : "");
}

/* Restores into "r", which must then not be there, and tells why not. */
static int
restore_key(const char *file, const char *passphrase, char key[static 64])
{
	struct backup_summary sum = { 0 };
	struct err err = { 0 };
	int kind = backup_restore(file, passphrase, in_box("r"), &sum, &err);

	snprintf(key, 64, "%s", err.key);
	if (kind != 0)
		assert_false(file_exists(in_box("r")));
	err_clear(&err);
	return kind;
}

static void
must_break(const char *file, const char *why)
{
	char key[64];
	int kind = restore_key(file, PASS, key);

	if (kind != ERR_BROKEN || !str_eq(key, why))
		fail_msg("%s: kind %d, key %s, not %s", file, kind, key, why);
}

static void
verify_restored(const char *dir, int64_t entries)
{
	struct app *kept = world, *restored;
	struct err err = { 0 };
	struct json *answer;

	assert_int_equal(app_open(dir, &restored, &err), 0);
	world = restored;
	answer = world_ok(NULL, "ledger verify", NULL);
	assert_true(json_get_bool(answer, "ok", false));
	if (entries >= 0)
		assert_int_equal(json_get_int(json_get(answer, "checked"), "entries", -1), entries);
	json_free(answer);
	world = kept;
	app_close(restored);
}

/* ---- there and back ------------------------------------------------------------- */

static void
what_was_saved_comes_back(void **state)
{
	struct backup_summary sum, back = { 0 };
	char path[300], sha256[BLOB_HASH_SIZE], *key, *key_back;
	size_t size, size_back;

	(void)state;
	snprintf(sha256, sizeof(sha256), "%s", add_evidence(3000000, 'x'));
	add_evidence(511, 'y');
	add_evidence(512, 'z');
	snprintf(path, sizeof(path), "%s/packs/playbook", world_dir);
	assert_int_equal(file_mkdir(path, 0700, NULL), 0);
	snprintf(path, sizeof(path), "%s/packs/README.md", world_dir);
	write_file(path, "của cơ quan\n");
	backup_ok(in_box("a.khien"), &sum);
	assert_true(sum.entries > 3);
	assert_int_equal(backup_restore(in_box("a.khien"), PASS, in_box("back"), &back, NULL), 0);
	assert_int_equal(back.entries, sum.entries);
	assert_int_equal(back.files, sum.files);
	assert_int_equal(back.bytes, sum.bytes);
	assert_string_equal(back.sha256, sum.sha256);
	assert_int_equal(back.made_at, sum.made_at);
	verify_restored(in_box("back"), sum.entries);
	assert_int_equal(blob_verify(in_box("back/blobs"), sha256, 3000000, NULL), 0);
	assert_true(file_exists(in_box("back/packs/README.md")));
	snprintf(path, sizeof(path), "%s/keys/ledger.key", world_dir);
	assert_int_equal(file_read(path, 4096, &key, &size, NULL), 0);
	assert_int_equal(file_read(in_box("back/keys/ledger.key"), 4096, &key_back, &size_back, NULL), 0);
	assert_int_equal(size, size_back);
	assert_memory_equal(key, key_back, size);
	free(key);
	free(key_back);
	/* db, key, README, three blobs; and in the box the archive itself, nothing half done. */
	assert_int_equal(count_files(in_box("back")), 6);
	assert_int_equal(count_files(box), 7);
}

static void
the_keys_are_nowhere_in_clear(void **state)
{
	struct backup_summary sum;
	char path[300], *key, *file;
	size_t key_size, size;

	(void)state;
	backup_ok(in_box("a.khien"), &sum);
	snprintf(path, sizeof(path), "%s/keys/ledger.key", world_dir);
	assert_int_equal(file_read(path, 4096, &key, &key_size, NULL), 0);
	assert_int_equal(file_read(in_box("a.khien"), 64 << 20, &file, &size, NULL), 0);
	assert_int_equal(size, sum.bytes);
	assert_non_null(memmem(file, size, "SQLite format 3", 15));
	assert_null(memmem(file, size, key + key_size - 40, 32));
	free(key);
	free(file);
}

static void
any_tar_and_sha256sum_read_it(void **state)
{
	struct backup_summary sum;
	char command[400];

	(void)state;
	add_evidence(100000, 'q');
	backup_ok(in_box("a.khien"), &sum);
	assert_int_equal(file_mkdir(in_box("t"), 0700, NULL), 0);
	snprintf(command, sizeof(command), "cd '%s' && tar xf ../a.khien && sha256sum --quiet --strict -c"
	    " SHA256SUMS", in_box("t"));
	assert_int_equal(system(command), 0);
}

static atomic_bool stop;
static atomic_int written;

static void *
keep_writing(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop)) {
		struct buf out = BUF_INIT(1 << 20);
		struct json *args = json_new_object();

		json_set_str(args, "description", "Máy chậm bất thường");
		if (op_call(world, &(struct op_request){ .op = op_get("report new"), .actor = actor_console(),
		    .args = args }, &out, NULL) == 0)
			atomic_fetch_add(&written, 1);
		json_free(args);
		buf_clear(&out);
	}
	return NULL;
}

static void
it_is_consistent_while_others_write(void **state)
{
	struct backup_summary sum, back = { 0 };
	pthread_t thread[2];

	(void)state;
	add_evidence(5000000, 'w');
	atomic_store(&stop, false);
	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		assert_int_equal(pthread_create(&thread[i], NULL, keep_writing, NULL), 0);
	while (atomic_load(&written) < 20)
		usleep(1000);
	int before = atomic_load(&written);
	backup_ok(in_box("a.khien"), &sum);
	atomic_store(&stop, true);
	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		pthread_join(thread[i], NULL);
	assert_true(sum.entries >= before);
	assert_int_equal(backup_restore(in_box("a.khien"), PASS, in_box("back"), &back, NULL), 0);
	verify_restored(in_box("back"), sum.entries);
}

/* ---- refusals -------------------------------------------------------------------- */

static void
nothing_is_overwritten(void **state)
{
	struct backup_summary sum;
	struct err err = { 0 };
	char *text;
	size_t size;

	(void)state;
	write_file(in_box("a.khien"), "cũ");
	assert_int_equal(back_up(in_box("a.khien"), &sum, &err), ERR_CONFLICT);
	assert_string_equal(err.key, "err.backup.exists");
	assert_int_equal(file_read(in_box("a.khien"), 100, &text, &size, NULL), 0);
	assert_string_equal(text, "cũ");
	free(text);
	backup_ok(in_box("b.khien"), &sum);
	assert_int_equal(file_mkdir(in_box("full"), 0700, NULL), 0);
	write_file(in_box("full/a"), "của người khác");
	err_clear(&err);
	assert_int_equal(backup_restore(in_box("b.khien"), PASS, in_box("full"), &sum, &err), ERR_STATE);
	assert_string_equal(err.key, "err.backup.not_empty");
	assert_int_equal(count_files(in_box("full")), 1);
	err_clear(&err);
	assert_int_equal(backup_self(world, in_box("c.khien"), "ngắn", &sum, &err), ERR_INVALID);
	assert_false(file_exists(in_box("c.khien")));
	err_clear(&err);
}

static void
an_empty_folder_is_filled_and_left_empty_on_failure(void **state)
{
	struct backup_summary sum, back = { 0 };
	struct err err = { 0 };

	(void)state;
	backup_ok(in_box("a.khien"), &sum);
	assert_int_equal(file_mkdir(in_box("d"), 0700, NULL), 0);
	assert_int_equal(backup_restore(in_box("a.khien"), "sai hết cả rồi", in_box("d"), &back, &err), ERR_AUTH);
	assert_string_equal(err.key, "err.backup.passphrase");
	assert_int_equal(rmdir(in_box("d")), 0);
	/* What a restore that was killed left behind does not stand in the way. */
	assert_int_equal(file_mkdir(in_box("d/.restore-0123456789abcdef/blobs"), 0700, NULL), 0);
	assert_int_equal(backup_restore(in_box("a.khien"), PASS, in_box("d"), &back, NULL), 0);
	assert_false(file_exists(in_box("d/.restore-0123456789abcdef")));
	verify_restored(in_box("d"), sum.entries);
	err_clear(&err);
}

static void
damaged_evidence_is_named(void **state)
{
	struct backup_summary sum;
	struct err err = { 0 };
	char path[300], sha256[BLOB_HASH_SIZE];

	(void)state;
	snprintf(sha256, sizeof(sha256), "%s", add_evidence(70000, 'e'));
	snprintf(path, sizeof(path), "%s/%.2s/%s", world->blobs, sha256, sha256 + 2);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(back_up(in_box("a.khien"), &sum, &err), ERR_BROKEN);
	assert_string_equal(err.key, "err.backup.missing");
	assert_string_equal(err.arg[0].value, sha256);
	write_file(path, "khác");
	assert_int_equal(back_up(in_box("a.khien"), &sum, &err), ERR_BROKEN);
	assert_string_equal(err.key, "err.blob.broken");
	assert_string_equal(err.arg[0].value, sha256);
	assert_int_equal(count_files(box), 0);
	err_clear(&err);
}

static void
a_link_in_the_packs_is_not_followed(void **state)
{
	struct backup_summary sum;
	struct err err = { 0 };
	char path[300];

	(void)state;
	snprintf(path, sizeof(path), "%s/packs/x.yaml", world_dir);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(back_up(in_box("a.khien"), &sum, &err), ERR_INVALID);
	assert_string_equal(err.key, "err.backup.odd_file");
	assert_int_equal(count_files(box), 0);
	err_clear(&err);
}

/* ---- damaged and hostile archives ---------------------------------------------------- */

static void
cut_and_copy(const char *from, const char *to, size_t keep, size_t flip)
{
	char *data;
	size_t size;

	unlink(to);
	assert_int_equal(file_read(from, 64 << 20, &data, &size, NULL), 0);
	if (flip < size)
		data[flip] ^= 0x10;
	assert_int_equal(file_create(to, data, keep < size ? keep : size, 0600, NULL), 0);
	free(data);
}

static void
every_cut_is_found(void **state)
{
	struct backup_summary sum;
	char key[64];

	(void)state;
	add_evidence(2000, 'c');
	backup_ok(in_box("a.khien"), &sum);
	for (int i = 0; i < 8; i++) {
		size_t keep = i < 7 ? (size_t)(sum.bytes * i / 7) : (size_t)sum.bytes - 1;

		cut_and_copy(in_box("a.khien"), in_box("cut"), keep, SIZE_MAX);
		if (restore_key(in_box("cut"), PASS, key) != ERR_BROKEN)
			fail_msg("cut at %zu: %s", keep, key);
	}
	write_file(in_box("none"), "");
	must_break(in_box("none"), "err.backup.none");
}

static void
every_changed_byte_is_found(void **state)
{
	struct backup_summary sum;
	char key[64];

	(void)state;
	add_evidence(2000, 'c');
	backup_ok(in_box("a.khien"), &sum);
	for (size_t i = 0; i < 16; i++) {
		/* A third in the head and the keys, the rest spread over the whole. */
		size_t at = i < 8 ? i * 300 + 7 : (size_t)sum.bytes * (i - 8) / 8 + i;

		cut_and_copy(in_box("a.khien"), in_box("bad"), SIZE_MAX, at);
		if (restore_key(in_box("bad"), PASS, key) != ERR_BROKEN)
			fail_msg("byte %zu: %s", at, key);
	}
	cut_and_copy(in_box("a.khien"), in_box("bad"), SIZE_MAX, (size_t)sum.bytes - 1);
	must_break(in_box("bad"), "err.tar.header");
}

/* An archive made by hand: with the right passphrase, or without knowing it. */
struct forged {
	struct tar_out tar;
	struct buf list;
	uint8_t seal_key[KEYSEAL_KEY_SIZE];
	int fd;
};

static void
forge_raw(struct forged *f, const char *name, const void *data, size_t size)
{
	assert_int_equal(tar_out_member(&f->tar, name, (int64_t)size, 0600, 0, NULL), 0);
	if (size > 0)
		assert_int_equal(tar_out_data(&f->tar, data, size, NULL), 0);
}

static void
forge(struct forged *f, const char *name, const void *data, size_t size)
{
	char hex[SHA256_HEX_SIZE];

	forge_raw(f, name, data, size);
	backup_list_add(&f->list, sha256_hex(data, size, hex), name);
}

static void
forge_begin(struct forged *f, const char *path, int format)
{
	struct buf keys = BUF_INIT(KEYSEAL_BOX_MAX);
	char dir[300], head[300], hex[SHA256_HEX_SIZE];

	unlink(path);
	*f = (struct forged){ .list = BUF_INIT(1 << 20),
	    .fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) };
	assert_true(f->fd >= 0);
	tar_out_begin(&f->tar, f->fd, path);
	snprintf(dir, sizeof(dir), "%s/keys", world_dir);
	assert_int_equal(keyseal_make(dir, PASS, &keys, f->seal_key, NULL), 0);
	snprintf(head, sizeof(head), "{\"format\":%d,\"entries\":1,\"keys_sha256\":\"%s\"}", format,
	    sha256_hex(keys.data, keys.len, hex));
	forge(f, BACKUP_HEAD, head, strlen(head));
	forge(f, BACKUP_KEYS, keys.data, keys.len);
	buf_clear(&keys);
}

static void
forge_end(struct forged *f)
{
	char mark[66], hex[SHA256_HEX_SIZE];

	keyseal_mark(f->seal_key, f->list.data, f->list.len, mark);
	strcat(mark, "\n");
	forge_raw(f, BACKUP_LIST, f->list.data, f->list.len);
	forge_raw(f, BACKUP_MARK, mark, 65);
	assert_int_equal(tar_out_end(&f->tar, hex, NULL), 0);
	close(f->fd);
	buf_clear(&f->list);
}

/* Gives the last member another name (shorter than 100) or kind, as tar_out never would. */
static void
forge_patch(struct forged *f, int64_t at, const char *name, char kind)
{
	unsigned char block[512] = { 0 };
	unsigned sum = 0;
	int fd = open(f->tar.path, O_RDWR | O_CLOEXEC);

	assert_int_equal(pread(fd, block, 512, at), 512);
	memset(block, 0, 100);
	memcpy(block, name, strlen(name));
	block[156] = (unsigned char)kind;
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
	assert_int_equal(pwrite(fd, block, 512, at), 512);
	close(fd);
}

static void
hostile_names_and_kinds_are_refused(void **state)
{
	static const struct { const char *name; char kind; } bad[] = {
		{ "../trom.txt", '0' }, { "/etc/trom.txt", '0' }, { "packs/../../trom.txt", '0' },
		{ "packs//x", '0' }, { "packs/./x", '0' }, { "packs/\xff", '0' }, { "packs/a\nb", '0' },
		{ "packs/link", '2' }, { "packs/hard", '1' }, { "packs/dir", '5' }, { "packs/dev", '3' },
	};
	struct forged f;
	int64_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		forge_begin(&f, in_box("h"), BACKUP_FORMAT);
		at = f.tar.bytes;
		forge(&f, "packs/x", "trộm", 6);
		forge_end(&f);
		forge_patch(&f, at, bad[i].name, bad[i].kind);
		must_break(in_box("h"), "err.tar.member");
	}
	assert_false(file_exists("/tmp/trom.txt"));
}

static void
members_no_backup_has_are_refused(void **state)
{
	static const struct { const char *name[2]; const char *why; } bad[] = {
		{ { "packs/a", "packs/a" }, "err.backup.order" },
		{ { "packs/b", "packs/a" }, "err.backup.order" },
		{ { "packs/a", "packs/a/b" }, "err.backup.order" },
		{ { "keys/ledger.key", "packs/a" }, "err.backup.member" },
		{ { "khien.db-wal", "packs/a" }, "err.backup.member" },
		{ { "blobs/aa/bb", "packs/a" }, "err.backup.member" },
		{ { "packs/1/2/3/4/5/6/7/8/9/10/11/12/13", "packs/a" }, "err.backup.member" },
		{ { "blobs/aa/cdefcdefcdefcdefcdefcdefcdefcdefcdefcdefcdefcdefcdefcdefcdefcd", "x" },
		    "err.backup.content" },
		{ { "packs/a", "packs/b" }, "err.backup.list" }, /* without a database */
	};
	struct forged f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		forge_begin(&f, in_box("h"), BACKUP_FORMAT);
		forge(&f, bad[i].name[0], "a", 1);
		forge(&f, bad[i].name[1], "", 0);
		forge_end(&f);
		must_break(in_box("h"), bad[i].why);
	}
	forge_begin(&f, in_box("h"), BACKUP_FORMAT + 1);
	forge_end(&f);
	must_break(in_box("h"), "err.backup.newer");
	write_file(in_box("h"), "Đây là một bức thư, không phải bản sao lưu.\n");
	must_break(in_box("h"), "err.backup.none");
}

/* Whoever does not know the passphrase can make a list that fits, but not its mark. */
static void
an_edited_backup_is_found_by_its_mark(void **state)
{
	struct forged f;

	(void)state;
	forge_begin(&f, in_box("h"), BACKUP_FORMAT);
	forge(&f, "packs/a", "a", 1);
	memset(f.seal_key, 7, sizeof(f.seal_key));
	forge_end(&f);
	must_break(in_box("h"), "err.backup.mark");
	forge_begin(&f, in_box("h"), BACKUP_FORMAT);
	forge(&f, "packs/a", "a", 1);
	f.list.data[0] ^= 1;
	forge_end(&f);
	must_break(in_box("h"), "err.backup.content");
}

TEST_MAIN(cmocka_unit_test_setup_teardown(what_was_saved_comes_back, setup, teardown),
    cmocka_unit_test_setup_teardown(the_keys_are_nowhere_in_clear, setup, teardown),
    cmocka_unit_test_setup_teardown(any_tar_and_sha256sum_read_it, setup, teardown),
    cmocka_unit_test_setup_teardown(it_is_consistent_while_others_write, setup, teardown),
    cmocka_unit_test_setup_teardown(nothing_is_overwritten, setup, teardown),
    cmocka_unit_test_setup_teardown(an_empty_folder_is_filled_and_left_empty_on_failure, setup, teardown),
    cmocka_unit_test_setup_teardown(damaged_evidence_is_named, setup, teardown),
    cmocka_unit_test_setup_teardown(a_link_in_the_packs_is_not_followed, setup, teardown),
    cmocka_unit_test_setup_teardown(every_cut_is_found, setup, teardown),
    cmocka_unit_test_setup_teardown(every_changed_byte_is_found, setup, teardown),
    cmocka_unit_test_setup_teardown(hostile_names_and_kinds_are_refused, setup, teardown),
    cmocka_unit_test_setup_teardown(members_no_backup_has_are_refused, setup, teardown),
    cmocka_unit_test_setup_teardown(an_edited_backup_is_found_by_its_mark, setup, teardown))
