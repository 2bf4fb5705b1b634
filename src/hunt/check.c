/* SPDX-License-Identifier: Apache-2.0 */
#include "hunt/check.h"

#include "text/jsonw.h"

#define OUT_MAX ((size_t)64 << 20)

/* The file below the folder that was given, as hunts show files. */
static const char *
below(const struct detect_load *rules, const char *file)
{
	for (size_t i = 0; i < rules->paths; i++) {
		size_t len = strlen(rules->path[i]);

		while (len > 1 && rules->path[i][len - 1] == '/')
			len--;
		if (strncmp(file, rules->path[i], len) == 0 && file[len] == '/')
			return file + len + strspn(file + len, "/");
	}
	return file;
}

static void
on_fault(void *arg, const struct sigma_about *about, const struct err *err)
{
	struct rules_checked *c = arg;
	bool unmapped = err->kind == ERR_NOT_FOUND && strcmp(err->key, "detect.unmapped") == 0;
	struct buf *out = unmapped ? &c->unmapped : &c->refused, reason = BUF_INIT(100000);
	const char *file = below(c->rules, err->file[0] != '\0' || about == NULL ? err->file : about->file);
	int line = err->line > 0 || about == NULL ? err->line : about->line;
	struct jsonw w = JSONW_INIT(out);

	words_err_text(&reason, c->lang, err);
	if (!c->json) {
		buf_printf(out, "%s:%d: %s\n", file, line, buf_str(&reason));
		buf_clear(&reason);
		return;
	}
	if (out->len > 0)
		buf_addc(out, ',');
	jsonw_object(&w);
	jsonw_kstring(&w, "file", file);
	jsonw_kint(&w, "line", line);
	jsonw_kstring(&w, "reason", buf_str(&reason));
	jsonw_kstring(&w, "error", err->key);
	if (about != NULL) {
		jsonw_kstring(&w, "rule_id", about->id);
		jsonw_kstring(&w, "title", about->title);
	}
	jsonw_object_end(&w);
	buf_clear(&reason);
}

int
rules_checked(const struct detect_load *rules, bool json, enum lang lang, struct rules_checked *ret,
    struct err *err)
{
	struct matcher *matcher = NULL;
	int failed;

	*ret = (struct rules_checked){ .unmapped = BUF_INIT(OUT_MAX), .refused = BUF_INIT(OUT_MAX), .rules = rules,
	    .lang = lang, .json = json };
	failed = detect_load(rules, on_fault, ret, &matcher, &ret->loaded, err);
	matcher_free(matcher);
	if (failed == 0 && (ret->unmapped.full || ret->refused.full))
		failed = err_set(err, ERR_TOO_LARGE, "err.too_large", NULL);
	return failed;
}

void
rules_checked_clear(struct rules_checked *c)
{
	buf_clear(&c->unmapped);
	buf_clear(&c->refused);
}

void
rules_checked_json(const struct rules_checked *c, struct buf *out)
{
	buf_printf(out, "\"loaded\":%zu,\"unmapped\":[", c->loaded.loaded);
	buf_add(out, buf_str(&c->unmapped), c->unmapped.len);
	buf_adds(out, "],\"refused\":[");
	buf_add(out, buf_str(&c->refused), c->refused.len);
	buf_addc(out, ']');
}
