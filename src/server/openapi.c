/* SPDX-License-Identifier: Apache-2.0 */
/* openapi.c: the OpenAPI 3.1 document, written from the table of operations. */
#include <stdio.h>

#include "app/version.h"
#include "server/api.h"
#include "server/server.h"

#define LINE_MAX_CHARS 200   /* as app/args.c */
#define TEXT_MAX_CHARS 20000
#define LIST_MAX_ITEMS 200

struct doc {
	struct jsonw w;
	enum lang lang;
};

/* "incident take" as "incident<separator>take". */
static char *
joined(const char *name, char separator, char out[static 80])
{
	snprintf(out, 80, "%s", name);
	for (char *p = out; *p != '\0'; p++)
		if (*p == ' ')
			*p = separator;
	return out;
}

static void
describe(struct doc *d, const char *key, const char *kind, const char *name)
{
	char word_key[120];

	snprintf(word_key, sizeof(word_key), "%s.%s", kind, name);
	if (!words_has(LANG_VI, word_key))
		snprintf(word_key, sizeof(word_key), "field.%s", name);
	if (words_has(LANG_VI, word_key))
		jsonw_kstring(&d->w, key, word(d->lang, word_key));
}

static void
write_enum(struct jsonw *w, const char *const *choices)
{
	jsonw_karray(w, "enum");
	for (size_t i = 0; choices[i] != NULL; i++)
		jsonw_string(w, choices[i]);
	jsonw_array_end(w);
}

static void
write_text(struct jsonw *w, int64_t max)
{
	jsonw_kstring(w, "type", "string");
	jsonw_kint(w, "maxLength", max);
}

static void
write_list(struct jsonw *w, const struct param *p)
{
	jsonw_kstring(w, "type", "array");
	jsonw_kint(w, "maxItems", p->max > 0 ? p->max : LIST_MAX_ITEMS);
	jsonw_kobject(w, "items");
	write_text(w, LINE_MAX_CHARS);
	if (p->choices != NULL)
		write_enum(w, p->choices);
	jsonw_object_end(w);
}

static void
write_files(struct jsonw *w, const struct param *p)
{
	jsonw_kstring(w, "type", "array");
	if (p->max > 0)
		jsonw_kint(w, "maxItems", p->max);
	jsonw_kobject(w, "items");
	jsonw_kstring(w, "type", "string");
	jsonw_kstring(w, "contentMediaType", "application/octet-stream");
	jsonw_object_end(w);
}

/* The members of a parameter's schema. */
static void
write_type(struct jsonw *w, const struct param *p)
{
	switch (p->type) {
	case P_INT:
		jsonw_kstring(w, "type", "integer");
		jsonw_kstring(w, "format", "int64");
		if (p->max > p->min) {
			jsonw_kint(w, "minimum", p->min);
			if (p->max < JSON_INT_SAFE)
				jsonw_kint(w, "maximum", p->max);
		}
		break;
	case P_BOOL:
		jsonw_kstring(w, "type", "boolean");
		break;
	case P_TIME:
		jsonw_kstring(w, "type", "string");
		jsonw_kstring(w, "format", "date-time");
		break;
	case P_ENUM:
		jsonw_kstring(w, "type", "string");
		write_enum(w, p->choices);
		break;
	case P_LIST:
		write_list(w, p);
		break;
	case P_JSON:
		jsonw_kstring(w, "type", "object");
		break;
	case P_FILES:
		write_files(w, p);
		break;
	case P_TEXT:
		write_text(w, p->max > 0 ? p->max : TEXT_MAX_CHARS);
		break;
	case P_LINE:
	case P_ID:
	case P_IN:
	case P_OUT:
	case P_BODY:
		write_text(w, p->max > 0 ? p->max : LINE_MAX_CHARS);
		break;
	}
}

