/* SPDX-License-Identifier: Apache-2.0 */
/* syslog.h: what syslog.c, journal.c, json.c and auditd.c share.  Of src/ingest only. */
#pragma once

#include "ingest/parse.h"

/* Places in syslog_names and thread->syslog. */
enum {
	SYSLOG_FACILITY, SYSLOG_SEVERITY, SYSLOG_HOST, SYSLOG_PROGRAM, SYSLOG_PID, SYSLOG_MESSAGE,
	SYSLOG_MSGID, SYSLOG_TIME
};

/* By number, as a word; unknown numbers give nothing. */
void syslog_put_facility(struct ingest_thread *t, unsigned facility);
void syslog_put_severity(struct ingest_thread *t, unsigned severity);

/* The time that was read, where a rule asks for "timestamp". */
void syslog_put_time(struct ingest_thread *t);

/* The message, and the fields of what it is a list of, if it is one. */
void syslog_put_message(struct ingest_thread *t, struct text program, const char *s, size_t len);

/* The same for an entry of the journal, when all of its fields are there; and its time. */
void syslog_read_journal(struct ingest_thread *t);

/* The fields of a line of auditd; false when it is none. */
bool auditd_fields(struct ingest_thread *t, const char *s, size_t len);

/* key=value key="value" …; ${is_execve}: a0, a1 … are texts, not numbers. */
void auditd_pairs(struct ingest_thread *t, const char *s, size_t len, bool is_execve);

/* Whether two lines belong to one message. */
bool auditd_same_message(const char *a, size_t a_len, const char *b, size_t b_len);

/* The length of the whole journal entry at the beginning of ${data}; 0: it is not all there. */
size_t journal_entry(const char *data, size_t len);
