/* SPDX-License-Identifier: Apache-2.0 */
/* duty_rules.c: the regulation packs as rules for one agency. */
#include "app/app.h"
#include "app/duty.h"

#define OFF_MAX      64
#define VERSIONS_MAX 64 /* packs of regulations, all versions together */

enum day_kind
duty_day_kind(const void *arg, int64_t at_ms)
{
	const char *said = pack_holiday(arg, at_ms);

	return str_eq(said, "off") ? DAY_OFF : str_eq(said, "working") ? DAY_WORKING : DAY_AS_USUAL;
}

/* ---- the agency ------------------------------------------------------------------------ */

static void
read_off(struct tx *tx, struct arena *arena, const char *agency_id, struct duty_agency *ret)
{
	struct query q;

	query_open(&q, tx, "SELECT regulation FROM regulation_switch WHERE agency_id = ? AND is_off = 1",
	    "t", agency_id);
	while (query_step(&q) && ret->off_count < OFF_MAX) {
		if (ret->off == NULL)
			ret->off = arena_alloc(arena, OFF_MAX * sizeof(*ret->off));
		ret->off[ret->off_count++] = arena_strdup(arena, query_text(&q, 0));
	}
	query_close(&q);
}

static bool
is_one_of(const char *name, const char *a, const char *b)
{
	return name != NULL && (str_eq(name, a) || str_eq(name, b));
}

enum { A_MEMBER, A_CREATED, A_NAME, A_SHORT, S_LEVEL, S_OWNER, S_OPERATOR };

/* One system of the register; another body operates a shared one and answers for it. */
static void
add_system(struct query *q, struct duty_agency *ret)
{
	const char *name = query_text(q, A_NAME), *shorter = query_text(q, A_SHORT);
	const char *operator = query_text(q, S_OPERATOR);
	int64_t level = query_int(q, S_LEVEL);

	ret->is_owner |= is_one_of(query_text(q, S_OWNER), name, shorter);
	if (level >= 1 && level <= 5 && (str_empty(operator) || is_one_of(operator, name, shorter)))
		ret->has_level[level] = true;
}

void
duty_agency_read(struct tx *tx, struct arena *arena, const char *agency_id, struct duty_agency *ret)
{
	struct query q;

	*ret = (struct duty_agency){ 0 };
	query_open(&q, tx, "SELECT a.is_network_member, a.created_at, a.name, a.short_name, s.level,"
	    " s.owner_name, s.operator_name FROM agency a LEFT JOIN info_system s ON s.agency_id = a.id"
	    " AND s.is_retired = 0 WHERE a.id = ?", "t", agency_id);
	while (query_step(&q)) {
		ret->is_member = query_int(&q, A_MEMBER) != 0;
		ret->created_at = query_int(&q, A_CREATED);
		add_system(&q, ret);
	}
	query_close(&q);
	read_off(tx, arena, agency_id, ret);
}

bool
duty_is_off(const struct duty_agency *agency, const char *regulation)
{
	for (size_t i = 0; i < agency->off_count; i++)
		if (strcmp(agency->off[i], regulation) == 0)
			return true;
	return false;
}

bool
duty_concerns(const struct duty_agency *agency, const struct pack_obligation *o)
{
	int from = o->level_from > 0 ? o->level_from : 1, to = o->level_to > 0 ? o->level_to : 5;

	if ((o->members_only && !agency->is_member) || (o->owners_only && !agency->is_owner))
		return false;
	if (o->level_from == 0 && o->level_to == 0)
		return true;
	for (int level = from; level <= to; level++)
		if (agency->has_level[level])
			return true;
	return false;
}

const char *
duty_recipients(struct arena *arena, const struct duty_agency *agency,
    const struct pack_obligation *o)
{
	bool others = !agency->is_member && o->recipients_others_count > 0;
	const char **role = others ? o->recipients_others : o->recipients;
	size_t n = others ? o->recipients_others_count : o->recipients_count;
	const char *list = "";

	for (size_t i = 0; i < n; i++)
		list = arena_printf(arena, "%s%s%s", list, i == 0 ? "" : " ", role[i]);
	return list;
}

/* ---- rules ------------------------------------------------------------------------------ */

static struct duty_rule
rule_of(struct arena *arena, const struct pack_regulation *r, const struct pack_obligation *o)
{
	struct duty_source *source = arena_alloc(arena, sizeof(*source));
	struct duty_rule rule = { .profile = r->pack.id, .obligation = o->id,
		.trigger = duty_trigger_of(o->trigger), .clock = duty_clock_of(o->due.clock),
		.kind = duty_kind_of(o->due.kind), .count = o->due.count,
		.is_provisional = o->provisional, .from_ms = r->pack.from_ms, .to_ms = r->pack.to_ms,
		.source = source };

	*source = (struct duty_source){ r, o };
	if (rule.trigger == TRIGGER_CALENDAR)
		rule.kind = DUTY_CALENDAR;
	if (rule.kind == DUTY_KINDS || (rule.kind == DUTY_WITHIN && !deadline_unit_of(o->due.unit, &rule.unit)))
		rule.kind = DUTY_NO_TIME;
	return rule;
}

/* Of the rules of other versions of the same regulation, the first of the same obligation; else itself. */
static size_t
head_of(const struct duty_rule *rules, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(rules[k].obligation, rules[i].obligation) == 0 &&
		    strcmp(rules[k].profile, rules[i].profile) == 0)
			return k;
	return i;
}

static bool
is_among(const struct pack_regulation *r, const struct pack_regulation *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i]->pack.id, r->pack.id) == 0)
			return true;
	return false;
}

/* Every version of every regulation; of two that hold at the same time the later one wins. */
size_t
duty_rules(struct arena *arena, const struct packs *packs, const struct duty_agency *agency,
    struct duty_rule **ret)
{
	const struct pack_regulation *versions[VERSIONS_MAX], *r;
	size_t n = 0, count = 0, max = 0;
	struct duty_rule *rules;

	for (size_t i = 0; count < VERSIONS_MAX && (r = pack_regulation_any(packs, &i)) != NULL;)
		if (!duty_is_off(agency, r->pack.id))
			versions[count++] = r;
	for (size_t i = 0; i < count; i++)
		max += versions[i]->obligations;
	max = max < DUTY_RULES_MAX ? max : DUTY_RULES_MAX;
	rules = arena_alloc(arena, max * sizeof(*rules));
	for (size_t v = count; v-- > 0;) {
		bool again = is_among(versions[v], versions + v + 1, count - v - 1);

		for (size_t k = 0; k < versions[v]->obligations && n < max; k++) {
			const struct pack_obligation *o = &versions[v]->obligation[k];

			if (!duty_concerns(agency, o))
				continue;
			rules[n] = rule_of(arena, versions[v], o);
			rules[n].head = again ? head_of(rules, n) : n;
			rules[rules[n].head].has_versions |= rules[n].head != n;
			n++;
		}
	}
	*ret = rules;
	return n;
}

const struct pack_obligation *
duty_obligation(const struct packs *packs, const char *profile, const char *obligation,
    int64_t at_ms)
{
	const struct pack_regulation *r = pack_regulation(packs, profile, at_ms), *any;

	for (size_t i = 0; r == NULL && (any = pack_regulation_any(packs, &i)) != NULL;)
		if (strcmp(any->pack.id, profile) == 0)
			r = any;
	for (size_t i = 0; r != NULL && i < r->obligations; i++)
		if (strcmp(r->obligation[i].id, obligation) == 0)
			return &r->obligation[i];
	return NULL;
}
