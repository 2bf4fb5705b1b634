/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h: gives up, for good, what a worker does not need.
 *
 * Three nets, one behind the other: seccomp (which system calls), Landlock
 * (which files; kernels without it are tolerated, the other two hold), and
 * rlimits (how much).  no_new_privs is set, core files are off.
 *
 *   CONFINE_DESCRIPTORS  only what is open already: no opening, no sockets,
 *                        no processes, no threads, no new executable memory.
 *                        For everything that parses what came from outside.
 *   CONFINE_HANDED       the same, and takes files that are handed over (os/pass.h), writing to
 *                        those open for it up to a size.  For what reads many.
 *   CONFINE_NETWORK      connects to others and reads below /etc, /usr, /lib
 *                        and where resolv.conf may lie (names, certificates);
 *                        writes no file, starts no program, listens nowhere.
 *                        For mail, webhooks and probes.
 *
 * What a library may try without harm (opening /etc/localtime, asking for a
 * terminal) is refused with EPERM; the rest ends the process with SIGSYS.
 */
#pragma once

#include "base/err.h"

enum confine_kind { CONFINE_DESCRIPTORS, CONFINE_HANDED, CONFINE_NETWORK };

struct confine_limits {
	size_t memory_bytes; /* address space; not applied under AddressSanitizer, which needs terabytes */
	int cpu_s;           /* processor time; SIGXCPU beyond */
	size_t file_bytes;   /* that may be written to one file; 0: none */
};

/*
 * Confines the calling process, which has one thread.  ERR_IO "err.confine"
 * with {what} when a net could not be put up: then the worker does not work.
 */
int confine(enum confine_kind kind, const struct confine_limits *limits, struct err *err);

/* Version of the kernel's Landlock, 0 when there is none. */
int confine_landlock_abi(void);
