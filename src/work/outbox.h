/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox.h: what must leave the machine, written with its cause and sent once.
 *
 * A mail server or webhook cannot take part in our transaction, so between
 * "the last byte went out" and "we wrote down that it did" a power failure
 * leaves a question nobody here can answer.  The machine makes that moment as
 * short as it can be, writes down that it begins, and never guesses:
 *
 *	waiting --take--> waiting, leased: connecting, greeting, all that can be
 *	   ^  ^                |           done again without harm
 *	   |  |                |--refused for good--> failed
 *	   |  |--could not-----|
 *	   |                   | outbox_point(): committed before the last byte
 *	   |                   v
 *	   |               sending --answered yes----------------> sent
 *	   |                   |-----answered no, for good-------> failed
 *	   |--answered no, later--|
 *	   |                   |-----no answer, or the process died--> unknown
 *	   |
 *	   |--outbox_resend() by a person-- failed, unknown
 *
 * A process that dies (kill -9, power) while waiting leaves nothing behind but
 * a lease: the message is sent by the next one.  One that dies while sending
 * leaves "unknown": it is shown to the administrator, and only a person sends
 * it again.  A mail carries the same Message-ID then, a webhook the same
 * Idempotency-Key, so that a receiver who looks can still drop the second.
 * What was sent keeps no body: a link in it may still open a door.
 * The truth wins when it comes late: a sender that was only slow, and whose
 * row was called unknown meanwhile, still records sent.
 */
#pragma once

#include "base/arena.h"
#include "base/id.h"
#include "store/store.h"

#define OUTBOX_ATTEMPTS_MAX 200 /* four days at the longest pause: longer than a holiday weekend */

struct outbox_item {
	char id[ID_SIZE]; /* stable: Message-ID and Idempotency-Key come from it */
	const char *agency_id, *incident_id, *kind, *recipient, *subject, *body, *key;
	int64_t created_at, due_at;
	int64_t attempts; /* this one included */
};

/*
 * Asks for a message, in the transaction of its cause; ${now} is product time.
 * ${key} says what it is about ("report:<id>:told:<account>"): a second one of
 * the same key is not made.  ${incident_id} and ${subject} may be NULL.
 */
int outbox_put(struct tx *tx, const char *agency_id, const char *incident_id, const char *kind,
    const char *recipient, const char *subject, const char *body, const char *key, int64_t now);

/* A person wants it sent again: failed or unknown. ERR_NOT_FOUND; ERR_STATE "err.outbox.state". */
int outbox_resend(struct tx *tx, const char *id, int64_t now);

enum outbox_outcome {
	OUTBOX_SENT,    /* the receiver said it has it */
	OUTBOX_RETRY,   /* surely not delivered; may work later */
	OUTBOX_REFUSED, /* surely not delivered, and will not be */
	OUTBOX_UNKNOWN, /* the last byte may have left and no answer came */
};

/* One delivery under way. */
struct outbox_point {
	struct store *store;
	const struct outbox_item *item;
	bool passed;
};

/*
 * Called by a sender when everything but the last byte is done; makes the
 * state "sending" durable.  Anything but 0: the row is no longer ours, or
 * cannot be written; the sender breaks off and returns OUTBOX_RETRY.
 */
int outbox_point(struct outbox_point *point, struct err *err);

/*
 * Carries one message out.  Says SENT or UNKNOWN only after outbox_point()
 * returned 0.  ${why} is filled unless SENT; its key is a catalogue key.
 */
typedef enum outbox_outcome (*outbox_fn)(void *arg, const struct outbox_item *item,
    struct outbox_point *point, struct err *why);

/* How one message fared; err_clear(&ret.why) when done. */
struct outbox_result {
	bool did; /* there was one */
	enum outbox_outcome outcome;
	struct err why;
};

/*
 * Takes the message of  that has been due longest and carries it out.
 * ERR_* only when the store fails.
 */
int outbox_send_one(struct store *store, const char *kind, int64_t now, outbox_fn send, void *arg,
    struct outbox_result *ret_result, struct err *err);

/* Messages that processes now gone had begun become unknown; the others are free again. */
int outbox_recover(struct store *store, struct err *err);

/* Removes messages sent before ${before_at} (product time). */
int outbox_forget(struct tx *tx, int64_t before_at);
