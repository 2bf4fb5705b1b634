/* SPDX-License-Identifier: Apache-2.0 */
/* evtx_value.c: the values of a record ([MS-EVEN6] 2.2.12) as values of an event. */
#include <time.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "ingest/evtx_part.h"

#define UNIX_EPOCH INT64_C(116444736000000000) /* in FILETIME */

/* As of VALUE_TIME. */
int64_t
evtx_filetime(uint64_t t)
{
	return (t > INT64_MAX ? INT64_MAX : (int64_t)t) - UNIX_EPOCH;
}

/*
 * SYSTEMTIME ends with the year 30827 (MSDN); later ones would not fit, and mean nothing, as one of zeros does:
 * INT64_MIN.  Kept apart, as its room
 * on the stack would cost every value.
 */
static __attribute__((noinline)) int64_t
systemtime_ticks(const uint8_t *p)
{
	struct tm tm = { .tm_year = evtx_u16(p) - 1900, .tm_mon = evtx_u16(p + 2) - 1,
		.tm_mday = evtx_u16(p + 6), .tm_hour = evtx_u16(p + 8), .tm_min = evtx_u16(p + 10),
		.tm_sec = evtx_u16(p + 12) };

	if (tm.tm_year > 30827 - 1900 || (unsigned)tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
	    tm.tm_min > 59 || tm.tm_sec > 59)
		return INT64_MIN;
	return (int64_t)timegm(&tm) * 10000000 + (int64_t)evtx_u16(p + 14) * 10000;
}

/* As of event.time_ns, which reaches from 1678 to 2262. */
int64_t
evtx_ns(int64_t ticks)
{
	return ticks > INT64_MAX / 100 || ticks < -(INT64_MAX / 100) ? INT64_MIN : ticks * 100;
}

static uint32_t
trim_units(const uint8_t *p, uint32_t len)
{
	len &= ~1u;
	while (len >= 2 && p[len - 2] == 0 && p[len - 1] == 0)
		len -= 2;
	return len;
}

static int64_t
signed_of(const uint8_t *p, uint32_t size)
{
	return size == 1 ? (int8_t)p[0] : size == 2 ? (int16_t)evtx_u16(p) :
	    size == 4 ? (int32_t)evtx_u32(p) : (int64_t)evtx_u64(p);
}

static uint64_t
unsigned_of(const uint8_t *p, uint32_t size)
{
	return size == 1 ? p[0] : size == 2 ? evtx_u16(p) : size == 4 ? evtx_u32(p) : evtx_u64(p);
}

#define SID_HEAD 8 /* revision, number of sub-authorities, authority */

static uint32_t
sid_size(const uint8_t *p)
{
	return SID_HEAD + p[1] * 4u;
}

/* The least bytes each type has; 0: any number. */
static const uint8_t type_size[0x16] = { [0x03] = 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 4, 0, 16, 4, 8, 16, 0, 4, 8 };

/* [MS-EVEN6] 2.2.12, value types without the array bit. */
void
evtx_set_value(struct event_value *v, uint8_t type, const uint8_t *p, uint32_t len)
{
	int64_t ticks;
	float real;

	v->data = p;
	v->len = len;
	if (type >= ARRAY_LEN(type_size) || len < type_size[type]) {
		v->type = VALUE_BYTES;
		return;
	}
	switch (type) {
	case 0x00:
		v->type = VALUE_NULL;
		break;
	case 0x01:
		v->type = VALUE_UTF16;
		v->len = trim_units(p, len);
		break;
	case 0x02:
		v->type = VALUE_TEXT;
		while (v->len > 0 && p[v->len - 1] == 0)
			v->len--;
		break;
	case 0x03: case 0x05: case 0x07: case 0x09:
		v->type = VALUE_INT;
		v->number = signed_of(p, type_size[type]);
		break;
	case 0x04: case 0x06: case 0x08: case 0x0a:
		v->type = VALUE_UINT;
		v->bits = unsigned_of(p, type_size[type]);
		break;
	case 0x0b:
		v->type = VALUE_REAL;
		memcpy(&real, p, sizeof(real));
		v->real = (double)real;
		break;
	case 0x0c:
		v->type = VALUE_REAL;
		memcpy(&v->real, p, sizeof(v->real));
		break;
	case 0x0d:
		v->type = VALUE_BOOL;
		v->number = evtx_u32(p) != 0;
		break;
	case 0x0f:
		v->type = VALUE_GUID;
		break;
	case 0x10: case 0x14: case 0x15:
		v->type = VALUE_HEX;
		v->bits = len >= 8 ? evtx_u64(p) : evtx_u32(p);
		break;
	case 0x11:
		v->type = VALUE_TIME;
		v->number = evtx_filetime(evtx_u64(p));
		break;
	case 0x12:
		ticks = systemtime_ticks(p);
		v->type = ticks == INT64_MIN ? VALUE_BYTES : VALUE_TIME;
		if (ticks != INT64_MIN)
			v->number = ticks;
		break;
	case 0x13:
		v->type = len < SID_HEAD || len < sid_size(p) ? VALUE_BYTES : VALUE_SID;
		break;
	default:
		v->type = VALUE_BYTES;
		break;
	}
}

/* How many bytes of ${len}, an even number, stand before the first unit that is NUL. */
static uint32_t
until_nul(const uint8_t *p, uint32_t len)
{
	uint32_t at = 0;

#ifdef __SSE2__
	for (; at + 16 <= len; at += 16) {
		int nul = _mm_movemask_epi8(_mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)(const void *)(p + at)),
		    _mm_setzero_si128()));

		if (nul != 0)
			return at + (uint32_t)__builtin_ctz((unsigned)nul);
	}
#endif
	while (at < len && evtx_u16(p + at) != 0)
		at += 2;
	return at;
}

uint32_t
evtx_item(uint8_t type, const uint8_t *p, uint32_t len)
{
	uint32_t n = type < ARRAY_LEN(type_size) && type_size[type] > 0 ? type_size[type] : len;

	if (type == 0x01)
		n = until_nul(p, len & ~1u) + 3; /* the NUL; and a byte behind the last one is no unit */
	else if (type == 0x02)
		n = (uint32_t)strnlen((const char *)p, len) + 1;
	else if (type == 0x13 && len >= SID_HEAD)
		n = sid_size(p);
	return n >= len ? len : type == 0x01 ? n - 1 : n;
}

void
evtx_add_array(struct evtx_reader *r, const struct event_value *name, uint8_t type, const uint8_t *p,
    uint32_t len)
{
	struct event_value *v;

	for (uint32_t n; len > 0; p += n, len -= n) {
		n = evtx_item(type, p, len);
		if ((v = evtx_new_value(r, name)) != NULL)
			evtx_set_value(v, type, p, n);
	}
}
