/* SPDX-License-Identifier: Apache-2.0 */
/* api.h: the routes of /api/v1, made from the table of operations. */
#pragma once

#include "app/op.h"
#include "http/http.h"

#define ROUTE_SEGS_MAX 8

struct route {
	const struct op *op;
	enum http_method method;
	const char *seg[ROUTE_SEGS_MAX]; /* for a {param}: its name */
	bool is_param[ROUTE_SEGS_MAX];
	size_t segs, literals;
};

/* Walks the routes; ${i} starts at 0, NULL at the end. */
const struct route *route_next(size_t *i);

/* The parameter of that name, or NULL. */
const struct param *op_param(const struct op *op, const char *name);

/* The parameter of that type, or NULL. */
const struct param *op_param_of(const struct op *op, enum param_type type);

/* Whether ${name} stands in the route's path. */
bool route_has(const struct route *route, const char *name);
