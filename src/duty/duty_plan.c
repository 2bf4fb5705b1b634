/* SPDX-License-Identifier: Apache-2.0 */
#include "duty/duty_plan.h"

#define REASON(name) "duty.reason." name

static const char *const states[DUTY_STATES] = { "pending", "drafting", "waiting_signature",
	"numbered", "sent", "acknowledged", "cancelled", "superseded" };
static const char *const kinds[DUTY_KINDS] = { "at_once", "within", "as_stated", "throughout",
	"none", "calendar" };
static const char *const clocks[CLOCKS] = { "detected", "received", "beyond_capability",
	"response_ended", "personal_data_suspected", "triggered" };
static const char *const triggers[TRIGGERS] = { "staff_notice", "notice_received",
	"incident_detected", "handled_after_notice", "beyond_capability", "beyond_capability_running",
	"response_ended_after_report", "maybe_serious", "out_of_control", "contact_changed",
	"coordination_request", "security_or_interruption", "serious_incident", "report_open",
	"serious_incident_closed", "personal_data_breach", "sensitive_finance_data",
	"location_biometric_data", "processor_breach", "calendar" };

static size_t
find(const char *const *names, size_t n, const char *name)
{
	size_t i = 0;

	if (name == NULL)
		return n;
	while (i < n && (names[i][0] != name[0] || strcmp(names[i], name) != 0))
		i++;
	return i;
}

const char *
duty_state_name(enum duty_state state)
{
	return states[state];
}

enum duty_state
duty_state_of(const char *name)
{
	return (enum duty_state)find(states, DUTY_STATES, name);
}

const char *
duty_kind_name(enum duty_kind kind)
{
	return kinds[kind];
}

enum duty_kind
duty_kind_of(const char *name)
{
	return (enum duty_kind)find(kinds, DUTY_KINDS, name);
}

enum duty_trigger
duty_trigger_of(const char *name)
{
	return (enum duty_trigger)find(triggers, TRIGGERS, name);
}

enum duty_clock
duty_clock_of(const char *name)
{
	return (enum duty_clock)find(clocks, CLOCKS, name);
}

int64_t
duty_due(const struct duty_rule *rule, int64_t from_at, day_kind_fn kind, const void *arg)
{
	if (from_at == DUTY_NEVER)
		return DUTY_NEVER;
	if (rule->kind == DUTY_AT_ONCE)
		return from_at;
	if (rule->kind != DUTY_WITHIN)
		return DUTY_NEVER;
	return deadline_after(from_at, rule->count, rule->unit, kind, arg).due_at;
}

/* ---- what the facts say ------------------------------------------------------------ */

/* What one rule asks for. */
struct want {
	bool holds, is_provisional;
	bool is_over;         /* what is unfinished is superseded by something else */
	int64_t since;        /* when the trigger came about */
	int64_t due_at;       /* as_stated */
	int64_t again_at;     /* the clock of a later instance, when it is not that of the first */
	int64_t sent_at, acknowledged_at;
	const char *why_not;  /* catalogue key of the reason when it does not hold */
};

/* The plan under way. */
struct plan {
	const struct duty_case *c;
	const struct duty_facts *f;
	size_t first[DUTY_RULES_MAX], next[DUTY_ROWS_MAX]; /* rows of a rule's head, by index + 1 */
	struct duty_action *action, spare; /* spare: what there is no room for */
	size_t n, max;
};

static bool
is_open(const struct duty_facts *f)
{
	return f->closed_at == DUTY_NEVER && !f->is_dismissed && !f->is_duplicate;
}

/* When the profile's duty of ${trigger} was sent; DUTY_NEVER. ${ret_exists}: one is owed or was. */
static int64_t
sibling_sent(const struct plan *p, const char *profile, enum duty_trigger trigger, bool *ret_exists)
{
	int64_t sent = DUTY_NEVER;

	*ret_exists = false;
	for (size_t i = 0; i < p->c->rules; i++) {
		const struct duty_rule *r = &p->c->rule[i];

		if (r->head != i || r->trigger != trigger || !str_eq(r->profile, profile))
			continue;
		for (size_t k = p->first[i]; k != 0; k = p->next[k - 1]) {
			const struct duty_row *row = &p->c->row[k - 1];

			*ret_exists |= row->state < DUTY_CANCELLED;
			if (row->sent_at != DUTY_NEVER && row->state < DUTY_CANCELLED &&
			    (sent == DUTY_NEVER || row->sent_at < sent))
				sent = row->sent_at;
		}
	}
	return sent;
}

