/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/header.h"

#include "ledger/quote.h"

#define SHORT 1024 /* bytes of a header that is put together without the buffer */

/* One member: its text, or when that is NULL its number. */
struct member {
	const char *key; /* with its punctuation */
	size_t key_len;
	const char *text;
	size_t len;
	int64_t number;
};

#define KEY(s) (s), sizeof(s) - 1

static char *
put(char *p, const char *s, size_t len)
{
	memcpy(p, s, len);
	return p + len;
}

static char *
put_int(char *p, int64_t n)
{
	char digit[20];
	size_t at = sizeof(digit);
	uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do {
		digit[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (n < 0)
		digit[--at] = '-';
	return put(p, digit + at, sizeof(digit) - at);
}

/* The usual case, plain short strings, at once; false when it is another. */
static bool
write_short(const struct member *m, size_t n, struct buf *out)
{
	char text[SHORT], *p = text;

	for (size_t i = 0; i < n; i++) {
		if (m[i].key_len + m[i].len + 24 > (size_t)(text + SHORT - p) ||
		    !quote_is_plain(m[i].text, m[i].len))
			return false;
		p = put(p, m[i].key, m[i].key_len);
		if (m[i].text == NULL) {
			p = put_int(p, m[i].number);
			continue;
		}
		*p++ = '"';
		p = put(p, m[i].text, m[i].len);
		*p++ = '"';
	}
	*p++ = '}';
	buf_add(out, text, (size_t)(p - text));
	return true;
}

void
header_json(const struct ledger_header *header, struct buf *out)
{
	struct member m[8] = {
		{ KEY("{\"actor\":"), header->actor, strlen(header->actor), 0 },
		{ KEY(",\"agency\":"), header->agency, strlen(header->agency), 0 },
		{ KEY(",\"at\":"), NULL, 0, header->at_ms },
		{ KEY(",\"boot\":"), header->boot, strlen(header->boot), 0 },
	};
	size_t n = 4;

	if (header->incident != NULL)
		m[n++] = (struct member){ KEY(",\"incident\":"), header->incident,
			strlen(header->incident), 0 };
	m[n++] = (struct member){ KEY(",\"mono\":"), NULL, 0, header->mono_ms };
	m[n++] = (struct member){ KEY(",\"op\":"), header->op, strlen(header->op), 0 };
	m[n++] = (struct member){ KEY(",\"seq\":"), NULL, 0, header->seq };
	if (write_short(m, n, out))
		return;
	for (size_t i = 0; i < n; i++) {
		struct jsonw w = JSONW_INIT(out);

		buf_add(out, m[i].key, m[i].key_len);
		if (m[i].text == NULL)
			jsonw_int(&w, m[i].number);
		else
			jsonw_quote(out, m[i].text, m[i].len);
	}
	buf_addc(out, '}');
}

void
header_payload_hash(const uint8_t salt[static LEDGER_SALT], const char *payload, size_t len,
    uint8_t ret[static TREE_HASH])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, salt, LEDGER_SALT);
	sha256_add(&h, payload, len);
	sha256_end(&h, ret);
}

/* The usual short header is hashed in one piece: each piece more costs as much as a block. */
void
header_leaf(const char *header, size_t len, const uint8_t payload_hash[static TREE_HASH],
    uint8_t ret[static TREE_HASH])
{
	uint8_t text[1 + SHORT + TREE_HASH];
	struct sha256 h;

	if (len <= SHORT) {
		text[0] = 0;
		memcpy(text + 1, header, len);
		memcpy(text + 1 + len, payload_hash, TREE_HASH);
		sha256(text, 1 + len + TREE_HASH, ret);
		return;
	}
	sha256_init(&h);
	sha256_add(&h, "\x00", 1);
	sha256_add(&h, header, len);
	sha256_add(&h, payload_hash, TREE_HASH);
	sha256_end(&h, ret);
}
