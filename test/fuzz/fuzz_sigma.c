/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from any bytes: read, linked, compiled, and asked about one event in both ways. */
#include <stdio.h>

#include "detect/matcher.h"

static const char pipeline[] =
    "id: t\nkind: pipeline\nversion: 1\ntitle: {vi: t, en: t}\nsource: t\ncertainty: verified\n"
    "product: x\nwhole: true\ngate: {a: \"*\"}\nroute: [EventID]\n"
    "categories:\n  - {category: p, when: {EventID: 1}}\n";

static void
count(void *arg, struct matcher_thread *thread, const struct event *event, uint32_t rule)
{
	size_t *n = arg;

	(void)thread;
	(void)event;
	*n = *n * 31 + rule + 1;
}

static size_t
hits_of(const struct sigma_set *set, const struct pipelines *pipelines, bool no_prefilter)
{
	static const char *const name[] = { "a", "b", "EventID" }, *const text[] = { "Foo-bar /x", "7", "1" };
	struct matcher_options options = { no_prefilter };
	struct matcher *m = matcher_compile(set, pipelines, &options, NULL, NULL);
	struct matcher_thread *t = matcher_thread_new(m);
	struct event_value value[3];
	struct event event = { .value = value, .values = 3, .format = "test" };
	size_t n = 0;

	for (int i = 0; i < 3; i++)
		value[i] = (struct event_value){ .id = names_find(matcher_names(m), name[i], strlen(name[i])),
			.name = name[i], .name_len = (uint32_t)strlen(name[i]), .type = VALUE_TEXT,
			.data = text[i], .len = (uint32_t)strlen(text[i]) };
	matcher_event(t, &event, count, &n);
	matcher_thread_free(t);
	matcher_free(m);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pipelines *pipelines = NULL;
	struct sigma_set *set = sigma_set_new();

	if (pipelines_add(&pipelines, pipeline, sizeof(pipeline) - 1, "t", NULL) != 0)
		abort();
	sigma_read(set, (const char *)data, size, "f", NULL, NULL);
	sigma_link(set, NULL, NULL);
	if (hits_of(set, pipelines, false) != hits_of(set, pipelines, true))
		abort();
	pipelines_free(pipelines);
	sigma_set_free(set);
	return 0;
}
