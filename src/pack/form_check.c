/* SPDX-License-Identifier: Apache-2.0 */
/* What a table of fields cannot say of a form: its parts compared with each other. */
#include <stdio.h>

#include "pack/form_part.h"

/* Where facts begin; the case as values is built in app/facts.c. */
static const char *const roots[] = { "agency", "director", "admin", "substitute", "lead",
	"office_chief", "now", "incident", "system", "systems", "scope", "divisions", "observables",
	"evidence", "timeline", "timeline_since_last", "actions_done", "actions_open",
	"actions_planned", "probes", "checks", "directions", "review", "corrective", "duties",
	"escalations", "contacts", "initial", "last", "notice_sent_to", "notice_recipients",
	"register", "stat", "plan", "report", "document", "period", "incoming", "playbook",
	"personal_data", "contact", "people", "escalation", "direction", "duty", "duties_open",
	"documents_waiting", "attachments", "timeline_key", "enclosed", "papers", "case", "handover", "measures",
	"scope_named", "observables_named", "notice", "deputy", "register_rows",
	"register_levels", "register_total", NULL };
static const char *const specs[] = { "", "long", "date", "hour", "full", "short", "upper",
	"first", "count", "words", "number", "pad", "check", NULL };
static const char *const rule_names[] = { "public_ips", "not_before:", "not_after:", "not_future",
	"not_past", "sent_to:", "max_chars:", "emails", "phone", NULL };

struct checker {
	struct schema_read *r;
	const struct pack_form *form;
	const struct form_field *each[4]; /* table fields whose rows are being repeated */
	size_t depth;
	int line, column; /* of the block or field looked at */
};

static void
fault(struct checker *c, const char *key, const char *field, const char *value)
{
	schema_fault(c->r, c->line, c->column, key, field, "value", value, NULL, NULL);
}

static bool
one_of(const char *value, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(value, *list) == 0)
			return true;
	return false;
}

static bool
is_fact(const char *path)
{
	char root[64] = "";

	if (strchr(path, '.') == NULL)
		return one_of(path, roots);
	sscanf(path, "%63[^.]", root);
	return one_of(root, roots);
}

static bool
is_column(const struct checker *c, const char *name)
{
	for (size_t i = 0; i < c->depth; i++)
		if (*c->each[i]->id == '\0' || form_column(c->each[i], name) != NULL ||
		    str_eq(name, "row"))
			return true;
	return c->depth > 0 && (str_eq(name, "n") || str_eq(name, "item"));
}

static void
check_template(struct checker *c, const char *key, const char *text)
{
	struct form_slot slot;

	for (; form_slot(text, &slot); text = slot.end)
		if (slot.name[0] == '\0' || !one_of(slot.spec, specs) ||
		    (form_field(c->form, slot.name) == NULL && !is_column(c, slot.name) &&
			!is_fact(slot.name) && !str_eq(slot.name, "subject")))
			fault(c, "pack.form_slot", key,
			    slot.name[0] == '\0' ? slot.start : slot.name);
}

/* A field, "field=choice" or a fact path, each also after "!". */
static void
check_condition(struct checker *c, const char *key, const char *text)
{
	char name[96] = "";
	const char *value = strchr(text, '=');
	const struct form_field *f;

	if (*text == '\0')
		return;
	text += *text == '!';
	sscanf(text, "%95[^=]", name);
	f = form_field(c->form, name);
	if (f == NULL && !is_column(c, name) && !is_fact(name))
		fault(c, "pack.reference", key, name);
	else if (f != NULL && value != NULL && f->choices > 0 &&
	    form_choice(f, value + 1) == NULL)
		fault(c, "pack.reference", key, value + 1);
}

static void
check_variants(struct checker *c, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!form_variant(c->form->variants, c->form->variants_count, list[i]) ||
		    c->form->variants_count == 0)
			fault(c, "pack.reference", "variant", list[i]);
}

