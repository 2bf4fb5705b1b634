/* SPDX-License-Identifier: Apache-2.0 */
/* led.c: what each guard looks at, and what comes next. */
#include "app/led.h"

#include <stdio.h>

#include "app/led_guards.h"
#include "app/out.h"

#define NAMES_MAX    3 /* as many as a sentence bears */
#define NAMES_LISTED 60
#define NAME_BYTES   160
#define WORDS_MAX    20000 /* of a whole mail */

/* Written out, for SQLite builds a table of any list longer than two. */
#define BEFORE_ERADICATION(alias) \
	alias "phase = 'priority' OR " alias "phase = 'identify' OR " alias "phase = 'contain'"
#define IS_TOUCHED "s.state <> 'suspected' AND s.state <> 'cleared'"
#define OPEN_TASKS(phases) \
	"SELECT title FROM task WHERE incident_id = ?1 AND is_mandatory = 1 AND state = 'open'" \
	" AND (" phases ") ORDER BY position"
#define RED_PROBES \
	"SELECT COALESCE(p.target, t.title) FROM probe p LEFT JOIN task t ON t.id = p.task_id" \
	" WHERE p.incident_id = ?1 AND p.is_stopped = 0 AND p.state IN ('false', 'expired')"
#define LAST_ROUND \
	"incident_id = ?1 AND round = (SELECT MAX(round) FROM check_item WHERE incident_id = ?1)"

/*
 * For each guard the rows of what is missing; the first column is its name, or
 * NULL where the sentence needs none.  GUARD_REASON is asked of the request.
 */
