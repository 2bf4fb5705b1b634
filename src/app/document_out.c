/* SPDX-License-Identifier: Apache-2.0 */
/* document_out.c: all there is to know about one paper, as the answer of its operations. */
#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/document_mail.h"
#include "app/out.h"
#include "work/lease.h"

const char *const document_columns[] = { "label", "text", "message", "role_name", "name", "recipient",
	"channel", "title", "state", "due_at", "sent_at", "acknowledged_at", NULL };

/* ---- the form's questions --------------------------------------------------------------------- */

static void
out_choices(struct call *call, const struct form_choice *choice, size_t n)
{
	jsonw_karray(call->out, "choices");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "id", choice[i].id);
		jsonw_kstring(call->out, "text", pack_say(&choice[i].text, lang_code(call->lang)));
		jsonw_kbool(call->out, "with_text", choice[i].with_text);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static void
out_columns(struct call *call, const struct form_field *f)
{
	const char *lang = lang_code(call->lang);

	jsonw_karray(call->out, "columns");
	for (size_t i = 0; i < f->columns; i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "id", f->col[i].id);
		jsonw_kstring(call->out, "label", pack_say(&f->col[i].label, lang));
		jsonw_kstring(call->out, "type", f->col[i].type);
		jsonw_kbool(call->out, "required", f->col[i].required);
		out_choices(call, f->col[i].choice, f->col[i].choices);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
	jsonw_karray(call->out, "rows");
	for (size_t i = 0; i < f->rows; i++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "id", f->row[i].id);
		jsonw_kstring(call->out, "text", pack_say(&f->row[i].text, lang));
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
}

static const char *
choice_text(struct call *call, const struct form_field *f, const char *id)
{
	for (size_t i = 0; i < f->choices; i++)
		if (str_eq(f->choice[i].id, id))
			return pack_say(&f->choice[i].text, lang_code(call->lang));
	return id;
}

/* What is answered, as a person reads it on one line; NULL when there is no answer. */
static const char *
value_text(struct call *call, const struct form_field *f, const struct json *value)
{
	struct buf text = BUF_INIT(20000);
	const char *result = NULL;

	switch (json_kind(value)) {
	case JSON_KIND_STRING:
		return arena_strdup(call->arena, choice_text(call, f, json_str(value)));
	case JSON_KIND_ARRAY:
		for (size_t i = 0; i < json_len(value); i++) {
			const char *item = json_str(json_at(value, i));

			if (item != NULL)
				buf_printf(&text, "%s%s", text.len > 0 ? "; " : "", choice_text(call, f, item));
		}
		if (text.len == 0 && json_len(value) > 0)
			buf_printf(&text, "[%zu]", json_len(value));
		break;
	case JSON_KIND_INT:
	case JSON_KIND_BOOL:
		json_write(value, &text);
		break;
	default:
		break;
	}
	if (text.len > 0)
		result = arena_strdup(call->arena, buf_str(&text));
	buf_clear(&text);
	return result;
}

static void
out_field(struct call *call, const struct form_field *f, bool asked, const struct json *value)
{
	const char *lang = lang_code(call->lang), *help = pack_say(&f->help, lang);

	jsonw_object(call->out);
	jsonw_kstring(call->out, "id", f->id);
	jsonw_kstring(call->out, "label", pack_say(&f->label, lang));
	jsonw_kstring(call->out, "type", form_type_name(f->type));
	jsonw_kbool(call->out, "required", f->required);
	jsonw_kbool(call->out, "asked", asked);
	jsonw_kstring(call->out, "text", asked ? value_text(call, f, value) : NULL);
	jsonw_kstring(call->out, "help", str_empty(help) ? NULL : help);
	jsonw_kint(call->out, "max", f->max);
	jsonw_kint(call->out, "lines", f->lines);
	jsonw_kstring(call->out, "only_if", str_empty(f->only_if) ? NULL : f->only_if);
	out_choices(call, f->choice, f->choices);
	out_columns(call, f);
	jsonw_karray(call->out, "rules");
	for (size_t i = 0; i < f->rule.count; i++)
		jsonw_string(call->out, f->rule.s[i]);
	jsonw_array_end(call->out);
	jsonw_object_end(call->out);
}