static void
want_told(const struct duty_facts *f, bool is_answer, struct want *w)
{
	w->holds = f->told_at != DUTY_NEVER;
	w->since = f->detected_at;
	w->is_provisional = f->confirmed_at == DUTY_NEVER;
	w->sent_at = is_answer ? f->acknowledged_at : f->told_at;
	/* An answer given is an answer had. */
	w->acknowledged_at = is_answer ? f->acknowledged_at : f->taken_at;
	w->why_not = REASON("no_notice");
}

static void
want_after(const struct plan *p, const struct duty_rule *r, struct want *w)
{
	const struct duty_facts *f = p->f;
	bool exists;
	int64_t sent = sibling_sent(p, r->profile, r->trigger == TRIGGER_HANDLED_AFTER_NOTICE ||
	    r->trigger == TRIGGER_REPORT_OPEN ? TRIGGER_INCIDENT_DETECTED : TRIGGER_BEYOND, &exists);

	w->why_not = REASON("response_continues");
	w->since = f->ended_at;
	if (r->trigger == TRIGGER_HANDLED_AFTER_NOTICE) {
		w->holds = f->ended_at != DUTY_NEVER && sent != DUTY_NEVER && sent < f->ended_at;
	} else if (r->trigger == TRIGGER_ENDED_AFTER_REPORT) {
		w->holds = f->ended_at != DUTY_NEVER && exists;
	} else {
		w->holds = sent != DUTY_NEVER && (f->ended_at == DUTY_NEVER || sent < f->ended_at);
		w->since = sent;
		w->why_not = REASON("report_final");
	}
}

static void
want_beyond(const struct duty_facts *f, enum duty_trigger trigger, struct want *w)
{
	w->holds = f->is_beyond;
	w->since = f->beyond_at;
	w->why_not = REASON("not_beyond");
	if (trigger == TRIGGER_OUT_OF_CONTROL) {
		w->holds |= f->called_at != DUTY_NEVER;
		w->sent_at = f->called_at;
		w->acknowledged_at = f->came_at;
		if (w->since == DUTY_NEVER)
			w->since = f->called_at;
	}
	if (trigger == TRIGGER_BEYOND_RUNNING && f->ended_at != DUTY_NEVER) {
		w->is_over = true;
		w->why_not = REASON("final_report");
	}
}

static void
want_personal(const struct duty_facts *f, enum duty_trigger trigger, struct want *w)
{
	unsigned kinds_asked = trigger == TRIGGER_FINANCE ? KINDS_FINANCE :
	    trigger == TRIGGER_LOCATION ? KINDS_LOCATION : trigger == TRIGGER_PROCESSOR ?
	    KINDS_PROCESSED : KINDS_BREACH;

	w->since = f->personal_at;
	w->is_provisional = f->personal < PERSONAL_NOTICE;
	w->holds = f->personal > PERSONAL_NONE && (f->personal_kinds & kinds_asked) != 0;
	w->why_not = f->personal == PERSONAL_NONE ? REASON("no_personal_data") :
	    trigger == TRIGGER_PERSONAL ? REASON("assessed") : REASON("other_data");
}

static void
want_serious(const struct duty_facts *f, enum duty_trigger trigger, struct want *w)
{
	w->since = f->detected_at;
	w->why_not = REASON("not_serious");
	switch (trigger) {
	case TRIGGER_SECURITY:
		w->holds = (f->reporting & REPORTING_IMMEDIATE) != 0;
		w->why_not = REASON("not_security");
		break;
	case TRIGGER_SERIOUS_CLOSED:
		w->holds = (f->reporting & REPORTING_24H) != 0 && f->closed_at != DUTY_NEVER;
		w->since = f->closed_at;
		break;
	case TRIGGER_SERIOUS:
		w->holds = (f->reporting & REPORTING_24H) != 0;
		break;
	default: /* by the class of Decision 05, proposed now */
		w->holds = f->maybe_serious;
		w->since = f->now;
		break;
	}
}

