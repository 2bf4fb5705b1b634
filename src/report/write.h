/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h: a document as bytes.  The same document gives the same bytes.
 * All return 0 or ERR_TOO_LARGE "err.paper.too_large", "err.paper.pages".
 */
#pragma once

#include "report/type.h"

int write_pdf(struct doc *doc, struct type *type, struct buf *ret, struct err *err);
int write_docx(struct doc *doc, struct type *type, struct buf *ret, struct err *err);

/*
 * A whole HTML page.  ${sheet}: address of the style sheet it links to; NULL puts the sheet
 * inside, for a file that stands alone.
 */
int write_html(struct doc *doc, const char *sheet, struct buf *ret, struct err *err);

/* Plain text for e-mail and SMS; ${one_line} without line breaks. */
int write_text(struct doc *doc, bool one_line, struct buf *ret, struct err *err);
