/* SPDX-License-Identifier: Apache-2.0 */
/* op_document.c: papers read, edited, compared with the last one sent. */
#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/duty.h"
#include "app/facts.h"
#include "app/ops.h"
#include "app/out.h"
#include "app/workable.h"

#define TEXT_MAX ((size_t)2 << 20)

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

static const char *const states[] = { "open", "all", "draft", "submitted", "approved", "numbered",
	"issued", "recalled", "replaced", NULL };
static const char *const urgencies[] = { "none", "KHAN", "THUONG_KHAN", "HOA_TOC", NULL };

/* ---- list, show ------------------------------------------------------------------------------- */

static const struct param list_params[] = {
	{ "incident", P_ID, 0, 0, 0, NULL },
	{ "state", P_ENUM, 0, 0, 0, states },
	{ "form", P_LINE, 0, 0, 60, NULL },
	PARAMS_PAGE,
	{ 0 },
};

static void
filter_state(struct filter *f, const char *state)
{
	if (state == NULL || str_eq(state, "all"))
		return;
	if (str_eq(state, "open"))
		filter_sql(f, " AND d.state IN ('draft', 'submitted', 'approved', 'numbered')");
	else
		filter_text(f, " AND d.state = ?", state);
}

static int
document_list(struct call *c)
{
	int64_t limit = page_limit(c);
	struct incident i = { 0 };
	struct filter f;

	if (document_may_see(c) != 0 || (arg_has(c, "incident") && incident_arg(c, "incident", &i) != 0))
		return c->err->kind;
	filter_init(&f, "SELECT d.id, d.version, d.number, d.incident_id, i.number AS incident_number,"
	    " i.title AS incident_title, d.form, d.variant, d.title, d.state,"
	    " COALESCE(v.doc_number, d.doc_number) AS doc_number,"
	    " COALESCE(v.doc_symbol, d.doc_symbol) AS doc_symbol,"
	    " COALESCE(v.doc_date, d.doc_date) AS doc_date, d.basis, d.urgency, d.cover_id,"
	    " d.signer_name, d.made_at, d.updated_at, d.edition, d.signed_sha256 IS NOT NULL AS is_signed,"
	    " (SELECT COUNT(*) FROM dispatch p WHERE p.document_id = d.id AND p.state = 'sent')"
	    " AS sent_count, (SELECT COUNT(*) FROM dispatch p WHERE p.document_id = d.id AND"
	    " p.acknowledged_at IS NOT NULL) AS acknowledged_count, (SELECT COUNT(*) FROM dispatch p"
	    " WHERE p.document_id = d.id AND p.state IN ('failed', 'unknown')) AS trouble_count"
	    " FROM document d LEFT JOIN incident i ON i.id = d.incident_id"
	    " LEFT JOIN document v ON v.id = d.cover_id WHERE d.agency_id = ");
	filter_text(&f, "?", c->agency_id);
	filter_document_seen(&f, c);
	filter_text(&f, " AND d.incident_id = ?", i.id);
	filter_text(&f, " AND d.form = ?", arg_text(c, "form"));
	filter_state(&f, arg_text(c, "state"));
	filter_sql(&f, " ORDER BY d.updated_at DESC, d.id DESC");
	filter_int(&f, " LIMIT ?", limit + 1);
	filter_int(&f, " OFFSET ?", page_offset(c));
	out_filtered(c, "items", limit, &f);
	filter_clear(&f);
	return c->err->kind;
}

static const struct param edition_params[] = {
	ID_PARAM,
	{ "edition", P_INT, 0, 1, 1000000, NULL },
	{ 0 },
};

/* The text of the edition the arguments name, ${ret} NULL when they name none. */
static int
edition_arg(struct call *c, const struct document *d, const char **ret)
{
	*ret = NULL;
	if (!arg_has(c, "edition"))
		return 0;
	*ret = tx_text(c->tx, c->arena, "SELECT values_json FROM document_edition WHERE document_id = ?"
	    " AND edition = ?", "ti", d->id, arg_int(c, "edition", 0));
	return *ret != NULL ? c->err->kind : call_fail(c, ERR_NOT_FOUND, "err.not_found", "edition");
}

static int
document_show(struct call *c)
{
	const char *values;
	struct document d;

	if (document_may_see(c) != 0 || document_arg(c, "id", &d) != 0 ||
	    edition_arg(c, &d, &values) != 0)
		return c->err->kind;
	if (values != NULL)
		jsonw_kraw(c->out, "edition_values", values);
	return document_out(c, d.id, NULL);
}

/* ---- edit ------------------------------------------------------------------------------------------ */

