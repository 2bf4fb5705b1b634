/* SPDX-License-Identifier: Apache-2.0 */
/* walk.h: which files a hunt reads, in one order whatever the file system's. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#define WALK_FILES_MAX 1000000
#define WALK_DEPTH_MAX 64

struct walk_file {
	const char *path;  /* to open */
	const char *shown; /* below the PATH given; of a PATH that is a file itself its last name */
	uint64_t size;
	uint64_t device, inode;
	bool is_given;     /* it is a PATH itself */
	/* Of a member of an archive (sift.h): */
	bool is_member;
	int fd;            /* the walk's */
	uint64_t offset;   /* within fd; size bytes */
	int64_t mtime_ms;
};

/* How many, and the first of them. */
struct walk_names {
	size_t count;
	const char *name[5];
};

/* A file or folder that could not be looked into. */
struct walk_fault {
	const char *shown;
	const char *reason; /* strerror() */
};

struct walk {
	struct arena arena;
	struct walk_file *file;
	size_t files, files_room;
	struct walk_fault *fault;
	size_t faults, faults_room;
	uint64_t bytes;
	size_t links; /* symbolic links inside folders: not followed */
	struct walk_names beside; /* of folders, beside logs and none themselves (beside.h) */
	struct walk_names broken; /* archives that are damaged or had no room */
	int *fd;             /* archives, unpacked; open until walk_clear() */
	size_t fds;
	bool full; /* there were more than WALK_FILES_MAX */
};

/*
 * Adds all regular files below ${path}, or ${path} itself, sorted by name.  Links inside are
 * not followed; ${path} itself may be one.  ERR_NOT_FOUND or ERR_IO (err.system) when ${path}
 * cannot be looked at; folders below that cannot be read are faults.
 */
int walk_add(struct walk *walk, const char *path, struct err *err);

/* Adds a file that nobody opens by its path. */
void walk_put(struct walk *walk, const char *name, uint64_t size);

/* Counts ${name} in, and keeps it when it is one of the first. */
void walk_note(struct walk *walk, struct walk_names *names, const char *name);

/* Takes the open file ${fd} out of the list, if it is there: nobody reads what he is writing. */
void walk_drop(struct walk *walk, int fd);

void walk_clear(struct walk *walk);
