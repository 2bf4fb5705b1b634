/* SPDX-License-Identifier: Apache-2.0 */
#include "work/outbox.h"

#include <assert.h>
#include <unistd.h>

#include "base/clock.h"
#include "work/lease.h"

int
outbox_put(struct tx *tx, const char *agency_id, const char *incident_id, const char *kind,
    const char *recipient, const char *subject, const char *body, const char *key, int64_t now)
{
	char id[ID_SIZE];

	return tx_exec(tx,
	    "INSERT INTO outbox (id, agency_id, incident_id, kind, recipient, subject, body, key, "
	    "due_at, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?) "
	    "ON CONFLICT (key) DO NOTHING",
	    "ttttttttii", id_new(clock_wall_ms(), id), agency_id, incident_id, kind, recipient,
	    subject, body, key, now, now);
}

int
outbox_resend(struct tx *tx, const char *id, int64_t now)
{
	int ret = tx_exec(tx,
	    "UPDATE outbox SET state = 'waiting', attempts = 0, due_at = ?, lease_owner = NULL, "
	    "lease_until_at = NULL WHERE id = ? AND state IN ('failed', 'unknown')",
	    "it", now, id);

	if (ret != 0 || tx_changes(tx) == 1)
		return ret;
	if (tx_int(tx, "SELECT COUNT(*) FROM outbox WHERE id = ?", "t", id) == 0)
		return err_set(tx_err(tx), ERR_NOT_FOUND, "err.outbox.none", "id");
	return err_set(tx_err(tx), ERR_STATE, "err.outbox.state", "id");
}

struct take {
	struct arena *arena;
	const char *kind;
	int64_t now;
	struct outbox_item *item;
};

static struct outbox_item *
read_item(struct arena *arena, struct query *q)
{
	struct outbox_item *item = arena_alloc(arena, sizeof(*item));

	memcpy(item->id, query_text(q, 0), ID_SIZE);
	item->agency_id = arena_strdup(arena, query_text(q, 1));
	item->incident_id = arena_strdup(arena, query_text(q, 2));
	item->kind = arena_strdup(arena, query_text(q, 3));
	item->recipient = arena_strdup(arena, query_text(q, 4));
	item->subject = arena_strdup(arena, query_text(q, 5));
	item->body = arena_strdup(arena, query_text(q, 6));
	item->key = arena_strdup(arena, query_text(q, 7));
	item->attempts = query_int(q, 8) + 1;
	item->created_at = query_int(q, 9);
	item->due_at = query_int(q, 10);
	return item;
}

static int
find(struct tx *tx, void *arg, struct err *err)
{
	struct take *t = arg;
	int64_t wall_ms = clock_wall_ms();
	struct query q;

	(void)err;
	t->item = NULL;
	query_open(&q, tx,
	    "SELECT id, agency_id, incident_id, kind, recipient, subject, body, key, attempts, "
	    "created_at, due_at FROM outbox WHERE state = 'waiting' AND due_at <= ? AND kind = ? "
	    "AND " LEASE_IS_OVER " ORDER BY due_at, id LIMIT 1",
	    "itii", t->now, t->kind, wall_ms, wall_ms + LEASE_FAR_MS);
	if (query_step(&q))
		t->item = read_item(t->arena, &q);
	return query_close(&q);
}

static int
lease(struct tx *tx, void *arg, struct err *err)
{
	struct take *t = arg;
	char owner[LEASE_OWNER_SIZE];
	/* Looks again: another process may have been quicker. */
	int ret = find(tx, arg, err);

	if (ret != 0 || t->item == NULL)
		return ret;
	return tx_exec(tx,
	    "UPDATE outbox SET lease_owner = ?, lease_until_at = ?, attempts = ? WHERE id = ?",
	    "tiit", lease_owner(owner), clock_wall_ms() + LEASE_MS, t->item->attempts, t->item->id);
}

static int
begin_sending(struct tx *tx, void *arg, struct err *err)
{
	const struct outbox_item *item = arg;
	char owner[LEASE_OWNER_SIZE];
	int ret = tx_exec(tx,
	    "UPDATE outbox SET state = 'sending', lease_until_at = ? "
	    "WHERE id = ? AND state = 'waiting' AND lease_owner = ? AND attempts = ?",
	    "itti", clock_wall_ms() + LEASE_MS, item->id, lease_owner(owner), item->attempts);

	if (ret == 0 && tx_changes(tx) != 1)
		ret = err_set(err, ERR_CONFLICT, "err.outbox.lost", NULL);
	return ret;
}

int
outbox_point(struct outbox_point *point, struct err *err)
{
	int ret;

	assert(!point->passed);
	ret = store_write(point->store, begin_sending,
	    (void *)(uintptr_t)point->item, err);
	point->passed = ret == 0;
	return ret;
}

struct finish {
	const struct outbox_item *item;
	enum outbox_outcome outcome;
	const struct err *why;
	int64_t now;
};

/* Own rows only: once somebody has asked for it anew, the old attempt has no say. */
#define OWN " WHERE id = ? AND lease_owner = ? AND attempts = ? " \
	"AND state IN ('waiting', 'sending', 'unknown')"

