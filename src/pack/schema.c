/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/schema.h"

#include <ctype.h>
#include <stdio.h>

#include "base/clock.h"

#define NEAR_MAX 40 /* longer words are not compared */

static void
tell(struct schema_read *r, const struct yaml_node *node, const char *key, const char *field,
    const char *name, const char *value)
{
	schema_fault(r, node->line, node->column, key, field, name, value, NULL, NULL);
}

void
schema_fault(struct schema_read *r, int line, int column, const char *key, const char *field,
    const char *name1, const char *value1, const char *name2, const char *value2)
{
	struct err err = { 0 };

	r->faults++;
	if (r->fn == NULL)
		return;
	err_fail(&err, ERR_INVALID, key, field, name1, value1, name2, value2);
	/* As the file writes it; {field} would be its name on a form. */
	if (field != NULL)
		err_arg(&err, "key", field);
	err_where(&err, r->file, line, column);
	r->fn(r->user, &err);
	err_clear(&err);
}

/* Levenshtein's distance. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[NEAR_MAX + 1], na = strlen(a), nb = strlen(b);

	if (na > NEAR_MAX || nb > NEAR_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			best = row[j] + 1 < best ? row[j] + 1 : best;
			row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
		}
	}
	return row[nb];
}

const char *
schema_nearest(const char *word, const char *const *candidates)
{
	const char *best = NULL;
	size_t least = strlen(word) / 3 + 2; /* a third of the letters, and one more */

	for (; *candidates != NULL; candidates++) {
		size_t d = distance(word, *candidates);

		if (d < least) {
			least = d;
			best = *candidates;
		}
	}
	return best;
}

static bool
is_id(const char *s)
{
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++)
		if (!isalnum((unsigned char)*s) && strchr("_.-", *s) == NULL)
			return false;
	return true;
}

static const char *
string(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    size_t max)
{
	if (node->kind != YAML_SCALAR) {
		tell(r, node, "pack.scalar", f->name, NULL, NULL);
		return "";
	}
	if (strlen(node->text) > max) {
		char limit[24];

		snprintf(limit, sizeof(limit), "%zu", max);
		tell(r, node, "pack.long", f->name, "max", limit);
		return "";
	}
	return arena_strdup(r->arena, yaml_is_null(node) ? "" : node->text);
}

static const char *
choice(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f)
{
	const char *text = string(r, node, f, SCHEMA_STRING_MAX);
	const char *near;

	for (const char *const *c = f->choices; *c != NULL; c++)
		if (strcmp(*c, text) == 0)
			return *c;
	if (*text == '\0')
		return ""; /* emptiness is judged by the flags */
	near = schema_nearest(text, f->choices);
	schema_fault(r, node->line, node->column, near == NULL ? "pack.choice" : "pack.choice_near",
	    f->name, "value", text, near == NULL ? NULL : "near", near);
	return "";
}

static const char *
id(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f)
{
	const char *text;

	if (f->choices != NULL)
		return choice(r, node, f);
	text = string(r, node, f, SCHEMA_STRING_MAX);
	if (*text != '\0' && !is_id(text)) {
		tell(r, node, "pack.id", f->name, "value", text);
		return "";
	}
	return text;
}

static const char *
month_day(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f)
{
	const char *text = string(r, node, f, SCHEMA_STRING_MAX);
	char date[16];
	int64_t ms;

	snprintf(date, sizeof(date), "2024-%.5s", text);
	if (*text == '\0' || (strlen(text) == 5 && clock_parse(date, &ms)))
		return text;
	tell(r, node, "pack.month_day", f->name, "value", text);
	return "";
}

static void
date(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    int64_t *ret)
{
	const char *text;

	if (yaml_is_null(node))
		return;
	text = string(r, node, f, SCHEMA_STRING_MAX);
	if (strlen(text) != 10 || text[4] != '-' || !clock_parse(text, ret))
		tell(r, node, "pack.date", f->name, "value", text);
}

static void
number(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f, void *out)
{
	char limits[64];
	int64_t value;

	if (!yaml_int(node, &value)) {
		tell(r, node, "pack.number", f->name, NULL, NULL);
		return;
	}
	if (value < f->min || value > f->max) {
		snprintf(limits, sizeof(limits), "%lld..%lld", (long long)f->min, (long long)f->max);
		tell(r, node, "pack.range", f->name, "limits", limits);
		return;
	}
	if (f->type == FIELD_INT)
		*(int *)out = (int)value;
	else
		*(int64_t *)out = value;
}

