/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beside.h: what lies beside logs in folders and is none: X.json… beside X.evtx, which is the same
 * records once more, and YAML (a rule, what a sample is about).  A file that was named itself is
 * always read.
 */
#pragma once

#include "os/walk.h"

/* Takes such files out of the list and notes them in walk->beside. */
void beside_drop(struct walk *walk);
