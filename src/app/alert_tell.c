/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_tell.c: people told of high and critical alerts.
 *
 * The first one is told at once; those of the same minute go together in the next
 * message, so that a storm is one mail a minute and no more.  The same rule on the same
 * host is told again after a while only.
 */
#include <stdio.h>

#include "app/alert.h"
#include "app/alert_tell.h"
#include "app/app.h"
#include "app/change.h"
#include "app/led.h"
#include "app/notify.h"
#include "work/job.h"
#include "work/outbox.h"

#define MINUTE_MS  INT64_C(60000)
#define TELL_MAX   500 /* told of in one message, by number */
#define LINES_MAX  10  /* and by name */
#define LINES_SIZE 8000
#define LATE_MS    (24 * 60 * MINUTE_MS) /* older news is no news */

void
alert_tell_soon(struct call *call)
{
	int64_t minute = call->now / MINUTE_MS;
	bool taken = tx_int(call->tx, "SELECT COUNT(*) FROM job WHERE key = ?", "t",
	    arena_printf(call->arena, ALERT_TELL_JOB ":%lld", (long long)minute)) > 0;

	job_put(call->tx, call->agency_id, ALERT_TELL_JOB, "{}",
	    arena_printf(call->arena, ALERT_TELL_JOB ":%lld", (long long)(minute + taken)),
	    taken ? (minute + 1) * MINUTE_MS : call->now);
}

/* One of those to be told of. */
struct news {
	const char *id, *number, *title, *level, *host, *key; /* key: rule and host */
	int64_t last_at;
	bool is_stale; /* its rule and host were told of lately, or stand above it */
};

static size_t
gather(struct call *call, struct news *news)
{
	int64_t quiet = setting_int(call, "alert.quiet_minutes") * MINUTE_MS;
	struct query q;
	size_t n = 0;

	query_open(&q, call->tx, "SELECT a.id, a.number, a.title, a.level, a.host, a.source || ' ' ||"
	    " a.rule_id || ' ' || COALESCE(a.host, ''), a.last_at, EXISTS (SELECT 1 FROM alert b WHERE"
	    " b.agency_id = a.agency_id AND b.rule_id = a.rule_id AND b.source = a.source AND"
	    " COALESCE(b.host, '') = COALESCE(a.host, '') AND b.told_at > ?) FROM alert a WHERE"
	    " a.agency_id = ? AND a.state = 'new' AND a.told_at IS NULL AND a.incident_id IS NULL AND"
	    " a.level IN ('critical', 'high') AND a.received_at > ? AND NOT " ALERT_MUTED
	    " ORDER BY " ALERT_RANK ", a.received_at, a.id LIMIT ?", "itii", call->now - quiet,
	    call->agency_id, call->now - LATE_MS, (int64_t)TELL_MAX);
	while (query_step(&q)) {
		struct news *one = &news[n++];
		const char **text[] = { &one->id, &one->number, &one->title, &one->level, &one->host, &one->key };

		for (size_t i = 0; i < ARRAY_LEN(text); i++)
			*text[i] = arena_strdup(call->arena, query_text(&q, (int)i));
		one->last_at = query_int(&q, 6);
		one->is_stale = query_int(&q, 7) != 0;
		for (size_t i = 0; i + 1 < n && !one->is_stale; i++)
			one->is_stale = strcmp(news[i].key, one->key) == 0;
	}
	query_close(&q);
	return n;
}

static const char *
level_word(struct call *call, const char *level)
{
	return words_vi(call, arena_printf(call->arena, "alert_level.%s", level), NULL);
}

/* The lines of the mail and the objects of the webhook. Returns how many are news. */
static int64_t
describe(struct call *call, const struct news *news, size_t n, struct buf *lines, struct jsonw *w)
{
	char when[CLOCK_TEXT_SIZE], iso[CLOCK_TEXT_SIZE];
	int64_t fresh = 0;

	for (size_t i = 0; i < n; i++) {
		if (news[i].is_stale || fresh++ >= LINES_MAX)
			continue;
		buf_printf(lines, "- %s · %s · %s · %s · %s\n", level_word(call, news[i].level), news[i].title,
		    news[i].host == NULL ? "–" : news[i].host, clock_vi(news[i].last_at, when), news[i].number);
		jsonw_object(w);
		jsonw_kstring(w, "number", news[i].number);
		jsonw_kstring(w, "title", news[i].title);
		jsonw_kstring(w, "level", news[i].level);
		jsonw_kstring(w, "host", news[i].host);
		jsonw_kstring(w, "time", clock_iso(news[i].last_at, iso));
		jsonw_object_end(w);
	}
	return fresh;
}

/* Whether anybody could be told. */
static bool
send(struct call *call, const char *key, int64_t count, const char *lines, const char *body)
{
	const char *url = setting_text(call, "webhook.url");
	const char *const *args = WORDS_ARGS("count", text_int(call, count), "lines", lines, "url",
	    arena_printf(call->arena, "%s/canh-bao", setting_text(call, "public.url")));
	const char *subject = words_vi(call, "mail.alert.subject", args);
	const char *text = words_vi(call, "mail.alert.body", args);

	notify_role(call, "netadmin", NULL, key, subject, text);
	notify_role(call, "substitute", NULL, key, subject, text);
	if (!str_empty(url))
		outbox_put(call->tx, call->agency_id, NULL, "webhook", url, NULL, body,
		    arena_printf(call->arena, "%s:webhook", key), call->now);
	return tx_int(call->tx, "SELECT COUNT(*) FROM outbox WHERE key LIKE ?", "t",
	    arena_printf(call->arena, "%s:%%", key)) > 0;
}

int
alert_tell(struct call *call)
{
	struct news *news = arena_alloc(call->arena, TELL_MAX * sizeof(*news));
	struct buf lines = BUF_INIT(LINES_SIZE), body = BUF_INIT(LINES_SIZE * 2);
	struct jsonw w = JSONW_INIT(&body);
	size_t n = gather(call, news);
	bool anybody = false;
	int64_t fresh;

	jsonw_object(&w);
	jsonw_kstring(&w, "event", "alert.new");
	jsonw_karray(&w, "alerts");
	fresh = describe(call, news, n, &lines, &w);
	jsonw_array_end(&w);
	jsonw_kint(&w, "count", fresh);
	jsonw_kstring(&w, "url", arena_printf(call->arena, "%s/canh-bao", setting_text(call, "public.url")));
	jsonw_object_end(&w);
	if (fresh > 0)
		anybody = send(call, arena_printf(call->arena, "alert:%s:told", news[0].id), fresh,
		    arena_strdup(call->arena, buf_str(&lines)), arena_strdup(call->arena, buf_str(&body)));
	for (size_t i = 0; i < n; i++) {
		change_update(call, "alert", news[i].id, -1, COLS(CI("told_at", call->now)));
		if (!news[i].is_stale)
			alert_event(call, news[i].id, anybody ? "told" : "told_nobody", NULL, NULL);
	}
	buf_clear(&lines);
	buf_clear(&body);
	jsonw_kint(call->out, "told", fresh);
	return call->err->kind;
}
