/* SPDX-License-Identifier: Apache-2.0 */
#include "text/qr.h"

#include <qrencode.h>

#define MARGIN 4 /* ISO/IEC 18004: the quiet zone, in modules */

/* One subpath for each run of black modules in a row. */
static void
draw_row(struct buf *out, const unsigned char *row, int width, int y)
{
	for (int x = 0; x < width; x++) {
		int from = x;

		while (x < width && (row[x] & 1) != 0)
			x++;
		if (x > from)
			buf_printf(out, "M%d %dh%dv1h-%dz", from + MARGIN, y + MARGIN, x - from,
			    x - from);
	}
}

bool
qr_svg(struct buf *out, const char *text, bool correct)
{
	int side;
	QRcode *code;

	if (str_empty(text) || strlen(text) > QR_TEXT_MAX)
		return false;
	code = QRcode_encodeString(text, 0, correct ? QR_ECLEVEL_Q : QR_ECLEVEL_M, QR_MODE_8, 1);
	if (code == NULL)
		return false;
	side = code->width + 2 * MARGIN;
	buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
	    " shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path"
	    " d=\"", side,
	    side, side, side);
	for (int y = 0; y < code->width; y++)
		draw_row(out, code->data + (size_t)y * (size_t)code->width, code->width, y);
	buf_adds(out, "\"/></svg>");
	QRcode_free(code);
	return true;
}
