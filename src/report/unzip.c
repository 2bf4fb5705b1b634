/* SPDX-License-Identifier: Apache-2.0 */
#include "report/unzip.h"

#include <zlib.h>

#define ENTRIES_MAX 1000
#define END_SIZE    22
#define ENTRY_SIZE  46
#define LOCAL_SIZE  30
#define STORED      0
#define DEFLATED    8

static unsigned
get16(const char *p)
{
	return (unsigned char)p[0] | (unsigned)(unsigned char)p[1] << 8;
}

static size_t
get32(const char *p)
{
	return get16(p) | (size_t)get16(p + 2) << 16;
}

/* The record that ends the archive; NULL when it has none. */
static const char *
find_end(const char *data, size_t len)
{
	size_t back = len < 65535 + END_SIZE ? len : 65535 + END_SIZE;

	for (size_t i = END_SIZE; i <= back; i++)
		if (memcmp(data + len - i, "PK\5\6", 4) == 0)
			return data + len - i;
	return NULL;
}

/* The directory's entry of ${name}; NULL when there is none. */
static const char *
find_entry(const char *data, size_t len, const char *name)
{
	const char *end = find_end(data, len), *p, *stop;
	size_t left, name_len = strlen(name), need;

	if (end == NULL || get32(end + 16) > len || get32(end + 12) > len - get32(end + 16))
		return NULL;
	p = data + get32(end + 16);
	stop = p + get32(end + 12);
	for (int n = 0; n < ENTRIES_MAX && stop - p >= ENTRY_SIZE; n++) {
		left = (size_t)(stop - p);
		if (memcmp(p, "PK\1\2", 4) != 0)
			return NULL;
		need = ENTRY_SIZE + (size_t)get16(p + 28) + get16(p + 30) + get16(p + 32);
		if (need > left)
			return NULL;
		if (get16(p + 28) == name_len && memcmp(p + ENTRY_SIZE, name, name_len) == 0)
			return p;
		p += need;
	}
	return NULL;
}

static bool
unpack(const char *data, size_t packed, struct buf *out)
{
	z_stream z = { 0 };
	char piece[16384];
	int said;

	if (inflateInit2(&z, -15) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)data;
	z.avail_in = (uInt)packed;
	do {
		z.next_out = (Bytef *)piece;
		z.avail_out = sizeof(piece);
		said = inflate(&z, Z_NO_FLUSH);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	} while (said == Z_OK && !out->full && z.avail_out == 0);
	inflateEnd(&z);
	return said == Z_STREAM_END && !out->full;
}

bool
unzip_member(const char *data, size_t len, const char *name, struct buf *out)
{
	const char *entry = find_entry(data, len, name), *local;
	size_t packed, at, start, before = out->len;
	bool ok;

	if (entry == NULL || (get16(entry + 8) & 1) != 0)
		return false;
	packed = get32(entry + 20);
	at = get32(entry + 42);
	if (at > len || len - at < LOCAL_SIZE)
		return false;
	local = data + at;
	start = LOCAL_SIZE + (size_t)get16(local + 26) + get16(local + 28);
	if (memcmp(local, "PK\3\4", 4) != 0 || start > len - at || packed > len - at - start)
		return false;
	if (get16(entry + 10) == DEFLATED) {
		ok = unpack(local + start, packed, out);
	} else {
		buf_add(out, local + start, packed);
		ok = get16(entry + 10) == STORED && !out->full;
	}
	return ok && crc32(0, (const Bytef *)(buf_str(out) + before), (uInt)(out->len - before)) ==
	    get32(entry + 16);
}
