/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h: what stands in the messages of programs that everybody has, as fields.  Of
 * src/ingest only.
 *
 *	sshd         user, src_ip, src_port, action (accepted, failed), auth_method
 *	sudo         user (who ran it), TTY, PWD, USER (as whom), COMMAND and what else it says
 *	su           user, target_user, action
 *	cron         user, action (CMD, REPLACE …), command
 *	useradd and the like   what is written as name=value; user
 *	PAM in any   logname, uid, euid, tty, ruser, rhost, user; src_ip
 *	kernel       netfilter (iptables, nftables, UFW): IN, OUT, SRC, DST, PROTO, SPT, DPT …; action
 *	             (block, allow) and log_prefix from the prefix the rule was given
 *	named, dnsmasq, unbound   query, record_type, src_ip of what was asked; dnsmasq also answer
 *	sysmon       Sysmon for Linux: the event's own fields (xml.h)
 *
 * Names that somebody chose (user) may hold anything, also " from 10.0.0.1": places are looked for from the
 * end, where the program itself writes.
 */
#pragma once

#include "ingest/parse.h"

extern const char *const message_names[];

/* Adds the fields of the message to the event under way. */
void message_fields(struct ingest_thread *t, struct text program, const char *s, size_t len);
