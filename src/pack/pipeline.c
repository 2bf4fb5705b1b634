/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/pipeline.h"

#include "pack/pipeline_part.h"
#include "pack/table.h"

struct whens {
	struct pack_when *list;
	size_t count;
};

struct renames {
	struct pack_rename *list;
	size_t count;
};

static void
bad(struct schema_read *r, const struct yaml_node *node, const char *key)
{
	schema_fault(r, node->line, node->column, key, NULL, NULL, NULL, NULL, NULL);
}

/* A scalar or a list of them. */
static const char **
strings(struct schema_read *r, const struct yaml_node *node, size_t *ret_count)
{
	bool list = node->kind == YAML_LIST;
	size_t n = list ? node->count : 1;
	const char **ret = arena_alloc(r->arena, (n + 1) * sizeof(*ret));

	*ret_count = 0;
	if (n == 0 || n > PACK_VALUES_MAX || node->kind == YAML_MAP)
		bad(r, node, "pack.pipeline.value");
	for (size_t i = 0; node->kind != YAML_MAP && i < n && i < PACK_VALUES_MAX; i++) {
		const struct yaml_node *one = list ? node->item[i] : node;

		if (one->kind != YAML_SCALAR || *one->text == '\0' || strlen(one->text) > SCHEMA_STRING_MAX)
			bad(r, one, "pack.pipeline.value");
		else
			ret[(*ret_count)++] = arena_strdup(r->arena, one->text);
	}
	return ret;
}

static void
read_whens(struct schema_read *r, const struct yaml_node *node, void *out)
{
	struct whens *w = out;

	if (node->kind != YAML_MAP) {
		bad(r, node, "pack.pipeline.map");
		return;
	}
	if (node->count > PACK_WHENS_MAX)
		bad(r, node, "pack.pipeline.map");
	w->list = arena_alloc(r->arena, (node->count + 1) * sizeof(*w->list));
	for (w->count = 0; w->count < node->count && w->count < PACK_WHENS_MAX; w->count++) {
		struct pack_when *one = &w->list[w->count];

		one->field = arena_strdup(r->arena, node->key[w->count]->text);
		one->value = strings(r, node->item[w->count], &one->values);
	}
}

static void
read_renames(struct schema_read *r, const struct yaml_node *node, void *out)
{
	struct renames *n = out;

	if (node->kind != YAML_MAP) {
		bad(r, node, "pack.pipeline.map");
		return;
	}
	n->list = arena_alloc(r->arena, (node->count + 1) * sizeof(*n->list));
	for (n->count = 0; n->count < node->count; n->count++) {
		struct pack_rename *one = &n->list[n->count];

		one->from = arena_strdup(r->arena, node->key[n->count]->text);
		one->to = strings(r, node->item[n->count], &one->tos);
	}
}

_Static_assert(offsetof(struct pack_log_source, whens) - offsetof(struct pack_log_source, when) ==
	offsetof(struct whens, count) &&
    offsetof(struct pack_log_source, fields) - offsetof(struct pack_log_source, field) ==
	offsetof(struct renames, count) &&
    offsetof(struct pack_pipeline, gates) - offsetof(struct pack_pipeline, gate) ==
	offsetof(struct whens, count) &&
    offsetof(struct pack_pipeline, fields) - offsetof(struct pack_pipeline, field) ==
	offsetof(struct renames, count), "lists and their counts lie together");

static const struct schema_field source_fields[] = {
	{ "category", FIELD_STRING, 0, AT(pack_log_source, category) },
	{ "service", FIELD_STRING, 0, AT(pack_log_source, service) },
	{ "product", FIELD_STRING, 0, AT(pack_log_source, product) },
	{ "when", FIELD_CUSTOM, 0, AT(pack_log_source, when), .read = read_whens },
	{ "fields", FIELD_CUSTOM, 0, AT(pack_log_source, field), .read = read_renames },
	{ 0 },
};
static const struct schema source_schema = { source_fields, PLACE(pack_log_source) };

const struct schema_field pipeline_fields[] = {
	PACK_FIELDS,
	{ "product", FIELD_STRING, 0, AT(pack_pipeline, product) },
	{ "whole", FIELD_BOOL, 0, AT(pack_pipeline, whole) },
	{ "gate", FIELD_CUSTOM, REQ, AT(pack_pipeline, gate), .read = read_whens },
	{ "route", FIELD_IDS, 0, LIST_AT(pack_pipeline, route), .max = 2 },
	{ "fields", FIELD_CUSTOM, 0, AT(pack_pipeline, field), .read = read_renames },
	{ "services", FIELD_LIST, 0, ARRAY_AT(pack_pipeline, service, services), .sub = &source_schema },
	{ "categories", FIELD_LIST, 0, ARRAY_AT(pack_pipeline, category, categories),
	    .sub = &source_schema },
	{ 0 },
};
