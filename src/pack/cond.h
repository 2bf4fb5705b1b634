/* SPDX-License-Identifier: Apache-2.0 */
/* cond.h: conditions of the severity table: from YAML to struct pack_cond. */
#pragma once

#include "pack/schema.h"

/*
 * Reads one condition into the struct pack_cond at ${out}:
 *   all: [...]   any: [...]   not: {...}
 *   {answer: A, is: x}   {answer: A, is: [x, y]}      one of them
 *   {answer: A, has: [x, y]}                          any of them is chosen
 *   {answer: A, count: [x, y], at_least: 2}           so many of them are chosen
 *   {answer: A, over|at_least|under|at_most: 5}       or the name of a threshold
 */
void cond_read(struct schema_read *r, const struct yaml_node *node, void *out);
