/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/untar.h"

#include <stdio.h>

#include "base/arena.h"

#define BLOCK     512
#define EXTRA_MAX ((size_t)64 << 10) /* bytes of a long name or of pax records that are looked at */

struct untar {
	struct source *source;
	uint64_t bytes, left, pad; /* left, pad: of the member under way */
	const char *fault;
	char name[UNTAR_NAME_MAX + 1];
	/* Told by the header before, for the next member: */
	bool has_name, has_size;
	uint64_t size;
	char *extra;
};

/* Digits to base 8 between blanks, or the binary form of large numbers. */
static bool
number(const uint8_t *s, size_t len, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i = 0;

	if ((s[0] & 0x80) != 0) {
		for (i = 1; i < len; i++) {
			if (n >> 55 != 0)
				return false;
			n = n << 8 | s[i];
		}
		*ret = n;
		return s[0] == 0x80;
	}
	while (i < len && s[i] == ' ')
		i++;
	for (; i < len && s[i] >= '0' && s[i] <= '7' && n >> 60 == 0; i++)
		n = n << 3 | (uint64_t)(s[i] - '0');
	*ret = n;
	return i == len || s[i] == '\0' || s[i] == ' ';
}

/* The sum is over the block with the sum's own place as blanks; some old writers add signed bytes. */
static bool
is_header(const uint8_t *block)
{
	uint64_t told;
	int64_t plain = 0, with_sign = 0;

	if (block[0] == '\0' || !number(block + 148, 8, &told))
		return false;
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t c = i >= 148 && i < 156 ? ' ' : block[i];

		plain += c;
		with_sign += (int8_t)c;
	}
	return (int64_t)told == plain || (int64_t)told == with_sign;
}

bool
untar_is(struct source *source)
{
	const uint8_t *head;

	return source_peek(source, BLOCK, &head) == BLOCK && is_header(head);
}

struct untar *
untar_new(struct source *source)
{
	struct untar *tar = xcalloc(1, sizeof(*tar));

	tar->source = source;
	tar->extra = xmalloc(EXTRA_MAX + 1);
	return tar;
}

void
untar_free(struct untar *tar)
{
	if (tar == NULL)
		return;
	free(tar->extra);
	free(tar);
}

static void
damaged(struct untar *tar)
{
	if (tar->fault == NULL)
		tar->fault = tar->source->fault != NULL ? tar->source->fault : "ingest.unpack.damaged";
}

static size_t
take(struct untar *tar, uint8_t *out, size_t len)
{
	size_t n = source_read(tar->source, out, len);

	tar->bytes += n;
	if (n < len)
		damaged(tar);
	return n;
}

static void
pass_over(struct untar *tar, uint64_t n)
{
	uint8_t block[16384];

	while (n > 0 && tar->fault == NULL)
		n -= take(tar, block, n < sizeof(block) ? (size_t)n : sizeof(block));
}

size_t
untar_read(struct untar *tar, uint8_t *out, size_t len)
{
	size_t n = take(tar, out, tar->left < len ? (size_t)tar->left : len);

	tar->left -= n;
	return n;
}

/* ---- what goes before a member ------------------------------------------------------------ */

static void
set_name(struct untar *tar, const char *s, size_t len)
{
	len = strnlen(s, len);
	if (len > UNTAR_NAME_MAX)
		len = UNTAR_NAME_MAX;
	while (len > 1 && s[len - 1] == '/')
		len--;
	memcpy(tar->name, s, len);
	tar->name[len] = '\0';
}

/* The content of a header's own member, cut at EXTRA_MAX. */
static size_t
read_extra(struct untar *tar)
{
	size_t n = untar_read(tar, (uint8_t *)tar->extra, EXTRA_MAX);

	tar->extra[n] = '\0';
	return n;
}

/* Records "28 path=rules/a.yml\n"; the length counts all of it. */
static void
read_pax(struct untar *tar)
{
	size_t len = read_extra(tar), at = 0;

	while (at < len) {
		char *end;
		unsigned long n = strtoul(tar->extra + at, &end, 10);
		size_t head = (size_t)(end - (tar->extra + at)) + 1;
		char *key = end + 1;

		if (*end != ' ' || n <= head || n > len - at || tar->extra[at + n - 1] != '\n')
			return;
		tar->extra[at + n - 1] = '\0';
		if (strncmp(key, "path=", 5) == 0) {
			set_name(tar, key + 5, n - head - 5);
			tar->has_name = true;
		} else if (strncmp(key, "size=", 5) == 0) {
			tar->size = strtoull(key + 5, NULL, 10);
			tar->has_size = true;
		}
		at += n;
	}
}

static void
name_of_header(struct untar *tar, const uint8_t *h)
{
	char name[260];
	bool has_prefix = memcmp(h + 257, "ustar\0", 6) == 0 && h[345] != '\0';

	snprintf(name, sizeof(name), "%.*s%s%.*s", has_prefix ? 155 : 0, (const char *)h + 345,
	    has_prefix ? "/" : "", 100, (const char *)h);
	set_name(tar, name, sizeof(name));
}

static enum untar_kind
kind_of(uint8_t type)
{
	switch (type) {
	case '\0':
	case '0':
	case '7':
		return UNTAR_FILE;
	case '5':
		return UNTAR_FOLDER;
	default:
		return UNTAR_OTHER;
	}
}

/* True when the header was about the next member, and has been read. */
static bool
is_about_next(struct untar *tar, uint8_t type)
{
	if (type == 'x') {
		read_pax(tar);
	} else if (type == 'L') {
		size_t n = read_extra(tar);

		set_name(tar, tar->extra, n);
		tar->has_name = true;
	} else if (type != 'g' && type != 'K') {
		return false;
	}
	return true;
}

/* The size of the member's bytes, which a link has none of whatever it says. */
static void
begin(struct untar *tar, uint8_t type, uint64_t size)
{
	bool empty = type == '1' || type == '2' || type == '3' || type == '4' || type == '5' || type == '6';

	tar->left = empty ? 0 : size;
	tar->pad = (BLOCK - tar->left % BLOCK) % BLOCK;
}

bool
untar_next(struct untar *tar, struct untar_member *ret)
{
	uint8_t h[BLOCK];
	uint64_t size, mtime;
	size_t n;

	tar->has_name = tar->has_size = false;
	for (;;) {
		pass_over(tar, tar->left);
		pass_over(tar, tar->pad);
		tar->left = tar->pad = 0;
		if (tar->fault != NULL)
			return false;
		n = source_read(tar->source, h, BLOCK);
		if (n < BLOCK) {
			if (n > 0 || tar->source->fault != NULL)
				damaged(tar);
			return false; /* archives without the two blocks at their end are whole all the same */
		}
		tar->bytes += BLOCK;
		if (h[0] == '\0')
			return false;
		if (!is_header(h) || !number(h + 124, 12, &size)) {
			damaged(tar);
			return false;
		}
		begin(tar, h[156], size);
		if (is_about_next(tar, h[156]))
			continue;
		if (tar->has_size)
			begin(tar, h[156], tar->size);
		if (!tar->has_name)
			name_of_header(tar, h);
		if (!number(h + 136, 12, &mtime) || mtime >> 34 != 0)
			mtime = 0;
		*ret = (struct untar_member){ kind_of(h[156]), tar->name, tar->left, (int64_t)mtime };
		return true;
	}
}

uint64_t
untar_bytes(const struct untar *tar)
{
	return tar->bytes;
}

const char *
untar_fault(const struct untar *tar)
{
	return tar->fault;
}
