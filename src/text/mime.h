/* SPDX-License-Identifier: Apache-2.0 */
/* mime.h: builds the mail that goes out (RFC 5322, 2045, 2047). */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#define MIME_TO_MAX      50
#define MIME_SUBJECT_MAX 400 /* bytes */

struct mime_file {
	const char *name; /* shown to the receiver */
	const char *type; /* "application/pdf"; NULL: application/octet-stream */
	const void *data;
	size_t len;
};

struct mime_message {
	const char *message_id;  /* without <>: "0190….khien@agency.gov.vn"; unique, the caller's */
	int64_t date_ms;
	const char *from_name;   /* may be NULL */
	const char *from;        /* address */
	const char *const *to;   /* addresses */
	size_t to_count;
	const char *subject;
	const char *in_reply_to; /* a message id without <>, or NULL */
	const char *text;        /* plain text, UTF-8, lines ended by \n */
	const struct mime_file *files;
	size_t files_count;
};

/*
 * Whether ${address} can stand in a header and an SMTP command as it is: ASCII
 * dot-atom of at most 64 characters, '@', DNS name with a dot, together at most 254.
 */
bool mime_address_valid(const char *address);

/*
 * Adds the whole message to ${out}, lines ended by CR LF, marked as sent by a
 * program (Auto-Submitted, RFC 3834).  ERR_INVALID: "err.email" for an address
 * (field from or to), "err.text" for a line break or control character in what
 * becomes a header (field from_name, subject, message_id, in_reply_to, file),
 * "err.utf8" for malformed text, "err.required" without receivers (to) or
 * subject, "err.too_long" for a subject, "err.too_many_items" for to;
 * ERR_TOO_LARGE "err.too_large" when ${out} is full.
 */
int mime_build(const struct mime_message *message, struct buf *out, struct err *err);

/*
 * Adds the bytes that base64 of either alphabet stands for; white space and missing padding are
 * no fault.  False when it is not that, or ${out} is full.
 */
bool mime_unbase64(const char *text, struct buf *out);

/* Adds standard base64 in lines of 76 characters ended by CR LF; ${line} 0: in one line. */
void mime_base64(struct buf *out, const void *data, size_t len, size_t line);
