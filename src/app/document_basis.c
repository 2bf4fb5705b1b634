/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document_basis.c: the legal ground a paper is made under.  A regulation that is
 * no longer in force is refused as ground; the one that stands instead is named.
 */
#include "app/app.h"
#include "app/document.h"
#include "pack/grounds.h"

/* The regulation of that id whatever time it held, the last one; NULL: no pack knows it. */
static const struct pack_regulation *
any_regulation(const struct packs *packs, const char *id)
{
	const struct pack_regulation *r, *last = NULL;

	for (size_t i = 0; (r = pack_regulation_any(packs, &i)) != NULL;)
		if (str_eq(r->pack.id, id) && (last == NULL || r->pack.to_ms > last->pack.to_ms))
			last = r;
	return last;
}

static bool
asks_for_reports(const struct pack_regulation *r)
{
	for (size_t i = 0; i < r->obligations; i++)
		if (str_eq(r->obligation[i].trigger, "incident_detected"))
			return true;
	return false;
}

/*
 * What stands instead: what the pack says replaced it, else what the agency says
 * leads, else the newest that asks for reports.
 */
static const struct pack_regulation *
instead_of(struct call *call, const struct pack_regulation *old, int64_t at)
{
	const char *id = old->pack.id;
	const char *leading = tx_text(call->tx, call->arena, "SELECT leading_basis FROM agency WHERE id = ?",
	    "t", call->agency_id);
	const struct pack_regulation *r = leading == NULL || str_eq(leading, id) ? NULL :
	    pack_regulation(call->app->packs, leading, at), *best = NULL;

	if (!str_empty(old->replaced_by) &&
	    (best = pack_regulation(call->app->packs, old->replaced_by, at)) != NULL)
		return best;
	if (r != NULL)
		return r;
	for (size_t i = 0; (r = pack_regulation_next(call->app->packs, at, &i)) != NULL;)
		if (!str_eq(r->pack.id, id) && asks_for_reports(r) &&
		    (best == NULL || r->pack.from_ms > best->pack.from_ms))
			best = r;
	return best;
}

/* A single instrument, not a whole set of rules. */
static int
refuse_instrument(struct call *call, const struct pack_ground *g)
{
	const struct pack_ground *next = str_empty(g->replaced_by) ? NULL :
	    pack_ground(call->app->packs, g->replaced_by);
	char day[CLOCK_TEXT_SIZE];

	err_fail(call->err, ERR_STATE, next == NULL ? "err.document.basis_expired" :
	    "err.document.basis_replaced", "basis", "basis", g->id, "title", g->short_);
	err_arg(call->err, "until", clock_vi(g->to_ms - 1, day) + 6);
	if (next != NULL) {
		err_arg(call->err, "replacement", next->id);
		err_arg(call->err, "replacement_title", next->short_);
	}
	return call->err->kind;
}

static int
refuse(struct call *call, const char *id, int64_t at)
{
	const struct pack_regulation *old = any_regulation(call->app->packs, id);
	const struct pack_ground *g = pack_ground(call->app->packs, id);
	const struct pack_regulation *r = old == NULL ? NULL : instead_of(call, old, at);
	const struct pack_ground *over;
	char day[CLOCK_TEXT_SIZE];

	if (old != NULL && old->pack.to_ms > at && pack_ground_is_over(call->app->packs, old, at, &over))
		return refuse_instrument(call, over);
	if (old == NULL && g != NULL)
		return refuse_instrument(call, g);
	if (old == NULL)
		return err_fail(call->err, ERR_INVALID, "err.document.basis_unknown", "basis", "basis", id,
		    NULL, NULL);
	err_fail(call->err, ERR_STATE, r == NULL ? "err.document.basis_expired" :
	    "err.document.basis_replaced", "basis", "basis", id, "title",
	    pack_say(&old->pack.title, lang_code(call->lang)));
	/* A day's end is the next one's beginning. */
	err_arg(call->err, "until", at < old->pack.from_ms ? "–" : clock_vi(old->pack.to_ms - 1, day) + 6);
	if (r != NULL) {
		err_arg(call->err, "replacement", r->pack.id);
		err_arg(call->err, "replacement_title", pack_say(&r->pack.title, lang_code(call->lang)));
	}
	return call->err->kind;
}

static bool
in_force(struct call *call, const char *id, int64_t at)
{
	const struct pack_ground *g = pack_ground(call->app->packs, id);
	const struct pack_regulation *r = pack_regulation(call->app->packs, id, at);

	if (r != NULL)
		return !pack_ground_is_over(call->app->packs, r, at, NULL);
	return (g != NULL && pack_ground_holds(g, at) && any_regulation(call->app->packs, id) == NULL);
}

