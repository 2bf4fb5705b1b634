/* SPDX-License-Identifier: Apache-2.0 */
/* hmac.h: HMAC-SHA256 (RFC 2104), by which a webhook's receiver knows who sent it. */
#pragma once

#include "os/sha256.h"

/* As lower-case hex. Returns ${ret}. */
char *hmac_sha256_hex(const void *key, size_t key_len, const void *data, size_t len,
    char ret[static SHA256_HEX_SIZE]);
