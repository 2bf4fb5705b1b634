/* SPDX-License-Identifier: Apache-2.0 */
#include "app/others.h"

#include "app/app.h"
#include "pack/bodies.h"

char *
day_of(int64_t at_ms, char out[static CONTACT_DAY_SIZE])
{
	char iso[CLOCK_TEXT_SIZE];

	clock_iso(at_ms + CLOCK_LOCAL_S * INT64_C(1000), iso);
	memcpy(out, iso, CONTACT_DAY_SIZE - 1);
	out[CONTACT_DAY_SIZE - 1] = '\0';
	return out;
}

int
contact_arg(struct call *call, const char *name, struct contact *ret)
{
	struct arena *a = call->arena;
	struct query q;

	query_open(&q, call->tx, "SELECT id, role, name, person, COALESCE(mobile, phone), is_retired"
	    " FROM contact WHERE id = ? AND agency_id = ?", "tt", arg_text(call, name), call->agency_id);
	if (query_step(&q)) {
		ret->id = arena_strdup(a, query_text(&q, 0));
		ret->role = arena_strdup(a, query_text(&q, 1));
		ret->name = arena_strdup(a, query_text(&q, 2));
		ret->person = arena_strdup(a, query_text(&q, 3));
		ret->phone = arena_strdup(a, query_text(&q, 4));
		ret->is_retired = query_int(&q, 5) != 0;
	} else {
		call_fail(call, ERR_NOT_FOUND, "err.not_found", name);
	}
	query_close(&q);
	return call->err->kind;
}

size_t
contact_warn_name(struct call *call, const char *name, const char *field)
{
	const struct pack_body *gone = pack_body_gone(call->app->packs, name, call->now);
	char when[CLOCK_TEXT_SIZE];

	if (gone == NULL)
		return 0;
	jsonw_object(call->out);
	jsonw_kstring(call->out, "id", "gone");
	jsonw_kstring(call->out, "field", field);
	jsonw_kstring(call->out, "text", words_in(call, call->lang, "contact.warn.gone",
	    (const char *const[]){ "name", pack_say(&gone->names[0], "vi"), "date",
	    clock_vi(gone->until_ms, when) + strlen("00:00 "), "now",
	    pack_say(&gone->now, lang_code(call->lang)), NULL }));
	jsonw_object_end(call->out);
	return 1;
}