/* "ATTT-2017: TT 20/2017 Đ9.1.b" is of ATTT-2017. */
static const char *
regulation_of(struct call *call, const char *basis)
{
	return arena_strndup(call->arena, basis, strcspn(basis, ":/"));
}

/* The basis of the duties: that of the leading regulation, else the first that is in force. */
static const char *
of_duties(struct call *call, const char *duties, int64_t at)
{
	const char *basis = NULL;
	struct query q;

	if (str_empty(duties))
		return NULL;
	query_open(&q, call->tx, "SELECT profile, basis FROM duty WHERE agency_id = ?1 AND"
	    " ' ' || ?2 || ' ' LIKE '% ' || id || ' %' ORDER BY profile <> (SELECT leading_basis FROM"
	    " agency WHERE id = ?1), due_at IS NULL, due_at, id", "tt", call->agency_id, duties);
	while (query_step(&q)) {
		bool good = in_force(call, query_text(&q, 0), at);

		if (basis != NULL && !good)
			continue;
		basis = arena_printf(call->arena, "%s: %s", query_text(&q, 0),
		    query_text(&q, 1) == NULL ? "" : query_text(&q, 1));
		if (good)
			break;
	}
	query_close(&q);
	return basis;
}

/* The article of the first obligation the form discharges under a regulation; NULL: none. */
static const char *
article(struct call *call, const struct pack_form *form, const struct pack_regulation *r)
{
	for (size_t i = 0; i < form->discharges.count; i++) {
		size_t len = strlen(r->pack.id);

		if (strncmp(form->discharges.s[i], r->pack.id, len) != 0 || form->discharges.s[i][len] != '/')
			continue;
		for (size_t k = 0; k < r->obligations; k++)
			if (str_eq(r->obligation[k].id, form->discharges.s[i] + len + 1))
				return arena_printf(call->arena, "%s: %s", r->pack.id, r->obligation[k].basis);
	}
	return NULL;
}

/* What the form itself says it is for: an obligation in force, else one of its grounds. */
static const char *
of_form(struct call *call, const struct pack_form *form, int64_t at)
{
	const char *basis, *old = NULL;

	for (size_t i = 0; i < form->discharges.count + form->grounds; i++) {
		const char *id = i < form->discharges.count ? regulation_of(call, form->discharges.s[i]) :
		    form->ground[i - form->discharges.count].regulation;
		const struct pack_regulation *r = str_empty(id) ? NULL :
		    pack_regulation(call->app->packs, id, at);

		if (str_empty(id))
			continue;
		if (r == NULL) {
			old = old == NULL ? id : old;
			continue;
		}
		basis = article(call, form, r);
		return basis != NULL ? basis : arena_strdup(call->arena, r->pack.id);
	}
	return old;
}

int
document_basis(struct call *call, const struct pack_form *form, const char *asked,
    const char *duties, int64_t at, const char **ret)
{
	const struct pack_regulation *r;
	const char *basis;

	*ret = NULL;
	if (asked != NULL) {
		if ((r = pack_regulation(call->app->packs, asked, at)) == NULL ||
		    pack_ground_is_over(call->app->packs, r, at, NULL))
			return refuse(call, asked, at);
		basis = article(call, form, r);
		*ret = basis != NULL ? basis : arena_strdup(call->arena, r->pack.id);
		return 0;
	}
	basis = of_duties(call, duties, at);
	if (basis == NULL)
		basis = of_form(call, form, at);
	if (basis == NULL)
		return 0;
	*ret = basis;
	return document_basis_check(call, basis, at);
}

int
document_basis_check(struct call *call, const char *basis, int64_t at)
{
	const char *id = basis == NULL ? NULL : regulation_of(call, basis);

	return str_empty(id) || in_force(call, id, at) ? 0 : refuse(call, id, at);
}

void
document_grounds(struct call *call, const struct pack_form *form, const char *basis, int64_t at,
    struct jsonw *w)
{
	const struct pack_regulation *r = basis == NULL ? NULL :
	    pack_regulation(call->app->packs, regulation_of(call, basis), at);
	size_t left = 0;

	jsonw_karray(w, "grounds");
	for (size_t i = 0; i < form->grounds; i++) {
		const struct form_ground *g = &form->ground[i];

		if (!str_empty(g->regulation) && !in_force(call, g->regulation, at))
			continue;
		left += !str_empty(g->regulation);
		jsonw_string(w, pack_say(&g->text, "vi"));
	}
	/* All it named have expired: the one it is made under now stands there. */
	if (form->grounds > 0 && left == 0 && r != NULL)
		jsonw_string(w, str_empty(r->citation.vi) ? arena_printf(call->arena, "%s %s",
		    word(LANG_VI, "document.ground"), r->pack.source) : r->citation.vi);
	jsonw_array_end(w);
}