static void
write_example(struct jsonw *w, const struct param *p)
{
	jsonw_key(w, p->name);
	switch (p->type) {
	case P_INT:
		jsonw_int(w, p->min);
		break;
	case P_BOOL:
		jsonw_bool(w, true);
		break;
	case P_TIME:
		jsonw_string(w, "2026-11-22T08:30:00+07:00");
		break;
	case P_ENUM:
		jsonw_string(w, p->choices[0]);
		break;
	case P_LIST:
		jsonw_array(w);
		jsonw_string(w, p->choices != NULL ? p->choices[0] : "…");
		jsonw_array_end(w);
		break;
	case P_JSON:
		jsonw_object(w);
		jsonw_object_end(w);
		break;
	case P_ID:
		jsonw_string(w, "SC-2026-0001");
		break;
	default:
		jsonw_string(w, "…");
		break;
	}
}

/* Whether a caller over HTTP may send it, other than in the path. */
static bool
is_sent(const struct route *route, const struct param *p)
{
	return p->type != P_IN && p->type != P_OUT && p->type != P_BODY && !route_has(route, p->name);
}

static bool
has_body(const struct route *route)
{
	return route->method != HTTP_GET && route->method != HTTP_DELETE;
}

static void
write_parameter(struct doc *d, const struct param *p, const char *name, const char *in)
{
	bool in_path = strcmp(in, "path") == 0;

	jsonw_object(&d->w);
	jsonw_kstring(&d->w, "name", name);
	jsonw_kstring(&d->w, "in", in);
	jsonw_kbool(&d->w, "required", in_path || (p != NULL && (p->flags & PF_REQUIRED) != 0));
	describe(d, "description", "param", name);
	jsonw_kobject(&d->w, "schema");
	if (p == NULL)
		write_text(&d->w, LINE_MAX_CHARS);
	else
		write_type(&d->w, p);
	jsonw_object_end(&d->w);
	jsonw_object_end(&d->w);
}

static void
write_parameters(struct doc *d, const struct route *route)
{
	const struct op *op = route->op;

	jsonw_karray(&d->w, "parameters");
	for (size_t i = 0; i < route->segs; i++)
		if (route->is_param[i])
			write_parameter(d, op_param(op, route->seg[i]), route->seg[i], "path");
	if (!has_body(route))
		for (const struct param *p = op->params; p != NULL && p->name != NULL; p++)
			if (is_sent(route, p))
				write_parameter(d, p, p->name, "query");
	jsonw_array_end(&d->w);
}

/* The schema of a body, and an example with what is required. */
static void
write_body(struct doc *d, const struct route *route, const char *type, bool files)
{
	const struct param *params = route->op->params;

	jsonw_kobject(&d->w, type);
	jsonw_kobject(&d->w, "schema");
	jsonw_kstring(&d->w, "type", "object");
	jsonw_kbool(&d->w, "additionalProperties", false);
	jsonw_kobject(&d->w, "properties");
	for (const struct param *p = params; p->name != NULL; p++) {
		if (!is_sent(route, p) || (p->type == P_FILES && !files))
			continue;
		jsonw_kobject(&d->w, p->name);
		write_type(&d->w, p);
		describe(d, "description", "param", p->name);
		if ((p->flags & PF_SECRET) != 0)
			jsonw_kbool(&d->w, "writeOnly", true);
		jsonw_object_end(&d->w);
	}
	jsonw_object_end(&d->w);
	jsonw_karray(&d->w, "required");
	for (const struct param *p = params; p->name != NULL; p++)
		if (is_sent(route, p) && (p->flags & PF_REQUIRED) != 0 &&
		    (files || p->type != P_FILES))
			jsonw_string(&d->w, p->name);
	jsonw_array_end(&d->w);
	jsonw_object_end(&d->w);
	if (!files) {
		jsonw_kobject(&d->w, "example");
		for (const struct param *p = params; p->name != NULL; p++)
			if (is_sent(route, p) && (p->flags & PF_REQUIRED) != 0 &&
			    p->type != P_FILES)
				write_example(&d->w, p);
		jsonw_object_end(&d->w);
	}
	jsonw_object_end(&d->w);
}

static bool
sends_anything(const struct route *route)
{
	for (const struct param *p = route->op->params; p != NULL && p->name != NULL; p++)
		if (is_sent(route, p))
			return true;
	return false;
}

