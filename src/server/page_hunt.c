/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page_hunt.c: the page a hunt wrote, for a frame inside the incident.  A worker that has read
 * files from outside made it, so the browser holds it: no script, no form, nothing from elsewhere,
 * an origin of its own.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"
#include "server/page_part.h"
#include "server/server.h"

#define HELD "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none';" \
	" frame-ancestors 'self'"

void
page_hunt(struct page_request *p, struct http_response *res)
{
	struct json *args = json_new_object(), *answer = NULL;
	struct err err = { 0 };
	char token[33];
	const char *dir = arena_printf(p->arena, "%s/tmp", p->app->dir);
	const char *path = arena_printf(p->arena, "%s/%s", dir, token_new(16, token));
	struct stat st;

	json_set_str(args, "id", p->param[0]);
	json_set_str(args, "file", path);
	if (file_mkdir(dir, 0700, &err) != 0)
		json_free(args);
	else if (page_call(p, "hunt page", args, false, &answer, &err) == 0)
		file_open(path, O_RDONLY, 0, &res->fd, &err);
	unlink(path);
	if (err.kind == ERR_NONE && fstat(res->fd, &st) != 0)
		err_set(&err, ERR_IO, "err.internal", NULL);
	if (err.kind != ERR_NONE) {
		page_problem(p, res, &err);
	} else {
		http_answer(res, 200, "text/html; charset=utf-8");
		res->fd_size = st.st_size;
		res->csp = HELD;
		res->is_framed = true;
	}
	json_free(answer);
	err_clear(&err);
}
