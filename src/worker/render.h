/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render.h: kind "render": forms and tables to documents, without any file.
 *
 * In: frames of JSON, a request of report/render.h each.  Out: for each two
 * frames, an object and the bytes (empty when the object has "error").
 *	{"gaps": [{"field", "label"}], "title", "media_type", "chars"}
 *	{"error": {"kind": int, "key", "field", "file", "line", "column",
 *	           "args": {name: value}}}
 * It leaves by itself when it has done enough for one process.
 */
#pragma once

#include "base/base.h"

/* Opens the fonts; before confinement. */
bool render_prepare(void);

int render_serve(void);
