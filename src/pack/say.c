/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/say.h"

#include "pack/set.h"

#define AS(type, e) ((const struct type *)(const void *)(e)->pack)

static void
learn(struct packs *p, const struct pack_text *text)
{
	/* Of two ways to say it the first one stays; both are right. */
	if (*text->vi != '\0' && *text->en != '\0' && map_get(&p->english, text->vi) == NULL)
		map_put(&p->english, text->vi, (void *)(uintptr_t)text->en);
}

static void
learn_playbook(struct packs *p, const struct pack_playbook *b)
{
	for (int phase = 0; phase < PHASES; phase++) {
		for (size_t i = 0; i < b->steps[phase]; i++) {
			const struct pack_step *s = &b->step[phase][i];

			learn(p, &s->text);
			learn(p, &s->why);
			learn(p, &s->undo_text);
		}
	}
}

void
set_learn(struct packs *p)
{
	for (size_t i = 0; i < p->entries; i++) {
		const struct pack_entry *e = &p->entry[i];

		if (e->kind == KIND_PLAYBOOK)
			learn_playbook(p, AS(pack_playbook, e));
		for (size_t k = 0; e->kind == KIND_REGULATION && k < AS(pack_regulation, e)->obligations; k++)
			learn(p, &AS(pack_regulation, e)->obligation[k].what);
		for (size_t k = 0; e->kind == KIND_CHECKLIST && k < AS(pack_checklist, e)->checks; k++)
			learn(p, &AS(pack_checklist, e)->check[k].text);
	}
}

const char *
packs_english(const struct packs *p, const char *vi)
{
	return map_get(&p->english, vi);
}
