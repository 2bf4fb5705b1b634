/* SPDX-License-Identifier: Apache-2.0 */
#include "app/key.h"

#include <stdio.h>

#include "app/app.h"
#include "os/sha256.h"

struct lookup {
	char hash[SHA256_HEX_SIZE];
	const char *agency_id;
	int64_t now;
	struct actor actor;
};

static int
read_key(struct tx *tx, void *arg, struct err *err)
{
	struct lookup *l = arg;
	struct query q;

	query_open(&q, tx, "SELECT id, name FROM api_key WHERE token_hash = ? AND agency_id = ? AND"
	    " revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)", "tti", l->hash, l->agency_id,
	    l->now);
	if (query_step(&q)) {
		l->actor.kind = ACTOR_KEY;
		snprintf(l->actor.id, sizeof(l->actor.id), "%s", query_text(&q, 0));
		snprintf(l->actor.name, sizeof(l->actor.name), "%s", query_text(&q, 1));
		l->actor.rights = RIGHT_INTAKE;
		l->actor.sees = SEES_NOTHING;
	}
	if (query_close(&q) == 0 && l->actor.kind == ACTOR_NOBODY)
		return err_set(err, ERR_AUTH, "err.key", NULL);
	return err->kind;
}

int
key_find(struct app *app, const char *token, struct actor *ret, struct err *err)
{
	struct lookup l = { .agency_id = app->agency_id, .now = clock_wall_ms() };
	int kind;

	if (strlen(token) != KEY_TOKEN_CHARS || !str_starts(token, KEY_MARK))
		return err_set(err, ERR_AUTH, "err.key", NULL);
	sha256_hex(token, strlen(token), l.hash);
	kind = store_read(app->store, read_key, &l, err);
	if (kind == 0)
		*ret = l.actor;
	return kind;
}

static int
touch(struct tx *tx, void *arg, struct err *err)
{
	const struct actor *a = arg;

	(void)err;
	return tx_exec(tx, "INSERT INTO api_key_use (key_id, used_at, address) VALUES (?, ?, ?) ON CONFLICT"
	    " (key_id) DO UPDATE SET used_at = excluded.used_at, address = excluded.address", "tit", a->id,
	    clock_wall_ms(), a->address);
}

int
key_touch(struct app *app, const struct actor *actor, struct err *err)
{
	struct actor copied = *actor;

	return store_write(app->store, touch, &copied, err);
}