/* What other programs send in their own shapes; doc/alert.md has them. */
static void
write_raw_body(struct doc *d, const struct op *op)
{
	jsonw_kraw(&d->w, "requestBody", op_param_of(op, P_FILES) == NULL ?
	    "{\"required\":true,\"content\":{\"application/json\":{\"schema\":{}},"
	    "\"application/x-ndjson\":{\"schema\":{\"type\":\"string\"}}}}" :
	    "{\"required\":true,\"content\":{\"application/json\":{\"schema\":{}},"
	    "\"multipart/form-data\":{\"schema\":{\"type\":\"object\",\"required\":[\"_json\"],"
	    "\"properties\":{\"_json\":{\"type\":\"string\"}},\"additionalProperties\":"
	    "{\"type\":\"string\",\"format\":\"binary\"}}}}}");
}

static void
write_request_body(struct doc *d, const struct route *route)
{
	if (op_param_of(route->op, P_BODY) != NULL) {
		write_raw_body(d, route->op);
		return;
	}
	if (!has_body(route) || !sends_anything(route))
		return;
	jsonw_kobject(&d->w, "requestBody");
	jsonw_kobject(&d->w, "content");
	write_body(d, route, "application/json", false);
	write_body(d, route, "multipart/form-data", true);
	jsonw_object_end(&d->w);
	jsonw_object_end(&d->w);
}

/* What an operation answers with: a list of its columns, or an object. */
static void
write_answer(struct doc *d, const struct op *op)
{
	struct jsonw *w = &d->w;

	jsonw_kobject(w, "application/json");
	jsonw_kobject(w, "schema");
	jsonw_kstring(w, "type", "object");
	if (op->columns != NULL) {
		jsonw_kobject(w, "properties");
		jsonw_kobject(w, "items");
		jsonw_kstring(w, "type", "array");
		jsonw_kobject(w, "items");
		jsonw_kstring(w, "type", "object");
		jsonw_kobject(w, "properties");
		for (size_t i = 0; op->columns[i] != NULL; i++) {
			jsonw_kobject(w, op->columns[i]);
			describe(d, "description", "field", op->columns[i]);
			jsonw_object_end(w);
		}
		jsonw_object_end(w);
		jsonw_object_end(w);
		jsonw_object_end(w);
		jsonw_kobject(w, "more");
		jsonw_kstring(w, "type", "boolean");
		jsonw_object_end(w);
		jsonw_object_end(w);
	}
	jsonw_object_end(w);
	jsonw_object_end(w);
}

static void
write_problems(struct jsonw *w)
{
	static const char *const ranges[] = { "4XX", "5XX" };

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		jsonw_kobject(w, ranges[i]);
		jsonw_kstring(w, "$ref", "#/components/responses/Problem");
		jsonw_object_end(w);
	}
}

static void
write_responses(struct doc *d, const struct op *op)
{
	struct jsonw *w = &d->w;

	jsonw_kobject(w, "responses");
	if (op_param_of(op, P_BODY) != NULL) { /* the same again is known already */
		jsonw_kobject(w, "200");
		jsonw_kstring(w, "description", word(d->lang, "openapi.done"));
		jsonw_kobject(w, "content");
		write_answer(d, op);
		jsonw_object_end(w);
		jsonw_object_end(w);
	}
	jsonw_kobject(w, (op->flags & OP_CREATED) != 0 ? "201" : "200");
	jsonw_kstring(w, "description", word(d->lang,
	    (op->flags & OP_CREATED) != 0 ? "openapi.created" : "openapi.done"));
	jsonw_kobject(w, "content");
	if (op_param_of(op, P_OUT) != NULL) {
		jsonw_kobject(w, "application/octet-stream");
		jsonw_kobject(w, "schema");
		jsonw_kstring(w, "type", "string");
		jsonw_kstring(w, "contentMediaType", "application/octet-stream");
		jsonw_object_end(w);
		jsonw_object_end(w);
	} else {
		write_answer(d, op);
	}
	jsonw_object_end(w);
	jsonw_object_end(w);
	write_problems(w);
	jsonw_object_end(w);
}

static void
write_security(struct jsonw *w, unsigned right, bool is_write)
{
	jsonw_karray(w, "security");
	if ((right & RIGHT_INTAKE) != 0) {
		jsonw_object(w);
		jsonw_karray(w, "key");
		jsonw_array_end(w);
		jsonw_object_end(w);
	}
	if (right != RIGHT_PUBLIC) {
		jsonw_object(w);
		jsonw_karray(w, "session");
		jsonw_array_end(w);
		if (is_write) {
			jsonw_karray(w, "csrf");
			jsonw_array_end(w);
		}
		jsonw_object_end(w);
	}
	jsonw_array_end(w);
}

