/* SPDX-License-Identifier: Apache-2.0 */
/* op_playbook.c: the agency's plans: read, approved, put to work on an incident. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/playbook.h"
#include "app/workable.h"

/* By its id ("ransomware") or the code people say ("PB-01"). */
static const struct pack_playbook *
playbook_arg(struct call *call, const char *name)
{
	const char *id = playbook_id_arg(call, name);
	const struct pack_playbook *p =
	    id == NULL ? NULL : pack_playbook(call->app->packs, id, call->now);

	if (id != NULL && p == NULL)
		err_fail(call->err, ERR_NOT_FOUND, "err.no_playbook", name, "value", id, NULL, NULL);
	return p;
}

static const char *
say(const struct call *call, const struct pack_text *text)
{
	return pack_say(text, lang_code(call->lang));
}

/* ---- what is answered -------- */

static void
out_approval(struct call *call, const struct pack *pack)
{
	int64_t approvals = tx_int(call->tx, "SELECT COUNT(*) FROM playbook_approval WHERE"
	    " agency_id = ? AND playbook = ? AND playbook_version = ?", "ttt", call->agency_id,
	    pack->id, text_int(call, pack->version));

	jsonw_kstring(call->out, "approval",
	    word(call->lang, approvals == 0 ? "plan.not_approved" : "plan.approved"));
	jsonw_key(call->out, "approved");
	if (approvals == 0) {
		jsonw_null(call->out);
		return;
	}
	jsonw_object(call->out);
	out_row(call, NULL, "SELECT doc_number, doc_date, signer, approved_at FROM"
	    " playbook_approval WHERE agency_id = ? AND playbook = ? AND playbook_version = ?"
	    " ORDER BY approved_at DESC, id DESC LIMIT 1", "ttt", call->agency_id, pack->id,
	    text_int(call, pack->version));
	jsonw_object_end(call->out);
}

static void
out_strings(struct call *call, const char *key, const char **list, size_t n)
{
	jsonw_karray(call->out, key);
	for (size_t i = 0; i < n; i++)
		jsonw_string(call->out, list[i]);
	jsonw_array_end(call->out);
}

static void
out_texts(struct call *call, const char *key, const struct pack_text *list, size_t n)
{
	jsonw_karray(call->out, key);
	for (size_t i = 0; i < n; i++)
		jsonw_string(call->out, say(call, &list[i]));
	jsonw_array_end(call->out);
}

void
playbook_out_head(struct call *call, const struct pack_playbook *p)
{
	size_t steps = 0;

	for (enum pack_phase phase = 0; phase < PHASES; phase++)
		steps += p->steps[phase];
	jsonw_kstring(call->out, "id", p->pack.id);
	jsonw_kstring(call->out, "code", p->code);
	jsonw_kstring(call->out, "title", say(call, &p->pack.title));
	jsonw_kint(call->out, "version", p->pack.version);
	out_strings(call, "types", p->types, p->types_count);
	jsonw_kbool(call->out, "is_fallback", p->fallback);
	jsonw_kbool(call->out, "is_own", p->pack.own);
	jsonw_kint(call->out, "steps", (int64_t)steps);
	out_approval(call, &p->pack);
}

void
playbook_out_step(struct call *call, const struct pack_step *s)
{
	jsonw_object(call->out);
	jsonw_kstring(call->out, "id", s->id);
	jsonw_kstring(call->out, "text", say(call, &s->text));
	jsonw_kstring(call->out, "why", say(call, &s->why));
	jsonw_kstring(call->out, "role", s->role);
	jsonw_kbool(call->out, "is_mandatory", s->mandatory);
	jsonw_kbool(call->out, "needs_approval", s->needs_approval);
	jsonw_kbool(call->out, "produces_evidence", s->produces_evidence);
	jsonw_kbool(call->out, "is_reversible", s->reversible);
	jsonw_kint(call->out, "max_minutes", s->max_minutes);
	jsonw_kstring(call->out, "undo_text", say(call, &s->undo_text));
	jsonw_kstring(call->out, "probe", str_empty(s->probe.kind) ? NULL : s->probe.kind);
	jsonw_kstring(call->out, "probe_hint", say(call, &s->probe.hint));
	jsonw_object_end(call->out);
}

