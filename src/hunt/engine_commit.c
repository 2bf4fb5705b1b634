/* SPDX-License-Identifier: Apache-2.0 */
/* engine_commit.c: results written and counted in order, and correlations over them. */
#include <errno.h>

#include "hunt/engine_part.h"
#include "os/file.h"

/* The first failure to write ends everything. */
static void
stop_with(struct engine *e, const char *what, int errnum)
{
	if (e->state->err.kind == 0)
		err_sys(&e->state->err, file_err_kind(errnum), what, errnum);
	atomic_store(&e->state->stop, true);
}

static void
write_out(struct engine *e, FILE *f, const char *what, struct buf *text)
{
	if (f != NULL && text->len > 0 && fwrite(text->data, 1, text->len, f) != text->len)
		stop_with(e, what, errno);
	buf_reset(text);
}

static void
add_timeline(struct engine *e, const struct hit *hit)
{
	struct hit_names names = { e->rules, engine_file, e };
	struct buf row = BUF_INIT(SPOOL_RECORD_MAX);

	hit_csv(hit, &names, true, &row);
	if (spool_add(e->out.timeline, hit->time_ns, buf_str(&row), row.len, &e->state->err) != 0)
		atomic_store(&e->state->stop, true);
	buf_clear(&row);
}

static void
commit_hits(struct engine *e, struct buf *hits)
{
	struct hit *hit;
	size_t n;

	if (hits->len == 0)
		return;
	hit = xcalloc(1, sizeof(*hit));
	for (size_t at = 0; at < hits->len && (n = hit_unpack(hits->data + at, hits->len - at, hit)) > 0; at += n) {
		result_add(e->result, hit);
		if (e->out.timeline != NULL)
			add_timeline(e, hit);
		atomic_fetch_add(&e->state->hits, 1);
	}
	free(hit);
	buf_reset(hits);
}

static void
commit_feed(struct engine *e, struct buf *feed)
{
	struct feed_head head;

	for (size_t at = 0; at + sizeof(head) <= feed->len; at += sizeof(head) + head.host_len + head.len) {
		memcpy(&head, feed->data + at, sizeof(head));
		if (head.time_ns == HIT_NO_TIME)
			e->timeless_feed++;
		else if (spool_add(e->feed, head.time_ns, feed->data + at, sizeof(head) + head.host_len +
		    head.len, &e->state->err) != 0)
			atomic_store(&e->state->stop, true);
	}
	buf_reset(feed);
}

static void
commit_skipped(struct engine *e, uint32_t file, struct buf *skipped)
{
	struct skipped s;

	pthread_mutex_lock(&e->state->order);
	for (size_t at = 0; at + sizeof(s) <= skipped->len; at += sizeof(s)) {
		memcpy(&s, skipped->data + at, sizeof(s));
		engine_fault(e, file, s.key, NULL, s.offset, s.len);
	}
	pthread_mutex_unlock(&e->state->order);
	buf_reset(skipped);
}

void
engine_commit(struct engine *e, struct result_part *p)
{
	atomic_fetch_add(&e->state->events, p->seen.events);
	write_out(e, e->out.json, e->options->json, &p->json);
	write_out(e, e->out.csv, e->options->csv, &p->csv);
	commit_hits(e, &p->hits);
	commit_feed(e, &p->feed);
	if (p->skipped.len > 0)
		commit_skipped(e, p->file, &p->skipped);
	seen_join(&e->seen, &p->seen, p->file);
}

/* ---- correlations --------------------------------------------------------------------- */

struct run {
	struct engine *engine;
	struct correlate *correlate;
	struct map host_ids; /* names to numbers from 1 on */
	const char **host;
	uint32_t hosts, hosts_room;
	struct arena arena;
	struct result_part part;
};

