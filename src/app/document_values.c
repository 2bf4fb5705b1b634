/* SPDX-License-Identifier: Apache-2.0 */
/* document_values.c: what people enter into the fields of a form. */
#include <stdio.h>

#include "app/document_part.h"
#include "app/facts.h"
#include "model/observable.h"

#define VALUES_MAX ((size_t)2 << 20)
#define DAY_LEN    10 /* of 2026-11-22T14:30 */

static int
refuse(struct call *call, const char *key, const char *field, const char *value)
{
	return err_fail(call->err, ERR_INVALID, key, field, "value", value, NULL, NULL);
}

/* Without control characters; line ends as \n, or a blank where a line is wanted. NULL: too long. */
static struct json *
clean(const char *text, bool lines)
{
	size_t n = 0, len = strlen(text);
	struct json *value;
	char *copy;

	if (len > DOCUMENT_FIELD_MAX)
		return NULL;
	copy = xmalloc(len + 1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_c1 = c == 0xc2 && i + 1 < len && (unsigned char)text[i + 1] < 0xa0;

		if (is_c1)
			i++;
		else if (c == '\n' || c == '\t')
			copy[n++] = lines ? (char)c : ' ';
		else if (c >= 0x20 && c != 0x7f)
			copy[n++] = (char)c;
	}
	copy[n] = '\0';
	value = json_new_string(copy);
	free(copy);
	return value;
}

static int
put_text(struct call *call, const char *field, const struct json *given, bool lines,
    struct json **ret)
{
	const char *text = json_str(given);
	char number[24];

	/* A number in a field for words is what it says. */
	if (json_kind(given) == JSON_KIND_INT) {
		snprintf(number, sizeof(number), "%lld", (long long)json_int(given, 0));
		text = number;
	}
	if (text == NULL)
		return refuse(call, "err.document.kind", field, "");
	*ret = clean(text, lines);
	return *ret != NULL ? 0 : err_fail(call->err, ERR_INVALID, "err.too_long", field, "max",
	    "100000", NULL, NULL);
}

static int
put_when(struct call *call, const char *field, const char *type, const struct json *given,
    struct json **ret)
{
	const char *text = json_str(given);
	char local[CLOCK_TEXT_SIZE];
	int64_t ms;

	if (text == NULL)
		return refuse(call, "err.document.kind", field, "");
	if (str_eq(type, "time")) {
		if (!document_is_time(text))
			return refuse(call, "err.document.time", field, text);
		*ret = json_new_string(text);
		return 0;
	}
	if (strlen(text) > 40 || !clock_parse(text, &ms))
		return refuse(call, "err.time", field, text);
	facts_time(ms, local);
	if (str_eq(type, "date"))
		local[DAY_LEN] = '\0';
	*ret = json_new_string(local);
	return 0;
}

static int
put_int(struct call *call, const char *field, const struct json *given, struct json **ret)
{
	const char *text = json_str(given);
	char digits[24];
	size_t n = 0;

	if (json_kind(given) == JSON_KIND_INT) {
		*ret = json_new_int(json_int(given, 0));
		return 0;
	}
	/* "1.234.567" as people write it. */
	for (const char *p = text; p != NULL && *p != '\0'; p++) {
		if (*p == '.' || *p == ' ')
			continue;
		if (*p < '0' || *p > '9' || n == 15)
			return refuse(call, "err.document.number", field, text);
		digits[n++] = *p;
	}
	digits[n] = '\0';
	if (n == 0)
		return refuse(call, "err.document.number", field, text == NULL ? "" : text);
	*ret = json_new_int(strtoll(digits, NULL, 10));
	return 0;
}

