/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page.h"

const struct page pages[] = {
	{ 0 },
};
