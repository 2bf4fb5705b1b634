/* SPDX-License-Identifier: Apache-2.0 */
/* op_contact.c: to whom papers go, who is called, and the agency's own points of contact. */
#include "app/app.h"
#include "app/change.h"
#include "app/duty.h"
#include "app/ops.h"
#include "app/others.h"
#include "app/out.h"

#define ID_PARAM { "id", P_ID, PF_REQUIRED | PF_POSITIONAL, 0, 0, NULL }
#define VERSION_PARAM { "version", P_INT, 0, 0, INT64_MAX, NULL }

#define CONTACT_SQL \
	"SELECT k.id, k.version, k.role, k.name, k.person, k.title, k.phone, k.mobile," \
	" k.phone_after_hours, k.fax, k.email, k.address, k.website, k.pgp, k.messengers, k.channel," \
	" k.note, k.verified_on, k.verified_how, v.name AS verified_by, k.is_retired, k.is_sample," \
	" k.created_at FROM contact k LEFT JOIN account v ON v.id = k.verified_by_id WHERE k.agency_id = ?"

enum { C_ROLE = 2, C_NAME = 3, C_PHONE = 6, C_MOBILE = 7, C_FAX = 9, C_EMAIL = 10, C_CHANNEL = 15,
	C_VERIFIED = 17, C_RETIRED = 20, C_CREATED = 22 };

/* ---- reading -------- */

static void
out_warning(struct call *call, const char *id, const char *field)
{
	jsonw_object(call->out);
	jsonw_kstring(call->out, "id", id);
	jsonw_kstring(call->out, "field", field);
	jsonw_kstring(call->out, "text", word(call->lang, arena_printf(call->arena, "contact.warn.%s", id)));
	jsonw_object_end(call->out);
}

/* The way that was chosen has no address to go to. */
static const char *
missing_address(struct query *q)
{
	const char *channel = query_text(q, C_CHANNEL);

	if (str_eq(channel, "mail") && str_empty(query_text(q, C_EMAIL)))
		return "email";
	if (str_eq(channel, "fax") && str_empty(query_text(q, C_FAX)))
		return "fax";
	if (str_eq(channel, "phone") && str_empty(query_text(q, C_PHONE)) &&
	    str_empty(query_text(q, C_MOBILE)))
		return "phone";
	return NULL;
}

static void
out_contact(struct call *call, struct query *q)
{
	char due[CONTACT_DAY_SIZE], created[CONTACT_DAY_SIZE] = "", today[CONTACT_DAY_SIZE];
	bool retired = query_int(q, C_RETIRED) != 0;
	const char *missing = missing_address(q);
	bool stale;

	if (query_opt(q, C_CREATED) != SQL_NULL)
		day_of(query_int(q, C_CREATED), created);
	contact_due_on(query_text(q, C_VERIFIED), created, due);
	stale = !retired && *due != '\0' && strcmp(due, day_of(call->now, today)) <= 0;
	out_fields(call, q);
	jsonw_kstring(call->out, "role_name", word(call->lang, arena_printf(call->arena,
	    "contact.role.%s", query_text(q, C_ROLE))));
	jsonw_kbool(call->out, "is_own", contact_side_of(query_text(q, C_ROLE)) == CONTACT_OWN);
	jsonw_kstring(call->out, "verify_by", *due == '\0' ? NULL : due);
	jsonw_kbool(call->out, "is_stale", stale);
	jsonw_karray(call->out, "warnings");
	if (!retired)
		contact_warn_name(call, query_text(q, C_NAME), "name");
	if (!retired && missing != NULL)
		out_warning(call, "address", missing);
	if (stale)
		out_warning(call, query_text(q, C_VERIFIED) == NULL ? "unverified" : "stale", "verified_on");
	jsonw_array_end(call->out);
}

static int
answer(struct call *call, const char *id)
{
	struct query q;

	if (call->err->kind != ERR_NONE)
		return call->err->kind;
	query_open(&q, call->tx, CONTACT_SQL " AND k.id = ?", "tt", call->agency_id, id);
	if (query_step(&q))
		out_contact(call, &q);
	query_close(&q);
	return call->err->kind;
}

static const struct param list_params[] = {
	{ "role", P_ENUM, 0, 0, 0, contact_roles },
	{ "all", P_BOOL, 0, 0, 0, NULL },
	PARAMS_PAGE,
	{ 0 },
};

static int
list(struct call *call)
{
	struct filter f;

	filter_init(&f, "");
	filter_text(&f, CONTACT_SQL, call->agency_id);
	filter_text(&f, " AND k.role = ?", arg_text(call, "role"));
	if (!arg_bool(call, "all"))
		filter_sql(&f, " AND k.is_retired = 0");
	filter_sql(&f, " ORDER BY k.is_retired, k.role, k.name, k.id");
	out_parts(call, &f, 1, page_limit(call), out_contact);
	return call->err->kind;
}

static const struct param id_params[] = { ID_PARAM, { 0 } };

static int
show(struct call *call)
{
	struct contact contact;

	return contact_arg(call, "id", &contact) != 0 ? call->err->kind : answer(call, contact.id);
}