static void
want_request(const struct duty_request *q, struct want *w)
{
	w->holds = !q->is_rejected;
	w->is_provisional = !q->is_verified;
	w->since = q->received_at;
	w->due_at = q->due_at;
	w->sent_at = q->answered_at;
	w->why_not = REASON("request_rejected");
}

static struct want
want(const struct plan *p, const struct duty_rule *r, const struct duty_request *q)
{
	struct want w = { .since = DUTY_NEVER, .due_at = DUTY_NEVER, .again_at = DUTY_NEVER,
		.sent_at = DUTY_NEVER, .acknowledged_at = DUTY_NEVER };
	const struct duty_facts *f = p->f;

	switch (r->trigger) {
	case TRIGGER_STAFF_NOTICE:
	case TRIGGER_NOTICE_RECEIVED:
		want_told(f, r->trigger == TRIGGER_NOTICE_RECEIVED, &w);
		break;
	case TRIGGER_INCIDENT_DETECTED:
		w.holds = true;
		w.since = f->detected_at;
		w.is_provisional = f->confirmed_at == DUTY_NEVER;
		break;
	case TRIGGER_HANDLED_AFTER_NOTICE:
	case TRIGGER_ENDED_AFTER_REPORT:
	case TRIGGER_REPORT_OPEN:
		want_after(p, r, &w);
		break;
	case TRIGGER_BEYOND:
	case TRIGGER_BEYOND_RUNNING:
	case TRIGGER_OUT_OF_CONTROL:
		want_beyond(f, r->trigger, &w);
		break;
	case TRIGGER_PERSONAL:
	case TRIGGER_FINANCE:
	case TRIGGER_LOCATION:
	case TRIGGER_PROCESSOR:
		want_personal(f, r->trigger, &w);
		break;
	case TRIGGER_REQUEST:
		want_request(q, &w);
		break;
	default:
		want_serious(f, r->trigger, &w);
		break;
	}
	/* Its own requests are answered whatever becomes of the incident. */
	if (r->trigger != TRIGGER_REQUEST && (f->is_dismissed || f->is_duplicate)) {
		w.holds = false;
		w.why_not = f->is_duplicate ? REASON("duplicate") : REASON("not_incident");
	}
	if (w.is_provisional && !r->is_provisional && r->trigger == TRIGGER_INCIDENT_DETECTED) {
		w.holds = false;
		w.why_not = REASON("not_verified");
	}
	return w;
}

/* ---- clocks ------------------------------------------------------------------------- */

static int64_t
clock_at(const struct duty_facts *f, const struct duty_rule *r, const struct want *w)
{
	switch (r->clock) {
	case CLOCK_DETECTED:
		return f->detected_at;
	case CLOCK_RECEIVED:
		return r->trigger == TRIGGER_REQUEST ? w->since : w->again_at != DUTY_NEVER ? w->again_at :
		    f->received_at;
	case CLOCK_BEYOND:
		return f->beyond_at;
	case CLOCK_ENDED:
		return f->ended_at;
	case CLOCK_PERSONAL:
		return f->personal_at;
	default:
		return w->since;
	}
}

/* Nobody is late before the law held. */
static int64_t
counted_from(const struct duty_facts *f, const struct duty_rule *r, const struct want *w)
{
	int64_t at = clock_at(f, r, w);

	if (at == DUTY_NEVER)
		at = w->since != DUTY_NEVER ? w->since : f->now;
	return at < r->from_ms ? r->from_ms : at;
}

static int64_t
due_of(const struct plan *p, const struct duty_rule *r, const struct want *w, int64_t from)
{
	return r->kind == DUTY_AS_STATED ? w->due_at :
	    duty_due(r, from, p->c->day_kind, p->c->day_arg);
}

/* The rule holds for what came about at ${since}, or came into force while the incident ran. */
static bool
is_in_force(const struct duty_facts *f, const struct duty_rule *r, int64_t since)
{
	int64_t at = since == DUTY_NEVER ? f->now : since;

	if (r->from_ms <= at && at < r->to_ms)
		return true;
	return at < r->from_ms && r->from_ms <= f->now && f->now < r->to_ms && is_open(f) &&
	    f->has_incident && f->received_at < r->from_ms;
}

/* ---- actions ------------------------------------------------------------------------- */

