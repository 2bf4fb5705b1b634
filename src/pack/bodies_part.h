/* SPDX-License-Identifier: Apache-2.0 */
/* bodies_part.h: what kinds.c and check.c know of bodies; for the files of pack/ only. */
#pragma once

#include "pack/bodies.h"
#include "pack/schema.h"

extern const struct schema_field bodies_fields[];
