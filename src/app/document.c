/* SPDX-License-Identifier: Apache-2.0 */
/* document.c: papers as they are found, and what they are printed with. */
#include "app/document.h"

#include "app/app.h"
#include "app/facts.h"
#include "base/id.h"

const char *const document_states[] = { "draft", "submitted", "approved", "numbered", "issued",
	"recalled", "replaced", NULL };

int
document_may_see(struct call *call)
{
	if (!call_may(call, RIGHT_READ) && !call_may(call, RIGHT_REGISTER))
		return call_fail(call, ERR_FORBIDDEN, "err.forbidden", NULL);
	return 0;
}

int
document_may_write(struct call *call)
{
	return call_may(call, RIGHT_HANDLE) ? 0 : call_fail(call, ERR_FORBIDDEN, "err.forbidden", NULL);
}

int
document_may_send(struct call *call)
{
	if (!call_may(call, RIGHT_HANDLE) && !call_may(call, RIGHT_REGISTER))
		return call_fail(call, ERR_FORBIDDEN, "err.forbidden", NULL);
	return 0;
}

/* ---- finding ------------------------------------------------------------------------------------ */

#define DOCUMENT_SQL \
	"SELECT d.id, d.number, d.incident_id, d.form, d.variant, d.title, d.basis, d.values_json," \
	" d.doc_number, d.doc_symbol, d.doc_date, d.signer_name, d.signer_title, d.authority, d.urgency," \
	" d.cover_id, d.replaces_id, d.recipients, d.distribution, d.signed_evidence_id," \
	" d.signed_sha256, d.signed_name, e.frozen_json, d.state, d.version, d.edition, d.form_version," \
	" d.period_from_at, d.period_to_at, d.signed_size FROM document d" \
	" LEFT JOIN incident i ON i.id = d.incident_id LEFT JOIN document_edition e ON" \
	" e.document_id = d.id AND e.edition = d.edition WHERE "

static enum document_state
state_named(const char *name)
{
	for (int i = 0; i < DOC_STATES; i++)
		if (str_eq(document_states[i], name))
			return (enum document_state)i;
	return DOC_DRAFT;
}

static void
read_document(struct call *call, struct query *q, struct document *d)
{
	const char **const text[] = { &d->id, &d->number, &d->incident_id, &d->form, &d->variant, &d->title,
		&d->basis, &d->values_json, &d->doc_number, &d->doc_symbol, &d->doc_date, &d->signer_name,
		&d->signer_title, &d->authority, &d->urgency, &d->cover_id, &d->replaces_id, &d->recipients,
		&d->distribution, &d->signed_evidence_id, &d->signed_sha256, &d->signed_name,
		&d->frozen_json };
	int64_t *const number[] = { &d->version, &d->edition, &d->form_version, &d->period_from_at,
		&d->period_to_at, &d->signed_size };
	const int n = ARRAY_LEN(text);

	for (int i = 0; i < n; i++)
		*text[i] = arena_strdup(call->arena, query_text(q, i));
	d->state = state_named(query_text(q, n));
	for (int i = 0; i < (int)ARRAY_LEN(number); i++)
		*number[i] = query_opt(q, n + 1 + i);
}

static int
find(struct call *call, const char *field, const char *sql, const char *key, struct document *ret)
{
	struct query q;
	bool found;

	query_open(&q, call->tx, sql, "tt" DOCUMENT_SEEN_TYPES, key, call->agency_id,
	    DOCUMENT_SEEN_ARGS(call));
	found = query_step(&q);
	if (found)
		read_document(call, &q, ret);
	query_close(&q);
	return found ? call->err->kind : call_fail(call, ERR_NOT_FOUND, "err.not_found", field);
}

int
document_load(struct call *call, const char *id, struct document *ret)
{
	*ret = (struct document){ 0 };
	return find(call, "id", DOCUMENT_SQL "d.id = ? AND d.agency_id = ? AND " DOCUMENT_SEEN, id, ret);
}

int
document_arg(struct call *call, const char *name, struct document *ret)
{
	const char *value = arg_text(call, name);

	*ret = (struct document){ 0 };
	if (value == NULL)
		return call_fail(call, ERR_INVALID, "err.required", name);
	return find(call, name, id_valid(value) ?
	    DOCUMENT_SQL "d.id = ? AND d.agency_id = ? AND " DOCUMENT_SEEN :
	    DOCUMENT_SQL "d.number = upper(?) AND d.agency_id = ? AND " DOCUMENT_SEEN, value, ret);
}

/* ---- number and symbol --------------------------------------------------------------------------- */

const char *
document_reference(struct call *call, const char *number, const char *symbol)
{
	if (str_empty(number))
		return NULL;
	if (str_empty(symbol))
		return arena_strdup(call->arena, number);
	return arena_printf(call->arena, "%s/%s", number, symbol);
}

const char *
document_day(struct call *call, const char *day)
{
	if (day == NULL || strlen(day) != strlen("2026-11-23"))
		return day == NULL ? "" : day;
	return arena_printf(call->arena, "%.2s/%.2s/%.4s", day + 8, day + 5, day);
}

const char *
document_symbol(struct call *call, const struct pack_form *form)
{
	const char *agency = tx_text(call->tx, call->arena, "SELECT symbol FROM agency WHERE id = ?", "t",
	    call->agency_id);

	if (str_empty(agency) || str_empty(form->doc_type))
		return NULL;
	if (!str_eq(form->doc_type, "CV"))
		return arena_printf(call->arena, "%s-%s", form->doc_type, agency);
	return arena_printf(call->arena, "%s-%s", agency, setting_text(call, "document.unit"));
}

/* ---- form and facts ---------------------------------------------------------------------------------- */

/* What was kept when the paper left draft; the caller frees it. */
static struct json *
frozen(const struct document *d)
{
	struct json *kept = NULL;

	if (d->frozen_json != NULL)
		json_parse(d->frozen_json, strlen(d->frozen_json), &kept, NULL);
	return kept;
}

int
document_form(struct call *call, const struct document *d, const struct pack_form **ret)
{
	cleanup(json_freep) struct json *kept = frozen(d);
	const char *yaml = json_get_str(kept, "form");
	const struct pack_form *form = pack_form_version(call->app->packs, d->form, (int)d->form_version);

	/* The pack may have been changed since without counting its version up. */
	if (yaml != NULL && (form == NULL || !str_eq(form->text_yaml, yaml))) {
		yaml = arena_strdup(call->arena, yaml);
		return form_parse(call->arena, yaml, strlen(yaml), d->form, ret, call->err);
	}
	if (form == NULL)
		form = pack_form(call->app->packs, d->form, call->now);
	if (form == NULL)
		return err_fail(call->err, ERR_NOT_FOUND, "err.document.no_form", "form", "form", d->form,
		    NULL, NULL);
	*ret = form;
	return 0;
}

struct json *
document_facts(struct call *call, const struct document *d)
{
	cleanup(json_freep) struct json *kept = frozen(d);
	const struct pack_form *form;
	const char *enclosed;

	if (json_get(kept, "facts") != NULL)
		return json_clone(json_get(kept, "facts"));
	if (document_form(call, d, &form) != 0)
		return NULL;
	enclosed = tx_text(call->tx, call->arena, "SELECT id FROM document WHERE cover_id = ?"
	    " ORDER BY made_at DESC, id DESC LIMIT 1", "t", d->id);
	return facts_make(call, &(struct facts_want){ .incident_id = d->incident_id, .form = d->form,
	    .form_text = form->text_yaml, .document_id = d->id, .enclosed_id = enclosed, .from_at = d->period_from_at,
	    .to_at = d->period_to_at });
}
