/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspect.h: kind "inspect": what a file from outside is, by its content.
 *
 * In: descriptor 3, the file, and one empty frame.  Out: one frame of JSON
 *	{"size": bytes, "media_type": "image/png", "description": "PNG image data, …",
 *	 "is_text": bool, "is_encrypted": bool,
 *	 "observables": [{"type": "ip", "value": "…"}, …], "is_cut": bool}
 * Observables come from text only; is_cut says that not all was looked at.
 */
#pragma once

#include "base/base.h"

#define INSPECT_READ_MAX        ((size_t)1 << 20) /* bytes looked at */
#define INSPECT_OBSERVABLES_MAX 200

/* Loads the magic database; before confinement. */
bool inspect_prepare(void);

int inspect_serve(void);
