/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/find.h"
#include "store/store.h"

static char path[64];
static struct store *store;

static int
setup(void **state)
{
	struct err err = { 0 };

	(void)state;
	snprintf(path, sizeof(path), "/tmp/khien-store-%d.db", (int)getpid());
	unlink(path);
	assert_int_equal(store_open(path, STORE_CREATE, &store, &err), 0);
	return 0;
}

static int
teardown(void **state)
{
	char name[80];

	(void)state;
	store_close(store);
	unlink(path);
	snprintf(name, sizeof(name), "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-shm", path);
	unlink(name);
	return 0;
}

static int
insert(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	return tx_exec(tx, "INSERT INTO rate (name, count, started_at) VALUES (?, ?, ?)", "tii",
	    (const char *)arg, INT64_C(1), INT64_C(2));
}

static int
insert_and_fail(struct tx *tx, void *arg, struct err *err)
{
	insert(tx, arg, err);
	return err_set(err, ERR_STATE, "err.test", NULL);
}

static int
count(struct tx *tx, void *arg, struct err *err)
{
	(void)err;
	*(int64_t *)arg = tx_int(tx, "SELECT COUNT(*) FROM rate", "");
	return 0;
}

static int64_t
rows(void)
{
	int64_t n = -1;

	assert_int_equal(store_read(store, count, &n, NULL), 0);
	return n;
}

static void
what_fails_is_undone_and_what_succeeds_stays(void **state)
{
	struct err err = { 0 };
	char a[] = "a", b[] = "b";

	(void)state;
	assert_int_equal(store_write(store, insert, a, &err), 0);
	assert_int_equal(store_write(store, insert_and_fail, b, &err), ERR_STATE);
	assert_string_equal(err.key, "err.test");
	err_clear(&err);
	assert_int_equal(store_write(store, insert, a, &err), ERR_CONFLICT);
	err_clear(&err);
	assert_int_equal(rows(), 1);
}

static void *
writer(void *arg)
{
	char name[32];
	struct err err = { 0 };

	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "%s-%d", (const char *)arg, i);
		assert_int_equal(store_write(store, i % 5 == 4 ? insert_and_fail : insert, name, &err),
		    i % 5 == 4 ? ERR_STATE : 0);
		err_clear(&err);
	}
	return NULL;
}

static void
many_writers_share_commits_without_sharing_failures(void **state)
{
	static char name[6][4] = { "t0", "t1", "t2", "t3", "t4", "t5" };
	pthread_t thread[6];

	(void)state;
	for (int i = 0; i < 6; i++)
		pthread_create(&thread[i], NULL, writer, name[i]);
	for (int i = 0; i < 6; i++)
		pthread_join(thread[i], NULL);
	assert_int_equal(rows(), 6 * 40);
}

/* What SQLite does on some failures: the whole transaction is gone, savepoints with it. */
static int
disk_full(struct tx *tx, void *arg, struct err *err)
{
	insert(tx, arg, err);
	tx_exec(tx, "ROLLBACK", "");
	return err_set(err, ERR_FULL, "err.full", NULL);
}

static int
insert_slowly(struct tx *tx, void *arg, struct err *err)
{
	usleep(100000); /* the others queue up meanwhile and share a commit */
	return insert(tx, arg, err);
}

struct writing {
	store_fn fn;
	char name[8];
	int kind;
};

static void *
write_once(void *arg)
{
	struct writing *w = arg;

	w->kind = store_write(store, w->fn, w->name, NULL);
	return NULL;
}

static void
a_transaction_that_ended_by_itself_is_nobodys_success(void **state)
{
	struct writing w[12] = { 0 };
	pthread_t thread[ARRAY_LEN(w)];
	int64_t good = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		w[i].fn = i == 0 ? insert_slowly : i % 4 == 2 ? disk_full : i % 4 == 3 ? insert_and_fail : insert;
		snprintf(w[i].name, sizeof(w[i].name), "w%zu", i);
		pthread_create(&thread[i], NULL, write_once, &w[i]);
		usleep(5000);
	}
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < ARRAY_LEN(w); i++) {
		assert_int_equal(w[i].kind, w[i].fn == disk_full ? ERR_FULL :
		    w[i].fn == insert_and_fail ? ERR_STATE : 0);
		good += w[i].kind == 0;
	}
	assert_int_equal(rows(), good);
	assert_false(store_is_stopped(store));
}

static int
search(struct tx *tx, void *arg, struct err *err)
{
	struct buf match = BUF_INIT(1000);
	struct query q;
	char sql[400], found = '-';

	find_put(tx, FIND_INCIDENTS, "1", "may chu bi ma hoa", "");
	find_put(tx, FIND_INCIDENTS, "2", "trang web bi thay doi", "");
	find_put(tx, FIND_INCIDENTS, "2", "cong thong tin \"bi\" sua", "");
	snprintf(sql, sizeof(sql), "SELECT m.incident_id FROM %s ORDER BY m.place DESC", find_from);
	for (int i = 0; i < FIND_PARTS && found == '-'; i++) {
		buf_reset(&match);
		find_query(&match, arg, (enum find_words)i);
		query_open(&q, tx, sql, "t", buf_str(&match));
		if (match.len > 0 && query_step(&q))
			found = query_text(&q, 0)[0];
		query_close(&q);
	}
	*(char *)arg = found;
	buf_clear(&match);
	return err->kind;
}

