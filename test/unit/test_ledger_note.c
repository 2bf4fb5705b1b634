/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/checkpoint.h"

#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"

/* The example of C2SP signed-note / Go's sumdb/note package. */
#define GO_KEY  "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO_NOTE                                                                        \
	"If you think cryptography is the answer to your problem,\n"                   \
	"then you don't know what your problem is.\n"                                  \
	"\n"                                                                           \
	"\xe2\x80\x94 PeterNeumann "                                                   \
	"x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

static struct note_key key;
static char path[64];

static int
setup(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/test_note.%d", (int)getpid());
	unlink(path);
	return note_key_create(path, "khien/a", NULL) == 0 && note_key_load(path, &key, NULL) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

static void
a_note_of_another_program_verifies(void **state)
{
	struct note_key go;
	struct buf text = BUF_INIT(256);
	size_t len;

	(void)state;
	assert_int_equal(note_key_parse(GO_KEY "\n", &go, NULL), 0);
	assert_int_equal(note_check(&go, GO_NOTE, strlen(GO_NOTE), &len, NULL), 0);
	assert_int_equal(len, strstr(GO_NOTE, "\n\n") + 1 - GO_NOTE);
	note_key_text(&go, &text);
	assert_string_equal(buf_str(&text), GO_KEY);
	buf_clear(&text);
	assert_int_equal(note_check(&key, GO_NOTE, strlen(GO_NOTE), &len, NULL), ERR_BROKEN);
}

static void
the_key_file_is_private_and_is_not_overwritten(void **state)
{
	struct note_key again;
	struct stat st;
	FILE *file;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(note_key_create(path, "khien/b", NULL), ERR_CONFLICT);
	assert_int_equal(note_key_load(path, &again, NULL), 0);
	assert_memory_equal(again.secret_key, key.secret_key, sizeof(key.secret_key));
	assert_string_equal(again.name, "khien/a");
	file = fopen(path, "r+");
	fputs("PRIVATE+KEY+khien/b", file);
	fclose(file);
	assert_int_equal(note_key_load(path, &again, NULL), ERR_BROKEN);
}

static void
verifier_keys_that_are_not_are_refused(void **state)
{
	static const char *const rows[] = {
		"", "khien", "khien+c74f20a3", "khien+c74f20a3+", GO_KEY "=",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq\xd4LDE4izWy10TW",
		"PeterNeumann+c74f20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
	};
	struct note_key k;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(note_key_parse(rows[i], &k, NULL), ERR_INVALID);
}

static void
make(struct buf *out, const struct note_key *with)
{
	struct checkpoint cp = { "khien/a", 1234567, { 1, 2, 3 }, 1790000000123 };

	checkpoint_sign(&cp, with, out);
}

static void
a_checkpoint_reads_back_as_it_was_written(void **state)
{
	static const uint8_t root[TREE_HASH] = { 1, 2, 3 };
	struct buf note = BUF_INIT(4096);
	struct checkpoint cp;

	(void)state;
	make(&note, &key);
	assert_true(str_starts(note.data, "khien/a\n1234567\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
	    "time 2026-09-21T14:13:20.123Z\n\n\xe2\x80\x94 khien/a "));
	assert_int_equal(checkpoint_check(note.data, note.len, &key, &cp, NULL), 0);
	assert_string_equal(cp.origin, "khien/a");
	assert_int_equal(cp.size, 1234567);
	assert_int_equal(cp.at_ms, 1790000000123);
	assert_memory_equal(cp.root, root, TREE_HASH);
	buf_clear(&note);
}

static void
every_changed_bit_and_every_cut_of_a_checkpoint_is_noticed(void **state)
{
	struct buf note = BUF_INIT(4096);
	struct checkpoint cp;

	(void)state;
	make(&note, &key);
	for (size_t bit = 0; bit < note.len * 8; bit++) {
		note.data[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(checkpoint_check(note.data, note.len, &key, &cp, NULL), 0);
		note.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	for (size_t len = 0; len < note.len; len++)
		assert_int_not_equal(checkpoint_check(note.data, len, &key, &cp, NULL), 0);
	buf_clear(&note);
}

static void
lines_of_other_keys_are_passed_over(void **state)
{
	struct buf note = BUF_INIT(4096);
	struct checkpoint cp;
	struct err err = { 0 };

	(void)state;
	make(&note, &key);
	buf_adds(&note, "\xe2\x80\x94 witness.example AAAA\n");
	assert_int_equal(checkpoint_check(note.data, note.len, &key, &cp, NULL), 0);
	buf_adds(&note, "no signature line\n");
	assert_int_equal(checkpoint_check(note.data, note.len, &key, &cp, NULL), ERR_INVALID);
	buf_reset(&note);
	struct note_key renamed = key;
	note_key_rename(&renamed, "khien/b");
	make(&note, &renamed);
	assert_int_equal(checkpoint_check(note.data, note.len, &key, &cp, &err), ERR_BROKEN);
	assert_string_equal(err.key, "err.note.other_key");
	buf_clear(&note);
}

static void
signed_texts_that_are_no_checkpoint_are_refused(void **state)
{
	static const char *const rows[] = {
		"khien/a\n", "khien/a\n1\n", "khien/a\n01\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"khien/a\n-1\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"khien/a\n9999999999999999999\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"khien/a\n1\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\n", "khien/a\n1\nx\n",
	};
	struct buf note = BUF_INIT(4096);
	struct checkpoint cp;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		buf_reset(&note);
		note_sign(&key, rows[i], &note);
		assert_int_equal(checkpoint_check(note.data, note.len, &key, &cp, NULL), ERR_INVALID);
	}
	buf_clear(&note);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

TEST_MAIN(TEST(a_note_of_another_program_verifies),
    TEST(the_key_file_is_private_and_is_not_overwritten),
    TEST(verifier_keys_that_are_not_are_refused), TEST(a_checkpoint_reads_back_as_it_was_written),
    TEST(every_changed_bit_and_every_cut_of_a_checkpoint_is_noticed),
    TEST(lines_of_other_keys_are_passed_over),
    TEST(signed_texts_that_are_no_checkpoint_are_refused))
