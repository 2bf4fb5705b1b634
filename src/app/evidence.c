/* SPDX-License-Identifier: Apache-2.0 */
#include "app/evidence.h"

#include "app/app.h"
#include "app/change.h"
#include "app/workable.h"
#include "store/blob.h"

void
custody_insert(struct call *call, const struct custody_line *line)
{
	change_insert(call, "custody", NULL, COLS(CT("evidence_id", line->evidence_id),
	    CT("incident_id", line->incident_id), CT("action", line->action),
	    CI("acted_at", line->acted_at == SQL_NULL ? call->now : line->acted_at),
	    CT("actor_name", party_actor(call).name), CT("place", line->place),
	    CT("reason", line->reason), CT("authority", line->authority), CT("result", line->result),
	    CT("state", "done")));
}

static void
tell(struct call *call, const struct evidence_new *e, const char *id, const char *number,
    const char *name)
{
	change_timeline(call, &(struct timeline_entry){
	    .incident_id = e->incident_id, .kind = "evidence",
	    .word = e->upload != NULL ? "timeline.evidence_add_file" : "timeline.evidence_add",
	    .occurred_at = e->collected_at, .told_at = SQL_NULL,
	    .ref_table = "evidence", .ref_id = id,
	    .args = TIMELINE_ARGS("number", number, "name", name,
		"form", arena_printf(call->arena, "@evidence.form.%s", e->form),
		"sha256", e->upload != NULL ? e->upload->sha256 : "") });
}

/* Who leads the incident keeps what others sent in; nobody before it is taken. */
static struct party
lead_of(struct call *call, const char *incident_id)
{
	struct party lead = { tx_text(call->tx, call->arena, "SELECT a.id FROM incident i JOIN account a ON"
	    " a.id = i.lead_id WHERE i.id = ?", "t", incident_id), NULL };

	lead.name = account_name(call, lead.id);
	return lead;
}

void
evidence_adopt(struct call *call, const char *incident_id)
{
	struct party lead = lead_of(call, incident_id);
	struct query q;

	if (lead.id == NULL)
		return;
	query_open(&q, call->tx, "SELECT id FROM evidence WHERE incident_id = ? AND report_id IS NOT NULL AND"
	    " holder IS NULL AND holder_id IS NULL AND state = 'held' ORDER BY number", "t", incident_id);
	while (query_step(&q))
		change_update(call, "evidence", arena_strdup(call->arena, query_text(&q, 0)), -1,
		    COLS(CT("holder", lead.name), CT("holder_id", lead.id)));
	query_close(&q);
}

static const char *
insert_row(struct call *call, const struct evidence_new *e, const char *number, const char *name)
{
	struct party actor = party_actor(call);
	bool by_actor = e->collected_by == NULL && e->collected_by_id == NULL;
	struct party by = by_actor ? actor : (struct party){ e->collected_by_id, e->collected_by };
	struct party holder = actor.id != NULL ? actor : by.id != NULL ? by :
	    e->report_id != NULL ? lead_of(call, e->incident_id) : (struct party){ 0 };
	const struct upload *u = e->upload;

	return change_insert(call, "evidence", NULL, COLS(CT("incident_id", e->incident_id),
	    CT("report_id", e->report_id), CT("number", number), CT("name", name), CT("kind", e->kind),
	    CT("form", e->form), CT("description", e->description),
	    CT("sha256", u == NULL ? NULL : u->sha256), CI("size", u == NULL ? SQL_NULL : u->size),
	    CT("media_type", u == NULL ? NULL : u->media_type), CI("collected_at", e->collected_at),
	    CT("collected_by", by.name), CT("collected_by_id", by.id), CT("place", e->place),
	    CT("method", e->method), CT("device", e->device), CT("serial", e->serial),
	    CT("reason", e->reason), CT("tlp", e->tlp == NULL ? "amber" : e->tlp),
	    CT("holder", holder.name), CT("holder_id", holder.id), CT("storage", e->storage),
	    CT("state", "held"), CI("entered_at", call->now)));
}

