/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_form.c: a form, its values and the case from any bytes, as every kind of
 * document.  Up to the first NUL: a form (YAML; nothing: a shipped one); behind it JSON with
 * values, facts, document.
 */
#include "base/utf8.h"
#include "os/embed.h"
#include "report/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Fontconfig keeps offsets where others keep pointers, so that its caches look lost. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libfontconfig";
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* A form of the program: which one, the first byte says. */
static const char *
shipped(uint8_t which)
{
	const struct embed *e, *first = NULL;
	size_t n = 0;

	for (size_t i = 0; (e = embed_next("packs/form/", &i)) != NULL; n++)
		if (n == which || first == NULL)
			first = e;
	return first->data;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "docx", "html", "txt", "pdf" };
	static struct type *type;
	const uint8_t *nul = size == 0 ? NULL : memchr(data, 0, size);
	struct json *request = NULL;
	char *form;

	if (type == NULL)
		type = type_new();
	must(type != NULL);
	if (nul == NULL || size > 40000 ||
	    json_parse((const char *)nul + 1, size - (size_t)(nul - data) - 1, &request, NULL) != 0 ||
	    json_kind(request) != JSON_KIND_OBJECT) {
		json_free(request);
		return 0;
	}
	form = nul - data > 1 ? xstrdup((const char *)data) : xstrdup(shipped(data[0]));
	if (utf8_valid(form, strlen(form)))
		json_set_str(request, "form", form);
	free(form);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		cleanup(json_freep) struct json *answer = NULL;
		struct buf out = BUF_INIT((size_t)8 << 20);
		struct err err = { 0 };
		int ret;

		json_set_str(request, "format", formats[i]);
		ret = render(request, type, &answer, &out, &err);
		must((ret == 0) == (answer != NULL));
		must(ret == 0 ? out.len > 0 || i == 2 : err.kind == ret && err.key[0] != '\0');
		buf_clear(&out);
		err_clear(&err);
	}
	json_free(request);
	return 0;
}
