/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/grounds.h"

#include "pack/grounds_part.h"
#include "pack/table.h"

#define DAY_MS INT64_C(86400000)

static const struct schema_field ground_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_ground, id) },
	{ "number", FIELD_STRING, 0, AT(pack_ground, number) },
	{ "cite", FIELD_STRING, REQ, AT(pack_ground, cite) },
	{ "short", FIELD_STRING, REQ, AT(pack_ground, short_) },
	{ "issuer", FIELD_STRING, 0, AT(pack_ground, issuer) },
	{ "article", FIELD_STRING, 0, AT(pack_ground, article) },
	{ "valid_from", FIELD_DATE, REQ, AT(pack_ground, from_ms) },
	{ "valid_to", FIELD_DATE, 0, AT(pack_ground, to_ms) },
	{ "replaced_by", FIELD_ID, 0, AT(pack_ground, replaced_by) },
	{ "topics", FIELD_IDS, REQ, LIST_AT(pack_ground, topics) },
	{ "only_for", FIELD_STRING, 0, AT(pack_ground, only_for) },
	{ "certainty", FIELD_CHOICE, REQ, AT(pack_ground, certainty), .choices = pack_certainties },
	{ "end_certainty", FIELD_CHOICE, 0, AT(pack_ground, end_certainty), .choices = pack_certainties },
	{ 0 },
};
static const struct schema ground_schema = { ground_fields, PLACE(pack_ground) };

const struct schema_field pack_grounds_fields[] = {
	PACK_FIELDS,
	{ "instruments", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_grounds, ground, grounds),
	    .sub = &ground_schema, .max = 300 },
	{ 0 },
};

/* A struct pack is the first member of the struct of its kind. */
static const struct pack_grounds *
next_pack(const struct packs *p, size_t *i)
{
	const struct pack_entry *e = set_next(p, KIND_GROUNDS, i);

	return e == NULL ? NULL : (const struct pack_grounds *)(const void *)e->pack;
}

const struct pack_ground *
pack_ground(const struct packs *p, const char *id)
{
	const struct pack_ground *found = NULL;
	const struct pack_grounds *g;

	for (size_t i = 0; (g = next_pack(p, &i)) != NULL;)
		for (size_t k = 0; k < g->grounds; k++)
			if (strcmp(g->ground[k].id, id) == 0 && (found == NULL || g->pack.own))
				found = &g->ground[k];
	return found;
}

bool
pack_ground_holds(const struct pack_ground *ground, int64_t at_ms)
{
	/* valid_to counts whole; the schema leaves 0 where the file says null. */
	return ground->from_ms <= at_ms && (ground->to_ms == 0 || at_ms < ground->to_ms + DAY_MS);
}

const char *
pack_ground_end_certainty(const struct pack_ground *ground)
{
	return *ground->end_certainty != '\0' ? ground->end_certainty : ground->certainty;
}

bool
pack_ground_is_over(const struct packs *p, const struct pack_regulation *regulation, int64_t at_ms,
    const struct pack_ground **ret_ground)
{
	const struct pack_ground *g = *regulation->instrument == '\0' ? NULL :
	    pack_ground(p, regulation->instrument);

	if (ret_ground != NULL)
		*ret_ground = g;
	return g != NULL && g->to_ms != 0 && at_ms >= g->to_ms + DAY_MS;
}

static bool
is_sure(const char *certainty)
{
	return str_eq(certainty, "verified") || str_eq(certainty, "secondary");
}

void
grounds_end(struct packs *p)
{
	const struct pack_entry *e;

	for (size_t i = 0; (e = set_next(p, KIND_REGULATION, &i)) != NULL;) {
		const struct pack_regulation *r = (const struct pack_regulation *)(const void *)e->pack;
		const struct pack_ground *g = *r->instrument == '\0' ? NULL :
		    pack_ground(p, r->instrument);

		if (g != NULL && g->to_ms != 0 && g->to_ms + DAY_MS < e->pack->to_ms &&
		    is_sure(pack_ground_end_certainty(g)))
			e->pack->to_ms = g->to_ms + DAY_MS;
	}
}

/* Replaced by one that holds by now, even where nobody said until when the old one did. */
static bool
is_replaced(const struct packs *p, const struct pack_ground *ground, int64_t at_ms)
{
	const struct pack_ground *by = *ground->replaced_by == '\0' ? NULL :
	    pack_ground(p, ground->replaced_by);

	return by != NULL && by->from_ms <= at_ms;
}

static bool
is_about(const struct pack_ground *ground, const char *topic)
{
	for (size_t i = 0; i < ground->topics_count; i++)
		if (strcmp(ground->topics[i], topic) == 0)
			return true;
	return false;
}

const struct pack_ground *
pack_ground_next(const struct packs *p, const char *topic, const char *parent, int64_t at_ms, size_t *i)
{
	const struct pack_grounds *g;
	size_t seen = 0;

	for (size_t n = 0; (g = next_pack(p, &n)) != NULL;)
		for (size_t k = 0; k < g->grounds; k++) {
			const struct pack_ground *ground = &g->ground[k];

			if (seen++ < *i || !is_about(ground, topic))
				continue;
			if (*ground->only_for != '\0' && !str_eq(ground->only_for, parent))
				continue;
			if (!pack_ground_holds(ground, at_ms) || is_replaced(p, ground, at_ms) ||
			    pack_ground(p, ground->id) != ground)
				continue;
			*i = seen;
			return ground;
		}
	*i = seen;
	return NULL;
}

void
grounds_check(struct schema_read *r, const struct packs *p, const struct pack_grounds *grounds)
{
	for (size_t k = 0; k < grounds->grounds; k++) {
		const struct pack_ground *ground = &grounds->ground[k];

		if (*ground->replaced_by != '\0' && pack_ground(p, ground->replaced_by) == NULL)
			schema_fault(r, ground->line, ground->column, "pack.reference", "replaced_by",
			    "value", ground->replaced_by, NULL, NULL);
		if (ground->to_ms != 0 && ground->to_ms < ground->from_ms)
			schema_fault(r, ground->line, ground->column, "pack.reversed", "valid_to",
			    NULL, NULL, NULL, NULL);
	}
}
