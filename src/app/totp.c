/* SPDX-License-Identifier: Apache-2.0 */
#include "app/totp.h"

#include <liboath/oath.h>
#include <stdio.h>

#include "base/id.h"

#define SECRET_BYTES 20
#define SECRET_MIN   16 /* RFC 4226 §4 R6 */
#define WINDOW       1  /* steps before and after */

char *
totp_secret_new(char out[static TOTP_SECRET_SIZE])
{
	char raw[SECRET_BYTES], *text = NULL;

	random_bytes(raw, sizeof(raw));
	if (oath_base32_encode(raw, sizeof(raw), &text, NULL) != OATH_OK)
		abort(); /* out of memory is its only failure */
	snprintf(out, TOTP_SECRET_SIZE, "%s", text);
	explicit_bzero(text, strlen(text));
	free(text);
	return out;
}

int
totp_check(const char *secret, const char *code, int64_t wall_ms, int64_t *ret_step,
    struct err *err)
{
	uint64_t step = 0;
	char *raw = NULL;
	size_t len = 0;
	int rc;

	if (oath_base32_decode(secret, strlen(secret), &raw, &len) != OATH_OK || len < SECRET_MIN) {
		free(raw);
		return err_set(err, ERR_INVALID, "err.totp_secret", "secret");
	}
	rc = strlen(code) != 6
		 ? -1
		 : oath_totp_validate3(raw, len, wall_ms / 1000, OATH_TOTP_DEFAULT_TIME_STEP_SIZE,
		       0, WINDOW, NULL, &step, code);
	explicit_bzero(raw, len);
	free(raw);
	if (rc < 0)
		return err_set(err, ERR_INVALID, "err.totp_code", "code");
	*ret_step = (int64_t)step;
	return 0;
}
