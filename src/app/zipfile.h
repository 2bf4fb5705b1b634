/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zipfile.h: writes a ZIP whose bytes depend on its content alone: members in
 * the order of their names, no times, no owners.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "os/sha256.h"

/* One member; SHA-256 and size are known before it is written. */
struct zip_member {
	char *name;
	char *data;      /* content in memory, or NULL */
	char *path;      /* a file to take the content from, or NULL */
	int64_t size;
	char sha256[SHA256_HEX_SIZE];
	char label[64];  /* whatever the caller wants to remember */
};

struct zip_list {
	struct zip_member *member;
	size_t count;
	size_t bytes; /* held in memory */
};

#define ZIP_LIST_INIT { NULL, 0, 0 }

/* Adds a member with the content of ${text}, whose memory is taken over. */
struct zip_member *zip_list_text(struct zip_list *list, const char *name, struct buf *text);

/* Adds a member with the content of a file, stored as it is, not compressed. */
struct zip_member *zip_list_file(struct zip_list *list, const char *name, const char *path,
    const char *sha256, int64_t size);

/* Puts the members in the order of their names (bytes). */
void zip_list_sort(struct zip_list *list);

/* Writes all members to the new file ${path}, durably.  ERR_CONFLICT
 * err.dossier.exists; ERR_FULL or ERR_IO err.dossier.write. */
int zip_list_write(struct zip_list *list, const char *path, struct err *err);

void zip_list_clear(struct zip_list *list);
