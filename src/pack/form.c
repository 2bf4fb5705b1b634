/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/form.h"

#include <stdio.h>

#include "pack/form_part.h"
#include "pack/kinds.h"
#include "pack/table.h"

static const char *const layouts[] = { "nd30", "own", "plain", NULL };
static const char *const doc_types[] = { "BC", "TTr", "TB", "BB", "KH", "PA", "PB", "CV", "QĐ",
	"CĐ", NULL };
static const char *const signatures[] = { "head", "pair", "chair_secretary", "none", NULL };
static const char *const form_periods[] = { "half_year", "year", NULL };
static const char *const types[] = { "line", "text", "date", "time", "datetime", "int", "money",
	"bool", "choice", "choices", "list", "table", "ips", "domains", NULL };
static const char *const column_types[] = { "line", "text", "date", "time", "datetime", "int",
	"money", "bool", "choice", NULL };
static const char *const styles[] = { "normal", "italic", "bold", "center", "right", "note",
	NULL };
static const char *const pages[] = { "break", "landscape", "portrait", NULL };
static const char *const rules[] = { "line", NULL };
static const char *const headers[] = { "motto", "agency", NULL };

static void read_blocks(struct schema_read *r, const struct yaml_node *node, void *out);
static void read_strings(struct schema_read *r, const struct yaml_node *node, void *out);
static void read_grid(struct schema_read *r, const struct yaml_node *node, void *out);
static void read_widths(struct schema_read *r, const struct yaml_node *node, void *out);

static const struct schema_field choice_fields[] = {
	{ "id", FIELD_ID, REQ, AT(form_choice, id) },
	{ "text", FIELD_TEXT, REQ, AT(form_choice, text) },
	{ "with_text", FIELD_BOOL, 0, AT(form_choice, with_text) },
	{ "match", FIELD_IDS, 0, LIST_AT(form_choice, match), .max = 20 },
	{ 0 },
};
static const struct schema choice_schema = { choice_fields, NO_PLACE(form_choice) };

static const struct schema_field column_fields[] = {
	{ "id", FIELD_ID, REQ, AT(form_column, id) },
	{ "label", FIELD_TEXT, REQ, AT(form_column, label) },
	{ "type", FIELD_CHOICE, REQ, AT(form_column, type), .choices = column_types },
	{ "required", FIELD_BOOL, 0, AT(form_column, required) },
	{ "choices", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(form_column, choice, choices),
	    .sub = &choice_schema, .max = 60 },
	{ 0 },
};
static const struct schema column_schema = { column_fields, PLACE(form_column) };

static const struct schema_field row_fields[] = {
	{ "id", FIELD_ID, REQ, AT(form_row, id) },
	{ "text", FIELD_TEXT, REQ, AT(form_row, text) },
	{ 0 },
};
static const struct schema row_schema = { row_fields, NO_PLACE(form_row) };

static const struct schema_field field_fields[] = {
	{ "id", FIELD_ID, REQ, AT(form_field, id) },
	{ "label", FIELD_TEXT, BOTH, AT(form_field, label) },
	{ "type", FIELD_CHOICE, REQ, AT(form_field, type_text), .choices = types },
	{ "required", FIELD_BOOL, 0, AT(form_field, required) },
	{ "from", FIELD_IDS, 0, LIST_AT(form_field, from), .max = 8 },
	{ "draft", FIELD_TEXT, 0, AT(form_field, draft) },
	{ "help", FIELD_TEXT, FIELD_BOTH, AT(form_field, help) },
	{ "max", FIELD_INT, 0, AT(form_field, max), .min = 1, .max = 100000 },
	{ "lines", FIELD_INT, 0, AT(form_field, lines), .min = 1, .max = 60 },
	{ "choices", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(form_field, choice, choices),
	    .sub = &choice_schema, .max = 60 },
	{ "columns", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(form_field, col, columns),
	    .sub = &column_schema, .max = FORM_WIDTHS_MAX },
	{ "rows", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(form_field, row, rows), .sub = &row_schema,
	    .max = 100 },
	{ "rows_label", FIELD_TEXT, 0, AT(form_field, rows_label) },
	{ "rule", FIELD_CUSTOM, 0, AT(form_field, rule), .read = read_strings },
	{ "rule_choice", FIELD_ID, 0, AT(form_field, rule_choice) },
	{ "only_if", FIELD_STRING, 0, AT(form_field, only_if) },
	{ "variant", FIELD_IDS, 0, LIST_AT(form_field, variant) },
	{ 0 },
};
static const struct schema field_schema = { field_fields, PLACE(form_field) };

