/* SPDX-License-Identifier: Apache-2.0 */
/* op_playbook.c: the agency's plans: read, approved, put to work on an incident. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/plan.h"
#include "app/workable.h"

/* By its id ("ransomware") or the code people say ("PB-01"). */
static const struct pack_playbook *
playbook_arg(struct call *call, const char *name)
{
	const char *value = arg_text(call, name);
	const struct pack_playbook *p = pack_playbook(call->app->packs, value, call->now);

	for (size_t i = 0; p == NULL && (p = pack_playbook_next(call->app->packs, call->now,
	    &i)) != NULL;) {
		if (str_eq(p->code, value))
			break;
		p = NULL;
	}
	if (p == NULL)
		err_fail(call->err, ERR_NOT_FOUND, "err.no_playbook", name, "value", value, NULL,
		    NULL);
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

static void
out_head(struct call *call, const struct pack_playbook *p)
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

static void
out_step(struct call *call, const struct pack_step *s)
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
			out_step(call, &p->step[phase][i]);
		jsonw_array_end(call->out);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static void
out_playbook(struct call *call, const struct pack_playbook *p)
{
	out_head(call, p);
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
	out_head(call, p);
	jsonw_object_end(call->out);
}

/* ---- the operations -------- */

static int
playbook_list(struct call *call)
{
	const struct pack_playbook *p;

	jsonw_karray(call->out, "items");
	for (size_t i = 0; (p = pack_playbook_next(call->app->packs, call->now, &i)) != NULL;) {
		jsonw_object(call->out);
		out_head(call, p);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", false);
	return 0;
}

static const struct param show_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ 0 },
};

static int
playbook_show(struct call *call)
{
	const struct pack_playbook *p = playbook_arg(call, "id");

	if (p != NULL)
		out_playbook(call, p);
	return call->err->kind;
}

static const struct param approve_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
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

static int
playbook_approve(struct call *call)
{
	const struct pack_playbook *p = playbook_arg(call, "id");

	/* Whoever may sign it, or the administrator who has the signed paper before him. */
	if (!call_may(call, RIGHT_ADMIN) && !call_may(call, RIGHT_DIRECT))
		return call_fail(call, ERR_FORBIDDEN, "err.forbidden", NULL);
	if (p == NULL)
		return call->err->kind;
	change_insert(call, "playbook_approval", NULL, COLS(CT("playbook", p->pack.id),
	    CT("playbook_version", text_int(call, p->pack.version)),
	    CT("doc_number", arg_text(call, "doc_number")),
	    CT("doc_date", day(call, arg_time(call, "doc_date", call->now))),
	    CT("signer", arg_text(call, "signer")), CI("approved_at", call->now)));
	out_head(call, p);
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
