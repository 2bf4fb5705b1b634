/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_correlation.c: correlation documents, and the older count(…) by … of conditions. */
#include <math.h>

#include "detect/sigma_part.h"

static const char *const types[] = { "event_count", "value_count", "temporal", "temporal_ordered",
	"value_sum", "value_avg", "value_percentile", "value_median" };
static const char *const cmps[SIGMA_CMPS] = { "gt", "gte", "lt", "lte", "eq", "neq" };

int64_t
sigma_span(const char *text)
{
	static const struct { char unit; int64_t seconds; } units[] = { { 's', 1 }, { 'm', 60 },
		{ 'h', 3600 }, { 'd', 86400 }, { 'w', 7 * 86400 } };
	char *end;
	long n;

	if (text == NULL || *text < '0' || *text > '9')
		return 0;
	n = strtol(text, &end, 10);
	if (n <= 0 || n > 100000000 || *end == '\0' || end[1] != '\0')
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (*end == units[i].unit && n <= INT64_C(9000000000) / units[i].seconds)
			return n * units[i].seconds * 1000000000;
	return 0;
}

const char **
sigma_strings(struct sigma_reader *r, const struct yaml_node *node, size_t *ret_count)
{
	bool list = node != NULL && node->kind == YAML_LIST;
	size_t n = node == NULL ? 0 : list ? node->count : node->kind == YAML_SCALAR;
	const char **ret = arena_alloc(r->arena, (n + 1) * sizeof(*ret));

	*ret_count = 0;
	for (size_t i = 0; i < n; i++) {
		const char *s = sigma_scalar(r, list ? node->item[i] : node);

		if (s != NULL && *s != '\0')
			ret[(*ret_count)++] = s;
	}
	return ret;
}

static bool
is_value(enum sigma_count type)
{
	return type != SIGMA_EVENT_COUNT && type != SIGMA_TEMPORAL && type != SIGMA_TEMPORAL_ORDERED;
}

static int
read_bound(struct sigma_reader *r, const struct yaml_node *key, const struct yaml_node *value,
    struct sigma_correlation *c)
{
	const char *text = sigma_scalar(r, value);
	double n;
	char *end;

	if (text == NULL || (n = strtod(text, &end), *end != '\0' || *text == '\0'))
		return sigma_refuse(r, value, "sigma.number", "value", text == NULL ? "" : text);
	if (str_eq(key->text, "percentile")) {
		if (!(n >= 0 && n <= 100))
			return sigma_refuse(r, value, "sigma.number", "value", text);
		c->percentile = n;
		return 0;
	}
	for (int i = 0; i < SIGMA_CMPS; i++)
		if (str_eq(key->text, cmps[i])) {
			c->bound[c->bounds].cmp = (enum sigma_cmp)i;
			c->bound[c->bounds++].number = n;
			return 0;
		}
	return sigma_refuse(r, key, "sigma.correlation.condition", "name", key->text);
}

static int
read_condition(struct sigma_reader *r, const struct yaml_node *at, const struct yaml_node *node,
    struct sigma_correlation *c)
{
	bool temporal = c->type == SIGMA_TEMPORAL || c->type == SIGMA_TEMPORAL_ORDERED;

	if (node == NULL && temporal)
		return 0;
	if (node == NULL || node->kind != YAML_MAP)
		return sigma_refuse(r, node == NULL ? at : node, "sigma.correlation.condition", "name",
		    node != NULL && node->kind == YAML_SCALAR ? node->text : "condition");
	for (size_t i = 0; i < node->count; i++) {
		int failed = 0;

		if (str_eq(node->key[i]->text, "field"))
			c->field = sigma_strings(r, node->item[i], &c->fields);
		else
			failed = read_bound(r, node->key[i], node->item[i], c);
		if (failed != 0)
			return failed;
	}
	if (is_value(c->type) && (c->fields == 0 || (c->type != SIGMA_VALUE_COUNT && c->fields > 1)))
		return sigma_refuse(r, node, "sigma.correlation.field", NULL, NULL);
	if (!is_value(c->type) && c->fields > 0) /* whoever wrote it means another type */
		return sigma_refuse(r, yaml_get(node, "field"), "sigma.correlation.condition", "name", "field");
	if (c->bounds == 0 && !temporal)
		return sigma_refuse(r, node, "sigma.correlation.condition", "name", "condition");
	return 0;
}