/* Types as forms and columns call them. */
static int
put_simple(struct call *call, const char *field, const char *type, const struct json *given,
    struct json **ret)
{
	if (str_eq(type, "date") || str_eq(type, "time") || str_eq(type, "datetime"))
		return put_when(call, field, type, given, ret);
	if (str_eq(type, "int") || str_eq(type, "money"))
		return put_int(call, field, given, ret);
	if (str_eq(type, "bool")) {
		if (json_kind(given) != JSON_KIND_BOOL && !str_eq(json_str(given), "true") &&
		    !str_eq(json_str(given), "false"))
			return refuse(call, "err.bool", field, "");
		*ret = json_new_bool(json_bool(given, str_eq(json_str(given), "true")));
		return 0;
	}
	return put_text(call, field, given, str_eq(type, "text"), ret);
}

static int
put_choices(struct call *call, const struct form_field *field, const struct json *given,
    struct json **ret)
{
	if (json_kind(given) != JSON_KIND_ARRAY)
		return refuse(call, "err.document.kind", field->id, "");
	*ret = json_new_array();
	for (size_t i = 0; i < json_len(given); i++) {
		const char *id = json_str(json_at(given, i));

		if (id == NULL || form_choice(field, id) == NULL)
			return refuse(call, "err.document.choice", field->id, id == NULL ? "" : id);
		if (!document_has(*ret, id))
			json_append(*ret, json_new_string(id));
	}
	return 0;
}

/* Only addresses of the Internet belong on these papers (Mẫu 03: "không liệt kê địa chỉ IP nội bộ"). */
static int
put_ip(struct call *call, const char *field, const char *text, struct json *list)
{
	char ip[OBSERVABLE_SIZE];

	if (observable_normalise(OBSERVABLE_IP, text, ip, NULL) != 0)
		return refuse(call, "err.document.ip", field, text);
	if (observable_is_private_ip(ip))
		return refuse(call, "err.document.private_ip", field, ip);
	json_append(list, json_new_string(ip));
	return 0;
}

static int
put_domain(struct call *call, const char *field, const char *text, struct json *list)
{
	char name[OBSERVABLE_SIZE];

	if (observable_normalise(OBSERVABLE_DOMAIN, text, name, NULL) != 0)
		return refuse(call, "err.document.domain", field, text);
	json_append(list, json_new_string(name));
	return 0;
}

static int
put_list(struct call *call, const struct form_field *field, const struct json *given,
    struct json **ret)
{
	cleanup(json_freep) struct json *split = json_kind(given) == JSON_KIND_STRING ?
	    json_new_array() : NULL;
	const char *separators = field->type == FORM_LIST ? "\n" : " ,;\n\t";

	for (const char *p = json_str(given); p != NULL && *p != '\0';) {
		size_t len = strcspn(p, separators);
		char *part = xmalloc(len + 1);

		memcpy(part, p, len);
		part[len] = '\0';
		if (len > 0)
			json_append(split, json_new_string(part));
		free(part);
		p += len + (p[len] != '\0');
	}
	if (split != NULL)
		given = split;
	if (json_kind(given) != JSON_KIND_ARRAY || json_len(given) > DOCUMENT_ITEMS_MAX)
		return refuse(call, "err.document.kind", field->id, "");
	*ret = json_new_array();
	for (size_t i = 0; i < json_len(given); i++) {
		const char *text = json_str(json_at(given, i));
		struct json *item = NULL;

		if (text == NULL)
			return refuse(call, "err.document.kind", field->id, "");
		if (field->type == FORM_IPS ? put_ip(call, field->id, text, *ret) != 0 :
		    field->type == FORM_DOMAINS && put_domain(call, field->id, text, *ret) != 0)
			return call->err->kind;
		if (field->type == FORM_LIST && put_text(call, field->id, json_at(given, i), false, &item) != 0)
			return call->err->kind;
		if (item != NULL)
			json_append(*ret, item);
	}
	return 0;
}

static int
put_row(struct call *call, const struct form_field *field, const struct json *given,
    struct json *row)
{
	const char *key;
	struct json *cell, *value;
	void *it = NULL;

	while (json_next(given, &it, &key, &cell)) {
		const struct form_column *col = form_column(field, key);

		if (json_kind(cell) == JSON_KIND_NULL || str_eq(json_str(cell), ""))
			continue;
		value = NULL;
		if (col == NULL && !str_eq(key, "row"))
			return refuse(call, "err.document.column", field->id, key);
		if (put_simple(call, field->id, col == NULL ? "line" : col->type, cell, &value) != 0)
			return call->err->kind;
		json_set(row, key, value);
	}
	return 0;
}

