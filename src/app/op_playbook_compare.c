/* SPDX-License-Identifier: Apache-2.0 */
/* op_playbook_compare.c: what differs between two editions of a playbook, step by step. */
#include "app/change.h"
#include "app/ops.h"
#include "app/playbook.h"

static const char *
say(const struct call *call, const struct pack_text *text)
{
	return pack_say(text, lang_code(call->lang));
}

/* ---- steps -------- */

static bool
same_text(const struct pack_text *a, const struct pack_text *b)
{
	return strcmp(a->vi, b->vi) == 0 && strcmp(a->en, b->en) == 0;
}

struct difference {
	const char *field[12];
	size_t n;
};

static void
note(struct difference *d, bool same, const char *field)
{
	if (!same)
		d->field[d->n++] = field;
}

static struct difference
compare_steps(const struct pack_step *a, const struct pack_step *b, bool same_phase)
{
	struct difference d = { .n = 0 };

	note(&d, same_phase, "phase");
	note(&d, same_text(&a->text, &b->text), "text");
	note(&d, same_text(&a->why, &b->why), "why");
	note(&d, strcmp(a->role, b->role) == 0, "role");
	note(&d, a->mandatory == b->mandatory, "is_mandatory");
	note(&d, a->max_minutes == b->max_minutes, "max_minutes");
	note(&d, a->needs_approval == b->needs_approval, "needs_approval");
	note(&d, a->produces_evidence == b->produces_evidence, "produces_evidence");
	note(&d, a->reversible == b->reversible, "is_reversible");
	note(&d, same_text(&a->undo_text, &b->undo_text), "undo_text");
	note(&d, strcmp(a->probe.kind, b->probe.kind) == 0, "probe");
	note(&d, same_text(&a->probe.hint, &b->probe.hint), "probe_hint");
	return d;
}

static void
out_side(struct call *call, const char *key, const struct pack_step *step)
{
	jsonw_key(call->out, key);
	if (step == NULL)
		jsonw_null(call->out);
	else
		playbook_out_step(call, step);
}

static void
out_step_change(struct call *call, const char *change, enum pack_phase phase,
    const struct pack_step *before, const struct pack_step *after, const struct difference *d)
{
	jsonw_object(call->out);
	jsonw_kstring(call->out, "change", change);
	jsonw_kstring(call->out, "phase", pack_phase_name(phase));
	jsonw_kstring(call->out, "step", after != NULL ? after->id : before->id);
	jsonw_karray(call->out, "fields");
	for (size_t i = 0; d != NULL && i < d->n; i++)
		jsonw_string(call->out, d->field[i]);
	jsonw_array_end(call->out);
	out_side(call, "before", before);
	out_side(call, "after", after);
	jsonw_object_end(call->out);
}

struct counts {
	int64_t added, removed, changed, same;
};

/* The steps of one phase as they are after, with those that were there before among them. */
static void
out_phase(struct call *call, const struct pack_playbook *a, const struct pack_playbook *b,
    enum pack_phase phase, struct counts *counts)
{
	enum pack_phase was;

	for (size_t i = 0; i < b->steps[phase]; i++) {
		const struct pack_step *after = &b->step[phase][i];
		const struct pack_step *before = pack_playbook_step(a, after->id, &was);
		struct difference d = { .n = 0 };

		if (before == NULL) {
			out_step_change(call, "added", phase, NULL, after, NULL);
			counts->added++;
			continue;
		}
		d = compare_steps(before, after, was == phase);
		if (d.n > 0)
			out_step_change(call, "changed", phase, before, after, &d);
		counts->changed += d.n > 0;
		counts->same += d.n == 0;
	}
	for (size_t i = 0; i < a->steps[phase]; i++) {
		const struct pack_step *before = &a->step[phase][i];

		if (pack_playbook_step(b, before->id, NULL) != NULL)
			continue;
		out_step_change(call, "removed", phase, before, NULL, NULL);
		counts->removed++;
	}
}

static void
out_steps(struct call *call, const struct pack_playbook *a, const struct pack_playbook *b)
{
	struct counts n = { 0 };

	jsonw_karray(call->out, "items");
	for (enum pack_phase phase = 0; phase < PHASES; phase++)
		out_phase(call, a, b, phase, &n);
	jsonw_array_end(call->out);
	jsonw_kint(call->out, "added", n.added);
	jsonw_kint(call->out, "removed", n.removed);
	jsonw_kint(call->out, "changed", n.changed);
	jsonw_kint(call->out, "same", n.same);
}

/* ---- lists and single lines -------- */