static int
read_aliases(struct sigma_reader *r, const struct yaml_node *node, struct sigma_correlation *c)
{
	if (node == NULL)
		return 0;
	if (node->kind != YAML_MAP)
		return sigma_refuse(r, node, "sigma.correlation.alias", NULL, NULL);
	c->alias = arena_alloc(r->arena, (node->count + 1) * sizeof(*c->alias));
	for (size_t i = 0; i < node->count; i++) {
		const struct yaml_node *map = node->item[i];
		struct sigma_alias *a = &c->alias[c->aliases++];

		if (map->kind != YAML_MAP)
			return sigma_refuse(r, map, "sigma.correlation.alias", NULL, NULL);
		a->name = arena_strdup(r->arena, node->key[i]->text);
		a->rule = arena_alloc(r->arena, (map->count + 1) * sizeof(*a->rule));
		a->field = arena_alloc(r->arena, (map->count + 1) * sizeof(*a->field));
		for (a->rules = 0; a->rules < map->count; a->rules++) {
			const char *field = sigma_scalar(r, map->item[a->rules]);

			if (field == NULL)
				return sigma_refuse(r, map, "sigma.correlation.alias", NULL, NULL);
			a->rule[a->rules] = arena_strdup(r->arena, map->key[a->rules]->text);
			a->field[a->rules] = field;
		}
	}
	return 0;
}

static int
read_type(struct sigma_reader *r, const struct yaml_node *node, struct sigma_correlation *c)
{
	const struct yaml_node *type = yaml_get(node, "type");

	if (type == NULL || type->kind != YAML_SCALAR)
		return sigma_refuse(r, node, "sigma.correlation.type", "type", "");
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_eq(type->text, types[i])) {
			c->type = (enum sigma_count)i;
			return 0;
		}
	return sigma_refuse(r, type, "sigma.correlation.type", "type", type->text);
}

static int
check_keys(struct sigma_reader *r, const struct yaml_node *node)
{
	static const char *const known[] = { "type", "rules", "group-by", "timespan", "condition",
		"aliases", "generate" };

	for (size_t i = 0; i < node->count; i++) {
		bool found = false;

		for (size_t k = 0; !found && k < ARRAY_LEN(known); k++)
			found = str_eq(node->key[i]->text, known[k]);
		if (!found)
			return sigma_refuse(r, node->key[i], "sigma.correlation.key", "name",
			    node->key[i]->text);
	}
	return 0;
}

int
sigma_correlation(struct sigma_reader *r, const struct yaml_node *doc, const struct yaml_node *node,
    struct sigma_correlation **ret)
{
	struct sigma_correlation *c = arena_alloc(r->arena, sizeof(*c));
	const struct yaml_node *span = yaml_get(node, "timespan"), *generate = yaml_get(node, "generate");
	int failed;

	/* The specification has it in the document, most who write rules in the correlation. */
	if (generate == NULL)
		generate = yaml_get(doc, "generate");
	c->percentile = 50;
	if (node->kind != YAML_MAP)
		return sigma_refuse(r, node, "sigma.correlation.type", "type", "");
	failed = check_keys(r, node);
	if (failed == 0)
		failed = read_type(r, node, c);
	if (failed != 0)
		return failed;
	c->ref = sigma_strings(r, yaml_get(node, "rules"), &c->rules);
	c->group = sigma_strings(r, yaml_get(node, "group-by"), &c->groups);
	if (c->rules == 0)
		return sigma_refuse(r, node, "sigma.correlation.rules", NULL, NULL);
	c->span_ns = span == NULL || span->kind != YAML_SCALAR ? 0 : sigma_span(span->text);
	if (c->span_ns == 0)
		return sigma_refuse(r, span == NULL ? node : span, "sigma.correlation.span", NULL, NULL);
	if (generate != NULL && !yaml_bool(generate, &c->generate))
		return sigma_refuse(r, generate, "sigma.correlation.key", "name", "generate");
	failed = read_condition(r, node, yaml_get(node, "condition"), c);
	if (failed == 0)
		failed = read_aliases(r, yaml_get(node, "aliases"), c);
	*ret = c;
	return failed;
}

