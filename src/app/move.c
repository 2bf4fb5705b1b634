/* SPDX-License-Identifier: Apache-2.0 */
/* move.c: one step of an incident's life: checks, changes, effects, timeline. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/dossier.h"
#include "app/duty.h"
#include "app/led.h"
#include "app/led_guards.h"
#include "app/plan.h"

#define HOUR_MS INT64_C(3600000)

/* A step under way. */
struct step {
	const struct transition *t;
	const struct move *move;
	int64_t at;          /* when it happened */
	const char *missing; /* what was missing, in Vietnamese; NULL: nothing */
	const char *missing_en;
};

static const char *
state_word(struct call *call, enum incident_state state)
{
	return arena_printf(call->arena, "@state.%s", state_name(state));
}

/* ---- may it go on -------- */

static int
fail_transition(struct call *call, const struct incident *incident, const struct move *move)
{
	return err_fail(call->err, ERR_STATE, "err.transition", NULL, "from",
	    arena_printf(call->arena, "@state.%s", incident->state), "to",
	    state_word(call, move->to));
}

static void
sentences(struct call *call, const struct facts *facts, const enum guard *unmet, size_t n,
    struct jsonw *list)
{
	struct buf one = BUF_INIT(4000);

	for (size_t i = 0; i < n; i++) {
		buf_reset(&one);
		facts_say(call, call->lang, unmet[i], facts, &one);
		jsonw_string(list, buf_str(&one));
	}
	buf_clear(&one);
}

/* The same as one text, for the record, which people read in either language. */
static const char *
all_of(struct call *call, enum lang lang, const struct facts *facts, const enum guard *unmet, size_t n)
{
	struct buf all = BUF_INIT(16000);
	const char *ret;

	for (size_t i = 0; i < n; i++) {
		buf_adds(&all, i == 0 ? "" : " ");
		facts_say(call, lang, unmet[i], facts, &all);
	}
	ret = arena_strdup(call->arena, buf_str(&all));
	buf_clear(&all);
	return ret;
}

/* Guards: met, or forced with a reason and then recorded. */
static int
check_guards(struct call *call, const struct incident *incident, struct step *step)
{
	struct buf list = BUF_INIT(32000);
	struct jsonw w = JSONW_INIT(&list);
	enum guard unmet[TRANSITION_GUARDS_MAX];
	struct facts facts = { 0 };
	size_t n;

	facts_read(call, incident->id, step->t, step->move->reason, &facts);
	n = transition_unmet(step->t, facts.missing, unmet);
	if (n == 0 || call->err->kind != ERR_NONE)
		return call->err->kind;
	if (guard_is_hard(unmet[0]))
		return call_fail(call, ERR_INVALID, "err.required", "reason");
	jsonw_array(&w);
	sentences(call, &facts, unmet, n, &w);
	jsonw_array_end(&w);
	step->missing = all_of(call, LANG_VI, &facts, unmet, n);
	step->missing_en = all_of(call, LANG_EN, &facts, unmet, n);
	if (!step->move->force) {
		err_fail(call->err, ERR_STATE, "err.guards", NULL, "to",
		    state_word(call, step->t->to), "count", text_int(call, (int64_t)n));
		if (call->err->list == NULL)
			call->err->list = buf_take(&list);
	} else if (step->move->reason == NULL) {
		call_fail(call, ERR_INVALID, "err.required", "reason");
	}
	buf_clear(&list);
	return call->err->kind;
}

static int
check_second(struct call *call, const struct incident *incident, const struct move *move)
{
	const char *who = move->second_person_id;
	int64_t level;

	if (move->by != BY_DISMISS)
		return 0;
	/* The gravest it ever seemed: nobody scores it down alone and then dismisses it. */
	level = tx_int(call->tx, "SELECT MIN(level) FROM (SELECT level FROM score WHERE"
	    " incident_id = ?1 UNION ALL SELECT level FROM incident WHERE id = ?1) all_levels", "t",
	    incident->id);
	if (who != NULL && str_eq(who, call->actor.id))
		return call_fail(call, ERR_INVALID, "err.second_same", "second_person");
	if (who == NULL && dismissal_needs_second(level))
		return err_fail(call->err, ERR_INVALID, "err.second_needed", "second_person",
		    "level", text_int(call, level), NULL, NULL);
	return 0;
}

