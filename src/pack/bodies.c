/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/bodies_part.h"

#include <ctype.h>

#include "pack/set.h"
#include "pack/table.h"
#include "text/fold.h"

#define NAME_MAX_BYTES 4000

static const struct schema_field body_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_body, id) },
	{ "names", FIELD_TEXTS, REQ, LIST_AT(pack_body, names) },
	{ "until", FIELD_DATE, REQ, AT(pack_body, until_ms) },
	{ "now", FIELD_TEXT, BOTH, AT(pack_body, now) },
	{ "source", FIELD_STRING, REQ, AT(pack_body, source) },
	{ "certainty", FIELD_CHOICE, REQ, AT(pack_body, certainty), .choices = pack_certainties },
	{ 0 },
};
static const struct schema body_schema = { body_fields, PLACE(pack_body) };

const struct schema_field bodies_fields[] = {
	PACK_FIELDS,
	{ "bodies", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_bodies, body, bodies),
	    .sub = &body_schema, .max = 200 },
	{ 0 },
};

static bool
is_letter(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* ${name} stands in ${text} with no letter at either side; both folded. */
static bool
stands_in(const char *text, const char *name)
{
	size_t len = strlen(name);

	if (len == 0)
		return false;
	for (const char *p = strstr(text, name); p != NULL; p = strstr(p + 1, name))
		if ((p == text || !is_letter(p[-1])) && !is_letter(p[len]))
			return true;
	return false;
}

static bool
is_named(const struct pack_body *body, const char *text)
{
	struct buf name = BUF_INIT(NAME_MAX_BYTES);
	bool found = false;

	for (size_t i = 0; !found && i < body->names_count; i++) {
		buf_reset(&name);
		fold_search(&name, body->names[i].vi);
		found = !name.full && stands_in(text, buf_str(&name));
	}
	buf_clear(&name);
	return found;
}

const struct pack_body *
pack_body_gone(const struct packs *p, const char *text, int64_t at_ms)
{
	struct buf folded = BUF_INIT(NAME_MAX_BYTES);
	const struct pack_body *found = NULL;
	const struct pack_entry *e;

	if (text == NULL)
		return NULL;
	fold_search(&folded, text);
	for (size_t i = 0; found == NULL && (e = set_next(p, KIND_BODIES, &i)) != NULL;) {
		const struct pack_bodies *b = (const void *)e->pack;

		if (at_ms < e->pack->from_ms || at_ms >= e->pack->to_ms)
			continue;
		for (size_t k = 0; found == NULL && k < b->bodies; k++)
			if (at_ms >= b->body[k].until_ms && is_named(&b->body[k], buf_str(&folded)))
				found = &b->body[k];
	}
	buf_clear(&folded);
	return found;
}
