/* SPDX-License-Identifier: Apache-2.0 */
#include "app/alert.h"

#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "base/id.h"
#include "base/utf8.h"
#include "model/observable.h"

#define SOURCE_MAX     60
#define REF_MAX        200
#define TITLE_MAX      300
#define NAME_MAX_BYTES 200
#define ADVICE_MAX     4000
#define TAGS_MAX       ((size_t)8 << 10)
#define NOTE_MAX       300
#define OBSERVABLES_JSON_MAX ((size_t)512 << 10)

const char *const alert_levels[] = { "informational", "low", "medium", "high", "critical", NULL };

/* ---- reading ---------------------------------------------------------------------- */

#define ALERT_SQL \
	"SELECT a.id, a.number, a.source, a.rule_id, a.title, a.level, a.host, a.state, a.mute_id," \
	" a.verdict, a.incident_id, a.playbook, a.version, a.first_at, a.last_at, a.count, a.received_at" \
	" FROM alert a WHERE "

int
alert_load(struct call *call, const char *field, const char *key, struct alert *ret)
{
	const char **text[] = { &ret->id, &ret->number, &ret->source, &ret->rule_id, &ret->title,
	    &ret->level, &ret->host, &ret->state, &ret->mute_id, &ret->verdict, &ret->incident_id,
	    &ret->playbook };
	int64_t *number[] = { &ret->version, &ret->first_at, &ret->last_at, &ret->count, &ret->received_at };
	struct query q;

	query_open(&q, call->tx, id_valid(key) ? ALERT_SQL "a.id = ? AND " ALERT_VISIBLE :
	    ALERT_SQL "a.number = upper(?) AND " ALERT_VISIBLE, "t" ALERT_VISIBLE_TYPES, key,
	    ALERT_VISIBLE_ARGS(call));
	if (query_step(&q)) {
		for (size_t i = 0; i < ARRAY_LEN(text); i++)
			*text[i] = arena_strdup(call->arena, query_text(&q, (int)i));
		for (size_t i = 0; i < ARRAY_LEN(number); i++)
			*number[i] = query_int(&q, (int)(ARRAY_LEN(text) + i));
	} else {
		err_fail(call->err, ERR_NOT_FOUND, "err.alert.not_found", field, "value", key, NULL, NULL);
	}
	return query_close(&q);
}

const char *
alert_state_of(const char *verdict)
{
	return verdict != NULL && strcmp(verdict, "true_positive") != 0 ? "closed" : "acknowledged";
}

/* ---- mutes ------------------------------------------------------------------------- */

const char *
alert_mute_find(struct call *call, const char *rule_id, const char *source, const char *host,
    const char *user)
{
	return tx_text(call->tx, call->arena, "SELECT m.id FROM alert_mute m WHERE m.agency_id = ?1 AND"
	    " m.lifted_at IS NULL AND m.expires_at > ?2 AND"
	    ALERT_MUTE_FITS("m.rule_id", "?3") " AND" ALERT_MUTE_FITS("m.source", "?4") " AND"
	    ALERT_MUTE_FITS("m.host", "?5") " AND" ALERT_MUTE_FITS("m.user_name", "?6")
	    " ORDER BY m.expires_at DESC, m.id", "titttt", call->agency_id, call->now, rule_id, source,
	    host, user);
}

/* ---- history ------------------------------------------------------------------------ */

void
alert_event(struct call *call, const char *alert_id, const char *kind, const char *about,
    const char *text)
{
	change_insert(call, "alert_event", NULL, COLS(CT("alert_id", alert_id), CT("kind", kind),
	    CT("about", about), CT("text", text), CI("event_at", call->now),
	    CT("actor_kind", change_actor_kind(call)),
	    CT("actor_id", str_empty(call->actor.id) ? NULL : call->actor.id),
	    CT("actor_name", str_empty(call->actor.name) ? NULL : call->actor.name)));
}

/* ---- what comes in, made fit ---------------------------------------------------------- */

