/* SPDX-License-Identifier: Apache-2.0 */
/* The same of the scanner as it is on processors without SSSE3. */
#include "base/base.h"
#define __builtin_cpu_supports(feature) 0
#include "detect/scan.c"
#undef __builtin_cpu_supports
#include "test_scan.c"
