/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render.h: a form and its values as a document in the format asked for.  A
 * pure function: the same request gives the same bytes.
 */
#pragma once

#include "report/type.h"
#include "text/json.h"

/*
 * ${request} is an object:
 *   form      text of the form (YAML)
 *   style     text of the style (YAML); the shipped one when left out
 *   variant   one of the form's, or ""
 *   format    pdf, docx, html, txt, xlsx
 *   values    {field: value}; <field>_text holds a person's own words by choice id
 *   facts     the case
 *   document  doc_number, doc_date, place, agency_parent, agency_name, symbol, urgency,
 *             signer_name, signer_title, head_title, authority, recipients[], distribution[],
 *             grounds[], now
 *   sheet     html: address of the style sheet to link to; inside the file when left out
 *   book      xlsx: what write_xlsx() of report/xlsx.h takes; form is not needed then
 * ${ret_answer} gets an object {gaps: [{field, label}], title, media_type, chars (txt)}, to be
 * freed; ${ret} the bytes.  0; ERR_INVALID err.paper.request, err.paper.variant, or the first
 * fault of the form or style with its place; ERR_TOO_LARGE err.paper.*.
 */
int render(const struct json *request, struct type *type, struct json **ret_answer,
    struct buf *ret, struct err *err);