const char *
evidence_insert(struct call *call, const struct evidence_new *e)
{
	const char *name = e->name != NULL ? e->name : e->upload != NULL ? e->upload->name : NULL;
	const char *number, *id;

	if (str_empty(name)) {
		call_fail(call, ERR_INVALID, "err.required", "name");
		return NULL;
	}
	/* Between the upload and now, disposal may have removed the same content. */
	if (e->upload != NULL && !blob_exists(call->app->blobs, e->upload->sha256)) {
		err_fail(call->err, ERR_BROKEN, "err.blob.missing", NULL, "sha256", e->upload->sha256,
		    NULL, NULL);
		return NULL;
	}
	number = number_next(call, "CC");
	id = insert_row(call, e, number, name);
	custody_insert(call, &(struct custody_line){ .evidence_id = id, .incident_id = e->incident_id,
	    .action = "collect", .place = e->place, .reason = e->reason, .result = e->method,
	    .acted_at = e->collected_at });
	if (!e->is_quiet)
		tell(call, e, id, number, name);
	return call->err->kind == ERR_NONE ? id : NULL;
}

/* ---- the job that disposal leaves ------------------------------------------------ */

struct removal {
	struct app *app;
	const struct job *job;
	const char *sha256;
};

/*
 * Whether a row names that content; every column that does is here.  A file that came with an
 * alert waits until the alert is put into an incident, or was closed ALERT_FILE_DAYS ago.
 */
static bool
is_wanted(struct tx *tx, struct app *app, const char *sha256)
{
	int64_t since = app_now_tx(app, tx) - ALERT_FILE_DAYS * INT64_C(86400000);

	return tx_int(tx, "SELECT (SELECT COUNT(*) FROM evidence WHERE sha256 = ?1 AND state = 'held')"
	    " + (SELECT COUNT(*) FROM document WHERE signed_sha256 = ?1)"
	    " + (SELECT COUNT(*) FROM dispatch WHERE proof_sha256 = ?1)"
	    " + (SELECT COUNT(*) FROM alert_file x JOIN alert a ON a.id = x.alert_id WHERE x.sha256 = ?1 AND"
	    " x.evidence_id IS NULL AND (a.state <> 'closed' OR a.state_at > ?2))"
	    " + (SELECT COUNT(*) FROM hunt WHERE json_sha256 = ?1 OR html_sha256 = ?1)"
	    " + (SELECT COUNT(*) FROM hunt_file f JOIN hunt h ON h.id = f.hunt_id WHERE f.sha256 = ?1 AND"
	    " (h.state = 'waiting' OR f.purpose IS NOT NULL))", "ti", sha256, since) != 0;
}

/*
 * The file goes while the write lock is held: nobody can enter a piece with this
 * content meanwhile (evidence_insert() looks for the file under the same lock).
 * That the disposal itself was committed is why this job exists, so undoing this
 * transaction does not bring back a need for the file.
 */
static int
remove_blob(struct tx *tx, void *arg, struct err *err)
{
	struct removal *r = arg;
	bool wanted = is_wanted(tx, r->app, r->sha256);

	if (err->kind == ERR_NONE && job_done(tx, r->job) == 0 && !wanted)
		blob_remove(r->app->blobs, r->sha256, err);
	return err->kind;
}

int
evidence_remove(struct app *app, const struct job *job, struct err *err)
{
	cleanup(json_freep) struct json *args = NULL;
	struct removal removal = { app, job, NULL };
	int ret = json_parse(job->args_json, strlen(job->args_json), &args, err);

	if (ret != 0)
		return ret;
	removal.sha256 = json_get_str(args, "sha256");
	if (removal.sha256 == NULL)
		return err_set(err, ERR_INVALID, "err.required", "sha256");
	return store_write(app->store, remove_blob, &removal, err);
}

/* ---- what nobody entered ----------------------------------------------------------- */

#define SWEEP_AGE_S (24 * 3600)

struct sweep {
	struct app *app;
	struct err *err;
	const char *sha256;
	bool wanted;
};

static int
look(struct tx *tx, void *arg, struct err *err)
{
	struct sweep *s = arg;

	s->wanted = is_wanted(tx, s->app, s->sha256);
	return err->kind;
}

static int
remove_unwanted(struct tx *tx, void *arg, struct err *err)
{
	struct sweep *s = arg;

	if (look(tx, s, err) == 0 && !s->wanted)
		blob_remove(s->app->blobs, s->sha256, err);
	return err->kind;
}

static int
sweep_one(void *arg, const char *sha256)
{
	struct sweep *s = arg;

	s->sha256 = sha256;
	if (store_read(s->app->store, look, s, s->err) == 0 && !s->wanted)
		store_write(s->app->store, remove_unwanted, s, s->err);
	return s->err->kind;
}

int
evidence_sweep(struct app *app, struct err *err)
{
	struct sweep s = { .app = app, .err = err };
	int ret = blob_sweep(app->blobs, SWEEP_AGE_S, err);

	return ret != 0 ? ret : blob_each(app->blobs, SWEEP_AGE_S, sweep_one, &s, err);
}
