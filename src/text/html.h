/* SPDX-License-Identifier: Apache-2.0 */
/* html.h: HTML into a buffer: literals as they are, everything else escaped. */
#pragma once

#include "base/buf.h"

/* Markup: a string literal and nothing else; a variable does not compile. */
#define html_lit(buf, s) buf_add((buf), "" s "", sizeof(s) - 1)

/*
 * Text between tags, or inside a quoted attribute: & < > " ' are escaped,
 * malformed UTF-8 and control characters other than tab and newline become
 * U+FFFD.  NULL adds nothing.  An attribute's value always stands in quotes.
 */
void html_text(struct buf *out, const char *s);
void html_textn(struct buf *out, const char *s, size_t len);

/* As html_text, with tabs and newlines escaped too, so that they survive in an attribute. */
void html_attr(struct buf *out, const char *s);

void html_int(struct buf *out, int64_t n);

/* Text with its line breaks shown as <br>. */
void html_lines(struct buf *out, const char *s);