static const struct schema_field sign_fields[] = {
	{ "title", FIELD_TEXT, REQ, AT(form_sign, title) },
	{ "note", FIELD_TEXT, 0, AT(form_sign, note) },
	{ "name", FIELD_TEXT, 0, AT(form_sign, name) },
	{ 0 },
};
static const struct schema sign_schema = { sign_fields, NO_PLACE(form_sign) };

static const struct schema_field block_fields[] = {
	{ "title", FIELD_TEXT, 0, AT(form_block, title) },
	{ "heading", FIELD_TEXT, 0, AT(form_block, heading) },
	{ "para", FIELD_TEXT, 0, AT(form_block, para) },
	{ "line", FIELD_IDS, 0, LIST_AT(form_block, names), .max = 6 },
	{ "long", FIELD_ID, 0, AT(form_block, long_) },
	{ "check", FIELD_ID, 0, AT(form_block, check) },
	{ "table", FIELD_ID, 0, AT(form_block, table) },
	{ "each", FIELD_ID, 0, AT(form_block, each) },
	{ "list", FIELD_ID, 0, AT(form_block, list) },
	{ "if", FIELD_STRING, 0, AT(form_block, if_) },
	{ "page", FIELD_CHOICE, 0, AT(form_block, page), .choices = pages },
	{ "annex", FIELD_TEXT, 0, AT(form_block, annex) },
	{ "rule", FIELD_CHOICE, 0, AT(form_block, rule), .choices = rules },
	{ "header", FIELD_CHOICE, 0, AT(form_block, header), .choices = headers },
	{ "sign", FIELD_LIST, 0, ARRAY_AT(form_block, sign, signs), .sub = &sign_schema, .max = 3 },
	{ "grid", FIELD_CUSTOM, 0, AT(form_block, grid), .read = read_grid },
	{ "level", FIELD_INT, 0, AT(form_block, level), .min = 1, .max = 3 },
	{ "numbered", FIELD_BOOL, 0, AT(form_block, numbered) },
	{ "style", FIELD_CHOICE, 0, AT(form_block, style), .choices = styles },
	{ "indent", FIELD_INT, 0, AT(form_block, indent), .min = 0, .max = 80 },
	{ "columns", FIELD_INT, 0, AT(form_block, columns), .min = 1, .max = 6 },
	{ "widths", FIELD_CUSTOM, 0, AT(form_block, width), .read = read_widths },
	{ "landscape", FIELD_BOOL, 0, AT(form_block, landscape) },
	{ "number", FIELD_BOOL, 0, AT(form_block, number) },
	{ "place_date", FIELD_BOOL, 0, AT(form_block, place_date) },
	{ "hide_label", FIELD_BOOL, 0, AT(form_block, hide_label) },
	{ "border", FIELD_BOOL, 0, AT(form_block, border) },
	{ "bold_first", FIELD_BOOL, 0, AT(form_block, bold_first) },
	{ "label", FIELD_TEXT, 0, AT(form_block, label) },
	{ "empty", FIELD_TEXT, 0, AT(form_block, empty) },
	{ "do", FIELD_CUSTOM, 0, AT(form_block, do_), .read = read_blocks },
	{ "then", FIELD_CUSTOM, 0, AT(form_block, then), .read = read_blocks },
	{ "else", FIELD_CUSTOM, 0, AT(form_block, else_), .read = read_blocks },
	{ "variant", FIELD_IDS, 0, LIST_AT(form_block, variant) },
	{ 0 },
};
static const struct schema block_schema = { block_fields, sizeof(struct form_block),
	offsetof(struct form_block, line) };

