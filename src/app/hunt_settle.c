/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hunt_settle.c: several operations, each with an entry of its own, so that a hunt with many files
 * and detections stays below the size of one: the incident, alerts some at a time, the end.
 */
#include "app/hunt_settle.h"

#include <stdio.h>
#include <strings.h>

#include "app/alert.h"
#include "app/app.h"
#include "app/change.h"
#include "app/evidence.h"
#include "app/hunt_signs.h"
#include "app/incident.h"
#include "app/led.h"
#include "app/others.h"
#include "app/plan.h"
#include "os/sha256.h"

#define BATCH      10  /* alerts of one entry */
#define STORIES    3   /* told in the summary of a new incident */
#define MACHINES   60
#define ACCOUNTS   40
#define SOURCE     "khien-hunt"

static const struct param data_params[] = {
	{ "id", P_ID, PF_REQUIRED, 0, 0, NULL },
	{ "data", P_JSON, 0, 0, 0, NULL },
	{ 0 },
};

/* The hunt of the argument, which must still wait. */
static int
waiting_hunt(struct call *c, struct hunt *ret)
{
	if (hunt_arg(c, "id", ret) != 0)
		return c->err->kind;
	if (!str_eq(ret->state, "waiting"))
		return err_fail(c->err, ERR_STATE, "err.hunt.ended", NULL, "number", ret->number, NULL, NULL);
	return 0;
}

static int
rank_of(const char *level)
{
	static const char *const levels[] = { "none", "informational", "low", "medium", "high", "critical" };

	for (int i = 0; i < (int)ARRAY_LEN(levels); i++)
		if (str_eq(levels[i], level))
			return i;
	return 0;
}

#define MEDIUM 3
#define HIGH   4

/* A time of the worker's, or SQL_NULL. */
static int64_t
time_of(const struct json *object, const char *name)
{
	return json_kind(json_get(object, name)) == JSON_KIND_INT ? json_get_int(object, name, 0) : SQL_NULL;
}

/* ---- a new incident ------------------------------------------------------------------------- */

static bool
has_tag(const struct json *group, const char *tag)
{
	const struct json *tags = json_get(group, "tags");
	size_t len = strlen(tag);

	for (size_t i = 0; i < json_len(tags); i++) {
		const char *t = json_str(json_at(tags, i));

		if (strncasecmp(t, tag, len) == 0 && (t[len] == '\0' || t[len] == '.'))
			return true;
	}
	return false;
}

/* The playbook that the weightiest signs lead to; rules from elsewhere say it by their technique. */
static const char *
playbook_for(struct call *c, const struct json *groups)
{
	static const struct { const char *tag, *playbook; } by_tag[] = { { "attack.t1486", "ransomware" },
		{ "attack.t1490", "ransomware" }, { "attack.t1491", "defacement" }, { "attack.t1505.003", "defacement" },
		{ "attack.t1498", "dos" }, { "attack.t1499", "dos" }, { "attack.t1566", "phishing" },
		{ "attack.t1485", "sabotage" } };
	const struct json *best = json_at(groups, 0);
	const char *named;

	if (best == NULL || rank_of(json_get_str(best, "level")) < MEDIUM)
		return NULL;
	for (size_t i = 0; i < json_len(groups); i++) {
		const struct json *g = json_at(groups, i);

		/* What weighs much less does not decide. */
		if (json_get_int(g, "score", 0) + 20 < json_get_int(best, "score", 0))
			break;
		named = json_get_str(g, "playbook");
		if (*named != '\0' && pack_playbook(c->app->packs, named, c->now) != NULL)
			return arena_strdup(c->arena, named);
		for (size_t k = 0; k < ARRAY_LEN(by_tag); k++)
			if (has_tag(g, by_tag[k].tag))
				return by_tag[k].playbook;
	}
	return "intrusion";
}

static const char *
title_for(struct call *c, const struct json *groups)
{
	const struct json *best = json_at(groups, 0);
	const char *host = best == NULL ? "" : json_get_str(best, "host");

	if (best == NULL || rank_of(json_get_str(best, "level")) < MEDIUM)
		return words_vi(c, "hunt.case.title_none", NULL);
	return words_vi(c, *host == '\0' ? "hunt.case.title" : "hunt.case.title_host",
	    WORDS_ARGS("title", arena_printf(c->arena, "%.*s", 120, json_get_str(best, "title")), "host", host));
}

static const char *
summary_for(struct call *c, const struct hunt *h, const struct json *stories)
{
	const char *text = words_vi(c, "hunt.case.summary", WORDS_ARGS("number", h->number));

	for (size_t i = 0; i < json_len(stories) && i < STORIES; i++)
		text = arena_printf(c->arena, "%s\n%s.", text, json_get_str(json_at(stories, i), "text"));
	return text;
}

