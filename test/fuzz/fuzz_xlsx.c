/* SPDX-License-Identifier: Apache-2.0 */
/* A spreadsheet anybody sent, whole or as the XML inside one, gives texts within bounds or nothing. */
#include <assert.h>

#include "base/utf8.h"
#include "report/xlsx.h"
#include "report/zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look(const char *data, size_t size)
{
	struct json *cells = NULL;
	struct err err = { 0 };
	const struct json *rows;

	if (read_xlsx(data, size, &cells, &err) != 0) {
		assert(cells == NULL && err.kind == ERR_INVALID);
		return;
	}
	rows = json_get(cells, "rows");
	assert(json_len(rows) <= XLSX_ROWS_MAX);
	for (size_t r = 0; r < json_len(rows); r++) {
		assert(json_len(json_at(rows, r)) <= XLSX_COLUMNS_MAX);
		for (size_t c = 0; c < json_len(json_at(rows, r)); c++) {
			const char *text = json_str(json_at(json_at(rows, r), c));

			assert(text != NULL && utf8_valid(text, strlen(text)));
		}
	}
	json_free(cells);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	cleanup(buf_clear) struct buf packed = BUF_INIT((size_t)16 << 20);
	struct zip_out zip = { .out = &packed };

	look(text, size);
	/* The same bytes as sheet and as shared strings, where a fuzzer could not guess the packing. */
	zip_out_add(&zip, "xl/worksheets/sheet1.xml", text, size);
	zip_out_add(&zip, "xl/sharedStrings.xml", text, size);
	zip_out_end(&zip);
	look(packed.data, packed.len);
	return 0;
}