/* Which rights a caller needs, all of them; an extension, since OpenAPI knows none for cookies. */
static void
write_rights(struct jsonw *w, unsigned right)
{
	jsonw_karray(w, "x-khien-rights");
	for (size_t i = 0; i < right_names_count; i++)
		if ((right & right_names[i].right) != 0)
			jsonw_string(w, right_names[i].name);
	jsonw_array_end(w);
}

static void
write_tag(struct jsonw *w, const char *name)
{
	jsonw_karray(w, "tags");
	jsonw_stringn(w, name, strcspn(name, " "));
	jsonw_array_end(w);
}

static void
lower(const char *s, char out[static 12])
{
	size_t n = 0;

	for (; *s != '\0' && n < 11; s++)
		out[n++] = (char)(*s | 0x20);
	out[n] = '\0';
}

static void
write_operation(struct doc *d, const struct route *route)
{
	const struct op *op = route->op;
	char text[80], method[12];

	lower(op->method, method);
	jsonw_kobject(&d->w, method);
	jsonw_kstring(&d->w, "operationId", joined(op->name, '_', text));
	describe(d, "summary", "op", joined(op->name, '.', text));
	write_tag(&d->w, op->name);
	write_security(&d->w, op->right, route->method != HTTP_GET);
	write_rights(&d->w, op->right);
	write_parameters(d, route);
	write_request_body(d, route);
	write_responses(d, op);
	jsonw_object_end(&d->w);
}

/* One path with all its methods, where it is met first. */
static void
write_path(struct doc *d, const struct route *first)
{
	const struct route *route;

	for (size_t i = 0; (route = route_next(&i)) != first;)
		if (strcmp(route->op->path, first->op->path) == 0)
			return;
	jsonw_kobject(&d->w, first->op->path);
	for (size_t i = 0; (route = route_next(&i)) != NULL;)
		if (strcmp(route->op->path, first->op->path) == 0)
			write_operation(d, route);
	jsonw_object_end(&d->w);
}

/* ---- what is not in the table ---------------------------------------------------------- */

static void
write_session_answer(struct doc *d, const char *status, bool content)
{
	struct jsonw *w = &d->w;

	jsonw_kobject(w, "responses");
	jsonw_kobject(w, status);
	jsonw_kstring(w, "description", word(d->lang, "openapi.done"));
	if (content) {
		jsonw_kobject(w, "content");
		jsonw_kobject(w, "application/json");
		jsonw_kraw(w, "schema",
		    "{\"type\":\"object\",\"properties\":{\"csrf\":{\"type\":\"string\"},"
		    "\"account\":{\"type\":\"object\"},\"rights\":{\"type\":\"array\",\"items\":"
		    "{\"type\":\"string\"}},\"agency\":{\"type\":\"string\"},\"must_change_"
		    "password\":"
		    "{\"type\":\"boolean\"},\"must_set_totp\":{\"type\":\"boolean\"}},\"required\":"
		    "[\"csrf\",\"account\"]}");
		jsonw_object_end(w);
		jsonw_object_end(w);
	}
	jsonw_object_end(w);
	write_problems(w);
	jsonw_object_end(w);
}

static void
write_session_method(struct doc *d, const char *method, const char *id, const char *status)
{
	struct jsonw *w = &d->w;
	bool is_post = strcmp(method, "post") == 0;

	jsonw_kobject(w, method);
	jsonw_kstring(w, "operationId", id);
	describe(d, "summary", "openapi", id);
	write_tag(w, "session");
	write_security(w, is_post ? RIGHT_PUBLIC : RIGHT_SELF, strcmp(method, "delete") == 0);
	if (is_post)
		jsonw_kraw(w, "requestBody",
		    "{\"required\":true,\"content\":{\"application/json\":{\"schema\":"
		    "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"login\":"
		    "{\"type\":"
		    "\"string\"},\"password\":{\"type\":\"string\",\"writeOnly\":true},\"totp\":{"
		    "\"type\":"
		    "\"string\",\"writeOnly\":true}},\"required\":[\"login\",\"password\"]},"
		    "\"example\":"
		    "{\"login\":\"quantri\",\"password\":\"…\"}}}}");
	write_session_answer(d, status, strcmp(status, "204") != 0);
	jsonw_object_end(w);
}

