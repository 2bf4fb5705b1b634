/* SPDX-License-Identifier: Apache-2.0 */
#include "app/upload.h"

#include <stdio.h>

#include "app/app.h"
#include "store/blob.h"

struct upload_writer {
	struct blob_writer *blob;
	struct upload upload;
};

/* "image/png" out of "image/png; name=x"; anything that is no such word becomes nothing. */
static void
media_type(char *out, size_t size, const char *sent)
{
	size_t len = strcspn(sent, "; \t");

	out[0] = '\0';
	if (len >= size ||
	    strspn(sent, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			 "/+-._") < len)
		return;
	snprintf(out, size, "%.*s", (int)len, sent);
}

int
upload_begin(struct app *app, const char *name, const char *type, int64_t max,
    struct upload_writer **ret, struct err *err)
{
	struct upload_writer *w = xcalloc(1, sizeof(*w));
	int kind = blob_begin(app->blobs, max, &w->blob, err);

	if (kind != 0) {
		free(w);
		return kind;
	}
	snprintf(w->upload.name, sizeof(w->upload.name), "%s", name);
	media_type(w->upload.media_type, sizeof(w->upload.media_type), type == NULL ? "" : type);
	*ret = w;
	return 0;
}

int
upload_write(struct upload_writer *w, const void *data, size_t len, struct err *err)
{
	w->upload.size += (int64_t)len;
	return blob_write(w->blob, data, len, err);
}

int64_t
upload_size(const struct upload_writer *w)
{
	return w->upload.size;
}

const char *
upload_name(const struct upload_writer *w)
{
	return w->upload.name;
}

int
upload_keep(struct upload_writer *w, struct upload *ret, struct err *err)
{
	int kind = blob_commit(w->blob, w->upload.sha256, &w->upload.size, err);

	if (kind == 0)
		*ret = w->upload;
	free(w);
	return kind;
}

void
upload_drop(struct upload_writer *w)
{
	if (w == NULL)
		return;
	blob_abort(w->blob);
	free(w);
}