static const struct {
	const char *sql, *types;
} missing_sql[GUARDS] = {
	[GUARD_LEAD] = { "SELECT NULL FROM incident WHERE id = ?1 AND lead_id IS NULL", "t" },
	[GUARD_VERDICT] = { "SELECT NULL FROM incident WHERE id = ?1 AND (type IS NULL OR level IS"
	    " NULL)", "t" },
	[GUARD_SYSTEM] = { "SELECT NULL FROM incident i WHERE i.id = ?1 AND NOT EXISTS (SELECT 1"
	    " FROM scope_item s WHERE s.incident_id = i.id AND s.kind <> 'division' AND s.state <>"
	    " 'cleared') AND NOT EXISTS (SELECT 1 FROM report r WHERE r.incident_id = i.id AND"
	    " r.system_id IS NOT NULL)", "t" },
	[GUARD_PRIORITY_TASKS] = { OPEN_TASKS("phase = 'priority'"), "t" },
	[GUARD_OPTION] = { "SELECT NULL FROM incident WHERE id = ?1 AND playbook IS NULL AND"
	    " option_chosen IS NULL", "t" },
	/* Optional steps count once a direction was asked for them. */
	[GUARD_APPROVAL] = { "SELECT t.title FROM task t WHERE t.incident_id = ?1 AND t.phase ="
	    " 'contain' AND t.needs_approval = 1 AND t.state = 'open' AND (t.is_mandatory = 1 OR"
	    " EXISTS (SELECT 1 FROM direction a WHERE a.task_id = t.id AND a.state = 'asked')) AND"
	    " NOT EXISTS (SELECT 1 FROM direction d WHERE d.incident_id = t.incident_id AND"
	    " d.state = 'answered' AND d.answer = 'approve' AND (d.task_id = t.id OR d.task_id IS"
	    " NULL)) ORDER BY t.position", "t" },
	[GUARD_CONTAIN_TASKS] = { OPEN_TASKS(BEFORE_ERADICATION("")), "t" },
	[GUARD_SPREAD] = { RED_PROBES " AND (t.id IS NULL OR " BEFORE_ERADICATION("t.") ")", "t" },
	[GUARD_EVIDENCE] = { "SELECT s.name FROM scope_item s WHERE s.incident_id = ?1 AND"
	    " s.kind = 'machine' AND " IS_TOUCHED " AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.incident_id = s.incident_id AND"
	    " lower(e.name || ' ' || COALESCE(e.device, '') || ' ' || COALESCE(e.place, '') || ' '"
	    " || COALESCE(e.description, '')) LIKE '%' || lower(s.name) || '%') UNION ALL"
	    " SELECT NULL FROM incident i WHERE i.id = ?1 AND NOT EXISTS (SELECT 1 FROM evidence e"
	    " WHERE e.incident_id = i.id) AND NOT EXISTS (SELECT 1 FROM scope_item s WHERE"
	    " s.incident_id = i.id AND s.kind = 'machine' AND " IS_TOUCHED ")", "t" },
	[GUARD_ERADICATE_TASKS] = { OPEN_TASKS("phase = 'eradicate'"), "t" },
	[GUARD_FIXES] = { "SELECT NULL FROM incident i WHERE i.id = ?1 AND NOT EXISTS (SELECT 1"
	    " FROM task t WHERE t.incident_id = i.id AND t.phase = 'eradicate' AND t.state ="
	    " 'done')", "t" },
	[GUARD_RECOVER_TASKS] = { OPEN_TASKS("phase = 'recover'"), "t" },
	[GUARD_RESTORED] = { "SELECT name FROM scope_item WHERE incident_id = ?1 AND"
	    " ((kind IN ('system', 'machine', 'data') AND state NOT IN ('restored', 'cleared')) OR"
	    " (kind = 'account' AND state IN ('suspected', 'affected', 'isolated')))", "t" },
	[GUARD_SOURCE] = { "SELECT name FROM scope_item WHERE incident_id = ?1 AND kind IN"
	    " ('system', 'machine', 'data') AND state = 'restored' AND COALESCE(restored_from,"
	    " note) IS NULL", "t" },
	[GUARD_VALIDATE_TASKS] = { OPEN_TASKS("phase = 'validate'"), "t" },
	[GUARD_CHECK_MADE] = { "SELECT title FROM check_item WHERE "
	    LAST_ROUND " AND result = 'open'"
	    " UNION ALL SELECT NULL FROM incident i WHERE i.id = ?1 AND NOT EXISTS (SELECT 1 FROM"
	    " check_item k WHERE k.incident_id = i.id)", "t" },
	[GUARD_CHECK_PASSED] = { "SELECT title FROM check_item WHERE "
	    LAST_ROUND " AND result = 'fail'", "t" },
	[GUARD_PROBES] = { RED_PROBES, "t" },
	[GUARD_WATCH] = { "SELECT NULL FROM incident WHERE id = ?1 AND (watch_until_at IS NULL OR"
	    " watch_until_at > ?2)", "ti" },
	[GUARD_TASKS] = { "SELECT title FROM task WHERE incident_id = ?1 AND is_mandatory = 1 AND"
	    " state = 'open' ORDER BY position", "t" },
	[GUARD_DIRECTIONS] = { "SELECT question FROM direction WHERE incident_id = ?1 AND"
	    " state = 'asked'", "t" },
	[GUARD_CAUSE] = { "SELECT NULL FROM incident i WHERE i.id = ?1 AND NOT EXISTS (SELECT 1"
	    " FROM review r WHERE r.incident_id = i.id AND COALESCE(r.root_cause, '') <> '')",
	    "t" },
	[GUARD_LESSONS] = { "SELECT NULL FROM incident i WHERE i.id = ?1 AND NOT EXISTS (SELECT 1"
	    " FROM review r WHERE r.incident_id = i.id AND (COALESCE(r.lessons, '') <> '' OR"
	    " r.is_no_lesson = 1))", "t" },
	[GUARD_ACTIONS] = { "SELECT title FROM corrective_action WHERE incident_id = ?1 AND"
	    " state = 'open' AND ((owner_id IS NULL AND COALESCE(owner_name, '') = '') OR"
	    " due_at IS NULL)", "t" },
	[GUARD_DUTIES] = { "SELECT title FROM duty WHERE incident_id = ?1 AND chased_at IS NULL AND"
	    " state <> 'acknowledged' AND state <> 'cancelled' AND state <> 'superseded'", "t" },
};

/* Of a sentence in a list the full stop goes. */
static size_t
name_length(const char *name)
{
	size_t len = utf8_cut(name, NAME_BYTES);

	return len > 0 && name[len] == '\0' && name[len - 1] == '.' ? len - 1 : len;
}

static void
guard_read(struct call *call, const char *incident_id, enum guard guard, struct facts *facts)
{
	struct buf names = BUF_INIT(2000);
	int64_t *n = &facts->missing[guard];
	struct query q;

	if (facts->is_read[guard])
		return;
	facts->is_read[guard] = true;
	query_open(&q, call->tx, missing_sql[guard].sql, missing_sql[guard].types, incident_id,
	    call->now);
	while (query_step(&q)) {
		const char *name = query_text(&q, 0);

		if (name != NULL && *n < NAMES_MAX)
			buf_printf(&names, "%s%.*s", *n == 0 ? "" : "; ", (int)name_length(name),
			    name);
		else if (name != NULL && *n == NAMES_MAX)
			buf_adds(&names, "; …");
		(*n)++;
	}
	query_close(&q);
	if (names.len > 0)
		facts->names[guard] = arena_strdup(call->arena, buf_str(&names));
	buf_clear(&names);
}

