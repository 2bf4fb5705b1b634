/* SPDX-License-Identifier: Apache-2.0 */
/* duty_case.c: the facts and duties of one incident, or of all, as the plan wants them. */
#include "app/app.h"
#include "app/duty.h"
#include "app/visible.h"
#include "model/personal.h"
#include "text/words.h"

#define REQUESTS_MAX 64
#define ACTIONS_MAX  64

/* ---- facts ------------------------------------------------------------------------------- */

/*
 * A report by web, telephone, on paper or in person is acknowledged as it is made: the
 * code is in the answer, or the administrator on the line or at the table.  The others are by the first
 * message back.  One that waits for an answer leaves the whole unacknowledged.
 */
#define ANSWERED_AT \
	"CASE WHEN r.channel = 'web' THEN r.entered_at WHEN r.channel = 'phone' OR r.channel = 'in_person' OR" \
	" r.channel = 'paper' THEN r.told_at ELSE (SELECT MIN(m.sent_at) FROM report_message m WHERE m.report_id = r.id AND" \
	" m.direction = 'out') END"

/* One row an incident.  Reports and escalations multiply each other; none of these minds how often it sees one. */
#define FACTS_SQL \
	"SELECT i.id, i.state, i.detected_at, i.received_at, i.confirmed_at, i.beyond, i.beyond_at," \
	" i.response_ended_at, i.closed_at, i.qd05_class, COALESCE(i.report_triggers, i.reporting)," \
	" i.personal_data, i.personal_data_kinds, i.personal_data_suspected_at, i.personal_data_harm," \
	" i.personal_data_role, MIN(r.told_at), MIN(r.taken_at)," \
	" CASE WHEN COUNT(*) = COUNT(" ANSWERED_AT ") THEN MAX(" ANSWERED_AT ") END," \
	" MIN(CASE WHEN " ANSWERED_AT " IS NULL THEN r.told_at END)," \
	" MIN(e.requested_at), MIN(e.accepted_at) FROM incident i" \
	" LEFT JOIN report r ON r.incident_id = i.id AND r.channel <> 'sensor'" \
	" LEFT JOIN escalation e ON e.incident_id = i.id AND e.target = 'provincial_csirt' WHERE "
#define FACTS_EACH " GROUP BY i.id"

enum { F_ID, F_STATE, F_DETECTED, F_RECEIVED, F_CONFIRMED, F_BEYOND, F_BEYOND_AT, F_ENDED, F_CLOSED,
	F_CLASS, F_REPORTING, F_PERSONAL, F_KINDS, F_PERSONAL_AT, F_HARM, F_ROLE, F_TOLD,
	F_TAKEN, F_ACKNOWLEDGED, F_WAITING, F_CALLED, F_CAME };

