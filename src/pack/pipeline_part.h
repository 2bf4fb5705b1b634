/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline_part.h: what kinds.c knows of pipelines; for the files of pack/ only. */
#pragma once

#include "pack/pipeline.h"
#include "pack/schema.h"

extern const struct schema_field pipeline_fields[];
