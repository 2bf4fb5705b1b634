/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls.h"

#include <stdio.h>
#include <sys/stat.h>

#include "os/file.h"
#include "testing.h"

static char dir[64], cert[96], key[96];

static int
make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/khien-tls-XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(cert, sizeof(cert), "%s/tls.crt", dir);
	snprintf(key, sizeof(key), "%s/tls.key", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	return file_remove_tree(dir, NULL);
}

static void
a_self_signed_pair_is_made_once_and_kept_private(void **state)
{
	struct tls_files first = { 0 }, second = { 0 };
	struct err err = { 0 };
	struct stat st;

	(void)state;
	assert_int_equal(tls_self_signed(dir, "192.168.1.5", &first, &err), 0);
	assert_int_equal(strlen(first.fingerprint), 95);
	assert_int_equal(stat(key, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(tls_self_signed(dir, "192.168.1.5", &second, &err), 0);
	assert_string_equal(first.fingerprint, second.fingerprint);
	assert_string_equal(first.cert, second.cert);
	tls_files_clear(&first);
	tls_files_clear(&second);
}

static void
files_that_are_no_pair_are_named(void **state)
{
	char other[96];
	struct tls_files files = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(tls_self_signed(dir, NULL, &files, &err), 0);
	tls_files_clear(&files);
	snprintf(other, sizeof(other), "%s/other", dir);
	assert_int_equal(file_mkdir(other, 0700, &err), 0);
	assert_int_equal(tls_self_signed(other, NULL, &files, &err), 0);
	tls_files_clear(&files);
	strcat(other, "/tls.key");

	assert_int_equal(tls_load(cert, other, &files, &err), ERR_INVALID);
	assert_string_equal(err.key, "http.tls_pair");
	err_clear(&err);
	assert_int_equal(tls_load(key, other, &files, &err), ERR_INVALID);
	assert_string_equal(err.key, "http.tls_cert");
	err_clear(&err);
	assert_int_equal(tls_load(cert, cert, &files, &err), ERR_INVALID);
	assert_string_equal(err.key, "http.tls_key");
	err_clear(&err);
	assert_int_equal(tls_load("/tmp/khien-no-such-file", key, &files, &err), ERR_NOT_FOUND);
	err_clear(&err);
}

#define T(f) cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

TEST_MAIN(T(a_self_signed_pair_is_made_once_and_kept_private), T(files_that_are_no_pair_are_named))
