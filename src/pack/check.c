/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of fields cannot say: packs and their parts compared with each other. */
#include <stdio.h>

#include "pack/severity.h"
#include "pack/form.h"
#include "pack/grounds_part.h"
#include "pack/bodies_part.h"
#include "pack/set.h"

#define AS(type, e) ((const struct type *)(const void *)(e)->pack)

struct checker {
	struct schema_read *r;
	const struct packs *p;
};

static void
fault(struct checker *c, int line, int column, const char *key, const char *field,
    const char *value)
{
	schema_fault(c->r, line, column, key, field, "value", value, NULL, NULL);
}

/* Whether there is a pack of ${kind} with that id, whenever it holds. */
static bool
have(struct checker *c, enum pack_kind kind, const char *id)
{
	const struct pack_entry *e;

	for (size_t i = 0; (e = set_next(c->p, kind, &i)) != NULL;)
		if (strcmp(e->pack->id, id) == 0)
			return true;
	return false;
}

static bool
have_any(struct checker *c, enum pack_kind kind)
{
	size_t i = 0;

	return set_next(c->p, kind, &i) != NULL;
}

static bool
have_type(struct checker *c, const char *id)
{
	const struct pack_entry *e;

	/* A pack looked at alone cannot be compared. */
	if (!have_any(c, KIND_TYPES))
		return true;
	for (size_t i = 0; (e = set_next(c->p, KIND_TYPES, &i)) != NULL;)
		if (pack_type(AS(pack_types, e), id) != NULL)
			return true;
	return false;
}

static bool
overlap(const struct pack *a, const struct pack *b)
{
	return a->from_ms < b->to_ms && b->from_ms < a->to_ms;
}

/* Two files that are the same version of the same pack: which one governs? */
static void
check_twice(struct checker *c)
{
	for (size_t i = 0; i < c->p->entries; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct pack_entry *a = &c->p->entry[j], *b = &c->p->entry[i], *t;

			if (a->kind != b->kind || a->pack->version != b->pack->version ||
			    strcmp(a->pack->id, b->pack->id) != 0)
				continue;
			t = a->pack->own && !b->pack->own ? a : b;
			c->r->file = t->path;
			schema_fault(c->r, t->pack->line, t->pack->column, "pack.same", "id",
			    "value", b->pack->id, "file", t == a ? b->path : a->path);
		}
	}
}

static void
check_step_ids(struct checker *c, const struct pack_playbook *b)
{
	for (int phase = 0; phase < PHASES; phase++) {
		for (size_t i = 0; i < b->steps[phase]; i++) {
			const struct pack_step *s = &b->step[phase][i];
			enum pack_phase first;

			if (*s->id != '\0' && pack_playbook_step(b, s->id, &first) != NULL &&
			    (int)first != phase)
				fault(c, s->line, s->column, "pack.twice", "id", s->id);
			if (s->reversible && *s->undo_text.vi == '\0')
				fault(c, s->line, s->column, "pack.undo", "undo_text", s->id);
		}
	}
}

static bool
is_for(const struct pack_playbook *b, const char *type)
{
	for (size_t i = 0; i < b->types_count; i++)
		if (strcmp(b->types[i], type) == 0)
			return true;
	return false;
}

/* Told at the agency's file when the other one is shipped: that one cannot be changed. */
static void
type_taken(struct checker *c, const struct pack_entry *a, const struct pack_entry *b,
    const char *type)
{
	const struct pack_entry *e = a->pack->own && !b->pack->own ? a : b;
	const struct pack_playbook *told = AS(pack_playbook, e);

	c->r->file = e->path;
	fault(c, told->types_line, told->types_column, "pack.type_taken", "types", type);
	c->r->file = b->path;
}

static void
check_playbook(struct checker *c, const struct pack_entry *e)
{
	const struct pack_playbook *b = AS(pack_playbook, e);
	const struct pack_entry *o;

	check_step_ids(c, b);
	if (b->types_count == 0 && !b->fallback)
		fault(c, b->pack.line, b->pack.column, "pack.playbook_for", "types", b->pack.id);
	for (size_t t = 0; t < b->types_count; t++) {
		if (!have_type(c, b->types[t]))
			fault(c, b->types_line, b->types_column, "pack.type", "types", b->types[t]);
		for (size_t i = 0; (o = set_next(c->p, KIND_PLAYBOOK, &i)) != NULL && o < e;)
			if (is_for(AS(pack_playbook, o), b->types[t]) &&
			    strcmp(o->pack->id, e->pack->id) != 0 && overlap(o->pack, e->pack))
				type_taken(c, o, e, b->types[t]);
	}
}