static void
write_own_paths(struct doc *d)
{
	struct jsonw *w = &d->w;

	jsonw_kobject(w, "/session");
	write_session_method(d, "get", "session_show", "200");
	write_session_method(d, "post", "session_open", "201");
	write_session_method(d, "delete", "session_close", "204");
	jsonw_object_end(w);
	jsonw_kobject(w, "/openapi.json");
	jsonw_kobject(w, "get");
	jsonw_kstring(w, "operationId", "openapi");
	describe(d, "summary", "openapi", "document");
	write_tag(w, "openapi");
	write_security(w, RIGHT_PUBLIC, false);
	jsonw_kobject(w, "responses");
	jsonw_kobject(w, "200");
	jsonw_kstring(w, "description", word(d->lang, "openapi.done"));
	jsonw_kraw(w, "content", "{\"application/json\":{\"schema\":{\"type\":\"object\"}}}");
	jsonw_object_end(w);
	write_problems(w);
	jsonw_object_end(w);
	jsonw_object_end(w);
	jsonw_object_end(w);
}

static void
write_components(struct doc *d)
{
	struct jsonw *w = &d->w;

	jsonw_kobject(w, "components");
	jsonw_kraw(w, "securitySchemes",
	    "{\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":\"" COOKIE_NAME "\"},"
	    "\"csrf\":{\"type\":\"apiKey\",\"in\":\"header\",\"name\":\"X-CSRF-Token\"},"
	    "\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}}");
	jsonw_kraw(w, "schemas", "{\"Problem\":{\"type\":\"object\",\"properties\":{"
	    "\"type\":{\"type\":\"string\",\"format\":\"uri\"},\"title\":{\"type\":\"string\"},"
	    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
	    "\"field\":{\"type\":\"string\"},\"line\":{\"type\":\"integer\"},"
	    "\"column\":{\"type\":\"integer\"},"
	    "\"missing\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
	    "\"changes\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
	    "\"required\":[\"type\",\"title\",\"status\",\"detail\"]}}");
	jsonw_kobject(w, "responses");
	jsonw_kobject(w, "Problem");
	jsonw_kstring(w, "description", word(d->lang, "openapi.problem"));
	jsonw_kraw(w, "content",
	    "{\"application/problem+json\":{\"schema\":"
	    "{\"$ref\":\"#/components/schemas/Problem\"},\"example\":{\"type\":"
	    "\"urn:khien:error:not_found\",\"title\":\"Not "
	    "Found\",\"status\":404,\"detail\":\"…\"}}}");
	jsonw_object_end(w);
	jsonw_object_end(w);
	jsonw_object_end(w);
}

static void
write_info(struct doc *d)
{
	struct jsonw *w = &d->w;

	jsonw_kobject(w, "info");
	jsonw_kstring(w, "title", "Khiên");
	jsonw_kstring(w, "version", KHIEN_VERSION);
	jsonw_kstring(w, "description", word(d->lang, "openapi.about"));
	jsonw_kraw(w, "license", "{\"name\":\"Apache-2.0\",\"identifier\":\"Apache-2.0\"}");
	jsonw_object_end(w);
}

void
openapi_write(struct buf *out, enum lang lang)
{
	struct doc d = { JSONW_INIT(out), lang };
	const struct route *route;

	jsonw_object(&d.w);
	jsonw_kstring(&d.w, "openapi", "3.1.0");
	write_info(&d);
	jsonw_kraw(&d.w, "servers", "[{\"url\":\"/api/v1\"}]");
	jsonw_kobject(&d.w, "paths");
	write_own_paths(&d);
	for (size_t i = 0; (route = route_next(&i)) != NULL;)
		write_path(&d, route);
	jsonw_object_end(&d.w);
	write_components(&d);
	jsonw_object_end(&d.w);
}
