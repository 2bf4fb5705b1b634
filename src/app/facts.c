/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c: the agency, its people, the day; and how facts are looked up and kept. */
#include "app/facts.h"

#include <stdio.h>

#include "app/app.h"
#include "app/facts_part.h"

#define FACTS_MAX ((size_t)8 << 20)

char *
facts_time(int64_t ms, char out[static CLOCK_TEXT_SIZE])
{
	clock_iso(ms + (int64_t)CLOCK_LOCAL_S * 1000, out);
	out[strlen("2026-11-22T14:30")] = '\0';
	return out;
}

static void
field(struct facts *f, struct query *q, int i)
{
	const char *name = query_name(q, i);
	size_t len = strlen(name);
	char text[CLOCK_TEXT_SIZE];

	jsonw_key(f->w, name);
	if (query_type(q, i) == QUERY_NULL)
		jsonw_null(f->w);
	else if (query_type(q, i) == QUERY_TEXT)
		jsonw_stringn(f->w, query_text(q, i), query_size(q, i));
	else if (len > 3 && strcmp(name + len - 3, "_at") == 0)
		jsonw_string(f->w, facts_time(query_int(q, i), text));
	else if (str_starts(name, "is_"))
		jsonw_bool(f->w, query_int(q, i) != 0);
	else
		jsonw_int(f->w, query_int(q, i));
}

void
facts_fields(struct facts *f, struct query *q)
{
	for (int i = 0; i < query_columns(q); i++)
		field(f, q, i);
}

void
facts_one(struct facts *f, const char *key, const char *sql, const char *types, ...)
{
	struct query q;
	va_list ap;

	va_start(ap, types);
	query_vopen(&q, f->call->tx, sql, types, ap);
	va_end(ap);
	jsonw_kobject(f->w, key);
	if (query_step(&q))
		facts_fields(f, &q);
	jsonw_object_end(f->w);
	query_close(&q);
}

void
facts_many(struct facts *f, const char *key, const char *sql, const char *types, ...)
{
	struct query q;
	va_list ap;

	va_start(ap, types);
	query_vopen(&q, f->call->tx, sql, types, ap);
	va_end(ap);
	jsonw_karray(f->w, key);
	for (int n = 0; n < FACTS_ROWS_MAX && query_step(&q); n++) {
		jsonw_object(f->w);
		facts_fields(f, &q);
		jsonw_object_end(f->w);
	}
	jsonw_array_end(f->w);
	query_close(&q);
}

