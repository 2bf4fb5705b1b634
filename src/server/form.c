/* SPDX-License-Identifier: Apache-2.0 */
#include "server/form.h"

#include <stdio.h>

#include "base/utf8.h"

struct form_file {
	const char *field, *name;
	bool is_unnamed, is_left_out;
	struct upload_writer *writer;
};

struct form {
	struct arena *arena;
	struct app *app;
	struct multipart multipart;
	struct url_params fields;
	struct url_param field[FORM_FIELDS_MAX];
	struct form_file file[FORM_FILES_MAX];
	size_t files, texts; /* texts: bytes of all fields */
	int64_t file_max;
	struct form_file *open_file; /* the part that is being read; NULL: a field */
	struct buf text;
	const char *body; /* NULL: a form as browsers send it */
};

static int
begin_part(void *ctx, const struct multipart_part *part, struct err *err)
{
	struct form *form = ctx;
	struct form_file *file = &form->file[form->files];

	form->open_file = NULL;
	buf_reset(&form->text);
	form->text.max = str_eq(form->body, part->name) ? FORM_TEXTS_MAX : FORM_TEXT_MAX;
	if (part->filename == NULL || str_eq(form->body, part->name)) {
		if (form->fields.count == FORM_FIELDS_MAX)
			return err_set(err, ERR_TOO_LARGE, "err.form_too_large", NULL);
		form->field[form->fields.count].name = arena_strdup(form->arena, part->name);
		return 0;
	}
	if (form->files == FORM_FILES_MAX) {
		err_set(err, ERR_TOO_LARGE, "err.too_many_files", part->name);
		err_argi(err, "max", FORM_FILES_MAX);
		return ERR_TOO_LARGE;
	}
	file->field = arena_strdup(form->arena, part->name);
	file->name = arena_strdup(form->arena, part->filename);
	file->is_unnamed = strcmp(part->filename, "tep") == 0;
	form->open_file = file;
	form->files++;
	return upload_begin(
	    form->app, part->filename, part->type, form->file_max, &file->writer, err);
}

/* What a person is told about a size: whole MB. */
static int
file_data(struct form *form, const void *data, size_t len, struct err *err)
{
	struct upload_writer *writer = form->open_file->writer;
	char max[32];

	if (form->open_file->is_left_out)
		return 0;
	if (upload_size(writer) + (int64_t)len <= form->file_max)
		return upload_write(writer, data, len, err);
	if (form->body != NULL) {
		upload_drop(writer);
		form->open_file->writer = NULL;
		form->open_file->is_left_out = true;
		return 0;
	}
	snprintf(max, sizeof(max), "%lld MB", (long long)(form->file_max >> 20));
	return err_fail(err, ERR_TOO_LARGE, "err.file_too_large", form->open_file->field, "name",
	    upload_name(writer), "max", max);
}

static int
part_data(void *ctx, const void *data, size_t len, struct err *err)
{
	struct form *form = ctx;

	if (form->open_file != NULL)
		return file_data(form, data, len, err);
	buf_add(&form->text, data, len);
	form->texts += len;
	if (!form->text.full && form->texts <= FORM_TEXTS_MAX)
		return 0;
	err_set(err, ERR_TOO_LARGE, "err.form_too_large",
	    form->field[form->fields.count].name);
	return ERR_TOO_LARGE;
}

static int
end_part(void *ctx, struct err *err)
{
	struct form *form = ctx;
	struct form_file *file = form->open_file;
	struct url_param *field = &form->field[form->fields.count];

	if (file != NULL) {
		/* A file box that was left empty: browsers send it without name and content. */
		if (file->is_unnamed && !file->is_left_out && upload_size(file->writer) == 0) {
			upload_drop(file->writer);
			file->writer = NULL;
			form->files--;
		}
		return 0;
	}
	if (!utf8_valid(buf_str(&form->text), form->text.len))
		return err_set(err, ERR_INVALID, "err.utf8", field->name);
	field->value = arena_strndup(form->arena, buf_str(&form->text), form->text.len);
	form->fields.count++;
	return 0;
}

static const struct multipart_ops parts = { begin_part, part_data, end_part };

int
form_new(struct arena *arena, struct app *app, const char *content_type, int64_t file_max,
    struct form **ret, struct err *err)
{
	struct form *form = arena_alloc(arena, sizeof(*form));
	int kind = multipart_init(&form->multipart, content_type, &parts, form, err);

	if (kind != 0)
		return kind;
	form->arena = arena;
	form->app = app;
	form->file_max = file_max;
	form->fields.param = form->field;
	buf_init(&form->text, FORM_TEXT_MAX);
	*ret = form;
	return 0;
}

void
form_with_body(struct form *form, const char *name)
{
	form->body = name;
}

int
form_feed(struct form *form, const void *data, size_t len, struct err *err)
{
	return multipart_feed(&form->multipart, data, len, err);
}

int
form_finish(struct form *form, struct err *err)
{
	return multipart_finish(&form->multipart, err);
}

const struct url_params *
form_fields(const struct form *form)
{
	return &form->fields;
}

size_t
form_files(const struct form *form)
{
	return form->files;
}

const char *
form_file_field(const struct form *form, size_t i)
{
	return form->file[i].field;
}

int
form_keep(struct form *form, struct upload *ret, struct err *err)
{
	for (size_t i = 0; i < form->files; i++) {
		struct form_file *file = &form->file[i];
		struct upload_writer *writer = file->writer;
		int kind;

		file->writer = NULL;
		ret[i] = (struct upload){ .size = -1 };
		kind = file->is_left_out ? 0 : upload_keep(writer, &ret[i], err);
		if (kind != 0)
			return kind;
		snprintf(ret[i].name, sizeof(ret[i].name), "%s", file->name);
		snprintf(ret[i].field, sizeof(ret[i].field), "%s", file->field);
	}
	return 0;
}

void
form_drop(struct form *form)
{
	if (form == NULL)
		return;
	for (size_t i = 0; i < FORM_FILES_MAX; i++)
		upload_drop(form->file[i].writer);
	memset(form->file, 0, sizeof(form->file));
	buf_clear(&form->text);
}
