/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

void
err_clear(struct err *err)
{
	if (err == NULL)
		return;
	free(err->list);
	memset(err, 0, sizeof(*err));
}

static void
copy(char *to, size_t size, const char *from)
{
	size_t len = from == NULL ? 0 : strlen(from);

	if (len >= size)
		len = utf8_cut(from, size - 1);
	if (len > 0)
		memcpy(to, from, len);
	to[len] = '\0';
}

int
err_set(struct err *err, enum err_kind kind, const char *key, const char *field)
{
	if (err == NULL || err->kind != ERR_NONE)
		return err == NULL ? (int)kind : err->kind;
	err->kind = kind;
	copy(err->key, sizeof(err->key), key);
	copy(err->field, sizeof(err->field), field);
	return kind;
}

void
err_arg(struct err *err, const char *name, const char *value)
{
	if (err == NULL || err->args == ERR_ARGS_MAX)
		return;
	copy(err->arg[err->args].name, sizeof(err->arg[0].name), name);
	copy(err->arg[err->args].value, sizeof(err->arg[0].value), value);
	err->args++;
}

void
err_argi(struct err *err, const char *name, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	err_arg(err, name, text);
}

void
err_where(struct err *err, const char *file, int line, int column)
{
	if (err == NULL)
		return;
	copy(err->file, sizeof(err->file), file);
	err->line = line;
	err->column = column;
}

int
err_fail(struct err *err, enum err_kind kind, const char *key, const char *field,
    const char *name1, const char *value1, const char *name2, const char *value2)
{
	bool first = err != NULL && err->kind == ERR_NONE;
	int ret = err_set(err, kind, key, field);

	if (first && name1 != NULL)
		err_arg(err, name1, value1);
	if (first && name2 != NULL)
		err_arg(err, name2, value2);
	return ret;
}

int
err_sys(struct err *err, enum err_kind kind, const char *what, int errnum)
{
	char reason[128];
	const char *key;

	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		key = "err.system.missing";
		break;
	case EACCES:
	case EPERM:
		key = "err.system.denied";
		break;
	case EROFS:
		key = "err.system.read_only";
		break;
	case EEXIST:
		key = "err.system.exists";
		break;
	case EISDIR:
		key = "err.system.folder";
		break;
	case ENOSPC:
	case EDQUOT:
		key = "err.system.full";
		break;
	default:
		key = "err.system";
	}
	return err_fail(err, kind, key, NULL, "what", what, "reason",
	    strerror_r(errnum, reason, sizeof(reason)));
}

int
err_exit_status(enum err_kind kind)
{
	if (kind == ERR_NONE)
		return 0;
	return kind == ERR_USAGE ? 2 : 1;
}
