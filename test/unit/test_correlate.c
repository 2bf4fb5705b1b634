/* SPDX-License-Identifier: Apache-2.0 */
/* Correlations: windows that slide, groups, order, aliases, chains, generate, the older count. */
#include "detect/correlate.h"
#include "sigma_case.h"

#define RULE(id, field)                                                                   \
	"title: " id "\nid: " id "\nlogsource: {product: x}\ndetection:\n  s: {" field ": 1}\n" \
	"  condition: s\n---\n"

struct line {
	int seconds;
	const char *event;
};

static void
see_detection(void *arg, const struct correlate_detection *d)
{
	struct hits_seen *h = arg;
	size_t n = strlen(h->titles);

	n += (size_t)snprintf(h->titles + n, sizeof(h->titles) - n, "%s%s:%zu", n == 0 ? "" : " ",
	    matcher_about(h->m, d->rule)->title, d->refs);
	for (size_t i = 0; i < d->groups; i++)
		n += (size_t)snprintf(h->titles + n, sizeof(h->titles) - n, ",%s=%s", d->group_name[i],
		    d->group_value[i]);
}

struct feeder {
	struct hits_seen base;
	struct correlate *c;
	struct buf taken;
	int64_t time_ns;
	uint64_t ref;
};

static void
feed(void *arg, struct matcher_thread *t, const struct event *e, uint32_t rule)
{
	struct feeder *f = arg;

	if (!matcher_feeds(f->base.m, rule))
		return;
	buf_reset(&f->taken);
	correlate_take(t, e, rule, &f->taken);
	correlate_feed(f->c, rule, f->time_ns, buf_str(&f->taken), f->taken.len,
	    (struct correlate_ref){ .record = f->ref++ });
}

/* "title:hits,group=value …" of what comes out. */
static const char *
detections(const char *yaml, const struct line *line, size_t lines)
{
	static char ret[400];
	struct fault_seen fault = { 0 };
	struct matcher *m = compile_text(yaml, false, &fault);
	struct matcher_thread *t = matcher_thread_new(m);
	struct hits_seen seen = { .m = m };
	struct feeder f = { .base = { .m = m }, .taken = BUF_INIT(1 << 16) };
	struct arena arena = ARENA_INIT;

	if (fault.count > 0)
		fail_msg("%s at line %d", fault.key, fault.line);
	f.c = correlate_new(m, see_detection, &seen);
	for (size_t i = 0; i < lines; i++) {
		struct event e;
		char text[200];

		snprintf(text, sizeof(text), "all=1 %s", line[i].event);
		make_event(&arena, m, text, &e);
		f.time_ns = line[i].seconds * INT64_C(1000000000);
		matcher_event(t, &e, feed, &f);
	}
	(void)correlate_end(f.c);
	snprintf(ret, sizeof(ret), "%s", seen.titles);
	buf_clear(&f.taken);
	arena_clear(&arena);
	matcher_thread_free(t);
	matcher_free(m);
	return ret;
}

#define DETECTIONS(yaml, ...) \
	detections(yaml, (const struct line[]){ __VA_ARGS__ }, \
	    sizeof((const struct line[]){ __VA_ARGS__ }) / sizeof(struct line))

static void
windows_slide_and_do_not_follow_the_clock(void **state)
{
	static const char yaml[] = RULE("a", "a") "title: many\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  group-by: [u]\n  timespan: 60s\n  condition: {gte: 3}\n";

	(void)state;
	/* Across the minute's end, and the fourth begins a new window. */
	assert_string_equal(DETECTIONS(yaml, { 50, "a=1 u=x" }, { 58, "a=1 u=x" }, { 70, "a=1 u=x" },
	    { 71, "a=1 u=x" }), "many:3,u=x");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 u=x" }, { 30, "a=1 u=x" }, { 61, "a=1 u=x" },
	    { 62, "a=1 u=x" }), "many:3,u=x");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 u=x" }, { 1, "a=1 u=y" }, { 2, "a=1 u=x" }), "");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 u=x" }, { 40, "a=1 u=x" }, { 101, "a=1 u=x" }), "");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }, { 2, "a=1" }), "");
}

