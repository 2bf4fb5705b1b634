/* SPDX-License-Identifier: Apache-2.0 */
/* event.c: values and their text. */
#include "event/event.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base/utf8.h"

const struct event_value *
event_get(const struct event *event, uint32_t id)
{
	for (uint32_t i = 0; i < event->values; i++)
		if (event->value[i].id == id)
			return &event->value[i];
	return NULL;
}

static uint16_t
unit_at(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

/* Four units of ASCII at once, which is what most texts of logs are. */
static size_t
ascii_run(const uint8_t *p, size_t units, char *out)
{
	size_t i = 0;

	for (; i + 4 <= units; i += 4) {
		uint64_t w;

		memcpy(&w, p + 2 * i, 8);
		if ((w & UINT64_C(0xff80ff80ff80ff80)) != 0)
			break;
		w = (w | w >> 8) & UINT64_C(0x0000ffff0000ffff);
		w |= w >> 16;
		memcpy(out + i, &w, 4);
	}
	for (; i < units && unit_at(p + 2 * i) < 0x80; i++)
		out[i] = (char)p[2 * i];
	return i;
}

static size_t
utf16_write(const uint8_t *p, size_t units, char *out)
{
	char *o = out;

	for (size_t i = 0; i < units;) {
		size_t run = ascii_run(p + 2 * i, units - i, o);
		uint32_t c, low;

		o += run;
		i += run;
		if (i == units)
			break;
		c = unit_at(p + 2 * i++);
		low = i < units ? unit_at(p + 2 * i) : 0;
		if (c >= 0xd800 && c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			i++;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		o += utf8_encode(c, o);
	}
	return (size_t)(o - out);
}

static struct text
done(const struct buf *scratch, size_t from)
{
	return (struct text){ buf_str(scratch) + from, scratch->len - from };
}

static void
add_utf16(struct buf *out, const struct event_value *v)
{
	size_t units = v->len / 2, from = out->len;
	char *room = buf_extend(out, units * 3 + 4);

	if (room == NULL)
		return;
	out->len = from + utf16_write(v->data, units, room);
	out->data[out->len] = '\0';
}

/* The first three parts are numbers in little endian, the other eight bytes stand as they are. */
static void
add_guid(struct buf *out, const uint8_t *p)
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const char digit[] = "0123456789ABCDEF";
	char text[38], *o = text;

	*o++ = '{';
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*o++ = '-';
		*o++ = digit[p[order[i]] >> 4];
		*o++ = digit[p[order[i]] & 15];
	}
	*o = '}';
	buf_add(out, text, sizeof(text));
}

static void
put_digits(char *to, int64_t n, int digits)
{
	while (digits-- > 0) {
		to[digits] = (char)('0' + n % 10);
		n /= 10;
	}
}

static void
add_time(struct buf *out, int64_t ticks)
{
	char text[] = "0000-00-00T00:00:00.0000000Z";
	int64_t s = ticks / 10000000, rest = ticks % 10000000;
	time_t t;
	struct tm tm;

	if (rest < 0) {
		s--;
		rest += 10000000;
	}
	t = (time_t)s;
	if (gmtime_r(&t, &tm) == NULL)
		return;
	if (tm.tm_year + 1900 < 0 || tm.tm_year + 1900 > 9999) {
		buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%07dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)rest);
		return;
	}
	/* Every event has a time, and printf() takes longer than all the rest of its text. */
	put_digits(text, tm.tm_year + 1900, 4);
	put_digits(text + 5, tm.tm_mon + 1, 2);
	put_digits(text + 8, tm.tm_mday, 2);
	put_digits(text + 11, tm.tm_hour, 2);
	put_digits(text + 14, tm.tm_min, 2);
	put_digits(text + 17, tm.tm_sec, 2);
	put_digits(text + 20, rest, 7);
	buf_add(out, text, sizeof(text) - 1);
}

static void
add_uint(struct buf *out, uint64_t n, unsigned base)
{
	static const char digit[] = "0123456789abcdef";
	char text[24];
	size_t at = sizeof(text);

	do {
		text[--at] = digit[n % base];
		n /= base;
	} while (n != 0);
	buf_add(out, text + at, sizeof(text) - at);
}

static void
add_int(struct buf *out, int64_t n)
{
	if (n < 0)
		buf_addc(out, '-');
	add_uint(out, n < 0 ? -(uint64_t)n : (uint64_t)n, 10);
}

/* [MS-DTYP] 2.4.2.2: revision, count, authority (most significant byte first), sub-authorities. */
static void
add_sid(struct buf *out, const uint8_t *p, size_t len)
{
	uint64_t authority = 0;

	if (len < 8 || len < 8 + (size_t)p[1] * 4)
		return;
	for (int i = 2; i < 8; i++)
		authority = authority << 8 | p[i];
	buf_adds(out, "S-");
	add_uint(out, p[0], 10);
	buf_addc(out, '-');
	add_uint(out, authority, 10);
	for (size_t i = 0; i < p[1]; i++) {
		const uint8_t *sub = p + 8 + i * 4;

		buf_addc(out, '-');
		add_uint(out, (uint32_t)sub[0] | (uint32_t)sub[1] << 8 | (uint32_t)sub[2] << 16 |
		    (uint32_t)sub[3] << 24, 10);
	}
}

static void
add_real(struct buf *out, double real)
{
	char text[40];

	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, real);
		if (strtod(text, NULL) == real || isnan(real))
			break;
	}
	buf_adds(out, text);
}

static void
add_bytes(struct buf *out, const uint8_t *p, size_t len)
{
	static const char digit[] = "0123456789ABCDEF";
	char *room = buf_extend(out, 2 * len);

	for (size_t i = 0; room != NULL && i < len; i++) {
		room[2 * i] = digit[p[i] >> 4];
		room[2 * i + 1] = digit[p[i] & 15];
	}
}

struct text
event_text(const struct event_value *v, struct buf *scratch)
{
	size_t from = scratch->len;

	switch (v->type) {
	case VALUE_NULL:
		break;
	case VALUE_TEXT:
		return (struct text){ v->data, v->len };
	case VALUE_UTF16:
		add_utf16(scratch, v);
		break;
	case VALUE_INT:
		add_int(scratch, v->number);
		break;
	case VALUE_UINT:
		add_uint(scratch, v->bits, 10);
		break;
	case VALUE_HEX:
		buf_adds(scratch, "0x");
		add_uint(scratch, v->bits, 16);
		break;
	case VALUE_REAL:
		add_real(scratch, v->real);
		break;
	case VALUE_BOOL:
		buf_adds(scratch, v->number != 0 ? "true" : "false");
		break;
	case VALUE_GUID:
		add_guid(scratch, v->data);
		break;
	case VALUE_SID:
		add_sid(scratch, v->data, v->len);
		break;
	case VALUE_TIME:
		add_time(scratch, v->number);
		break;
	case VALUE_BYTES:
		add_bytes(scratch, v->data, v->len);
		break;
	}
	return done(scratch, from);
}
