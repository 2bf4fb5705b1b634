/* SPDX-License-Identifier: Apache-2.0 */
/* totp.h: one-time codes by time (RFC 6238: SHA-1, 30 s, 6 digits). */
#pragma once

#include "base/err.h"

#define TOTP_SECRET_SIZE 40 /* 20 bytes in base 32, and NUL */

/* A fresh secret. Returns ${out}. */
char *totp_secret_new(char out[static TOTP_SECRET_SIZE]);

/*
 * Whether ${code} belongs to ${secret} now, or one step before or after;
 * ${ret_step} tells which, so that the caller can refuse it a second time.
 * ERR_INVALID "err.totp_secret" (field secret) or "err.totp_code" (field code).
 */
int totp_check(const char *secret, const char *code, int64_t wall_ms, int64_t *ret_step,
    struct err *err);
