/* SPDX-License-Identifier: Apache-2.0 */
#include "app/document_papers.h"

#include "app/app.h"
#include "app/document.h"
#include "app/paper.h"

#define FRAME_MAX ((size_t)8 << 20)

static int
add_paper(struct call *call, const char *id, struct zip_list *files)
{
	struct buf frame = BUF_INIT(FRAME_MAX);
	struct paper paper = { 0 };
	struct document d;

	if (document_load(call, id, &d) == 0 && document_frame(call, &d, "pdf", &frame) == 0 &&
	    paper_render_frame(buf_str(&frame), frame.len, &paper, call->err) == 0) {
		zip_list_text(files, arena_printf(call->arena, "documents/%s-%s.pdf", d.number, d.form),
		    &paper.bytes);
		paper_free(&paper);
	}
	buf_clear(&frame);
	return call->err->kind;
}

int
document_papers(const struct call *call, struct tx *tx, const char *incident_id,
    struct zip_list *files, struct err *err)
{
	cleanup(arena_clear) struct arena arena = ARENA_INIT;
	struct call own = { .app = call->app, .tx = tx, .arena = &arena, .err = err,
		.agency_id = call->agency_id, .actor = actor_job("dossier"), .lang = call->lang,
		.now = call->now };
	struct query q;
	int kind = 0;

	/* Who may have the dossier was asked before; it has all of the case. */
	query_open(&q, tx, "SELECT id FROM document WHERE incident_id = ? AND agency_id = ? AND"
	    " state <> 'draft' AND signed_sha256 IS NULL ORDER BY number", "tt", incident_id,
	    call->agency_id);
	while (kind == 0 && query_step(&q))
		kind = add_paper(&own, query_text(&q, 0), files);
	query_close(&q);
	return kind;
}
