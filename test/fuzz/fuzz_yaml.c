/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_yaml.c: any bytes as a YAML stream and as a pack; faults must have a place. */
#include "base/utf8.h"
#include "pack/pack.h"
#include "text/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static void
look(const struct yaml_node *node, int depth)
{
	must(depth <= YAML_DEPTH_MAX && node->line > 0 && node->column > 0);
	if (node->kind == YAML_SCALAR) {
		must(utf8_valid(node->text, strlen(node->text)));
		return;
	}
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == YAML_MAP)
			must(yaml_get(node, node->key[i]->text) == node->item[i]);
		look(node->item[i], depth + 1);
	}
}

static void
fault(void *user, const struct err *err)
{
	size_t *faults = user;

	++*faults;
	must(err->kind != ERR_NONE && err->line > 0 && err->column > 0);
	must(strcmp(err->file, "fuzz") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct yaml_stream s = { NULL, 0 };
	struct err err = { 0 };
	size_t faults = 0;
	int ret = yaml_parse(&arena, (const char *)data, size, "fuzz", &s, &err);

	if (ret == 0)
		for (size_t i = 0; i < s.count; i++)
			look(s.doc[i], 0);
	else
		must(err.line > 0 && err.column > 0);
	err_clear(&err);
	arena_clear(&arena);

	ret = packs_check_bytes("fuzz", (const char *)data, size, true, fault, &faults);
	must((ret == 0) == (faults == 0));
	return 0;
}
