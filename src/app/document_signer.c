/* SPDX-License-Identifier: Apache-2.0 */
/* document_signer.c: who signs a paper, and by what authority; to whom it goes. */
#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/out.h"
#include "app/workable.h"

const char *const document_authorities[] = { "head", "KT", "TL", "TUQ", NULL };

int
signer_default(struct call *call, struct signer *ret)
{
	struct query q;

	query_open(&q, call->tx, "SELECT name, title FROM account WHERE agency_id = ? AND is_disabled = 0"
	    " AND ' ' || roles || ' ' LIKE '% director %' ORDER BY created_at, id LIMIT 1", "t",
	    call->agency_id);
	if (query_step(&q))
		*ret = (struct signer){ arena_strdup(call->arena, query_text(&q, 0)),
			arena_strdup(call->arena, query_text(&q, 1)), NULL };
	return query_close(&q);
}

static bool
has_word(const char *list, const char *word_)
{
	size_t len = strlen(word_);

	for (const char *p = list; (p = strstr(p, word_)) != NULL; p += len)
		if ((p == list || p[-1] == ' ') && (p[len] == '\0' || p[len] == ' '))
			return true;
	return false;
}

static int
check_authority(struct call *call, const char *authority)
{
	const char *used = setting_text(call, "document.authorities");

	if (authority == NULL || has_word(used, authority))
		return 0;
	return err_fail(call->err, ERR_INVALID, "err.document.authority", "authority", "authority",
	    authority, "used", used);
}

/* What an account signs as, unless it is told: the head himself, a deputy for him, others by order. */
static const char *
authority_of(const char *held)
{
	if (has_word(held, "director"))
		return NULL;
	return has_word(held, "deputy_director") ? "KT" : "TL";
}

int
signer_arg(struct call *call, struct signer *signer)
{
	const char *authority = arg_text(call, "authority");
	struct party party = party_arg(call, "signer");

	if (party.name != NULL)
		*signer = (struct signer){ party.name, NULL, NULL };
	if (party.id != NULL) {
		signer->title = tx_text(call->tx, call->arena, "SELECT title FROM account WHERE id = ?", "t",
		    party.id);
		signer->authority = authority_of(tx_text(call->tx, call->arena, "SELECT roles FROM account"
		    " WHERE id = ?", "t", party.id));
	}
	if (authority != NULL)
		signer->authority = str_eq(authority, "head") ? NULL : authority;
	return party.name == NULL && authority == NULL ? call->err->kind :
	    check_authority(call, signer->authority);
}

/* ---- to whom --------------------------------------------------------------------------------- */

static void
add_roles(struct buf *all, const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");
		char role[64];

		if (len > 0 && len < sizeof(role)) {
			memcpy(role, list, len);
			role[len] = '\0';
			if (!has_word(buf_str(all), role))
				buf_printf(all, "%s%s", all->len > 0 ? " " : "", role);
		}
		list += len + (list[len] == ' ');
	}
}

/* Whom the law names for what the form discharges, when no duty asks for it yet. */
static void
add_obligations(struct call *call, const struct pack_form *form, struct buf *all)
{
	for (size_t i = 0; i < form->discharges.count; i++) {
		const char *id = form->discharges.s[i], *slash = strchr(id, '/');
		const struct pack_regulation *r = slash == NULL ? NULL : pack_regulation(call->app->packs,
		    arena_strndup(call->arena, id, (size_t)(slash - id)), call->now);

		for (size_t k = 0; r != NULL && k < r->obligations; k++)
			if (str_eq(r->obligation[k].id, slash + 1))
				for (size_t n = 0; n < r->obligation[k].recipients_count; n++)
					add_roles(all, r->obligation[k].recipients[n]);
	}
}

const char *
document_roles(struct call *call, const char *id, const struct pack_form *form)
{
	struct buf all = BUF_INIT(2000);
	const char *result;
	struct query q;

	query_open(&q, call->tx, "SELECT y.recipients FROM document_duty m JOIN duty y ON y.id = m.duty_id"
	    " WHERE m.document_id = ? ORDER BY y.due_at IS NULL, y.due_at, y.id", "t", id);
	while (query_step(&q))
		add_roles(&all, query_text(&q, 0));
	query_close(&q);
	if (all.len == 0)
		for (size_t i = 0; i < form->recipients_count; i++)
			add_roles(&all, form->recipients[i]);
	if (all.len == 0)
		add_obligations(call, form, &all);
	result = arena_strdup(call->arena, buf_str(&all));
	buf_clear(&all);
	return result;
}

const char *
document_distribution(struct call *call)
{
	return arena_printf(call->arena, "%s\n%s, %s", word(LANG_VI, "document.as_above"),
	    word(LANG_VI, "document.archive"), setting_text(call, "document.unit"));
}

/* ---- small ------------------------------------------------------------------------------------- */

const char *
document_actor(const struct call *call)
{
	return call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL;
}

void
document_edition_insert(struct call *call, const char *document_id, const char *incident_id,
    int64_t edition, const char *values, const char *note)
{
	change_insert(call, "document_edition", NULL, COLS(CT("document_id", document_id),
	    CT("incident_id", incident_id), CI("edition", edition), CT("values_json", values),
	    CI("saved_at", call->now), CT("by_id", document_actor(call)), CT("note", note)));
}

void
filter_document_seen(struct filter *f, const struct call *call)
{
	filter_int(f, " AND ((d.incident_id IS NULL AND ? >= 0) OR (1 = 1", (int64_t)call->actor.sees);
	filter_visible(f, call);
	filter_int(f, ") OR (? = 1 AND d.state IN ('approved', 'numbered', 'issued') AND"
	    " COALESCE(i.is_restricted, 0) = 0))", (int64_t)((call->actor.rights & RIGHT_REGISTER) != 0));
}
