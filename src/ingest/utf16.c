/* SPDX-License-Identifier: Apache-2.0 */
/* utf16.c: UTF-16 to UTF-8 as it is read. */
#include "ingest/utf16.h"

#include "base/arena.h"
#include "base/utf8.h"

#define UNITS ((size_t)32 << 10)

struct utf16_source {
	struct source base;
	uint8_t in[2 * UNITS];
	size_t len, pos;   /* bytes of in */
	uint16_t high;     /* the first half of a pair whose other half is still to come */
	bool begun;
	bool is_big;       /* the high byte of each unit comes first */
	char left[8];      /* of a character that did not fit */
	size_t left_len;
};

static size_t
put(struct utf16_source *u, uint16_t unit, char *out)
{
	size_t n = 0;
	uint32_t c = unit;

	if (u->high != 0 && unit >= 0xdc00 && unit < 0xe000) {
		c = 0x10000 + ((uint32_t)(u->high - 0xd800) << 10) + (unit - 0xdc00u);
		u->high = 0;
		return utf8_encode(c, out);
	}
	if (u->high != 0)
		n = utf8_encode(0xfffd, out);
	u->high = 0;
	if (unit >= 0xd800 && unit < 0xdc00) {
		u->high = unit;
		return n;
	}
	return n + utf8_encode(c >= 0xdc00 && c < 0xe000 ? 0xfffd : c, out + n);
}

static bool
refill(struct utf16_source *u)
{
	size_t kept = u->len - u->pos;

	memmove(u->in, u->in + u->pos, kept);
	u->len = kept + source_refill(&u->base, u->in + kept, sizeof(u->in) - kept);
	u->pos = 0;
	if (!u->begun && u->len >= 2 && (u->in[0] ^ u->in[1]) == 1 && u->in[0] >= 0xfe) {
		u->is_big = u->in[0] == 0xfe;
		u->pos = 2;
	}
	u->begun = true;
	return u->len - u->pos >= 2;
}

static size_t
utf16_read(struct source *source, uint8_t *out, size_t len)
{
	struct utf16_source *u = (struct utf16_source *)source;
	size_t done = 0;

	while (done < len) {
		size_t n = u->left_len;

		if (n == 0) {
			if (u->len - u->pos < 2 && !refill(u))
				break;
			n = put(u, (uint16_t)(u->in[u->pos + u->is_big] | u->in[u->pos + !u->is_big] << 8), u->left);
			u->pos += 2;
		}
		u->left_len = n;
		if (n > len - done)
			n = len - done;
		memcpy(out + done, u->left, n);
		done += n;
		u->left_len -= n;
		memmove(u->left, u->left + n, u->left_len);
	}
	return done;
}

struct source *
source_utf16(struct source *below)
{
	struct utf16_source *u = xcalloc(1, sizeof(*u));

	u->base.read = utf16_read;
	u->base.below = below;
	return &u->base;
}
