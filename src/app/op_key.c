/* SPDX-License-Identifier: Apache-2.0 */
/* op_key.c: keys of programs: made, listed, revoked. */
#include <stdio.h>

#include "app/change.h"
#include "app/key.h"
#include "app/ops.h"
#include "app/out.h"
#include "base/id.h"
#include "os/sha256.h"

#define DAYS_MAX 1095
#define DAY_MS   INT64_C(86400000)

#define KEY_COLUMNS \
	"k.id, k.version, k.name, k.prefix, k.rights AS rights_list, k.made_at, a.name AS made_by," \
	" k.expires_at, k.revoked_at, k.revoke_reason, u.used_at, u.address, CASE WHEN k.revoked_at IS NOT" \
	" NULL THEN 'revoked' WHEN k.expires_at <= ? THEN 'expired' ELSE 'valid' END AS key_state"
#define KEY_FROM \
	" FROM api_key k LEFT JOIN account a ON a.id = k.made_by_id LEFT JOIN api_key_use u ON u.key_id = k.id"

static const struct param add_params[] = {
	{ "name", P_LINE, PF_REQUIRED, 0, 80, NULL },
	{ "days", P_INT, 0, 1, DAYS_MAX, NULL },
	{ 0 },
};

/* The one time it is shown. */
static int
key_add(struct call *c)
{
	char token[KEY_TOKEN_CHARS + 1] = KEY_MARK, hash[SHA256_HEX_SIZE], prefix[KEY_PREFIX_SIZE];
	int64_t days = arg_int(c, "days", 0), now = clock_wall_ms();
	const char *id;

	if (tx_int(c->tx, "SELECT COUNT(*) FROM api_key WHERE agency_id = ? AND name = ? AND revoked_at IS"
	    " NULL", "tt", c->agency_id, arg_text(c, "name")) > 0)
		return call_fail(c, ERR_CONFLICT, "err.key.name", "name");
	token_new(32, token + strlen(KEY_MARK));
	snprintf(prefix, sizeof(prefix), "%s", token);
	id = change_insert(c, "api_key", NULL, COLS(CT("name", arg_text(c, "name")), CT("prefix", prefix),
	    CT("token_hash", sha256_hex(token, strlen(token), hash)), CT("rights", "alert_intake"),
	    CI("made_at", now), CT("made_by_id", c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL),
	    CI("expires_at", days > 0 ? now + days * DAY_MS : SQL_NULL)));
	jsonw_kstring(c->out, "id", id);
	jsonw_kstring(c->out, "name", arg_text(c, "name"));
	jsonw_kstring(c->out, "prefix", prefix);
	jsonw_kstring(c->out, "key", token);
	explicit_bzero(token, sizeof(token));
	return c->err->kind;
}

static int
key_list(struct call *c)
{
	out_rows(c, "items", "SELECT " KEY_COLUMNS KEY_FROM " WHERE k.agency_id = ? ORDER BY k.revoked_at IS"
	    " NOT NULL, k.made_at DESC, k.id", "it", clock_wall_ms(), c->agency_id);
	jsonw_kbool(c->out, "more", false);
	return c->err->kind;
}

static const struct param revoke_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "reason", P_LINE, 0, 0, 500, NULL },
	{ 0 },
};

static int
key_revoke(struct call *c)
{
	const char *id = tx_text(c->tx, c->arena, "SELECT id FROM api_key WHERE agency_id = ?1 AND (id = ?2"
	    " OR prefix = ?2 OR name = ?2) AND revoked_at IS NULL ORDER BY id = ?2 DESC, made_at DESC", "tt",
	    c->agency_id, arg_text(c, "id"));

	if (id == NULL)
		return call_fail(c, ERR_NOT_FOUND, "err.key.not_found", "id");
	change_update(c, "api_key", id, -1, COLS(CI("revoked_at", clock_wall_ms()),
	    CT("revoked_by_id", c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL),
	    CT("revoke_reason", arg_text(c, "reason"))));
	out_row(c, "id", "SELECT " KEY_COLUMNS KEY_FROM " WHERE k.id = ?", "it", clock_wall_ms(), id);
	return c->err->kind;
}

static const char *const columns[] = { "name", "prefix", "key_state", "made_by", "made_at", "used_at",
	"expires_at", NULL };

const struct op ops_key[] = {
	{ "key add", "POST", "/keys", RIGHT_ADMIN, OP_WRITE | OP_CREATED, add_params, key_add, NULL,
	    "khien key add --name wazuh --days 365" },
	{ "key list", "GET", "/keys", RIGHT_ADMIN, 0, NULL, key_list, columns, "khien key list" },
	{ "key revoke", "POST", "/keys/{id}/revoke", RIGHT_ADMIN, OP_WRITE, revoke_params, key_revoke, NULL,
	    "khien key revoke wazuh --reason \"Thay máy chủ Wazuh\"" },
	{ 0 },
};