static bool
part_takes(const struct pack_part *part, const char *value)
{
	if (str_eq(part->kind, "yes_no"))
		return str_eq(value, "yes") || str_eq(value, "no");
	for (size_t i = 0; i < part->choices; i++)
		if (strcmp(part->choice[i].id, value) == 0)
			return true;
	return false;
}

static void
check_part(struct checker *c, const struct pack_questions *q, const struct pack_part *part)
{
	bool choose = str_starts(part->kind, "choice");
	const struct pack_part *first = pack_questions_part(q, part->only_if);

	if (pack_questions_part(q, part->id) != part)
		fault(c, part->line, part->column, "pack.twice", "id", part->id);
	if (choose ? part->choices < 2 : part->choices > 0)
		fault(c, part->line, part->column, "pack.part_choices", "choices", part->id);
	if (str_eq(part->kind, "number") && part->min >= part->max)
		fault(c, part->line, part->column, "pack.part_range", "max", part->id);
	for (size_t i = 0; i < part->choices; i++)
		if (str_eq(part->choice[i].id, "unknown"))
			fault(c, part->line, part->column, "pack.part_unknown", "choices", part->id);
	if (*part->only_if != '\0' && first == NULL)
		fault(c, part->line, part->column, "pack.reference", "only_if", part->only_if);
	if (*part->only_value != '\0' && (first == NULL || !part_takes(first, part->only_value)))
		fault(c, part->line, part->column, "pack.reference", "only_value", part->only_value);
}

static void
check_questions(struct checker *c, const struct pack_entry *e)
{
	const struct pack_questions *q = AS(pack_questions, e);

	for (size_t i = 0; i < q->questions; i++)
		for (size_t j = 0; j < q->question[i].parts; j++)
			check_part(c, q, &q->question[i].part[j]);
}

/* The part a condition asks about, in any questionnaire. */
static const struct pack_part *
find_part(struct checker *c, const char *id)
{
	const struct pack_part *part = NULL;
	const struct pack_entry *e;

	for (size_t i = 0; part == NULL && (e = set_next(c->p, KIND_QUESTIONS, &i)) != NULL;)
		part = pack_questions_part(AS(pack_questions, e), id);
	return part;
}

static bool
is_result(const char *name)
{
	return str_eq(name, "result.type") || str_eq(name, "result.level") ||
	    str_eq(name, "result.class") || str_eq(name, "result.beyond");
}

static bool
have_threshold(const struct pack_severity *s, const char *id)
{
	for (size_t i = 0; i < s->thresholds; i++)
		if (strcmp(s->threshold[i].id, id) == 0)
			return true;
	return false;
}

/* Whether comparing this way makes sense for what the part holds. */
static bool
op_fits(const struct pack_part *part, enum pack_cond_op op)
{
	if (str_eq(part->kind, "number"))
		return op >= COND_OVER;
	if (str_eq(part->kind, "choices"))
		return op == COND_HAS || op == COND_COUNT;
	return op == COND_IS;
}

static void
check_leaf(struct checker *c, const struct pack_severity *s, const struct pack_cond *cond)
{
	const struct pack_part *part = find_part(c, cond->answer);

	if (*cond->threshold != '\0' && !have_threshold(s, cond->threshold))
		fault(c, cond->line, cond->column, "pack.threshold", "when", cond->threshold);
	if (is_result(cond->answer) || !have_any(c, KIND_QUESTIONS))
		return;
	if (part == NULL) {
		fault(c, cond->line, cond->column, "pack.answer", "when", cond->answer);
		return;
	}
	if (!op_fits(part, cond->op))
		fault(c, cond->line, cond->column, "pack.cond_kind", "when", cond->answer);
	for (size_t i = 0; i < cond->values && !str_eq(part->kind, "number"); i++)
		if (!part_takes(part, cond->value[i]))
			fault(c, cond->line, cond->column, "pack.answer_value", "when",
			    cond->value[i]);
}

static void
check_cond(struct checker *c, const struct pack_severity *s, const struct pack_cond *cond)
{
	for (size_t i = 0; i < cond->subs; i++)
		check_cond(c, s, &cond->sub[i]);
	if (cond->op > COND_NOT)
		check_leaf(c, s, cond);
}

/* Each {name} of a sentence is a threshold or an answer. */
static void
check_names(struct checker *c, const struct pack_severity *s, const char *text, int line,
    int column)
{
	for (const char *p = strchr(text, '{'); p != NULL; p = strchr(p + 1, '{')) {
		char name[64] = "";

		sscanf(p + 1, "%63[^}]", name);
		if (!have_threshold(s, name) && have_any(c, KIND_QUESTIONS) &&
		    find_part(c, name) == NULL && !is_result(name))
			fault(c, line, column, "pack.placeholder", "because", name);
	}
}

