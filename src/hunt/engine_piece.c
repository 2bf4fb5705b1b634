/* SPDX-License-Identifier: Apache-2.0 */
/* engine_piece.c: the events of one piece, on a worker's own thread. */
#include "hunt/engine_part.h"

/* ---- a hit -------------------------------------------------------------------------- */

/* Keeps ${len} bytes in worker->text, as an offset: the buffer may still move. */
static struct hit_part
keep(struct worker *w, const char *at, size_t len)
{
	size_t before = w->text.len;

	if (len > HIT_VALUE_MAX)
		len = HIT_VALUE_MAX;
	buf_add(&w->text, at, len);
	if (w->text.len == before)
		len = 0;
	return (struct hit_part){ (const char *)before, len };
}

/* Offsets become places when nothing is added any more. */
static void
settle(const struct worker *w, struct hit_part *text)
{
	text->at = text->len == 0 ? "" : w->text.data + (uintptr_t)text->at;
}

static void
settle_hit(struct worker *w)
{
	settle(w, &w->hit.host);
	settle(w, &w->hit.subject);
	for (size_t i = 0; i < w->hit.matches; i++) {
		settle(w, &w->hit.match[i].field);
		settle(w, &w->hit.match[i].value);
		settle(w, &w->hit.match[i].pattern);
	}
}

static void
on_reason(void *arg, const struct matcher_reason *reason)
{
	struct worker *w = arg;
	struct hit_match *m;

	if (w->hit.matches == HIT_MATCHES)
		return;
	m = &w->hit.match[w->hit.matches++];
	m->absent = reason->value == NULL;
	m->field = keep(w, reason->field, strlen(reason->field));
	m->value = m->absent ? (struct hit_part){ NULL, 0 } : keep(w, reason->text.at, reason->text.len);
	m->pattern = keep(w, reason->pattern, strlen(reason->pattern));
}

static void
begin_hit(struct worker *w, uint32_t rule)
{
	const struct event *e = w->event;

	buf_reset(&w->text);
	w->hit.rule = rule;
	w->hit.file = w->source->file;
	w->hit.time_ns = e->time_ns;
	w->hit.first_ns = HIT_NO_TIME;
	w->hit.record = e->record;
	w->hit.matches = 0;
	w->hit.host = w->hit.subject = (struct hit_part){ NULL, 0 };
	if (w->place.host != NULL) {
		struct text host;

		buf_reset(&w->scratch);
		host = event_text(w->place.host, &w->scratch);
		w->hit.host = keep(w, host.at, host.len > HIT_SHORT_MAX ? HIT_SHORT_MAX : host.len);
	}
}

static void
end_hit(struct worker *w)
{
	struct engine *engine = w->engine;
	struct hit_names names = { engine->rules, engine_file, engine };

	settle_hit(w);
	if (engine->out.json != NULL)
		hit_json(&w->hit, &names, &w->part->json);
	if (engine->out.csv != NULL)
		hit_csv(&w->hit, &names, false, &w->part->csv);
	hit_pack(&w->hit, &w->part->hits);
}

static void
tell_hit(const struct worker *w, uint32_t rule)
{
	const struct hunt_hands *hands = w->engine->options->hands;

	if (hands != NULL && hands->hit != NULL)
		hands->hit(hands->arg, &w->engine->rules->rule[rule], w->hit.host.at, w->hit.host.len, w->event);
}

/* What correlations need of a hit. */
static void
feed(struct worker *w, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	struct feed_head head = { .time_ns = event->time_ns, .record = event->record, .rule = rule,
	    .file = w->source->file };
	struct buf data = BUF_INIT(SPOOL_RECORD_MAX / 2);
	struct text host = { "", 0 };

	correlate_take(thread, event, rule, &data);
	buf_reset(&w->scratch);
	if (w->place.host != NULL)
		host = event_text(w->place.host, &w->scratch);
	head.host_len = (uint16_t)(host.len > HIT_SHORT_MAX ? HIT_SHORT_MAX : host.len);
	head.len = (uint32_t)data.len;
	buf_add(&w->part->feed, &head, sizeof(head));
	buf_add(&w->part->feed, host.at, head.host_len);
	buf_add(&w->part->feed, buf_str(&data), data.len);
	buf_clear(&data);
}

static void
on_hit(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	struct worker *w = arg;
	const struct engine *engine = w->engine;

	if (matcher_feeds(engine->matcher, rule))
		feed(w, thread, event, rule);
	if (matcher_silent(engine->matcher, rule) || !engine->rules->rule[rule].wanted)
		return;
	begin_hit(w, rule);
	if (engine->out.keep_why)
		matcher_explain(thread, event, rule, HIT_MATCHES, on_reason, w);
	end_hit(w);
	tell_hit(w, rule);
}

static void
on_indicator(void *arg, enum indicator kind, const char *indicator, const struct event_value *value,
    struct text text)
{
	struct worker *w = arg;
	uint32_t rule = rules_indicator(w->engine->rules, kind);
	struct hit_match *m = &w->hit.match[0];
	struct buf kept = w->scratch;

	if (!w->engine->rules->rule[rule].wanted)
		return;
	/* The text may stand in scratch, which the host's name needs. */
	buf_init(&w->scratch, kept.max);
	begin_hit(w, rule);
	buf_clear(&w->scratch);
	w->scratch = kept;
	w->hit.subject = keep(w, indicator, strlen(indicator));
	w->hit.matches = 1;
	m->absent = false;
	m->field = keep(w, value->name, value->name_len);
	m->value = keep(w, text.at, text.len);
	m->pattern = keep(w, indicator, strlen(indicator));
	end_hit(w);
	tell_hit(w, rule);
}

/* ---- an event -------------------------------------------------------------------------- */

static bool
in_time(const struct hunt_options *o, int64_t time_ns)
{
	if (o->from_ms == INT64_MIN && o->to_ms == INT64_MAX)
		return true;
	return time_ns != INT64_MIN && time_ns / 1000000 >= o->from_ms && time_ns / 1000000 <= o->to_ms;
}

static bool
is_full(const struct result_part *p)
{
	return p->json.len + p->csv.len + p->hits.len + p->feed.len > PART_FULL;
}

static void
on_event(void *arg, const struct event *event)
{
	struct worker *w = arg;
	struct engine *engine = w->engine;

	w->event = event;
	seen_place(&engine->names, event, &w->place);
	seen_event(&w->part->seen, &w->place, event);
	if (!in_time(engine->options, event->time_ns)) {
		w->part->seen.filtered++;
		return;
	}
	if (!matcher_event(w->matcher, event, on_hit, w))
		w->part->seen.unknown++;
	if (engine->iocs != NULL)
		iocs_event(engine->iocs, event, &w->scratch, on_indicator, w);
	if (is_full(w->part))
		engine_hand_in_part(w);
}

static void
on_skipped(void *arg, uint64_t offset, uint64_t len, const char *key)
{
	struct worker *w = arg;
	struct skipped s = { offset, len, key };

	buf_add(&w->part->skipped, &s, sizeof(s));
	if (w->part->skipped.len > PART_FULL)
		engine_hand_in_part(w);
}

void
engine_piece(struct worker *w)
{
	const struct ingest_sink sink = { w, on_event, on_skipped };

	w->part->file = w->source->file;
	if (w->piece.skipped > 0)
		on_skipped(w, w->piece.offset, w->piece.skipped, w->piece.key);
	else
		ingest_parse(w->source->in, &w->piece, w->reader, &sink);
}
