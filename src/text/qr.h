/* SPDX-License-Identifier: Apache-2.0 */
/* qr.h: text as a QR code, drawn in SVG. */
#pragma once

#include "base/buf.h"

#define QR_TEXT_MAX 1000 /* bytes */

/*
 * Adds an <svg> element (black on white, with the quiet margin of four modules)
 * that scales to any size and needs no style.  ${correct} asks for more error
 * correction, for what hangs on a wall.  False, and nothing added, when ${text}
 * is empty or too long.
 */
bool qr_svg(struct buf *out, const char *text, bool correct);