static struct duty_action *
act(struct plan *p, enum duty_action_kind kind, const struct duty_rule *r,
    const struct duty_row *row, const char *reason)
{
	struct duty_action *a = p->n < p->max ? &p->action[p->n++] : &p->spare;

	*a = (struct duty_action){ .kind = kind, .rule = r, .row = row,
		.request = row == NULL ? "" : row->request, .instance = row == NULL ? 1 : row->instance,
		.from_at = DUTY_NEVER, .due_at = DUTY_NEVER, .at = DUTY_NEVER,
		.acknowledged_at = DUTY_NEVER, .reason = reason };
	return a;
}

static void
act_open(struct plan *p, enum duty_action_kind kind, const struct duty_rule *r,
    const struct duty_row *row, const struct want *w, const char *request, int instance)
{
	struct duty_action *a = act(p, kind, r, row, NULL);

	a->request = request;
	a->instance = instance;
	a->is_provisional = w->is_provisional;
	a->from_at = counted_from(p->f, r, w);
	a->due_at = due_of(p, r, w, a->from_at);
	/* The answer to a request and the notice of a colleague need no paper of their own. */
	a->at = w->sent_at;
	a->acknowledged_at = w->acknowledged_at;
}

/* A clock that another fact moved; "triggered" starts once and stays. */
static void
plan_move(struct plan *p, const struct duty_rule *r, const struct duty_row *row,
    const struct want *w)
{
	bool stays = (r->clock == CLOCK_TRIGGERED && r->trigger != TRIGGER_REQUEST) ||
	    (r->trigger == TRIGGER_NOTICE_RECEIVED && row->instance > 1);
	int64_t from = stays ? row->from_at : counted_from(p->f, r, w);
	int64_t due = row->due_at;
	struct duty_action *a;

	if (from != row->from_at || r->kind == DUTY_AS_STATED ||
	    (r->kind == DUTY_WITHIN && r->unit == DEADLINE_WORKING_DAYS))
		due = due_of(p, r, w, from);
	if (from == row->from_at && due == row->due_at)
		return;
	a = act(p, ACTION_MOVE, r, row, NULL);
	a->from_at = from;
	a->due_at = due;
}

static void
plan_unfinished(struct plan *p, const struct duty_rule *r, const struct duty_row *row,
    const struct want *w)
{
	if (!w->holds) {
		act(p, ACTION_DROP, r, row, w->why_not);
		return;
	}
	if (w->is_over) {
		act(p, ACTION_SUPERSEDE, r, row, w->why_not);
		return;
	}
	plan_move(p, r, row, w);
	if (w->sent_at != DUTY_NEVER) {
		struct duty_action *a = act(p, ACTION_SEND, r, row, NULL);

		a->at = w->sent_at;
		a->acknowledged_at = w->acknowledged_at;
	}
}

static void
plan_row(struct plan *p, const struct duty_rule *r, const struct duty_row *row, const struct want *w)
{
	if (duty_is_unfinished(row->state))
		plan_unfinished(p, r, row, w);
	else if (row->state == DUTY_SENT && w->holds && w->acknowledged_at != DUTY_NEVER)
		act(p, ACTION_ACKNOWLEDGE, r, row, NULL)->acknowledged_at = w->acknowledged_at;
	else if (row->state >= DUTY_CANCELLED && !row->is_decided && w->holds && !w->is_over)
		act_open(p, ACTION_REOPEN, r, row, w, row->request, row->instance);
	if (w->holds && row->is_provisional && !w->is_provisional && row->state < DUTY_CANCELLED)
		act(p, ACTION_FIRM, r, row, NULL);
}

/*
 * The notices had been answered, and one waits that came later or was joined to the incident
 * since.  An answer given outside Khiên, which a person recorded, was for all there were by then.
 */
static bool
is_answered(const struct duty_row *row, int64_t waiting_at)
{
	return waiting_at != DUTY_NEVER && row->sent_at != DUTY_NEVER &&
	    (row->state == DUTY_SENT || row->state == DUTY_ACKNOWLEDGED) &&
	    (!row->is_proved || waiting_at > row->sent_at);
}

