/* SPDX-License-Identifier: Apache-2.0 */
/* page_form.h: the report form drawn, for the first time or again with what was written. */
#pragma once

#include "server/page_part.h"

/* Whether the field ${name} was sent with the value ${value} (a name may come more than once). */
bool form_has(const struct page_request *p, const char *name, const char *value);

/*
 * Answers with the form, filled with the request's fields.  ${err}: what was
 * wrong with them, shown at its field; NULL: nothing.
 */
void form_draw(struct page_request *p, struct http_response *res, const struct err *err);