static const char *
cut(struct call *call, const char *text, size_t max)
{
	size_t len;

	if (str_empty(text))
		return NULL;
	len = utf8_cut(text, max);
	return text[len] == '\0' ? text :
	    arena_printf(call->arena, "%.*s…", (int)utf8_cut(text, max - strlen("…")), text);
}

int
alert_rank(const char *level)
{
	int rank = 0;

	while (alert_levels[rank] != NULL && !str_eq(alert_levels[rank], level))
		rank++;
	return alert_levels[rank] == NULL ? -1 : rank;
}

/* It is written out again as it is. */
static bool
is_json(const char *text, enum json_kind kind)
{
	struct json *value = NULL;
	bool fits = text == NULL ||
	    (json_parse(text, strlen(text), &value, NULL) == 0 && json_kind(value) == kind);

	json_free(value);
	return fits;
}

static int
check_name(struct call *call, const char *field, const char *value, size_t max)
{
	char number[24];

	if (str_empty(value))
		return call_fail(call, ERR_INVALID, "err.required", field);
	snprintf(number, sizeof(number), "%zu", max);
	if (strlen(value) > max)
		return err_fail(call->err, ERR_INVALID, "err.too_long", field, "max", number, NULL, NULL);
	return 0;
}

/* What is wanted of ${in}, cut and filled in; ${ret} is a copy. */
static int
fit(struct call *call, const struct alert_in *in, struct alert_in *ret)
{
	*ret = *in;
	if (check_name(call, "source", in->source, SOURCE_MAX) != 0 ||
	    check_name(call, "source_ref", in->source_ref, REF_MAX) != 0)
		return call->err->kind;
	if (str_empty(in->title))
		return call_fail(call, ERR_INVALID, "err.required", "title");
	if (in->detail_json != NULL && strlen(in->detail_json) > ALERT_DETAIL_MAX)
		return err_fail(call->err, ERR_TOO_LARGE, "err.too_large", "detail", "max", "48 KB", NULL, NULL);
	if (!is_json(in->detail_json, JSON_KIND_OBJECT))
		return call_fail(call, ERR_INVALID, "err.object", "detail");
	if (!is_json(in->tags_json, JSON_KIND_ARRAY))
		return call_fail(call, ERR_INVALID, "err.list", "tags");
	if (ret->level == NULL)
		ret->level = "medium";
	if (alert_rank(ret->level) < 0)
		return err_fail(call->err, ERR_INVALID, "err.choice", "level", "value", ret->level, "choices",
		    "informational, low, medium, high, critical");
	if (ret->last_at == SQL_NULL)
		ret->last_at = in->first_at == SQL_NULL ? call->now : in->first_at;
	if (ret->first_at == SQL_NULL)
		ret->first_at = ret->last_at;
	if (ret->first_at > ret->last_at)
		return err_fail(call->err, ERR_INVALID, "err.time_order", "last_at", "other",
		    "@alert.field.first_at", NULL, NULL);
	ret->title = cut(call, in->title, TITLE_MAX);
	ret->rule_id = cut(call, str_empty(in->rule_id) ? in->title : in->rule_id, NAME_MAX_BYTES);
	ret->host = cut(call, in->host, NAME_MAX_BYTES);
	ret->user = cut(call, in->user, NAME_MAX_BYTES);
	ret->advice = cut(call, in->advice, ADVICE_MAX);
	if (ret->tags_json != NULL && strlen(ret->tags_json) > TAGS_MAX)
		ret->tags_json = NULL;
	if (str_empty(in->playbook) || pack_playbook(call->app->packs, in->playbook, call->now) == NULL)
		ret->playbook = NULL;
	if (ret->count < 1)
		ret->count = 1;
	return 0;
}

