/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_report.c: what the report form sends becomes the operation "report new".
 *
 * A day without an hour counts from its beginning: the clocks of the law then
 * run from the earliest time it can have been.
 */
#include <ctype.h>
#include <stdio.h>

#include "app/app.h"
#include "base/clock.h"
#include "server/page_form.h"

#define DAY_MS    INT64_C(86400000)
#define DATE_LEN  10
#define CODE_SIZE 10 /* 7K3M-Q2XW and NUL */

/* ---- a code typed by hand ----------------------------------------------------------- */

/* "7k3m q2xw" → "7K3M-Q2XW"; letters that codes do not have are read as what they look like. */
static const char *
tidy_code(struct arena *arena, const char *typed)
{
	char code[CODE_SIZE];
	size_t n = 0;

	for (; *typed != '\0' && n < CODE_SIZE - 1; typed++) {
		char c = (char)toupper((unsigned char)*typed);

		if (!isalnum((unsigned char)c))
			continue;
		if (n == 4)
			code[n++] = '-';
		code[n++] = c == 'O' ? '0' : c == 'I' || c == 'L' ? '1' : c;
	}
	code[n] = '\0';
	return arena_strdup(arena, code);
}

void
page_form(struct page_request *p, struct http_response *res)
{
	const char *typed = url_param(&p->http->query, "ma");

	if (typed == NULL || *typed == '\0')
		form_draw(p, res, NULL);
	else
		http_see_other(res, page_link(p, arena_printf(p->arena, "/bao-su-co/%s",
		    *tidy_code(p->arena, typed) == '\0' ? "-" : tidy_code(p->arena, typed))));
}

/* ---- the form as arguments ------------------------------------------------------------- */

static void
set_given(struct json *args, const char *name, const char *value)
{
	if (*value != '\0')
		json_set_str(args, name, value);
}

static void
set_symptoms(const struct page_request *p, struct json *args)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < p->form->count; i++)
		if (strcmp(p->form->param[i].name, "symptoms") == 0)
			json_append(list, json_new_string(p->form->param[i].value));
	json_set(args, "symptoms", list);
}

/* What was ticked about a chosen symptom, as lines before what was written. */
static void
set_done(struct page_request *p, struct json *args)
{
	cleanup(err_clear) struct err ignored = { 0 };
	cleanup(json_freep) struct json *list = page_read(p, "symptom list", NULL, NULL, &ignored);
	const struct json *items = json_get(list, "items");
	struct buf text = BUF_INIT(16384);

	for (size_t i = 0; i < json_len(items); i++) {
		const struct json *symptom = json_at(items, i), *asks = json_get(symptom, "ask");
		const char *id = text_of(symptom, "id");

		for (size_t k = 0; k < json_len(asks) && form_has(p, "symptoms", id); k++)
			if (form_has(p, "asked", arena_printf(p->arena, "%s.%s", id,
			    text_of(json_at(asks, k), "id"))))
				buf_printf(&text, "– %s\n", text_of(json_at(asks, k), "text"));
	}
	buf_adds(&text, page_field(p, "done"));
	set_given(args, "done", buf_str(&text));
	buf_clear(&text);
}

static void
set_place(struct page_request *p, struct json *args)
{
	const char *system = page_field(p, "system"), *where = page_field(p, "where");

	set_given(args, "system", system);
	if (*system != '\0' && *where != '\0')
		json_set_str(args, "place", arena_printf(p->arena, "%s · %s", system, where));
	else
		set_given(args, "place", where);
}

static int
set_when(struct page_request *p, struct json *args, struct err *err)
{
	const char *when = page_field(p, "when"), *time = page_field(p, "time");
	bool yesterday = strcmp(when, "yesterday") == 0, other = strcmp(when, "other") == 0;
	char day[CLOCK_TEXT_SIZE];

	if (!yesterday && !other && strcmp(when, "today") != 0)
		return 0;
	clock_iso(app_now(p->app) + (int64_t)CLOCK_LOCAL_S * 1000 - (yesterday ? DAY_MS : 0), day);
	if (other) {
		if (*page_field(p, "date") == '\0')
			return err_set(err, ERR_INVALID, "err.page_date", "occurred_at");
		snprintf(day, sizeof(day), "%s", page_field(p, "date"));
	}
	json_set_str(args, "occurred_at", arena_printf(p->arena, "%.*sT%s", DATE_LEN, day,
	    *time == '\0' ? "00:00" : time));
	return 0;
}

static void
set_contact(const struct page_request *p, struct json *args)
{
	const char *reach = page_field(p, "contact");

	set_given(args, "contact_name", page_field(p, "contact_name"));
	set_given(args, "contact_division", page_field(p, "contact_division"));
	set_given(args, strchr(reach, '@') == NULL ? "contact_phone" : "contact_email", reach);
	if (*page_field(p, "contact_name") == '\0' && *reach == '\0')
		json_set_bool(args, "anonymous", *page_field(p, "contact_division") == '\0');
}

void
page_form_send(struct page_request *p, struct http_response *res)
{
	cleanup(json_freep) struct json *answer = NULL;
	cleanup(err_clear) struct err err = { 0 };
	struct json *args = json_new_object();
	const char *path;

	set_symptoms(p, args);
	set_given(args, "description", page_field(p, "description"));
	set_place(p, args);
	set_done(p, args);
	set_contact(p, args);
	set_given(args, "idempotency_key", page_field(p, "idempotency_key"));
	json_set_str(args, "lang", lang_code(p->lang));
	if (set_when(p, args, &err) != 0) {
		json_free(args);
		form_draw(p, res, &err);
		return;
	}
	if (page_call(p, "report new", args, true, &answer, &err) != 0) {
		form_draw(p, res, &err);
		return;
	}
	path = arena_printf(p->arena, "/bao-su-co/%s?moi=1", text_of(answer, "code"));
	http_see_other(res, url_param(&p->http->query, "lang") == NULL ? path :
	    arena_printf(p->arena, "%s&lang=%s", path, lang_code(p->lang)));
}
