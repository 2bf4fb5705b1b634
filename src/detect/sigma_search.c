/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_search.c: the named selections of a detection. */
#include "detect/sigma_part.h"

struct sigma_expr *
sigma_expr_new(struct sigma_reader *r, enum sigma_op op, size_t subs)
{
	struct sigma_expr *e = arena_alloc(r->arena, sizeof(*e));

	e->op = op;
	e->subs = subs;
	e->sub = arena_alloc(r->arena, (subs + 1) * sizeof(*e->sub));
	return e;
}

/* A map: all of its items. */
static int
read_map(struct sigma_reader *r, const struct yaml_node *map, struct sigma_expr **ret)
{
	struct sigma_expr *e = sigma_expr_new(r, SIGMA_AND, map->count);

	for (size_t i = 0; i < map->count; i++) {
		int failed = sigma_item(r, map->key[i]->text, map->key[i], map->item[i], &e->sub[i]);

		if (failed != 0)
			return failed;
	}
	*ret = map->count == 1 ? e->sub[0] : e;
	return 0;
}

/* A list: any of its maps and keywords. */
static int
read_list(struct sigma_reader *r, const struct yaml_node *list, struct sigma_expr **ret)
{
	struct sigma_expr *e = sigma_expr_new(r, SIGMA_OR, list->count);

	for (size_t i = 0; i < list->count; i++) {
		const struct yaml_node *item = list->item[i];
		int failed = item->kind == YAML_MAP && item->count > 0 ? read_map(r, item, &e->sub[i])
		    : sigma_item(r, "", item, item, &e->sub[i]);

		if (failed != 0)
			return failed;
	}
	*ret = list->count == 1 ? e->sub[0] : e;
	return 0;
}

static int
read_search(struct sigma_reader *r, const struct yaml_node *key, const struct yaml_node *value,
    struct sigma_search *ret)
{
	struct sigma_expr *e = NULL, *named;
	int failed;

	if (value->kind == YAML_SCALAR ? yaml_is_null(value) : value->count == 0)
		return sigma_refuse(r, key, "sigma.empty", "name", key->text);
	if (value->kind == YAML_MAP)
		failed = read_map(r, value, &e);
	else if (value->kind == YAML_LIST)
		failed = read_list(r, value, &e);
	else
		failed = sigma_item(r, "", key, value, &e);
	if (failed != 0)
		return failed;
	named = sigma_expr_new(r, SIGMA_AND, 1);
	named->sub[0] = e;
	named->selection = arena_strdup(r->arena, key->text);
	*ret = (struct sigma_search){ named->selection, named };
	return 0;
}

int
sigma_searches(struct sigma_reader *r, const struct yaml_node *map, const char *but,
    struct sigma_searches *ret)
{
	*ret = (struct sigma_searches){ arena_alloc(r->arena, (map->count + 1) * sizeof(*ret->search)), 0 };
	for (size_t i = 0; i < map->count; i++) {
		const char *name = map->key[i]->text;
		int failed;

		if (str_eq(name, "condition") || str_eq(name, "timeframe") || str_eq(name, but))
			continue;
		failed = read_search(r, map->key[i], map->item[i], &ret->search[ret->count++]);
		if (failed != 0)
			return failed;
	}
	return 0;
}