static bool
one_of(const char *value, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(*list, value) == 0)
			return true;
	return false;
}

/* ${values} NULL: the values are incident types. */
static void
check_group(struct checker *c, const struct pack_severity *s, const struct pack_group *g,
    const char *const *values)
{
	if (*g->otherwise != '\0' &&
	    !(values == NULL ? have_type(c, g->otherwise) : one_of(g->otherwise, values)))
		fault(c, g->line, g->column, "pack.outcome", "otherwise", g->otherwise);
	for (size_t i = 0; i < g->rules; i++) {
		const struct pack_rule *rule = &g->rule[i];

		if (!(values == NULL ? have_type(c, rule->value) : one_of(rule->value, values)))
			fault(c, rule->line, rule->column, "pack.outcome", "value", rule->value);
		check_cond(c, s, &rule->when);
		check_names(c, s, rule->because.vi, rule->line, rule->column);
		check_names(c, s, rule->because.en, rule->line, rule->column);
	}
}

/* There is always a level and a class. A group that is missing was told already. */
static void
need_otherwise(struct checker *c, const struct pack_group *g, const char *const *values)
{
	if (g->line > 0 && !one_of(g->otherwise, values))
		fault(c, g->line, g->column, "pack.missing", "otherwise", "");
}

static void
check_severity(struct checker *c, const struct pack_entry *e)
{
	static const char *const yes[] = { "yes", "no", NULL };
	static const char *const levels[] = { "1", "2", "3", "4", NULL };
	static const char *const classes[] = { "thong_thuong", "nghiem_trong", NULL };
	static const char *const reports[] = { "immediate", "24h", "72h", "log_only", NULL };
	const struct pack_severity *s = AS(pack_severity, e);

	check_group(c, s, &s->type_rules, NULL);
	check_group(c, s, &s->beyond_rules, yes);
	check_group(c, s, &s->level_rules, levels);
	check_group(c, s, &s->class_rules, classes);
	check_group(c, s, &s->report_rules, reports);
	need_otherwise(c, &s->level_rules, levels);
	need_otherwise(c, &s->class_rules, classes);
	for (size_t i = 0; i < s->levels; i++)
		if (s->level[i].level != (int)i + 1)
			fault(c, s->level[i].line, s->level[i].column, "pack.levels", "levels", "");
}

static void
check_symptoms(struct checker *c, const struct pack_entry *e)
{
	const struct pack_symptoms *s = AS(pack_symptoms, e);

	for (size_t i = 0; i < s->symptoms; i++) {
		const struct pack_symptom *y = &s->symptom[i];

		if (have_any(c, KIND_PLAYBOOK) && !have(c, KIND_PLAYBOOK, y->playbook))
			fault(c, y->line, y->column, "pack.reference", "playbook", y->playbook);
		if (*y->type != '\0' && !have_type(c, y->type))
			fault(c, y->line, y->column, "pack.type", "type", y->type);
	}
}

static void
check_regulation(struct checker *c, const struct pack_entry *e)
{
	const struct pack_regulation *g = AS(pack_regulation, e);

	/* A pack looked at alone cannot be compared. */
	if (*g->replaced_by != '\0' && have_any(c, KIND_PLAYBOOK) &&
	    !have(c, KIND_REGULATION, g->replaced_by))
		fault(c, e->pack->line, e->pack->column, "pack.reference", "replaced_by", g->replaced_by);
	if (*g->instrument != '\0' && have_any(c, KIND_GROUNDS) && pack_ground(c->p, g->instrument) == NULL)
		fault(c, e->pack->line, e->pack->column, "pack.reference", "instrument", g->instrument);
	for (size_t i = 0; i < g->obligations; i++) {
		const struct pack_obligation *o = &g->obligation[i];
		bool calendar = str_eq(o->trigger, "calendar");

		if (calendar != (*o->calendar.every != '\0'))
			fault(c, o->line, o->column, "pack.calendar", "calendar", o->id);
		if (!calendar && *o->due.kind == '\0')
			fault(c, o->line, o->column, "pack.missing", "due", o->id);
		if (str_eq(o->due.kind, "within") != (o->due.count > 0 && *o->due.unit != '\0'))
			fault(c, o->line, o->column, "pack.within", "due", o->id);
	}
}