static void
text(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    struct pack_text *out)
{
	static const char *const languages[] = { "vi", "en", NULL };

	if (node->kind != YAML_MAP) {
		out->vi = string(r, node, f, SCHEMA_TEXT_MAX);
		if ((f->flags & FIELD_BOTH) && *out->vi != '\0')
			tell(r, node, "pack.both", f->name, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		const char *key = node->key[i]->text;

		if (strcmp(key, "vi") == 0)
			out->vi = string(r, node->item[i], f, SCHEMA_TEXT_MAX);
		else if (strcmp(key, "en") == 0)
			out->en = string(r, node->item[i], f, SCHEMA_TEXT_MAX);
		else
			tell(r, node->key[i], "pack.key_near", f->name, "near",
			    schema_nearest(key, languages) == NULL ? "vi, en"
								   : schema_nearest(key, languages));
	}
	if (str_empty(out->vi) || ((f->flags & FIELD_BOTH) && str_empty(out->en)))
		tell(r, node, "pack.both", f->name, NULL, NULL);
}

/* False when ${node} is not a list of an allowed length. */
static bool
list(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f)
{
	size_t max = f->max > 0 ? (size_t)f->max : SCHEMA_LIST_MAX;
	char limits[48];

	if (node->kind != YAML_LIST) {
		if (!yaml_is_null(node))
			tell(r, node, "pack.list", f->name, NULL, NULL);
		return false;
	}
	if (node->count > max || node->count < (size_t)f->min) {
		snprintf(limits, sizeof(limits), "%zu..%zu", (size_t)f->min, max);
		tell(r, node, "pack.count", f->name, "limits", limits);
		return false;
	}
	return true;
}

void
schema_ids(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    const char ***ret, size_t *ret_count)
{
	bool one = node->kind == YAML_SCALAR && !yaml_is_null(node);
	size_t n;

	if (!one && !list(r, node, f))
		return;
	n = one ? 1 : node->count;
	*ret = arena_alloc(r->arena, (n + 1) * sizeof(**ret));
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = id(r, one ? node : node->item[i], f);
	*ret_count = n;
}

static void
texts(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f, char *out)
{
	struct pack_text *t;

	if (!list(r, node, f))
		return;
	t = arena_alloc(r->arena, (node->count + 1) * sizeof(*t));
	for (size_t i = 0; i < node->count; i++) {
		t[i] = (struct pack_text){ "", "" };
		text(r, node->item[i], f, &t[i]);
		if (*t[i].vi == '\0')
			tell(r, node->item[i], "pack.empty", f->name, NULL, NULL);
	}
	*(struct pack_text **)(void *)(out + f->offset) = t;
	*(size_t *)(void *)(out + f->count_offset) = node->count;
}

/* Items begin with const char *id. */
static void
check_unique(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    const char *items)
{
	for (size_t i = 0; i < node->count; i++) {
		const char *a = *(const char *const *)(const void *)(items + i * f->sub->size);

		for (size_t j = 0; *a != '\0' && j < i; j++) {
			const char *b = *(const char *const *)(const void *)(items + j * f->sub->size);

			if (strcmp(a, b) == 0) {
				tell(r, node->item[i], "pack.twice", f->name, "value", a);
				break;
			}
		}
	}
}

static void
structs(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    char *out)
{
	char *items;

	if (!list(r, node, f))
		return;
	items = arena_alloc(r->arena, (node->count + 1) * f->sub->size);
	for (size_t i = 0; i < node->count; i++)
		schema_fill(r, node->item[i], f->sub, items + i * f->sub->size);
	if (f->flags & FIELD_UNIQUE)
		check_unique(r, node, f, items);
	*(void **)(void *)(out + f->offset) = items;
	*(size_t *)(void *)(out + f->count_offset) = node->count;
}

/* int line, column, one after the other. */
static void
set_place(char *at, const struct yaml_node *node)
{
	int *place = (int *)(void *)at;

	place[0] = node->line;
	place[1] = node->column;
}

static void
read_field(struct schema_read *r, const struct yaml_node *node, const struct schema_field *f,
    char *out)
{
	void *at = out + f->offset;

	if (f->place_offset != 0)
		set_place(out + f->place_offset, node);
	switch (f->type) {
	case FIELD_STRING:
		*(const char **)at = string(r, node, f, SCHEMA_STRING_MAX);
		break;
	case FIELD_ID:
		*(const char **)at = id(r, node, f);
		break;
	case FIELD_CHOICE:
		*(const char **)at = choice(r, node, f);
		break;
	case FIELD_MONTHDAY:
		*(const char **)at = month_day(r, node, f);
		break;
	case FIELD_TEXT:
		text(r, node, f, at);
		break;
	case FIELD_INT:
	case FIELD_LONG:
		number(r, node, f, at);
		break;
	case FIELD_BOOL:
		if (!yaml_bool(node, at))
			tell(r, node, "pack.bool", f->name, NULL, NULL);
		break;
	case FIELD_DATE:
		date(r, node, f, at);
		break;
	case FIELD_IDS:
		schema_ids(r, node, f, at, (size_t *)(void *)(out + f->count_offset));
		break;
	case FIELD_TEXTS:
		texts(r, node, f, out);
		break;
	case FIELD_STRUCT:
		schema_fill(r, node, f->sub, at);
		break;
	case FIELD_LIST:
		structs(r, node, f, out);
		break;
	case FIELD_CUSTOM:
		f->read(r, node, at);
		break;
	}
}

static void
set_empty(const struct schema *schema, char *out)
{
	for (const struct schema_field *f = schema->field; f->name != NULL; f++) {
		void *at = out + f->offset;

		switch (f->type) {
		case FIELD_STRING:
		case FIELD_ID:
		case FIELD_CHOICE:
		case FIELD_MONTHDAY:
			*(const char **)at = "";
			break;
		case FIELD_TEXT:
			*(struct pack_text *)at = (struct pack_text){ "", "" };
			break;
		case FIELD_BOOL:
			*(bool *)at = (f->flags & FIELD_TRUE) != 0;
			break;
		case FIELD_STRUCT:
			set_empty(f->sub, at);
			break;
		default:
			break;
		}
	}
}

/* What the file says of a field that is nothing: absent, null, "", [] or {}. */
static bool
says_nothing(const struct yaml_node *node)
{
	if (node == NULL || yaml_is_null(node))
		return true;
	return node->kind == YAML_SCALAR ? node->text[strspn(node->text, " \t\n")] == '\0'
					 : node->count == 0;
}

static void
check_present(struct schema_read *r, const struct yaml_node *map, const struct schema_field *f)
{
	const struct yaml_node *node = yaml_get(map, f->name);
	bool wanted = (f->flags & FIELD_REQUIRED) || (r->complete && (f->flags & FIELD_COMPLETE));

	if (!wanted || !says_nothing(node))
		return;
	tell(r, node == NULL ? map : node, node == NULL ? "pack.missing" : "pack.empty", f->name,
	    NULL, NULL);
}

static void
unknown_key(struct schema_read *r, const struct yaml_node *key, const struct schema *schema)
{
	const char *names[64];
	const char *near;
	size_t n = 0;

	for (const struct schema_field *f = schema->field; f->name != NULL; f++)
		if (n + 1 < ARRAY_LEN(names))
			names[n++] = f->name;
	names[n] = NULL;
	near = schema_nearest(key->text, names);
	schema_fault(r, key->line, key->column, near == NULL ? "pack.key" : "pack.key_near",
	    key->text, near == NULL ? NULL : "near", near, NULL, NULL);
}

void
schema_fill(struct schema_read *r, const struct yaml_node *node, const struct schema *schema,
    void *out)
{
	set_empty(schema, out);
	if (schema->line_offset != SCHEMA_NO_PLACE)
		set_place((char *)out + schema->line_offset, node);
	if (node->kind != YAML_MAP) {
		tell(r, node, "pack.map", NULL, NULL, NULL);
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		const struct schema_field *f = schema->field;

		while (f->name != NULL && strcmp(f->name, node->key[i]->text) != 0)
			f++;
		if (f->name == NULL)
			unknown_key(r, node->key[i], schema);
		else if (!says_nothing(node->item[i]) || f->type == FIELD_DATE)
			read_field(r, node->item[i], f, out);
	}
	for (const struct schema_field *f = schema->field; f->name != NULL; f++)
		check_present(r, node, f);
}

void
schema_keep_first(void *user, const struct err *err)
{
	struct err *first = user;

	if (first->kind != ERR_NONE)
		return;
	*first = *err;
	first->list = NULL;
}
