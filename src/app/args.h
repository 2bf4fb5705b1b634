/* SPDX-License-Identifier: Apache-2.0 */
/* args.h: checks a request's arguments against an operation's table; for op.c. */
#pragma once

#include "app/op.h"

/*
 * ERR_USAGE: unknown parameter (with the nearest name), missing required one.
 * ERR_INVALID: a value that does not fit, field named.  ${now}: what "in the
 * future" means for PF_PAST, with five minutes allowed for clocks that differ.
 */
int args_check(const struct op_request *request, int64_t now, struct err *err);

/* The name of ${names} nearest to ${word}, or NULL when none is near. */
const char *nearest(const char *word, const char *(*name)(void *arg, size_t i), void *arg);
