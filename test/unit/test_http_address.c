/* SPDX-License-Identifier: Apache-2.0 */
#include "http/address.h"

#include <sys/socket.h>
#include "testing.h"

static void
addresses_to_listen_on_are_read_or_refused(void **state)
{
	static const struct {
		const char *text, *shown;
		bool loopback, any;
	} cases[] = {
		{ "127.0.0.1:8686", "127.0.0.1:8686", true, false },
		{ "127.9.9.9:1", "127.9.9.9:1", true, false },
		{ "8686", "127.0.0.1:8686", true, false },
		{ ":80", "0.0.0.0:80", false, true },
		{ "0.0.0.0:80", "0.0.0.0:80", false, true },
		{ "[::1]:8686", "[::1]:8686", true, false },
		{ "[::]:65535", "[::]:65535", false, true },
		{ "[::ffff:127.0.0.1]:1", "127.0.0.1:1", true, false },
		{ "192.168.1.5:443", "192.168.1.5:443", false, false },
		{ "localhost:80", NULL, false, false },
		{ "127.0.0.1", NULL, false, false },
		{ "127.0.0.1:", NULL, false, false },
		{ "127.0.0.1:65536", NULL, false, false },
		{ "127.0.0.1:8a", NULL, false, false },
		{ "127.0.0.1:-1", NULL, false, false },
		{ "::1:80", NULL, false, false },
		{ "[::1:80", NULL, false, false },
		{ "127.1:80", NULL, false, false },
		{ "", NULL, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[ADDRESS_TEXT_SIZE];
		struct address a;
		struct err err = { 0 };
		int ret = address_parse(cases[i].text, &a, &err);

		print_message("%s\n", cases[i].text);
		assert_int_equal(ret, cases[i].shown == NULL ? ERR_INVALID : 0);
		if (ret != 0) {
			assert_string_equal(err.key, "http.listen_address");
			continue;
		}
		assert_string_equal(address_text((struct sockaddr *)a.sa, text), cases[i].shown);
		assert_int_equal(address_is_loopback(&a), cases[i].loopback);
		assert_int_equal(address_is_any(&a), cases[i].any);
	}
}

static void
blocks_hold_their_own_addresses_and_no_others(void **state)
{
	static const struct {
		const char *block, *in, *out;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.1.1", "11.0.0.0" },
		{ "192.168.1.7", "192.168.1.7", "192.168.1.6" },
		{ "192.168.1.4/30", "192.168.1.7", "192.168.1.8" },
		{ "0.0.0.0/0", "8.8.8.8", "::1" },
		{ "fd00::/8", "fd12::1", "fe00::1" },
		{ "::/0", "::1", "not an address" },
		{ "10.0.0.0/33", NULL, NULL },
		{ "fd00::/129", NULL, NULL },
		{ "10.0.0.0/", NULL, NULL },
		{ "proxy", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct address_block block;
		struct err err = { 0 };
		int ret = address_block_parse(cases[i].block, &block, &err);

		print_message("%s\n", cases[i].block);
		assert_int_equal(ret, cases[i].in == NULL ? ERR_INVALID : 0);
		if (ret != 0)
			continue;
		assert_true(address_in(cases[i].in, &block, 1));
		assert_false(address_in(cases[i].out, &block, 1));
	}
}

static void
one_ipv6_network_counts_as_one_client(void **state)
{
	char a[ADDRESS_TEXT_SIZE], b[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_string_equal(address_key("2001:db8::1", a), address_key("2001:db8::ffff:1", b));
	assert_string_not_equal(address_key("2001:db8:0:1::1", a), address_key("2001:db8::1", b));
	assert_string_not_equal(address_key("10.0.0.1", a), address_key("10.0.0.2", b));
	assert_string_equal(address_key("::ffff:10.0.0.1", a), "10.0.0.1");
}

TEST_MAIN(cmocka_unit_test(addresses_to_listen_on_are_read_or_refused),
    cmocka_unit_test(blocks_hold_their_own_addresses_and_no_others),
    cmocka_unit_test(one_ipv6_network_counts_as_one_client))