static int
finish(struct tx *tx, void *arg, struct err *err)
{
	struct finish *f = arg;
	char owner[LEASE_OWNER_SIZE], reason[REASON_SIZE];
	bool again = f->outcome == OUTBOX_RETRY && f->item->attempts < OUTBOX_ATTEMPTS_MAX;

	(void)err;
	lease_owner(owner);
	if (f->outcome == OUTBOX_SENT)
		return tx_exec(tx,
		    "UPDATE outbox SET state = 'sent', sent_at = ?, error = NULL, body = '', "
		    "lease_owner = NULL, lease_until_at = NULL" OWN,
		    "itti", f->now, f->item->id, owner, f->item->attempts);
	reason_write(f->why, reason);
	if (again)
		return tx_exec(tx,
		    "UPDATE outbox SET state = 'waiting', error = ?, lease_owner = NULL, "
		    "lease_until_at = ?" OWN,
		    "titti", reason, clock_wall_ms() + lease_pause_ms(f->item->attempts),
		    f->item->id, owner, f->item->attempts);
	return tx_exec(tx,
	    "UPDATE outbox SET state = ?, error = ?, lease_owner = NULL, lease_until_at = NULL" OWN,
	    "tttti", f->outcome == OUTBOX_UNKNOWN ? "unknown" : "failed", reason, f->item->id, owner,
	    f->item->attempts);
}

int
outbox_send_one(struct store *store, const char *kind, int64_t now, outbox_fn send, void *arg,
    struct outbox_result *ret_result, struct err *err)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	struct take t = { &arena, kind, now, NULL };
	int ret = store_read(store, find, &t, err);

	*ret_result = (struct outbox_result){ 0 };
	if (ret == 0 && t.item != NULL)
		ret = store_write(store, lease, &t, err);
	if (ret != 0 || t.item == NULL)
		return ret;

	struct outbox_point point = { store, t.item, false };
	struct finish f = { t.item, OUTBOX_UNKNOWN, &ret_result->why, now };

	f.outcome = send(arg, t.item, &point, &ret_result->why);
	assert(point.passed || f.outcome == OUTBOX_RETRY || f.outcome == OUTBOX_REFUSED);
	ret_result->did = true;
	ret_result->outcome = f.outcome;
	return store_write(store, finish, &f, err);
}

/* The owners that are gone, at most so many at a time. */
#define GONE_MAX 16

struct recover {
	char owner[GONE_MAX][LEASE_OWNER_SIZE];
	size_t count;
	bool late; /* a row is sending beyond its lease */
};

static int
find_gone(struct tx *tx, void *arg, struct err *err)
{
	struct recover *r = arg;
	int64_t wall_ms = clock_wall_ms();
	struct query q;

	(void)err;
	r->count = 0;
	query_open(&q, tx,
	    "SELECT DISTINCT lease_owner FROM outbox "
	    "WHERE state IN ('waiting', 'sending') AND lease_owner IS NOT NULL", "");
	while (query_step(&q) && r->count < GONE_MAX)
		if (lease_is_gone(query_text(&q, 0)) && query_size(&q, 0) < LEASE_OWNER_SIZE)
			strcpy(r->owner[r->count++], query_text(&q, 0));
	if (query_close(&q) != 0)
		return tx_err(tx)->kind;
	r->late = tx_int(tx,
		      "SELECT COUNT(*) FROM outbox WHERE state = 'sending' AND " LEASE_IS_OVER, "ii",
		      wall_ms, wall_ms + LEASE_FAR_MS) > 0;
	return 0;
}

/* The owner stays on a late row: should he be alive after all, he may still say how it ended. */
static int
free_gone(struct tx *tx, void *arg, struct err *err)
{
	struct recover *r = arg;
	int64_t wall_ms = clock_wall_ms();
	int ret = 0;

	(void)err;
	for (size_t i = 0; ret == 0 && i < r->count; i++) {
		ret = tx_exec(tx,
		    "UPDATE outbox SET state = 'unknown', error = 'outbox.interrupted' "
		    "WHERE state = 'sending' AND lease_owner = ?",
		    "t", r->owner[i]);
		if (ret == 0)
			ret = tx_exec(tx,
			    "UPDATE outbox SET lease_owner = NULL, lease_until_at = NULL "
			    "WHERE state = 'waiting' AND lease_owner = ?",
			    "t", r->owner[i]);
	}
	if (ret == 0 && r->late)
		ret = tx_exec(tx,
		    "UPDATE outbox SET state = 'unknown', error = 'outbox.interrupted' "
		    "WHERE state = 'sending' AND " LEASE_IS_OVER,
		    "ii", wall_ms, wall_ms + LEASE_FAR_MS);
	return ret;
}

int
outbox_recover(struct store *store, struct err *err)
{
	struct recover r;
	int ret = store_read(store, find_gone, &r, err);

	if (ret == 0 && (r.count > 0 || r.late))
		ret = store_write(store, free_gone, &r, err);
	return ret;
}

int
outbox_forget(struct tx *tx, int64_t before_at)
{
	return tx_exec(tx, "DELETE FROM outbox WHERE state = 'sent' AND sent_at < ?", "i", before_at);
}
