/* SPDX-License-Identifier: Apache-2.0 */
/*
 * style.h: how official documents look, as data (NĐ 30/2020, Phụ lục I today):
 * page, sizes, spacing, and the words every document carries.
 */
#pragma once

#include "base/arena.h"
#include "pack/pack.h"

struct style_page { /* millimetres */
	int top, bottom, left, right;
};

struct style_sizes { /* points */
	int national, motto, agency, number, about, place, type, subject, to, body, urgency,
	    signature, distribution_head, distribution, page, annex, table, note;
};

struct style_spacing {
	int indent; /* first line, tenths of a millimetre */
	int gap;    /* between paragraphs, points */
	int line;   /* percent of single spacing */
};

struct style_words {
	const char *national, *motto, *number, *about, *to, *distribution, *as_above, *archive,
	    *archive_mark, *end, *place_date, *missing, *signer, *yes, *no, *currency, *serial,
	    *hour, *date_long, *date_hour, *head;
};

struct style_urgency {
	const char *id, *text;
	int width, height; /* millimetres */
};

struct style_authority { /* KT., TL., … before the head's title */
	const char *id, *text;
};

struct pack_style {
	struct pack pack;
	const char *text_yaml;
	const char *font;
	struct style_page page;
	struct style_sizes size;
	struct style_spacing spacing;
	struct style_words word;
	struct style_urgency *urgency;
	size_t urgencies;
	struct style_authority *authority;
	size_t authorities;
};

/* The one that holds at ${at_ms}; NULL when an agency ended the shipped one. */
const struct pack_style *pack_style(const struct packs *p, int64_t at_ms);

/* As form_parse() of pack/form.h. */
int style_parse(struct arena *arena, const char *data, size_t len, const char *name,
    const struct pack_style **ret, struct err *err);
