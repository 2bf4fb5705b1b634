/* SPDX-License-Identifier: Apache-2.0 */
/* sigma_case.h: rules and events in a few words, for the tests of detection. */
#pragma once

#include "base/arena.h"
#include "detect/correlate.h"
#include "detect/matcher.h"
#include "testing.h"

/* Every event that has a field "all" of any value, or is of another product named "x". */
static const char case_pipeline[] =
    "id: t\nkind: pipeline\nversion: 1\ntitle: {vi: t, en: t}\nsource: t\ncertainty: verified\n"
    "product: x\nwhole: true\ngate: {all: \"*\"}\nroute: [EventID]\n"
    "services:\n  - {service: s, when: {Channel: one}}\n"
    "categories:\n"
    "  - {category: p, service: s, when: {EventID: 1}}\n"
    "  - {category: p, service: s, when: {EventID: 2}, fields: {Image: Program, Name: [First, Second]}}\n";

/* What %list% stands for. */
static const char *const case_list[] = { "one", "t*o" };

struct fault_seen {
	char key[64];
	int line;
	size_t count;
};

static inline void
see_fault(void *arg, const struct sigma_about *about, const struct err *err)
{
	struct fault_seen *f = arg;

	(void)about;
	if (f->count++ == 0) {
		snprintf(f->key, sizeof(f->key), "%s", err->key);
		f->line = err->line;
	}
}

static inline struct matcher *
compile_text(const char *yaml, bool no_prefilter, struct fault_seen *fault)
{
	struct matcher_options options = { no_prefilter };
	struct pipelines *pipelines = NULL;
	struct sigma_set *set = sigma_set_new();
	struct matcher *m;

	assert_int_equal(pipelines_add(&pipelines, case_pipeline, strlen(case_pipeline), "t", NULL), 0);
	sigma_expand(set, "list", case_list, ARRAY_LEN(case_list));
	sigma_read(set, yaml, strlen(yaml), "t.yml", see_fault, fault);
	sigma_link(set, see_fault, fault);
	m = matcher_compile(set, pipelines, &options, see_fault, fault);
	pipelines_free(pipelines);
	sigma_set_free(set);
	return m;
}

/* "name=value name=value": a blank ends a value, \s is a blank, \n null, \u16 makes the next UTF-16. */
static inline void
make_event(struct arena *arena, const struct matcher *m, const char *text, struct event *event)
{
	*event = (struct event){ .value = arena_alloc(arena, 64 * sizeof(*event->value)), .format = "test" };
	while (*text != '\0') {
		struct event_value *v = &event->value[event->values];
		size_t name = strcspn(text, "="), len = strcspn(text + name + 1, " ");
		char *data = arena_alloc(arena, len + 1), *to = data;

		v->name = text;
		v->name_len = (uint32_t)name;
		v->id = names_find(matcher_names(m), text, name);
		for (const char *p = text + name + 1; p < text + name + 1 + len; p++)
			*to++ = p[0] == '\\' && p[1] == 's' ? (p++, ' ') : *p;
		v->type = to - data == 2 && memcmp(data, "\\n", 2) == 0 ? VALUE_NULL : VALUE_TEXT;
		v->data = data;
		v->len = (uint32_t)(to - data);
		event->values++;
		text += name + 1 + len;
		text += strspn(text, " ");
	}
}

struct hits_seen {
	const struct matcher *m;
	char titles[400];
	struct buf taken;
};

static inline void
see_hit(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	struct hits_seen *h = arg;
	size_t n = strlen(h->titles);

	snprintf(h->titles + n, sizeof(h->titles) - n, "%s%s", n == 0 ? "" : " ",
	    matcher_about(h->m, rule)->title);
	if (matcher_feeds(h->m, rule))
		correlate_take(thread, event, rule, &h->taken);
}

/* Titles of the rules that are true of the event, with and without the prefilter. */
static inline const char *
titles_of(const char *yaml, const char *text)
{
	static char ret[400];
	struct fault_seen fault = { 0 };

	for (int way = 0; way < 2; way++) {
		struct matcher *m = compile_text(yaml, way == 1, &fault);
		struct matcher_thread *t = matcher_thread_new(m);
		struct hits_seen seen = { .m = m, .taken = BUF_INIT(1 << 16) };
		struct arena arena = ARENA_INIT;
		struct event event;

		if (fault.count > 0)
			fail_msg("%s at line %d", fault.key, fault.line);
		make_event(&arena, m, text, &event);
		matcher_event(t, &event, see_hit, &seen);
		if (way == 1)
			assert_string_equal(ret, seen.titles);
		snprintf(ret, sizeof(ret), "%s", seen.titles);
		buf_clear(&seen.taken);
		arena_clear(&arena);
		matcher_thread_free(t);
		matcher_free(m);
	}
	return ret;
}

/* A rule of product x that asks for ${items} (each line with four blanks before it). */
static inline const char *
rule_of(const char *items)
{
	static char text[8192];

	snprintf(text, sizeof(text), "title: r\nlogsource: {product: x}\ndetection:\n  s:\n%s\n  condition: s\n",
	    items);
	return text;
}

static inline bool
is_true(const char *items, const char *event)
{
	char text[2000];

	snprintf(text, sizeof(text), "all=1 %s", event);
	return str_eq(titles_of(rule_of(items), text), "r");
}