static void
tell_left(struct call *c, const struct hunt *h)
{
	jsonw_kint(c->out, "left", tx_int(c->tx, "SELECT COUNT(*) FROM hunt_file WHERE hunt_id = ? AND"
	    " incident_id IS NULL", "t", h->id));
}

/* Files of the hunt that are in no incident yet become evidence of its own. */
static int
run_adopt(struct call *c)
{
	struct hunt h;
	struct query q;
	bool is_new;

	if (waiting_hunt(c, &h) != 0)
		return c->err->kind;

	const struct hunt_origin origin = { .by_id = h.by_id, .by_name = h.by_name, .collected_at = h.requested_at };

	query_open(&q, c->tx, "SELECT id, name, sha256, size, purpose IS NULL FROM hunt_file WHERE hunt_id = ?"
	    " AND incident_id IS NULL ORDER BY position LIMIT ?", "ti", h.id, (int64_t)HUNT_BATCH);
	while (query_step(&q)) {
		struct upload u = { .size = query_int(&q, 3) };
		const char *id = arena_strdup(c->arena, query_text(&q, 0)), *evidence = NULL;

		snprintf(u.sha256, sizeof(u.sha256), "%s", query_text(&q, 2));
		if (query_int(&q, 4) != 0)
			evidence = hunt_evidence(c, h.incident_id, &u, arena_strdup(c->arena, query_text(&q, 1)), &origin,
			    &is_new);
		change_update(c, "hunt_file", id, -1, COLS(CT("incident_id", h.incident_id), CT("evidence_id", evidence)));
	}
	query_close(&q);
	tell_left(c, &h);
	return c->err->kind;
}

static int
run_open(struct call *c)
{
	const struct json *data = arg_json(c, "data"), *groups = json_get(data, "groups");
	int64_t began = time_of(json_at(json_get(data, "stories"), 0), "first_ms");
	const struct pack_playbook *playbook;
	const char *id, *number, *name;
	struct incident i;
	struct hunt h;

	if (waiting_hunt(c, &h) != 0)
		return c->err->kind;
	tell_left(c, &h);
	if (h.incident_id != NULL)
		return c->err->kind;
	name = playbook_for(c, groups);
	playbook = name == NULL ? NULL : pack_playbook(c->app->packs, name, c->now);
	id = incident_insert(c, &(struct incident_new){ .title = title_for(c, groups),
	    .summary = summary_for(c, &h, json_get(data, "stories")),
	    .type = playbook != NULL && playbook->types_count > 0 ? playbook->types[0] : NULL,
	    .occurred_at = began != SQL_NULL && began <= c->now ? began : SQL_NULL, .detected_at = c->now }, &number);
	change_update(c, "hunt", h.id, -1, COLS(CT("incident_id", id)));
	change_timeline(c, &(struct timeline_entry){ .incident_id = id, .kind = "evidence",
	    .word = "timeline.hunt_files", .occurred_at = h.requested_at, .told_at = SQL_NULL, .ref_table = "hunt",
	    .ref_id = h.id, .args = TIMELINE_ARGS("number", h.number, "count", text_int(c, h.files)) });
	if (c->err->kind == ERR_NONE && playbook != NULL && incident_load(c, id, &i) == 0)
		plan_apply(c, &i, playbook);
	return c->err->kind;
}

/* ---- alerts --------------------------------------------------------------------------------- */

/* Its own name: the same signs in the same incident are the same alert, also of another hunt. */
static const char *
source_ref(struct call *c, const char *incident_id, const struct json *group)
{
	uint8_t sum[SHA256_SIZE];
	const char *text = arena_printf(c->arena, "%s\n%s\n%s\n%lld", json_get_str(group, "rule_id"),
	    json_get_str(group, "host"), json_get_str(group, "subject"),
	    (long long)json_get_int(group, "first_ms", 0));
	char hex[2 * SHA256_SIZE + 1];

	sha256(text, strlen(text), sum);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	return arena_printf(c->arena, "%s:%.32s", incident_id, hex);
}

static const char *
json_text(struct call *c, const struct json *value)
{
	struct buf out = BUF_INIT(ALERT_DETAIL_MAX);
	const char *text;

	json_write(value, &out);
	text = out.full ? NULL : arena_strdup(c->arena, buf_str(&out));
	buf_clear(&out);
	return text;
}

