/* SPDX-License-Identifier: Apache-2.0 */
/* say.h: sentences that were copied out of a pack, in another language. */
#pragma once

#include "pack/pack.h"

/*
 * The English of a Vietnamese sentence that a playbook's step or a checklist's
 * item of this set says, whatever its version; NULL when none says it so.
 */
const char *packs_english(const struct packs *p, const char *vi);
