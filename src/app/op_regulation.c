/* SPDX-License-Identifier: Apache-2.0 */
/* op_regulation.c: the regulations that are in force here, which one leads, which is switched off. */
#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/out.h"
#include "duty/period.h"
#include "pack/grounds.h"
#include "work/job.h"

/* A day of a pack's validity: the last one counts whole. */
static void
out_day(struct call *c, const char *name, int64_t ms, int64_t open, int64_t back)
{
	struct local_date d;
	char text[16];

	if (ms == open) {
		jsonw_kstring(c->out, name, NULL);
		return;
	}
	d = local_date_of(ms - back);
	snprintf(text, sizeof(text), "%04d-%02d-%02d", d.year % 10000, d.month, d.day);
	jsonw_kstring(c->out, name, text);
}

/* "DIR/packs/regulation/x.yaml" of the agency's own, "packs/regulation/x.yaml" inside the program. */
static const char *
file_of(struct call *c, const struct pack *pack)
{
	return arena_printf(c->arena, "%s/%s", pack->own ? "data/packs" : "packs", pack->file);
}

static void
out_switch(struct call *c, const char *id)
{
	struct query q;
	bool off = false;

	query_open(&q, c->tx, "SELECT s.is_off, s.reason, s.switched_at, a.name FROM regulation_switch s"
	    " LEFT JOIN account a ON a.id = s.by_id WHERE s.agency_id = ? AND s.regulation = ?", "tt",
	    c->agency_id, id);
	if (query_step(&q)) {
		char iso[CLOCK_TEXT_SIZE];

		off = query_int(&q, 0) != 0;
		jsonw_kstring(c->out, "switch_reason", query_text(&q, 1));
		jsonw_kstring(c->out, "switched_at", clock_iso(query_int(&q, 2), iso));
		jsonw_kstring(c->out, "switched_by", query_text(&q, 3));
	}
	query_close(&q);
	jsonw_kbool(c->out, "is_off", off);
}

/* The end of the instrument itself, which may not be sure enough to end the duties. */
static void
out_end(struct call *c, const struct pack_regulation *r)
{
	const struct pack_ground *g;
	bool over = pack_ground_is_over(c->app->packs, r, c->now, &g), ends = g != NULL && g->to_ms != 0;

	jsonw_kbool(c->out, "is_citable", !over);
	out_day(c, "instrument_to", ends ? g->to_ms : INT64_MAX, INT64_MAX, 0);
	jsonw_kstring(c->out, "instrument_end_certainty", ends ? pack_ground_end_certainty(g) : NULL);
	jsonw_kstring(c->out, "instrument_replaced_by", ends && *g->replaced_by != '\0' ?
	    pack_ground(c->app->packs, g->replaced_by)->short_ : NULL);
}

static void
out_head(struct call *c, const struct pack_regulation *r, const char *leading)
{
	const char *lang = lang_code(c->lang);
	const struct pack_regulation *now = pack_regulation(c->app->packs, r->pack.id, c->now);

	jsonw_kstring(c->out, "id", r->pack.id);
	jsonw_kint(c->out, "version", r->pack.version);
	jsonw_kstring(c->out, "title", pack_say(&r->pack.title, lang));
	out_day(c, "valid_from", r->pack.from_ms, INT64_MIN, 0);
	out_day(c, "valid_to", r->pack.to_ms, INT64_MAX, 1);
	jsonw_kbool(c->out, "is_in_force", now == r);
	jsonw_kbool(c->out, "is_leading", str_eq(r->pack.id, leading));
	out_end(c, r);
	jsonw_kstring(c->out, "citation", str_empty(r->citation.vi) ? NULL : r->citation.vi);
	jsonw_kstring(c->out, "replaced_by", *r->replaced_by == '\0' ? NULL : r->replaced_by);
	jsonw_kstring(c->out, "source", r->pack.source);
	jsonw_kstring(c->out, "certainty", r->pack.certainty);
	jsonw_kstring(c->out, "certainty_text", word(c->lang, arena_printf(c->arena, "certainty.%s",
	    r->pack.certainty)));
	jsonw_kint(c->out, "obligations_count", (int64_t)r->obligations);
	jsonw_kbool(c->out, "is_own", r->pack.own);
	jsonw_kstring(c->out, "file", file_of(c, &r->pack));
	out_switch(c, r->pack.id);
}