void
document_out_fields(struct call *call, const struct pack_form *form, const char *variant,
    const struct json *values, const struct json *facts)
{
	jsonw_karray(call->out, "fields");
	for (size_t i = 0; i < form->fields; i++)
		out_field(call, &form->field[i], values == NULL ||
		    form_asks(form, &form->field[i], variant, values, facts),
		    json_get(values, form->field[i].id));
	jsonw_array_end(call->out);
}

/* ---- what goes with it ----------------------------------------------------------------------------- */

static void
lines_array(struct call *call, const char *key, const char *lines)
{
	jsonw_karray(call->out, key);
	while (lines != NULL && *lines != '\0') {
		size_t n = strcspn(lines, "\n");

		if (n > 0)
			jsonw_stringn(call->out, lines, n);
		lines += n + (lines[n] != '\0');
	}
	jsonw_array_end(call->out);
}

static void
out_dispatch(struct call *call, struct query *q)
{
	const char *reason = tx_text(call->tx, call->arena, "SELECT COALESCE(o.error, p.error) FROM dispatch p"
	    " LEFT JOIN outbox o ON o.id = p.outbox_id WHERE p.id = ?", "t", query_text(q, 0));

	jsonw_object(call->out);
	out_fields(call, q);
	/* Why the mail has not gone yet, or will not go, in words. */
	if (reason != NULL) {
		struct buf text = BUF_INIT(2000);
		struct err why = { 0 };

		reason_read(reason, &why);
		words_err_text(&text, call->lang, &why);
		jsonw_kstring(call->out, "why", buf_str(&text));
		err_clear(&why);
		buf_clear(&text);
	} else {
		jsonw_knull(call->out, "why");
	}
	jsonw_object_end(call->out);
}

static void
out_dispatches(struct call *call, const char *id)
{
	struct query q;

	jsonw_karray(call->out, "dispatches");
	query_open(&q, call->tx, "SELECT p.id, p.version, p.contact_id, p.role,"
	    " p.recipient, p.channel, p.address, p.state, p.sent_at, p.entered_at, p.proof,"
	    " p.proof_name, p.proof_sha256, p.proof_evidence_id, p.acknowledged_at, p.acknowledged_how,"
	    " p.chased_at, p.chase_note, a.name AS by_name, o.attempts FROM dispatch p"
	    " LEFT JOIN outbox o ON o.id = p.outbox_id LEFT JOIN account a ON a.id = p.by_id"
	    " WHERE p.document_id = ? ORDER BY p.entered_at, p.id", "t", id);
	while (query_step(&q))
		out_dispatch(call, &q);
	jsonw_array_end(call->out);
	query_close(&q);
}

static void
out_attached(struct call *call, const struct document *d)
{
	out_rows(call, "editions", "SELECT e.edition, e.saved_at, e.note, a.name AS by_name,"
	    " e.frozen_json IS NOT NULL AS is_frozen FROM document_edition e"
	    " LEFT JOIN account a ON a.id = e.by_id WHERE e.document_id = ? ORDER BY e.edition", "t", d->id);
	out_dispatches(call, d->id);
	out_rows(call, "duties", "SELECT y.id, y.profile, y.obligation, y.title, y.basis, y.state, y.due_at,"
	    " y.recipients AS recipients_list FROM document_duty m JOIN duty y ON y.id = m.duty_id"
	    " WHERE m.document_id = ? ORDER BY y.due_at IS NULL, y.due_at, y.id", "t", d->id);
}

