/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "pack/form.h"
#include "pack/set.h"
#include "pack/style.h"

#define DAY_MS INT64_C(86400000)

const char *
pack_say(const struct pack_text *text, const char *lang)
{
	if (str_eq(lang, "en") && !str_empty(text->en))
		return text->en;
	return text->vi == NULL ? "" : text->vi;
}

const char *
pack_phase_name(enum pack_phase phase)
{
	static const char *const names[PHASES] = {
		"priority", "identify", "contain", "eradicate", "recover", "validate",
	};

	return names[phase];
}

static bool
holds(const struct pack *pack, int64_t at_ms)
{
	return pack->from_ms <= at_ms && at_ms < pack->to_ms;
}

/* Entries of one id are ordered by beginning and version, so the last one wins. */
static const struct pack *
at(const struct packs *p, enum pack_kind kind, const char *id, int64_t at_ms)
{
	const struct pack_entry *e;
	const struct pack *best = NULL;

	for (size_t i = 0; (e = set_next(p, kind, &i)) != NULL;)
		if ((id == NULL || strcmp(e->pack->id, id) == 0) && holds(e->pack, at_ms) &&
		    (best == NULL || e->pack->from_ms >= best->from_ms))
			best = e->pack;
	return best;
}

static const struct pack *
next_at(const struct packs *p, enum pack_kind kind, int64_t at_ms, size_t *i)
{
	const struct pack_entry *e;

	while ((e = set_next(p, kind, i)) != NULL)
		if (at(p, kind, e->pack->id, at_ms) == e->pack)
			return e->pack;
	return NULL;
}

/* A struct pack is the first member of the struct of its kind. */
#define AS(type, pack) ((const struct type *)(const void *)(pack))

const struct pack_playbook *
pack_playbook(const struct packs *p, const char *id, int64_t at_ms)
{
	return AS(pack_playbook, at(p, KIND_PLAYBOOK, id, at_ms));
}

const struct pack_checklist *
pack_checklist(const struct packs *p, const char *id, int64_t at_ms)
{
	return AS(pack_checklist, at(p, KIND_CHECKLIST, id, at_ms));
}

const struct pack_regulation *
pack_regulation(const struct packs *p, const char *id, int64_t at_ms)
{
	return AS(pack_regulation, at(p, KIND_REGULATION, id, at_ms));
}

const struct pack_severity *
pack_severity(const struct packs *p, int64_t at_ms)
{
	return AS(pack_severity, at(p, KIND_SEVERITY, NULL, at_ms));
}

const struct pack_questions *
pack_questions(const struct packs *p, int64_t at_ms)
{
	return AS(pack_questions, at(p, KIND_QUESTIONS, NULL, at_ms));
}

const struct pack_symptoms *
pack_symptoms(const struct packs *p, int64_t at_ms)
{
	return AS(pack_symptoms, at(p, KIND_SYMPTOMS, NULL, at_ms));
}

const struct pack_types *
pack_types(const struct packs *p, int64_t at_ms)
{
	return AS(pack_types, at(p, KIND_TYPES, NULL, at_ms));
}

const struct pack_playbook *
pack_playbook_next(const struct packs *p, int64_t at_ms, size_t *i)
{
	return AS(pack_playbook, next_at(p, KIND_PLAYBOOK, at_ms, i));
}

const struct pack_regulation *
pack_regulation_next(const struct packs *p, int64_t at_ms, size_t *i)
{
	return AS(pack_regulation, next_at(p, KIND_REGULATION, at_ms, i));
}

const struct pack_checklist *
pack_checklist_next(const struct packs *p, int64_t at_ms, size_t *i)
{
	return AS(pack_checklist, next_at(p, KIND_CHECKLIST, at_ms, i));
}

const struct pack_regulation *
pack_regulation_any(const struct packs *p, size_t *i)
{
	const struct pack_entry *e = set_next(p, KIND_REGULATION, i);

	return e == NULL ? NULL : AS(pack_regulation, e->pack);
}

const struct pack_holidays *
pack_holidays_next(const struct packs *p, size_t *i)
{
	const struct pack_entry *e = set_next(p, KIND_HOLIDAYS, i);

	return e == NULL ? NULL : AS(pack_holidays, e->pack);
}

