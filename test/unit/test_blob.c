/* SPDX-License-Identifier: Apache-2.0 */
#include "store/blob.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "os/sha256.h"
#include "testing.h"

#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char dir[] = "/tmp/test_blob.XXXXXX";
static char path[512];

static int
setup(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	return file_remove_tree(dir, NULL);
}

static const char *
at(const char *rest)
{
	snprintf(path, sizeof(path), "%s/%s", dir, rest);
	return path;
}

static size_t
leftovers(void)
{
	struct dirent *entry;
	DIR *d = opendir(dir);
	size_t n = 0;

	while ((entry = readdir(d)) != NULL)
		n += strncmp(entry->d_name, "tmp-", 4) == 0;
	closedir(d);
	return n;
}

static int
put(const char *text, char sha[BLOB_HASH_SIZE], struct err *err)
{
	struct blob_writer *w;
	int64_t size;
	int ret = blob_begin(dir, 1 << 20, &w, err);

	if (ret != 0)
		return ret;
	if ((ret = blob_write(w, text, strlen(text), err)) != 0) {
		blob_abort(w);
		return ret;
	}
	ret = blob_commit(w, sha, &size, err);
	assert_true(ret != 0 || size == (int64_t)strlen(text));
	return ret;
}

static void
content_lies_under_its_hash_and_cannot_be_written(void **state)
{
	char sha[BLOB_HASH_SIZE], text[8];
	struct stat st;
	int64_t size;
	int fd;

	(void)state;
	assert_int_equal(put("abc", sha, NULL), 0);
	assert_string_equal(sha, ABC);
	assert_int_equal(stat(at("ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	assert_int_equal(blob_open(dir, ABC, &fd, &size, NULL), 0);
	assert_int_equal(size, 3);
	assert_int_equal(read(fd, text, sizeof(text)), 3);
	assert_memory_equal(text, "abc", 3);
	close(fd);
	assert_int_equal(blob_verify(dir, ABC, 3, NULL), 0);
	assert_int_equal(blob_verify(dir, ABC, 4, NULL), ERR_BROKEN);
	assert_int_equal(leftovers(), 0);
	assert_int_equal(put("", sha, NULL), 0);
	assert_string_equal(sha, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void
the_same_content_twice_is_one_file(void **state)
{
	char sha[BLOB_HASH_SIZE];
	struct stat before, after;

	(void)state;
	assert_int_equal(put("abc", sha, NULL), 0);
	stat(at("ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), &before);
	assert_int_equal(put("abc", sha, NULL), 0);
	stat(path, &after);
	assert_true(before.st_ino == after.st_ino);
	assert_int_equal(leftovers(), 0);
}

static void
every_changed_bit_is_noticed(void **state)
{
	char sha[BLOB_HASH_SIZE];
	struct err err = { 0 };
	int64_t size;
	int fd, in;

	(void)state;
	assert_int_equal(put("abc", sha, NULL), 0);
	at("ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	chmod(path, 0600);
	for (int bit = 0; bit < 24; bit++) {
		char text[3] = "abc";

		text[bit / 8] ^= (char)(1 << bit % 8);
		fd = open(path, O_WRONLY);
		assert_int_equal(write(fd, text, 3), 3);
		close(fd);
		assert_int_equal(blob_open(dir, ABC, &in, &size, NULL), ERR_BROKEN);
	}
	/* Neither is it taken for the content that is handed in again, nor replaced. */
	assert_int_equal(put("abc", sha, &err), ERR_BROKEN);
	assert_string_equal(err.key, "err.blob.broken");
	assert_int_equal(truncate(path, 2), 0);
	assert_int_equal(blob_verify(dir, ABC, 3, NULL), ERR_BROKEN);
	assert_int_equal(leftovers(), 0);
}

static void
too_much_is_refused_and_leaves_nothing(void **state)
{
	struct blob_writer *w;
	char sha[BLOB_HASH_SIZE];
	struct err err = { 0 };
	int64_t size;

	(void)state;
	assert_int_equal(blob_begin(dir, 4, &w, NULL), 0);
	assert_int_equal(blob_write(w, "1234", 4, NULL), 0);
	assert_int_equal(blob_write(w, "5", 1, &err), ERR_TOO_LARGE);
	assert_string_equal(err.key, "err.blob.too_large");
	assert_int_equal(blob_commit(w, sha, &size, NULL), ERR_IO);
	assert_int_equal(leftovers(), 0);
	blob_abort(NULL);
}

static void
names_that_are_no_hash_are_no_path(void **state)
{
	static const char *const rows[] = {
		"", "..", "../../../../etc/passwd", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		ABC "0", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a/",
		"0000000000000000000000000000000000000000000000000000000000000000",
	};
	int64_t size;
	int fd;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(blob_open(dir, rows[i], &fd, &size, NULL), ERR_NOT_FOUND);
		assert_int_equal(blob_remove(dir, rows[i], NULL), 0);
	}
}

static void
a_disposed_blob_is_gone(void **state)
{
	char sha[BLOB_HASH_SIZE];

	(void)state;
	assert_int_equal(put("abc", sha, NULL), 0);
	assert_int_equal(blob_remove(dir, sha, NULL), 0);
	assert_int_equal(blob_verify(dir, sha, 3, NULL), ERR_NOT_FOUND);
	assert_int_equal(blob_remove(dir, sha, NULL), 0);
}

static void
what_dead_writers_left_is_swept_when_old(void **state)
{
	struct blob_writer *w;

	(void)state;
	assert_int_equal(blob_begin(dir, 4, &w, NULL), 0);
	assert_int_equal(blob_sweep(dir, 3600, NULL), 0);
	assert_int_equal(leftovers(), 1);
	assert_int_equal(blob_sweep(dir, 0, NULL), 0);
	assert_int_equal(leftovers(), 0);
	blob_abort(w);
	assert_int_equal(blob_sweep("/nonexistent/blobs", 0, NULL), 0);
}

static void *
write_often(void *arg)
{
	char sha[BLOB_HASH_SIZE];

	for (int i = 0; i < 20; i++)
		if (put("abc", sha, NULL) != 0)
			*(int *)arg += 1;
	return NULL;
}

static void
many_writers_of_one_content_get_along(void **state)
{
	pthread_t thread[8];
	int failures[8] = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		pthread_create(&thread[i], NULL, write_often, &failures[i]);
	for (size_t i = 0; i < ARRAY_LEN(thread); i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(failures[i], 0);
	}
	assert_int_equal(blob_verify(dir, ABC, 3, NULL), 0);
	assert_int_equal(leftovers(), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

TEST_MAIN(TEST(content_lies_under_its_hash_and_cannot_be_written),
    TEST(the_same_content_twice_is_one_file), TEST(every_changed_bit_is_noticed),
    TEST(too_much_is_refused_and_leaves_nothing), TEST(names_that_are_no_hash_are_no_path),
    TEST(a_disposed_blob_is_gone), TEST(what_dead_writers_left_is_swept_when_old),
    TEST(many_writers_of_one_content_get_along))
