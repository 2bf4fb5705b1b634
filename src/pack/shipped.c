/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/shipped.h"

#include "os/embed.h"
#include "text/words.h"

int
shipped_words(struct err *err)
{
	static const struct { const char *prefix; enum lang lang; } dir[] = {
		{ "packs/words/vi/", LANG_VI }, { "packs/words/en/", LANG_EN },
	};
	const struct embed *file;

	for (size_t d = 0; d < ARRAY_LEN(dir); d++) {
		for (size_t i = 0; (file = embed_next(dir[d].prefix, &i)) != NULL;) {
			int ret = words_load(dir[d].lang, file->data, file->size, err);

			if (ret != 0) {
				err_where(err, file->name, err == NULL ? 0 : err->line,
				    err == NULL ? 0 : err->column);
				return ret;
			}
		}
	}
	return 0;
}
