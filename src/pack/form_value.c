/* SPDX-License-Identifier: Apache-2.0 */
/* form_value.c: what a form's conditions and paths say about values and facts. */
#include <ctype.h>
#include <stdio.h>

#include "pack/form.h"

const struct form_field *
form_field(const struct pack_form *form, const char *id)
{
	for (size_t i = 0; i < form->fields; i++)
		if (strcmp(form->field[i].id, id) == 0)
			return &form->field[i];
	return NULL;
}

const struct form_choice *
form_choice(const struct form_field *field, const char *id)
{
	for (size_t i = 0; i < field->choices; i++)
		if (str_eq(field->choice[i].id, id))
			return &field->choice[i];
	return NULL;
}

const struct form_column *
form_column(const struct form_field *field, const char *id)
{
	for (size_t i = 0; i < field->columns; i++)
		if (strcmp(field->col[i].id, id) == 0)
			return &field->col[i];
	return NULL;
}

bool
form_given(const struct json *value)
{
	switch (json_kind(value)) {
	case JSON_KIND_NULL:
		return false;
	case JSON_KIND_STRING: {
		const char *s = json_str(value);

		return s[strspn(s, " \t\r\n")] != '\0';
	}
	case JSON_KIND_ARRAY:
	case JSON_KIND_OBJECT:
		return json_len(value) > 0;
	default:
		return true;
	}
}

const struct json *
form_fact(const struct json *facts, const char *path)
{
	const struct json *at = facts;

	while (at != NULL && *path != '\0') {
		char name[96];
		size_t n = strcspn(path, ".");

		if (n >= sizeof(name))
			return NULL;
		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		at = json_kind(at) == JSON_KIND_ARRAY && isdigit((unsigned char)name[0]) ?
		    json_at(at, (size_t)strtoul(name, NULL, 10)) : json_get(at, name);
		path += n + (path[n] == '.');
	}
	return at;
}

bool
form_variant(const char *const *list, size_t count, const char *variant)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i], variant))
			return true;
	return count == 0;
}

static bool
is_chosen(const struct json *value, const char *id)
{
	if (json_kind(value) == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_len(value); i++)
			if (str_eq(json_str(json_at(value, i)), id))
				return true;
		return false;
	}
	if (json_kind(value) == JSON_KIND_BOOL)
		return json_bool(value, false) == str_eq(id, "true");
	return str_eq(json_str(value), id);
}

bool
form_holds(const struct pack_form *form, const char *condition, const struct json *values,
    const struct json *facts)
{
	const struct json *value;
	const char *id;
	char name[96] = "";
	bool want = true, is;

	if (str_empty(condition))
		return true;
	if (*condition == '!') {
		want = false;
		condition++;
	}
	sscanf(condition, "%95[^=]", name);
	id = strchr(condition, '=');
	value = json_get(values, name);
	if (value == NULL && (form == NULL || form_field(form, name) == NULL))
		value = form_fact(facts, name);
	if (id != NULL)
		is = is_chosen(value, id + 1);
	else
		is = json_kind(value) == JSON_KIND_BOOL ? json_bool(value, false) :
		    form_given(value);
	return is == want;
}

bool
form_asks(const struct pack_form *form, const struct form_field *field, const char *variant,
    const struct json *values, const struct json *facts)
{
	return form_variant(field->variant, field->variant_count, variant) &&
	    form_holds(form, field->only_if, values, facts);
}

bool
form_slot(const char *text, struct form_slot *ret)
{
	const char *p = text;
	size_t n;

	while ((p = strchr(p, '{')) != NULL && p[1] == '{')
		p += 2;
	if (p == NULL)
		return false;
	*ret = (struct form_slot){ .start = p, .end = p + 1 };
	n = strspn(p + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
	if (n == 0 || n >= sizeof(ret->name))
		return true;
	p += 1 + n;
	if (*p == ':') {
		size_t m = strspn(p + 1, "abcdefghijklmnopqrstuvwxyz0123456789");

		if (m == 0 || m >= sizeof(ret->spec))
			return true;
		memcpy(ret->spec, p + 1, m);
		p += 1 + m;
	}
	if (*p == '?') {
		ret->optional = true;
		p++;
	}
	if (*p != '}')
		return true;
	memcpy(ret->name, ret->start + 1, n);
	ret->end = p + 1;
	return true;
}