static const struct param edit_params[] = {
	ID_PARAM,
	{ "values", P_JSON, 0, 0, 0, NULL },
	{ "refill", P_BOOL, 0, 0, 0, NULL },
	{ "recipients", P_LIST, 0, 0, 0, NULL },
	{ "distribution", P_LIST, 0, 0, 0, NULL },
	{ "urgency", P_ENUM, 0, 0, 0, urgencies },
	{ "signer", P_LINE, 0, 0, 128, NULL },
	{ "authority", P_ENUM, 0, 0, 0, document_authorities },
	{ "basis", P_LINE, 0, 0, 60, NULL },
	{ "note", P_LINE, 0, 0, 300, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Facts known by now for fields that are still empty. */
static void
refill(struct call *c, const struct document *d, const struct pack_form *form, struct json *values)
{
	cleanup(json_freep) struct json *facts = document_facts(c, d);
	cleanup(json_freep) struct json *filled = facts == NULL ? NULL :
	    document_fill(form, d->variant == NULL ? "" : d->variant, facts);
	const char *key;
	struct json *value;
	void *it = NULL;

	while (json_next(filled, &it, &key, &value))
		if (!form_given(json_get(values, key)))
			json_set(values, key, json_clone(value));
}

static int
save_values(struct call *c, const struct document *d, const struct pack_form *form, bool *ret_changed)
{
	cleanup(json_freep) struct json *values = NULL;
	cleanup(buf_clear) struct buf text = BUF_INIT(TEXT_MAX);

	if (json_parse(d->values_json, strlen(d->values_json), &values, c->err) != 0 ||
	    (arg_has(c, "values") && document_put(c, form, arg_json(c, "values"), values) != 0))
		return c->err->kind;
	if (arg_bool(c, "refill"))
		refill(c, d, form, values);
	json_write(values, &text);
	if (text.full)
		return call_fail(c, ERR_TOO_LARGE, "err.document.too_large", NULL);
	*ret_changed = !str_eq(buf_str(&text), d->values_json);
	if (!*ret_changed || c->err->kind != ERR_NONE)
		return c->err->kind;
	change_update(c, "document", d->id, -1, COLS(CT("values_json", buf_str(&text)),
	    CI("edition", d->edition + 1), CI("form_version", form->pack.version)));
	document_edition_insert(c, d->id, d->incident_id, d->edition + 1, buf_str(&text), arg_text(c, "note"));
	return c->err->kind;
}

static int
save_head(struct call *c, const struct document *d, const struct pack_form *form)
{
	struct signer signer = { d->signer_name, d->signer_title, d->authority };
	const char *urgency = arg_text(c, "urgency"), *basis = d->basis;

	if (signer_arg(c, &signer) != 0 || (arg_has(c, "basis") &&
	    document_basis(c, form, arg_text(c, "basis"), "", c->now, &basis) != 0))
		return c->err->kind;
	if (urgency == NULL)
		urgency = d->urgency;
	return change_update(c, "document", d->id, arg_int(c, "version", -1), COLS(
	    CT("recipients", json_get(c->args, "recipients") == NULL ? d->recipients :
		arg_list(c, "recipients", '\n')),
	    CT("distribution", json_get(c->args, "distribution") == NULL ? d->distribution :
		arg_list(c, "distribution", '\n')),
	    CT("urgency", str_eq(urgency, "none") ? NULL : urgency), CT("basis", basis),
	    CT("signer_name", signer.name), CT("signer_title", signer.title),
	    CT("authority", signer.authority), CI("updated_at", c->now)));
}

static int
document_edit(struct call *c)
{
	const struct pack_form *form;
	bool changed = false;
	struct document d;

	if (document_may_write(c) != 0 || document_arg(c, "id", &d) != 0)
		return c->err->kind;
	if (d.state != DOC_DRAFT)
		return err_fail(c->err, ERR_STATE, "err.document.not_draft", NULL, "number", d.number, "state",
		    arena_printf(c->arena, "@document.state.%s", document_states[d.state]));
	if (document_form(c, &d, &form) != 0 || save_head(c, &d, form) != 0 ||
	    save_values(c, &d, form, &changed) != 0)
		return c->err->kind;
	if (changed)
		document_tell(c, &d, "edited", TIMELINE_ARGS("edition",
		    arena_printf(c->arena, "%lld", (long long)d.edition + 1)), arg_text(c, "note"));
	return document_out(c, d.id, NULL);
}

/* ---- what differs from the last one sent --------------------------------------------------------------- */

/*
 * The paper this one is compared with, unless an earlier edition of it is asked for:
 * what it replaces, else the last issued of its form.
 */
static const char *
earlier(struct call *c, const struct document *d)
{
	if (d->replaces_id != NULL)
		return d->replaces_id;
	return tx_text(c->tx, c->arena, "SELECT id FROM document WHERE agency_id = ?1 AND form = ?2 AND"
	    " id <> ?3 AND COALESCE(incident_id, '') = COALESCE(?4, '') AND state IN ('numbered', 'issued',"
	    " 'replaced') AND made_at <= (SELECT made_at FROM document WHERE id = ?3)"
	    " ORDER BY made_at DESC, id DESC LIMIT 1", "tttt", c->agency_id, d->form, d->id,
	    d->incident_id);
}

static void
out_value(struct call *c, const char *key, const struct json *value)
{
	struct buf text = BUF_INIT(TEXT_MAX);

	jsonw_key(c->out, key);
	if (value == NULL)
		jsonw_null(c->out);
	else {
		json_write(value, &text);
		jsonw_raw(c->out, buf_str(&text), text.len);
	}
	buf_clear(&text);
}

static bool
same(const struct json *a, const struct json *b)
{
	struct buf x = BUF_INIT(TEXT_MAX), y = BUF_INIT(TEXT_MAX);
	bool equal;

	if (a != NULL)
		json_write(a, &x);
	if (b != NULL)
		json_write(b, &y);
	equal = x.len == y.len && memcmp(buf_str(&x), buf_str(&y), x.len) == 0;
	buf_clear(&x);
	buf_clear(&y);
	return equal;
}

static void
out_changes(struct call *c, const struct pack_form *form, const struct json *before,
    const struct json *after)
{
	jsonw_karray(c->out, "changes");
	for (size_t i = 0; i < 2 * form->fields; i++) {
		const struct form_field *f = &form->field[i / 2];
		const char *key = i % 2 == 0 ? f->id : arena_printf(c->arena, "%s_text", f->id);

		if (same(json_get(before, key), json_get(after, key)))
			continue;
		jsonw_object(c->out);
		jsonw_kstring(c->out, "field", key);
		jsonw_kstring(c->out, "label", pack_say(&f->label, lang_code(c->lang)));
		jsonw_kstring(c->out, "type", form_type_name(f->type));
		out_value(c, "before", json_get(before, key));
		out_value(c, "after", json_get(after, key));
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
}

static int
document_diff(struct call *c)
{
	cleanup(json_freep) struct json *before = NULL;
	cleanup(json_freep) struct json *after = NULL;
	const struct pack_form *form;
	struct document d, old = { 0 }, cover = { 0 };
	const char *id, *edition;

	if (document_may_see(c) != 0 || document_arg(c, "id", &d) != 0 ||
	    document_form(c, &d, &form) != 0 || edition_arg(c, &d, &edition) != 0)
		return c->err->kind;
	id = edition == NULL ? earlier(c, &d) : d.id;
	if (id != NULL && document_load(c, id, &old) != 0)
		return c->err->kind;
	if (edition == NULL)
		edition = old.values_json;
	if ((edition != NULL && json_parse(edition, strlen(edition), &before, c->err) != 0) ||
	    json_parse(d.values_json, strlen(d.values_json), &after, c->err) != 0)
		return c->err->kind;
	jsonw_kstring(c->out, "id", d.id);
	jsonw_kstring(c->out, "against_id", old.id);
	jsonw_kstring(c->out, "against_number", old.number);
	if (old.cover_id != NULL && document_load(c, old.cover_id, &cover) != 0)
		return c->err->kind;
	if (cover.id == NULL)
		cover = old;
	jsonw_kstring(c->out, "against_reference", document_reference(c, cover.doc_number,
	    cover.doc_symbol));
	jsonw_kstring(c->out, "against_date", cover.doc_date);
	out_changes(c, form, before, after);
	return c->err->kind;
}

static const char *const columns[] = { "number", "incident_number", "title", "state", "doc_number",
	"doc_date", "sent_count", NULL };
static const char *const change_columns[] = { "label", "before", "after", NULL };

const struct op ops_document[] = {
	{ "document list", "GET", "/documents", RIGHT_SELF, 0, list_params, document_list, columns,
	    "khien document list --incident SC-2026-0007" },
	{ "document show", "GET", "/documents/{id}", RIGHT_SELF, 0, edition_params, document_show, document_columns,
	    "khien document show VB-2026-0001" },
	{ "document edit", "PATCH", "/documents/{id}", RIGHT_HANDLE, OP_WRITE, edit_params, document_edit,
	    document_columns, "khien document edit VB-2026-0001 --values '{\"summary\":\"Máy chủ tệp bị mã hóa\"}'" },
	{ "document diff", "GET", "/documents/{id}/diff", RIGHT_SELF, 0, edition_params, document_diff,
	    change_columns, "khien document diff VB-2026-0002" },
	{ 0 },
};
