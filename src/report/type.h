/* SPDX-License-Identifier: Apache-2.0 */
/*
 * type.h: type setting: the fonts, lines of text, and the PDF pages they are
 * drawn on.  All of Pango and Cairo is behind this header.
 *
 * The fonts are opened once, by their own paths, with no other configuration;
 * afterwards nothing is opened, so that it works confined.  One thread.
 * Lengths are points here.
 */
#pragma once

#include "report/doc.h"

#define TYPE_MM (72 / 25.4) /* points of a millimetre */

struct type;

/*
 * Opens the fonts and sets a sample of each, so that all is in memory.  NULL
 * when the four faces of the text font are not there.
 */
struct type *type_new(void);
void type_free(struct type *type);

/* Width of one line of ${text}. ${flags}: DOC_BOLD, DOC_ITALIC. */
double type_width(struct type *type, const char *text, double size, unsigned flags);

/* Height of a line in single spacing, as word processors reckon it for this font. */
double type_height(double size);

struct type_line {
	void *line, *layout;     /* of Pango */
	double x;                /* from the left of the room */
	double ascent, height;   /* baseline from the top; height with the spacing */
};

/*
 * Breaks ${para} into lines of at most ${width}; they live until
 * type_lines_free().  At least one line, also of an empty paragraph.
 */
void type_lines(struct type *type, const struct doc_para *para, double width,
    struct type_line **ret, size_t *ret_count);
void type_lines_free(struct type_line *line, size_t count);
void type_line_clear(struct type_line *line); /* one of them alone */

/* Length of  in a room of  points. */
double rule_length(struct type *type, const struct doc_rule *rule, double width);

/* ---- pages -------------------------------------------------------------------- */

/* Begins a PDF into ${out}; ${created} is ISO 8601. False when it cannot be. */
bool type_pdf_begin(struct type *type, struct buf *out, const char *title, const char *author,
    const char *created);
void type_page(struct type *type, double width, double height);
void type_page_end(struct type *type);
void type_draw(struct type *type, const struct type_line *line, double x, double y);
void type_stroke(struct type *type, double x1, double y1, double x2, double y2, double thick);
void type_frame(struct type *type, double x, double y, double w, double h, double thick,
    bool red);
/* A place in the reader's list of contents; pages from 1. */
void type_outline(struct type *type, const char *text, int page, double y);
bool type_pdf_end(struct type *type); /* false when it did not come out whole */

/* NFC of well-formed UTF-8; the caller frees it. */
char *type_nfc(const char *text);
