/* SPDX-License-Identifier: Apache-2.0 */
/* op_document_draft.c: papers made from the case, and anew in the place of one that was sent. */
#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/duty.h"
#include "app/facts.h"
#include "app/ops.h"

#define TEXT_MAX   ((size_t)2 << 20)
#define DUTIES_MAX 60
#define NEAR_MS    (INT64_C(45) * 86400000)

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

/* ---- draft ---------------------------------------------------------------------------------------- */

static const struct param draft_params[] = {
	{ "form", P_LINE, PF_REQUIRED, 0, 60, NULL },
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "variant", P_LINE, 0, 0, 60, NULL },
	{ "duty", P_LIST, 0, 0, 0, NULL },
	{ "basis", P_LINE, 0, 0, 60, NULL },
	{ "from", P_TIME, 0, 0, 0, NULL },
	{ "to", P_TIME, 0, 0, 0, NULL },
	{ "without_cover", P_BOOL, 0, 0, 0, NULL },
	{ 0 },
};

/* What a new paper is made of. */
struct making {
	const struct pack_form *form;
	const char *incident_id, *variant, *basis, *duties; /* duties: ids by spaces, "" none */
	const char *replaces_id, *enclosed_id;
	const struct json *values; /* NULL: from the facts */
	int64_t from_at, to_at;
};

static int
variant_of(struct call *c, const struct pack_form *form, const char **ret)
{
	*ret = arg_text(c, "variant");
	if (*ret == NULL && form->variants_count > 0)
		*ret = form->variants[0];
	for (size_t i = 0; i < form->variants_count; i++)
		if (str_eq(form->variants[i], *ret))
			return 0;
	return *ret == NULL ? 0 : call_fail(c, ERR_INVALID, "err.document.variant", "variant");
}

static bool
discharges(const struct pack_form *form, const char *profile, const char *obligation, const char *form_id)
{
	if (str_eq(form_id, form->pack.id))
		return true;
	for (size_t i = 0; i < form->discharges.count; i++) {
		size_t len = strlen(profile);

		if (strncmp(form->discharges.s[i], profile, len) == 0 && form->discharges.s[i][len] == '/' &&
		    str_eq(form->discharges.s[i] + len + 1, obligation))
			return true;
	}
	return false;
}

/*
 * The unfinished duties such a paper discharges: of its incident, or those that
 * are due around the end of its period (a half-year's is due in June, before the
 * half-year ends).  A courtesy text proves nothing, so it discharges none.
 */
static const char *
open_duties(struct call *c, const struct making *m)
{
	struct buf ids = BUF_INIT(4000);
	const char *found;
	struct query q;

	if (str_eq(m->variant, "sms"))
		return "";
	query_open(&q, c->tx, "SELECT id, profile, obligation, form FROM duty WHERE agency_id = ?1 AND"
	    " state IN ('pending', 'drafting') AND ((?2 IS NOT NULL AND incident_id = ?2) OR (?2 IS NULL"
	    " AND incident_id IS NULL AND (?3 IS NULL OR (due_at >= ?3 - ?4 AND due_at <= ?3 + ?4))))"
	    " ORDER BY due_at IS NULL, due_at, id LIMIT 500", "ttoi", c->agency_id, m->incident_id,
	    m->to_at, NEAR_MS);
	for (int n = 0; n < DUTIES_MAX && query_step(&q);) {
		if (!discharges(m->form, query_text(&q, 1), query_text(&q, 2), query_text(&q, 3)))
			continue;
		buf_printf(&ids, "%s%s", n++ > 0 ? " " : "", query_text(&q, 0));
	}
	query_close(&q);
	found = arena_strdup(c->arena, buf_str(&ids));
	buf_clear(&ids);
	return found;
}

/* Those that were named, each of which has to be there. */
static int
named_duties(struct call *c, const struct making *m, const char **ret)
{
	const char *list = arg_list(c, "duty", ' ');

	*ret = list;
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");
		const char *id = arena_strndup(c->arena, list, len);

		if (tx_int(c->tx, "SELECT COUNT(*) FROM duty WHERE id = ?1 AND agency_id = ?2 AND"
		    " (incident_id IS NULL OR incident_id = ?3)", "ttt", id, c->agency_id, m->incident_id) == 0)
			return call_fail(c, ERR_NOT_FOUND, "err.not_found", "duty");
		list += len + (list[len] == ' ');
	}
	return c->err->kind;
}

static void
tie_duties(struct call *c, const struct making *m, const char *id)
{
	const char *list = m->duties;

	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");

		change_insert(c, "document_duty", NULL, COLS(CT("document_id", id),
		    CT("duty_id", arena_strndup(c->arena, list, len)), CT("incident_id", m->incident_id)));
		list += len + (list[len] == ' ');
	}
}