static void
check_rules(struct checker *c, const struct form_field *f)
{
	for (size_t i = 0; i < f->rule.count; i++) {
		const char *rule = f->rule.s[i], *colon = strchr(rule, ':');
		char name[40] = "";

		snprintf(name, sizeof(name), "%.*s",
		    colon == NULL ? (int)strlen(rule) : (int)(colon + 1 - rule), rule);
		if (!one_of(name, rule_names))
			fault(c, "pack.form_rule", "rule", rule);
		else if (str_starts(name, "not_before") || str_starts(name, "not_after"))
			check_condition(c, "rule", colon + 1);
	}
}

/* The places of a draft are facts alone; "{list|…}" asks the items of that list. */
static void
check_draft(struct checker *c, const char *text)
{
	char path[100];

	for (; (text = strchr(text, '{')) != NULL; text++) {
		size_t n = strcspn(text + 1, "|}:");

		if (n >= sizeof(path) || text[1 + n] == '\0')
			break;
		memcpy(path, text + 1, n);
		path[n] = '\0';
		if (text[1 + n] == '|') {
			int depth = 1;

			for (text += 1 + n; depth > 0 && text[1] != '\0' && text[1] != '\n'; text++)
				depth += (text[1] == '{') - (text[1] == '}');
		}
		if (!is_fact(path))
			fault(c, "pack.form_fact", "draft", path);
	}
}

static void
check_field(struct checker *c, struct form_field *f)
{
	bool choose;

	c->line = f->line;
	c->column = f->column;
	for (int t = 0; t < FORM_TYPES; t++)
		if (str_eq(f->type_text, form_type_name((enum form_type)t)))
			f->type = (enum form_type)t;
	choose = f->type == FORM_CHOICE || f->type == FORM_CHOICES;
	if (choose ? f->choices == 0 : f->choices > 0)
		fault(c, "pack.form_choices", "choices", f->id);
	if ((f->type == FORM_TABLE) != (f->columns > 0) || (f->rows > 0 && f->columns == 0))
		fault(c, "pack.form_columns", "columns", f->id);
	for (size_t i = 0; i < f->columns; i++)
		if (str_eq(f->col[i].type, "choice") != (f->col[i].choices > 0))
			fault(c, "pack.form_choices", "choices", f->col[i].id);
	for (size_t i = 0; i < f->from_count; i++)
		if (!is_fact(f->from[i]))
			fault(c, "pack.form_fact", "from", f->from[i]);
	if (*f->rule_choice != '\0' && form_choice(f, f->rule_choice) == NULL)
		fault(c, "pack.reference", "rule_choice", f->rule_choice);
	check_rules(c, f);
	check_draft(c, f->draft.vi);
	check_condition(c, "only_if", f->only_if);
	check_variants(c, f->variant, f->variant_count);
}

/* What a block prints of a field must be there in it. */
static const struct form_field *
block_field(struct checker *c, const struct form_block *b)
{
	static const char *const keys[] = { [BLOCK_LONG] = "long", [BLOCK_CHECK] = "check",
		[BLOCK_TABLE] = "table", [BLOCK_EACH] = "each", [BLOCK_LIST] = "list" };
	const struct form_field *f = form_field(c->form, b->field);
	bool fits;

	if (f == NULL) {
		/* Rows of facts may be repeated as they are. */
		if ((b->kind != BLOCK_EACH && b->kind != BLOCK_LIST) || !is_fact(b->field))
			fault(c, "pack.reference", keys[b->kind], b->field);
		return NULL;
	}
	fits = b->kind == BLOCK_LONG ? f->type == FORM_TEXT || f->type == FORM_LINE ||
		f->type == FORM_LIST :
	    b->kind == BLOCK_CHECK ? f->type == FORM_CHOICE || f->type == FORM_CHOICES ||
		f->type == FORM_BOOL :
	    b->kind == BLOCK_LIST ? f->type == FORM_LIST || f->type == FORM_IPS ||
		f->type == FORM_DOMAINS || f->type == FORM_CHOICES :
	    f->type == FORM_TABLE || (b->kind == BLOCK_EACH && f->type == FORM_LIST);
	if (!fits)
		fault(c, "pack.form_type", keys[b->kind], f->id);
	return f;
}