/* The end of a second response is told of again, and so is each later notice answered. */
static bool
is_owed_again(const struct plan *p, const struct duty_rule *r, const struct duty_row *row,
    const struct want *w)
{
	if (r->trigger == TRIGGER_NOTICE_RECEIVED)
		return w->holds && is_answered(row, p->f->waiting_at);
	return w->holds && r->clock == CLOCK_ENDED && r->kind != DUTY_NO_TIME &&
	    (row->state == DUTY_SENT || row->state == DUTY_ACKNOWLEDGED) &&
	    row->sent_at != DUTY_NEVER && row->sent_at < p->f->ended_at && row->from_at < p->f->ended_at;
}

static bool
is_personal(enum duty_trigger trigger)
{
	return trigger == TRIGGER_PERSONAL || trigger == TRIGGER_FINANCE ||
	    trigger == TRIGGER_LOCATION || trigger == TRIGGER_PROCESSOR;
}

static void
plan_rule(struct plan *p, const struct duty_rule *r, const struct duty_request *q)
{
	struct want w = want(p, r, q);
	const struct duty_row *newest = NULL;

	for (size_t k = p->first[r->head]; k != 0; k = p->next[k - 1]) {
		const struct duty_row *row = &p->c->row[k - 1];

		if (!str_eq(row->request, q == NULL ? "" : q->id))
			continue;
		if (newest == NULL || row->instance > newest->instance)
			newest = row;
	}
	if (newest != NULL) {
		/* Looked into and found not to need a notice: what was only provisional falls away. */
		if (is_personal(r->trigger) && p->f->personal == PERSONAL_RECORDED &&
		    (newest->is_provisional || newest->state >= DUTY_CANCELLED)) {
			w.holds = false;
			w.why_not = REASON("assessed");
		}
		plan_row(p, r, newest, &w);
		if (r->trigger == TRIGGER_NOTICE_RECEIVED)
			w.again_at = p->f->waiting_at;
		if (is_owed_again(p, r, newest, &w))
			act_open(p, ACTION_OPEN, r, NULL, &w, newest->request, newest->instance + 1);
	} else if (w.holds && !w.is_over && is_in_force(p->f, r, w.since) &&
	    !(is_personal(r->trigger) && p->f->personal == PERSONAL_RECORDED)) {
		act_open(p, ACTION_OPEN, r, NULL, &w, q == NULL ? "" : q->id, 1);
	}
}

/* Which rows belong to which rule. */
static void
link_rows(struct plan *p)
{
	for (size_t k = 0; k < p->c->rows && k < DUTY_ROWS_MAX; k++) {
		const struct duty_row *row = &p->c->row[k];

		for (size_t i = 0; i < p->c->rules && i < DUTY_RULES_MAX; i++) {
			const struct duty_rule *r = &p->c->rule[i];

			if (r->head != i || strcmp(r->obligation, row->obligation) != 0 ||
			    strcmp(r->profile, row->profile) != 0)
				continue;
			p->next[k] = p->first[i];
			p->first[i] = k + 1;
			break;
		}
	}
}

/* Of several versions of one obligation the one that held when its trigger came about. */
static const struct duty_rule *
version_of(struct plan *p, size_t head, const struct duty_request *q)
{
	const struct duty_rule *best = &p->c->rule[head];
	bool found = false;

	for (size_t i = head; i < p->c->rules; i++) {
		const struct duty_rule *r = &p->c->rule[i];
		struct want w;

		if (r->head != head)
			continue;
		w = want(p, r, q);
		if (!found && is_in_force(p->f, r, w.since)) {
			best = r;
			found = true;
		}
	}
	return best;
}

size_t
duty_plan(const struct duty_case *c, struct duty_action *ret, size_t max)
{
	struct plan p = { .c = c, .f = c->facts, .action = ret, .max = max };

	link_rows(&p);
	for (size_t i = 0; i < c->rules && i < DUTY_RULES_MAX; i++) {
		const struct duty_rule *r = &c->rule[i];

		if (r->head != i || r->trigger == TRIGGER_CALENDAR || r->trigger == TRIGGER_CONTACT_CHANGED ||
		    r->trigger >= TRIGGERS)
			continue;
		if (r->trigger != TRIGGER_REQUEST) {
			if (c->facts->has_incident)
				plan_rule(&p, r->has_versions ? version_of(&p, i, NULL) : r, NULL);
			continue;
		}
		for (size_t k = 0; k < c->requests; k++)
			plan_rule(&p, r->has_versions ? version_of(&p, i, &c->request[k]) : r, &c->request[k]);
	}
	return p.n;
}
