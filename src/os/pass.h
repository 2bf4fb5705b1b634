/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass.h: open files handed from one process to another, one after the other: who may open
 * nothing himself reads what he is given, and holds no more than one at a time.
 */
#pragma once

#include "base/err.h"

/* Two ends, both closed on exec. ERR_IO (err.system). */
int pass_pair(int ret_ends[2], struct err *err);

/*
 * Hands ${fd} over, which stays the caller's; never waits.  ERR_IO (err.system) when the other
 * side does not take what it was given before, or is gone.
 */
int pass_send(int end, int fd, struct err *err);

/* Waits for the next file; -1 when there is none to come. */
int pass_receive(int end);