static void check_blocks(struct checker *c, const struct form_blocks *list);

static void
check_each(struct checker *c, const struct form_block *b, const struct form_field *f)
{
	/* Rows of facts have columns nobody listed. */
	static const struct form_field any = { .id = "" };

	if (c->depth == ARRAY_LEN(c->each)) {
		fault(c, "pack.form_nested", "each", b->field);
		return;
	}
	c->each[c->depth++] = f == NULL ? &any : f;
	check_blocks(c, &b->do_);
	c->depth--;
}

static void
check_block(struct checker *c, const struct form_block *b)
{
	const struct form_field *f = NULL;

	c->line = b->line;
	c->column = b->col;
	check_variants(c, b->variant, b->variant_count);
	check_template(c, "title", b->title.vi);
	check_template(c, "heading", b->heading.vi);
	check_template(c, "para", b->para.vi);
	check_template(c, "annex", b->annex.vi);
	check_template(c, "label", b->label.vi);
	check_template(c, "empty", b->empty.vi);
	for (size_t i = 0; i < b->signs; i++) {
		check_template(c, "sign", b->sign[i].title.vi);
		check_template(c, "sign", b->sign[i].name.vi);
	}
	for (size_t i = 0; i < b->grid.rows; i++)
		for (size_t k = 0; k < b->grid.row[i].count; k++)
			check_template(c, "grid", b->grid.row[i].s[k]);
	if (b->grid.rows > 0 && b->widths > 0 && b->widths != b->grid.row[0].count)
		fault(c, "pack.form_widths", "widths", "grid");
	for (size_t i = 0; i < b->names_count; i++)
		if (form_field(c->form, b->names[i]) == NULL && !is_column(c, b->names[i]))
			fault(c, "pack.reference", "line", b->names[i]);
	if (b->kind >= BLOCK_LONG && b->kind <= BLOCK_LIST)
		f = block_field(c, b);
	if (b->kind == BLOCK_IF)
		check_condition(c, "if", b->field);
	if (f != NULL && b->widths > 0 &&
	    b->widths != f->columns + (f->rows > 0) + (b->number ? 1 : 0))
		fault(c, "pack.form_widths", "widths", b->field);
	if ((b->kind == BLOCK_EACH) != (b->do_.count > 0) ||
	    (b->kind == BLOCK_IF) != (b->then.count + b->else_.count > 0))
		fault(c, "pack.form_block", "do", b->field);
	if (b->kind == BLOCK_EACH)
		check_each(c, b, f);
	check_blocks(c, &b->then);
	check_blocks(c, &b->else_);
}

static void
check_blocks(struct checker *c, const struct form_blocks *list)
{
	for (size_t i = 0; i < list->count; i++)
		check_block(c, &list->block[i]);
}

void
form_check(struct schema_read *r, const struct pack_form *form)
{
	struct checker c = { .r = r, .form = form };
	bool sides = str_eq(form->signature, "pair") || str_eq(form->signature, "chair_secretary");

	for (size_t i = 0; i < form->fields; i++)
		check_field(&c, &form->field[i]);
	c.line = form->pack.line;
	c.column = form->pack.column;
	check_template(&c, "subject", form->subject.vi);
	check_template(&c, "type_name", form->type_name.vi);
	for (size_t i = 0; i < form->signers; i++)
		check_template(&c, "signers", form->signer[i].name.vi);
	if (sides != (form->signers > 0))
		fault(&c, "pack.form_signers", "signers", form->signature);
	for (size_t i = 0; i < form->grounds; i++) {
		c.line = form->ground[i].line;
		c.column = form->ground[i].column;
		check_template(&c, "grounds", form->ground[i].text.vi);
	}
	check_variants(&c, form->plain_variants, form->plain_variants_count);
	check_blocks(&c, &form->body);
}