/* The observables in normal form, each once, as they are kept: [{"type","value","note","is_ioc","tlp"}]. */
static const char *
observables_json(struct call *call, const struct alert_in *in)
{
	struct buf out = BUF_INIT(OBSERVABLES_JSON_MAX);
	struct jsonw w = JSONW_INIT(&out);
	const char *seen[ALERT_OBSERVABLES_MAX], *result;
	char value[OBSERVABLE_SIZE];
	size_t n = 0;

	jsonw_array(&w);
	for (size_t i = 0; i < in->observables_count && n < ALERT_OBSERVABLES_MAX; i++) {
		const struct alert_observable *o = &in->observables[i];
		enum observable_type type = str_empty(o->value) ? OBSERVABLE_NONE : o->type != NULL ?
		    observable_type_named(o->type) : observable_type_of(o->value);
		size_t k = 0;

		if (type == OBSERVABLE_NONE || observable_normalise(type, o->value, value, NULL) != 0)
			continue;
		while (k < n && strcmp(seen[k], value) != 0)
			k++;
		if (k < n)
			continue;
		seen[n++] = arena_strdup(call->arena, value);
		jsonw_object(&w);
		jsonw_kstring(&w, "type", observable_type_name(type));
		jsonw_kstring(&w, "value", value);
		if (!str_empty(o->note))
			jsonw_kstring(&w, "note", cut(call, o->note, NOTE_MAX));
		jsonw_kbool(&w, "is_ioc", o->is_ioc);
		if (o->tlp != NULL)
			jsonw_kstring(&w, "tlp", o->tlp);
		jsonw_object_end(&w);
	}
	jsonw_array_end(&w);
	result = n == 0 || out.full ? NULL : arena_strdup(call->arena, buf_str(&out));
	buf_clear(&out);
	return result;
}

/* ---- taking in -------------------------------------------------------------------------- */

static int
insert(struct call *call, const struct alert_in *in, struct alert_taken *ret)
{
	const char *mute = alert_mute_find(call, in->rule_id, in->source, in->host, in->user);

	ret->number = number_next(call, "CB");
	ret->is_new = true;
	ret->is_muted = mute != NULL;
	ret->id = change_insert(call, "alert", NULL, COLS(CT("number", ret->number),
	    CT("source", in->source), CT("source_ref", in->source_ref), CT("rule_id", in->rule_id),
	    CT("title", in->title), CT("level", in->level), CT("tags_json", in->tags_json),
	    CT("host", in->host), CT("user_name", in->user), CT("playbook", in->playbook),
	    CI("first_at", in->first_at), CI("last_at", in->last_at), CI("count", in->count),
	    CI("received_at", call->now), CT("state", "new"), CI("state_at", call->now),
	    CT("mute_id", mute), CT("hunt_id", in->hunt_id), CI("is_sample", 0)));
	change_insert(call, "alert_detail", ret->id, COLS(CT("detail_json", in->detail_json),
	    CT("advice", in->advice), CT("observables_json", observables_json(call, in))));
	return call->err->kind;
}

/* More of what is in an incident already: whoever works there has to know that it goes on. */
static void
tell_growth(struct call *call, const struct alert *a, int64_t count)
{
	change_timeline(call, &(struct timeline_entry){ .incident_id = a->incident_id, .kind = "alert",
	    .word = "timeline.alert_grew", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
	    .ref_table = "alert", .ref_id = a->id, .args = TIMELINE_ARGS("number", a->number,
		"title", a->title, "count", text_int(call, count)) });
}

/* What came before and what comes now: the one does not take away the other. */
static const char *
grown_observables(struct call *call, const char *before, const struct alert_in *in)
{
	struct json *list = NULL;
	struct alert_in both = *in;
	struct alert_observable *o;
	const char *text;
	size_t n;

	if (before == NULL || json_parse(before, strlen(before), &list, call->err) != 0)
		return observables_json(call, in);
	n = json_len(list);
	both.observables = o = arena_alloc(call->arena, (n + in->observables_count) * sizeof(*o) + 1);
	both.observables_count = n + in->observables_count;
	for (size_t i = 0; i < n; i++) {
		const struct json *had = json_at(list, i);

		o[i] = (struct alert_observable){ json_get_str(had, "type"), json_get_str(had, "value"),
		    json_get_str(had, "note"), json_get_bool(had, "is_ioc", false), json_get_str(had, "tlp") };
	}
	if (in->observables_count > 0)
		memcpy(o + n, in->observables, in->observables_count * sizeof(*o));
	text = observables_json(call, &both);
	json_free(list);
	return text;
}