/* ---- writing -------- */

#define CONTACT_PARAMS \
	{ "person", P_LINE, 0, 0, 160, NULL }, { "title", P_LINE, 0, 0, 160, NULL }, \
	{ "phone", P_LINE, 0, 0, 60, NULL }, { "mobile", P_LINE, 0, 0, 60, NULL }, \
	{ "phone_after_hours", P_LINE, 0, 0, 60, NULL }, { "fax", P_LINE, 0, 0, 60, NULL }, \
	{ "email", P_LINE, 0, 0, 120, NULL }, { "address", P_LINE, 0, 0, 300, NULL }, \
	{ "website", P_LINE, 0, 0, 200, NULL }, { "pgp", P_TEXT, 0, 0, 1000, NULL }, \
	{ "messengers", P_LINE, 0, 0, 300, NULL }, { "channel", P_ENUM, 0, 0, 0, contact_channels }, \
	{ "note", P_TEXT, 0, 0, 2000, NULL }

static const struct param add_params[] = {
	{ "role", P_ENUM, PF_REQUIRED, 0, 0, contact_roles },
	{ "name", P_LINE, PF_REQUIRED, 0, 200, NULL },
	CONTACT_PARAMS,
	{ 0 },
};

/* One address that a letter can go to; what is more is for the mail server to judge. */
static int
check_email(struct call *call)
{
	const char *email = arg_text(call, "email");
	const char *at = email == NULL ? NULL : strchr(email, '@');

	if (email == NULL)
		return 0;
	if (at == NULL || at == email || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
	    strpbrk(email, " ,;<>\"") != NULL)
		return err_fail(call->err, ERR_INVALID, "err.email", "email", "value", email, NULL, NULL);
	return 0;
}

/* A point of contact of the agency changed: members have to say so (TT 20/2017 Đ6.1.b). */
static void
own_changed(struct call *call, const char *id, const char *role)
{
	if (contact_side_of(role) != CONTACT_OWN)
		return;
	change_update(call, "contact", id, -1, COLS(CI("changed_at", call->now)));
	duty_contact_changed(call);
}

static int
add(struct call *call)
{
	struct col cols[ARRAY_LEN(add_params) + 1];
	const char *id, *role = arg_text(call, "role");
	size_t n;

	if (check_email(call) != 0)
		return call->err->kind;
	n = cols_given(call, add_params, cols);
	cols[n++] = (struct col)CI("created_at", call->now);
	id = change_insert(call, "contact", NULL, cols, n);
	own_changed(call, id, role);
	return answer(call, id);
}

static const struct param edit_params[] = {
	ID_PARAM,
	{ "role", P_ENUM, 0, 0, 0, contact_roles },
	{ "name", P_LINE, 0, 0, 200, NULL },
	CONTACT_PARAMS,
	VERSION_PARAM,
	{ 0 },
};

/* What was checked a year ago was the old address: who or where is new must be checked again. */
static bool
unsettles(struct call *call)
{
	static const char *const telling[] = { "name", "person", "phone", "mobile", "phone_after_hours",
		"fax", "email", "address" };

	for (size_t i = 0; i < ARRAY_LEN(telling); i++)
		if (json_get(call->args, telling[i]) != NULL)
			return true;
	return false;
}

static int
edit(struct call *call)
{
	struct col cols[ARRAY_LEN(edit_params) + 3];
	struct contact contact;
	bool unsettled = unsettles(call);
	size_t n;

	if (contact_arg(call, "id", &contact) != 0 || check_email(call) != 0)
		return call->err->kind;
	if (contact.is_retired)
		return call_fail(call, ERR_STATE, "err.contact_retired", NULL);
	if ((json_get(call->args, "name") != NULL && !arg_has(call, "name")) ||
	    (json_get(call->args, "role") != NULL && !arg_has(call, "role")))
		return call_fail(call, ERR_INVALID, "err.required", json_get(call->args, "name") != NULL &&
		    !arg_has(call, "name") ? "name" : "role");
	n = cols_given(call, edit_params, cols);
	if (n == 0)
		return answer(call, contact.id);
	if (unsettled) {
		cols[n++] = (struct col)CT("verified_on", NULL);
		cols[n++] = (struct col)CT("verified_how", NULL);
		cols[n++] = (struct col)CT("verified_by_id", NULL);
	}
	if (change_update(call, "contact", contact.id, arg_int(call, "version", -1), cols, n) == 0 &&
	    unsettled)
		own_changed(call, contact.id, arg_has(call, "role") ? arg_text(call, "role") : contact.role);
	return answer(call, contact.id);
}

static const struct param verify_params[] = {
	ID_PARAM,
	{ "how", P_LINE, PF_REQUIRED, 0, 300, NULL },
	{ "verified_on", P_TIME, PF_PAST, 0, 0, NULL },
	VERSION_PARAM,
	{ 0 },
};