static bool
has_text(const struct pack_text *list, size_t n, const struct pack_text *text)
{
	for (size_t i = 0; i < n; i++)
		if (same_text(&list[i], text))
			return true;
	return false;
}

/* Those of ${list} that ${other} lacks. */
static void
out_lacking(struct call *call, const char *key, const struct pack_text *list, size_t n,
    const struct pack_text *other, size_t others)
{
	jsonw_karray(call->out, key);
	for (size_t i = 0; i < n; i++)
		if (!has_text(other, others, &list[i]))
			jsonw_string(call->out, say(call, &list[i]));
	jsonw_array_end(call->out);
}

static void
out_lists(struct call *call, const struct pack_playbook *a, const struct pack_playbook *b)
{
#define LIST(name, member) { name, a->member, b->member, a->member##_count, b->member##_count }
	const struct {
		const char *name;
		const struct pack_text *a, *b;
		size_t na, nb;
	} list[] = {
		LIST("signs", signs), LIST("do_now", do_now_staff), LIST("do_not", do_not_staff),
		LIST("evidence", evidence), LIST("notify_extra", notify_extra),
		LIST("escalation_triggers", escalation_triggers), LIST("forms", forms),
		LIST("sources", sources),
	};

	jsonw_karray(call->out, "lists");
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "list", list[i].name);
		out_lacking(call, "added", list[i].b, list[i].nb, list[i].a, list[i].na);
		out_lacking(call, "removed", list[i].a, list[i].na, list[i].b, list[i].nb);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static void
out_line(struct call *call, const char *field, const char *before, const char *after)
{
	if (strcmp(before, after) == 0)
		return;
	jsonw_object(call->out);
	jsonw_kstring(call->out, "field", field);
	jsonw_kstring(call->out, "before", before);
	jsonw_kstring(call->out, "after", after);
	jsonw_object_end(call->out);
}

static const char *
joined(struct call *call, const char **list, size_t n)
{
	const char *all = "";

	for (size_t i = 0; i < n; i++)
		all = arena_printf(call->arena, "%s%s%s", all, i == 0 ? "" : ", ", list[i]);
	return all;
}

static void
out_lines(struct call *call, const struct pack_playbook *a, const struct pack_playbook *b)
{
	jsonw_karray(call->out, "fields");
	out_line(call, "title", say(call, &a->pack.title), say(call, &b->pack.title));
	out_line(call, "types", joined(call, a->types, a->types_count),
	    joined(call, b->types, b->types_count));
	out_line(call, "applies_to", joined(call, a->applies_to, a->applies_to_count),
	    joined(call, b->applies_to, b->applies_to_count));
	out_line(call, "power_action", a->power.action, b->power.action);
	out_line(call, "power_why", say(call, &a->power.why), say(call, &b->power.why));
	out_line(call, "drill_ref", say(call, &a->drill_ref), say(call, &b->drill_ref));
	out_line(call, "source", a->pack.source, b->pack.source);
	jsonw_array_end(call->out);
}

/* ---- the operation -------- */

static void
out_edition(struct call *call, const char *key, const struct edition *e)
{
	jsonw_kobject(call->out, key);
	playbook_out_head(call, e->playbook);
	edition_out_state(call, e->state);
	jsonw_object_end(call->out);
}

static const struct param compare_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ "from", P_INT, 0, 1, 1000000, NULL },
	{ "to", P_INT, 0, 1, 1000000, NULL },
	{ 0 },
};

/* Without numbers: from what is in use to the draft, if there is one. */
static int
compare(struct call *call)
{
	const char *id = playbook_id_arg(call, "id");
	struct edition a = { 0 }, b = { 0 };

	if (id != NULL && edition_open(call, id, (int)arg_int(call, "from", 0), &a) == 0 &&
	    edition_open(call, id, (int)arg_int(call, "to", edition_draft(call, id)), &b) == 0) {
		out_edition(call, "from", &a);
		out_edition(call, "to", &b);
		out_steps(call, a.playbook, b.playbook);
		out_lines(call, a.playbook, b.playbook);
		out_lists(call, a.playbook, b.playbook);
	}
	edition_close(&a);
	edition_close(&b);
	return call->err->kind;
}

static const char *const columns[] = { "change", "phase", "step", "fields", NULL };

const struct op ops_playbook_compare[] = {
	{ "playbook compare", "GET", "/playbooks/{id}/compare", RIGHT_READ, 0, compare_params, compare,
	    columns, "khien playbook compare PB-04 --from 1 --to 2" },
	{ 0 },
};