void
facts_read(struct call *call, const char *incident_id, const struct transition *t,
    const char *reason, struct facts *ret)
{
	for (size_t i = 0; i < t->guards; i++)
		if (t->guard[i] != GUARD_REASON)
			guard_read(call, incident_id, t->guard[i], ret);
	if (reason != NULL || t->guards == 0 || t->guard[0] != GUARD_REASON)
		return;
	/* What failed says by itself why it goes back. */
	guard_read(call, incident_id, GUARD_CHECK_PASSED, ret);
	guard_read(call, incident_id, GUARD_PROBES, ret);
	ret->missing[GUARD_REASON] = t->by != BY_ADVANCE ||
	    (ret->missing[GUARD_CHECK_PASSED] == 0 && ret->missing[GUARD_PROBES] == 0);
}

/* Those whose sentence differs when nothing stands there at all: nothing checked, no evidence. */
static bool
guard_has_names(enum guard guard)
{
	return guard == GUARD_CHECK_MADE || guard == GUARD_EVIDENCE;
}

void
facts_say(struct call *call, enum lang lang, enum guard guard, const struct facts *facts,
    struct buf *out)
{
	static const char *const names[] = { "count", "names" };
	const char *values[] = { text_int(call, facts->missing[guard]),
		facts->names[guard] == NULL ? "" : facts->names[guard] };
	const char *key = arena_printf(call->arena, "guard.%s%s", guard_id(guard),
	    facts->names[guard] == NULL && guard_has_names(guard) ? ".none" : "");

	words_format(out, lang, key, names, values, ARRAY_LEN(names));
}

/* ---- what comes next -------- */

static const char *const op_of[] = {
	[BY_ADVANCE] = "incident advance", [BY_DISMISS] = "incident dismiss",
	[BY_MERGE] = "incident merge", [BY_REOPEN] = "incident reopen",
};

static const char *
title_of(struct call *call, const struct transition *t)
{
	const char *key = arena_printf(call->arena, "next.%s.%s", state_name(t->from),
	    state_name(t->to));

	return word(call->lang, key);
}

/* All the names, where the sentence tells the first few only. */
static void
out_names(struct call *call, const char *incident_id, enum guard guard)
{
	struct query q;

	jsonw_karray(call->out, "names");
	query_open(&q, call->tx, missing_sql[guard].sql, missing_sql[guard].types, incident_id,
	    call->now);
	for (int n = 0; query_step(&q) && n < NAMES_LISTED; n++)
		if (query_text(&q, 0) != NULL)
			jsonw_string(call->out, query_text(&q, 0));
	query_close(&q);
	jsonw_array_end(call->out);
}

/* ${whole_of} NULL: the sentences alone; else the incident whose guards are told in full. */
static void
out_missing(struct call *call, const struct transition *t, const struct facts *facts,
    const char *whole_of)
{
	struct buf text = BUF_INIT(4000);
	enum guard unmet[TRANSITION_GUARDS_MAX];
	size_t n = transition_unmet(t, facts->missing, unmet);

	jsonw_karray(call->out, "missing");
	for (size_t i = 0; i < n; i++) {
		buf_reset(&text);
		facts_say(call, call->lang, unmet[i], facts, &text);
		if (whole_of != NULL) {
			jsonw_object(call->out);
			jsonw_kstring(call->out, "id", guard_id(unmet[i]));
			jsonw_kstring(call->out, "text", buf_str(&text));
			/* Even a hard guard is met by what comes with the request: the reason. */
			jsonw_kbool(call->out, "is_hard",
			    guard_is_hard(unmet[i]) && unmet[i] != GUARD_REASON);
			if (facts->missing[unmet[i]] > NAMES_MAX)
				out_names(call, whole_of, unmet[i]);
			jsonw_object_end(call->out);
		} else {
			jsonw_string(call->out, buf_str(&text));
		}
	}
	jsonw_array_end(call->out);
	buf_clear(&text);
}

/* Whether the ordinary way on is closed by something that failed. */
static bool
must_go_back(struct call *call, const struct incident *incident, enum incident_state state,
    struct facts *facts)
{
	bool must = false;

	if (state == STATE_VALIDATION) {
		guard_read(call, incident->id, GUARD_CHECK_PASSED, facts);
		must = facts->missing[GUARD_CHECK_PASSED] > 0;
	}
	if (state == STATE_VALIDATION || state == STATE_RESPONSE_ENDED || state == STATE_REVIEW) {
		guard_read(call, incident->id, GUARD_PROBES, facts);
		must = must || facts->missing[GUARD_PROBES] > 0;
	}
	return must;
}

static void
out_next(struct call *call, const struct incident *incident, enum incident_state state,
    struct facts *seen)
{
	const struct transition *t;
	struct facts facts;
	const char *op = "incident advance", *title;
	size_t i = 0;

