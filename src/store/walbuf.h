/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walbuf.h: SQLite's own file system, but that the frames of one commit go to the
 * write-ahead log in one write, where SQLite itself makes two for each page, and that the
 * log grows ahead of them.
 */
#pragma once

/*
 * Registers it; to be called once before connections open.  Returns its name for
 * sqlite3_open_v2(), or NULL (SQLite's own then) when that is not possible.
 */
const char *walbuf_register(void);
