/* SPDX-License-Identifier: Apache-2.0 */
/* testing.h: what every unit test includes. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/base.h"

/* The last line of a test file: TEST_MAIN(cmocka_unit_test(a_sentence), …) */
#define TEST_MAIN(...)                                                        \
	int main(void)                                                        \
	{                                                                     \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };            \
		return cmocka_run_group_tests(tests, NULL, NULL);             \
	}