static void
out_phases(struct call *call, const struct pack_playbook *p)
{
	char key[40];

	jsonw_karray(call->out, "phases");
	for (enum pack_phase phase = 0; phase < PHASES; phase++) {
		snprintf(key, sizeof(key), "phase.%s", pack_phase_name(phase));
		jsonw_object(call->out);
		jsonw_kstring(call->out, "phase", pack_phase_name(phase));
		jsonw_kstring(call->out, "title", word(call->lang, key));
		jsonw_karray(call->out, "steps");
		for (size_t i = 0; i < p->steps[phase]; i++)
			playbook_out_step(call, &p->step[phase][i]);
		jsonw_array_end(call->out);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static void
out_playbook(struct call *call, const struct pack_playbook *p)
{
	playbook_out_head(call, p);
	jsonw_kstring(call->out, "scenario", p->scenario);
	jsonw_kstring(call->out, "source", p->pack.source);
	jsonw_kstring(call->out, "certainty", p->pack.certainty);
	jsonw_kstring(call->out, "power_action", p->power.action);
	jsonw_kstring(call->out, "power_why", say(call, &p->power.why));
	jsonw_kstring(call->out, "drill_ref", say(call, &p->drill_ref));
	out_strings(call, "applies_to", p->applies_to, p->applies_to_count);
	out_texts(call, "signs", p->signs, p->signs_count);
	out_texts(call, "do_now", p->do_now_staff, p->do_now_staff_count);
	out_texts(call, "do_not", p->do_not_staff, p->do_not_staff_count);
	out_texts(call, "evidence", p->evidence, p->evidence_count);
	out_texts(call, "notify_extra", p->notify_extra, p->notify_extra_count);
	out_texts(call, "escalation_triggers", p->escalation_triggers,
	    p->escalation_triggers_count);
	out_texts(call, "forms", p->forms, p->forms_count);
	out_texts(call, "sources", p->sources, p->sources_count);
	out_phases(call, p);
}

void
plan_out(struct call *call, const struct incident *incident)
{
	const struct pack_playbook *p = incident->playbook == NULL ? NULL :
	    pack_playbook_version(call->app->packs, incident->playbook,
	        (int)strtol(incident->playbook_version, NULL, 10));

	jsonw_key(call->out, "playbook");
	if (p == NULL) {
		jsonw_null(call->out);
		return;
	}
	jsonw_object(call->out);
	playbook_out_head(call, p);
	jsonw_object_end(call->out);
}

/* ---- the operations -------- */

static int
playbook_list(struct call *call)
{
	const struct packs *packs = call->app->packs;
	const struct pack_playbook *p;

	jsonw_karray(call->out, "items");
	for (size_t i = 0; (p = pack_playbook_next(packs, call->now, &i)) != NULL;) {
		jsonw_object(call->out);
		playbook_out_head(call, p);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", false);
	/* What is being edited, among it playbooks that are not in use yet. */
	out_rows(call, "drafts", "SELECT t.playbook AS id, t.playbook_version AS edition,"
	    " t.saved_at, a.name AS saved_by, t.note FROM playbook_text t LEFT JOIN account a ON"
	    " a.id = t.by_id WHERE t.agency_id = ? AND t.state = 'draft' ORDER BY t.saved_at DESC",
	    "t", call->agency_id);
	return call->err->kind;
}

#define EDITION_PARAM { "edition", P_INT, 0, 1, 1000000, NULL }

static const struct param show_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	EDITION_PARAM,
	{ 0 },
};

static int
playbook_show(struct call *call)
{
	const char *id = playbook_id_arg(call, "id");
	struct edition e = { 0 };

	if (id != NULL && edition_open(call, id, (int)arg_int(call, "edition", 0), &e) == 0) {
		out_playbook(call, e.playbook);
		edition_out_state(call, e.state);
	}
	edition_close(&e);
	return call->err->kind;
}

static const struct param approve_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	EDITION_PARAM,
	{ "doc_number", P_LINE, PF_REQUIRED, 0, 60, NULL },
	{ "doc_date", P_TIME, PF_REQUIRED | PF_PAST, 0, 0, NULL },
	{ "signer", P_LINE, PF_REQUIRED, 0, 120, NULL },
	{ 0 },
};

/* The local day of ${ms} as 2026-11-22. */
static const char *
day(struct call *call, int64_t ms)
{
	char iso[CLOCK_TEXT_SIZE];

	clock_iso(ms + (int64_t)CLOCK_LOCAL_S * 1000, iso);
	return arena_strndup(call->arena, iso, 10);
}

/*
 * The edition that was signed.  Beside a draft it has to be said which: whoever read
 * the one in use must not put another in force.
 */
static int
approved_edition(struct call *call, struct edition *ret)
{
	const char *id = playbook_id_arg(call, "id");

	if (id == NULL)
		return call->err->kind;
	if (!arg_has(call, "edition") && edition_draft(call, id) > 0)
		return err_fail(call->err, ERR_INVALID, "err.playbook_edition", "edition", "edition",
		    text_int(call, edition_draft(call, id)), NULL, NULL);
	return edition_open(call, id, (int)arg_int(call, "edition", 0), ret);
}

static int
playbook_approve(struct call *call)
{
	struct edition e = { 0 };

	/* Whoever may sign it, or the administrator who has the signed paper before him. */
	if (!call_may(call, RIGHT_ADMIN) && !call_may(call, RIGHT_DIRECT))
		return call_fail(call, ERR_FORBIDDEN, "err.forbidden", NULL);
	if (approved_edition(call, &e) == 0 && str_eq(e.state, "draft"))
		edition_put_in_force(call, &e);
	if (call->err->kind == ERR_NONE && (str_eq(e.state, "replaced") ||
	    str_eq(e.state, "withdrawn")))
		err_fail(call->err, ERR_STATE, "err.playbook_state", "edition", "value", e.id, NULL,
		    NULL);
	if (call->err->kind == ERR_NONE) {
		change_insert(call, "playbook_approval", NULL, COLS(CT("playbook", e.id),
		    CT("playbook_version", text_int(call, e.playbook->pack.version)),
		    CT("doc_number", arg_text(call, "doc_number")),
		    CT("doc_date", day(call, arg_time(call, "doc_date", call->now))),
		    CT("signer", arg_text(call, "signer")), CI("approved_at", call->now)));
		playbook_out_head(call, e.playbook);
		edition_out_state(call, e.state);
	}
	edition_close(&e);
	return call->err->kind;
}

static const struct param choose_params[] = {
	{ "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL },
	{ "playbook", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ 0 },
};

static int
incident_playbook(struct call *call)
{
	const struct pack_playbook *p;
	struct incident incident;

	if (incident_arg(call, "id", &incident) != 0 || incident_workable(call, &incident) != 0 ||
	    (p = playbook_arg(call, "playbook")) == NULL || plan_apply(call, &incident, p) != 0)
		return call->err->kind;
	return incident_answer(call, incident.id);
}

static const char *const columns[] = { "code", "title", "version", "steps", "approval", NULL };

const struct op ops_playbook[] = {
	{ "playbook list", "GET", "/playbooks", RIGHT_READ, 0, NULL, playbook_list, columns,
	    "khien playbook list" },
	{ "playbook show", "GET", "/playbooks/{id}", RIGHT_READ, 0, show_params, playbook_show,
	    NULL, "khien playbook show PB-01" },
	{ "playbook approve", "POST", "/playbooks/{id}/approve", RIGHT_READ, OP_WRITE,
	    approve_params, playbook_approve, NULL,
	    "khien playbook approve PB-01 --doc-number 12/QĐ-STC --doc-date 05/01/2026 --signer"
	    " \"Nguyễn Văn A\"" },
	{ "incident playbook", "POST", "/incidents/{id}/playbook", RIGHT_READ | RIGHT_HANDLE,
	    OP_WRITE, choose_params, incident_playbook, NULL,
	    "khien incident playbook SC-2026-0001 PB-02" },
	{ 0 },
};
