/* SPDX-License-Identifier: Apache-2.0 */
/*
 * matcher.h: many rules against one event.
 *
 * Compiling gives an immutable matcher that any number of threads use, each with its own
 * struct matcher_thread.  What an event is (channel, event id, program …) chooses a bucket of
 * rules; one scan over the values that matter there finds which rules can be true at all;
 * those are evaluated.  In the steady state nothing is allocated.
 *
 *	detect_load(…, &matcher, …);                      load.h: files to matcher, with the cache
 *	names = matcher_names(matcher);                   more may be added before reading begins
 *	ingest_thread_new(names) …; t = matcher_thread_new(matcher);
 *	matcher_event(t, event, fn, arg);                 fn is told each rule that is true
 */
#pragma once

#include "detect/pipeline.h"
#include "detect/sigma.h"
#include "event/event.h"

struct matcher;
struct matcher_thread;

struct matcher_options {
	bool no_prefilter;       /* evaluates every rule of the bucket: the same answers, slowly */
};

/*
 * Compiles the set (after sigma_link()).  A rule that no pipeline maps (ERR_NOT_FOUND,
 * "detect.unmapped" {category} {product} {service}) or whose expressions cannot be compiled
 * (ERR_INVALID, "detect.regex" {reason}) is told to ${fn} and left out, correlations over it too.
 * What ${set} and ${pipelines} hold is copied.  Never NULL.
 */
struct matcher *matcher_compile(const struct sigma_set *set, const struct pipelines *pipelines,
    const struct matcher_options *options, sigma_fault_fn fn, void *arg);
void matcher_free(struct matcher *matcher); /* NULL is allowed */

/* As matcher_options.no_prefilter, for a matcher that is there already; before its first thread. */
void matcher_try_all(struct matcher *matcher);

/* The fields that rules ask for; the matcher's own.  Others may add theirs before reading begins. */
struct names *matcher_names(const struct matcher *matcher);

/* Rules and correlations that can give detections or feed them are numbered from 0. */
uint32_t matcher_rules(const struct matcher *matcher);
const struct sigma_about *matcher_about(const struct matcher *matcher, uint32_t rule);

/* Whether hits of the rule are only for correlations and are no detections themselves. */
bool matcher_silent(const struct matcher *matcher, uint32_t rule);

/* Whether the number is of a correlation: correlate.h gives its detections, matcher_event() never. */
bool matcher_is_correlation(const struct matcher *matcher, uint32_t rule);

/* Whether correlate_take() wants the hits of this rule. */
bool matcher_feeds(const struct matcher *matcher, uint32_t rule);

struct matcher_thread *matcher_thread_new(const struct matcher *matcher);
void matcher_thread_free(struct matcher_thread *thread); /* NULL is allowed */

/* ${thread} and ${event} are for matcher_explain() and correlate_take(), during the call only. */
typedef void (*matcher_hit_fn)(void *arg, struct matcher_thread *thread, const struct event *event,
    uint32_t rule);

/*
 * Tells ${fn} each rule that is true of the event, once, in ascending order of the rules.
 * Returns whether some pipeline knew the event (its log source is one that rules speak of).
 */
bool matcher_event(struct matcher_thread *thread, const struct event *event, matcher_hit_fn fn, void *arg);

/* One reason why a rule was true. Texts live until the next call on the thread. */
struct matcher_reason {
	const char *selection;            /* name in the rule, or "" */
	const char *field;                /* as the event has it; "" for a keyword without a name */
	const struct event_value *value;  /* NULL: it is absent, and had to be */
	struct text text;                 /* of the value, as event_text() gives it */
	const char *pattern;              /* field|modifiers: value, as the rule has it */
};

/* Within a matcher_hit_fn: tells ${fn} the tests that made the rule true, at most ${max}; returns how many. */
size_t matcher_explain(struct matcher_thread *thread, const struct event *event, uint32_t rule, size_t max,
    void (*fn)(void *arg, const struct matcher_reason *reason), void *arg);

struct matcher_stat {
	uint32_t rules, correlations, variants; /* variants: a rule once per way its log source is found */
	uint32_t buckets, databases, literals;
	uint32_t open;                          /* variants without a witness: evaluated for each event */
	size_t bytes;
};
void matcher_stat(const struct matcher *matcher, struct matcher_stat *ret);

/* What a thread did so far. */
struct matcher_count {
	uint64_t events, scanned, bytes, candidates, hits;
	uint64_t limited; /* expressions given up on a value because they would have run too long */
};
void matcher_count(const struct matcher_thread *thread, struct matcher_count *ret);
