/* SPDX-License-Identifier: Apache-2.0 */
/* route.c: from the paths of the table of operations to routes. */
#include "server/api.h"

#include <stdio.h>

#include "server/server.h"

#define ROUTES_MAX 400

static struct route routes[ROUTES_MAX];
static size_t routes_count;

/* A row whose path cannot be served is a fault of the program. */
static void
add_route(const struct op *op)
{
	struct route *route = &routes[routes_count++];
	char *path, *seg;

	if (routes_count == ROUTES_MAX || *op->path != '/')
		abort();
	route->op = op;
	route->method = http_method_of(op->method);
	path = xstrdup(op->path + 1); /* lives as long as the program */
	while ((seg = strsep(&path, "/")) != NULL) {
		size_t len = strlen(seg);
		bool is_param = len > 2 && seg[0] == '{' && seg[len - 1] == '}';

		if (route->segs == ROUTE_SEGS_MAX || len == 0)
			abort();
		if (is_param) {
			seg[len - 1] = '\0';
			seg++;
		}
		route->literals += !is_param;
		route->is_param[route->segs] = is_param;
		route->seg[route->segs++] = seg;
	}
}

void
api_init(void)
{
	const struct op *op;

	if (routes_count > 0)
		return;
	for (size_t i = 0; (op = op_next(&i)) != NULL;)
		if (op->method != NULL && op->path != NULL)
			add_route(op);
}

const struct route *
route_next(size_t *i)
{
	return *i < routes_count ? &routes[(*i)++] : NULL;
}

const struct param *
op_param(const struct op *op, const char *name)
{
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

const struct param *
op_param_of(const struct op *op, enum param_type type)
{
	for (const struct param *p = op->params; p != NULL && p->name != NULL; p++)
		if (p->type == type)
			return p;
	return NULL;
}

bool
route_has(const struct route *route, const char *name)
{
	for (size_t i = 0; i < route->segs; i++)
		if (route->is_param[i] && strcmp(route->seg[i], name) == 0)
			return true;
	return false;
}