static const char *
leading_basis(struct call *c)
{
	return tx_text(c->tx, c->arena, "SELECT leading_basis FROM agency WHERE id = ?", "t",
	    c->agency_id);
}

static int
regulation_list(struct call *c)
{
	const struct pack_regulation *r;
	const char *leading = leading_basis(c);

	jsonw_karray(c->out, "items");
	for (size_t i = 0; (r = pack_regulation_any(c->app->packs, &i)) != NULL;) {
		jsonw_object(c->out);
		out_head(c, r, leading);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	jsonw_kbool(c->out, "more", false);
	jsonw_kstring(c->out, "packs_fault", call_may(c, RIGHT_ADMIN) ? c->app->packs_fault : NULL);
	return c->err->kind;
}

/* The version in force, else the newest there is; NULL and ERR_NOT_FOUND. */
static const struct pack_regulation *
regulation_arg(struct call *c, const char *name)
{
	const char *id = arg_text(c, name);
	const struct pack_regulation *r = pack_regulation(c->app->packs, id, c->now), *any;

	for (size_t i = 0; r == NULL && (any = pack_regulation_any(c->app->packs, &i)) != NULL;)
		if (str_eq(any->pack.id, id))
			r = any;
	if (r == NULL)
		err_fail(c->err, ERR_NOT_FOUND, "err.regulation", name, "value", id, NULL, NULL);
	return r;
}

static void
out_obligation(struct call *c, const struct duty_agency *agency, const struct pack_obligation *o)
{
	const char *lang = lang_code(c->lang);

	jsonw_object(c->out);
	jsonw_kstring(c->out, "id", o->id);
	jsonw_kstring(c->out, "trigger", o->trigger);
	jsonw_kstring(c->out, "what", pack_say(&o->what, lang));
	jsonw_kbool(c->out, "provisional", o->provisional);
	jsonw_kbool(c->out, "members_only", o->members_only);
	jsonw_kbool(c->out, "owners_only", o->owners_only);
	jsonw_kstring(c->out, "due_kind", *o->calendar.every != '\0' ? "calendar" : o->due.kind);
	jsonw_kstring(c->out, "clock", *o->due.clock == '\0' ? NULL : o->due.clock);
	jsonw_kint(c->out, "count", o->due.count);
	jsonw_kstring(c->out, "unit", *o->due.unit == '\0' ? NULL : o->due.unit);
	jsonw_kstring(c->out, "every", *o->calendar.every == '\0' ? NULL : o->calendar.every);
	jsonw_kstring(c->out, "before", *o->calendar.before == '\0' ? NULL : o->calendar.before);
	jsonw_kstring(c->out, "recipients", duty_recipients(c->arena, agency, o));
	jsonw_kstring(c->out, "channel", pack_say(&o->channel, lang));
	jsonw_kstring(c->out, "form", *o->form == '\0' ? NULL : o->form);
	jsonw_kstring(c->out, "form_state", o->form_state);
	jsonw_kstring(c->out, "basis", o->basis);
	jsonw_kstring(c->out, "certainty", o->certainty);
	jsonw_kstring(c->out, "certainty_text", word(c->lang, arena_printf(c->arena, "certainty.%s",
	    o->certainty)));
	jsonw_kstring(c->out, "note", pack_say(&o->note, lang));
	jsonw_kbool(c->out, "is_concerned", duty_concerns(agency, o));
	jsonw_object_end(c->out);
}

static const struct param show_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ 0 },
};

static int
regulation_show(struct call *c)
{
	const struct pack_regulation *r = regulation_arg(c, "id");
	struct duty_agency agency;

	if (r == NULL)
		return c->err->kind;
	duty_agency_read(c->tx, c->arena, c->agency_id, &agency);
	out_head(c, r, leading_basis(c));
	jsonw_karray(c->out, "obligations");
	for (size_t i = 0; i < r->obligations; i++)
		out_obligation(c, &agency, &r->obligation[i]);
	jsonw_array_end(c->out);
	return c->err->kind;
}

static const struct param switch_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ "on", P_BOOL, PF_REQUIRED, 0, 0, NULL },
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	{ 0 },
};

