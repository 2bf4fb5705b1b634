/* SPDX-License-Identifier: Apache-2.0 */
/* form_part.h: what kinds.c knows of forms and of the style; for the files of pack/ only. */
#pragma once

#include "pack/form.h"
#include "pack/schema.h"

extern const struct schema_field pack_form_fields[], pack_style_fields[];

/* Compares the parts of one form with each other. */
void form_check(struct schema_read *r, const struct pack_form *form);
