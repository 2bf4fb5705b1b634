/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet.h: kind "sheet": the texts of a spreadsheet somebody sent.
 *
 * In: descriptor 3, the file, and one empty frame.  Out: one frame of JSON, what read_xlsx() of
 * report/xlsx.h gives, or {} when the file is none.
 */
#pragma once

#define SHEET_FILE_MAX ((size_t)4 << 20)

int sheet_serve(void);
