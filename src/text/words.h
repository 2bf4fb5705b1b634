/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h: the catalogues: every text a person reads, by language and key.
 *
 * Catalogue files are flat JSON objects, packs/words/<lang>/<area>.json:
 * "key": "text with {name}".  They are loaded at start, before there are
 * threads; after that everything here only reads and may run anywhere.
 *
 * {name} stands for an argument.  One that was not given is replaced by the
 * text of "arg.name" when there is such a key.  {field} in an error's text is
 * the field's own name in that language, key "field.<name>".  A value that
 * begins with '@' and goes on with a key of the catalogue, "@state.closed", is
 * replaced by that key's text; this holds for arguments and list items of an
 * error too, so that C code can name things without knowing the language.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum lang { LANG_VI, LANG_EN };

#define WORDS_LANGS 2

/* "vi" or "en", and back; anything else reads as Vietnamese. */
const char *lang_code(enum lang lang);
enum lang lang_of(const char *code);

/*
 * Merges the catalogue file ${data} into ${lang}; a key that was there before
 * takes the new text, so that an agency's own file can override.
 * ERR_INVALID: not JSON (json_parse), not an object, or a value that is no
 * string ("err.words", argument key).
 */
int words_load(enum lang lang, const char *data, size_t len, struct err *err);

/* Forgets everything, for tests and the end of the program. */
void words_clear(void);

/* The text, else the Vietnamese one, else ${key} itself. Never NULL unless ${key} is. */
const char *word(enum lang lang, const char *key);

/* The same, but ${otherwise} for a key without a text: for keys that are made and then gone. */
const char *word_or(enum lang lang, const char *key, const char *otherwise);

/* Whether ${lang} itself has ${key}. */
bool words_has(enum lang lang, const char *key);

/*
 * Walks the keys of one language, in no order; ${i} starts at 0.
 * Returns NULL at the end.
 */
const char *words_next(enum lang lang, size_t *i, const char **ret_text);

/* Adds the text of ${key} with its arguments filled in. */
void words_format(struct buf *out, enum lang lang, const char *key, const char *const names[],
    const char *const values[], size_t n);

/*
 * Adds ${err} as a message for a person: "file:line:column: " when known, the
 * field's name when the text itself does not say it, the text, then each item
 * of err.list on its own line after "- ".  Control characters in arguments are
 * shown as \xNN, malformed UTF-8 as U+FFFD: the message may go to a terminal.
 */
void words_err(struct buf *out, enum lang lang, const struct err *err);

/* As words_err, without place and list: for answers that carry those apart. */
void words_err_text(struct buf *out, enum lang lang, const struct err *err);

/* As an object for programs: error, detail, and as far as known field, file, line, column, missing. */
void words_err_json(struct buf *out, enum lang lang, const struct err *err);
