/* SPDX-License-Identifier: Apache-2.0 */
/* sock.h: whether somebody listens at an address, and how sure that is. */
#pragma once

#include "base/base.h"

/* In the order of what they prove; of several addresses of a host the first that holds counts. */
enum sock_answer {
	SOCK_OPEN,        /* a connection was made (and closed again) */
	SOCK_REFUSED,     /* the host answered that nobody listens */
	SOCK_SILENT,      /* no answer in time: dropped on the way, or the host is off */
	SOCK_UNREACHABLE, /* the host, or the last router, cannot be reached */
	SOCK_NO_WAY,      /* this machine itself has no way out: says nothing about the other */
	SOCK_NO_NAME,     /* the name was not found */
	SOCK_ERROR,       /* the attempt could not be made; a firewall of this machine, say */
};

/* Tries ${host}, a name or an address, at ${port}.  Looking up the name is not bounded by the time. */
enum sock_answer sock_try(const char *host, int port, int timeout_ms);

/* The answer that an errno of connect() stands for. */
enum sock_answer sock_answer_of(int errnum);

/*
 * Whether any cable or radio of this machine is connected: with none, silence
 * of another host says nothing about it.
 */
bool sock_network_is_up(void);

/* Whether ${host} is this machine: localhost, 127.0.0.0/8, ::1. */
bool sock_is_loopback(const char *host);