static int
check(struct call *call, const struct incident *incident, struct step *step)
{
	const struct move *move = step->move;

	step->t = transition_get(state_of(incident->state), move->to);
	if (step->t == NULL)
		return fail_transition(call, incident, move);
	if (step->t->by != move->by)
		return err_fail(call->err, ERR_STATE, "err.move_by", NULL, "to",
		    state_word(call, move->to), NULL, NULL);
	step->at = move->occurred_at == SQL_NULL ? call->now : move->occurred_at;
	if (step->at < incident->detected_at && move->occurred_at != SQL_NULL)
		return err_fail(call->err, ERR_INVALID, "err.time_order", "occurred_at", "other",
		    "@field.detected_at", NULL, NULL);
	if (check_second(call, incident, move) != 0)
		return call->err->kind;
	return check_guards(call, incident, step);
}

/* ---- what changes with it -------- */

static void
put(struct col *cols, size_t *n, const char *name, const char *text, int64_t number)
{
	cols[(*n)++] = (struct col){ name, text, number };
}

static int
change_incident(struct call *call, struct incident *incident, const struct step *step)
{
	unsigned effects = step->t->effects;
	struct col cols[20];
	size_t n = 0;

	put(cols, &n, "state", state_name(step->t->to), SQL_NULL);
	if ((effects & EFFECT_TAKE) != 0 && incident->taken_at == SQL_NULL)
		put(cols, &n, "taken_at", NULL, step->at);
	if ((effects & EFFECT_CONFIRM) != 0)
		put(cols, &n, "confirmed_at", NULL, step->at);
	if ((effects & EFFECT_LOOP) != 0)
		put(cols, &n, "loop_count", NULL, incident->loop_count + 1);
	if ((effects & EFFECT_END) != 0) {
		put(cols, &n, "response_ended_at", NULL, step->at);
		incident->watch_until_at = step->at + setting_int(call, "watch.hours") * HOUR_MS;
		put(cols, &n, "watch_until_at", NULL, incident->watch_until_at);
	}
	if ((effects & EFFECT_UNEND) != 0) {
		put(cols, &n, "response_ended_at", NULL, SQL_NULL);
		put(cols, &n, "watch_until_at", NULL, SQL_NULL);
	}
	if ((effects & EFFECT_CLOSE) != 0) {
		put(cols, &n, "closed_at", NULL, step->at);
		put(cols, &n, "close_reason", step->move->reason, SQL_NULL);
		put(cols, &n, "second_person_id", step->move->second_person_id, SQL_NULL);
		put(cols, &n, "under_direction", NULL, 0);
	}
	if ((effects & EFFECT_REOPEN) != 0) {
		put(cols, &n, "closed_at", NULL, SQL_NULL);
		put(cols, &n, "close_reason", NULL, SQL_NULL);
		put(cols, &n, "second_person_id", NULL, SQL_NULL);
		put(cols, &n, "duplicate_of_id", NULL, SQL_NULL);
		put(cols, &n, "seal", NULL, SQL_NULL);
	}
	if (change_update(call, "incident", incident->id, step->move->seen, cols, n) != 0)
		return call->err->kind;
	incident->state = state_name(step->t->to);
	incident->loop_count += (effects & EFFECT_LOOP) != 0;
	return 0;
}

/* The one who reported keeps seeing the telephone number until somebody has taken it. */
static void
take_reports(struct call *call, const struct incident *incident, int64_t at)
{
	const char *by = call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : incident->lead_id;
	struct query q;

	query_open(&q, call->tx, "SELECT id FROM report WHERE incident_id = ? AND taken_at IS NULL",
	    "t", incident->id);
	while (query_step(&q))
		change_update(call, "report", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CI("taken_at", at), CT("taken_by_id", by)));
	query_close(&q);
}

/* Thanks, and that nothing bad was found; the handler's reason stays inside the agency. */
static void
tell_reporters(struct call *call, const struct incident *incident)
{
	struct query q;

	query_open(&q, call->tx, "SELECT id, lang FROM report WHERE incident_id = ?", "t",
	    incident->id);
	while (query_step(&q))
		change_insert(call, "report_message", NULL, COLS(
		    CT("report_id", arena_strdup(call->arena, query_text(&q, 0))),
		    CT("incident_id", incident->id), CT("direction", "out"),
		    CT("text", word(lang_of(query_text(&q, 1)), "reply.not_incident")),
		    CI("sent_at", call->now)));
	query_close(&q);
}

