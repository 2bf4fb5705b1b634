/* SPDX-License-Identifier: Apache-2.0 */
/* document_fill.c: facts into the fields of a form. */
#include <stdio.h>

#include "app/document_part.h"
#include "model/observable.h"

#define DAY_LEN 10 /* of 2026-11-22T14:30 */

/* ---- one text for one fact -------------------------------------------------------------------- */

/* What a fact says in words; false when it says nothing. */
bool
document_say(const struct json *fact, struct buf *out)
{
	static const char *const names[] = { "text", "title", "name", "value", "question" };
	size_t before = out->len;

	switch (json_kind(fact)) {
	case JSON_KIND_STRING:
		buf_adds(out, json_str(fact));
		break;
	case JSON_KIND_INT:
		buf_printf(out, "%lld", (long long)json_int(fact, 0));
		break;
	case JSON_KIND_BOOL:
		buf_adds(out, json_bool(fact, false) ? "true" : "false");
		break;
	case JSON_KIND_OBJECT:
		for (size_t i = 0; i < ARRAY_LEN(names) && out->len == before; i++)
			document_say(json_get(fact, names[i]), out);
		break;
	default:
		break;
	}
	return out->len > before;
}

static struct json *
new_text(struct buf *text)
{
	struct json *value = text->len == 0 || text->full ? NULL : json_new_string(buf_str(text));

	buf_clear(text);
	return value;
}

static struct json *
fill_line(const struct json *fact, const char *between)
{
	struct buf text = BUF_INIT(DOCUMENT_FIELD_MAX);

	if (json_kind(fact) != JSON_KIND_ARRAY) {
		document_say(fact, &text);
		return new_text(&text);
	}
	for (size_t i = 0; i < json_len(fact); i++) {
		size_t before = text.len;

		if (text.len > 0)
			buf_adds(&text, between);
		if (!document_say(json_at(fact, i), &text))
			text.len = before;
	}
	if (text.data != NULL)
		text.data[text.len] = '\0';
	return new_text(&text);
}

/* ---- days and times ------------------------------------------------------------------------------ */

static bool
digits_as(const char *text, const char *shape)
{
	for (; *shape != '\0'; shape++, text++)
		if (*shape == '0' ? *text < '0' || *text > '9' : *text != *shape)
			return false;
	return *text == '\0';
}

bool
document_is_day(const char *text)
{
	int64_t ms;

	return digits_as(text, "0000-00-00") && clock_parse(text, &ms);
}

bool
document_is_time(const char *text)
{
	return digits_as(text, "00:00") && strncmp(text, "23", 2) <= 0 && text[3] <= '5';
}

bool
document_is_datetime(const char *text)
{
	int64_t ms;

	return digits_as(text, "0000-00-00T00:00") && clock_parse(text, &ms);
}

static struct json *
fill_when(const struct json *fact, enum form_type type)
{
	const char *text = json_str(fact);
	char day[DAY_LEN + 1];

	if (text == NULL)
		return NULL;
	if (type == FORM_TIME)
		return document_is_time(text) ? json_new_string(text) :
		    document_is_datetime(text) ? json_new_string(text + DAY_LEN + 1) : NULL;
	if (type == FORM_DATETIME)
		return document_is_datetime(text) ? json_new_string(text) : NULL;
	snprintf(day, sizeof(day), "%s", text);
	return document_is_day(day) ? json_new_string(day) : NULL;
}

/* ---- choices --------------------------------------------------------------------------------------- */

/* Whether two texts are the same but for the case of ASCII letters and blanks around. */
static bool
same(const char *a, size_t len, const char *b)
{
	while (len > 0 && *a == ' ')
		a++, len--;
	while (len > 0 && a[len - 1] == ' ')
		len--;
	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		char x = a[i] >= 'A' && a[i] <= 'Z' ? (char)(a[i] + 32) : a[i];
		char y = b[i] >= 'A' && b[i] <= 'Z' ? (char)(b[i] + 32) : b[i];

		if (x != y)
			return false;
	}
	return true;
}

