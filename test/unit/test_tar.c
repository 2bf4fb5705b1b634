/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/id.h"
#include "os/tar.h"

static int
memory_file(void)
{
	int fd = memfd_create("tar", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void
names_with_a_way_out_are_none(void **state)
{
	static const char *const good[] = { "a", "a/b", "blobs/ab/cd", "ảnh chụp.png", ".ẩn/x", "..a/b" };
	static const char *const bad[] = { "", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/..", "a/../b",
	    "a\nb", "a\\b", "\x7f", "\xff", "\xc0\xaf" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(tar_name_ok(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (tar_name_ok(bad[i]))
			fail_msg("%s was taken", bad[i]);
}

static void
what_is_written_is_read(void **state)
{
	static const char *const name[] = { "one", "two/three", NULL };
	char longest[256], data[1000], back[700], out_sha[SHA256_HEX_SIZE], in_sha[SHA256_HEX_SIZE];
	uint8_t hash[SHA256_SIZE];
	struct tar_out out;
	struct tar_in in;
	struct tar_member m;
	size_t n;
	bool end;
	int fd = memory_file();

	(void)state;
	memset(longest, 'x', 255);
	longest[255] = '\0';
	longest[155] = '/';
	memset(data, 'd', sizeof(data));
	tar_out_begin(&out, fd, "t");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(tar_out_member(&out, name[i] == NULL ? longest : name[i], (int64_t)i * 500, 0600,
		    1, NULL), 0);
		if (i > 0)
			assert_int_equal(tar_out_data(&out, data, i * 500, NULL), 0);
	}
	assert_int_equal(tar_out_end(&out, out_sha, NULL), 0);
	assert_int_equal(out.bytes % 512, 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	tar_in_begin(&in, fd, "t");
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(tar_in_next(&in, &m, &end, NULL), 0);
		assert_false(end);
		assert_string_equal(m.name, name[i] == NULL ? longest : name[i]);
		assert_int_equal(m.size, i * 500);
		for (int64_t left = m.size; left > 0; left -= (int64_t)n) {
			assert_int_equal(tar_in_data(&in, back, sizeof(back), &n, NULL), 0);
			assert_memory_equal(back, data, n);
		}
	}
	assert_int_equal(tar_in_next(&in, &m, &end, NULL), 0);
	assert_true(end);
	assert_int_equal(in.bytes, out.bytes);
	sha256_end(&in.whole, hash);
	assert_string_equal(hex_encode(hash, sizeof(hash), in_sha), out_sha);
	close(fd);
}

/* Sizes from 8 GiB on; only the header is written, so the content is then missing. */
static void
large_sizes_survive(void **state)
{
	static const int64_t size[] = { (INT64_C(1) << 33) - 1, INT64_C(1) << 33, INT64_C(700) << 30,
	    INT64_C(1) << 60 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(size); i++) {
		struct err err = { 0 };
		struct tar_out out;
		struct tar_in in;
		struct tar_member m;
		char data[512];
		size_t n;
		bool end;
		int fd = memory_file();

		tar_out_begin(&out, fd, "t");
		assert_int_equal(tar_out_member(&out, "disk.img", size[i], 0400, 1, NULL), 0);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		tar_in_begin(&in, fd, "t");
		assert_int_equal(tar_in_next(&in, &m, &end, NULL), 0);
		assert_true(m.size == size[i]);
		assert_int_equal(tar_in_data(&in, data, sizeof(data), &n, &err), ERR_BROKEN);
		assert_string_equal(err.key, "err.tar.cut");
		err_clear(&err);
		close(fd);
	}
}

static void
a_changed_header_is_found_bit_by_bit(void **state)
{
	unsigned char good[512], bad[512];
	struct tar_out out;
	int fd = memory_file();

	(void)state;
	tar_out_begin(&out, fd, "t");
	assert_int_equal(tar_out_member(&out, "packs/a", 0, 0600, 1, NULL), 0);
	assert_int_equal(pread(fd, good, 512, 0), 512);
	for (size_t bit = 0; bit < 512 * 8; bit++) {
		struct tar_in in;
		struct tar_member m;
		bool end;

		memcpy(bad, good, 512);
		bad[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_int_equal(pwrite(fd, bad, 512, 0), 512);
		assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
		tar_in_begin(&in, fd, "t");
		/* The last byte of the checksum's field carries nothing. */
		if (tar_in_next(&in, &m, &end, NULL) == 0 && bit / 8 != 155 && bit / 8 != 154)
			fail_msg("bit %zu", bit);
	}
	close(fd);
}

TEST_MAIN(cmocka_unit_test(names_with_a_way_out_are_none), cmocka_unit_test(what_is_written_is_read),
    cmocka_unit_test(large_sizes_survive), cmocka_unit_test(a_changed_header_is_found_bit_by_bit))
