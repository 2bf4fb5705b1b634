/* SPDX-License-Identifier: Apache-2.0 */
/* op_form.c: the official forms: which there are, what each asks and is for. */
#include "app/app.h"
#include "app/document.h"
#include "app/ops.h"
#include "app/out.h"

static void
out_strings(struct call *c, const char *key, const char *const *list, size_t n)
{
	jsonw_karray(c->out, key);
	for (size_t i = 0; i < n; i++)
		jsonw_string(c->out, list[i]);
	jsonw_array_end(c->out);
}

static void
out_form(struct call *c, const struct pack_form *f)
{
	const char *lang = lang_code(c->lang), *note = pack_say(&f->note, lang);
	char iso[CLOCK_TEXT_SIZE];

	jsonw_kstring(c->out, "id", f->pack.id);
	jsonw_kint(c->out, "version", f->pack.version);
	jsonw_kstring(c->out, "title", pack_say(&f->pack.title, lang));
	jsonw_kstring(c->out, "note", str_empty(note) ? NULL : note);
	jsonw_kstring(c->out, "layout", f->layout);
	jsonw_kstring(c->out, "doc_type", f->doc_type);
	jsonw_kbool(c->out, "incident", f->incident);
	jsonw_kstring(c->out, "period", str_empty(f->period) ? NULL : f->period);
	jsonw_kstring(c->out, "cover", str_empty(f->cover) ? NULL : f->cover);
	jsonw_kstring(c->out, "mail_tag", str_empty(f->mail_tag) ? NULL : f->mail_tag);
	out_strings(c, "variants", f->variants, f->variants_count);
	out_strings(c, "discharges", f->discharges.s, f->discharges.count);
	out_strings(c, "recipients", f->recipients, f->recipients_count);
	jsonw_kstring(c->out, "source", f->pack.source);
	jsonw_kstring(c->out, "certainty", f->pack.certainty);
	jsonw_kbool(c->out, "own", f->pack.own);
	jsonw_kstring(c->out, "valid_from", f->pack.from_ms == INT64_MIN ? NULL :
	    clock_iso(f->pack.from_ms, iso));
	jsonw_kstring(c->out, "valid_to", f->pack.to_ms == INT64_MAX ? NULL :
	    clock_iso(f->pack.to_ms, iso));
}

static int
form_list(struct call *c)
{
	const struct pack_form *f;

	jsonw_karray(c->out, "items");
	for (size_t i = 0; (f = pack_form_next(c->app->packs, c->now, &i)) != NULL;) {
		jsonw_object(c->out);
		out_form(c, f);
		jsonw_object_end(c->out);
	}
	jsonw_array_end(c->out);
	return 0;
}

static const struct param show_params[] = {
	{ "form", P_LINE, PF_REQUIRED | PF_POSITIONAL, 0, 60, NULL },
	{ 0 },
};

static int
form_show(struct call *c)
{
	const struct pack_form *f = pack_form(c->app->packs, arg_text(c, "form"), c->now);

	if (f == NULL)
		return err_fail(c->err, ERR_NOT_FOUND, "err.document.no_form", "form", "form",
		    arg_text(c, "form"), NULL, NULL);
	out_form(c, f);
	document_grounds(c, f, NULL, c->now, c->out);
	document_out_fields(c, f, "", NULL, NULL);
	return 0;
}

static const char *const columns[] = { "id", "title", "layout", "doc_type", "certainty", NULL };

const struct op ops_form[] = {
	{ "form list", "GET", "/forms", RIGHT_SELF, 0, NULL, form_list, columns, "khien form list" },
	{ "form show", "GET", "/forms/{form}", RIGHT_SELF, 0, show_params, form_show, NULL,
	    "khien form show mau-03" },
	{ 0 },
};
