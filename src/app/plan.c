/* SPDX-License-Identifier: Apache-2.0 */
#include "app/plan.h"

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"

#define MINUTE_MS    INT64_C(60000)
#define PHASE_PLACES 1000 /* positions of one phase */

struct old_task {
	const char *id, *playbook, *step, *title, *state;
	bool by_change; /* waived because the playbook changed, not by a person */
	bool kept;
};

static int64_t
phase_index(const char *phase)
{
	int64_t i = 0;

	while (phase_names[i] != NULL && !str_eq(phase, phase_names[i]))
		i++;
	return i;
}

int64_t
plan_position(struct call *call, const char *incident_id, const char *phase)
{
	int64_t last = tx_int(call->tx, "SELECT MAX(position) FROM task WHERE incident_id = ? AND"
	    " phase = ?", "tt", incident_id, phase);

	return last == SQL_NULL ? phase_index(phase) * PHASE_PLACES : last + 1;
}

/* All tasks that came from playbooks; a person's own are nobody's to change. */
static struct old_task *
old_tasks(struct call *call, const char *incident_id, size_t *ret_n)
{
	size_t n = 0, size = (size_t)tx_int(call->tx, "SELECT COUNT(*) FROM task WHERE incident_id"
	    " = ? AND origin = 'playbook'", "t", incident_id);
	struct old_task *old = arena_alloc(call->arena, (size + 1) * sizeof(*old));
	struct query q;

	query_open(&q, call->tx, "SELECT id, playbook, step, title, state, entered_at FROM task"
	    " WHERE incident_id = ? AND origin = 'playbook' ORDER BY position", "t", incident_id);
	while (n < size && query_step(&q)) {
		struct old_task *o = &old[n++];

		o->id = arena_strdup(call->arena, query_text(&q, 0));
		o->playbook = arena_strdup(call->arena, query_text(&q, 1));
		o->step = arena_strdup(call->arena, query_text(&q, 2));
		o->title = arena_strdup(call->arena, query_text(&q, 3));
		o->state = arena_strdup(call->arena, query_text(&q, 4));
		o->by_change = str_eq(o->state, "waived") && query_opt(&q, 5) == SQL_NULL;
	}
	query_close(&q);
	*ret_n = n;
	return old;
}

/* The task that stands for the step already: the same step, or the same words elsewhere. */
static struct old_task *
find_old(struct old_task *old, size_t n, const char *playbook, const struct pack_step *step)
{
	for (size_t i = 0; i < n; i++)
		if (!old[i].kept && str_eq(old[i].playbook, playbook) &&
		    str_eq(old[i].step, step->id))
			return &old[i];
	for (size_t i = 0; i < n; i++)
		if (!old[i].kept && !old[i].by_change && str_eq(old[i].title, step->text.vi))
			return &old[i];
	return NULL;
}

static int64_t
due_at(struct call *call, const struct incident *incident, const char *phase, int max_minutes)
{
	enum incident_state begins = phase_begins(phase);

	if (max_minutes <= 0 || begins == STATES || state_of(incident->state) < begins)
		return SQL_NULL;
	return call->now + max_minutes * MINUTE_MS;
}

static void
add_step(struct call *call, const struct incident *incident, const char *playbook,
    const struct pack_step *step, const char *phase, int64_t position)
{
	change_insert(call, "task", NULL, COLS(CT("incident_id", incident->id),
	    CT("origin", "playbook"), CT("playbook", playbook), CT("step", step->id),
	    CT("phase", phase), CI("position", position), CT("title", step->text.vi),
	    CT("why", str_empty(step->why.vi) ? NULL : step->why.vi), CT("role", step->role),
	    CI("is_mandatory", step->mandatory),
	    CI("max_minutes", step->max_minutes > 0 ? step->max_minutes : SQL_NULL),
	    CI("needs_approval", step->needs_approval), CI("produces_evidence",
	    step->produces_evidence), CI("is_reversible", step->reversible),
	    CT("undo_text", str_empty(step->undo_text.vi) ? NULL : step->undo_text.vi),
	    CT("state", "open"), CI("due_at", due_at(call, incident, phase, step->max_minutes)),
	    CI("loop", incident->loop_count)));
}

/* A step the incident has a task for already. */
static void
keep_step(struct call *call, const struct incident *incident, struct old_task *old,
    const char *playbook, const struct pack_step *step, const char *phase, int64_t position)
{
	old->kept = true;
	if (str_eq(old->state, "open"))
		change_update(call, "task", old->id, -1, COLS(CT("playbook", playbook),
		    CT("step", step->id), CT("phase", phase), CI("position", position),
		    CI("is_mandatory", step->mandatory)));
	else if (old->by_change)
		change_update(call, "task", old->id, -1, COLS(CT("state", "open"),
		    CT("waive_reason", NULL), CI("due_at", due_at(call, incident, phase,
		    step->max_minutes))));
}

