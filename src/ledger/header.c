/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/header.h"

#include "text/jsonw.h"

#define SHORT 1024 /* bytes of a header that is hashed in one piece */
#define KEY(s) (s), sizeof(s) - 1 /* with its punctuation */

static inline void
add_text(struct buf *out, const char *key, size_t len, const char *text)
{
	buf_add(out, key, len);
	jsonw_quote(out, text, strlen(text));
}

static inline void
add_number(struct buf *out, const char *key, size_t len, int64_t number)
{
	struct jsonw w = JSONW_INIT(out);

	buf_add(out, key, len);
	jsonw_int(&w, number);
}

void
header_json(const struct ledger_header *header, struct buf *out)
{
	add_text(out, KEY("{\"actor\":"), header->actor);
	add_text(out, KEY(",\"agency\":"), header->agency);
	add_number(out, KEY(",\"at\":"), header->at_ms);
	add_text(out, KEY(",\"boot\":"), header->boot);
	if (header->incident != NULL)
		add_text(out, KEY(",\"incident\":"), header->incident);
	add_number(out, KEY(",\"mono\":"), header->mono_ms);
	add_text(out, KEY(",\"op\":"), header->op);
	add_number(out, KEY(",\"seq\":"), header->seq);
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