/* Off: nothing new is opened under it.  What runs keeps its duties either way. */
static int
regulation_switch(struct call *c)
{
	const struct pack_regulation *r = regulation_arg(c, "id");
	const char *by = c->actor.kind == ACTOR_ACCOUNT ? c->actor.id : NULL, *id;
	bool on = arg_bool(c, "on");

	if (r == NULL)
		return c->err->kind;
	if (!on && str_eq(r->pack.id, leading_basis(c)))
		return err_fail(c->err, ERR_STATE, "err.regulation_leads", "id", "value", r->pack.id, NULL, NULL);
	id = tx_text(c->tx, c->arena, "SELECT id FROM regulation_switch WHERE agency_id = ? AND"
	    " regulation = ?", "tt", c->agency_id, r->pack.id);
	if (id == NULL)
		change_insert(c, "regulation_switch", NULL, COLS(CT("regulation", r->pack.id),
		    CI("is_off", !on), CT("reason", arg_text(c, "reason")), CI("switched_at", c->now),
		    CT("by_id", by)));
	else
		change_update(c, "regulation_switch", id, -1, COLS(CI("is_off", !on),
		    CT("reason", arg_text(c, "reason")), CI("switched_at", c->now), CT("by_id", by)));
	duty_evaluate(c, NULL);
	/* What runs gets the duties that come with it, each incident by itself. */
	job_put(c->tx, c->agency_id, DUTY_EVALUATE_JOB, "{}", arena_printf(c->arena,
	    DUTY_EVALUATE_JOB ":%s:%lld", r->pack.id, (long long)c->now), c->now);
	out_head(c, r, leading_basis(c));
	return c->err->kind;
}

static const struct param basis_params[] = {
	{ "id", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ 0 },
};

const struct pack_regulation *
regulation_may_lead(struct call *c, const char *name)
{
	const struct pack_regulation *r = arg_text(c, name) == NULL ? NULL : regulation_arg(c, name);
	const struct pack_ground *ground = NULL;
	const char *instead;
	struct duty_agency agency;

	if (r == NULL) {
		if (c->err->kind == ERR_NONE)
			call_fail(c, ERR_INVALID, "err.required", name);
		return NULL;
	}
	duty_agency_read(c->tx, c->arena, c->agency_id, &agency);
	if (pack_regulation(c->app->packs, r->pack.id, c->now) != NULL && !duty_is_off(&agency, r->pack.id) &&
	    !pack_ground_is_over(c->app->packs, r, c->now, &ground))
		return r;
	instead = *r->replaced_by != '\0' || ground == NULL ? r->replaced_by : ground->replaced_by;
	err_fail(c->err, ERR_STATE, *instead == '\0' ? "err.regulation_over" :
	    "err.regulation_replaced", name, "value", r->pack.id, "other", instead);
	return NULL;
}

static int
agency_basis(struct call *c)
{
	const struct pack_regulation *r = regulation_may_lead(c, "id");

	if (r == NULL)
		return c->err->kind;
	change_update(c, "agency", c->agency_id, -1, COLS(CT("leading_basis", r->pack.id)));
	out_head(c, r, r->pack.id);
	return c->err->kind;
}

static const char *const columns[] = { "id", "title", "valid_from", "valid_to", "is_in_force",
	"is_leading", "is_off", "certainty_text", NULL };

const struct op ops_regulation[] = {
	{ "regulation list", "GET", "/regulations", RIGHT_READ, 0, NULL, regulation_list, columns,
	    "khien regulation list" },
	{ "regulation show", "GET", "/regulations/{id}", RIGHT_READ, 0, show_params, regulation_show, NULL,
	    "khien regulation show ATTT-2017" },
	{ "regulation switch", "POST", "/regulations/{id}/switch", RIGHT_ADMIN, OP_WRITE, switch_params,
	    regulation_switch, NULL, "khien regulation switch ATTT-2017 --on false --reason"
	    " \"Công văn hướng dẫn của Công an tỉnh\"" },
	{ "agency basis", "PUT", "/agency/basis", RIGHT_ADMIN, OP_WRITE, basis_params, agency_basis, NULL,
	    "khien agency basis ANM-2026" },
	{ 0 },
};