	if (state_is_closed(state) || state == STATES) {
		jsonw_knull(call->out, "next");
		return;
	}
	t = must_go_back(call, incident, state, seen) ? transition_get(state, STATE_CONTAINMENT) :
	    transition_next(state, &i);
	facts_read(call, incident->id, t, NULL, seen);
	facts = *seen;
	title = title_of(call, t);
	if (state == STATE_RECEIVED) {
		op = "incident take"; /* which makes the one who takes it lead */
		facts.missing[GUARD_LEAD] = 0;
	} else if (facts.missing[GUARD_VERDICT] > 0) {
		op = "incident triage";
		title = word(call->lang, "next.triage");
	}
	jsonw_kobject(call->out, "next");
	jsonw_kstring(call->out, "op", op);
	jsonw_kstring(call->out, "to", state_name(t->to));
	jsonw_kstring(call->out, "title", title);
	out_missing(call, t, &facts, NULL);
	jsonw_object_end(call->out);
}

void
incident_next(struct call *call, const struct incident *incident)
{
	enum incident_state state = state_of(incident->state);
	const struct transition *t;
	struct facts facts = { 0 }; /* several steps ask the same of an incident */

	out_next(call, incident, state, &facts);
	jsonw_karray(call->out, "guards");
	for (size_t i = 0; state != STATES && (t = transition_next(state, &i)) != NULL;) {
		if (t->by == BY_MERGE || (t->by == BY_REOPEN && !t->main))
			continue; /* merging is offered by the list of incidents */
		facts_read(call, incident->id, t, NULL, &facts);
		jsonw_object(call->out);
		jsonw_kstring(call->out, "op", op_of[t->by]);
		jsonw_kstring(call->out, "to", state_name(t->to));
		jsonw_kstring(call->out, "title", title_of(call, t));
		out_missing(call, t, &facts, incident->id);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

/* ---- what several operations need -------- */

int
incident_answer(struct call *call, const char *id)
{
	struct incident incident = { 0 };

	if (call->err->kind != ERR_NONE || incident_load(call, id, &incident) != 0)
		return call->err->kind;
	out_row(call, "id", "SELECT id, version, number, title, state, type, level, qd05_class,"
	    " reporting, beyond, lead_id, loop_count, playbook, playbook_version, confirmed_at,"
	    " response_ended_at, watch_until_at, closed_at, seal FROM incident WHERE id = ?", "t",
	    id);
	jsonw_kint(call->out, "step", state_step(state_of(incident.state)));
	incident_next(call, &incident);
	return call->err->kind;
}

int
person_arg(struct call *call, const char *name, struct person *ret)
{
	const char *value = arg_text(call, name);
	enum sees sees;
	struct query q;

	*ret = (struct person){ 0 };
	query_open(&q, call->tx, "SELECT id, name, title, email, roles FROM account WHERE"
	    " agency_id = ?1 AND is_disabled = 0 AND (id = ?2 OR login = ?2)", "tt",
	    call->agency_id, value);
	if (query_step(&q)) {
		ret->id = arena_strdup(call->arena, query_text(&q, 0));
		ret->name = arena_strdup(call->arena, query_text(&q, 1));
		ret->title = arena_strdup(call->arena, query_text(&q, 2));
		ret->email = arena_strdup(call->arena, query_text(&q, 3));
		ret->rights = rights_of(query_text(&q, 4), &sees);
	} else {
		err_fail(call->err, ERR_INVALID, "err.no_such_person", name, "value",
		    value == NULL ? "" : value, NULL, NULL);
	}
	return query_close(&q);
}

const char *
words_with(struct call *call, enum lang lang, const char *key, const char *const *names,
    const char *const *values, size_t n)
{
	struct buf text = BUF_INIT(WORDS_MAX);
	const char *ret;

	words_format(&text, lang, key, names, values, n);
	ret = arena_strdup(call->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

const char *
words_in(struct call *call, enum lang lang, const char *key, const char *const *args)
{
	const char *names[ERR_ARGS_MAX], *values[ERR_ARGS_MAX];
	size_t n = 0;

	for (; args != NULL && args[0] != NULL && n < ERR_ARGS_MAX; args += 2) {
		names[n] = args[0];
		values[n++] = args[1] == NULL ? "" : args[1];
	}
	return words_with(call, lang, key, names, values, n);
}

const char *
words_vi(struct call *call, const char *key, const char *const *args)
{
	return words_in(call, LANG_VI, key, args);
}

const char *
text_int(struct call *call, int64_t n)
{
	return arena_printf(call->arena, "%lld", (long long)n);
}