/* Whether the form's text has ${name} as a word. */
static bool
mentions(const char *text, const char *name)
{
	static const char inside[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t len = strlen(name);

	for (const char *p = text; (p = strstr(p, name)) != NULL; p += len) {
		bool begins = p == text || strchr(inside, p[-1]) == NULL;

		if (begins && (p[len] == '\0' || strchr(inside, p[len]) == NULL))
			return true;
	}
	return false;
}

bool
facts_wanted(const struct facts *f, const char *root)
{
	return f->want->form_text == NULL || mentions(f->want->form_text, root);
}

/* ---- the agency and its people ------------------------------------------------------- */

static void
people(struct facts *f)
{
	static const char *const by_role[][2] = { { "director", "director" }, { "admin", "netadmin" },
		{ "substitute", "substitute" }, { "office_chief", "office_chief" },
		{ "deputy", "deputy_director" } };

	for (size_t i = 0; i < ARRAY_LEN(by_role); i++)
		facts_one(f, by_role[i][0], "SELECT name, title, phone, email FROM account WHERE agency_id = ?"
		    " AND is_disabled = 0 AND ' ' || roles || ' ' LIKE '% ' || ? || ' %'"
		    " ORDER BY created_at, id LIMIT 1", "tt", f->call->agency_id, by_role[i][1]);
}

static void
today(struct facts *f)
{
	char text[CLOCK_TEXT_SIZE];

	facts_time(f->call->now, text);
	jsonw_kobject(f->w, "now");
	jsonw_kstring(f->w, "datetime", text);
	jsonw_kstring(f->w, "time", text + strlen("2026-11-22T"));
	text[strlen("2026-11-22")] = '\0';
	jsonw_kstring(f->w, "date", text);
	jsonw_kint(f->w, "year", clock_year(f->call->now));
	jsonw_object_end(f->w);
}

/* The first and the last day of a periodic paper. */
static void
period(struct facts *f)
{
	char text[CLOCK_TEXT_SIZE];

	if (f->want->from_at == SQL_NULL || f->want->to_at == SQL_NULL)
		return;
	jsonw_kobject(f->w, "period");
	facts_time(f->want->from_at, text)[10] = '\0';
	jsonw_kstring(f->w, "from", text);
	jsonw_kint(f->w, "year", clock_year(f->want->from_at));
	facts_time(f->want->to_at, text)[10] = '\0';
	jsonw_kstring(f->w, "to", text);
	jsonw_object_end(f->w);
}

#define SYSTEM_COLUMNS \
	"s.level, s.purpose, s.owner_name, s.operator_name, s.domains, s.public_ips, s.os," \
	" s.services, s.controls, s.isp, s.security_provider, s.hosting_provider," \
	" s.software_provider, s.contact, s.technical_contact, s.leader_contact, s.backup_note," \
	" s.log_note, s.data_kinds, s.subjects, s.approval_state, s.approval_document," \
	" s.regulation_document, s.approval_expected_on, s.plan_state, s.plan_expected_on," \
	" s.inspected, s.inspected_on, s.kind, s.location, s.contracts, s.related_systems"

static void
systems(struct facts *f)
{
	const char *incident = f->want->incident_id;

	if (facts_wanted(f, "register"))
		facts_many(f, "register", "SELECT s.name, " SYSTEM_COLUMNS " FROM info_system s WHERE s.agency_id = ?"
	    " AND s.is_retired = 0 ORDER BY s.name", "t", f->call->agency_id);
	if (incident == NULL)
		return;
	/* A system that is not in the register still has its name. */
	facts_many(f, "systems", "SELECT c.name, c.state AS scope_state, " SYSTEM_COLUMNS " FROM scope_item c"
	    " LEFT JOIN info_system s ON s.id = c.ref_id WHERE c.incident_id = ? AND c.kind = 'system'"
	    " AND c.state <> 'cleared' ORDER BY c.state = 'suspected', c.since_at, c.id", "t", incident);
	facts_one(f, "system", "SELECT c.name, " SYSTEM_COLUMNS " FROM scope_item c"
	    " LEFT JOIN info_system s ON s.id = c.ref_id WHERE c.incident_id = ? AND c.kind = 'system'"
	    " AND c.state <> 'cleared' ORDER BY c.state = 'suspected', c.since_at, c.id LIMIT 1", "t",
	    incident);
}

/* Forms of the agency, not of a case: they ask for its figures. */
static bool
is_periodic(const struct facts_want *want)
{
	return want->incident_id == NULL || (want->from_at != SQL_NULL && want->to_at != SQL_NULL);
}

struct json *
facts_make(struct call *call, const struct facts_want *want)
{
	struct buf text = BUF_INIT(FACTS_MAX);
	struct jsonw w = JSONW_INIT(&text);
	struct facts f = { call, &w, want };
	struct json *facts = NULL;

	jsonw_object(&w);
	facts_one(&f, "agency", "SELECT name, short_name, symbol, parent_name, place, address, phone, fax,"
	    " email, portal, hotline, member_code, duty_decree, is_network_member FROM agency WHERE id = ?",
	    "t", call->agency_id);
	today(&f);
	period(&f);
	people(&f);
	systems(&f);
	if (want->incident_id != NULL) {
		facts_case(&f);
		facts_words(&f);
	}
	facts_papers(&f);
	if (is_periodic(want))
		facts_agency(&f);
	jsonw_object_end(&w);
	if (text.full)
		call_fail(call, ERR_TOO_LARGE, "err.answer_too_large", NULL);
	else if (call->err->kind == ERR_NONE)
		json_parse(text.data, text.len, &facts, call->err);
	buf_clear(&text);
	return facts;
}

/* ---- looking up and keeping -------------------------------------------------------------- */

struct json *
facts_for(const struct json *facts, const char *form_text)
{
	struct json *kept = json_new_object(), *value;
	const char *key;
	void *it = NULL;

	while (json_next(facts, &it, &key, &value))
		if (mentions(form_text, key))
			json_set(kept, key, json_clone(value));
	return kept;
}