static void
different_values_are_counted(void **state)
{
	static const char yaml[] = RULE("a", "a") "title: names\ncorrelation:\n  type: value_count\n"
	    "  rules: [a]\n  group-by: [ip]\n  timespan: 1m\n  condition: {field: u, gt: 1}\n";
	static const char sum[] = RULE("a", "a") "title: sum\ncorrelation:\n  type: value_sum\n"
	    "  rules: [a]\n  timespan: 1m\n  condition: {field: n, gte: 10}\n";
	static const char avg[] = RULE("a", "a") "title: avg\ncorrelation:\n  type: value_avg\n"
	    "  rules: [a]\n  timespan: 1m\n  condition: {field: n, gt: 5}\n";
	static const char mid[] = RULE("a", "a") "title: mid\ncorrelation:\n  type: value_median\n"
	    "  rules: [a]\n  timespan: 1m\n  condition: {field: n, gte: 6}\n";
	static const char pct[] = RULE("a", "a") "title: pct\ncorrelation:\n  type: value_percentile\n"
	    "  rules: [a]\n  timespan: 1m\n  condition: {field: n, percentile: 50, gte: 7}\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 ip=i u=x" }, { 1, "a=1 ip=i u=x" },
	    { 2, "a=1 ip=i u=y" }), "names:3,ip=i");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 ip=i u=x" }, { 70, "a=1 ip=i u=y" }), "");
	assert_string_equal(DETECTIONS(sum, { 0, "a=1 n=4" }, { 1, "a=1 n=6" }, { 2, "a=1 n=9" }), "sum:2");
	assert_string_equal(DETECTIONS(sum, { 0, "a=1 n=4" }, { 1, "a=1 n=many" }), "");
	assert_string_equal(DETECTIONS(avg, { 0, "a=1 n=4" }, { 1, "a=1 n=8" }), "avg:2");
	assert_string_equal(DETECTIONS(mid, { 0, "a=1 n=1" }, { 1, "a=1 n=9" }, { 2, "a=1 n=6" }), "mid:3");
	assert_string_equal(DETECTIONS(mid, { 0, "a=1 n=2" }, { 1, "a=1 n=10" }), "mid:2");
	assert_string_equal(DETECTIONS(mid, { 0, "a=1 n=1" }, { 1, "a=1 n=1" }, { 62, "a=1 n=9" }), "mid:1");
	assert_string_equal(DETECTIONS(pct, { 0, "a=1 n=1" }, { 1, "a=1 n=7" }, { 2, "a=1 n=9" }), "pct:3");
}

static void
rules_come_together_in_any_or_in_their_order(void **state)
{
#define PAIR RULE("a", "a") RULE("b", "b") "title: both\ncorrelation:\n  rules: [a, b]\n" \
	"  group-by: [u]\n  timespan: 10s\n"
	static const char three[] = RULE("a", "a") RULE("b", "b") RULE("c", "c") "title: all\ncorrelation:\n"
	    "  type: temporal_ordered\n  rules: [a, b, c]\n  timespan: 10s\n";
	static const char any[] = PAIR "  type: temporal\n", ordered[] = PAIR "  type: temporal_ordered\n";

	(void)state;
	assert_string_equal(DETECTIONS(any, { 0, "b=1 u=x" }, { 9, "a=1 u=x" }), "both:2,u=x");
	assert_string_equal(DETECTIONS(any, { 0, "b=1 u=x" }, { 9, "a=1 u=y" }), "");
	assert_string_equal(DETECTIONS(any, { 0, "b=1 u=x" }, { 11, "a=1 u=x" }), "");
	assert_string_equal(DETECTIONS(ordered, { 0, "b=1 u=x" }, { 1, "a=1 u=x" }), "");
	assert_string_equal(DETECTIONS(ordered, { 0, "b=1 u=x" }, { 1, "a=1 u=x" }, { 2, "b=1 u=x" }),
	    "both:3,u=x");
	/* The sequence may begin anew; what it began with may have left the window. */
	assert_string_equal(DETECTIONS(three, { 0, "a=1" }, { 1, "b=1" }, { 2, "a=1" }, { 3, "c=1" }), "all:4");
	assert_string_equal(DETECTIONS(three, { 0, "b=1" }, { 1, "a=1" }, { 2, "c=1" }, { 3, "b=1" }, { 4, "c=1" }), "all:5");
	assert_string_equal(DETECTIONS(three, { 0, "a=1" }, { 5, "a=1" }, { 6, "b=1" }, { 14, "c=1" }), "all:3");
	assert_string_equal(DETECTIONS(three, { 0, "a=1" }, { 1, "b=1" }, { 8, "a=1" }, { 11, "c=1" }), "");
}

static void
aliases_name_the_field_of_each_rule(void **state)
{
	static const char yaml[] = RULE("a", "a") RULE("b", "b") "title: both\ncorrelation:\n"
	    "  type: temporal\n  rules: [a, b]\n  group-by: [ip]\n  timespan: 10s\n"
	    "  aliases:\n    ip: {a: src, b: dst}\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 src=i dst=k" }, { 1, "b=1 src=k dst=i" }), "both:2,ip=i");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 src=i" }, { 1, "b=1 src=i" }), "");
}

