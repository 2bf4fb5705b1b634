/* SPDX-License-Identifier: Apache-2.0 */
/* facts_paper.c: what was sent before, to whom, what is owed, and who can be reached. */
#include "app/app.h"
#include "app/document.h"
#include "app/facts_part.h"

/* A paper that went out under a cover goes by the cover's number. */
#define NUMBERED_COLUMNS \
	"COALESCE(v.doc_number, d.doc_number) AS number, COALESCE(v.doc_symbol, d.doc_symbol) AS symbol," \
	" COALESCE(v.doc_date, d.doc_date) AS doc_date"
#define NUMBERED_FROM \
	" FROM document d LEFT JOIN document v ON v.id = d.cover_id" \
	" WHERE d.incident_id = ? AND d.state IN ('numbered', 'issued') AND d.id <> COALESCE(?, '')" \
	" AND COALESCE(v.doc_number, d.doc_number) IS NOT NULL AND d.form = ?"

static void
numbered(struct facts *f, struct query *q)
{
	jsonw_kstring(f->w, "doc_number", document_reference(f->call, query_text(q, 0), query_text(q, 1)));
	jsonw_kstring(f->w, "doc_date", query_text(q, 2));
}

/* "key": the newest numbered paper of a form. */
static void
newest(struct facts *f, const char *key, const char *form)
{
	int64_t count = tx_int(f->call->tx, "SELECT COUNT(*)" NUMBERED_FROM, "ttt", f->want->incident_id,
	    f->want->document_id, form);
	struct query q;

	query_open(&q, f->call->tx, "SELECT " NUMBERED_COLUMNS NUMBERED_FROM
	    " ORDER BY doc_date DESC, d.made_at DESC, d.id DESC LIMIT 1", "ttt", f->want->incident_id,
	    f->want->document_id, form);
	jsonw_kobject(f->w, key);
	if (query_step(&q)) {
		numbered(f, &q);
		jsonw_kint(f->w, "number_of", count);
	}
	jsonw_kint(f->w, "next_number", count + 1);
	jsonw_kint(f->w, "next_number_of", count + 1);
	jsonw_object_end(f->w);
	query_close(&q);
}

static void
before(struct facts *f)
{
	const char *id = f->want->incident_id;
	struct query q;

	newest(f, "initial", DOCUMENT_INITIAL_FORM);
	newest(f, "notice", DOCUMENT_NOTICE_FORM);
	newest(f, "last", f->want->form == NULL ? "" : f->want->form);
	jsonw_karray(f->w, "notice_sent_to");
	query_open(&q, f->call->tx, "SELECT DISTINCT p.role FROM dispatch p JOIN document d ON"
	    " d.id = p.document_id WHERE d.incident_id = ? AND d.form IN ('" DOCUMENT_NOTICE_FORM "', '"
	    DOCUMENT_INITIAL_FORM "') AND p.state = 'sent' AND p.role IS NOT NULL ORDER BY p.role", "t", id);
	while (query_step(&q))
		jsonw_string(f->w, query_text(&q, 0));
	jsonw_array_end(f->w);
	query_close(&q);
	jsonw_karray(f->w, "notice_recipients");
	query_open(&q, f->call->tx, "SELECT DISTINCT p.recipient FROM dispatch p JOIN document d ON"
	    " d.id = p.document_id WHERE d.incident_id = ? AND d.form = '" DOCUMENT_NOTICE_FORM "' AND"
	    " p.state = 'sent' ORDER BY p.recipient", "t", id);
	while (query_step(&q))
		jsonw_string(f->w, query_text(&q, 0));
	jsonw_array_end(f->w);
	query_close(&q);
	facts_many(f, "duties", "SELECT title, basis, due_at, state, sent_at, profile, obligation FROM duty"
	    " WHERE incident_id = ? AND state NOT IN ('cancelled', 'superseded')"
	    " ORDER BY due_at IS NULL, due_at, id", "t", id);
	facts_many(f, "papers", "SELECT d.title, d.form, d.state, COALESCE(v.doc_number, d.doc_number)"
	    " AS doc_number, COALESCE(v.doc_date, d.doc_date) AS doc_date FROM document d"
	    " LEFT JOIN document v ON v.id = d.cover_id WHERE d.incident_id = ? AND"
	    " d.state IN ('numbered', 'issued') AND d.id <> COALESCE(?, '') ORDER BY d.made_at, d.id",
	    "tt", id, f->want->document_id);
}

/* Whom an agency writes to, by role; of several in one role the first entered. */
static void
contacts(struct facts *f)
{
	char role[64] = "";
	struct query q;

	jsonw_kobject(f->w, "contacts");
	query_open(&q, f->call->tx, "SELECT role, name, person, title, phone, phone_after_hours, fax, email,"
	    " address, channel, verified_on FROM contact WHERE agency_id = ? AND is_retired = 0 ORDER BY role, id", "t",
	    f->call->agency_id);
	while (query_step(&q)) {
		if (str_eq(role, query_text(&q, 0)) || query_size(&q, 0) >= sizeof(role))
			continue;
		strcpy(role, query_text(&q, 0));
		jsonw_kobject(f->w, role);
		facts_fields(f, &q);
		jsonw_object_end(f->w);
	}
	jsonw_object_end(f->w);
	query_close(&q);
}

/* What goes under this cover: its subject without places to be filled in, else its title. */
static void
enclosed(struct facts *f)
{
	const char *id = tx_text(f->call->tx, f->call->arena, "SELECT form FROM document WHERE id = ?", "t",
	    f->want->enclosed_id);
	const struct pack_form *form = id == NULL ? NULL : pack_form(f->call->app->packs, id, f->call->now);
	const char *title = form == NULL ? NULL : pack_say(&form->pack.title, "vi");
	const char *subject = form == NULL ? NULL : pack_say(&form->subject, "vi");

	jsonw_kobject(f->w, "enclosed");
	jsonw_kstring(f->w, "title", title);
	jsonw_kstring(f->w, "subject", subject == NULL || strchr(subject, '{') != NULL ? title : subject);
	jsonw_kstring(f->w, "form", id);
	jsonw_object_end(f->w);
}

void
facts_papers(struct facts *f)
{
	if (f->want->incident_id != NULL)
		before(f);
	contacts(f);
	if (f->want->enclosed_id != NULL)
		enclosed(f);
}
