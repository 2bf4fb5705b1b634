/* SPDX-License-Identifier: Apache-2.0 */
/* docx_part.h: the parts of a DOCX beside its text; for docx.c only. */
#pragma once

#include "report/doc.h"
#include "report/zip.h"

#define TWIP_MM (1440 / 25.4)
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define NS_W "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define NS_R "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

/* The id of a role's style. */
const char *docx_style(enum doc_role role);

/* w:pPr and w:rPr of ${like}: what a style says of its paragraphs. */
void docx_spacing(struct buf *out, double before, double after, double line);
void docx_indent(struct buf *out, double left, double first);
const char *docx_align(enum doc_align align);

/* ${exemplar}: for each role the first paragraph of it, or NULL. */
void docx_styles(struct buf *out, const struct doc *doc,
    const struct doc_para *const exemplar[DOC_ROLES]);

/* ${restarts}: how many times headings are counted anew. Lists are number 1, headings 2 and on. */
void docx_numbering(struct buf *out, const struct doc *doc, size_t restarts);

/* All parts whose content does not depend on the text. */
void docx_package(struct zip_out *zip);
void docx_core(struct buf *out, const struct doc *doc);
void docx_header(struct buf *out, const struct doc *doc);
