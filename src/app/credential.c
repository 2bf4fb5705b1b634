/* SPDX-License-Identifier: Apache-2.0 */
#include "app/credential.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>

#include "app/change.h"
#include "base/id.h"
#include "base/utf8.h"
#include "os/sha256.h"

#define MEMORY_BYTES ((size_t)19 << 20)
#define PASSES       2
#define AT_ONCE      2
#define WAITING_MAX  8

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int working, waiting;

static int
enter(struct err *err)
{
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (working >= AT_ONCE && waiting >= WAITING_MAX) {
		ret = err_set(err, ERR_TOO_MANY, "err.too_many", NULL);
	} else {
		waiting++;
		while (working >= AT_ONCE)
			pthread_cond_wait(&freed, &lock);
		waiting--;
		working++;
	}
	pthread_mutex_unlock(&lock);
	return ret;
}

static void
leave(void)
{
	pthread_mutex_lock(&lock);
	working--;
	pthread_cond_signal(&freed);
	pthread_mutex_unlock(&lock);
}

int
password_check(const char *password, const char *field, struct err *err)
{
	char min[8];

	snprintf(min, sizeof(min), "%d", PASSWORD_MIN);
	if (utf8_count(password) < PASSWORD_MIN)
		return err_fail(err, ERR_INVALID, "err.password_short", field, "min", min, NULL, NULL);
	if (strlen(password) > PASSWORD_MAX)
		return err_set(err, ERR_INVALID, "err.password_long", field);
	return 0;
}

int
password_hash(const char *password, char ret[static PASSWORD_HASH_SIZE], struct err *err)
{
	int rc, failed = enter(err);

	if (failed != 0)
		return failed;
	rc = sodium_init() < 0 ? -1 : crypto_pwhash_str_alg(ret, password, strlen(password), PASSES,
	    MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13);
	leave();
	return rc == 0 ? 0 : err_set(err, ERR_IO, "err.no_memory", NULL);
}

int
password_verify(const char *password, const char *hash, struct err *err)
{
	/* A hash of nothing anybody knows, so that unknown names take the same time. */
	static char nobody[PASSWORD_HASH_SIZE];
	static pthread_mutex_t once = PTHREAD_MUTEX_INITIALIZER;
	char random[33];
	int rc, failed = 0;

	if (str_empty(hash)) {
		pthread_mutex_lock(&once);
		if (*nobody == '\0')
			failed = password_hash(token_new(16, random), nobody, err);
		pthread_mutex_unlock(&once);
		if (failed != 0)
			return failed;
	}
	if ((failed = enter(err)) != 0)
		return failed;
	rc = sodium_init() < 0 ? -1 :
	    crypto_pwhash_str_verify(str_empty(hash) ? nobody : hash, password, strlen(password));
	leave();
	return rc == 0 && !str_empty(hash) ? 0 : err_set(err, ERR_AUTH, "err.sign_in", NULL);
}

char *
password_new(char *out)
{
	return code_new(16, out);
}

int
credential_set(struct call *call, const char *account_id, const char *hash, const char *totp_secret)
{
	struct buf text = BUF_INIT(2000);
	struct jsonw w = JSONW_INIT(&text);
	char digest[65];

	tx_exec(call->tx, "INSERT INTO credential (account_id, password_hash, totp_secret)"
	    " VALUES (?, ?, ?) ON CONFLICT (account_id) DO UPDATE SET"
	    " password_hash = excluded.password_hash, totp_secret = excluded.totp_secret", "ttt",
	    account_id, hash, totp_secret);
	jsonw_object(&w);
	jsonw_kstring(&w, "account_id", account_id);
	if (hash != NULL)
		jsonw_kstring(&w, "password_hash", hash);
	if (totp_secret != NULL)
		jsonw_kstring(&w, "totp_secret", totp_secret);
	jsonw_object_end(&w);
	sha256_hex(buf_str(&text), text.len, digest);
	buf_clear(&text);
	return change_update(call, "account", account_id, -1, COLS(CT("credential_digest", digest),
	    CI("is_totp", totp_secret != NULL)));
}