static int
verify(struct call *call)
{
	struct contact contact;
	char day[CONTACT_DAY_SIZE];

	if (contact_arg(call, "id", &contact) != 0)
		return call->err->kind;
	if (contact.is_retired)
		return call_fail(call, ERR_STATE, "err.contact_retired", NULL);
	change_update(call, "contact", contact.id, arg_int(call, "version", -1),
	    COLS(CT("verified_on", day_of(arg_time(call, "verified_on", call->now), day)),
	    CT("verified_how", arg_text(call, "how")),
	    CT("verified_by_id", call->actor.kind == ACTOR_ACCOUNT ? call->actor.id : NULL)));
	return answer(call, contact.id);
}

static const struct param retire_params[] = {
	ID_PARAM,
	{ "reason", P_LINE, PF_REQUIRED, 0, 300, NULL },
	VERSION_PARAM,
	{ 0 },
};

/* Papers that went to it keep pointing at the row, so it is never deleted. */
static int
retire(struct call *call)
{
	struct contact contact;

	if (contact_arg(call, "id", &contact) != 0)
		return call->err->kind;
	if (contact.is_retired)
		return call_fail(call, ERR_STATE, "err.contact_retired", NULL);
	if (change_update(call, "contact", contact.id, arg_int(call, "version", -1),
	    COLS(CI("is_retired", 1), CT("retired_reason", arg_text(call, "reason")))) == 0)
		own_changed(call, contact.id, contact.role);
	return answer(call, contact.id);
}

/* ---- who is still missing -------- */

static void
out_needed_by(struct call *call, const char *role)
{
	const struct pack_regulation *r;

	jsonw_karray(call->out, "obligations");
	for (size_t i = 0; (r = pack_regulation_next(call->app->packs, call->now, &i)) != NULL;)
		for (size_t k = 0; k < r->obligations; k++)
			for (size_t n = 0; n < r->obligation[k].recipients_count; n++)
				if (str_eq(r->obligation[k].recipients[n], role))
					jsonw_string(call->out, arena_printf(call->arena, "%s/%s",
					    r->pack.id, r->obligation[k].id));
	jsonw_array_end(call->out);
}

/* Each role with its contacts and the obligations that need it. */
static int
recipients(struct call *call)
{
	static const char *const sides[] = { "recipient", "helper", "own" };

	jsonw_karray(call->out, "items");
	for (const char *const *role = contact_roles; *role != NULL; role++) {
		jsonw_object(call->out);
		jsonw_kstring(call->out, "role", *role);
		jsonw_kstring(call->out, "title", word(call->lang, arena_printf(call->arena,
		    "contact.role.%s", *role)));
		jsonw_kstring(call->out, "side", sides[contact_side_of(*role)]);
		out_needed_by(call, *role);
		jsonw_kint(call->out, "count", tx_int(call->tx, "SELECT COUNT(*) FROM contact WHERE"
		    " agency_id = ? AND role = ? AND is_retired = 0", "tt", call->agency_id, *role));
		out_rows(call, "contacts", "SELECT id, name, person, channel, verified_on FROM contact WHERE"
		    " agency_id = ? AND role = ? AND is_retired = 0 ORDER BY name, id LIMIT 50", "tt",
		    call->agency_id, *role);
		jsonw_object_end(call->out);
	}
	jsonw_array_end(call->out);
	jsonw_kbool(call->out, "more", false);
	return call->err->kind;
}

#define RIGHTS (RIGHT_READ | RIGHT_HANDLE)

static const char *const columns[] = { "role_name", "name", "person", "phone", "email", "channel",
	"verified_on", "is_stale", "id", NULL };
static const char *const recipient_columns[] = { "role", "title", "side", "count", NULL };

const struct op ops_contact[] = {
	{ "contact list", "GET", "/contacts", RIGHT_READ, 0, list_params, list, columns,
	    "khien contact list --role provincial_police" },
	{ "contact show", "GET", "/contacts/{id}", RIGHT_READ, 0, id_params, show, NULL,
	    "khien contact show 0198c0de-0000-7000-8000-000000000001" },
	{ "contact add", "POST", "/contacts", RIGHTS, OP_WRITE | OP_CREATED, add_params, add, NULL,
	    "khien contact add --role system_owner --name \"UBND tỉnh Ví Dụ\" --channel eoffice" },
	{ "contact edit", "PATCH", "/contacts/{id}", RIGHTS, OP_WRITE, edit_params, edit, NULL,
	    "khien contact edit 0198c0de-0000-7000-8000-000000000001 --phone \"0200 000 0101\"" },
	{ "contact verify", "POST", "/contacts/{id}/verify", RIGHTS, OP_WRITE, verify_params, verify,
	    NULL, "khien contact verify 0198c0de-0000-7000-8000-000000000001 --how \"Gọi lại số trực ban\"" },
	{ "contact retire", "POST", "/contacts/{id}/retire", RIGHTS, OP_WRITE, retire_params, retire,
	    NULL, "khien contact retire 0198c0de-0000-7000-8000-000000000001 --reason \"Đơn vị đã hợp nhất\"" },
	{ "recipient list", "GET", "/recipients", RIGHT_READ, 0, NULL, recipients, recipient_columns,
	    "khien recipient list" },
	{ 0 },
};