/* Adds a name as a line of its own, once. */
static void
add_name(struct buf *names, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = buf_str(names); (p = strstr(p, name)) != NULL; p += len)
		if ((p == names->data || p[-1] == '\n') && (p[len] == '\0' || p[len] == '\n'))
			return;
	buf_printf(names, "%s%s", names->len > 0 ? "\n" : "", name);
}

/* Kính gửi: the names of those it should go to, in the order the law names them. */
static const char *
recipients(struct call *c, const char *id, const struct pack_form *form)
{
	const char *left = document_roles(c, id, form);
	struct buf names = BUF_INIT(4000);
	const char *lines;

	while (*left != '\0') {
		size_t len = strcspn(left, " ");
		struct query q;

		query_open(&q, c->tx, "SELECT name FROM contact WHERE agency_id = ? AND is_retired = 0 AND"
		    " role = ? ORDER BY id LIMIT 30", "tt", c->agency_id, arena_strndup(c->arena, left, len));
		while (query_step(&q))
			add_name(&names, query_text(&q, 0));
		query_close(&q);
		left += len + (left[len] == ' ');
	}
	lines = names.len == 0 ? NULL : arena_strdup(c->arena, buf_str(&names));
	buf_clear(&names);
	return lines;
}

static const char *
values_text(struct call *c, const struct making *m)
{
	struct json *facts = NULL, *filled = NULL;
	struct buf text = BUF_INIT(TEXT_MAX);
	const char *result;

	if (m->values == NULL) {
		facts = facts_make(c, &(struct facts_want){ .incident_id = m->incident_id,
		    .form = m->form->pack.id, .form_text = m->form->text_yaml, .enclosed_id = m->enclosed_id, .from_at = m->from_at,
		    .to_at = m->to_at });
		if (facts == NULL)
			return NULL;
		filled = document_fill(m->form, m->variant == NULL ? "" : m->variant, facts);
	}
	json_write(m->values != NULL ? m->values : filled, &text);
	json_free(facts);
	json_free(filled);
	if (text.full)
		call_fail(c, ERR_TOO_LARGE, "err.document.too_large", NULL);
	result = arena_strdup(c->arena, buf_str(&text));
	buf_clear(&text);
	return result;
}

/* The row and its first edition; NULL after an error. */
static const char *
insert(struct call *c, const struct making *m)
{
	const char *values = values_text(c, m), *id;
	struct signer signer = { 0 };

	if (values == NULL || signer_default(c, &signer) != 0)
		return NULL;
	id = change_insert(c, "document", NULL, COLS(CT("number", number_next(c, "VB")),
	    CT("incident_id", m->incident_id), CT("form", m->form->pack.id),
	    CI("form_version", m->form->pack.version), CT("variant", m->variant),
	    CT("title", pack_say(&m->form->pack.title, "vi")), CT("state", "draft"), CT("basis", m->basis),
	    CT("values_json", values), CI("edition", 1), CI("made_at", c->now),
	    CT("made_by_id", document_actor(c)), CI("updated_at", c->now), CI("period_from_at", m->from_at),
	    CI("period_to_at", m->to_at), CT("signer_name", signer.name), CT("signer_title", signer.title),
	    CT("authority", signer.authority), CT("replaces_id", m->replaces_id)));
	document_edition_insert(c, id, m->incident_id, 1, values, NULL);
	tie_duties(c, m, id);
	change_update(c, "document", id, -1, COLS(CT("recipients", recipients(c, id, m->form)),
	    CT("distribution", document_distribution(c))));
	return id;
}

/* The letter the form goes under; its recipients are the form's own. */
static void
insert_cover(struct call *c, const struct making *m, const char *enclosed_id)
{
	const struct pack_form *form = str_empty(m->form->cover) ? NULL :
	    pack_form(c->app->packs, m->form->cover, c->now);
	struct making cover = *m;
	const char *id;

	if (form == NULL)
		return;
	cover.form = form;
	cover.variant = NULL;
	cover.duties = "";
	cover.replaces_id = NULL;
	cover.enclosed_id = enclosed_id;
	cover.values = NULL;
	if ((id = insert(c, &cover)) == NULL)
		return;
	change_update(c, "document", enclosed_id, -1, COLS(CT("cover_id", id)));
	change_update(c, "document", id, -1, COLS(CT("recipients", tx_text(c->tx, c->arena,
	    "SELECT recipients FROM document WHERE id = ?", "t", enclosed_id))));
}

static int
make(struct call *c, const struct making *m, bool with_cover, const char *word_key)
{
	const char *id = insert(c, m);
	struct document d;

	if (id == NULL)
		return c->err->kind;
	if (with_cover)
		insert_cover(c, m, id);
	duty_document(c, id, "draft");
	if (document_load(c, id, &d) == 0)
		document_tell(c, &d, word_key, NULL, NULL);
	return document_out(c, id, NULL);
}