static void
grow_detail(struct call *call, const struct alert *a, const struct alert_in *in)
{
	const char *detail = in->detail_json, *advice = in->advice, *observables = NULL;
	struct query q;

	query_open(&q, call->tx, "SELECT detail_json, advice, observables_json FROM alert_detail WHERE id = ?",
	    "t", a->id);
	if (query_step(&q)) {
		detail = detail == NULL ? arena_strdup(call->arena, query_text(&q, 0)) : detail;
		advice = advice == NULL ? arena_strdup(call->arena, query_text(&q, 1)) : advice;
		observables = arena_strdup(call->arena, query_text(&q, 2));
	}
	query_close(&q);
	change_update(call, "alert_detail", a->id, -1, COLS(CT("detail_json", detail), CT("advice", advice),
	    CT("observables_json", grown_observables(call, observables, in))));
}

/* The same again: what grew is written, else nothing. */
static int
grow(struct call *call, const struct alert *a, const struct alert_in *in)
{
	int64_t count = in->count > a->count ? in->count : a->count;
	int64_t first = in->first_at < a->first_at ? in->first_at : a->first_at;
	int64_t last = in->last_at > a->last_at ? in->last_at : a->last_at;
	bool higher = alert_rank(in->level) > alert_rank(a->level);
	bool is_again = str_eq(a->state, "acknowledged") && (count > a->count || higher);

	if (count == a->count && first == a->first_at && last == a->last_at && !higher)
		return 0;
	change_update(call, "alert", a->id, -1, COLS(CI("first_at", first), CI("last_at", last),
	    CI("count", count), CT("level", higher ? in->level : a->level),
	    CT("state", is_again ? "new" : a->state)));
	alert_event(call, a->id, "grew", text_int(call, count), NULL);
	grow_detail(call, a, in);
	if (str_eq(a->state, "merged")) {
		tell_growth(call, a, count);
		alert_bring_late(call, a);
	} else if (higher)
		alert_tell_soon(call);
	return call->err->kind;
}

/* The one of that source and reference, whoever may see it. */
static bool
known(struct call *call, const struct alert_in *in, struct alert *ret)
{
	struct actor actor = call->actor;
	const char *id = tx_text(call->tx, call->arena, "SELECT id FROM alert WHERE agency_id = ? AND"
	    " source = ? AND source_ref = ?", "ttt", call->agency_id, in->source, in->source_ref);

	if (id == NULL)
		return false;
	call->actor.sees = SEES_EVERYTHING;
	alert_load(call, NULL, id, ret);
	call->actor = actor;
	return true;
}

int
alert_take(struct call *call, const struct alert_in *in, struct alert_taken *ret)
{
	struct incident incident;
	struct alert_in fitted;
	struct alert a;

	*ret = (struct alert_taken){ 0 };
	if (fit(call, in, &fitted) != 0)
		return call->err->kind;
	if (known(call, &fitted, &a)) {
		*ret = (struct alert_taken){ a.id, a.number, false, a.mute_id != NULL };
		return call->err->kind != ERR_NONE ? call->err->kind : grow(call, &a, &fitted);
	}
	if (insert(call, &fitted, ret) != 0)
		return call->err->kind;
	if (in->incident_id == NULL) {
		if (!ret->is_muted && alert_rank(fitted.level) >= alert_rank("high"))
			alert_tell_soon(call);
		return call->err->kind;
	}
	if (incident_load(call, in->incident_id, &incident) != 0 ||
	    alert_load(call, NULL, ret->id, &a) != 0)
		return call->err->kind;
	return alert_attach(call, &a, &incident, NULL);
}
