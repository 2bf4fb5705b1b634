/* SPDX-License-Identifier: Apache-2.0 */
/* document_mail.h: papers that go out by mail, and how that ended. */
#pragma once

#include "app/app.h"
#include "work/outbox.h"

/* Bytes of a signed file that goes by mail; the usual server takes no more once it is encoded. */
#define DOCUMENT_MAIL_MAX (INT64_C(10) << 20)

/*
 * Carries out a row of kind DOCUMENT_MAIL: the signed file, else the paper and its
 * cover as PDF, are attached; a paper whose variant is a plain mail is the mail's
 * own text.  As outbox_fn; ${cancel_fd} calls it off.
 */
enum outbox_outcome document_mail(struct app *app, const struct outbox_item *item,
    struct outbox_point *point, int cancel_fd, struct err *why);

/* Enters into one dispatch what became of its mail; ${ret_did} says whether there was one. */
int document_settle(struct app *app, bool *ret_did, struct err *err);
