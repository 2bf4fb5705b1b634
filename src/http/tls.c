/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/id.h"
#include "os/file.h"

#define PEM_MAX ((size_t)1 << 20)
#define VALID_S (INT64_C(5) * 365 * 86400)

void
tls_files_clear(struct tls_files *files)
{
	free(files->cert);
	if (files->key != NULL)
		explicit_bzero(files->key, strlen(files->key));
	free(files->key);
	*files = (struct tls_files){ 0 };
}

static int
tls_fail(struct err *err, const char *key, const char *file, int code)
{
	return err_fail(err, ERR_INVALID, key, NULL, "file", file, "reason", gnutls_strerror(code));
}

/* "AB:CD:…" of the first certificate in ${pem}; 0 or a GnuTLS error. */
static int
fingerprint(const char *pem, char out[static TLS_FINGERPRINT_SIZE])
{
	gnutls_datum_t data = { (unsigned char *)(uintptr_t)pem, (unsigned)strlen(pem) };
	gnutls_x509_crt_t crt;
	unsigned char hash[32];
	size_t size = sizeof(hash);
	int code;

	gnutls_x509_crt_init(&crt);
	code = gnutls_x509_crt_import(crt, &data, GNUTLS_X509_FMT_PEM);
	if (code == 0)
		code = gnutls_x509_crt_get_fingerprint(crt, GNUTLS_DIG_SHA256, hash, &size);
	gnutls_x509_crt_deinit(crt);
	for (size_t i = 0; code == 0 && i < sizeof(hash); i++)
		snprintf(out + 3 * i, 4, i + 1 < sizeof(hash) ? "%02X:" : "%02X", hash[i]);
	return code;
}

/* Key and certificate as the server will use them: whether they are a pair. */
static int
check_pair(const struct tls_files *files)
{
	gnutls_datum_t cert = { (unsigned char *)files->cert, (unsigned)strlen(files->cert) };
	gnutls_datum_t key = { (unsigned char *)files->key, (unsigned)strlen(files->key) };
	gnutls_certificate_credentials_t cred;
	int code;

	gnutls_certificate_allocate_credentials(&cred);
	code = gnutls_certificate_set_x509_key_mem(cred, &cert, &key, GNUTLS_X509_FMT_PEM);
	gnutls_certificate_free_credentials(cred);
	return code < 0 ? code : 0;
}

static int
check_key(const char *pem)
{
	gnutls_datum_t data = { (unsigned char *)(uintptr_t)pem, (unsigned)strlen(pem) };
	gnutls_x509_privkey_t key;
	int code;

	gnutls_x509_privkey_init(&key);
	code = gnutls_x509_privkey_import2(key, &data, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_x509_privkey_deinit(key);
	return code;
}

int
tls_load(const char *cert_path, const char *key_path, struct tls_files *ret, struct err *err)
{
	struct tls_files files = { 0 };
	size_t size;
	int code, kind;

	kind = file_read(cert_path, PEM_MAX, &files.cert, &size, err);
	if (kind == 0)
		kind = file_read(key_path, PEM_MAX, &files.key, &size, err);
	if (kind == 0 && (code = fingerprint(files.cert, files.fingerprint)) != 0)
		kind = tls_fail(err, "http.tls_cert", cert_path, code);
	if (kind == 0 && (code = check_key(files.key)) != 0)
		kind = tls_fail(err, "http.tls_key", key_path, code);
	if (kind == 0 && (code = check_pair(&files)) != 0)
		kind = tls_fail(err, "http.tls_pair", cert_path, code);
	if (kind != 0) {
		tls_files_clear(&files);
		return kind;
	}
	*ret = files;
	return 0;
}

static void
add_names(gnutls_x509_crt_t crt, const char *host)
{
	char name[256] = "localhost";
	unsigned char ip[16];
	static const unsigned char local4[4] = { 127, 0, 0, 1 }, local6[16] = { [15] = 1 };

	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, "localhost", 9, 0);
	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, local4, 4,
	    GNUTLS_FSAN_APPEND);
	gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, local6, 16,
	    GNUTLS_FSAN_APPEND);
	if (gethostname(name, sizeof(name) - 1) == 0 && strcmp(name, "localhost") != 0)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, name,
		    (unsigned)strlen(name), GNUTLS_FSAN_APPEND);
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name,
	    (unsigned)strlen(name));
	if (host != NULL && inet_pton(AF_INET, host, ip) == 1)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, ip, 4,
		    GNUTLS_FSAN_APPEND);
	else if (host != NULL && inet_pton(AF_INET6, host, ip) == 1)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, ip, 16,
		    GNUTLS_FSAN_APPEND);
}

/* Makes key and certificate as PEM, which the caller frees with gnutls_free. */
static int
make_pair(const char *host, gnutls_datum_t *ret_cert, gnutls_datum_t *ret_key)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	unsigned char serial[16];
	int code;

	gnutls_x509_privkey_init(&key);
	gnutls_x509_crt_init(&crt);
	random_bytes(serial, sizeof(serial));
	serial[0] &= 0x7f; /* positive */
	code = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (code == 0) {
		gnutls_x509_crt_set_version(crt, 3);
		gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
		/* An hour back: clients whose clock is a little behind. */
		gnutls_x509_crt_set_activation_time(crt, time(NULL) - 3600);
		gnutls_x509_crt_set_expiration_time(crt, time(NULL) + VALID_S);
		add_names(crt, host);
		gnutls_x509_crt_set_basic_constraints(crt, 0, -1);
		gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
		gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
		gnutls_x509_crt_set_key(crt, key);
		code = gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
	}
	if (code == 0)
		code = gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, ret_cert);
	if (code == 0)
		code = gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, ret_key);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	return code;
}

static int
make_files(const char *cert_path, const char *key_path, const char *host, struct err *err)
{
	gnutls_datum_t cert = { NULL, 0 }, key = { NULL, 0 };
	int code = make_pair(host, &cert, &key);
	int kind;

	if (code != 0) {
		kind = tls_fail(err, "http.tls_cert", cert_path, code);
	} else {
		kind = file_replace(key_path, key.data, key.size, 0600, err);
		if (kind == 0)
			kind = file_replace(cert_path, cert.data, cert.size, 0644, err);
	}
	if (key.data != NULL)
		explicit_bzero(key.data, key.size);
	gnutls_free(key.data);
	gnutls_free(cert.data);
	return kind;
}

int
tls_self_signed(const char *dir, const char *host, struct tls_files *ret, struct err *err)
{
	struct arena arena = ARENA_INIT;
	const char *cert_path = arena_printf(&arena, "%s/tls.crt", dir);
	const char *key_path = arena_printf(&arena, "%s/tls.key", dir);
	int kind = 0;

	/* The certificate is written last: there without it, nothing was finished. */
	if (!file_exists(cert_path))
		kind = make_files(cert_path, key_path, host, err);
	if (kind == 0)
		kind = tls_load(cert_path, key_path, ret, err);
	arena_clear(&arena);
	return kind;
}