/* In the order of enum form_block_kind. */
static const char *const block_names[BLOCK_KINDS] = { "title", "heading", "para", "line", "long",
	"check", "table", "each", "list", "if", "page", "annex", "rule", "header", "sign", "grid" };

static const struct schema_field ground_fields[] = {
	{ "regulation", FIELD_ID, 0, AT(form_ground, regulation) },
	{ "text", FIELD_TEXT, REQ, AT(form_ground, text) },
	{ 0 },
};
static const struct schema ground_schema = { ground_fields, PLACE(form_ground) };

const struct schema_field pack_form_fields[] = {
	PACK_FIELDS,
	{ "layout", FIELD_CHOICE, REQ, AT(pack_form, layout), .choices = layouts },
	{ "doc_type", FIELD_CHOICE, 0, AT(pack_form, doc_type), .choices = doc_types },
	{ "type_name", FIELD_TEXT, 0, AT(pack_form, type_name) },
	{ "subject", FIELD_TEXT, REQ, AT(pack_form, subject) },
	{ "note", FIELD_TEXT, FIELD_BOTH, AT(pack_form, note) },
	{ "variants", FIELD_IDS, 0, LIST_AT(pack_form, variants), .max = 8 },
	{ "plain_variants", FIELD_IDS, 0, LIST_AT(pack_form, plain_variants), .max = 8 },
	{ "signature", FIELD_CHOICE, REQ, AT(pack_form, signature), .choices = signatures },
	{ "signers", FIELD_LIST, 0, ARRAY_AT(pack_form, signer, signers), .sub = &sign_schema,
	    .max = 3 },
	{ "mail_tag", FIELD_STRING, 0, AT(pack_form, mail_tag) },
	{ "cover", FIELD_ID, 0, AT(pack_form, cover) },
	{ "incident", FIELD_BOOL, 0, AT(pack_form, incident) },
	{ "period", FIELD_CHOICE, 0, AT(pack_form, period), .choices = form_periods },
	{ "discharges", FIELD_CUSTOM, 0, AT(pack_form, discharges), .read = read_strings },
	{ "recipients", FIELD_IDS, 0, LIST_AT(pack_form, recipients), .choices = pack_recipients },
	{ "grounds", FIELD_LIST, 0, ARRAY_AT(pack_form, ground, grounds), .sub = &ground_schema,
	    .max = 20 },
	{ "fields", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(pack_form, field, fields),
	    .sub = &field_schema, .max = 200 },
	{ "body", FIELD_CUSTOM, REQ, AT(pack_form, body), .read = read_blocks },
	{ 0 },
};

static void
read_strings(struct schema_read *r, const struct yaml_node *node, void *out)
{
	struct form_strings *list = out;
	size_t n = node->kind == YAML_LIST ? node->count : 1;

	if (node->kind == YAML_MAP || n > 30) {
		schema_fault(r, node->line, node->column, "pack.form_strings", NULL, NULL, NULL, NULL,
		    NULL);
		return;
	}
	list->s = arena_alloc(r->arena, (n + 1) * sizeof(*list->s));
	for (size_t i = 0; i < n; i++) {
		const struct yaml_node *item = node->kind == YAML_LIST ? node->item[i] : node;

		if (item->kind != YAML_SCALAR || strlen(item->text) > SCHEMA_STRING_MAX)
			schema_fault(r, item->line, item->column, "pack.form_strings", NULL, NULL,
			    NULL, NULL, NULL);
		else
			list->s[list->count++] = arena_strdup(r->arena, item->text);
	}
}

/* As read_strings(), but a cell may be as long as a paragraph. */
static void
read_cells(struct schema_read *r, const struct yaml_node *node, struct form_strings *list)
{
	if (node->kind != YAML_LIST || node->count == 0 || node->count > FORM_WIDTHS_MAX) {
		schema_fault(r, node->line, node->column, "pack.list", "grid", NULL, NULL, NULL, NULL);
		return;
	}
	list->s = arena_alloc(r->arena, node->count * sizeof(*list->s));
	for (size_t i = 0; i < node->count; i++) {
		const struct yaml_node *item = node->item[i];

		if (item->kind != YAML_SCALAR || strlen(item->text) > SCHEMA_TEXT_MAX)
			schema_fault(r, item->line, item->column, "pack.form_grid", "grid", NULL, NULL, NULL,
			    NULL);
		else
			list->s[list->count++] = arena_strdup(r->arena, item->text);
	}
}