static void
search_finds_prefixes_of_the_newest_text(void **state)
{
	char hit[] = "ma ho", gone[] = "trang", quote[] = "\"thong\" or near(";
	char phrase[] = "ma-hoa", apart[] = "ma.chu", half[] = "m ho", letter[] = "h";

	(void)state;
	assert_int_equal(store_write(store, search, hit, NULL), 0);
	assert_int_equal(hit[0], '1');
	assert_int_equal(store_write(store, search, gone, NULL), 0);
	assert_int_equal(gone[0], '-');
	assert_int_equal(store_write(store, search, quote, NULL), 0);
	assert_int_equal(quote[0], '-');
	assert_int_equal(store_write(store, search, phrase, NULL), 0);
	assert_int_equal(phrase[0], '1');
	assert_int_equal(store_write(store, search, apart, NULL), 0);
	assert_int_equal(apart[0], '-');
	assert_int_equal(store_write(store, search, half, NULL), 0);
	assert_int_equal(half[0], '-');
	assert_int_equal(store_write(store, search, letter, NULL), 0);
	assert_int_equal(letter[0], '-');
}

static void
a_missing_file_and_a_foreign_file_are_named(void **state)
{
	struct store *other = NULL;
	struct err err = { 0 };
	char foreign[64];
	FILE *f;

	(void)state;
	snprintf(foreign, sizeof(foreign), "/tmp/khien-foreign-%d.db", (int)getpid());
	assert_int_equal(store_open("/tmp/khien-none.db", 0, &other, &err), ERR_NOT_FOUND);
	err_clear(&err);
	f = fopen(foreign, "w");
	for (int i = 0; i < 2000; i++)
		fputs("not a database ", f);
	fclose(f);
	assert_int_equal(store_open(foreign, 0, &other, &err), ERR_BROKEN);
	err_clear(&err);
	unlink(foreign);
	assert_int_equal(store_open(path, STORE_CREATE, &other, &err), ERR_IO);
	err_clear(&err);
	assert_null(other);
}

/* ---- the log that grows ahead ---------------------------------------------------- */

#define MEGABYTE (1 << 20)

static int64_t
log_size(void)
{
	char name[80];
	struct stat st;

	snprintf(name, sizeof(name), "%s-wal", path);
	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

/* A row of some sixty kilobytes. */
static int
insert_long(struct tx *tx, void *arg, struct err *err)
{
	char *name = malloc(60000);
	int ret;

	(void)err;
	memset(name, 'x', 59999);
	name[59999] = '\0';
	memcpy(name, arg, strlen(arg));
	ret = insert(tx, name, err);
	free(name);
	return ret;
}

static void
copy(const char *suffix)
{
	char from[80], to[96], data[8192];
	FILE *in, *out;
	size_t n;

	snprintf(from, sizeof(from), "%s%s", path, suffix);
	snprintf(to, sizeof(to), "%s-copy%s", path, suffix);
	in = fopen(from, "r");
	out = fopen(to, "w");
	assert_non_null(in);
	assert_non_null(out);
	while ((n = fread(data, 1, sizeof(data), in)) > 0)
		assert_int_equal(fwrite(data, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

/* Opens what a power failure would leave now; the rows it has. */
static int64_t
rows_of_copy(void)
{
	char name[80];
	struct store *other = NULL;
	int64_t n = -1;

	copy("");
	copy("-wal");
	snprintf(name, sizeof(name), "%s-copy", path);
	assert_int_equal(store_open(name, 0, &other, NULL), 0);
	assert_int_equal(store_read(other, count, &n, NULL), 0);
	store_close(other);
	unlink(name);
	return n;
}

static void
the_log_grows_ahead_of_its_commits(void **state)
{
	char name[16];
	int64_t size;

	(void)state;
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(store_write(store, insert, name, NULL), 0);
	}
	size = log_size();
	assert_true(size > 0 && size % MEGABYTE == 0);
	assert_int_equal(rows_of_copy(), 3);
	for (int i = 3; log_size() == size; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(store_write(store, insert_long, name, NULL), 0);
		assert_true(i < 40);
	}
	assert_int_equal(log_size(), size + MEGABYTE);
	assert_int_equal(rows_of_copy(), rows());
}

static void
a_log_without_room_ahead_takes_its_commits_all_the_same(void **state)
{
	int64_t size = log_size();
	struct rlimit before, limit;
	char name[16];
	int i = 0;

	(void)state;
	assert_int_equal(size % MEGABYTE, 0);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)size + 300000;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (; log_size() == size; i++) {
		snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(store_write(store, insert_long, name, NULL), 0);
	}
	/* As long as it was before it tried, and the next one goes on there. */
	assert_true(log_size() < size + 130000);
	assert_int_equal(store_write(store, insert_long, (char[]){ "last" }, NULL), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(rows(), i + 1);
	assert_int_equal(rows_of_copy(), i + 1);
}

TEST_MAIN(cmocka_unit_test_setup_teardown(what_fails_is_undone_and_what_succeeds_stays, setup, teardown),
    cmocka_unit_test_setup_teardown(many_writers_share_commits_without_sharing_failures, setup, teardown),
    cmocka_unit_test_setup_teardown(a_transaction_that_ended_by_itself_is_nobodys_success, setup,
    teardown),
    cmocka_unit_test_setup_teardown(the_log_grows_ahead_of_its_commits, setup, teardown),
    cmocka_unit_test_setup_teardown(a_log_without_room_ahead_takes_its_commits_all_the_same, setup, teardown),
    cmocka_unit_test_setup_teardown(search_finds_prefixes_of_the_newest_text, setup, teardown),
    cmocka_unit_test_setup_teardown(a_missing_file_and_a_foreign_file_are_named, setup, teardown))
