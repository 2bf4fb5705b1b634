/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of files as they are unpacked: looked at ahead, joined, damaged, and swelling without end. */
#include "testing.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ingest/source.h"
#include "ingest/utf16.h"
#include "os/file.h"

static struct source *
source_of(const void *data, size_t len)
{
	int fd = memfd_create("source", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, data, len), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return source_file(fd);
}

/* ${len} zeros as one gzip member. */
static void
add_member(struct buf *out, size_t len)
{
	uint8_t *zeros = xcalloc(1, len), *packed;
	z_stream z = { .next_in = zeros, .avail_in = (uInt)len };
	size_t room = len / 500 + 1000;

	packed = xmalloc(room);
	z.next_out = packed;
	z.avail_out = (uInt)room;
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_add(out, packed, room - z.avail_out);
	deflateEnd(&z);
	free(packed);
	free(zeros);
}

static uint64_t
read_all(struct source *source)
{
	static uint8_t block[1 << 20];
	uint64_t total = 0;
	size_t n;

	while ((n = source_read(source, block, sizeof(block))) > 0)
		total += n;
	return total;
}

static void
what_is_looked_at_is_still_there(void **state)
{
	struct source *source = source_of("0123456789", 10);
	const uint8_t *head;
	uint8_t out[10];

	(void)state;
	assert_int_equal(source_peek(source, 3, &head), 3);
	assert_int_equal(source_peek(source, 8, &head), 8);
	assert_memory_equal(head, "01234567", 8);
	assert_int_equal(source_peek(source, 100, &head), 10);
	assert_int_equal(source_read(source, out, 4), 4);
	assert_int_equal(source_read(source, out + 4, 6), 6);
	assert_memory_equal(out, "0123456789", 10);
	assert_int_equal(source_read(source, out, 1), 0);
	assert_null(source->fault);
	source_free(source);
}

static void
unpacking_stops_when_it_swells_without_end(void **state)
{
	struct buf packed = BUF_INIT((size_t)16 << 20);
	struct source *source;
	size_t member;
	uint64_t total;

	(void)state;
	add_member(&packed, (size_t)16 << 20);
	member = packed.len;
	(void)buf_extend(&packed, 79 * member);
	for (size_t i = 1; i < 80; i++)
		memcpy(packed.data + i * member, packed.data, member);
	source = source_gzip(source_of(packed.data, packed.len));
	total = read_all(source);
	assert_string_equal(source->fault, "ingest.unpack.bomb");
	assert_true(total >= SOURCE_FREE - ((uint64_t)1 << 20) && total <= SOURCE_FREE);
	source_free(source);
	/* Members that are few stay below what is free. */
	source = source_gzip(source_of(packed.data, 2 * member));
	assert_int_equal(read_all(source), (uint64_t)32 << 20);
	assert_null(source->fault);
	source_free(source);
	buf_clear(&packed);
}

static void
damage_ends_a_packed_file_and_is_told(void **state)
{
	struct buf packed = BUF_INIT((size_t)1 << 20);
	struct source *source;

	(void)state;
	add_member(&packed, 100000);
	for (size_t len = 1; len < packed.len; len += 7) { /* cut off anywhere */
		source = source_gzip(source_of(packed.data, len));
		assert_true(read_all(source) <= 100000);
		assert_string_equal(source->fault, "ingest.unpack.damaged");
		source_free(source);
	}
	packed.data[packed.len - 6] ^= 1; /* its checksum */
	source = source_gzip(source_of(packed.data, packed.len));
	assert_int_equal(read_all(source), 100000);
	assert_string_equal(source->fault, "ingest.unpack.damaged");
	source_free(source);
	packed.data[packed.len - 6] ^= 1;
	buf_add(&packed, "\0\0\0\0", 4); /* padding is no damage, anything else is */
	source = source_gzip(source_of(packed.data, packed.len));
	assert_int_equal(read_all(source), 100000);
	assert_null(source->fault);
	source_free(source);
	buf_adds(&packed, "tail");
	source = source_gzip(source_of(packed.data, packed.len));
	assert_int_equal(read_all(source), 100000);
	assert_string_equal(source->fault, "ingest.unpack.damaged");
	source_free(source);
	buf_clear(&packed);
}

static void
utf16_becomes_utf8_whatever_is_read_at_once(void **state)
{
	static const char text[] = "\xff\xfe" "a\0\xbf\x1e\x3d\xd8\x00\xde\x3d\xd8" "b\0\x00\xde" "c\0d";
	static const char wanted[] = "a\xe1\xba\xbf\xf0\x9f\x98\x80\xef\xbf\xbd" "b\xef\xbf\xbd" "c";

	(void)state;
	for (size_t at_once = 1; at_once < 30; at_once++) {
		struct source *source = source_utf16(source_of(text, sizeof(text) - 1));
		uint8_t out[40];
		size_t len = 0, n;

		while ((n = source_read(source, out + len, at_once)) > 0 && len + n < 30)
			len += n;
		assert_int_equal(len, sizeof(wanted) - 1);
		assert_memory_equal(out, wanted, len);
		source_free(source);
	}
}

TEST_MAIN(
    cmocka_unit_test(what_is_looked_at_is_still_there),
    cmocka_unit_test(unpacking_stops_when_it_swells_without_end),
    cmocka_unit_test(damage_ends_a_packed_file_and_is_told),
    cmocka_unit_test(utf16_becomes_utf8_whatever_is_read_at_once))