static const struct form_choice *
choice_for(const struct form_field *field, const char *text, size_t len)
{
	for (size_t i = 0; i < field->choices; i++) {
		const struct form_choice *c = &field->choice[i];

		if (same(text, len, c->id) || same(text, len, c->text.vi))
			return c;
		for (size_t k = 0; k < c->match_count; k++)
			if (same(text, len, c->match[k]))
				return c;
	}
	return NULL;
}

static struct json *
fill_choice(const struct form_field *field, const struct json *fact)
{
	struct buf text = BUF_INIT(1000);
	const struct form_choice *c;

	document_say(fact, &text);
	c = choice_for(field, buf_str(&text), text.len);
	buf_clear(&text);
	return c == NULL ? NULL : json_new_string(c->id);
}

struct chosen {
	const struct form_field *field;
	struct json *ids, *texts;
};

bool
document_has(const struct json *list, const char *id)
{
	for (size_t i = 0; i < json_len(list); i++)
		if (str_eq(json_str(json_at(list, i)), id))
			return true;
	return false;
}

/* What is none of the choices goes to the one that takes words ("Khác: …"), the last of them. */
static void
choose(struct chosen *chosen, const char *text, size_t len, const char *words)
{
	const struct form_choice *c = choice_for(chosen->field, text, len), *other = NULL;
	struct buf all = BUF_INIT(2000);

	for (size_t i = 0; i < chosen->field->choices; i++)
		if (chosen->field->choice[i].with_text)
			other = &chosen->field->choice[i];
	if (c == NULL && other != NULL && len > 0) {
		c = other;
		if (json_get_str(chosen->texts, c->id) != NULL)
			buf_printf(&all, "%s, ", json_get_str(chosen->texts, c->id));
		buf_add(&all, text, len);
		words = all.full ? NULL : buf_str(&all);
	}
	if (c != NULL) {
		if (!document_has(chosen->ids, c->id))
			json_append(chosen->ids, json_new_string(c->id));
		if (words != NULL && c->with_text)
			json_set_str(chosen->texts, c->id, words);
	}
	buf_clear(&all);
}

static void
choose_words(struct chosen *chosen, const char *text)
{
	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, ",;\n");
		size_t blank = strspn(text, " ");

		if (len > blank)
			choose(chosen, text + blank, len - blank, NULL);
		text += len + (text[len] != '\0');
	}
}

/* The text of choices goes to its own member of the values, "<field>_text". */
static struct json *
fill_choices(const struct form_field *field, const struct json *fact, struct json *values)
{
	struct chosen chosen = { field, json_new_array(), json_new_object() };

	choose_words(&chosen, json_str(fact));
	for (size_t i = 0; i < json_len(fact); i++) {
		const struct json *item = json_at(fact, i);
		const char *id = json_kind(item) == JSON_KIND_OBJECT ? json_get_str(item, "id") : json_str(item);

		if (id != NULL)
			choose(&chosen, id, strlen(id), json_get_str(item, "text"));
	}
	if (json_len(chosen.texts) > 0) {
		char name[80];

		snprintf(name, sizeof(name), "%.60s_text", field->id);
		json_set(values, name, chosen.texts);
	} else {
		json_free(chosen.texts);
	}
	if (json_len(chosen.ids) > 0)
		return chosen.ids;
	json_free(chosen.ids);
	return NULL;
}

/* ---- lists and tables --------------------------------------------------------------------------------- */

static bool
is_public(const char *text, size_t len)
{
	char copy[OBSERVABLE_SIZE], ip[OBSERVABLE_SIZE];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return observable_normalise(OBSERVABLE_IP, copy, ip, NULL) == 0 && !observable_is_private_ip(ip);
}

