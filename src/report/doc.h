/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doc.h: one document in memory, before anybody decided whether it becomes
 * PDF, DOCX, HTML or plain text.
 *
 * Lengths are millimetres, sizes points.  Everything lives in the document's
 * arena.  Text is clean: NFC, no control characters but '\n' (a line break),
 * no characters that turn the direction of writing (doc_clean()).
 */
#pragma once

#include "base/arena.h"
#include "text/json.h"

#define DOC_TEXT_MAX  ((size_t)4 << 20) /* bytes of all texts together */
#define DOC_PAGES_MAX 1200

enum doc_align { DOC_LEFT, DOC_CENTER, DOC_RIGHT, DOC_JUSTIFY };

/* What a paragraph is; each is a style of its own in DOCX and a class in HTML. */
enum doc_role {
	DOC_BODY, DOC_PLAIN, DOC_TITLE, DOC_SUBJECT, DOC_HEADING1, DOC_HEADING2, DOC_HEADING3,
	DOC_ITEM, DOC_GROUND, DOC_NOTE, DOC_CELL, DOC_HEAD_CELL, DOC_FRAME, DOC_ANNEX, DOC_ROLES,
};

enum { DOC_BOLD = 1, DOC_ITALIC = 2, DOC_GAP = 4, DOC_RED = 8 };

struct doc_run {
	const char *text;
	unsigned flags;
	double size; /* 0: the paragraph's */
};

struct doc_para {
	enum doc_role role;
	enum doc_align align;
	double left, first; /* indents; a negative first hangs */
	double before, after; /* points */
	double line;        /* times single spacing */
	double size;
	bool keep_next;     /* on one page with what follows */
	bool leader;        /* dots from the end of the text to the right margin */
	const char *number; /* "I.", "1.", "a)", "-": before the text; NULL none */
	struct doc_run *run;
	size_t runs, room;
};

/* A thin line: as long as ${part} of ${of} set in ${size}, or ${width} when ${of} is NULL. */
struct doc_rule {
	const char *of;
	double size, part, width;
	unsigned flags; /* of the text measured */
	enum doc_align align;
	double left, before, after; /* points; left in millimetres */
};

/* A framed word: độ khẩn. */
struct doc_box {
	const char *text;
	double width, height, size;
	double before, after; /* points */
};

struct doc_table;

enum doc_kind { DOC_PARA, DOC_TABLE, DOC_RULE, DOC_BOX, DOC_BREAK };

struct doc_block {
	enum doc_kind kind;
	union {
		struct doc_para *para;
		struct doc_table *table;
		struct doc_rule *rule;
		struct doc_box *box;
	};
};

struct doc_blocks {
	struct doc_block *block;
	size_t count, room;
};

struct doc_cell {
	struct doc_blocks blocks; /* no tables inside */
};

struct doc_row {
	struct doc_cell *cell; /* one for each column */
	bool header;           /* repeated at the top of each page */
	bool whole;            /* never parted */
};

struct doc_table {
	double *width; /* of each column */
	size_t columns;
	struct doc_row *row;
	size_t rows, room;
	bool border;
	bool keep_next;
	double before, after; /* points */
};

struct doc_section {
	struct doc_blocks blocks;
	bool landscape;
	bool restart; /* pages are counted from 1 again */
};

struct doc_gap {
	const char *id, *label;
};

struct doc {
	struct arena *arena;
	const char *title, *author, *font;
	int64_t created_ms; /* stands in the file; never the clock */
	double top, bottom, left, right; /* margins */
	double page_size;   /* of the page number */
	double body_size;
	double line;
	struct doc_section *section;
	size_t sections, section_room;
	struct doc_gap *gap;
	size_t gaps, gap_room;
	size_t text_bytes;
};

struct doc_section *doc_section(struct doc *doc, bool landscape, bool restart);

/* Width between the margins. */
double doc_width(const struct doc *doc, const struct doc_section *section);

struct doc_para *doc_para(struct doc *doc, struct doc_blocks *to, enum doc_role role,
    enum doc_align align, double size);
/* ${text} is clean and lives as long as the document. */
void doc_run(struct doc *doc, struct doc_para *para, const char *text, unsigned flags);

struct doc_table *doc_table(struct doc *doc, struct doc_blocks *to, size_t columns,
    const double *width, bool border);
struct doc_row *doc_row(struct doc *doc, struct doc_table *table);

struct doc_rule *doc_rule(struct doc *doc, struct doc_blocks *to);
void doc_box(struct doc *doc, struct doc_blocks *to, const struct doc_box *box);
void doc_break(struct doc *doc, struct doc_blocks *to);

/* Notes that something required is missing; the same id counts once. */
void doc_gap(struct doc *doc, const char *id, const char *label);

/* The text of a paragraph, all runs; in the document's arena. */
const char *doc_para_text(struct doc *doc, const struct doc_para *para);

/*
 * ${len} bytes of any well-formed UTF-8 as it may stand in a document: NFC, "\r\n" and the
 * like as '\n', tabs as spaces, without control characters, characters that turn the
 * direction, noncharacters and pictures (emoji); a non-breaking space between "Điều" and its
 * number.
 */
const char *doc_clean(struct arena *arena, const char *text, size_t len);