static void
conditions_with_an_upper_end_wait_for_the_end_of_the_window(void **state)
{
	static const char yaml[] = RULE("a", "a") "title: few\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  timespan: 10s\n  condition: {gte: 2, lte: 3}\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }, { 100, "a=1" }), "few:2");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }), "few:2");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }), "");
}

static void
correlations_rest_on_correlations(void **state)
{
	static const char yaml[] = "title: top\ncorrelation:\n  type: temporal_ordered\n"
	    "  rules: [many, b]\n  group-by: [u]\n  timespan: 60s\n---\n"
	    RULE("a", "a") RULE("b", "b") "title: many\nname: many\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  group-by: [u]\n  timespan: 10s\n  condition: {gte: 2}\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 u=x" }, { 1, "a=1 u=x" }, { 5, "b=1 u=x" }),
	    "many:2,u=x top:2,u=x");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 u=x" }, { 1, "a=1 u=x" }, { 5, "b=1 u=y" }), "many:2,u=x");
}

/* Whatever the lower ones are grouped by: a field comes from the hit that completed them. */
static void
each_correlation_has_its_own_group(void **state)
{
	static const char yaml[] = RULE("a", "a") RULE("b", "b") "title: many\nname: many\ncorrelation:\n"
	    "  type: event_count\n  rules: [a]\n  group-by: [pc]\n  timespan: 10s\n  condition: {gte: 2}\n---\n"
	    "title: more\nname: more\ncorrelation:\n  type: event_count\n  rules: [many]\n  timespan: 60s\n"
	    "  condition: {gte: 1}\n---\n"
	    "title: top\ncorrelation:\n  type: temporal_ordered\n  rules: [more, b]\n  group-by: [who, pc]\n"
	    "  timespan: 60s\n  aliases: {who: {more: u, b: w}}\n";
	static const char late[] = RULE("a", "a") "title: two\nname: two\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  group-by: [pc]\n  timespan: 10s\n  condition: {eq: 2}\n---\n"
	    "title: top\ncorrelation:\n  type: value_count\n  rules: [two]\n  timespan: 60s\n"
	    "  condition: {field: u, gte: 2}\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 pc=p u=y" }, { 1, "a=1 pc=p u=x" }, { 5, "b=1 w=x pc=p" }),
	    "many:2,pc=p more:1 top:2,who=x,pc=p");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 pc=p u=x" }, { 1, "a=1 pc=p u=y" }, { 5, "b=1 w=x pc=p" }),
	    "many:2,pc=p more:1");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 pc=p u=x" }, { 1, "a=1 pc=p" }, { 5, "b=1 w=x pc=p" }),
	    "many:2,pc=p more:1");
	assert_string_equal(DETECTIONS(late, { 0, "a=1 pc=p u=x" }, { 1, "a=1 pc=p u=y" }, { 2, "a=1 pc=q u=x" },
	    { 3, "a=1 pc=q u=z" }, { 40, "a=1 pc=r u=z" }), "two:2,pc=p two:2,pc=q top:2");
	assert_string_equal(DETECTIONS(late, { 0, "a=1 pc=p u=x" }, { 1, "a=1 pc=p u=y" }, { 2, "a=1 pc=q u=x" },
	    { 3, "a=1 pc=q u=y" }), "two:2,pc=p two:2,pc=q");
}

static void
what_had_to_wait_is_handed_on_at_its_time(void **state)
{
	static const char yaml[] = RULE("a", "a") RULE("b", "b") "title: few\nname: few\ncorrelation:\n"
	    "  type: event_count\n  rules: [a]\n  timespan: 10s\n  condition: {eq: 2}\n---\n"
	    "title: top\ncorrelation:\n  type: temporal_ordered\n  rules: [few, b]\n  timespan: 20s\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }, { 5, "b=1" }), "few:2 top:2");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }, { 5, "b=1" }, { 40, "a=1" }),
	    "few:2 top:2");
	assert_string_equal(DETECTIONS(yaml, { 0, "b=1" }, { 1, "a=1" }, { 2, "a=1" }), "few:2");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }, { 22, "b=1" }), "few:2");
	/* The window of the upper one has long gone on when the lower one is decided. */
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1" }, { 1, "a=1" }, { 5, "b=1" }, { 60, "b=1" }, { 90, "b=1" }),
	    "few:2 top:2");
}

