/* SPDX-License-Identifier: Apache-2.0 */
/* crc32.h: CRC-32 (ISO 3309) at the speed of memory where the processor multiplies without carry. */
#pragma once

#include "base/base.h"

/* Begins with 0; goes on with what it returned. */
uint32_t crc32_of(uint32_t crc, const void *data, size_t len);