/* What matched, where it stands, and the story it is part of. */
static const char *
detail_of(struct call *c, const struct hunt *h, const struct json *group, const char *story)
{
	static const char *const kept[] = { "rule_title", "subject", "matched", "refs", "score" };
	struct json *detail = json_new_object();
	const char *text;

	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		json_set(detail, kept[i], json_clone(json_get(group, kept[i])));
	json_set_str(detail, "hunt", h->number);
	if (!str_empty(story))
		json_set_str(detail, "story", story);
	text = json_text(c, detail);
	json_free(detail);
	return text;
}

/* Of a list of indicators: what was looked for is the sign, and nothing else that stood beside it. */
static bool
indicator_of(const struct json *group, struct alert_observable *ret)
{
	static const char prefix[] = "khien-ioc-";
	const char *rule = json_get_str(group, "rule_id"), *subject = json_get_str(group, "subject");

	/* A whole network is no sign: the address in it is, and stands among the fields. */
	if (!str_starts(rule, prefix) || *subject == '\0' || (str_eq(rule, "khien-ioc-ip") && strchr(subject, '/') != NULL))
		return false;
	*ret = (struct alert_observable){ .type = rule + sizeof(prefix) - 1, .value = subject };
	return true;
}

static void
take_alert(struct call *c, const struct hunt *h, const struct json *item)
{
	const struct json *group = json_get(item, "group"), *signs = json_get(json_get(item, "signs"), "signs");
	const struct json *accounts = json_get(json_get(item, "signs"), "accounts");
	const char *level = json_get_str(group, "level");
	struct alert_observable *o = arena_alloc(c->arena, (json_len(signs) + 1) * sizeof(*o));
	bool is_indicator = indicator_of(group, &o[0]);
	size_t n = is_indicator ? 1 : json_len(signs);
	struct alert_taken taken;

	for (size_t i = 0; i < n && !is_indicator; i++)
		o[i] = (struct alert_observable){ .type = json_get_str(json_at(signs, i), "type"),
		    .value = json_get_str(json_at(signs, i), "value") };
	alert_take(c, &(struct alert_in){ .source = SOURCE, .source_ref = source_ref(c, h->incident_id, group),
	    .rule_id = json_get_str(group, "rule_id"), .title = json_get_str(group, "title"),
	    .level = str_eq(level, "none") ? "informational" : level,
	    .tags_json = json_text(c, json_get(group, "tags")), .host = json_get_str(group, "host"),
	    .user = json_str(json_at(accounts, 0)), .detail_json = detail_of(c, h, group, json_get_str(item, "story")),
	    .advice = json_get_str(group, "advice"), .playbook = json_get_str(group, "playbook"),
	    .first_at = time_of(group, "first_ms"), .last_at = time_of(group, "last_ms"),
	    .count = json_get_int(group, "count", 1), .observables = o, .observables_count = n,
	    .incident_id = h->incident_id, .hunt_id = h->id }, &taken);
}

static int
run_alerts(struct call *c)
{
	const struct json *items = json_get(arg_json(c, "data"), "items");
	struct hunt h;

	if (waiting_hunt(c, &h) != 0)
		return c->err->kind;
	for (size_t i = 0; i < json_len(items) && c->err->kind == ERR_NONE; i++)
		take_alert(c, &h, json_at(items, i));
	return c->err->kind;
}

/* ---- the end ----------------------------------------------------------------------------------- */

static bool
touch_one(struct call *c, const char *incident_id, const char *kind, const char *name, int64_t since)
{
	if (str_empty(name) || tx_int(c->tx, "SELECT COUNT(*) FROM scope_item WHERE incident_id = ? AND kind = ?"
	    " AND lower(name) = lower(?)", "ttt", incident_id, kind, name) > 0)
		return false;
	change_insert(c, "scope_item", NULL, COLS(CT("incident_id", incident_id), CT("kind", kind), CT("name", name),
	    CT("state", "suspected"), CI("since_at", since)));
	return true;
}

/* Machines and accounts that weighty signs name are suspected; people decide what they are. */
static void
touch(struct call *c, const struct hunt *h, const struct json *data, int64_t *ret_machines, int64_t *ret_accounts)
{
	const struct json *hosts = json_get(data, "hosts"), *accounts = json_get(data, "accounts");

	*ret_machines = *ret_accounts = 0;
	for (size_t i = 0; i < json_len(hosts) && *ret_machines < MACHINES; i++)
		if (rank_of(json_get_str(json_at(hosts, i), "level")) >= MEDIUM)
			*ret_machines += touch_one(c, h->incident_id, "machine", json_get_str(json_at(hosts, i), "name"),
			    time_of(json_at(hosts, i), "first_ms"));
	for (size_t i = 0; i < json_len(accounts) && *ret_accounts < ACCOUNTS; i++)
		*ret_accounts += touch_one(c, h->incident_id, "account", json_str(json_at(accounts, i)), SQL_NULL);
}

