/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page_part.h"

#include <stdio.h>

#include "base/clock.h"
#include "os/embed.h"
#include "server/server.h"

#define FILES   "web/public-page/"

void
page_put_(struct buf *out, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	for (const char *next; (next = strstr(fmt, "%s")) != NULL; fmt = next + 2) {
		buf_add(out, fmt, (size_t)(next - fmt));
		html_text(out, va_arg(args, const char *));
	}
	va_end(args);
	buf_adds(out, fmt);
}

const char *
say(const struct sheet *s, const char *key)
{
	return word(s->lang, key);
}

const char *
say1(const struct sheet *s, const char *key, const char *name, const char *value)
{
	struct buf text = BUF_INIT(8192);
	const char *ret;

	words_format(&text, s->lang, key, &name, &value, 1);
	ret = arena_strdup(s->p->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

const char *
text_of(const struct json *object, const char *key)
{
	const char *text = json_get_str(object, key);

	return text == NULL ? "" : text;
}

const char *
page_link(const struct page_request *p, const char *path)
{
	return url_param(&p->http->query, "lang") == NULL ? path :
	    arena_printf(p->arena, "%s?lang=%s", path, lang_code(p->lang));
}

const char *
page_time(const struct page_request *p, const char *iso)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms;

	if (iso == NULL || !clock_parse(iso, &ms))
		return "";
	return arena_strdup(p->arena, clock_vi(ms, text));
}

const char *
page_err(const struct page_request *p, const struct err *err)
{
	struct buf text = BUF_INIT(16384);
	struct err at_field = *err;
	const char *ret;

	if (strstr(word(p->lang, err->key), "{field}") == NULL)
		at_field.field[0] = '\0';
	words_err(&text, p->lang, &at_field);
	ret = arena_strdup(p->arena, buf_str(&text));
	buf_clear(&text);
	return ret;
}

struct json *
page_read(struct page_request *p, const char *op, const char *name, const char *value,
    struct err *err)
{
	struct json *args = json_new_object(), *answer = NULL;

	if (name != NULL)
		json_set_str(args, name, value);
	return page_call(p, op, args, false, &answer, err) == 0 ? answer : NULL;
}

/* ---- files beside the pages ------------------------------------------------------- */

static const struct {
	const char *name, *type;
} files[] = {
	{ "page.css", "text/css; charset=utf-8" },
	{ "print.css", "text/css; charset=utf-8" },
	{ "page.js", "text/javascript; charset=utf-8" },
};

/* Changes with the content, so that the file may be kept for ever under this name. */
static const char *
file_mark(struct arena *arena, const char *name)
{
	const struct embed *file = embed_get(arena_printf(arena, FILES "%s", name));
	uint32_t hash = UINT32_C(0x811c9dc5);

	for (size_t i = 0; file != NULL && i < file->size; i++)
		hash = (hash ^ ((const unsigned char *)file->data)[i]) * UINT32_C(0x01000193);
	return arena_printf(arena, "%08x", (unsigned)hash);
}

void
page_file(struct page_request *p, struct http_response *res)
{
	const char *accept = http_header(p->http, "Accept-Encoding");
	const char *mark = url_param(&p->http->query, "v");
	const struct embed *file = NULL, *packed;
	struct err err = { 0 };
	size_t i = 0;

	while (i < ARRAY_LEN(files) && strcmp(files[i].name, p->param[0]) != 0)
		i++;
	if (i < ARRAY_LEN(files))
		file = embed_get(arena_printf(p->arena, FILES "%s", files[i].name));
	if (file == NULL) {
		err_fail(&err, ERR_NOT_FOUND, "err.no_such_address", NULL, "path", p->http->path,
		    NULL, NULL);
		page_problem(p, res, &err);
		err_clear(&err);
		return;
	}
	http_answer(res, 200, files[i].type);
	res->cache = mark != NULL && strcmp(mark, file_mark(p->arena, files[i].name)) == 0 ?
	    HTTP_IMMUTABLE : HTTP_REVALIDATE;
	packed = embed_get(arena_printf(p->arena, FILES "%s.gz", files[i].name));
	if (packed != NULL && accept != NULL && strstr(accept, "gzip") != NULL) {
		http_add_header(res, "Content-Encoding", "gzip");
		file = packed;
	}
	http_add_header(res, "Vary", "Accept-Encoding");
	res->data = file->data;
	res->size = file->size;
}

/* ---- the frame -------------------------------------------------------------------- */

static void
put_head(struct sheet *s, enum sheet_kind kind, const char *title, const char *head)
{
	const char *css = kind == SHEET_PRINT ? "print.css" : "page.css";
	struct arena *a = s->p->arena;

	put(s->out, "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
	    "<meta name=\"robots\" content=\"noindex\"><meta name=\"color-scheme\""
	    " content=\"light\">"
	    "<title>%s</title><link rel=\"icon\" href=\"/shield.svg\">", lang_code(s->lang), title);
	put(s->out, "<link rel=\"stylesheet\" href=\"/trang/%s?v=%s\">"
	    "<script src=\"/trang/page.js?v=%s\" defer></script>", css, file_mark(a, css),
	    file_mark(a, "page.js"));
	if (head != NULL)
		buf_adds(s->out, head);
	html_lit(s->out, "</head>");
}

static void
put_bar(struct sheet *s)
{
	const char *other = s->lang == LANG_VI ? "en" : "vi";

	put(s->out, "<body class=\"form\"><a class=\"skip\" href=\"#main\">%s</a>"
	    "<header class=\"top\"><b>%s</b><a href=\"?lang=%s\" hreflang=\"%s\""
	    " lang=\"%s\">%s</a>",
	    say(s, "page.skip"), text_of(s->agency, "name"), other, other, other,
	    say(s, "page.other_language"));
	if (json_get_bool(s->agency, "is_sample", false))
		put(s->out, "<p class=\"sample\">%s</p>", say(s, "page.sample"));
	html_lit(s->out, "</header>");
}

void
sheet_begin(struct sheet *s, struct page_request *p, struct http_response *res, int status,
    enum sheet_kind kind, const char *title, const char *head)
{
	struct err err = { 0 };

	*s = (struct sheet){ p, page_html(p, res, status), p->lang,
		page_read(p, "agency show", NULL, NULL, &err) };
	err_clear(&err);
	http_add_header(res, "X-Robots-Tag", "noindex");
	put_head(s, kind, title, head);
	if (kind == SHEET_FORM) {
		put_bar(s);
		html_lit(s->out, "<main id=\"main\">");
		return;
	}
	put(s->out, "<body class=\"print\"><nav class=\"tools\"><button type=\"button\""
	    " data-print hidden>%s"
	    "</button> <span>%s</span></nav><main>", say(s, "page.print_now"),
	    say(s, "page.print_hint"));
}

void
sheet_end(struct sheet *s, enum sheet_kind kind)
{
	char now[CLOCK_TEXT_SIZE];

	html_lit(s->out, "</main>");
	if (kind == SHEET_PRINT)
		put(s->out, "<footer class=\"printed\">%s</footer>",
		    say1(s, "page.printed_at", "time", clock_vi(app_now(s->p->app), now)));
	html_lit(s->out, "</body></html>\n");
	json_free(s->agency);
	s->agency = NULL;
}

const char *
sheet_public_url(struct sheet *s)
{
	const char *url = text_of(s->agency, "public_url"), *host = http_header(s->p->http, "Host");
	size_t len = strlen(url);

	if (len == 0)
		return arena_printf(s->p->arena, "%s://%s", s->p->http->is_tls ? "https" : "http",
		    host == NULL ? "127.0.0.1" : host);
	return arena_strndup(s->p->arena, url, url[len - 1] == '/' ? len - 1 : len);
}

void
sheet_call(struct sheet *s, const char *class, const char *label, const char *number)
{
	char digits[32];
	size_t n = 0;

	for (const char *c = number; *c != '\0' && n < sizeof(digits) - 1; c++)
		if ((*c >= '0' && *c <= '9') || (*c == '+' && n == 0))
			digits[n++] = *c;
	digits[n] = '\0';
	if (n == 0)
		return;
	put(s->out, "<a class=\"%s\" href=\"tel:%s\"><span>%s</span> <b>%s</b></a>", class,
	    digits, label, number);
}

void
sheet_problem(struct page_request *p, struct http_response *res, const struct err *err)
{
	struct sheet s;

	sheet_begin(&s, p, res, problem_status(err), SHEET_FORM, word(p->lang, "page.problem"),
	    NULL);
	put(s.out, "<h1>%s</h1><div class=\"note\" role=\"alert\"><p>", say(&s, "page.problem"));
	html_lines(s.out, page_err(p, err));
	html_lit(s.out, "</p></div>");
	sheet_call(&s, "call", say(&s, "page.call_us"), text_of(s.agency, "hotline"));
	put(s.out, "<p><a href=\"%s\">%s</a></p>", page_link(p, "/bao-su-co"),
	    say(&s, "page.to_form"));
	sheet_end(&s, SHEET_FORM);
}
