/* SPDX-License-Identifier: Apache-2.0 */
/* document_check.c: what a paper still lacks, and what in it cannot be right; told, never refused. */
#include <stdio.h>

#include "app/document_part.h"
#include "app/led.h"
#include "base/utf8.h"
#include "model/observable.h"
#include "text/mime.h"

/* One field under examination. */
struct look {
	struct document_check *check;
	const struct form_field *field;
	const struct json *value;
	struct jsonw *w;
};

static void
begin(struct look *l)
{
	const char *lang = lang_code(l->check->call->lang);

	jsonw_object(l->w);
	jsonw_kstring(l->w, "field", l->field->id);
	jsonw_kstring(l->w, "label", pack_say(&l->field->label, lang));
}

/* ${args}: name, value pairs ended by NULL. */
static void
fault(struct look *l, const char *key, const char *const *args)
{
	struct buf text = BUF_INIT(2000);
	const char *names[4], *values[4];
	size_t n = 0;

	for (; args[2 * n] != NULL && n < ARRAY_LEN(names); n++) {
		names[n] = args[2 * n];
		values[n] = args[2 * n + 1];
	}
	words_format(&text, l->check->call->lang, key, names, values, n);
	begin(l);
	jsonw_kstring(l->w, "message", buf_str(&text));
	jsonw_object_end(l->w);
	l->check->faults++;
	buf_clear(&text);
}

/* ---- inside addresses -------------------------------------------------------------------------- */

struct inside {
	char ip[64];
};

static void
see_ip(void *ctx, enum observable_type type, const char *value)
{
	struct inside *inside = ctx;

	if (type == OBSERVABLE_IP && *inside->ip == '\0' && observable_is_private_ip(value))
		snprintf(inside->ip, sizeof(inside->ip), "%s", value);
}

/* The first inside address in any text of ${value}, however deep. */
static void
find_inside(const struct json *value, struct inside *inside)
{
	const char *text = json_str(value), *key;
	struct json *member;
	void *it = NULL;

	if (text != NULL)
		observable_extract(text, strlen(text), see_ip, inside);
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_len(value); i++)
		find_inside(json_at(value, i), inside);
	while (json_kind(value) == JSON_KIND_OBJECT && json_next(value, &it, &key, &member))
		find_inside(member, inside);
}

/* ---- rules of the form --------------------------------------------------------------------------- */

/* What a rule compares with: another field, else a fact. */
static const char *
other_when(const struct look *l, const char *name)
{
	const struct json *value = json_get(l->check->values, name);

	return json_str(value != NULL ? value : form_fact(l->check->facts, name));
}

/* Days and times as text compare as far as both say something. */
static int
compare_when(const char *a, const char *b)
{
	size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, n);
}

static const char *
label_of(const struct look *l, const char *name)
{
	const struct form_field *field = form_field(l->check->form, name);

	return field == NULL ? name : pack_say(&field->label, lang_code(l->check->call->lang));
}

static void
check_order(struct look *l, const char *name, int wrong, const char *key)
{
	const char *mine = json_str(l->value), *other = other_when(l, name);

	if (mine == NULL || other == NULL || l->field->type == FORM_TIME || document_is_time(other))
		return;
	if (compare_when(mine, other) * wrong > 0)
		fault(l, key, WORDS_ARGS("other", label_of(l, name)));
}

static bool
ticked(const struct look *l)
{
	const char *choice = l->field->rule_choice;

	if (l->field->type == FORM_CHOICES)
		return str_empty(choice) || document_has(l->value, choice);
	if (l->field->type == FORM_CHOICE)
		return str_empty(choice) || str_eq(json_str(l->value), choice);
	return json_kind(l->value) != JSON_KIND_BOOL || json_bool(l->value, false);
}

static void
check_sent(struct look *l, const char *role)
{
	const struct json *sent = json_get(l->check->facts, "notice_sent_to");
	const char *key = arena_printf(l->check->call->arena, "@contact.role.%s", role);

	if (ticked(l) && !document_has(sent, role))
		fault(l, "document.fault.sent_to", WORDS_ARGS("role",
		    words_has(l->check->call->lang, key + 1) ? key : role));
}

static void
check_chars(struct look *l, const char *number)
{
	size_t max = (size_t)strtoul(number, NULL, 10);
	const char *text = json_str(l->value);

	if (max > 0 && text != NULL && utf8_count(text) > max)
		fault(l, "document.fault.too_long", WORDS_ARGS("max", number, "count",
		    text_int(l->check->call, (int64_t)utf8_count(text))));
}

static void
check_emails(struct look *l)
{
	const char *p = json_str(l->value);
	char address[300];

	while (p != NULL && *p != '\0') {
		size_t len = strcspn(p, " ,;");

		snprintf(address, sizeof(address), "%.*s", (int)(len < 299 ? len : 299), p);
		if (len > 0 && !mime_address_valid(address)) {
			fault(l, "document.fault.email", WORDS_ARGS("value", address));
			return;
		}
		p += len + (p[len] != '\0');
	}
}