static void
tell_end(struct call *c, const struct hunt *h, const struct json *summary, int64_t alerts)
{
	const struct json *gaps = json_get(summary, "gaps");
	int64_t machines, accounts;

	touch(c, h, summary, &machines, &accounts);
	change_timeline(c, &(struct timeline_entry){ .incident_id = h->incident_id, .kind = "evidence",
	    .word = "timeline.hunt_done", .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "hunt",
	    .ref_id = h->id, .args = TIMELINE_ARGS("number", h->number,
		"events", text_int(c, json_get_int(summary, "events", 0)),
		"detections", text_int(c, json_get_int(summary, "detections", 0)), "alerts", text_int(c, alerts),
		"gaps", text_int(c, (int64_t)json_len(gaps)), "machines", text_int(c, machines),
		"accounts", text_int(c, accounts)) });
	if (machines > 0 || accounts > 0)
		escalation_evaluate(c, h->incident_id);
}

static int
run_done(struct call *c)
{
	const struct json *data = arg_json(c, "data"), *summary = json_get(data, "summary");
	struct buf text = BUF_INIT(HUNTER_SUMMARY_MAX * 2), gaps = BUF_INIT(HUNTER_SUMMARY_MAX);
	struct json *kept = json_clone(summary);
	struct hunt h;
	int64_t alerts;

	if (waiting_hunt(c, &h) == 0) {
		json_write(json_get(kept, "gaps"), &gaps);
		json_del(kept, "gaps");
		json_del(kept, "accounts");
		json_write(kept, &text);
		alerts = json_get_int(data, "alerts", 0);
		change_update(c, "hunt", h.id, -1, COLS(CT("state", "done"), CI("finished_at", c->now),
		    CI("started_at", json_get_int(data, "started_at", c->now)),
		    CT("rules_version", json_get_str(data, "rules_version")), CI("rules", json_get_int(data, "rules", 0)),
		    CI("events", json_get_int(summary, "events", 0)),
		    CI("detections", json_get_int(summary, "detections", 0)), CI("alerts", alerts),
		    CT("gaps_json", buf_str(&gaps)), CT("summary_json", buf_str(&text)),
		    CT("json_sha256", json_get_str(data, "json_sha256")), CI("json_size", json_get_int(data, "json_size", 0)),
		    CT("html_sha256", json_get_str(data, "html_sha256")),
		    CI("html_size", json_get_int(data, "html_size", 0))));
		tx_exec(c->tx, "DELETE FROM hunt_progress WHERE hunt_id = ?", "t", h.id);
		tell_end(c, &h, summary, alerts);
	}
	json_free(kept);
	buf_clear(&text);
	buf_clear(&gaps);
	return c->err->kind;
}

static int
run_fail(struct call *c)
{
	const char *why = json_get_str(arg_json(c, "data"), "error");
	struct hunt h;

	if (waiting_hunt(c, &h) != 0)
		return c->err->kind;
	change_update(c, "hunt", h.id, -1, COLS(CT("state", "failed"), CI("finished_at", c->now), CT("error", why)));
	tx_exec(c->tx, "DELETE FROM hunt_progress WHERE hunt_id = ?", "t", h.id);
	if (h.incident_id != NULL)
		change_timeline(c, &(struct timeline_entry){ .incident_id = h.incident_id, .kind = "evidence",
		    .word = "timeline.hunt_failed", .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "hunt",
		    .ref_id = h.id, .args = TIMELINE_ARGS("number", h.number, "reason", why) });
	return c->err->kind;
}

/* ---- one after the other -------------------------------------------------------------------------- */

static const struct op op_open = { "hunt settle open", NULL, NULL, RIGHT_HANDLE, OP_WRITE, data_params, run_open,
	NULL, NULL };
static const struct op op_adopt = { "hunt settle files", NULL, NULL, RIGHT_HANDLE, OP_WRITE, data_params,
	run_adopt, NULL, NULL };
static const struct op op_alerts = { "hunt settle alerts", NULL, NULL, RIGHT_HANDLE, OP_WRITE, data_params,
	run_alerts, NULL, NULL };
static const struct op op_done = { "hunt settle", NULL, NULL, RIGHT_HANDLE, OP_WRITE, data_params, run_done, NULL,
	NULL };
static const struct op op_fail = { "hunt fail", NULL, NULL, RIGHT_HANDLE, OP_WRITE, data_params, run_fail, NULL,
	NULL };

