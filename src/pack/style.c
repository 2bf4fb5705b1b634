/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/style.h"

#include "pack/form_part.h"
#include "pack/kinds.h"
#include "pack/table.h"

#define MM(name) { #name, FIELD_INT, REQ, AT(style_page, name), .min = 5, .max = 60 }
#define PT(name) { #name, FIELD_INT, REQ, AT(style_sizes, name), .min = 6, .max = 30 }
#define WORD(name) { #name, FIELD_STRING, REQ, AT(style_words, name) }

static const struct schema_field page_fields[] = { MM(top), MM(bottom), MM(left), MM(right),
	{ 0 } };
static const struct schema page_schema = { page_fields, NO_PLACE(style_page) };

static const struct schema_field size_fields[] = { PT(national), PT(motto), PT(agency),
	PT(number), PT(about), PT(place), PT(type), PT(subject), PT(to), PT(body), PT(urgency),
	PT(signature), PT(distribution_head), PT(distribution), PT(page), PT(annex), PT(table),
	PT(note), { 0 } };
static const struct schema size_schema = { size_fields, NO_PLACE(style_sizes) };

static const struct schema_field spacing_fields[] = {
	{ "indent", FIELD_INT, REQ, AT(style_spacing, indent), .min = 0, .max = 300 },
	{ "gap", FIELD_INT, REQ, AT(style_spacing, gap), .min = 0, .max = 24 },
	{ "line", FIELD_INT, REQ, AT(style_spacing, line), .min = 90, .max = 200 },
	{ 0 },
};
static const struct schema spacing_schema = { spacing_fields, NO_PLACE(style_spacing) };

static const struct schema_field word_fields[] = { WORD(national), WORD(motto), WORD(number),
	WORD(about), WORD(to), WORD(distribution), WORD(as_above), WORD(archive),
	WORD(archive_mark), WORD(end), WORD(place_date), WORD(missing), WORD(signer), WORD(yes),
	WORD(no), WORD(currency), WORD(serial), WORD(hour), WORD(date_long), WORD(date_hour),
	WORD(head), { 0 } };
static const struct schema word_schema = { word_fields, NO_PLACE(style_words) };

static const struct schema_field urgency_fields[] = {
	{ "id", FIELD_ID, REQ, AT(style_urgency, id) },
	{ "text", FIELD_STRING, REQ, AT(style_urgency, text) },
	{ "width", FIELD_INT, REQ, AT(style_urgency, width), .min = 10, .max = 60 },
	{ "height", FIELD_INT, REQ, AT(style_urgency, height), .min = 5, .max = 20 },
	{ 0 },
};
static const struct schema urgency_schema = { urgency_fields, NO_PLACE(style_urgency) };

static const struct schema_field authority_fields[] = {
	{ "id", FIELD_ID, REQ, AT(style_authority, id) },
	{ "text", FIELD_STRING, REQ, AT(style_authority, text) },
	{ 0 },
};
static const struct schema authority_schema = { authority_fields, NO_PLACE(style_authority) };

const struct schema_field pack_style_fields[] = {
	PACK_FIELDS,
	{ "font", FIELD_STRING, REQ, AT(pack_style, font) },
	{ "page", FIELD_STRUCT, REQ, AT(pack_style, page), .sub = &page_schema },
	{ "sizes", FIELD_STRUCT, REQ, AT(pack_style, size), .sub = &size_schema },
	{ "spacing", FIELD_STRUCT, REQ, AT(pack_style, spacing), .sub = &spacing_schema },
	{ "words", FIELD_STRUCT, REQ, AT(pack_style, word), .sub = &word_schema },
	{ "urgency", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_style, urgency, urgencies),
	    .sub = &urgency_schema, .max = 10 },
	{ "authority", FIELD_LIST, REQ | FIELD_UNIQUE,
	    ARRAY_AT(pack_style, authority, authorities), .sub = &authority_schema, .max = 20 },
	{ 0 },
};

int
style_parse(struct arena *arena, const char *data, size_t len, const char *name,
    const struct pack_style **ret, struct err *err)
{
	const struct pack *pack = NULL;
	int failed = kind_parse(arena, KIND_STYLE, data, len, name, &pack, err);

	if (failed == 0)
		*ret = (const struct pack_style *)(const void *)pack;
	return failed;
}