/* A number for the host of a hit: by the time of a detection other hits have been fed.  HOSTS_MAX as in result.h. */
static uint32_t
host_number(struct run *run, const char *name, size_t len)
{
	char copy[HIT_SHORT_MAX + 1];
	uintptr_t number;

	memcpy(copy, name, len);
	copy[len] = '\0';
	number = (uintptr_t)map_get(&run->host_ids, copy);
	if (number == 0 && run->hosts >= HOSTS_MAX) {
		copy[0] = '\0';
		number = (uintptr_t)map_get(&run->host_ids, copy);
	}
	if (number == 0) {
		if (run->hosts == run->hosts_room) {
			run->hosts_room = run->hosts_room == 0 ? 64 : run->hosts_room * 2;
			run->host = xrealloc(run->host, run->hosts_room * sizeof(*run->host));
		}
		run->host[run->hosts] = arena_strdup(&run->arena, copy);
		number = ++run->hosts;
		map_put(&run->host_ids, copy, (void *)number);
	}
	return (uint32_t)number - 1;
}

static void
on_detection(void *arg, const struct correlate_detection *d)
{
	struct run *run = arg;
	struct engine *e = run->engine;
	struct hit_names names = { e->rules, engine_file, e };
	const struct correlate_ref *last = &d->ref[d->refs - 1];
	struct hit_ref ref[20];
	struct hit *hit;

	if (matcher_silent(e->matcher, d->rule) || !e->rules->rule[d->rule].wanted)
		return;
	hit = xcalloc(1, sizeof(*hit));
	hit->rule = d->rule;
	hit->time_ns = d->last_ns;
	hit->first_ns = d->first_ns;
	hit->count = d->count;
	for (size_t i = d->refs > ARRAY_LEN(ref) ? d->refs - ARRAY_LEN(ref) : 0; i < d->refs; i++)
		ref[hit->refs++] = (struct hit_ref){ d->ref[i].file, d->ref[i].record };
	hit->ref = ref;
	/* The one that completed it is where the detection stands. */
	hit->file = last->file;
	hit->record = last->record;
	hit->host = (struct hit_part){ run->host[last->host], strlen(run->host[last->host]) };
	for (size_t i = 0; i < d->groups && hit->matches < HIT_MATCHES; i++) {
		const char *name = d->group_name[i], *value = d->group_value[i];

		hit->match[hit->matches++] = (struct hit_match){ .field = { name, strlen(name) },
		    .value = { value, strlen(value) }, .pattern = { "group-by", 8 } };
	}
	if (e->out.json != NULL)
		hit_json(hit, &names, &run->part.json);
	if (e->out.csv != NULL)
		hit_csv(hit, &names, false, &run->part.csv);
	result_add(e->result, hit);
	if (e->out.timeline != NULL)
		add_timeline(e, hit);
	free(hit);
	write_out(e, e->out.json, e->options->json, &run->part.json);
	write_out(e, e->out.csv, e->options->csv, &run->part.csv);
}

static bool
on_feed(void *arg, int64_t time_ns, const char *data, size_t len)
{
	struct run *run = arg;
	struct correlate_ref ref;
	struct feed_head head;

	if (len < sizeof(head))
		return true;
	engine_progress(run->engine);
	memcpy(&head, data, sizeof(head));
	ref = (struct correlate_ref){ head.record, head.file, host_number(run, data + sizeof(head), head.host_len) };
	correlate_feed(run->correlate, head.rule, time_ns, data + sizeof(head) + head.host_len, head.len, ref);
	return run->engine->state->err.kind == 0;
}

int
engine_correlate(struct engine *e, struct err *err)
{
	struct run run = { .engine = e, .part = { .number = 0 } };
	int failed;

	buf_init(&run.part.json, OUT_MAX);
	buf_init(&run.part.csv, OUT_MAX);
	run.correlate = correlate_new(e->matcher, on_detection, &run);
	failed = spool_read(e->feed, on_feed, &run, err);
	e->left_out_feed = correlate_end(run.correlate);
	map_clear(&run.host_ids, NULL);
	free(run.host);
	arena_clear(&run.arena);
	buf_clear(&run.part.json);
	buf_clear(&run.part.csv);
	if (failed == 0 && e->state->err.kind != 0) {
		failed = e->state->err.kind;
		if (err != NULL)
			*err = e->state->err;
		e->state->err = (struct err){ 0 };
	}
	return failed;
}