const struct pack_playbook *
pack_playbook_version(const struct packs *p, const char *id, int version)
{
	const struct pack_entry *e;

	for (size_t i = 0; (e = set_next(p, KIND_PLAYBOOK, &i)) != NULL;)
		if (e->pack->version == version && strcmp(e->pack->id, id) == 0)
			return AS(pack_playbook, e->pack);
	return NULL;
}

const struct pack_playbook *
pack_playbook_for_type(const struct packs *p, const char *type, int64_t at_ms)
{
	const struct pack_playbook *b, *fallback = NULL;

	for (size_t i = 0; (b = pack_playbook_next(p, at_ms, &i)) != NULL;) {
		for (size_t t = 0; type != NULL && t < b->types_count; t++)
			if (strcmp(b->types[t], type) == 0)
				return b;
		if (b->fallback)
			fallback = b;
	}
	return fallback;
}

const struct pack_step *
pack_playbook_step(const struct pack_playbook *b, const char *id, enum pack_phase *ret_phase)
{
	for (int phase = 0; phase < PHASES; phase++) {
		for (size_t i = 0; i < b->steps[phase]; i++) {
			if (strcmp(b->step[phase][i].id, id) != 0)
				continue;
			if (ret_phase != NULL)
				*ret_phase = (enum pack_phase)phase;
			return &b->step[phase][i];
		}
	}
	return NULL;
}

const struct pack_part *
pack_questions_part(const struct pack_questions *q, const char *id)
{
	for (size_t i = 0; i < q->questions; i++)
		for (size_t j = 0; j < q->question[i].parts; j++)
			if (strcmp(q->question[i].part[j].id, id) == 0)
				return &q->question[i].part[j];
	return NULL;
}

const struct pack_symptom *
pack_symptom(const struct pack_symptoms *s, const char *id)
{
	for (size_t i = 0; s != NULL && i < s->symptoms; i++)
		if (strcmp(s->symptom[i].id, id) == 0)
			return &s->symptom[i];
	return NULL;
}

const struct pack_type *
pack_type(const struct pack_types *t, const char *id)
{
	for (size_t i = 0; t != NULL && i < t->types; i++)
		if (strcmp(t->type[i].id, id) == 0)
			return &t->type[i];
	return NULL;
}

const struct pack_obligation *
pack_obligation_next(const struct packs *p, const char *trigger, int64_t at_ms, size_t *i,
    const struct pack_regulation **ret_regulation)
{
	const struct pack_regulation *r;
	size_t seen = 0; /* obligations of earlier regulations */

	for (size_t n = 0; (r = pack_regulation_next(p, at_ms, &n)) != NULL;) {
		while (*i < seen + r->obligations) {
			const struct pack_obligation *o = &r->obligation[*i - seen];

			++*i;
			if (strcmp(o->trigger, trigger) == 0) {
				*ret_regulation = r;
				return o;
			}
		}
		seen += r->obligations;
	}
	return NULL;
}

const char *
pack_holiday(const struct packs *p, int64_t at_ms)
{
	const struct pack_holidays *h;
	int64_t local = at_ms + CLOCK_LOCAL_S * INT64_C(1000);
	int64_t day = local - (local % DAY_MS + DAY_MS) % DAY_MS - CLOCK_LOCAL_S * INT64_C(1000);

	for (size_t i = 0; (h = pack_holidays_next(p, &i)) != NULL;)
		for (size_t d = 0; d < h->days; d++)
			if (h->day[d].date_ms == day)
				return h->day[d].kind;
	return NULL;
}

const struct pack *
packs_next(const struct packs *p, size_t *i)
{
	return *i < p->entries ? p->entry[(*i)++].pack : NULL;
}

const struct pack_form *
pack_form(const struct packs *p, const char *id, int64_t at_ms)
{
	return AS(pack_form, at(p, KIND_FORM, id, at_ms));
}

const struct pack_form *
pack_form_next(const struct packs *p, int64_t at_ms, size_t *i)
{
	return AS(pack_form, next_at(p, KIND_FORM, at_ms, i));
}

const struct pack_form *
pack_form_version(const struct packs *p, const char *id, int version)
{
	const struct pack_entry *e;

	for (size_t i = 0; (e = set_next(p, KIND_FORM, &i)) != NULL;)
		if (e->pack->version == version && strcmp(e->pack->id, id) == 0)
			return AS(pack_form, e->pack);
	return NULL;
}

const struct pack_style *
pack_style(const struct packs *p, int64_t at_ms)
{
	return AS(pack_style, at(p, KIND_STYLE, NULL, at_ms));
}