/* ---- count(field) by a, b > n ---- */

static const char *
skip(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *
word(struct sigma_reader *r, const char **p, const char *stop)
{
	size_t n;

	*p = skip(*p);
	n = strcspn(*p, stop);
	*p += n;
	return arena_strndup(r->arena, *p - n, n);
}

static bool
read_function(struct sigma_reader *r, const char **p, struct sigma_correlation *c)
{
	static const struct { const char *name; enum sigma_count type; } functions[] = {
		{ "count", SIGMA_EVENT_COUNT }, { "sum", SIGMA_VALUE_SUM }, { "avg", SIGMA_VALUE_AVG } };
	const char *name = word(r, p, "( \t\n"), *field;
	size_t i = 0;

	while (i < ARRAY_LEN(functions) && !str_eq(name, functions[i].name))
		i++;
	*p = skip(*p);
	if (i == ARRAY_LEN(functions) || **p != '(')
		return false;
	(*p)++;
	field = word(r, p, ") \t\n");
	*p = skip(*p);
	if (**p != ')')
		return false;
	(*p)++;
	c->type = functions[i].type;
	if (*field != '\0') {
		if (c->type == SIGMA_EVENT_COUNT)
			c->type = SIGMA_VALUE_COUNT;
		c->field = arena_alloc(r->arena, sizeof(*c->field));
		c->field[c->fields++] = field;
	}
	return c->type == SIGMA_EVENT_COUNT || c->fields == 1;
}

static bool
read_groups(struct sigma_reader *r, const char **p, struct sigma_correlation *c)
{
	*p = skip(*p);
	if (strncmp(*p, "by", 2) != 0 || (*p)[2] > ' ')
		return true;
	*p += 2;
	c->group = arena_alloc(r->arena, 16 * sizeof(*c->group));
	do {
		const char *name = word(r, p, ",<>=! \t\n");

		if (*name == '\0' || c->groups == 16)
			return false;
		c->group[c->groups++] = name;
		*p = skip(*p);
	} while (**p == ',' && *++*p != '\0');
	return true;
}

static bool
read_limit(struct sigma_reader *r, const char **p, struct sigma_correlation *c)
{
	static const struct { const char *sign; enum sigma_cmp cmp; } signs[] = { { ">", SIGMA_GT },
		{ ">=", SIGMA_GTE }, { "<", SIGMA_LT }, { "<=", SIGMA_LTE }, { "=", SIGMA_EQ },
		{ "==", SIGMA_EQ }, { "!=", SIGMA_NEQ } };
	size_t n, i = 0;
	const char *number;
	char *end;

	*p = skip(*p);
	n = strspn(*p, "<>=!");
	while (i < ARRAY_LEN(signs) && (strlen(signs[i].sign) != n || strncmp(*p, signs[i].sign, n) != 0))
		i++;
	if (i == ARRAY_LEN(signs))
		return false;
	*p += n;
	number = word(r, p, " \t\r\n");
	c->bound[0].cmp = signs[i].cmp;
	c->bound[0].number = strtod(number, &end);
	c->bounds = 1;
	return *number != '\0' && *end == '\0' && *skip(*p) == '\0';
}

int
sigma_legacy(struct sigma_reader *r, const struct yaml_node *node, const char *text,
    const char *timeframe, struct sigma_correlation **ret)
{
	struct sigma_correlation *c = arena_alloc(r->arena, sizeof(*c));
	const char *p = text;

	c->legacy = true;
	if (!read_function(r, &p, c) || !read_groups(r, &p, c) || !read_limit(r, &p, c))
		return sigma_refuse(r, node, "sigma.aggregation", "text", skip(text));
	if (timeframe != NULL && (c->span_ns = sigma_span(timeframe)) == 0)
		return sigma_refuse(r, node, "sigma.correlation.span", NULL, NULL);
	*ret = c;
	return 0;
}