/* To whom it should go: the roles of its duties, or of its form, and who plays them. */
static void
out_proposed(struct call *call, const struct document *d, const struct pack_form *form)
{
	const char *left = document_roles(call, d->id, form);

	jsonw_karray(call->out, "proposed");
	while (left != NULL && *left != '\0') {
		size_t len = strcspn(left, " ");
		const char *role = arena_strndup(call->arena, left, len);
		const char *key = arena_printf(call->arena, "contact.role.%s", role);
		struct query q;
		bool any = false;

		query_open(&q, call->tx, "SELECT c.id AS contact_id, c.name, c.person, c.channel, c.email, c.phone,"
		    " EXISTS (SELECT 1 FROM dispatch p WHERE p.document_id = ?1 AND p.contact_id = c.id"
		    " AND p.state IN ('sending', 'sent', 'unknown')) AS is_sent FROM contact c"
		    " WHERE c.agency_id = ?2 AND c.role = ?3 AND c.is_retired = 0 ORDER BY c.id", "ttt", d->id,
		    call->agency_id, role);
		for (bool more = query_step(&q); more || !any; more = query_step(&q)) {
			jsonw_object(call->out);
			jsonw_kstring(call->out, "role", role);
			jsonw_kstring(call->out, "role_name", words_has(call->lang, key) ? word(call->lang, key) : role);
			if (more)
				out_fields(call, &q);
			else
				jsonw_knull(call->out, "contact_id");
			jsonw_object_end(call->out);
			any = true;
			if (!more)
				break;
		}
		query_close(&q);
		left += len + (left[len] == ' ');
	}
	jsonw_array_end(call->out);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

#define SHOWN \
	"SELECT d.id, d.version, d.number, d.incident_id, i.number AS incident_number," \
	" i.title AS incident_title, d.form, d.form_version, d.variant, d.title, d.state, d.basis," \
	" d.values_json, d.edition, d.made_at, m.name AS made_by, d.updated_at, d.period_from_at," \
	" d.period_to_at, COALESCE(v.doc_number, d.doc_number) AS doc_number," \
	" COALESCE(v.doc_symbol, d.doc_symbol) AS doc_symbol," \
	" COALESCE(v.doc_date, d.doc_date) AS doc_date, COALESCE(v.eoffice_id, d.eoffice_id)" \
	" AS eoffice_id, d.signer_name, d.signer_title, d.authority, d.urgency, d.cover_id," \
	" v.number AS cover_number, n.id AS encloses_id, n.number AS encloses_number, d.replaces_id," \
	" s.id AS replaced_by_id, s.number AS replaced_by_number, d.reason, d.approved_by," \
	" d.approved_at, d.issued_at, d.signed_name, d.signed_sha256, d.signed_size, d.signed_at," \
	" d.signed_evidence_id FROM document d LEFT JOIN incident i ON i.id = d.incident_id" \
	" LEFT JOIN document v ON v.id = d.cover_id LEFT JOIN document n ON n.cover_id = d.id" \
	" LEFT JOIN document s ON s.replaces_id = d.id LEFT JOIN account m ON m.id = d.made_by_id" \
	" WHERE d.id = ? ORDER BY n.made_at DESC, s.made_at DESC LIMIT 1"

static void
out_check(struct call *call, const struct document *d, const struct pack_form *form)
{
	cleanup(json_freep) struct json *values = NULL;
	cleanup(json_freep) struct json *facts = document_facts(call, d);
	struct document_check check = { .call = call, .form = form,
		.variant = d->variant == NULL ? "" : d->variant };

	if (facts == NULL || json_parse(d->values_json, strlen(d->values_json), &values, call->err) != 0)
		return;
	check.values = values;
	check.facts = facts;
	document_out_fields(call, form, check.variant, values, facts);
	document_check(&check);
}

int
document_out(struct call *call, const char *id, const struct warnings *warnings)
{
	const struct pack_form *form;
	struct document d;

	if (call->err->kind != ERR_NONE || document_load(call, id, &d) != 0 ||
	    document_form(call, &d, &form) != 0)
		return call->err->kind;
	out_row(call, "id", SHOWN, "t", id);
	jsonw_kstring(call->out, "form_title", pack_say(&form->pack.title, lang_code(call->lang)));
	jsonw_kstring(call->out, "layout", form->layout);
	jsonw_kstring(call->out, "reference", document_reference(call,
	    tx_text(call->tx, call->arena, "SELECT COALESCE(v.doc_number, d.doc_number) FROM document d"
		" LEFT JOIN document v ON v.id = d.cover_id WHERE d.id = ?", "t", id),
	    tx_text(call->tx, call->arena, "SELECT COALESCE(v.doc_symbol, d.doc_symbol) FROM document d"
		" LEFT JOIN document v ON v.id = d.cover_id WHERE d.id = ?", "t", id)));
	jsonw_kbool(call->out, "is_mailable", d.signed_sha256 == NULL || d.signed_size <= DOCUMENT_MAIL_MAX);
	jsonw_kint(call->out, "mail_max", DOCUMENT_MAIL_MAX);
	lines_array(call, "recipients", d.recipients);
	lines_array(call, "distribution", d.distribution);
	lines_array(call, "warnings", warnings == NULL ? NULL : buf_str(&warnings->text));
	out_check(call, &d, form);
	out_attached(call, &d);
	out_proposed(call, &d, form);
	return call->err->kind;
}
