/* SPDX-License-Identifier: Apache-2.0 */
#include "ledger/proof.h"
#include "ledger/tree.h"
#include "base/id.h"
#include "testing.h"

#define N 200

static uint8_t leaf[N + 1][TREE_HASH];

static const char *
hex(const uint8_t hash[TREE_HASH])
{
	static char text[4][2 * TREE_HASH + 1];
	static int turn;

	return hex_encode(hash, TREE_HASH, text[turn++ % 4]);
}

/* MTH of RFC 6962 §2.1 to the letter, as the second opinion. */
static void
mth(uint64_t from, uint64_t to, uint8_t ret[TREE_HASH])
{
	uint8_t left[TREE_HASH], right[TREE_HASH];
	uint64_t k = 1;

	if (to == from) {
		sha256("", 0, ret);
		return;
	}
	if (to - from == 1) {
		memcpy(ret, leaf[from], TREE_HASH);
		return;
	}
	while (k * 2 < to - from)
		k *= 2;
	mth(from, from + k, left);
	mth(from + k, to, right);
	tree_hash_node(left, right, ret);
}

static int
make_leaves(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= N; i++)
		tree_hash_leaf(&i, sizeof(i), leaf[i]);
	return 0;
}

/* The data and roots of the test of Certificate Transparency's reference log. */
static void
roots_are_those_of_the_reference_log(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *root;
	} rows[] = {
		{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "\x20\x21", 2, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "\x30\x31", 2, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "\x40\x41\x42\x43", 4,
		    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
		{ "\x50\x51\x52\x53\x54\x55\x56\x57", 8,
		    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
		{ "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16,
		    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
	};
	struct tree tree = TREE_INIT;
	uint8_t root[TREE_HASH], hash[TREE_HASH];

	(void)state;
	tree_root(&tree, root);
	assert_string_equal(hex(root), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		tree_hash_leaf(rows[i].data, rows[i].len, hash);
		tree_append(&tree, hash, NULL, NULL);
		tree_root(&tree, root);
		assert_string_equal(hex(root), rows[i].root);
	}
}

static void
the_root_is_the_definition_s_for_every_size(void **state)
{
	struct tree tree = TREE_INIT, again;
	char text[TREE_PEAKS_TEXT];
	uint8_t root[TREE_HASH], want[TREE_HASH];

	(void)state;
	for (uint64_t n = 0; n <= N; n++) {
		mth(0, n, want);
		tree_root(&tree, root);
		assert_memory_equal(root, want, TREE_HASH);
		assert_true(tree_of_peaks(n, tree_peaks_text(&tree, text), &again));
		tree_root(&again, root);
		assert_memory_equal(root, want, TREE_HASH);
		assert_false(tree_of_peaks(n * 2 + 1, text, &again));
		tree_append(&tree, leaf[n], NULL, NULL);
	}
	text[0] = 'A'; /* a capital is another spelling of the same byte */
	assert_false(tree_of_peaks(N, text, &again));
}

static size_t
take(const struct tree_range *range, size_t n, uint8_t proof[][TREE_HASH])
{
	for (size_t i = 0; i < n; i++)
		tree_range_root((const uint8_t(*)[TREE_HASH])leaf, range[i], proof[i]);
	return n;
}

static void
every_leaf_can_be_proved_and_no_other(void **state)
{
	struct tree_range range[TREE_PROOF_MAX];
	uint8_t proof[TREE_PROOF_MAX][TREE_HASH], root[TREE_HASH];
	const uint8_t(*p)[TREE_HASH] = (const uint8_t(*)[TREE_HASH])proof;

	(void)state;
	for (uint64_t size = 1; size <= N; size++) {
		mth(0, size, root);
		for (uint64_t i = 0; i < size; i++) {
			size_t n = take(range, tree_inclusion(i, size, range), proof);

			assert_true(tree_check_inclusion(i, size, leaf[i], p, n, root));
			assert_false(tree_check_inclusion(i, size, leaf[i + 1], p, n, root));
			assert_false(tree_check_inclusion(i + 1, size, leaf[i], p, n, root));
			assert_false(tree_check_inclusion(i, size, leaf[i], p, n + 1, root));
			assert_false(n > 0 && tree_check_inclusion(i, size, leaf[i], p, n - 1, root));
			if (n > 0) {
				proof[n / 2][5] ^= 1;
				assert_false(tree_check_inclusion(i, size, leaf[i], p, n, root));
			}
		}
	}
}

static void
every_growth_can_be_proved_and_no_other(void **state)
{
	struct tree_range range[TREE_PROOF_MAX];
	uint8_t proof[TREE_PROOF_MAX][TREE_HASH], root[TREE_HASH], old_root[TREE_HASH];
	const uint8_t(*p)[TREE_HASH] = (const uint8_t(*)[TREE_HASH])proof;

	(void)state;
	for (uint64_t size = 1; size <= N; size++) {
		mth(0, size, root);
		for (uint64_t old = 1; old <= size; old++) {
			size_t n = take(range, tree_consistency(old, size, range), proof);

			mth(0, old, old_root);
			assert_true(tree_check_consistency(old, size, old_root, root, p, n));
			assert_false(tree_check_consistency(old, size, old_root, root, p, n + 1));
			assert_false(n > 0 &&
			    tree_check_consistency(old, size, old_root, root, p, n - 1));
			old_root[0] ^= 1;
			assert_false(tree_check_consistency(old, size, old_root, root, p, n));
			old_root[0] ^= 1;
			if (n > 0) {
				proof[n - 1][31] ^= 0x80;
				assert_false(tree_check_consistency(old, size, old_root, root, p, n));
			}
		}
		assert_true(tree_check_consistency(0, size, old_root, root, p, 0));
		assert_false(tree_check_consistency(size + 1, size, old_root, root, p, 0));
	}
}

static void
proofs_picked_up_on_the_way_are_the_same(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= N; size += size < 40 ? 1 : 23) {
		struct proofs proofs = PROOFS_INIT;
		struct tree_range range[TREE_PROOF_MAX];
		uint8_t got[TREE_HASH], want[TREE_HASH];

		for (uint64_t i = 0; i < size; i++) {
			size_t n = tree_inclusion(i, size, range);

			while (n-- > 0)
				proofs_want(&proofs, range[n], size);
			n = tree_consistency(i + 1, size, range);
			while (n-- > 0)
				proofs_want(&proofs, range[n], size);
		}
		for (uint64_t i = 0; i < size; i++)
			proofs_leaf(&proofs, leaf[i]);
		for (uint64_t i = 0; i < size; i++) {
			for (size_t k = 0, n = tree_inclusion(i, size, range); k < n; k++) {
				mth(range[k].from, range[k].to, want);
				assert_true(proofs_get(&proofs, range[k], got));
				assert_memory_equal(got, want, TREE_HASH);
			}
			for (size_t k = 0, n = tree_consistency(i + 1, size, range); k < n; k++) {
				mth(range[k].from, range[k].to, want);
				assert_true(proofs_get(&proofs, range[k], got));
				assert_memory_equal(got, want, TREE_HASH);
			}
		}
		proofs_clear(&proofs);
	}
}

static void
a_hash_in_pieces_is_the_hash_of_the_whole(void **state)
{
	struct sha256 h;
	uint8_t one[SHA256_SIZE], two[SHA256_SIZE];
	char text[SHA256_HEX_SIZE];

	(void)state;
	assert_string_equal(sha256_hex("abc", 3, text),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256(leaf, sizeof(leaf), one);
	sha256_init(&h);
	for (size_t i = 0; i < sizeof(leaf); i += 67)
		sha256_add(&h, (uint8_t *)leaf + i, sizeof(leaf) - i < 67 ? sizeof(leaf) - i : 67);
	sha256_end(&h, two);
	assert_memory_equal(one, two, SHA256_SIZE);
}

/* Every length around the block's, in every order: short beside long, and one left over. */
static void
many_hashes_are_those_of_each_text(void **state)
{
	enum { JOBS = 301 };
	static uint8_t text[3000], hash[JOBS][SHA256_SIZE];
	struct sha256_job job[JOBS];
	uint8_t one[SHA256_SIZE];

	(void)state;
	srand(17);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (uint8_t)rand();
	for (size_t n = 0; n <= JOBS; n += n < 10 ? 1 : 97) {
		memset(hash, 0, sizeof(hash));
		for (size_t i = 0; i < n; i++)
			job[i] = (struct sha256_job){ text + i % 7, n < 10 ? (i * 61 + n) % 200 : i < 260 ? i :
			    (size_t)rand() % 2900, hash[i] };
		sha256_many(job, n);
		for (size_t i = 0; i < n; i++) {
			sha256(job[i].data, job[i].len, one);
			assert_memory_equal(one, hash[i], SHA256_SIZE);
		}
	}
}

TEST_MAIN(cmocka_unit_test_setup(roots_are_those_of_the_reference_log, make_leaves),
    cmocka_unit_test(the_root_is_the_definition_s_for_every_size),
    cmocka_unit_test(every_leaf_can_be_proved_and_no_other),
    cmocka_unit_test(every_growth_can_be_proved_and_no_other),
    cmocka_unit_test(proofs_picked_up_on_the_way_are_the_same),
    cmocka_unit_test(a_hash_in_pieces_is_the_hash_of_the_whole),
    cmocka_unit_test(many_hashes_are_those_of_each_text))
