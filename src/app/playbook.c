/* SPDX-License-Identifier: Apache-2.0 */
#include "app/playbook.h"

#include <stdio.h>

#include "app/change.h"
#include "os/embed.h"
#include "os/file.h"
#include "text/yaml.h"

const char *
playbook_id_arg(struct call *call, const char *name)
{
	const char *value = arg_text(call, name);
	const struct packs *packs = call->app->packs;
	const struct pack_playbook *p = pack_playbook(packs, value, call->now);

	for (size_t i = 0; p == NULL && (p = pack_playbook_next(packs, call->now, &i)) != NULL;) {
		if (str_eq(p->code, value))
			break;
		p = NULL;
	}
	if (p != NULL)
		return p->pack.id;
	if (value != NULL && tx_int(call->tx, "SELECT COUNT(*) FROM playbook_text WHERE agency_id ="
	    " ? AND playbook = ?", "tt", call->agency_id, value) > 0)
		return value;
	err_fail(call->err, ERR_NOT_FOUND, "err.no_playbook", name, "value", value, NULL, NULL);
	return NULL;
}

int
edition_draft(struct call *call, const char *id)
{
	int64_t n = tx_int(call->tx, "SELECT MAX(playbook_version) FROM playbook_text WHERE"
	    " agency_id = ? AND playbook = ? AND state = 'draft'", "tt", call->agency_id, id);

	return n == SQL_NULL ? 0 : (int)n;
}

static int
no_edition(struct call *call, const char *id, int version)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", version);
	return err_fail(call->err, ERR_NOT_FOUND, "err.no_edition", "edition", "edition", number,
	    "value", id);
}

/* A text that is a row: in the set when it governs or governed, else read for this once. */
static int
open_row(struct call *call, int version, struct query *q, struct edition *ret)
{
	struct pack_source source = { .name = ret->id, .id = ret->id,
		.yaml = arena_strdup(call->arena, query_text(q, 2)), .version = version,
		.from_ms = INT64_MIN, .to_ms = INT64_MAX };

	ret->row_id = arena_strdup(call->arena, query_text(q, 0));
	ret->state = arena_strdup(call->arena, query_text(q, 1));
	if (query_opt(q, 3) != SQL_NULL)
		ret->playbook = pack_playbook_version(call->app->packs, ret->id, version);
	if (ret->playbook != NULL)
		return 0;
	if (packs_load_alone(&source, false, NULL, NULL, &ret->own) != 0)
		return no_edition(call, ret->id, version);
	ret->playbook = pack_playbook_version(ret->own, ret->id, version);
	return 0;
}

int
edition_open(struct call *call, const char *id, int version, struct edition *ret)
{
	struct query q;
	bool row;

	*ret = (struct edition){ .id = id };
	if (version == 0) {
		ret->playbook = pack_playbook(call->app->packs, id, call->now);
		if (ret->playbook == NULL)
			return no_edition(call, id, 0);
		version = ret->playbook->pack.version;
	}
	query_open(&q, call->tx, "SELECT id, state, yaml, in_force_at FROM playbook_text WHERE"
	    " agency_id = ? AND playbook = ? AND playbook_version = ?", "tti", call->agency_id, id,
	    (int64_t)version);
	row = query_step(&q);
	if (row)
		open_row(call, version, &q, ret);
	query_close(&q);
	if (row || call->err->kind != ERR_NONE)
		return call->err->kind;
	ret->playbook = pack_playbook_version(call->app->packs, id, version);
	if (ret->playbook == NULL)
		return no_edition(call, id, version);
	ret->state = ret->playbook->pack.own ? "file" : "shipped";
	return 0;
}

void
edition_out_state(struct call *call, const char *state)
{
	jsonw_kstring(call->out, "state", state);
	jsonw_kstring(call->out, "state_name",
	    word(call->lang, arena_printf(call->arena, "playbook.state.%s", state)));
}

void
edition_close(struct edition *e)
{
	packs_free(e->own);
	e->own = NULL;
}

const char *
edition_yaml(struct call *call, const struct edition *e)
{
	const struct pack *pack = &e->playbook->pack;
	const struct embed *file;
	char *data, *text;
	size_t len;

	if (e->row_id != NULL)
		return tx_text(call->tx, call->arena, "SELECT yaml FROM playbook_text WHERE id = ?",
		    "t", e->row_id);
	if (!pack->own) {
		file = embed_get(arena_printf(call->arena, "packs/%s", pack->file));
		return file == NULL ? "" : arena_strndup(call->arena, file->data, file->size);
	}
	if (file_read(arena_printf(call->arena, "%s/packs/%s", call->app->dir, pack->file),
	    YAML_SIZE_MAX, &data, &len, call->err) != 0)
		return NULL;
	text = arena_strndup(call->arena, data, len);
	free(data);
	return text;
}