static void
check_checklist(struct checker *c, const struct pack_entry *e)
{
	const struct pack_checklist *l = AS(pack_checklist, e);

	for (size_t i = 0; i < l->checks; i++) {
		bool found = *l->check[i].group == '\0';

		for (size_t g = 0; !found && g < l->groups; g++)
			found = strcmp(l->group[g].id, l->check[i].group) == 0;
		if (!found)
			fault(c, l->check[i].line, l->check[i].column, "pack.reference", "group",
			    l->check[i].group);
	}
}

static void
check_holidays(struct checker *c, const struct pack_entry *e)
{
	const struct pack_holidays *h = AS(pack_holidays, e);

	for (size_t i = 1; i < h->days; i++)
		if (h->day[i].date_ms <= h->day[i - 1].date_ms)
			fault(c, h->day[i].line, h->day[i].column, "pack.order", "date", "");
}

/* A short name would be found in every other one. */
static void
check_bodies(struct checker *c, const struct pack_entry *e)
{
	const struct pack_bodies *b = AS(pack_bodies, e);

	for (size_t i = 0; i < b->bodies; i++)
		for (size_t n = 0; n < b->body[i].names_count; n++)
			if (strlen(b->body[i].names[n].vi) < 5)
				fault(c, b->body[i].line, b->body[i].column, "pack.body_name", "names",
				    b->body[i].names[n].vi);
}

static void
check_types(struct checker *c, const struct pack_entry *e)
{
	const struct pack_types *t = AS(pack_types, e);

	for (size_t i = 0; i < t->types; i++)
		if (str_eq(t->type[i].list, "A") != (t->type[i].row > 0))
			fault(c, t->type[i].line, t->type[i].column, "pack.row", "row",
			    t->type[i].id);
}

/* A regulation of that id, or any when none are loaded. */
static bool
have_regulation(struct checker *c, const char *id, const char *obligation)
{
	const struct pack_entry *e;

	if (!have_any(c, KIND_REGULATION))
		return true;
	for (size_t i = 0; (e = set_next(c->p, KIND_REGULATION, &i)) != NULL;) {
		const struct pack_regulation *g = AS(pack_regulation, e);

		if (strcmp(e->pack->id, id) != 0)
			continue;
		if (obligation == NULL)
			return true;
		for (size_t o = 0; o < g->obligations; o++)
			if (strcmp(g->obligation[o].id, obligation) == 0)
				return true;
	}
	return false;
}

static void
check_form(struct checker *c, const struct pack_entry *e)
{
	const struct pack_form *f = AS(pack_form, e);

	if (*f->cover != '\0' && have_any(c, KIND_REGULATION) && !have(c, KIND_FORM, f->cover))
		fault(c, f->pack.line, f->pack.column, "pack.reference", "cover", f->cover);
	for (size_t i = 0; i < f->discharges.count; i++) {
		char id[100] = "", obligation[100] = "";

		if (sscanf(f->discharges.s[i], "%99[^/]/%99s", id, obligation) != 2 ||
		    !have_regulation(c, id, obligation))
			fault(c, f->pack.line, f->pack.column, "pack.reference", "discharges",
			    f->discharges.s[i]);
	}
	for (size_t i = 0; i < f->grounds; i++)
		if (*f->ground[i].regulation != '\0' &&
		    !have_regulation(c, f->ground[i].regulation, NULL))
			fault(c, f->ground[i].line, f->ground[i].column, "pack.reference",
			    "regulation", f->ground[i].regulation);
}

/* These say all by themselves. */
static void
check_alone(struct checker *c, const struct pack_entry *e)
{
	(void)c;
	(void)e;
}

static void
check_grounds(struct checker *c, const struct pack_entry *e)
{
	grounds_check(c->r, c->p, AS(pack_grounds, e));
}

void
set_cross_check(struct schema_read *r, const struct packs *p)
{
	static void (*const check[KINDS])(struct checker *, const struct pack_entry *) = {
		[KIND_PLAYBOOK] = check_playbook,
		[KIND_TYPES] = check_types,
		[KIND_QUESTIONS] = check_questions,
		[KIND_SEVERITY] = check_severity,
		[KIND_SYMPTOMS] = check_symptoms,
		[KIND_REGULATION] = check_regulation,
		[KIND_CHECKLIST] = check_checklist,
		[KIND_HOLIDAYS] = check_holidays,
		[KIND_BODIES] = check_bodies,
		[KIND_FORM] = check_form,
		[KIND_GROUNDS] = check_grounds,
		[KIND_STYLE] = check_alone,
		[KIND_PIPELINE] = check_alone,
	};
	struct checker c = { r, p };

	check_twice(&c);
	for (size_t i = 0; i < p->entries; i++) {
		r->file = p->entry[i].path;
		check[p->entry[i].kind](&c, &p->entry[i]);
	}
}
