/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe.h: is a containment or a recovery still true?  Asked again and again.
 *
 * There are three answers.  "Could not tell" is never folded into one of the
 * others: a server that is itself cut off has proved neither that a port is
 * closed nor that a service is down.
 *
 *	            open port  refused  silent, unreachable  no way out  no name
 *	tcp_open    true       false    false *              cannot tell cannot tell
 *	tcp_closed  false      true     true *               cannot tell cannot tell
 *	http_status, http_text: no connection is false, * as above; with an answer
 *	            it is compared; a certificate that does not verify: cannot tell
 *	http_no_text: only a page that was read to its end, within
 *	            PROBE_BODY_MAX, can prove that a text is not on it
 *	confirm     a person said so, and it has not expired
 * (* cannot tell while no network device of this machine is connected, unless
 * the target is this machine.)
 *
 * Targets are entered by administrators only; the requests come from a
 * confined worker of kind "probe" (watch/prober.h).
 */
#pragma once

#include "base/err.h"

#define PROBE_TIMEOUT_MS 5000
#define PROBE_BATCH_MAX  16                /* asked at the same time */
#define PROBE_BODY_MAX   ((size_t)1 << 20) /* bytes of a page that are looked at */
#define PROBE_TEXT_MAX   200               /* bytes of an expected text */

enum probe_kind {
	PROBE_TCP_OPEN,     /* target host:port */
	PROBE_TCP_CLOSED,   /* target host:port */
	PROBE_HTTP_STATUS,  /* target URL; expect "200" or "4xx"; redirects are an answer */
	PROBE_HTTP_TEXT,    /* target URL; expect: the text is on the page, byte for byte */
	PROBE_HTTP_NO_TEXT, /* target URL; expect: the text is not on the page */
	PROBE_CONFIRM,      /* a person's word; nothing to run */
	PROBE_KINDS
};

/* "tcp_open" …, as table probe keeps it; PROBE_KINDS for another word. */
const char *probe_kind_name(enum probe_kind kind);
enum probe_kind probe_kind_of(const char *name);

/*
 * ERR_INVALID: "err.probe.kind" (field kind), "err.probe.target" (field
 * target), "err.url" (field target), "err.probe.status" or "err.probe.text"
 * (field expect).  ${target} and ${expect} may be NULL where none is needed.
 */
int probe_check(const char *kind, const char *target, const char *expect, struct err *err);

enum probe_answer { PROBE_TRUE, PROBE_FALSE, PROBE_CANNOT_TELL };

struct probe_task {
	enum probe_kind kind; /* not PROBE_CONFIRM */
	const char *target, *expect;
	bool is_unverified; /* https: any certificate will do */
};

struct probe_result {
	enum probe_answer answer;
	char key[48];    /* a catalogue key "probe.…" that says what was seen */
	char value[120]; /* its argument {value}: a status, a reason; "" if none */
	int64_t took_ms;
};

/*
 * Asks all ${count} (at most PROBE_BATCH_MAX) at once, which have passed
 * probe_check().  Takes PROBE_TIMEOUT_MS and a little; called off when
 * ${cancel_fd} (-1: none) becomes readable.  Every result is set: what could
 * not be asked is PROBE_CANNOT_TELL.  Errors when no worker could be had, and ERR_IO
 * "err.worker.cancelled": then nothing was learned and nothing is to be recorded.
 */
int probe_run(const struct probe_task *tasks, size_t count, int cancel_fd,
    struct probe_result *ret_results, struct err *err);

/* A person's confirmation holds until it expires. */
bool probe_confirmed(int64_t expires_at, int64_t now);