static bool
has_word(const char *list, const char *word_wanted)
{
	size_t len = strlen(word_wanted);

	for (const char *at = list; at != NULL && (at = strstr(at, word_wanted)) != NULL; at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	return false;
}

static enum duty_personal
region_of(enum personal_state state)
{
	switch (state) {
	case PDATA_NOT_AFFECTED:
		return PERSONAL_NONE;
	case PDATA_AFFECTED:
	case PDATA_ASSESSED:
		return PERSONAL_SUSPECTED;
	case PDATA_NOTICE_DUE:
	case PDATA_NOTIFIED:
	case PDATA_SUBJECTS_NOTIFIED:
		return PERSONAL_NOTICE;
	case PDATA_RECORDED:
		return PERSONAL_RECORDED;
	default:
		return PERSONAL_UNKNOWN;
	}
}

/* The bits are those of the pack's triggers in the same order. */
_Static_assert((int)KINDS_BREACH == PDATA_BREACH && (int)KINDS_FINANCE == PDATA_SENSITIVE_FINANCE &&
    (int)KINDS_LOCATION == PDATA_LOCATION_BIOMETRIC && (int)KINDS_PROCESSED == PDATA_PROCESSOR,
    "one order");

/* DUTY_NEVER and SQL_NULL are the same number. */
static void
facts_of(struct query *q, int64_t now, struct duty_facts *f)
{
	const char *state = query_text(q, F_STATE), *reporting = query_text(q, F_REPORTING);
	enum personal_state personal = personal_of(query_text(q, F_PERSONAL));

	*f = (struct duty_facts){ .now = now, .has_incident = true,
		.is_dismissed = str_eq(state, "closed_not_incident"),
		.is_duplicate = str_eq(state, "duplicate"),
		.is_beyond = str_eq(query_text(q, F_BEYOND), "confirmed"),
		.maybe_serious = str_eq(query_text(q, F_CLASS), "nghiem_trong"),
		.detected_at = query_int(q, F_DETECTED), .received_at = query_int(q, F_RECEIVED),
		.confirmed_at = query_opt(q, F_CONFIRMED), .beyond_at = query_opt(q, F_BEYOND_AT),
		.ended_at = query_opt(q, F_ENDED), .closed_at = query_opt(q, F_CLOSED),
		.reporting = (has_word(reporting, "immediate") ? REPORTING_IMMEDIATE : 0u) |
		    (has_word(reporting, "24h") ? REPORTING_24H : 0u),
		.personal = region_of(personal),
		.personal_kinds = personal_triggers(personal, query_text(q, F_KINDS), query_text(q, F_HARM),
		    query_text(q, F_ROLE)),
		.personal_at = query_opt(q, F_PERSONAL_AT), .told_at = query_opt(q, F_TOLD),
		.taken_at = query_opt(q, F_TAKEN), .acknowledged_at = query_opt(q, F_ACKNOWLEDGED),
		.waiting_at = query_opt(q, F_WAITING),
		.called_at = query_opt(q, F_CALLED), .came_at = query_opt(q, F_CAME) };
}

/* ---- requests ------------------------------------------------------------------------------ */

#define REQUEST_SQL \
	"SELECT id, incident_id, received_at, due_at, answered_at, state FROM incoming WHERE" \
	" agency_id = ? AND (kind = 'order' OR kind = 'request') AND "

/* One more of the list; ${arena} keeps its id. */
static void
request_of(struct query *q, struct arena *arena, struct duty_request *ret)
{
	const char *state = query_text(q, 5);

	*ret = (struct duty_request){ .id = arena_strdup(arena, query_text(q, 0)),
		.received_at = query_int(q, 2), .due_at = query_opt(q, 3),
		.answered_at = str_eq(state, "answered") ? query_opt(q, 4) : DUTY_NEVER,
		.is_verified = str_eq(state, "verified") || str_eq(state, "answered"),
		.is_rejected = str_eq(state, "rejected") };
}

/* ---- rows ------------------------------------------------------------------------------------ */

#define ROW_COLUMNS \
	"SELECT d.incident_id, d.id, d.profile, d.obligation, d.key, d.state, d.is_provisional," \
	" d.decided_at, d.clock_from_at, d.due_at, d.sent_at, d.proof IS NOT NULL FROM duty d WHERE "

/*
 * The key is "<incident, request or period>/<profile>/<obligation>" and "/2", "/3" … when
 * the same is owed again.
 */
static void
row_of(struct query *q, struct arena *arena, const char *incident_id, struct duty_row *row)
{
	const char *key = query_text(q, 4), *tail = key == NULL ? NULL : strrchr(key, '/');
	size_t base = key == NULL ? 0 : strcspn(key, "/");
	bool own = key == NULL || (incident_id != NULL && strlen(incident_id) == base &&
	    strncmp(key, incident_id, base) == 0);

	*row = (struct duty_row){ .id = arena_strdup(arena, query_text(q, 1)),
		.profile = arena_strdup(arena, query_text(q, 2)),
		.obligation = arena_strdup(arena, query_text(q, 3)),
		.request = own ? "" : arena_strndup(arena, key, base),
		.instance = 1, .state = duty_state_of(query_text(q, 5)),
		.is_provisional = query_int(q, 6) != 0, .is_decided = query_opt(q, 7) != SQL_NULL,
		.from_at = query_opt(q, 8), .due_at = query_opt(q, 9), .sent_at = query_opt(q, 10), .is_proved = query_int(q, 11) != 0 };
	if (tail != NULL && !str_eq(tail + 1, row->obligation) && strtol(tail + 1, NULL, 10) > 1)
		row->instance = (int)strtol(tail + 1, NULL, 10);
}

/* ---- one incident ------------------------------------------------------------------------------ */

static size_t
read_requests(struct tx *tx, struct arena *arena, const char *agency_id, const char *incident_id,
    struct duty_request *ret)
{
	struct query q;
	size_t n = 0;

	if (incident_id == NULL)
		query_open(&q, tx, REQUEST_SQL "incident_id IS NULL AND state <> 'answered'"
		    " ORDER BY received_at LIMIT 64", "t", agency_id);
	else
		query_open(&q, tx, REQUEST_SQL "incident_id = ? ORDER BY received_at", "tt", agency_id,
		    incident_id); /* with a LIMIT it would be sorted in a tree */
	while (query_step(&q) && n < REQUESTS_MAX)
		request_of(&q, arena, &ret[n++]);
	query_close(&q);
	return n;
}

/* An answered request of no incident is looked at as long as its duty is not done. */
static size_t
add_answered(struct tx *tx, struct arena *arena, const char *agency_id, struct duty_request *ret,
    size_t n)
{
	struct query q;

	query_open(&q, tx, "SELECT m.id, NULL, m.received_at, m.due_at, m.answered_at, m.state FROM duty"
	    " d JOIN incoming m ON m.id = substr(d.key, 1, 36) WHERE d.agency_id = ? AND d.incident_id"
	    " IS NULL AND d.kind <> 'calendar' AND " DUTY_UNFINISHED("d.state") " AND m.state ="
	    " 'answered' AND m.incident_id IS NULL", "t", agency_id);
	while (query_step(&q) && n < REQUESTS_MAX)
		request_of(&q, arena, &ret[n++]);
	query_close(&q);
	return n;
}

#define ROWS_USUAL 16

static size_t
read_rows(struct tx *tx, struct arena *arena, const char *agency_id, const char *incident_id,
    struct duty_row **ret)
{
	struct duty_row *rows = arena_alloc(arena, ROWS_USUAL * sizeof(*rows));
	struct query q;
	size_t n = 0;

	if (incident_id == NULL)
		query_open(&q, tx, ROW_COLUMNS "d.agency_id = ? AND d.incident_id IS NULL AND d.kind <>"
		    " 'calendar' ORDER BY d.id DESC LIMIT 256", "t", agency_id);
	else
		query_open(&q, tx, ROW_COLUMNS "d.incident_id = ? ORDER BY d.id", "t", incident_id);
	while (query_step(&q) && n < DUTY_ROWS_MAX) {
		if (n == ROWS_USUAL)
			rows = memcpy(arena_alloc(arena, DUTY_ROWS_MAX * sizeof(*rows)), rows, n * sizeof(*rows));
		row_of(&q, arena, incident_id, &rows[n++]);
	}
	query_close(&q);
	*ret = rows;
	return n;
}

size_t
duty_differs(struct tx *tx, struct arena *arena, const struct packs *packs, const char *agency_id,
    const struct duty_agency *agency, int64_t now, const char *incident_id, struct duty_action *ret,
    size_t max)
{
	struct duty_request *requests = arena_alloc(arena, REQUESTS_MAX * sizeof(*requests));
	struct duty_facts *facts = arena_alloc(arena, sizeof(*facts));
	struct duty_case c = { .facts = facts, .request = requests, .day_kind = duty_day_kind, .day_arg = packs };
	struct duty_rule *rules;
	struct duty_row *rows;
	struct query q;

	facts->now = now;
	if (incident_id != NULL) {
		query_open(&q, tx, FACTS_SQL "i.id = ? AND i.agency_id = ?" FACTS_EACH, "tt", incident_id, agency_id);
		if (query_step(&q))
			facts_of(&q, now, facts);
		query_close(&q);
		if (!facts->has_incident)
			return 0;
	}
	c.rules = duty_rules(arena, packs, agency, &rules);
	c.rule = rules;
	c.requests = read_requests(tx, arena, agency_id, incident_id, requests);
	if (incident_id == NULL)
		c.requests = add_answered(tx, arena, agency_id, requests, c.requests);
	c.rows = read_rows(tx, arena, agency_id, incident_id, &rows);
	c.row = rows;
	return duty_plan(&c, ret, max);
}

/* ---- all of them ----------------------------------------------------------------------------------- */

/* The requests of all incidents, in the order of these. */
struct all_requests {
	struct duty_request *request;
	const char **incident_id;
	size_t n, at;
};

static void
read_all_requests(struct tx *tx, struct arena *arena, const char *agency_id, struct all_requests *all)
{
	int64_t count = tx_int(tx, "SELECT COUNT(*) FROM incoming WHERE agency_id = ?", "t", agency_id);
	struct query q;

	all->request = arena_alloc(arena, (size_t)(count + 1) * sizeof(*all->request));
	all->incident_id = arena_alloc(arena, (size_t)(count + 1) * sizeof(*all->incident_id));
	query_open(&q, tx, REQUEST_SQL "incident_id IS NOT NULL ORDER BY incident_id, received_at", "t",
	    agency_id);
	while (query_step(&q) && all->n < (size_t)count) {
		all->incident_id[all->n] = arena_strdup(arena, query_text(&q, 1));
		request_of(&q, arena, &all->request[all->n++]);
	}
	query_close(&q);
}

/* Those of ${incident_id}; incidents are asked in ascending order. */
static void
requests_of(struct all_requests *all, const char *incident_id, struct duty_case *c)
{
	while (all->at < all->n && strcmp(all->incident_id[all->at], incident_id) < 0)
		all->at++;
	c->request = &all->request[all->at];
	for (c->requests = 0; all->at + c->requests < all->n &&
	    strcmp(all->incident_id[all->at + c->requests], incident_id) == 0; c->requests++)
		;
}

/* Those duties of the stream that belong to ${incident_id}; the stream is ordered by incident. */
static void
rows_of(struct query *q, bool *more, struct arena *arena, const char *incident_id,
    struct duty_row *rows, struct duty_case *c)
{
	c->rows = 0;
	while (*more && strcmp(query_text(q, 0), incident_id) < 0)
		*more = query_step(q);
	while (*more && strcmp(query_text(q, 0), incident_id) == 0) {
		if (c->rows < DUTY_ROWS_MAX)
			row_of(q, arena, incident_id, &rows[c->rows++]);
		*more = query_step(q);
	}
}

#define RUNNING \
	"i.agency_id = ? AND (" INCIDENT_OPEN("i.state") " OR i.id IN (SELECT x.incident_id FROM duty x" \
	" WHERE x.agency_id = ? AND " DUTY_UNFINISHED("x.state") "))" FACTS_EACH " ORDER BY i.id"

size_t
duty_scan(struct tx *tx, const struct packs *packs, const char *agency_id, int64_t now,
    duty_scan_fn fn, void *arg)
{
	struct arena arena = ARENA_INIT, one = ARENA_INIT;
	struct duty_row *rows = arena_alloc(&arena, DUTY_ROWS_MAX * sizeof(*rows));
	struct duty_action *actions = arena_alloc(&arena, ACTIONS_MAX * sizeof(*actions));
	struct duty_facts facts;
	struct duty_case c = { .facts = &facts, .row = rows, .day_kind = duty_day_kind, .day_arg = packs };
	struct all_requests all = { 0 };
	struct duty_rule *rules;
	struct duty_agency agency;
	struct query incidents, duties;
	size_t looked = 0;
	bool more;

	duty_agency_read(tx, &arena, agency_id, &agency);
	c.rules = duty_rules(&arena, packs, &agency, &rules);
	c.rule = rules;
	read_all_requests(tx, &arena, agency_id, &all);
	query_open(&incidents, tx, FACTS_SQL RUNNING, "tt", agency_id, agency_id);
	query_open(&duties, tx, ROW_COLUMNS "d.incident_id IS NOT NULL AND d.agency_id || '' = ?"
	    " ORDER BY d.incident_id", "t", agency_id);
	more = query_step(&duties);
	while (query_step(&incidents)) {
		const char *id = arena_strdup(&one, query_text(&incidents, F_ID));

		facts_of(&incidents, now, &facts);
		requests_of(&all, id, &c);
		rows_of(&duties, &more, &one, id, rows, &c);
		looked += c.rows;
		if (duty_plan(&c, actions, ACTIONS_MAX) > 0)
			fn(arg, id);
		arena_clear(&one);
	}
	query_close(&duties);
	query_close(&incidents);
	arena_clear(&one);
	arena_clear(&arena);
	return looked;
}
