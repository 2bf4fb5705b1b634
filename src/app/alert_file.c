/* SPDX-License-Identifier: Apache-2.0 */
#include "app/alert_file.h"

#include <stdio.h>

#include "app/app.h"
#include "app/change.h"
#include "app/evidence.h"
#include "app/led.h"
#include "app/out.h"
#include "store/blob.h"

#define NAMES_SIZE 200 /* bytes of names told in the timeline */

bool
alert_file_add(struct call *call, const struct alert *alert, const struct alert_file *file)
{
	const struct upload *u = file->upload;

	if (tx_int(call->tx, "SELECT COUNT(*) FROM alert_file WHERE alert_id = ? AND sha256 = ?", "tt", alert->id,
	    u->sha256) > 0)
		return true;
	if (tx_int(call->tx, "SELECT COALESCE(SUM(f.size), 0) FROM alert_file f JOIN alert a ON a.id = f.alert_id"
	    " WHERE f.agency_id = ? AND f.evidence_id IS NULL AND a.state <> 'closed'", "t",
	    call->agency_id) + u->size > ALERT_FILES_WAIT_MAX)
		return false;
	change_insert(call, "alert_file", NULL, COLS(CT("alert_id", alert->id),
	    CT("incident_id", alert->incident_id), CT("name", file->name),
	    CT("media_type", str_empty(u->media_type) ? NULL : u->media_type), CT("note", file->note),
	    CT("tlp", file->tlp), CT("sha256", u->sha256), CI("size", u->size), CI("taken_at", call->now)));
	return true;
}

/* The evidence of that content the incident has or gets; NULL: the content is gone. */
static const char *
enter(struct call *call, const struct alert *a, const struct incident *incident,
    const struct upload *upload, const struct alert_file *file)
{
	const char *id = tx_text(call->tx, call->arena, "SELECT id FROM evidence WHERE incident_id = ? AND"
	    " sha256 = ? AND state = 'held' ORDER BY number LIMIT 1", "tt", incident->id, upload->sha256);

	if (id != NULL || !blob_exists(call->app->blobs, upload->sha256))
		return id;
	return evidence_insert(call, &(struct evidence_new){ .incident_id = incident->id, .upload = upload,
	    .kind = "file", .form = "copy", .name = file->name, .description = file->note, .tlp = file->tlp,
	    .collected_by = a->source, .collected_at = a->received_at,
	    .method = words_vi(call, "alert.file.method", WORDS_ARGS("number", a->number, "source", a->source)),
	    .is_quiet = true });
}

size_t
alert_files_enter(struct call *call, const struct alert *a, const struct incident *incident,
    const char **names)
{
	struct query q;
	size_t n = 0;

	query_open(&q, call->tx, "SELECT id, name, note, tlp, media_type, sha256, size FROM alert_file WHERE"
	    " alert_id = ? ORDER BY taken_at, id", "t", a->id);
	while (query_step(&q)) {
		const char *id = arena_strdup(call->arena, query_text(&q, 0)), *evidence;
		const struct alert_file file = { .name = arena_strdup(call->arena, query_text(&q, 1)),
		    .note = arena_strdup(call->arena, query_text(&q, 2)), .tlp = arena_strdup(call->arena, query_text(&q, 3)) };
		struct upload u = { .size = query_int(&q, 6) };

		snprintf(u.media_type, sizeof(u.media_type), "%s", query_text(&q, 4) == NULL ? "" : query_text(&q, 4));
		snprintf(u.sha256, sizeof(u.sha256), "%s", query_text(&q, 5));
		evidence = enter(call, a, incident, &u, &file);
		change_update(call, "alert_file", id, -1, COLS(CT("incident_id", incident->id),
		    CT("evidence_id", evidence)));
		if (evidence == NULL)
			continue;
		if (strlen(*names) + strlen(file.name) + 3 < NAMES_SIZE)
			*names = arena_printf(call->arena, "%s%s%s", *names, **names == '\0' ? "" : ", ", file.name);
		n++;
	}
	query_close(&q);
	return n;
}

void
alert_files_tell(struct call *call, const struct incident *incident, const struct alert *a, size_t count,
    const char *names)
{
	if (count > 0)
		change_timeline(call, &(struct timeline_entry){ .incident_id = incident->id, .kind = "evidence",
		    .word = "timeline.alert_files", .occurred_at = SQL_NULL, .told_at = SQL_NULL,
		    .ref_table = "alert", .ref_id = a->id,
		    .args = TIMELINE_ARGS("count", text_int(call, (int64_t)count), "names", names) });
}

void
alert_files_out(struct call *call, const char *alert_id)
{
	out_rows(call, "files", "SELECT f.name, f.media_type, f.note, f.tlp, f.sha256, f.size, f.taken_at,"
	    " e.number AS evidence_number, CASE WHEN e.id IS NULL THEN NULL ELSE e.state END AS evidence_state"
	    " FROM alert_file f LEFT JOIN evidence e ON e.id = f.evidence_id WHERE f.alert_id = ?"
	    " ORDER BY f.taken_at, f.id", "t", alert_id);
}
