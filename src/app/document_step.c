/* SPDX-License-Identifier: Apache-2.0 */
/* document_step.c: a paper's steps, taken together with the cover it goes under. */
#include "app/app.h"
#include "app/change.h"
#include "app/document.h"
#include "app/duty.h"
#include "app/facts.h"

#define FROZEN_MAX   ((size_t)6 << 20)
#define WARNINGS_MAX 4000

int
document_bundle(struct call *call, const char *name, struct bundle *ret)
{
	struct document named;
	const char *enclosed;

	*ret = (struct bundle){ 0 };
	if (document_arg(call, name, &named) != 0)
		return call->err->kind;
	enclosed = tx_text(call->tx, call->arena, "SELECT id FROM document WHERE cover_id = ?"
	    " ORDER BY state IN ('recalled', 'replaced'), made_at DESC, id DESC LIMIT 1", "t", named.id);
	if (enclosed != NULL) {
		ret->cover = named;
		if (document_load(call, enclosed, &ret->main) != 0)
			return call->err->kind;
	} else {
		ret->main = named;
		if (named.cover_id != NULL && document_load(call, named.cover_id, &ret->cover) != 0)
			return call->err->kind;
	}
	ret->head = ret->cover.id != NULL ? &ret->cover : &ret->main;
	return call->err->kind;
}

void
warn(struct call *call, struct warnings *w, const char *key, const char *const *args)
{
	const char *names[6], *values[6];
	size_t n = 0;

	for (; args != NULL && args[2 * n] != NULL && n < ARRAY_LEN(names); n++) {
		names[n] = args[2 * n];
		values[n] = args[2 * n + 1];
	}
	if (w->text.max == 0)
		buf_init(&w->text, WARNINGS_MAX);
	if (w->text.len > 0)
		buf_addc(&w->text, '\n');
	words_format(&w->text, call->lang, key, names, values, n);
}

void
document_tell(struct call *call, const struct document *d, const char *word_key,
    const char *const *args, const char *text)
{
	const char *all[20] = { "number", d->number, "title", d->title };
	size_t n = 4;

	if (d->incident_id == NULL) {
		if (text != NULL)
			change_info(call, "note", text);
		return;
	}
	for (; args != NULL && args[n - 4] != NULL && n + 2 < ARRAY_LEN(all); n += 2) {
		all[n] = args[n - 4];
		all[n + 1] = args[n - 3];
	}
	all[n] = NULL;
	change_timeline(call, &(struct timeline_entry){ .incident_id = d->incident_id,
	    .kind = "document", .word = arena_printf(call->arena, "timeline.document.%s", word_key),
	    .text = text, .occurred_at = SQL_NULL, .told_at = SQL_NULL, .ref_table = "document",
	    .ref_id = d->id, .args = all });
}

/* Form and facts are kept with the edition, so that it prints the same whatever changes later. */
static void
freeze(struct call *call, const struct document *d, bool thaw)
{
	const char *edition = tx_text(call->tx, call->arena, "SELECT id FROM document_edition WHERE"
	    " document_id = ? AND edition = ?", "ti", d->id, d->edition);
	struct json *facts = NULL, *kept = json_new_object();
	struct buf text = BUF_INIT(FROZEN_MAX);
	const struct pack_form *form = NULL;

	if (!thaw && document_form(call, d, &form) == 0 && (facts = document_facts(call, d)) != NULL) {
		json_set(kept, "facts", facts_for(facts, form->text_yaml));
		json_set_str(kept, "form", form->text_yaml);
		json_write(kept, &text);
	}
	if (text.full)
		call_fail(call, ERR_TOO_LARGE, "err.document.too_large", NULL);
	if (edition != NULL && call->err->kind == ERR_NONE)
		change_update(call, "document_edition", edition, -1, COLS(CT("frozen_json",
		    thaw ? NULL : buf_str(&text))));
	json_free(facts);
	json_free(kept);
	buf_clear(&text);
}

static void
move_one(struct call *call, const struct document *d, enum document_state to)
{
	if (d->state == DOC_DRAFT && to != DOC_DRAFT)
		freeze(call, d, false);
	else if (to == DOC_DRAFT && d->state != DOC_DRAFT)
		freeze(call, d, true);
	if (to == DOC_ISSUED && d->state != DOC_ISSUED)
		change_update(call, "document", d->id, -1, COLS(CT("state", document_states[to]),
		    CI("updated_at", call->now), CI("issued_at", call->now)));
	else if (to == DOC_DRAFT)
		change_update(call, "document", d->id, -1, COLS(CT("state", document_states[to]),
		    CI("updated_at", call->now), CT("approved_by", NULL), CI("approved_at", SQL_NULL)));
	else
		change_update(call, "document", d->id, -1, COLS(CT("state", document_states[to]),
		    CI("updated_at", call->now)));
}

/* What an issued paper takes the place of, with its cover. */
static void
replace_old(struct call *call, const struct document *d)
{
	struct document old, cover;

	if (d->replaces_id == NULL || document_load(call, d->replaces_id, &old) != 0 ||
	    old.state == DOC_REPLACED)
		return;
	move_one(call, &old, DOC_REPLACED);
	if (old.cover_id != NULL && document_load(call, old.cover_id, &cover) == 0)
		move_one(call, &cover, DOC_REPLACED);
	duty_document(call, old.id, document_states[DOC_REPLACED]);
	document_tell(call, &old, "replaced", TIMELINE_ARGS("by", d->number), NULL);
}

void
document_move(struct call *call, struct bundle *b, enum document_state to, const char *word_key,
    const char *const *args, const char *text)
{
	bool issued_now = to == DOC_ISSUED && b->main.state != DOC_ISSUED;

	move_one(call, &b->main, to);
	if (b->cover.id != NULL)
		move_one(call, &b->cover, to);
	b->main.state = b->cover.state = to;
	duty_document(call, b->main.id, document_states[to]);
	if (word_key != NULL)
		document_tell(call, &b->main, word_key, args, text);
	if (issued_now)
		replace_old(call, &b->main);
}
