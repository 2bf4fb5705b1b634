/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/header.h"

#include "ledger/quote.h"

#define LITERAL(out, s) buf_add((out), (s), sizeof(s) - 1)

static void
add_int(struct buf *out, int64_t n)
{
	struct jsonw w = JSONW_INIT(out);

	jsonw_int(&w, n);
}

/* Written by hand: it runs for every entry when a ledger is verified. */
void
header_json(const struct ledger_header *header, struct buf *out)
{
	LITERAL(out, "{\"actor\":");
	quote(out, header->actor, strlen(header->actor));
	LITERAL(out, ",\"agency\":");
	quote(out, header->agency, strlen(header->agency));
	LITERAL(out, ",\"at\":");
	add_int(out, header->at_ms);
	LITERAL(out, ",\"boot\":");
	quote(out, header->boot, strlen(header->boot));
	if (header->incident != NULL) {
		LITERAL(out, ",\"incident\":");
		quote(out, header->incident, strlen(header->incident));
	}
	LITERAL(out, ",\"mono\":");
	add_int(out, header->mono_ms);
	LITERAL(out, ",\"op\":");
	quote(out, header->op, strlen(header->op));
	LITERAL(out, ",\"seq\":");
	add_int(out, header->seq);
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

void
header_leaf(const char *header, size_t len, const uint8_t payload_hash[static TREE_HASH],
    uint8_t ret[static TREE_HASH])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_add(&h, "\x00", 1);
	sha256_add(&h, header, len);
	sha256_add(&h, payload_hash, TREE_HASH);
	sha256_end(&h, ret);
}