static void
check_phone(struct look *l)
{
	const char *text = json_str(l->value);
	size_t digits = 0;

	for (const char *p = text; p != NULL && *p != '\0'; p++)
		digits += *p >= '0' && *p <= '9';
	if (text != NULL && digits < 3)
		fault(l, "document.fault.phone", WORDS_ARGS("value", text));
}

static void
check_public(struct look *l)
{
	struct inside inside = { "" };

	find_inside(l->value, &inside);
	if (*inside.ip != '\0')
		fault(l, "document.fault.private_ip", WORDS_ARGS("value", inside.ip));
}

static void
check_rule(struct look *l, const char *rule)
{
	const char *arg = strchr(rule, ':');
	size_t len = arg == NULL ? strlen(rule) : (size_t)(arg - rule);
	const char *name = arena_strndup(l->check->call->arena, rule, len);
	const char *now = json_str(form_fact(l->check->facts, "now.datetime"));

	arg = arg == NULL ? "" : arg + 1;
	if (str_eq(name, "not_before"))
		check_order(l, arg, -1, "document.fault.not_before");
	else if (str_eq(name, "not_after"))
		check_order(l, arg, 1, "document.fault.not_after");
	else if (str_eq(name, "not_future") && now != NULL && json_str(l->value) != NULL &&
	    l->field->type != FORM_TIME && compare_when(json_str(l->value), now) > 0)
		fault(l, "document.fault.future", (const char *const[]){ NULL });
	else if (str_eq(name, "not_past") && now != NULL && json_str(l->value) != NULL &&
	    l->field->type != FORM_TIME && compare_when(json_str(l->value), now) < 0)
		fault(l, "document.fault.past", (const char *const[]){ NULL });
	else if (str_eq(name, "sent_to"))
		check_sent(l, arg);
	else if (str_eq(name, "max_chars"))
		check_chars(l, arg);
	else if (str_eq(name, "emails"))
		check_emails(l);
	else if (str_eq(name, "phone"))
		check_phone(l);
}

/* ---- what every field is asked ------------------------------------------------------------------- */

/* "Khác, đó là …" needs the words. */
static void
check_choice_words(struct look *l)
{
	const struct json *texts = json_get(l->check->values,
	    arena_printf(l->check->call->arena, "%s_text", l->field->id));

	for (size_t i = 0; i < l->field->choices; i++) {
		const struct form_choice *c = &l->field->choice[i];
		bool chosen = l->field->type == FORM_CHOICE ? str_eq(json_str(l->value), c->id) :
		    document_has(l->value, c->id);

		if (chosen && c->with_text && str_empty(json_get_str(texts, c->id)))
			fault(l, "document.fault.choice_text", WORDS_ARGS("choice",
			    pack_say(&c->text, lang_code(l->check->call->lang))));
	}
}

static void
check_rows(struct look *l)
{
	const char *lang = lang_code(l->check->call->lang);

	for (size_t i = 0; i < json_len(l->value); i++)
		for (size_t c = 0; c < l->field->columns; c++)
			if (l->field->col[c].required &&
			    !form_given(json_get(json_at(l->value, i), l->field->col[c].id)))
				fault(l, "document.fault.cell", WORDS_ARGS("column",
				    pack_say(&l->field->col[c].label, lang), "row",
				    text_int(l->check->call, (int64_t)i + 1)));
}

static void
check_given(struct look *l)
{
	char max[24];

	if (l->field->max > 0) {
		snprintf(max, sizeof(max), "%d", l->field->max);
		check_chars(l, max);
	}
	if (l->field->choices > 0)
		check_choice_words(l);
	if (l->field->type == FORM_TABLE)
		check_rows(l);
	check_public(l);
	for (size_t i = 0; i < l->field->rule.count; i++)
		check_rule(l, l->field->rule.s[i]);
}

static bool
asked(const struct document_check *check, const struct form_field *field)
{
	return form_asks(check->form, field, check->variant, check->values, check->facts);
}

void
document_check(struct document_check *check)
{
	struct jsonw *w = check->call->out;
	struct look l = { .check = check, .w = w };

	check->gaps = check->faults = 0;
	jsonw_karray(w, "gaps");
	for (size_t i = 0; i < check->form->fields; i++) {
		l.field = &check->form->field[i];
		if (!l.field->required || form_given(json_get(check->values, l.field->id)) ||
		    !asked(check, l.field))
			continue;
		begin(&l);
		jsonw_object_end(w);
		check->gaps++;
	}
	jsonw_array_end(w);
	jsonw_karray(w, "faults");
	for (size_t i = 0; i < check->form->fields; i++) {
		l.field = &check->form->field[i];
		l.value = json_get(check->values, l.field->id);
		if (form_given(l.value) && asked(check, l.field))
			check_given(&l);
	}
	jsonw_array_end(w);
}