static int
document_draft(struct call *c)
{
	struct making m = { .from_at = arg_time(c, "from", SQL_NULL), .to_at = arg_time(c, "to", SQL_NULL) };
	struct incident i;

	m.form = pack_form(c->app->packs, arg_text(c, "form"), c->now);
	if (m.form == NULL)
		return err_fail(c->err, ERR_INVALID, "err.document.no_form", "form", "form",
		    arg_text(c, "form"), NULL, NULL);
	if ((m.form->incident || arg_has(c, "incident")) && incident_arg(c, "incident", &i) != 0)
		return c->err->kind;
	if (m.form->incident || arg_has(c, "incident"))
		m.incident_id = i.id;
	if (m.from_at != SQL_NULL && m.to_at != SQL_NULL && m.from_at > m.to_at)
		return call_fail(c, ERR_INVALID, "err.document.period", "to");
	if (!str_empty(m.form->period) && (m.from_at == SQL_NULL || m.to_at == SQL_NULL))
		return call_fail(c, ERR_INVALID, "err.required", m.from_at == SQL_NULL ? "from" : "to");
	if (variant_of(c, m.form, &m.variant) != 0 || named_duties(c, &m, &m.duties) != 0)
		return c->err->kind;
	if (m.duties == NULL)
		m.duties = open_duties(c, &m);
	if (document_basis(c, m.form, arg_text(c, "basis"), m.duties, c->now, &m.basis) != 0)
		return c->err->kind;
	return make(c, &m, !arg_bool(c, "without_cover"), "drafted");
}

/* ---- replace --------------------------------------------------------------------------------------------- */

static const struct param reason_params[] = {
	ID_PARAM,
	{ "reason", P_TEXT, PF_REQUIRED, 0, 2000, NULL },
	VERSION_PARAM,
	{ 0 },
};

static const char *
duties_of(struct call *c, const char *id)
{
	struct buf ids = BUF_INIT(4000);
	const char *found;
	struct query q;

	query_open(&q, c->tx, "SELECT duty_id FROM document_duty WHERE document_id = ? ORDER BY id LIMIT 60",
	    "t", id);
	while (query_step(&q))
		buf_printf(&ids, "%s%s", ids.len > 0 ? " " : "", query_text(&q, 0));
	query_close(&q);
	found = arena_strdup(c->arena, buf_str(&ids));
	buf_clear(&ids);
	return found;
}

/* A new draft with the same content; the old paper holds until the new one is issued. */
static int
document_replace(struct call *c)
{
	cleanup(json_freep) struct json *values = NULL;
	struct making m = { 0 };
	struct bundle b;

	if (document_may_write(c) != 0 || document_bundle(c, "id", &b) != 0)
		return c->err->kind;
	if (b.main.state != DOC_NUMBERED && b.main.state != DOC_ISSUED && b.main.state != DOC_RECALLED)
		return err_fail(c->err, ERR_STATE, "err.document.not_issued", NULL, "number", b.main.number,
		    NULL, NULL);
	if (tx_int(c->tx, "SELECT COUNT(*) FROM document WHERE replaces_id = ? AND state <> 'recalled'",
	    "t", b.main.id) > 0)
		return err_fail(c->err, ERR_STATE, "err.document.replaced", NULL, "number", b.main.number, NULL,
		    NULL);
	m.form = pack_form(c->app->packs, b.main.form, c->now);
	if (m.form == NULL)
		return err_fail(c->err, ERR_NOT_FOUND, "err.document.no_form", "form", "form", b.main.form,
		    NULL, NULL);
	m.incident_id = b.main.incident_id;
	m.variant = b.main.variant;
	m.duties = duties_of(c, b.main.id);
	m.replaces_id = b.main.id;
	m.from_at = b.main.period_from_at;
	m.to_at = b.main.period_to_at;
	if (document_basis(c, m.form, NULL, m.duties, c->now, &m.basis) != 0 ||
	    json_parse(b.main.values_json, strlen(b.main.values_json), &values, c->err) != 0)
		return c->err->kind;
	m.values = values;
	change_update(c, "document", b.main.id, arg_int(c, "version", -1), COLS(CT("reason",
	    arg_text(c, "reason"))));
	document_tell(c, &b.main, "replacing", NULL, arg_text(c, "reason"));
	return make(c, &m, b.cover.id != NULL, "drafted");
}

const struct op ops_document_draft[] = {
	{ "document draft", "POST", "/documents", RIGHT_HANDLE, OP_WRITE | OP_CREATED, draft_params,
	    document_draft, document_columns, "khien document draft --form mau-03 --incident SC-2026-0007" },
	{ "document replace", "POST", "/documents/{id}/replace", RIGHT_HANDLE, OP_WRITE | OP_CREATED,
	    reason_params, document_replace, document_columns,
	    "khien document replace VB-2026-0001 --reason \"Ghi nhầm thời điểm phát hiện\"" },
	{ 0 },
};