/* Takes ${data} over; ${ret_left}: files that are in no incident yet, NULL when that is of no interest. */
static int
call(struct app *app, const struct op *op, const char *id, struct json *data, int64_t *ret_left, struct err *err)
{
	struct json *args = json_new_object(), *answer = NULL;
	struct buf out = BUF_INIT((size_t)1 << 20);
	int ret;

	json_set_str(args, "id", id);
	json_set(args, "data", data);
	ret = op_call(app, &(struct op_request){ .op = op, .actor = actor_job("hunt"), .lang = LANG_VI,
	    .args = args }, &out, err);
	if (ret == 0 && ret_left != NULL)
		ret = json_parse(buf_str(&out), out.len, &answer, err);
	if (ret == 0 && ret_left != NULL)
		*ret_left = json_get_int(answer, "left", 0);
	json_free(answer);
	json_free(args);
	buf_clear(&out);
	return ret;
}

static int
enter_alerts(struct app *app, const char *id, const struct hunt_answer *answer, size_t *ret_count, struct err *err)
{
	const struct json *groups = json_get(answer->summary, "groups"), *stories = json_get(answer->summary, "stories");
	int failed = 0;
	size_t n = 0;

	while (n < json_len(groups) && n < HUNT_ALERTS_MAX && failed == 0) {
		struct json *data = json_new_object(), *items = json_new_array();

		json_set(data, "items", items);
		for (size_t k = 0; k < BATCH && n < json_len(groups) && n < HUNT_ALERTS_MAX; k++, n++) {
			const struct json *g = json_at(groups, n);
			const struct json *signs = hunt_signs_of(answer->signs, json_get_str(g, "rule_id"),
			    json_get_str(g, "host"));
			const char *story = json_get_str(json_at(stories, (size_t)json_get_int(g, "story", INT32_MAX)), "text");
			struct json *item = json_new_object();

			json_set(item, "group", json_clone(g));
			if (signs != NULL)
				json_set(item, "signs", json_clone(signs));
			if (story != NULL)
				json_set_str(item, "story", story);
			json_append(items, item);
		}
		failed = call(app, &op_alerts, id, data, NULL, err);
	}
	*ret_count = n;
	return failed;
}

/* Accounts that signs of weight name, for what is touched. */
static struct json *
accounts_of(const struct hunt_answer *answer)
{
	const struct json *groups = json_get(answer->summary, "groups");
	struct json *list = json_new_array();

	for (size_t i = 0; i < json_len(groups) && json_len(list) < ACCOUNTS; i++) {
		const struct json *g = json_at(groups, i);
		const struct json *signs = hunt_signs_of(answer->signs, json_get_str(g, "rule_id"), json_get_str(g, "host"));
		const struct json *accounts = json_get(signs, "accounts");

		for (size_t k = 0; k < json_len(accounts) && rank_of(json_get_str(g, "level")) >= HIGH; k++)
			json_append(list, json_clone(json_at(accounts, k)));
	}
	return list;
}

int
hunt_settle(struct app *app, const char *id, const struct hunt_answer *answer, struct err *err)
{
	struct json *data, *summary;
	size_t alerts = 0;
	int64_t left = 0;
	int failed = call(app, &op_open, id, json_clone(answer->summary), &left, err);

	while (failed == 0 && left > 0)
		failed = call(app, &op_adopt, id, json_new_object(), &left, err);
	if (failed == 0)
		failed = enter_alerts(app, id, answer, &alerts, err);
	if (failed != 0)
		return failed;
	data = json_new_object();
	summary = json_clone(answer->summary);
	json_set(summary, "accounts", accounts_of(answer));
	json_set(data, "summary", summary);
	json_set_int(data, "alerts", (int64_t)alerts);
	json_set_int(data, "started_at", answer->started_at);
	json_set_int(data, "rules", answer->rules);
	json_set_str(data, "rules_version", answer->rules_version);
	json_set_str(data, "json_sha256", answer->json.sha256);
	json_set_int(data, "json_size", answer->json.size);
	json_set_str(data, "html_sha256", answer->html.sha256);
	json_set_int(data, "html_size", answer->html.size);
	return call(app, &op_done, id, data, NULL, err);
}

int
hunt_fail(struct app *app, const char *id, const struct err *why, struct err *err)
{
	struct json *data = json_new_object();
	struct buf text = BUF_INIT(4000);

	words_err_text(&text, LANG_VI, why);
	json_set_str(data, "error", buf_str(&text));
	buf_clear(&text);
	return call(app, &op_fail, id, data, NULL, err);
}