static void
append(struct json *list, const struct form_field *field, const char *text, size_t len)
{
	char *copy;

	if (len == 0 || (field->type == FORM_IPS && !is_public(text, len)))
		return;
	copy = xmalloc(len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	json_append(list, json_new_string(copy));
	free(copy);
}

static struct json *
fill_list(const struct form_field *field, const struct json *fact)
{
	const char *separators = field->type == FORM_LIST ? "\n" : " ,;\n\t";
	const char *text = json_str(fact);
	struct json *list = json_new_array();

	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, separators);

		append(list, field, text, len);
		text += len + (text[len] != '\0');
	}
	for (size_t i = 0; i < json_len(fact); i++) {
		struct buf item = BUF_INIT(DOCUMENT_FIELD_MAX);

		if (document_say(json_at(fact, i), &item))
			append(list, field, item.data, item.len);
		buf_clear(&item);
	}
	if (json_len(list) > 0)
		return list;
	json_free(list);
	return NULL;
}

/* What a cell takes from a fact; the column's type is only "text" or the like. */
static struct json *
fill_cell(const struct form_column *col, const struct json *fact)
{
	if (str_eq(col->type, "int") || str_eq(col->type, "money"))
		return json_kind(fact) == JSON_KIND_INT ? json_clone(fact) : NULL;
	if (str_eq(col->type, "bool"))
		return json_kind(fact) == JSON_KIND_BOOL ? json_clone(fact) : NULL;
	if (str_eq(col->type, "date"))
		return fill_when(fact, FORM_DATE);
	if (str_eq(col->type, "time"))
		return fill_when(fact, FORM_TIME);
	if (str_eq(col->type, "datetime"))
		return fill_when(fact, FORM_DATETIME);
	return fill_line(fact, ", ");
}

static struct json *
fill_table(const struct form_field *field, const struct json *fact)
{
	struct json *rows = json_new_array();

	for (size_t i = 0; i < json_len(fact) && i < DOCUMENT_ITEMS_MAX; i++) {
		const struct json *item = json_at(fact, i);
		struct json *row = json_new_object();

		if (json_get_str(item, "row") != NULL)
			json_set_str(row, "row", json_get_str(item, "row"));
		for (size_t c = 0; c < field->columns; c++) {
			struct json *cell = fill_cell(&field->col[c], json_get(item, field->col[c].id));

			if (cell != NULL)
				json_set(row, field->col[c].id, cell);
		}
		if (json_len(row) > 0)
			json_append(rows, row);
		else
			json_free(row);
	}
	if (json_len(rows) > 0)
		return rows;
	json_free(rows);
	return NULL;
}

/* ---- a field from its facts ----------------------------------------------------------------------------- */

static struct json *
fill(const struct form_field *field, const struct json *fact, struct json *values)
{
	switch (field->type) {
	case FORM_LINE:
		return fill_line(fact, ", ");
	case FORM_TEXT:
		return fill_line(fact, "\n");
	case FORM_DATE:
	case FORM_TIME:
	case FORM_DATETIME:
		return fill_when(fact, field->type);
	case FORM_INT:
	case FORM_MONEY:
		return json_kind(fact) == JSON_KIND_INT ? json_clone(fact) : NULL;
	case FORM_BOOL:
		return json_kind(fact) == JSON_KIND_BOOL ? json_clone(fact) : NULL;
	case FORM_CHOICE:
		return fill_choice(field, fact);
	case FORM_CHOICES:
		return fill_choices(field, fact, values);
	case FORM_TABLE:
		return fill_table(field, fact);
	default:
		return fill_list(field, fact);
	}
}

struct json *
document_fill(const struct pack_form *form, const char *variant, const struct json *facts)
{
	struct json *values = json_new_object();

	for (size_t i = 0; i < form->fields; i++) {
		const struct form_field *field = &form->field[i];
		struct json *value = NULL;

		if (!form_variant(field->variant, field->variant_count, variant))
			continue;
		for (size_t k = 0; k < field->from_count && value == NULL; k++)
			value = fill(field, form_fact(facts, field->from[k]), values);
		if (value == NULL && !str_empty(field->draft.vi))
			value = document_sketch(field->draft.vi, facts);
		if (value != NULL)
			json_set(values, field->id, value);
	}
	return values;
}