static void
waive_rest(struct call *call, struct old_task *old, size_t n, const char *title)
{
	const char *reason = words_vi(call, "plan.waived", WORDS_ARGS("playbook", title));

	for (size_t i = 0; i < n; i++) {
		if (old[i].kept || !str_eq(old[i].state, "open"))
			continue;
		change_update(call, "task", old[i].id, -1, COLS(CT("state", "waived"),
		    CT("waive_reason", reason), CI("entered_at", SQL_NULL)));
	}
}

int
plan_apply(struct call *call, const struct incident *incident, const struct pack_playbook *playbook)
{
	const char *id = playbook->pack.id;
	const char *version = text_int(call, playbook->pack.version);
	bool first = incident->playbook == NULL;
	struct old_task *old;
	size_t n;

	if (str_eq(incident->playbook, id) && str_eq(incident->playbook_version, version))
		return 0;
	old = old_tasks(call, incident->id, &n);
	for (enum pack_phase phase = 0; phase < PHASES; phase++) {
		const char *name = pack_phase_name(phase);

		for (size_t s = 0; s < playbook->steps[phase]; s++) {
			const struct pack_step *step = &playbook->step[phase][s];
			struct old_task *same = find_old(old, n, id, step);
			int64_t position = phase_index(name) * PHASE_PLACES + (int64_t)s;

			if (same != NULL)
				keep_step(call, incident, same, id, step, name, position);
			else
				add_step(call, incident, id, step, name, position);
		}
	}
	waive_rest(call, old, n, playbook->pack.title.vi);
	change_update(call, "incident", incident->id, -1, COLS(CT("playbook", id),
	    CT("playbook_version", version)));
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "task",
	    .word = first ? "timeline.playbook.applied" : "timeline.playbook.changed",
	    .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("playbook", playbook->pack.title.vi, "code", playbook->code) });
	return call->err->kind;
}

void
plan_phase_begins(struct call *call, const char *incident_id, enum incident_state state,
    int64_t at_ms)
{
	struct query q;

	query_open(&q, call->tx, "SELECT id, phase, max_minutes FROM task WHERE incident_id = ? AND"
	    " state = 'open' AND due_at IS NULL AND max_minutes IS NOT NULL", "t", incident_id);
	while (query_step(&q)) {
		const char *id = arena_strdup(call->arena, query_text(&q, 0));

		if (phase_begins(query_text(&q, 1)) == state)
			change_update(call, "task", id, -1,
			    COLS(CI("due_at", at_ms + query_int(&q, 2) * MINUTE_MS)));
	}
	query_close(&q);
}

void
plan_find_cause(struct call *call, const char *incident_id, const char *origin, int64_t loop)
{
	change_insert(call, "task", NULL, COLS(CT("incident_id", incident_id), CT("origin", origin),
	    CT("phase", "identify"), CI("position", plan_position(call, incident_id, "identify")),
	    CT("title", word(LANG_VI, "plan.find_cause")),
	    CT("why", word(LANG_VI, "plan.find_cause_why")), CT("role", "netadmin"),
	    CI("is_mandatory", 1), CI("produces_evidence", 1), CT("state", "open"),
	    CI("loop", loop)));
}

/* ---- the check of the whole system -------- */

int64_t
check_round_start(struct call *call, const char *incident_id)
{
	const struct pack_checklist *list = pack_checklist(call->app->packs, CHECKLIST, call->now);
	int64_t last = tx_int(call->tx, "SELECT MAX(round) FROM check_item WHERE incident_id = ?",
	    "t", incident_id);
	int64_t round = last == SQL_NULL ? 1 : last + 1;

	if (list == NULL)
		return 0;
	/* A round nobody has begun to fill in is as good as a new one. */
	if (last != SQL_NULL && tx_int(call->tx,
	    "SELECT COUNT(*) FROM check_item WHERE incident_id = ? AND round = ? AND result <>"
	    " 'open'", "ti", incident_id, last) == 0)
		return last;
	for (size_t i = 0; i < list->checks; i++)
		change_insert(call, "check_item", NULL, COLS(CT("incident_id", incident_id),
		    CI("round", round), CT("item", list->check[i].id), CI("position", i),
		    CT("title", list->check[i].text.vi), CT("result", "open")));
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident_id, .kind = "check",
	    .word = "timeline.check.started", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("round", text_int(call, round),
	    "count", text_int(call, (int64_t)list->checks)) });
	return round;
}