static void
read_grid(struct schema_read *r, const struct yaml_node *node, void *out)
{
	struct form_grid *grid = out;

	if (node->kind != YAML_LIST || node->count == 0 || node->count > 100) {
		schema_fault(r, node->line, node->column, "pack.list", "grid", NULL, NULL, NULL, NULL);
		return;
	}
	grid->row = arena_alloc(r->arena, node->count * sizeof(*grid->row));
	grid->rows = node->count;
	memset(grid->row, 0, node->count * sizeof(*grid->row));
	for (size_t i = 0; i < node->count; i++) {
		const struct yaml_node *row = node->item[i];

		read_cells(r, row, &grid->row[i]);
		if (row->kind == YAML_LIST && row->count != node->item[0]->count)
			schema_fault(r, row->line, row->column, "pack.form_grid", "grid", NULL, NULL, NULL,
			    NULL);
	}
}

static void
read_widths(struct schema_read *r, const struct yaml_node *node, void *out)
{
	struct form_block *b = (struct form_block *)(void *)((char *)out -
	    offsetof(struct form_block, width));

	for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++) {
		int64_t w;

		if (b->widths == FORM_WIDTHS_MAX || !yaml_int(node->item[i], &w) || w < 1 || w > 1000)
			break;
		b->width[b->widths++] = (int)w;
	}
	if (node->kind != YAML_LIST || b->widths != node->count)
		schema_fault(r, node->line, node->column, "pack.form_widths", "widths", NULL, NULL,
		    NULL, NULL);
}

static const char *
field_of(const struct form_block *b)
{
	switch (b->kind) {
	case BLOCK_LONG: return b->long_;
	case BLOCK_CHECK: return b->check;
	case BLOCK_TABLE: return b->table;
	case BLOCK_EACH: return b->each;
	case BLOCK_LIST: return b->list;
	case BLOCK_IF: return b->if_;
	default: return "";
	}
}

/* Exactly one of the block names is among the keys; it says what the block is. */
static void
set_kind(struct schema_read *r, const struct yaml_node *node, struct form_block *b)
{
	int found = 0;

	for (int k = BLOCK_KINDS - 1; k >= 0; k--) {
		if (yaml_get(node, block_names[k]) != NULL) {
			b->kind = (enum form_block_kind)k;
			found++;
		}
	}
	/* `title: ""` and the like would print nothing at all. */
	if (found != 1)
		schema_fault(r, node->line, node->column, "pack.form_block", NULL, NULL, NULL, NULL,
		    NULL);
	b->field = field_of(b);
}

static void
read_blocks(struct schema_read *r, const struct yaml_node *node, void *out)
{
	struct form_blocks *list = out;

	if (node->kind != YAML_LIST || node->count > 400) {
		schema_fault(r, node->line, node->column, "pack.list", "body", NULL, NULL, NULL, NULL);
		return;
	}
	list->block = arena_alloc(r->arena, (node->count + 1) * sizeof(*list->block));
	list->count = node->count;
	for (size_t i = 0; i < node->count; i++) {
		schema_fill(r, node->item[i], &block_schema, &list->block[i]);
		if (node->item[i]->kind == YAML_MAP)
			set_kind(r, node->item[i], &list->block[i]);
	}
}

const char *
form_type_name(enum form_type type)
{
	return types[type];
}

int
form_parse(struct arena *arena, const char *data, size_t len, const char *name,
    const struct pack_form **ret, struct err *err)
{
	const struct pack *pack = NULL;
	int failed = kind_parse(arena, KIND_FORM, data, len, name, &pack, err);

	if (failed == 0)
		*ret = (const struct pack_form *)(const void *)pack;
	return failed;
}