static int
put_table(struct call *call, const struct form_field *field, const struct json *given,
    struct json **ret)
{
	if (json_kind(given) != JSON_KIND_ARRAY || json_len(given) > DOCUMENT_ITEMS_MAX)
		return refuse(call, "err.document.kind", field->id, "");
	*ret = json_new_array();
	for (size_t i = 0; i < json_len(given); i++) {
		struct json *row = json_new_object();

		json_append(*ret, row);
		if (json_kind(json_at(given, i)) != JSON_KIND_OBJECT)
			return refuse(call, "err.document.kind", field->id, "");
		if (put_row(call, field, json_at(given, i), row) != 0)
			return call->err->kind;
	}
	return 0;
}

static int
put_field(struct call *call, const struct form_field *field, const struct json *given,
    struct json **ret)
{
	const char *text = json_str(given);

	switch (field->type) {
	case FORM_CHOICE:
		if (text == NULL || form_choice(field, text) == NULL)
			return refuse(call, "err.document.choice", field->id, text == NULL ? "" : text);
		*ret = json_new_string(text);
		return 0;
	case FORM_CHOICES:
		return put_choices(call, field, given, ret);
	case FORM_TABLE:
		return put_table(call, field, given, ret);
	case FORM_LIST:
	case FORM_IPS:
	case FORM_DOMAINS:
		return put_list(call, field, given, ret);
	default:
		return put_simple(call, field->id, form_type_name(field->type), given, ret);
	}
}

/* "<field>_text": the words that go with choices, by choice; one text for a single choice. */
static int
put_words(struct call *call, const struct form_field *field, const struct json *given,
    struct json **ret)
{
	const char *key;
	struct json *text, *value;
	void *it = NULL;

	if (json_kind(given) != JSON_KIND_OBJECT)
		return refuse(call, "err.document.kind", field->id, "");
	*ret = json_new_object();
	while (json_next(given, &it, &key, &text)) {
		value = NULL;
		if (form_choice(field, key) == NULL)
			return refuse(call, "err.document.choice", field->id, key);
		if (json_kind(text) != JSON_KIND_NULL && put_text(call, field->id, text, false, &value) != 0)
			return call->err->kind;
		if (value != NULL)
			json_set(*ret, key, value);
	}
	return 0;
}

/* The field whose words for choices "x_text" are; NULL when it is no such name. */
static const struct form_field *
field_of_words(const struct pack_form *form, const char *key)
{
	size_t len = strlen(key), suffix = strlen("_text");
	char name[80];

	if (len <= suffix || len >= sizeof(name) || strcmp(key + len - suffix, "_text") != 0)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)(len - suffix), key);
	return form_field(form, name);
}

int
document_put(struct call *call, const struct pack_form *form, const struct json *given,
    struct json *values)
{
	struct buf all = BUF_INIT(VALUES_MAX);
	const char *key;
	struct json *entered;
	void *it = NULL;

	while (json_next(given, &it, &key, &entered)) {
		const struct form_field *field = form_field(form, key), *words = NULL;
		struct json *value = NULL;

		if (field == NULL && (words = field_of_words(form, key)) == NULL)
			return refuse(call, "err.document.field", NULL, key);
		if (json_kind(entered) == JSON_KIND_NULL || str_eq(json_str(entered), "")) {
			json_del(values, key);
			continue;
		}
		if ((field != NULL ? put_field(call, field, entered, &value) :
		    put_words(call, words, entered, &value)) != 0) {
			json_free(value);
			return call->err->kind;
		}
		json_set(values, key, value);
	}
	json_write(values, &all);
	if (all.full)
		call_fail(call, ERR_TOO_LARGE, "err.document.too_large", NULL);
	buf_clear(&all);
	return call->err->kind;
}