/* Nobody is asked any more about an incident that is over. */
static void
withdraw_directions(struct call *call, const struct incident *incident)
{
	struct query q;

	query_open(&q, call->tx, "SELECT id FROM direction WHERE incident_id = ? AND state ="
	    " 'asked'", "t", incident->id);
	while (query_step(&q))
		change_update(call, "direction", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CT("state", "withdrawn")));
	query_close(&q);
}

/* Over all that happened before this very step. */
static void
seal(struct call *call, const struct incident *incident)
{
	char hash[65];

	if (dossier_seal(call->tx, call->agency_id, incident->id, hash, call->err) == 0)
		change_update(call, "incident", incident->id, -1, COLS(CT("seal", hash)));
}

/* What is opened again stands for itself: no duplicate of anything any more. */
static void
unlink_duplicate(struct call *call, const struct incident *incident)
{
	const char *id = tx_text(call->tx, call->arena, "SELECT id FROM incident_link WHERE"
	    " incident_id = ? AND kind = 'duplicate'", "t", incident->id);

	if (id != NULL)
		change_delete(call, "incident_link", id);
}

static void
do_effects(struct call *call, const struct incident *incident, const struct step *step)
{
	unsigned effects = step->t->effects;

	if ((effects & EFFECT_TAKE) != 0)
		take_reports(call, incident, step->at);
	if ((effects & EFFECT_TELL) != 0)
		tell_reporters(call, incident);
	if ((effects & EFFECT_CLOSE) != 0)
		withdraw_directions(call, incident);
	if ((effects & EFFECT_REOPEN) != 0)
		unlink_duplicate(call, incident);
	if ((effects & EFFECT_LOOP) != 0)
		plan_find_cause(call, incident->id, step->t->from == STATE_VALIDATION ? "check" :
		    step->t->from == STATE_CLOSED ? "manual" : "watch", incident->loop_count);
	if ((effects & EFFECT_SEAL) != 0)
		seal(call, incident);
	if ((effects & EFFECT_CHECK) != 0)
		check_round_start(call, incident->id);
	plan_phase_begins(call, incident->id, step->t->to, step->at);
	duty_evaluate(call, incident->id);
}

/* ---- what is told of it -------- */

static const char *
timeline_word(const struct step *step)
{
	unsigned effects = step->t->effects;

	if ((effects & EFFECT_REOPEN) != 0)
		return "timeline.state.reopened";
	if ((effects & EFFECT_LOOP) != 0)
		return step->t->from == STATE_VALIDATION ? "timeline.state.unstable" :
		    "timeline.state.watch_failed";
	if ((effects & EFFECT_END) != 0)
		return "timeline.state.ended";
	if ((effects & EFFECT_TELL) != 0)
		return step->move->second_person_id == NULL ? "timeline.state.dismissed" :
		    "timeline.state.dismissed_by_two";
	if (step->t->by == BY_MERGE)
		return "timeline.state.merged";
	if ((effects & EFFECT_CLOSE) != 0)
		return "timeline.state.closed";
	return (effects & EFFECT_TAKE) != 0 ? "timeline.state.taken" : "timeline.state.moved";
}

static void
tell(struct call *call, const struct incident *incident, const struct step *step)
{
	const char *second = step->move->second_person_id == NULL ? NULL :
	    tx_text(call->tx, call->arena, "SELECT name FROM account WHERE id = ?", "t",
	    step->move->second_person_id);
	char until[CLOCK_TEXT_SIZE] = "";

	if ((step->t->effects & EFFECT_END) != 0)
		clock_vi(incident->watch_until_at, until);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id,
	    .kind = "state", .word = timeline_word(step), .text = step->move->reason,
	    .occurred_at = step->at, .told_at = SQL_NULL,
	    .args = TIMELINE_ARGS("from", state_word(call, step->t->from),
	    "to", state_word(call, step->t->to), "loop", text_int(call, incident->loop_count),
	    "until", until, "second", second, "other", step->move->other) });
	if (step->missing == NULL)
		return;
	change_info(call, "missing", step->missing);
	change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id,
	    .kind = "state", .word = "timeline.state.forced", .occurred_at = step->at,
	    .told_at = SQL_NULL, .args = TIMELINE_ARGS("to", state_word(call, step->t->to),
	    "missing", step->missing, "missing_en", step->missing_en) });
}

int
incident_move(struct call *call, struct incident *incident, const struct move *move)
{
	struct step step = { .move = move };

	if (check(call, incident, &step) != 0 || change_incident(call, incident, &step) != 0)
		return call->err->kind;
	tell(call, incident, &step);
	do_effects(call, incident, &step);
	return call->err->kind;
}