static void
only_generate_lets_the_parts_speak(void **state)
{
	static const char silent[] = RULE("a", "a") "title: c\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  timespan: 10s\n  condition: {gte: 2}\n";
	static const char at_top[] = RULE("a", "a") "title: c\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  timespan: 1m\n  condition: {gte: 2}\ngenerate: true\n";
	static const char loud[] = RULE("a", "a") "title: c\ncorrelation:\n  type: event_count\n"
	    "  rules: [a]\n  timespan: 10s\n  condition: {gte: 2}\n  generate: true\n";
	static const char apart[] = RULE("a", "a") "title: b\nname: b\nlogsource: {product: z}\ndetection:\n"
	    "  s: {b: 1}\n  condition: s\n---\ntitle: c\ncorrelation:\n  type: temporal\n  rules: [a, b]\n"
	    "  timespan: 10s\n";
	struct fault_seen fault = { 0 };
	struct matcher *m = compile_text(silent, false, &fault);

	(void)state;
	assert_true(matcher_silent(m, 0));
	assert_true(matcher_is_correlation(m, 1));
	assert_false(matcher_silent(m, 1));
	matcher_free(m);
	m = compile_text(loud, false, &fault);
	assert_false(matcher_silent(m, 0));
	matcher_free(m);
	/* generate may stand beside correlation, too. */
	m = compile_text(at_top, false, &fault);
	assert_false(matcher_silent(m, 0));
	matcher_free(m);
	/* A correlation that cannot be used, for want of the log source of its other rule, silences nobody. */
	m = compile_text(apart, false, &fault);
	assert_int_equal(fault.count, 2);
	assert_int_equal(matcher_rules(m), 1);
	assert_false(matcher_silent(m, 0));
	matcher_free(m);
}

static void
the_older_count_is_understood(void **state)
{
	static const char yaml[] = "title: old\nlogsource: {product: x}\ndetection:\n  s: {a: 1}\n"
	    "  timeframe: 10s\n  condition: s | count(u) by ip > 1\n";

	(void)state;
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 ip=i u=x" }, { 1, "a=1 ip=i u=y" }), "old:2,ip=i");
	assert_string_equal(DETECTIONS(yaml, { 0, "a=1 ip=i u=x" }, { 1, "a=1 ip=i u=x" }), "");
}

static void
circles_and_names_nobody_has_are_refused(void **state)
{
#define CORRELATION(name, of) "title: " name "\nname: " name "\ncorrelation:\n  type: event_count\n" \
	"  rules: [" of "]\n  timespan: 10s\n  condition: {gte: 2}\n"
#define NAMED(title) "title: " title "\nname: n\nlogsource: {product: x}\ndetection:\n  s: {a: 1}\n  condition: s\n---\n"
	static const struct { const char *yaml, *key; } cases[] = {
		{ NAMED("a") NAMED("b") CORRELATION("c", "n"), "sigma.name.several" },
		{ CORRELATION("c", "nobody"), "sigma.correlation.unknown" },
		{ CORRELATION("c", "d") "---\n" CORRELATION("d", "c"), "sigma.correlation.circle" },
		{ CORRELATION("c", "c"), "sigma.correlation.circle" },
		{ "title: c\ncorrelation:\n  type: odd\n  rules: [a]\n", "sigma.correlation.type" },
		{ "title: c\ncorrelation:\n  type: temporal\n  rules: [a]\n  timespan: 5y\n",
		    "sigma.correlation.span" },
		{ "title: c\ncorrelation:\n  type: value_count\n  rules: [a]\n  timespan: 5m\n"
		  "  condition: {gte: 2}\n", "sigma.correlation.field" },
		{ RULE("a", "a") "title: c\ncorrelation:\n  type: event_count\n  rules: [a]\n  timespan: 5m\n"
		  "  condition: {gte: 2, field: u}\n", "sigma.correlation.condition" },
		/* What could never come true, and what would count an event twice. */
		{ RULE("a", "a") "title: c\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [u]\n"
		  "  timespan: 5m\n  condition: {gte: 2}\n  aliases: {u: {b: v}}\n", "sigma.correlation.alias.rule" },
		{ RULE("a", "a") "title: c\ncorrelation:\n  type: event_count\n  rules: [a, a]\n"
		  "  timespan: 5m\n  condition: {gte: 2}\n", "sigma.correlation.twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct fault_seen fault = { 0 };

		matcher_free(compile_text(cases[i].yaml, false, &fault));
		assert_string_equal(fault.key, cases[i].key);
	}
}

TEST_MAIN(cmocka_unit_test(windows_slide_and_do_not_follow_the_clock),
    cmocka_unit_test(different_values_are_counted),
    cmocka_unit_test(rules_come_together_in_any_or_in_their_order),
    cmocka_unit_test(aliases_name_the_field_of_each_rule),
    cmocka_unit_test(conditions_with_an_upper_end_wait_for_the_end_of_the_window),
    cmocka_unit_test(correlations_rest_on_correlations), cmocka_unit_test(each_correlation_has_its_own_group),
    cmocka_unit_test(what_had_to_wait_is_handed_on_at_its_time), cmocka_unit_test(only_generate_lets_the_parts_speak),
    cmocka_unit_test(the_older_count_is_understood),
    cmocka_unit_test(circles_and_names_nobody_has_are_refused))
